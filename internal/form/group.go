// SPDX-License-Identifier: EUPL-1.2

package form

import (
	"fmt"
	"strings"
)

// A Part is one act of a grouped letter, in the words that were approved.
type Part struct {
	Ref     string
	Address string // exact
	Text    string
}

// Group gives the subject and the text of one letter with several referrals. Each text stands as it was approved; what is around them
// says how to answer for one address.
func Group(ref, issuer, addressee string, parts []Part) (subject, text string) {
	subject = fmt.Sprintf("[%s] %d referrals", ref, len(parts))
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line("%d referrals in one letter", len(parts))
	line("Reference: %s", ref)
	line("From: %s", issuer)
	line("To: %s", addressee)
	line("")
	for n, p := range parts {
		line("  %d. %s  %s", n+1, p.Ref, p.Address)
	}
	line("")
	line("Each stands for itself. Please answer on a line for each address, naming it or its reference, for example:")
	line("  %s: removed", parts[0].Ref)
	for n, p := range parts {
		line("")
		line("---- %d of %d: %s ----", n+1, len(parts), p.Ref)
		line("")
		line("%s", strings.TrimSpace(p.Text))
	}
	return subject, b.String()
}

// A Danger is what a prepared letter about a threat to life says.
type Danger struct {
	Issuer, IssuerMail string
	Category, Reason   string
	Ref, Address       string // of the act that left
	Addressee          string
	Declared           string // when, and by whom: two names
}

// Inform gives the text of a letter about a threat to life, to whoever must know (Regulation (EU) 2021/784, Article 14(5)).
func Inform(to string, d Danger) string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line("To: %s", to)
	line("From: %s", d.Issuer)
	line("Threat to life (Regulation (EU) 2021/784, Article 14(5))")
	line("")
	line("What: %s.", d.Category)
	line("What is known: %s", d.Reason)
	line("Where: %s", d.Address)
	line("What we did: %s, to %s.", d.Ref, d.Addressee)
	line("Declared: %s", d.Declared)
	line("")
	line("The content as captured is kept by us and can be handed over. Please tell %s whom to speak to.", d.IssuerMail)
	return b.String()
}
