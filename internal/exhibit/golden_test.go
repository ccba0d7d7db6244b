// SPDX-License-Identifier: EUPL-1.2

package exhibit

import (
	"bytes"
	"os"
	"strings"
	"testing"
)

// A bundle that was made once is whole for ever: every later version must read it. testdata/court was written by WriteBundle.
func TestGoldenBundle(t *testing.T) {
	t.Parallel()
	file := func(name string) []byte {
		b, err := os.ReadFile("testdata/court/" + name)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	data := file("bundle.wacz")
	trust := Trust{Key: strings.TrimSpace(string(file("log.pub"))), Stamp: authority{roots: file("roots.pem")}.judge}
	rep := verify(data, trust)
	if err := rep.Err(); err != nil || rep.Exhibit != "2026-0042/1" || len(rep.Steps) != 12 {
		t.Errorf("%v, %d steps", err, len(rep.Steps))
	}
}

func FuzzVerify(f *testing.F) {
	c := smallCourt(f)
	data := c.pack(f)
	f.Add(data)
	f.Add(data[:len(data)/2])
	files := contents(f, data)
	for _, name := range []string{indexPath, custodyPath, packagePath, digestPath, checkpointPath, proofPath(1), stampPath(1, "consistency"), keyPath, "archive/capture.warc.gz"} {
		changed := map[string][]byte{}
		for n, d := range files {
			changed[n] = d
		}
		changed[name] = append([]byte("fog"), changed[name]...)
		f.Add(repack(f, changed))
	}
	trust := c.trust()
	f.Fuzz(func(t *testing.T, b []byte) {
		limits := Limits{Small: 1 << 20, Index: 1 << 20, WARC: ReadLimits{Total: 4 << 20}, Workers: 2}
		rep := Verify(bytes.NewReader(b), int64(len(b)), trust, limits)
		whole := rep.Err() == nil
		if whole && !bytes.Equal(b, data) {
			t.Fatal("another bundle is whole")
		}
		for _, s := range rep.Steps {
			for _, fault := range s.Faults {
				if fault.What == "" {
					t.Fatalf("%s: a fault without words", s.Name)
				}
			}
		}
		// The container alone, made right again, so that what is inside is reached.
		entries, err := readZip(bytes.NewReader(b), int64(len(b)), 1000)
		if err == nil && len(entries) > 0 {
			Verify(bytes.NewReader(b), int64(len(b)), Trust{}, limits)
		}
	})
}
