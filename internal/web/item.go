// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"
	"regexp"
	"time"

	"github.com/a-h/templ"

	"iolaus/internal/db"
	"iolaus/internal/iru"
	"iolaus/internal/web/ui"
)

// maxShown is how much of a text a page shows, in characters; the exhibit has all of it.
const maxShown = 6000

// queueShown is how many rows of the queue stand below an item.
const queueShown = 25

// itemPage shows an item to read. Nothing is held by reading.
func (v *visit) itemPage() error {
	n, err := v.number("id")
	if err != nil {
		return err
	}
	p := ItemPage{Act: ""}
	if blind, err := v.reading(iru.ItemID(n)); err != nil {
		return err
	} else if blind != 0 {
		return v.to("/spots/%d", blind)
	}
	if err := v.fillItem(&p, iru.ItemID(n)); err != nil {
		return err
	}
	return v.show(p.View())
}

// fillItem reads all that stands beside an item.
func (v *visit) fillItem(p *ItemPage, i iru.ItemID) error {
	p.Now, p.Said = v.now, v.said()
	err := v.read(func(t *db.Tx) error {
		r := &itemReader{v: v, t: t, ctx: v.ctx(), who: names{}, p: p}
		return r.read(i)
	})
	if err != nil {
		return err
	}
	p.Frame = v.frame("triage", ui.T(v.ctx(), "Item %s", id(p.Item.ID)))
	p.Frame.Handling = p.Handling
	return nil
}

type itemReader struct {
	v   *visit
	t   *db.Tx
	ctx context.Context
	who names
	p   *ItemPage
}

func (r *itemReader) read(i iru.ItemID) error {
	p, s := r.p, r.v.scope
	var err error
	if p.Item, err = r.t.Item(r.ctx, s, i); err != nil {
		return err
	}
	if p.Asset, err = r.t.Asset(r.ctx, s, p.Item.Asset); err != nil {
		return err
	}
	if p.Asset.Outlet != 0 {
		if p.Outlet, err = r.t.Outlet(r.ctx, s, p.Asset.Outlet); err != nil {
			return err
		}
		p.Handling = handling(p.Outlet.Handling)
	} else {
		p.Handling = handling(iru.DefaultHandling)
	}
	if p.Exhibits, err = r.t.ExhibitsOf(r.ctx, s, i); err != nil {
		return err
	}
	if err := r.matches(); err != nil {
		return err
	}
	if err := r.near(); err != nil {
		return err
	}
	if p.Hits, err = r.t.TermHitsOf(r.ctx, s, p.Item.Exhibit); err != nil {
		return err
	}
	if err := r.held(); err != nil {
		return err
	}
	if err := r.earlier(); err != nil {
		return err
	}
	if err := r.history(); err != nil {
		return err
	}
	return r.queue()
}

// held says who has the item, and whether this officer may judge it.
func (r *itemReader) held() error {
	p, i := r.p, r.p.Item
	waits := i.State == iru.ItemReady || i.State == iru.ItemSecond || i.State == iru.ItemDeferred && !i.WakeAt.After(r.v.now)
	p.MayAssess = r.v.may(iru.ToAssess) && i.Unit == r.v.by.Unit
	if i.HeldBy != 0 && r.v.now.Before(i.HeldUntil) {
		p.Mine = i.HeldBy == r.v.by.ID
		p.HeldBy = r.who.of(r.ctx, r.t, i.HeldBy)
	}
	if i.State == iru.ItemSecond {
		_, by, err := askedSecond(r.ctx, r.t, i.ID)
		if err != nil {
			return err
		}
		p.AskedByMe = by == r.v.by.ID
	}
	p.Waits = waits
	p.CanJudge = waits && p.MayAssess && !p.AskedByMe && (p.Mine || p.HeldBy == "")
	return nil
}

// earlier lists what was decided about the same content, and about this item where that is no first opinion still to be settled.
func (r *itemReader) earlier() error {
	p := r.p
	items := []iru.Item{}
	if p.Item.State != iru.ItemSecond {
		items = append(items, p.Item)
	}
	if p.Item.Content != "" {
		alike, err := r.t.ItemsAlike(r.ctx, p.Item.Unit, p.Item.Content)
		if err != nil {
			return err
		}
		for _, o := range alike {
			if o.ID != p.Item.ID && o.State != iru.ItemSecond && len(items) < 12 {
				items = append(items, o)
				p.Alike = append(p.Alike, o.ID)
			}
		}
	}
	found := iru.Assessment{}
	for _, o := range items {
		as, err := r.t.AssessmentsOf(r.ctx, r.v.scope, o.ID)
		if err != nil {
			return err
		}
		if o.ID == p.Item.ID {
			found = standing(as)
		}
		for _, a := range as {
			line := ui.Line{Text: ui.T(r.ctx, "Item %s", id(o.ID)), Href: "/items/" + id(o.ID), End: findingState(r.ctx, a)}
			if o.ID == p.Item.ID {
				line.Text, line.Href = ui.T(r.ctx, "This item"), ""
			}
			line.Sub = join(r.who.of(r.ctx, r.t, a.By), moment(a.At), "“"+cutText(a.Reason, 160)+"”")
			p.Earlier = append(p.Earlier, line)
		}
	}
	p.Found = found
	p.Steps = nil
	for _, verb := range itemVerbs {
		if r.v.mayStepItem(verb, p.Item, found) == nil {
			p.Steps = append(p.Steps, stepButton(itemVerbName(r.ctx, verb), "/items/"+id(p.Item.ID), verb, ui.Ordinary))
		}
	}
	return nil
}

// findingState is what was found, and whether it stands.
func findingState(ctx context.Context, a iru.Assessment) ui.State {
	//exhaustive:enforce
	switch a.State {
	case iru.AssessmentUndone:
		return ui.Neutral(ui.T(ctx, "Undone")).With(ui.IconReturn)
	case iru.AssessmentOverturned:
		return ui.Neutral(ui.T(ctx, "Overturned")).With(ui.IconBan)
	case iru.AssessmentDoubted:
		return ui.Info(ui.T(ctx, "In doubt")).With(ui.IconEye)
	case iru.AssessmentGiven, iru.AssessmentConfirmed:
	}
	//exhaustive:enforce
	switch a.Finding {
	case iru.FindRefer:
		return ui.Info(ui.T(ctx, "Referred")).With(ui.IconSend)
	case iru.FindDuplicate:
		return ui.Neutral(ui.T(ctx, "Duplicate")).With(ui.IconCopy)
	case iru.FindNoAction:
		return ui.Neutral(ui.T(ctx, "No action")).With(ui.IconOK)
	}
	return ui.Neutral(string(a.Finding))
}

// history is what happened to the item.
func (r *itemReader) history() error {
	es, err := r.t.EventsOf(r.ctx, iru.Subject{Noun: "item", ID: int64(r.p.Item.ID)})
	if err != nil {
		return err
	}
	r.p.History, err = r.v.historyTable(r.ctx, r.t, r.who, es)
	return err
}

func (r *itemReader) queue() error {
	p := r.p
	items, err := r.t.Queue(r.ctx, r.v.scope, r.v.now, 500)
	if err != nil {
		return err
	}
	p.Waiting = len(items)
	p.Queue = queueTable(r.ctx)
	for n, i := range items {
		if i.ID == p.Item.ID {
			p.Place = n + 1
		}
		if n >= queueShown && i.ID != p.Item.ID {
			continue
		}
		p.Queue.Rows = append(p.Queue.Rows, queueRow(r.ctx, r.t, r.who, i, i.ID == p.Item.ID, r.v.now))
	}
	return nil
}

func queueTable(ctx context.Context) ui.Table {
	return ui.Table{Label: ui.T(ctx, "Queue"), Compact: true, List: true, Empty: ui.T(ctx, "The queue is empty. What is captured comes here by itself."),
		Columns: []ui.Column{{Title: ui.T(ctx, "Item"), NoWrap: true}, {Title: ui.T(ctx, "Address")}, {Title: ui.T(ctx, "First reason")}, {Title: ui.T(ctx, "State")},
			{Title: ui.T(ctx, "Held by"), Quiet: true, NoWrap: true}, {Title: ui.T(ctx, "Waiting"), Num: true, NoWrap: true}}}
}

func queueRow(ctx context.Context, t *db.Tx, who names, i iru.Item, current bool, now time.Time) ui.Row {
	reason, held := "", ui.T(ctx, "free")
	if len(i.Reasons) > 0 {
		reason = join(reasonKind(ctx, i.Reasons[0].Kind), i.Reasons[0].Words)
	}
	if i.HeldBy != 0 && now.Before(i.HeldUntil) {
		held = who.of(ctx, t, i.HeldBy)
	}
	state := itemState(ctx, i.State)
	if i.State == iru.ItemDeferred {
		state = ui.Neutral(ui.T(ctx, "Woke up")).With(ui.IconClock)
	}
	return ui.Row{Current: current, Cells: []templ.Component{ui.Link(at("/triage", "item", id(i.ID)), id(i.ID)), shortAddress(i.Locator), ui.Text(cutText(plainDefanged(reason), 90)), state,
		ui.Isolated(held), ui.Fresh{Seen: i.Created, Now: now}}}
}

// why is the reasons that are not matches; matches are shown with what a person made of them.
func (p ItemPage) why(ctx context.Context) ui.Why {
	var out ui.Why
	for _, r := range p.Item.Reasons {
		switch r.Kind {
		case "exact", "near image", "near file", "near film", "heard", "text":
			continue
		}
		if r.Kind == "watch list" {
			out = append(out, ui.Reason{Kind: reasonKind(ctx, r.Kind), What: ui.Isolated(r.Words), State: ui.Info(ui.T(ctx, "Terms found")).With(ui.IconEye), Note: ui.T(ctx, "list “%s”", r.Note)})
			continue
		}
		state := ui.Neutral(ui.T(ctx, "Context")).With(ui.IconList)
		switch r.Tone {
		case "none":
			state = ui.Neutral(ui.T(ctx, "No match"))
		case "match":
			state = ui.Warn(ui.T(ctx, "Return")).With(ui.IconReturn)
		}
		out = append(out, ui.Reason{Kind: reasonKind(ctx, r.Kind), What: law(ctx, r.Words), State: state, Note: r.Note})
	}
	return out
}

var webAddress = regexp.MustCompile(`(?i)\b(?:https?|ftp|wss?)://[^\s<>"'“”«»]+`)

// pass gives the item back, without a reason; it is not offered again in this session.
func (v *visit) pass() error {
	n, err := v.number("id")
	if err != nil {
		return err
	}
	if err := v.desk.PassOn(v.ctx(), v.scope, iru.ItemID(n)); err != nil {
		return err
	}
	v.notAgain(iru.ItemID(n))
	v.say(ui.T(v.ctx(), "Item %s was passed on. It is not offered to you again in this session.", id(n)))
	return v.to("/triage")
}

// undo takes a finding back within ten seconds.
func (v *visit) undo() error {
	n, err := v.number("id")
	if err != nil {
		return err
	}
	var a iru.Assessment
	err = v.read(func(t *db.Tx) error {
		a, err = t.Assessment(v.ctx(), v.scope, iru.AssessmentID(n))
		return err
	})
	if err != nil {
		return err
	}
	if err := v.desk.Undo(v.ctx(), v.scope, a.ID); err != nil {
		return err
	}
	v.say(ui.T(v.ctx(), "Your finding on item %s was taken back.", id(a.Item)))
	return v.to("%s", at("/triage", "item", id(a.Item)))
}
