// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/iru"
	"iolaus/internal/legal"
)

// Usual is what a provider on a layer is usually asked for by an instrument.
func Usual(l legal.Layer, i legal.Instrument) legal.Request {
	switch l {
	case legal.Registrar, legal.Registry, legal.DNSOperator:
		return legal.HoldName
	case legal.CDN: // an order can make it stop passing the site on; a plain letter asks who stores it
		if !i.Binding() {
			return legal.AskOrigin
		}
	case legal.AppStore, legal.AddonStore, legal.SearchEngine:
		return legal.Delist
	}
	return legal.RemoveContent
}

// A DraftRequest is what an officer wants to serve on whom.
type DraftRequest struct {
	Asset      iru.AssetID
	Item       iru.ItemID // 0: the asset as a whole
	Provider   iru.ProviderID
	Layer      legal.Layer
	Instrument legal.Instrument
	Request    legal.Request // "" for the usual one
	Lang       string        // "" for English
	Reasons    string        // "" to take those of the assessment
	Operation  iru.OperationID
	Unit       iru.UnitID // the unit that serves it in an operation; 0 for the officer's own
	Parent     iru.NoticeID

	threat iru.ThreatID // the threat to life for which it leaves by the fast lane
}

// Draft makes a draft, if the law allows that instrument for that addressee and a person found that the content should go.
func (d *Desk) Draft(ctx context.Context, s iru.Scope, r DraftRequest) (iru.Notice, error) {
	if err := s.May(iru.ToDraft); err != nil {
		return iru.Notice{}, err
	}
	key := make([]byte, 16)
	if _, err := rand.Read(key); err != nil {
		return iru.Notice{}, fmt.Errorf("draft notice: %w: %w", iru.Internal, err)
	}
	var n iru.Notice
	err := d.enact(ctx, func(t *db.Tx, now time.Time) error {
		var err error
		n, err = d.draft(ctx, t, s, r, hex.EncodeToString(key), now)
		return err
	})
	return n, err
}

func (d *Desk) draft(ctx context.Context, t *db.Tx, s iru.Scope, r DraftRequest, key string, now time.Time) (iru.Notice, error) {
	var n iru.Notice
	a, err := t.Asset(ctx, s, r.Asset)
	if err != nil {
		return n, err
	}
	if a.Outlet == 0 {
		return n, iru.Refuse(iru.Conflict, "nobody has attributed this asset to an outlet", "attribute or reject it first")
	}
	p, err := t.Provider(ctx, s, r.Provider)
	if err != nil {
		return n, err
	}
	cs, err := t.Carriers(ctx, a.ID)
	if err != nil {
		return n, err
	}
	if !slices.ContainsFunc(cs, func(c iru.Carrier) bool { return c.Provider == p.ID && c.Layer == r.Layer }) {
		return n, iru.Refuse(iru.Invalid, fmt.Sprintf("%s does not carry this asset as %s", p.Name, r.Layer.Title()), "choose one of the providers that do")
	}
	unit, err := d.serving(ctx, t, s, r)
	if err != nil {
		return n, err
	}
	if r.Request == "" {
		r.Request = Usual(r.Layer, r.Instrument)
	}
	f, err := d.carrying(ctx, t, a, r.Item, r.threat != 0)
	if err != nil {
		return n, err
	}
	facts, err := t.Circumstances(ctx, iru.Program(), a.ID)
	if err != nil {
		return n, err
	}
	if rule := d.Regime.Rule(r.Instrument, unit.Kind, iru.Target(a, f, p, r.Layer, facts, r.Request)); !rule.Allowed {
		instead := ""
		if len(rule.Instead) > 0 {
			var titles []string
			for _, i := range rule.Instead {
				titles = append(titles, i.Title())
			}
			instead = "possible instead: " + strings.Join(titles, ", ")
		}
		return n, iru.Refuse(iru.Forbidden, strings.TrimSuffix(rule.Reason, "."), instead)
	}
	if !d.Regime.InForce(r.Instrument, now) {
		return n, iru.Refuse(iru.Forbidden, r.Instrument.Title()+" is not in force on this day", "choose another one")
	}
	if err := f.Bears(r.Instrument.Binding()); err != nil {
		return n, err
	}
	loc := a.Locator
	if r.Item != 0 {
		i, err := t.Item(ctx, s, r.Item)
		if err != nil {
			return n, err
		}
		if i.Asset != a.ID {
			return n, iru.Refuse(iru.Invalid, "the item is not on this asset", "")
		}
		loc = i.Locator
	}
	if r.Reasons = strings.TrimSpace(r.Reasons); r.Reasons == "" {
		r.Reasons = grounds(f)
	}
	if r.Lang == "" {
		r.Lang = usualLanguage(p)
	}
	if err := understood(r.Lang, p); err != nil {
		return n, err
	}
	day, err := d.onTheDay(ctx, t, s, r, now)
	if err != nil {
		return n, err
	}
	ref := fmt.Sprintf("%s-%d", r.Instrument.Ref(), now.Year())
	if day.Drill {
		ref = "DRILL-" + ref
	}
	no, err := t.Count(ctx, ref)
	if err != nil {
		return n, err
	}
	n = iru.Notice{Unit: unit.ID, Ref: fmt.Sprintf("%s-%04d", ref, no), Stage: iru.UsualStage(iru.UsualRole(r.Layer, r.Instrument), r.Layer), Drill: day.Drill, Instrument: r.Instrument,
		Regime: fmt.Sprintf("%s/%d", d.Regime.ID, d.Regime.Version), Request: r.Request, Asset: a.ID, Item: r.Item, Locator: loc,
		Provider: p.ID, Layer: r.Layer, Operation: r.Operation, Parent: r.Parent, Lang: r.Lang, Reasons: r.Reasons,
		Basis: r.Instrument.Basis(), Drafted: s.Officer, State: iru.NoticeDraft, Key: key, Created: now, Threat: r.threat}
	if err := t.AddNotice(ctx, &n); err != nil {
		return n, err
	}
	e := happened("notice", int64(n.ID), "draft", s.Officer, n.Unit, now, n.Ref).With("instrument", string(n.Instrument)).
		With("provider", int64(p.ID)).With("asset", int64(a.ID)).With("assessment", int64(f.ID)).With("layer", string(n.Layer)).With("request", string(n.Request))
	if n.Operation != 0 {
		e = e.With("operation", int64(n.Operation)).With("stage", string(n.Stage))
	}
	e.To = string(n.State)
	if _, err := t.Record(ctx, e); err != nil {
		return n, err
	}
	if err := d.tasked(ctx, t, s, n, a, p, now); err != nil {
		return n, err
	}
	if n.Operation != 0 {
		if err := keepLate(ctx, t, day, now); err != nil {
			return n, err
		}
	}
	return n, d.expirePolls(ctx, t, n.Operation, now)
}

// onTheDay is the operation whose task is drafted, the zero one for an act of its own.
func (d *Desk) onTheDay(ctx context.Context, t *db.Tx, s iru.Scope, r DraftRequest, now time.Time) (iru.Operation, error) {
	if r.Operation == 0 {
		return iru.Operation{}, nil
	}
	o, err := t.Operation(ctx, s, r.Operation)
	if err == nil && o.Begun(now) {
		err = iru.Refuse(iru.Conflict, "T0 of the operation has passed", "draft an act of its own")
	}
	return o, err
}

// serving is the unit that serves the act: the officer's own, or in an operation one that takes part.
func (d *Desk) serving(ctx context.Context, t *db.Tx, s iru.Scope, r DraftRequest) (iru.Unit, error) {
	if r.Operation == 0 {
		if r.Unit != 0 && r.Unit != s.Unit {
			return iru.Unit{}, iru.Refuse(iru.Forbidden, "you draft for your own unit only", "plan an operation to act together")
		}
		return t.Unit(ctx, s.Unit)
	}
	o, err := t.Operation(ctx, s, r.Operation)
	if err != nil {
		return iru.Unit{}, err
	}
	if o.State == iru.OperationReleased || o.State == iru.OperationClosed || o.State == iru.OperationAborted {
		return iru.Unit{}, iru.Refuse(iru.Conflict, "the operation is "+string(o.State), "draft an act of its own")
	}
	if r.Unit == 0 {
		r.Unit = s.Unit
	}
	ps, err := t.Participants(ctx, o.ID)
	if err != nil {
		return iru.Unit{}, err
	}
	n := slices.IndexFunc(ps, func(p iru.Participant) bool { return p.Unit == r.Unit })
	if n < 0 {
		return iru.Unit{}, iru.Refuse(iru.Invalid, "that unit does not take part in the operation", "add it first")
	}
	if !ps[n].Acts() {
		return iru.Unit{}, iru.Refuse(iru.Invalid, ps[n].Name+" has no role in which it acts", "give it one, or let another unit serve the act")
	}
	return t.Unit(ctx, r.Unit)
}

// finding is the assessment that an act rests on: of that item, or for the asset as a whole of any of its items.
func (d *Desk) finding(ctx context.Context, t *db.Tx, a iru.Asset, item iru.ItemID) (iru.Assessment, error) {
	return d.carrying(ctx, t, a, item, false)
}

// carrying is finding; for a threat to life a finding in doubt carries an act too, before its second opinion.
func (d *Desk) carrying(ctx context.Context, t *db.Tx, a iru.Asset, item iru.ItemID, threat bool) (iru.Assessment, error) {
	is, err := t.ItemsOf(ctx, iru.Program(), a.ID)
	if err != nil {
		return iru.Assessment{}, err
	}
	for _, i := range is {
		if item != 0 && i.ID != item || i.State != iru.ItemReferred && (!threat || i.State != iru.ItemSecond) {
			continue
		}
		fs, err := t.AssessmentsOf(ctx, iru.Program(), i.ID)
		if err != nil {
			return iru.Assessment{}, err
		}
		for _, f := range fs {
			if f.CarriesOn(i) || threat && f.State == iru.AssessmentDoubted && (f.Content == "" || f.Content == i.Content) {
				return f, nil
			}
		}
	}
	return iru.Assessment{}, iru.Refuse(iru.Conflict, "no person has found that content of this asset should go", "assess it first; the true-purpose step cannot be skipped")
}

// Submit hands a complete draft to those who approve. An order of one hour needs a second confirmed contact (Rules.TwoContacts).
func (d *Desk) Submit(ctx context.Context, s iru.Scope, id iru.NoticeID) (iru.Notice, error) {
	return d.SubmitAlone(ctx, s, id, "")
}

// SubmitAlone is Submit with the reason why one contact must do; the log keeps it, and who approves reads it.
func (d *Desk) SubmitAlone(ctx context.Context, s iru.Scope, id iru.NoticeID, why string) (iru.Notice, error) {
	if why = clip(why, 300); why != "" {
		why = alone + why
	}
	return d.move(ctx, s, id, iru.ToDraft, "submit", why, func(n iru.Notice) error { return n.Ready() })
}

// alone begins the note of an act that was handed in with one contact only.
const alone = "one contact only: "

// Return gives a submitted act back to its author; approvals given so far lapse.
func (d *Desk) Return(ctx context.Context, s iru.Scope, id iru.NoticeID, why string) (iru.Notice, error) {
	return d.move(ctx, s, id, iru.ToEndorse, "return", why, func(n iru.Notice) error {
		if n.Threat != 0 {
			return iru.Refuse(iru.Conflict, n.Ref+" leaves by the fast lane", "withdraw the threat to life instead")
		}
		return own(s, n.Unit)
	})
}

// Withdraw ends an act. What has left cannot be called back; the addressee must be told by an answer.
func (d *Desk) Withdraw(ctx context.Context, s iru.Scope, id iru.NoticeID, why string) (iru.Notice, error) {
	return d.move(ctx, s, id, iru.ToEndorse, "withdraw", why, func(n iru.Notice) error {
		if err := own(s, n.Unit); err != nil && (n.State != iru.NoticeDraft || n.Drafted != s.Officer) {
			return err
		}
		if strings.TrimSpace(why) == "" {
			return iru.Refuse(iru.Invalid, "the reason is missing", "say why the act is withdrawn")
		}
		return nil
	})
}

func (d *Desk) move(ctx context.Context, s iru.Scope, id iru.NoticeID, p iru.Power, verb, note string, check func(iru.Notice) error) (iru.Notice, error) {
	if err := s.May(p); err != nil {
		return iru.Notice{}, err
	}
	var n iru.Notice
	err := d.enact(ctx, func(t *db.Tx, now time.Time) error {
		var err error
		if n, err = ownNotice(ctx, t, s, id); err != nil {
			return err
		}
		if err := check(n); err != nil {
			return err
		}
		if verb == "submit" {
			if err := unheld(ctx, t, n); err != nil {
				return err
			}
			if err := d.twice(ctx, t, n, note); err != nil {
				return err
			}
			if err := d.hasHome(ctx, t, n); err != nil {
				return err
			}
		}
		if verb == "submit" { // from here on these words are what is approved, and what leaves
			if n.Subject, n.Text, n.Facts, err = d.paper(ctx, t, n); err != nil {
				return err
			}
		}
		if n, err = stepped(ctx, t, n, verb, s.Officer, now, note); err != nil {
			return err
		}
		if verb == "withdraw" {
			if err := d.stopClocks(ctx, t, n.ID, now, "withdrawn: "+note); err != nil {
				return err
			}
			if err := relent(ctx, t, n.Asset, s.Officer, now, n.Ref+" was withdrawn"); err != nil {
				return err
			}
		}
		return d.expirePolls(ctx, t, n.Operation, now)
	})
	return n, err
}

// Edit changes a draft's words.
func (d *Desk) Edit(ctx context.Context, s iru.Scope, id iru.NoticeID, reasons, lang string) (iru.Notice, error) {
	if err := s.May(iru.ToDraft); err != nil {
		return iru.Notice{}, err
	}
	if reasons = strings.TrimSpace(reasons); reasons == "" {
		return iru.Notice{}, iru.Refuse(iru.Invalid, "the statement of reasons is missing", "write on what ground the content should go")
	}
	var n iru.Notice
	err := d.enact(ctx, func(t *db.Tx, now time.Time) error {
		var err error
		if n, err = ownNotice(ctx, t, s, id); err != nil {
			return err
		}
		if n.State != iru.NoticeDraft {
			return iru.Refuse(iru.Conflict, "only a draft can be edited", "return it to draft first")
		}
		p, err := t.Provider(ctx, iru.Program(), n.Provider)
		if err != nil {
			return err
		}
		if err := understood(lang, p); err != nil {
			return err
		}
		n.Reasons, n.Lang = reasons, lang
		if err := t.UpdateNotice(ctx, n, iru.NoticeDraft); err != nil {
			return err
		}
		if _, err = t.Record(ctx, happened("notice", int64(n.ID), "edit", s.Officer, n.Unit, now, "")); err != nil {
			return err
		}
		return d.expirePolls(ctx, t, n.Operation, now)
	})
	return n, err
}

// ActDigest is the SHA-256 of everything that an approval covers.
func ActDigest(n iru.Notice) (string, error) {
	covers := []any{n.Unit, n.Parent, n.Ref, n.Instrument, n.Regime, n.Request, n.Asset, n.Item, n.Locator, n.Provider, n.Layer, n.Operation, n.Lang, n.Reasons, n.Basis, n.Key, n.Subject, n.Text}
	if n.Facts != "" { // all that its documents say, and the version of their template
		covers = append(covers, n.Facts)
	}
	return digest(covers)
}

// Approve takes an officer's approval of the act whose digest the officer has seen. With the last one, an act of its own is on its
// way as soon as a checkpoint covers it; a task of an operation waits for T0.
func (d *Desk) Approve(ctx context.Context, s iru.Scope, id iru.NoticeID, seen string) (iru.Notice, error) {
	var n iru.Notice
	err := d.enact(ctx, func(t *db.Tx, now time.Time) error {
		by, err := t.Officer(ctx, s.Officer)
		if err != nil {
			return err
		}
		if n, err = t.Notice(ctx, s, id); err != nil {
			return err
		}
		if n.Unit != by.Unit {
			return iru.Refuse(iru.Forbidden, "an act is approved by officers of the unit that serves it", "")
		}
		if n.Threat != 0 {
			return iru.Refuse(iru.Conflict, n.Ref+" leaves by the fast lane", "declare or withdraw the threat to life")
		}
		n, err = d.approve(ctx, t, n, by, seen, now)
		return err
	})
	return n, err
}

func (d *Desk) approve(ctx context.Context, t *db.Tx, n iru.Notice, by iru.Officer, seen string, now time.Time) (iru.Notice, error) {
	if err := d.reviewed(ctx, t, n, by); err != nil {
		return n, err
	}
	dig, err := ActDigest(n)
	if err != nil {
		return n, err
	}
	if err := asSeen("act", dig, seen); err != nil {
		return n, err
	}
	next, e, err := n.Approve(by, dig, now)
	if err != nil {
		return n, err
	}
	if err := persons(ctx, t, next); err != nil {
		return n, err
	}
	ev, err := t.Record(ctx, e)
	if err != nil {
		return n, err
	}
	next.Approvals[len(next.Approvals)-1].Event = ev
	if err := t.UpdateNotice(ctx, next, n.State); err != nil {
		return n, err
	}
	if next.State == iru.NoticeApproved && next.Operation == 0 {
		return d.leave(ctx, t, next, now)
	}
	return next, nil
}

// reviewed asks the gate again, since the finding or the addressee may have changed, and refuses the first approval of anybody but
// a legal reviewer where a lawyer must look.
func (d *Desk) reviewed(ctx context.Context, t *db.Tx, n iru.Notice, by iru.Officer) error {
	a, err := t.Asset(ctx, iru.Program(), n.Asset)
	if err != nil {
		return err
	}
	p, err := t.Provider(ctx, iru.Program(), n.Provider)
	if err != nil {
		return err
	}
	u, err := t.Unit(ctx, n.Unit)
	if err != nil {
		return err
	}
	f, err := d.carrying(ctx, t, a, n.Item, n.Threat != 0)
	if err != nil {
		return err
	}
	if err := f.Bears(n.Instrument.Binding()); err != nil {
		return err
	}
	if err := Leave(ctx, t, n); err != nil {
		return err
	}
	rule, err := d.gate(ctx, t, n, a, f, p, u)
	switch {
	case err != nil:
		return err
	case rule.LegalView && len(n.Approvals) == 0 && !by.Scope().Has(iru.Reviewer):
		return iru.Refuse(iru.Forbidden, "this act needs a legal view: "+strings.TrimSuffix(rule.Reason, "."), "a legal reviewer must approve it first")
	}
	return nil
}

// Paper is what the addressee gets: as it was submitted, or of a draft as it stands.
func (d *Desk) Paper(ctx context.Context, s iru.Scope, id iru.NoticeID) (subject, text string, err error) {
	err = d.DB.View(ctx, func(t *db.Tx) error {
		n, err := t.Notice(ctx, s, id)
		if err != nil {
			return err
		}
		if subject, text = n.Subject, n.Text; text == "" {
			subject, text, _, err = d.paper(ctx, t, n)
		}
		return err
	})
	return subject, text, err
}

// gate asks the law about an act with the facts as they stand now. Refused: Forbidden.
func (d *Desk) gate(ctx context.Context, t *db.Tx, n iru.Notice, a iru.Asset, f iru.Assessment, p iru.Provider, u iru.Unit) (legal.Ruling, error) {
	facts, err := t.Circumstances(ctx, iru.Program(), a.ID)
	if err != nil {
		return legal.Ruling{}, err
	}
	rule := d.Regime.Rule(n.Instrument, u.Kind, iru.Target(a, f, p, n.Layer, facts, n.Request))
	if !rule.Allowed {
		return rule, iru.Refuse(iru.Forbidden, strings.TrimSuffix(rule.Reason, "."), strings.TrimSuffix(rule.Advice, "."))
	}
	return rule, nil
}
