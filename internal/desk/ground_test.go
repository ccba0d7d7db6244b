// SPDX-License-Identifier: EUPL-1.2

package desk_test

import (
	"strings"
	"testing"

	"iolaus/internal/db"
	"iolaus/internal/db/dbtest"
	"iolaus/internal/desk"
	"iolaus/internal/desk/desktest"
	"iolaus/internal/iru"
	"iolaus/internal/legal"
)

// A binding act needs every part of the assessment; a referral does not. What was left open can be filled in once.
func TestBindingActNeedsEveryPart(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, u := t.Context(), newUnit(t, d)
		a, i, host := u.watched(ctx)
		f := finding(i, iru.PurposeProceed)
		f.Grounds = iru.Grounds{Passages: []iru.Passage{
			{Text: "خط الثلج", Lang: "ar", Limbs: []string{"c"}, Translation: "snow line", Into: "en", Translator: "opus", Engine: true},
			{From: 61_000, To: 75_500, Limbs: []string{"a"}}}}
		f.Passage, f.Limbs = "", []string{"a", "c"}
		got, err := u.Assess(ctx, u.scope("ada"), f)
		must(t, err)
		_, err = u.Draft(ctx, u.scope("ada"), order(a, i, host))
		refused(t, "an order on an assessment that is open", err, iru.Conflict, "attribution, listing, collateral, least intrusive measure")
		r := order(a, i, host)
		r.Instrument = legal.Referral
		n, err := u.Draft(ctx, u.scope("ada"), r)
		must(t, err)
		for _, says := range []string{"Article 2(7)(a)", "Passage 1, which meets (c): “خط الثلج”. In en: “snow line” (opus, a machine translation, unverified)",
			"Passage 2, which meets (a): 0:01:01 to 0:01:15.500"} {
			if !strings.Contains(n.Reasons, says) {
				t.Errorf("the reasons do not say %q: %s", says, n.Reasons)
			}
		}
		whole := desktest.Whole()
		part := whole
		part.Measure = nil
		_, err = u.Complete(ctx, u.scope("sig"), got.ID, part)
		refused(t, "a signing officer completes", err, iru.Forbidden, "assess content")
		_, err = u.Complete(ctx, u.scope("ben"), got.ID, iru.Grounds{})
		refused(t, "nothing", err, iru.Invalid, "nothing was filled in")
		_, err = u.Complete(ctx, u.scope("ben"), got.ID, part)
		must(t, err)
		_, err = u.Complete(ctx, u.scope("ben"), got.ID, part)
		refused(t, "twice", err, iru.Conflict, "attribution was given already")
		_, err = u.Draft(ctx, u.scope("ada"), order(a, i, host))
		refused(t, "an order without the measure", err, iru.Conflict, "leaves open: least intrusive measure")
		_, err = u.Complete(ctx, u.scope("ben"), got.ID, iru.Grounds{Measure: whole.Measure})
		must(t, err)
		n, err = u.Draft(ctx, u.scope("ada"), order(a, i, host))
		must(t, err)
		if !strings.Contains(n.Reasons, "graded X4") || !strings.Contains(n.Reasons, "none found") || strings.Contains(n.Reasons, "nothing else is known") {
			t.Errorf("reasons: %s", n.Reasons)
		}
		u.whole()
	})
}

// Limbs and passages must answer each other, and each part that is given must be whole.
func TestPartsAreWhole(t *testing.T) {
	u := newUnit(t, dbtest.Open(t))
	ctx := t.Context()
	_, i, _ := u.watched(ctx)
	for says, f := range map[string]func(*iru.Assessment){
		"no passage meets limb a": func(a *iru.Assessment) {
			a.Limbs, a.Grounds.Passages = []string{"a", "c"}, []iru.Passage{{Text: "x", Limbs: []string{"c"}}}
		},
		"not among the grounds": func(a *iru.Assessment) { a.Grounds.Passages = []iru.Passage{{Text: "x", Limbs: []string{"c", "d"}}} },
		"does not end after it begins": func(a *iru.Assessment) {
			a.Grounds.Passages = []iru.Passage{{From: 5, To: 5, Limbs: []string{"c"}}}
		},
		"neither words nor a time range": func(a *iru.Assessment) { a.Grounds.Passages = []iru.Passage{{Limbs: []string{"c"}}} },
		"its language or its translator": func(a *iru.Assessment) {
			a.Grounds.Passages = []iru.Passage{{Text: "x", Translation: "y", Limbs: []string{"c"}}}
		},
		"there is no grade A5":        func(a *iru.Assessment) { a.Grounds.Attribution.Grade = iru.Rating{Source: "A", Information: "5"} },
		"attribution lacks":           func(a *iru.Assessment) { a.Grounds.Attribution.Why = " " },
		"listing was looked up":       func(a *iru.Assessment) { a.Grounds.Listing.Checked = "yesterday" },
		"listing says nothing":        func(a *iru.Assessment) { a.Grounds.Listing.Words = "" },
		"listing lacks the list":      func(a *iru.Assessment) { a.Grounds.Listing.Found = []iru.Listed{{List: "the Union's", Name: "x"}} },
		"collateral is not":           func(a *iru.Assessment) { a.Grounds.Collateral.Mail = "perhaps" },
		"a lesser measure lacks":      func(a *iru.Assessment) { a.Grounds.Measure.Weighed[0].Why = "" },
		"editorial responsibility is": func(a *iru.Assessment) { a.Grounds.Press = &iru.Press{Responsible: "a person"} },
	} {
		bad := finding(i, iru.PurposeProceed)
		f(&bad)
		_, err := u.Assess(ctx, u.scope("ada"), bad)
		refused(t, says, err, iru.Invalid, says)
	}
}

// Two accounts of one person are one person in every rule that wants two.
func TestTwoAccountsAreOnePerson(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, u := t.Context(), newUnit(t, d)
		one := u.people["ada"].Unit
		u.join("lena2", one, iru.Signer, iru.Analyst, iru.Reviewer) // a second account of lena
		_, err := u.Identify(ctx, u.scope("ada"), u.people["lena2"].ID, "https://idp.test/|lena", "badge")
		refused(t, "an analyst identifies", err, iru.Forbidden, "manage units")
		_, err = u.Identify(ctx, u.scope("admin"), u.people["lena2"].ID, "https://idp.test/|lena", " ")
		refused(t, "without a reason", err, iru.Invalid, "reason")
		identify := func(login, subject string) {
			t.Helper()
			_, err := u.Identify(ctx, u.scope("admin"), u.people[login].ID, subject, "badge")
			must(t, err)
		}
		identify("lena2", "https://idp.test/|lena")
		a, i, host := u.watched(ctx)
		_, err = u.Assess(ctx, u.scope("ada"), finding(i, iru.PurposeProceed))
		must(t, err)
		_, err = u.Confirm(ctx, u.scope("ben"), host.ID, "called")
		must(t, err)
		draft := func() iru.Notice {
			n, err := u.Draft(ctx, u.scope("ada"), order(a, i, host))
			must(t, err)
			n, err = u.Submit(ctx, u.scope("ada"), n.ID)
			must(t, err)
			n, err = u.Approve(ctx, u.scope("lena"), n.ID)
			must(t, err)
			return n
		}
		// Known only after both approvals: it does not leave.
		late := draft()
		late, err = u.Approve(ctx, u.scope("lena2"), late.ID)
		must(t, err)
		identify("lena", "https://idp.test/|lena")
		_, err = u.Seal(ctx, "test")
		must(t, err)
		_, err = u.Dispatch(ctx, late.ID)
		refused(t, "an order that one person approved twice", err, iru.Forbidden, "one person's")
		// Known before: it is not approved.
		n := draft()
		_, err = u.Approve(ctx, u.scope("lena2"), n.ID)
		refused(t, "the second approval by the same person", err, iru.Forbidden, "one person's")
		_, err = u.Approve(ctx, u.scope("sig"), n.ID)
		must(t, err)
		// The drafter's other account does not sign.
		identify("sig", "https://idp.test/|ada")
		identify("ada", "https://idp.test/|ada")
		n = draft()
		_, err = u.Approve(ctx, u.scope("sig"), n.ID)
		refused(t, "the drafter's other account", err, iru.Forbidden, "one person's")
		// Second opinion, asked for and on doubt; reopening.
		two := u.page(a, i, "/two", "11")
		must(t, u.AskSecond(ctx, u.scope("lena2"), two.ID, ""))
		_, err = u.Assess(ctx, u.scope("lena"), finding(two, iru.PurposeProceed))
		refused(t, "who asked, by the other account", err, iru.Forbidden, "one person's")
		three := u.page(a, i, "/three", "22")
		_, err = u.Assess(ctx, u.scope("lena2"), finding(three, iru.PurposeDoubt))
		must(t, err)
		_, err = u.Assess(ctx, u.scope("lena"), finding(three, iru.PurposeProceed))
		refused(t, "the second opinion by the other account", err, iru.Forbidden, "one person's")
		four := u.page(a, i, "/four", "33")
		_, err = u.Assess(ctx, u.scope("lena2"), finding(four, iru.PurposeProceed))
		must(t, err)
		refused(t, "reopened by the other account", u.Reopen(ctx, u.scope("lena"), four.ID, "wrong"), iru.Forbidden, "one person's")
		// Erasure.
		u.whole()
		_, err = u.Erase(ctx, u.scope("lena"), four.Exhibit, "rule 7")
		must(t, err)
		u.whole()
		_, err = u.Erase(ctx, u.scope("lena2"), four.Exhibit, "rule 7")
		refused(t, "erased by the other account", err, iru.Forbidden, "one person's")
		u.whole()
	})
}

// One person does not answer GO for two units.
func TestOnePersonAnswersForOneUnit(t *testing.T) {
	u := newUnit(t, dbtest.Open(t))
	ctx := t.Context()
	b := u.second()
	u.join("lio", u.people["ada"].Unit, iru.Liaison)
	a, i, host := u.referred()
	o, err := u.PlanOperation(ctx, u.scope("dora"), "Snow", nil, []iru.UnitID{b.ID}, 0, "")
	must(t, err)
	r := order(a, i, host)
	r.Operation = o.ID
	_, err = u.Draft(ctx, u.scope("dora"), r)
	must(t, err)
	_, err = u.OpenPoll(ctx, u.scope("dora"), o.ID)
	must(t, err)
	must(t, u.DB.Tx(ctx, func(x *db.Tx) error {
		for _, login := range []string{"lio", "brit"} {
			p, err := x.Officer(ctx, u.people[login].ID)
			if err != nil {
				return err
			}
			p.Subject = "person 7"
			if err := x.UpdateOfficer(ctx, p, p.State); err != nil {
				return err
			}
		}
		return nil
	}))
	_, err = u.Poll(ctx, u.scope("lio"), o.ID, iru.PollGo, "")
	must(t, err)
	_, err = u.Poll(ctx, u.scope("brit"), o.ID, iru.PollGo, "")
	refused(t, "GO for two units", err, iru.Forbidden, "one person's")
	_, err = u.Poll(ctx, u.scope("brit"), o.ID, iru.PollNoGo, "not ready")
	must(t, err)
}

// A registrar gets no order, a unit without competence issues none, and nothing leaves that was changed since it was read.
func TestMisuseOfApproval(t *testing.T) {
	u := newUnit(t, dbtest.Open(t))
	ctx := t.Context()
	a, i, host := u.referred()
	registrar := view(u, func(x *db.Tx) (iru.Provider, error) {
		return x.ProviderByName(ctx, a.Unit, "Alder Names", legal.Registrar)
	})
	r := order(a, i, registrar)
	r.Layer = legal.Registrar
	_, err := u.Draft(ctx, u.scope("ada"), r)
	refused(t, "an order to a registrar", err, iru.Forbidden, "possible instead")
	n, err := u.Draft(ctx, u.scope("ada"), order(a, i, host))
	must(t, err)
	n, err = u.Submit(ctx, u.scope("ada"), n.ID)
	must(t, err)
	seen, err := desk.ActDigest(n)
	must(t, err)
	n, err = u.Return(ctx, u.scope("lena"), n.ID, "once more")
	must(t, err)
	_, err = u.Edit(ctx, u.scope("ada"), n.ID, "other words", "en")
	must(t, err)
	_, err = u.Submit(ctx, u.scope("ada"), n.ID)
	must(t, err)
	_, err = u.Desk.Approve(ctx, u.scope("lena"), n.ID, seen)
	refused(t, "the approval of what changed since it was read", err, iru.Conflict, "changed while you looked")
	_, err = u.Approve(ctx, u.scope("lena"), n.ID)
	must(t, err)
	_, err = u.Approve(ctx, u.scope("lena"), n.ID)
	refused(t, "the second approver equal to the first", err, iru.Forbidden, "approved this act already")
	_, err = u.Approve(ctx, u.scope("sig"), n.ID)
	must(t, err)
	_, err = u.Dispatch(ctx, n.ID)
	refused(t, "before its checkpoint", err, iru.Unavailable, "checkpoint")
	must(t, u.DB.Tx(ctx, func(x *db.Tx) error {
		_, err := x.Exec(ctx, "UPDATE unit SET kind=$1", legal.Unit)
		return err
	}))
	_, err = u.Draft(ctx, u.scope("ada"), order(a, i, host))
	refused(t, "a unit without competence", err, iru.Forbidden, "designated")
}
