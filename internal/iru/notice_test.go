// SPDX-License-Identifier: EUPL-1.2

package iru_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"iolaus/internal/iru"
	"iolaus/internal/legal"
)

// The people of the walks: some with one role, some with several, one of another unit, one suspended.
func staff() []iru.Officer {
	var all []iru.Officer
	for i, roles := range [][]iru.Role{{iru.Analyst}, {iru.Reviewer}, {iru.Signer}, {iru.Signer, iru.Analyst}, {iru.Signer, iru.Reviewer}, {iru.Director}, {iru.Auditor}, {iru.Administrator}} {
		all = append(all, iru.Officer{ID: iru.OfficerID(i + 1), Unit: 1, Roles: roles, State: iru.OfficerActive})
	}
	return append(all, iru.Officer{ID: 20, Unit: 2, Roles: iru.Roles, State: iru.OfficerActive}, iru.Officer{ID: 21, Unit: 1, Roles: iru.Roles, State: iru.OfficerSuspended},
		iru.Officer{ID: 22, Unit: 1, Roles: iru.Roles, State: iru.OfficerInvited}, iru.Officer{})
}

// TestNoticeByRandomWalk fires verbs and approvals by random officers and the program at an act of any instrument.
func TestNoticeByRandomWalk(t *testing.T) {
	people := staff()
	rapid.Check(t, func(t *rapid.T) {
		n := iru.Notice{ID: 1, Unit: 1, Ref: "X", Instrument: rapid.SampledFrom(legal.Instruments()).Draw(t, "instrument"), State: iru.NoticeDraft,
			Drafted: rapid.SampledFrom(people[:5]).Draw(t, "drafter").ID}
		var verbs []string
		for _, s := range iru.NoticeTable {
			verbs = append(verbs, s.Verb)
		}
		at, text := noon, "as drafted"
		for range rapid.IntRange(1, 40).Draw(t, "steps") {
			at = at.Add(time.Duration(rapid.IntRange(1, 5000).Draw(t, "later")) * time.Second)
			was := n
			var next iru.Notice
			by := rapid.SampledFrom(people).Draw(t, "by")
			var err error
			var e iru.Event
			switch what := rapid.IntRange(0, 9).Draw(t, "what"); {
			case what == 0:
				if n.State == iru.NoticeDraft {
					text = rapid.SampledFrom([]string{"as drafted", "as edited"}).Draw(t, "text")
				}
				continue
			case what < 6:
				next, e, err = n.Approve(by, text, at)
			default:
				next, e, err = n.Step(rapid.SampledFrom(verbs).Draw(t, "verb"), by.ID, at, "note")
			}
			if err != nil {
				if next.State != was.State || len(next.Approvals) != len(was.Approvals) || (!errors.Is(err, iru.Conflict) && !errors.Is(err, iru.Forbidden) && !errors.Is(err, iru.Internal)) {
					t.Fatalf("a refusal changed something or has no kind: %v, %+v", err, next)
				}
				continue
			}
			if e.From != string(was.State) || e.To != string(next.State) {
				t.Fatalf("%s to %s is told as %+v", was.State, next.State, e)
			}
			if was.State == iru.NoticeDraft && by.ID == 0 {
				t.Fatalf("a draft left by itself to %s", next.State)
			}
			if !was.ReceivedAt.IsZero() && !next.ReceivedAt.Equal(was.ReceivedAt) {
				t.Fatalf("the receipt was edited from %v to %v", was.ReceivedAt, next.ReceivedAt)
			}
			if next.State == iru.NoticeReceived && (next.ReceivedAt.IsZero() || next.SentAt.IsZero()) {
				t.Fatalf("received, but when? %+v", next)
			}
			if len(next.Approvals) > len(was.Approvals) && (by.State != iru.OfficerActive || by.Unit != n.Unit) {
				t.Fatalf("%+v approved", by)
			}
			if next.State == iru.NoticeDraft && len(next.Approvals) != 0 {
				t.Fatalf("approvals outlived the return: %+v", next.Approvals)
			}
			if next.State == iru.NoticeApproved {
				soundly(t, next, people, text)
			}
			n = next
		}
	})
}

// soundly is the rule of four eyes, written down a second time.
func soundly(t *rapid.T, n iru.Notice, people []iru.Officer, text string) {
	if err := n.Signed(text); err != nil {
		t.Fatalf("approved, but not signed: %v", err)
	}
	if !n.Instrument.Binding() {
		return
	}
	if len(n.Approvals) != 2 || n.Approvals[0].By == n.Approvals[1].By || n.Approvals[0].Digest != n.Approvals[1].Digest {
		t.Fatalf("a binding act is approved by %+v", n.Approvals)
	}
	last := people[slices.IndexFunc(people, func(o iru.Officer) bool { return o.ID == n.Approvals[1].By })]
	if !slices.Contains(last.Roles, iru.Signer) || last.ID == n.Drafted {
		t.Fatalf("a binding act is signed by %+v, drafted by %d", last, n.Drafted)
	}
}

func TestApprovalRefusals(t *testing.T) {
	active := func(id iru.OfficerID, roles ...iru.Role) iru.Officer {
		return iru.Officer{ID: id, Unit: 1, Roles: roles, State: iru.OfficerActive}
	}
	order := iru.Notice{Unit: 1, Instrument: legal.RemovalOrder, State: iru.NoticeSubmitted, Drafted: 5}
	endorsed := order
	endorsed.State, endorsed.Approvals = iru.NoticeEndorsed, []iru.Approval{{By: 2, Digest: "d"}}
	for name, c := range map[string]struct {
		n    iru.Notice
		by   iru.Officer
		text string
		kind error
		says string
	}{
		"nobody":          {order, iru.Officer{}, "d", iru.Forbidden, "only a person"},
		"suspended":       {order, iru.Officer{ID: 1, Unit: 1, Roles: iru.Roles, State: iru.OfficerSuspended}, "d", iru.Forbidden, "suspended"},
		"another unit":    {order, iru.Officer{ID: 1, Unit: 2, Roles: iru.Roles, State: iru.OfficerActive}, "d", iru.Forbidden, "unit that serves it"},
		"no power":        {order, active(1, iru.Auditor), "d", iru.Forbidden, "your roles do not allow you to approve a notice first"},
		"twice":           {endorsed, active(2, iru.Signer), "d", iru.Forbidden, "approved this act already"},
		"no signer":       {endorsed, active(3, iru.Reviewer), "d", iru.Forbidden, "sign a binding act"},
		"drafter signs":   {endorsed, active(5, iru.Signer), "d", iru.Forbidden, "drafted"},
		"changed since":   {endorsed, active(3, iru.Signer), "other", iru.Conflict, "changed after the first approval"},
		"not submitted":   {iru.Notice{Unit: 1, Instrument: legal.RemovalOrder, State: iru.NoticeDraft}, active(1, iru.Signer), "d", iru.Conflict, "possible now"},
		"drafted, closed": {iru.Notice{Unit: 1, Instrument: legal.Referral, State: iru.NoticeWithdrawn}, active(1, iru.Signer), "d", iru.Conflict, "nothing more"},
	} {
		next, _, err := c.n.Approve(c.by, c.text, noon)
		if !errors.Is(err, c.kind) || !strings.Contains(err.Error(), c.says) || len(next.Approvals) != len(c.n.Approvals) {
			t.Errorf("%s: %v", name, err)
		}
	}
	n, e, err := endorsed.Approve(active(3, iru.Signer), "d", noon)
	if err != nil || n.State != iru.NoticeApproved || len(n.Approvals) != 2 || e.Facts["digest"] != "d" || e.Facts["approval"] != 2 {
		t.Errorf("the second officer's signature: %v, %+v, %+v", err, n, e)
	}
	if len(endorsed.Approvals) != 1 {
		t.Error("the act as it was before was changed")
	}
}

func TestSigned(t *testing.T) {
	two := []iru.Approval{{By: 1, Digest: "d"}, {By: 2, Digest: "d"}}
	for name, c := range map[string]struct {
		i    legal.Instrument
		a    []iru.Approval
		kind error
	}{
		"none":             {legal.Referral, nil, iru.Forbidden},
		"one of two":       {legal.RemovalOrder, two[:1], iru.Forbidden},
		"one officer":      {legal.RemovalOrder, []iru.Approval{two[0], two[0]}, iru.Forbidden},
		"nobody":           {legal.Referral, []iru.Approval{{Digest: "d"}}, iru.Forbidden},
		"of another text":  {legal.RemovalOrder, []iru.Approval{two[0], {By: 2, Digest: "x"}}, iru.Conflict},
		"one is enough":    {legal.Referral, two[:1], nil},
		"two are for this": {legal.RemovalOrder, two, nil},
	} {
		if err := (iru.Notice{Instrument: c.i, Approvals: c.a}).Signed("d"); !errors.Is(err, c.kind) {
			t.Errorf("%s: %v, want %v", name, err, c.kind)
		}
	}
}

func TestReady(t *testing.T) {
	whole := iru.Notice{Locator: "https://a.test/", Instrument: legal.Referral, Reasons: "r", Basis: "b", Lang: "en", Provider: 1}
	if err := whole.Ready(); err != nil {
		t.Fatal(err)
	}
	for name, f := range map[string]func(*iru.Notice){
		"address": func(n *iru.Notice) { n.Locator = "" }, "instrument": func(n *iru.Notice) { n.Instrument = "" }, "statement of reasons": func(n *iru.Notice) { n.Reasons = " \n" },
		"legal basis": func(n *iru.Notice) { n.Basis = "" }, "language": func(n *iru.Notice) { n.Lang = "" }, "addressee": func(n *iru.Notice) { n.Provider = 0 },
	} {
		n := whole
		f(&n)
		if err := n.Ready(); !errors.Is(err, iru.Invalid) || !strings.Contains(err.Error(), name) {
			t.Errorf("without %s: %v", name, err)
		}
	}
}

func TestOpenAndEndsWithRemoval(t *testing.T) {
	open := []iru.NoticeState{iru.NoticeDispatched, iru.NoticeSent, iru.NoticeReceived, iru.NoticeClarifying, iru.NoticeClaimed, iru.NoticeBreached}
	for _, s := range iru.NoticeTable.States() {
		if s.Open() != slices.Contains(open, s) {
			t.Errorf("%s open: %v", s, s.Open())
		}
	}
	for r, want := range map[legal.Request]bool{legal.RemoveContent: true, legal.HoldName: true, legal.Delist: true, legal.Preserve: false, legal.ProduceData: false, legal.RegistrationData: false, legal.AskOrigin: false} {
		if (iru.Notice{Request: r}).EndsWithRemoval() != want {
			t.Errorf("%s is answered by removal: %v", r, !want)
		}
	}
}
