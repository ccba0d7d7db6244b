// SPDX-License-Identifier: EUPL-1.2

package legal_test

import (
	"slices"
	"strings"
	"testing"

	"iolaus/internal/legal"
)

// table quotes the table of layers of the design's chapter on law, section 1, cell by cell.
const table = `
| Layer | Referral | DSA 16 | Removal order | DSA 9 / national | Evidence |
| platform, file, paste, video, podcast host | yes | yes | yes | yes | EPOC |
| web host, VPS that stores for the content provider | yes | yes | yes | yes | EPOC, seizure |
| upstream, colocation | yes | no | no | national | no |
| CDN, reverse proxy | yes (ask for the origin) | no | no, unless it hosts | yes | EPOC |
| DNS operator | yes | no | no | yes | EPOC |
| registrar, registry | yes | no | no | yes, court | EPOC, NIS2 28 |
| app store, add-on store | yes | yes | only where it stores and disseminates at the developer's request: flag for legal view | yes | EPOC |
| newsletter, mail service | yes | public archive only | no for mail; yes for a public archive | yes | EPOC |
| audio stream host | yes | yes | stored programmes; live transit: flag for legal view | yes | EPOC |
| search engine | yes (de-index) | no | no | yes | no |
`

// rows names the layers of each row.
var rows = map[string][]legal.Layer{
	"platform, file, paste, video, podcast host":         {legal.Platform},
	"web host, VPS that stores for the content provider": {legal.Host},
	"upstream, colocation":                               {legal.Upstream},
	"CDN, reverse proxy":                                 {legal.CDN},
	"DNS operator":                                       {legal.DNSOperator},
	"registrar, registry":                                {legal.Registrar, legal.Registry},
	"app store, add-on store":                            {legal.AppStore, legal.AddonStore},
	"newsletter, mail service":                           {legal.Newsletter},
	"audio stream host":                                  {legal.StreamHost},
	"search engine":                                      {legal.SearchEngine},
}

// A want is what a cell's text means: one or more answers, each under a circumstance.
type want struct {
	issuer  legal.IssuerKind
	change  func(*legal.Target)
	allowed bool
	view    bool
	advice  string // words that the advice contains
}

func as(t func(*legal.Target)) func(*legal.Target) { return t }

var (
	plain   = as(func(*legal.Target) {})
	hosts   = as(func(t *legal.Target) { t.Hosts = true })
	mail    = as(func(t *legal.Target) { t.Mail = true })
	live    = as(func(t *legal.Target) { t.LiveStream = true })
	archive = plain
)

// cellTexts says what each text of each column means.
var cellTexts = map[string]map[string][]want{
	"Referral": {
		"yes":                      {{legal.Unit, plain, true, false, ""}},
		"yes (ask for the origin)": {{legal.Unit, plain, true, false, "origin"}},
		"yes (de-index)":           {{legal.Unit, plain, true, false, "index"}},
	},
	"DSA 16": {
		"yes":                 {{legal.Unit, plain, true, false, ""}},
		"no":                  {{legal.Unit, plain, false, false, ""}},
		"public archive only": {{legal.Unit, archive, true, false, ""}, {legal.Unit, mail, false, false, "archive"}},
	},
	"Removal order": {
		"yes":                 {{legal.CompetentAuthority, plain, true, false, ""}},
		"no":                  {{legal.CompetentAuthority, plain, false, false, "stores the content"}},
		"no, unless it hosts": {{legal.CompetentAuthority, plain, false, false, "origin"}, {legal.CompetentAuthority, hosts, true, true, "evidence"}},
		"only where it stores and disseminates at the developer's request: flag for legal view": {{legal.CompetentAuthority, plain, true, true, ""}},
		"no for mail; yes for a public archive":                                                 {{legal.CompetentAuthority, mail, false, false, "archive"}, {legal.CompetentAuthority, archive, true, false, ""}},
		"stored programmes; live transit: flag for legal view":                                  {{legal.CompetentAuthority, plain, true, false, ""}, {legal.CompetentAuthority, live, true, true, ""}},
	},
	"DSA 9 / national": {
		"yes":        {{legal.NationalAuthority, plain, true, false, ""}, {legal.Court, plain, true, false, ""}},
		"yes, court": {{legal.NationalAuthority, plain, true, false, "court"}, {legal.Court, plain, true, false, "locks"}},
		"national":   {{legal.NationalAuthority, plain, true, true, ""}},
	},
	"Evidence": {
		"no":            {{legal.Court, plain, false, false, ""}},
		"EPOC":          {{legal.Court, plain, true, false, ""}},
		"EPOC, seizure": {{legal.Court, plain, true, false, "seizure"}},
		"EPOC, NIS2 28": {{legal.Court, plain, true, false, ""}},
	},
}

var columns = map[string][]legal.Instrument{
	"Referral": {legal.Referral}, "DSA 16": {legal.Notice}, "Removal order": {legal.RemovalOrder},
	"DSA 9 / national": {legal.OrderToAct}, "Evidence": {legal.PreservationOrder, legal.ProductionOrder},
}

func TestTableOfLayers(t *testing.T) {
	eu := legal.EU()
	lines := strings.Split(strings.TrimSpace(table), "\n")
	head := split(lines[0])
	seen := 0
	for _, line := range lines[1:] {
		cells := split(line)
		layers := rows[cells[0]]
		if len(layers) == 0 || len(cells) != len(head) {
			t.Fatalf("row %q", line)
		}
		for n, text := range cells[1:] {
			column := head[n+1]
			wants := cellTexts[column][text]
			if len(wants) == 0 {
				t.Fatalf("column %q: text %q has no meaning here", column, text)
			}
			for _, layer := range layers {
				for _, i := range columns[column] {
					for _, w := range wants {
						target := legal.Target{Layer: layer, Audience: legal.Public}
						w.change(&target)
						checkWant(t, eu.Rule(i, w.issuer, target), w, string(layer)+", "+text)
						seen++
					}
				}
				if text == "EPOC, NIS2 28" {
					checkWant(t, eu.Rule(legal.RegistrationDataRequest, legal.Unit, legal.Target{Layer: layer}), want{allowed: true}, string(layer))
				} else if column == "Evidence" {
					checkWant(t, eu.Rule(legal.RegistrationDataRequest, legal.Unit, legal.Target{Layer: layer}), want{}, string(layer))
				}
				if strings.Contains(text, "seizure") || strings.Contains(text, "court") {
					checkWant(t, eu.Rule(legal.CourtOrder, legal.Court, legal.Target{Layer: layer}), want{allowed: true}, string(layer))
				}
			}
		}
	}
	if seen < 70 {
		t.Errorf("only %d cells were looked at", seen)
	}
}

func split(line string) []string {
	parts := strings.Split(strings.Trim(line, "|"), "|")
	for n := range parts {
		parts[n] = strings.TrimSpace(parts[n])
	}
	return parts
}

func checkWant(t *testing.T, r legal.Ruling, w want, where string) {
	t.Helper()
	if r.Allowed != w.allowed || r.LegalView != w.view {
		t.Errorf("%s, %s: allowed %v, legal view %v (%s); want %v, %v", r.Instrument, where, r.Allowed, r.LegalView, r.Reason, w.allowed, w.view)
	}
	if !strings.Contains(r.Advice, w.advice) {
		t.Errorf("%s, %s: the advice %q does not say %q", r.Instrument, where, r.Advice, w.advice)
	}
}

// TestRefusals takes the list under "The gate" sentence by sentence.
func TestRefusals(t *testing.T) {
	eu := legal.EU()
	public := func(l legal.Layer) legal.Target { return legal.Target{Layer: l, Audience: legal.Public} }
	withAudience := func(a legal.Audience) legal.Target { return legal.Target{Layer: legal.Platform, Audience: a} }
	order := legal.RemovalOrder
	for _, c := range []struct {
		name    string
		i       legal.Instrument
		issuer  legal.IssuerKind
		target  legal.Target
		reason  string
		source  string
		mark    legal.Mark
		instead []legal.Instrument
	}{
		{"to a registrar", order, legal.CompetentAuthority, public(legal.Registrar), "registers names", "recital 13", legal.Verified,
			[]legal.Instrument{legal.OrderToAct, legal.RegistrarReport, legal.Referral}},
		{"to a registry", order, legal.CompetentAuthority, public(legal.Registry), "top-level domain", "recital 13", legal.Verified,
			[]legal.Instrument{legal.OrderToAct, legal.RegistrarReport, legal.Referral}},
		{"to a DNS operator", order, legal.CompetentAuthority, public(legal.DNSOperator), "answers for names", "recital 13", legal.Verified,
			[]legal.Instrument{legal.OrderToAct, legal.Referral}},
		{"to mere conduit or caching", order, legal.CompetentAuthority, public(legal.Conduit), "only transmits", "recital 13", legal.Verified,
			[]legal.Instrument{legal.OrderToAct, legal.Referral}},
		{"to a payment service", order, legal.CompetentAuthority, public(legal.Payment), "moves money", "recital 13", legal.Verified,
			[]legal.Instrument{legal.OrderToAct, legal.Referral}},
		{"to DDoS protection", order, legal.CompetentAuthority, public(legal.DDoSProtection), "filters traffic", "recital 13", legal.Verified,
			[]legal.Instrument{legal.OrderToAct, legal.Referral}},
		{"to cloud infrastructure that serves others", order, legal.CompetentAuthority, legal.Target{Layer: legal.Host, Audience: legal.Public, ServesOthers: true},
			"serves others", "recital 14", legal.Verified, []legal.Instrument{legal.OrderToAct, legal.Notice, legal.Referral}},
		{"for an e-mail", order, legal.CompetentAuthority, legal.Target{Layer: legal.Platform, Audience: legal.Public, Mail: true},
			"private message", "recital 14", legal.Verified, []legal.Instrument{legal.OrderToAct, legal.Referral}},
		{"for a private message", order, legal.CompetentAuthority, withAudience(legal.Private), "between a few", "recital 14", legal.Verified,
			[]legal.Instrument{legal.OrderToAct, legal.Notice, legal.Referral}},
		{"in a group that a person admits to", order, legal.CompetentAuthority, withAudience(legal.ClosedGroup), "a person must admit", "recital 14", legal.Verified,
			[]legal.Instrument{legal.OrderToAct, legal.Notice, legal.Referral}},
		{"where nobody recorded the audience", order, legal.CompetentAuthority, withAudience(""), "not recorded", "recital 14", legal.Verified,
			[]legal.Instrument{legal.OrderToAct, legal.Notice, legal.Referral}},
		{"issued by Europol", order, legal.Europol, public(legal.Host), "Europol never", "12(1)(a)", legal.Verified, []legal.Instrument{legal.Notice, legal.Referral}},
		{"issued by a unit", order, legal.Unit, public(legal.Host), "designated", "12(1)(a)", legal.Verified, []legal.Instrument{legal.Notice, legal.Referral}},
		{"issued by another authority", order, legal.NationalAuthority, public(legal.Host), "designated", "12(1)(a)", legal.Verified,
			[]legal.Instrument{legal.OrderToAct, legal.Notice, legal.Referral}},
		{"\"DNS abuse\" for propaganda", legal.RegistrarReport, legal.Unit, legal.Target{Layer: legal.Registrar, ClaimsDNSAbuse: true},
			"no \"DNS abuse\"", "3.18.2", legal.Verified, []legal.Instrument{legal.RegistrarReport, legal.Referral}},
		{"deletion asked by a report", legal.RegistrarReport, legal.Unit, legal.Target{Layer: legal.Registrar, Request: legal.DeleteName},
			"frees it for registration", "preservation", legal.Memory, []legal.Instrument{legal.RegistrarReport, legal.Referral}},
		{"deletion ordered by a court", legal.CourtOrder, legal.Court, legal.Target{Layer: legal.Registry, Request: legal.DeleteName},
			"destroys data", "preservation", legal.Memory, []legal.Instrument{legal.OrderToAct, legal.RegistrarReport, legal.CourtOrder, legal.Referral}},
		{"order to act by a unit", legal.OrderToAct, legal.Unit, public(legal.Registrar), "judicial or administrative", "Article 9", legal.Memory,
			[]legal.Instrument{legal.RegistrarReport, legal.Referral}},
		{"production by a unit", legal.ProductionOrder, legal.Unit, public(legal.Host), "validated", "2023/1543", legal.Verified, []legal.Instrument{legal.Referral}},
		{"content data without a court", legal.ProductionOrder, legal.NationalAuthority, legal.Target{Layer: legal.Host, Data: legal.ContentData}, "Traffic and content",
			"Article 4", legal.Verified, []legal.Instrument{legal.PreservationOrder}},
		{"seizure by a unit", legal.CourtOrder, legal.Unit, public(legal.Host), "court or a prosecutor", "national", legal.Memory, []legal.Instrument{legal.Notice, legal.Referral}},
		{"a hold asked by a removal order", order, legal.CompetentAuthority, legal.Target{Layer: legal.Registrar, Audience: legal.Public, Request: legal.HoldName},
			"does not ask to hold", "2021/784", legal.Verified, []legal.Instrument{legal.OrderToAct, legal.RegistrarReport, legal.Referral}},
		{"data asked by a referral", legal.Referral, legal.Court, legal.Target{Layer: legal.Host, Request: legal.ProduceData}, "does not ask to produce", "2016/794", legal.Memory,
			[]legal.Instrument{legal.ProductionOrder, legal.CourtOrder}},
		{"a store report to a host", legal.StoreReport, legal.Unit, public(legal.Host), "store", "terms", legal.Memory, []legal.Instrument{legal.Notice, legal.Referral}},
		{"a registrar report to a host", legal.RegistrarReport, legal.Unit, public(legal.Host), "registrar or a registry", "3.18", legal.Secondary, []legal.Instrument{legal.Notice, legal.Referral}},
		{"registration data from a host", legal.RegistrationDataRequest, legal.Court, public(legal.Host), "Article 28", "2022/2555", legal.Verified, []legal.Instrument{legal.ProductionOrder}},
		{"an unknown layer", legal.Referral, legal.Unit, legal.Target{Layer: "tram"}, "not known", "", legal.Own, nil},
		{"an unknown instrument", "fax", legal.Unit, public(legal.Host), "not known", "", legal.Own, nil},
		{"an unknown issuer", legal.Referral, "passer-by", public(legal.Host), "not known", "", legal.Own, nil},
		{"an unknown request", legal.Referral, legal.Unit, legal.Target{Layer: legal.Host, Request: "sing"}, "not known", "", legal.Own, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := eu.Rule(c.i, c.issuer, c.target)
			if r.Allowed || r.LegalView {
				t.Fatalf("allowed: %s", r.Reason)
			}
			if !strings.Contains(r.Reason, c.reason) || !strings.Contains(r.Source, c.source) || r.Mark != c.mark {
				t.Errorf("reason %q, source %q [%s]; want %q, %q [%s]", r.Reason, r.Source, r.Mark, c.reason, c.source, c.mark)
			}
			if !slices.Equal(r.Instead, c.instead) {
				t.Errorf("instead %v, want %v", r.Instead, c.instead)
			}
		})
	}
}

func TestRegistrationByMachineIsPublic(t *testing.T) {
	r := legal.EU().Rule(legal.RemovalOrder, legal.CompetentAuthority, legal.Target{Layer: legal.Platform, Audience: legal.AutoRegistration})
	if !r.Allowed || r.LegalView {
		t.Errorf("refused: %s", r.Reason)
	}
}

func TestHoldIsProposedNeverDeletion(t *testing.T) {
	r := legal.EU().Rule(legal.RemovalOrder, legal.CompetentAuthority, legal.Target{Layer: legal.Registrar, Audience: legal.Public})
	for _, word := range []string{"hold", "transfer", "update", "deletion", "other names", "Never ask for deletion"} {
		if !strings.Contains(r.Advice, word) {
			t.Errorf("the advice does not say %q: %s", word, r.Advice)
		}
	}
}

func TestLegalViewByIssuer(t *testing.T) {
	eu := legal.EU()
	host := legal.Target{Layer: legal.Host, Audience: legal.Public}
	with := func(d legal.DataCategory) legal.Target { t := host; t.Data = d; return t }
	for _, c := range []struct {
		i      legal.Instrument
		issuer legal.IssuerKind
		target legal.Target
		reason string
	}{
		{legal.OrderToAct, legal.CompetentAuthority, host, "national provision"},
		{legal.CourtOrder, legal.NationalAuthority, host, "prosecutor"},
		{legal.PreservationOrder, legal.CompetentAuthority, host, "validate"},
		{legal.ProductionOrder, legal.NationalAuthority, with(legal.SubscriberData), "validate"},
		{legal.ProductionOrder, legal.NationalAuthority, host, "Which data"},
		{legal.OrderToAct, legal.CompetentAuthority, legal.Target{Layer: legal.Upstream}, "National law alone"},
		{legal.OrderToAct, legal.CompetentAuthority, legal.Target{Layer: legal.Upstream}, "national provision"},
	} {
		r := eu.Rule(c.i, c.issuer, c.target)
		if !r.Allowed || !r.LegalView || !strings.Contains(r.Reason, c.reason) {
			t.Errorf("%s by %s: allowed %v, legal view %v: %q does not say %q", c.i, c.issuer, r.Allowed, r.LegalView, r.Reason, c.reason)
		}
	}
	if r := eu.Rule(legal.ProductionOrder, legal.Court, with(legal.ContentData)); !r.Allowed || r.LegalView {
		t.Errorf("a court and content data: %+v", r)
	}
}

// TestEveryRuling looks at all combinations: each answer is a sentence with a source, refusals propose only what is allowed,
// and no combination lets a removal order past the gate that should not be.
func TestEveryRuling(t *testing.T) {
	eu := legal.EU()
	ordered := 0
	each(func(issuer legal.IssuerKind, target legal.Target) {
		options := eu.Options(issuer, target)
		if len(options) != len(legal.Instruments()) {
			t.Fatalf("%d options", len(options))
		}
		rank := 0
		for _, r := range options {
			if !strings.HasSuffix(r.Reason, ".") || r.Source == "" || r.Mark == "" {
				t.Fatalf("%+v: reason, source or mark is missing", r)
			}
			now := 2
			if r.Allowed && !r.LegalView {
				now = 0
			} else if r.Allowed {
				now = 1
			}
			if now < rank {
				t.Fatalf("%s %+v: order", issuer, target)
			}
			rank = now
			if r.LegalView && !r.Allowed || r.Allowed && len(r.Instead) > 0 || !r.Allowed && r.Advice == "" {
				t.Fatalf("%s %+v: %+v", issuer, target, r)
			}
			again := target
			again.Request, again.ClaimsDNSAbuse = "", false
			for _, other := range r.Instead {
				if !eu.Rule(other, issuer, again).Allowed {
					t.Fatalf("%s %+v: %s proposes %s, which is refused", issuer, target, r.Instrument, other)
				}
			}
			if r.Allowed && target.Request == legal.DeleteName {
				t.Fatalf("%s may ask for deletion", r.Instrument)
			}
			if r.Allowed && r.Instrument == legal.RemovalOrder {
				ordered++
				stores := slices.Contains([]legal.Layer{legal.Platform, legal.Host, legal.StreamHost, legal.Newsletter, legal.AppStore, legal.AddonStore}, target.Layer) ||
					target.Layer == legal.CDN && target.Hosts
				open := target.Audience == legal.Public || target.Audience == legal.AutoRegistration
				if issuer != legal.CompetentAuthority || !stores || !open || target.Mail || target.ServesOthers || target.ClaimsDNSAbuse {
					t.Fatalf("a removal order by %s to %+v", issuer, target)
				}
			}
		}
	})
	if ordered == 0 {
		t.Error("no removal order is ever allowed: the test tests nothing")
	}
}

func each(f func(legal.IssuerKind, legal.Target)) {
	for _, issuer := range legal.Issuers() {
		for _, layer := range legal.Layers() {
			for _, audience := range []legal.Audience{"", legal.Public, legal.AutoRegistration, legal.ClosedGroup, legal.Private} {
				for _, request := range []legal.Request{"", legal.RemoveContent, legal.HoldName, legal.DeleteName, legal.AskOrigin, legal.Delist, legal.Preserve, legal.ProduceData, legal.RegistrationData} {
					most := 32
					if !slices.Contains([]legal.Request{"", legal.DeleteName}, request) || audience == legal.Private {
						most = 1
					}
					for bits := range most {
						f(issuer, legal.Target{Layer: layer, Audience: audience, Request: request,
							Mail: bits&1 > 0, ServesOthers: bits&2 > 0, LiveStream: bits&4 > 0, ClaimsDNSAbuse: bits&8 > 0, Hosts: bits&16 > 0})
					}
				}
			}
		}
	}
}
