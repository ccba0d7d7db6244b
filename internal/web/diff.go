// SPDX-License-Identifier: EUPL-1.2

package web

import "strings"

// A mark says what became of a line.
type mark byte

// The marks.
const (
	same    mark = ' '
	added   mark = '+'
	removed mark = '-'
)

// A diffLine is one line of two texts that are held against each other.
type diffLine struct {
	Mark mark
	Text string
}

// maxDiff is how many lines of each text are compared where they differ: the work grows with their product.
const maxDiff = 1500

// lineDiff compares two texts line by line: a longest common subsequence, after what is alike at both ends. Blank lines do not count.
// whole is false where lines were left out for their number.
func lineDiff(a, b string) (out []diffLine, whole bool) {
	x, y := lines(a), lines(b)
	for len(x) > 0 && len(y) > 0 && x[0] == y[0] {
		out = append(out, diffLine{same, x[0]})
		x, y = x[1:], y[1:]
	}
	var tail []diffLine
	for len(x) > 0 && len(y) > 0 && x[len(x)-1] == y[len(y)-1] {
		tail = append(tail, diffLine{same, x[len(x)-1]})
		x, y = x[:len(x)-1], y[:len(y)-1]
	}
	whole = len(x) <= maxDiff && len(y) <= maxDiff
	out = append(out, middle(x[:min(len(x), maxDiff)], y[:min(len(y), maxDiff)])...)
	if !whole {
		return out, false
	}
	for i := len(tail) - 1; i >= 0; i-- {
		out = append(out, tail[i])
	}
	return out, true
}

func lines(s string) (out []string) {
	for l := range strings.Lines(s) {
		if l = strings.TrimSpace(l); l != "" {
			out = append(out, l)
		}
	}
	return out
}

// middle compares lines of which neither the first nor the last are alike.
func middle(x, y []string) (out []diffLine) {
	length := make([][]int16, len(x)+1) // of the longest common subsequence from there on
	for i := range length {
		length[i] = make([]int16, len(y)+1)
	}
	for i := len(x) - 1; i >= 0; i-- {
		for j := len(y) - 1; j >= 0; j-- {
			if x[i] == y[j] {
				length[i][j] = length[i+1][j+1] + 1
			} else {
				length[i][j] = max(length[i+1][j], length[i][j+1])
			}
		}
	}
	i, j := 0, 0
	for i < len(x) || j < len(y) {
		switch {
		case i < len(x) && j < len(y) && x[i] == y[j]:
			out = append(out, diffLine{same, x[i]})
			i, j = i+1, j+1
		case j >= len(y) || i < len(x) && length[i+1][j] >= length[i][j+1]:
			out = append(out, diffLine{removed, x[i]})
			i++
		default:
			out = append(out, diffLine{added, y[j]})
			j++
		}
	}
	return out
}

// around keeps the lines that differ and n lines on each side; an empty Text with the mark same stands for what was left out.
func around(all []diffLine, n int) (out []diffLine) {
	last := -1
	near := func(i int) bool {
		for k := max(0, i-n); k <= min(len(all)-1, i+n); k++ {
			if all[k].Mark != same {
				return true
			}
		}
		return false
	}
	for i, l := range all {
		if !near(i) {
			continue
		}
		if i != last+1 {
			out = append(out, diffLine{Mark: same})
		}
		out, last = append(out, l), i
	}
	if last >= 0 && last < len(all)-1 {
		out = append(out, diffLine{Mark: same})
	}
	return out
}
