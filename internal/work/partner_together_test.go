// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"crypto/rand"
	"fmt"
	"slices"
	"strings"
	"testing"

	"iolaus/internal/db"
	"iolaus/internal/iru"
	"iolaus/internal/peer"
)

// Many messages come about in few transactions, and each as if it were alone: in order, at an instant of its own, once, with its own entry in the log. One that fails
// is parked alone and leaves nothing of itself, also where half of it was done; one that must wait keeps those after it waiting, and none before it.
func TestPartnerIsHeardTogether(t *testing.T) {
	p, ctx := newPair(t), t.Context()
	p.together(t, "https://slow-train.test/")
	foreign, err := peer.NewIdentity(rand.Reader)
	must(t, err)
	next, err := foreign.Card("Unit x", "XA", "https://127.0.0.1:9")
	must(t, err)
	for _, way := range []struct {
		from, to  *house
		out, back iru.PartnerID
		op        iru.Operation
	}{{p.lead, p.member, p.m, p.l, p.own}, {p.member, p.lead, p.l, p.m, p.op}} {
		done := func() (n int) {
			for _, v := range way.to.verbs("partner", int64(way.back)) {
				if v == "hear" {
					n++
				}
			}
			return n
		}
		before, parked, half := done(), len(way.to.parked(way.back)), "https://half-"+way.from.name+".test/"
		bad := map[int]string{0: "first", 7: "seventh", 8: "eighth", 150: "after the first hundred", 229: "last"}
		var want []string
		for n := range 230 {
			if bad[n] != "" { // the first task is stored before the second is refused
				way.from.insert(way.out, iru.SayPackage, p.op.UID, openCodes, fmt.Sprintf(`{"tasks":[{"uid":%q,"address":%q,"role":"seize_servers","stage":"act","handling":%q},`+
					`{"uid":%q,"address":"no address %s","role":"seize_servers","stage":"act","handling":%q}]}`, newUID(), half, openCodes, newUID(), bad[n], openCodes))
				continue
			}
			want = append(want, fmt.Sprintf("word %d", n))
			way.from.insert(way.out, iru.SayDuty, p.op.UID, openCodes, fmt.Sprintf(`{"text":"word %d","by":"ann"}`, n))
		}
		must(t, way.from.say())
		var got []string
		var last iru.Event
		for _, e := range view(way.to, func(x *db.Tx) ([]iru.Event, error) {
			return x.EventsOf(ctx, iru.Subject{Noun: "operation", ID: int64(way.op.ID)})
		}) {
			if e.Verb != "duty" || !strings.HasPrefix(e.Note, "word ") {
				continue
			}
			if !e.At.After(last.At) {
				t.Errorf("%s came about at %v, %s before it at %v", e.Note, e.At, last.Note, last.At)
			}
			got, last = append(got, e.Note), e
		}
		if !slices.Equal(got, want) {
			t.Errorf("to %s came %q", way.to.name, got)
		}
		if n := done() - before; n != len(want) {
			t.Errorf("%d entries in the log of %d messages that came about", n, len(want))
		}
		if got := way.to.parked(way.back)[parked:]; len(got) != len(bad) {
			t.Errorf("%d are parked, not %d: %q", len(got), len(bad), got)
		}
		for _, k := range way.to.tasks(way.op.ID) {
			if k.Address == half {
				t.Errorf("a message that is parked left its first half: %+v", k)
			}
		}
		// What the house cannot do for now waits in its place.
		keys := way.to.Desk.Keys
		way.to.Desk.Keys = nil
		for _, text := range []string{"before", "", "after"} {
			if text == "" {
				way.from.insert(way.out, iru.SayCard, "", openCodes, fmt.Sprintf(`{"card":%q}`, next.Text()))
			} else {
				way.from.insert(way.out, iru.SayDuty, p.op.UID, openCodes, fmt.Sprintf(`{"text":%q,"by":"ann"}`, text))
			}
		}
		before, heard := done(), way.to.duties(way.op.ID)
		must(t, way.from.say())
		if n := done() - before; n != 1 || way.to.duties(way.op.ID) != heard+1 {
			t.Errorf("%d came about beside one that waits", n)
		}
		way.to.Desk.Keys = keys
		if n, err := way.to.Desk.Hear(ctx, way.back); n != 2 || err != nil { // the card is of other keys than those that signed it: parked
			t.Errorf("%d were done with later, %v", n, err)
		}
		if n := done() - before; n != 2 {
			t.Errorf("%d came about in the end", n)
		}
	}
}
