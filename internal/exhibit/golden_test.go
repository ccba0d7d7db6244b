// SPDX-License-Identifier: EUPL-1.2

package exhibit

import (
	"bytes"
	"os"
	"strings"
	"testing"
	"time"
)

// A bundle that was made once is whole for ever: every later version must read it. They were written by WriteBundle: testdata/court
// before a bundle held receipts, testdata/renewed with a time stamp of an authority whose certificate expires in March 2027, and one of
// another, until November 2029, that carries it on.
func TestGoldenBundle(t *testing.T) {
	t.Parallel()
	for _, x := range []struct {
		name               string
		at                 string
		standing, warnings int
	}{{"court", "2026-11-29", 2, 0}, {"court", "2027-01-01", 0, 3}, {"renewed", "2027-03-01", 2, 0}, {"renewed", "2028-01-01", 2, 0}, {"renewed", "2030-01-01", 0, 3}} {
		file := func(name string) []byte {
			b, err := os.ReadFile("testdata/" + x.name + "/" + name)
			if err != nil {
				t.Fatal(err)
			}
			return b
		}
		at, err := time.Parse(time.DateOnly, x.at)
		if err != nil {
			t.Fatal(err)
		}
		trust := Trust{Key: strings.TrimSpace(string(file("log.pub"))), Stamp: authority{roots: file("roots.pem")}.judge, At: at}
		rep := verify(file("bundle.wacz"), trust)
		_, warnings, _ := timing(rep)
		if err := rep.Err(); err != nil || rep.Exhibit != "2026-0042/1" || len(rep.Steps) != 12 || rep.Standing != x.standing || len(warnings) != x.warnings {
			t.Errorf("%s, %s: %v, %d steps, %d stand, %q", x.name, x.at, err, len(rep.Steps), rep.Standing, warnings)
		}
	}
}

func FuzzVerify(f *testing.F) {
	c := smallCourt(f)
	data := c.pack(f)
	f.Add(data)
	f.Add(data[:len(data)/2])
	files := contents(f, data)
	for _, name := range []string{indexPath, custodyPath, packagePath, digestPath, checkpointPath, proofPath(1), stampPath(1, "consistency"), stampPath(1, "receipt"), stampPath(1, "tlog-proof"), keyPath, "archive/capture.warc.gz"} {
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
