// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/recognise"
	"iolaus/internal/web/ui"
)

// textsPerPage is how many captured texts a page of the search shows.
const textsPerPage = 20

// A TextSearch is what captured texts say that fits the query, and the filters that narrow it.
type TextSearch struct {
	Why      string
	Outlet   string
	Kind     string
	Lang     string
	From     string
	Until    string
	Skip     int
	Outlets  []iru.Outlet
	Langs    []db.LangCount
	Finds    []iru.Find
	Names    map[iru.OutletID]string
	Trouble  string // why texts were not searched
	Searched bool
	Pages    ui.Pages
	Earlier  RescanCard
}

// maxLangs is how many languages the filter offers.
const maxLangs = 40

// fillTexts reads what the filters offer.
func (v *visit) fillTexts(t *db.Tx, s *TextSearch, outlets []iru.Outlet) (err error) {
	s.Outlets, s.Names = outlets, map[iru.OutletID]string{}
	for _, o := range outlets {
		s.Names[o.ID] = o.Name
	}
	if s.Langs, err = t.SearchLangs(v.ctx(), v.scope, maxLangs); err != nil {
		return err
	}
	s.Earlier, err = v.rescan(t, iru.SoughtWords)
	return err
}

// searchTexts looks for the query in captured texts. What is wrong with it is told and is no error.
func (v *visit) searchTexts(query string) (TextSearch, error) {
	q := v.r.URL.Query()
	s := TextSearch{Why: cutText(strings.TrimSpace(q.Get("why")), 500), Outlet: q.Get("outlet"), Kind: q.Get("kind"), Lang: q.Get("lang"), From: q.Get("from"), Until: q.Get("until"),
		Skip: int(min(number(q.Get("skip")), 1<<20))}
	if query == "" {
		return s, nil
	}
	ask := desk.Query{Text: query, Why: s.Why, Skip: s.Skip, Size: textsPerPage,
		Search: iru.Search{Outlet: iru.OutletID(number(s.Outlet)), Kind: iru.AssetKind(s.Kind), Lang: s.Lang}}
	var err error
	if ask.From, err = onDay(s.From, 0); err == nil {
		ask.Until, err = onDay(s.Until, 1)
	}
	var r desk.Result
	if err == nil {
		r, err = v.desk.Search(v.ctx(), v.scope, ask)
	}
	var why *iru.Refusal
	if errors.As(err, &why) && errors.Is(err, iru.Invalid) {
		s.Trouble = words(why)
		return s, nil
	}
	if s.Finds, s.Searched = r.Finds, true; r.More {
		s.Pages.Next = s.address(query, s.Skip+textsPerPage)
	}
	if s.Skip > 0 {
		s.Pages.Previous = s.address(query, max(0, s.Skip-textsPerPage))
	}
	return s, err
}

// onDay is the beginning of a day (UTC), and some days later; the zero time for none.
func onDay(s string, more int) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return t, iru.Refuse(iru.Invalid, "a day cannot be read", "write it as 2026-03-12")
	}
	return t.AddDate(0, 0, more), nil
}

// address is the page of the search from a place on.
func (s TextSearch) address(query string, skip int) string {
	from := ""
	if skip > 0 {
		from = strconv.Itoa(skip)
	}
	return at("/search", "q", query, "outlet", s.Outlet, "kind", s.Kind, "lang", s.Lang, "from", s.From, "until", s.Until, "why", s.Why, "skip", from)
}

func (s TextSearch) narrowed() bool {
	return s.Outlet+s.Kind+s.Lang+s.From+s.Until+s.Why != ""
}

// fields narrow the search.
func (s TextSearch) fields(ctx context.Context) []templ.Component {
	outlets, kinds, langs := []ui.Option{{Text: ui.T(ctx, "any")}}, []ui.Option{{Text: ui.T(ctx, "any")}}, []ui.Option{{Text: ui.T(ctx, "any")}}
	for _, o := range s.Outlets {
		outlets = append(outlets, ui.Option{Value: id(o.ID), Text: o.Name})
	}
	for _, k := range iru.AssetKinds {
		kinds = append(kinds, ui.Option{Value: string(k), Text: kindName(ctx, k)})
	}
	for _, l := range s.Langs {
		langs = append(langs, ui.Option{Value: l.Lang, Text: l.Lang + " · " + strconv.Itoa(l.Texts)})
	}
	return []templ.Component{
		ui.Field{Name: "outlet", Label: ui.T(ctx, "Outlet"), Type: "select", Options: outlets, Value: s.Outlet},
		ui.Field{Name: "lang", Label: ui.T(ctx, "Language"), Type: "select", Options: langs, Value: s.Lang},
		ui.Field{Name: "kind", Label: ui.T(ctx, "Kind"), Type: "select", Options: kinds, Value: s.Kind},
		ui.Field{Name: "from", Label: ui.T(ctx, "Captured from"), Type: "date", Value: s.From},
		ui.Field{Name: "until", Label: ui.T(ctx, "Captured until"), Type: "date", Value: s.Until},
		ui.Field{Name: "why", Label: ui.T(ctx, "What you need it for"), Value: s.Why, Max: 500, Hint: ui.T(ctx, "A case or an operation. The log keeps it beside what you looked for.")},
	}
}

// pill says which of them are shown.
func (s TextSearch) pill() string {
	if s.Skip == 0 && s.Pages.Next == "" {
		return strconv.Itoa(len(s.Finds))
	}
	return strconv.Itoa(s.Skip+1) + "–" + strconv.Itoa(s.Skip+len(s.Finds))
}

// foot says that the search is on record.
func (s TextSearch) foot(ctx context.Context) templ.Component {
	return ui.Text(ui.T(ctx, "The log of consultations holds what you looked for and what was shown; auditors read it."))
}

// handling are the strictest codes of what is shown.
func (s TextSearch) handling() iru.Handling {
	var h iru.Handling
	for _, f := range s.Finds {
		h = h.Stricter(f.Handling)
	}
	return h
}

// excerpt is the part of a text with what was found in it marked, in its own direction.
func excerpt(f iru.Find) ui.Passage {
	x := f.Excerpt
	lang := f.Captured.Lang
	if recognise.Direction(x.Text) != ui.Dir(lang) {
		lang = "" // another language than most of the text
	}
	var marks [][2]int
	for _, h := range x.Hits {
		marks = append(marks, [2]int{h.Start, h.End})
	}
	p := marked(lang, x.Text, marks)
	if n := len(p.Paragraphs); n > 0 {
		if x.Start > 0 {
			p.Paragraphs[0] = append([]ui.Span{{Text: "… "}}, p.Paragraphs[0]...)
		}
		if x.More {
			p.Paragraphs[n-1] = append(p.Paragraphs[n-1], ui.Span{Text: " …"})
		}
	}
	return p
}

// findTitle is what a text is called on a list: its title, else its address.
func findTitle(f iru.Find) string {
	if s := strings.TrimSpace(f.Title); s != "" {
		return plainDefanged(s)
	}
	return defanged(f.Locator)
}

func findLangs(f iru.Find) string { return strings.Join(f.Langs, ", ") }

// findDays says when a text was seen.
func findDays(ctx context.Context, f iru.Find) string {
	if day(f.Captured.First) == day(f.Captured.Last) {
		return day(f.Captured.First)
	}
	return ui.T(ctx, "%s to %s", day(f.Captured.First), day(f.Captured.Last))
}
