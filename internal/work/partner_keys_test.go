// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"iolaus/internal/db"
	"iolaus/internal/iru"
	"iolaus/internal/peer"
)

// One side changes its keys, over mutual TLS: the partner is told by a card that the keys before it signed, goes on under the old keys until a second
// person there has compared the fingerprint, and under the new ones since. Nothing is lost or said twice, what was on its way is sealed anew, sets are
// made anew, and the old keys open nothing any more.
func TestPartnerChangesKeys(t *testing.T) {
	p, ctx := newPair(t), t.Context()
	p.together(t, "https://slow-train.test/")
	p.member.asset("https://fog.test/")
	p.lead.asset("https://snow.test/")
	must(t, errors.Join(p.member.Desk.PublishSets(ctx), p.lead.Desk.PublishSets(ctx)))
	exchange(t, p.lead, p.member)
	duty := func(h *house, o iru.OperationID, text string) {
		t.Helper()
		must(t, h.Desk.SendDuty(ctx, h.ann, o, 0, iru.Handling{}, "", text))
	}
	ask := func(from *house, of iru.PartnerID, to *house, address string) iru.Inquiry {
		t.Helper()
		q, err := from.Desk.Inquire(ctx, from.ann, of, "before we act", []string{address})
		must(t, err)
		exchange(t, from, to)
		return view(from, func(x *db.Tx) (iru.Inquiry, error) { return x.Inquiry(ctx, from.ann, q.ID) })
	}
	// The member takes new keys. Until the lead adopts them it speaks under the old ones.
	old := p.member.Speech.Card
	before, set := p.member.id, p.member.line(p.l).Set
	next, err := peer.NewIdentity(rand.Reader)
	must(t, err)
	p.member.restart(next, before)
	for range 3 { // once is enough
		must(t, p.member.Desk.AnnounceKeys(ctx))
	}
	duty(p.member, p.own.ID, "under the old keys")
	exchange(t, p.lead, p.member)
	at := view(p.lead, func(x *db.Tx) (iru.Partner, error) { return x.Partner(ctx, p.lead.ann, p.m) })
	if at.Key != keyOf(before) || at.Next == "" || at.NextBy != 0 || len(p.lead.parked(p.m)) != 0 || p.lead.duties(p.op.ID) != 1 {
		t.Fatalf("the lead before it adopts: %+v, parked %q", at, p.lead.parked(p.m))
	}
	if l := p.member.line(p.l); l.Own != keyOf(before) || l.In.Seq == 0 {
		t.Errorf("the member speaks under %s before its new keys are adopted", l.Own)
	}
	if err := p.member.Desk.DropKeys(ctx, p.member.ann, "tidied up"); !errors.Is(err, iru.Conflict) || !strings.Contains(err.Error(), "Unit north") {
		t.Errorf("the old keys were dropped though the lead knows no others: %v", err)
	}
	if got := ask(p.lead, p.m, p.member, "https://fog.test/"); len(got.Hits) != 1 {
		t.Errorf("asked while both keys are there: %+v", got)
	}
	// Something is on its way to the lead, sealed under the old keys, and was not taken.
	p.member.cut.Store(true)
	p.member.Speech.voice(keyOf(before)).client.Close()
	duty(p.member, p.own.ID, "on its way")
	if err := p.member.say(); err == nil {
		t.Error("said over a dead line")
	}
	p.member.cut.Store(false)
	// The lead's second person compares the fingerprint with whom they called.
	print := p.member.Speech.Card.Fingerprint()
	if _, err := p.lead.Desk.AdoptCard(ctx, p.lead.ben, p.m, print, "called"); !errors.Is(err, iru.Forbidden) {
		t.Errorf("the one who confirmed the old card adopted the new one: %v", err)
	}
	_, err = p.lead.Desk.AdoptCard(ctx, p.lead.ann, p.m, print, "called the desk of south, +99 2")
	must(t, err)
	if _, err := p.lead.Speech.Client.Last(ctx, old); err != nil {
		t.Errorf("the member does not answer under its old keys any more, for others who know no others: %v", err)
	}
	if _, err := p.member.Speech.voice(keyOf(before)).client.Last(ctx, p.lead.Speech.Card); peer.FaultOf(err) != peer.Stranger {
		t.Errorf("the old keys still open the lead's door: %v", err)
	}
	duty(p.lead, p.op.ID, "to the new keys")
	exchange(t, p.lead, p.member)
	if l := p.member.line(p.l); l.Own != keyOf(next) || l.Failed != "" || p.member.backlog(p.l).Messages != 0 || p.lead.backlog(p.m).Messages != 0 {
		t.Errorf("after the lead adopted: %+v, %+v, %+v", l, p.member.backlog(p.l), p.lead.backlog(p.m))
	}
	if n, m := p.lead.duties(p.op.ID), p.member.duties(p.own.ID); n != 2 || m != 1 {
		t.Errorf("%d and %d duty messages in the logs", n, m)
	}
	for _, h := range []*house{p.lead, p.member} {
		for _, id := range []iru.PartnerID{p.m, p.l} {
			if l := h.line(id); l.Alarm+l.Trouble != "" || len(h.parked(id)) > 0 {
				t.Errorf("%s: %q %q %q", h.name, l.Alarm, l.Trouble, h.parked(id))
			}
		}
	}
	if v := p.member.verbs("partner", int64(p.l)); !slices.Contains(v, "speak_under") {
		t.Errorf("the member's log: %v", v)
	}
	// What is asked about sets of the old keys is refused, and new sets of both sides come by themselves.
	if got := ask(p.lead, p.m, p.member, "https://fog.test/"); got.State != iru.InquiryRefused {
		t.Errorf("asked about a set of the old keys: %+v", got)
	}
	if got := ask(p.member, p.l, p.lead, "https://snow.test/"); got.State != iru.InquiryRefused {
		t.Errorf("the member asked about a set for its old keys: %+v", got)
	}
	must(t, errors.Join(p.member.Desk.PublishSets(ctx), p.lead.Desk.PublishSets(ctx)))
	exchange(t, p.lead, p.member)
	if l := p.member.line(p.l); l.Set <= set || l.SetBefore != 0 || l.SetDigest == "" {
		t.Errorf("the member's set: %+v after number %d", l, set)
	}
	if got := ask(p.lead, p.m, p.member, "https://fog.test/"); len(got.Hits) != 1 {
		t.Errorf("asked about the new set: %+v, parked %q", got, p.lead.parked(p.m))
	}
	if got := ask(p.member, p.l, p.lead, "https://snow.test/"); len(got.Hits) != 1 {
		t.Errorf("the member asked about the new set: %+v, parked %q", got, p.member.parked(p.l))
	}
	// What the member signed, under either keys, is proved by what the lead keeps alone.
	var cards []string
	n := 0
	for _, i := range view(p.lead, func(x *db.Tx) ([]iru.Incoming, error) { return x.Incomings(ctx, p.lead.ann, p.m, 0, 99) }) {
		signed := view(p.lead, func(x *db.Tx) (b []byte, err error) {
			if cards, err = x.CardsOf(ctx, p.lead.ann, p.m); err == nil {
				_, b, err = x.IncomingSigned(ctx, p.lead.ann, i.ID)
			}
			return b, err
		})
		c, m, err := Prove(cards, signed)
		if err != nil || string(m.Body) != i.Body || m.Kind != string(i.Kind) || m.Handling != i.Handling || int64(m.Seq) != i.Seq || !m.At.Equal(i.Said) || m.To != p.lead.Speech.Card.ID() {
			t.Fatalf("message %d: %+v, %v", i.Seq, m, err)
		}
		if c.ID() == old.ID() {
			n++
		}
		signed[len(signed)-1] ^= 1
		if _, _, err := Prove(cards, signed); peer.FaultOf(err) == "" {
			t.Errorf("message %d is proved though a byte was changed", i.Seq)
		}
	}
	if len(cards) != 2 || n < 3 {
		t.Errorf("%d cards, %d messages under the old one", len(cards), n)
	}
	// The old keys are destroyed; a card of them is refused whoever enters it.
	must(t, p.member.Desk.DropKeys(ctx, p.member.ann, "the lead knows the new ones"))
	p.member.restart(next)
	duty(p.member, p.own.ID, "under the new keys alone")
	exchange(t, p.lead, p.member)
	if n := p.lead.duties(p.op.ID); n != 3 {
		t.Errorf("%d duty messages at the lead", n)
	}
	if _, err := p.lead.Speech.Client.Last(ctx, old); peer.FaultOf(err) != peer.Pin {
		t.Errorf("the member answers under keys that it dropped: %v", err)
	}
	for what, try := range map[string]func() error{
		"entered": func() error { _, err := p.lead.Desk.AddPartner(ctx, p.lead.ann, old.Text()); return err },
		"offered": func() error { _, err := p.lead.Desk.OfferCard(ctx, p.lead.ann, p.m, old.Text()); return err },
	} {
		if err := try(); !errors.Is(err, iru.Forbidden) || !strings.Contains(err.Error(), "given up") {
			t.Errorf("the withdrawn card was %s: %v", what, err)
		}
	}
}

// A card that comes as a message is kept only if the present keys signed it, also when it is the partner's own message.
func TestPartnerOffersForeignKeys(t *testing.T) {
	p, ctx := newPair(t), t.Context()
	p.together(t, "https://slow-train.test/")
	other, err := peer.NewIdentity(rand.Reader)
	must(t, err)
	third, err := peer.NewIdentity(rand.Reader)
	must(t, err)
	was := p.member.Speech.Card
	alone, err := other.Card(was.Name, was.Country, was.URL)
	must(t, err)
	astray, err := other.Succeed(third, was.Name, was.Country, was.URL)
	must(t, err)
	for _, c := range []peer.Card{alone, astray} {
		p.member.insert(p.l, iru.SayCard, "", openCodes, fmt.Sprintf(`{"card":%q}`, c.Text()))
	}
	moved, err := p.member.id.Card(was.Name, was.Country, "https://127.0.0.1:1")
	must(t, err)
	p.member.insert(p.l, iru.SayCard, "", openCodes, fmt.Sprintf(`{"card":%q}`, moved.Text()))
	exchange(t, p.member)
	got := p.lead.parked(p.m)
	if len(got) != 2 || !strings.Contains(got[0], "follows other keys") || !strings.Contains(got[1], "follows other keys") {
		t.Errorf("parked: %q", got)
	}
	at := view(p.lead, func(x *db.Tx) (iru.Partner, error) { return x.Partner(ctx, p.lead.ann, p.m) })
	if at.Next != moved.Text() {
		t.Errorf("the card of the same keys at another address is offered as %q", at.Next)
	}
	// Another name or address of our own is told by itself, once; what the partner was handed before is not told again.
	must(t, p.member.Desk.AnnounceKeys(ctx))
	p.member.Speech.Card, err = p.member.id.Card("Unit south by the sea", was.Country, "https://127.0.0.1:2")
	must(t, err)
	must(t, p.member.Speech.Equip(p.member.Desk))
	for range 3 {
		must(t, p.member.Desk.AnnounceKeys(ctx))
	}
	exchange(t, p.member)
	at = view(p.lead, func(x *db.Tx) (iru.Partner, error) { return x.Partner(ctx, p.lead.ann, p.m) })
	said := view(p.member, func(x *db.Tx) ([]iru.Outgoing, error) { return x.Outgoings(ctx, p.member.ann, p.l, 0, 99) })
	cards := slices.DeleteFunc(said, func(o iru.Outgoing) bool { return o.Kind != iru.SayCard })
	if at.Next != p.member.Speech.Card.Text() || at.Key != keyOf(p.member.id) || len(cards) != 4 {
		t.Errorf("told %d cards; offered %q", len(cards), at.Next)
	}
	p.member.Speech.Card = was // and back, before anybody adopted it
	must(t, p.member.Speech.Equip(p.member.Desk))
	must(t, p.member.Desk.AnnounceKeys(ctx))
	exchange(t, p.member)
	at = view(p.lead, func(x *db.Tx) (iru.Partner, error) { return x.Partner(ctx, p.lead.ann, p.m) })
	if at.Next != "" || at.Card != was.Text() || len(p.lead.parked(p.m)) != 2 {
		t.Errorf("back to the card that the lead has: offered %q, parked %q", at.Next, p.lead.parked(p.m))
	}
}
