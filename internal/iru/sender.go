// SPDX-License-Identifier: EUPL-1.2

package iru

import (
	"net/url"
	"strings"

	"iolaus/internal/locator"
)

// ByRelay is how a delivery report of our own mail server is known. Other ways to know a sender are "dkim" and "spf", "network" for one
// that is taken at its word, ByAPI for the bearer of a notice's own token, and ByPortal for one who has its link.
const ByRelay = "relay"

// Wrote reports whether a letter whose sender is known in such a way is this provider's word: from the contact that a person confirmed,
// or from its domain where that is the provider's own. A contact at a mail service shares its domain with everybody there. Hosts hand
// complaints on to their customers, so holding the reply address proves nothing.
func (p Provider) Wrote(from, authentic string) bool {
	switch authentic {
	case "", ByRelay:
		return false
	case ByAPI:
		return true
	case ByPortal: // the link lies in every mail, and mails are handed on; where nothing else is in the mail, it is the provider's own
		return p.Contact == ContactConfirmed && (p.Channel == ByPortal || p.Channel == ByAPI)
	}
	if p.Contact != ContactConfirmed || from == "" {
		return false
	}
	mine, theirs := site(p.contactHost()), site(from[strings.LastIndexByte(from, '@')+1:])
	return p.Channel == ByMail && strings.EqualFold(from, p.Address) || mine != "" && mine == site(p.Site) && mine == theirs
}

func (p Provider) contactHost() string {
	if p.Channel == ByMail {
		return p.Address[strings.LastIndexByte(p.Address, '@')+1:]
	}
	if u, err := url.Parse(p.Address); err == nil {
		return u.Hostname()
	}
	return ""
}

func site(host string) string {
	l, err := locator.Parse(strings.ToLower(strings.TrimSuffix(host, ".")))
	if err != nil {
		return ""
	}
	return l.Site()
}

// Asked gives what the addressee last asked, or its statement that it cannot act now, as filed; and our answers written since.
func Asked(thread []Letter) (asked Letter, answers []Letter) {
	for _, l := range thread {
		if l.Inbound && !l.Guess && (l.Kind == "clarification" || l.Kind == "impossible") && l.ID > asked.ID {
			asked = l
		}
	}
	for _, l := range thread {
		if !l.Inbound && l.Kind == "answer" && l.ID > asked.ID {
			answers = append(answers, l)
		}
	}
	return asked, answers
}

// Outstanding reports whether what the addressee asked has been answered, and only the proof is missing that it has the answer.
func Outstanding(thread []Letter) bool {
	asked, answers := Asked(thread)
	for _, a := range answers {
		if asked.Kind == "clarification" && a.Proof != "" && a.Failed == "" {
			return true
		}
	}
	return false
}
