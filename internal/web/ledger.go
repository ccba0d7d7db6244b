// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/ledger"
	"iolaus/internal/web/ui"
)

// What a check within a request may take: so many entries, so much time.
const (
	checkEntries = 500_000
	checkTime    = 20 * time.Second
)

// keyAudit holds until when the session may read the whole log, in seconds since 1970.
const keyAudit = "audit"

// auditFor is how long one reason lasts.
const auditFor = time.Hour

// ledgerNouns are what an event can be about.
var ledgerNouns = []string{"notice", "clock", "operation", "asset", "outlet", "item", "assessment", "match", "bank", "known", "provider", "exhibit", "officer", "unit", "log", "search", "partner", "inquiry"}

// logScope is whose events are shown: an auditor who said why sees every unit's.
func (v *visit) logScope() (s iru.Scope, whole bool) {
	if v.r.URL.Query().Get("all") == "" || !v.may(iru.ToAudit) || v.sessions.GetInt64(v.ctx(), keyAudit) < v.now.Unix() {
		return v.scope, false
	}
	return iru.Program(), true
}

func (v *visit) ledgerPage() error { return v.showLedger(nil) }

func (v *visit) showLedger(report *CheckReport) error {
	ctx, q := v.ctx(), v.r.URL.Query()
	p := LedgerPage{Frame: v.frame("ledger", ui.T(ctx, "Ledger")), Now: v.now, Said: v.said(), Noun: q.Get("noun"), Nouns: ledgerNouns, MayAudit: v.may(iru.ToAudit), Origin: v.desk.Log.Origin, Report: report}
	if !slices.Contains(ledgerNouns, p.Noun) {
		p.Noun = ""
	}
	var scope iru.Scope
	scope, p.Whole = v.logScope()
	before, _ := strconv.ParseInt(q.Get("before"), 10, 64)
	all := ""
	if p.Whole {
		all = "1"
	}
	err := v.read(func(t *db.Tx) error {
		if err := v.checkpoint(t, &p); err != nil {
			return err
		}
		es, err := t.EventsBefore(ctx, scope, iru.Subject{Noun: p.Noun}, iru.EventID(max(before, 0)), perPage+1)
		if err != nil {
			return err
		}
		if len(es) > perPage {
			es = es[:perPage]
			p.Pages.Next = at("/ledger", "all", all, "noun", p.Noun, "before", id(es[perPage-1].ID))
		}
		if before > 0 {
			p.Pages.Previous = at("/ledger", "all", all, "noun", p.Noun)
		}
		if p.Table, err = v.eventTable(t, v.withoutConsultations(es), names{}, true); err != nil {
			return err
		}
		p.Witnesses, err = v.witnessed(t)
		return err
	})
	if err != nil {
		return err
	}
	p.Table.Empty = ui.T(ctx, "Nothing happened yet. Watch an address or invite a colleague: every step comes here.")
	return v.show(p.View())
}

// withoutConsultations leaves out who looked at what: that log is the auditor's.
func (v *visit) withoutConsultations(es []iru.Event) []iru.Event {
	if v.may(iru.ToAudit) {
		return es
	}
	return slices.DeleteFunc(es, func(e iru.Event) bool { return e.Consultation() })
}

// checkpoint reads the newest one.
func (v *visit) checkpoint(t *db.Tx, p *LedgerPage) error {
	ctx := v.ctx()
	w, err := t.Unsequenced(ctx, 1000)
	if err != nil {
		return err
	}
	p.Waiting = len(w)
	size, at, signed, err := t.Checkpoint(ctx)
	if errors.Is(err, iru.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	c, err := ledger.Peek(signed)
	if err != nil {
		return fmt.Errorf("read checkpoint: %w: %w", iru.Internal, err)
	}
	p.Size, p.At, p.Text, p.Root = size, at, string(signed), hex.EncodeToString(c.Root[:])
	return nil
}

// checkLedger verifies the whole log within limits and shows the report.
func (v *visit) checkLedger() error {
	r := &CheckReport{At: v.now}
	began := time.Now()
	ctx, stop := context.WithTimeout(v.ctx(), checkTime)
	defer stop()
	err := v.desk.DB.View(ctx, func(t *db.Tx) error {
		log := t.Log(ctx)
		n, err := log.Size()
		if err != nil {
			return err
		}
		if r.TooMany = n > checkEntries; r.TooMany {
			return nil
		}
		r.Report, err = ledger.Verify(log, v.desk.Log.Verifier, v.desk.Log.Origin)
		return err
	})
	r.Took = time.Since(began)
	if errors.Is(err, context.DeadlineExceeded) || ctx.Err() != nil && v.ctx().Err() == nil {
		r.TooMany, err = true, nil
	}
	if err != nil {
		return err
	}
	return v.showLedger(r)
}

func (v *visit) openLog() error {
	if err := v.desk.Consult(v.ctx(), v.scope, desk.WholeLog, v.value("why")); err != nil {
		return err
	}
	v.sessions.Put(v.ctx(), keyAudit, v.now.Add(auditFor).Unix())
	return v.to("/ledger?all=1")
}

func (v *visit) checkpointFile() error {
	var text []byte
	err := v.read(func(t *db.Tx) error {
		var err error
		_, _, text, err = t.Checkpoint(v.ctx())
		return err
	})
	if err != nil {
		return err
	}
	return v.file("checkpoint", "text/plain; charset=utf-8", text)
}

// event reads the one that the path names.
func (v *visit) event(t *db.Tx) (iru.Event, error) {
	n, err := v.number("id")
	if err != nil {
		return iru.Event{}, err
	}
	e, err := t.Event(v.ctx(), v.eventScope(), iru.EventID(n))
	if err == nil && e.Verb == "consult" && !v.may(iru.ToAudit) {
		return iru.Event{}, iru.NotFound
	}
	return e, err
}

// eventScope is the reach for one event: an auditor with an open reason reads any.
func (v *visit) eventScope() iru.Scope {
	if v.may(iru.ToAudit) && v.sessions.GetInt64(v.ctx(), keyAudit) >= v.now.Unix() {
		return iru.Program()
	}
	return v.scope
}

func (v *visit) eventPage() error {
	ctx := v.ctx()
	var p EventPage
	err := v.read(func(t *db.Tx) error {
		var err error
		if p.Event, err = v.event(t); err != nil {
			return err
		}
		es, err := desk.Withhold(ctx, t, v.scope, []iru.Event{p.Event})
		if err != nil {
			return err
		}
		p.Withheld = desk.Withheld(es[0])
		p.By = names{}.of(ctx, t, p.Event.By)
		p.Facts = nil
		if p.Withheld {
			es[0].Facts = nil // of which the mark itself is one
		}
		for _, k := range slices.Sorted(maps.Keys(es[0].Facts)) {
			b, err := json.Marshal(es[0].Facts[k])
			if err != nil {
				return err
			}
			text := string(b)
			if s, ok := es[0].Facts[k].(string); ok {
				text = s
			}
			p.Facts = append(p.Facts, [2]string{k, cutText(text, 500)})
		}
		if p.Proof, err = v.proofOf(t, p.Event); err == nil {
			p.Event = es[0]
		}
		return err
	})
	if err != nil {
		return err
	}
	p.Frame = v.frame("ledger", ui.T(ctx, "Event %s", id(p.Event.ID)))
	return v.show(p.View())
}

func (v *visit) eventProof() error {
	var e iru.Event
	err := v.read(func(t *db.Tx) error {
		var err error
		e, err = v.event(t)
		return err
	})
	if err != nil {
		return err
	}
	return v.sendProof(e, "event-"+id(e.ID))
}
