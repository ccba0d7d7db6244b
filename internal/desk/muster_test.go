// SPDX-License-Identifier: EUPL-1.2

package desk_test

import (
	"strings"
	"testing"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/db/dbtest"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
)

// fire has a joint operation released and its acts sent at T0.
func (u *unit) fire(o iru.Operation) iru.Operation {
	u.t.Helper()
	ctx := u.t.Context()
	o, err := u.Release(ctx, u.scope("dora"), o.ID, u.now.Add(time.Minute))
	must(u.t, err)
	m, err := u.BeginMuster(ctx, o.ID, o.T0, iru.MarkBefore)
	must(u.t, err)
	_, err = u.EndMuster(ctx, m.ID)
	must(u.t, err)
	u.now = o.T0.Add(-time.Second)
	armed, parked, err := u.Arm(ctx, o.ID)
	must(u.t, err)
	if len(armed) != 2 || len(parked) != 0 {
		u.t.Fatalf("%d armed, %v parked", len(armed), parked)
	}
	going, err := u.Fire(ctx, o.ID, o.T0)
	if err != nil || !going {
		u.t.Fatalf("fired %v, %v", going, err)
	}
	u.now = o.T0.Add(time.Second)
	sent := map[iru.NoticeID]desk.Sending{}
	for i, d := range armed {
		sent[d.Notice.ID] = desk.Sending{At: o.T0.Add(time.Duration(i) * 300 * time.Millisecond), Proof: "250 ok", Receipt: true}
	}
	must(u.t, u.RecordAllSent(ctx, sent))
	must(u.t, u.RecordRelease(ctx, o.ID, o.T0, u.now))
	return o
}

// sweep does what the worker does for a mark: it begins, looks, and ends.
func (u *unit) sweep(o iru.Operation, mark iru.MusterMark, assets []iru.AssetID, found iru.Outcome) iru.Muster {
	u.t.Helper()
	ctx := u.t.Context()
	m, err := u.BeginMuster(ctx, o.ID, o.T0, mark)
	must(u.t, err)
	for _, a := range assets {
		u.look(a, found, found)
	}
	u.now = m.Due
	m, err = u.EndMuster(ctx, m.ID)
	must(u.t, err)
	return m
}

// A day by the verbs themselves: released, swept, back, the next wave made of what was prepared, and reported.
func TestDayIsHeld(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, u := t.Context(), newUnit(t, d)
		o, ours, theirs := u.joint()
		_, err := u.CallMuster(ctx, u.scope("ada"), o.ID)
		refused(t, "a sweep before T0", err, iru.Conflict, "T0 has not come")
		_, err = u.NextWave(ctx, u.scope("dora"), o.ID, "", 0)
		refused(t, "a wave before T0", err, iru.Conflict, "not begun")
		o = u.fire(o)
		if n := u.jobs("muster"); n != 4 {
			t.Errorf("%d sweeps are planned", n)
		}
		a := []iru.AssetID{ours.Asset}
		u.now = o.T0.Add(10 * time.Minute)
		m := u.sweep(o, iru.Mark15, a, iru.Up)
		if m.State != iru.MusterClosed || m.Up != 1 || m.Down != 0 || m.Unseen != 0 || m.Assets != 1 || !m.Ended.Equal(o.T0.Add(15*time.Minute)) {
			t.Errorf("at T+15: %+v", m)
		}
		if again, err := u.BeginMuster(ctx, o.ID, o.T0, iru.Mark15); err != nil || again.ID != 0 {
			t.Errorf("swept twice: %+v, %v", again, err)
		}
		u.look(ours.Asset, iru.Gone, iru.Gone)
		u.now = o.T0.Add(55 * time.Minute)
		if m = u.sweep(o, iru.Mark60, a, iru.Gone); m.Down != 1 {
			t.Errorf("at T+60: %+v", m)
		}
		if n := u.notice(ours.ID); n.State != iru.NoticeComplied {
			t.Errorf("the act is %s", n.State)
		}
		u.now = o.T0.Add(30 * time.Hour)
		u.look(ours.Asset, iru.Up, iru.Up)
		m, err = u.CallMuster(ctx, u.scope("ada"), o.ID)
		must(t, err)
		_, err = u.CallMuster(ctx, u.scope("ada"), o.ID)
		refused(t, "a second one", err, iru.Conflict, "under way")
		u.now = m.Due
		if m, err = u.EndMuster(ctx, m.ID); err != nil || m.Up != 1 || m.Unseen != 0 {
			t.Errorf("by hand: %+v, %v", m, err)
		}
		b, err := m.Read()
		if err != nil || len(b.Assets) != 1 || len(b.Assets[0].Looks) != 2 || b.Assets[0].Looks[0].Outcome != iru.Up || len(b.Ties) == 0 {
			t.Errorf("what was seen: %+v, %v", b, err)
		}
		w, err := u.NextWave(ctx, u.scope("dora"), o.ID, "", 0)
		must(t, err)
		if w.Wave.Number != 2 || w.Wave.After != o.ID || len(w.Drafted) != 1 || w.Operation.Name != "Snowfall, wave 2" || len(u.polls(w.Operation.ID)) != 2 || len(w.Left) != 0 {
			t.Errorf("the next wave: %+v", w)
		}
		for _, id := range w.Drafted {
			if n := u.notice(id); n.State != iru.NoticeDraft || n.Operation != w.Operation.ID || n.Unit != ours.Unit && n.Unit != theirs.Unit {
				t.Errorf("%+v", n)
			}
		}
		_, err = u.NextWave(ctx, u.scope("brit"), o.ID, "", 0)
		refused(t, "by a unit that does not lead", err, iru.Forbidden, "")
		u.sealAll()
		rep, record := u.after(o.ID, iru.AfterTeam)
		newOracle(readRecord(t, record), int64(o.ID), rep.AsOf, *rep.Operation.From, *rep.Operation.To).hold(t, rep)
		for id, want := range map[string]string{"assets": "1", "acts.left": "2", "acts.removed": "2", "acts.back": "2", "spread": "300000", "returns": "1"} {
			if f, _ := rep.Figure(id); f.Value != want {
				t.Errorf("%s is %q, want %s", id, f.Value, want)
			}
		}
		marks, _ := rep.Table("marks")
		if len(marks.Rows) != 3 || strings.Join(marks.Rows[0].Cells[2:], " ") != "1 1 0 0" || strings.Join(marks.Rows[1].Cells[2:], " ") != "1 0 1 0" {
			t.Errorf("marks: %+v", marks.Rows)
		}
		spread, _ := rep.Table("concentration")
		if spread.Note != "" || len(spread.Rows) != len(iru.Concentrated) || len(spread.Rows[0].Sources) != 2 {
			t.Errorf("concentration: %+v", spread)
		}
		sweeps, _ := rep.Table("sweeps")
		if len(sweeps.Rows) != 4 || sweeps.Cell(sweeps.Rows[1], "met") != "up 2" {
			t.Errorf("sweeps: %+v", sweeps.Rows)
		}
		second, _ := u.after(o.ID, iru.AfterCourt)
		if second.Operation.Wave != 1 {
			t.Errorf("wave %d", second.Operation.Wave)
		}
		must(t, u.DB.View(ctx, func(x *db.Tx) error {
			_, err := u.AfterAction(ctx, x, u.scope("dora"), desk.AfterRequest{Operation: w.Operation.ID, Edition: iru.AfterTeam})
			refused(t, "of what has not begun", err, iru.Conflict, "has not begun")
			return nil
		}))
		u.whole()
	})
}

// What is held or aborted is not swept; an abort before T0 leaves a report that says so.
func TestAbortedIsNotSwept(t *testing.T) {
	ctx, u := t.Context(), newUnit(t, dbtest.Open(t))
	o, _, _ := u.joint()
	o, err := u.Release(ctx, u.scope("dora"), o.ID, u.now.Add(time.Hour))
	must(t, err)
	m, err := u.BeginMuster(ctx, o.ID, o.T0, iru.Mark15)
	must(t, err)
	_, err = u.Abort(ctx, u.scope("dora"), o.ID, "fog")
	must(t, err)
	u.now = m.Due
	if _, err = u.EndMuster(ctx, m.ID); err != nil {
		t.Error(err)
	}
	have := view(u, func(x *db.Tx) ([]iru.Muster, error) { return x.Musters(ctx, u.scope("brit"), o.ID) })
	if len(have) != 1 || have[0].State != iru.MusterDropped {
		t.Errorf("%+v", have)
	}
	if m, err = u.BeginMuster(ctx, o.ID, o.T0, iru.Mark60); err != nil || m.ID != 0 {
		t.Errorf("an aborted operation is swept: %+v, %v", m, err)
	}
	_, err = u.NextWave(ctx, u.scope("dora"), o.ID, "", 0)
	refused(t, "a wave after an abort", err, iru.Conflict, "aborted")
	u.sealAll()
	a, _ := u.after(o.ID, iru.AfterCourt)
	if a.Operation.From != nil || a.Verdict.Verdict != "cannot be told" || !strings.Contains(strings.Join(a.Notes, " "), "aborted before T0") {
		t.Errorf("%+v", a.Operation)
	}
	if f, _ := a.Figure("acts.left"); f.Value != "0" {
		t.Errorf("%+v", f)
	}
}
