// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"iolaus/internal/desk"
	"iolaus/internal/iru"
)

type searchCmd struct {
	Words  []string `arg:"" help:"Words that must all be found, in any script; \"a phrase\", beginning*, -not (after --)."`
	Outlet int64    `help:"Of this outlet only." placeholder:"ID"`
	Kind   string   `help:"On assets of this kind only: site, app, stream." placeholder:"KIND"`
	Lang   string   `help:"With passages in this language only." placeholder:"CODE"`
	From   string   `help:"Captured on this day or later, UTC." placeholder:"2026-03-12"`
	Until  string   `help:"Captured on this day or earlier, UTC." placeholder:"2026-03-12"`
	Skip   int      `help:"Leave out so many of the best."`
	Limit  int      `help:"At most so many." default:"20"`
	Why    string   `help:"What it is needed for; the log keeps it." placeholder:"REASON"`
	JSON   bool     `help:"A line of JSON for each text." name:"json"`
	As     string   `help:"Sign-in name of the officer who looks; without it that of the account." placeholder:"LOGIN"`
}

// A foundText is a text as it is printed; places are bytes.
type foundText struct {
	Exhibit  int64    `json:"exhibit"`
	Item     int64    `json:"item"`
	Address  string   `json:"address"`
	Title    string   `json:"title,omitempty"`
	Langs    []string `json:"languages,omitempty"`
	Handling string   `json:"handling"`
	First    string   `json:"first"`
	Last     string   `json:"last"`
	Start    int      `json:"start"`
	Excerpt  string   `json:"excerpt"`
	Hits     [][2]int `json:"hits"`
}

// Run searches captured texts in the name of an officer. It ends with 1 where nothing was found, 2 on an error.
func (a *searchCmd) Run(ctx context.Context, c *cli, e env) error {
	found, err := a.search(ctx, c, e)
	switch {
	case err != nil:
		return &exit{exitFailed, err}
	case found == 0:
		fmt.Fprintln(e.stderr, "Nothing was found.")
		return &exit{exitNothing, nil}
	}
	return nil
}

func (a *searchCmd) search(ctx context.Context, c *cli, e env) (found int, err error) {
	q := desk.Query{Text: phrases(a.Words), Why: a.Why, Skip: a.Skip, Size: a.Limit, Search: iru.Search{Outlet: iru.OutletID(a.Outlet), Kind: iru.AssetKind(a.Kind), Lang: a.Lang}}
	if q.From, err = dayOf(a.From); err != nil {
		return 0, err
	}
	if q.Until, err = dayOf(a.Until); err != nil {
		return 0, err
	}
	if !q.Until.IsZero() {
		q.Until = q.Until.AddDate(0, 0, 1)
	}
	s, err := openShelf(ctx, c, e)
	if err != nil {
		return 0, err
	}
	defer s.shut(&err)
	sc, err := s.as(ctx, a.As, e.stderr)
	if err != nil {
		return 0, err
	}
	r, err := s.desk.Search(ctx, sc, q)
	if err != nil {
		return 0, err
	}
	for _, f := range r.Finds {
		if err := a.print(e.stdout, f); err != nil {
			return len(r.Finds), err
		}
	}
	if r.More {
		fmt.Fprintf(e.stderr, "There are more: --skip %d\n", a.Skip+len(r.Finds))
	}
	return len(r.Finds), nil
}

// phrases puts the quotation marks back that a shell took off: an argument of several words among others is a phrase.
func phrases(args []string) string {
	if len(args) == 1 { // the whole query in one argument
		return args[0]
	}
	var out []string
	for _, w := range args {
		if len(strings.Fields(w)) > 1 && !strings.Contains(w, `"`) {
			sign := ""
			if after, ok := strings.CutPrefix(w, "-"); ok {
				sign, w = "-", after
			}
			w = sign + `"` + w + `"`
		}
		out = append(out, w)
	}
	return strings.Join(out, " ")
}

// dayOf is the beginning of a day; the zero time for none.
func dayOf(s string) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return t, iru.Refuse(iru.Invalid, fmt.Sprintf("%q is no day", s), "write it as 2026-03-12")
	}
	return t, nil
}

func (a *searchCmd) print(w io.Writer, f iru.Find) error {
	x := f.Excerpt
	if a.JSON {
		t := foundText{Exhibit: int64(f.Captured.Exhibit), Item: int64(f.Captured.Item), Address: defanged(f.Locator), Title: f.Title, Langs: f.Langs, Handling: f.Handling.String(),
			First: f.Captured.First.Format(time.RFC3339), Last: f.Captured.Last.Format(time.RFC3339), Start: x.Start, Excerpt: x.Text, Hits: [][2]int{}}
		for _, h := range x.Hits {
			t.Hits = append(t.Hits, [2]int{h.Start, h.End})
		}
		b, err := json.Marshal(t)
		if err == nil {
			_, err = fmt.Fprintf(w, "%s\n", b)
		}
		return err
	}
	var b strings.Builder
	at := 0
	for _, h := range x.Hits {
		b.WriteString(x.Text[at:h.Start] + "[" + x.Text[h.Start:h.End] + "]")
		at = h.End
	}
	b.WriteString(x.Text[at:])
	text := b.String()
	if x.Start > 0 {
		text = "… " + text
	}
	if x.More {
		text += " …"
	}
	_, err := fmt.Fprintf(w, "exhibit %d  %s  %s  %s\n  %s\n  %s\n", f.Captured.Exhibit, f.Captured.Last.Format(time.DateOnly), strings.Join(f.Langs, ","), f.Handling, oneLine(defanged(f.Locator)), oneLine(text))
	return err
}
