// SPDX-License-Identifier: EUPL-1.2

package iru

import "testing"

func TestWrote(t *testing.T) {
	mail := Provider{Site: "birchrack.test", Channel: ByMail, Address: "abuse@birchrack.test", Contact: ContactConfirmed}
	service := Provider{Site: "small-host.test", Channel: ByMail, Address: "Small.Host@freemail.test", Contact: ContactConfirmed}
	unsure, api := mail, Provider{Site: "birchrack.test", Channel: ByAPI, Address: "https://api.birchrack.test/desk", Contact: ContactConfirmed}
	unsure.Contact = ContactChanged
	for name, c := range map[string]struct {
		p               Provider
		from, authentic string
		want            bool
	}{
		"the contact itself":     {mail, "abuse@birchrack.test", "dkim", true},
		"a colleague":            {mail, "Desk@Legal.Birchrack.test", "spf", true},
		"a customer":             {mail, "owner@halcyon-weather.test", "dkim", false},
		"a name that looks like": {mail, "abuse@birchrack.test.evil.test", "dkim", false},
		"nothing proves it":      {mail, "abuse@birchrack.test", "", false},
		"a report of our relay":  {mail, "abuse@birchrack.test", ByRelay, false},
		"contact not confirmed":  {unsure, "abuse@birchrack.test", "dkim", false},
		"no sender":              {mail, "", "dkim", false},
		"the interface":          {api, "", ByAPI, true},
		"mail of an interface":   {api, "abuse@birchrack.test", "dkim", true},
		"at a mail service":      {service, "small.host@freemail.test", "dkim", true},
		"somebody else there":    {service, "owner@freemail.test", "dkim", false},
		"no contact":             {Provider{Channel: ByMail, Contact: ContactConfirmed}, "", "dkim", false},
	} {
		if got := c.p.Wrote(c.from, c.authentic); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestOutstanding(t *testing.T) {
	ask, answer := Letter{ID: 2, Inbound: true, Kind: "clarification"}, Letter{ID: 3, Kind: "answer", Proof: "250"}
	guess, failed, unsent, cannot := Letter{ID: 4, Inbound: true, Guess: true, Kind: "clarification"}, answer, answer, ask
	failed.Failed, unsent.Proof, cannot.Kind = "550", "", "impossible"
	for name, c := range map[string]struct {
		thread []Letter
		want   bool
	}{
		"asked":           {[]Letter{ask}, false},
		"answered":        {[]Letter{ask, answer}, true},
		"only guessed":    {[]Letter{ask, answer, guess}, true},
		"asked again":     {[]Letter{ask, answer, {ID: 5, Inbound: true, Kind: "clarification"}}, false},
		"not delivered":   {[]Letter{ask, failed}, false},
		"on its way":      {[]Letter{ask, unsent}, false},
		"it cannot":       {[]Letter{cannot, answer}, false},
		"answered before": {[]Letter{{ID: 1, Kind: "answer", Proof: "250"}, ask}, false},
	} {
		if got := Outstanding(c.thread); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
