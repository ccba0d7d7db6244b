// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"fmt"
	"math"
	"os"
	"runtime/debug"

	"iolaus/internal/iru"
	"iolaus/internal/plan"
)

// bound says what the cheapest plan costs at least and at most, without keeping the tree.
func (c *planCmd) bound(ctx context.Context, e env) error {
	if c.Mode != string(plan.Min) || len(c.Include)+len(c.Veto) > 0 || c.Budget > 0 || c.Bystanders >= 0 || c.Price > 0 || c.Curve > 0 || c.Explain != "" || c.Convert != "" {
		return iru.Refuse(iru.Invalid, "bounds are those of the cheapest plan alone", "ask with --mode min and --bound, and veto in the file")
	}
	r := e.stdin
	if c.In != "-" {
		f, err := os.Open(c.In)
		if err != nil {
			return iru.Refuse(iru.NotFound, err.Error(), "")
		}
		defer f.Close()
		r = f
	}
	defer debug.SetGCPercent(debug.SetGCPercent(25)) // memory is what is short here, not time
	b, err := plan.Bound(r, func() bool { return ctx.Err() != nil })
	switch {
	case err != nil:
		return fmt.Errorf("%w: %s: %w", iru.Invalid, c.In, err)
	case math.IsInf(b.Lower, 1):
		return iru.Refuse(iru.Conflict, "nothing that may be taken fells the root", "add a measure, or lift a veto")
	case c.JSON:
		out := map[string]any{"nodes": b.Nodes, "measures": b.Measures, "bound": b.Lower, "proved": b.Lower == b.Upper}
		if !math.IsInf(b.Upper, 1) {
			out["cost"], out["plan"] = b.Upper, b.Plan
		}
		return asJSON(e.stdout, out)
	}
	fmt.Fprintf(e.stdout, "%d nodes, %d measures\nno plan costs less than %.2f\n", b.Nodes, b.Measures, b.Lower)
	if !math.IsInf(b.Upper, 1) {
		fmt.Fprintf(e.stdout, "%d measures fell the root for %.2f; --json names them\n", len(b.Plan), b.Upper)
	}
	return ctx.Err()
}
