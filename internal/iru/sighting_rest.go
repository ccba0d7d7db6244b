// SPDX-License-Identifier: EUPL-1.2

package iru

import (
	"fmt"
	"net/url"
	"strings"
	"time"
)

// words is a list on one line.
func words(l []string) string {
	var out []string
	for _, s := range l {
		if s != "" {
			out = append(out, s)
		}
	}
	return strings.Join(out, " · ")
}

func day(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.DateOnly)
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return ""
}

func version(v string, code uint64) string {
	switch {
	case code == 0:
		return v
	case v == "":
		return fmt.Sprint(code)
	}
	return fmt.Sprintf("%s (%d)", v, code)
}

func counted(n int, newest time.Time) string { return words([]string{fmt.Sprint(n), day(newest)}) }

// hostOf is the name in an address.
func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return strings.ToLower(u.Hostname())
}

func trimWildcard(name string) string { return strings.TrimPrefix(name, "*.") }
