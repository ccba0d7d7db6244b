// SPDX-License-Identifier: EUPL-1.2

package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/legal"
)

// tasked is how many acts leave at one T0 of a siege.
const tasked = 8

// release has an operation planned, polled and released, and gives it: its instants are near enough for a kill to fall on either side. One act leaves at the stage before T0
// and, of a day that lasts, one at the stage after it.
func (s *siege) release() iru.Operation {
	s.t.Helper()
	ctx := s.t.Context()
	op, err := s.PlanOperation(ctx, s.scope("dora"), fmt.Sprintf("Lantern %d", len(s.ops)+1), nil, nil, 0, "")
	ok(s.t, err)
	before := len(s.acts)
	s.early(op.ID)
	if s.lasts {
		s.registrars(op.ID)
	}
	for len(s.acts) < before+tasked { // what the law forbids makes no act
		s.act(op.ID)
	}
	eventually(s.t, func() string {
		waiting, err := s.Waiting(ctx)
		ok(s.t, err)
		if waiting {
			return "approvals are not sealed"
		}
		return ""
	})
	_, err = s.OpenPoll(ctx, s.scope("dora"), op.ID)
	ok(s.t, err)
	_, err = s.Poll(ctx, s.scope("lio"), op.ID, iru.PollGo, "")
	ok(s.t, err)
	t0 := time.Now().Add(4 * time.Second).UTC().Truncate(time.Microsecond)
	op, err = s.Release(ctx, s.scope("dora"), op.ID, t0)
	ok(s.t, err)
	s.ops = append(s.ops, op.ID)
	return op
}

// registrarsAt is when the last operation's registrars are written to.
func (s *siege) registrarsAt() time.Time {
	s.t.Helper()
	var op iru.Operation
	s.read(func(ctx context.Context, t *db.Tx) (err error) {
		op, err = t.Operation(ctx, iru.Program(), s.ops[len(s.ops)-1])
		return err
	})
	return op.RegistrarAt
}

// early has an act of an operation prepared that leaves before T0.
func (s *siege) early(op iru.OperationID) {
	s.t.Helper()
	ctx := s.t.Context()
	x := s.targets[s.next%len(s.targets)]
	s.next++
	var who []iru.Participant
	s.read(func(ctx context.Context, t *db.Tx) (err error) {
		who, err = t.Participants(ctx, op)
		return err
	})
	own := who[slices.IndexFunc(who, func(p iru.Participant) bool { return p.Unit == s.unit })]
	_, err := s.ProposeTask(ctx, s.scope("dora"), desk.TaskRequest{Operation: op, Participant: own.ID, Asset: x.asset, Provider: x.provider, Layer: x.layer, Role: iru.RoleSeizeServers, Instrument: legal.Referral, Stage: iru.StagePreservation})
	ok(s.t, err)
	s.draft(x, legal.Referral, op)
}

// registrars has an act of an operation prepared that leaves after T0, to who registered the name.
func (s *siege) registrars(op iru.OperationID) {
	s.t.Helper()
	for _, x := range s.targets {
		var cs []iru.Carrier
		s.read(func(ctx context.Context, t *db.Tx) (err error) {
			cs, err = t.Carriers(ctx, x.asset)
			return err
		})
		for _, c := range cs {
			if c.Layer == legal.Registrar {
				s.draft(target{x.asset, x.item, c.Provider, c.Layer}, legal.RegistrarReport, op)
				return
			}
		}
	}
	s.t.Fatalf("of %d things to act on, none has a registrar", len(s.targets))
}

// draft prepares and approves one act that the law must allow.
func (s *siege) draft(x target, i legal.Instrument, op iru.OperationID) {
	s.t.Helper()
	n, err := s.Draft(s.t.Context(), s.scope("dora"), desk.DraftRequest{Asset: x.asset, Item: x.item, Provider: x.provider, Layer: x.layer, Instrument: i, Operation: op})
	ok(s.t, err)
	n, err = s.approve(n)
	ok(s.t, err)
	s.acts[n.Ref] = n.ID
}

// released holds each operation against its tasks: all left, none before the instant of its stage, and the spread is on record.
func (s *siege) released() {
	s.t.Helper()
	at := map[string]time.Time{}
	for _, d := range s.world.Truth().Desks {
		for _, n := range d.Notices {
			at[n.Reference] = n.At
		}
	}
	for _, id := range s.ops {
		var op iru.Operation
		var tasks []iru.Notice
		s.read(func(ctx context.Context, t *db.Tx) error {
			var err error
			if op, err = t.Operation(ctx, iru.Program(), id); err != nil {
				return err
			}
			tasks, err = t.Tasks(ctx, iru.Program(), id)
			return err
		})
		if len(tasks) != tasked || op.FirstSent.IsZero() || op.LastSent.Before(op.FirstSent) {
			s.t.Errorf("%s of %d tasks left from %v to %v", op.Name, len(tasks), op.FirstSent, op.LastSent)
		}
		var first, last time.Time
		stages := map[iru.Stage]int{}
		for _, n := range tasks {
			stages[n.Stage]++
			if due := op.Instant(n.Stage); due.IsZero() || at[n.Ref].Before(due) {
				s.t.Errorf("%s, a task of %s at its stage %s, arrived at %s and not after %s", n.Ref, op.Name, n.Stage, at[n.Ref], due)
			}
			if n.Stage != iru.StageAct {
				continue
			}
			if first.IsZero() || at[n.Ref].Before(first) {
				first = at[n.Ref]
			}
			if at[n.Ref].After(last) {
				last = at[n.Ref]
			}
		}
		if stages[iru.StagePreservation] == 0 || s.lasts && stages[iru.StageRegistrar] == 0 {
			s.t.Errorf("%s has %v tasks by stage", op.Name, stages)
		}
		s.t.Logf("%s: of %d tasks those of T0 arrived %s to %s after T0", op.Name, len(tasks), first.Sub(op.T0).Round(time.Millisecond), last.Sub(op.T0).Round(time.Millisecond))
	}
}

// clarify answers the first addressee who asks.
func (s *siege) clarify() {
	s.t.Helper()
	if s.asked != 0 {
		return
	}
	for _, n := range s.notices() {
		if n.State != iru.NoticeClarifying {
			continue
		}
		l, err := s.Answer(s.t.Context(), s.scope("lio"), n.ID, "The page at the address in our act, all of it.")
		ok(s.t, err)
		s.asked, s.answer = n.ID, l
		return
	}
}

// unanswered says what keeps the answered act from having gone on.
func (s *siege) unanswered() string {
	s.decide()
	s.clarify()
	if s.asked == 0 {
		if s.random.IntN(10) == 0 { // who asks is drawn by act: with enough of them somebody does
			s.act(0)
		}
		return "no addressee has asked"
	}
	for _, n := range s.notices() {
		if n.ID == s.asked && n.State == iru.NoticeClarifying {
			return n.Ref + " was answered and still waits for clarification"
		}
	}
	return ""
}

// answeredOnce checks that the answer arrived, and once more for a kill that hit it at most.
func (s *siege) answeredOnce() {
	s.t.Helper()
	truth := s.world.Truth()
	n := 0
	for _, x := range truth.Sessions {
		if strings.Contains(x.MessageID, s.answer.MessageID+"@") && strings.HasPrefix(x.Reply, "250") {
			n++
		}
	}
	if n == 0 || n-1 > s.hits[s.answer.MessageID] {
		s.t.Errorf("the answer arrived %d times; %d kills hit it on its way", n, s.hits[s.answer.MessageID])
	}
}

// exposed counts, after a kill, the letters that it hit before their sending was proved: each may arrive once more, no other may.
func (s *siege) exposed() {
	s.t.Helper()
	ns := s.notices()
	s.read(func(ctx context.Context, t *db.Tx) error {
		for _, n := range ns {
			ls, err := t.Letters(ctx, iru.Program(), n.ID)
			if err != nil {
				return err
			}
			for _, l := range ls {
				if !l.Inbound && l.Proof == "" {
					s.hits[l.MessageID]++
				}
			}
		}
		return nil
	})
}

// moot is the only reason for which a job may have been cancelled: its letter had left, as its proof shows, when a kill kept the job
// from saying so.
var moot = regexp.MustCompile(`^deliver JobCancelError: cannot dispatch what is (sent|received|clarifying|claimed|refused|complied|breached|escalated)\b`)

// queued holds the queue against what must go on: nothing was given up, and whatever comes back is still there.
func (s *siege) queued() {
	s.t.Helper()
	waits := map[string]bool{} // kind and arguments
	cancelled := map[string]int{}
	for _, j := range s.jobs() {
		why := ""
		if len(j.Errors) > 0 {
			why = j.Errors[len(j.Errors)-1].Error
		}
		switch j.State {
		case rivertype.JobStateDiscarded:
			s.t.Errorf("a job was given up: %s %s after %d attempts: %s", j.Kind, j.EncodedArgs, j.Attempt, why)
		case rivertype.JobStateCancelled:
			cancelled[j.Kind]++
			if !moot.MatchString(j.Kind + " " + why) {
				s.t.Errorf("a job was cancelled: %s %s: %q", j.Kind, j.EncodedArgs, why)
			}
		case rivertype.JobStateCompleted:
		default:
			var args map[string]any
			ok(s.t, json.Unmarshal(j.EncodedArgs, &args))
			waits[fmt.Sprint(j.Kind, args)] = true
		}
	}
	wants := s.wanted()
	for key, why := range wants {
		if !waits[key] {
			s.t.Errorf("no job %s waits: %s", key, why)
		}
	}
	s.t.Logf("%d jobs wait, %d of them must; cancelled: %v", len(waits), len(wants), cancelled)
}

// tries tells what became of the jobs that delivered an act.
func (s *siege) tries(id iru.NoticeID) (told string) {
	for _, j := range s.jobs() {
		var d desk.Deliver
		if j.Kind == d.Kind() && json.Unmarshal(j.EncodedArgs, &d) == nil && d.Notice == id {
			told += fmt.Sprintf("%d %s, attempt %d, at %v, failures %+v; ", j.ID, j.State, j.Attempt, j.AttemptedAt, j.Errors)
		}
	}
	return told
}

func (s *siege) jobs() (all []*rivertype.JobRow) {
	s.t.Helper()
	q, err := s.DB.Queue(nil)
	ok(s.t, err)
	page := river.NewJobListParams().States(rivertype.JobStates()...).First(1000)
	for {
		res, err := q.JobList(s.t.Context(), page)
		ok(s.t, err)
		all = append(all, res.Jobs...)
		if len(res.Jobs) < 1000 {
			return all
		}
		page = page.After(res.LastCursor)
	}
}

// wanted are the jobs without which something would stand still for ever, and why.
func (s *siege) wanted() map[string]string {
	s.t.Helper()
	w := map[string]string{}
	want := func(j interface{ Kind() string }, format string, a ...any) {
		raw, err := json.Marshal(j)
		ok(s.t, err)
		var args map[string]any
		ok(s.t, json.Unmarshal(raw, &args))
		w[fmt.Sprint(j.Kind(), args)] = fmt.Sprintf(format, a...)
	}
	s.read(func(ctx context.Context, t *db.Tx) error {
		p := iru.Program()
		as, err := t.Assets(ctx, p)
		if err != nil {
			return err
		}
		at := map[iru.AssetID]iru.AssetState{}
		for _, a := range as {
			at[a.ID] = a.State
			switch a.State {
			case iru.AssetLive, iru.AssetActioned, iru.AssetReturned:
				plans, err := t.Schedules(ctx, p, a.ID)
				if err != nil {
					return err
				}
				if len(plans) == 0 { // its first visit is still to come
					want(desk.Monitor{Asset: a.ID}, "asset %d is %s", a.ID, a.State)
				} else {
					want(desk.Round{Shard: plans[0].Shard}, "asset %d is %s", a.ID, a.State)
				}
			case iru.AssetDown:
				want(desk.Recheck{Asset: a.ID}, "asset %d is %s", a.ID, a.State)
			}
		}
		ns, err := t.Notices(ctx, p)
		if err != nil {
			return err
		}
		for _, n := range ns {
			if at[n.Asset] != iru.AssetDown && (n.State.Open() || n.State == iru.NoticeRefused || n.State == iru.NoticeEscalated) {
				want(desk.Verify{Asset: n.Asset}, "%s is %s", n.Ref, n.State)
			}
		}
		cs, err := t.Running(ctx, p, 100_000)
		if err != nil {
			return err
		}
		for _, c := range cs {
			told, err := t.EventsOf(ctx, iru.Subject{Noun: "clock", ID: int64(c.ID)})
			if err != nil {
				return err
			}
			if !slices.ContainsFunc(told, func(e iru.Event) bool { return e.Verb == "due" }) {
				want(desk.Escalate{Clock: c.ID}, "clock %d runs until %s", c.ID, c.Due)
			}
		}
		return nil
	})
	return w
}
