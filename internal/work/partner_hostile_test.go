// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/db/dbtest"
	"iolaus/internal/iru"
	"iolaus/internal/peer"
)

const openCodes = "TLP:AMBER PAP:AMBER H0"

// duties counts the duty messages in the log of an operation.
func (h *house) duties(o iru.OperationID) (n int) {
	h.t.Helper()
	for _, v := range h.verbs("operation", int64(o)) {
		if v == "duty" {
			n++
		}
	}
	return n
}

// A partner that lies is parked with openCodes words, whatever it says, and what follows goes on.
func TestPartnerLies(t *testing.T) {
	p, ctx := newPair(t), t.Context()
	p.together(t, "https://slow-train.test/")
	// Another operation of the lead, in which the member has no part, and a third unit's task in the one that it has.
	other, err := p.lead.Desk.PlanOperation(ctx, p.lead.ann, "Fast train", nil, nil, p.lead.ann.Officer, "")
	must(t, err)
	other.UID = newUID()
	foreign := newUID()
	must(t, p.lead.Desk.DB.Tx(ctx, func(x *db.Tx) error {
		if err := x.UpdateOperation(ctx, other, other.State); err != nil {
			return err
		}
		ps, err := x.Participants(ctx, p.op.ID)
		if err != nil {
			return err
		}
		return x.AddTask(ctx, &iru.Task{UID: foreign, Operation: p.op.ID, Participant: ps[0].ID, Address: "https://ours.test/", Role: iru.RoleOrderRemoval, Stage: iru.StageAct, State: iru.TaskProposed})
	}))
	zero := strings.Repeat("0", 64)
	lies := []struct{ kind, operation, handling, body, says string }{
		{"no_such_kind", p.op.UID, openCodes, `{}`, "not known here"},
		{"duty", p.op.UID, openCodes, `{"text":`, "not what docs/format/partner.md says"},
		{"duty", p.op.UID, openCodes, `{"text":"x","by":"y","more":1}`, "unknown field"},
		{"duty", p.op.UID, openCodes, `{"text":"x","by":"y"} {}`, "follows the end"},
		{"duty", p.op.UID, openCodes, `{"text":"` + strings.Repeat("x", 5000) + `","by":"y"}`, "more than 4000"},
		{"duty", p.op.UID, "TLP:RED PAP:RED H2", `{"text":"for us only","by":"y"}`, "should not have sent"},
		{"duty", p.op.UID, "TLP:PURPLE", `{"text":"x","by":"y"}`, "there is no code"},
		{"tasks", other.UID, openCodes, `{"tasks":[{"uid":"` + foreign + `","state":"done"}]}`, "does not take part"},
		{"tasks", p.op.UID, openCodes, `{"tasks":[{"uid":"` + foreign + `","state":"done"}]}`, "speaks for itself"},
		{"tasks", p.op.UID, openCodes, `{"tasks":[{"uid":"` + newUID() + `","state":"done"}]}`, "speaks for itself"},
		{"answer", other.UID, openCodes, `{"role":"order_removal","state":"go","digest":"` + zero + `","by":"x"}`, "does not take part"},
		{"answer", p.op.UID, openCodes, `{"role":"order_removal","state":"go","digest":"` + zero + `","by":"x"}`, "in its own roles"},
		{"answer", p.op.UID, openCodes, `{"role":"seize_servers","state":"no_go","digest":"` + zero + `","by":"x"}`, "reason is missing"},
		{"t0", p.op.UID, openCodes, `{"t0":"2026-04-01T04:00:00Z"}`, "does not lead"},
		{"abort", p.op.UID, openCodes, `{"reason":"x"}`, "does not lead"},
		{"hold", newUID(), openCodes, `{"reason":"x"}`, "nobody here"},
		{"package", p.op.UID, openCodes, `{"tasks":[{"uid":"` + newUID() + `","address":"https://x.test/","role":"seize_servers","stage":"act","handling":"` + openCodes + `"}]}`, "does not lead"},
		{"invitation", p.op.UID, openCodes, `{"name":"x","roles":["observe"]}`, "known here already"},
		{"invitation", newUID(), openCodes, `{"name":"x","roles":["lead"]}`, "no role of a participant"},
		{"reply", p.op.UID, openCodes, `{"uid":"` + newUID() + `","state":"clear"}`, "no such question"},
		{"told", "", openCodes, `{"uid":"` + newUID() + `","answer":"eA==","contact":"x"}`, "no such question"},
		{"card", "", openCodes, `{"card":"no card"}`, "read card"},
		{"checkpoint", "", openCodes, `{"key":"x","checkpoint":"y","from":0}`, "key of the partner's log"},
		{"standing", p.op.UID, openCodes, `{"state":"asleep"}`, "no state of an operation"},
		{"consent", p.op.UID, openCodes, `{"accept":false}`, "reason is missing"},
	}
	for _, l := range lies {
		p.member.insert(p.l, iru.MessageKind(l.kind), l.operation, l.handling, l.body)
	}
	p.member.insert(p.l, iru.SayDuty, p.op.UID, openCodes, `{"text":"and now the truth","by":"ann"}`)
	exchange(t, p.member)
	got := p.lead.parked(p.m)
	if len(got) != len(lies) {
		t.Errorf("%d of %d lies are parked: %q", len(got), len(lies), got)
	}
	for n, l := range lies {
		if n < len(got) && (!strings.HasPrefix(got[n], l.kind+": ") || !strings.Contains(got[n], l.says)) {
			t.Errorf("%s %s is parked as %q; want %q", l.kind, l.body, got[n], l.says)
		}
	}
	if n := p.lead.duties(p.op.ID); n != 1 {
		t.Errorf("what followed was heard %d times", n)
	}
	if o := p.lead.operation(p.op.UID); o.State != iru.OperationDraft {
		t.Errorf("a member's lie moved the lead's operation: %+v", o)
	}
	// A person takes one up again, which changes nothing, and leaves it aside.
	i := view(p.lead, func(x *db.Tx) ([]iru.Incoming, error) { return x.IncomingIn(ctx, p.m, iru.IncomingParked, 1) })[0]
	if again, err := p.lead.Desk.TakeUp(ctx, p.lead.ann, i.ID); err != nil || again.State != iru.IncomingParked {
		t.Errorf("taken up again: %+v, %v", again, err)
	}
	if x, err := p.lead.Desk.DismissMessage(ctx, p.lead.ann, i.ID, "a newer program there"); err != nil || x.State != iru.IncomingDismissed {
		t.Errorf("left aside: %+v, %v", x, err)
	}
	if _, err := p.lead.Desk.TakeUp(ctx, p.lead.ann, i.ID); !errors.Is(err, iru.Conflict) {
		t.Errorf("taken up after it was left aside: %v", err)
	}
}

// A message that comes twice is taken once; one that was changed, skipped or is somebody else's is none.
func TestPartnerReplaysAndForges(t *testing.T) {
	p, ctx := newPair(t), t.Context()
	p.together(t, "https://slow-train.test/")
	l, card := Listener{Crew: p.lead.Crew}, p.member.Speech.Card
	have := markOf(p.lead.line(p.m).In)
	body := []byte(`{"text":"the 8:15 is late","by":"ann"}`)
	next := p.member.forge(p.lead, peer.Message{Epoch: have.Epoch, Seq: have.Seq + 1, Prev: have.Digest, Kind: "duty", Operation: p.op.UID, Body: body})
	after := p.member.forge(p.lead, peer.Message{Epoch: have.Epoch, Seq: have.Seq + 2, Prev: peer.Digest(next), Kind: "duty", Operation: p.op.UID, Body: body})
	third := newHouse(t, dbtest.Open(t), "west")
	take := func(what string, fault peer.Fault, seq uint64, sealed ...[]byte) {
		t.Helper()
		m, err := l.Take(ctx, card, sealed)
		if peer.FaultOf(err) != fault || m.Seq != seq {
			t.Errorf("%s: mark %d, %v; want %d, %q", what, m.Seq, err, seq, fault)
		}
	}
	take("one before its time", peer.Gap, have.Seq, after)
	take("one, and again in the same request", "", have.Seq+1, next, next)
	take("again", "", have.Seq+1, next)
	take("the one after, twice", "", have.Seq+2, after, after)
	take("an old one again", "", have.Seq+2, next)
	if n := p.lead.duties(p.op.ID); n != 2 {
		t.Errorf("two messages came about %d times", n)
	}
	if a := p.lead.line(p.m).Alarm; a != "" {
		t.Errorf("a repetition is an alarm: %s", a)
	}
	broken := slices.Clone(after)
	broken[len(broken)-1] ^= 1
	take("a changed byte", peer.Unsealed, have.Seq+2, broken)
	take("another one with a number that was used", peer.Fork, have.Seq+2, p.member.forge(p.lead, peer.Message{Epoch: have.Epoch, Seq: have.Seq + 1, Prev: have.Digest, Kind: "duty", Operation: p.op.UID, Body: []byte(`{"text":"other","by":"ann"}`)}))
	take("an epoch that nobody admitted", peer.NewEpoch, have.Seq+2, p.member.forge(p.lead, peer.Message{Epoch: have.Epoch + 1, Seq: 1, Kind: "duty", Operation: p.op.UID, Body: body}))
	take("a third one's", peer.Sender, have.Seq+2, third.forge(p.lead, peer.Message{Epoch: 1, Seq: 1, Kind: "duty", Operation: p.op.UID, Body: body}))
	take("one to a third one", peer.Unsealed, have.Seq+2, p.member.forge(third, peer.Message{Epoch: have.Epoch, Seq: have.Seq + 3, Prev: peer.Digest(after), Kind: "duty", Operation: p.op.UID, Body: body}))
	if a := p.lead.line(p.m).Alarm; a == "" {
		t.Error("no alarm after a fork and forged messages")
	}
	if _, err := p.lead.Desk.ClearAlarm(ctx, p.lead.ann, p.m, "their disk was broken"); err != nil {
		t.Error(err)
	}
	if _, err := l.Take(ctx, third.Speech.Card, [][]byte{next}); !errors.Is(err, iru.Forbidden) {
		t.Errorf("a stranger was listened to: %v", err)
	}
	l.Flooded(ctx, card, peer.Flooding{Requests: 900, Since: time.Now()})
	if a := p.lead.line(p.m).Alarm; !strings.Contains(a, "900 requests") {
		t.Errorf("a flood: %q", a)
	}
}

// lose puts a store back: what the line says of a partner after a number is forgotten.
func (h *house) lose(p iru.PartnerID, out, in iru.Mark) {
	h.t.Helper()
	ctx := h.t.Context()
	must(h.t, h.Desk.DB.Tx(ctx, func(x *db.Tx) error {
		l, err := x.Line(ctx, p)
		if err != nil {
			return err
		}
		if _, err := x.Exec(ctx, "DELETE FROM outgoing WHERE partner=$1 AND (seq>$2 OR seq=0)", p, out.Seq); err != nil {
			return err
		}
		if _, err := x.Exec(ctx, "DELETE FROM incoming WHERE partner=$1 AND seq>$2", p, in.Seq); err != nil {
			return err
		}
		l.Out, l.Durable, l.In = out, out, in
		return x.UpdateLine(ctx, l)
	}))
	h.talks = map[iru.PartnerID]*talk{} // its process began anew as well
}

// A partner that comes back with an old store is sent again what it lost; what it sends itself needs a new epoch, by a person on each side.
func TestPartnerWithAnOldStore(t *testing.T) {
	p, ctx := newPair(t), t.Context()
	p.together(t, "https://slow-train.test/")
	before := p.member.line(p.l)
	say := func(h *house, n int) {
		t.Helper()
		o := p.op.ID
		if h == p.member {
			o = p.own.ID
		}
		for i := range n {
			must(t, h.Desk.SendDuty(ctx, h.ann, o, 0, iru.Handling{}, "", fmt.Sprintf("word %d of %s", i, h.name)))
		}
	}
	say(p.lead, 3)
	say(p.member, 4)
	exchange(t, p.lead, p.member)
	p.member.lose(p.l, before.Out, before.In)
	say(p.member, 1)
	err := p.member.say()
	if peer.FaultOf(err) != peer.Fork {
		t.Errorf("its number was used before: %v", err)
	}
	if l := p.member.line(p.l); l.Trouble == "" {
		t.Errorf("nobody is told: %+v", l)
	}
	must(t, p.lead.say()) // the lead sends again what the member lost
	if l := p.member.line(p.l); l.In.Seq != before.In.Seq+3 {
		t.Errorf("sent again up to %d, not %d", l.In.Seq, before.In.Seq+3)
	}
	if v := p.lead.verbs("partner", int64(p.m)); !slices.Contains(v, "sent_again") {
		t.Errorf("the lead's log: %v", v)
	}
	if _, err := p.member.Desk.BeginEpoch(ctx, p.member.ann, p.l, ""); !errors.Is(err, iru.Invalid) {
		t.Errorf("an epoch without a reason: %v", err)
	}
	_, err = p.member.Desk.BeginEpoch(ctx, p.member.ann, p.l, "the store was put back to Tuesday's")
	must(t, err)
	if err := p.member.say(); peer.FaultOf(err) != peer.NewEpoch {
		t.Errorf("the epoch was not admitted: %v", err)
	}
	if n := p.lead.duties(p.op.ID); n != 4 {
		t.Errorf("the lead heard %d duty messages before it admitted the epoch, not 4", n)
	}
	_, err = p.lead.Desk.AdmitEpoch(ctx, p.lead.ann, p.m, 2, "their officer ann called: the store was put back")
	must(t, err)
	exchange(t, p.member, p.lead)
	if n := p.lead.duties(p.op.ID); n != 5 {
		t.Errorf("the lead heard %d duty messages, not 5", n)
	}
	if l := p.member.line(p.l); l.Trouble != "" || l.Failed != "" || p.member.backlog(p.l).Messages != 0 {
		t.Errorf("after the new epoch: %+v", l)
	}
}

// Clocks that differ by an hour are shown, keep a GO and a release back until a person accepts it, and T0 stays one instant.
func TestPartnerClock(t *testing.T) {
	p, ctx := newPair(t), t.Context()
	p.member.offset.Store(int64(time.Hour))
	p.together(t, "https://slow-train.test/")
	if l := p.lead.line(p.m); (l.Skew-time.Hour).Abs() > 2*time.Second || l.Skewed() == nil {
		t.Errorf("the lead sees %v", l.Skew)
	}
	if l := p.member.line(p.l); (l.Skew+time.Hour).Abs() > 2*time.Second || l.Skewed() == nil {
		t.Errorf("the member sees %v", l.Skew)
	}
	_, err := p.lead.Desk.OpenPoll(ctx, p.lead.ann, p.op.ID)
	must(t, err)
	_, err = p.member.Desk.OpenPoll(ctx, p.member.ben, p.own.ID)
	must(t, err)
	p.ready(t)
	vote := func() error {
		_, err := p.member.Desk.Poll(ctx, p.member.ann, p.own.ID, iru.PollGo, ballot(p.member, p.own.ID, iru.RoleSeizeServers), "")
		return err
	}
	if err := vote(); !errors.Is(err, iru.Conflict) || !strings.Contains(err.Error(), "1h0m0") && !strings.Contains(err.Error(), "59m") {
		t.Errorf("GO with clocks an hour apart: %v", err)
	}
	_, err = p.member.Desk.AcceptSkew(ctx, p.member.ann, p.l, "the lead's clock is known to be wrong; ours is not")
	must(t, err)
	must(t, vote())
	exchange(t, p.lead, p.member)
	t0 := p.lead.Desk.Now().Add(3 * time.Hour).Truncate(time.Microsecond)
	if _, err := p.lead.Desk.Release(ctx, p.lead.ann, p.op.ID, t0); !errors.Is(err, iru.Conflict) || !strings.Contains(err.Error(), "clock") {
		t.Errorf("released with clocks an hour apart: %v", err)
	}
	_, err = p.lead.Desk.AcceptSkew(ctx, p.lead.ann, p.m, "they know")
	must(t, err)
	_, err = p.lead.Desk.Release(ctx, p.lead.ann, p.op.ID, t0)
	must(t, err)
	exchange(t, p.lead, p.member)
	if st := p.member.standing(p.own.ID, p.l); !st.T0.Equal(t0) {
		t.Errorf("T0 is %v there and %v here", st.T0, t0)
	}
	if !slices.Contains(p.lead.verbs("partner", int64(p.m)), "skew") {
		t.Error("the difference is not in the log")
	}
}

// A clock that was an hour ahead and is set right leaves no pause of an hour behind: what could not be sent goes on within seconds.
func TestClockIsSetBack(t *testing.T) {
	p, ctx := newPair(t), t.Context()
	speak := func(messages int) {
		t.Helper()
		var wg sync.WaitGroup
		must(t, p.member.speakAll(ctx, &wg, map[iru.PartnerID]*talk{}))
		wg.Wait()
		if b := p.member.backlog(p.l); b.Messages != messages {
			t.Errorf("%d messages wait, not %d: %+v", b.Messages, messages, p.member.line(p.l))
		}
	}
	p.member.offset.Store(int64(time.Hour))
	p.member.cut.Store(true)
	p.member.insert(p.l, iru.SayDuty, "", openCodes, `{"text":"fog","by":"ann"}`)
	speak(1)
	p.member.cut.Store(false)
	speak(1) // it was tried just now
	p.member.offset.Store(0)
	speak(0)
}

// A member that is cut off keeps what it released; the hold waits with its age, and reaches it when the line is mended.
func TestPartnerIsCutOff(t *testing.T) {
	p, ctx := newPair(t), t.Context()
	p.together(t, "https://slow-train.test/")
	_, err := p.lead.Desk.OpenPoll(ctx, p.lead.ann, p.op.ID)
	must(t, err)
	_, err = p.member.Desk.OpenPoll(ctx, p.member.ben, p.own.ID)
	must(t, err)
	p.ready(t)
	_, err = p.member.Desk.Poll(ctx, p.member.ann, p.own.ID, iru.PollGo, ballot(p.member, p.own.ID, iru.RoleSeizeServers), "")
	must(t, err)
	exchange(t, p.lead, p.member)
	t0 := p.lead.Desk.Now().Add(time.Hour).Truncate(time.Microsecond)
	_, err = p.lead.Desk.Release(ctx, p.lead.ann, p.op.ID, t0)
	must(t, err)
	exchange(t, p.lead, p.member)
	_, err = p.member.Desk.Release(ctx, p.member.ben, p.own.ID, t0)
	must(t, err)
	exchange(t, p.lead, p.member)
	p.lead.cut.Store(true)
	p.member.cut.Store(true)
	p.lead.Speech.Client.Close()
	_, err = p.lead.Desk.HoldOperation(ctx, p.lead.ann, p.op.ID, "fog")
	must(t, err)
	for range 3 {
		if err := p.lead.say(); !errors.Is(err, iru.Unavailable) {
			t.Errorf("said over a dead line: %v", err)
		}
	}
	l, b := p.lead.line(p.m), p.lead.backlog(p.m)
	if l.Tries < 3 || l.Failed == "" || !l.Next.After(p.lead.Desk.Now().Add(-time.Minute)) || b.Messages != 2 || b.Oldest == 0 {
		t.Errorf("the line %+v, the backlog %+v", l, b)
	}
	if o := p.member.operation(p.op.UID); o.State != iru.OperationReleased {
		t.Errorf("the member: %+v", o)
	}
	if st := p.lead.standing(p.op.ID, p.m); st.State != iru.OperationReleased {
		t.Errorf("the lead believes that the member holds: %+v", st)
	}
	p.lead.cut.Store(false)
	p.member.cut.Store(false)
	exchange(t, p.lead, p.member)
	if o := p.member.operation(p.op.UID); o.State != iru.OperationHeld {
		t.Errorf("the member after the line was mended: %+v", o)
	}
	if st := p.lead.standing(p.op.ID, p.m); st.State != iru.OperationHeld {
		t.Errorf("the member's hold at the lead: %+v", st)
	}
	if l := p.lead.line(p.m); l.Failed != "" || l.Tries != 0 {
		t.Errorf("the line after it was mended: %+v", l)
	}
}

// What may not leave is refused where it is: the whole package, and a duty message.
func TestPartnerCodesForbid(t *testing.T) {
	p, ctx := newPair(t), t.Context()
	p.together(t, "https://slow-train.test/")
	closed := iru.Task{UID: newUID(), Operation: p.op.ID, Participant: p.who.ID, Address: "https://quiet-train.test/", Role: iru.RoleSeizeServers, Stage: iru.StageAct, State: iru.TaskProposed, Handling: iru.Handling{TLP: "GREEN", PAP: "GREEN", H: "H2"}}
	must(t, p.lead.Desk.DB.Tx(ctx, func(x *db.Tx) error { return x.AddTask(ctx, &closed) }))
	if _, err := p.lead.Desk.SendTasks(ctx, p.lead.ann, p.op.ID, p.m, nil); !errors.Is(err, iru.Forbidden) || !strings.Contains(err.Error(), "quiet-train") {
		t.Errorf("a package with a task under H2: %v", err)
	}
	if n, err := p.lead.Desk.SendTasks(ctx, p.lead.ann, p.op.ID, p.m, []iru.TaskID{closed.ID}); n != 1 || err != nil {
		t.Errorf("without it: %d, %v", n, err)
	}
	for _, tlp := range []string{"RED", "AMBER+STRICT"} {
		if err := p.lead.Desk.SendDuty(ctx, p.lead.ann, p.op.ID, 0, iru.Handling{TLP: tlp, PAP: "AMBER", H: "H0"}, "", "for us only"); !errors.Is(err, iru.Forbidden) {
			t.Errorf("a duty message under TLP:%s: %v", tlp, err)
		}
	}
	if _, err := p.member.Desk.SendTasks(ctx, p.member.ann, p.own.ID, p.l, nil); !errors.Is(err, iru.Forbidden) {
		t.Errorf("a member sent a package: %v", err)
	}
	if err := p.member.Desk.ProposeT0(ctx, p.member.ben, p.own.ID, time.Now().Add(time.Hour)); !errors.Is(err, iru.Forbidden) {
		t.Errorf("a member proposed T0: %v", err)
	}
}

// The answer to a poll lapses when the tasks change, and one on other tasks does not count.
func TestPartnerAnswerLapses(t *testing.T) {
	p, ctx := newPair(t), t.Context()
	p.together(t, "https://slow-train.test/")
	_, err := p.lead.Desk.OpenPoll(ctx, p.lead.ann, p.op.ID)
	must(t, err)
	_, err = p.member.Desk.OpenPoll(ctx, p.member.ben, p.own.ID)
	must(t, err)
	p.ready(t)
	vote := func() {
		t.Helper()
		_, err := p.member.Desk.Poll(ctx, p.member.ann, p.own.ID, iru.PollGo, ballot(p.member, p.own.ID, iru.RoleSeizeServers), "")
		must(t, err)
	}
	vote()
	exchange(t, p.lead, p.member)
	must(t, p.lead.Desk.DB.Tx(ctx, func(x *db.Tx) error {
		return x.AddTask(ctx, &iru.Task{UID: newUID(), Operation: p.op.ID, Participant: p.who.ID, Address: "https://third-train.test/", Role: iru.RoleSeizeServers, Stage: iru.StageAct, State: iru.TaskProposed})
	}))
	_, err = p.lead.Desk.SendTasks(ctx, p.lead.ann, p.op.ID, p.m, nil)
	must(t, err)
	exchange(t, p.lead, p.member)
	if got := p.member.poll(p.own.ID, iru.RoleSeizeServers); got.State != iru.PollOpen {
		t.Errorf("the member's own answer after a new task: %+v", got)
	}
	if got := p.lead.poll(p.op.ID, iru.RoleSeizeServers); got.State != iru.PollOpen {
		t.Errorf("the member's answer at the lead after a new task: %+v", got)
	}
	// An answer that crosses a change: it is on tasks that do not stand any more.
	p.member.insert(p.l, iru.SayAnswer, p.op.UID, openCodes, `{"role":"seize_servers","state":"go","digest":"`+strings.Repeat("0", 64)+`","by":"ann"}`)
	exchange(t, p.member)
	if got := p.lead.poll(p.op.ID, iru.RoleSeizeServers); got.State != iru.PollOpen || !slices.Contains(p.lead.verbs("operation", int64(p.op.ID)), "poll_stale") {
		t.Errorf("an answer on other tasks: %+v", got)
	}
	// A member that declines is NO-GO, with its reason.
	p.member.insert(p.l, iru.SayConsent, p.op.UID, openCodes, `{"accept":false,"reason":"our court says no"}`)
	exchange(t, p.member)
	if got := p.lead.poll(p.op.ID, iru.RoleSeizeServers); got.State != iru.PollNoGo || !strings.Contains(got.Reason, "our court") {
		t.Errorf("a member that declined: %+v", got)
	}
}
