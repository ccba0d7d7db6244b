// SPDX-License-Identifier: EUPL-1.2

package desk_test

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"testing"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/db/dbtest"
	"iolaus/internal/desk"
	"iolaus/internal/desk/desktest"
	"iolaus/internal/iru"
	"iolaus/internal/ledger"
)

const (
	hour = time.Hour
	day  = 24 * hour
)

// A stamper is a time-stamp authority by the unit's clock.
type stamper struct {
	u *unit
	*desktest.Stamper
}

func (u *unit) stamper() *stamper { return &stamper{u, desktest.NewStamper(u.t, u.now)} }

func (s *stamper) stamp(checkpoint []byte) []byte { return s.Stamp(s.u.t, s.u.now, checkpoint) }

func (u *unit) checkpoint() []byte {
	u.t.Helper()
	return view(u, func(x *db.Tx) ([]byte, error) { _, _, signed, err := x.Checkpoint(u.t.Context()); return signed, err })
}

// sealAll gives everything that waits its place.
func (u *unit) sealAll() {
	u.t.Helper()
	for {
		n, err := u.Seal(u.t.Context(), "test")
		must(u.t, err)
		if n == 0 {
			return
		}
	}
}

// due lists which authorities are asked now.
func (u *unit) due() (names []string, all []desk.StampDue) {
	u.t.Helper()
	all, err := u.StampsDue(u.t.Context(), []string{"north", "east"}, hour, 30*day)
	must(u.t, err)
	for _, d := range all {
		names = append(names, d.Authority)
	}
	return names, all
}

func (u *unit) wantDue(when string, want ...string) {
	u.t.Helper()
	if got, _ := u.due(); !slices.Equal(got, want) {
		u.t.Errorf("%s: due is %v, want %v", when, got, want)
	}
}

// TestStampsDue: when something happened, at most once an hour, and before a certificate expires.
func TestStampsDue(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, u := t.Context(), newUnit(t, d)
		u.wantDue("before the first checkpoint")
		u.chatter(3)
		u.sealAll()
		u.wantDue("at first", "north", "east")
		s, first := u.stamper(), u.checkpoint()
		take := func(names ...string) {
			t.Helper()
			for _, n := range names {
				c := u.checkpoint()
				_, err := u.RecordStamp(ctx, n, c, s.stamp(c), s.Roots())
				must(t, err)
			}
		}
		take("north")
		u.wantDue("after one", "east")
		take("east")
		if string(first) != string(u.checkpoint()) {
			t.Fatal("the checkpoint moved by itself")
		}
		u.sealAll()
		u.now = u.now.Add(2 * hour)
		u.wantDue("after the receipts only")
		u.chatter(1)
		u.wantDue("before it is sealed")
		u.sealAll()
		u.wantDue("after an event", "north", "east")
		take("north")
		u.sealAll()
		u.chatter(1)
		u.sealAll()
		u.wantDue("within the hour", "east")
		u.now = u.now.Add(hour)
		u.wantDue("an hour later", "north", "east")
		take("north", "east")
		u.sealAll()
		u.now = u.now.AddDate(1, 0, -31)
		u.wantDue("31 days before the certificates expire")
		u.now = u.now.Add(day)
		u.wantDue("30 days before", "north", "east")
		if _, all := u.due(); len(all) != 2 || all[0].Why == "something happened" {
			t.Errorf("why: %+v", all)
		}
		take("north", "east")
		u.sealAll()
		u.now = u.now.Add(2 * hour)
		u.wantDue("carried on")
		u.whole()
	})
}

func TestStampsThatAreNotTaken(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, u := t.Context(), newUnit(t, d)
		u.sealAll()
		old := u.checkpoint()
		u.chatter(1)
		u.sealAll()
		c, s := u.checkpoint(), u.stamper()
		token := s.stamp(c)
		_, err := u.RecordStamp(ctx, "north", old, token, s.Roots())
		refused(t, "over another checkpoint", err, iru.Invalid, "something else")
		_, err = u.RecordStamp(ctx, "north", c, token, u.stamper().Roots())
		refused(t, "of a stranger", err, iru.Invalid, "not trusted")
		_, err = u.RecordStamp(ctx, "north", append(slices.Clone(c), 'x'), token, nil)
		refused(t, "over no checkpoint of ours", err, iru.Invalid, "checkpoint")
		if n := len(u.events("stamp", 1)); n != 0 {
			t.Errorf("%d events", n)
		}
		got, err := u.RecordStamp(ctx, "north", c, token, s.Roots())
		must(t, err)
		again, err := u.RecordStamp(ctx, "north", c, s.stamp(c), s.Roots())
		must(t, err)
		if again.ID != got.ID || string(again.Token) != string(token) {
			t.Errorf("a second token took the place of the first: %d, %d", again.ID, got.ID)
		}
		sum := sha256.Sum256(token)
		es := u.events("stamp", int64(got.ID))
		if len(es) != 1 || es[0].ID != got.Event || es[0].Verb != "receive" || es[0].Facts["token"] != hex.EncodeToString(sum[:]) || es[0].Facts["authority"] != "north" {
			t.Errorf("receipt: %+v", es)
		}
	})
}

// TestStampsOver: years after, each proof still stands on the one before it.
func TestStampsOver(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, u := t.Context(), newUnit(t, d)
		u.sealAll()
		s := u.stamper()
		for n := range 40 { // three years and a half, a month at a time; east stops answering after two
			names, all := u.due()
			if n%8 == 0 {
				u.chatter(2)
			}
			for i, name := range names {
				if name == "east" && n > 24 {
					continue
				}
				_, err := u.RecordStamp(ctx, name, all[i].Checkpoint, s.stamp(all[i].Checkpoint), s.Roots())
				must(t, err)
			}
			u.sealAll()
			u.now = u.now.Add(32 * day)
		}
		newest := u.checkpoint()
		c, err := ledger.Open(newest, u.Log.Verifier, u.Log.Origin)
		must(t, err)
		over, err := u.StampsOver(ctx, 0, newest)
		must(t, err)
		by := map[string]int{}
		for n, o := range over {
			by[o.Authority]++
			older, err := ledger.Open(o.Checkpoint, u.Log.Verifier, u.Log.Origin)
			must(t, err)
			must(t, ledger.CheckConsistency(o.Path, older, c))
			said, err := ledger.ReadStamp(o.Token, o.Checkpoint, s.Roots())
			must(t, err)
			if !said.At.Equal(o.At) || !said.Until.Equal(o.Until) {
				t.Errorf("stamp %d says %+v, the store %s, %s", n, said, o.At, o.Until)
			}
			if _, err := o.Proof.Check(o.Receipt.Leaf(), u.Log.Verifier, u.Log.Origin); err != nil {
				t.Errorf("receipt of stamp %d: %v", n, err)
			}
			if o.Until.After(u.now) {
				continue
			}
			// It has expired: another one, made in time, covers its receipt.
			if !slices.ContainsFunc(over, func(x desk.StampOver) bool {
				c, err := ledger.Peek(x.Checkpoint)
				return err == nil && c.Size > o.Receipt.Index && !x.At.After(o.Until) && x.Until.After(o.Until)
			}) {
				t.Errorf("stamp %d (%s, until %s) is carried on by none", n, o.Authority, o.Until)
			}
		}
		if by["north"] < 4 || by["east"] < 1 || len(over) > 8 {
			t.Errorf("stamps: %v", by)
		}
		u.chatter(1)
		u.sealAll()
		fresh, err := u.StampsOver(ctx, c.Size, u.checkpoint())
		must(t, err)
		if len(fresh) != 0 {
			t.Errorf("%d stamps over an entry that nobody has stamped", len(fresh))
		}
		for _, o := range must2(u.StampsOver(ctx, 0, over[0].Checkpoint)) { // as of the first stamp: its receipt came later
			if o.Receipt.Event != 0 || len(o.Proof.Path) != 0 {
				t.Errorf("a receipt out of the future: %+v", o.Receipt)
			}
		}
		u.whole()
	})
}

func must2[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
