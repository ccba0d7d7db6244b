// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
)

// What a page said is found from the command line, by an officer, and the log knows.
func TestSearch(t *testing.T) {
	a := newArchive(t, 0)
	a.house(func(h *house) {
		var sc iru.Scope
		a.ok(h.db.Tx(t.Context(), func(x *db.Tx) error {
			us, err := x.Units(t.Context())
			if err != nil {
				return err
			}
			o := iru.Officer{Unit: us[0].ID, Login: "ada", Name: "Ada", Roles: []iru.Role{iru.Analyst}, State: iru.OfficerActive}
			err = x.AddOfficer(t.Context(), &o)
			sc = o.Scope()
			return err
		}))
		w, err := h.desk.Watch(t.Context(), sc, desk.WatchRequest{Address: "https://tram.test/", Name: "Tram", Reason: "exercise"})
		a.ok(err)
		a.ok(h.db.View(t.Context(), func(x *db.Tx) error {
			i, err := x.ItemByLocator(t.Context(), w.Unit, w.Locator)
			if err != nil {
				return err
			}
			w.ID = iru.AssetID(i.ID)
			return nil
		}))
		_, err = h.desk.RecordCapture(t.Context(), desk.Recording{Item: iru.ItemID(w.ID), Vantage: "here", At: time.Now(), Outcome: iru.Up, Title: "Tram", Lang: "ar", Langs: []string{"ar", "en"}, Dir: "rtl",
			Text: "يتأخّر القِطارُ المسائيّ\x1b[1m. The evening tram waits at the harbour.", Content: desk.Digest("c"), Manifest: desk.Digest("m")})
		a.ok(err)
	})
	for _, c := range []struct {
		args string
		says string
	}{
		{"القطار", "[القِطارُ]"}, {"tram|--lang|ar", "hxxps://tram[.]test/"}, {"evening tram|harbour", "[evening tram]"}, {"--|harb*|-snow", "[harbour]"}, {"tram|--json", `"languages":["ar","en"]`},
	} {
		out, err := a.run(append([]string{"search", "--as", "ada"}, strings.Split(c.args, "|")...)...)
		if err != nil || !strings.Contains(out, c.says) || strings.Contains(out, "\x1b") {
			t.Errorf("%q: %q, %v", c.args, out, err)
		}
		var f foundText
		if strings.Contains(c.args, "json") && (json.Unmarshal([]byte(out), &f) != nil || len(f.Hits) != 1 || f.Excerpt[f.Hits[0][0]:f.Hits[0][1]] != "tram") {
			t.Errorf("as JSON: %q, %+v", out, f)
		}
	}
	for _, c := range []struct {
		args []string
		code int
	}{{[]string{"tram harbour earthquake"}, exitNothing}, {[]string{"tram", "--lang", "de"}, exitNothing}, {[]string{"?!"}, exitFailed}, {[]string{"tram", "--from", "soon"}, exitFailed}} {
		_, err := a.run(append([]string{"search", "--as", "ada"}, c.args...)...)
		var x *exit
		if !errors.As(err, &x) || x.code != c.code {
			t.Errorf("%q: %v", c.args, err)
		}
	}
	a.house(func(h *house) {
		a.ok(h.db.View(t.Context(), func(x *db.Tx) error {
			es, err := x.EventsBefore(t.Context(), iru.Program(), iru.Subject{Noun: desk.Searching}, 0, 50)
			if len(es) != 7 || es[6].Facts["query"] != "القطار" {
				t.Errorf("in the log: %d, %+v", len(es), es)
			}
			return err
		}))
	})
}
