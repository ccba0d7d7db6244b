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

const sentence = "snow falls on the tram line"

func TestInvitations(t *testing.T) {
	ctx, u := t.Context(), newUnit(t, dbtest.Open(t)) // one engine: passwords take long by intention
	if _, err := u.Begin(ctx, iru.Unit{Name: "Again", Country: "XA"}); !errors.Is(err, iru.Conflict) {
		t.Errorf("the store was begun twice: %v", err)
	}
	who := iru.Officer{Login: " Eve ", Name: "Eve", Roles: []iru.Role{iru.Analyst}}
	_, _, err := u.Invite(ctx, u.scope("ada"), who)
	refused(t, "an analyst invites", err, iru.Forbidden, "manage units")
	bad := who
	bad.Roles = []iru.Role{"emperor"}
	_, _, err = u.Invite(ctx, u.scope("admin"), bad)
	refused(t, "an unknown role", err, iru.Invalid, "no role \"emperor\"")
	bad.Roles = nil
	_, _, err = u.Invite(ctx, u.scope("admin"), bad)
	refused(t, "no role", err, iru.Invalid, "at least one role")
	eve, link, err := u.Invite(ctx, u.scope("admin"), who)
	must(t, err)
	if eve.Login != "eve" || eve.State != iru.OfficerInvited || eve.Unit != u.people["admin"].Unit || len(link) != 64 {
		t.Errorf("%+v", eve)
	}
	_, _, err = u.Invite(ctx, u.scope("admin"), who)
	refused(t, "the same login", err, iru.Conflict, "")
	_, err = u.Accept(ctx, link, "", "fourteen chars")
	refused(t, "a short password", err, iru.Invalid, "has 14 characters")
	_, err = u.Accept(ctx, link, "", strings.Repeat("a", 1025))
	refused(t, "an endless password", err, iru.Invalid, "longer than")
	_, err = u.Accept(ctx, strings.Repeat("0", 64), "", sentence)
	refused(t, "a link that never was", err, iru.Forbidden, "used already or never existed")
	_, err = u.Accept(ctx, "", "", sentence)
	refused(t, "no link", err, iru.Forbidden, "used already or never existed")
	_, err = u.SignIn(ctx, "eve", sentence)
	refused(t, "before a password was chosen", err, iru.Forbidden, "name or password is wrong")
	u.later(desk.InviteFor + time.Microsecond)
	_, err = u.Accept(ctx, link, "", sentence)
	refused(t, "an expired link", err, iru.Forbidden, "expired")
	link, err = u.NewInvite(ctx, "eve")
	must(t, err)
	u.later(desk.InviteFor)
	eve, err = u.Accept(ctx, link, " Eve Example ", sentence)
	must(t, err)
	if eve.State != iru.OfficerActive || eve.Name != "Eve Example" {
		t.Errorf("%+v", eve)
	}
	_, err = u.Accept(ctx, link, "", sentence)
	refused(t, "a link used twice", err, iru.Forbidden, "used already")
	// Signing in, and failing to.
	_, err = u.SignIn(ctx, "EVE ", sentence)
	must(t, err)
	for what, c := range map[string][2]string{"a wrong password": {"eve", sentence + "s"}, "an unknown login": {"nobody", sentence}, "nothing": {"", ""}, "an endless password": {"eve", strings.Repeat("a", 2000)}} {
		_, err := u.SignIn(ctx, c[0], c[1])
		refused(t, what, err, iru.Forbidden, "sign-in name or password is wrong; try again")
	}
	failed, in := 0, 0
	for _, e := range u.events("officer", int64(eve.ID)) {
		switch {
		case e.Verb == "sign_in_failed" && e.By == 0: // nobody knows who tried
			failed++
		case e.Verb == "sign_in" && e.By == eve.ID:
			in++
		}
	}
	if failed != 3 || in != 1 {
		t.Errorf("%d failures and %d sign-ins are recorded", failed, in)
	}
	// A fresh link does not lock out who knows the password.
	_, err = u.NewInvite(ctx, "eve")
	must(t, err)
	_, err = u.SignIn(ctx, "eve", sentence)
	must(t, err)
	u.whole()
}

func TestSuspension(t *testing.T) {
	ctx, u := t.Context(), newUnit(t, dbtest.Open(t))
	eve, link, err := u.Invite(ctx, u.scope("admin"), iru.Officer{Login: "eve", Name: "Eve", Roles: []iru.Role{iru.Liaison}})
	must(t, err)
	_, err = u.Accept(ctx, link, "", sentence)
	must(t, err)
	_, token, err := u.IssueToken(ctx, eve.Scope(), "script", []string{desk.ScopeRead}, time.Hour)
	must(t, err)
	link, err = u.NewInvite(ctx, "eve")
	must(t, err)
	_, err = u.Suspend(ctx, u.scope("ada"), eve.ID, "x")
	refused(t, "by an analyst", err, iru.Forbidden, "manage units")
	_, err = u.Suspend(ctx, u.scope("admin"), eve.ID, " ")
	refused(t, "without a reason", err, iru.Invalid, "reason is missing")
	_, err = u.Suspend(ctx, u.scope("admin"), u.people["admin"].ID, "x")
	refused(t, "oneself", err, iru.Forbidden, "themselves")
	_, err = u.Suspend(ctx, u.scope("admin"), eve.ID, "left the unit")
	must(t, err)
	_, err = u.Suspend(ctx, u.scope("admin"), eve.ID, "left the unit")
	refused(t, "twice", err, iru.Conflict, "cannot suspend")
	_, err = u.SignIn(ctx, "eve", sentence)
	refused(t, "signs in", err, iru.Forbidden, "wrong")
	_, _, err = u.ByToken(ctx, token)
	refused(t, "by a token", err, iru.Forbidden, "unknown, expired or revoked")
	_, err = u.Accept(ctx, link, "", sentence)
	refused(t, "by an old link", err, iru.Forbidden, "suspended")
	_, err = u.NewInvite(ctx, "eve")
	refused(t, "by a new link", err, iru.Conflict, "suspended")
	_, err = u.Restore(ctx, u.scope("admin"), eve.ID, "back")
	must(t, err)
	_, err = u.SignIn(ctx, "eve", sentence)
	must(t, err)
	u.whole()
}

func TestTokens(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, u := t.Context(), newUnit(t, d)
		issue := func(s iru.Scope, name string, scopes []string, good time.Duration) error {
			_, _, err := u.IssueToken(ctx, s, name, scopes, good)
			return err
		}
		read := []string{desk.ScopeRead}
		refused(t, "nobody", issue(iru.Scope{}, "x", read, time.Hour), iru.Forbidden, "signed in")
		refused(t, "the program", issue(iru.Program(), "x", read, time.Hour), iru.Forbidden, "signed in")
		byToken := u.scope("ada")
		byToken.Token = 5
		refused(t, "a token", issue(byToken, "x", read, time.Hour), iru.Forbidden, "person who is signed in")
		refused(t, "an unknown scope", issue(u.scope("ada"), "x", []string{"all"}, time.Hour), iru.Invalid, "no scope all")
		refused(t, "no scope", issue(u.scope("ada"), "x", nil, time.Hour), iru.Invalid, "at least one scope")
		refused(t, "no name", issue(u.scope("ada"), "", read, time.Hour), iru.Invalid, "a token needs a name")
		refused(t, "no end", issue(u.scope("ada"), "x", read, 367*24*time.Hour), iru.Invalid, "within a year")
		refused(t, "ended before", issue(u.scope("ada"), "x", read, 0), iru.Invalid, "within a year")
		k, text, err := u.IssueToken(ctx, u.scope("ada"), "script", read, time.Hour)
		must(t, err)
		if k.Digest == text || len(text) != 64 {
			t.Errorf("%+v", k)
		}
		o, got, err := u.ByToken(ctx, text)
		if err != nil || o.Login != "ada" || got.ID != k.ID || strings.Join(got.Scopes, "") != desk.ScopeRead {
			t.Errorf("%+v, %+v, %v", o, got, err)
		}
		for _, wrong := range []string{"", "x", k.Digest, text[:63]} {
			_, _, err := u.ByToken(ctx, wrong)
			refused(t, wrong, err, iru.Forbidden, "unknown, expired or revoked")
		}
		u.later(time.Hour)
		_, _, err = u.ByToken(ctx, text)
		refused(t, "expired", err, iru.Forbidden, "unknown, expired or revoked")
		k, text, err = u.IssueToken(ctx, u.scope("ada"), "second", read, time.Hour)
		must(t, err)
		refused(t, "revoked by a colleague", u.RevokeToken(ctx, u.scope("ben"), k.ID), iru.Conflict, "")
		if _, _, err := u.ByToken(ctx, text); err != nil {
			t.Errorf("a colleague revoked it: %v", err)
		}
		must(t, u.RevokeToken(ctx, u.scope("ada"), k.ID))
		_, _, err = u.ByToken(ctx, text)
		refused(t, "revoked", err, iru.Forbidden, "unknown, expired or revoked")
		refused(t, "revoked twice", u.RevokeToken(ctx, u.scope("ada"), k.ID), iru.Conflict, "")
		u.whole()
	})
}

func TestUnits(t *testing.T) {
	ctx, u := t.Context(), newUnit(t, dbtest.Open(t))
	_, err := u.AddUnit(ctx, u.scope("ada"), iru.Unit{Name: "B", Country: "XB"})
	refused(t, "an analyst", err, iru.Forbidden, "manage units")
	_, err = u.AddUnit(ctx, u.scope("admin"), iru.Unit{Name: " ", Country: "XB"})
	refused(t, "no name", err, iru.Invalid, "a name and a country")
	_, err = u.AddUnit(ctx, u.scope("admin"), iru.Unit{Name: "B", Country: "XB", Kind: "empire"})
	refused(t, "an unknown kind", err, iru.Invalid, "no kind of unit")
	_, err = u.AddUnit(ctx, u.scope("admin"), iru.Unit{Name: "Unit A", Country: "XB"})
	refused(t, "the same name", err, iru.Conflict, "")
}

// Nobody administers another unit's officers: who could would sign for everybody.
func TestAdministratorsKeepToTheirUnit(t *testing.T) {
	ctx, u := t.Context(), newUnit(t, dbtest.Open(t))
	b := u.second()
	u.join("boss", b.ID, iru.Administrator)
	_, err := u.AddUnit(ctx, u.scope("boss"), iru.Unit{Name: "Unit D", Country: "XD"})
	refused(t, "a unit by a guest", err, iru.Forbidden, "runs this installation")
	invite := func(who string, in iru.UnitID, roles ...iru.Role) error {
		_, _, err := u.Invite(ctx, u.scope(who), iru.Officer{Unit: in, Login: "eve", Name: "Eve", Roles: roles})
		return err
	}
	refused(t, "into our unit", invite("boss", u.people["ada"].Unit, iru.Reviewer, iru.Signer), iru.Forbidden, "own unit only")
	refused(t, "into a unit that has officers", invite("admin", b.ID, iru.Administrator), iru.Forbidden, "first administrator")
	c, err := u.AddUnit(ctx, u.scope("admin"), iru.Unit{Name: "Unit C", Country: "XC"})
	must(t, err)
	refused(t, "a signing officer into a new unit", invite("admin", c.ID, iru.Signer), iru.Forbidden, "first administrator")
	must(t, invite("admin", c.ID, iru.Administrator))
	for _, who := range []string{"ada", "sig"} {
		_, err := u.Suspend(ctx, u.scope("boss"), u.people[who].ID, "x")
		refused(t, "suspend "+who, err, iru.Forbidden, "another unit")
	}
	_, err = u.Suspend(ctx, u.scope("boss"), u.people["bo"].ID, "leave")
	must(t, err)
}
