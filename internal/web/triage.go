// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/iru"
	"iolaus/internal/web/ui"
)

// The acts of the finding panel.
const (
	actRefer     = "refer"
	actDuplicate = "duplicate"
	actNoAction  = "no_action"
	actSecond    = "second"
	actLater     = "later"
)

// keyPassed holds the items that an officer passed on in this session.
const keyPassed = "passed"

// triagePage takes the next item for the officer, or the one that was asked for, and shows it.
func (v *visit) triagePage() error {
	q := v.r.URL.Query()
	want, _ := strconv.ParseInt(q.Get("item"), 10, 64)
	p := ItemPage{Triage: true}
	switch act := q.Get("act"); act {
	case actRefer, actDuplicate, actNoAction, actSecond, actLater:
		p.Act = act
	}
	if want == 0 && v.byItself() { // the page that had nothing to show asks whether there is something now
		return v.emptyQueue()
	}
	i, err := v.pick(iru.ItemID(want))
	if err != nil {
		return err
	}
	if i == 0 {
		return v.emptyQueue()
	}
	if err := v.fillItem(&p, i); err != nil {
		return err
	}
	if p.Act != "" && p.CanJudge && !p.Mine {
		p.CanJudge = false
	}
	p.Form = assessForm{Lang: p.Item.Lang, Of: firstOf(p.Alike)}
	if p.Act == actRefer {
		if p.Form.Near, err = v.desk.Neighbours(v.ctx(), v.scope, i); err != nil {
			return err
		}
	}
	if err := v.offerUndo(&p, q.Get("did")); err != nil {
		return err
	}
	p.Frame.Title = ui.T(v.ctx(), "Triage") + ": " + p.Frame.Title
	return v.show(p.View())
}

func firstOf(ids []iru.ItemID) string {
	if len(ids) == 0 {
		return ""
	}
	return id(ids[0])
}

// pick chooses an item and holds it: the one asked for, else the one that the officer holds already, else the most urgent one that
// is free and may be judged by this officer. 0: there is none. A page that asks by itself takes nothing and keeps nothing.
func (v *visit) pick(want iru.ItemID) (iru.ItemID, error) {
	hold := v.may(iru.ToAssess) && v.r.Method == http.MethodGet && !v.byItself()
	if want != 0 {
		if !hold {
			return want, nil
		}
		var i iru.Item
		var by iru.OfficerID
		err := v.read(func(t *db.Tx) error {
			var err error
			if i, err = t.Item(v.ctx(), v.scope, want); err != nil {
				return err
			}
			_, by, err = askedSecond(v.ctx(), t, want)
			return err
		})
		if err != nil {
			return 0, err
		}
		if i.Unit == v.by.Unit && v.waits(i) && (i.State != iru.ItemSecond || by != v.by.ID) {
			_, err = v.desk.Hold(v.ctx(), v.scope, want)
		}
		if errors.Is(err, iru.Conflict) { // somebody has it; the page says who
			err = nil
		}
		return want, err
	}
	choice, err := v.choices()
	if err != nil {
		return 0, err
	}
	for _, i := range choice {
		if !hold {
			return i, nil
		}
		_, err := v.desk.Hold(v.ctx(), v.scope, i)
		if errors.Is(err, iru.Conflict) { // somebody was quicker
			continue
		}
		return i, err
	}
	return 0, nil
}

func (v *visit) waits(i iru.Item) bool {
	return i.State == iru.ItemReady || i.State == iru.ItemSecond || i.State == iru.ItemDeferred && !i.WakeAt.After(v.now)
}

// choices lists what this officer may take next, in order.
func (v *visit) choices() ([]iru.ItemID, error) {
	var mine, free []iru.ItemID
	passed := v.passed()
	err := v.read(func(t *db.Tx) error {
		mine, free = nil, nil
		items, err := t.Queue(v.ctx(), v.scope, v.now, 200)
		if err != nil {
			return err
		}
		for _, i := range items {
			if i.Unit != v.by.Unit || i.Held(v.by.ID, v.now) || slices.Contains(passed, i.ID) {
				continue
			}
			if i.State == iru.ItemSecond {
				if _, by, err := askedSecond(v.ctx(), t, i.ID); err != nil {
					return err
				} else if by == v.by.ID {
					continue
				}
			}
			if i.HeldBy == v.by.ID && v.now.Before(i.HeldUntil) {
				mine = append(mine, i.ID)
			} else {
				free = append(free, i.ID)
			}
		}
		return nil
	})
	return append(mine, free...), err
}

func (v *visit) passed() []iru.ItemID {
	var out []iru.ItemID
	for s := range strings.FieldsSeq(v.sessions.GetString(v.ctx(), keyPassed)) {
		if n, err := strconv.ParseInt(s, 10, 64); err == nil {
			out = append(out, iru.ItemID(n))
		}
	}
	return out
}

func (v *visit) notAgain(i iru.ItemID) {
	all := append(v.passed(), i)
	var words []string
	for _, x := range all[max(0, len(all)-100):] {
		words = append(words, id(x))
	}
	v.sessions.Put(v.ctx(), keyPassed, strings.Join(words, " "))
}

// emptyQueue says why there is nothing to judge, and what to do.
func (v *visit) emptyQueue() error {
	p := TriageEmptyPage{Frame: v.frame("triage", ui.T(v.ctx(), "Triage")), Said: v.said(), MayWatch: v.may(iru.ToWatch)}
	err := v.read(func(t *db.Tx) error {
		items, err := t.Queue(v.ctx(), v.scope, v.now, queueShown)
		if err != nil {
			return err
		}
		who := names{}
		p.Queue = queueTable(v.ctx())
		for _, i := range items {
			p.Queue.Rows = append(p.Queue.Rows, queueRow(v.ctx(), t, who, i, false, v.now))
		}
		deferred, err := t.ItemsIn(v.ctx(), v.scope, iru.ItemDeferred, 500)
		if err != nil {
			return err
		}
		p.Deferred = len(deferred)
		fresh, err := t.ItemsIn(v.ctx(), v.scope, iru.ItemNew, 500)
		p.Capturing = len(fresh)
		return err
	})
	if err != nil {
		return err
	}
	if v.may(iru.ToAssess) {
		free, err := v.choices()
		if err != nil {
			return err
		}
		p.Free = len(free)
	}
	if did := v.r.URL.Query().Get("did"); did != "" {
		q := ItemPage{Now: v.now}
		if err := v.offerUndo(&q, did); err != nil {
			return err
		}
		p.Undo, p.Referred = q.Undo, q.Referred
	}
	return v.show(p.View())
}

// offerUndo shows for ten seconds how to take the last finding back.
func (v *visit) offerUndo(p *ItemPage, did string) error {
	n, err := strconv.ParseInt(did, 10, 64)
	if err != nil {
		return nil
	}
	return v.read(func(t *db.Tx) error {
		a, err := t.Assessment(v.ctx(), v.scope, iru.AssessmentID(n))
		if errors.Is(err, iru.NotFound) {
			return nil
		}
		if err != nil || a.By != v.by.ID {
			return err
		}
		did := ui.T(v.ctx(), "Item %s: %s", id(a.Item), strings.ToLower(findingState(v.ctx(), a).Word))
		if a.Finding == iru.FindRefer && a.Carries() {
			i, err := t.Item(v.ctx(), v.scope, a.Item)
			if err != nil {
				return err
			}
			p.Referred = i.Asset
		}
		until := a.At.Add(iru.UndoFor)
		if iru.AssessmentTable.Can(a.State, "undo") && v.now.Before(until) {
			p.Undo = &ui.Undo{ID: "undo", Did: did, Action: "/assessments/" + id(a.ID) + "/undo", Until: until, Now: v.now}
		} else if p.Said == "" {
			p.Said = did
		}
		return nil
	})
}

// again shows an item's panel once more, with what was written and what is wrong with it.
func (v *visit) judgeAgain(i iru.ItemID, act string, f assessForm, why error) error {
	p := ItemPage{Triage: true, Act: act, Form: f}
	if err := v.fillItem(&p, i); err != nil {
		return err
	}
	return v.again(why, p.View())
}

// assess takes a finding.
func (v *visit) assess() error {
	n, err := v.number("id")
	if err != nil {
		return err
	}
	act := v.value("act")
	f := v.assessForm()
	a := f.assessment(iru.ItemID(n), act)
	if f.missing(v.ctx(), act); len(f.Errors) > 0 {
		return v.judgeAgain(a.Item, act, f, iru.Invalid)
	}
	a, err = v.desk.Assess(v.ctx(), v.scope, a, f.also()...)
	if r, ok := refusal(err); ok {
		f.Errors[fieldOf(r.Reason)] = words(r)
		return v.judgeAgain(iru.ItemID(n), act, f, err)
	}
	if err != nil {
		return err
	}
	return v.to("%s", at("/triage", "did", id(a.ID)))
}

// second sends the item to another person.
func (v *visit) second() error {
	n, err := v.number("id")
	if err != nil {
		return err
	}
	if err := v.desk.AskSecond(v.ctx(), v.scope, iru.ItemID(n), v.value("reason")); err != nil {
		return err
	}
	v.say(ui.T(v.ctx(), "Item %s waits for another person's opinion. Yours is not shown.", id(n)))
	return v.to("/triage")
}

// later puts the item off.
func (v *visit) later() error {
	n, err := v.number("id")
	if err != nil {
		return err
	}
	f := assessForm{When: v.value("when"), Date: v.value("date"), Reason: v.value("reason"), Errors: map[string]string{}}
	var until time.Time
	switch f.When {
	case "hour":
		until = v.now.Add(time.Hour)
	case "tonight":
		until = nextHour(v.now, 20)
	case "tomorrow":
		until = nextHour(v.now.AddDate(0, 0, 1).Truncate(24*time.Hour), 8)
	case "date":
		if until, err = time.Parse("2006-01-02T15:04", f.Date); err != nil {
			f.Errors["date"] = ui.T(v.ctx(), "Write a date and a time, in UTC.")
		}
	default:
		f.Errors["when"] = ui.T(v.ctx(), "Choose when.")
	}
	if len(f.Errors) > 0 {
		return v.judgeAgain(iru.ItemID(n), actLater, f, iru.Invalid)
	}
	err = v.desk.Defer(v.ctx(), v.scope, iru.ItemID(n), until, f.Reason)
	if r, ok := refusal(err); ok && f.When == "date" && errors.Is(err, iru.Invalid) {
		f.Errors["date"] = words(r)
		return v.judgeAgain(iru.ItemID(n), actLater, f, err)
	}
	if err != nil {
		return err
	}
	v.say(ui.T(v.ctx(), "Item %s sleeps until %s.", id(n), moment(until)))
	return v.to("/triage")
}

// nextHour is the next time that the clock shows a full hour, UTC.
func nextHour(now time.Time, hour int) time.Time {
	at := time.Date(now.Year(), now.Month(), now.Day(), hour, 0, 0, 0, time.UTC)
	if !at.After(now) {
		at = at.AddDate(0, 0, 1)
	}
	return at
}
