// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"context"
	"testing"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/db/dbtest"
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
		if r, err := o.arm(ctx, soon, iru.StageAct, nil); err != nil || len(r.letters) != 0 || len(r.late) != 3 {
			t.Fatalf("nothing is sealed: %d armed, %d late, %v", len(r.letters), len(r.late), err)
		}
		sealed := make(chan error, 1)
		go func() { // the sequencer is late
			time.Sleep(2 * sealWait)
			_, err := o.Desk.Seal(context.WithoutCancel(ctx), "us")
			sealed <- err
		}()
		r, err := o.arm(ctx, op, iru.StageAct, nil)
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
