// SPDX-License-Identifier: EUPL-1.2

package desk_test

import (
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"iolaus/internal/db"
	"iolaus/internal/db/dbtest"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/legal"
)

// A walk is one desk at which random officers do random things.
type walk struct {
	*unit
	r        *rapid.T
	dice     *rand.Rand // seeded by rapid, which itself prefers small numbers and first elements
	n        int        // of things, for names that are new
	receipts map[int64]iru.Receipt
	sent     int // binding acts that left
	did      map[string]int
	settles  bool                  // some providers are at home in another state
	opinions map[int64]iru.Opinion // on known content, as they were recorded
}

// TestDeskByRandomWalk fires verbs by random officers at one desk. Whatever they do, in whatever order: a refusal has a kind, no
// binding act leaves without two sealed approvals, no receipt changes, the stored states are what the events tell, and the ledger is
// whole.
func TestDeskByRandomWalk(t *testing.T) {
	if f := flag.Lookup("rapid.checks"); f.Value.String() == f.DefValue { // each walk is long; ask for more with -rapid.checks
		must(t, f.Value.Set("4"))
	}
	did, sent, walks := map[string]int{}, 0, 0
	never := func() (left []string) {
		for _, v := range slices.Compact(slices.Sorted(slices.Values(allVerbs()))) {
			if did[v] == 0 {
				left = append(left, v)
			}
		}
		return left
	}
	far := func() bool { return sent > 0 && len(never()) <= len(verbs)/4 }
	check := func(r *rapid.T) {
		w := &walk{unit: newUnit(t, dbtest.Open(t)), r: r, receipts: map[int64]iru.Receipt{}, did: did}
		w.dice = rand.New(rand.NewPCG(rapid.Uint64().Draw(r, "seed"), 1))
		w.Rules.Flood = iru.FloodRule{Items: 2, Reason: "two are many here"}
		w.second()
		w.Rules.Spot = 1 // no lot is drawn, so that a walk can be walked again
		w.join("lio", w.people["ada"].Unit, iru.Liaison)
		walks++
		switch begin := w.between(0, 3); { // some walks begin where others seldom come
		case walks == 1 || begin > 1:
			w.abroad()
			w.unit.sent(order(w.referred()))
		case begin == 0:
			w.watched(t.Context())
		default:
			w.referred()
		}
		for range w.between(180, 390) {
			w.step(w.verb())
			if w.between(0, 3) == 0 {
				w.check()
			}
		}
		w.whole()
		w.check()
		sent += w.sent
	}
	for round := 0; round == 0 || round < 6 && !far() && !t.Failed(); round++ { // chance may keep four walks near their beginning, not all
		rapid.Check(t, check)
	}
	t.Logf("%d walks; verbs that never succeeded this time: %q", walks, never())
	if left := never(); len(left) > len(verbs)/4 {
		t.Errorf("too much was always refused: %q", left)
	}
	if sent == 0 {
		t.Error("no binding act ever left: the walks prove nothing")
	}
}

// Some verbs stand more than once, or the walks seldom come to what follows them.
var verbs = slices.Concat(lawVerbs, []string{"watch", "capture", "attribute", "reject", "hold", "defer", "assess", "assess", "assess", "ask second", "undo", "draft", "draft", "draft",
	"edit", "submit", "submit", "submit", "approve", "approve", "approve", "approve", "approve", "return", "withdraw", "seal", "seal", "dispatch", "dispatch", "dispatch", "send", "send", "bounce", "bounce",
	"resend", "resend", "receive", "receive", "file", "answer", "post", "fail", "repost", "end impossibility", "confirm", "confirm", "change contact", "look", "look", "look", "escalate", "expire", "plan", "open poll",
	"poll", "poll", "release", "release", "arm", "hold operation", "resume", "abort", "close", "suspend", "restore",
	"hand over", "reopen", "reconsider", "give up", "close outlet", "watch outlet", "fire", "stand down", "sweep",
	"complete", "identify", "ask mock", "take mock", "look mock", "conclude mock", "decide mock", "drop mock", "take spot", "take spot", "return spot", "read spot", "settle spot",
	"open threat", "open threat", "declare threat", "declare threat", "inform threat", "review threat", "withdraw threat", "set calendar", "end calendar", "dispatch group", "dispatch group", "send group", "bounce group",
	"enter contact", "confirm contact", "drop contact", "prefer contact", "remind", "reroute", "try contact", "tried", "record fact", "describe provider", "enter authority",
	"confirm authority", "import contacts", "set playbook"})

// lawVerbs are the steps of walk_law_test.go.
var lawVerbs = []string{"inform", "record informed", "ask waiver", "settle waiver", "enter receipt", "correct receipt", "start clock", "stop clock", "extend clock", "forewarn", "appeal", "appeal", "settle appeal",
	"appeal end", "appeal end", "secrecy", "secrecy", "extend secrecy", "end secrecy", "revoke", "kept down", "copy", "copy", "copy", "request scrutiny", "examine", "conclude", "conclude", "compare", "announce",
	"decide", "decide", "issuer withdrew", "mailed", "unmailed", "send missive", "by hand", "drop missive", "got missive"}

func (w *walk) between(low, high int) int { return low + w.dice.IntN(high-low+1) }

func (w *walk) coin() bool { return w.dice.IntN(2) == 0 }

func among[T any](w *walk, all []T) T { return all[w.dice.IntN(len(all))] }

// one draws one of the things that a query gives; false when there is none.
func one[T any](w *walk, _ string, f func(*db.Tx) ([]T, error)) (v T, ok bool) {
	all := view(w.unit, f)
	if len(all) == 0 {
		return v, false
	}
	return among(w, all), true
}

func (w *walk) who() iru.Scope {
	logins := []string{"admin", "ada", "ben", "lena", "sig", "dora", "lio", "bea", "bo", "brit"}
	return w.scope(among(w, logins))
}

// fit draws an officer who has one of the roles, most of the time.
func (w *walk) fit(logins ...string) iru.Scope {
	if w.between(0, 5) == 0 {
		return w.who()
	}
	return w.scope(among(w, logins))
}

func (w *walk) notices(states ...iru.NoticeState) func(*db.Tx) ([]iru.Notice, error) {
	return func(x *db.Tx) ([]iru.Notice, error) {
		all, err := x.Notices(w.t.Context(), iru.Program())
		fit := slices.DeleteFunc(slices.Clone(all), func(n iru.Notice) bool { return !slices.Contains(states, n.State) })
		if len(fit) == 0 || w.between(0, 5) == 0 {
			return all, err
		}
		return fit, err
	}
}

func (w *walk) step(verb string) {
	ctx, p := w.t.Context(), iru.Program()
	w.n++
	w.later(time.Duration(w.between(1, 300)) * time.Second)
	asset := func() iru.AssetID {
		a, _ := one(w, "asset", func(x *db.Tx) ([]iru.Asset, error) { return x.Assets(ctx, p) })
		return a.ID
	}
	item := func() iru.Item {
		i, _ := one(w, "item", func(x *db.Tx) ([]iru.Item, error) { return x.Items(ctx, p, 0, 99) })
		return i
	}
	notice := func(s ...iru.NoticeState) iru.Notice { n, _ := one(w, "notice", w.notices(s...)); return n }
	operation := func(states ...iru.OperationState) iru.OperationID {
		o, _ := one(w, "operation", func(x *db.Tx) ([]iru.Operation, error) {
			all, err := x.Operations(ctx, p)
			fit := slices.DeleteFunc(slices.Clone(all), func(o iru.Operation) bool { return !slices.Contains(states, o.State) })
			if len(fit) == 0 {
				return all, err
			}
			return fit, err
		})
		return o.ID
	}
	letter := func(inbound bool) int64 {
		l, _ := one(w, "letter", func(x *db.Tx) (all []iru.Letter, err error) {
			ns, err := x.Notices(ctx, p)
			for _, n := range ns {
				ls, err := x.Letters(ctx, p, n.ID)
				if err != nil {
					return nil, err
				}
				all = append(all, slices.DeleteFunc(ls, func(l iru.Letter) bool { return l.Inbound != inbound || !inbound && l.Kind != "answer" })...)
			}
			return all, err
		})
		return l.ID
	}
	request := func() desk.DraftRequest {
		a := asset()
		i, found := one(w, "item", func(x *db.Tx) ([]iru.Item, error) { return x.ItemsIn(ctx, p, iru.ItemReferred, 99) })
		if found && w.between(0, 5) > 0 {
			a = i.Asset
		}
		c, _ := one(w, "carrier", func(x *db.Tx) ([]iru.Carrier, error) { return x.Carriers(ctx, a) })
		r := desk.DraftRequest{Asset: a, Item: i.ID, Provider: c.Provider, Layer: c.Layer, Instrument: among(w, legal.Instruments())}
		if w.coin() && r.Layer == legal.Host {
			r.Instrument = legal.RemovalOrder
		}
		return r
	}
	kinds := []string{"receipt", "clarification", "done", "refused", "impossible", "bounce", "note", "unknown", "nonsense"}
	var err error
	switch verb {
	case "watch":
		_, err = w.Watch(ctx, w.fit("ada", "bea"), desk.WatchRequest{Address: fmt.Sprintf("https://site-%d.test/", w.between(0, 5)), Name: among(w, []string{"", "Halcyon Weather Wire", "Trams"})})
	case "capture":
		r := captured(item(), w.now, among(w, spoken), desk.Link{URL: fmt.Sprintf("https://halcyon-weather.test/%d", w.n%7)}, desk.Link{URL: fmt.Sprintf("https://linked-%d.test/", w.n%5)})
		r.Content = strings.Repeat(fmt.Sprint(w.between(0, 3)), 64)
		if w.between(0, 3) == 0 {
			r.Outcome = among(w, iru.Outcomes)
		}
		var x iru.Exhibit
		if x, err = w.RecordCapture(ctx, r); err == nil && r.Outcome == iru.Up { // and the job that it leaves
			must(w.t, w.RecordMatches(ctx, x.ID, nil))
			w.spot(x, false)
		}
	case "attribute":
		a, _ := one(w, "candidate", func(x *db.Tx) ([]iru.Asset, error) {
			return x.AssetsAfter(ctx, p, db.AssetFilter{State: iru.AssetCandidate}, 0, 99)
		})
		_, err = w.Attribute(ctx, w.fit("ada", "ada", "bea"), a.ID, 0, among(w, []string{"", "Halcyon Weather Wire", "Trams"}), "seen")
	case "reject":
		_, err = w.Reject(ctx, w.fit("ada", "bea"), asset(), "somebody else's")
	case "hold":
		_, err = w.Hold(ctx, w.fit("ada", "ben", "bea"), item().ID)
	case "defer":
		err = w.Defer(ctx, w.fit("ada", "ben", "bea"), item().ID, w.now.Add(time.Minute), "")
	case "assess":
		i := item()
		f := finding(i, among(w, []iru.Purpose{iru.PurposeProceed, iru.PurposeProceed, iru.PurposeDoubt, iru.PurposeExcluded, ""}))
		f.Finding = among(w, []iru.Finding{iru.FindRefer, iru.FindRefer, iru.FindRefer, iru.FindNoAction, iru.FindDuplicate})
		f.Of = item().ID
		_, err = w.Assess(ctx, w.fit("ada", "ben", "lena", "bea"), f)
	case "ask second":
		err = w.AskSecond(ctx, w.fit("ada", "ben"), item().ID, "")
	case "undo":
		i := item()
		o, _ := one(w, "opinion", func(x *db.Tx) ([]iru.Assessment, error) { return x.AssessmentsOf(ctx, p, i.ID) })
		if by := w.by(o.By); o.ID != 0 && by.Officer != 0 && w.now.Sub(o.At) > iru.UndoFor && w.coin() {
			w.now, w.n = o.At.Add(time.Second), w.n+1 // the walk's clock may go back: no rule forbids a machine to be wrong
			err = w.Undo(ctx, by, o.ID)
		} else {
			err = w.Undo(ctx, w.fit("ada", "ben"), o.ID)
		}
	case "draft":
		r := request()
		who := w.fit("ada", "lena", "dora")
		if w.between(0, 2) == 0 {
			r.Operation = operation()
			if w.coin() {
				r.Unit = w.people["bea"].Unit
			}
		}
		_, err = w.Draft(ctx, who, r)
	case "edit":
		_, err = w.Edit(ctx, w.fit("ada", "dora"), notice(iru.NoticeDraft).ID, among(w, []string{"", "words", "other words"}), "en")
	case "submit":
		_, err = w.Submit(ctx, w.fit("ada", "ben", "dora"), notice(iru.NoticeDraft).ID)
	case "approve":
		n := notice(iru.NoticeSubmitted, iru.NoticeEndorsed)
		team := []string{"lena", "sig", "sig", "ada"}
		if n.Unit != w.people["ada"].Unit {
			team = []string{"bea", "bo"}
		}
		_, err = w.Approve(ctx, w.fit(team...), n.ID)
	case "return":
		_, err = w.Return(ctx, w.fit("lena", "sig"), notice(iru.NoticeSubmitted, iru.NoticeEndorsed).ID, "once more")
	case "withdraw":
		_, err = w.Withdraw(ctx, w.fit("lena", "sig"), notice(iru.NoticeSubmitted, iru.NoticeSent).ID, "no longer needed")
	case "seal":
		_, err = w.Seal(ctx, among(w, []string{"test", "test", "other"}))
	case "dispatch":
		_, err = w.Dispatch(ctx, notice(iru.NoticeApproved).ID)
	case "send":
		s := desk.Sending{At: w.now.Add(time.Duration(w.between(-600, 600)) * time.Second), Proof: "250 ok", Receipt: w.coin()}
		err = w.RecordAllSent(ctx, map[iru.NoticeID]desk.Sending{notice(iru.NoticeDispatched).ID: s})
	case "bounce":
		err = w.Undeliverable(ctx, notice(iru.NoticeDispatched).ID, "550")
	case "resend":
		n := notice(iru.NoticeBounced)
		_, _ = w.Confirm(ctx, w.scope("ben"), n.Provider, "called")
		err = w.Resend(ctx, w.fit("ben", "ada"), n.ID)
	case "receive":
		n := notice(iru.NoticeSent, iru.NoticeReceived, iru.NoticeDispatched)
		err = w.Receive(ctx, desk.Reply{Notice: n.ID, Kind: among(w, kinds), Guess: w.between(0, 2) == 0, Text: "words",
			From: among(w, []string{"abuse@birchrack.test", "abuse@birchrack.test", "owner@halcyon-weather.test"}), Authentic: among(w, []string{"dkim", "dkim", "api", "relay", ""}),
			At: w.now.Add(time.Duration(w.between(-4000, 4000)) * time.Second), MessageID: fmt.Sprint(w.between(0, 30)), Answers: "<" + n.Key + "@unit-a.test>"})
	case "file":
		err = w.File(ctx, w.fit("ben"), letter(true), among(w, kinds))
	case "answer":
		_, err = w.Answer(ctx, w.fit("ben", "lena"), notice(iru.NoticeClarifying, iru.NoticeReceived).ID, "the whole page")
	case "post":
		err = w.RecordPosted(ctx, letter(false), desk.Sending{At: w.now, Proof: "250 ok", Receipt: w.coin()})
	case "fail":
		err = w.Unposted(ctx, letter(false), "550")
	case "repost":
		err = w.Repost(ctx, w.fit("ben", "ada"), letter(false))
	case "end impossibility":
		err = w.EndImpossibility(ctx, w.fit("ben"), notice(iru.NoticeClarifying).ID, "called")
	case "confirm":
		c, _ := one(w, "provider", func(x *db.Tx) ([]iru.Provider, error) { return x.Providers(ctx, p) })
		_, err = w.Confirm(ctx, w.fit("ben", "lio"), c.ID, "called")
	case "change contact":
		err = w.RecordCarriers(ctx, asset(), []desk.Carriage{{Name: "Birchrack", Site: "birchrack.test", Layer: legal.Host, Channel: iru.ByMail, Address: fmt.Sprintf("abuse%d@birchrack.test", w.n%3), Source: "RDAP"}})
	case "look":
		o := among(w, []iru.Outcome{iru.Up, iru.Gone, iru.Gone, iru.DomainHeld, iru.Timeout, iru.Altered})
		id := asset()
		for range w.between(1, 3) {
			w.later(2 * time.Minute)
			_, err = w.RecordLooks(ctx, id, []iru.Observation{{At: w.now, Vantage: "north", Outcome: o}, {At: w.now, Vantage: "south", Outcome: o}})
		}
	case "escalate":
		n := notice(iru.NoticeRefused, iru.NoticeBounced, iru.NoticeSent)
		r := request()
		if cs := view(w.unit, func(x *db.Tx) ([]iru.Carrier, error) { return x.Carriers(ctx, n.Asset) }); len(cs) > 0 {
			r.Item, r.Provider, r.Layer, r.Instrument = n.Item, cs[len(cs)-1].Provider, cs[len(cs)-1].Layer, legal.Referral
		}
		_, err = w.Escalate(ctx, w.fit("ada", "dora"), n.ID, r)
	case "expire":
		c, _ := one(w, "clock", func(x *db.Tx) ([]iru.Clock, error) { return x.Running(ctx, p, 99) })
		w.later(among(w, []time.Duration{0, 2 * time.Hour, 80 * time.Hour, 80 * time.Hour}))
		err = w.Expire(ctx, c.ID)
	case "plan":
		_, err = w.PlanOperation(ctx, w.fit("dora"), fmt.Sprint("Snow ", w.between(0, 2)), nil, []iru.UnitID{w.people["bea"].Unit}, 0, "")
	case "open poll":
		id := operation(iru.OperationDraft)
		w.tasked(id)
		_, err = w.OpenPoll(ctx, w.fit("dora"), id)
	case "poll":
		id := operation(iru.OperationPolling, iru.OperationDraft)
		w.tasked(id)
		_, _ = w.OpenPoll(ctx, w.scope("dora"), id)
		_, err = w.Poll(ctx, w.fit("lio", "brit", "brit"), id, among(w, []iru.PollState{iru.PollGo, iru.PollGo, iru.PollNoGo}), among(w, []string{"", "why"}))
	case "release":
		id := operation(iru.OperationPolling)
		w.ready(id)
		_, err = w.Release(ctx, w.fit("dora"), id, w.now.Add(time.Duration(w.between(0, 10))*time.Second))
	case "arm":
		_, _, err = w.Arm(ctx, operation(iru.OperationReleased))
	case "hold operation":
		_, err = w.HoldOperation(ctx, w.fit("dora"), operation(iru.OperationPolling), "weather")
	case "resume":
		_, err = w.Resume(ctx, w.fit("dora"), operation(iru.OperationHeld))
	case "abort":
		_, err = w.Abort(ctx, w.fit("dora"), operation(), "moved")
	case "close":
		_, err = w.Close(ctx, w.fit("dora"), operation(iru.OperationReleased))
	case "suspend":
		_, err = w.Suspend(ctx, w.fit("admin"), w.people["bo"].ID, "leave")
	case "restore":
		_, err = w.Restore(ctx, w.fit("admin"), w.people["bo"].ID, "back")
	case "hand over":
		id := item().ID
		_, _ = w.Hold(ctx, w.scope("ada"), id)
		_, err = w.HandOver(ctx, w.fit("ada"), id, w.people[among(w, []string{"ben", "lena", "sig", "bea"})].ID)
	case "reopen":
		i, _ := one(w, "judged", func(x *db.Tx) ([]iru.Item, error) {
			return x.ItemsIn(ctx, p, among(w, []iru.ItemState{iru.ItemReferred, iru.ItemDismissed}), 99)
		})
		err = w.Reopen(ctx, w.fit("ada", "ben", "lena"), i.ID, among(w, []string{"", "wrong", "wrong"}))
	case "reconsider":
		_, err = w.Reconsider(ctx, w.fit("ada", "ben"), asset(), "wrong")
	case "give up":
		_, err = w.GiveUp(ctx, w.fit("ada", "ben"), asset(), "nobody acts")
	case "close outlet", "watch outlet":
		o, _ := one(w, "outlet", func(x *db.Tx) ([]iru.Outlet, error) { return x.Outlets(ctx, p) })
		if _, err = w.WatchOutlet(ctx, w.fit("ada"), o.ID, "again"); verb == "close outlet" {
			_, err = w.CloseOutlet(ctx, w.fit("ada"), o.ID, "over")
		}
	case "fire":
		id := operation(iru.OperationReleased)
		o := view(w.unit, func(x *db.Tx) (iru.Operation, error) {
			if id == 0 {
				return iru.Operation{}, nil
			}
			return x.Operation(ctx, p, id)
		})
		_, err = w.Fire(ctx, id, o.T0)
	case "stand down":
		err = w.StandDown(ctx, w.fit("dora", "lio", "brit"), operation(iru.OperationPolling, iru.OperationReleased), w.people[among(w, []string{"lio", "brit"})].Unit, "rain")
	case "enter contact":
		c, _ := one(w, "provider", func(x *db.Tx) ([]iru.Provider, error) { return x.Providers(ctx, p) })
		_, err = w.EnterContact(ctx, w.fit("ada", "ben"), iru.Contact{Provider: c.ID, Kind: among(w, iru.ContactKinds), Channel: iru.ByMail, Address: fmt.Sprintf("desk%d@birchrack.test", w.between(0, 3))})
	case "confirm contact", "drop contact", "prefer contact":
		c, _ := one(w, "contact", func(x *db.Tx) ([]iru.Contact, error) { return x.ContactsAfter(ctx, p, 0, 99) })
		switch who := w.fit("ada", "ben"); verb {
		case "confirm contact":
			_, err = w.Desk.ConfirmContact(ctx, who, c.ID, c.Way(), "called")
		case "drop contact":
			if _, err = w.DropContact(ctx, who, c.ID, "wrong"); err == nil { // and entered again, since few are drawn
				_, _ = w.EnterContact(ctx, who, c)
			}
		default:
			_, _ = w.Desk.ConfirmContact(ctx, who, c.ID, c.Way(), "called")
			_, err = w.PreferContact(ctx, who, c.ID, "the first one is full")
		}
	case "remind":
		_, err = w.Remind(ctx, w.fit("ben"), notice(iru.NoticeSent, iru.NoticeReceived).ID, "please look")
	case "reroute":
		n := notice(iru.NoticeSubmitted, iru.NoticeApproved, iru.NoticeDraft)
		if n.ID != 0 && w.coin() {
			_ = w.RecordCarriers(ctx, n.Asset, []desk.Carriage{{Name: fmt.Sprint("Fernrack ", w.n), Layer: n.Layer, Channel: iru.ByMail, Address: "abuse@fernrack.test", Source: "RDAP"}})
		}
		cs := view(w.unit, func(x *db.Tx) ([]iru.Carrier, error) { return x.Carriers(ctx, n.Asset) })
		to := iru.ProviderID(0)
		if len(cs) > 0 {
			to = among(w, cs).Provider
		}
		_, err = w.Reroute(ctx, w.fit("ada", "dora"), n.ID, to, "")
	case "try contact":
		c, _ := one(w, "provider", func(x *db.Tx) ([]iru.Provider, error) { return x.Providers(ctx, p) })
		_, err = w.TryContact(ctx, w.fit("ada", "ben"), c.ID, 0)
	case "tried":
		c, _ := one(w, "provider", func(x *db.Tx) ([]iru.Provider, error) { return x.Providers(ctx, p) })
		x, _ := one(w, "trial", func(x *db.Tx) ([]iru.Trial, error) { return x.Trials(ctx, p, c.ID, 99) })
		if err = w.RecordTried(ctx, x.ID, desk.Sending{At: w.now, Proof: "250 ok"}, among(w, []string{"", "", "550"})); err == nil && w.coin() {
			err = w.Receive(ctx, desk.Reply{Notice: x.ID.Tag(), Kind: among(w, kinds), From: c.Address, Authentic: among(w, []string{"dkim", "relay", ""}), Answers: x.Key + "@unit-a.test", MessageID: fmt.Sprint(w.n)})
		}
	case "record fact":
		kind := among(w, []string{iru.FactAudience, iru.FactMail, iru.FactLive, iru.FactHosts})
		a := asset()
		c, _ := one(w, "carrier", func(x *db.Tx) ([]iru.Carrier, error) { return x.Carriers(ctx, a) })
		value := among(w, iru.Facts()[kind])
		if kind == iru.FactMail || kind == iru.FactAudience { // else few orders would be left
			value = map[string]string{iru.FactMail: "no", iru.FactAudience: string(legal.AutoRegistration)}[kind]
		}
		_, err = w.RecordCircumstance(ctx, w.fit("ada", "ben"), iru.Circumstance{Asset: a, Provider: c.Provider, Kind: kind, Value: value, Source: "seen"})
	case "describe provider":
		c, _ := one(w, "provider", func(x *db.Tx) ([]iru.Provider, error) { return x.Providers(ctx, p) })
		f := desk.FactsOf(c)
		f.Note, f.Languages = fmt.Sprint(w.n), []string{"de"}
		_, err = w.DescribeProvider(ctx, w.fit("ada", "ben"), c.ID, f)
	case "enter authority":
		_, err = w.EnterAuthority(ctx, w.fit("ada", "ben"), iru.Authority{Name: "Office", Country: "XB", Role: among(w, iru.AuthorityRoles), Mail: fmt.Sprintf("office%d@state-b.test", w.between(0, 2))})
	case "confirm authority":
		a, _ := one(w, "authority", func(x *db.Tx) ([]iru.Authority, error) { return x.Authorities(ctx, p) })
		_, err = w.ConfirmAuthority(ctx, w.fit("ada", "ben"), a.ID, a.Way(), "called")
	case "import contacts":
		file := fmt.Sprintf("record,provider,layer,channel,address,kind\nprovider,Fernrack,host,smtp,abuse%d@fernrack.test,\ncontact,Fernrack,host,smtp,night@fernrack.test,second\nnonsense,,,,,\n", w.between(0, 2))
		_, err = w.ImportContacts(ctx, w.fit("ada", "ben"), strings.NewReader(file), "walk.csv", w.coin())
	case "set playbook":
		_, err = w.SetPlaybook(ctx, w.fit("ada", "ben"), iru.Playbook{TLD: "test", Registry: "Range Registry", Source: "their page"}, w.coin())
	case "sweep":
		if _, err = w.SweepActs(ctx); err == nil {
			_, err = w.SweepLooks(ctx)
		}
	default:
		if slices.Contains(assessVerbs, verb) {
			err = w.assessing(verb, request)
		} else if slices.Contains(lawVerbs, verb) {
			err = w.law(verb)
		} else {
			err = w.curate(verb)
		}
	}
	if err == nil {
		w.did[verb]++
		return
	}
	kinded := 0
	for _, k := range []error{iru.Invalid, iru.NotFound, iru.Conflict, iru.Forbidden, iru.Unavailable} {
		if errors.Is(err, k) {
			kinded++
		}
	}
	if kinded != 1 || errors.Is(err, iru.Internal) {
		w.r.Fatalf("%s gave %v", verb, err)
	}
}

// by is the scope of an officer by number.
func (w *walk) by(id iru.OfficerID) iru.Scope {
	for _, o := range w.people {
		if o.ID == id {
			return o.Scope()
		}
	}
	return iru.Scope{}
}

// tasked gives an operation a task, if it has none.
func (w *walk) tasked(id iru.OperationID) {
	ctx, r := w.t.Context(), w.task()
	if ts := view(w.unit, func(x *db.Tx) ([]iru.Notice, error) { return x.Tasks(ctx, iru.Program(), id) }); len(ts) == 0 {
		r.Operation = id
		_, _ = w.Draft(ctx, w.scope("dora"), r)
	}
}

// task is a request that the law allows, if anything was found that should go.
func (w *walk) task() desk.DraftRequest {
	ctx, p := w.t.Context(), iru.Program()
	i, _ := one(w, "item", func(x *db.Tx) ([]iru.Item, error) { return x.ItemsIn(ctx, p, iru.ItemReferred, 99) })
	c, _ := one(w, "carrier", func(x *db.Tx) ([]iru.Carrier, error) { return x.Carriers(ctx, i.Asset) })
	return desk.DraftRequest{Asset: i.Asset, Item: i.ID, Provider: c.Provider, Layer: c.Layer, Instrument: legal.Referral}
}

// ready does what a release needs, half of the time: the walks would hardly ever come there by chance.
func (w *walk) ready(id iru.OperationID) {
	ctx := w.t.Context()
	if id == 0 || w.coin() {
		return
	}
	w.tasked(id)
	_, _ = w.Resume(ctx, w.scope("dora"), id)
	_, _ = w.OpenPoll(ctx, w.scope("dora"), id)
	for _, n := range view(w.unit, func(x *db.Tx) ([]iru.Notice, error) { return x.Tasks(ctx, iru.Program(), id) }) {
		_, _ = w.Submit(ctx, w.by(n.Drafted), n.ID)
		for _, who := range []string{"lena", "sig", "bea", "bo"} {
			_, _ = w.Approve(ctx, w.scope(who), n.ID)
		}
		_, _ = w.Confirm(ctx, w.scope("ben"), n.Provider, "")
	}
	for _, who := range []string{"lio", "brit"} {
		_, _ = w.Poll(ctx, w.scope(who), id, iru.PollGo, "")
	}
}

// check holds the store against what must always be so.
func (w *walk) check() {
	ctx, p := w.t.Context(), iru.Program()
	must(w.t, w.DB.View(ctx, func(x *db.Tx) error {
		all, err := x.EventsAfter(ctx, p, 0, 1<<20)
		if err != nil {
			return err
		}
		told := map[iru.Subject][]iru.Event{}
		for _, e := range all {
			told[e.Subject] = append(told[e.Subject], e)
		}
		path := func(noun, column string, id int64, stored string, only func(iru.Event) (string, bool)) {
			w.path(noun, column, stored, told[iru.Subject{Noun: noun, ID: id}], only)
		}
		as, err := x.Assets(ctx, p)
		if err != nil {
			return err
		}
		for _, a := range as {
			path("asset", "state", int64(a.ID), string(a.State), nil)
			path("asset", "presence", int64(a.ID), string(a.Presence.State), nil)
			if a.State == iru.AssetDown && a.Presence.State != iru.PresenceGone {
				w.r.Fatalf("asset %d is down and its presence %s", a.ID, a.Presence.State)
			}
			if (a.Outlet == 0) != (a.State == iru.AssetCandidate || a.State == iru.AssetRejected) {
				w.r.Fatalf("asset %d is %s and of outlet %d", a.ID, a.State, a.Outlet)
			}
		}
		is, err := x.Items(ctx, p, 0, 1<<20)
		if err != nil {
			return err
		}
		for _, i := range is {
			path("item", "state", int64(i.ID), string(i.State), nil)
			os, err := x.AssessmentsOf(ctx, p, i.ID)
			if err != nil {
				return err
			}
			carries := false
			for _, o := range os {
				path("assessment", "state", int64(o.ID), string(o.State), nil)
				carries = carries || o.CarriesOn(i)
			}
			ss, err := x.SpotsOf(ctx, i.ID)
			if err != nil {
				return err
			}
			for _, o := range ss {
				path("spot", "state", int64(o.ID), string(o.State), nil)
			}
			if carries != (i.State == iru.ItemReferred) {
				w.r.Fatalf("item %d is %s with %+v", i.ID, i.State, os)
			}
		}
		ps, err := x.Providers(ctx, p)
		if err != nil {
			return err
		}
		for _, v := range ps {
			path("provider", "contact", int64(v.ID), string(v.Contact), nil)
		}
		contacts, err := x.ContactsAfter(ctx, p, 0, 1<<20)
		if err != nil {
			return err
		}
		for _, v := range contacts {
			path("contact", "state", int64(v.ID), string(v.State), nil)
		}
		offices, err := x.Authorities(ctx, p)
		if err != nil {
			return err
		}
		for _, v := range offices {
			path("authority", "state", int64(v.ID), string(v.State), nil)
		}
		os, err := x.Outlets(ctx, p)
		if err != nil {
			return err
		}
		for _, v := range os {
			path("outlet", "state", int64(v.ID), string(v.State), nil)
		}
		ops, err := x.Operations(ctx, p)
		if err != nil {
			return err
		}
		for _, o := range ops {
			path("operation", "state", int64(o.ID), string(o.State), func(e iru.Event) (string, bool) { return e.Verb, !strings.HasPrefix(e.Verb, "poll_") })
			polls, err := x.Polls(ctx, o.ID)
			if err != nil {
				return err
			}
			for _, v := range polls {
				w.path("poll", "state", string(v.State), told[iru.Subject{Noun: "operation", ID: int64(o.ID)}], func(e iru.Event) (string, bool) {
					verb, ok := strings.CutPrefix(e.Verb, "poll_")
					return verb, ok && e.Unit == v.Unit
				})
			}
		}
		if err := w.laws(x, path); err != nil {
			return err
		}
		if err := w.recognised(x, told, path); err != nil {
			return err
		}
		return errors.Join(w.acts(x, path), w.assessed(x, path))
	}))
}

func (w *walk) acts(x *db.Tx, path func(noun, column string, id int64, stored string, only func(iru.Event) (string, bool))) error {
	ctx, p := w.t.Context(), iru.Program()
	ns, err := x.Notices(ctx, p)
	if err != nil {
		return err
	}
	w.sent = 0
	for _, n := range ns {
		path("notice", "state", int64(n.ID), string(n.State), nil)
		cs, err := x.ClocksOf(ctx, p, n.ID)
		if err != nil {
			return err
		}
		running := 0
		for _, c := range cs {
			path("clock", "state", int64(c.ID), string(c.State), nil)
			theirs := c.About.Noun == "notice" && slices.ContainsFunc(w.Regime.ClocksFor(n.Instrument, n.Emergency.Declared()), func(r legal.ClockRule) bool { return r.ID == c.Rule })
			if theirs && c.State == iru.ClockRunning {
				running++
			}
			if theirs && n.ReceivedAt.IsZero() {
				w.r.Fatalf("%s was not received and %s was started", n.Ref, c.Rule)
			}
		}
		if running > 1 {
			w.r.Fatalf("%s, received %v, has %d clocks that run", n.Ref, n.ReceivedAt, running)
		}
		rs, err := x.Receipts(ctx, p, n.ID)
		if err != nil {
			return err
		}
		for _, r := range rs {
			if was, ok := w.receipts[r.ID]; ok && was != r {
				w.r.Fatalf("the receipt %d of %s was edited from %+v to %+v", r.ID, n.Ref, was, r)
			}
			w.receipts[r.ID] = r
		}
		if last, ok := iru.InForce(rs); ok != !n.ReceivedAt.IsZero() || ok && !last.At.Equal(n.ReceivedAt) {
			w.r.Fatalf("%s was received at %v, by its receipts %+v", n.Ref, n.ReceivedAt, rs)
		}
		ls, err := x.Letters(ctx, p, n.ID)
		if err != nil {
			return err
		}
		left := slices.ContainsFunc(ls, func(l iru.Letter) bool { return !l.Inbound })
		if !left {
			if n.State.Open() || !n.SentAt.IsZero() {
				w.r.Fatalf("%s is %s and no letter left", n.Ref, n.State)
			}
			continue
		}
		dig, err := desk.ActDigest(n)
		if err != nil {
			return err
		}
		if err := n.Signed(dig); err != nil {
			w.r.Fatalf("%s left: %v; it is %s, of letters %+v", n.Ref, err, n.State, ls)
		}
		for _, a := range n.Approvals {
			if _, ok, err := x.Sealed(ctx, a.Event); err != nil || !ok {
				w.r.Fatalf("%s left with an approval that is not sealed: %v", n.Ref, err)
			}
		}
		if n.Instrument.Binding() {
			w.sent++
			last := n.Approvals[len(n.Approvals)-1].By
			if last == n.Drafted || !w.by(last).Has(iru.Signer) || w.by(last).Unit != n.Unit {
				w.r.Fatalf("%s was signed by %d, drafted by %d", n.Ref, last, n.Drafted)
			}
		}
	}
	return nil
}

// path follows the events of a thing through its table: each begins where the last one ended, each step is a line of the table, and
// the end is what is stored.
func (w *walk) path(noun, column, stored string, events []iru.Event, only func(iru.Event) (string, bool)) {
	var table iru.Table[string]
	var m iru.Machine
	for _, x := range iru.Machines() {
		if x.Noun == noun && x.Column == column {
			m, table = x, x.Steps
		}
	}
	states := m.States()
	now := table[0].From
	if noun == "assessment" {
		now = ""
	}
	for _, e := range events {
		verb := e.Verb
		if only != nil {
			var mine bool
			if verb, mine = only(e); !mine {
				continue
			}
		}
		if e.To == "" || !slices.Contains(states, e.To) {
			continue
		}
		if e.From == "" { // how it began
			now = e.To
			continue
		}
		if e.From == e.To {
			continue
		}
		to, err := table.Next(now, verb)
		if e.From != now || err != nil || to != e.To {
			w.r.Fatalf("a %s that is %s is told to %s from %s to %s: %v", noun, now, verb, e.From, e.To, err)
		}
		now = to
	}
	if now != stored {
		w.r.Fatalf("a %s is stored as %s, and by its events it is %s: %+v", noun, stored, now, events)
	}
}
