// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"
	"slices"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/iru"
	"iolaus/internal/web/ui"
)

func followUpVerbName(ctx context.Context, verb string) string {
	if verb == "release" {
		return ui.T(ctx, "Make a draft of it")
	}
	return ui.T(ctx, "Nothing follows")
}

// followUpStep is the page before a prepared act becomes a draft, or nothing, and the step.
func (v *visit) followUpStep() error {
	ctx, verb := v.ctx(), v.r.PathValue("verb")
	n, err := v.number("id")
	if err != nil {
		return err
	}
	if verb != "release" && verb != "dismiss" {
		return iru.NotFound
	}
	var f iru.FollowUp
	var a iru.Asset
	var on []iru.Provider
	if err := v.read(func(t *db.Tx) error {
		if f, err = t.FollowUp(ctx, v.scope, iru.FollowUpID(n)); err != nil {
			return err
		}
		if a, err = t.Asset(ctx, v.scope, f.Asset); err != nil {
			return err
		}
		cs, err := t.Carriers(ctx, f.Asset)
		on = nil
		for _, c := range cs {
			if c.Layer == f.Layer {
				p, err := t.Provider(ctx, v.scope, c.Provider)
				if err != nil {
					return err
				}
				on = append(on, p)
			}
		}
		return err
	}); err != nil {
		return err
	}
	if err := v.scope.May(iru.ToDraft); err != nil {
		return err
	}
	if _, err := iru.FollowUpTable.Next(f.State, verb); err != nil {
		return err
	}
	title, base := followUpVerbName(ctx, verb), "/assets/"+id(a.ID)
	p := StepPage{Frame: v.frame("outlets", title), Title: title, Action: "/followups/" + id(f.ID) + "/step/" + verb, Verb: title, Kind: ui.Primary, Back: base,
		Crumbs: []ui.Crumb{{Text: ui.T(ctx, "Outlets"), Href: "/outlets"}, {Text: kindName(ctx, a.Kind) + " " + id(a.ID), Href: base}},
		Facts:  ui.Terms{{Name: ui.T(ctx, "Address"), Value: address(a.Locator)}, {Name: ui.T(ctx, "Instrument"), Value: ui.Text(instrumentName(ctx, f.Instrument))}, {Name: ui.T(ctx, "Why"), Value: ui.ForeignWord("en", f.Why)}}}
	if verb == "dismiss" {
		p.Next, p.Fields = []string{ui.T(ctx, "Nothing is drafted. The ledger keeps the reason.")}, []ui.Field{v.why(true)}
		return v.takeStep(p, func() (string, error) {
			return ui.T(ctx, "Nothing follows."), v.desk.DismissFollowUp(ctx, v.scope, f.ID, v.value("why"))
		})
	}
	p.Next = []string{ui.T(ctx, "A draft is made, to who carries the address now. Nothing is sent."), ui.T(ctx, "It takes the way of every draft: the gate, a finding on the content, and approvals. A binding act needs two people.")}
	to := ui.Field{Name: "provider", Label: ui.T(ctx, "Addressee"), Type: "select", Required: true, Value: v.value("provider")}
	for _, x := range on {
		to.Options = append(to.Options, ui.Option{Value: id(x.ID), Text: x.Name})
	}
	if len(on) > 0 {
		p.Fields = []ui.Field{to}
	}
	return v.takeStep(p, func() (string, error) {
		chosen := iru.ProviderID(0)
		if i := slices.IndexFunc(on, func(x iru.Provider) bool { return id(x.ID) == v.value("provider") }); i >= 0 {
			chosen = on[i].ID
		}
		n, err := v.desk.ReleaseFollowUp(ctx, v.scope, f.ID, chosen)
		return ui.T(ctx, "%s is drafted. Nothing is sent before it is approved.", n.Ref), err
	})
}

// prepared are the follow-ups that wait, as lines that lead to their steps.
func prepared(ctx context.Context, fs []iru.FollowUp, now time.Time) ui.Lines {
	var out ui.Lines
	for _, f := range fs {
		if f.State == iru.FollowupPrepared {
			out = append(out, ui.Line{Text: instrumentName(ctx, f.Instrument) + ": " + followUpVerbName(ctx, "release"), Href: "/followups/" + id(f.ID) + "/step/release", Sub: join(layerName(ctx, f.Layer), f.Why), End: ui.Fresh{Seen: f.Made, Now: now}})
		}
	}
	return out
}

// comebacks lists each fall and what came after it.
func (p OutletPage) comebacks(ctx context.Context) ui.Table {
	t := ui.Table{Label: ui.T(ctx, "Falls and returns"), Compact: true,
		Columns: []ui.Column{{Title: ui.T(ctx, "Fell"), NoWrap: true}, {Title: ui.T(ctx, "Address")}, {Title: ui.T(ctx, "Came back as")}, {Title: ui.T(ctx, "After"), Num: true, NoWrap: true}}}
	name := map[iru.AssetID]string{}
	for _, a := range p.Assets {
		name[a.ID] = host(a.Locator)
	}
	for _, c := range slices.Backward(p.Comebacks) {
		back, s := ui.Quiet(ui.T(ctx, "not back")), c.Spell(p.Now)
		if c.Back != 0 {
			back = ui.Link("/assets/"+id(c.Back), name[c.Back])
			if c.Back == c.Fell {
				back = ui.Link("/assets/"+id(c.Back), ui.T(ctx, "itself"))
			}
		}
		after := lengthWords(ctx, s.Took)
		if s.Open {
			after = ui.T(ctx, "more than %s", after)
		}
		t.Rows = append(t.Rows, ui.Cells(ui.When{At: c.At, Day: true}, ui.Link("/assets/"+id(c.Fell), name[c.Fell]), back, ui.Text(after)))
	}
	return t
}

// timeToReturn is the figure above that list.
func (p OutletPage) timeToReturn(ctx context.Context) string {
	r := iru.TimeToReturnOf(p.Comebacks, p.Now)
	counts := join(ui.Tn(ctx, r.Came, "%d returns"), ui.Tn(ctx, r.Open, "%d not back"))
	if !r.Known {
		return join(ui.T(ctx, "Fewer than half are expected back in the time that was watched"), counts)
	}
	return join(ui.T(ctx, "Median time to return: %s", lengthWords(ctx, r.Median)), counts)
}

// returns reads each fall of the outlet's addresses with what came after it, over all the time that is known, and what is prepared about them.
func (r *outletReader) returns() error {
	p := r.p
	changes, err := r.t.PresenceChanges(r.ctx, r.v.scope, time.Time{}, maxChanges)
	if err != nil {
		return err
	}
	list := make([]iru.Change, len(changes))
	for n, c := range changes {
		list[n] = iru.Change{Asset: c.Asset, At: c.At, To: c.To}
	}
	p.Comebacks, p.Prepared = iru.Comebacks(p.Assets, list), nil
	for _, a := range p.Assets {
		fs, err := r.t.FollowUpsOf(r.ctx, r.v.scope, a.ID)
		if err != nil {
			return err
		}
		p.Prepared = append(p.Prepared, prepared(r.ctx, fs, r.v.now)...)
	}
	return nil
}
