// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/a-h/templ"

	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/legal"
	"iolaus/internal/web/ui"
)

type component = templ.Component

// A BareMessage is a page without an account that says one thing.
type BareMessage struct {
	Frame       ui.Frame
	Title, Text string
}

// View is the whole page.
func (m BareMessage) View() component { return m.view() }

// A PortalPage shows an addressee an act, without an account.
type PortalPage struct {
	Frame    ui.Frame
	Practice bool
	Title    string
	Ref      string
	From, To string
	Mail     string // of the unit
	Sent     time.Time
	Lang     string
	Lines    []string // of the act, as it was sent
	Means    []string // what it means, a sentence each
	Clocks   []PortalClock
	Limit    string // what will run, before anything does
	Files    []PortalFile
	Answers  []PortalEntry
	Received string // address to post "received" to; "" once it is known
	Once     string
	Buttons  []ui.Button
	Got      bool     // Received says that they have our answer to their question
	Over     []string // what it means that the act has no effect any more; none: it stands
	Redress  string
	Closes   time.Time
}

// A PortalClock is a time limit, computed here: the page needs no script.
type PortalClock struct {
	Clock ui.Clock
	Words string
	State ui.State
}

// A PortalFile is a document to take along.
type PortalFile struct {
	Name, Href, Digest string
	Size               int64
}

// A PortalEntry is an answer that was given, or ours.
type PortalEntry struct {
	At    time.Time
	Kind  string
	Text  string
	Href  string // to its receipt
	Ours  bool
	Waits bool // a person at the unit looks before it counts
}

// View is the whole page.
func (p PortalPage) View() component { return p.view() }

// page shows the act. That it was opened is written down and counts for nothing.
func (c *call) page() error {
	if c.k != 0 {
		return c.practice()
	}
	ctx := c.ctx()
	v, err := c.desk.Portal(ctx, c.n)
	if err != nil {
		return err
	}
	if c.r.Method == http.MethodGet {
		if err := c.desk.Accessed(ctx, c.n); err != nil {
			return err
		}
	}
	c.render(http.StatusOK, c.fill(v))
	return nil
}

func (c *call) fill(v desk.PortalView) PortalPage {
	ctx, n := c.ctx(), v.Notice
	p := PortalPage{Title: instrumentName(ctx, n.Instrument), Ref: n.Ref, From: v.Unit.Name + ", " + v.Unit.Country, To: v.Provider.Name, Mail: v.Unit.Mail, Sent: v.Letter.At, Lang: n.Lang,
		Lines: textLines(v.Letter.Text), Means: means(ctx, n.Instrument), Once: desk.NewOnce(), Closes: v.Ends, Redress: redress(ctx, n.Instrument, v.Unit)}
	p.Frame = c.frame(p.Title+" "+p.Ref, v.Unit.Name)
	for _, k := range v.Clocks {
		clock := clockOf(k, p.Title+" "+n.Ref, c.now)
		p.Clocks = append(p.Clocks, PortalClock{clock, dueWords(ctx, k, c.now), clock.State(ctx)})
	}
	if len(p.Clocks) == 0 {
		for _, r := range c.desk.Regime.ClocksFor(n.Instrument, n.Emergency.Declared()) {
			if !r.Internal && p.Limit == "" {
				p.Limit = ui.T(ctx, "You have %s, from the moment at which you say that you received it, or answer. That this page was opened is no receipt.", lengthWords(ctx, r.Length))
			}
		}
	}
	for i, f := range v.Letter.Files {
		p.Files = append(p.Files, PortalFile{f.Name, c.at("files", strconv.Itoa(i+1)), f.SHA256, f.Size})
	}
	for _, l := range v.Thread {
		e := PortalEntry{At: l.At, Kind: letterKind(ctx, l.Kind), Text: l.Text, Ours: !l.Inbound, Waits: l.Guess}
		if l.Inbound {
			e.Href = c.lang(c.at("answers", id(l.ID)))
		}
		p.Answers = append(p.Answers, e)
	}
	if iru.NoticeTable.Can(n.State, "receive") || v.Answered {
		p.Received, p.Got = c.lang(c.at("answer", "receipt")), v.Answered
	}
	if v.Over {
		p.Over, p.Means, p.Limit, p.Clocks, p.Redress = overWords(ctx, v), nil, "", nil, ""
	}
	for _, k := range offered(n.Instrument, v.Over, v.PutBack) {
		p.Buttons = append(p.Buttons, ui.Button{Text: answerName(ctx, k), Href: c.lang(c.at("answer", k))})
	}
	return p
}

// practice shows a practice order. It looks like an order and says in every part that it is none.
func (c *call) practice() error {
	ctx := c.ctx()
	k, pr, u, err := c.desk.Practising(ctx, c.k)
	if err != nil {
		return err
	}
	if c.r.Method == http.MethodGet {
		if err := c.desk.OpenedDrill(ctx, c.k); err != nil {
			return err
		}
	}
	title := ui.T(ctx, "PRACTICE removal order")
	p := PortalPage{Practice: true, Title: title, Ref: k.Ref, From: u.Name + ", " + u.Country, To: pr.Name, Mail: u.Mail, Sent: k.Created, Lang: "en", Once: desk.NewOnce(),
		Lines: []string{"PRACTICE. This is an exercise: nothing has to be removed.", "", "A real order stands here in full: the exact address, the reasons, the legal basis, how to challenge it.", "", "Address concerned (invented):", "  https://weather.practice.test/bulletins/" + k.Ref},
		Means: []string{ui.T(ctx, "This is an exercise. Press the buttons and send an answer as you would if it were real."), ui.T(ctx, "No time limit of law runs, nobody is told, and no report counts it.")}}
	p.Frame = c.frame(title+" "+k.Ref, u.Name)
	if k.ReceivedAt.IsZero() {
		p.Limit = ui.T(ctx, "A real order gives you one hour, from the moment at which you say that you received it, or answer. Here the hour is for practice.")
		p.Received = c.lang(c.at("answer", "receipt"))
	} else {
		clock := ui.Clock{What: title, Now: c.now, Started: k.ReceivedAt, Due: k.ReceivedAt.Add(iru.DrillTime), Risk: iru.AtRiskUnder, Stopped: k.AnsweredAt}
		p.Clocks = []PortalClock{{clock, ui.T(ctx, "For practice: until %s UTC.", clock.Due.UTC().Format("2006-01-02 15:04:05")), clock.State(ctx)}}
		p.Answers = append(p.Answers, PortalEntry{At: k.ReceivedAt, Kind: letterKind(ctx, "receipt")})
	}
	if !k.AnsweredAt.IsZero() {
		p.Answers = append(p.Answers, PortalEntry{At: k.AnsweredAt, Kind: letterKind(ctx, k.Answer), Text: k.Text})
	} else {
		for _, kind := range offered(legal.RemovalOrder, false, false) {
			p.Buttons = append(p.Buttons, ui.Button{Text: answerName(ctx, kind), Href: c.lang(c.at("answer", kind))})
		}
	}
	c.render(http.StatusOK, p)
	return nil
}

// What the page offers, by the name in its address.
const (
	sayRemoved  = "removed"
	sayDisabled = "disabled"
	sayCannot   = "cannot"
	sayAsk      = "question"
	sayDecline  = "decline"
	sayWrong    = "wrong"
	sayReceived = "receipt"
	sayRestored = "restored"
	sayKept     = "kept"
	sayMore     = "more"
)

// offered are the answers to an instrument. Nobody declines an order by a button: an objection goes to who decides about it.
// Once an act has no effect any more it is only told what became of what was removed.
func offered(i legal.Instrument, over, back bool) []string {
	switch {
	case over && back:
		return []string{sayRestored, sayKept, sayMore}
	case over:
		return []string{sayMore}
	}
	if i.Binding() {
		return []string{sayRemoved, sayDisabled, sayCannot, sayAsk, sayWrong}
	}
	return []string{sayRemoved, sayAsk, sayDecline, sayWrong}
}

func answerName(ctx context.Context, kind string) string {
	switch kind {
	case sayReceived:
		return ui.T(ctx, "We have received it")
	case sayRemoved:
		return ui.T(ctx, "We have removed it")
	case sayDisabled:
		return ui.T(ctx, "We have disabled it in the Union")
	case sayCannot:
		return ui.T(ctx, "We cannot do it now")
	case sayAsk:
		return ui.T(ctx, "We need clarification")
	case sayDecline:
		return ui.T(ctx, "We will not act")
	case sayRestored:
		return ui.T(ctx, "We have put it back")
	case sayKept:
		return ui.T(ctx, "We keep it down by our own terms")
	case sayMore:
		return ui.T(ctx, "Write to the unit")
	}
	return ui.T(ctx, "We hold that it is wrong")
}

func (p PortalPage) facts(ctx context.Context) []component {
	return []component{ui.Text(ui.T(ctx, "From:") + " "), ui.Isolated(p.From), ui.Text(ui.T(ctx, "To:") + " "), ui.Isolated(p.To), ui.Text(ui.T(ctx, "Sent:") + " "), ui.Isolated("UTC " + p.Sent.UTC().Format("2006-01-02 15:04:05"))}
}
