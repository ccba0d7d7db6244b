// SPDX-License-Identifier: EUPL-1.2

package form

import (
	"fmt"
	"strings"
)

// Mail gives the subject and the plain text of an act as it goes by mail or API. Everything that the PDF says is in it, in the same
// order. A record that was not checked gives an error that wraps ErrAct.
func Mail(a Act) (subject, text string, err error) {
	s, err := written(a)
	if err != nil {
		return "", "", err
	}
	var b strings.Builder
	for n, l := range s.blocks {
		switch l.kind {
		case title, lead, para:
			fmt.Fprintf(&b, "%s\n", l.text)
			if l.kind == lead && s.blocks[n+1].kind == lead {
				b.WriteString("\n")
			}
		case head:
			fmt.Fprintf(&b, "\n%s\n%s\n", l.text, strings.Repeat("-", min(60, len([]rune(l.text)))))
		case field:
			if strings.Contains(l.text, "\n") || len(l.label)+len(l.text) > 300 {
				fmt.Fprintf(&b, "%s:\n%s\n", l.label, indented(l.text, "  "))
			} else {
				fmt.Fprintf(&b, "%s: %s\n", l.label, l.text)
			}
		case quote:
			fmt.Fprintf(&b, "%s:\n%s\n", l.label, indented(l.text, "> "))
		case box:
			fmt.Fprintf(&b, "%s %s\n", tick(l.on), l.text)
		}
	}
	return fmt.Sprintf("[%s] %s", a.Ref, s.blocks[0].text), b.String(), nil
}

func tick(on bool) string {
	if on {
		return "[x]"
	}
	return "[ ]"
}

func indented(text, with string) string {
	return with + strings.ReplaceAll(text, "\n", "\n"+with)
}

// written composes an act that was checked.
func written(a Act) (*sheet, error) {
	a = a.normal()
	if err := a.Check(); err != nil {
		return nil, err
	}
	digest := ""
	if !a.IssuedAt.IsZero() {
		var err error
		if digest, err = Digest(a); err != nil {
			return nil, err
		}
	}
	return compose(a, digest), nil
}

// Answer gives the subject and text of a further letter in an act's thread.
func Answer(ref, title, words string) (subject, text string) {
	return fmt.Sprintf("Re: [%s] %s", ref, title), fmt.Sprintf("Reference: %s\n\n%s\n", ref, strings.TrimSpace(words))
}
