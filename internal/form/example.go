// SPDX-License-Identifier: EUPL-1.2

package form

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"iolaus/internal/legal"
)

// Example is a filled record of invented facts for a template, or for the instrument of that name. Errors wrap ErrAct.
func Example(name string) (Act, error) {
	k, ok := kindOf(name)
	if !ok {
		k, ok = kindOf(TemplateOf(legal.Instrument(name), false))
	}
	if !ok {
		return Act{}, fault("", fmt.Sprintf("there is no template %q", clip(name)), "they are "+strings.Join(Templates(), ", "))
	}
	a := Act{Schema: Schema, Template: TemplateFor(k.id, "en"), Lang: "en", Ref: "XX-2026-0001", Instrument: string(k.instrument),
		Issuer: Issuer{Name: "Unit A", Country: "XA", Kind: "competent_authority", Type: "police", Mail: "referrals@unit-a.test", Phone: "+00 1 555 0100",
			Address: "1 Station Square, Halcyon", Representative: "I. Ferry, chief of section", File: "A/2026/17"},
		Addressee: Addressee{Name: "Birchrack Hosting", Contact: "abuse@birchrack.test", Establishment: "XB", Representative: "R. Quay, 4 Harbour Lane, Birch",
			Languages: []string{"en", "fr"}},
		Targets:  []Target{{"https://halcyon-weather.test/posts/2.html", "second post of the page, below the picture of the barometer"}},
		Request:  string(legal.RemoveContent),
		Limbs:    []string{"a"},
		Passages: []Passage{{Text: "القطار يصل في الساعة ١٢:٣٠ إلى المحطة", Lang: "ar", Translation: "The train arrives at the station at 12:30.", Translator: "M. Lines", Unverified: true}},
		Reasons:  "An invented text about trains, for practice: it is quoted in its language, with a translation.",
		Basis:    k.instrument.Basis(), SeenAt: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC), Exhibit: strings.Repeat("0a", 32), Handling: "TLP:GREEN PAP:GREEN H0",
		IssuedAt: time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC), Verify: "https://iolaus.unit-a.test/verify", Portal: "https://iolaus.unit-a.test/p/practice"}
	if a.Basis == "" {
		a.Basis = "Regulation (EU) 2021/784, Article 14(5)"
	}
	if r := k.instrument.Ref(); r != "" {
		a.Ref = r + "-2026-0001"
	}
	a.particular(k)
	return a, a.Check()
}

// particular fills what one template has.
func (a *Act) particular(k kind) {
	redress := &Redress{Body: "Administrative Court of Halcyon", Deadline: "30 days from receipt", Link: "https://law.unit-a.test/redress",
		Provider: "an action for annulment", Recipient: "an action for annulment, and a complaint to the provider"}
	switch k.id {
	case "notice", "trusted_flagger":
		a.Notice = &Notice{BonaFide: true}
		if k.id == "trusted_flagger" {
			a.Notice.Flagger = &Flagger{"Unit A", "Digital Services Coordinator of XA", "2025-02-17"}
		}
	case "removal_order":
		a.Limit = &Limit{"tco-1h", "1 hour", "Regulation (EU) 2021/784, Article 3(3), (7) and (8)"}
		a.NonDisclosure = &NonDisclosure{Until: time.Date(2026, 4, 13, 10, 0, 0, 0, time.UTC), Reason: "An inquiry about lost umbrellas would be harmed."}
		a.CrossBorder = &CrossBorder{State: "XB", Authority: "Authority of XB, tco@authority-b.test", CopySent: true}
		redress.Provider, redress.Recipient = "", ""
		a.Redress = redress
	case "order_to_act":
		a.Order = &Order{Provision: "Act on Timetables of XA, section 12", Territory: "XA", Effect: "Digital Services Coordinator of XA, dsc@xa.test",
			Informing: "The recipient of the service may be told of the order."}
		a.Redress = redress
		a.CrossBorder = &CrossBorder{State: "XB", Authority: "Digital Services Coordinator of XB"}
	case "registrar_report", "registration_data":
		a.Targets = []Target{{Address: "halcyon-weather.test"}}
		a.Names = &Names{Domains: []string{"halcyon-weather.test"}, Others: []string{"halcyon-trains.test"}}
		a.Request = string(legal.HoldName)
		if a.Names.Hold = k.id == "registrar_report"; !a.Names.Hold {
			a.Limbs, a.Request = nil, string(legal.RegistrationData)
			a.Names.Data, a.Names.Purpose = []string{"name of the registrant", "contact mail address and telephone number", "date of registration"}, "to find who runs the page"
			a.Limit = &Limit{"nis2-72h", "72 hours", "Directive (EU) 2022/2555, Article 28(5)"}
		}
	case "store_report":
		a.Request = string(legal.Delist)
		a.Store = &Store{Listing: "https://store.test/apps/halcyon", Developer: "Halcyon Makers", Package: "test.halcyon.weather", Updates: "https://updates.halcyon.test/"}
	case "court_order":
		a.Redress = redress
	case "threat_to_life":
		a.Limbs = nil
		a.Emergency = "A bridge is said to be unsafe for the train of 12:30."
		a.Threat = &Threat{What: "The text says that the bridge at Halcyon does not carry the train.", Where: "Halcyon bridge", KnownAt: a.SeenAt, Contact: "duty officer, +00 1 555 0199"}
	case "epoc", "epoc_pr":
		a.certificate(k)
	}
}

// certificate fills an EPOC or an EPOC-PR from what the record says already; what only the issuing authority knows stays empty.
func (a *Act) certificate(k kind) {
	a.Limbs, a.Passages = nil, nil
	a.Request = string(legal.Preserve)
	a.Limit = &Limit{"epoc-pr", "60 days, and 30 on extension", "Regulation (EU) 2023/1543, Article 11"}
	if k.id == "epoc" {
		a.Request = string(legal.ProduceData)
		a.Limit = &Limit{"epoc", "10 days", "Regulation (EU) 2023/1543, Article 10"}
	}
	c := Prepared(*a)
	a.Certificate = &c
}

// Prepared is a certificate with what the record knows: parties, contact and the place concerned. The rest is for the issuing authority.
func Prepared(a Act) Certificate {
	c := Certificate{Values: map[string]string{"A1": a.Issuer.Country, "A2": a.Issuer.Name, "A5": a.Issuer.File, "B1": a.Addressee.Name, "B5": a.Addressee.Representative, "B6": a.Addressee.Contact}}
	var where []string
	for _, t := range a.Targets {
		where = append(where, t.Address)
	}
	authority := map[string]string{"epoc": "I", "epoc_pr": "F"}[a.Template.ID]
	at := map[string][]string{"I": {"9", "10", "12", "13", "14", "15", "16"}, "F": {"10", "11", "13", "14", "15", "16", "17"}}[authority]
	for n, v := range []string{a.Issuer.Name, a.Issuer.Representative, a.Issuer.File, a.Issuer.Address, a.Issuer.Phone, a.Issuer.Fax, a.Issuer.Mail} {
		if at != nil {
			c.Values[authority+at[n]] = v
		}
	}
	service, deadline, data := "C7", "", "D2"
	if a.Template.ID == "epoc" {
		service, deadline, data = "E7", "C2", "F2"
		if a.Emergency != "" {
			deadline = "C4"
		}
	}
	c.Values[service] = strings.Join(where, "\n")
	c.Ticks = slices.DeleteFunc([]string{deadline, data}, func(t string) bool { return t == "" })
	for key, v := range c.Values {
		if v == "" {
			delete(c.Values, key)
		}
	}
	return c
}

// ExampleConfidential is an invented section M.
func ExampleConfidential() Confidential {
	return Confidential{Values: map[string]string{"M1": "Nothing milder would find out who changes the timetable.", "M2": "Somebody publishes timetables of trains that do not run.",
		"M36": "None."}, Ticks: []string{"M14"}}
}
