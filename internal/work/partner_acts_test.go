// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"strings"
	"testing"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/desk/desktest"
	"iolaus/internal/iru"
	"iolaus/internal/legal"
)

// A member carries out the lead's task by an act of its own, to an addressee that the lead does not name, and has another act beside it of which the lead knows
// nothing: its GO counts at the lead, the task's way is told, and the other one is not.
func TestPartnerServesByActs(t *testing.T) {
	p, ctx := newPair(t), t.Context()
	const address = "https://slow-train.test/"
	p.together(t, address)
	h, own := p.member, p.own.ID
	a, err := h.Desk.Watch(ctx, h.ann, desk.WatchRequest{Address: address, Name: "Slow Train", Reason: "exercise"})
	must(t, err)
	i := view(h, func(x *db.Tx) (iru.Item, error) { return x.ItemByLocator(ctx, a.Unit, a.Locator) })
	_, err = h.Desk.RecordCapture(ctx, desk.Recording{Item: i.ID, Vantage: "here", At: time.Now().UTC(), Outcome: iru.Up, Status: 200, Final: a.Locator, Manifest: strings.Repeat("ab", 32),
		Title: "Weather", Lang: "en", Dir: "ltr", Text: "snow line falls tonight", Content: strings.Repeat("cd", 32)})
	must(t, err)
	_, err = h.Desk.Assess(ctx, h.ann, iru.Assessment{Item: i.ID, Finding: iru.FindRefer, Limbs: []string{"c"}, Passage: "Weather", PassageLang: "en", Purpose: iru.PurposeProceed,
		PurposeReason: "looked for and not found", Public: true, Reason: "exercise", Grounds: desktest.Whole()})
	must(t, err)
	must(t, h.Desk.RecordCarriers(ctx, a.ID, []desk.Carriage{{Name: "Birchrack", Layer: legal.Host, Jurisdiction: "XA", Channel: iru.ByMail, Address: "abuse@birchrack.test", Source: "RDAP"},
		{Name: "Elder Cloud", Layer: legal.CDN, Channel: iru.ByMail, Address: "abuse@elder.test", Source: "RDAP"}}))
	_, err = h.Desk.OpenPoll(ctx, h.ben, own)
	must(t, err)
	_, err = p.lead.Desk.OpenPoll(ctx, p.lead.ann, p.op.ID)
	must(t, err)
	for _, k := range h.tasks(own) {
		_, err = h.Desk.StepTask(ctx, h.ann, k.ID, desk.TaskStep{Verb: "accept"})
		must(t, err)
	}
	for _, c := range view(h, func(x *db.Tx) ([]iru.Carrier, error) { return x.Carriers(ctx, a.ID) }) {
		_, err := h.Desk.Draft(ctx, h.ann, desk.DraftRequest{Asset: a.ID, Item: i.ID, Provider: c.Provider, Layer: c.Layer, Instrument: legal.Referral, Operation: own})
		must(t, err)
	}
	ks := h.tasks(own)
	if len(ks) != 2 || !ks[0].Led || ks[0].Notice == 0 || ks[0].Provider == 0 || ks[1].Led || ks[1].Notice == 0 {
		t.Fatalf("the member's tasks: %+v", ks)
	}
	exchange(t, p.lead, p.member)
	p.vote(t)
	exchange(t, p.lead, p.member)
	if got := p.lead.parked(p.m); len(got) != 0 {
		t.Errorf("the lead is told of what it does not know: %q", got)
	}
	if got := p.lead.poll(p.op.ID, iru.RoleSeizeServers); got.State != iru.PollGo {
		t.Errorf("the member's GO at the lead: %+v, %v", got, p.lead.verbs("operation", int64(p.op.ID)))
	}
	if got := p.lead.tasks(p.op.ID); len(got) != 1 || got[0].State != iru.TaskAccepted {
		t.Errorf("the task at the lead: %+v", got)
	}
}
