// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"bytes"
	"context"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/db/dbtest"
	"iolaus/internal/deliver"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
)

// An approval that is sealed after the tasks were armed, and before T0, is taken along; one that is not follows.
func TestArmTakesAlong(t *testing.T) {
	dbtest.EachDSN(t, func(t *testing.T, dsn string) {
		o := newPosting(t, dsn, nil, 1)
		o.joint = true
		o.approveAll(3)
		ctx, op := t.Context(), o.op
		op.State, op.T0 = iru.OperationReleased, o.Desk.Now().Add(time.Minute)
		must(t, o.Desk.DB.Tx(ctx, func(x *db.Tx) error { return x.UpdateOperation(ctx, op, o.op.State) }))
		soon := op
		soon.T0 = o.Desk.Now().Add(300 * time.Millisecond)
		if r, err := o.magazine().arm(ctx, soon, iru.StageAct, nil); err != nil || len(r.letters) != 0 || len(r.late) != 3 {
			t.Fatalf("nothing is sealed: %d armed, %d late, %v", len(r.letters), len(r.late), err)
		}
		sealed := make(chan error, 1)
		go func() { // the sequencer is late
			time.Sleep(2 * sealWait)
			_, err := o.Desk.Seal(context.WithoutCancel(ctx), "us")
			sealed <- err
		}()
		r, err := o.magazine().arm(ctx, op, iru.StageAct, nil)
		armed, late := r.letters, r.late
		must(t, <-sealed)
		if err != nil || len(armed) != 3 || len(late) != 0 {
			t.Fatalf("sealed meanwhile: %d armed, %d late, %v", len(armed), len(late), err)
		}
		for _, d := range armed {
			if again, _, err := o.Desk.Original(ctx, d.Notice.ID); err != nil || len(again.Letter.Files) != 2 {
				t.Errorf("%s has %d documents before T0, %v", d.Notice.Ref, len(again.Letter.Files), err)
			}
		}
	})
}

// Documents are made before their acts are on their way, and used if the acts still say the same; an act that is called back after it was armed does not leave.
func TestPapersAhead(t *testing.T) {
	dbtest.EachDSN(t, func(t *testing.T, dsn string) {
		o := newPosting(t, dsn, nil, 1)
		o.joint = true
		o.approveAll(3)
		ctx, op := t.Context(), o.op
		_, err := o.Desk.Seal(ctx, "us")
		must(t, err)
		op.State, op.T0 = iru.OperationReleased, o.Desk.Now().Add(time.Minute)
		must(t, o.Desk.DB.Tx(ctx, func(x *db.Tx) error { return x.UpdateOperation(ctx, op, o.op.State) }))
		var ids []iru.NoticeID
		o.read(func(ctx context.Context, x *db.Tx) (err error) {
			ids, err = x.TasksOf(ctx, op.ID, iru.StageAct)
			return err
		})
		m := o.magazine()
		must(t, m.ahead(ctx, ids))
		if len(ids) != 3 || len(m.papers) != 3 {
			t.Fatalf("%d tasks, %d with documents", len(ids), len(m.papers))
		}
		for _, id := range ids {
			if _, there, err := o.Desk.Original(ctx, id); there || err != nil {
				t.Errorf("task %d is on its way already, %v", id, err)
			}
		}
		same, changed := m.papers[ids[0]], m.papers[ids[1]]
		changed.act.Reasons, changed.PDF = "what was true an hour ago", []byte("old")
		r, err := m.arm(ctx, op, iru.StageAct, nil)
		must(t, err)
		if len(r.letters) != 3 || len(m.papers) != 0 {
			t.Fatalf("%d armed, %d documents left over", len(r.letters), len(m.papers))
		}
		for n, x := range r.letters {
			if x.Notice.ID != ids[n] || x.letter == nil || len(x.Letter.Files) != 2 {
				t.Fatalf("%d: %+v", n, x)
			}
			kept, err := o.document(ctx, x.Letter.Files[0])
			must(t, err)
			switch first, _, _ := o.Desk.Original(ctx, ids[n]); {
			case !slices.Equal(first.Letter.Files, x.Letter.Files):
				t.Errorf("%d: other documents are kept: %+v", n, first.Letter.Files)
			case n == 0 && !bytes.Equal(kept.Data, same.PDF):
				t.Error("the document that was made ahead was not used")
			case n == 1 && (bytes.Equal(kept.Data, changed.PDF) || !bytes.HasPrefix(kept.Data, []byte("%PDF-"))):
				t.Error("a document that says something else was used")
			}
			again, err := o.Mail.Prepare(func() deliver.Message { m, err := o.message(ctx, x.Dispatch); must(t, err); return m }())
			if err != nil || !bytes.Equal(again.Bytes, x.letter.Bytes) {
				t.Errorf("%d: sent again it would be other bytes, %v", n, err)
			}
		}
		x := m.charges[ids[0]]
		x.letter = nil // there was no time to write it out
		m.charges[ids[0]] = x
		if in := m.inOrder(); len(in) != 3 || in[0].Notice.ID != ids[1] || in[1].Notice.ID != ids[2] || in[2].Notice.ID != ids[0] {
			t.Error("what is not written out holds up what is")
		}
		must(t, o.Desk.StandDown(ctx, o.who["dora"], op.ID, r.letters[0].Unit.ID, "the unit has other trains to catch"))
		if err := m.recall(ctx, &r, op.ID, iru.StageAct); err != nil || len(r.letters) != 0 {
			t.Errorf("%d would leave although they were called back, %v", len(r.letters), err)
		}
	})
}

// A release of many begins the earlier the slower the machine is, with a bound.
func TestReleaseLead(t *testing.T) {
	o := newPosting(t, filepath.Join(t.TempDir(), "iolaus.db"), nil, 1)
	o.joint = true
	o.approveAll(1)
	var ids []iru.NoticeID
	o.read(func(ctx context.Context, x *db.Tx) (err error) {
		ids, err = x.TasksOf(ctx, o.op.ID, iru.StageAct)
		return err
	})
	few, papers, err := o.lead(t.Context(), ids)
	must(t, err)
	if few != desk.ReleaseLead+armEach || papers != paperEach {
		t.Errorf("of one: %s, %s", few, papers)
	}
	for _, n := range []int{1000, 1_000_000} {
		arm, papers, err := o.lead(t.Context(), slices.Repeat(ids, n))
		must(t, err)
		slow := float64(papers) / float64(paperEach) / float64(n)
		if n == 1000 && (slow < 1 || slow > 10) || arm+papers > longest+desk.ReleaseLead || arm < papers/2 {
			t.Errorf("of %d: armed %s before, documents %s before that", n, arm, papers)
		}
	}
}
