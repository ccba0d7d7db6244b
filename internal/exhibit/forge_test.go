// SPDX-License-Identifier: EUPL-1.2

package exhibit

import (
	"bytes"
	"cmp"
	"slices"
	"strings"
	"testing"

	"iolaus/internal/ledger"
)

// custodyLines gives the lines of a bundle's custody.
func custodyText(t testing.TB, events []CustodyEvent) []byte {
	t.Helper()
	var b []byte
	for _, c := range events {
		l, err := c.encode()
		if err != nil {
			t.Fatal(err)
		}
		b = append(b, l...)
	}
	return b
}

// A clever forger makes everything anew but what needs the key: numbers, links, leaves, proofs, tree, list of files, CASE.
func (c *court) forge(t testing.TB, events []CustodyEvent, change func(int, *Entry), tree bool) []byte {
	t.Helper()
	files := contents(t, c.pack(t))
	for i := range len(c.bundle.Custody) {
		delete(files, proofPath(i+1))
	}
	var made []CustodyEvent
	var entries []Entry
	var prev string
	for i, v := range events {
		e, err := v.Entry()
		if err != nil {
			t.Fatal(err)
		}
		e.N, e.Prev = i+1, prev
		if i == 0 {
			e.Digest = hexSum(files[manifestPath])
		}
		if change != nil {
			change(i, &e)
		}
		if prev, err = e.Sum(); err != nil {
			t.Fatal(err)
		}
		made, entries = append(made, event(t, v.Index, v.Event, v.Kind, e)), append(entries, e)
	}
	slices.SortStableFunc(made, func(a, b CustodyEvent) int { return cmp.Compare(a.Index, b.Index) })
	files[custodyPath] = custodyText(t, made)
	n := c.notary
	if tree { // another log of the same name, with a key that the forger has
		n = newNotary(t, 9)
		n.extend(t, made, c.notary.last.Size)
		files[checkpointPath] = bytes.Replace(n.signed[0], bytes.SplitN(n.signed[0], []byte("\n\n"), 2)[1], bytes.SplitN(c.bundle.Checkpoint, []byte("\n\n"), 2)[1], 1)
	}
	for i, v := range made {
		p, err := ledger.Prove(files[checkpointPath], v.Index, n.hashes)
		if err != nil {
			t.Fatal(err)
		}
		files[proofPath(i+1)] = p.Format()
	}
	graph, err := caseGraph(mustManifest(t, files[manifestPath]), files[manifestPath], entries, nameFive)
	if err != nil {
		t.Fatal(err)
	}
	files[casePath] = graph
	relist(t, files)
	return repack(t, files)
}

func mustManifest(t testing.TB, b []byte) Manifest {
	t.Helper()
	m, err := ParseManifest(b)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestEachCustodyEventCounts(t *testing.T) {
	t.Parallel()
	c := newCourt(t)
	whole := c.bundle.Custody
	fault := func(rep Report, step string) Fault {
		for _, s := range rep.Steps {
			if s.Name == step && len(s.Faults) > 0 {
				return s.Faults[0]
			}
		}
		return Fault{}
	}
	// By hand, without making anything else anew.
	for name, x := range map[string]struct {
		events []CustodyEvent
		n      int
		what   string
	}{
		"first removed":  {whole[1:], 1, LinkRemoved},
		"second removed": {[]CustodyEvent{whole[0], whole[2]}, 2, LinkRemoved},
		"swapped":        {[]CustodyEvent{whole[0], whole[2], whole[1]}, 2, LinkReordered},
		"duplicated":     {[]CustodyEvent{whole[0], whole[1], whole[1], whole[2]}, 2, LinkAdded},
	} {
		files := contents(t, c.pack(t))
		files[custodyPath] = custodyText(t, x.events)
		rep := verify(repack(t, files), c.trust())
		if f := fault(rep, "custody"); rep.Err() == nil || f.N != x.n || !strings.HasPrefix(f.What, x.what) {
			t.Errorf("%s: %v", name, f)
		}
	}
	files := contents(t, c.pack(t))
	files[custodyPath] = custodyText(t, whole[:2])
	if rep := verify(repack(t, files), c.trust()); fault(rep, "files").File != proofPath(3) {
		t.Errorf("last removed: %v", rep.Err())
	}
	// By a clever forger, with the log's own proofs and with a tree of his own.
	for name, x := range map[string]struct {
		events []CustodyEvent
		change func(int, *Entry)
		n      int
		event  int64
	}{
		"first removed":  {whole[1:], nil, 1, 14},
		"second removed": {[]CustodyEvent{whole[0], whole[2]}, nil, 2, 17},
		"swapped":        {[]CustodyEvent{whole[0], whole[2], whole[1]}, nil, 2, 14},
		"altered":        {whole, func(i int, e *Entry) { e.Who = []string{e.Who, "officer 8"}[i%2] }, 2, 14},
		"another time":   {whole, func(_ int, e *Entry) { e.At = e.At.Add(1e6) }, 1, 11},
	} {
		rep := verify(c.forge(t, x.events, x.change, false), c.trust())
		if f := fault(rep, "inclusion"); rep.Err() == nil || f.N != x.n || f.Event != x.event {
			t.Errorf("%s, forged: %v; %v", name, f, rep.Err())
		}
		if f, _ := rep.First(); f.File != custodyPath {
			t.Errorf("%s, forged: first is %v", name, f)
		}
		rep = verify(c.forge(t, x.events, x.change, true), c.trust())
		if f := fault(rep, "log"); f.File != checkpointPath || fault(rep, "signature").File != digestPath {
			t.Errorf("%s, with a forged tree: %v", name, rep.Err())
		}
	}
	// The end cut off: only the signature over the list shows it.
	rep := verify(c.forge(t, whole[:2], nil, false), c.trust())
	if f, _ := rep.First(); f.File != digestPath {
		t.Errorf("last removed, forged: %v", f)
	}
}
