// SPDX-License-Identifier: EUPL-1.2

package recognise

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"
)

// MaxFrames is how many frames a file may hold: more than a day of 60 a second has no use as a fingerprint, and a line of 70 bytes
// each keeps a file under half a gigabyte.
const MaxFrames = 24 * 60 * 60 * 60

// longestVideo is the greatest time stamp that is read, in seconds: a year, far from what a duration overflows at.
const longestVideo = 366 * 24 * 60 * 60

// ParseVideo reads the lines of the reference tool, "frame,quality,hex,seconds" each, frames ascending. An empty last line is none. Errors name
// the line and wrap ErrSyntax, or are those of r.
func ParseVideo(r io.Reader) (Video, error) {
	s := bufio.NewScanner(r)
	s.Buffer(make([]byte, 0, 4<<10), 4<<10)
	var v Video
	n := 0
	for s.Scan() {
		n++
		f, err := parseFrame(s.Text())
		if err == nil && len(v) > 0 && f.Number <= v[len(v)-1].Number {
			err = fmt.Errorf("frame %d comes after frame %d", f.Number, v[len(v)-1].Number)
		}
		if err == nil && len(v) == MaxFrames {
			err = fmt.Errorf("more than %d frames", MaxFrames)
		}
		if err != nil {
			return nil, fmt.Errorf("read video fingerprint: line %d: %w: %v", n, ErrSyntax, err)
		}
		v = append(v, f)
	}
	if err := s.Err(); errors.Is(err, bufio.ErrTooLong) {
		return nil, fmt.Errorf("read video fingerprint: line %d: %w: longer than any frame", n+1, ErrSyntax)
	} else if err != nil {
		return nil, fmt.Errorf("read video fingerprint: %w", err)
	}
	return v, nil
}

func parseFrame(line string) (f Frame, err error) {
	p := strings.Split(line, ",")
	if len(p) != 4 {
		return f, fmt.Errorf("%d fields, want frame,quality,hash,seconds", len(p))
	}
	if f.Number, err = number(p[0], 1<<31-1); err != nil {
		return f, fmt.Errorf("frame: %w", err)
	}
	return f, f.parse(p[2], p[1], p[3])
}

// parse reads what both forms have of a frame.
func (f *Frame) parse(hash, quality, at string) (err error) {
	if f.Quality, err = number(quality, 100); err != nil {
		return fmt.Errorf("quality: %w", err)
	}
	if f.Hash, err = ParsePDQ(hash); err != nil {
		return errors.New("hash: want 64 hexadecimal digits")
	}
	if f.At, err = seconds(at); err != nil {
		return fmt.Errorf("time: %w", err)
	}
	return nil
}

// number reads a number without sign or spaces.
func number(s string, most int) (int, error) {
	n, err := strconv.ParseUint(s, 10, 31)
	if err != nil || n > uint64(most) {
		return 0, fmt.Errorf("want a number from 0 to %d", most)
	}
	return int(n), nil
}

// seconds reads a plain decimal fraction, and keeps its milliseconds.
func seconds(s string) (time.Duration, error) {
	if strings.Trim(s, "0123456789.") != "" || s == "" {
		return 0, errors.New("want seconds as a decimal fraction")
	}
	x, err := strconv.ParseFloat(s, 64)
	if err != nil || x > longestVideo {
		return 0, errors.New("want seconds of at most a year")
	}
	return time.Duration(x*1000+0.5) * time.Millisecond, nil
}

func (f Frame) seconds() string { return strconv.FormatFloat(f.At.Seconds(), 'f', 3, 64) }

// WriteTo writes the lines that ParseVideo reads: times have three decimals, as the reference writes them.
func (v Video) WriteTo(w io.Writer) (n int64, err error) {
	b := bufio.NewWriter(w)
	for _, f := range v {
		k, err := fmt.Fprintf(b, "%d,%d,%s,%s\n", f.Number, f.Quality, f.Hash.Hex(), f.seconds())
		n += int64(k)
		if err != nil {
			return n, fmt.Errorf("write video fingerprint: %w", err)
		}
	}
	if err := b.Flush(); err != nil {
		return n, fmt.Errorf("write video fingerprint: %w", err)
	}
	return n, nil
}

// MarshalJSON is the form of the Python package: an array of "hex,quality,seconds". It does not carry numbers of frames.
func (v Video) MarshalJSON() ([]byte, error) {
	out := make([]string, len(v))
	for i, f := range v {
		out[i] = fmt.Sprintf("%s,%d,%s", f.Hash.Hex(), f.Quality, f.seconds())
	}
	return json.Marshal(out)
}

// UnmarshalJSON reads that form; frames are numbered from 0. Errors name the element, counted from 1, and wrap ErrSyntax.
func (v *Video) UnmarshalJSON(b []byte) error {
	var rows []string
	if err := json.Unmarshal(b, &rows); err != nil {
		return fmt.Errorf("read video fingerprint: %w: %v", ErrSyntax, err)
	}
	if len(rows) > MaxFrames {
		return fmt.Errorf("read video fingerprint: %w: more than %d frames", ErrSyntax, MaxFrames)
	}
	out := make(Video, len(rows))
	for i, row := range rows {
		p := strings.Split(row, ",")
		err := fmt.Errorf("%d fields, want hash,quality,seconds", len(p))
		if len(p) == 3 {
			err = out[i].parse(p[0], p[1], p[2])
		}
		if err != nil {
			return fmt.Errorf("read video fingerprint: element %d: %w: %v", i+1, ErrSyntax, err)
		}
		out[i].Number = i
	}
	*v = out
	return nil
}

// frameBytes are the hash, the quality, and the time in milliseconds.
const frameBytes = 32 + 1 + 4

// Bytes is the form in which a video is stored: 37 bytes a frame, numbers the highest byte first. It does not carry numbers of frames, nor
// times beyond 49 days.
func (v Video) Bytes() []byte {
	out := make([]byte, 0, frameBytes*len(v))
	for _, f := range v {
		for _, w := range f.Hash {
			out = binary.BigEndian.AppendUint64(out, w)
		}
		out = append(out, byte(f.Quality))
		out = binary.BigEndian.AppendUint32(out, uint32(min(f.At.Milliseconds(), math.MaxUint32)))
	}
	return out
}

// VideoFromBytes reads what Bytes wrote; frames are numbered from 0. The error wraps ErrSyntax.
func VideoFromBytes(b []byte) (Video, error) {
	if len(b) == 0 || len(b)%frameBytes != 0 || len(b)/frameBytes > MaxFrames {
		return nil, fmt.Errorf("read video fingerprint: %w: %d bytes", ErrSyntax, len(b))
	}
	v := make(Video, len(b)/frameBytes)
	for i := range v {
		f := b[i*frameBytes:]
		for k := range v[i].Hash {
			v[i].Hash[k] = binary.BigEndian.Uint64(f[8*k:])
		}
		v[i].Number, v[i].Quality = i, int(f[32])
		v[i].At = time.Duration(binary.BigEndian.Uint32(f[33:])) * time.Millisecond
		if v[i].Quality > 100 {
			return nil, fmt.Errorf("read video fingerprint: frame %d: %w: quality %d", i, ErrSyntax, v[i].Quality)
		}
	}
	return v, nil
}
