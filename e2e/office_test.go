// SPDX-License-Identifier: EUPL-1.2

package e2e

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/desk/desktest"
	"iolaus/internal/iru"
	"iolaus/internal/legal"
	"iolaus/internal/sim"
)

// An office is people who decide on the store of an installation while other processes work on it: the verbs of the desk, called
// from the test's own process.
type office struct {
	desktest.Reader
	t      testing.TB
	unit   iru.UnitID
	people map[string]iru.Officer
}

// staff opens an installation's store, makes the first unit if it is empty, and gives it officers.
func staff(t testing.TB, i installation, world sim.World) *office {
	t.Helper()
	d, err := db.Open(t.Context(), i.dsn)
	ok(t, err)
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	rules := desk.DefaultRules
	rules.Platforms = map[string]iru.AssetKind{}
	for _, p := range world.Providers {
		if k, known := platforms[p.Kind]; known {
			rules.Platforms[p.Domain] = k
		}
	}
	o := &office{t: t, people: map[string]iru.Officer{},
		Reader: desktest.Reader{Desk: &desk.Desk{DB: d, Now: func() time.Time { return time.Now().UTC() }, Regime: legal.EU(), Rules: rules}}}
	_, err = o.Begin(t.Context(), iru.Unit{Name: "Unit A", Country: "XA", Kind: legal.CompetentAuthority, Mail: "referrals@unit-a.test"})
	if err != nil && !errors.Is(err, iru.Conflict) {
		t.Fatal(err)
	}
	// Passwords are not used here: that people come in by a one-time link has a test of its own.
	ok(t, d.Tx(t.Context(), func(x *db.Tx) error {
		us, err := x.Units(t.Context())
		if err != nil {
			return err
		}
		o.unit = us[0].ID
		for login, role := range map[string]iru.Role{"ada": iru.Analyst, "lena": iru.Reviewer, "sig": iru.Signer, "lio": iru.Liaison, "dora": iru.Director} {
			p := iru.Officer{Unit: o.unit, Login: login, Name: login, Roles: []iru.Role{role}, State: iru.OfficerActive, Created: time.Now().UTC().Truncate(time.Microsecond)}
			if role == iru.Director {
				p.Roles = append(p.Roles, iru.Analyst)
			}
			if err := x.AddOfficer(t.Context(), &p); err != nil {
				return err
			}
			o.people[login] = p
		}
		return nil
	}))
	o.directory(world)
	return o
}

func (o *office) scope(login string) iru.Scope { return o.people[login].Scope() }

// directory enters the providers that the unit knows: those with an interface, with credentials, and those under whose own name
// their customers publish.
func (o *office) directory(w sim.World) {
	o.t.Helper()
	layers := map[sim.ProviderKind]legal.Layer{sim.Host: legal.Host, sim.CDN: legal.CDN, sim.AppStore: legal.AppStore, sim.AddonStore: legal.AddonStore,
		sim.ListHost: legal.Newsletter, sim.StreamHost: legal.StreamHost, sim.Platform: legal.Platform}
	for _, p := range w.Providers {
		layer, is := layers[p.Kind]
		if !is || (p.Kind == sim.Host && p.Desk.API == "") {
			continue
		}
		e := iru.Provider{Name: p.Name, Site: p.Domain, Layer: layer, Jurisdiction: p.State, Channel: iru.ByMail, Address: p.Desk.Mail, Source: "the unit's own directory"}
		if p.Desk.API != "" {
			e.Channel, e.Address, e.Token = iru.ByAPI, p.Desk.API, p.Desk.Token
		}
		e, err := o.EnterProvider(o.t.Context(), o.scope("lio"), e)
		ok(o.t, err)
		_, err = o.Confirm(o.t.Context(), o.scope("lio"), e.ID, "known from earlier correspondence")
		ok(o.t, err)
	}
}

// read reads from the store.
func (o *office) read(f func(ctx context.Context, t *db.Tx) error) {
	o.t.Helper()
	ok(o.t, o.DB.View(o.t.Context(), func(t *db.Tx) error { return f(o.t.Context(), t) }))
}

// refer is the finding that every bulletin gets: the exercise treats them as if they met the ground.
func refer(i iru.Item) iru.Assessment {
	passage := i.Title
	if passage == "" {
		passage = "0:00 to 0:10"
	}
	lang := i.Lang
	if lang == "" {
		lang = "und"
	}
	return iru.Assessment{Item: i.ID, Finding: iru.FindRefer, Limbs: []string{"c"}, Passage: passage, PassageLang: lang, Purpose: iru.PurposeProceed,
		PurposeReason: "no editorial responsibility, no research, art or debate: looked for and not found", Public: true,
		Reason: "exercise: the bulletin is treated as if it met the ground", Grounds: desktest.Whole()}
}

// approve takes a draft through submission and every approval that it needs.
func (o *office) approve(n iru.Notice) (iru.Notice, error) {
	ctx := o.t.Context()
	n, err := o.Submit(ctx, o.scope("dora"), n.ID)
	if err != nil {
		return n, err
	}
	for _, who := range []string{"lena", "sig"} {
		if n, err = o.Approve(ctx, o.scope(who), n.ID); err != nil || n.State == iru.NoticeApproved {
			return n, err
		}
	}
	return n, fmt.Errorf("%s is %s after two approvals", n.Ref, n.State)
}
