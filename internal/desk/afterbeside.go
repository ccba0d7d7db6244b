// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"cmp"
	"fmt"
	"html"
	"slices"
	"strconv"
	"strings"
	"time"

	"iolaus/internal/iru"
)

// fewActs is the number of acts below which a difference of times or shares is not read: a single addressee's habit would carry it.
const fewActs = 10

// A BesideLine is one thing that two reports are held against each other for, and what the difference says.
type BesideLine struct{ What, First, Second, Says string }

// Beside holds two reports against each other. Says is empty where the difference is what it is, and else says why it tells little or nothing.
func Beside(a, b iru.AfterAction) []BesideLine {
	out := []BesideLine{
		besideTimes("First act, after T0", a, b, func(x iru.AfterAction) (time.Duration, bool) {
			if left := leftIn(x); len(left) > 0 && x.Operation.T0 != nil {
				return left[0].Sub(*x.Operation.T0), true
			}
			return 0, false
		}),
		besideTimes("First act to last act", a, b, func(x iru.AfterAction) (time.Duration, bool) {
			left := leftIn(x)
			if len(left) == 0 {
				return 0, false
			}
			return left[len(left)-1].Sub(left[0]), true
		}),
		besideTimes("Looked at, after T0", a, b, looked),
	}
	unlike := unlikeWindows(a, b)
	for _, id := range []string{"acts", "acts.removed", "acts.refused", "removal.median", "removal.ninety", "falls", "returns", "return.median", "heads.new", "available.before", "available.after", "dark"} {
		x, in := a.Figure(id)
		y, too := b.Figure(id)
		l := BesideLine{What: iru.AfterWords(id).Title, First: "none", Second: "none"}
		if in {
			l.First = AfterValue(x, asItIs)
		}
		if too {
			l.Second = AfterValue(y, asItIs)
		}
		if l.Says = says(x, y, acts(a), acts(b)); unlike != "" && l.Says != sameValue && !strings.HasPrefix(l.Says, "nothing") && slices.Contains(overTime, id) {
			l.Says = unlike
		}
		out = append(out, l)
	}
	return append(out, besideShares(a, b)...)
}

const sameValue = "no difference"

// overTime are the figures that grow or change with the time that is looked at.
var overTime = []string{"falls", "returns", "heads.new", "available.after", "dark"}

// looked is how long after T0 a report looks.
func looked(a iru.AfterAction) (time.Duration, bool) {
	if a.Operation.T0 == nil || a.Operation.To == nil {
		return 0, false
	}
	return a.Operation.To.Sub(*a.Operation.T0), true
}

// unlikeWindows says that two reports look for times of which one is more than a tenth longer; "" if they do not.
func unlikeWindows(a, b iru.AfterAction) string {
	x, in := looked(a)
	y, too := looked(b)
	if !in || !too || 10*max(x, y) <= 11*min(x, y) {
		return ""
	}
	return fmt.Sprintf("little: they look for %s and %s", x.Round(time.Second), y.Round(time.Second))
}

// says is why a difference of two figures tells little or nothing.
func says(x, y iru.Figure, n, m int) string {
	switch {
	case x.State != iru.FigureGiven || y.State != iru.FigureGiven:
		return "nothing: one of the two is not given"
	case x.Value == y.Value:
		return sameValue
	case x.Kind != iru.FigureCount && min(n, m) < fewActs:
		return fmt.Sprintf("little: they rest on %d and %d acts", n, m)
	case x.Kind == iru.FigureCount && n != m:
		return fmt.Sprintf("of %d and %d acts", n, m)
	}
	return ""
}

// acts is how many acts a report is about.
func acts(a iru.AfterAction) int {
	t, _ := a.Table("tasks")
	return len(t.Rows)
}

// leftIn are the instants at which the acts of a report left, in their order.
func leftIn(a iru.AfterAction) []time.Time {
	t, _ := a.Table("tasks")
	var out []time.Time
	for _, r := range t.Rows {
		if at, err := time.Parse(time.RFC3339Nano, t.Cell(r, "left")); err == nil {
			out = append(out, at)
		}
	}
	slices.SortFunc(out, time.Time.Compare)
	return out
}

func besideTimes(what string, a, b iru.AfterAction, of func(iru.AfterAction) (time.Duration, bool)) BesideLine {
	x, in := of(a)
	y, too := of(b)
	l := BesideLine{What: what, First: "none", Second: "none"}
	if in {
		l.First = seconds(x)
	}
	if too {
		l.Second = seconds(y)
	}
	if !in || !too {
		l.Says = "nothing: one of the two is not given"
	}
	return l
}

func seconds(d time.Duration) string {
	return strconv.FormatFloat(d.Seconds(), 'f', 3, 64) + " s"
}

// besideShares lays the concentration on the largest carrier of each layer beside each other, as it was before and is after.
func besideShares(a, b iru.AfterAction) []BesideLine {
	type key struct{ outlet, over string }
	at := map[key][2]string{}
	var order []key
	for n, x := range []iru.AfterAction{a, b} {
		t, _ := x.Table("concentration")
		for _, r := range t.Rows {
			k := key{t.Cell(r, "outlet"), t.Cell(r, "over")}
			v, have := at[k]
			if !have {
				order = append(order, k)
				v = [2]string{"none", "none"}
			}
			v[n] = cmp.Or(t.Cell(r, "before"), "not known") + " → " + cmp.Or(t.Cell(r, "after"), "nothing left to measure")
			at[k] = v
		}
	}
	var out []BesideLine
	for _, k := range order {
		l := BesideLine{What: "Concentration, " + k.outlet + ", " + strings.ReplaceAll(k.over, "_", " "), First: at[k][0], Second: at[k][1]}
		switch {
		case l.First == l.Second:
			l.Says = "no difference"
		case strings.Contains(l.First+l.Second, "nothing left") || l.First == "none" || l.Second == "none":
			l.Says = "nothing: one of the two has nothing to measure after"
		}
		out = append(out, l)
	}
	return out
}

// removed is the share of the acts received that were verified as removed, by seconds since the receipt.
func removed(a iru.AfterAction) AfterCurve {
	c := AfterCurve{Name: a.UnitName + ", " + a.Operation.Name}
	t, _ := a.Table("tasks")
	received := 0
	var took []float64
	for _, r := range t.Rows {
		from, err := time.Parse(time.RFC3339Nano, t.Cell(r, "received"))
		if err != nil {
			continue
		}
		received++
		if to, err := time.Parse(time.RFC3339Nano, t.Cell(r, "removed")); err == nil {
			took = append(took, max(to.Sub(from).Seconds(), 0))
		}
	}
	slices.Sort(took)
	for i, s := range took {
		c.After, c.Share = append(c.After, s), append(c.Share, float64(i+1)/float64(received))
	}
	return c
}

// besideWords stand under every comparison.
const besideWords = "Two operations are no experiment: the outlets, the addressees and the days differ, too. A difference above shows that something differed, not what brought it about. Removal is seen later than it happens, by the time that looks need."

// besideHTML is the part of a page that holds two reports against each other.
func besideHTML(b *strings.Builder, all []iru.AfterAction) {
	if len(all) != 2 {
		return
	}
	e := html.EscapeString
	fmt.Fprintf(b, "<h2>What the difference says</h2>\n<div class=\"scroll\" tabindex=\"0\"><table><thead><tr><th scope=\"col\"></th>")
	for _, a := range all {
		fmt.Fprintf(b, "<th scope=\"col\">%s<small>%s</small></th>", e(a.Operation.Name), e(a.UnitName))
	}
	b.WriteString("<th scope=\"col\">What the difference says</th></tr></thead><tbody>")
	for _, l := range Beside(all[0], all[1]) {
		fmt.Fprintf(b, "<tr><th scope=\"row\">%s</th><td>%s</td><td>%s</td><td>%s</td></tr>", e(l.What), e(l.First), e(l.Second), e(l.Says))
	}
	fmt.Fprintf(b, "</tbody></table></div><p>%s</p>\n<h3>Removed, as a share of the acts received, by time since the receipt</h3>", e(besideWords))
	curveHTML(b, "Removed, as a share of the acts received, by time since the receipt", 0, []AfterCurve{removed(all[0]), removed(all[1])})
}
