// SPDX-License-Identifier: EUPL-1.2

package exhibit

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"iolaus/internal/ledger"
)

// No byte of a bundle can change: one flipped fails, and something is named. The soak test flips each one.
func TestFlippedBytesFail(t *testing.T) {
	t.Parallel()
	flipped(t, 5)
}

// flipped flips a bit of each byte whose place the step divides, each of the eight bits in turn.
func flipped(t *testing.T, step int) {
	c := smallCourt(t)
	data := c.pack(t)
	entries, err := readZip(bytes.NewReader(data), int64(len(data)), 100)
	if err != nil {
		t.Fatal(err)
	}
	inside := func(at int64) string {
		for _, e := range entries {
			if from := e.offset + int64(len(e.header())); at >= from && at < from+e.size {
				return e.name
			}
		}
		return ""
	}
	flip := func(at int, mask byte, trust Trust) Report {
		bad := slices.Clone(data)
		bad[at] ^= mask
		return verify(bad, trust)
	}
	var next atomic.Int64
	var all sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		all.Go(func() {
			for at := int(next.Add(1)-1) * step; at < len(data); at = int(next.Add(1)-1) * step {
				rep := flip(at, 1<<(at%8), c.trust())
				f, wrong := rep.First()
				if !wrong || f.String() == "" || rep.Err() == nil {
					t.Errorf("byte %d (%s) flipped: whole", at, inside(int64(at)))
				}
				if name := inside(int64(at)); name != "" && !mentions(rep, name) {
					t.Errorf("byte %d of %s flipped: nothing says so, but %v", at, name, f)
				}
			}
		})
	}
	all.Wait()
	// The same bundle without knowing the key: a flipped key is none, too.
	for at := 0; at < len(data); at += 17 * step {
		if flip(at, 0x80, Trust{Stamp: c.notary.authority.judge}).Err() == nil {
			t.Fatalf("byte %d flipped: whole by the bundle's own key", at)
		}
	}
}

func mentions(rep Report, file string) bool {
	for _, s := range rep.Steps {
		for _, f := range s.Faults {
			if f.File == file || file == packagePath && s.Name == "signature" {
				return true
			}
		}
	}
	return false
}

func TestCutAndLengthenedBundleFails(t *testing.T) {
	t.Parallel()
	c := newCourt(t)
	data := c.pack(t)
	for n := range len(data) {
		if n%13 != 0 && len(data)-n > 100 {
			continue
		}
		if err := verify(data[:n], c.trust()).Err(); err == nil {
			t.Fatalf("cut at %d of %d bytes: whole", n, len(data))
		}
	}
	for name, bad := range map[string][]byte{
		"a byte more":   append(slices.Clone(data), 0),
		"in front":      append([]byte{0}, data...),
		"twice":         append(slices.Clone(data), data...),
		"a gap":         slices.Insert(slices.Clone(data), len(data)/2, 0, 0),
		"nothing":       nil,
		"another thing": []byte("fog until noon"),
	} {
		if err := verify(bad, c.trust()).Err(); err == nil {
			t.Errorf("%s: whole", name)
		}
	}
}

// contents are the files of a bundle, to be packed again by a forger.
func contents(t testing.TB, data []byte) map[string][]byte {
	t.Helper()
	entries, err := readZip(bytes.NewReader(data), int64(len(data)), 1000)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string][]byte{}
	for _, e := range entries {
		from := e.offset + int64(len(e.header()))
		all[e.name] = slices.Clone(data[from : from+e.size])
	}
	return all
}

// repack writes the files as the format demands, whatever they say.
func repack(t testing.TB, files map[string][]byte) []byte {
	t.Helper()
	var entries []zipEntry
	var b bytes.Buffer
	for _, name := range slices.Sorted(maps.Keys(files)) {
		m := measure(files[name])
		e := zipEntry{name, m.size, m.crc, int64(b.Len())}
		b.Write(e.header())
		b.Write(files[name])
		entries = append(entries, e)
	}
	b.Write(zipTail(entries, int64(b.Len())))
	return b.Bytes()
}

// relist makes the list of files anew, as a forger would, and leaves the signature as it was.
func relist(t testing.TB, files map[string][]byte) {
	t.Helper()
	sums := map[string]measured{}
	for name, data := range files {
		sums[name] = measure(data)
	}
	var d dataPackage
	if err := strict(files[packagePath], &d, packageBytes); err != nil {
		t.Fatal(err)
	}
	d.Resources = resources(sums)
	if m, err := ParseManifest(files[manifestPath]); err == nil {
		d.Iolaus.Manifest, d.MainURL, d.MainDate = hexSum(files[manifestPath]), m.mainPage(), m.CapturedAt
	}
	list, err := d.encode()
	if err != nil {
		t.Fatal(err)
	}
	files[packagePath] = list
	var g packageDigest
	if err := strict(files[digestPath], &g, packageBytes); err != nil {
		t.Fatal(err)
	}
	if files[digestPath], err = canonical(packageDigest{packagePath, "sha256:" + hexSum(list), strings.Replace(g.Note, g.Hash[len("sha256:"):], hexSum(list), 1)}, packageBytes); err != nil {
		t.Fatal(err)
	}
}

func TestEachFileCounts(t *testing.T) {
	t.Parallel()
	c := newCourt(t)
	whole := contents(t, c.pack(t))
	try := func(what, name string, files map[string][]byte) {
		t.Helper()
		for _, forged := range []string{"plain", "forged"} {
			if forged == "forged" {
				if len(files[packagePath]) == 0 || len(files[digestPath]) == 0 {
					return
				}
				relist(t, files)
			}
			rep := verify(repack(t, files), c.trust())
			if rep.Err() == nil {
				t.Errorf("%s %s (%s): whole", name, what, forged)
			} else if !mentions(rep, name) && (forged == "plain" || !mentions(rep, digestPath)) {
				t.Errorf("%s %s (%s): nothing says so, but %v", name, what, forged, rep.Err())
			}
		}
	}
	for name, data := range whole {
		files := maps.Clone(whole)
		delete(files, name)
		try("removed", name, files)
		files = maps.Clone(whole)
		files[name+".more"] = data
		try("added", name+".more", files)
		files = maps.Clone(whole)
		delete(files, name)
		files[name+"2"] = data
		try("renamed", name, files)
		if len(data) > 0 { // a consistency proof of equals is empty
			files = maps.Clone(whole)
			files[name] = nil
			try("emptied", name, files)
		}
		if _, listed := files[packagePath]; listed && name != packagePath && name != digestPath {
			files = maps.Clone(whole)
			files[name] = append(slices.Clone(data), '\n')
			try("lengthened", name, files)
		}
	}
	// Two files change places: one under the name of the other, or the order in the ZIP.
	files := maps.Clone(whole)
	files[proofPath(1)], files[proofPath(2)] = files[proofPath(2)], files[proofPath(1)]
	try("swapped", proofPath(1), files)
	files = maps.Clone(whole)
	files[stampPath(1, "tsr")], files[stampPath(2, "tsr")] = files[stampPath(2, "tsr")], files[stampPath(1, "tsr")]
	try("swapped", stampPath(1, "tsr"), files)
}

// The ZIP itself: another order, a name twice, a remark, a compressed entry.
func TestContainerIsExact(t *testing.T) {
	t.Parallel()
	c := newCourt(t)
	whole := contents(t, c.pack(t))
	names := slices.Sorted(maps.Keys(whole))
	write := func(names []string, change func(*zipEntry)) []byte {
		var entries []zipEntry
		var b bytes.Buffer
		for _, name := range names {
			m := measure(whole[name])
			e := zipEntry{name, m.size, m.crc, int64(b.Len())}
			if change != nil {
				change(&e)
			}
			b.Write(e.header())
			b.Write(whole[name])
			entries = append(entries, e)
		}
		b.Write(zipTail(entries, int64(b.Len())))
		return b.Bytes()
	}
	if err := verify(write(names, nil), c.trust()).Err(); err != nil {
		t.Fatal(err)
	}
	swapped := slices.Clone(names)
	swapped[3], swapped[4] = swapped[4], swapped[3]
	remark := write(names, nil)
	remark[len(remark)-2] = 3
	for name, bad := range map[string][]byte{
		"another order": write(swapped, nil),
		"a name twice":  write(append([]string{names[0]}, names...), nil),
		"a wrong size":  write(names, func(e *zipEntry) { e.size += int64(len(e.name) % 2) }),
		"a wrong CRC":   write(names, func(e *zipEntry) { e.crc++ }),
		"a remark":      append(remark, "fog"...),
		"empty":         write(nil, nil),
	} {
		if err := verify(bad, c.trust()).Err(); err == nil {
			t.Errorf("%s: whole", name)
		} else {
			t.Logf("%s: %v", name, err)
		}
	}
}

func TestForeignKeyAndStamp(t *testing.T) {
	t.Parallel()
	c := newCourt(t)
	data := c.pack(t)
	if f, _ := verify(data, Trust{Key: newNotary(t, 8).key}).First(); f.File != keyPath {
		t.Errorf("wrong key: %v", f)
	}
	if err := verify(data, Trust{Key: "no key"}).Err(); err == nil {
		t.Error("no key: whole")
	}
	no := func(_, _ []byte) (ledger.Stamp, error) { return ledger.Stamp{}, io.ErrUnexpectedEOF }
	if f, _ := verify(data, Trust{Key: c.notary.key, Stamp: no}).First(); f.File != stampPath(1, "tsr") {
		t.Errorf("bad stamp: %v", f)
	}
	// Signed by another: his bundle is whole for who does not ask whose it is, and fails for who does.
	other := newCourt(t)
	other.notary = newNotary(t, 8)
	other.bundle.Sign = other.notary.sign
	if err := WriteBundle(io.Discard, other.bundle); err == nil {
		t.Error("a bundle was written that another key signed")
	}
	if fmt.Sprint(verify(data, Trust{}).OwnKey) != "true" {
		t.Error("nothing says that the bundle's own key was used")
	}
}
