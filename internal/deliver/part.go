// SPDX-License-Identifier: EUPL-1.2

package deliver

import "strings"

// A Target is one act of a letter that carried several.
type Target struct {
	Notice  int64
	Ref     string
	Address string
}

// A Part is what a reply says for one act of a grouped letter.
type Part struct {
	Notice int64
	Kind   ReplyKind
	Guess  bool
	Text   string // the lines that name it
}

// Parts reads what a reply says for each act that it names, by reference or by address, line by line. A line about several is about each.
// What the reply says of itself in a field (an explicit event) holds for all that it names; words are guesses, for a person.
func Parts(r Reply, targets []Target) []Part {
	var out []Part
	for _, t := range targets {
		var lines []string
		for line := range strings.SplitSeq(ownText(r.Text), "\n") {
			if names(line, t) {
				lines = append(lines, strings.TrimSpace(line))
			}
		}
		if len(lines) == 0 {
			continue
		}
		p := Part{Notice: t.Notice, Kind: r.Kind, Guess: r.Guess, Text: strings.Join(lines, "\n")}
		if r.Guess {
			p.Kind = guess("", strip(p.Text, targets), false)
		}
		out = append(out, p)
	}
	return out
}

// names reports whether a line names an act: whole, so that /a is not taken for /ab.
func names(line string, t Target) bool {
	for _, name := range []string{t.Ref, t.Address, defanged(t.Address)} {
		for rest := line; name != ""; {
			at := strings.Index(rest, name)
			if at < 0 {
				break
			}
			end := at + len(name)
			if end == len(rest) || !strings.ContainsRune("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/_%-?=&", rune(rest[end])) {
				return true
			}
			rest = rest[at+1:]
		}
	}
	return false
}

// strip takes the names of the acts out of a line, so that words of an address are no words of the answer.
func strip(text string, targets []Target) string {
	for _, t := range targets {
		for _, name := range []string{t.Address, defanged(t.Address), t.Ref} {
			if name != "" {
				text = strings.ReplaceAll(text, name, "")
			}
		}
	}
	return text
}

// defanged is how mail programs and desks commonly write an address that must not be followed.
func defanged(address string) string {
	return strings.ReplaceAll(strings.Replace(address, "http", "hxxp", 1), ".", "[.]")
}
