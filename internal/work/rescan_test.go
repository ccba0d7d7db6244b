// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"filippo.io/age"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"iolaus/internal/blob"
	"iolaus/internal/db"
	"iolaus/internal/db/dbtest"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/iru/bankfile"
)

// A mortal store ends the process that reads from it, after so many texts; 0: never.
type mortal struct {
	blob.Store
	left int
	end  context.CancelFunc
}

func (m *mortal) Open(ctx context.Context, digest string) (blob.File, error) {
	if m.left--; m.left == 0 {
		m.end()
		return nil, ctx.Err()
	}
	return m.Store.Open(ctx, digest)
}

// earlier captures n pages, each with a text and a picture of its own; it gives their exhibits, oldest first.
func (s *scene) earlier(n int) []iru.Exhibit {
	s.t.Helper()
	var out []iru.Exhibit
	for k := range n {
		_, i := s.watch(fmt.Sprintf("http://tram-%d.test/", k))
		out = append(out, s.capturedAs(i, fmt.Sprintf("The harbour tram number %d waits in the snow.", k), fmt.Sprintf("%064x", 1<<k)))
	}
	return out
}

func (s *scene) capturedAs(i iru.Item, text, pdq string) iru.Exhibit {
	s.t.Helper()
	digest, size, err := s.Store.Put(s.t.Context(), strings.NewReader(text))
	s.ok(err)
	x, err := s.Desk.RecordCapture(s.t.Context(), desk.Recording{Item: i.ID, Vantage: "north", At: s.Desk.Now(), Outcome: iru.Up, Status: 200, Final: i.Locator, Manifest: desk.Digest(text),
		Text: text, Content: desk.Digest(text), Files: []iru.File{{Name: "text.txt", Kind: "text", SHA256: digest, Size: size}}, Prints: []iru.Print{{Medium: "pdq", Value: pdq, Where: i.Locator}}})
	s.ok(err)
	return x
}

// reborn is another process over the same store, which dies after so many texts; 0: never.
func (s *scene) reborn(texts int) (*Crew, context.Context) {
	ctx, cancel := context.WithCancel(s.t.Context())
	s.t.Cleanup(cancel)
	id, err := age.GenerateX25519Identity()
	s.ok(err)
	return &Crew{Desk: s.Desk, Vault: blob.NewVault(&mortal{s.Store, texts, cancel}, id), Log: s.Log}, ctx
}

func (s *scene) rescan(what iru.Sought) (r iru.Rescan, left int) {
	s.t.Helper()
	s.ok(s.Desk.DB.View(s.t.Context(), func(x *db.Tx) (err error) {
		if r, err = x.Rescan(s.t.Context(), s.scope.Unit, what); err != nil {
			return err
		}
		left, err = x.RescanLeft(s.t.Context(), r)
		return err
	}))
	return r, left
}

func rescanJob(r iru.Rescan) *river.Job[desk.Rescan] {
	return &river.Job[desk.Rescan]{JobRow: &rivertype.JobRow{}, Args: desk.Rescan{Unit: r.Unit, Sought: r.Sought, Turn: r.Turn}}
}

// spotted are the exhibits in which a term stands, once for each hit.
func (s *scene) spotted(xs []iru.Exhibit) (out []int) {
	s.t.Helper()
	s.ok(s.Desk.DB.View(s.t.Context(), func(t *db.Tx) error {
		for n, x := range xs {
			hits, err := t.TermHitsOf(s.t.Context(), s.scope, x.ID)
			if err != nil {
				return err
			}
			for range hits {
				out = append(out, n)
			}
		}
		return nil
	}))
	return out
}

// New terms are found in what was captured earlier, newest first, though the process is killed in the middle of it again and again; nothing
// is missed and nothing found twice.
func TestRescanForTerms(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, ctx := newScene(t, d), t.Context()
		xs := s.earlier(7)
		l, err := s.Desk.AddTermList(ctx, s.scope, iru.TermList{Name: "Lines"})
		s.ok(err)
		if r, _ := s.rescan(iru.SoughtTerms); r.Running {
			t.Errorf("a list without terms is looked for: %+v", r)
		}
		tram, err := s.Desk.AddTerm(ctx, s.scope, iru.Term{List: l.ID, Text: "harbour tram", Lang: "en"})
		s.ok(err)
		r, left := s.rescan(iru.SoughtTerms)
		if !r.Running || left != 7 {
			t.Fatalf("asked for: %+v, %d left", r, left)
		}
		s.queued("rescan", 1)
		die := func(texts int) {
			t.Helper()
			c, mortal := s.reborn(texts)
			if err := (&rescanner{Crew: c, part: 3}).Work(mortal, rescanJob(r)); !errors.Is(err, context.Canceled) {
				t.Fatalf("killed at text %d: %v", texts, err)
			}
		}
		die(2) // in the middle of the first part: its first hit is stored, that it came so far is not
		if got := s.spotted(xs); !slices.Equal(got, []int{6}) {
			t.Errorf("killed at the second text: hits in %v", got)
		}
		if now, left := s.rescan(iru.SoughtTerms); now.Reached != 0 || left != 7 {
			t.Errorf("killed in the first part: %+v, %d left", now, left)
		}
		die(5)
		now, left := s.rescan(iru.SoughtTerms)
		if now.Reached != xs[4].ID || left != 4 || now.Found != 3 || !slices.Equal(s.spotted(xs), []int{3, 4, 5, 6}) {
			t.Errorf("killed in the second part: %+v, %d left, hits in %v", now, left, s.spotted(xs))
		}
		// Another term, while the first one's search is half done, and what is captured meanwhile.
		_, err = s.Desk.ImportTerms(ctx, s.scope, desk.TermImport{List: l.ID, Lang: "en", Name: "t.txt"}, strings.NewReader("in the snow\n"))
		s.ok(err)
		_, i := s.watch("http://ferry.test/")
		xs = append(xs, s.capturedAs(i, "The ferry waits in the snow.", strings.Repeat("a", 64)))
		c, alive := s.reborn(0)
		s.ok((&rescanner{Crew: c, part: 3}).Work(alive, rescanJob(r))) // the older job leaves it to the newer one
		if again, _ := s.rescan(iru.SoughtTerms); again.Reached != now.Reached || !again.Running {
			t.Errorf("the older job went on: %+v", again)
		}
		r, left = s.rescan(iru.SoughtTerms)
		if left != 4+4 { // the older ones, and from the newest down to where it was
			t.Errorf("%+v, %d left", r, left)
		}
		s.ok((&rescanner{Crew: c, part: 3}).Work(alive, rescanJob(r)))
		if got, want := s.spotted(xs), []int{0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7}; !slices.Equal(got, want) {
			t.Errorf("hits in %v, want %v", got, want)
		}
		if r, left := s.rescan(iru.SoughtTerms); r.Running || left != 0 || r.Ended.IsZero() || r.Failed != 0 {
			t.Errorf("at its end: %+v, %d left", r, left)
		}
		if i := s.item(iru.Asset{Unit: s.scope.Unit, Locator: xs[0].Locator}); !slices.ContainsFunc(i.Reasons, func(r iru.Reason) bool { return r.Kind == "watch list" }) {
			t.Errorf("the oldest item is not suggested: %+v", i.Reasons)
		}
		// What is not looked for asks for nothing; what is looked for again does.
		_, err = s.Desk.JudgeTerm(ctx, s.scope, tram.ID, "mute", "")
		s.ok(err)
		if r, _ := s.rescan(iru.SoughtTerms); r.Running {
			t.Errorf("after mute: %+v", r)
		}
		_, err = s.Desk.JudgeTerm(ctx, s.scope, tram.ID, "unmute", "")
		s.ok(err)
		if r, _ := s.rescan(iru.SoughtTerms); !r.Running {
			t.Errorf("after unmute: %+v", r)
		}
	})
}

// queued wants so many jobs of a kind.
func (s *scene) queued(kind string, want int) {
	s.t.Helper()
	var n int
	s.ok(s.Desk.DB.View(s.t.Context(), func(x *db.Tx) error {
		return x.QueryRow(s.t.Context(), "SELECT COUNT(*) FROM river_job WHERE kind=$1", kind).Scan(&n)
	}))
	if n != want {
		s.t.Errorf("%d jobs %s, want %d", n, kind, want)
	}
}

// A text that is gone keeps no other from being searched.
func TestRescanLeavesOutWhatCannotBeRead(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, ctx := newScene(t, d), t.Context()
		xs := s.earlier(4)
		s.ok(s.Store.Remove(ctx, xs[2].Files[0].SHA256))
		l, err := s.Desk.AddTermList(ctx, s.scope, iru.TermList{Name: "Lines"})
		s.ok(err)
		_, err = s.Desk.AddTerm(ctx, s.scope, iru.Term{List: l.ID, Text: "harbour tram"})
		s.ok(err)
		r, _ := s.rescan(iru.SoughtTerms)
		s.ok((&rescanner{Crew: s.Crew, part: 2}).Work(ctx, rescanJob(r)))
		if r, _ = s.rescan(iru.SoughtTerms); r.Running || r.Seen != 4 || r.Found != 3 || r.Failed != 1 || !slices.Equal(s.spotted(xs), []int{0, 1, 3}) {
			t.Errorf("%+v, hits in %v", r, s.spotted(xs))
		}
	})
}

// An import is looked for in what was captured earlier; the same import again asks for nothing.
func TestRescanForKnown(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, ctx := newScene(t, d), t.Context()
		xs := s.earlier(5)
		b, err := s.Desk.OpenBank(ctx, s.scope, iru.Bank{Name: "feed", Source: iru.SourceFeed})
		s.ok(err)
		take := func() {
			t.Helper()
			text := fmt.Sprintf("pdq %064x\npdq %s\n", 1, strings.Repeat("5", 64))
			_, err := s.Desk.Import(ctx, s.scope, desk.Import{Bank: b.ID, From: "list", Format: bankfile.Signals}, bankfile.Read(strings.NewReader(text), bankfile.Signals))
			s.ok(err)
		}
		take()
		r, left := s.rescan(iru.SoughtKnown)
		if !r.Running || left != 5 {
			t.Fatalf("%+v, %d left", r, left)
		}
		dead, cancel := context.WithCancel(ctx)
		cancel()
		if err := (&rescanner{Crew: s.Crew, part: 2}).Work(dead, rescanJob(r)); err == nil {
			t.Error("a dead process came to the end")
		}
		c, alive := s.reborn(0)
		s.ok((&rescanner{Crew: c, part: 2}).Work(alive, rescanJob(r)))
		met := 0
		s.ok(d.View(ctx, func(x *db.Tx) error {
			for _, e := range xs {
				ms, err := x.MatchesOf(ctx, s.scope, e.Item)
				if err != nil {
					return err
				}
				met += len(ms)
			}
			return nil
		}))
		if r, _ = s.rescan(iru.SoughtKnown); r.Running || r.Found != 5 || met != 5 { // their pictures differ in two bits
			t.Errorf("%+v, %d matches", r, met)
		}
		take()
		if r, _ = s.rescan(iru.SoughtKnown); r.Running {
			t.Errorf("nothing new was asked for: %+v", r)
		}
		_, err = s.Desk.Enter(ctx, s.scope, "own finds", iru.Known{Label: "tram", Finding: "refer", Signals: []iru.Signal{{Medium: iru.MediumMD5, Value: []byte("0123456789abcdef")}}})
		s.ok(err)
		if r, _ = s.rescan(iru.SoughtKnown); !r.Running {
			t.Errorf("what was entered by hand is not looked for: %+v", r)
		}
		// What was lost from the queue is found again.
		s.ok(d.Tx(ctx, func(x *db.Tx) error {
			_, err := x.Exec(ctx, "DELETE FROM river_job")
			return err
		}))
		_, err = s.Desk.SweepLooks(ctx)
		s.ok(err)
		s.queued("rescan", 1)
	})
}

// The workers go through it by themselves.
func TestRescanByTheWorkers(t *testing.T) {
	s, ctx := newScene(t, dbtest.Open(t)), t.Context()
	xs := s.earlier(3)
	s.ok(s.Desk.DB.Tx(ctx, func(x *db.Tx) error {
		_, err := x.Exec(ctx, "DELETE FROM river_job")
		return err
	}))
	l, err := s.Desk.AddTermList(ctx, s.scope, iru.TermList{Name: "Lines"})
	s.ok(err)
	for _, text := range []string{"harbour tram", "snow"} {
		_, err = s.Desk.AddTerm(ctx, s.scope, iru.Term{List: l.ID, Text: text})
		s.ok(err)
	}
	s.Holder = "test"
	run, stop := context.WithCancel(ctx)
	done := make(chan error, 1)
	go func() { done <- s.Run(run) }()
	for end := time.Now().Add(30 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		if r, _ := s.rescan(iru.SoughtTerms); !r.Running || time.Now().After(end) {
			break
		}
	}
	stop()
	s.ok(<-done)
	if r, left := s.rescan(iru.SoughtTerms); r.Running || left != 0 || len(s.spotted(xs)) != 6 {
		t.Errorf("%+v, %d left, hits in %v", r, left, s.spotted(xs))
	}
}
