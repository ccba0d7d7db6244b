// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"context"
	"io"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"iolaus/internal/db"
	"iolaus/internal/db/dbtest"
	"iolaus/internal/desk"
	"iolaus/internal/fetch"
	"iolaus/internal/iru"
)

// now reads an asset anew.
func (s *scene) now(id iru.AssetID) iru.Asset {
	s.t.Helper()
	a, err := s.asset(s.t.Context(), id)
	s.ok(err)
	return a
}

// Each place looks through its own worker. Where none lives nobody looks, which is unknown and never gone; what one place is shown and another
// is not, is told.
func TestPlaces(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, ctx := newScene(t, d), t.Context()
		var away atomic.Bool
		s.host("snow.test", func(c net.Conn, _ string) {
			if away.Load() {
				io.WriteString(c, answer(410, "", "gone"))
				return
			}
			io.WriteString(c, page("Snow line", ""))
		})
		s.look(small, nil)
		a, i := s.watch("http://snow.test/")
		s.ok(s.capture(i, 0))
		s.Desk.Rules.Agreement = iru.Agreement{Points: 2, Rounds: 2, Gap: time.Millisecond}
		s.Desk.Rules.Points = []string{"north", "south"}
		s.Away = map[string][]string{"harbour": {"south"}}
		south := s.net
		south.Name = "south"
		there := &Crew{Desk: s.Desk, Store: s.Store, Vault: s.Vault, Vantages: []*fetch.Client{fetch.New(south, small, nil, "iolaus-test")}, Place: "harbour", Holder: "there", Log: s.Log}
		round := func() {
			t.Helper()
			time.Sleep(3 * time.Millisecond)
			var err error
			_, err = s.round(ctx, a)
			s.ok(err)
			a = s.now(a.ID)
		}
		looks := func() (out []string) {
			s.ok(d.View(ctx, func(x *db.Tx) error {
				os, err := x.Observations(ctx, iru.Program(), a.ID, 50)
				for _, o := range os {
					out = append(out, o.Vantage+" "+string(o.Outcome)+" "+string(o.Content))
				}
				return err
			}))
			return out
		}
		round()
		if got := strings.Join(looks()[:2], ", "); !strings.Contains(got, "south unmanned") || !strings.Contains(got, "north up same") {
			t.Errorf("nobody is at the place: %s", got)
		}
		away.Store(true)
		for range 4 {
			round()
		}
		if a.Presence.State != iru.PresenceDoubtful || a.Presence.Runs["south"].Length != 0 {
			t.Errorf("one place agrees with itself: %+v", a.Presence)
		}
		s.ok(there.manned(ctx))
		round()
		s.queued("look_from", 1)
		round()
		s.queued("look_from", 1) // it waits once
		(&placed{Crew: there}).look(t, a.ID)
		time.Sleep(3 * time.Millisecond)
		(&placed{Crew: there}).look(t, a.ID)
		if a = s.now(a.ID); a.Presence.State != iru.PresenceGone || len(a.Presence.Runs) != 2 {
			t.Errorf("both places agree: %+v", a.Presence)
		}
		away.Store(false)
		s.Desk.Rules.Agreement.Gap = time.Minute
		(&placed{Crew: there}).look(t, a.ID)
		if a = s.now(a.ID); a.Presence.State != iru.PresenceBack {
			t.Errorf("seen from one place: %+v", a.Presence)
		}
		var told []iru.Event
		s.ok(d.View(ctx, func(x *db.Tx) (err error) {
			told, err = x.EventsOf(ctx, iru.Subject{Noun: "asset", ID: int64(a.ID)})
			return err
		}))
		last := told[len(told)-1]
		if last.Verb != "cloak" || !strings.Contains(last.Note, "south sees the content, north does not") {
			t.Errorf("what differs by place is told: %+v", last)
		}
	})
}

func (w *placed) look(t *testing.T, a iru.AssetID) {
	t.Helper()
	if err := w.Work(t.Context(), &river.Job[desk.LookFrom]{JobRow: &rivertype.JobRow{}, Args: desk.LookFrom{Asset: a, Place: w.Place}}); err != nil {
		t.Fatal(err)
	}
}

// A process at a place works its own looks only, says that it lives while it does, and that it left when it ends.
func TestWorkerOfAPlace(t *testing.T) {
	s := newScene(t, dbtest.Open(t))
	s.says("snow.test", page("Snow line", ""))
	s.look(small, nil)
	a, _ := s.watch("http://snow.test/")
	s.Place, s.Holder = "harbour", "there"
	run, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.Run(run) }()
	here := &Crew{Desk: s.Desk, Away: map[string][]string{"harbour": {"north"}}}
	manned, looked := false, false
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end) && !looked; time.Sleep(20 * time.Millisecond) {
		if !manned {
			empty, err := here.away(t.Context(), a)
			s.ok(err)
			manned = len(empty) == 0
		}
		looked = s.now(a.ID).Presence.Runs["north"].Found == iru.Up
	}
	if !looked {
		t.Error("the worker of the place did not look")
	}
	if len(s.exhibits(s.item(a))) != 0 {
		t.Error("the worker of a place captures")
	}
	stop()
	s.ok(<-done)
	if empty, err := here.away(t.Context(), a); err != nil || len(empty) != 1 || empty[0].Outcome != iru.Unmanned {
		t.Errorf("after it left: %+v, %v", empty, err)
	}
}
