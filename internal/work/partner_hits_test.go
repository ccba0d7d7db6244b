// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/iru"
)

// asset puts an address into the unit's own store.
func (h *house) asset(locator string) {
	h.t.Helper()
	must(h.t, h.Desk.DB.Tx(h.t.Context(), func(x *db.Tx) error {
		return x.AddAsset(h.t.Context(), &iru.Asset{Unit: h.unit.ID, Kind: iru.Site, Locator: locator, State: iru.AssetLive, Presence: iru.Presence{State: iru.PresenceUp}, Created: h.Desk.Now()})
	}))
}

// Whoever asks learns hit or no hit and a contact; who is asked learns neither address nor answer. Both logs have it, and many questions are noticed.
func TestHits(t *testing.T) {
	p, ctx := newPair(t), t.Context()
	if _, err := p.lead.Desk.Inquire(ctx, p.lead.ann, p.m, "before we act", []string{"https://fog.test/"}); !errors.Is(err, iru.Conflict) {
		t.Errorf("asked before the partner said that it can be asked: %v", err)
	}
	p.member.asset("https://fog.test/")
	must(t, p.member.Desk.PublishSets(ctx))
	exchange(t, p.member)
	q, err := p.lead.Desk.Inquire(ctx, p.lead.ann, p.m, "before we  act", []string{" hxxps://fog[.]test/ ", "https://snow.test/", "", "https://fog.test/"})
	must(t, err)
	exchange(t, p.lead, p.member)
	got := view(p.lead, func(x *db.Tx) (iru.Inquiry, error) { return x.Inquiry(ctx, p.lead.ann, q.ID) })
	if got.State != iru.InquiryAnswered || !slices.Equal(got.Hits, []string{"https://fog.test/"}) || got.Contact != p.member.Speech.Contact || got.Count != 2 || got.Blinding != "" {
		t.Errorf("the answer: %+v %q", got, p.lead.parked(p.m))
	}
	theirs := view(p.member, func(x *db.Tx) ([]iru.Inquiry, error) { return x.Inquiries(ctx, p.member.ann, p.l, 9) })
	if len(theirs) != 1 || theirs[0].State != iru.InquiryAnswered || theirs[0].Purpose != "before we act" || theirs[0].Count != 2 || len(theirs[0].Addresses)+len(theirs[0].Hits) != 0 {
		t.Errorf("what the asked keeps: %+v", theirs)
	}
	for _, i := range view(p.member, func(x *db.Tx) ([]iru.Incoming, error) { return x.Incomings(ctx, p.member.ann, p.l, 0, 99) }) {
		if strings.Contains(i.Body, "fog") || strings.Contains(i.Body, "snow") {
			t.Errorf("the asked sees an address: %s", i.Body)
		}
	}
	if v := p.lead.verbs("inquiry", int64(q.ID)); !slices.Equal(v, []string{"ask", "answer"}) {
		t.Errorf("the asker's log: %v", v)
	}
	if v := p.member.verbs("inquiry", int64(theirs[0].ID)); !slices.Equal(v, []string{"asked", "answer"}) {
		t.Errorf("the log of who was asked: %v", v)
	}
	for what, try := range map[string]struct {
		purpose string
		n       int
	}{"no purpose": {" ", 1}, "none": {"why", 0}, "too many": {"why", iru.MaxInquiry + 1}} {
		if _, err := p.lead.Desk.Inquire(ctx, p.lead.ann, p.m, try.purpose, manyAddresses(try.n, "x")); err == nil {
			t.Errorf("%s: was asked", what)
		}
	}
	// Enumeration: our own desk stops at the quota; a program that lies about it is stopped by the other side, and people are told.
	p.member.Desk.Hits.Quota = 12
	for n := range 2 {
		q, err = p.lead.Desk.Inquire(ctx, p.lead.ann, p.m, "looking around", manyAddresses(8, string(rune('a'+n))))
		must(t, err)
		exchange(t, p.lead, p.member)
	}
	if got = view(p.lead, func(x *db.Tx) (iru.Inquiry, error) { return x.Inquiry(ctx, p.lead.ann, q.ID) }); got.State != iru.InquiryRefused || got.Why == "" {
		t.Errorf("beyond the quota: %+v", got)
	}
	if l := p.member.line(p.l); !strings.Contains(l.Alarm, "18 addresses") {
		t.Errorf("nobody is told of many questions: %q", l.Alarm)
	}
	p.lead.Desk.Hits.Quota = 20
	if _, err := p.lead.Desk.Inquire(ctx, p.lead.ann, p.m, "once more", manyAddresses(8, "z")); !errors.Is(err, iru.Forbidden) {
		t.Errorf("beyond our own quota: %v", err)
	}
	// A new set with a new key comes only when something changed.
	must(t, p.member.Desk.PublishSets(ctx))
	p.member.offset.Store(int64(25 * time.Hour))
	must(t, p.member.Desk.PublishSets(ctx))
	if n := p.member.backlog(p.l).Messages; n != 0 {
		t.Errorf("%d messages though nothing changed", n)
	}
	p.member.asset("https://rain.test/")
	p.member.offset.Store(int64(50 * time.Hour))
	must(t, p.member.Desk.PublishSets(ctx))
	if n := p.member.backlog(p.l).Messages; n != 1 {
		t.Errorf("%d messages after an address came", n)
	}
}

func manyAddresses(n int, word string) (out []string) {
	for i := range n {
		out = append(out, "https://"+word+strings.Repeat("o", i+1)+".test/")
	}
	return out
}

// Each side signs the other's checkpoints as long as they extend what it saw; what does not is an alarm on both.
func TestWitness(t *testing.T) {
	p, ctx := newPair(t), t.Context()
	seal := func(h *house) {
		t.Helper()
		for range 5 {
			_, err := h.Desk.Seal(ctx, h.name)
			must(t, err)
		}
	}
	days := 0
	next := func() {
		t.Helper()
		days++
		for _, h := range []*house{p.lead, p.member} {
			h.offset.Store(int64(days) * int64(25*time.Hour))
			seal(h)
			must(t, h.Desk.SendCheckpoints(ctx))
		}
		exchange(t, p.lead, p.member)
	}
	next()
	next()
	for _, h := range []struct {
		*house
		of iru.PartnerID
	}{{p.lead, p.m}, {p.member, p.l}} {
		ws := view(h.house, func(x *db.Tx) ([]iru.Witness, error) { return x.Witnesses(ctx, h.ann, 99) })
		if len(ws) != 4 || slices.ContainsFunc(ws, func(w iru.Witness) bool { return w.Objection != "" || w.Signed == "" }) {
			t.Errorf("%s: %+v %q", h.name, ws, h.parked(h.of))
		}
		if l := h.line(h.of); l.Alarm != "" {
			t.Errorf("%s: %s", h.name, l.Alarm)
		}
	}
	// The member's log is written anew under the same key: shorter, and with other events.
	must(t, p.member.Desk.DB.Tx(ctx, func(x *db.Tx) error {
		for _, q := range []string{"DELETE FROM checkpoint", "DELETE FROM log_hash", "UPDATE event SET idx=-1", "DELETE FROM event WHERE id<5"} {
			if _, err := x.Exec(ctx, q); err != nil {
				return err
			}
		}
		return nil
	}))
	next()
	if l := p.lead.line(p.m); !strings.Contains(l.Alarm, "its ledger") {
		t.Errorf("the lead does not notice: %q", l.Alarm)
	}
	if l := p.member.line(p.l); !strings.Contains(l.Alarm, "does not cosign") {
		t.Errorf("the member is not told: %q", l.Alarm)
	}
	if v := p.lead.verbs("partner", int64(p.m)); !slices.Contains(v, "inconsistent") {
		t.Errorf("the lead's log: %v", v)
	}
}
