// SPDX-License-Identifier: EUPL-1.2

package iru_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"iolaus/internal/iru"
)

func TestSuppress(t *testing.T) {
	whole := func(total int, fixed bool, parts ...int) iru.Tableau {
		x := iru.Tableau{Cells: []iru.TableCell{{Value: total, Fixed: fixed}}, Sums: []iru.Sum{{Total: 0}}}
		for i, p := range parts {
			x.Cells = append(x.Cells, iru.TableCell{Value: p})
			x.Sums[0].Parts = append(x.Sums[0].Parts, i+1)
		}
		return x
	}
	complement := iru.Tableau{Cells: []iru.TableCell{{Value: 30}, {Value: 28}, {Value: 2, Virtual: true}}, Sums: []iru.Sum{{Total: 0, Parts: []int{1, 2}}}}
	for _, c := range []struct {
		name      string
		table     iru.Tableau
		threshold int
		want      []int // cells that are hidden
	}{
		{"nothing small", whole(30, false, 10, 20), 5, nil},
		{"zero is printed", whole(20, false, 0, 20), 5, nil},
		{"one small part takes the smallest other along", whole(34, false, 4, 10, 20), 5, []int{1, 2}},
		{"a fixed whole stays", whole(34, true, 4, 10, 20), 5, []int{1, 2}},
		{"two small parts that leave little", whole(23, false, 1, 2, 20), 5, []int{1, 2, 3}},
		{"two small parts that leave enough", whole(28, false, 4, 4, 20), 5, []int{1, 2}},
		{"two ones, which their sum gives away", whole(22, false, 1, 1, 20), 2, []int{1, 2, 3}},
		{"a whole of one part goes too", whole(3, false, 3), 5, []int{0, 1}},
		{"no threshold", whole(3, false, 1, 2), 1, nil},
		{"what a part leaves is small", complement, 5, []int{1}},
	} {
		var got []int
		for i, h := range c.table.Suppress(c.threshold) {
			if h {
				got = append(got, i)
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: hidden are %v, want %v", c.name, got, c.want)
		}
	}
}

// TestNothingSuppressedIsComputable: a reader who tries every assignment of numbers from one on to the hidden cells never finds that a small
// one has a single value, unless the numbers that must be published say so by themselves.
func TestNothingSuppressedIsComputable(t *testing.T) {
	secondary := 0
	rapid.Check(t, func(r *rapid.T) {
		const threshold = 4
		// A whole with up to four parts, and the first part broken down again.
		x := iru.Tableau{Cells: []iru.TableCell{{}}, Sums: []iru.Sum{{Total: 0}}}
		for range rapid.IntRange(2, 4).Draw(r, "parts") {
			v := rapid.IntRange(0, 9).Draw(r, "part")
			x.Cells[0].Value += v
			x.Sums[0].Parts = append(x.Sums[0].Parts, len(x.Cells))
			x.Cells = append(x.Cells, iru.TableCell{Value: v})
		}
		if v := x.Cells[1].Value; v > 1 {
			a := rapid.IntRange(0, v).Draw(r, "inner")
			x.Sums = append(x.Sums, iru.Sum{Total: 1, Parts: []int{len(x.Cells), len(x.Cells) + 1}})
			x.Cells = append(x.Cells, iru.TableCell{Value: a}, iru.TableCell{Value: v - a, Virtual: rapid.Bool().Draw(r, "virtual")})
		}
		hidden := x.Suppress(threshold)
		for i, c := range x.Cells {
			small := c.Value > 0 && c.Value < threshold
			if small && !hidden[i] && !c.Virtual {
				r.Fatalf("cell %d is %d and printed: %+v", i, c.Value, x)
			}
			if c.Value == 0 && hidden[i] {
				r.Fatalf("zero is hidden")
			}
			if hidden[i] && !small {
				secondary++
			}
			if small && len(possible(x, hidden, i)) < 2 {
				r.Fatalf("cell %d of %+v can only be %v; hidden are %v", i, x, possible(x, hidden, i), hidden)
			}
		}
	})
	if secondary == 0 {
		t.Error("nothing was ever hidden for another's sake")
	}
}

// possible gives up to two values that a cell may have by what is printed.
func possible(x iru.Tableau, hidden []bool, cell int) []int {
	most := 0
	for _, c := range x.Cells {
		most = max(most, c.Value)
	}
	var free []int
	values := make([]int, len(x.Cells))
	for i, c := range x.Cells {
		values[i] = c.Value
		if hidden[i] || c.Virtual && c.Value > 0 {
			free = append(free, i)
		}
	}
	var found []int
	var try func(k int)
	try = func(k int) {
		if len(found) > 1 {
			return
		}
		if k == len(free) {
			for _, s := range x.Sums {
				sum := 0
				for _, p := range s.Parts {
					sum += values[p]
				}
				if sum != values[s.Total] {
					return
				}
			}
			if !slices.Contains(found, values[cell]) {
				found = append(found, values[cell])
			}
			return
		}
		for v := 1; v <= most+2; v++ {
			values[free[k]] = v
			try(k + 1)
		}
	}
	try(0)
	return found
}
