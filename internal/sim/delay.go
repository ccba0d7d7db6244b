// SPDX-License-Identifier: EUPL-1.2

package sim

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// MarshalText writes a delay as world files have it: "8m", "8m sigma 0.4", "8m sigma 0.4 max 20m".
func (d Delay) MarshalText() ([]byte, error) {
	s := span(d.Median)
	if d.Sigma != 0 {
		s += " sigma " + strconv.FormatFloat(d.Sigma, 'g', -1, 64)
	}
	if d.Max != 0 {
		s += " max " + span(d.Max)
	}
	return []byte(s), nil
}

// UnmarshalText reads it. A time is days, hours, minutes and seconds, as in 1d12h or 90s.
func (d *Delay) UnmarshalText(b []byte) error {
	*d = Delay{}
	words := strings.Fields(string(b))
	if len(words) == 0 || len(words)%2 == 0 {
		return fmt.Errorf("%q is no delay: write such as \"8m\" or \"8m sigma 0.4 max 20m\"", b)
	}
	var err error
	if d.Median, err = parseSpan(words[0]); err != nil {
		return err
	}
	for i := 1; i < len(words); i += 2 {
		switch words[i] {
		case "sigma":
			if d.Sigma, err = strconv.ParseFloat(words[i+1], 64); err != nil || !(d.Sigma >= 0 && d.Sigma <= 3) {
				return fmt.Errorf("%q is no sigma: a number from 0 to 3", words[i+1])
			}
		case "max":
			if d.Max, err = parseSpan(words[i+1]); err != nil {
				return err
			}
		default:
			return fmt.Errorf("%q in a delay: only sigma and max are known", words[i])
		}
	}
	return nil
}

// span writes a time in days, hours, minutes and seconds without the parts that are zero.
func span(d time.Duration) string {
	if d == 0 {
		return "0s"
	}
	s := ""
	if days := d / (24 * hour); days > 0 && d%(24*hour)%time.Second == 0 {
		s, d = strconv.Itoa(int(days))+"d", d%(24*hour)
		if d == 0 {
			return s
		}
	}
	t := d.String()
	t = strings.TrimSuffix(t, "0s")
	if strings.HasSuffix(t, "h0m") {
		t = strings.TrimSuffix(t, "0m")
	}
	if t == "" || !strings.ContainsAny(t[len(t)-1:], "hms") { // such as 10s, of which 0s was a part
		t = d.String()
	}
	return s + t
}

func parseSpan(s string) (time.Duration, error) {
	days, rest := "", s
	if i := strings.IndexByte(s, 'd'); i > 0 {
		days, rest = s[:i], s[i+1:]
	}
	var d time.Duration
	if days != "" {
		n, err := strconv.Atoi(days)
		if err != nil || n < 0 || n > 36500 {
			return 0, fmt.Errorf("%q is no time: write such as 90s, 8m, 1d12h", s)
		}
		d = time.Duration(n) * 24 * hour
	}
	if rest != "" {
		more, err := time.ParseDuration(rest)
		if err != nil || more < 0 {
			return 0, fmt.Errorf("%q is no time: write such as 90s, 8m, 1d12h", s)
		}
		d += more
	}
	return d, nil
}
