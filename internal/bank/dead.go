// SPDX-License-Identifier: EUPL-1.2

package bank

import (
	"encoding/binary"
	"hash/crc32"
	"io"
	"os"
	"slices"
)

// dead are numbers that were removed, ascending. On disk they are 8 bytes each, and a CRC-32C.
type dead []int64

func (d dead) has(id int64) bool {
	_, ok := slices.BinarySearch(d, id)
	return ok
}

// of are those that lie in the numbers of a piece.
func (d dead) of(p piece) dead {
	from, _ := slices.BinarySearch(d, p.After+1)
	to, _ := slices.BinarySearch(d, p.UpTo+1)
	return d[from:to]
}

func (d dead) write(w io.Writer) error {
	b := make([]byte, 0, 8*len(d)+4)
	for _, id := range d {
		b = binary.LittleEndian.AppendUint64(b, uint64(id))
	}
	_, err := w.Write(binary.LittleEndian.AppendUint32(b, crc32.Checksum(b, castagnoli)))
	return err
}

func readDead(path string) (dead, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	n := len(b) - 4
	if n < 0 || n%8 != 0 || binary.LittleEndian.Uint32(b[n:]) != crc32.Checksum(b[:n], castagnoli) {
		return nil, errDamaged
	}
	d := make(dead, 0, n/8)
	for at := 0; at < n; at += 8 {
		d = append(d, int64(binary.LittleEndian.Uint64(b[at:])))
	}
	if !slices.IsSorted(d) {
		return nil, errDamaged
	}
	return d, nil
}
