// SPDX-License-Identifier: EUPL-1.2

package exhibit

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"maps"
	"runtime"
	"strings"
	"testing"
)

func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// A large file passes through a bundle without being held, when it is written and when it is checked.
func TestLargeFileIsStreamed(t *testing.T) {
	const size = 48 << 20
	z := &zeros{size: size}
	sum := newTaking(z)
	if _, err := io.Copy(io.Discard, sum); err != nil {
		t.Fatal(err)
	}
	c := smallCourt(t)
	m := mustManifest(t, c.bundle.Manifest)
	m.Files = append(m.Files, File{"film.bin", "body", sum.measured().sum, size})
	raw, err := m.Encode()
	if err != nil {
		t.Fatal(err)
	}
	c.notary = newNotary(t, 7)
	events := chain(t, hexSum(raw), 2)
	c.notary.extend(t, events, 30)
	b := c.bundle
	b.Manifest, b.Custody, b.Checkpoint, b.Proofs, b.Stamps, b.Sign = raw, events, c.notary.signed[0], c.notary.proofs(t, events), nil, c.notary.sign
	b.Open = func(f File) (io.ReadCloser, error) {
		if f.Name == "film.bin" {
			return io.NopCloser(&zeros{size: size}), nil
		}
		return c.bundle.Open(f)
	}
	var out bytes.Buffer
	out.Grow(size + 1<<20)
	if n := allocated(func() { err = WriteBundle(&out, b) }); err != nil || n > 8<<20 {
		t.Errorf("%d bytes allocated to write a file of %d, %v", n, size, err)
	}
	if n := allocated(func() { err = verify(out.Bytes(), c.trust()).Err() }); err != nil || n > 8<<20 {
		t.Errorf("%d bytes allocated to check a file of %d, %v", n, size, err)
	}
}

// What a bundle says of itself does not decide what is held or decompressed.
func TestHostileBundleIsBounded(t *testing.T) {
	var bomb bytes.Buffer
	z := gzip.NewWriter(&bomb)
	fmt.Fprintf(z, strings.Replace(plainRecord, "Length: 4", "Length: %d", 1)[:len(plainRecord)-8+1], 256<<20)
	fmt.Fprint(z, "\r\n\r\n")
	if _, err := io.Copy(z, &zeros{size: 256 << 20}); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	c := smallCourt(t)
	files := contents(t, c.pack(t))
	limits := Limits{Files: 100, Small: 1 << 20, Index: 1 << 16, WARC: ReadLimits{Total: 8 << 20}}
	for name, change := range map[string]func(map[string][]byte){
		"a bomb":           func(f map[string][]byte) { f["archive/capture.warc.gz"] = bomb.Bytes() },
		"a long index":     func(f map[string][]byte) { f[indexPath] = bytes.Repeat([]byte("fog\n"), 1<<18) },
		"a long chain":     func(f map[string][]byte) { f[custodyPath] = bytes.Repeat([]byte("{}\n"), 1<<18) },
		"a large list":     func(f map[string][]byte) { f[packagePath] = bytes.Repeat([]byte(" "), 2<<20) },
		"a large manifest": func(f map[string][]byte) { f[manifestPath] = bytes.Repeat([]byte(" "), 2<<20) },
		"a deep list":      func(f map[string][]byte) { f[packagePath] = bytes.Repeat([]byte("["), 1<<19) },
		"more files": func(f map[string][]byte) {
			for i := range 200 {
				f[fmt.Sprint("x/", i)] = nil
			}
		},
		"long proofs":       func(f map[string][]byte) { f[proofPath(1)] = bytes.Repeat([]byte("index 1\n"), 1<<16) },
		"a long checkpoint": func(f map[string][]byte) { f[checkpointPath] = bytes.Repeat([]byte("fog\n"), 1<<17) },
	} {
		changed := maps.Clone(files)
		change(changed)
		data := repack(t, changed)
		var rep Report
		n := allocated(func() { rep = Verify(bytes.NewReader(data), int64(len(data)), c.trust(), limits) })
		if rep.Err() == nil || n > 24<<20 {
			t.Errorf("%s: %d bytes allocated, %v", name, n, rep.Err())
		}
	}
}
