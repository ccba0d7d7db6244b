// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"iolaus/internal/db"
	"iolaus/internal/iru"
	"iolaus/internal/web/ui"
)

// leadName says on which way an address was found.
func leadName(ctx context.Context, s iru.LeadSource) string {
	switch s {
	case iru.LeadPerson:
		return ui.T(ctx, "entered by a person")
	case iru.LeadLink:
		return ui.T(ctx, "linked")
	case iru.LeadRedirect:
		return ui.T(ctx, "readers are sent there")
	case iru.LeadResource:
		return ui.T(ctx, "shown on a page")
	case iru.LeadCertificate:
		return ui.T(ctx, "on the same certificate")
	case iru.LeadCT:
		return ui.T(ctx, "seen in a certificate log")
	case iru.LeadDNS:
		return ui.T(ctx, "beside it in the DNS")
	case iru.LeadAnalytics:
		return ui.T(ctx, "same analytics account")
	case iru.LeadDonation:
		return ui.T(ctx, "same donation account")
	case iru.LeadFavicon:
		return ui.T(ctx, "same icon")
	case iru.LeadFeed:
		return ui.T(ctx, "announced in a feed")
	case iru.LeadUpdate:
		return ui.T(ctx, "named in a file")
	case iru.LeadText:
		return ui.T(ctx, "named in a text")
	case iru.LeadPermutation:
		return ui.T(ctx, "a name that looks alike")
	case iru.LeadReregistered:
		return ui.T(ctx, "its dead name is registered anew")
	}
	return string(s)
}

// foundBy says how an address was found first.
func foundBy(ctx context.Context, a iru.Asset) string {
	s := leadName(ctx, iru.LeadSource(a.FoundBy))
	if a.FoundFrom != 0 {
		return join(s, ui.T(ctx, "from asset %s", id(a.FoundFrom)))
	}
	return s
}

// leadTable lists what led to an address: way, who, document, words, times.
func leadTable(ctx context.Context, leads []iru.Lead) ui.Table {
	t := ui.Table{Label: ui.T(ctx, "How it was found"), Compact: true, Empty: ui.T(ctx, "Nothing is recorded of how it was found."),
		Columns: []ui.Column{{Title: ui.T(ctx, "Way")}, {Title: ui.T(ctx, "From")}, {Title: ui.T(ctx, "Document, and in which words")}, {Title: ui.T(ctx, "First seen"), NoWrap: true}, {Title: ui.T(ctx, "Last seen"), NoWrap: true}}}
	for _, l := range leads {
		from := ui.Quiet("–")
		if l.Path.From != 0 {
			from = ui.Link("/assets/"+id(l.Path.From), ui.T(ctx, "asset %s", id(l.Path.From)))
		}
		t.Rows = append(t.Rows, ui.Cells(ui.Text(leadName(ctx, l.Source)), from, clue(cutText(plainDefanged(l.Path.Document), 120), ui.Isolated(cutText(plainDefanged(l.Path.How), 120))),
			ui.When{At: l.At, Day: true}, ui.When{At: l.Last, Day: true}))
	}
	return t
}

// noiseWords says why something is ranked low.
func noiseWords(ctx context.Context, r iru.NoiseReason) string {
	v := plainDefanged(r.Mark.Value)
	what := v
	switch r.Mark.Kind {
	case iru.NoiseDocument:
		what = ui.T(ctx, "found by the document %s", v)
	case iru.NoiseAsset:
		source, from, _ := strings.Cut(v, " ")
		what = ui.T(ctx, "%s from asset %s", leadName(ctx, iru.LeadSource(source)), from)
	case iru.NoiseRule:
		source, rule, _ := strings.Cut(v, " ")
		what = join(leadName(ctx, iru.LeadSource(source)), rule)
	case iru.NoiseSite:
		what = ui.T(ctx, "addresses under %s", v)
	}
	return ui.T(ctx, "%s: %s of %s were somebody else's", what, strconv.Itoa(r.Refused), strconv.Itoa(r.Refused+r.Accepted))
}

// trust is the page on which a person says that something is no noise, and the word.
func (v *visit) trust() error {
	ctx := v.ctx()
	if err := v.scope.May(iru.ToAttribute); err != nil {
		return err
	}
	m := iru.NoiseMark{Kind: v.value("kind"), Value: v.value("value")}
	var r iru.NoiseReason
	found := false
	if err := v.read(func(t *db.Tx) error {
		n, err := v.desk.Noise(ctx, t, v.scope)
		r, found = n.Of(m)
		return err
	}); err != nil {
		return err
	}
	if !found {
		return iru.NotFound
	}
	title := ui.T(ctx, "Count it again")
	p := StepPage{Frame: v.frame("outlets", title), Title: title, Action: at("/candidates/trust", "kind", m.Kind, "value", m.Value), Verb: title, Kind: ui.Primary, Back: "/candidates", Fields: []ui.Field{v.why(true)},
		Crumbs: []ui.Crumb{{Text: ui.T(ctx, "Outlets"), Href: "/outlets"}, {Text: ui.T(ctx, "Candidates"), Href: "/candidates"}},
		Facts:  ui.Terms{{Name: ui.T(ctx, "Ranked low because"), Value: ui.Isolated(noiseWords(ctx, r))}},
		Next:   []string{ui.T(ctx, "What was refused until now does not count against it any more."), ui.T(ctx, "It is ranked like anything else until it is refused again, often enough.")}}
	return v.takeStep(p, func() (string, error) {
		return ui.T(ctx, "It counts again."), v.desk.Trust(ctx, v.scope, m, v.value("why"))
	})
}

// lowReasons are the reasons with the way to undo each.
func (p CandidatesPage) lowReasons(ctx context.Context, rs []iru.NoiseReason) templ.Component {
	var parts []templ.Component
	for n, r := range rs {
		if n > 0 {
			parts = append(parts, ui.Text(" · "))
		}
		parts = append(parts, ui.Isolated(noiseWords(ctx, r)))
		if p.MayAttribute {
			parts = append(parts, ui.Text(" "), ui.Link(at("/candidates/trust", "kind", r.Mark.Kind, "value", r.Mark.Value), ui.T(ctx, "count it again")))
		}
	}
	return templ.Join(parts...)
}
