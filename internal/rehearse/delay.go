// SPDX-License-Identifier: EUPL-1.2

package rehearse

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
	"time"
)

// Law is how a delay is spread around its median.
type Law string

// The laws.
const (
	Fixed       Law = "fixed" // always the median
	LogNormal   Law = "log-normal"
	Exponential Law = "exponential" // memoryless: nothing is known but the median
)

// never is later than any horizon.
const never = time.Duration(math.MaxInt64 / 4)

// MaxDelay bounds every time in a file.
const MaxDelay = 10 * 365 * 24 * time.Hour

// MaxSigma bounds the spread of a log-normal delay: with 3 one in forty is already some 360 times the median.
const MaxSigma = 3

// A Delay is a time that something takes, with its source. The zero value takes no time.
type Delay struct {
	Median time.Duration
	Law    Law           // empty: log-normal where there is a sigma, else fixed
	Sigma  float64       // of the natural logarithm
	Max    time.Duration // never longer, where it is set
	Never  bool          // it does not happen
	Source string        // "assumed", "provider's record", "officer NAME, day"
}

func (d Delay) law() Law {
	switch {
	case d.Law != "":
		return d.Law
	case d.Sigma > 0:
		return LogNormal
	}
	return Fixed
}

// drawn is the time that it takes in one run.
func (d Delay) drawn(c chance) time.Duration {
	if d.Never {
		return never
	}
	f := float64(d.Median)
	switch d.law() {
	case LogNormal:
		f *= math.Exp(d.Sigma * c.normal())
	case Exponential:
		f *= -math.Log(c.uniform()) / math.Ln2
	}
	if d.Max > 0 {
		f = min(f, float64(d.Max))
	}
	return time.Duration(min(f, float64(never)))
}

// median is the time that it takes in the walk of one day.
func (d Delay) median() time.Duration {
	if d.Never {
		return never
	}
	if d.Max > 0 {
		return min(d.Median, d.Max)
	}
	return d.Median
}

// String says it in short: "24h exponential".
func (d Delay) String() string {
	if d.Never {
		return "never"
	}
	s := short(d.Median)
	switch d.law() {
	case LogNormal:
		s += fmt.Sprintf(" log-normal, sigma %g", d.Sigma)
	case Exponential:
		s += " exponential"
	}
	if d.Max > 0 {
		s += ", at most " + short(d.Max)
	}
	return s
}

// short writes a time without the parts that are zero.
func short(d time.Duration) string {
	s := d.String()
	if s = strings.TrimSuffix(s, "0s"); strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	if s == "" || strings.HasSuffix(s, ".") || !strings.ContainsAny(s[len(s)-1:], "hms") {
		return d.String()
	}
	return s
}

type delayFile struct {
	Median string  `json:"median,omitempty"`
	Law    Law     `json:"law,omitempty"`
	Sigma  float64 `json:"sigma,omitempty"`
	Max    string  `json:"max,omitempty"`
	Never  bool    `json:"never,omitempty"`
	Source string  `json:"source,omitempty"`
}

// MarshalJSON writes times as "36h".
func (d Delay) MarshalJSON() ([]byte, error) {
	f := delayFile{Law: d.Law, Sigma: d.Sigma, Never: d.Never, Source: d.Source}
	if !d.Never {
		f.Median = short(d.Median)
	}
	if d.Max > 0 {
		f.Max = short(d.Max)
	}
	return json.Marshal(f)
}

// UnmarshalJSON reads it; keys that it does not know are refused.
func (d *Delay) UnmarshalJSON(b []byte) error {
	var f delayFile
	if err := strict(b, &f); err != nil {
		return err
	}
	*d = Delay{Law: f.Law, Sigma: f.Sigma, Never: f.Never, Source: f.Source}
	if f.Median == "" && !f.Never {
		return errors.New(`a delay has no median: write {"median": "24h", "source": "assumed"}, or "never": true`)
	}
	if f.Never && (f.Median != "" || f.Max != "" || f.Sigma != 0) {
		return errors.New("a delay is never over and has a median, a max or a sigma as well: leave out one of them")
	}
	for _, t := range []struct {
		text string
		to   *time.Duration
	}{{f.Median, &d.Median}, {f.Max, &d.Max}} {
		if t.text == "" {
			continue
		}
		v, err := span(t.text)
		if err != nil {
			return err
		}
		*t.to = v
	}
	return nil
}

// span reads a time such as 90s, 36h or 2d12h; it may be negative.
func span(s string) (time.Duration, error) {
	bad := fmt.Errorf("%.40q is no time: write such as 90s, 36h or 2d12h", s)
	minus, rest := false, s
	if after, ok := strings.CutPrefix(rest, "-"); ok {
		minus, rest = true, after
	}
	var d time.Duration
	if i := strings.IndexByte(rest, 'd'); i >= 0 {
		n := 0
		if _, err := fmt.Sscanf(rest[:i], "%d", &n); err != nil || fmt.Sprint(n) != rest[:i] || n > 3650 {
			return 0, bad
		}
		if d, rest = time.Duration(n)*24*time.Hour, rest[i+1:]; rest == "" {
			rest = "0s"
		}
	}
	more, err := time.ParseDuration(rest)
	if err != nil || strings.HasPrefix(rest, "-") || strings.HasPrefix(rest, "+") {
		return 0, bad
	}
	if d += more; d > MaxDelay || d < 0 {
		return 0, fmt.Errorf("%.40q is too long: at most %s", s, short(MaxDelay))
	}
	if minus {
		return -d, nil
	}
	return d, nil
}

func (d Delay) check(what string) error {
	switch {
	case d.Median < 0:
		return fmt.Errorf("%s has a median of %s: a time is not negative", what, d.Median)
	case d.Max < 0:
		return fmt.Errorf("%s has a maximum of %s: a time is not negative", what, d.Max)
	case d.Median > MaxDelay || d.Max > MaxDelay:
		return fmt.Errorf("%s is longer than %s: write \"never\": true", what, short(MaxDelay))
	case !(d.Sigma >= 0 && d.Sigma <= MaxSigma):
		return fmt.Errorf("%s has a sigma of %g: from 0 to %d", what, d.Sigma, MaxSigma)
	case d.Law != "" && d.Law != Fixed && d.Law != LogNormal && d.Law != Exponential:
		return fmt.Errorf("%s follows the law %.40q: fixed, log-normal or exponential", what, d.Law)
	case d.Sigma > 0 && d.law() != LogNormal:
		return fmt.Errorf("%s is %s and has a sigma: only log-normal delays have one", what, d.Law)
	case strings.TrimSpace(d.Source) == "":
		return fmt.Errorf("%s has no source: write \"assumed\", \"provider's record\" or who said so and when", what)
	}
	return nil
}
