// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"time"

	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/legal"
	"iolaus/internal/web/ui"
)

// A PortalForm is where an answer is written.
type PortalForm struct {
	Frame    ui.Frame
	Practice bool
	Title    string
	Ref      string
	Law      string // which annex it is; "" for none
	Next     []string
	Problem  string
	Fields   []ui.Field
	Checks   []ui.Check
	Legend   string // of the boxes
	Once     string
	Action   string
	Verb     string
	Back     string
}

// View is the whole page.
func (f PortalForm) View() component { return f.view() }

// A subject is what is answered: an act, or a practice order in its stead.
type subject struct {
	instrument       legal.Instrument
	ref, unit, state string
	addressee        string
	authority        string
	received         time.Time
	practice         bool
	over, back       bool // it has no effect any more; what was removed is owed back
}

func (s subject) offers(kind string) bool {
	return kind == sayReceived && !s.over || has(offered(s.instrument, s.over, s.back), kind)
}

func (c *call) subject() (subject, error) {
	if c.k != 0 {
		k, p, u, err := c.desk.Practising(c.ctx(), c.k)
		return subject{legal.RemovalOrder, k.Ref, u.Name, string(k.State), p.Name, u.Name + ", " + u.Country, k.ReceivedAt, true, false, false}, err
	}
	v, err := c.desk.Portal(c.ctx(), c.n)
	return subject{v.Notice.Instrument, v.Notice.Ref, v.Unit.Name, string(v.Notice.State), v.Provider.Name, v.Unit.Name + ", " + v.Unit.Country, v.Notice.ReceivedAt, false, v.Over, v.PutBack}, err
}

func (c *call) form() error { return c.ask(nil) }

// ask shows the form of an answer, empty or as it was filled in.
func (c *call) ask(refused error) error {
	ctx, kind := c.ctx(), c.r.PathValue("kind")
	s, err := c.subject()
	if err != nil {
		return err
	}
	if !s.offers(kind) {
		return iru.NotFound
	}
	f := PortalForm{Practice: s.practice, Title: answerName(ctx, kind), Ref: s.ref, Once: desk.NewOnce(), Action: c.lang(c.at("answer", kind)), Verb: ui.T(ctx, "Send the answer"), Back: c.lang(c.at())}
	if once := c.r.PostFormValue("once"); once != "" {
		f.Once = once
	}
	f.Frame = c.frame(f.Title+" · "+s.ref, s.unit)
	f.Fields, f.Checks, f.Law = c.fields(kind, s)
	if len(f.Checks) > 0 {
		f.Legend = ui.T(ctx, "Why it cannot be done in time; tick what applies")
	}
	f.Next = c.follows(kind)
	status := http.StatusOK
	if why, ok := complaint(refused); ok {
		f.Problem, status = why, StatusOf(refused)
	} else if refused != nil {
		return refused
	}
	c.render(status, f)
	return nil
}

func has(list []string, x string) bool {
	for _, y := range list {
		if x == y {
			return true
		}
	}
	return false
}

// follows says what an answer does.
func (c *call) follows(kind string) []string {
	ctx := c.ctx()
	switch kind {
	case sayReceived:
		return []string{ui.T(ctx, "The time of this press is recorded as the time of receipt. Where the law sets a limit, it runs from then.")}
	case sayRemoved, sayDisabled:
		return []string{ui.T(ctx, "The unit looks for itself, from more than one place. Until it has seen it, the limit runs on.")}
	case sayCannot:
		return []string{ui.T(ctx, "A person looks at it at once. An impossibility holds the limit from the time of your answer; a lack of information does so until you have what you need.")}
	case sayAsk:
		return []string{ui.T(ctx, "A person answers. The limit stands still from the time of your question, and begins anew when you have the answer.")}
	}
	if kind == sayRestored || kind == sayKept || kind == sayMore {
		return []string{ui.T(ctx, "A person reads it. Whether the content is up again the unit sees for itself.")}
	}
	return []string{ui.T(ctx, "A person reads it. It does not hold a limit of law.")}
}

// fields are those of Annex II and III for a removal order, and a text for everything else.
func (c *call) fields(kind string, s subject) (fields []ui.Field, boxes []ui.Check, law string) {
	ctx := c.ctx()
	val := c.r.PostFormValue
	text := func(name, label, hint string, required bool) ui.Field {
		return ui.Field{Name: name, Label: label, Type: "textarea", Rows: 5, Max: 5000, Hint: hint, Required: required, Value: val(name)}
	}
	line := func(name, label string, required bool) ui.Field {
		return ui.Field{Name: name, Label: label, Max: 300, Required: required, Value: val(name)}
	}
	when := func(name, label string, required bool) ui.Field {
		return ui.Field{Name: name, Label: label, Type: "datetime-local", Required: required, Value: val(name), Hint: ui.T(ctx, "In UTC.")}
	}
	who := []ui.Field{line("name", ui.T(ctx, "Name of the hosting service provider or of its legal representative"), true), line("person", ui.T(ctx, "Name of the authorised person"), true),
		{Name: "mail", Label: ui.T(ctx, "Email address of the contact point"), Type: "email", Max: 300, Value: val("mail")}, line("theirs", ui.T(ctx, "Your own file reference"), false)}
	order := s.instrument == legal.RemovalOrder
	switch {
	case kind == sayReceived:
		return []ui.Field{line("person", ui.T(ctx, "Your name"), false)}, nil, ""
	case order && (kind == sayRemoved || kind == sayDisabled):
		fields = append([]ui.Field{when("measure_at", ui.T(ctx, "Time and date of the measure taken"), true)}, who...)
		fields = append(fields, line("state", ui.T(ctx, "Member State of the main establishment, or of the legal representative"), false))
		return fields, nil, ui.T(ctx, "Annex II of Regulation (EU) 2021/784: feedback following removal of or disabling of access to terrorist content")
	case order && kind == sayCannot:
		for _, b := range []struct{ value, label string }{
			{iru.CauseImpossible, ui.T(ctx, "Force majeure or de facto impossibility not attributable to us, including for objectively justifiable technical or operational reasons")},
			{iru.CauseErrors, ui.T(ctx, "The removal order contains manifest errors")}, {iru.CauseUnclear, ui.T(ctx, "The removal order does not contain sufficient information")},
		} {
			boxes = append(boxes, ui.Check{ID: "cause-" + b.value, Name: "cause-" + b.value, Value: "1", Label: b.label, Checked: val("cause-"+b.value) != ""})
		}
		fields = append([]ui.Field{text("reasons", ui.T(ctx, "Further information as to the reasons"), "", false),
			text("needed", ui.T(ctx, "The errors, and the further information or clarification that you need"), "", false)}, who...)
		return append(fields, line("signature", ui.T(ctx, "Signature: type your name"), false)), boxes, ui.T(ctx, "Annex III of Regulation (EU) 2021/784: information about the impossibility to execute the removal order")
	}
	words := map[string]string{sayRemoved: ui.T(ctx, "What you did, and when"), sayDisabled: ui.T(ctx, "What you did, and when"), sayCannot: ui.T(ctx, "What is in the way"), sayAsk: ui.T(ctx, "Your question"),
		sayRestored: ui.T(ctx, "What you did, and when"), sayKept: ui.T(ctx, "Which of your terms keeps it down"), sayMore: ui.T(ctx, "What the unit must know"),
		sayDecline: ui.T(ctx, "Why you do not act"), sayWrong: ui.T(ctx, "Why you hold that it is wrong")}
	return []ui.Field{text("text", words[kind], "", kind != sayRemoved && kind != sayDisabled), line("person", ui.T(ctx, "Your name"), false)}, nil, ""
}

// take takes an answer in. The same form sent twice is one answer.
func (c *call) take() error {
	if c.answers.OnLimit(c.w, c.r, c.token) {
		c.tooMany(c.w, c.r)
		return errLimited
	}
	c.r.Body = http.MaxBytesReader(c.w, c.r.Body, maxAnswerForm)
	if err := c.r.ParseForm(); err != nil {
		var large *http.MaxBytesError
		if errors.As(err, &large) {
			return err
		}
		return iru.Refuse(iru.Invalid, "the form did not arrive whole", "send it again")
	}
	s, err := c.subject()
	if err != nil {
		return err
	}
	kind := c.r.PathValue("kind")
	if !s.offers(kind) {
		return iru.NotFound
	}
	a, err := c.answer(kind, s)
	if err == nil {
		var letter int64
		if letter, err = c.opts.Portal.Answer(c.ctx(), c.n, c.k, a); err == nil {
			to := c.at()
			if letter != 0 {
				to = c.at("answers", id(letter))
			}
			http.Redirect(c.w, c.r, c.lang(to), statusSeeOther)
			return nil
		}
	}
	if errors.Is(err, iru.Invalid) && kind != sayReceived {
		return c.ask(err)
	}
	return err
}

// answer reads the form.
func (c *call) answer(kind string, s subject) (desk.PortalAnswer, error) {
	val := func(name string) string { return strings.TrimSpace(c.r.PostFormValue(name)) }
	a := desk.PortalAnswer{Once: val("once"), Text: val("text"), Name: val("person")}
	a.Kind = map[string]string{sayReceived: "receipt", sayRemoved: "done", sayDisabled: "done", sayCannot: "impossible", sayAsk: "clarification", sayDecline: "refused", sayWrong: "note", sayRestored: "note", sayKept: "note", sayMore: "note"}[kind]
	if first := map[string]string{sayRestored: "Put back. ", sayKept: "Kept down by own terms. "}[kind]; first != "" && a.Text != "" { // the button's own words, as the unit reads them
		a.Text = first + a.Text
	}
	if s.instrument != legal.RemovalOrder || kind != sayRemoved && kind != sayDisabled && kind != sayCannot {
		return a, nil
	}
	x := iru.Annex{Schema: iru.AnnexSchema, Number: iru.AnnexFeedback, Reference: s.ref, Theirs: val("theirs"), Addressee: s.addressee, Authority: s.authority, ReceivedAt: s.received.UTC(),
		Name: val("name"), Person: val("person"), Mail: val("mail"), State: val("state"), SignedAt: c.now.Truncate(time.Second)}
	if kind == sayCannot {
		x.Number, x.Reasons, x.Needed, x.Signature = iru.AnnexImpossibility, val("reasons"), val("needed"), val("signature")
		for _, cause := range []string{iru.CauseImpossible, iru.CauseErrors, iru.CauseUnclear} {
			if val("cause-"+cause) != "" {
				x.Causes = append(x.Causes, cause)
			}
		}
		if a.Kind = x.Kind(); a.Kind == "unknown" {
			a.Kind = "note"
		}
	} else {
		x.Measure = map[string]string{sayRemoved: iru.MeasureRemoved, sayDisabled: iru.MeasureDisabled}[kind]
		at, ok := localUTC(val("measure_at"))
		switch {
		case !ok:
			return a, iru.Refuse(iru.Invalid, "the time of the measure cannot be read", "write it in UTC, as 2026-03-29T14:05")
		case at.After(c.now.Add(5 * time.Minute)):
			return a, iru.Refuse(iru.Invalid, "the time of the measure lies ahead", "times here are UTC, not your own zone")
		}
		x.MeasureAt = at
	}
	a.Annex = &x
	return a, x.Check()
}

// localUTC reads the time of a form's field, which is UTC here.
func localUTC(s string) (time.Time, bool) {
	for _, form := range []string{"2006-01-02T15:04", "2006-01-02T15:04:05", "2006-01-02 15:04"} {
		if t, err := time.Parse(form, s); err == nil && t.Year() >= 2000 && t.Year() < 2200 {
			return t, true
		}
	}
	return time.Time{}, false
}

// A PortalGiven shows an answer that was taken, for whoever gave it.
type PortalGiven struct {
	Frame  ui.Frame
	Ref    string
	Kind   string
	At     time.Time
	Text   string
	Digest string
	Sealed bool
	Entry  int64
	Waits  bool
	Take   string // address of the receipt
	Back   string
}

// View is the whole page.
func (g PortalGiven) View() component { return g.view() }

func (c *call) proof() (desk.PortalReceipt, error) {
	if c.n == 0 {
		return desk.PortalReceipt{}, iru.NotFound
	}
	if _, err := c.desk.Portal(c.ctx(), c.n); err != nil {
		return desk.PortalReceipt{}, err
	}
	return c.desk.PortalReceipt(c.ctx(), c.n, number(c.r.PathValue("letter")))
}

func (c *call) given() error {
	r, err := c.proof()
	if err != nil {
		return err
	}
	ctx, l := c.ctx(), r.Letter
	g := PortalGiven{Ref: l.Subject, Kind: letterKind(ctx, l.Kind), At: l.At, Text: l.Text, Digest: l.Proof, Sealed: r.Proof != "", Entry: r.Event.Index, Waits: l.Guess,
		Take: c.at("answers", id(l.ID), "receipt"), Back: c.lang(c.at())}
	g.Frame = c.frame(ui.T(ctx, "Your answer was taken")+" · "+l.Subject, "")
	c.render(http.StatusOK, g)
	return nil
}

// ReceiptSchema names the document that a provider keeps of its answer.
const ReceiptSchema = "iolaus-receipt/1"

// receipt is a document that proves the answer without us: the answer as it is kept, its digest in an event, and the event in our log.
func (c *call) receipt() error {
	r, err := c.proof()
	if err != nil {
		return err
	}
	kept, err := c.bytes(r.Letter.Proof, maxAnswerForm*2)
	if err != nil {
		return err
	}
	doc := map[string]any{"schema": ReceiptSchema, "reference": r.Letter.Subject, "answer": string(kept), "sha256": r.Letter.Proof, "received_at": r.Letter.At.UTC().Format(time.RFC3339Nano), "event": int64(r.Event.ID), "log_key": r.Log}
	if r.Proof != "" {
		doc["proof"], doc["salt"], doc["payload"] = r.Proof, r.Salt, r.Payload
	} else {
		doc["proof_follows"] = "no checkpoint of our log covers the answer yet; take the receipt again in a minute"
	}
	b, err := json.MarshalIndent(doc, "", "  ")
	if err != nil {
		return err
	}
	c.download(r.Letter.Subject+"-answer-"+id(r.Letter.ID)+".json", "application/json", append(b, '\n'))
	return nil
}
