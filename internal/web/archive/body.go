// SPDX-License-Identifier: EUPL-1.2

package archive

import (
	"bytes"
	"compress/flate"
	"compress/zlib"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"iolaus/internal/exhibit"
)

// ErrTooLarge is returned for a body beyond its limit; nothing of it is given.
var ErrTooLarge = errors.New("larger than its limit")

// ErrPacked is returned for a body in an encoding that is not known.
var ErrPacked = errors.New("packed in an unknown way")

// layers is how often a body may be packed.
const layers = 3

// Body reads a part's body from the file it was indexed in, without transfer and content coding, at most limit bytes. Errors wrap
// ErrTooLarge, ErrPacked, or say what is damaged. A body that was cut when it was captured is given as far as it goes.
func (p Part) Body(file io.ReaderAt, limit int64) ([]byte, error) {
	section := io.NewSectionReader(file, p.location.Offset, p.location.Length)
	rec, err := exhibit.NewReader(section, exhibit.ReadLimits{Block: limit + 256<<10, Total: limit + 512<<10}).Next()
	if err != nil {
		return nil, fmt.Errorf("read part: %w", err)
	}
	entity := rec.Block
	if !p.bare {
		if entity, err = exhibit.Entity(rec.Block); err != nil {
			return nil, fmt.Errorf("read part: %w", err)
		}
	}
	cut := rec.Get("WARC-Truncated") != ""
	for _, name := range packings(p.packed) {
		if entity, err = unpack(name, entity); err != nil {
			return nil, fmt.Errorf("read part: %w", err)
		}
		if c, ok := entity.(io.Closer); ok {
			defer c.Close()
		}
	}
	var out bytes.Buffer
	_, err = io.Copy(&out, io.LimitReader(entity, limit+1))
	switch {
	case int64(out.Len()) > limit:
		return nil, fmt.Errorf("read part: %w of %d bytes", ErrTooLarge, limit)
	case err != nil && !cut:
		return nil, fmt.Errorf("read part: %w", err)
	}
	return out.Bytes(), nil
}

// packings lists content codings, the last one first.
func packings(values []string) (out []string) {
	for n := range strings.SplitSeq(strings.ToLower(strings.Join(values, ",")), ",") {
		if n = strings.TrimSpace(n); n != "" && n != "identity" {
			out = append([]string{n}, out...)
		}
	}
	if len(out) > layers {
		return []string{"too many"}
	}
	return out
}

// unpack starts one layer.
func unpack(name string, r io.Reader) (io.Reader, error) {
	switch name {
	case "gzip", "x-gzip":
		return gzip.NewReader(r)
	case "br":
		return brotli.NewReader(r), nil
	case "zstd": // a window of at most 8 MB (RFC 9659)
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
	return nil, fmt.Errorf("%w: %.40q", ErrPacked, name)
}
