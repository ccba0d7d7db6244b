// SPDX-License-Identifier: EUPL-1.2

package e2e

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/db/dbtest"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/legal"
	"iolaus/internal/work"
)

// A wire is the way to one installation: a forwarder that can be cut, as a network can.
type wire struct {
	addr, to string
	mu       sync.Mutex
	cut      bool
	open     map[net.Conn]bool
}

func newWire(t testing.TB, to string) *wire {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	ok(t, err)
	w := &wire{addr: ln.Addr().String(), to: to, open: map[net.Conn]bool{}}
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			wg.Go(func() { w.carry(c) })
		}
	})
	t.Cleanup(func() {
		_ = ln.Close()
		w.set(true)
		wg.Wait()
	})
	return w
}

// set cuts the wire, with everything that is on it, or mends it.
func (w *wire) set(cut bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.cut = cut
	if cut {
		for c := range w.open {
			_ = c.Close()
		}
	}
}

func (w *wire) keep(c net.Conn) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.cut {
		_ = c.Close()
		return false
	}
	w.open[c] = true
	return true
}

func (w *wire) drop(c net.Conn) {
	_ = c.Close()
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.open, c)
}

func (w *wire) carry(in net.Conn) {
	if !w.keep(in) {
		return
	}
	defer w.drop(in)
	out, err := net.Dial("tcp", w.to)
	if err != nil || !w.keep(out) {
		return
	}
	defer w.drop(out)
	done := make(chan struct{}, 2)
	for _, p := range [][2]net.Conn{{in, out}, {out, in}} {
		go func() {
			_, _ = io.Copy(p[0], p[1])
			_ = p[0].Close()
			_ = p[1].Close()
			done <- struct{}{}
		}()
	}
	<-done
	<-done
}

// A station is one unit on a machine of its own: a process, a store, a wire to it, and people who decide on the store from the test.
type station struct {
	*desk.Desk
	t        testing.TB
	name     string
	args     []string
	wire     *wire
	process  *program
	ahead    time.Duration // of its clock before the others'
	card     string
	ann, ben iru.Scope // two persons with every role
	cid, dan iru.Scope // two more: an act needs others than who drafted it
	unit     iru.UnitID
	partner  map[*station]iru.PartnerID
}

// newStation makes a station with an empty store; sites are further lines of its configuration.
func newStation(t testing.TB, name, dsn, sites string) *station {
	t.Helper()
	dir := t.TempDir()
	if dsn == "" {
		dsn = filepath.Join(dir, "iolaus.db")
	}
	s := &station{t: t, name: name, partner: map[*station]iru.PartnerID{}}
	listen := free(t, "127.0.0.1")
	s.wire = newWire(t, listen)
	file := filepath.Join(dir, "iolaus.toml")
	ok(t, os.WriteFile(file, []byte(fmt.Sprintf("[unit]\nname = \"Unit %s\"\ncountry = \"XA\"\nkind = \"competent_authority\"\n[web]\nlisten = %q\n[peer]\nlisten = %q\naddress = \"https://%s\"\n"+
		"contact = \"desk of %s\"\n[sources]\nrdap = \"\"\n%s\n%s\n", name, free(t, "127.0.0.1"), listen, s.wire.addr, name, unpictured, sites)), 0o600))
	s.args = []string{"--config", file, "--data", dir, "--db", dsn}
	s.card = must(t, append(slices.Clone(s.args), "partner", "card")...)
	d, err := db.Open(t.Context(), dsn)
	ok(t, err)
	t.Cleanup(func() { ok(t, d.Close()) })
	s.Desk = &desk.Desk{DB: d, Now: func() time.Time { return time.Now().UTC().Add(s.ahead) }, Regime: legal.EU(), Rules: desk.DefaultRules, Cards: work.ReadCard}
	_, err = s.Begin(t.Context(), iru.Unit{Name: "Unit " + name, Country: "XA", Kind: legal.CompetentAuthority})
	ok(t, err)
	ok(t, d.Tx(t.Context(), func(x *db.Tx) error {
		us, err := x.Units(t.Context())
		if err != nil {
			return err
		}
		s.unit = us[0].ID
		for login, to := range map[string]*iru.Scope{"ann": &s.ann, "ben": &s.ben, "cid": &s.cid, "dan": &s.dan} {
			o := iru.Officer{Unit: s.unit, Login: login, Name: login + " of " + name, Roles: iru.Roles, State: iru.OfficerActive, Subject: login + name}
			if err := x.AddOfficer(t.Context(), &o); err != nil {
				return err
			}
			*to = o.Scope()
		}
		return nil
	}))
	s.start()
	return s
}

func (s *station) start() {
	s.t.Helper()
	program := binary
	if s.ahead != 0 {
		program = wrongClock(s.t)
	}
	s.process = start(s.t, program, append(slices.Clone(s.args), "serve")...)
	s.process.await(`Workbench: http://(\S+)`)
}

// wrongClock is the program with a clock that is an hour ahead.
func wrongClock(t testing.TB) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "iolaus")
	b := exec.Command("go", "build", "-tags", "wrong_clock", "-ldflags", "-s -w", "-o", file, "./cmd/iolaus")
	b.Dir, b.Env = "..", append(os.Environ(), "CGO_ENABLED=0")
	if out, err := b.CombinedOutput(); err != nil {
		t.Fatalf("build the program: %v\n%s", err, out)
	}
	return file
}

// set sets the clock of a station, which is started again.
func (s *station) set(ahead time.Duration) {
	s.t.Helper()
	if _, code := s.process.stop(); code != 0 {
		s.t.Errorf("%s ended with %d", s.name, code)
	}
	s.ahead = ahead
	s.start()
}

// knows enters the other's card and has a second person confirm it.
func (s *station) knows(o *station) {
	s.t.Helper()
	p, err := s.AddPartner(s.t.Context(), s.ann, o.card)
	ok(s.t, err)
	_, err = s.ConfirmPartner(s.t.Context(), s.ben, p.ID, p.Fingerprint, "called the desk of "+o.name)
	ok(s.t, err)
	s.partner[o] = p.ID
}

// when waits until what is read from the store is as it should be.
func when[T any](s *station, what string, f func(*db.Tx) (T, error), good func(T) bool) (got T) {
	s.t.Helper()
	eventually(s.t, func() string {
		err := s.DB.View(s.t.Context(), func(x *db.Tx) (err error) { got, err = f(x); return err })
		if err != nil && !errors.Is(err, iru.NotFound) {
			s.t.Fatal(err)
		}
		if err != nil || !good(got) {
			return fmt.Sprintf("%s: %s: %.4000s (%v)", s.name, what, fmt.Sprintf("%+v", got), err)
		}
		return ""
	})
	return got
}

// A day is an operation of three units on three machines.
type day struct {
	t       testing.TB
	lead    *station
	members []*station
	all     []*station
	op      iru.Operation
	own     map[*station]iru.Operation
	random  *rand.Rand
	blows   []func() // what befalls the day, one after the other between its steps
	kills   int
	serves  served // acts that really leave; nil: an exercise without any
}

// served is what members serve at the stages of a day.
type served interface {
	draw(d *day, m *station, op iru.OperationID)
	until() time.Duration // T0 from the lead's release
	wait(d *day)
}

// blow lets the next mishap happen, if one is due.
func (d *day) blow() {
	d.t.Helper()
	if len(d.blows) > 0 {
		b := d.blows[0]
		d.blows = d.blows[1:]
		b()
	}
}

// killing ends a station's process as a power cut does, and starts it again.
func (d *day) killing(s *station) func() {
	return func() {
		time.Sleep(time.Duration(d.random.IntN(400)) * time.Millisecond)
		s.process.kill()
		d.kills++
		s.start()
	}
}

// cutting parts a station from the others for a moment.
func (d *day) cutting(s *station) func() {
	return func() {
		s.wire.set(true)
		time.Sleep(time.Duration(100+d.random.IntN(600)) * time.Millisecond)
		s.wire.set(false)
	}
}

// TestPartners is the day of three units, each a process with a store of its own, one on PostgreSQL, with two kills and a cut wire, and a third unit whose clock is an hour ahead until
// its GO. The soak test has fifty.
func TestPartners(t *testing.T) {
	t.Parallel()
	d := newDay(t, uint64(time.Now().UnixNano()), alone)
	d.blows = []func(){d.cutting(d.lead), d.killing(d.members[0]), d.killing(d.lead)}
	d.members[1].set(time.Hour)
	d.play("Slow train")
	d.compare()
}

// alone is the network of a station that speaks to its partners only.
const alone = "[network]\nallow = [\"127.0.0.0/8\"]"

func newDay(t testing.TB, seed uint64, sites string) *day {
	t.Logf("moments are drawn from seed %d", seed)
	d := &day{t: t, random: rand.New(rand.NewPCG(seed, 7))}
	d.lead = newStation(t, "north", "", sites)
	d.members = []*station{newStation(t, "south", dbtest.Postgres(t), sites), newStation(t, "west", "", sites)}
	d.all = append([]*station{d.lead}, d.members...)
	for _, m := range d.members {
		d.lead.knows(m)
		m.knows(d.lead)
	}
	return d
}

// play tells the day from the invitation to the last result, with people who do not hurry.
func (d *day) play(name string) {
	t, ctx := d.t, d.t.Context()
	t.Helper()
	d.own = map[*station]iru.Operation{}
	var err error
	d.op, err = d.lead.PlanOperation(ctx, d.lead.ann, name, nil, nil, d.lead.ann.Officer, "")
	ok(t, err)
	for n, m := range d.members {
		who, err := d.lead.InvitePartner(ctx, d.lead.ann, desk.InviteRequest{Operation: d.op.ID, Partner: d.lead.partner[m], Roles: []iru.TaskRole{iru.RoleSeizeServers}})
		ok(t, err)
		for i := range 2 {
			_, err := d.lead.ProposeTask(ctx, d.lead.ann, desk.TaskRequest{Operation: d.op.ID, Participant: who.ID, Address: fmt.Sprintf("https://train-%d-%d.test/", n, i), Layer: legal.Host, Role: iru.RoleSeizeServers,
				Jurisdiction: "XA", Instrument: legal.Referral, Stage: iru.StageAct, Handling: iru.Handling{TLP: "GREEN", PAP: "GREEN", H: "H0"}})
			ok(t, err)
		}
		_, err = d.lead.SendTasks(ctx, d.lead.ann, d.op.ID, d.lead.partner[m], nil)
		ok(t, err)
		d.blow()
	}
	_, err = d.lead.OpenPoll(ctx, d.lead.ann, d.op.ID)
	ok(t, err)
	for _, m := range d.members {
		i := when(m, "is invited", func(x *db.Tx) (iru.Invitation, error) {
			is, err := x.InvitationsAfter(ctx, m.ann, 0, 200)
			if err != nil || len(is) == 0 {
				return iru.Invitation{}, err
			}
			return is[len(is)-1], nil
		}, func(i iru.Invitation) bool { return i.State == iru.InvitationOpen && i.Name == name })
		o, err := m.AcceptInvitation(ctx, m.ann, i.ID, m.ben.Officer)
		ok(t, err)
		d.own[m] = o
		d.blow()
		when(m, "has its tasks", func(x *db.Tx) ([]iru.Task, error) { return x.OperationTasks(ctx, m.ann, o.ID) }, func(ks []iru.Task) bool { return len(ks) == 2 })
		d.step(m, desk.TaskStep{Verb: "accept"}, desk.TaskStep{Verb: "ready", Title: "case 7/26"})
		if d.serves != nil {
			d.serves.draw(d, m, o.ID)
		}
		d.unkept(m, o.ID)
		_, err = m.OpenPoll(ctx, m.ben, o.ID)
		ok(t, err)
		d.blow()
		if m.ahead != 0 {
			d.wrong(m, o.ID)
		}
		_, err = m.Poll(ctx, m.ann, o.ID, iru.PollGo, d.ballot(m), "")
		ok(t, err)
		d.blow()
	}
	when(d.lead, "everybody is GO", func(x *db.Tx) ([]iru.Poll, error) { return x.Polls(ctx, d.op.ID) }, func(ps []iru.Poll) bool {
		n := 0
		for _, p := range ps {
			if p.Unit == 0 && p.State == iru.PollGo {
				n++
			}
		}
		return n == len(d.members)
	})
	d.deconflict()
	d.unkept(d.lead, d.op.ID)
	t0 := time.Now().UTC().Add(time.Hour).Truncate(time.Microsecond)
	if d.serves != nil {
		t0 = time.Now().UTC().Add(d.serves.until()).Truncate(time.Microsecond)
	}
	_, err = d.lead.Release(ctx, d.lead.ann, d.op.ID, t0)
	ok(t, err)
	d.blow()
	for _, m := range d.members {
		when(m, "knows T0", func(x *db.Tx) (iru.PartnerStanding, error) {
			return x.PartnerStanding(ctx, d.own[m].ID, m.partner[d.lead])
		}, func(s iru.PartnerStanding) bool { return s.T0.Equal(t0) })
		o := d.now(m)
		if o.State != iru.OperationPolling || !o.T0.IsZero() {
			t.Fatalf("%s: the lead's release released it: %+v", m.name, o)
		}
		_, err = m.Release(ctx, m.ben, o.ID, t0)
		ok(t, err)
		d.blow()
	}
	for _, m := range d.members {
		when(d.lead, m.name+" released", func(x *db.Tx) (iru.PartnerStanding, error) { return x.PartnerStanding(ctx, d.op.ID, d.lead.partner[m]) }, func(s iru.PartnerStanding) bool { return s.Agrees(t0) })
	}
	for _, m := range d.members {
		d.step(m, desk.TaskStep{Verb: "start"}, desk.TaskStep{Verb: "finish"})
		d.blow()
	}
	when(d.lead, "the board has every result", func(x *db.Tx) ([]iru.Task, error) { return x.OperationTasks(ctx, d.lead.ann, d.op.ID) }, func(ks []iru.Task) bool {
		return len(ks) == 2*len(d.members) && !slices.ContainsFunc(ks, func(k iru.Task) bool { return k.State != iru.TaskDone })
	})
	if d.serves != nil {
		d.serves.wait(d)
		return
	}
	_, err = d.lead.Abort(ctx, d.lead.ann, d.op.ID, "the exercise is over")
	ok(t, err)
	d.blow()
	for _, m := range d.members {
		when(m, "holds by itself", func(x *db.Tx) (iru.Operation, error) { return x.Operation(ctx, m.ann, d.own[m].ID) }, func(o iru.Operation) bool { return o.State == iru.OperationHeld && o.T0.IsZero() })
	}
	for len(d.blows) > 0 {
		d.blow()
	}
}

// wrong has a member see that its clock and the lead's differ, on both sides, and that it cannot be GO with it; then the clock is set.
func (d *day) wrong(m *station, op iru.OperationID) {
	d.t.Helper()
	ctx := d.t.Context()
	off := func(want time.Duration) func(iru.Line) bool {
		return func(l iru.Line) bool { return !l.SkewAt.IsZero() && (l.Skew-want).Abs() < time.Second }
	}
	line := func(s, of *station) func(*db.Tx) (iru.Line, error) {
		return func(x *db.Tx) (iru.Line, error) { return x.Line(ctx, s.partner[of]) }
	}
	when(m, "the lead's clock is behind", line(m, d.lead), off(-m.ahead))
	when(d.lead, m.name+"'s clock is ahead", line(d.lead, m), off(m.ahead))
	if _, err := m.Poll(ctx, m.ann, op, iru.PollGo, d.ballot(m), ""); !errors.Is(err, iru.Conflict) || !strings.Contains(err.Error(), "clock") {
		d.t.Errorf("GO with a clock that is wrong by %s: %v", m.ahead, err)
	}
	m.set(0)
	when(m, "the clocks agree", line(m, d.lead), off(0))
	when(d.lead, "the clocks agree", line(d.lead, m), off(0))
	d.t.Logf("%s could be GO when its clock was set", m.name)
}

func (d *day) now(m *station) (o iru.Operation) {
	d.t.Helper()
	ok(d.t, m.DB.View(d.t.Context(), func(x *db.Tx) (err error) { o, err = x.Operation(d.t.Context(), m.ann, d.own[m].ID); return err }))
	return o
}

func (d *day) ballot(m *station) (digest string) {
	d.t.Helper()
	ok(d.t, m.DB.View(d.t.Context(), func(x *db.Tx) error {
		bs, err := desk.BallotsOf(d.t.Context(), x, d.own[m].ID)
		if err != nil || len(bs) != 1 {
			return errors.Join(err, fmt.Errorf("%d ballots", len(bs)))
		}
		digest, err = bs[0].Digest()
		return err
	}))
	return digest
}

// step moves a member's tasks in its own officer's name.
func (d *day) step(m *station, steps ...desk.TaskStep) {
	d.t.Helper()
	ctx := d.t.Context()
	var ks []iru.Task
	ok(d.t, m.DB.View(ctx, func(x *db.Tx) (err error) { ks, err = x.OperationTasks(ctx, m.ann, d.own[m].ID); return err }))
	for _, k := range ks {
		if k.Notice != 0 { // it leaves by itself
			continue
		}
		for _, s := range steps {
			_, err := m.StepTask(ctx, m.ann, k.ID, s)
			ok(d.t, err)
		}
	}
}

// unkept says why nothing was preserved: it is an exercise.
func (d *day) unkept(s *station, o iru.OperationID) {
	d.t.Helper()
	_, err := s.Unkept(d.t.Context(), s.ann, o, nil, "an exercise: nothing is there")
	ok(d.t, err)
}

// deconflict has everybody say that the others' addresses may be touched: the lead's own unit here, the members on their own machines.
func (d *day) deconflict() {
	d.t.Helper()
	ctx := d.t.Context()
	for _, s := range d.all {
		clear := func() string {
			var qs []iru.Deconfliction
			ok(d.t, s.DB.View(ctx, func(x *db.Tx) (err error) { qs, err = x.DeconflictionsAsked(ctx, s.ann, 0, 500); return err }))
			var ids []iru.DeconflictionID
			for _, q := range qs {
				if q.State == iru.DeconflictionRequested {
					ids = append(ids, q.ID)
				}
			}
			if len(ids) > 0 {
				_, err := s.AnswerDeconflictions(ctx, s.ann, ids, iru.DeconflictionAnswer{Verb: "clear"})
				ok(d.t, err)
			}
			var open []iru.Deconfliction
			ok(d.t, d.lead.DB.View(ctx, func(x *db.Tx) (err error) { open, err = x.Deconflictions(ctx, d.lead.ann, d.op.ID); return err }))
			for _, q := range open {
				if q.Blocks() && (s == d.lead && q.Unit != 0 || s != d.lead && q.Partner == d.lead.partner[s]) {
					return fmt.Sprintf("%s has not said whether %s may be touched", s.name, q.Address)
				}
			}
			return ""
		}
		eventually(d.t, clear)
	}
}

// compare holds what each station wrote against what the other one brought about: everything, once, in order.
func (d *day) compare() {
	t, ctx := d.t, d.t.Context()
	t.Helper()
	said, heard := 0, 0
	for _, s := range d.all {
		for o, id := range s.partner {
			when(s, "everything is at "+o.name, func(x *db.Tx) (db.Backlog, error) { return x.Backlog(ctx, id) }, func(b db.Backlog) bool { return b.Messages == 0 && b.Waiting == 0 })
			var out []iru.Outgoing
			var in []iru.Incoming
			ok(t, s.DB.View(ctx, func(x *db.Tx) (err error) { out, err = x.Outgoings(ctx, s.ann, id, 0, 10_000); return err }))
			in = when(o, "everything of "+s.name+" came about", func(x *db.Tx) ([]iru.Incoming, error) { return x.Incomings(ctx, o.ann, o.partner[s], 0, 10_000) }, func(in []iru.Incoming) bool {
				return len(in) >= len(out) && !slices.ContainsFunc(in, func(i iru.Incoming) bool { return i.State != iru.IncomingApplied })
			})
			for n := range out {
				if n >= len(in) || in[n].Digest != out[n].Digest || in[n].Seq != out[n].Seq || in[n].Body != out[n].Body || in[n].Seq != int64(len(out)-n) {
					t.Errorf("%s to %s: message %d is not what was heard", s.name, o.name, len(out)-n)
				}
			}
			once := map[string]int{}
			ok(t, o.DB.View(ctx, func(x *db.Tx) error {
				es, err := x.EventsOf(ctx, iru.Subject{Noun: "partner", ID: int64(o.partner[s])})
				for _, e := range es {
					switch e.Verb {
					case "hear":
						once[fmt.Sprint(e.Facts["seq"])]++
					case "alarm", "trouble", "inconsistent":
						t.Errorf("%s: %s: %s", o.name, e.Verb, e.Note)
					}
				}
				return err
			}))
			for seq, n := range once {
				if n != 1 {
					t.Errorf("%s to %s: message %s came about %d times", s.name, o.name, seq, n)
				}
			}
			said, heard = said+len(out), heard+len(once)
		}
	}
	for _, s := range d.all {
		ok(t, s.DB.View(ctx, func(x *db.Tx) error {
			os, err := x.Operations(ctx, s.ann)
			for _, o := range os {
				es, err := x.EventsOf(ctx, iru.Subject{Noun: "operation", ID: int64(o.ID)})
				if err != nil {
					return err
				}
				for _, e := range es {
					if e.Verb == "release" && e.By != o.Director {
						t.Errorf("%s: released by %d, not by its own director", s.name, e.By)
					}
				}
			}
			return err
		}))
		if _, code := s.process.stop(); code != 0 {
			t.Errorf("%s ended with %d:\n%s", s.name, code, tail(s.process.output(), 3000))
		}
		if out := must(t, append(slices.Clone(s.args), "ledger", "verify")...); !strings.Contains(out, "whole") {
			t.Errorf("%s: ledger verify says %q", s.name, out)
		}
	}
	t.Logf("%d messages written, %d brought about, each once", said, heard)
}
