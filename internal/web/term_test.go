// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"slices"
	"strings"
	"testing"

	"iolaus/internal/db"
	"iolaus/internal/iru"
	"iolaus/internal/recognise"
	"iolaus/internal/web/ui"
	"iolaus/internal/web/webtest"
)

// Marks stand where the text says, through paragraphs, line ends and addresses, and never take the defanging off an address.
func TestMarked(t *testing.T) {
	const text = "  The harbour tram,\r\nsee https://tram.test/harbour-tram now.\r\n\r\nقِطَارُ الميناء and the harbour tram\n"
	ts, err := recognise.CompileTerms([]recognise.Term{{ID: 1, Text: "harbour tram"}, {ID: 2, Text: "tram"}, {ID: 3, Text: "قطار الميناء"}})
	must(t, err)
	var hits []iru.TermHit
	ts.Find(text, func(h recognise.TermHit) bool { hits = append(hits, iru.NewTermHit(h, text)); return true })
	slices.SortFunc(hits, func(a, b iru.TermHit) int { return a.Start - b.Start })
	p := marked("en", text, places(text, hits))
	var got []string
	for _, par := range p.Paragraphs {
		line := ""
		for _, s := range par {
			switch {
			case s.Mark:
				line += "[" + s.Text + "]"
			case s.Addr:
				line += "<" + s.Text + ">"
			default:
				line += s.Text
			}
		}
		got = append(got, line)
	}
	want := []string{"The [harbour tram],\nsee <hxxps://tram[.]test/harbour-tram> now.", "[قِطَارُ الميناء] and the [harbour tram]"}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if places("another text", hits) != nil {
		t.Error("hits of another text are marked")
	}
	plain, old := passage("ar", text), ui.Paragraphs("ar", text)
	if len(plain.Paragraphs) != len(old.Paragraphs) || plain.Lang != "ar" {
		t.Errorf("%+v", plain)
	}
}

// termStory is a list with terms of several scripts, found in the story's first item.
func (h *house) termStory(s *acts) iru.TermList {
	h.t.Helper()
	ctx, ada := h.t.Context(), h.scope("ada")
	l, err := h.AddTermList(ctx, ada, iru.TermList{Name: "Lines and stops", Note: "as passengers call them"})
	must(h.t, err)
	i := h.itemNow(s.first.ID)
	word := strings.Fields(i.Text)[1]
	var found []iru.TermHit
	for text, lang := range map[string]string{"قطار الميناء": "ar", word: "en", "трамвай": "ru"} {
		x, err := h.AddTerm(ctx, ada, iru.Term{List: l.ID, Text: text, Lang: lang, Note: "see https://lines.test/"})
		must(h.t, err)
		if text == word {
			ts, err := recognise.CompileTerms([]recognise.Term{{ID: int64(x.ID), Text: word}})
			must(h.t, err)
			ts.Find(i.Text, func(hit recognise.TermHit) bool { found = append(found, iru.NewTermHit(hit, i.Text)); return true })
		}
	}
	must(h.t, h.RecordTermHits(ctx, i.Exhibit, found))
	return l
}

func TestTermsOnTheItem(t *testing.T) {
	h := newHouse(t)
	s := h.acts()
	l := h.termStory(s)
	page := "/items/" + id(s.first.ID)
	a := h.as("ada").get(page).is(http.StatusOK).has("#terms", "Lines and stops").has("#terms mark", "").has("#why", "Watch list").has("#history", "Terms found")
	if len(a.find("#original mark")) == 0 {
		t.Error("nothing is marked in the text")
	}
	_, err := h.JudgeTermList(t.Context(), h.scope("ada"), l.ID, "mute", "")
	must(t, err)
	h.as("ada").get(page).hasNo("#terms").hasNo("#original mark")
}

func TestWatchListPages(t *testing.T) {
	h := newHouse(t)
	ada := h.as("ada")
	if a := ada.get("/terms").is(http.StatusOK); len(a.find("#none-h")) != 1 || len(a.find(".todo-list li.next")) != 1 {
		t.Error("the empty page does not say what to do first")
	}
	h.as("sig").get("/terms").is(http.StatusOK).hasNo("#begin")
	codes := []string{"tlp", "AMBER", "pap", "AMBER", "h", "H1"}
	h.as("sig").post("/terms", append(codes, "name", "Trams")...).is(http.StatusForbidden)
	ada.post("/terms", append(codes, "name", " ")...).is(http.StatusUnprocessableEntity).has("#begin-problem", "no name")
	ada.post("/terms", append(codes, "name", "Trams")...).leads("/terms?list=1")
	ada.post("/terms", append(codes, "name", "Trams")...).is(http.StatusConflict).has("#begin-problem", "of that name")
	ada.post("/terms/1/add", "text", "قطار الميناء", "lang", "ar").leads("/terms?list=1")
	ada.get("/terms").has("#earlier", "Goes on").has("#earlier .bar", "").has("#earlier", "looked for in what was captured earlier")
	h.passRescan(iru.SoughtTerms, iru.Part{Over: true, Seen: 1240, Found: 1, Failed: 2})
	ada.get("/terms").has("#earlier", "Done").has("#earlier", "found in 1 capture ·").has("#earlier", "2 captures could not be read").hasNo("#earlier .bar")
	ada.get("/terms?list=1").has("#terms [lang=ar][dir=rtl]", "قطار الميناء").has("#lists", "Trams").has("#lists", "TLP:AMBER").has("#terms", "looked for")
	ada.post("/terms/1/add", "text", "!").is(http.StatusUnprocessableEntity).has("#add-problem", "no letter")
	ada.post("/terms/1/1", "verb", "mute").leads("/terms?list=1")
	ada.get("/terms?list=1").has("#terms tbody", "muted")
	ada.post("/terms/1/1", "verb", "mute").is(http.StatusConflict)
	ada.post("/terms/1/1", "verb", "remove").leads("/terms?list=1")
	ada.post("/terms/1/1", "verb", "put_back").leads("/terms?list=1")
	ada.post("/terms/1", "verb", "mute").leads("/terms?list=1")
	ada.post("/terms/1", "verb", "unmute").leads("/terms?list=1")

	ada.post("/terms/1/import", "pasted", "snow line\n—\n").is(http.StatusUnprocessableEntity).has("#import-problem", "1 lines").has("#wrong", "line 2")
	ada.post("/terms/1/import", "pasted", "snow line\n—\n", "rest", "1").leads("/terms?list=1")
	ada.get("/terms?list=1").has("#imports", "pasted").has("#history", "Terms imported")
	var e iru.EventID
	must(t, h.DB.View(t.Context(), func(x *db.Tx) error {
		es, err := x.EventsOf(t.Context(), iru.Subject{Noun: "term_list", ID: 1})
		for _, v := range es {
			if v.Verb == "import" {
				e = v.ID
			}
		}
		return err
	}))
	ada.post("/terms/1/undo/" + id(e)).leads("/terms?list=1")
	ada.get("/terms?list=1").has("#imports", "taken back").hasNo("#imports form")
	h.as("bo").get("/terms?list=1").is(http.StatusNotFound)

	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	f, err := w.CreateFormFile("file", "lines.csv")
	must(t, err)
	_, err = f.Write([]byte("text,lang\nstraße am hafen,de\n"))
	must(t, err)
	must(t, w.Close())
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, h.url+"/terms/1/import", &body)
	must(t, err)
	r.Header.Set("Content-Type", w.FormDataContentType())
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	r.AddCookie(&http.Cookie{Name: "iolaus", Value: ada.cookie})
	resp, err := (&http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}).Do(r)
	must(t, err)
	if resp.Body.Close(); resp.StatusCode != http.StatusSeeOther {
		t.Errorf("a file: %s", resp.Status)
	}
	ada.get("/terms?list=1").has("#terms", "straße am hafen").has("#imports", "lines.csv")
}

// passRescan says that a part of what was captured earlier was gone through, as a worker would.
func (h *house) passRescan(what iru.Sought, p iru.Part) {
	h.t.Helper()
	var r iru.Rescan
	must(h.t, h.DB.View(h.t.Context(), func(x *db.Tx) (err error) {
		r, err = x.Rescan(h.t.Context(), h.scope("ada").Unit, what)
		return err
	}))
	_, err := h.RecordRescan(h.t.Context(), r, p)
	must(h.t, err)
}

func TestWatchListPagesAreAccessible(t *testing.T) {
	h := newHouse(t)
	s := h.acts()
	l := h.termStory(s)
	h.browse("ada", "ar")
	for _, page := range []string{"/terms?list=" + id(l.ID), "/items/" + id(s.first.ID)} {
		webtest.AxeEverywhere(t, h.url+page, seenElsewhere())
	}
}
