// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/a-h/templ"

	"iolaus/internal/iru"
	"iolaus/internal/web/ui"
)

// ItemPage is one item: what was captured, why it is here, and, in triage, the panel for a finding.
type ItemPage struct {
	Frame    ui.Frame
	Now      time.Time
	Said     string
	Triage   bool   // the item was taken to be judged
	Act      string // the finding whose form is open; "" to choose one
	Form     assessForm
	Undo     *ui.Undo
	Referred iru.AssetID // the asset of what was referred just now, to draft an act
	Handling ui.Handling

	Item     iru.Item
	Asset    iru.Asset
	Outlet   iru.Outlet // zero: nobody has said whose it is
	Exhibits []iru.Exhibit
	Matches  []MatchLine
	Silent   int // matches that are not shown: of a muted bank, or of content that was set aside
	Near     []NearLine
	Hits     []iru.TermHit // of watch lists, in the newest exhibit
	Alike    []iru.ItemID  // items with the same content
	Earlier  ui.Lines
	Found    iru.Assessment // the finding that stands
	History  ui.Table

	Waits     bool   // it waits for a person
	MayAssess bool   // this officer may assess at all
	CanJudge  bool   // and this item, now
	AskedByMe bool   // this officer asked for the second opinion
	Mine      bool   // held by this officer
	HeldBy    string // who holds it; "" nobody
	Steps     []ui.Button

	Queue   ui.Table
	Waiting int
	Place   int // in the queue; 0: not in it
}

// TriageEmptyPage is what triage shows when there is nothing for this officer to judge.
type TriageEmptyPage struct {
	Frame     ui.Frame
	Said      string
	Undo      *ui.Undo
	Referred  iru.AssetID
	MayWatch  bool
	Queue     ui.Table // what others hold
	Deferred  int
	Capturing int
	Free      int // items that came since: taken when the officer asks
}

func (p TriageEmptyPage) title(ctx context.Context) string {
	if p.Free > 0 {
		return ui.Tn(ctx, p.Free, "%d items wait for you")
	}
	return ui.T(ctx, "Nothing waits for you to judge")
}

func (p TriageEmptyPage) todo(ctx context.Context) []ui.Todo {
	if p.Free > 0 {
		return []ui.Todo{{Title: ui.T(ctx, "Take the most urgent one"), Why: ui.T(ctx, "Nothing is held for you before you take it."), Next: true,
			Button: ui.Button{Text: ui.T(ctx, "Take it"), Href: "/triage", Kind: ui.Primary, Key: "n"}}}
	}
	if !p.MayWatch {
		return nil
	}
	return []ui.Todo{{Title: ui.T(ctx, "Watch an address"), Why: ui.T(ctx, "Its pages are captured and come here, the most urgent first."), Next: true,
		Button: ui.Button{Text: ui.T(ctx, "Watch an address"), Href: "/watch", Kind: ui.Primary}}}
}

func (p TriageEmptyPage) why(ctx context.Context) string {
	return ui.T(ctx, "Being captured: %s. Put off: %s. Held by others or waiting for another person: %s.", strconv.Itoa(p.Capturing), strconv.Itoa(p.Deferred), strconv.Itoa(max(0, len(p.Queue.Rows)-p.Free)))
}

func (p ItemPage) head(ctx context.Context) ui.Head {
	h := ui.Head{Title: ui.T(ctx, "Item %s", id(p.Item.ID)), State: itemState(ctx, p.Item.State), Handling: p.Handling}
	h.Crumbs = []ui.Crumb{{Text: ui.T(ctx, "Triage"), Href: "/triage"}}
	if p.Outlet.ID != 0 {
		h.Crumbs = append(h.Crumbs, ui.Crumb{Text: p.Outlet.Name, Href: "/outlets/" + id(p.Outlet.ID)})
	}
	if p.Place > 0 {
		h.Crumbs = append(h.Crumbs, ui.Crumb{Text: ui.T(ctx, "item %s of %s", strconv.Itoa(p.Place), strconv.Itoa(p.Waiting))})
	}
	h.Facts = append(h.Facts, address(p.Item.Locator))
	if len(p.Exhibits) > 0 {
		x := p.Exhibits[0]
		h.Facts = append(h.Facts, ui.Text(ui.T(ctx, "Captured %s UTC from %s", moment(x.At), x.Vantage)))
	}
	h.Facts = append(h.Facts, templ.Join(ui.Text(ui.T(ctx, "On")+" "), ui.Link("/assets/"+id(p.Asset.ID), kindName(ctx, p.Asset.Kind)+" "+id(p.Asset.ID))))
	if p.Item.Lang != "" {
		h.Facts = append(h.Facts, ui.Text(ui.T(ctx, "Language: %s", p.Item.Lang)))
	}
	if !p.Triage && p.CanJudge {
		h.Buttons = append(h.Buttons, ui.Button{Text: ui.T(ctx, "Judge it"), Kind: ui.Primary, Href: at("/triage", "item", id(p.Item.ID)), Key: "Enter"})
	}
	if p.Item.State == iru.ItemReferred {
		h.Buttons = append(h.Buttons, ui.Button{Text: ui.T(ctx, "Who can act"), Href: "/assets/" + id(p.Asset.ID) + "#options"})
	}
	h.Buttons = append(h.Buttons, p.Steps...)
	return h
}

// acts are the choices of the panel. Each opens its own form: nothing is decided by a key.
func (p ItemPage) acts(ctx context.Context) ui.Acts {
	same := ui.T(ctx, "asks which")
	if len(p.Alike) > 0 {
		same = ui.T(ctx, "of item %s", id(p.Alike[0]))
	}
	second := ui.T(ctx, "not shown your view")
	acts := []ui.Act{{Key: "1", Verb: ui.T(ctx, "Refer"), Next: ui.T(ctx, "opens the assessment"), Value: actRefer},
		{Key: "2", Verb: ui.T(ctx, "Duplicate"), Next: same, Value: actDuplicate}, {Key: "3", Verb: ui.T(ctx, "No action"), Next: ui.T(ctx, "asks a reason"), Value: actNoAction}}
	if p.Item.State != iru.ItemSecond {
		acts = append(acts, ui.Act{Key: "4", Verb: ui.T(ctx, "Second opinion"), Next: second, Value: actSecond})
	}
	if p.Item.State == iru.ItemReady {
		acts = append(acts, ui.Act{Key: "h", Verb: ui.T(ctx, "Wake me later"), Next: ui.T(ctx, "1 h, tonight, date"), Value: actLater})
	}
	return ui.Acts{Label: ui.T(ctx, "Finding"), Name: "act", Acts: acts}
}

// actName is the heading of an open form.
func (p ItemPage) actName(ctx context.Context) string {
	switch p.Act {
	case actRefer:
		return ui.T(ctx, "Assessment: refer")
	case actDuplicate:
		return ui.T(ctx, "Duplicate")
	case actNoAction:
		return ui.T(ctx, "No action")
	case actSecond:
		return ui.T(ctx, "Second opinion")
	case actLater:
		return ui.T(ctx, "Wake me later")
	}
	return ui.T(ctx, "Your finding")
}

// action is where an open form is posted.
func (p ItemPage) action() string {
	base := "/items/" + id(p.Item.ID)
	switch p.Act {
	case actSecond:
		return base + "/second"
	case actLater:
		return base + "/later"
	}
	return base + "/assess"
}

func (p ItemPage) submit(ctx context.Context) string {
	switch p.Act {
	case actRefer:
		return ui.T(ctx, "Record: refer")
	case actDuplicate:
		return ui.T(ctx, "Record: duplicate")
	case actNoAction:
		return ui.T(ctx, "Record: no action")
	case actSecond:
		return ui.T(ctx, "Ask another person")
	}
	return ui.T(ctx, "Put it off")
}

// lock says who holds the item and for how long.
func (p ItemPage) lock(ctx context.Context) templ.Component {
	switch {
	case p.HeldBy == "":
		return ui.Neutral(ui.T(ctx, "Free")).Plain()
	case p.Mine:
		return templ.Join(ui.OK(ui.T(ctx, "Held by you")).With(ui.IconLock).Plain(), ui.Text(" "), ui.Clock{Now: p.Now, Due: p.Item.HeldUntil, Prefix: " "}.Small())
	}
	return templ.Join(ui.Neutral(ui.T(ctx, "Held by %s", p.HeldBy)).With(ui.IconLock).Plain(), ui.Text(" "), ui.Clock{Now: p.Now, Due: p.Item.HeldUntil, Prefix: " "}.Small())
}

func (p ItemPage) files(ctx context.Context) ui.Table {
	t := ui.Table{Label: ui.T(ctx, "Files of the exhibit"), Compact: true, Columns: []ui.Column{{Title: ui.T(ctx, "File")}, {Title: ui.T(ctx, "Kind"), NoWrap: true}, {Title: ui.T(ctx, "Bytes"), Num: true}, {Title: "SHA-256", NoWrap: true}}}
	for _, f := range p.Exhibits[0].Files {
		t.Rows = append(t.Rows, ui.Cells(ui.Isolated(f.Name), ui.Text(f.Kind), ui.Text(ui.Thousands(int(f.Size))), ui.Hash{Hex: f.SHA256, Copy: true}))
	}
	return t
}

func (p ItemPage) exhibit(ctx context.Context) ui.Terms {
	x := p.Exhibits[0]
	terms := ui.Terms{
		{Name: ui.T(ctx, "Exhibit"), Value: templ.Join(ui.Link("/exhibits/"+id(x.ID), "EX-"+id(x.ID)), ui.Text(" "), exhibitState(ctx, x.State))},
		{Name: ui.T(ctx, "Manifest"), Value: ui.Hash{Prefix: "sha256:", Hex: x.Manifest, Copy: true}},
		{Name: ui.T(ctx, "What was met"), Value: ui.Text(join(outcomeName(ctx, x.Outcome), status(x.Status)))},
	}
	if x.Final != "" && x.Final != x.Locator {
		terms = append(terms, ui.Term{Name: ui.T(ctx, "Led to"), Value: address(x.Final)})
	}
	if p.Item.Content != "" {
		terms = append(terms, ui.Term{Name: ui.T(ctx, "Content"), Value: ui.Hash{Prefix: "sha256:", Hex: p.Item.Content, Copy: true}})
	}
	return terms
}

func status(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("HTTP %d", n)
}

func (p ItemPage) alike(ctx context.Context) templ.Component {
	if len(p.Alike) == 0 {
		return nil
	}
	return ui.Text(ui.Tn(ctx, len(p.Alike), "%d other items have the same content; a finding settles those that are free."))
}

// foundSteps lead on from the finding that stands: what is open, and the fast lane.
func (p ItemPage) foundSteps(ctx context.Context) templ.Component {
	var out []templ.Component
	if len(p.Found.Grounds.Missing()) > 0 && p.MayAssess {
		out = append(out, ui.Button{Text: ui.T(ctx, "Complete it"), Small: true, Href: "/assessments/" + id(p.Found.ID) + "/complete"})
	}
	if p.MayAssess {
		out = append(out, ui.Text(" "), ui.Link("/items/"+id(p.Item.ID)+"/threat", ui.T(ctx, "Threat to life")))
	}
	return templ.Join(out...)
}
