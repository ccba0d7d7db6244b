// SPDX-License-Identifier: EUPL-1.2

package plan

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"
)

func TestWrittenIsRead(t *testing.T) {
	for seed := range 50 {
		tree := random(rand.New(rand.NewPCG(uint64(seed), 9)))
		var b bytes.Buffer
		if err := Write(&b, tree); err != nil {
			t.Fatal(err)
		}
		got, err := Read(&b)
		if err != nil || !reflect.DeepEqual(got, tree) {
			t.Fatalf("%v\n%+v\n%+v", err, got, tree)
		}
	}
}

// An endless file of nodes.
type endless struct {
	n    int
	rest []byte
}

func (e *endless) Read(p []byte) (int, error) {
	if len(e.rest) == 0 {
		if e.n++; e.n == 1 {
			e.rest = []byte(`{"root":"1","nodes":[{"id":"0"}`)
		}
		e.rest = fmt.Appendf(e.rest, `,{"id":"%d"}`, e.n)
	}
	n := copy(p, e.rest)
	e.rest = e.rest[n:]
	return n, nil
}

func TestReadIsBounded(t *testing.T) {
	if _, err := read(&endless{}, 20_000); err == nil || !strings.Contains(err.Error(), "more than 20000 nodes") {
		t.Error(err)
	}
	deep := `{"root":"a","nodes":[{"id":"a","all":` + strings.Repeat("[", 1e6)
	if _, err := Read(strings.NewReader(deep)); err == nil {
		t.Error("a million brackets are no tree")
	}
}

func FuzzRead(f *testing.F) {
	for seed := range 3 {
		var b bytes.Buffer
		if err := Write(&b, random(rand.New(rand.NewPCG(uint64(seed), 9)))); err != nil {
			f.Fatal(err)
		}
		f.Add(b.String())
	}
	f.Add(`{"graph":{"target":"t","nodes":[{"id":"t","type":"or","value":"none"},{"id":"a","type":"failure","value":"0.1"}],"edges":[{"source":"a","target":"t"}]}}`)
	f.Add("p wcnf 4 8 99\n99 4 0\n99 -4 -3 0\n99 4 3 0\n99 -3 1 2 0\n99 3 -1 0\n99 3 -2 0\n2 1 0\n3 2 0\n")
	f.Fuzz(func(t *testing.T, text string) {
		var trees []Tree
		if tree, err := Read(strings.NewReader(text)); err == nil {
			trees = append(trees, tree)
		}
		if tree, _, err := ReadWCNF(strings.NewReader(text)); err == nil {
			trees = append(trees, tree)
		}
		if tree, _, err := ReadGraph(strings.NewReader(text)); err == nil {
			trees = append(trees, tree)
		}
		for _, tree := range trees {
			p, err := New(tree)
			if err != nil || len(tree.Measures) > 12 {
				continue
			}
			var b bytes.Buffer
			if err := Write(&b, tree); err != nil {
				t.Fatal(err)
			}
			if again, err := Read(&b); err != nil || len(again.Nodes) != len(tree.Nodes) {
				t.Fatalf("what was written is not read: %v", err)
			}
			for _, mode := range []Mode{Min, N1, Hold} {
				got, err := p.Solve(Ask{Mode: mode, Bystanders: -1, Horizon: time.Hour}, nil, nil)
				if err == nil && (!got.Proved || p.Up(got.Measures)[tree.Root]) {
					t.Errorf("%s: %+v", mode, got)
				}
			}
		}
	})
}

func TestBadTrees(t *testing.T) {
	for _, c := range []struct{ text, says string }{
		{``, "ends in the middle"},
		{`[]`, "where { should be"},
		{`{"root":"a","nodes":[{"id":"a"}]`, "ends in the middle"},
		{`{"root":"a","nodes":[{"id":"a"}]} x`, "follows the tree"},
		{`{"root":"a","root":"a"}`, "twice"},
		{`{"top":"a"}`, "no part of a tree"},
		{`{"root":"a","nodes":[{"id":"a","colour":1}]}`, "colour"},
		{`{"nodes":[{"id":"a"}]}`, "no root"},
		{`{"root":"b","nodes":[{"id":"a"}]}`, `"b" is not among`},
		{`{"root":"a","nodes":[{"id":"a"},{"id":"a"}]}`, "twice, as number 1 and as number 2"},
		{`{"root":"a","nodes":[{"id":"a","all":["b"]}]}`, `needs "b"`},
		{`{"root":"a","nodes":[{"id":"a","all":["b"],"any":["b"]},{"id":"b"}]}`, "more than one of"},
		{`{"root":"a","nodes":[{"id":"a","of":["b"],"k":2},{"id":"b"}]}`, "from 1 to 1"},
		{`{"root":"a","nodes":[{"id":"a","of":["b","b"],"k":2},{"id":"b"}]}`, "counts \"b\" twice"},
		{`{"root":"a","nodes":[{"id":"a","k":2}]}`, "k without of"},
		{`{"root":"a","nodes":[{"id":"a","audience":-1}]}`, "audience of -1"},
		{`{"root":"a","nodes":[{"id":"a"},{"id":""}]}`, "node 2 has no id"},
		{`{"root":"a","nodes":[{"id":"a"}],"measures":[{"id":"m","fells":["b"]}]}`, `fells "b"`},
		{`{"root":"a","nodes":[{"id":"a"}],"measures":[{"id":"m","fells":[]}]}`, "fells nothing"},
		{`{"root":"a","nodes":[{"id":"a"}],"measures":[{"id":"m","fells":["a"],"cost":-1}]}`, "costs -1"},
		{`{"root":"a","nodes":[{"id":"a"}],"measures":[{"id":"m","fells":["a"],"cost":1e7}]}`, "costs 1e+07"},
		{`{"root":"a","nodes":[{"id":"a"}],"measures":[{"id":"m","fells":["a"],"cost":1e999}]}`, "cost"},
		{`{"root":"a","nodes":[{"id":"a"}],"measures":[{"id":"m","fells":["a"],"cost":NaN}]}`, "invalid character 'N'"},
		{`{"root":"a","nodes":[{"id":"a"}],"measures":[{"id":"m","fells":["a"]},{"id":"m","fells":["a"]}]}`, "measure \"m\" is there twice"},
		{`{"root":"a","nodes":[{"id":"a"}],"measures":[{"id":"m","fells":["a"],"collateral":-1}]}`, "-1 bystanders"},
		{`{"root":"a","nodes":[{"id":"a"}],"measures":[{"id":"m","fells":["a"],"chance":2}]}`, "chance of 2"},
		{`{"root":"a","nodes":[{"id":"a"}],"measures":[{"id":"m","fells":["a"],"delay":"soon"}]}`, "write it like 90m"},
		{`{"root":"a","nodes":[{"id":"a"}],"measures":[{"id":"m","fells":["a"],"back":"-1h"}]}`, "negative delay"},
	} {
		tree, err := Read(strings.NewReader(c.text))
		if err == nil {
			_, err = New(tree)
		}
		if err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v; want %q", c.text, err, c.says)
		}
	}
}
