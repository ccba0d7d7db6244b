// SPDX-License-Identifier: EUPL-1.2

package e2e

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/db/dbtest"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/legal"
	"iolaus/internal/sim"
)

// A siege is an installation at work on the range whose process is killed again and again while people decide.
type siege struct {
	*office
	world   *sim.Range
	place   installation
	victim  *program
	random  *rand.Rand
	owned   map[string]string // locator to outlet, for what is not innocent
	targets []target          // what can be acted on
	next    int               // of targets
	told    map[iru.ProviderID]bool
	acts    map[string]iru.NoticeID
	hits    map[string]int // message id to kills that hit the letter between its writing and the proof of its sending
	ops     []iru.OperationID
	asked   iru.NoticeID // whose addressee asked and was answered
	answer  iru.Letter   // what it was answered
	lasts   bool         // the day goes on after T0, to the stage of the registrars
}

// A target is something assessed and who can act on it.
type target struct {
	asset    iru.AssetID
	item     iru.ItemID
	provider iru.ProviderID
	layer    legal.Layer
}

func TestKill(t *testing.T) {
	besiege(t, db.SQLite, 3, false) // the third hits a release; the soak test kills a hundred times on each engine, to the stage after T0
}

// besiege kills the working process so many times at random moments while notices are approved, and holds afterwards what the store
// says against what the desks of the range got.
func besiege(t *testing.T, engine string, kills int, lasts bool) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("moments are drawn from seed %d", seed)
	r, err := sim.Start(t.Context(), sim.Options{Seed: 1, Scenario: "s2"})
	ok(t, err)
	t.Cleanup(r.Close)
	dsn := ""
	if engine == db.PostgreSQL {
		dsn = dbtest.Postgres(t)
	}
	s := &siege{world: r, place: install(t, r, dsn), random: rand.New(rand.NewPCG(seed, 1)), owned: map[string]string{}, told: map[iru.ProviderID]bool{}, acts: map[string]iru.NoticeID{}, hits: map[string]int{}, lasts: lasts}
	ok(t, r.SetReplyTo(s.place.inbox))
	s.office = staff(t, s.place, r.World())
	names := map[string]string{}
	for _, o := range r.World().Outlets {
		names[o.ID] = o.Name
	}
	for _, a := range r.World().Assets {
		if !innocent(r.World(), a.Outlet) {
			s.owned[a.Locator] = names[a.Outlet]
		}
	}
	for _, seed := range r.Seeds() {
		_, err := s.Watch(t.Context(), s.scope("ada"), desk.WatchRequest{Address: seed, Name: s.owned[seed], Reason: "named in a partner's notification"})
		ok(t, err)
	}
	s.start()
	for done := 0; done < kills; {
		if done == 1 { // the first kill hits the first captures; the others find acts on their way
			eventually(t, func() string {
				if s.decide(); len(s.acts) < 60 || s.random.IntN(20) == 0 { // what is found while others use the machine takes long: no thousand acts meanwhile
					s.round()
				}
				if smtp, api := s.channels(); smtp == 0 || api == 0 || len(s.targets) < 10 {
					return fmt.Sprintf("%d acts approved by mail, %d by interface, %d things to act on", smtp, api, len(s.targets))
				}
				return ""
			})
		}
		moment := time.Now().Add(time.Duration(100+s.random.IntN(1500)) * time.Millisecond)
		if done%25 == 2 { // before its tasks are armed, while they wait, while they leave at the stage before T0 or at T0, or after
			moment = s.release().T0.Add(time.Duration(s.random.IntN(3500)-3000) * time.Millisecond)
		}
		if s.lasts && done%25 == 3 { // people do nothing new until the registrars' turn
			time.Sleep(time.Until(s.registrarsAt().Add(time.Duration(s.random.IntN(2500)-2000) * time.Millisecond)))
		}
		s.until(moment)
		if done%2 == 1 && !(s.lasts && done%25 == 3) {
			s.arrival()
		}
		s.victim.kill()
		s.exposed()
		done++
		s.round() // people go on while the process is down
		s.start()
		t.Logf("killed %d times; %d acts approved, %d things to act on", done, len(s.acts), len(s.targets))
	}
	eventually(t, func() string { // every kind of way was used
		s.round()
		if smtp, api := s.channels(); smtp < kills || api < kills {
			return fmt.Sprintf("%d acts approved by mail, %d by interface", smtp, api)
		}
		return ""
	})
	eventually(t, s.unanswered)
	eventually(t, s.unsent)
	r.Advance(72 * time.Hour) // what desks would say days later they say now
	eventually(t, s.undelivered)
	eventually(t, s.uncaptured)
	s.stopped()
	s.compare()
	s.answeredOnce()
	s.released()
	s.queued()
	s.evidence()
	if out := must(t, s.place.args("ledger", "verify")...); !strings.Contains(out, "whole") {
		t.Errorf("ledger verify says %q", out)
	}
	t.Log(must(t, s.place.args("doctor")...))
}

func innocent(w sim.World, outlet string) bool {
	return slices.ContainsFunc(w.Outlets, func(o sim.Outlet) bool { return o.ID == outlet && o.Innocent })
}

func (s *siege) start() {
	s.t.Helper()
	s.victim = iolaus(s.t, s.place.args("serve")...)
	s.victim.await(`Workbench: http://(\S+)`)
}

// arrival waits until one more act arrives: that is when its sender knows least.
func (s *siege) arrival() {
	s.t.Helper()
	before := s.arrived()
	for range 3 {
		s.act(0)
	}
	for end := time.Now().Add(patience); s.arrived() == before; {
		if time.Now().After(end) {
			s.t.Fatalf("nothing arrives: %s", s.unsent())
		}
		time.Sleep(time.Millisecond)
	}
}

func (s *siege) arrived() (n int) {
	for _, d := range s.world.Truth().Desks {
		n += len(d.Notices)
	}
	return n
}

// until lets people decide until a moment.
func (s *siege) until(end time.Time) {
	s.t.Helper()
	for time.Now().Before(end) {
		s.round()
		time.Sleep(time.Until(end) % (20 * time.Millisecond))
	}
}

// round is what officers do in a moment: they decide on what has come, and approve three acts.
func (s *siege) round() {
	s.t.Helper()
	s.decide()
	s.clarify()
	for range 3 {
		s.act(0)
	}
}

// decide attributes or rejects candidates, confirms contacts and assesses items.
func (s *siege) decide() {
	s.t.Helper()
	ctx := s.t.Context()
	var assets []iru.Asset
	var providers []iru.Provider
	var items []iru.Item
	s.read(func(ctx context.Context, t *db.Tx) error {
		var e1, e2, e3 error
		assets, e1 = t.Assets(ctx, iru.Program())
		providers, e2 = t.Providers(ctx, iru.Program())
		items, e3 = t.ItemsIn(ctx, iru.Program(), iru.ItemReady, 500)
		return errors.Join(e1, e2, e3)
	})
	for _, a := range assets {
		if a.State != iru.AssetCandidate {
			continue
		}
		var err error
		if name := s.owned[a.Locator]; name != "" {
			_, err = s.Attribute(ctx, s.scope("ada"), a.ID, 0, name, "exercise: known from the script")
		} else {
			_, err = s.Reject(ctx, s.scope("ada"), a.ID, "exercise: somebody else's")
		}
		s.raced(err)
	}
	for _, p := range providers {
		if p.Contact != iru.ContactConfirmed {
			_, err := s.Confirm(ctx, s.scope("lio"), p.ID, "called")
			s.raced(err)
		}
		if !s.told[p.ID] { // what the law wants before a provider's first order
			s.told[p.ID] = true
			_, err := s.RecordInformed(ctx, s.scope("lio"), p.ID, s.Now().Add(-24*time.Hour).Format(time.RFC3339), "", "exercise: registered letter of the day before")
			s.raced(err)
		}
	}
	for _, i := range items {
		a := assets[slices.IndexFunc(assets, func(a iru.Asset) bool { return a.ID == i.Asset })]
		if a.Outlet == 0 {
			continue
		}
		_, err := s.Assess(ctx, s.scope("ada"), refer(i))
		s.raced(err)
	}
	s.find(assets)
}

// raced fails the test unless the error only says that somebody was first.
func (s *siege) raced(err error) {
	s.t.Helper()
	if err != nil && !errors.Is(err, iru.Conflict) {
		s.t.Fatal(err)
	}
}

// find lists every item that may be acted on, with the carrier that is nearest to the content.
func (s *siege) find(assets []iru.Asset) {
	s.t.Helper()
	var found []target
	s.read(func(ctx context.Context, t *db.Tx) error {
		found = nil
		for _, a := range assets {
			if a.Outlet == 0 {
				continue
			}
			cs, err := t.Carriers(ctx, a.ID)
			if err != nil {
				return err
			}
			cs = slices.DeleteFunc(cs, func(c iru.Carrier) bool { return c.Layer == legal.Registrar })
			if len(cs) == 0 {
				continue
			}
			is, err := t.ItemsOf(ctx, iru.Program(), a.ID)
			if err != nil {
				return err
			}
			for _, i := range is {
				if i.State == iru.ItemReferred {
					found = append(found, target{a.ID, i.ID, cs[0].Provider, cs[0].Layer})
				}
			}
		}
		return nil
	})
	for _, f := range found {
		if !slices.Contains(s.targets, f) {
			s.targets = append(s.targets, f)
		}
	}
}

// act drafts a referral or, where the law allows it, an order, perhaps as a task of an operation, and approves it. When everything
// was acted on once it begins again: a second act on the same thing is another act.
func (s *siege) act(op iru.OperationID) {
	s.t.Helper()
	if len(s.targets) == 0 {
		return
	}
	x := s.targets[s.next%len(s.targets)]
	s.next++
	for _, i := range []legal.Instrument{legal.RemovalOrder, legal.Referral} {
		if i == legal.RemovalOrder && s.next%2 == 0 {
			continue
		}
		n, err := s.Draft(s.t.Context(), s.scope("dora"), desk.DraftRequest{Asset: x.asset, Item: x.item, Provider: x.provider, Layer: x.layer, Instrument: i, Operation: op})
		if errors.Is(err, iru.Forbidden) {
			continue
		}
		ok(s.t, err)
		n, err = s.approve(n)
		ok(s.t, err)
		s.acts[n.Ref] = n.ID
		return
	}
}

func (s *siege) notices() (all []iru.Notice) {
	s.t.Helper()
	s.read(func(ctx context.Context, t *db.Tx) error {
		var err error
		all, err = t.Notices(ctx, iru.Program())
		return err
	})
	return slices.DeleteFunc(all, func(n iru.Notice) bool { _, approved := s.acts[n.Ref]; return !approved })
}

func (s *siege) channels() (smtp, api int) {
	s.t.Helper()
	by := map[iru.ProviderID]string{}
	s.read(func(ctx context.Context, t *db.Tx) error {
		ps, err := t.Providers(ctx, iru.Program())
		for _, p := range ps {
			by[p.ID] = p.Channel
		}
		return err
	})
	for _, n := range s.notices() {
		if by[n.Provider] == iru.ByAPI {
			api++
		} else {
			smtp++
		}
	}
	return smtp, api
}

// unsent names what is approved and has no proof of sending.
func (s *siege) unsent() string {
	var left []string
	for _, n := range s.notices() {
		if n.SentAt.IsZero() {
			left = append(left, fmt.Sprintf("%s is %s", n.Ref, n.State))
		}
	}
	return strings.Join(left, ", ")
}

// undelivered names answers that desks have given and not yet handed over.
func (s *siege) undelivered() string {
	waiting, given, why := 0, 0, ""
	for _, d := range s.world.Truth().Desks {
		for _, n := range d.Notices {
			if len(n.Answers) == 0 {
				waiting++
			}
			for _, a := range n.Answers {
				given++
				if a.Delivered.IsZero() {
					waiting++
					why = fmt.Sprintf("%s to %s by %s, tried %d times: %s", d.Provider, n.Reference, n.Via, a.Attempts, a.Failure)
				}
			}
		}
	}
	if waiting > 0 || given == 0 {
		return fmt.Sprintf("%d of %d answers are on their way: %s", waiting, given, why)
	}
	return ""
}

// uncaptured names items that were found and that nobody ever looked at.
func (s *siege) uncaptured() string {
	s.decide()
	n := 0
	s.read(func(ctx context.Context, t *db.Tx) error {
		is, err := t.ItemsIn(ctx, iru.Program(), iru.ItemNew, 500)
		n = len(is)
		return err
	})
	if n > 0 {
		return fmt.Sprintf("%d items were not captured", n)
	}
	return ""
}

// stopped ends the process as an administrator would.
func (s *siege) stopped() {
	s.t.Helper()
	eventually(s.t, s.unsent)
	eventually(s.t, s.undelivered)
	if took, code := s.victim.stop(); code != 0 {
		s.t.Errorf("after %s the process ended with %d:\n%s", took, code, tail(s.victim.output(), 4000))
	}
}

// compare holds every approved act against what arrived: once, at its own desk, with one effect, and every answer kept.
func (s *siege) compare() {
	s.t.Helper()
	truth := s.world.Truth()
	arrived := map[string][]sim.NoticeTruth{}
	copies, hits := 0, 0
	for _, d := range truth.Desks {
		for _, n := range d.Notices {
			arrived[n.Reference] = append(arrived[n.Reference], n)
			copies += n.Copies - 1
			if s.acts[n.Reference] == 0 {
				s.t.Errorf("%s got %s, which nobody approved", d.Provider, n.Reference)
			}
		}
	}
	for _, n := range s.notices() {
		got := arrived[n.Ref]
		if len(got) != 1 {
			s.t.Errorf("%s arrived as %d acts: %+v", n.Ref, len(got), got)
			continue
		}
		if !strings.Contains(got[0].Key, n.Key) || !slices.Contains(got[0].Targets, n.Locator) {
			s.t.Errorf("%s with key %s arrived as %+v", n.Ref, n.Key, got[0])
		}
		if n.ID != s.asked && len(got[0].FollowUps) > 0 || n.ID == s.asked && (len(got[0].FollowUps) != 1 || !strings.Contains(got[0].FollowUps[0], s.answer.MessageID)) {
			s.t.Errorf("%s was followed by %q", n.Ref, got[0].FollowUps)
		}
		if again := got[0].Copies - 1; again > s.hits[n.Key] {
			s.t.Errorf("%s arrived %d times; %d kills hit it between its writing and the proof of its sending; its job: %s", n.Ref, got[0].Copies, s.hits[n.Key], s.tries(n.ID))
		}
		hits += s.hits[n.Key]
		s.kept(n, got[0])
	}
	effects := map[string]int{}
	for _, a := range truth.Acts {
		if a.Reference != "" {
			effects[fmt.Sprintf("%s %s %s %s", a.Reference, a.Did, a.Asset, a.Detail)]++
		}
	}
	for e, n := range effects {
		if n > 1 {
			s.t.Errorf("a desk acted %d times: %s", n, e)
		}
	}
	s.t.Logf("%d acts approved, %d arrived, %d hit on their way, %d further copies under the same key, %d effects", len(s.acts), len(arrived), hits, copies, len(effects))
}

// kept compares a thread with what the desk said and saw delivered.
func (s *siege) kept(n iru.Notice, at sim.NoticeTruth) {
	s.t.Helper()
	var thread []iru.Letter
	s.read(func(ctx context.Context, t *db.Tx) error {
		var err error
		thread, err = t.Letters(ctx, iru.Program(), n.ID)
		return err
	})
	out, ours := 0, 1
	if n.ID == s.asked {
		ours = 2
	}
	for _, l := range thread {
		if !l.Inbound {
			out++
			if l.Proof == "" {
				s.t.Errorf("%s: its letter has no proof of sending", n.Ref)
			}
		}
	}
	if out != ours {
		s.t.Errorf("%s has %d letters of ours", n.Ref, out)
	}
	for _, a := range at.Answers {
		found := 0
		for _, l := range thread {
			byForm := l.Annex != nil && a.Event == "done" && l.Annex.Reference == n.Ref // some desks answer by Annex II and not in words
			if l.Inbound && (byForm || strings.Contains(l.Text, a.Text)) {
				found++
			}
		}
		if found != 1 {
			s.t.Errorf("%s: the desk's %q (%s, delivered %v) is in the thread %d times", n.Ref, a.Text, a.Event, a.Delivered, found)
		}
	}
}

// evidence checks that every file of every exhibit is there, whole, and that nothing half written is left.
func (s *siege) evidence() {
	s.t.Helper()
	root := filepath.Join(s.place.dir, "evidence")
	left, err := os.ReadDir(filepath.Join(root, "tmp"))
	ok(s.t, err)
	for _, f := range left {
		s.t.Errorf("a temporary file was left: %s", f.Name())
	}
	vault := s.place.vault(s.t)
	var exhibits []iru.Exhibit
	s.read(func(ctx context.Context, t *db.Tx) error {
		exhibits, err = t.Exhibits(ctx, iru.Program(), 100_000)
		return err
	})
	for _, x := range exhibits {
		for _, f := range x.Files {
			if err := vault.Verify(s.t.Context(), x, f); err != nil {
				s.t.Errorf("exhibit %d, %s: %v", x.ID, f.Name, err)
			}
		}
	}
	files := 0
	ok(s.t, filepath.WalkDir(filepath.Join(root, "sha256"), func(_ string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			files++
		}
		return err
	}))
	s.t.Logf("%d exhibits, %d files in the evidence store", len(exhibits), files)
}
