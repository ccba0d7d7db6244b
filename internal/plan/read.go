// SPDX-License-Identifier: EUPL-1.2

package plan

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"
)

// Read takes a tree from a file of docs/format/plan.md. Reading is strict: a field that is not known is refused. It checks the form of the file and
// its size; New checks the tree.
func Read(r io.Reader) (Tree, error) {
	t, err := read(r, MaxNodes)
	if err != nil {
		return Tree{}, fmt.Errorf("read tree: %w", err)
	}
	return t, nil
}

// read takes at most so many nodes, and measures.
func read(r io.Reader, most int) (t Tree, err error) {
	t.Root, err = scan(r, most, func(n Node) error {
		t.Nodes = append(t.Nodes, n)
		return nil
	}, func(m Measure) error {
		t.Measures = append(t.Measures, m)
		return nil
	})
	return t, err
}

// ErrLarge says that a tree has more than is planned exactly; Bound takes more.
var ErrLarge = errors.New("plan a part of the tree, or ask for its bounds")

// scan hands on the nodes and measures of a file one by one, at most so many of each, and gives the root.
func scan(r io.Reader, most int, node func(Node) error, measure func(Measure) error) (root string, err error) {
	d := json.NewDecoder(r)
	d.DisallowUnknownFields()
	if err := delim(d, '{'); err != nil {
		return root, err
	}
	seen, edges, nodes, measures := map[string]bool{}, 0, 0, 0
	for d.More() {
		k, err := d.Token()
		if err != nil {
			return root, said(d, err)
		}
		key, _ := k.(string)
		if seen[key] {
			return root, fmt.Errorf("%q is there twice", key)
		}
		seen[key] = true
		switch key {
		case "root":
			err = d.Decode(&root)
		case "nodes":
			err = each(d, func() error {
				if nodes++; nodes > most {
					return fmt.Errorf("there are more than %d nodes: %w", most, ErrLarge)
				}
				var n Node
				if err := d.Decode(&n); err != nil {
					return err
				}
				edges += len(n.All) + len(n.Any) + len(n.Of)
				if err := fits(edges); err != nil {
					return err
				}
				return node(n)
			})
		case "measures":
			err = each(d, func() error {
				if measures++; measures > most {
					return fmt.Errorf("there are more than %d measures: %w", most, ErrLarge)
				}
				var w wire
				if err := d.Decode(&w); err != nil {
					return err
				}
				m, err := w.measure()
				edges += len(m.Fells)
				if err := errors.Join(err, fits(edges)); err != nil {
					return err
				}
				return measure(m)
			})
		default:
			return root, fmt.Errorf("%q is no part of a tree, which has root, nodes and measures", key)
		}
		if err != nil {
			return root, said(d, err)
		}
	}
	if err := delim(d, '}'); err != nil {
		return root, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return root, fmt.Errorf("something follows the tree, at byte %d", d.InputOffset())
	}
	return root, nil
}

func fits(edges int) error {
	if edges > MaxEdges {
		return fmt.Errorf("nodes and measures name more than %d others: plan a part of the tree", MaxEdges)
	}
	return nil
}

func each(d *json.Decoder, f func() error) error {
	if err := delim(d, '['); err != nil {
		return err
	}
	for d.More() {
		if err := f(); err != nil {
			return err
		}
	}
	return delim(d, ']')
}

func delim(d *json.Decoder, want json.Delim) error {
	t, err := d.Token()
	if err != nil {
		return said(d, err)
	}
	if t != want {
		return fmt.Errorf("%v where %v should be, at byte %d", t, want, d.InputOffset())
	}
	return nil
}

func said(d *json.Decoder, err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("the file ends in the middle, at byte %d", d.InputOffset())
	}
	return fmt.Errorf("at byte %d: %w", d.InputOffset(), err)
}

// A wire is a measure in a file, where times are words.
type wire struct {
	ID         string   `json:"id"`
	Name       string   `json:"name,omitempty"`
	Fells      []string `json:"fells"`
	Cost       float64  `json:"cost"`
	Collateral int      `json:"collateral,omitempty"`
	With       string   `json:"with,omitempty"`
	Vetoed     bool     `json:"vetoed,omitempty"`
	Chance     float64  `json:"chance,omitempty"`
	Delay      string   `json:"delay,omitempty"`
	Back       string   `json:"back,omitempty"`
}

func (w *wire) measure() (Measure, error) {
	m := Measure{ID: w.ID, Name: w.Name, Fells: w.Fells, Cost: w.Cost, Collateral: w.Collateral, With: w.With, Vetoed: w.Vetoed, Chance: w.Chance}
	for _, x := range []struct {
		name, text string
		to         *time.Duration
	}{{"delay", w.Delay, &m.Delay}, {"back", w.Back, &m.Back}} {
		if x.text == "" {
			continue
		}
		d, err := time.ParseDuration(x.text)
		if err != nil {
			return m, fmt.Errorf("the %s of measure %q is %q: write it like 90m or 72h", x.name, w.ID, x.text)
		}
		*x.to = d
	}
	return m, nil
}

// Write puts a tree into a file of docs/format/plan.md, one node or measure a line.
func Write(w io.Writer, t Tree) error {
	b := bufio.NewWriter(w)
	var line bytes.Buffer
	e := json.NewEncoder(&line)
	e.SetEscapeHTML(false)
	put := func(before string, v any) error {
		line.Reset()
		if err := e.Encode(v); err != nil {
			return fmt.Errorf("write tree: %w", err)
		}
		fmt.Fprintf(b, "%s%s", before, bytes.TrimSuffix(line.Bytes(), []byte("\n"))) // Flush tells of its error
		return nil
	}
	if err := put("{\"root\": ", t.Root); err != nil {
		return err
	}
	fmt.Fprint(b, ",\n\"nodes\": [")
	comma := "\n"
	for i := range t.Nodes {
		if err := put(comma, &t.Nodes[i]); err != nil {
			return err
		}
		comma = ",\n"
	}
	fmt.Fprint(b, "],\n\"measures\": [")
	comma = "\n"
	for i := range t.Measures {
		m := &t.Measures[i]
		x := wire{m.ID, m.Name, m.Fells, m.Cost, m.Collateral, m.With, m.Vetoed, m.Chance, "", ""}
		if m.Delay != 0 {
			x.Delay = m.Delay.String()
		}
		if m.Back != 0 {
			x.Back = m.Back.String()
		}
		if err := put(comma, &x); err != nil {
			return err
		}
		comma = ",\n"
	}
	fmt.Fprint(b, "]}\n")
	if err := b.Flush(); err != nil {
		return fmt.Errorf("write tree: %w", err)
	}
	return nil
}
