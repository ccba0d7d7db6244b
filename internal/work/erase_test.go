// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"iolaus/internal/blob"
	"iolaus/internal/db"
	"iolaus/internal/db/dbtest"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
)

// TestErase: the bytes of an erased exhibit go, those of others stay, also where both stored the same once in the clear; and again is
// no error.
func TestErase(t *testing.T) {
	s := newScene(t, dbtest.Open(t))
	_, i := s.watch("https://halcyon-weather.test/")
	ctx := t.Context()
	put := func(text string) string {
		d, _, err := s.Store.Put(ctx, strings.NewReader(text))
		s.ok(err)
		return d
	}
	own, sealed, shared := put("only here"), put("sealed bytes"), put("the same page")
	plain := s.Store
	add := func(state iru.ExhibitState, files ...iru.File) iru.Exhibit {
		x := iru.Exhibit{Unit: i.Unit, Asset: i.Asset, Item: i.ID, Locator: i.Locator, Vantage: "north", At: s.Desk.Now(), Outcome: iru.Up, State: state, Files: files}
		s.ok(s.Desk.DB.Tx(ctx, func(t *db.Tx) error { return t.AddExhibit(ctx, &x) }))
		return x
	}
	other := add(iru.ExhibitSealed, iru.File{Name: "text.txt", SHA256: shared})
	x := add(iru.ExhibitErased, iru.File{Name: "text.txt", SHA256: shared}, iru.File{Name: "page.html", SHA256: own},
		iru.File{Name: "capture.warc.gz", SHA256: strings.Repeat("a", 64), Stored: sealed})
	w := &eraser{Crew: s.Crew}
	job := func(id iru.ExhibitID) error {
		return w.Work(ctx, &river.Job[desk.Erase]{JobRow: &rivertype.JobRow{}, Args: desk.Erase{Exhibit: id}})
	}
	for range 2 {
		s.ok(job(x.ID))
		for what, d := range map[string]string{"of its own": own, "sealed": sealed} {
			if _, err := plain.Stat(ctx, d); !errors.Is(err, iru.NotFound) {
				t.Errorf("%s: %v", what, err)
			}
		}
		s.ok(plain.Verify(ctx, shared))
	}
	var cancelled *rivertype.JobCancelError
	for what, id := range map[string]iru.ExhibitID{"one that stands": other.ID, "none": 999} {
		if err := job(id); !errors.As(err, &cancelled) {
			t.Errorf("%s: %v", what, err)
		}
	}
	s.ok(plain.Verify(ctx, shared))
	w.Store = refusing{s.Store}
	if err := job(x.ID); !errors.Is(err, iru.Forbidden) || errors.As(err, &cancelled) {
		t.Errorf("a store that refuses is not asked again: %v", err)
	}
}

type refusing struct{ blob.Store }

func (refusing) Remove(context.Context, string) error { return iru.Forbidden }
