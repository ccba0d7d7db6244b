// SPDX-License-Identifier: EUPL-1.2

package form_test

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"iolaus/internal/form"
)

// A component is what RFC 5545 calls one: properties by name, and what lies in it.
type component struct {
	name  string
	props map[string][]string
	parts []component
}

var contentLine = regexp.MustCompile(`^([A-Z0-9-]+)((?:;[A-Z0-9-]+=[^;:"]+)*):(.*)$`)

// parse reads a calendar strictly: CRLF only, lines of at most 75 octets of valid UTF-8, unfolded, each a content line, components closed in
// their order.
func parse(text []byte) (component, error) {
	root := component{}
	if !bytes.HasSuffix(text, []byte("\r\n")) {
		return root, fmt.Errorf("the last line has no end")
	}
	var lines []string
	for _, l := range strings.Split(strings.TrimSuffix(string(text), "\r\n"), "\r\n") {
		switch {
		case len(l) > 75 || strings.ContainsAny(l, "\r\n") || !utf8.ValidString(l):
			return root, fmt.Errorf("bad line of %d octets: %q", len(l), l)
		case strings.HasPrefix(l, " ") && len(lines) > 0:
			lines[len(lines)-1] += l[1:]
		default:
			lines = append(lines, l)
		}
	}
	stack := []component{root}
	for _, l := range lines {
		m := contentLine.FindStringSubmatch(l)
		if m == nil {
			return root, fmt.Errorf("no content line: %q", l)
		}
		top := &stack[len(stack)-1]
		switch m[1] {
		case "BEGIN":
			stack = append(stack, component{name: m[3], props: map[string][]string{}})
		case "END":
			if top.name != m[3] {
				return root, fmt.Errorf("%s is closed inside %s", m[3], top.name)
			}
			done := *top
			stack = stack[:len(stack)-1]
			stack[len(stack)-1].parts = append(stack[len(stack)-1].parts, done)
		default:
			if top.props == nil {
				return root, fmt.Errorf("a property outside of a component: %q", l)
			}
			top.props[m[1]] = append(top.props[m[1]], m[3])
		}
	}
	if len(stack) != 1 || len(stack[0].parts) != 1 || stack[0].parts[0].name != "VCALENDAR" {
		return root, fmt.Errorf("not one whole VCALENDAR")
	}
	return stack[0].parts[0], nil
}

func unescape(s string) string {
	return strings.NewReplacer(`\\`, `\`, `\;`, ";", `\,`, ",", `\n`, "\n").Replace(s)
}

func TestCalendar(t *testing.T) {
	at := time.Date(2026, 3, 29, 3, 30, 0, 0, time.FixedZone("", 7200))
	hard := "RO-2026-0001, Bärenhöhle; Übersee\\Nord\nنشرة الطقس " + strings.Repeat("ж", 80) + "\x00\x07"
	text := form.Calendar("Clocks", "iolaus/1", []form.Event{
		{UID: "clock-1@unit.test", Stamp: at, Start: at.Add(time.Hour), Summary: hard, Text: "tco-1h", Alarms: []time.Duration{30 * time.Minute, 5 * time.Minute}},
		{UID: "clock-2@unit.test", Stamp: at, Start: at, Summary: "RF-2"}})
	cal, err := parse(text)
	if err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	if cal.props["VERSION"][0] != "2.0" || len(cal.props["PRODID"]) != 1 || len(cal.parts) != 2 {
		t.Errorf("%+v", cal)
	}
	e := cal.parts[0]
	for _, name := range []string{"UID", "DTSTAMP", "DTSTART", "SUMMARY", "DURATION"} {
		if len(e.props[name]) != 1 {
			t.Errorf("%s stands %d times", name, len(e.props[name]))
		}
	}
	if e.props["DTSTART"][0] != "20260329T023000Z" || unescape(e.props["SUMMARY"][0]) != strings.TrimRight(hard, "\x00\x07") {
		t.Errorf("%q", e.props)
	}
	if len(e.parts) != 2 || e.parts[0].name != "VALARM" || e.parts[0].props["TRIGGER"][0] != "-PT30M" || e.parts[1].props["ACTION"][0] != "DISPLAY" {
		t.Errorf("alarms: %+v", e.parts)
	}
	if empty, err := parse(form.Calendar("", "", nil)); err != nil || len(empty.parts) != 0 {
		t.Errorf("an empty calendar: %v", err)
	}
	for _, bad := range []string{"BEGIN:VCALENDAR\nEND:VCALENDAR\n", "BEGIN:VCALENDAR\r\n", "BEGIN:VCALENDAR\r\nEND:VEVENT\r\n", "BEGIN:VCALENDAR\r\n" + strings.Repeat("X", 80) + ":1\r\nEND:VCALENDAR\r\n"} {
		if _, err := parse([]byte(bad)); err == nil {
			t.Errorf("the parser takes %q", bad)
		}
	}
}

func FuzzCalendar(f *testing.F) {
	f.Add("a,b;c\\d\ne")
	f.Add(strings.Repeat("ä", 60))
	f.Fuzz(func(t *testing.T, s string) {
		if _, err := parse(form.Calendar(s, s, []form.Event{{UID: s, Summary: s, Text: s}})); err != nil {
			t.Errorf("%q: %v", s, err)
		}
	})
}

func TestLetters(t *testing.T) {
	for _, kind := range []string{"information", "copy", "intention", "decision", "restore", "finality", "correction", "disclosure"} {
		subject, text := form.Letter(form.Missive{Kind: kind, Ref: "RO-1", From: "Unit A, XA", FromMail: "tco@unit-a.test", To: "Birchrack", Locator: "https://rail.test/", Addressee: "Birchrack", Issuer: "Authority",
			Why: "the reasons", Order: "the order", Wait: "12 hours", Limit: "1 hour"})
		if !strings.Contains(subject, "RO-1") || !strings.Contains(text, "Article") || !strings.Contains(text, "tco@unit-a.test") || strings.Contains(text, "%!") {
			t.Errorf("%s: %s\n%s", kind, subject, text)
		}
	}
}
