// SPDX-License-Identifier: EUPL-1.2

package exhibit

import (
	"errors"
	"io"

	"github.com/klauspost/compress/gzip"
)

// How far a packed WARC file may unpack. Pages pack 5 to 1, tables and logs 20 to 1, gzip itself ends at 1032 to 1: beyond 400 there
// is nothing but filling. Our own writer keeps below it even for that (see even). Small files may be odd: 64 MB cost a quarter second.
const (
	ratioMost  = 400
	ratioFloor = 64 << 20
)

var errRatio = errors.New("it unpacks to more than 400 times its size")

// mostOf is how much so many packed bytes may hold.
func mostOf(packed int64) int64 {
	return max(ratioFloor, ratioMost*min(packed, 1<<50))
}

// A fuse bounds what is unpacked: in all, and against what was read of the file.
type fuse struct {
	from   io.Reader
	packed *counter // nil for what is not packed
	out    int64
	left   int64
}

func (f *fuse) Read(p []byte) (int, error) {
	if f.left <= 0 {
		return 0, io.EOF
	}
	n, err := f.from.Read(p[:min(int64(len(p)), f.left)])
	f.left -= int64(n)
	if f.out += int64(n); f.packed != nil && f.out > ratioFloor && f.out > mostOf(f.packed.n) {
		return 0, errRatio
	}
	return n, err
}

// An even packs a block at most evenMost to 1, header and request not counted: a site that answers with filling must not make a
// file that its own reader refuses. It adds empty blocks of DEFLATE, which say nothing.
type even struct {
	z    *gzip.Writer
	size *tally // what came out of it
	in   int64
}

const (
	evenMost = 256
	evenStep = 128 << 10 // of the block; the compressor itself holds half of it
)

func (e *even) Write(p []byte) (int, error) {
	done := 0
	for done < len(p) {
		n, err := e.z.Write(p[done:min(len(p), done+int(evenStep-e.in%evenStep))])
		done += n
		e.in += int64(n)
		for err == nil && e.in%evenStep == 0 && e.in > evenMost*e.size.n {
			err = e.z.Flush()
		}
		if err != nil {
			return done, err
		}
	}
	return done, nil
}
