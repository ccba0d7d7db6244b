// SPDX-License-Identifier: EUPL-1.2

package ui

import (
	"context"
	"fmt"
	"math"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestGraphKeepsItsNodesApart: whatever the estate, no two nodes touch and every node lies in the drawing.
func TestGraphKeepsItsNodesApart(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var g Graph
		var ids []string
		for c := range rapid.IntRange(1, 5).Draw(t, "columns") {
			col := NodeColumn{Title: fmt.Sprint("column ", c)}
			for n := range rapid.IntRange(0, 12).Draw(t, "nodes") {
				id := fmt.Sprint(c, "-", n)
				ids = append(ids, id)
				col.Nodes = append(col.Nodes, Node{ID: id, Label: rapid.StringN(0, 60, 200).Draw(t, "label"), Mono: n%2 == 0})
			}
			g.Columns = append(g.Columns, col)
		}
		if len(ids) == 0 {
			if d := g.draw(); d.w <= 0 || d.h <= 0 {
				t.Fatalf("empty drawing %v", d)
			}
			return
		}
		for range rapid.IntRange(0, 40).Draw(t, "edges") {
			g.Edges = append(g.Edges, Edge{From: rapid.SampledFrom(ids).Draw(t, "from"), To: rapid.SampledFrom(ids).Draw(t, "to")})
		}
		g.Edges = append(g.Edges, Edge{From: "nobody", To: ids[0]})
		d := g.draw()
		if len(d.nodes) != len(ids) {
			t.Fatalf("%d nodes drawn of %d", len(d.nodes), len(ids))
		}
		for i, a := range d.nodes {
			if a.x < 0 || a.x+a.w > d.w || a.top() < 0 || a.top()+nodeHeight > d.h {
				t.Fatalf("node %s at %.1f %.1f lies outside %.1f x %.1f", a.ID, a.x, a.top(), d.w, d.h)
			}
			for _, b := range d.nodes[i+1:] {
				if a.column == b.column && math.Abs(a.y-b.y) < nodeHeight+2 {
					t.Fatalf("nodes %s and %s touch: %.1f, %.1f", a.ID, b.ID, a.y, b.y)
				}
			}
		}
		for _, e := range d.edges {
			if strings.Contains(e.d, "NaN") || strings.Contains(e.d, "Inf") {
				t.Fatalf("edge %q", e.d)
			}
		}
	})
}

// TestEdgesPassBetweenNodes: an edge over a column does not run through a node there.
func TestEdgesPassBetweenNodes(t *testing.T) {
	g := Graph{Columns: []NodeColumn{{"a", []Node{{ID: "a", Label: "a"}}}, {"b", []Node{{ID: "b", Label: "b"}}}, {"c", []Node{{ID: "c", Label: "c"}}}},
		Edges: []Edge{{"a", "b", false}, {"b", "c", false}, {"a", "c", true}}}
	d := g.draw()
	last := d.edges[len(d.edges)-1]
	lane := regexp.MustCompile(` ([\d.]+)H`).FindStringSubmatch(last.d)
	if lane == nil || !last.severed {
		t.Fatalf("the long edge has no lane: %+v", last)
	}
	y, err := strconv.ParseFloat(lane[1], 64)
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range d.nodes {
		if n.ID == "b" && math.Abs(y-n.y) < nodeHeight/2 {
			t.Errorf("the edge at %.1f runs through the node at %.1f", y, n.y)
		}
	}
	table := GraphTable(context.Background(), g)
	if len(table.Rows) != 3 {
		t.Errorf("%d rows, want one per node", len(table.Rows))
	}
}

func TestUnknownBreaksTheLine(t *testing.T) {
	c := StepChart{From: 0, To: 10, Max: 100, Unit: "%", Series: []Series{{"a", []Point{{X: 0, Y: 100}, {X: 4, Unknown: true}, {X: 6, Y: 50}}}}}
	path := c.path(c.Series[0])
	if got := strings.Count(path, "M"); got != 2 {
		t.Errorf("%d strokes in %q, want 2: unknown is not a value", got, path)
	}
	row := ChartTable(context.Background(), c).Rows[0]
	var b strings.Builder
	for _, cell := range row.Cells[1:] {
		if err := cell.Render(context.Background(), &b); err != nil {
			t.Fatal(err)
		}
		b.WriteByte('|')
	}
	// known for 4 at 100 and 4 at 50
	if b.String() != "100 %|50 %|75 %|50 %|" {
		t.Errorf("first, lowest, mean, now: %s", b.String())
	}
	c.Series[0].Points = append(c.Series[0].Points, Point{X: 9, Unknown: true})
	if n, v := c.endLabel(0); n+" "+v != "a ?" {
		t.Errorf("a line that ends unknown is labelled %q", n+" "+v)
	}
}

func TestEndLabelsDoNotMeet(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := StepChart{From: 0, To: 1, Max: 100}
		for i := range rapid.IntRange(1, 4).Draw(t, "series") {
			c.Series = append(c.Series, Series{fmt.Sprint(i), []Point{{X: 0, Y: rapid.Float64Range(0, 100).Draw(t, "y")}}})
		}
		labels := c.endLabels()
		for i := 1; i < len(labels); i++ {
			if labels[i].At-labels[i-1].At < 13.9 {
				t.Fatalf("labels meet: %v", labels)
			}
		}
		if labels[0].At < 0 || labels[len(labels)-1].At > chartHeight {
			t.Fatalf("labels leave the drawing: %v", labels)
		}
	})
}

func TestTimeTicks(t *testing.T) {
	from := time.Date(2025, 11, 3, 7, 12, 0, 0, time.UTC)
	for _, c := range []struct {
		span        time.Duration
		first, last string
	}{
		{10 * time.Minute, "07:15", "07:20"},
		{5 * time.Hour, "08:00", "12:00"},
		{20 * time.Hour, "09:00", "03:00"},
		{5 * 24 * time.Hour, "4 Nov", "8 Nov"},
		{60 * 24 * time.Hour, "10 Nov", "29 Dec"},
		{200 * 24 * time.Hour, "Dec", "May"},
		{1500 * 24 * time.Hour, "Jan 2026", "Jan 2029"},
	} {
		ticks := TimeTicks(from, from.Add(c.span), 10)
		if len(ticks) == 0 || len(ticks) > 10 {
			t.Errorf("%v: %d ticks", c.span, len(ticks))
			continue
		}
		if ticks[0].Text != c.first || ticks[len(ticks)-1].Text != c.last {
			t.Errorf("%v: from %q to %q, want %q to %q", c.span, ticks[0].Text, ticks[len(ticks)-1].Text, c.first, c.last)
		}
		for _, k := range ticks {
			if k.At < OnAxis(from) || k.At > OnAxis(from.Add(c.span)) {
				t.Errorf("%v: tick %v lies outside", c.span, k)
			}
		}
	}
	if got := TimeTicks(from, from, 5); got != nil {
		t.Errorf("no time, no ticks: %v", got)
	}
}

func TestTimelineLabelsDoNotMeet(t *testing.T) {
	from := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	day := func(d int) time.Time { return from.AddDate(0, 0, d) }
	l := Timeline{From: from, To: day(100), Waves: []Moment{{day(50), "Wave 1"}, {day(52), "Wave 2"}, {day(54), "Wave 3"}}}
	w := l.waves()
	if w[0].y == w[1].y {
		t.Error("the labels of two close waves stand on one line")
	}
	if w[2].text != "" {
		t.Errorf("the third close wave should be left to the table, shows %q", w[2].text)
	}
	if got := l.width(Stretch{From: day(3), To: day(3)}); got < 1 {
		t.Errorf("a short stretch vanishes: %.2f", got)
	}
}

// ---- the stylesheet ------------------------------------------------------------------------------------------------

func stylesheet(t *testing.T) string {
	t.Helper()
	b, err := os.ReadFile("../static/iolaus.css")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestStylesheetStaysSmall(t *testing.T) {
	if n := len(stylesheet(t)); n >= 25_000 {
		t.Errorf("%d bytes; the budget is 25 KB", n)
	}
}

// luminance and contrast are those of WCAG 2.2, "relative luminance" and "contrast ratio".
func luminance(hex string) float64 {
	if len(hex) == 4 {
		hex = "#" + strings.Repeat(hex[1:2], 2) + strings.Repeat(hex[2:3], 2) + strings.Repeat(hex[3:4], 2)
	}
	l := 0.0
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		v, err := strconv.ParseUint(hex[1+2*i:3+2*i], 16, 8)
		if err != nil {
			return math.NaN()
		}
		c := float64(v) / 255
		if c <= 0.04045 {
			c /= 12.92
		} else {
			c = math.Pow((c+0.055)/1.055, 2.4)
		}
		l += weight * c
	}
	return l
}

func contrast(a, b string) float64 {
	x, y := luminance(a), luminance(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

// TestContrastOfTokens computes what axe-core cannot see, the text of figures, and every other pair in use: text 4.5, lines of
// figures and edges of controls 3 (WCAG 2.2, 1.4.3 and 1.4.11).
func TestContrastOfTokens(t *testing.T) {
	token := map[string][2]string{}
	for _, m := range regexp.MustCompile(`--([\w-]+):light-dark\((#\w+),(#\w+)\)`).FindAllStringSubmatch(stylesheet(t), -1) {
		token[m[1]] = [2]string{m[2], m[3]}
	}
	for _, c := range []struct {
		least float64
		pairs string
	}{
		{4.5, "ink/bg ink/surface ink/raised ink/sunk ink/accent-bg ink/warn-bg ink2/bg ink2/surface ink2/raised ink2/sunk ink2/accent-bg " +
			"accent/bg accent/surface accent/accent-bg accent/raised on-accent/accent ok/ok-bg ok/surface warn/warn-bg warn/surface warn/raised bad/bad-bg bad/surface " +
			"info/info-bg info/surface ink/ok-bg ink/bad-bg ink/info-bg ink2/ok-bg"},
		{3, "accent/surface warn/surface info/surface ok/surface ctl/surface ctl/bg ctl/raised"},
	} {
		for pair := range strings.FieldsSeq(c.pairs) {
			front, back, _ := strings.Cut(pair, "/")
			for i, scheme := range []string{"light", "dark"} {
				a, b := token[front][i], token[back][i]
				if a == "" || b == "" {
					t.Fatalf("no token for %s", pair)
				}
				if got := contrast(a, b); !(got >= c.least) {
					t.Errorf("%s, %s: %.2f, want %.1f", pair, scheme, got, c.least)
				}
			}
		}
	}
}
