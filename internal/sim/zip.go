// SPDX-License-Identifier: EUPL-1.2

package sim

import (
	"archive/zip"
	"bytes"
	"hash/crc32"
	"time"
)

// A packed file is one entry of an archive.
type packed struct {
	name string
	data []byte
}

// zipped is a ZIP archive of stored entries, the same bytes for the same files: no data descriptors, one date.
func zipped(files ...packed) []byte {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, f := range files {
		h := &zip.FileHeader{Name: f.name, Method: zip.Store, CRC32: crc32.ChecksumIEEE(f.data), CompressedSize64: uint64(len(f.data)), UncompressedSize64: uint64(len(f.data))}
		h.SetMode(0o644)
		h.Modified = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
		w, err := z.CreateRaw(h)
		if err == nil {
			_, err = w.Write(f.data)
		}
		if err != nil {
			panic(err) // a buffer takes all
		}
	}
	if err := z.Close(); err != nil {
		panic(err)
	}
	return b.Bytes()
}
