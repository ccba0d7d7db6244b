// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/desk/desktest"
	"iolaus/internal/iru"
	"iolaus/internal/web/webtest"
)

// second is the same address after an act: the words changed, the train is gone.
func (e *evidenceHouse) second() iru.Exhibit {
	e.t.Helper()
	e.later(26 * time.Hour)
	page := strings.ReplaceAll(strings.ReplaceAll(bulletin, "600 metres", "450 metres"), "Train 204 is late by ten minutes.", "Train 204 does not run.")
	return e.exhibit(scene{lang: "en", title: "Halcyon Weather Wire, night", browser: true, snow: 140, page: page,
		text: "Halcyon Weather Wire\n\nSnow line falls tonight to 450 metres. North wind, light.\n\nTrain 204 does not run.\n\nMore at https://halcyon-live.test/night\n\nThe harbour tram runs all night."})
}

// gone is what is found there after the removal: no page, no browser, no words.
func (e *evidenceHouse) gone() iru.Exhibit {
	e.t.Helper()
	e.later(3 * time.Hour)
	return e.exhibit(scene{outcome: iru.Gone, status: 410, page: "<p>Gone</p>"})
}

func (e *evidenceHouse) update(x iru.Exhibit) {
	e.t.Helper()
	must(e.t, e.DB.Tx(e.t.Context(), func(t *db.Tx) error { return t.UpdateExhibit(e.t.Context(), x, x.State) }))
}

// stamp has an authority stamp the ledger as it is.
func (e *evidenceHouse) stamp() {
	e.t.Helper()
	var checkpoint []byte
	must(e.t, e.DB.View(e.t.Context(), func(t *db.Tx) (err error) {
		_, _, checkpoint, err = t.Checkpoint(e.t.Context())
		return err
	}))
	s := desktest.NewStamper(e.t, e.clock())
	_, err := e.Desk.RecordStamp(e.t.Context(), "north", checkpoint, s.Stamp(e.t, e.clock(), checkpoint), s.Roots())
	must(e.t, err)
}

// TestVerification: what was changed is found and named, what cannot be known is no fault, and the log keeps that it was asked.
func TestVerification(t *testing.T) {
	e := newEvidenceHouse(t)
	x := e.first()
	base, ada := "/exhibits/"+id(x.ID), e.as("ada")
	ada.get(base).has("#check", "Not verified").has("#check header .st", "Not verified")
	ada.post(base + "/verify").leads(base + "#check")
	ada.get(base).has("#check header .st", "as far as it could be checked").has("#check .list", "not sealed yet")
	e.seal()
	ada.post(base + "/verify").leads(base)
	got := ada.get(base).has("#check .list", "The ledger holds its recording").has("#check .list", "The bytes of screenshot.png have their digest").has("#check .list", "names these files and no others")
	if n := len(got.nodes("#check .list > li")); n != 4+len(x.Files) {
		t.Errorf("%d steps", n)
	}
	got.hasNo("#check .bad").has("#check header .st", "Holds").has("#check .list li", "A time-stamp authority saw the ledger with it none has yet")
	e.stamp()
	ada.post(base + "/verify").leads(base)
	ada.get(base).has("#check .list li", "Time stamp of north over the ledger with it: "+e.clock().UTC().Format("2006-01-02 15:04")).has("#check header .st", "Holds")
	e.as("audrey").get(base).has("#custody", "verification · unknown")
	e.as("bo").post(base + "/verify").is(http.StatusNotFound)

	shot, _ := fileOf(x, "screenshot")
	good := e.store[shot.SHA256]
	e.store[shot.SHA256] = good[:len(good)-1] + "x"
	ada.post(base + "/verify").leads(base)
	ada.get(base).has("#check header .st.bad", "Does not hold").has("#check .list li", "screenshot.png have their digest its SHA-256 is")
	delete(e.store, shot.SHA256)
	ada.post(base + "/verify").leads(base)
	ada.get(base).has("#check .list", "it is missing in the evidence store")
	e.store[shot.SHA256] = good

	m, _ := fileOf(x, "manifest")
	text := e.store[m.SHA256]
	e.store[m.SHA256] = strings.Replace(text, "north", "south", 1)
	ada.post(base + "/verify").leads(base)
	ada.get(base).has("#check .list li", "The manifest is the one that was recorded its SHA-256 is")
	e.store[m.SHA256] = text

	y := x
	y.State = iru.ExhibitSealed
	y.Files = append([]iru.File{{Name: "more.txt", Kind: "text", SHA256: shot.SHA256, Size: shot.Size}}, x.Files...)
	e.update(y)
	ada.post(base + "/verify").leads(base)
	ada.get(base).has("#check .list li", "no others the manifest does not name more.txt so")
	y.Files, y.Manifest = x.Files, sum("another")
	e.update(y)
	ada.post(base + "/verify").leads(base)
	ada.get(base).has("#check .list li", "the event in the log names the manifest").has("#check .list li", "the exhibit names the manifest")
}

// entry writes a custody entry as an event carries it.
func entry(n int, prev, digest, what string) string {
	b, _ := json.Marshal(map[string]any{"exhibit": "1", "who": "Ada", "at": "2026-03-12T09:00:00+01:00", "where": "north", "why": "court order 17", "authority": "Article 5 of the order", "what": what,
		"tool": map[string]string{"name": "iolaus", "version": "test"}, "n": n, "prev": prev, "digest": digest})
	return string(b)
}

// TestCustody: entries are shown with who, why and authority, and the chain is checked.
func TestCustody(t *testing.T) {
	e := newEvidenceHouse(t)
	x := e.first()
	made := x.Head // its recording is the first entry
	out := entry(2, made, "", "bundle made for the court")
	must(t, e.DB.Tx(t.Context(), func(tx *db.Tx) error {
		_, err := tx.Record(t.Context(), iru.Event{At: e.clock(), By: e.people["ada"].ID, Unit: x.Unit, Subject: iru.Subject{Noun: "exhibit", ID: int64(x.ID)}, Verb: "export", Index: -1}.With("custody", out))
		return err
	}))
	x.Links, x.Head = 2, sum(out)
	e.update(x)
	base, ada := "/exhibits/"+id(x.ID), e.as("ada")
	page := ada.get(base).is(http.StatusOK).has("#custody li", "entry 2").has("#custody dd", "Article 5 of the order").has("#custody dd", "bundle made for the court").has("#custody p", "court order 17").has("#custody dd", "2026-03-12 09:00:00 +01:00")
	if got := page.find("#custody .thread .from"); len(got) != 2 || !strings.Contains(got[0], "entry 1") {
		t.Errorf("order: %q", got)
	}
	ada.post(base + "/verify").leads(base)
	ada.get(base).has("#check .list li", "The chain of custody fits, 2 entries holds")
	for _, c := range []struct {
		links int
		head  string
	}{{3, x.Head}, {2, made}, {1, made}} {
		y := x
		y.Links, y.Head = c.links, c.head
		e.update(y)
		ada.post(base + "/verify").leads(base)
		ada.get(base).has("#check .list li", "the chain does not fit at entry 3")
	}
	one := entry(1, "", x.Manifest, "captured")
	two := entry(2, sum(one), "", "bundle made for the court")
	x.Links, x.Head = 2, sum(two)
	event := func(n int, text string) iru.Event { return iru.Event{}.With("custody", text) }
	if n, bad := chain(x, []iru.Event{event(1, one), event(2, two)}); n != 2 || bad != 0 {
		t.Errorf("a whole chain of %d is bad at %d", n, bad)
	}
	for name, es := range map[string][]iru.Event{
		"a gap":            {event(1, one), event(3, entry(3, sum(one), "", "x"))},
		"another manifest": {event(1, entry(1, "", sum("other"), "captured")), event(2, two)},
		"changed words":    {event(1, entry(1, "", x.Manifest, "found")), event(2, two)},
		"one missing":      {event(2, two)},
	} {
		if _, bad := chain(x, es); bad == 0 {
			t.Errorf("%s: nothing found", name)
		}
	}
}

// TestCompare: two captures of one item, what changed in words and marks; others are refused.
func TestCompare(t *testing.T) {
	e := newEvidenceHouse(t)
	x := e.first()
	ada := e.as("ada")
	ada.get("/exhibits/compare?a="+id(x.ID)).is(http.StatusOK).has("#only-h", "one capture only")
	ada.get("/exhibits/" + id(x.ID)).hasNo("#others")
	y, z := e.second(), e.gone()
	ada = e.as("ada") // a day later
	page := ada.get("/exhibits/compare?a="+id(y.ID)+"&b="+id(x.ID)).is(http.StatusOK).has("#words .gone", "− gone Snow line falls tonight to 600 metres").has("#words .new", "+ new Snow line falls tonight to 450 metres").
		has("#words header", "2 lines are gone · 3 lines are new").has("#facts tr", "TitleHalcyon Weather WireHalcyon Weather Wire, nightchanged").has("#facts tr", "Vantage pointnorthnorthsame").has("#choose option", "gone")
	if got := page.find("#seen h3 ~ .row a"); len(got) != 2 || got[0] != "Exhibit "+id(x.ID) {
		t.Errorf("the earlier one does not come first: %q", got)
	}
	if n := len(page.nodes("#seen iframe")); n != 2 {
		t.Errorf("%d frames", n)
	}
	ada.get("/exhibits/compare?a="+id(y.ID)+"&b="+id(z.ID)).is(http.StatusOK).has("#words", "No text was found").has("#seen .media", "What was met: gone").has("#facts tr", "text.txt")
	ada.get("/exhibits/compare?a=" + id(y.ID) + "&b=99").is(http.StatusNotFound)
	ada.get("/exhibits/compare").is(http.StatusOK) // the first one and its neighbour
	ada.get("/exhibits/compare?a=77").is(http.StatusNotFound)
	e.as("bo").get("/exhibits/compare?a=" + id(x.ID) + "&b=" + id(y.ID)).is(http.StatusNotFound)
	ada.get("/exhibits/"+id(y.ID)).has("#others a", "Compare with exhibit "+id(x.ID)).has(".head a", "Before and after")
	ada.get("/items/"+id(x.Item)).has("#captured a", "Before and after").has("#captured", "3 captures of this item")
}

// TestExport: a bundle says what it is for; a refusal is shown in its own words and what was typed is kept.
func TestExport(t *testing.T) {
	var got ExportRequest
	e := newEvidenceHouse(t, func(o *Options) {
		o.Export = func(_ context.Context, s iru.Scope, x iru.ExhibitID, r ExportRequest) (ExportedBundle, error) {
			if got = r; r.Recipient == "nobody" {
				return ExportedBundle{}, iru.Refuse(iru.Forbidden, "this outlet is H3", "ask whoever supplied it")
			}
			return ExportedBundle{Name: "exhibit-" + id(x) + ".wacz", Size: 6, Body: io.NopCloser(strings.NewReader("bundle"))}, nil
		}
	})
	x := e.first()
	base, ada := "/exhibits/"+id(x.ID), e.as("ada")
	ada.get(base).has("#export", "Court or prosecutor").hasNo("#acknowledged")
	for _, c := range [][]string{{"purpose", "court", "recipient", "", "reason", "r", "say", "who gets"}, {"purpose", "fun", "recipient", "a", "reason", "r", "say", "what the bundle is for"}, {"purpose", "court", "recipient", "Court of Halcyon", "reason", "", "say", "why they"}} {
		ada.post(base+"/export", c[:6]...).is(http.StatusUnprocessableEntity).has("#errors", c[7])
	}
	a := ada.post(base+"/export", "purpose", "partner", "recipient", "nobody", "reason", "request 12").is(http.StatusForbidden).has("#errors", "This outlet is H3; ask whoever supplied it.")
	if v := a.attr("#recipient", "value"); v != "nobody" {
		t.Errorf("what was typed is lost: %q", v)
	}
	a = ada.post(base+"/export", "purpose", "court", "recipient", "Court of Halcyon", "reason", "case 17", "acknowledged", "1").is(http.StatusOK)
	if a.body != "bundle" || a.header.Get("Content-Disposition") != `attachment; filename="exhibit-`+id(x.ID)+`.wacz"` || got != (ExportRequest{"court", "Court of Halcyon", "case 17", true}) {
		t.Errorf("%q %v %+v", a.body, a.header, got)
	}
	must(t, e.DB.Tx(t.Context(), func(tx *db.Tx) error {
		w, err := tx.Asset(t.Context(), iru.Program(), e.asset.ID)
		if err != nil {
			return err
		}
		o, err := tx.Outlet(t.Context(), iru.Program(), w.Outlet)
		if err != nil {
			return err
		}
		o.Handling.H = "H3"
		return tx.UpdateOutlet(t.Context(), o, o.State)
	}))
	ada.get(base).has("#export label", "H3: whoever supplied this agrees")
	e.as("bo").post(base+"/export", "purpose", "court", "recipient", "x", "reason", "y").is(http.StatusNotFound)
	plain := newEvidenceHouse(t)
	y := plain.first()
	plain.as("ada").get("/exhibits/" + id(y.ID)).hasNo("#export")
	plain.as("ada").post("/exhibits/"+id(y.ID)+"/export", "purpose", "court", "recipient", "x", "reason", "y").is(http.StatusNotFound)
}

// TestExhibitIsLive: only what happens to the exhibit itself stirs its page.
func TestExhibitIsLive(t *testing.T) {
	about := func(noun string, n int64) iru.Event { return iru.Event{Subject: iru.Subject{Noun: noun, ID: n}} }
	if !touches("exhibit-7", about("exhibit", 7)) || touches("exhibit-7", about("exhibit", 8)) || touches("exhibit-7", about("item", 7)) {
		t.Error("the page of an exhibit follows the wrong events")
	}
}

// TestDiff holds texts against each other.
func TestDiff(t *testing.T) {
	show := func(ls []diffLine) string {
		var b strings.Builder
		for _, l := range ls {
			b.WriteString(string(rune(l.Mark)) + l.Text + "\n")
		}
		return b.String()
	}
	for _, c := range []struct{ a, b, want string }{
		{"", "", ""}, {"a\nb", "a\n\n b ", " a\n b\n"}, {"a\nb\nc", "a\nc", " a\n-b\n c\n"}, {"a\nc", "a\nb\nc", " a\n+b\n c\n"}, {"a\nb\nc\nd", "a\nx\nc\nd", " a\n-b\n+x\n c\n d\n"}, {"", "a", "+a\n"}, {"a", "", "-a\n"},
	} {
		if got, whole := lineDiff(c.a, c.b); show(got) != c.want || !whole {
			t.Errorf("%q, %q: %q", c.a, c.b, show(got))
		}
	}
	var a, b strings.Builder
	for i := range 3000 {
		a.WriteString("a" + id(int64(i)) + "\n")
		b.WriteString("b" + id(int64(i)) + "\n")
	}
	if got, whole := lineDiff(a.String(), b.String()); whole || len(got) != 2*maxDiff {
		t.Errorf("two long texts: %d lines, whole %v", len(got), whole)
	}
	long, _ := lineDiff("1\n2\n3\n4\n5\nx\n6\n7\n8\n9", "1\n2\n3\n4\n5\n6\n7\n8\n9")
	if got := show(around(long, 1)); got != " \n 5\n-x\n 6\n \n" {
		t.Errorf("around: %q", got)
	}
	if got := around([]diffLine{{same, "a"}}, 2); len(got) != 0 {
		t.Errorf("nothing changed: %q", got)
	}
}

// exhibitPages are the pages of evidence, by name.
func exhibitPages(e *evidenceHouse) map[string]string {
	x, y, z := e.first(), e.second(), e.gone()
	e.seal()
	e.as("ada").post("/exhibits/" + id(x.ID) + "/verify").leads("/exhibits/")
	n := func(x iru.Exhibit) string { return "/exhibits/" + id(x.ID) }
	return map[string]string{"exhibit-seen": n(x), "exhibit-sharp": n(y) + "?plain=1", "exhibit-gone": n(z), "compare": "/exhibits/compare?a=" + id(x.ID) + "&b=" + id(y.ID), "compare-gone": "/exhibits/compare?a=" + id(y.ID) + "&b=" + id(z.ID),
		"compare-sharp": "/exhibits/compare?plain=1&a=" + id(x.ID) + "&b=" + id(y.ID), "replay-asked": n(x) + "/replay", "exhibit-item": "/items/" + id(x.Item)}
}

func exporting(o *Options) {
	o.Export = func(context.Context, iru.Scope, iru.ExhibitID, ExportRequest) (ExportedBundle, error) {
		return ExportedBundle{}, iru.NotFound
	}
}

// seenElsewhere says why axe cannot look into the frames: they are another origin's, and hold hostile content.
func seenElsewhere() webtest.Explained {
	return webtest.Explained{Rule: "frame-tested", Selector: "iframe", Why: "a frame of the evidence origin holds what was captured; axe does not run where nothing may run"}
}

func TestExhibitPagesAreAccessible(t *testing.T) {
	e := newEvidenceHouse(t, exporting)
	pages := exhibitPages(e)
	e.browse("ada", "en")
	for _, name := range []string{"exhibit-seen", "exhibit-gone", "compare", "replay-asked"} {
		webtest.AxeEverywhere(t, e.url+pages[name], seenElsewhere())
	}
	webtest.Quiet(t, e.url+pages["exhibit-seen"])
	e.browse("ada", "ar")
	webtest.AxeEverywhere(t, e.url+pages["compare"], seenElsewhere())
}

// TestExhibitPagesPictures writes pictures for people to look at into the directory that IOLAUS_PICTURES names.
func TestExhibitPagesPictures(t *testing.T) {
	dir, only := os.Getenv("IOLAUS_PICTURES"), os.Getenv("IOLAUS_PICTURE")
	all := dir != ""
	if !all {
		dir, only = t.TempDir(), "compare"
	}
	e := newEvidenceHouse(t, exporting)
	for name, page := range exhibitPages(e) {
		if only != "" && !strings.Contains(","+only+",", ","+name+",") {
			continue
		}
		file := filepath.Join(dir, name)
		e.browse("ada", "en")
		webtest.Screenshot(t, e.url+page, 1440, false, file+"-light.png")
		if info, err := os.Stat(file + "-light.png"); err != nil || info.Size() < 20000 {
			t.Errorf("picture of %s: %v, %v", name, info, err)
		}
		if !all {
			continue
		}
		webtest.Screenshot(t, e.url+page, 1440, true, file+"-dark.png")
		webtest.Screenshot(t, e.url+page, 320, false, file+"-narrow.png")
		e.browse("ada", "ar")
		webtest.Screenshot(t, e.url+page, 1440, false, file+"-rtl.png")
	}
}
