// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"context"
	"errors"
	"testing"

	"iolaus/internal/db"
	"iolaus/internal/db/dbtest"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
)

// What was captured before there was a search is made findable in parts; a kill loses at most one part, and nothing is entered twice.
func TestRescanForWords(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, ctx := newScene(t, d), t.Context()
		xs := s.earlier(7)
		empty := "INSERT INTO captured_words (captured_words) VALUES ('delete-all')"
		if d.Engine() == db.PostgreSQL {
			empty = "DELETE FROM captured_words"
		}
		var r iru.Rescan
		s.ok(d.Tx(ctx, func(x *db.Tx) (err error) { // as a store of before
			for _, q := range []string{empty, "DELETE FROM captured_lang", "DELETE FROM captured_text", "DELETE FROM shows", "DELETE FROM captured"} {
				if _, err := x.Exec(ctx, q); err != nil {
					return err
				}
			}
			if r, err = x.Rescan(ctx, s.scope.Unit, iru.SoughtWords); err != nil {
				return err
			}
			r = r.Ask(s.Desk.Now())
			return x.PutRescan(ctx, &r)
		}))
		find := func(text string) int {
			t.Helper()
			got, err := s.Desk.Search(ctx, s.scope, desk.Query{Text: text, Size: 50})
			s.ok(err)
			return len(got.Finds)
		}
		if find("tram") != 0 {
			t.Fatal("the store is not as before")
		}
		n, err := s.Desk.SweepLooks(ctx) // the store of before has a rescan and no job
		s.ok(err)
		if n == 0 {
			t.Error("nobody goes on with it")
		}
		for _, die := range []struct{ at, found int }{{2, 1}, {5, 4}} {
			c, mortal := s.reborn(die.at)
			if err := (&rescanner{Crew: c, part: 3}).Work(mortal, rescanJob(r)); !errors.Is(err, context.Canceled) {
				t.Fatalf("killed at text %d: %v", die.at, err)
			}
			if got := find(`"harbour tram"`); got < die.found {
				t.Errorf("killed at text %d: %d are found", die.at, got)
			}
		}
		s.capturedAs(iru.Item{ID: xs[0].Item}, "The harbour tram waits no longer.", "")
		c, alive := s.reborn(0)
		s.ok((&rescanner{Crew: c, part: 3}).Work(alive, rescanJob(r)))
		now, left := s.rescan(iru.SoughtWords)
		if now.Running || left != 0 || find("tram") != 8 || find(`"number 0"`) != 1 || find("longer") != 1 || now.Failed != 0 {
			t.Errorf("%+v, %d left, %d found", now, left, find("tram"))
		}
	})
}
