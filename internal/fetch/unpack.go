// SPDX-License-Identifier: EUPL-1.2

package fetch

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"
)

const (
	layers = 3       // how often a body may be wrapped
	floor  = 1 << 20 // below this many bytes no ratio is suspicious
)

// A fuse bounds one layer of unpacking: by length and, past the floor, by its ratio to what was sent.
type fuse struct {
	from  io.Reader
	limit int64
	bomb  int64
	out   int64
}

func (f *fuse) Read(p []byte) (int, error) {
	n, err := f.from.Read(p)
	f.out += int64(n)
	switch {
	case f.out > f.bomb:
		return n, fmt.Errorf("unpack body: %w: more than %d bytes from a small one", ErrBomb, f.bomb)
	case f.out > f.limit:
		return n, fmt.Errorf("unpack body: %w: more than %d bytes", ErrTooLarge, f.limit)
	}
	return n, err
}

// unpack undoes the content encodings of a header, last one first. An encoding that is unknown leaves the body packed. partial
// says that the packed body is known to be cut: then what can be unpacked is all there is, and no error. Errors: ErrTooLarge
// with the beginning, ErrBomb with nothing, ErrProtocol with what could be unpacked.
func unpack(packed []byte, encodings []string, l Limits, partial bool) ([]byte, error) {
	var names []string
	for _, n := range strings.Split(strings.ToLower(strings.Join(encodings, ",")), ",") {
		if n = strings.TrimSpace(n); n != "" && n != "identity" {
			names = append(names, n)
		}
		if len(names) > layers {
			return nil, fmt.Errorf("unpack body: %w: wrapped more than %d times", ErrBomb, layers)
		}
	}
	if len(names) == 0 || len(packed) == 0 {
		return packed, nil
	}
	bomb := max(int64(floor), int64(l.Ratio)*int64(len(packed)))
	var r io.Reader = bytes.NewReader(packed)
	for i := len(names) - 1; i >= 0; i-- {
		layer, err := open(names[i], r)
		if err != nil {
			if partial {
				return nil, nil
			}
			return nil, unpackError(err)
		}
		if layer == nil {
			return packed, nil
		}
		if c, ok := layer.(io.Closer); ok {
			defer c.Close()
		}
		r = &fuse{from: layer, limit: l.Body, bomb: bomb}
	}
	var out bytes.Buffer
	_, err := io.Copy(&out, r)
	body := out.Bytes()
	switch {
	case err == nil:
		return body, nil
	case errors.Is(err, ErrBomb):
		return nil, err
	case errors.Is(err, ErrTooLarge):
		return body[:min(int64(len(body)), l.Body)], err
	case partial:
		return body, nil
	}
	return body, unpackError(err)
}

func unpackError(err error) error {
	var known *failure
	if errors.As(err, &known) {
		return err
	}
	return fmt.Errorf("unpack body: %w: %v", ErrProtocol, err)
}

// open starts one layer; nil means an encoding that we do not know.
func open(name string, r io.Reader) (io.Reader, error) {
	switch name {
	case "gzip", "x-gzip":
		return gzip.NewReader(r)
	case "br":
		return brotli.NewReader(r), nil
	case "zstd": // RFC 9659: a window of at most 8 MB
		d, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(8<<20), zstd.WithDecoderLowmem(true))
		if err != nil {
			return nil, err
		}
		return d.IOReadCloser(), nil
	case "deflate": // zlib by RFC 9110, raw by some servers
		var head [2]byte
		n, err := io.ReadFull(r, head[:])
		r = io.MultiReader(bytes.NewReader(head[:n]), r)
		if err == nil && head[0]&0x0f == 8 && (uint(head[0])<<8|uint(head[1]))%31 == 0 {
			return zlib.NewReader(r)
		}
		return flate.NewReader(r), nil
	}
	return nil, nil
}
