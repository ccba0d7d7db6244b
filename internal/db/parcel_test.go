// SPDX-License-Identifier: EUPL-1.2

package db_test

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/db/dbtest"
	"iolaus/internal/iru"
)

// A message is found among however many: by its index, in the order of the index, without a look at what was done with before.
func TestMessagesAreFoundByTheirIndex(t *testing.T) {
	d := dbtest.Open(t)
	must(t, d.Tx(t.Context(), func(x *db.Tx) error {
		for index, list := range db.Parcels {
			for _, q := range list {
				type step struct {
					id, parent, unused int
					detail             string
				}
				plan, err := db.All(t.Context(), x, func(s *step) []any { return []any{&s.id, &s.parent, &s.unused, &s.detail} }, "EXPLAIN QUERY PLAN "+q.Query, q.Args...)
				if err != nil {
					return err
				}
				if text := fmt.Sprint(plan); !strings.Contains(text, index) || strings.Contains(text, "TEMP B-TREE") {
					t.Errorf("%s runs by %s", q.Query, text)
				}
			}
		}
		return nil
	}))
}

// What waits for a partner is counted, sealed or not, and what was delivered is not.
func TestBacklog(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		h := house(t, d, "a")
		must(t, d.Tx(ctx, func(x *db.Tx) error {
			p := iru.Partner{Unit: h.unit.ID, Name: "South", Country: "XA", URL: "https://south.test", Key: "k", Fingerprint: "f", Card: "c", State: iru.PartnerConfirmed}
			if err := x.AddPartner(ctx, &p); err != nil {
				return err
			}
			if b, err := x.Backlog(ctx, p.ID); err != nil || b != (db.Backlog{}) {
				t.Errorf("nothing waits: %+v, %v", b, err)
			}
			for n, state := range []iru.OutgoingState{iru.OutgoingDelivered, iru.OutgoingSealed, iru.OutgoingSealed, iru.OutgoingQueued} {
				o := iru.Outgoing{Partner: p.ID, Kind: iru.SayDuty, Body: "{}", State: state, At: time.UnixMicro(int64(n + 5))}
				if state != iru.OutgoingQueued {
					o.Epoch, o.Seq = 1, int64(n+1)
				}
				if err := x.AddOutgoing(ctx, &o); err != nil {
					return err
				}
			}
			var came []iru.Incoming
			for n, state := range []iru.IncomingState{iru.IncomingReceived, iru.IncomingWaiting, iru.IncomingParked, iru.IncomingParked, iru.IncomingApplied} {
				came = append(came, iru.Incoming{Partner: p.ID, Kind: iru.SayDuty, Body: `"fög"`, Epoch: 1, Seq: int64(n + 1), State: state})
			}
			for n := range 120 { // more than one statement takes
				came = append(came, iru.Incoming{Partner: p.ID, Kind: iru.SayDuty, Body: "{}", Epoch: 2, Seq: int64(n + 1), State: iru.IncomingApplied})
			}
			if err := x.AddIncomings(ctx, came, make([][]byte, len(came))); err != nil {
				return err
			}
			for _, c := range came {
				if at, err := x.IncomingAt(ctx, p.ID, c.Epoch, c.Seq); err != nil || at.ID != c.ID || c.ID == 0 {
					t.Errorf("%d of epoch %d has the number %d, not %d: %v", c.Seq, c.Epoch, at.ID, c.ID, err)
				}
			}
			if b, err := x.Backlog(ctx, p.ID); err != nil || b != (db.Backlog{Messages: 3, Oldest: 6, Waiting: 1, Parked: 2}) {
				t.Errorf("what waits: %+v, %v", b, err)
			}
			if hs, err := x.ToHear(ctx, p.ID, 9); err != nil || len(hs) != 1 || hs[0].Size != 6 {
				t.Errorf("what is to be heard: %+v, %v", hs, err)
			}
			if err := x.Deliver(ctx, p.ID, 1, 2, 9); err != nil {
				return err
			}
			if b, err := x.Backlog(ctx, p.ID); err != nil || b.Messages != 2 || b.Oldest != 7 {
				t.Errorf("what waits after one more arrived: %+v, %v", b, err)
			}
			o, err := one(x.OutgoingQueued(ctx, p.ID, 9))
			if err != nil {
				return err
			}
			o.State, o.Digest, o.Epoch, o.Seq, o.Sealed = iru.OutgoingSealed, "d", 1, 4, []byte{0, 255}
			if err := x.Seal(ctx, o); err != nil {
				return err
			}
			if got, err := x.OutgoingAt(ctx, p.ID, 1, 4); err != nil || !reflect.DeepEqual(got, o) {
				t.Errorf("sealed: %+v, %v; want %+v", got, err, o)
			}
			if err := x.Seal(ctx, o); !errors.Is(err, iru.Conflict) {
				t.Errorf("sealed twice: %v", err)
			}
			return nil
		}))
	})
}
