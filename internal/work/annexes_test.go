// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/db/dbtest"
	"iolaus/internal/iru"
	"iolaus/internal/sim"
)

// in is the only act to a desk, with its letters and clocks, oldest first.
func (o *posting) in(desk string) (n iru.Notice, ls []iru.Letter, cs []iru.Clock) {
	o.t.Helper()
	o.read(func(ctx context.Context, x *db.Tx) error {
		for id := iru.NoticeID(1); ; id++ {
			var err error
			if n, err = x.Notice(ctx, iru.Program(), id); err != nil {
				return err
			}
			p, err := x.Provider(ctx, iru.Program(), n.Provider)
			if err != nil {
				return err
			}
			if p.Name != desk {
				continue
			}
			var e1, e2 error
			ls, e1 = x.Letters(ctx, iru.Program(), n.ID)
			cs, e2 = x.ClocksOf(ctx, iru.Program(), n.ID)
			return errors.Join(e1, e2)
		}
	})
	return n, ls, cs
}

// filed is what a desk's own file says of the act.
func (o *posting) filed(desk string) sim.NoticeTruth {
	for _, d := range o.world.Truth().Desks {
		if d.Provider == desk && len(d.Notices) == 1 {
			return d.Notices[0]
		}
	}
	return sim.NoticeTruth{}
}

// said waits until every desk has said an event about its act and the annex that says it is in its thread, and gives the letters.
func (o *posting) said(event string, desks []string) map[string]iru.Letter {
	o.t.Helper()
	out := map[string]iru.Letter{}
	for end := time.Now().Add(time.Minute); len(out) < len(desks); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			o.t.Fatalf("%q is not in the threads of all: %v; %+v", event, out, o.world.Truth().Desks)
		}
		for _, d := range desks {
			f := o.filed(d)
			if f.State != event {
				continue
			}
			_, ls, _ := o.in(d)
			if i := slices.IndexFunc(ls, func(l iru.Letter) bool { return l.Inbound && l.Annex != nil && l.Annex.Kind() == event }); i >= 0 {
				out[d] = ls[i]
			}
		}
	}
	return out
}

// annexWays are the ways in which two desks each answer here.
var annexWays = []struct {
	way   sim.Way
	desks [2]string
}{{sim.ByWords, [2]string{"birchrack", "elmgrid"}}, {sim.ByAnnex, [2]string{"cedarbox", "pond"}}, {sim.ByPaper, [2]string{"dunehost", "linkshelf"}}}

// habitual is a desk that acts upon an order.
var habitual = sim.Habit{Manner: sim.Acts, Takes: []sim.Instrument{sim.RemovalOrder}, Ack: sim.Delay{Median: time.Minute}, Act: sim.Delay{Median: 10 * time.Minute}, Effect: sim.Gone}

// answered has an order delivered to each desk: of the two that answer in one way, one has the first habit and one the second. Nothing
// happens at a desk unless the story is advanced.
func answered(t *testing.T, dsn string, first, second sim.Habit) (o *posting, one, two []string) {
	t.Helper()
	habits := map[string]sim.Habit{}
	for _, w := range annexWays {
		first.Way, second.Way = w.way, w.way
		habits[w.desks[0]], habits[w.desks[1]] = first, second
		one, two = append(one, w.desks[0]), append(two, w.desks[1])
	}
	o = newPosting(t, dsn, habits, 1)
	o.approveAll(len(desked))
	t.Cleanup(o.begin())
	for end := time.Now().Add(time.Minute); slices.ContainsFunc(slices.Concat(one, two), func(d string) bool { return o.filed(d).Key == "" }); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("the acts did not arrive: %+v", o.world.Truth().Desks)
		}
	}
	return o, one, two
}

// checkAnnex holds what we read against the desk's own file.
func (o *posting) checkAnnex(desk string, l iru.Letter, kind string, state iru.NoticeState) ([]iru.Clock, iru.Annex) {
	o.t.Helper()
	n, _, cs := o.in(desk)
	f := o.filed(desk)
	a, last := *l.Annex, f.Answers[len(f.Answers)-1]
	if l.Kind != kind || l.Guess || l.Remark != "" || n.State != state || a.Reference != n.Ref || !strings.HasPrefix(last.ID, a.Theirs+"-") || a.Check() != nil || a.Kind() != kind {
		o.t.Errorf("%s: %s, %s, guess %t, %q, %+v", desk, n.State, l.Kind, l.Guess, l.Remark, a)
	}
	if s := last.At.UTC().Truncate(time.Second); !a.SignedAt.Equal(s) || !a.ReceivedAt.Equal(f.At.UTC().Truncate(time.Second)) || a.Person != "R. Halloran" || a.Mail != "abuse@"+desk+".test" {
		o.t.Errorf("%s: signed %s, received %s, %s, %s; its file says %s and %s", desk, a.SignedAt, a.ReceivedAt, a.Person, a.Mail, s, f.At)
	}
	return cs, a
}

// TestDesksAnnexII: whichever way a desk of the range fills in Annex II (words, JSON, PDF), what was done and when comes out of our inbox as
// the desk's own file has it. The clock runs on: we look for ourselves.
func TestDesksAnnexII(t *testing.T) {
	dbtest.EachDSN(t, func(t *testing.T, dsn string) {
		blocks := habitual
		blocks.Effect = sim.LegalBlock
		o, gone, blocked := answered(t, dsn, habitual, blocks)
		o.world.Advance(time.Hour)
		for desk, l := range o.said("done", slices.Concat(gone, blocked)) {
			cs, a := o.checkAnnex(desk, l, "done", iru.NoticeClaimed)
			want := iru.MeasureRemoved
			if slices.Contains(blocked, desk) {
				want = iru.MeasureDisabled
			}
			if a.Number != iru.AnnexFeedback || a.Measure != want || !a.MeasureAt.Equal(a.SignedAt) || len(a.Causes) > 0 {
				t.Errorf("%s: %+v", desk, a)
			}
			if len(cs) != 1 || cs[0].Rule != "tco-1h" || cs[0].State != iru.ClockRunning {
				t.Errorf("%s: %+v", desk, cs)
			}
		}
	})
}

// TestDesksAnnexIII: an impossibility, whichever way a desk tells it, stops the clock, with the desk's reason, until the desk has acted: then the
// hour runs anew from its word. A question stops it too.
func TestDesksAnnexIII(t *testing.T) {
	hindered, asks := habitual, habitual
	hindered.Manner, hindered.Reason, hindered.Rest = sim.Hindered, "The hall is under water, and nobody may enter it.", sim.Delay{Median: 5 * time.Hour}
	asks.Manner, asks.Question = sim.Clarifies, "Which of the two timetables is meant?"
	dbtest.EachDSN(t, func(t *testing.T, dsn string) {
		o, stuck, unsure := answered(t, dsn, hindered, asks)
		o.world.Advance(10 * time.Minute)
		for desk, l := range o.said("impossible", stuck) {
			cs, a := o.checkAnnex(desk, l, "impossible", iru.NoticeClarifying)
			if a.Number != iru.AnnexImpossibility || !slices.Equal(a.Causes, []string{iru.CauseImpossible}) || a.Reasons != hindered.Reason || a.Needed != "" || a.Measure != "" {
				t.Errorf("%s: %+v", desk, a)
			}
			if len(cs) != 1 || cs[0].State != iru.ClockStopped || !strings.Contains(cs[0].Why, "impossible") || !cs[0].Ended.Equal(l.At) || cs[0].Started.After(l.At) {
				t.Errorf("%s: %+v", desk, cs)
			}
		}
		for desk, l := range o.said("clarification", unsure) {
			cs, a := o.checkAnnex(desk, l, "clarification", iru.NoticeClarifying)
			if a.Number != iru.AnnexImpossibility || !slices.Equal(a.Causes, []string{iru.CauseUnclear}) || a.Needed != asks.Question || a.Reasons != "" {
				t.Errorf("%s: %+v", desk, a)
			}
			if len(cs) != 1 || cs[0].State != iru.ClockStopped || !strings.Contains(cs[0].Why, "clarification") {
				t.Errorf("%s: %+v", desk, cs)
			}
		}
		o.world.Advance(6 * time.Hour)
		for desk, l := range o.said("done", stuck) { // who acted, could
			cs, a := o.checkAnnex(desk, l, "done", iru.NoticeClaimed)
			if a.Number != iru.AnnexFeedback || len(cs) != 2 || cs[0].State != iru.ClockReplaced || cs[1].State != iru.ClockRunning || !cs[1].Started.Equal(l.At) || cs[1].Due.Sub(l.At) != time.Hour {
				t.Errorf("%s: %+v, %+v", desk, a, cs)
			}
		}
		for _, desk := range unsure {
			if n, _, cs := o.in(desk); n.State != iru.NoticeClarifying || len(cs) != 1 {
				t.Errorf("%s: %s, %+v", desk, n.State, cs)
			}
		}
	})
}
