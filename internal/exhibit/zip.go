// SPDX-License-Identifier: EUPL-1.2

package exhibit

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"
)

// ErrBundle is returned for a file that is not a bundle of this format, to the byte.
var ErrBundle = errors.New("not a sound bundle")

// A bundle is a ZIP file (APPNOTE 6.3.10) that can be written in one way only: nothing compressed, one fixed date, no remarks, no
// gaps, the entries in the order of their names. What is in its structure follows from names, sizes and CRC-32, so that no byte of
// it can change unnoticed.
const (
	zipDate     = 1<<5 | 1 // 1980-01-01
	zipUTF8     = 1 << 11
	zipMadeBy   = 3<<8 | 45  // Unix, version 4.5
	zipMode     = 0o100644   // a plain file
	zipLarge    = 0xffffffff // from here on, numbers stand in a zip64 field
	zipMany     = 0xffff
	zipNameSize = 1024
)

// zipEntry is one file of a ZIP.
type zipEntry struct {
	name   string
	size   int64
	crc    uint32
	offset int64 // of its local header
}

func (e zipEntry) version() uint16 {
	if e.size >= zipLarge || e.offset >= zipLarge {
		return 45
	}
	return 10
}

// header is the local header.
func (e zipEntry) header() []byte {
	le := binary.LittleEndian
	e.offset = 0 // which it does not know
	size, extra := uint32(min(e.size, zipLarge)), []byte(nil)
	if e.size >= zipLarge {
		extra = le.AppendUint64(le.AppendUint64([]byte{1, 0, 16, 0}, uint64(e.size)), uint64(e.size))
	}
	b := le.AppendUint32(nil, 0x04034b50)
	b = le.AppendUint16(b, e.version())
	b = le.AppendUint16(b, zipUTF8)
	b = le.AppendUint16(b, 0) // stored
	b = le.AppendUint16(b, 0) // time
	b = le.AppendUint16(b, zipDate)
	b = le.AppendUint32(b, e.crc)
	b = le.AppendUint32(b, size)
	b = le.AppendUint32(b, size)
	b = le.AppendUint16(b, uint16(len(e.name)))
	b = le.AppendUint16(b, uint16(len(extra)))
	return append(append(b, e.name...), extra...)
}

// central is the entry of the directory.
func (e zipEntry) central() []byte {
	le := binary.LittleEndian
	size, offset, extra := uint32(min(e.size, zipLarge)), uint32(min(e.offset, zipLarge)), []byte(nil)
	if e.size >= zipLarge {
		extra = le.AppendUint64(le.AppendUint64(extra, uint64(e.size)), uint64(e.size))
	}
	if e.offset >= zipLarge {
		extra = le.AppendUint64(extra, uint64(e.offset))
	}
	if len(extra) > 0 {
		extra = append(le.AppendUint16([]byte{1, 0}, uint16(len(extra))), extra...)
	}
	b := le.AppendUint32(nil, 0x02014b50)
	b = le.AppendUint16(b, zipMadeBy)
	b = le.AppendUint16(b, e.version())
	b = le.AppendUint16(b, zipUTF8)
	b = le.AppendUint16(b, 0)
	b = le.AppendUint16(b, 0)
	b = le.AppendUint16(b, zipDate)
	b = le.AppendUint32(b, e.crc)
	b = le.AppendUint32(b, size)
	b = le.AppendUint32(b, size)
	b = le.AppendUint16(b, uint16(len(e.name)))
	b = le.AppendUint16(b, uint16(len(extra)))
	b = le.AppendUint16(b, 0) // remark
	b = le.AppendUint16(b, 0) // disk
	b = le.AppendUint16(b, 0) // internal attributes
	b = le.AppendUint32(b, zipMode<<16)
	b = le.AppendUint32(b, offset)
	return append(append(b, e.name...), extra...)
}

// zipEnd is what follows the directory.
func zipEnd(entries int, offset, size int64) []byte {
	le := binary.LittleEndian
	var b []byte
	if entries >= zipMany || offset >= zipLarge || size >= zipLarge {
		b = le.AppendUint32(b, 0x06064b50)
		b = le.AppendUint64(b, 44)
		b = le.AppendUint16(b, zipMadeBy)
		b = le.AppendUint16(b, 45)
		b = le.AppendUint32(b, 0)
		b = le.AppendUint32(b, 0)
		b = le.AppendUint64(b, uint64(entries))
		b = le.AppendUint64(b, uint64(entries))
		b = le.AppendUint64(b, uint64(size))
		b = le.AppendUint64(b, uint64(offset))
		b = le.AppendUint32(b, 0x07064b50)
		b = le.AppendUint32(b, 0)
		b = le.AppendUint64(b, uint64(offset+size))
		b = le.AppendUint32(b, 1)
	}
	b = le.AppendUint32(b, 0x06054b50)
	b = le.AppendUint32(b, 0) // disks
	b = le.AppendUint16(b, uint16(min(entries, zipMany)))
	b = le.AppendUint16(b, uint16(min(entries, zipMany)))
	b = le.AppendUint32(b, uint32(min(size, zipLarge)))
	b = le.AppendUint32(b, uint32(min(offset, zipLarge)))
	return le.AppendUint16(b, 0)
}

// zipTail is the directory and the end, for entries of which the last ends at offset.
func zipTail(entries []zipEntry, offset int64) []byte {
	var b []byte
	for _, e := range entries {
		b = append(b, e.central()...)
	}
	return append(b, zipEnd(len(entries), offset, int64(len(b)))...)
}

// readZip reads the structure of a bundle from its start and makes sure that it is exactly what its entries demand; it does not
// read what they hold. Errors wrap ErrBundle or are those of r.
func readZip(r io.ReaderAt, size int64, limit int) ([]zipEntry, error) {
	bad := func(at int64, format string, a ...any) error {
		return fmt.Errorf("%w: at byte %d: %s", ErrBundle, at, fmt.Sprintf(format, a...))
	}
	var entries []zipEntry
	var at int64
	var head [30 + zipNameSize + 20]byte
	for {
		n, err := r.ReadAt(head[:], at)
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, fmt.Errorf("read bundle: %w", err)
		}
		b := head[:n]
		if len(b) < 30 || string(b[:4]) != "PK\x03\x04" {
			break
		}
		if len(entries) == limit {
			return nil, bad(at, "more than %d files", limit)
		}
		le := binary.LittleEndian
		name := int(le.Uint16(b[26:]))
		if name > zipNameSize || len(b) < 30+name {
			return nil, bad(at, "a name of %d bytes", name)
		}
		e := zipEntry{string(b[30 : 30+name]), int64(le.Uint32(b[22:])), le.Uint32(b[14:]), at}
		if e.size == zipLarge && len(b) >= 30+name+20 {
			e.size = int64(min(le.Uint64(b[30+name+4:]), 1<<62))
		}
		want := e.header()
		if len(b) < len(want) || string(b[:len(want)]) != string(want) {
			return nil, bad(at, "the header of %.200q is not as this format writes it", e.name)
		}
		if !utf8.ValidString(e.name) || len(entries) > 0 && e.name <= entries[len(entries)-1].name {
			return nil, bad(at, "%.200q stands at the wrong place, or twice", e.name)
		}
		if at += int64(len(want)); e.size > size-at {
			return nil, bad(at, "%.200q has %d bytes, only %d are there", e.name, e.size, size-at)
		}
		at += e.size
		entries = append(entries, e)
	}
	want := zipTail(entries, at)
	if size-at < int64(len(want)) {
		return nil, bad(at, "the file ends at byte %d, its directory should end at %d", size, at+int64(len(want)))
	}
	got := make([]byte, len(want))
	if n, err := r.ReadAt(got, at); n < len(got) {
		return nil, fmt.Errorf("read bundle: %w", err)
	}
	if string(got) != string(want) {
		for _, e := range entries {
			c := e.central()
			if string(got[:len(c)]) != string(c) {
				return nil, bad(at, "the directory says something else of %.200q than its header, or lacks it", e.name)
			}
			got, at = got[len(c):], at+int64(len(c))
		}
		return nil, bad(at, "the end of the directory is not as this format writes it")
	}
	if at += int64(len(want)); at != size {
		return nil, bad(at, "%d bytes follow the end", size-at)
	}
	return entries, nil
}
