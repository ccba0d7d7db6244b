// SPDX-License-Identifier: EUPL-1.2

package form

import (
	"fmt"
	"strings"
)

// A StatementChart draws shares from 0 to 1 that change in steps, each curve with a dash of its own and its name below. Its numbers stand in a table
// beside it: the drawing is for the eye alone, and Title says to everybody else what it shows.
type StatementChart struct {
	Title  string
	From   float64  // the share that every curve has at 0
	End    float64  // what the right end is worth, in the unit of the curves' X; above 0
	Ticks  []string // words below the axis, evenly spread from 0 to End
	Curves []StatementCurve
}

// A StatementCurve goes to Y[i] at X[i]. X rises.
type StatementCurve struct {
	Name string
	X, Y []float64
}

// dashes tell curves apart without colour (ISO 32000-1, section 8.4.3.6).
var dashes = []string{"[] 0", "[6 3] 0", "[2 2] 0", "[8 2 2 2] 0", "[1 3] 0", "[10 4] 0"}

// chart draws one on the page, on a new one where there is no room.
func (p *pen) chart(c StatementChart, lang string) {
	const above, high, axis, name, small = 8.0, 130.0, 16.0, 12.0, 8.0
	below := axis + name*float64(len(c.Curves))
	if len(p.pages) == 0 || p.y-above-high-below < bottom {
		p.newPage()
	}
	n := len(p.pages) - 1
	g := p.pages[n]
	zero, x0, wide := p.y-above-high, left+32, textWidth-32-16
	p.y = zero - below
	fmt.Fprintf(&g.content, "/Figure <</MCID %d>> BDC\nq .5 w %s %s m %s %s l %s %s l S Q\n", len(g.marks), number(x0), number(zero+high), number(x0), number(zero), number(x0+wide), number(zero))
	g.marks = append(g.marks, len(p.marks))
	p.marks = append(p.marks, element{tag: "Figure", pieces: []piece{{n, len(g.marks) - 1}}, alt: c.Title, box: [4]float64{left, p.y, pageWidth - right, zero + high}})
	word := func(text string, x, y, part float64) { // part of its width stands left of x
		l := p.set(text, lang, false, textWidth/small*units)[0]
		g.draw(l, x-part*l.width*small/units, y, small)
	}
	for _, share := range []float64{0, .5, 1} {
		word(fmt.Sprintf("%g %%", 100*share), x0-4, zero+high*share-3, 1)
	}
	for k, t := range c.Ticks {
		word(t, x0+wide*float64(k)/float64(max(1, len(c.Ticks)-1)), zero-11, .5)
	}
	for k, s := range c.Curves {
		dash, y := dashes[k%len(dashes)], c.From
		var path strings.Builder
		fmt.Fprintf(&path, "%s %s m", number(x0), number(zero+high*y))
		for i, x := range s.X {
			at := x0 + wide*min(1, max(0, x/c.End))
			fmt.Fprintf(&path, " %s %s l", number(at), number(zero+high*y))
			y = min(1, max(0, s.Y[i]))
			fmt.Fprintf(&path, " %s %s l", number(at), number(zero+high*y))
		}
		key := zero - axis - name*float64(k) - name + 3
		fmt.Fprintf(&g.content, "q 1.2 w %s d %s %s %s l S %s %s m %s %s l S Q\n", dash, path.String(), number(x0+wide), number(zero+high*y), number(x0), number(key+2.5), number(x0+26), number(key+2.5))
		word(s.Name, x0+32, key, 0)
	}
	g.content.WriteString("EMC\n")
}
