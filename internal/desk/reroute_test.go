// SPDX-License-Identifier: EUPL-1.2

package desk_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"iolaus/internal/db/dbtest"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/legal"
)

// TestMovedBetweenApprovalAndSending: an act whose address went to another host does not leave, says why, and is taken over by one on
// the new host, with approvals of its own.
func TestMovedBetweenApprovalAndSending(t *testing.T) {
	u := newUnit(t, dbtest.Open(t))
	a, i, host := u.referred()
	ctx := t.Context()
	n := u.approved(order(a, i, host))
	_, err := u.Reroute(ctx, u.scope("ada"), n.ID, host.ID, "")
	refused(t, "nothing moved", err, iru.Conflict, "still carries")
	must(t, u.RecordCarriers(ctx, a.ID, []desk.Carriage{{Name: "Fernrack", Site: "fernrack.test", Layer: legal.Host, Channel: iru.ByMail, Address: "abuse@fernrack.test", Source: "RDAP"}}))
	_, err = u.Dispatch(ctx, n.ID)
	refused(t, "the address moved", err, iru.Conflict, "no longer carries")
	if !strings.Contains(err.Error(), "Fernrack (web host)") {
		t.Errorf("it is not said who carries it now: %v", err)
	}
	if !slices.ContainsFunc(u.events("notice", int64(n.ID)), func(e iru.Event) bool {
		return e.Verb == "moved" && strings.Contains(e.Note, "Fernrack")
	}) {
		t.Error("the log does not say that it moved")
	}
	options, err := u.Options(ctx, u.scope("ada"), a.ID)
	must(t, err)
	var to iru.ProviderID
	for _, o := range options {
		if o.Provider.Name == "Fernrack" {
			to = o.Provider.ID
		}
	}
	next, err := u.Reroute(ctx, u.scope("ada"), n.ID, to, "")
	must(t, err)
	if next.Provider != to || next.State != iru.NoticeDraft || len(next.Approvals) != 0 || next.Reasons != n.Reasons || next.Key == n.Key {
		t.Errorf("the new act: %+v", next)
	}
	if got := u.notice(n.ID); got.State != iru.NoticeWithdrawn {
		t.Errorf("the old act is %s", got.State)
	}
}

// TestGateHoldsUntilDispatch: a fact that an officer records after the approval counts. Unknown fails closed.
func TestGateHoldsUntilDispatch(t *testing.T) {
	for _, c := range []struct {
		kind, value string
		of          bool // the provider's part
		stops       bool
		says        string
	}{
		{iru.FactAudience, string(legal.ClosedGroup), false, true, "must admit"},
		{iru.FactAudience, string(legal.Private), false, true, "between a few"},
		{iru.FactAudience, string(legal.AutoRegistration), false, false, ""},
		{iru.FactMail, "yes", false, true, "private message"},
		{iru.FactMail, "no", false, false, ""},
		{iru.FactServesOthers, "yes", true, true, "serves others"},
		{iru.FactServesOthers, "no", true, false, ""},
	} {
		t.Run(c.kind+" "+c.value, func(t *testing.T) {
			u := newUnit(t, dbtest.Open(t))
			a, i, host := u.referred()
			ctx := t.Context()
			n := u.approved(order(a, i, host))
			f := iru.Circumstance{Asset: a.ID, Kind: c.kind, Value: c.value, Source: "capture of today"}
			if c.of {
				_, err := u.RecordCircumstance(ctx, u.scope("ada"), f)
				refused(t, "of nobody", err, iru.Invalid, "which provider")
				f.Provider = host.ID
			}
			_, err := u.RecordCircumstance(ctx, u.scope("ada"), f)
			must(t, err)
			_, err = u.Dispatch(ctx, n.ID)
			if !c.stops {
				must(t, err)
				return
			}
			refused(t, "an order", err, iru.Conflict, c.says)
			_, err = u.Draft(ctx, u.scope("ada"), order(a, i, host))
			refused(t, "another order", err, iru.Forbidden, c.says)
		})
	}
}

func TestCircumstanceNeedsSource(t *testing.T) {
	u := newUnit(t, dbtest.Open(t))
	a, _, host := u.referred()
	ctx := t.Context()
	for name, f := range map[string]iru.Circumstance{
		"no source":        {Kind: iru.FactMail, Value: "yes"},
		"no such fact":     {Kind: "mood", Value: "yes", Source: "s"},
		"no such value":    {Kind: iru.FactAudience, Value: "everybody", Source: "s"},
		"not its provider": {Kind: iru.FactHosts, Value: "yes", Source: "s", Provider: host.ID + 99},
	} {
		f.Asset = a.ID
		if _, err := u.RecordCircumstance(ctx, u.scope("ada"), f); err == nil {
			t.Errorf("%s was taken in", name)
		}
	}
	_, err := u.RecordCircumstance(ctx, u.scope("sig"), iru.Circumstance{Asset: a.ID, Kind: iru.FactMail, Value: "yes", Source: "s"})
	refused(t, "a signer", err, iru.Forbidden, "")
}

// TestOptionsExplain: each option says how well its contact is known and what nobody recorded.
func TestOptionsExplain(t *testing.T) {
	u := newUnit(t, dbtest.Open(t))
	a, _, host := u.watched(t.Context())
	ctx := t.Context()
	host0 := func() desk.Option {
		t.Helper()
		os, err := u.Options(ctx, u.scope("ada"), a.ID)
		must(t, err)
		for _, o := range os {
			if o.Provider.ID == host.ID {
				return o
			}
		}
		t.Fatal("the host is missing")
		return desk.Option{}
	}
	o := host0()
	if o.Confidence.Grade != iru.GradePublished || !strings.HasSuffix(o.Confidence.Why, ".") || !slices.Contains(o.Unrecorded, iru.FactAudience) || !slices.Contains(o.Unrecorded, iru.FactServesOthers) {
		t.Errorf("%+v, %v", o.Confidence, o.Unrecorded)
	}
	_, err := u.Confirm(ctx, u.scope("ben"), host.ID, "called")
	must(t, err)
	if o = host0(); o.Confidence.Grade != iru.GradeConfirmed {
		t.Errorf("%+v", o.Confidence)
	}
	u.now = u.now.Add(iru.ContactStale + time.Second)
	if o = host0(); o.Confidence.Grade != iru.GradeAged {
		t.Errorf("%+v", o.Confidence)
	}
	for _, name := range []legal.IssuerKind{legal.Europol, legal.Unit} {
		os, err := u.OptionsFor(ctx, u.scope("ada"), a.ID, name)
		must(t, err)
		for _, r := range os[0].Rulings {
			if r.Instrument == legal.RemovalOrder && r.Allowed {
				t.Errorf("%s may order", name)
			}
		}
	}
}
