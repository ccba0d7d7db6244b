// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/iru"
)

// A report is what a play did, as docs/report.md describes it. Everything in it but problems comes from the program's own store.
type report struct {
	Scenario    string         `json:"scenario"`
	Seed        int64          `json:"seed"`
	Version     string         `json:"version"`
	TookMS      int64          `json:"took_ms"`
	Outlets     []outletReport `json:"outlets"`
	Assets      []assetReport  `json:"assets"`
	Matches     matchReport    `json:"matches"`
	Assessments int            `json:"assessments"`
	Notices     []noticeReport `json:"notices"`
	Operation   *operationRep  `json:"operation"`
	Joint       *jointReport   `json:"joint,omitempty"`
	Return      []returnReport `json:"reemergences"`
	First       *returnReport  `json:"reemergence"`
	Scores      scoreReport    `json:"scores"`
	Ledger      ledgerReport   `json:"ledger"`
	Problems    []string       `json:"problems"`
}

type outletReport struct {
	Name      string   `json:"name"`
	State     string   `json:"state"`
	Languages []string `json:"languages"`
	Assets    int      `json:"assets"`
}

type assetReport struct {
	ID       int64          `json:"id"`
	Locator  string         `json:"locator"`
	Kind     string         `json:"kind"`
	Outlet   string         `json:"outlet"`
	State    string         `json:"state"`
	Presence string         `json:"presence"`
	FoundBy  string         `json:"found_by"`
	Vantages map[string]int `json:"absent_looks_in_a_row"`
	History  []change       `json:"history"`
}

type change struct {
	At   time.Time `json:"at"`
	Verb string    `json:"verb"`
	From string    `json:"from"`
	To   string    `json:"to"`
	By   string    `json:"by"`
	Note string    `json:"note"`
}

type matchReport struct {
	SHA256 int `json:"sha256"`
	PDQ    int `json:"pdq"`
	Text   int `json:"text"`
}

type noticeReport struct {
	Ref          string     `json:"ref"`
	Instrument   string     `json:"instrument"`
	Binding      bool       `json:"binding"`
	Unit         string     `json:"unit"`
	Addressee    string     `json:"addressee"`
	Layer        string     `json:"layer"`
	Jurisdiction string     `json:"jurisdiction"`
	Channel      string     `json:"channel"`
	Asset        int64      `json:"asset"`
	Locator      string     `json:"locator"`
	Operation    bool       `json:"in_operation"`
	ApprovedBy   []string   `json:"approved_by"`
	Ledger       []int64    `json:"approval_ledger_index"`
	SentAt       *time.Time `json:"sent_at"`
	ReceivedAt   *time.Time `json:"received_at"`
	DueAt        *time.Time `json:"due_at"`
	Clocks       []clockRep `json:"clocks"`
	State        string     `json:"state"`
	Outcome      string     `json:"outcome"`
	OutcomeAt    *time.Time `json:"outcome_at"`
	Clarified    bool       `json:"clarified"`
	Escalates    string     `json:"escalates,omitempty"`
}

type clockRep struct {
	Rule    string     `json:"rule"`
	Binding bool       `json:"binding"`
	Started time.Time  `json:"started_at"`
	Due     time.Time  `json:"due_at"`
	State   string     `json:"state"`
	Ended   *time.Time `json:"ended_at"`
	Why     string     `json:"why"`
}

type operationRep struct {
	Name      string    `json:"name"`
	State     string    `json:"state"`
	T0        time.Time `json:"t0"`
	Polls     []pollRep `json:"participants"`
	Tasks     int       `json:"tasks"`
	Spread    float64   `json:"release_spread_ms"`
	FirstSent time.Time `json:"first_sent_at"`
	LastSent  time.Time `json:"last_sent_at"`
}

type pollRep struct {
	Unit   string    `json:"unit"`
	Answer string    `json:"answer"`
	By     string    `json:"by"`
	At     time.Time `json:"at"`
}

type returnReport struct {
	Asset        int64             `json:"asset"`
	Locator      string            `json:"locator"`
	FoundBy      string            `json:"found_by"`
	LinkedTo     int64             `json:"linked_to"`
	Score        float64           `json:"score"`
	Evidence     []iru.LineageClue `json:"evidence"`
	FoundAfterMS int64             `json:"found_after_ms"`
	State        string            `json:"state"`
}

type ledgerReport struct {
	Size     int64  `json:"size"`
	Root     string `json:"root"`
	Verified bool   `json:"verified"`
}

// conclude writes the report, tells the end of the story, and fails if anything did not hold.
func (p *play) conclude(ctx context.Context, file, out string, e env, acted error) error {
	for _, u := range p.all() {
		for n := 0; n < 100; n++ { // the last events get their places within a moment
			if waiting, err := u.house.desk.Waiting(ctx); err != nil || !waiting {
				break
			}
			time.Sleep(50 * time.Millisecond)
		}
	}
	r, err := p.report(ctx)
	if err != nil {
		return errors.Join(acted, err)
	}
	if acted != nil {
		r.Problems = append(r.Problems, "the play did not end: "+acted.Error())
	} else if out != "" {
		if err := p.leave(ctx, e, out); err != nil {
			r.Problems = append(r.Problems, err.Error())
		}
	}
	if file != "" {
		b, err := json.MarshalIndent(r, "", "  ")
		if err != nil {
			return err
		}
		if err := os.WriteFile(file, append(b, '\n'), 0o600); err != nil {
			return fmt.Errorf("write report: %w", err)
		}
	}
	time.Sleep(300 * time.Millisecond) // let the narrator finish its last line
	p.summarise(r, file)
	if len(r.Problems) > 0 {
		return fmt.Errorf("%d things did not hold; the first: %s", len(r.Problems), r.Problems[0])
	}
	return nil
}

func (p *play) summarise(r report, file string) {
	say := func(format string, args ...any) { fmt.Fprintf(p.out, format+"\n", args...) }
	down, returned := 0, len(r.Return)
	for _, a := range r.Assets {
		if a.State == string(iru.AssetDown) {
			down++
		}
	}
	say("")
	say("%d outlets, %d assets found, %d of them attributed and down; %d notices; known content recognised %d times by SHA-256, %d by PDQ, %d by text.",
		len(r.Outlets), len(r.Assets), down, len(r.Notices), r.Matches.SHA256, r.Matches.PDQ, r.Matches.Text)
	if o := r.Operation; o != nil {
		say("Operation %s: %d units GO, %d tasks left within %.1f ms of each other.", o.Name, len(o.Polls), o.Tasks, o.Spread)
	}
	r.tellJoint(say)
	for _, x := range r.Return {
		say("Re-emerged as %s, found after %.1f s by %s, linked to asset %d by %.0f bits, now %s.", defanged(x.Locator), float64(x.FoundAfterMS)/1000, x.FoundBy, x.LinkedTo, x.Score, x.State)
	}
	d, back := r.Scores.Discovery, r.Scores.Return
	say("Against the truth: %d of %d assets found from %d seeds, %d taken for an outlet's wrongly, %d others beside; %d of %d returns found within %.0f s, the last after %.1f s.",
		d.Found, d.Assets, d.Seeds, d.Wrong, d.Beside, back.InTime, back.Raised, float64(back.PeriodMS)/1000, float64(back.MostMS)/1000)
	if x := r.Scores.Refusals; x.Said > 0 {
		say("Refusals: %d, %d known, %d taken on to the next addressee, %d of these addresses down.", x.Said, x.Known, x.TakenOn, x.Fell)
	}
	if x := r.Scores.Innocents; x.World > 0 {
		say("Others: %d addresses, %d seen beside, %d suggested, %d linked, %d served, %d harmed.", x.World, x.Known, x.Suggested, x.Linked, x.Served, x.Harmed)
	}
	if x := r.Scores.Dark; x.Came > 0 || x.Planned > 0 {
		say("Dark: %.0f hours of addresses (%.0f as the program saw it), %.0f of outlets; %d came back, %d of them known.", x.Dark, x.DarkSeen, x.Outlets, x.Came, x.Seen)
		if x.Planned > 0 {
			say("Wave: %d of %d acts served over %.1f days; %d came back between.", x.Served, x.Planned, x.Days, x.Between)
		}
	}
	verdict := "whole"
	if !r.Ledger.Verified {
		verdict = "NOT WHOLE"
	}
	say("Ledger: %d entries, %s. %d returns followed. Took %.0f s.", r.Ledger.Size, verdict, returned, float64(r.TookMS)/1000)
	for _, x := range r.Problems {
		say("PROBLEM: %s", x)
	}
	if file != "" {
		say("Report: %s", file)
	}
}

func at(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// report reads the store and holds it against what the range knows.
func (p *play) report(ctx context.Context) (report, error) {
	r := report{Scenario: p.scenario, Seed: p.seed, Version: software(), TookMS: time.Since(p.begun).Milliseconds(),
		Outlets: []outletReport{}, Assets: []assetReport{}, Notices: []noticeReport{}, Return: []returnReport{}, Problems: []string{}}
	err := p.house.db.View(ctx, func(t *db.Tx) error {
		for _, f := range []func(context.Context, *db.Tx, *report) error{p.reportAssets, p.reportNotices, p.reportOperation} {
			if err := f(ctx, t, &r); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return r, err
	}
	if err := p.joint(ctx, &r); err != nil {
		return r, err
	}
	rep, err := verifyStore(ctx, p.house.db, p.house.keys)
	if err != nil {
		return r, err
	}
	r.Ledger = ledgerReport{rep.Size, rep.Root.String(), rep.Err() == nil && rep.Size > 0}
	r.Problems = append(r.Problems, p.problems(r)...)
	return r, nil
}

func (p *play) officer(id iru.OfficerID) string {
	for _, o := range p.cast.officers {
		if o.ID == id {
			return o.Name
		}
	}
	return "the program"
}

// asset tells of one asset as this installation knows it.
func (p *play) asset(ctx context.Context, t *db.Tx, a iru.Asset, outlet string) (assetReport, error) {
	ar := assetReport{ID: int64(a.ID), Locator: a.Locator, Kind: string(a.Kind), Outlet: outlet, State: string(a.State),
		Presence: string(a.Presence.State), FoundBy: a.FoundBy, Vantages: map[string]int{}, History: []change{}}
	for v, run := range a.Presence.Runs {
		ar.Vantages[v] = run.Length
	}
	es, err := t.EventsOf(ctx, iru.Subject{Noun: "asset", ID: int64(a.ID)})
	for _, e := range es {
		ar.History = append(ar.History, change{e.At, e.Verb, e.From, e.To, p.officer(e.By), e.Note})
	}
	return ar, err
}

func (p *play) reportAssets(ctx context.Context, t *db.Tx, r *report) error {
	outlets, err := t.Outlets(ctx, iru.Program())
	if err != nil {
		return err
	}
	assets, err := t.Assets(ctx, iru.Program())
	if err != nil {
		return err
	}
	names := map[iru.OutletID]string{}
	for _, o := range outlets {
		names[o.ID] = o.Name
		or := outletReport{Name: o.Name, State: string(o.State), Languages: o.Languages}
		for _, a := range assets {
			if a.Outlet == o.ID {
				or.Assets++
			}
		}
		r.Outlets = append(r.Outlets, or)
	}
	if r.Scores, err = p.scores(ctx, t, assets); err != nil {
		return err
	}
	for _, a := range assets {
		ar, err := p.asset(ctx, t, a, names[a.Outlet])
		if err != nil {
			return err
		}
		r.Assets = append(r.Assets, ar)
		is, err := t.ItemsOf(ctx, iru.Program(), a.ID)
		if err != nil {
			return err
		}
		for _, i := range is {
			ms, err := t.MatchesOf(ctx, iru.Program(), i.ID)
			if err != nil {
				return err
			}
			for _, m := range ms {
				switch m.Medium {
				case "sha256":
					r.Matches.SHA256++
				case "pdq":
					r.Matches.PDQ++
				default:
					r.Matches.Text++
				}
			}
			fs, err := t.AssessmentsOf(ctx, iru.Program(), i.ID)
			if err != nil {
				return err
			}
			r.Assessments += len(fs)
		}
		p.reportReturn(a, assets, r)
	}
	return nil
}

// reportReturn adds a head that re-emerged: an attributed asset that the scenario raised after a takedown.
func (p *play) reportReturn(a iru.Asset, assets []iru.Asset, r *report) {
	for _, x := range p.world.Truth().Assets {
		if x.Locator != a.Locator || x.Follows == "" || a.Outlet == 0 || len(x.Spans) == 0 {
			continue
		}
		rr := returnReport{Asset: int64(a.ID), Locator: a.Locator, FoundBy: a.FoundBy, LinkedTo: int64(a.Lineage.To), Score: a.Lineage.Score,
			Evidence: a.Lineage.Evidence, FoundAfterMS: a.Created.Sub(x.Spans[0].From).Milliseconds(), State: string(a.State)}
		r.Return = append(r.Return, rr)
		if r.First == nil {
			r.First = &r.Return[len(r.Return)-1]
		}
	}
}

func (p *play) reportNotices(ctx context.Context, t *db.Tx, r *report) error {
	ns, err := t.Notices(ctx, iru.Program())
	if err != nil {
		return err
	}
	slices.Reverse(ns)
	refs := map[iru.NoticeID]string{}
	for _, n := range ns {
		refs[n.ID] = n.Ref
		pr, err := t.Provider(ctx, iru.Program(), n.Provider)
		if err != nil {
			return err
		}
		nr := noticeReport{Ref: n.Ref, Instrument: string(n.Instrument), Binding: n.Instrument.Binding(), Unit: p.cast.unitName(n.Unit), Addressee: pr.Name,
			Layer: string(n.Layer), Jurisdiction: pr.Jurisdiction, Channel: pr.Channel, Asset: int64(n.Asset), Locator: n.Locator, Operation: n.Operation != 0,
			ApprovedBy: []string{}, Ledger: []int64{}, SentAt: at(n.SentAt), ReceivedAt: at(n.ReceivedAt), State: string(n.State), Outcome: n.Outcome,
			OutcomeAt: at(n.OutcomeAt), Clocks: []clockRep{}, Escalates: refs[n.Parent]}
		for _, a := range n.Approvals {
			index, _, err := t.Sealed(ctx, a.Event)
			if err != nil {
				return err
			}
			nr.ApprovedBy, nr.Ledger = append(nr.ApprovedBy, p.officer(a.By)), append(nr.Ledger, index)
		}
		cs, err := t.ClocksOf(ctx, iru.Program(), n.ID)
		if err != nil {
			return err
		}
		for _, c := range cs {
			nr.Clocks = append(nr.Clocks, clockRep{c.Rule, c.Binding, c.Started, c.Due, string(c.State), at(c.Ended), c.Why})
			nr.DueAt = at(c.Due)
		}
		es, err := t.EventsOf(ctx, iru.Subject{Noun: "notice", ID: int64(n.ID)})
		if err != nil {
			return err
		}
		for _, e := range es {
			nr.Clarified = nr.Clarified || e.Verb == "answer"
		}
		r.Notices = append(r.Notices, nr)
	}
	return nil
}

func (p *play) reportOperation(ctx context.Context, t *db.Tx, r *report) error {
	os, err := t.Operations(ctx, iru.Program())
	if err != nil || len(os) == 0 {
		return err
	}
	o := os[len(os)-1]
	or := &operationRep{Name: o.Name, State: string(o.State), T0: o.T0, FirstSent: o.FirstSent, LastSent: o.LastSent,
		Spread: float64(o.LastSent.Sub(o.FirstSent).Microseconds()) / 1000, Polls: []pollRep{}}
	ps, err := t.Polls(ctx, o.ID)
	if err != nil {
		return err
	}
	who, err := t.Participants(ctx, o.ID)
	if err != nil {
		return err
	}
	for _, x := range ps {
		name, by := p.cast.unitName(x.Unit), p.officer(x.By)
		if n := slices.IndexFunc(who, func(w iru.Participant) bool { return w.ID == x.Participant && w.Partner != 0 }); n >= 0 {
			name, by = who[n].Name, "its own machine"
		}
		or.Polls = append(or.Polls, pollRep{name, string(x.State), by, x.At})
	}
	ts, err := t.Tasks(ctx, iru.Program(), o.ID)
	or.Tasks = len(ts)
	r.Operation = or
	return err
}
