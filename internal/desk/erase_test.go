// SPDX-License-Identifier: EUPL-1.2

package desk_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/db/dbtest"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
)

// sealedExhibit gives a sealed exhibit with a key.
func (u *unit) sealedExhibit() iru.Exhibit {
	u.t.Helper()
	_, i, _ := u.watched(u.t.Context())
	u.seal()
	must(u.t, u.DB.Tx(u.t.Context(), func(t *db.Tx) error {
		x, err := t.ExhibitsOf(u.t.Context(), iru.Program(), i.ID)
		if err != nil {
			return err
		}
		x[0].Key = "the wrapped key"
		return t.UpdateExhibit(u.t.Context(), x[0], iru.ExhibitSealed)
	}))
	return u.exhibitOf(i)
}

func (u *unit) seal() {
	u.t.Helper()
	_, err := u.Seal(u.t.Context(), "test")
	must(u.t, err)
}

func (u *unit) exhibit(id iru.ExhibitID) iru.Exhibit {
	u.t.Helper()
	return view(u, func(x *db.Tx) (iru.Exhibit, error) { return x.Exhibit(u.t.Context(), iru.Program(), id) })
}

// TestErase: two officers, a checkpoint between them, and the key is gone; the record of it stays.
func TestErase(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, u := t.Context(), newUnit(t, d)
		x := u.sealedExhibit()
		before := len(u.chain(x))
		if i := u.item(x.Item); i.Text == "" || i.Exhibit != x.ID {
			t.Fatalf("it showed no text: %+v", i)
		}
		u.drop()
		_, err := u.Erase(ctx, u.scope("ada"), x.ID, "retention is over")
		refused(t, "by an analyst", err, iru.Forbidden, "roles do not allow you to erase")
		_, err = u.Erase(ctx, u.scope("lena"), x.ID, " ")
		refused(t, "without a reason", err, iru.Invalid, "reason is missing")
		_, err = u.Erase(ctx, u.scope("lena"), x.ID+99, "retention is over")
		refused(t, "nothing there", err, iru.NotFound, "")

		asked, err := u.Erase(ctx, u.scope("lena"), x.ID, "retention is over")
		must(t, err)
		if now := u.exhibit(x.ID); asked.State != iru.ExhibitSealed || now.State != iru.ExhibitSealed || now.Key == "" || u.jobs("erase") != 0 {
			t.Fatalf("one officer was enough: %+v", now)
		}
		_, err = u.Erase(ctx, u.scope("sig"), x.ID, "retention is over")
		refused(t, "before the checkpoint", err, iru.Unavailable, "checkpoint")
		u.seal()
		_, err = u.Erase(ctx, u.scope("lena"), x.ID, "retention is over")
		refused(t, "the same officer again", err, iru.Forbidden, "second, different officer")
		u.join("rita", u.people["ada"].Unit, iru.Reviewer)
		_, err = u.Erase(ctx, u.scope("rita"), x.ID, "retention is over")
		refused(t, "confirmed without the right to sign", err, iru.Forbidden, "sign a binding act")

		gone, err := u.Erase(ctx, u.scope("sig"), x.ID, "I confirm")
		must(t, err)
		now := u.exhibit(x.ID)
		if gone.State != iru.ExhibitErased || now.State != iru.ExhibitErased || now.Key != "" || len(now.Files) != len(x.Files) || now.Manifest != x.Manifest || u.jobs("erase") != 1 {
			t.Errorf("%+v", now)
		}
		if left := u.item(x.Item); left.Text != "" || left.Exhibit != x.ID {
			t.Errorf("the text that it showed is left: %q", left.Text)
		}
		links := u.chain(x)
		if len(links) != before+2 || !strings.Contains(links[before].Who, "lena") || !strings.Contains(links[before+1].Who, "sig") || !strings.Contains(links[before+1].What, "destroyed its key") {
			t.Errorf("custody: %+v", links[before:])
		}
		for _, who := range []string{"lena", "sig"} {
			_, err = u.Erase(ctx, u.scope(who), x.ID, "again")
			refused(t, "again", err, iru.Conflict, "")
		}
		u.whole()
	})
}

func TestEraseRefusals(t *testing.T) {
	ctx, u := t.Context(), newUnit(t, dbtest.Open(t))
	a, i, host := u.watched(ctx)
	x := u.exhibitOf(i)
	_, err := u.Erase(ctx, u.scope("lena"), x.ID, "retention is over")
	refused(t, "before it is sealed", err, iru.Conflict, "")
	u.seal()
	b := u.second()
	_, err = u.Erase(ctx, iru.Officer{ID: u.people["bo"].ID, Unit: b.ID, Roles: iru.Roles}.Scope(), x.ID, "retention is over")
	refused(t, "of another unit", err, iru.NotFound, "")

	_, err = u.Erase(ctx, u.scope("lena"), x.ID, "retention is over")
	must(t, err)
	u.seal()
	u.later(desk.EraseWithin + time.Second)
	now, err := u.Erase(ctx, u.scope("sig"), x.ID, "I confirm")
	must(t, err)
	if now.State != iru.ExhibitSealed {
		t.Error("a request that has lapsed was confirmed")
	}
	u.seal()
	must(t, u.DB.Tx(ctx, func(t *db.Tx) error {
		o, err := t.Officer(ctx, u.people["sig"].ID)
		if err != nil {
			return err
		}
		o.State = iru.OfficerSuspended
		return t.UpdateOfficer(ctx, o, iru.OfficerActive)
	}))
	u.join("saul", u.people["ada"].Unit, iru.Signer)
	_, err = u.Erase(ctx, u.scope("saul"), x.ID, "I confirm")
	refused(t, "asked for by somebody suspended", err, iru.Forbidden, "suspended")

	u.later(desk.EraseWithin + time.Second)
	_, err = u.Assess(ctx, u.scope("ada"), finding(i, iru.PurposeProceed))
	must(t, err)
	_, err = u.Confirm(ctx, u.scope("ben"), host.ID, "called")
	must(t, err)
	n, err := u.Draft(ctx, u.scope("ada"), order(a, i, host))
	must(t, err)
	_, err = u.Submit(ctx, u.scope("ada"), n.ID)
	must(t, err)
	_, err = u.Erase(ctx, u.scope("lena"), x.ID, "retention is over")
	refused(t, "while an act rests on it", err, iru.Conflict, n.Ref)
}

// TestRewrap: an exhibit that is erased while keys are encrypted anew stays erased.
func TestRewrap(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, u := t.Context(), newUnit(t, d)
		x := u.sealedExhibit()
		wrap := func(old string) (string, error) { return "new " + old, nil }
		b, err := u.Rewrap(ctx, 0, 10, wrap)
		must(t, err)
		if b.Seen != 1 || b.Changed != 1 || b.Last != x.ID || u.exhibit(x.ID).Key != "new the wrapped key" {
			t.Errorf("%+v, %q", b, u.exhibit(x.ID).Key)
		}
		if b, err = u.Rewrap(ctx, b.Last, 10, wrap); err != nil || b.Seen != 0 {
			t.Errorf("after the last: %+v, %v", b, err)
		}
		b, err = u.Rewrap(ctx, 0, 10, func(string) (string, error) { return "", iru.Unavailable })
		if err != nil || len(b.Lost) != 1 || b.Changed != 0 || u.exhibit(x.ID).Key != "new the wrapped key" {
			t.Errorf("lost: %+v, %v", b, err)
		}
		if _, err = u.Rewrap(ctx, 0, 10, func(string) (string, error) { return "", iru.Internal }); !errors.Is(err, iru.Internal) {
			t.Errorf("a defect: %v", err)
		}
		b, err = u.Rewrap(ctx, 0, 10, func(old string) (string, error) { // erased between reading and writing
			must(t, u.DB.Tx(ctx, func(t *db.Tx) error {
				e := u.exhibit(x.ID)
				e.Key, e.State = "", iru.ExhibitErased
				return t.UpdateExhibit(ctx, e, iru.ExhibitSealed)
			}))
			return "newer " + old, nil
		})
		if err != nil || b.Changed != 0 || u.exhibit(x.ID).Key != "" {
			t.Errorf("a destroyed key came back: %+v, %v", b, err)
		}
	})
}

// TestRotationIsRecorded: the log says where a rotation stands, and what is lost.
func TestRotationIsRecorded(t *testing.T) {
	ctx, u := t.Context(), newUnit(t, dbtest.Open(t))
	at := func(want desk.Rotation, lost iru.ExhibitID) {
		t.Helper()
		r, err := u.Rotation(ctx)
		must(t, err)
		l, err := u.Lost(ctx)
		must(t, err)
		if r != want || l != lost {
			t.Errorf("%+v, %d; want %+v, %d", r, l, want, lost)
		}
	}
	at(desk.Rotation{}, 0)
	must(t, u.Rotate(ctx, "age1first"))
	at(desk.Rotation{Recipient: "age1first"}, 0)
	must(t, u.Lose(ctx, 3, 17))
	must(t, u.Rewrapped(ctx, "age1first", 40))
	at(desk.Rotation{Recipient: "age1first", Done: true}, 17)
	for range 120 { // more than one page of events
		must(t, u.Retire(ctx, []string{"age1older"}))
	}
	at(desk.Rotation{Recipient: "age1first", Done: true}, 17)
	must(t, u.Rotate(ctx, "age1second"))
	at(desk.Rotation{Recipient: "age1second"}, 17)
	u.whole()
}
