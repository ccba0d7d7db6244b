// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"iolaus/internal/iru"
	"iolaus/internal/legal"
	"iolaus/internal/plan"
	"iolaus/internal/rehearse"
)

type rehearseCmd struct {
	Plan    string        `help:"The plan: a JSON object with the list measures, as iolaus plan --json writes it, or that list alone." placeholder:"FILE" type:"path"`
	Tree    string        `help:"The tree that it was made for (docs/format/plan.md)." placeholder:"FILE" type:"path"`
	Assume  string        `help:"Assumptions (docs/format/rehearsal.md) over those compiled in." placeholder:"FILE" type:"path"`
	At      string        `help:"T0, such as 2026-03-02T09:00:00Z; without it the next full hour." placeholder:"T0"`
	Zone    string        `help:"Clock of a T0 that is written without an offset." placeholder:"ZONE"`
	After   time.Duration `help:"Show the day so long after T0." default:"60m"`
	Spread  time.Duration `help:"Play the acts spread over so long, too." placeholder:"72h"`
	Dark    time.Duration `help:"How long a time in the dark is asked for." default:"24h"`
	Horizon time.Duration `help:"How far the runs look." default:"336h"`
	Runs    int           `help:"How many runs are drawn." default:"2000"`
	Seed    uint64        `help:"The same seed draws the same runs." default:"1"`
	JSON    bool          `help:"Print JSON." name:"json"`
	Write   string        `help:"Write the assumptions that are compiled in to this file and end." placeholder:"FILE" type:"path"`
}

// Run plays a plan before its day.
func (c *rehearseCmd) Run(ctx context.Context, e env) error {
	if c.Write != "" {
		if err := free(c.Write); err != nil {
			return err
		}
		return writeFile(c.Write, func(w io.Writer) error { return rehearse.Write(w, rehearse.Defaults()) })
	}
	if c.Plan == "" || c.Tree == "" {
		return iru.Refuse(iru.Invalid, "the plan or its tree is missing", "give --plan FILE and --tree FILE")
	}
	var tree plan.Tree
	if err := reading(c.Tree, func(r io.Reader) (err error) { tree, err = plan.Read(r); return err }); err != nil {
		return err
	}
	var measures []string
	if err := reading(c.Plan, func(r io.Reader) (err error) { measures, err = readMeasures(r); return err }); err != nil {
		return err
	}
	a := rehearse.Defaults()
	if c.Assume != "" {
		if err := reading(c.Assume, func(r io.Reader) (err error) { a, err = rehearse.Read(r); return err }); err != nil {
			return err
		}
	}
	t0 := time.Now().UTC().Truncate(time.Hour).Add(time.Hour)
	if c.At != "" {
		var err error
		if t0, err = legal.Moment(c.At, c.Zone); err != nil {
			return iru.Refuse(iru.Invalid, err.Error(), "write --at 2026-03-02T09:00:00Z, or --at 2026-03-02T09:00 --zone Europe/Vienna")
		}
	}
	if c.After < 0 || c.After > rehearse.Week {
		return iru.Refuse(iru.Invalid, fmt.Sprintf("the day cannot be shown %s after T0", c.After), "give --after from 0 to 168h")
	}
	r, err := rehearse.New(tree, measures, a, t0)
	if err != nil {
		return iru.Refuse(iru.Invalid, err.Error(), "mend the file that it names")
	}
	out, err := r.Report(c.After, rehearse.Play{Runs: c.Runs, Seed: c.Seed, Spread: c.Spread, Horizon: c.Horizon, Dark: c.Dark}, func() bool { return ctx.Err() != nil })
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		return iru.Refuse(iru.Invalid, err.Error(), "choose others")
	}
	if c.JSON {
		j := json.NewEncoder(e.stdout)
		j.SetIndent("", " ")
		return j.Encode(out.Sheet())
	}
	return tellRehearsal(e.stdout, out)
}

// reading opens a file and says whose error it was.
func reading(name string, read func(io.Reader) error) error {
	f, err := os.Open(name)
	if err != nil {
		return fmt.Errorf("open %s: %w: %w", name, err, iru.NotFound)
	}
	defer f.Close()
	if err := read(f); err != nil {
		return fmt.Errorf("%s: %w: %w", name, err, iru.Invalid)
	}
	return nil
}

// readMeasures reads a plan as iolaus plan --json writes it, or a list.
func readMeasures(r io.Reader) ([]string, error) {
	b, err := io.ReadAll(io.LimitReader(r, rehearse.MaxFile+1))
	if err != nil {
		return nil, err
	}
	if len(b) > rehearse.MaxFile {
		return nil, fmt.Errorf("the plan is larger than %d MiB", rehearse.MaxFile>>20)
	}
	var list []string
	if json.Unmarshal(b, &list) == nil {
		return list, nil
	}
	var p struct {
		Measures json.RawMessage `json:"measures"`
	}
	if err := json.Unmarshal(b, &p); err != nil {
		return nil, fmt.Errorf("read plan: %w", err)
	}
	if json.Unmarshal(p.Measures, &list) == nil && list != nil {
		return list, nil
	}
	var whole []struct {
		ID string `json:"id"`
	}
	if err := json.Unmarshal(p.Measures, &whole); err != nil || whole == nil {
		return nil, fmt.Errorf("read plan: it has no list of measures")
	}
	list = nil // what the first try left
	for _, m := range whole {
		list = append(list, m.ID)
	}
	return list, nil
}

// tellRehearsal prints a report.
func tellRehearsal(to io.Writer, r rehearse.Report) error {
	w := tabwriter.NewWriter(to, 0, 0, 2, ' ', 0)
	say := func(format string, args ...any) { fmt.Fprintf(w, format+"\n", args...) }
	p := r.Picture
	at := p.T0.Add(p.After)
	say("T0 %s. At %s, as the medians have it, %d of %d acts are felt%s.", clockOf(p.T0), clockOf(at), p.Felt, len(p.Steps), map[bool]string{true: " and it is dark", false: " and it is up"}[p.Dark])
	if !p.Dark && !p.DarkAt.IsZero() {
		say("It is dark from %s.", clockOf(p.DarkAt))
	}
	say("")
	say("MEASURE\tTO\tSTANDS\tSERVED\tDONE\tFELT")
	for _, s := range p.Steps {
		say("%s\t%s\t%s\t%s\t%s\t%s", s.Name, s.Who, standWords[s.Stand], clockOf(s.Served), clockOf(s.Acted), clockOf(s.Felt))
	}
	if len(p.Ways) > 0 {
		say("\nUp through:")
		for _, x := range p.Ways {
			say("  %s", strings.Join(x.Nodes, ", "))
		}
	}
	if len(p.Advice) > 0 {
		say("\nWhat to change:")
		for _, a := range p.Advice {
			say("  %s", adviceWords(a))
		}
	}
	best := r.Hours[r.Best]
	say("\nThe best hour of the week is %s: %d of %d acts are felt then%s.", clockOf(best.T0), best.Felt, len(p.Steps), map[bool]string{true: ", and it is dark", false: ""}[best.Dark])
	say("")
	say("RUNS\tCHANCE OF %s DARK\t95 %%\tHOURS DARK (5, 50, 95 %%)\tBACK AFTER (5, 50, 95 %%)\tDARK AT THE END", hoursOf(r.Once.Play.Dark))
	row := func(name string, x rehearse.Result) {
		say("%s\t%.3f\t%.3f–%.3f\t%s, %s, %s\t%s, %s, %s\t%.3f", name, x.Chance, x.Low, x.High, hoursOf(x.InDark.Q05), hoursOf(x.InDark.Q50), hoursOf(x.InDark.Q95),
			hoursOf(x.Return.Q05), hoursOf(x.Return.Q50), hoursOf(x.Return.Q95), x.Away)
	}
	row(fmt.Sprintf("%d, all at once", r.Once.Runs), r.Once)
	if r.Spread != nil {
		row(fmt.Sprintf("%d, over %s", r.Spread.Runs, hoursOf(r.Spread.Play.Spread)), *r.Spread)
	}
	say("\nIt assumes (%s):", r.Title)
	for _, f := range r.Assumed {
		say("  %s\t%s\t%s\t%s", f.Of, f.What, f.Value, f.Source)
	}
	for _, s := range p.Unknown {
		say("  %s\tholidays\tnot known\tnone are taken into account", s)
	}
	return w.Flush()
}

func clockOf(t time.Time) string {
	if t.IsZero() {
		return "–"
	}
	return t.UTC().Format("Mon 2006-01-02 15:04Z")
}

func hoursOf(d time.Duration) string { return fmt.Sprintf("%.1f h", d.Hours()) }

var standWords = map[rehearse.Stand]string{rehearse.Felt: "felt", rehearse.Cached: "done, still in caches", rehearse.Working: "the desk works on it", rehearse.Asking: "the desk asks first",
	rehearse.Closed: "the desk is not at work", rehearse.Translating: "being translated", rehearse.Early: "not valid yet", rehearse.Lapsed: "not valid any more", rehearse.Unserved: "leaves later",
	rehearse.Refused: "refused", rehearse.NeedsOrder: "needs an order", rehearse.Unanswered: "never answered", rehearse.Undelivered: "not delivered", rehearse.Unlikely: "rather not, by its record",
	rehearse.NeverInSight: "no end in sight"}

func adviceWords(a rehearse.Advice) string {
	before := ""
	if a.Before {
		before = "; it is felt before T0 then"
	}
	switch a.Do {
	case rehearse.Earlier:
		return fmt.Sprintf("%s: serve it at %s%s", a.Measure, clockOf(a.At), before)
	case rehearse.Translate:
		return fmt.Sprintf("%s: have it translated before, which takes %s, and serve it at %s%s", a.Measure, hoursOf(a.By), clockOf(a.At), before)
	case rehearse.OtherWay:
		return fmt.Sprintf("%s: take %s instead%s", a.Measure, a.Instead, before)
	case rehearse.Extend:
		return fmt.Sprintf("%s: have the time changed in which it is valid", a.Measure)
	case rehearse.OtherTime:
		return "T0: " + clockOf(a.At) + " is better"
	}
	return a.Measure + ": nothing in the tree is felt in time; find another way"
}
