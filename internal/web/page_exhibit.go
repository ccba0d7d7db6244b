// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"
	"time"

	"github.com/a-h/templ"

	"iolaus/internal/iru"
	"iolaus/internal/web/ui"
)

// ExhibitsPage lists what captures left.
type ExhibitsPage struct {
	Frame ui.Frame
	None  bool
	Table ui.Table
	Pages ui.Pages
}

// ExhibitPage is one piece of evidence: what was seen, what, when, from where, its files by digest, its custody.
type ExhibitPage struct {
	Frame    ui.Frame
	Now      time.Time
	Said     string
	Exhibit  iru.Exhibit
	Item     iru.Item
	Handling iru.Handling
	Others   []iru.Exhibit // captures of the same item, newest first
	Problem  string        // why no file was given
	Sight    Sight
	Options  []ui.Option // files to take along
	Custody  []Handled
	Proof    *ProofCard
	Check    Check // the last verification
	Checked  bool

	MayExport     bool
	Export        ExportRequest
	ExportProblem string
}

func (p ExhibitPage) terms(ctx context.Context) ui.Terms {
	x := p.Exhibit
	found := lookState(ctx, x.Outcome, x.Status)
	t := ui.Terms{
		{Name: ui.T(ctx, "Address"), Value: address(x.Locator)},
		{Name: ui.T(ctx, "Captured"), Value: ui.All(ui.When{At: x.At, Day: true}, ui.Text("UTC"), ui.Fresh{Seen: x.At, Now: p.Now})},
		{Name: ui.T(ctx, "Vantage point"), Value: ui.Isolated(x.Vantage)},
		{Name: ui.T(ctx, "Found"), Value: found},
	}
	if x.Final != "" && x.Final != x.Locator {
		t = append(t, ui.Term{Name: ui.T(ctx, "Led to"), Value: address(x.Final)})
	}
	t = append(t, ui.Term{Name: ui.T(ctx, "Manifest"), Value: ui.Hash{Prefix: "sha256:", Hex: x.Manifest, Copy: true}})
	if p.Item.ID != 0 {
		t = append(t, ui.Term{Name: ui.T(ctx, "Item"), Value: ui.Link("/items/"+id(p.Item.ID), ui.T(ctx, "Item %s", id(p.Item.ID)))})
	}
	if x.Asset != 0 {
		t = append(t, ui.Term{Name: ui.T(ctx, "Asset"), Value: ui.Link("/assets/"+id(x.Asset), ui.T(ctx, "Asset %s", id(x.Asset)))})
	}
	return t
}

// filter switches the greyscale and the blur over pictures.
func (p ExhibitPage) filter(ctx context.Context) templ.Component {
	if p.Sight.Shot == "" && p.Sight.Copy == "" {
		return nil
	}
	here := "/exhibits/" + id(p.Exhibit.ID)
	if p.Sight.Plain {
		return ui.Button{Text: ui.T(ctx, "Filter on"), Small: true, Icon: ui.IconEye, Href: here + "#seen", Key: "f", Help: ui.T(ctx, "Put the filter over the pictures")}
	}
	return ui.Button{Text: ui.T(ctx, "Lift the filter"), Small: true, Icon: ui.IconEye, Href: here + "?plain=1#seen", Key: "f", Help: ui.T(ctx, "See the pictures sharp and in colour")}
}

func (p ExhibitPage) fields(ctx context.Context) []ui.Field {
	return []ui.Field{
		{Name: "file", Label: ui.T(ctx, "File"), Type: "select", Options: p.Options, Required: true},
		{Name: "why", Label: ui.T(ctx, "What you need it for"), Required: true, Max: 500, Hint: ui.T(ctx, "Taking a file along is logged with your name and this reason.")},
	}
}

// files lists the files by digest.
func (p ExhibitPage) files(ctx context.Context) ui.Table {
	t := ui.Table{Label: ui.T(ctx, "Files"), Compact: true, Empty: ui.T(ctx, "Nothing was kept of this look."), Columns: []ui.Column{{Title: ui.T(ctx, "Name")}, {Title: ui.T(ctx, "What it is")}, {Title: ui.T(ctx, "Digest"), NoWrap: true}, {Title: ui.T(ctx, "Size"), Num: true}, {Title: ui.T(ctx, "Kept"), NoWrap: true}}}
	for _, f := range p.Exhibit.Files {
		kept := ui.Neutral(ui.T(ctx, "in the clear")).Plain()
		if f.Stored != "" {
			kept = ui.OK(ui.T(ctx, "encrypted")).With(ui.IconLock).Plain()
		}
		if p.Exhibit.State == iru.ExhibitErased {
			kept = ui.Neutral(ui.T(ctx, "destroyed")).With(ui.IconBan).Plain()
		}
		t.Rows = append(t.Rows, ui.Cells(ui.Isolated(f.Name), ui.Text(fileKind(ctx, f.Kind)), ui.Hash{Prefix: "sha256:", Hex: f.SHA256, Copy: true}, ui.Isolated(sizeWords(f.Size)), kept))
	}
	return t
}

// fileKind says what a file of an exhibit is.
func fileKind(ctx context.Context, kind string) string {
	switch kind {
	case "warc":
		return ui.T(ctx, "exact exchanges")
	case "screenshot":
		return ui.T(ctx, "picture of the whole page")
	case "pdf":
		return ui.T(ctx, "the page on paper")
	case "mhtml":
		return ui.T(ctx, "the page in one file")
	case "dom":
		return ui.T(ctx, "the page as the browser had it")
	case "text":
		return ui.T(ctx, "its words")
	case "dns":
		return ui.T(ctx, "names and addresses")
	case "tls":
		return ui.T(ctx, "certificates")
	case "rdap":
		return ui.T(ctx, "registration")
	case "manifest":
		return ui.T(ctx, "binds the others together")
	}
	return kind
}

// others leads to the comparison with other captures.
func (p ExhibitPage) others(ctx context.Context) ui.Lines {
	var out ui.Lines
	for _, o := range p.Others[:min(len(p.Others), 12)] {
		a, b := o.ID, p.Exhibit.ID
		if a > b {
			a, b = b, a
		}
		out = append(out, ui.Line{Text: ui.T(ctx, "Compare with exhibit %s", id(o.ID)), Href: at("/exhibits/compare", "a", id(a), "b", id(b)), Sub: ui.T(ctx, "captured %s UTC", moment(o.At)), End: outcomeState(ctx, o.Outcome)})
	}
	return out
}

// exportFields ask what a bundle is for.
func (p ExhibitPage) exportFields(ctx context.Context) []ui.Field {
	return []ui.Field{
		{Name: "purpose", Label: ui.T(ctx, "What it is for"), Type: "select", Required: true, Value: string(p.Export.Purpose), Options: []ui.Option{{Value: "", Text: ui.T(ctx, "choose")},
			{Value: string(iru.ForCourt), Text: ui.T(ctx, "Court or prosecutor")}, {Value: string(iru.ForPartner), Text: ui.T(ctx, "Partner unit")}, {Value: string(iru.ForAnalysis), Text: ui.T(ctx, "Analysis, a working copy")}}},
		{Name: "recipient", Label: ui.T(ctx, "Who gets it"), Required: true, Max: 200, Value: p.Export.Recipient},
		{ID: "export-reason", Name: "reason", Label: ui.T(ctx, "Why"), Required: true, Max: 500, Value: p.Export.Reason, Hint: ui.T(ctx, "It becomes an entry of the chain of custody, with your name.")},
	}
}

// acknowledge is asked for content that only its supplier may release.
func (p ExhibitPage) acknowledge(ctx context.Context) *ui.Check {
	if p.Handling.H != "H3" {
		return nil
	}
	return &ui.Check{ID: "acknowledged", Name: "acknowledged", Value: "1", Checked: p.Export.Acknowledged, Label: ui.T(ctx, "H3: whoever supplied this agrees that it is passed on"), Hint: ui.T(ctx, "Without that the bundle is refused.")}
}

func (p ExhibitPage) head(ctx context.Context) ui.Head {
	h := ui.Head{Crumbs: []ui.Crumb{{Text: ui.T(ctx, "Evidence"), Href: "/exhibits"}}, Title: p.Frame.Title, State: exhibitState(ctx, p.Exhibit.State), Handling: p.Frame.Handling,
		Facts: []templ.Component{shortAddress(p.Exhibit.Locator), ui.Text(ui.T(ctx, "Captured %s UTC from %s", moment(p.Exhibit.At), p.Exhibit.Vantage)), ui.Connection()}}
	if len(p.Others) > 0 {
		h.Buttons = append(h.Buttons, ui.Button{Text: ui.T(ctx, "Before and after"), Href: at("/exhibits/compare", "a", id(p.Exhibit.ID)), Key: "c"})
	}
	if _, ok := fileOf(p.Exhibit, "warc"); ok && p.Sight.Copy != "" {
		h.Buttons = append(h.Buttons, ui.Button{Text: ui.T(ctx, "Replay"), Href: "/exhibits/" + id(p.Exhibit.ID) + "/replay"})
	}
	return h
}

// seenFoot is the rule under what is shown.
func (p ExhibitPage) seenFoot(ctx context.Context) templ.Component {
	if p.Sight.Shot == "" && p.Sight.Copy == "" {
		return nil
	}
	return ui.Text(ui.T(ctx, "Shown on an origin of its own, where nothing runs and no cookie is sent. Grey and blurred at first: that protects nobody, it lets you choose."))
}

func (p ExhibitPage) checkState(ctx context.Context) templ.Component {
	if !p.Checked {
		return ui.Neutral(ui.T(ctx, "Not verified")).With(ui.IconRing)
	}
	return p.Check.state(ctx)
}

func (c Check) state(ctx context.Context) ui.State {
	switch c.Result() {
	case CheckFails:
		return ui.Bad(ui.T(ctx, "Does not hold"))
	case CheckUnknown:
		return ui.Neutral(ui.T(ctx, "Holds as far as it could be checked"))
	case CheckHolds:
	}
	return ui.OK(ui.T(ctx, "Holds"))
}

func (s CheckStep) state(ctx context.Context) ui.State {
	switch s.Result {
	case CheckFails:
		return ui.Bad(ui.T(ctx, "fails")).Plain()
	case CheckUnknown:
		return ui.Neutral(ui.T(ctx, "not known")).Plain()
	case CheckHolds:
	}
	return ui.OK(ui.T(ctx, "holds")).Plain()
}

// words says what a step looked at.
func (s CheckStep) words(ctx context.Context) string {
	switch s.Kind {
	case CheckManifest:
		return ui.T(ctx, "The manifest is the one that was recorded")
	case CheckLedger:
		return ui.T(ctx, "The ledger holds its recording, under a signed checkpoint")
	case CheckList:
		return ui.T(ctx, "The manifest names these files and no others")
	case CheckFile:
		return ui.T(ctx, "The bytes of %s have their digest", s.Name)
	case CheckStamp:
		if s.Name == "" {
			return ui.T(ctx, "A time-stamp authority saw the ledger with it")
		}
		return ui.T(ctx, "Time stamp of %s over the ledger with it: %s", s.Name, s.At.UTC().Format("2006-01-02 15:04:05 UTC"))
	case CheckCustody:
		if s.N > 0 {
			return ui.Tn(ctx, s.N, "The chain of custody fits, %d entries")
		}
	}
	return ui.T(ctx, "The chain of custody fits")
}
