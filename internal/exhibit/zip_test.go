// SPDX-License-Identifier: EUPL-1.2

package exhibit

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"testing"
)

// hollow is a file of which only some stretches are there; the rest is zeros that nobody reads.
type hollow struct {
	parts map[int64][]byte
	size  int64
}

func (h hollow) ReadAt(p []byte, at int64) (int, error) {
	clear(p)
	for from, b := range h.parts {
		lo, hi := max(at, from), min(at+int64(len(p)), from+int64(len(b)))
		if lo < hi {
			copy(p[lo-at:], b[lo-from:hi-from])
		}
	}
	if rest := h.size - at; rest < int64(len(p)) {
		return int(max(0, rest)), io.EOF
	}
	return len(p), nil
}

// Beyond 4 GiB and 65,535 files other fields count: another reader agrees with them.
func TestLargeZip(t *testing.T) {
	t.Parallel()
	const five = 5 << 30
	large := func(sizes ...int64) (hollow, []zipEntry) {
		h := hollow{parts: map[int64][]byte{}}
		var entries []zipEntry
		for i, size := range sizes {
			e := zipEntry{fmt.Sprintf("tram/%06d", i), size, uint32(i), h.size}
			h.parts[h.size] = e.header()
			h.size += int64(len(e.header())) + size
			entries = append(entries, e)
		}
		tail := zipTail(entries, h.size)
		h.parts[h.size] = tail
		h.size += int64(len(tail))
		return h, entries
	}
	var many bytes.Buffer // nothing in each, but a name
	var names []zipEntry
	for i := range 66_000 {
		e := zipEntry{fmt.Sprintf("tram/%06d", i), 0, 0, int64(many.Len())}
		many.Write(e.header())
		names = append(names, e)
	}
	many.Write(zipTail(names, int64(many.Len())))
	for name, sizes := range map[string][]int64{"small": {1, 2}, "one large": {five}, "behind a large one": {7, five, 9, five, 0}, "limit": {zipLarge - 1, zipLarge, 1}, "many": nil} {
		h, entries := large(sizes...)
		var in io.ReaderAt = h
		if name == "many" {
			in, entries, h.size = bytes.NewReader(many.Bytes()), names, int64(many.Len())
		}
		got, err := readZip(in, h.size, 70_000)
		if err != nil || len(got) != len(entries) || got[len(got)-1] != entries[len(entries)-1] {
			t.Errorf("%s: %d entries, %v", name, len(got), err)
			continue
		}
		z, err := zip.NewReader(in, h.size)
		if err != nil || len(z.File) != len(entries) {
			t.Errorf("%s: another reader: %v", name, err)
			continue
		}
		for i, f := range z.File {
			at, err := f.DataOffset()
			if e := entries[i]; err != nil || f.Name != e.name || int64(f.UncompressedSize64) != e.size || at != e.offset+int64(len(e.header())) || f.Mode() != 0o644 {
				t.Fatalf("%s: another reader finds %s of %d bytes at %d, %v", name, f.Name, f.UncompressedSize64, at, err)
			}
		}
	}
	if _, err := readZip(bytes.NewReader(nil), 0, 10); err == nil {
		t.Error("an empty file is a ZIP")
	}
	h, _ := large(1, 2, 3)
	if _, err := readZip(h, h.size, 2); err == nil {
		t.Error("more files than the limit")
	}
}
