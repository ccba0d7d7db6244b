// SPDX-License-Identifier: EUPL-1.2

package plan

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// Stated is what a published instance says about itself; zero where it does not.
type Stated struct {
	Cost  float64
	Milli float64 // milliseconds that its authors' solver took
	Unit  float64 // of the instance in the tree's own: costs of the tree times this are those of the instance
}

// ReadWCNF takes a tree from a weighted CNF in DIMACS form whose hard clauses define gates of a monotone formula (both directions of each, as
// Tseitin's transformation gives them) and assert that its top is false, and whose soft clauses are single variables: the cost of felling each.
// Variables keep their numbers as names of nodes and measures.
func ReadWCNF(r io.Reader) (Tree, Stated, error) {
	c, err := scanWCNF(r)
	if err != nil {
		return Tree{}, Stated{}, fmt.Errorf("read wcnf: %w", err)
	}
	t, err := c.tree()
	if err != nil {
		return Tree{}, Stated{}, fmt.Errorf("read wcnf: %w", err)
	}
	// Integers beyond MaxCost become thousandths, millionths: of them a cost keeps six digits.
	most := 0.
	for i := range t.Measures {
		most = max(most, t.Measures[i].Cost)
	}
	for c.stated.Unit = 1; most/c.stated.Unit > MaxCost && c.stated.Unit < micro; {
		c.stated.Unit *= 1000
	}
	for i := range t.Measures {
		t.Measures[i].Cost /= c.stated.Unit
	}
	return t, c.stated, nil
}

type wcnf struct {
	vars   int32
	top    float64
	soft   []float64 // by variable
	used   []bool    // which stand in clauses
	hard   lists     // clauses as literals
	stated Stated
}

func scanWCNF(r io.Reader) (*wcnf, error) {
	s := bufio.NewScanner(r)
	s.Buffer(make([]byte, 1<<16), 1<<26)
	c := &wcnf{hard: lists{at: []int32{0}}}
	for n := 1; s.Scan(); n++ {
		line := s.Bytes()
		switch {
		case len(line) == 0:
		case line[0] == 'c':
			for _, x := range []struct {
				key string
				to  *float64
			}{{"c #total_cost = ", &c.stated.Cost}, {"c #time_ms = ", &c.stated.Milli}} {
				if rest, ok := strings.CutPrefix(string(line), x.key); ok {
					*x.to, _ = strconv.ParseFloat(strings.TrimSpace(rest), 64)
				}
			}
		case line[0] == 'p':
			f := strings.Fields(string(line))
			if len(f) != 5 || f[1] != "wcnf" || c.vars > 0 {
				return nil, fmt.Errorf("line %d: expected one line \"p wcnf VARIABLES CLAUSES TOP\"", n)
			}
			vars, err := strconv.ParseInt(f[2], 10, 32)
			top, err2 := strconv.ParseFloat(f[4], 64)
			if err != nil || err2 != nil || vars < 1 || vars > MaxNodes {
				return nil, fmt.Errorf("line %d: from 1 to %d variables and a top weight are needed", n, MaxNodes)
			}
			c.vars, c.top, c.soft, c.used = int32(vars), top, make([]float64, vars+1), make([]bool, vars+1)
		default:
			if err := c.clause(line); err != nil {
				return nil, fmt.Errorf("line %d: %w", n, err)
			}
		}
	}
	if err := s.Err(); err != nil {
		return nil, err
	}
	if c.vars == 0 {
		return nil, errors.New("there is no line \"p wcnf VARIABLES CLAUSES TOP\"")
	}
	return c, nil
}

// number takes one number off a line.
func number(line []byte) (n int64, rest []byte, ok bool) {
	i, minus := 0, false
	for i < len(line) && (line[i] == ' ' || line[i] == '\t' || line[i] == '\r') {
		i++
	}
	if i < len(line) && line[i] == '-' {
		minus = true
		i++
	}
	from := i
	for ; i < len(line) && line[i] >= '0' && line[i] <= '9' && i-from < 18; i++ {
		n = 10*n + int64(line[i]-'0')
	}
	if minus {
		n = -n
	}
	return n, line[i:], i > from && (i == len(line) || line[i] == ' ' || line[i] == '\t' || line[i] == '\r')
}

func (c *wcnf) clause(line []byte) error {
	if c.vars == 0 {
		return errors.New("a clause before the line that begins with p")
	}
	weight, rest, ok := number(line)
	from := len(c.hard.to)
	for ok {
		var l int64
		if l, rest, ok = number(rest); !ok || l == 0 {
			break
		}
		if l > int64(c.vars) || -l > int64(c.vars) {
			return fmt.Errorf("variable %d is beyond %d", l, c.vars)
		}
		c.hard.to = append(c.hard.to, int32(l))
		c.used[max(l, -l)] = true
	}
	if !ok || weight < 0 {
		return errors.New("expected a weight, literals and 0")
	}
	if len(c.hard.to) > MaxEdges {
		return fmt.Errorf("the clauses have more than %d literals", MaxEdges)
	}
	if float64(weight) >= c.top {
		c.hard.at = append(c.hard.at, int32(len(c.hard.to)))
		return nil
	}
	lits := c.hard.to[from:]
	if len(lits) != 1 || lits[0] < 0 {
		return errors.New("a soft clause that is more than one variable: only costs of felling single leaves are understood")
	}
	c.soft[lits[0]] += float64(weight)
	c.hard.to = c.hard.to[:from]
	return nil
}

// tree finds the gates that the hard clauses define.
func (c *wcnf) tree() (Tree, error) {
	gate := make([]int32, c.vars+1) // the clause that defines each variable, one more than its number; negative: any of
	fixed := make([]bool, c.vars+1)
	root, asserted := int32(0), int32(0)
	edges := 0
	for i := range int32(len(c.hard.at) - 1) {
		l := c.hard.of(i)
		pos, neg, last := 0, 0, [2]int32{}
		for _, x := range l {
			if x > 0 {
				pos++
				last[1] = x
			} else {
				neg++
				last[0] = -x
			}
		}
		define := func(v, as int32) error {
			if gate[v] != 0 {
				return fmt.Errorf("variable %d is defined twice", v)
			}
			gate[v] = as
			edges += len(l) - 1
			return nil
		}
		var err error
		switch {
		case pos == 1 && neg == 0:
			fixed[last[1]] = true
		case pos == 0 && neg == 1:
			root = last[0]
		case pos == 0 && neg == 2:
			asserted = i + 1
		case pos == 1 && neg > 1:
			err = define(last[1], i+1)
		case neg == 1 && pos > 1:
			err = define(last[0], -i-1)
		case pos == 2 && neg == 0, pos == 1 && neg == 1:
		default:
			err = fmt.Errorf("hard clause %d defines no gate", i+1)
		}
		if err != nil {
			return Tree{}, err
		}
	}
	// The top may be asserted through a variable that is its opposite.
	if root == 0 && asserted > 0 {
		l := c.hard.of(asserted - 1)
		for k := range 2 {
			if fixed[-l[k]] && !fixed[-l[1-k]] {
				root = -l[1-k]
				fixed[-l[k]] = false
			}
		}
	}
	if root == 0 {
		return Tree{}, errors.New("no clause asserts that the top is false")
	}
	id := func(v int32) string { return strconv.Itoa(int(v)) }
	t := Tree{Root: id(root)}
	for v := int32(1); v <= c.vars; v++ {
		if !c.used[v] {
			continue
		}
		n := Node{ID: id(v)}
		if g := gate[v]; g != 0 {
			l := c.hard.of(max(g, -g) - 1)
			in := make([]string, 0, len(l)-1)
			for _, x := range l {
				if x = max(x, -x); x != v {
					in = append(in, id(x))
				}
			}
			if g > 0 {
				n.All = in
			} else {
				n.Any = in
			}
		} else if !fixed[v] && c.soft[v] > 0 {
			cost := c.soft[v]
			t.Measures = append(t.Measures, Measure{ID: id(v), Fells: []string{id(v)}, Cost: cost})
		}
		t.Nodes = append(t.Nodes, n)
	}
	return t, nil
}
