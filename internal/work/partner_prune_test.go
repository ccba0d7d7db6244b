// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/iru"
)

// What arrived long ago is let go of on both sides: its sealed bytes, and what is in old sets. The chain goes on and proves itself, what was signed stays, and a
// partner that went back to before that is told to people.
func TestMessagesArePruned(t *testing.T) {
	p, ctx := newPair(t), t.Context()
	p.together(t, "https://slow-train.test/")
	const month = 31 * 24 * time.Hour
	old := p.member.line(p.l)
	for n := range 3 {
		must(t, p.lead.Desk.SendDuty(ctx, p.lead.ann, p.op.ID, 0, iru.Handling{}, "", fmt.Sprintf("word %d", n)))
	}
	for n := range 7 { // the member's sets, one a day
		p.member.asset(fmt.Sprintf("https://fog-%d.test/", n))
		p.member.offset.Store(int64(n+1) * int64(25*time.Hour))
		must(t, p.member.Desk.PublishSets(ctx))
	}
	for _, h := range []*house{p.lead, p.member} {
		h.offset.Store(0)
	}
	exchange(t, p.lead, p.member)
	if n, err := p.lead.Desk.PruneMessages(ctx); n != 0 || err != nil {
		t.Errorf("%d messages of today were pruned, %v", n, err)
	}
	for _, h := range []*house{p.lead, p.member} {
		h.offset.Store(int64(month))
	}
	must(t, p.lead.Desk.SendDuty(ctx, p.lead.ann, p.op.ID, 0, iru.Handling{}, "", "a month later"))
	outs := func(h *house, by iru.Scope, of iru.PartnerID) []iru.Outgoing {
		return view(h, func(x *db.Tx) ([]iru.Outgoing, error) { return x.Outgoings(ctx, by, of, 0, 99) })
	}
	before, theirs := outs(p.lead, p.lead.ann, p.m), outs(p.member, p.member.ann, p.l)
	n, err := p.lead.Desk.PruneMessages(ctx)
	must(t, err)
	if want := len(before) - 1 + 2; n != want { // all but the one that waits, and two of the seven sets
		t.Errorf("the lead pruned %d messages, not %d", n, want)
	}
	if n, err := p.member.Desk.PruneMessages(ctx); n != len(theirs) || err != nil {
		t.Errorf("the member pruned %d messages, not %d: %v", n, len(theirs), err)
	}
	if n, err := p.lead.Desk.PruneMessages(ctx); n != 0 || err != nil {
		t.Errorf("pruned again: %d, %v", n, err)
	}
	for i, o := range outs(p.lead, p.lead.ann, p.m) {
		was := before[i]
		if o.State == iru.OutgoingDelivered && len(o.Sealed) != 0 || o.Digest != was.Digest || o.Seq != was.Seq || o.Body != was.Body {
			t.Errorf("after pruning: %+v, before: %+v", o, was)
		}
	}
	for _, o := range outs(p.member, p.member.ann, p.l) {
		if len(o.Sealed) != 0 || (o.Body == "") != (o.Kind == iru.SaySet) || o.Digest == "" {
			t.Errorf("the member keeps %+v", o)
		}
	}
	sets, gone := 0, 0
	for _, i := range view(p.lead, func(x *db.Tx) ([]iru.Incoming, error) { return x.Incomings(ctx, p.lead.ann, p.m, 0, 99) }) {
		signed := view(p.lead, func(x *db.Tx) (b []byte, err error) {
			_, b, err = x.IncomingSigned(ctx, p.lead.ann, i.ID)
			return b, err
		})
		if i.Kind == iru.SaySet {
			sets++
		}
		if i.Body == "" {
			gone++
		} else if _, m, err := Prove([]string{p.member.Speech.Card.Text()}, signed); err != nil || string(m.Body) != i.Body {
			t.Errorf("message %d is not proved any more: %v", i.Seq, err)
		}
		if i.Body == "" {
			if _, _, err := Prove([]string{p.member.Speech.Card.Text()}, signed); !errors.Is(err, iru.NotFound) {
				t.Errorf("a set that was let go of: %v", err)
			}
		}
	}
	if sets != 7 || gone != 2 {
		t.Errorf("%d sets, %d of them empty", sets, gone)
	}
	// It goes on, also for processes that begin anew and ask for the mark.
	p.lead.talks, p.member.talks = map[iru.PartnerID]*talk{}, map[iru.PartnerID]*talk{}
	exchange(t, p.lead, p.member)
	if l := p.lead.line(p.m); l.Trouble+l.Failed != "" || p.lead.backlog(p.m).Messages != 0 || p.member.duties(p.own.ID) != 4 {
		t.Errorf("after pruning: %+v", l)
	}
	// The member's store is put back by more than a month.
	p.member.lose(p.l, p.member.line(p.l).Out, old.In)
	p.lead.talks = map[iru.PartnerID]*talk{}
	for range 2 {
		if err := p.lead.say(); !errors.Is(err, errGone) {
			t.Errorf("what it lost was let go of: %v", err)
		}
	}
	told := 0
	for _, v := range p.lead.verbs("partner", int64(p.m)) {
		if v == "trouble" {
			told++
		}
	}
	if l := p.lead.line(p.m); !strings.Contains(l.Trouble, "put back by more than 30 days") || told != 1 {
		t.Errorf("people are told %d times: %q", told, l.Trouble)
	}
	_, err = p.lead.Desk.BeginEpoch(ctx, p.lead.ann, p.m, "their store is from before")
	must(t, err)
	_, err = p.member.Desk.AdmitEpoch(ctx, p.member.ann, p.l, 2, "they called")
	must(t, err)
	must(t, p.lead.Desk.SendDuty(ctx, p.lead.ann, p.op.ID, 0, iru.Handling{}, "", "from here on"))
	exchange(t, p.lead, p.member)
	if l := p.lead.line(p.m); l.Trouble != "" || p.lead.backlog(p.m).Messages != 0 {
		t.Errorf("after the new epoch: %+v", l)
	}
}
