// SPDX-License-Identifier: EUPL-1.2

package desk_test

import (
	"slices"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/desk/desktest"
	"iolaus/internal/iru"
	"iolaus/internal/legal"
)

// assessing are the walk's steps of assessment, scrutiny, spot checks, threats and grouped letters.
func (w *walk) assessing(verb string, request func() desk.DraftRequest) error {
	ctx, p := w.t.Context(), iru.Program()
	mock := func() iru.Mock {
		m, _ := one(w, "mock", func(x *db.Tx) ([]iru.Mock, error) { return x.Mocks(ctx, p, 99) })
		return m
	}
	spot := func(states ...iru.SpotState) iru.Spot {
		s, _ := one(w, "spot", func(x *db.Tx) ([]iru.Spot, error) {
			all, err := x.Spots(ctx, p, time.Time{}, 99)
			fit := slices.DeleteFunc(slices.Clone(all), func(s iru.Spot) bool { return !slices.Contains(states, s.State) })
			if len(fit) == 0 {
				return all, err
			}
			return fit, err
		})
		return s
	}
	threat := func(states ...iru.ThreatState) iru.Threat {
		h, _ := one(w, "threat", func(x *db.Tx) ([]iru.Threat, error) {
			all, err := x.Threats(ctx, p, 99)
			fit := slices.DeleteFunc(slices.Clone(all), func(h iru.Threat) bool { return !slices.Contains(states, h.State) })
			if len(fit) == 0 {
				return all, err
			}
			return fit, err
		})
		return h
	}
	batch := func(state iru.BatchState) iru.Batch {
		b, _ := one(w, "batch", func(x *db.Tx) ([]iru.Batch, error) {
			all, err := x.Batches(ctx, p, 99)
			fit := slices.DeleteFunc(slices.Clone(all), func(b iru.Batch) bool { return b.State != state })
			if len(fit) == 0 {
				return all, err
			}
			return fit, err
		})
		return b
	}
	act := func(id iru.NoticeID) string {
		dig := ""
		_ = w.DB.View(ctx, func(x *db.Tx) error {
			n, err := x.Notice(ctx, p, id)
			if err == nil {
				dig, err = desk.ActDigest(n)
			}
			return err
		})
		return dig
	}
	host := func() iru.ProviderID {
		c, _ := one(w, "provider", func(x *db.Tx) ([]iru.Provider, error) { return x.Providers(ctx, p) })
		return c.ID
	}
	var err error
	switch verb {
	case "complete":
		i, _ := one(w, "item", func(x *db.Tx) ([]iru.Item, error) { return x.Items(ctx, p, 0, 99) })
		a, _ := one(w, "opinion", func(x *db.Tx) ([]iru.Assessment, error) { return x.AssessmentsOf(ctx, p, i.ID) })
		g := desktest.Whole()
		g.Press = &iru.Press{Responsible: "an editor", Standards: "none found", Why: "nobody answers"}
		if w.coin() {
			g = iru.Grounds{Press: g.Press}
		}
		_, err = w.Complete(ctx, w.fit("ada", "ben"), a.ID, g)
	case "identify":
		who := w.people[among(w, []string{"ada", "ben", "lena", "sig", "dora", "lio", "bo"})]
		o, _ := one(w, "officer", func(x *db.Tx) ([]iru.Officer, error) { o, err := x.Officer(ctx, who.ID); return []iru.Officer{o}, err })
		subject := "" // hardly ever two are one, else nothing goes
		if o.Subject == "" && w.between(0, 9) == 0 {
			subject = "person 1"
		}
		_, err = w.Identify(ctx, w.fit("admin"), who.ID, subject, "badge")
	case "ask mock":
		n, _ := one(w, "notice", w.notices(iru.NoticeDraft))
		_, err = w.AskMock(ctx, w.fit("ada", "sig"), n.ID, "")
	case "take mock":
		_, err = w.TakeMock(ctx, w.fit("lena"), mock().ID, true)
	case "look mock":
		_, err = w.LookMock(ctx, w.fit("lena"), mock().ID, among(w, []string{"stands", "unclear", ""}), "to me")
	case "conclude mock":
		m := mock()
		_, err = w.ConcludeMock(ctx, w.fit("lena"), m.ID, act(m.Notice), answers(among(w, []string{"", "limb"})), w.coin(), "since")
	case "decide mock":
		_, err = w.DecideMock(ctx, w.fit("sig", "ben"), mock().ID, "mended")
	case "drop mock":
		m := mock()
		_, err = w.DropMock(ctx, w.by(m.Asked), m.ID, "late")
	case "take spot":
		_, err = w.TakeSpot(ctx, w.fit("ben", "lena"), spot(iru.SpotAsked).ID, true)
	case "return spot":
		s := spot(iru.SpotTaken)
		_, err = w.ReturnSpot(ctx, w.by(s.By), s.ID)
	case "read spot":
		s := spot(iru.SpotTaken)
		_, err = w.ReadSpot(ctx, w.by(s.By), s.ID, among(w, []iru.Finding{iru.FindRefer, iru.FindNoAction}), []string{"c"}, iru.PurposeProceed, "to me")
	case "settle spot":
		_, err = w.SettleSpot(ctx, w.fit("lena"), spot(iru.SpotDiffers).ID, "it stands")
	case "open threat":
		r := request()
		r.Instrument = among(w, []legal.Instrument{legal.Referral, legal.RemovalOrder})
		_, _, err = w.OpenThreat(ctx, w.fit("ada"), desk.ThreatRequest{Draft: r, Category: among(w, []string{"attack", "live", "x"}), Reason: danger})
	case "declare threat":
		h := threat(iru.ThreatOpened)
		_, err = w.DeclareThreat(ctx, w.fit("sig", "sig", "ben"), h.ID, act(h.Notice))
	case "inform threat":
		_, err = w.InformThreat(ctx, w.fit("ben"), threat(iru.ThreatDeclared).ID, among(w, []string{"europol", "authority", "press"}), "by telephone")
	case "review threat":
		_, err = w.ReviewThreat(ctx, w.fit("lena"), threat(iru.ThreatDeclared).ID, w.coin(), "it was")
	case "withdraw threat":
		_, err = w.WithdrawThreat(ctx, w.fit("lena"), threat(iru.ThreatOpened).ID, "no danger")
	case "set calendar":
		c := work(host())
		c.Gather, c.Zone = time.Minute, "UTC"
		c.Windows[0].Days, c.Windows[0].From, c.Windows[0].To = []int{0, 1, 2, 3, 4, 5, 6}, "00:00", "24:00"
		_, err = w.SetCalendar(ctx, w.fit("ada", "bea"), c)
	case "end calendar":
		err = w.EndCalendar(ctx, w.fit("ada", "bea"), host(), "no more")
	case "dispatch group":
		b := batch(iru.BatchGathering)
		_, _ = w.Confirm(ctx, w.scope("ben"), b.Provider, "called")
		_, err = w.DispatchGroup(ctx, b.ID)
	case "send group":
		err = w.RecordGroupSent(ctx, batch(iru.BatchDispatched).ID, desk.Sending{At: w.now, Proof: "250 ok"})
	case "bounce group":
		err = w.GroupUndeliverable(ctx, batch(iru.BatchDispatched).ID, "550")
	default:
		w.r.Fatalf("no verb %q", verb)
	}
	return err
}

// assessed holds scrutinies, threats and grouped letters against what must always be so.
func (w *walk) assessed(x *db.Tx, path func(noun, column string, id int64, stored string, only func(iru.Event) (string, bool))) error {
	ctx, p := w.t.Context(), iru.Program()
	ms, err := x.Mocks(ctx, p, 1<<20)
	if err != nil {
		return err
	}
	for _, m := range ms {
		path("mock", "state", int64(m.ID), string(m.State), nil)
		n, err := x.Notice(ctx, p, m.Notice)
		if err != nil {
			return err
		}
		if m.Open() && n.State != iru.NoticeDraft && n.State != iru.NoticeWithdrawn {
			w.r.Fatalf("%s is %s while its mock scrutiny is %s", n.Ref, n.State, m.State)
		}
		if m.By != 0 && m.By == n.Drafted {
			w.r.Fatalf("%s was scrutinised by its drafter", n.Ref)
		}
	}
	hs, err := x.Threats(ctx, p, 1<<20)
	if err != nil {
		return err
	}
	for _, h := range hs {
		path("threat", "state", int64(h.ID), string(h.State), nil)
		n, err := x.Notice(ctx, p, h.Notice)
		if err != nil {
			return err
		}
		if h.State == iru.ThreatOpened && (n.State == iru.NoticeApproved || !n.SentAt.IsZero()) {
			w.r.Fatalf("%s is %s on one person's word", n.Ref, n.State)
		}
		if h.Second != 0 && h.Second == h.First || h.Review != 0 && (h.Review == h.First || h.Review == h.Second) {
			w.r.Fatalf("threat %d: %d, %d, reviewed by %d", h.ID, h.First, h.Second, h.Review)
		}
	}
	bs, err := x.Batches(ctx, p, 1<<20)
	if err != nil {
		return err
	}
	for _, b := range bs {
		path("batch", "state", int64(b.ID), string(b.State), nil)
		in, err := x.Grouped(ctx, p, b.ID)
		if err != nil {
			return err
		}
		for _, n := range in {
			if n.Instrument.Binding() || n.Threat != 0 {
				w.r.Fatalf("%s waits for a letter", n.Ref)
			}
			if b.State == iru.BatchGathering && !n.SentAt.IsZero() {
				w.r.Fatalf("%s left before its letter", n.Ref)
			}
		}
	}
	return nil
}

var assessVerbs = []string{"complete", "identify", "ask mock", "take mock", "look mock", "conclude mock", "decide mock", "drop mock", "take spot", "return spot", "read spot", "settle spot",
	"open threat", "declare threat", "inform threat", "review threat", "withdraw threat", "set calendar", "end calendar", "dispatch group", "send group", "bounce group"}
