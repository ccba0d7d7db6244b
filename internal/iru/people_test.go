// SPDX-License-Identifier: EUPL-1.2

package iru_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"iolaus/internal/iru"
)

// Every power, by every role alone: allowed to exactly those that the table names, and the refusal names them.
func TestPowers(t *testing.T) {
	for p, roles := range iru.Powers() {
		for _, r := range iru.Roles {
			err := iru.Officer{ID: 1, Unit: 1, Roles: []iru.Role{r}}.Scope().May(p)
			allowed := false
			for _, x := range roles {
				allowed = allowed || x == r
			}
			if (err == nil) != allowed {
				t.Errorf("%s may %s: %v", r, p, err)
			}
			if err != nil && (!errors.Is(err, iru.Forbidden) || !strings.Contains(err.Error(), string(roles[0]))) {
				t.Errorf("%s may not %s: %v", r, p, err)
			}
		}
		if err := (iru.Scope{Roles: iru.Roles}).May(p); !errors.Is(err, iru.Forbidden) {
			t.Errorf("nobody may %s: %v", p, err)
		}
		if err := iru.Program().May(p); !errors.Is(err, iru.Forbidden) {
			t.Errorf("the program may %s: %v", p, err)
		}
	}
	if err := (iru.Scope{Officer: 1, Roles: iru.Roles}).May("fly"); !errors.Is(err, iru.Forbidden) {
		t.Errorf("an unknown power: %v", err)
	}
	// Who administers decides nothing about content, and the log of consultations is the auditor's alone.
	for _, p := range []iru.Power{iru.ToAssess, iru.ToSign, iru.ToEndorse, iru.ToDraft, iru.ToRelease} {
		if (iru.Scope{Officer: 1, Roles: []iru.Role{iru.Administrator, iru.Auditor}}).May(p) == nil {
			t.Errorf("an administrator may %s", p)
		}
	}
	if len(iru.Powers()[iru.ToAudit]) != 1 {
		t.Error("others than the auditor read the log of consultations")
	}
}

func TestReach(t *testing.T) {
	for name, c := range map[string]struct {
		s    iru.Scope
		want int64
	}{
		"nobody":        {iru.Scope{}, -1},
		"no unit":       {iru.Scope{Officer: 1}, -1},
		"no officer":    {iru.Scope{Unit: 4}, -1},
		"an officer":    {iru.Officer{ID: 1, Unit: 4}.Scope(), 4},
		"the program":   {iru.Program(), 0},
		"all roles, no": {iru.Scope{Roles: iru.Roles}, -1},
	} {
		if got := c.s.Reach(); got != c.want || c.s.IsProgram() != (c.want == 0) {
			t.Errorf("%s reaches %d", name, got)
		}
	}
}

func TestHold(t *testing.T) {
	i, err := iru.Item{State: iru.ItemReady}.Hold(1, noon)
	if err != nil || i.HeldBy != 1 || !i.HeldUntil.Equal(noon.Add(iru.HoldFor)) {
		t.Fatalf("%+v, %v", i, err)
	}
	last := noon.Add(iru.HoldFor - 1)
	if _, err := i.Hold(2, last); !errors.Is(err, iru.Conflict) || !strings.Contains(err.Error(), "12:15:00") {
		t.Errorf("held by two: %v", err)
	}
	for _, verb := range []string{"refer", "dismiss", "defer", "ask_second"} {
		if _, _, err := i.Step(verb, 2, last, ""); !errors.Is(err, iru.Conflict) {
			t.Errorf("%s by somebody else than its holder: %v", verb, err)
		}
	}
	again, err := i.Hold(1, last)
	if err != nil || !again.HeldUntil.Equal(last.Add(iru.HoldFor)) {
		t.Errorf("the holder could not go on: %v", err)
	}
	free, err := i.Hold(2, i.HeldUntil)
	if err != nil || free.HeldBy != 2 {
		t.Errorf("the lock did not free itself: %v", err)
	}
	done, _, err := i.Step("dismiss", 1, noon, "")
	if err != nil || done.HeldBy != 0 || !done.HeldUntil.IsZero() {
		t.Errorf("the finding did not free the lock: %+v, %v", done, err)
	}
}

func TestAttribute(t *testing.T) {
	a := iru.Asset{ID: 1, State: iru.AssetCandidate, Lineage: iru.Lineage{To: 9}}
	if _, _, err := a.Attribute(3, 0, noon, ""); !errors.Is(err, iru.Forbidden) {
		t.Errorf("the program attributed: %v", err)
	}
	if _, _, err := a.Attribute(0, 1, noon, ""); !errors.Is(err, iru.Invalid) {
		t.Errorf("attributed to nothing: %v", err)
	}
	live, e, err := a.Attribute(3, 1, noon, "same key")
	if err != nil || live.Outlet != 3 || live.State != iru.AssetLive || live.Lineage.Judged != 1 || e.Facts["outlet"] != int64(3) {
		t.Errorf("%+v, %+v, %v", live, e, err)
	}
	if _, _, err := live.Attribute(4, 1, noon, ""); !errors.Is(err, iru.Conflict) {
		t.Errorf("attributed twice: %v", err)
	}
}

func TestContact(t *testing.T) {
	var p iru.Provider
	p, e, changed := p.Propose(iru.ByMail, "abuse@a.test", "RDAP", true, noon)
	if !changed || p.Contact != iru.ContactProposed || !p.Guess || e.To != "proposed" {
		t.Fatalf("%+v %+v", p, e)
	}
	if _, _, err := p.Confirm(0, noon, ""); !errors.Is(err, iru.Forbidden) {
		t.Errorf("the program confirmed a contact: %v", err)
	}
	if _, _, err := (iru.Provider{Contact: iru.ContactProposed}).Confirm(1, noon, ""); !errors.Is(err, iru.Invalid) {
		t.Errorf("nothing was confirmed: %v", err)
	}
	p, _, err := p.Confirm(1, noon, "called")
	if err != nil || p.Contact != iru.ContactConfirmed || p.ConfirmedBy != 1 || !p.ConfirmedAt.Equal(noon) {
		t.Fatalf("%+v, %v", p, err)
	}
	if _, _, err := p.Confirm(1, noon, ""); !errors.Is(err, iru.Conflict) {
		t.Errorf("confirmed twice: %v", err)
	}
	if _, _, changed := p.Propose(iru.ByMail, "abuse@a.test", "RDAP", false, noon.Add(time.Hour)); changed {
		t.Error("the same address is a change")
	}
	for _, other := range []iru.Provider{{Channel: iru.ByMail, Address: "abuse@b.test"}, {Channel: iru.ByAPI, Address: "abuse@a.test"}} {
		q, e, changed := p.Propose(other.Channel, other.Address, "RDAP", false, noon)
		if !changed || q.Contact != iru.ContactChanged || e.From != "confirmed" || e.To != "changed" || e.By != 0 {
			t.Errorf("another contact does not stop sending: %+v", q)
		}
		if q, _, _ = q.Propose(iru.ByMail, "third@a.test", "", false, noon); q.Contact != iru.ContactChanged {
			t.Errorf("a third contact: %s", q.Contact)
		}
	}
}
