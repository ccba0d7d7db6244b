// SPDX-License-Identifier: EUPL-1.2

package form

import (
	"fmt"
	"strings"
	"time"
)

// A Missive is what a letter beside an act's own thread says. Fields that its kind has no use for stay empty.
type Missive struct {
	Kind      string // of package iru
	Ref       string // of the order
	From      string // unit and state
	FromMail  string
	To        string
	Locator   string // the address concerned
	Addressee string // the provider, in letters to authorities
	Issuer    string // the issuing authority, in letters of a scrutiniser
	Why       string // reasons, or what changed
	Order     string // the order's own text, for a copy
	At        time.Time
	Wait      string // how long before the first order, in words
	Limit     string // the time to act on an order, in words
}

func moment(t time.Time) string { return t.UTC().Format("2 January 2006 15:04:05") + " UTC" }

// Letter gives subject and plain text of a missive, in English. The words that the law asks for are in it; a person can add others.
func Letter(m Missive) (subject, text string) {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	head := func(title string) {
		if subject = title; m.Ref != "" {
			subject = "[" + m.Ref + "] " + title
		}
		line("%s", title)
		if m.Ref != "" {
			line("Reference: %s", m.Ref)
		}
		line("From: %s", m.From)
		line("To: %s", m.To)
		line("")
	}
	const tco = "Regulation (EU) 2021/784"
	switch m.Kind {
	case "information":
		head("Information on procedures and deadlines for removal orders")
		line("We are competent to issue removal orders under Article 3 of %s, and may issue one to you. Under Article 3(2) you get this information at least %s before the first one.", tco, m.Wait)
		line("")
		line("- An order names the exact address, the reasons, and how it can be checked.")
		line("- You remove the content, or disable access to it in all Member States, as soon as possible and in any event within %s of receipt.", m.Limit)
		line("- You tell us when you have, with the form of Annex II.")
		line("- If you cannot for reasons of force majeure or de facto impossibility, or the order lacks what you need, you tell us at once with the form of Annex III; the time runs when the reason has ended, or from receipt of the clarification.")
		line("- You keep the content and related data for six months (Article 6).")
		line("- You can challenge the order before our courts (Article 9). If your main establishment is in another Member State, you can ask the authority there within 48 hours to scrutinise it (Article 4(4)).")
		line("- Your contact point (Article 15) is where orders go. If what we use is not it, please tell us.")
	case "copy":
		head("Copy of a removal order (Article 4(1) of " + tco + ")")
		line("Simultaneously with this copy the removal order below was sent to %s, whose main establishment is in your Member State.", m.Addressee)
		line("Within 72 hours of receipt you may scrutinise it on your own initiative (Article 4(3)).")
		line("")
		line("%s", m.Order)
	case "intention":
		head("Intention to find an infringement (Article 4(5) of " + tco + ")")
		line("We have scrutinised your removal order to %s about:", m.Addressee)
		line("  %s", m.Locator)
		line("We intend to decide that it seriously or manifestly infringes the Regulation or fundamental rights, for these reasons:")
		line("")
		line("%s", m.Why)
	case "decision":
		head("Decision on the scrutiny of a removal order (Article 4(6) of " + tco + ")")
		line("Removal order of %s to %s about:", m.Issuer, m.Addressee)
		line("  %s", m.Locator)
		line("")
		line("%s", m.Why)
		line("")
		line("Where an infringement is found, the order has no legal effect any more, and the provider reinstates the content or access at once, its own terms aside (Article 4(6) and (7)).")
	case "restore":
		head("The order has no effect any more: reinstatement")
		line("Our order about this address has no legal effect any more:")
		line("  %s", m.Locator)
		line("")
		line("%s", m.Why)
		line("")
		line("Please put the content back or enable access again at once, without prejudice to your own terms and conditions (Article 4(7) of %s), and tell us when you have. We shall look.", tco)
	case "finality":
		head("A removal order has become final (Article 3(9) of " + tco + ")")
		line("The removal order to %s, whose main establishment is in your Member State, became final on %s.", m.Addressee, moment(m.At))
		line("%s", m.Why)
	case "correction":
		head("Correction: what you had from us does not stand")
		line("You had from us a notice, a copy, an export or a fingerprint about:")
		line("  %s", m.Locator)
		line("")
		line("%s", m.Why)
		line("")
		line("Please correct your records, take back what rests on it (Articles 4(6) and 9 of %s, Article 16 of Directive (EU) 2016/680), and pass this on to whom you passed it on.", tco)
	case "secrecy":
		head("Please do not inform the content provider (Article 11(3) of " + tco + ")")
		line("We decided, for reasons of public security, that the content provider is not told of the removal of what was at this address:")
		line("  %s", m.Locator)
		line("This holds until %s. Until then please do not disclose any information on it; after that Article 11(1) and (2) apply.", moment(m.At))
	case "disclosure":
		head("Non-disclosure has ended")
		line("The decision that the content provider must not be told of the order about this address ended on %s:", moment(m.At))
		line("  %s", m.Locator)
		line("Please tell the content provider now of the removal, the reasons, and the right to challenge it (Article 11 of %s).", tco)
	default:
		head("Message")
		line("%s", m.Why)
	}
	line("")
	line("Please answer to %s.", m.FromMail)
	return subject, b.String()
}
