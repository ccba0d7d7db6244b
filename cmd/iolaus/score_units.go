// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/sim"
)

// A jointReport tells how the units of a joint action kept together, each by its own store.
type jointReport struct {
	Units []unitReport `json:"units"`
	Skew  float64      `json:"skew_ms"`  // between the first acts of the units
	Whole float64      `json:"whole_ms"` // from the first act of all to the last of all
	Tasks int          `json:"tasks"`    // that the lead proposed to members and that stand
	Done  int          `json:"done"`     // of these, which the lead's board shows as done, by the members' word
	Same  int          `json:"same"`     // of these, that an act of the member carries out, by the member's store
	Seen  int          `json:"seen"`     // of these, whose address the lead itself saw fall, by its own looks
}

// A unitReport is one unit's part of it.
type unitReport struct {
	Name     string       `json:"name"`
	State    string       `json:"state"`
	T0       time.Time    `json:"t0"`
	Released string       `json:"released_by"`
	Acts     int          `json:"acts"`
	First    float64      `json:"first_after_t0_ms"`
	Spread   float64      `json:"spread_ms"`
	Arrived  int          `json:"arrived"`  // of its acts, that desks have: a letter from the unit's own mail, or a call with the act's key
	Answered int          `json:"answered"` // of these, that a desk answered
	Received int          `json:"received"` // of these, whose receipt stands in the unit's own store
	Removed  int          `json:"removed"`  // of its acts, after which the unit's own looks verified removal
	Ledger   ledgerReport `json:"ledger"`

	director bool // who released is the unit's own director
	ended    time.Time
}

// joint reads every unit's store, and adds the acts of the others to the report.
func (p *play) joint(ctx context.Context, r *report) error {
	if len(p.others) == 0 {
		return nil
	}
	j := &jointReport{}
	carried := map[string]bool{} // by the number that a task has on every machine
	for _, u := range p.all() {
		one, err := u.unit(ctx, carried)
		if err != nil {
			return fmt.Errorf("%s: %w", u.name, err)
		}
		j.Units = append(j.Units, one)
		if u == p {
			continue
		}
		if err := u.house.db.View(ctx, func(t *db.Tx) error { return u.add(ctx, t, r) }); err != nil {
			return fmt.Errorf("%s: %w", u.name, err)
		}
	}
	err := p.house.db.View(ctx, func(t *db.Tx) error {
		o, err := lastOperation(ctx, t)
		if err != nil || o.ID == 0 {
			return err
		}
		who, err := t.Participants(ctx, o.ID)
		if err != nil {
			return err
		}
		ks, _, err := desk.TasksNow(ctx, t, iru.Program(), o.ID)
		for _, k := range ks {
			if !k.Live() || !slices.ContainsFunc(who, func(x iru.Participant) bool { return x.ID == k.Participant && x.Partner != 0 }) {
				continue
			}
			j.Tasks++
			if k.State == iru.TaskDone {
				j.Done++
			}
			if carried[k.UID] {
				j.Same++
			}
			if k.Asset == 0 {
				continue
			}
			a, err := t.Asset(ctx, iru.Program(), k.Asset)
			if err != nil {
				return err
			}
			if a.State == iru.AssetDown {
				j.Seen++
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	var firsts, lasts []time.Duration
	for _, u := range j.Units {
		if u.Acts > 0 && !u.ended.IsZero() {
			at := time.Duration(u.First * float64(time.Millisecond))
			firsts, lasts = append(firsts, at), append(lasts, at+time.Duration(u.Spread*float64(time.Millisecond)))
		}
	}
	if len(firsts) > 0 {
		j.Skew, j.Whole = ms(slices.Max(firsts)-slices.Min(firsts)), ms(slices.Max(lasts)-slices.Min(firsts))
	}
	r.Joint = j
	return nil
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// lastOperation is the newest operation of a store; the zero one if there is none.
func lastOperation(ctx context.Context, t *db.Tx) (iru.Operation, error) {
	os, err := t.Operations(ctx, iru.Program())
	if err != nil || len(os) == 0 {
		return iru.Operation{}, err
	}
	return os[len(os)-1], nil
}

// unit reads one unit's own operation, and which tasks its acts carry out.
func (p *play) unit(ctx context.Context, carried map[string]bool) (unitReport, error) {
	u := unitReport{Name: p.name}
	truth := p.world.Truth()
	if err := p.house.db.View(ctx, func(t *db.Tx) error {
		o, err := lastOperation(ctx, t)
		if err != nil || o.ID == 0 {
			return err
		}
		u.State, u.T0, u.ended = string(o.State), o.T0, o.LastSent
		if !o.FirstSent.IsZero() {
			u.First, u.Spread = ms(o.FirstSent.Sub(o.T0)), ms(o.LastSent.Sub(o.FirstSent))
		}
		es, err := t.EventsOf(ctx, iru.Subject{Noun: "operation", ID: int64(o.ID)})
		if err != nil {
			return err
		}
		for _, e := range es {
			if e.Verb == "release" {
				u.Released, u.director = p.officer(e.By), e.By == o.Director && slices.ContainsFunc(p.cast.officers, func(x iru.Officer) bool { return x.ID == e.By })
			}
		}
		ks, acts, err := desk.TasksNow(ctx, t, iru.Program(), o.ID)
		for _, k := range ks {
			if n, ok := acts[k.Notice]; ok && k.Notice != 0 && !n.SentAt.IsZero() {
				u.Acts++
				carried[k.UID] = true
				p.arrival(truth, n, &u)
			}
		}
		return err
	}); err != nil {
		return u, err
	}
	rep, err := verifyStore(ctx, p.house.db, p.house.keys)
	u.Ledger = ledgerReport{rep.Size, rep.Root.String(), err == nil && rep.Err() == nil && rep.Size > 0}
	return u, err
}

// arrival follows an act to the desk that it went to, and back.
func (p *play) arrival(truth sim.Truth, n iru.Notice, u *unitReport) {
	if !n.OutcomeAt.IsZero() && n.State == iru.NoticeComplied {
		u.Removed++
	}
	_, domain, _ := strings.Cut(p.house.cfg.Unit.Mail, "@")
	ours := func(key string) bool { // the letter came from an address of the unit
		return slices.ContainsFunc(truth.Sessions, func(s sim.Session) bool {
			_, from, _ := strings.Cut(s.From, "@")
			return s.MessageID == key && s.Reply == "250" && (from == domain || strings.HasSuffix(from, "."+domain))
		})
	}
	for _, d := range truth.Desks {
		for _, x := range d.Notices {
			if !strings.Contains(x.Key, n.Key) || x.Via == "smtp" && !ours(x.Key) {
				continue
			}
			if u.Arrived++; len(x.Answers) > 0 {
				if u.Answered++; !n.ReceivedAt.IsZero() {
					u.Received++
				}
			}
			return
		}
	}
}

// add puts a member's acts and what they touched into the report of the lead.
func (p *play) add(ctx context.Context, t *db.Tx, r *report) error {
	if err := p.reportNotices(ctx, t, r); err != nil {
		return err
	}
	assets, err := t.Assets(ctx, iru.Program())
	if err != nil {
		return err
	}
	if p.scenario == "s7" { // what a member serves at its own hour it looks at itself, and the lead does not
		for _, a := range assets {
			n := slices.IndexFunc(r.Assets, func(x assetReport) bool { return x.Locator == a.Locator && x.State != string(iru.AssetDown) })
			if n < 0 || a.State != iru.AssetDown {
				continue
			}
			own, err := p.asset(ctx, t, a, r.Assets[n].Outlet)
			if err != nil {
				return err
			}
			own.ID, own.FoundBy, r.Assets[n] = r.Assets[n].ID, r.Assets[n].FoundBy, own
		}
	}
	said, err := p.scoreRefusals(ctx, t)
	if err != nil {
		return err
	}
	x := &r.Scores.Refusals
	x.Known, x.TakenOn, x.Fell = x.Known+said.Known, x.TakenOn+said.TakenOn, x.Fell+said.Fell
	s, err := p.scoreInnocents(ctx, t, assets)
	i := &r.Scores.Innocents
	i.Linked, i.Served = max(i.Linked, s.Linked), max(i.Served, s.Served)
	return err
}

// jointProblems are what the units did not show together.
func jointProblems(r report) []string {
	if r.Joint == nil {
		return []string{"there was no joint action"}
	}
	var out []string
	bad := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	for _, u := range r.Joint.Units {
		switch {
		case u.Acts == 0 || u.ended.IsZero():
			bad("nothing of %s left at T0", u.Name)
		case !u.T0.Equal(r.Joint.Units[0].T0):
			bad("%s released for %v, the lead for %v", u.Name, u.T0, r.Joint.Units[0].T0)
		case !u.director:
			bad("the acts of %s were released by %s, not by its own director", u.Name, u.Released)
		case u.First < 0:
			bad("the first act of %s left %.1f ms before T0", u.Name, -u.First)
		case u.Spread > 1000:
			bad("the acts of %s left within %.0f ms, not one second", u.Name, u.Spread)
		}
		if u.Arrived < u.Acts || u.Received < u.Answered {
			bad("of %d acts of %s %d arrived at a desk from its own mail or interface, %d were answered, and its store has the receipt of %d", u.Acts, u.Name, u.Arrived, u.Answered, u.Received)
		}
		if !u.Ledger.Verified {
			bad("the ledger of %s is not whole", u.Name)
		}
	}
	if j := r.Joint; j.Tasks == 0 || j.Same < j.Tasks || j.Done < j.Tasks || j.Seen < j.Tasks {
		bad("of %d tasks of the members %d were carried out by an act, the lead's board shows %d as done, and the lead saw %d fall", j.Tasks, j.Same, j.Done, j.Seen)
	}
	return out
}

// tellJoint says how the units kept together.
func (r report) tellJoint(say func(string, ...any)) {
	if r.Joint == nil {
		return
	}
	for _, u := range r.Joint.Units {
		say("%s: %d acts, the first %.1f ms after T0, the last %.1f ms after the first; released by %s; ledger %d entries. %d arrived, %d of %d receipts are in its store, removal is verified after %d.", u.Name, u.Acts, u.First, u.Spread, u.Released, u.Ledger.Size,
			u.Arrived, u.Received, u.Answered, u.Removed)
	}
	say("Between the units: their first acts left within %.1f ms, all acts within %.1f ms. %d of %d tasks of the members are done on the lead's board, %d it saw fall itself.", r.Joint.Skew, r.Joint.Whole, r.Joint.Done, r.Joint.Tasks, r.Joint.Seen)
}

// leave writes the after-action report of each unit's operation, as it may be handed to courts and partners.
func (p *play) leave(ctx context.Context, e env, dir string) error {
	for _, u := range p.all() {
		folder := dir
		if len(p.others) > 0 {
			folder = filepath.Join(dir, strings.ReplaceAll(strings.ToLower(u.name), " ", "-"))
		}
		var files outFiles
		if err := u.house.db.View(ctx, func(t *db.Tx) error {
			files = outFiles{}
			o, err := lastOperation(ctx, t)
			if err != nil || o.ID == 0 {
				return err
			}
			q := desk.AfterRequest{Operation: o.ID, Edition: iru.AfterCourt, All: true}
			if q.Seed, err = desk.NewReportSeed(); err != nil {
				return err
			}
			_, err = (&reportAction{}).one(ctx, t, u.house.desk, iru.ProgramFor(o.Unit), q, "", &files)
			return err
		}); err != nil {
			return fmt.Errorf("after-action report of %s: %w", u.name, err)
		}
		if len(files.order) == 0 {
			return iru.Refuse(iru.Invalid, "there was no operation", "the play ended before it")
		}
		if err := writeAll(e, folder, files); err != nil {
			return err
		}
	}
	return nil
}
