// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"context"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
)

type (
	// A Receipt is evidence that the addressee has an act; a later one corrects it, and none is ever changed.
	Receipt struct {
		ID       int64  `json:"id"`
		At       *Stamp `json:"at"`
		Zone     string `json:"zone,omitempty" doc:"Of the clock that showed it; absent: UTC."`
		Channel  string `json:"channel,omitempty"`
		Proof    string `json:"proof"`
		Recorded *Stamp `json:"recorded"`
		By       int64  `json:"by,omitempty" doc:"Absent: the program saw it."`
		Corrects int64  `json:"corrects,omitempty"`
		Reason   string `json:"reason,omitempty"`
	}
	// A Missive is a letter beside an act's own thread.
	Missive struct {
		ID       int64        `json:"id"`
		Unit     int64        `json:"unit"`
		Kind     missiveKind  `json:"kind"`
		Ref      string       `json:"ref,omitempty"`
		Notice   int64        `json:"notice,omitempty"`
		Scrutiny int64        `json:"scrutiny,omitempty"`
		Provider int64        `json:"provider,omitempty"`
		Name     string       `json:"name"`
		Address  string       `json:"address,omitempty" doc:"Absent: it leaves by hand only."`
		Subject  string       `json:"subject"`
		Text     string       `json:"text"`
		State    missiveState `json:"state"`
		Created  *Stamp       `json:"created"`
		By       int64        `json:"by,omitempty"`
		SentAt   *Stamp       `json:"sent_at,omitempty"`
		Proof    string       `json:"proof,omitempty"`
		GotAt    *Stamp       `json:"got_at,omitempty"`
		Failed   string       `json:"failed,omitempty"`
	}
	// A Waiver lets a provider's first removal order leave before the twelve hours are over.
	Waiver struct {
		ID      int64       `json:"id"`
		Notice  int64       `json:"notice"`
		Reason  string      `json:"reason"`
		By      int64       `json:"by"`
		At      *Stamp      `json:"at"`
		State   waiverState `json:"state"`
		Second  int64       `json:"second,omitempty"`
		Settled *Stamp      `json:"settled,omitempty"`
		Note    string      `json:"note,omitempty"`
	}
	// An Appeal is a challenge of an act.
	Appeal struct {
		ID      int64       `json:"id"`
		Notice  int64       `json:"notice"`
		By      string      `json:"by"`
		Body    string      `json:"body"`
		Ref     string      `json:"ref,omitempty"`
		Lodged  *Stamp      `json:"lodged"`
		State   appealState `json:"state"`
		Decided *Stamp      `json:"decided,omitempty"`
		Reason  string      `json:"reason,omitempty"`
	}
	// A Nondisclosure is a decision that the content provider is not told.
	Nondisclosure struct {
		ID     int64              `json:"id"`
		Notice int64              `json:"notice"`
		By     int64              `json:"by"`
		At     *Stamp             `json:"at"`
		Reason string             `json:"reason"`
		State  nondisclosureState `json:"state"`
		Again  string             `json:"again,omitempty" doc:"Why it was extended."`
		Ended  *Stamp             `json:"ended,omitempty"`
		Why    string             `json:"why,omitempty"`
	}
	// A Reinstatement is owed when an act that had content removed loses its effect.
	Reinstatement struct {
		ID       int64              `json:"id"`
		Notice   int64              `json:"notice"`
		Asset    int64              `json:"asset"`
		Cause    string             `json:"cause"`
		Why      string             `json:"why"`
		State    reinstatementState `json:"state"`
		Created  *Stamp             `json:"created"`
		Verified *Stamp             `json:"verified,omitempty"`
		Detail   string             `json:"detail,omitempty"`
	}
	// A Timeline is everything that runs, ran or was recorded in an act's case.
	Timeline struct {
		Notice         int64           `json:"notice"`
		FinalAt        *Stamp          `json:"final_at,omitempty" doc:"When the order became final."`
		Clocks         []Clock         `json:"clocks" nullable:"false"`
		Receipts       []Receipt       `json:"receipts" nullable:"false"`
		Missives       []Missive       `json:"missives" nullable:"false"`
		Waivers        []Waiver        `json:"waivers" nullable:"false"`
		Appeals        []Appeal        `json:"appeals" nullable:"false"`
		Nondisclosures []Nondisclosure `json:"nondisclosures" nullable:"false"`
		Reinstatements []Reinstatement `json:"reinstatements" nullable:"false"`
	}
	// FirstOrder is the ledger of the twelve hours for a provider, and how many of its orders are final.
	FirstOrder struct {
		Ordered bool      `json:"ordered" doc:"It had a removal order before."`
		From    *Stamp    `json:"from,omitempty" doc:"When a first order may leave; absent: it was not informed."`
		Letters []Missive `json:"letters" nullable:"false"`
		Final   int       `json:"final" doc:"Final removal orders of the last twelve months."`
		Factor  bool      `json:"factor" doc:"Two or more: a factor for a decision that people take (Article 5(4))."`
	}
)

func receipt(r iru.Receipt) Receipt {
	return Receipt{ID: r.ID, At: at(r.At), Zone: r.Zone, Channel: r.Channel, Proof: r.Proof, Recorded: at(r.Recorded), By: int64(r.By), Corrects: r.Of, Reason: r.Reason}
}

func missive(m iru.Missive) Missive {
	return Missive{ID: int64(m.ID), Unit: int64(m.Unit), Kind: missiveKind(m.Kind), Ref: m.Ref, Notice: int64(m.Notice), Scrutiny: int64(m.Scrutiny), Provider: int64(m.Provider), Name: m.Name, Address: m.Address,
		Subject: m.Subject, Text: m.Text, State: missiveState(m.State), Created: at(m.Created), By: int64(m.By), SentAt: at(m.SentAt), Proof: m.Proof, GotAt: at(m.GotAt), Failed: m.Failed}
}

func (m Missive) cursor() string { return number(m.ID) }

func waiver(w iru.Waiver) Waiver {
	return Waiver{ID: w.ID, Notice: int64(w.Notice), Reason: w.Reason, By: int64(w.By), At: at(w.At), State: waiverState(w.State), Second: int64(w.Second), Settled: at(w.Settled), Note: w.Note}
}

func appeal(a iru.Appeal) Appeal {
	return Appeal{ID: a.ID, Notice: int64(a.Notice), By: a.By, Body: a.Body, Ref: a.Ref, Lodged: at(a.Lodged), State: appealState(a.State), Decided: at(a.Decided), Reason: a.Reason}
}

func nondisclosure(d iru.Nondisclosure) Nondisclosure {
	return Nondisclosure{ID: d.ID, Notice: int64(d.Notice), By: int64(d.By), At: at(d.At), Reason: d.Reason, State: nondisclosureState(d.State), Again: d.Again, Ended: at(d.Ended), Why: d.EndWhy}
}

func reinstatement(r iru.Reinstatement) Reinstatement {
	return Reinstatement{ID: r.ID, Notice: int64(r.Notice), Asset: int64(r.Asset), Cause: r.Cause, Why: r.Why, State: reinstatementState(r.State), Created: at(r.Created), Verified: at(r.Verified), Detail: r.Detail}
}

func (r Reinstatement) cursor() string { return number(r.ID) }

type (
	occasionBody struct {
		Rule     string `json:"rule" maxLength:"40" doc:"Such as tco-measures: a time limit whose event only a person knows."`
		Notice   int64  `json:"notice,omitempty" minimum:"1"`
		Provider int64  `json:"provider,omitempty" minimum:"1"`
		Ref      string `json:"ref,omitempty" maxLength:"60"`
		At       string `json:"at" maxLength:"40" doc:"As a clock showed it: 2026-03-29T10:15, with an offset where that is ambiguous."`
		Zone     string `json:"zone,omitempty" maxLength:"60" doc:"Of that clock, such as Europe/Vienna; absent: UTC."`
		Due      string `json:"due,omitempty" maxLength:"40" doc:"The end, only where the law gives no length."`
		Proof    string `json:"proof" maxLength:"500"`
	}
	proofBody struct {
		Proof string `json:"proof" minLength:"1" maxLength:"500"`
	}
	extendBody struct {
		Until  string `json:"until,omitempty" maxLength:"40" doc:"Absent: the longest that the law allows."`
		Zone   string `json:"zone,omitempty" maxLength:"60"`
		Reason string `json:"reason" maxLength:"1000"`
	}
	handingBody struct {
		At     string  `json:"at" maxLength:"40" doc:"As a clock showed it: 2026-03-29T10:15, with an offset where that is ambiguous."`
		Zone   string  `json:"zone,omitempty" maxLength:"60" doc:"Of that clock, such as Europe/Vienna; absent: UTC."`
		How    handWay `json:"how"`
		Person string  `json:"person" maxLength:"200" doc:"Whom the officer spoke to, or who signed."`
		Note   string  `json:"note,omitempty" maxLength:"2000" doc:"Number called, number of the registered letter, their ticket."`
	}
	receiptBody struct {
		At      string `json:"at" maxLength:"40" doc:"As a clock showed it: 2026-03-29T10:15, with an offset where that is ambiguous."`
		Zone    string `json:"zone,omitempty" maxLength:"60" doc:"Of that clock, such as Europe/Vienna; absent: UTC."`
		Channel string `json:"channel,omitempty" maxLength:"40"`
		Proof   string `json:"proof" maxLength:"500"`
		Reason  string `json:"reason,omitempty" maxLength:"500" doc:"Of a correction."`
	}
	momentBody struct {
		At    string `json:"at" maxLength:"40"`
		Zone  string `json:"zone,omitempty" maxLength:"60"`
		Proof string `json:"proof" maxLength:"500"`
	}
	settleBody struct {
		Grant bool   `json:"grant"`
		Note  string `json:"note,omitempty" maxLength:"500"`
	}
	appealEndBody struct {
		Due    string `json:"due" maxLength:"40"`
		Zone   string `json:"zone,omitempty" maxLength:"60"`
		Source string `json:"source" maxLength:"300"`
	}
	appealBody struct {
		By   string `json:"by" maxLength:"40" doc:"provider or content provider."`
		Body string `json:"body" maxLength:"200" doc:"The court or authority."`
		Ref  string `json:"ref,omitempty" maxLength:"100"`
		At   string `json:"at" maxLength:"40"`
		Zone string `json:"zone,omitempty" maxLength:"60"`
	}
	outcomeBody struct {
		Verb   string `json:"verb" enum:"dismiss,annul,drop"`
		At     string `json:"at" maxLength:"40" doc:"The day of the decision."`
		Zone   string `json:"zone,omitempty" maxLength:"60"`
		Reason string `json:"reason" maxLength:"2000"`
	}
	sendBody struct {
		Address string `json:"address,omitempty" maxLength:"320"`
		Text    string `json:"text,omitempty" maxLength:"20000" doc:"Absent: as it was drafted."`
	}
	missivesIn struct {
		Page
		Notice   int64        `query:"notice" minimum:"1"`
		Provider int64        `query:"provider" minimum:"1"`
		Kind     missiveKind  `query:"kind"`
		State    missiveState `query:"state"`
	}
	reinstatementsIn struct {
		Page
		State reinstatementState `query:"state"`
	}
)

// law has the routes of receipts, clocks, letters, appeals, secrecy and reinstatement; scrutinies have a file of their own.
func (s *server) law() {
	ask(s, "/v1/notices/{id}/timeline", "get-timeline", "Read everything that runs, ran or was recorded in an act's case", func(ctx context.Context, in *ByID) (Timeline, error) {
		return s.timeline(ctx, iru.NoticeID(in.ID))
	})
	post(s, "/v1/clocks", "start-clock", "Start a clock on a person's word", desk.ScopeDecide, func(ctx context.Context, sc iru.Scope, in *of[occasionBody]) (Clock, error) {
		b := in.Body
		c, err := s.desk.StartClock(ctx, sc, desk.Occasion{Rule: b.Rule, Notice: iru.NoticeID(b.Notice), Provider: iru.ProviderID(b.Provider), Ref: b.Ref, At: b.At, Zone: b.Zone, Due: b.Due, Proof: b.Proof})
		return s.clock(c), err
	})
	post(s, "/v1/clocks/{id}/stop", "stop-clock", "Record that what a clock was for has happened", desk.ScopeDecide, func(ctx context.Context, sc iru.Scope, in *with[proofBody]) (Clock, error) {
		c, err := s.desk.StopClock(ctx, sc, iru.ClockID(in.ID), in.Body.Proof)
		return s.clock(c), err
	})
	post(s, "/v1/clocks/{id}/extend", "extend-clock", "Prolong a time limit that the law lets be prolonged", desk.ScopeApprove, func(ctx context.Context, sc iru.Scope, in *with[extendBody]) (Clock, error) {
		c, err := s.desk.ExtendClock(ctx, sc, iru.ClockID(in.ID), in.Body.Until, in.Body.Reason)
		return s.clock(c), err
	})
	post(s, "/v1/notices/{id}/hand", "hand-notice", "Record that an officer handed an act over", desk.ScopeDecide, func(ctx context.Context, sc iru.Scope, in *with[handingBody]) (Notice, error) {
		n, err := s.desk.Hand(ctx, sc, iru.NoticeID(in.ID), in.Body.handing())
		return notice(n), err
	})
	post(s, "/v1/notices/{id}/receipt", "enter-receipt", "Record a receipt on an officer's word; a second one files it where it starts a clock of law", desk.ScopeDecide, func(ctx context.Context, sc iru.Scope, in *with[handingBody]) (Letter, error) {
		l, err := s.desk.EnterReceipt(ctx, sc, iru.NoticeID(in.ID), in.Body.handing())
		return letter(l), err
	})
	post(s, "/v1/notices/{id}/correct-receipt", "correct-receipt", "Record a further receipt with the reason why the one before is wrong", desk.ScopeDecide, func(ctx context.Context, sc iru.Scope, in *with[receiptBody]) (Receipt, error) {
		r, err := s.desk.CorrectReceipt(ctx, sc, iru.NoticeID(in.ID), in.Body.request())
		return receipt(r), err
	})
	post(s, "/v1/notices/{id}/revoke", "revoke-notice", "Withdraw an act that took effect already", desk.ScopeApprove, func(ctx context.Context, sc iru.Scope, in *with[reasonBody]) (Notice, error) {
		n, err := s.desk.Revoke(ctx, sc, iru.NoticeID(in.ID), in.Body.Reason)
		return notice(n), err
	})
	post(s, "/v1/notices/{id}/waive", "ask-waiver", "Ask to let a provider's first removal order leave before the twelve hours are over", desk.ScopeApprove, func(ctx context.Context, sc iru.Scope, in *with[reasonBody]) (Waiver, error) {
		w, err := s.desk.AskWaiver(ctx, sc, iru.NoticeID(in.ID), in.Body.Reason)
		return waiver(w), err
	})
	post(s, "/v1/waivers/{id}/settle", "settle-waiver", "Grant or refuse a waiver that another officer asked for", desk.ScopeApprove, func(ctx context.Context, sc iru.Scope, in *with[settleBody]) (Waiver, error) {
		w, err := s.desk.SettleWaiver(ctx, sc, in.ID, in.Body.Grant, in.Body.Note)
		return waiver(w), err
	})
	s.redress()
	s.missives()
}

func (b handingBody) handing() desk.Handing {
	return desk.Handing{At: b.At, Zone: b.Zone, How: string(b.How), Person: b.Person, Note: b.Note}
}

func (b receiptBody) request() desk.ReceiptRequest {
	return desk.ReceiptRequest{At: b.At, Zone: b.Zone, Channel: b.Channel, Proof: b.Proof, Reason: b.Reason}
}

func (s *server) clock(c iru.Clock) Clock { return clock(c, s.now()) }

func (s *server) redress() {
	post(s, "/v1/notices/{id}/appeal-end", "set-appeal-end", "Enter when the national time to appeal ends", desk.ScopeApprove, func(ctx context.Context, sc iru.Scope, in *with[appealEndBody]) (Clock, error) {
		c, err := s.desk.SetAppealEnd(ctx, sc, iru.NoticeID(in.ID), in.Body.Due, in.Body.Zone, in.Body.Source)
		return s.clock(c), err
	})
	post(s, "/v1/notices/{id}/appeals", "lodge-appeal", "Record that an act is challenged", desk.ScopeDecide, func(ctx context.Context, sc iru.Scope, in *with[appealBody]) (Appeal, error) {
		a, err := s.desk.LodgeAppeal(ctx, sc, iru.Appeal{Notice: iru.NoticeID(in.ID), By: in.Body.By, Body: in.Body.Body, Ref: in.Body.Ref}, in.Body.At, in.Body.Zone)
		return appeal(a), err
	})
	post(s, "/v1/appeals/{id}/settle", "settle-appeal", "Record the outcome of an appeal", desk.ScopeApprove, func(ctx context.Context, sc iru.Scope, in *with[outcomeBody]) (Appeal, error) {
		a, err := s.desk.SettleAppeal(ctx, sc, in.ID, in.Body.Verb, in.Body.At, in.Body.Zone, in.Body.Reason)
		return appeal(a), err
	})
	post(s, "/v1/notices/{id}/nondisclosure", "decide-nondisclosure", "Decide that the content provider is not told", desk.ScopeApprove, func(ctx context.Context, sc iru.Scope, in *with[extendBody]) (Nondisclosure, error) {
		d, err := s.desk.DecideNondisclosure(ctx, sc, iru.NoticeID(in.ID), in.Body.Reason, in.Body.Until, in.Body.Zone)
		return nondisclosure(d), err
	})
	post(s, "/v1/nondisclosures/{id}/extend", "extend-nondisclosure", "Extend a decision not to disclose, once", desk.ScopeApprove, func(ctx context.Context, sc iru.Scope, in *with[extendBody]) (Nondisclosure, error) {
		d, err := s.desk.ExtendNondisclosure(ctx, sc, in.ID, in.Body.Reason, in.Body.Until, in.Body.Zone)
		return nondisclosure(d), err
	})
	post(s, "/v1/nondisclosures/{id}/end", "end-nondisclosure", "End a decision not to disclose before its time", desk.ScopeApprove, func(ctx context.Context, sc iru.Scope, in *with[reasonBody]) (Nondisclosure, error) {
		d, err := s.desk.EndNondisclosure(ctx, sc, in.ID, in.Body.Reason)
		return nondisclosure(d), err
	})
	list(s, "/v1/reinstatements", "list-reinstatements", "List what is to be put back", func(ctx context.Context, t *db.Tx, sc iru.Scope, in *reinstatementsIn, n int) ([]Reinstatement, error) {
		after, err := in.after()
		if err != nil {
			return nil, err
		}
		rs, err := t.ReinstatementsAfter(ctx, sc, iru.ReinstatementState(in.State), after, n)
		return paged(rs, err, reinstatement)
	})
	post(s, "/v1/reinstatements/{id}/kept-down", "keep-down", "Record that a provider keeps it down by its own terms", desk.ScopeDecide, func(ctx context.Context, sc iru.Scope, in *with[reasonBody]) (Reinstatement, error) {
		if err := s.desk.KeptDown(ctx, sc, in.ID, in.Body.Reason); err != nil {
			return Reinstatement{}, err
		}
		return view(ctx, s, func(t *db.Tx, sc iru.Scope) (Reinstatement, error) {
			r, err := t.Reinstatement(ctx, sc, in.ID)
			return reinstatement(r), err
		})
	})
}

func (s *server) missives() {
	list(s, "/v1/missives", "list-missives", "List the letters beside the acts' own threads", func(ctx context.Context, t *db.Tx, sc iru.Scope, in *missivesIn, n int) ([]Missive, error) {
		after, err := in.after()
		if err != nil {
			return nil, err
		}
		ms, err := t.MissivesAfter(ctx, sc, db.MissiveFilter{Notice: iru.NoticeID(in.Notice), Provider: iru.ProviderID(in.Provider), Kind: iru.MissiveKind(in.Kind), State: iru.MissiveState(in.State)}, iru.MissiveID(after), n)
		return paged(ms, err, missive)
	})
	get(s, "/v1/missives/{id}", "get-missive", "Read a letter", func(ctx context.Context, t *db.Tx, sc iru.Scope, in *ByID) (Missive, error) {
		m, err := t.Missive(ctx, sc, iru.MissiveID(in.ID))
		return missive(m), err
	})
	post(s, "/v1/missives/{id}/send", "send-missive", "Send a drafted letter by mail", desk.ScopeDecide, func(ctx context.Context, sc iru.Scope, in *with[sendBody]) (Missive, error) {
		m, err := s.desk.SendMissive(ctx, sc, iru.MissiveID(in.ID), in.Body.Address, in.Body.Text)
		return missive(m), err
	})
	post(s, "/v1/missives/{id}/by-hand", "send-missive-by-hand", "Record that a letter left by another way", desk.ScopeDecide, func(ctx context.Context, sc iru.Scope, in *with[momentBody]) (Missive, error) {
		m, err := s.desk.ByHand(ctx, sc, iru.MissiveID(in.ID), in.Body.At, in.Body.Zone, in.Body.Proof)
		return missive(m), err
	})
	post(s, "/v1/missives/{id}/drop", "drop-missive", "Decide that a letter is not sent", desk.ScopeDecide, func(ctx context.Context, sc iru.Scope, in *with[reasonBody]) (Missive, error) {
		m, err := s.desk.DropMissive(ctx, sc, iru.MissiveID(in.ID), in.Body.Reason)
		return missive(m), err
	})
	post(s, "/v1/missives/{id}/received", "missive-received", "Record that the addressee has a letter", desk.ScopeDecide, func(ctx context.Context, sc iru.Scope, in *with[momentBody]) (Missive, error) {
		m, err := s.desk.GotMissive(ctx, sc, iru.MissiveID(in.ID), in.Body.At, in.Body.Zone, in.Body.Proof)
		return missive(m), err
	})
	ask(s, "/v1/providers/{id}/first-order", "get-first-order", "Read the ledger of the twelve hours for a provider", func(ctx context.Context, in *ByID) (FirstOrder, error) {
		sc := callerOf(ctx).scope
		f, err := s.desk.FirstOrderTo(ctx, sc, iru.ProviderID(in.ID))
		if err != nil {
			return FirstOrder{}, err
		}
		x, err := s.desk.ExposureOf(ctx, sc, iru.ProviderID(in.ID))
		return FirstOrder{Ordered: f.Ordered, From: at(f.From), Letters: shown(f.Letters, missive), Final: len(x.Final), Factor: x.Factor}, err
	})
	post(s, "/v1/providers/{id}/inform", "inform-provider", "Send a provider the information that goes before its first removal order", desk.ScopeDecide, func(ctx context.Context, sc iru.Scope, in *ByID) (Missive, error) {
		m, err := s.desk.Inform(ctx, sc, iru.ProviderID(in.ID))
		return missive(m), err
	})
	post(s, "/v1/providers/{id}/informed", "record-informed", "Record that a provider was informed by other means", desk.ScopeDecide, func(ctx context.Context, sc iru.Scope, in *with[momentBody]) (Missive, error) {
		m, err := s.desk.RecordInformed(ctx, sc, iru.ProviderID(in.ID), in.Body.At, in.Body.Zone, in.Body.Proof)
		return missive(m), err
	})
}

func (s *server) timeline(ctx context.Context, id iru.NoticeID) (Timeline, error) {
	out := Timeline{Notice: int64(id)}
	sc := callerOf(ctx).scope
	cs, rs, err := s.desk.Timeline(ctx, sc, id)
	if err != nil {
		return out, err
	}
	final, err := s.desk.FinalAt(ctx, sc, id)
	if err != nil {
		return out, err
	}
	out.FinalAt, out.Clocks, out.Receipts = at(final), shown(cs, s.clock), shown(rs, receipt)
	return view(ctx, s, func(t *db.Tx, sc iru.Scope) (Timeline, error) {
		n, err := t.Notice(ctx, sc, id)
		if err != nil {
			return out, err
		}
		ms, err := t.MissivesAfter(ctx, sc, db.MissiveFilter{Notice: id}, 0, 200)
		if err != nil {
			return out, err
		}
		ws, err := t.Waivers(ctx, sc, id)
		if err != nil {
			return out, err
		}
		as, err := t.AppealsOf(ctx, sc, id)
		if err != nil {
			return out, err
		}
		ds, err := t.NondisclosuresOf(ctx, sc, id)
		if err != nil {
			return out, err
		}
		ps, err := t.ReinstatementsOf(ctx, sc, n.Asset)
		if err != nil {
			return out, err
		}
		out.Missives, out.Waivers, out.Appeals, out.Nondisclosures, out.Reinstatements = shown(ms, missive), shown(ws, waiver), shown(as, appeal), shown(ds, nondisclosure), []Reinstatement{}
		for _, p := range ps {
			if p.Notice == id {
				out.Reinstatements = append(out.Reinstatements, reinstatement(p))
			}
		}
		return out, nil
	})
}
