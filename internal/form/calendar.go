// SPDX-License-Identifier: EUPL-1.2

package form

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// An Event is one entry of a calendar: a moment, without length.
type Event struct {
	UID     string // the same for the same thing, whenever the calendar is written
	Stamp   time.Time
	Start   time.Time
	Summary string
	Text    string
	Alarms  []time.Duration // how long before Start
}

// Calendar writes events as RFC 5545: lines of at most 75 octets ended by CRLF, text escaped, times in UTC.
func Calendar(name, product string, events []Event) []byte {
	var b strings.Builder
	line := func(field, value string) { fold(&b, field+":"+value) }
	stamp := func(t time.Time) string { return t.UTC().Format("20060102T150405Z") }
	if product == "" {
		product = "iolaus"
	}
	line("BEGIN", "VCALENDAR")
	line("VERSION", "2.0")
	line("PRODID", "-//Iolaus//"+icsText(product)+"//EN")
	line("CALSCALE", "GREGORIAN")
	line("METHOD", "PUBLISH")
	line("X-WR-CALNAME", icsText(name))
	for _, e := range events {
		line("BEGIN", "VEVENT")
		line("UID", icsText(e.UID))
		line("DTSTAMP", stamp(e.Stamp))
		line("DTSTART", stamp(e.Start))
		line("DURATION", "PT0S")
		line("SUMMARY", icsText(e.Summary))
		line("DESCRIPTION", icsText(e.Text))
		line("CLASS", "CONFIDENTIAL")
		line("TRANSP", "TRANSPARENT")
		for _, a := range e.Alarms {
			line("BEGIN", "VALARM")
			line("ACTION", "DISPLAY")
			line("DESCRIPTION", icsText(e.Summary))
			line("TRIGGER", fmt.Sprintf("-PT%dM", int(a/time.Minute)))
			line("END", "VALARM")
		}
		line("END", "VEVENT")
	}
	line("END", "VCALENDAR")
	return []byte(b.String())
}

// icsText escapes a value of type TEXT (RFC 5545, 3.3.11); other control characters have no place in it.
func icsText(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' || r == 0x7f || r == utf8.RuneError {
			return -1
		}
		return r
	}, strings.ReplaceAll(s, "\r\n", "\n"))
	return strings.NewReplacer(`\`, `\\`, ";", `\;`, ",", `\,`, "\n", `\n`).Replace(s)
}

// fold breaks a content line so that none is longer than 75 octets, never inside a character (RFC 5545, 3.1).
func fold(b *strings.Builder, line string) {
	width := 75
	for len(line) > width {
		cut := width
		for !utf8.RuneStart(line[cut]) {
			cut--
		}
		b.WriteString(line[:cut] + "\r\n ")
		line, width = line[cut:], 74
	}
	b.WriteString(line + "\r\n")
}
