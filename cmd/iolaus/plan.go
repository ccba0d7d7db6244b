// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"iolaus/internal/iru"
	"iolaus/internal/plan"
)

type planCmd struct {
	In         string        `help:"File with the tree, - for standard input; .wcnf and the JSON of published graphs are understood too." required:"" placeholder:"FILE"`
	Mode       string        `help:"What the plan has to withstand: min, n-1 or hold." enum:"min,n-1,hold" default:"n-1"`
	Horizon    time.Duration `help:"Of hold: how long it shall stay dark." default:"24h"`
	Open       float64       `help:"Of hold: the chance that one way may be open at the end." default:".05"`
	Most       bool          `help:"Of hold: a way that cannot be closed so surely needs all the measures that it has; otherwise there is no plan then."`
	Include    []string      `help:"A measure that is taken in any case." placeholder:"ID" sep:"none"`
	Veto       []string      `help:"A measure that is taken in no case. The price of it is told." placeholder:"ID" sep:"none"`
	Budget     float64       `help:"At most this cost: the best under it, and what stays open." placeholder:"N"`
	Bystanders int           `help:"At most so many bystanders." default:"-1" placeholder:"N"`
	Price      float64       `help:"What one bystander costs beside the measures." placeholder:"N"`
	Explain    string        `help:"What stays up without this measure, and why; what it costs to do without." placeholder:"ID"`
	Curve      int           `help:"Up to so many plans, from nothing done to nobody reached." placeholder:"POINTS"`
	Bound      bool          `help:"Only say what the cheapest plan costs at least and at most, for trees that are too large to be planned exactly (docs/format/plan.md)."`
	Convert    string        `help:"Only write the tree as a file of docs/format/plan.md." type:"path" placeholder:"FILE"`
	JSON       bool          `help:"Answer as JSON." name:"json"`
}

// Run answers one question about a tree; it needs no store.
func (c *planCmd) Run(ctx context.Context, _ *cli, e env) error {
	if c.Bound {
		return c.bound(ctx, e)
	}
	t, err := c.read(e)
	if errors.Is(err, plan.ErrLarge) && c.In != "-" && c.Mode == string(plan.Min) {
		fmt.Fprintln(e.stderr, "too large to be planned exactly; these are bounds")
		return c.bound(ctx, e)
	}
	if err != nil {
		return err
	}
	if c.Convert != "" {
		if err := free(c.Convert); err != nil {
			return err
		}
		return write(c.Convert, filepath.Dir(c.Convert), func(w io.Writer) error { return plan.Write(w, t) })
	}
	p, err := plan.New(t)
	if err != nil {
		return fmt.Errorf("%w: %s: %w", iru.Invalid, c.In, err)
	}
	a := plan.Ask{Mode: plan.Mode(c.Mode), Horizon: c.Horizon, Open: c.Open, Most: c.Most, Include: c.Include, Veto: c.Veto, Price: c.Price, Bystanders: c.Bystanders, Budget: c.Budget}
	stop := func() bool { return ctx.Err() != nil }
	if c.Curve > 0 {
		return c.curve(p, a, stop, e)
	}
	out := planAnswer{Mode: c.Mode}
	// With vetoes the plan without them comes first: the difference is their price, and its survival sets are used again.
	if len(c.Veto) > 0 && c.Budget == 0 {
		without := a
		without.Veto = nil
		if x, err := p.Solve(without, stop, nil); err == nil {
			out.without = &x
		}
	}
	x, err := p.Solve(a, stop, planProgress(e.stderr))
	if err != nil {
		var short *plan.Short
		if errors.As(err, &short) {
			return iru.Refuse(iru.Conflict, err.Error(), "")
		}
		if errors.Is(err, plan.ErrStopped) {
			return iru.Refuse(iru.Unavailable, err.Error(), "let it run longer")
		}
		return fmt.Errorf("%w: %w", iru.Invalid, err)
	}
	out.take(t, x, c.Price)
	if c.Explain != "" {
		if err := out.explain(p, a, x, c.Explain, stop); err != nil {
			return err
		}
	}
	if c.JSON {
		return asJSON(e.stdout, out)
	}
	return out.print(e.stdout, t)
}

func (c *planCmd) read(e env) (plan.Tree, error) {
	r := e.stdin
	if c.In != "-" {
		f, err := os.Open(c.In)
		if err != nil {
			return plan.Tree{}, iru.Refuse(iru.NotFound, err.Error(), "")
		}
		defer f.Close()
		r = f
	}
	b := bufio.NewReaderSize(r, 1<<16)
	head, _ := b.Peek(512)
	read := plan.Read
	switch first := strings.Join(strings.Fields(string(head)), ""); {
	case strings.HasSuffix(c.In, ".wcnf"):
		read = func(r io.Reader) (plan.Tree, error) { t, _, err := plan.ReadWCNF(r); return t, err }
	case strings.HasPrefix(first, `{"graph"`):
		read = func(r io.Reader) (plan.Tree, error) { t, _, err := plan.ReadGraph(r); return t, err }
	}
	t, err := read(b)
	if err != nil {
		return t, fmt.Errorf("%w: %s: %w", iru.Invalid, c.In, err)
	}
	return t, nil
}

// planProgress tells a line every two seconds.
func planProgress(w io.Writer) func(plan.Progress) {
	last := time.Now()
	return func(p plan.Progress) {
		if time.Since(last) > 2*time.Second {
			last = time.Now()
			fmt.Fprintf(w, "best plan so far %.2f, none below %.2f, %d survival sets\n", p.Best, p.Bound, p.Ways)
		}
	}
}

func asJSON(w io.Writer, v any) error {
	j := json.NewEncoder(w)
	j.SetIndent("", "  ")
	return j.Encode(v)
}

// A planAnswer is what the command says.
type planAnswer struct {
	Mode       string         `json:"mode"`
	Cost       float64        `json:"cost"`
	Bystanders int            `json:"bystanders"`
	Bound      float64        `json:"bound"`
	Proved     bool           `json:"proved"`
	Audience   float64        `json:"audience"`
	Veto       *float64       `json:"veto_price,omitempty"`
	Measures   []planMeasure  `json:"measures"`
	Open       []plan.Survive `json:"open,omitempty"`
	Explain    *planExplained `json:"explain,omitempty"`
	Proof      []plan.Survive `json:"proof"`

	without *plan.Plan
}

type planMeasure struct {
	ID         string   `json:"id"`
	Name       string   `json:"name,omitempty"`
	Cost       float64  `json:"cost"`
	Bystanders int      `json:"bystanders,omitempty"`
	Fells      []string `json:"fells"`
}

type planExplained struct {
	ID    string         `json:"id"`
	Taken bool           `json:"taken"`
	Ways  []plan.Survive `json:"ways"`            // open without it
	Price *float64       `json:"price,omitempty"` // of doing without
	Why   string         `json:"why,omitempty"`   // that is impossible
}

// worth is the cost of a plan with its bystanders.
func worth(x plan.Plan, price float64) float64 { return x.Cost + price*float64(x.Bystanders) }

func (o *planAnswer) take(t plan.Tree, x plan.Plan, price float64) {
	o.Cost, o.Bystanders, o.Bound, o.Proved, o.Audience, o.Open, o.Proof = x.Cost, x.Bystanders, x.Bound, x.Proved, x.Audience, x.Open, x.Proof
	o.Measures = []planMeasure{}
	taken := map[string]bool{}
	for _, id := range x.Measures {
		taken[id] = true
	}
	for _, m := range t.Measures {
		if taken[m.ID] {
			o.Measures = append(o.Measures, planMeasure{m.ID, m.Name, m.Cost, m.Collateral, m.Fells})
		}
	}
	if o.without != nil {
		d := worth(x, price) - worth(*o.without, price)
		o.Veto = &d
	}
}

func (o *planAnswer) explain(p *plan.Planner, a plan.Ask, x plan.Plan, id string, stop func() bool) error {
	a.Veto = append(slices.Clone(a.Veto), id)
	y, err := p.Solve(a, stop, nil)
	var short *plan.Short
	o.Explain = &planExplained{ID: id, Taken: slices.Contains(x.Measures, id)}
	switch {
	case errors.As(err, &short):
		o.Explain.Why = err.Error()
	case err != nil:
		return fmt.Errorf("%w: %w", iru.Invalid, err)
	default:
		d := worth(y, a.Price) - worth(x, a.Price)
		o.Explain.Price = &d
	}
	o.Explain.Ways = p.Standing(slices.DeleteFunc(slices.Clone(x.Measures), func(m string) bool { return m == id }))
	return nil
}

func (o *planAnswer) print(w io.Writer, t plan.Tree) error {
	names := map[string]string{}
	for _, n := range t.Nodes {
		names[n.ID] = n.Name
	}
	switch {
	case len(o.Open) > 0:
		fmt.Fprintf(w, "The budget does not fell it. The best under it costs %.2f and leaves an audience of %.0f.\n", o.Cost, o.Audience)
	case len(o.Measures) == 0:
		fmt.Fprintln(w, "It is down already: nothing needs to be done.")
		return nil
	case o.Proved:
		fmt.Fprintf(w, "%d measures, cost %.2f, %d bystanders. No plan costs less.\n", len(o.Measures), o.Cost, o.Bystanders)
	default:
		fmt.Fprintf(w, "%d measures, cost %.2f, %d bystanders. Stopped early: no plan costs less than %.2f, bystanders priced in.\n", len(o.Measures), o.Cost, o.Bystanders, o.Bound)
	}
	if o.Veto != nil {
		fmt.Fprintf(w, "The vetoes cost %.2f.\n", *o.Veto)
	}
	tw := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	for _, m := range o.Measures {
		fmt.Fprintf(tw, "  %s\t%.2f\t%s\t%s\n", printable(m.ID), m.Cost, printable(m.Name), printable(named(m.Fells, names)))
	}
	if err := tw.Flush(); err != nil {
		return err
	}
	ways := func(title string, list []plan.Survive) {
		if len(list) > 0 {
			fmt.Fprintln(w, title)
		}
		for k, s := range list {
			if k == 20 {
				fmt.Fprintf(w, "  and %d more (--json has all)\n", len(list)-k)
				break
			}
			by := "closed by " + named(s.Measures, nil)
			if len(s.Measures) == 0 {
				by = "no measure touches it"
			}
			fmt.Fprintf(w, "  through %s; %s\n", printable(named(s.Nodes, names)), printable(by))
		}
	}
	ways("Still up:", o.Open)
	if x := o.Explain; x != nil {
		switch {
		case !x.Taken:
			fmt.Fprintf(w, "%s is not in the plan.\n", printable(x.ID))
		case len(x.Ways) == 0:
			fmt.Fprintf(w, "Without %s nothing stays up: the others suffice.\n", printable(x.ID))
		}
		ways(fmt.Sprintf("Without %s it stays up:", printable(x.ID)), x.Ways)
		switch {
		case x.Price != nil:
			fmt.Fprintf(w, "To do without it costs %.2f more.\n", *x.Price)
		case x.Why != "":
			fmt.Fprintf(w, "It cannot be done without: %s.\n", printable(x.Why))
		}
		return nil
	}
	ways("These ways to stay up force the cost:", o.Proof)
	return nil
}

// named gives the first few of a list by what people call them.
func named(ids []string, names map[string]string) string {
	const most = 8
	var out []string
	for _, id := range ids[:min(len(ids), most)] {
		if n := names[id]; n != "" {
			id = n
		}
		out = append(out, id)
	}
	if len(ids) > most {
		out = append(out, fmt.Sprintf("%d more", len(ids)-most))
	}
	return strings.Join(out, ", ")
}

func (c *planCmd) curve(p *plan.Planner, a plan.Ask, stop func() bool, e env) error {
	points, err := p.Curve(a, max(2, c.Curve), stop)
	if err != nil {
		return fmt.Errorf("%w: %w", iru.Invalid, err)
	}
	if c.JSON {
		return asJSON(e.stdout, points)
	}
	tw := tabwriter.NewWriter(e.stdout, 0, 4, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(tw, "cost\tbystanders\taudience left\tmeasures\t")
	for _, x := range points {
		fmt.Fprintf(tw, "%.2f\t%d\t%.0f\t%d\t\n", x.Cost, x.Bystanders, x.Audience, len(x.Measures))
	}
	return tw.Flush()
}
