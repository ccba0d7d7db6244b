// SPDX-License-Identifier: EUPL-1.2

//go:build !race

package recognise

import (
	"strings"
	"testing"
)

// Under the race detector a sync.Pool forgets at random, so that it finds more.
func TestFindAllocatesNothing(t *testing.T) {
	ts, err := CompileTerms([]Term{{1, "harbour tram", ""}, {2, "قطار الميناء", "ar"}, {3, "می‌رود", "fa"}, {4, "трамвай", ""}})
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Repeat("The harbour tram; وبقطار الميناء، قطار می‌رود و трaмвай. ", 40)
	hits := 0
	yield := func(TermHit) bool { hits++; return true }
	if n := testing.AllocsPerRun(20, func() { ts.Find(text, yield) }); n >= 1 {
		t.Errorf("%v allocations", n)
	}
	if hits == 0 {
		t.Error("no hits")
	}
}
