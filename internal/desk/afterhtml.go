// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"fmt"
	"html"
	"strconv"
	"strings"

	"iolaus/internal/iru"
)

// AfterHTML is one report, or several side by side, as a page that stands alone: no script, nothing fetched, printable.
func AfterHTML(lang, dir string, say Wording, reports ...iru.AfterAction) []byte {
	if say == nil {
		say = asItIs
	}
	var b strings.Builder
	title := say("After-action report")
	for _, a := range reports {
		title += " · " + a.Operation.Name
	}
	fmt.Fprintf(&b, "<!doctype html>\n<html lang=%q dir=%q><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>%s</title><style>%s</style></head><body><h1>%s</h1>\n",
		lang, dir, html.EscapeString(title), afterStyle, html.EscapeString(title))
	if len(reports) > 1 {
		compareHTML(&b, say, reports)
	}
	for _, a := range reports {
		oneHTML(&b, say, a)
	}
	b.WriteString("</body></html>\n")
	return []byte(b.String())
}

const afterStyle = `body{font:15px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem;color:#1a1a1a;background:#fff}` +
	`table{border-collapse:collapse;width:100%;margin:.5rem 0 1.5rem}th,td{border-bottom:1px solid #ccc;padding:.25rem .5rem;text-align:start;vertical-align:top;font-variant-numeric:tabular-nums}` +
	`.scroll{overflow-x:auto}small{color:#555;display:block}svg{width:100%;max-width:40rem;height:auto}h2{margin-top:2rem;border-bottom:2px solid}@media print{body{margin:0;max-width:none}.scroll{overflow:visible}tr{break-inside:avoid}}`

// AfterComparison lays the figures of several reports beside each other.
func AfterComparison(reports []iru.AfterAction) iru.AfterTable {
	t := iru.AfterTable{ID: "comparison", Columns: []iru.AfterColumn{{ID: "figure", Kind: iru.CellText}}, Rows: []iru.AfterRow{}}
	for _, a := range reports {
		t.Columns = append(t.Columns, iru.AfterColumn{ID: a.Operation.Name, Kind: iru.CellText})
	}
	if len(reports) == 0 {
		return t
	}
	row := func(name string, of func(iru.AfterAction) (iru.Figure, string)) {
		r := iru.AfterRow{Cells: []string{name}}
		for _, a := range reports {
			_, s := of(a)
			r.Cells = append(r.Cells, s)
		}
		t.Rows = append(t.Rows, r)
	}
	for _, f := range reports[0].Figures {
		row(f.Title, func(a iru.AfterAction) (iru.Figure, string) {
			x, ok := a.Figure(f.ID)
			if !ok {
				return x, ""
			}
			return x, AfterValue(x, asItIs)
		})
		if !strings.HasPrefix(f.ID, "state.") {
			continue
		}
		for _, key := range []string{"up", "down", "unknown"} {
			row(f.Title+", "+key, func(a iru.AfterAction) (iru.Figure, string) {
				x, _ := a.Figure(f.ID)
				if x.State != iru.FigureGiven {
					return x, string(x.State)
				}
				for _, g := range x.Groups {
					if g.Key == key && g.State == iru.FigureGiven {
						return x, g.Value
					} else if g.Key == key {
						return x, string(g.State)
					}
				}
				return x, "0"
			})
		}
	}
	row("Did a count change?", func(a iru.AfterAction) (iru.Figure, string) { return iru.Figure{}, a.Verdict.Verdict })
	return t
}

func compareHTML(b *strings.Builder, say Wording, reports []iru.AfterAction) {
	fmt.Fprintf(b, "<h2>%s</h2>\n", html.EscapeString(say("Side by side")))
	t := AfterComparison(reports)
	for i := range t.Columns {
		if i == 0 {
			t.Columns[i].ID = "figure"
		}
	}
	tableHTML(b, say, t, false)
	var curves []AfterCurve
	for _, a := range reports {
		for _, c := range Curves(a, "return.curve") {
			c.Name = a.Operation.Name
			curves = append(curves, c)
		}
	}
	curveHTML(b, say(iru.AfterWords("return.curve").Title), 1, curves)
	besideHTML(b, reports)
}

func oneHTML(b *strings.Builder, say Wording, a iru.AfterAction) {
	e := html.EscapeString
	fmt.Fprintf(b, "<h2>%s</h2><p>%s</p>\n<ul>", e(a.Operation.Name), e(AfterLead(a, say)))
	if a.Handling != "" {
		fmt.Fprintf(b, "<li><strong>%s</strong></li>", e(a.Handling))
	}
	for _, n := range a.Notes {
		fmt.Fprintf(b, "<li>%s</li>", e(say(n)))
	}
	fmt.Fprintf(b, "</ul>\n<h3>%s</h3><table>", e(say("Did a count change?")))
	for _, l := range AfterVerdictLines(a, say) {
		fmt.Fprintf(b, "<tr><th scope=\"row\">%s</th><td>%s</td></tr>", e(l[0]), e(l[1]))
	}
	b.WriteString("</table>\n")
	for _, part := range iru.AfterParts {
		partHTML(b, say, a, part)
	}
	fmt.Fprintf(b, "<h3>%s</h3><table>", e(say("How to check it")))
	for _, l := range [][2]string{{"Ledger", a.Ledger.Origin}, {"Size", strconv.FormatInt(a.Ledger.Size, 10)}, {"Root", a.Ledger.Root}, {"As of", instantText(a.AsOf)}, {"Version of the definitions", a.Query}, {"Made with", a.Software}} {
		fmt.Fprintf(b, "<tr><th scope=\"row\">%s</th><td>%s</td></tr>", e(say(l[0])), e(l[1]))
	}
	b.WriteString("</table>\n")
}

func partHTML(b *strings.Builder, say Wording, a iru.AfterAction, part string) {
	e := html.EscapeString
	var inner strings.Builder
	for _, f := range a.Figures {
		if f.Law != part {
			continue
		}
		fmt.Fprintf(&inner, "<tr id=\"figure-%s\"><th scope=\"row\">%s<small>%s</small></th><td>%s", e(f.ID), e(say(f.Title)), e(say(f.Words)), e(AfterValue(f, say)))
		for _, g := range f.Groups {
			value := g.Value
			if g.State != iru.FigureGiven {
				value = say(string(g.State))
			}
			fmt.Fprintf(&inner, "<small>%s: %s</small>", e(say(strings.ReplaceAll(g.Key, "_", " "))), e(value))
		}
		inner.WriteString("</td></tr>")
	}
	figures := inner.String()
	inner.Reset()
	for _, t := range a.Tables {
		w := iru.AfterWords(t.ID)
		if w.Part != part {
			continue
		}
		fmt.Fprintf(&inner, "<h4>%s</h4>", e(say(w.Title)))
		for _, s := range []string{w.Words, t.Note} {
			if s != "" {
				fmt.Fprintf(&inner, "<p>%s</p>", e(say(s)))
			}
		}
		if strings.HasSuffix(t.ID, ".curve") {
			curveHTML(&inner, say(w.Title), curveFrom(t.ID), Curves(a, t.ID))
		}
		tableHTML(&inner, say, t, true)
	}
	if figures == "" && inner.Len() == 0 {
		return
	}
	fmt.Fprintf(b, "<h3>%s</h3>", e(say(part)))
	if figures != "" {
		fmt.Fprintf(b, "<table>%s</table>", figures)
	}
	b.WriteString(inner.String())
	b.WriteString("\n")
}

func tableHTML(b *strings.Builder, say Wording, t iru.AfterTable, titles bool) {
	e := html.EscapeString
	if len(t.Rows) == 0 {
		return
	}
	b.WriteString("<div class=\"scroll\" tabindex=\"0\"><table><thead><tr>")
	for _, c := range t.Columns {
		name := c.ID
		if titles || c.ID == "figure" {
			name = say(ColumnTitle(c.ID))
		}
		fmt.Fprintf(b, "<th scope=\"col\">%s</th>", e(name))
	}
	b.WriteString("</tr></thead><tbody>")
	for _, r := range t.Rows {
		b.WriteString("<tr>")
		for i, c := range r.Cells {
			fmt.Fprintf(b, "<td>%s</td>", e(AfterCell(t.Columns[i].Kind, c, say)))
		}
		b.WriteString("</tr>")
	}
	b.WriteString("</tbody></table></div>")
}

// An AfterCurve is one curve of a table: shares by seconds, in steps.
type AfterCurve struct {
	Name  string
	After []float64 // seconds, rising
	Share []float64
}

// Curves are the curves of a report's table, in the order of their names as they stand in it.
func Curves(a iru.AfterAction, id string) []AfterCurve {
	t, ok := a.Table(id)
	if !ok {
		return nil
	}
	share := "removed"
	if id == "return.curve" {
		share = "gone"
	}
	var out []AfterCurve
	for _, r := range t.Rows {
		name := t.Cell(r, "addressee")
		if len(out) == 0 || out[len(out)-1].Name != name {
			out = append(out, AfterCurve{Name: name})
		}
		after, err := strconv.ParseFloat(t.Cell(r, "after"), 64)
		y, err2 := strconv.ParseFloat(t.Cell(r, share), 64)
		if err != nil || err2 != nil {
			continue
		}
		c := &out[len(out)-1]
		c.After, c.Share = append(c.After, after), append(c.Share, y)
	}
	return out
}

// curveFrom is the share at the beginning: what is gone falls from all, what is removed grows from nothing.
func curveFrom(table string) float64 {
	if table == "return.curve" {
		return 1
	}
	return 0
}

// curvesEnd is the latest time of any of them, at least a second.
func curvesEnd(curves []AfterCurve) float64 {
	end := 1.0
	for _, c := range curves {
		for _, x := range c.After {
			end = max(end, x)
		}
	}
	return end
}

// curveHTML draws curves as steps, each with a dash of its own and its name at its end.
func curveHTML(b *strings.Builder, title string, from float64, curves []AfterCurve) {
	if len(curves) == 0 {
		return
	}
	end := curvesEnd(curves)
	const left, top, wide, high = 45.0, 10.0, 520.0, 200.0
	e := html.EscapeString
	fmt.Fprintf(b, "<svg viewBox=\"0 0 640 260\" role=\"img\"><title>%s</title><g fill=\"none\" stroke=\"currentColor\" stroke-width=\".5\"><path d=\"M%g %gV%gH%g\"/></g><g font-size=\"11\" fill=\"currentColor\">", e(title), left, top, top+high, left+wide)
	for _, y := range []float64{0, .5, 1} {
		fmt.Fprintf(b, "<text x=\"%g\" y=\"%g\" text-anchor=\"end\">%g %%</text>", left-4, top+high*(1-y)+4, 100*y)
	}
	for k := range 5 {
		fmt.Fprintf(b, "<text x=\"%g\" y=\"%g\" text-anchor=\"middle\">%s</text>", left+wide*float64(k)/4, top+high+16, e(tookText(end*float64(k)/4)))
	}
	b.WriteString("</g>")
	for n, c := range curves[:min(len(curves), mostCurves)] {
		y := from
		path := fmt.Sprintf("M%g %g", left, top+high*(1-y))
		for i := range c.After {
			path += fmt.Sprintf("H%.1fV%.1f", left+wide*c.After[i]/end, top+high*(1-c.Share[i]))
			y = c.Share[i]
		}
		fmt.Fprintf(b, "<path d=\"%sH%g\" fill=\"none\" stroke=\"currentColor\" stroke-width=\"1.5\" stroke-dasharray=\"%s\"/><text x=\"%g\" y=\"%.1f\" font-size=\"10\" fill=\"currentColor\" text-anchor=\"end\">%s</text>",
			path, left+wide, []string{"none", "6 3", "2 2", "8 2 2 2", "1 3", "10 4"}[n%6], left+wide, top+high*(1-y)-3+float64(n%2)*12, e(c.Name))
	}
	b.WriteString("</svg>")
}

// mostCurves is how many curves a drawing holds; the table has all.
const mostCurves = 6
