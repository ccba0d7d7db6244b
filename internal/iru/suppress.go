// SPDX-License-Identifier: EUPL-1.2

package iru

import (
	"cmp"
	"math/big"
	"slices"
)

// DefaultThreshold is from which number on a cell is published: cells of one to four are hidden. It is a rule of thumb of official
// statistics, no law; a unit may set another.
const DefaultThreshold = 5

// A Tableau is a set of numbers and what a reader knows of them: which add up to which.
type Tableau struct {
	Cells []TableCell
	Sums  []Sum
}

// A TableCell is one number. A virtual one is printed nowhere but can be computed from others, such as what a part leaves of its whole.
type TableCell struct {
	Value   int
	Fixed   bool // must be published whatever its size: the law asks for it
	Virtual bool
}

// A Sum says that the cells with these numbers add up to Total.
type Sum struct {
	Total int
	Parts []int
}

// Suppress tells which cells must not be printed. Hidden are all cells that may be hidden with a number from 1 up to, not including, the
// threshold (zero is printed as zero); and further ones, the smallest first, until no hidden number, and no small virtual one, can be computed
// from what is printed. A number counts as computable when it follows from the sums, also when it follows only because each hidden number is at
// least one. All are printed alike, so that a reader cannot tell which were hidden for being small. Cells that must be published are never
// hidden: what can be computed from them alone stays so.
func (t Tableau) Suppress(threshold int) []bool {
	hidden := make([]bool, len(t.Cells))
	if threshold <= 1 {
		return hidden
	}
	small := func(i int) bool { v := t.Cells[i].Value; return v > 0 && v < threshold }
	for i, c := range t.Cells {
		hidden[i] = c.Virtual || !c.Fixed && small(i)
	}
	for {
		bare := -1
		for i := range t.Cells {
			if hidden[i] && small(i) && t.bare(i, hidden, threshold) {
				if bare = t.next(i, hidden); bare >= 0 {
					break
				}
			}
		}
		if bare < 0 {
			break
		}
		hidden[bare] = true
	}
	for i, c := range t.Cells {
		hidden[i] = hidden[i] && !c.Virtual
	}
	return hidden
}

// next is the cell to hide for the sake of cell i: the smallest printed one that stands in a sum with a hidden one that is bound to i.
func (t Tableau) next(i int, hidden []bool) int {
	reach := map[int]bool{i: true}
	for grown := true; grown; {
		grown = false
		for _, s := range t.Sums {
			all := append([]int{s.Total}, s.Parts...)
			if !slices.ContainsFunc(all, func(c int) bool { return reach[c] && hidden[c] }) {
				continue
			}
			for _, c := range all {
				if !reach[c] {
					reach[c], grown = true, true
				}
			}
		}
	}
	var may []int
	for c := range t.Cells {
		if reach[c] && !hidden[c] && !t.Cells[c].Fixed && t.Cells[c].Value > 0 {
			may = append(may, c)
		}
	}
	if len(may) == 0 {
		return -1
	}
	return slices.MinFunc(may, func(a, b int) int { return cmp.Or(cmp.Compare(t.Cells[a].Value, t.Cells[b].Value), cmp.Compare(a, b)) })
}

// bare reports whether a hidden number follows from what is printed: it is the only solution of the sums; or the only one when each hidden
// number is at least one; or a sum leaves so little for its hidden parts together that they are as small.
func (t Tableau) bare(i int, hidden []bool, threshold int) bool {
	if lo, hi := t.bounds(hidden); lo[i] == hi[i] || t.determined(i, hidden) {
		return true
	}
	for _, s := range t.Sums {
		if hidden[s.Total] || !slices.Contains(s.Parts, i) {
			continue
		}
		rest := t.Cells[s.Total].Value
		for _, p := range s.Parts {
			if !hidden[p] {
				rest -= t.Cells[p].Value
			}
		}
		if rest < threshold {
			return true
		}
	}
	return false
}

// bounds gives the least and the greatest value that each cell may have by what is printed, as each sum by itself narrows them.
func (t Tableau) bounds(hidden []bool) (lo, hi []int) {
	lo, hi = make([]int, len(t.Cells)), make([]int, len(t.Cells))
	const far = 1 << 40
	for i, c := range t.Cells {
		lo[i], hi[i] = c.Value, c.Value
		if hidden[i] && c.Value > 0 {
			lo[i], hi[i] = 1, far
		}
	}
	narrow := func(i, least, most int) bool {
		if least <= lo[i] && most >= hi[i] {
			return false
		}
		lo[i], hi[i] = max(lo[i], least), min(hi[i], most)
		return true
	}
	for moved := true; moved; {
		moved = false
		for _, s := range t.Sums {
			least, most := 0, 0
			for _, p := range s.Parts {
				least, most = least+lo[p], min(far, most+hi[p])
			}
			moved = narrow(s.Total, least, most) || moved
			for _, p := range s.Parts {
				others := 0 // what they may be at most
				for _, q := range s.Parts {
					if q != p {
						others = min(far, others+hi[q])
					}
				}
				moved = narrow(p, lo[s.Total]-others, hi[s.Total]-(least-lo[p])) || moved
				least = 0
				for _, q := range s.Parts {
					least += lo[q]
				}
			}
		}
	}
	return lo, hi
}

// determined reports whether the sums have one solution only for cell i: whether the row that names it alone is a combination of theirs.
func (t Tableau) determined(i int, hidden []bool) bool {
	var column []int // of each hidden cell
	at := make([]int, len(t.Cells))
	for c := range t.Cells {
		at[c] = -1
		if hidden[c] && (t.Cells[c].Value != 0 || c == i) { // a hidden zero is printed or virtual: it binds nothing
			at[c] = len(column)
			column = append(column, c)
		}
	}
	var rows [][]*big.Rat
	for _, s := range t.Sums {
		row := make([]*big.Rat, len(column))
		for k := range row {
			row[k] = new(big.Rat)
		}
		if at[s.Total] >= 0 {
			row[at[s.Total]].SetInt64(-1)
		}
		for _, p := range s.Parts {
			if at[p] >= 0 {
				row[at[p]].Add(row[at[p]], big.NewRat(1, 1))
			}
		}
		rows = append(rows, row)
	}
	reduce(rows)
	for _, row := range rows { // in reduced form a determined cell stands alone in a row
		alone := true
		for k, v := range row {
			if (k == at[i]) != (v.Sign() != 0) {
				alone = false
			}
		}
		if alone {
			return true
		}
	}
	return false
}

// reduce brings rows into reduced echelon form.
func reduce(rows [][]*big.Rat) {
	if len(rows) == 0 {
		return
	}
	top := 0
	for k := range rows[0] {
		p := slices.IndexFunc(rows[top:], func(r []*big.Rat) bool { return r[k].Sign() != 0 })
		if p < 0 {
			continue
		}
		rows[top], rows[top+p] = rows[top+p], rows[top]
		by := new(big.Rat).Inv(rows[top][k])
		for c := range rows[top] {
			rows[top][c].Mul(rows[top][c], by)
		}
		for r := range rows {
			if r == top || rows[r][k].Sign() == 0 {
				continue
			}
			f := new(big.Rat).Set(rows[r][k])
			for c := range rows[r] {
				rows[r][c].Sub(rows[r][c], new(big.Rat).Mul(f, rows[top][c]))
			}
		}
		if top++; top == len(rows) {
			return
		}
	}
}
