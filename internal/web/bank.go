// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"
	"slices"
	"strconv"

	"iolaus/internal/db"
	"iolaus/internal/iru"
	"iolaus/internal/web/ui"
)

// mediaCounted is how many contents of a bank are counted by medium while a person waits: a twentieth of a second.
const mediaCounted = 20_000

// banksPage lists the unit's banks.
func (v *visit) banksPage() error {
	ctx := v.ctx()
	p := BanksPage{Frame: v.frame("evidence", ui.T(ctx, "Banks of known content")), Said: v.said(), May: v.may(iru.ToCurateBanks)}
	err := v.read(func(t *db.Tx) error {
		banks, err := t.Banks(ctx, v.scope)
		if err != nil {
			return err
		}
		sizes, err := t.BankSizes(ctx, v.scope)
		if err != nil {
			return err
		}
		if p.Earlier, err = v.rescan(t, iru.SoughtKnown); err != nil {
			return err
		}
		p.Count = len(banks)
		p.Table = ui.Table{Label: ui.T(ctx, "Banks of known content"), List: true, Columns: []ui.Column{{Title: ui.T(ctx, "Bank")}, {Title: ui.T(ctx, "Whose word it is")}, {Title: ui.T(ctx, "Handling codes"), NoWrap: true},
			{Title: ui.T(ctx, "Contents"), Num: true}, {Title: ui.T(ctx, "Fingerprints")}, {Title: ui.T(ctx, "Last import"), NoWrap: true}, {Title: ui.T(ctx, "State")}}}
		for _, b := range banks {
			media, cut, err := t.BankMedia(ctx, v.scope, b.ID, mediaCounted)
			if err != nil {
				return err
			}
			last, err := t.LastOf(ctx, iru.Subject{Noun: "bank", ID: int64(b.ID)}, "import", 1)
			if err != nil {
				return err
			}
			imported := ui.Quiet(ui.T(ctx, "never"))
			if len(last) > 0 {
				imported = ui.Fresh{Seen: last[0].At, Now: v.now}
			}
			p.Table.Rows = append(p.Table.Rows, ui.Cells(ui.Link("/banks/"+id(b.ID), b.Name), ui.Text(sourceName(ctx, b.Source)), handling(b.Handling),
				ui.Text(ui.Thousands(sizes[b.ID])), ui.Quiet(mediaWords(ctx, media, cut)), imported, bankState(ctx, b).Plain()))
		}
		return nil
	})
	if err != nil {
		return err
	}
	return v.show(p.View())
}

func (v *visit) bankPage() error { return v.showBank(BankPage{}, nil) }

// bank reads the one that the path names.
func (v *visit) bank(name string) (b iru.Bank, err error) {
	n, err := v.number(name)
	if err != nil {
		return b, err
	}
	err = v.read(func(t *db.Tx) error {
		b, err = t.Bank(v.ctx(), v.scope, iru.BankID(n))
		return err
	})
	return b, err
}

// showBank shows a bank. What a refused form said, and why, is set in p before.
func (v *visit) showBank(p BankPage, refused error) error {
	ctx, q := v.ctx(), v.r.URL.Query()
	var err error
	if p.Bank, err = v.bank("id"); err != nil {
		return err
	}
	p.Now, p.Said, p.May, p.Medium, p.State = v.now, v.said(), v.may(iru.ToCurateBanks), q.Get("medium"), q.Get("state")
	if !slices.Contains(iru.Media, p.Medium) {
		p.Medium = ""
	}
	f := db.KnownFilter{Bank: p.Bank.ID, Medium: p.Medium}
	switch p.State {
	case string(iru.KnownActive), string(iru.KnownQuarantined), string(iru.KnownWithdrawn):
		f.State = iru.KnownState(p.State)
	case string(iru.FloodMarked):
		f.Flood = iru.FloodMarked
	default:
		p.State = ""
	}
	after := number(q.Get("after"))
	err = v.read(func(t *db.Tx) error {
		b := p.Bank.ID
		sizes, err := t.BankSizes(ctx, v.scope)
		if err != nil {
			return err
		}
		p.Size = sizes[b]
		if p.Media, p.Cut, err = t.BankMedia(ctx, v.scope, b, mediaCounted); err != nil {
			return err
		}
		who := names{}
		p.By = who.of(ctx, t, p.Bank.By)
		if p.Imports, err = t.LastOf(ctx, iru.Subject{Noun: "bank", ID: int64(b)}, "import", 1); err != nil {
			return err
		}
		if p.History, err = v.told(t, iru.Subject{Noun: "bank", ID: int64(b)}, who); err != nil {
			return err
		}
		ks, err := t.KnownsAfter(ctx, v.scope, f, after, perPage+1)
		if err != nil {
			return err
		}
		here := func(after string) string {
			return at("/banks/"+id(b), "medium", p.Medium, "state", p.State, "after", after)
		}
		p.Pages = ui.Pages{}
		if len(ks) > perPage {
			ks = ks[:perPage]
			p.Pages.Next = here(id(ks[perPage-1].ID))
		}
		if after > 0 {
			p.Pages.Previous = here("")
		}
		p.Entries = knownTable(ctx, t, who, ks)
		return nil
	})
	if err != nil {
		return err
	}
	for _, verb := range bankVerbs {
		if v.mayStepBank(verb, p.Bank) == nil {
			p.Steps = append(p.Steps, stepButton(bankVerbName(ctx, verb), "/banks/"+id(p.Bank.ID), verb, ui.Ordinary))
		}
	}
	p.Frame = v.frame("evidence", ui.T(ctx, "Bank “%s”", p.Bank.Name))
	p.Frame.Handling = handling(p.Bank.Handling)
	if refused != nil {
		return v.again(refused, p.View())
	}
	return v.show(p.View())
}

// told is what happened to a thing lately, in words.
func (v *visit) told(t *db.Tx, about iru.Subject, who names) (ui.Table, error) {
	es, err := t.EventsBefore(v.ctx(), v.scope, about, 0, maxThread)
	if err != nil {
		return ui.Table{}, err
	}
	slices.Reverse(es)
	return v.historyTable(v.ctx(), t, who, es)
}

// knownTable lists known content of one bank.
func knownTable(ctx context.Context, t *db.Tx, who names, ks []iru.Known) ui.Table {
	table := ui.Table{Label: ui.T(ctx, "Known content"), Compact: true, List: true, Empty: ui.T(ctx, "Nothing of this kind is in this bank."), Columns: []ui.Column{{Title: ui.T(ctx, "What it is")}, {Title: ui.T(ctx, "Fingerprints")},
		{Title: ui.T(ctx, "Judged then")}, {Title: ui.T(ctx, "By")}, {Title: ui.T(ctx, "Entered"), NoWrap: true}, {Title: ui.T(ctx, "State")}}}
	for _, k := range ks {
		media := map[string]int{}
		for _, s := range k.Signals {
			media[s.Medium]++
		}
		table.Rows = append(table.Rows, ui.Cells(ui.Link("/banks/"+id(k.Bank)+"/known/"+id(k.ID), cutText(plainDefanged(k.Name()), 80)), ui.Quiet(mediaWords(ctx, media, false)),
			ui.Text(knownFinding(ctx, k.Finding)), ui.Isolated(who.of(ctx, t, k.By)), ui.Isolated(day(k.Created)), knownState(ctx, k).Plain()))
	}
	return table
}

// mediaWords says how many fingerprints there are of each medium; cut: there are more.
func mediaWords(ctx context.Context, media map[string]int, cut bool) string {
	var parts []string
	for _, m := range iru.Media {
		if n := media[m]; n > 0 {
			s := mediumCode(ctx, m)
			if n > 1 || cut {
				s += " " + ui.Thousands(n)
			}
			if cut {
				s += "+"
			}
			parts = append(parts, s)
		}
	}
	return join(parts...)
}

// openBank is the page on which a bank is opened, and the step.
func (v *visit) openBank() error {
	ctx := v.ctx()
	if err := v.scope.May(iru.ToCurateBanks); err != nil {
		return err
	}
	b := iru.Bank{Name: v.value("name"), Source: iru.Source(v.value("source")), Note: v.value("what"), Feed: v.value("feed"), Handling: iru.DefaultHandling}
	if v.r.PostFormValue("tlp") != "" {
		b.Handling = v.typedHandling()
	}
	if b.Source == "" {
		b.Source = iru.SourcePartner
	}
	title := ui.T(ctx, "Open a bank")
	p := StepPage{Frame: v.frame("evidence", title), Title: title, Action: "/banks/new", Verb: title, Kind: ui.Primary, Back: "/banks",
		Crumbs: []ui.Crumb{{Text: ui.T(ctx, "Evidence"), Href: "/exhibits"}, {Text: ui.T(ctx, "Banks"), Href: "/banks"}},
		Next: []string{ui.T(ctx, "The bank is there and empty: import a file into it, or enter known content by its fingerprint."), ui.T(ctx, "What is in it is suggested wherever it is met; a person decides each time."),
			ui.T(ctx, "It can be muted at any time.")},
		Fields: append(append([]ui.Field{{Name: "name", Label: ui.T(ctx, "Name"), Value: b.Name, Required: true, Max: iru.MaxBankName, Autocomplete: "off", Hint: ui.T(ctx, "Name it after its source. “own” is what this unit judged.")}},
			bankFields(ctx, b)...), handlingFields(ctx, b.Handling)...)}
	return v.takeStep(p, func() (string, error) {
		_, err := v.desk.OpenBank(ctx, v.scope, b)
		return ui.T(ctx, "The bank “%s” is open.", b.Name), err
	})
}

// bankFields ask what a bank is.
func bankFields(ctx context.Context, b iru.Bank) []ui.Field {
	return []ui.Field{
		{Name: "source", Label: ui.T(ctx, "Whose word it is"), Type: "select", Required: true, Value: string(b.Source), Options: []ui.Option{{Value: string(iru.SourcePartner), Text: sourceName(ctx, iru.SourcePartner)},
			{Value: string(iru.SourceFeed), Text: sourceName(ctx, iru.SourceFeed)}, {Value: string(iru.SourceOwn), Text: sourceName(ctx, iru.SourceOwn)}}},
		{Name: "what", Label: ui.T(ctx, "What it is"), Value: b.Note, Max: 500},
		{Name: "feed", Label: ui.T(ctx, "Address that it is fetched from"), Value: b.Feed, Max: 2000, Autocomplete: "off"},
	}
}

// enterKnown enters known content into a bank by one fingerprint.
func (v *visit) enterKnown() error {
	b, err := v.bank("id")
	if err != nil {
		return err
	}
	if err := v.ours(b.Unit); err != nil {
		return err
	}
	if err := v.scope.May(iru.ToCurateBanks); err != nil {
		return err
	}
	typed := typedKnown{Medium: v.value("type"), Value: v.value("value"), Label: v.value("label"), Finding: v.value("finding")}
	var k iru.Known
	print, err := iru.ParseSignal(typed.Medium, typed.Value)
	if err == nil {
		k, err = v.desk.Enter(v.ctx(), v.scope, b.Name, iru.Known{Label: typed.Label, Finding: typed.Finding, Signals: []iru.Signal{print}})
	}
	if why, ok := complaint(err); ok {
		return v.showBank(BankPage{Problem: why, Typed: typed}, err)
	}
	if err != nil {
		return err
	}
	v.say(ui.T(v.ctx(), "“%s” was entered.", k.Label))
	return v.to("/banks/%d/known/%d", b.ID, k.ID)
}

// whichBank leads from known content to its page, which is in its bank.
func (v *visit) whichBank() error {
	n, err := v.number("id")
	if err != nil {
		return err
	}
	var k iru.Known
	err = v.read(func(t *db.Tx) error {
		k, err = t.Known(v.ctx(), v.scope, n)
		return err
	})
	if err != nil {
		return err
	}
	return v.to("/banks/%s/known/%s", id(k.Bank), strconv.FormatInt(k.ID, 10))
}
