// SPDX-License-Identifier: EUPL-1.2

package ring

import (
	"encoding/binary"
	"hash/crc32"
	"io"
)

// partWriter writes parts, each aligned and with a checksum; the first error stays.
type partWriter struct {
	w    io.Writer
	buf  []byte
	sum  uint32
	size int
	sums []byte
	err  error
}

const spillSize = 1 << 18

// part writes what f writes, and zeros up to the alignment.
func (p *partWriter) part(f func()) {
	p.flush()
	p.sum, p.size = 0, 0
	f()
	p.flush()
	p.write(make([]byte, (align-p.size%align)%align))
	p.flush()
	p.sums = binary.LittleEndian.AppendUint32(p.sums, p.sum)
}

// write writes all of b as it is, in pieces that are in a cache when they are written after their sum was taken.
func (p *partWriter) write(b []byte) {
	if len(b) < spillSize/16 {
		p.buf = append(p.buf, b...)
		p.spill()
		return
	}
	p.flush()
	for ; len(b) > 0; b = b[min(spillSize, len(b)):] {
		p.emit(b[:min(spillSize, len(b))])
	}
}

func (p *partWriter) number(l *layout, id int64) {
	p.buf = appendNumber(p.buf, l, id)
	p.spill()
}

func (p *partWriter) spill() {
	if len(p.buf) >= spillSize {
		p.flush()
	}
}

func (p *partWriter) flush() {
	p.emit(p.buf)
	p.buf = p.buf[:0]
}

func (p *partWriter) emit(b []byte) {
	p.sum, p.size = crc32.Update(p.sum, castagnoli, b), p.size+len(b)
	if p.err == nil && len(b) > 0 {
		_, p.err = p.w.Write(b)
	}
}
