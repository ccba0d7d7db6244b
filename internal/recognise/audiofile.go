// SPDX-License-Identifier: EUPL-1.2

package recognise

import (
	"encoding/base64"
	"errors"
	"fmt"
	"math/bits"
	"strconv"
	"strings"
)

// audioAlgorithm is the only version of chromaprint whose values are compared: number 1 in its header, "test2" in its interface.
const audioAlgorithm = 1

// ParseAudio reads a fingerprint as fpcalc writes it: the numbers of -raw, of either sign, or the compressed form, both with or without the
// lines DURATION= and FINGERPRINT= around it. Errors wrap ErrSyntax.
func ParseAudio(s string) (Audio, error) {
	text := ""
	for n, line := range strings.Split(strings.TrimSpace(s), "\n") {
		key, value, ok := strings.Cut(strings.TrimSuffix(line, "\r"), "=")
		switch {
		case !ok && text == "":
			text = key
		case key == "FINGERPRINT" && text == "":
			text = value
		case key != "DURATION" && key != "FILE":
			return nil, fmt.Errorf("read audio fingerprint: line %d: %w: neither a fingerprint nor what fpcalc says of it", n+1, ErrSyntax)
		}
	}
	var a Audio
	var err error
	if strings.Contains(text, ",") || strings.Trim(text, "-0123456789") == "" {
		a, err = parseRaw(text)
	} else {
		a, err = parseCompressed(text)
	}
	if err != nil {
		return nil, fmt.Errorf("read audio fingerprint: %w: %w", ErrSyntax, err)
	}
	return a, nil
}

func parseRaw(s string) (Audio, error) {
	if n := strings.Count(s, ","); n >= MaxAudio {
		return nil, fmt.Errorf("%d numbers, want at most %d", n+1, MaxAudio)
	}
	a := make(Audio, 0, strings.Count(s, ",")+1)
	for f := range strings.SplitSeq(s, ",") {
		v, err := strconv.ParseInt(f, 10, 64)
		if err != nil || v < -1<<31 || v >= 1<<32 || strings.HasPrefix(f, "+") {
			return nil, fmt.Errorf("number %d: want 32 bits", len(a)+1)
		}
		a = append(a, uint32(v))
	}
	return a, nil
}

// Raw is the form that fpcalc -raw writes: decimal numbers with commas between.
func (a Audio) Raw() string {
	var out []byte
	for i, v := range a {
		if i > 0 {
			out = append(out, ',')
		}
		out = strconv.AppendUint(out, uint64(v), 10)
	}
	return string(out)
}

// The compressed form, from chromaprint's description of it: URL-safe Base64 of a byte that names the algorithm, three that
// count the values, and bits. A value is what it differs from the one before; of each difference the distances between its set
// bits follow, counted from 1 and ended by 0, in 3 bits each, the lowest first. A distance of 7 or more is a 7, and what goes beyond follows in 5 bits
// each after all others, from the next whole byte on.
const (
	shortBits, longBits = 3, 5
	escape              = 1<<shortBits - 1
)

func parseCompressed(s string) (Audio, error) {
	b, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(s, "="))
	if err != nil || len(b) < 4 {
		return nil, errors.New("neither numbers nor the compressed form")
	}
	if b[0] != audioAlgorithm {
		return nil, fmt.Errorf("algorithm %d, want %d", b[0], audioAlgorithm)
	}
	n := int(b[1])<<16 | int(b[2])<<8 | int(b[3])
	b = b[4:]
	if n == 0 || n > MaxAudio || n > len(b)*8/shortBits { // each value has its end at least
		return nil, fmt.Errorf("%d values cannot be in %d bytes", n, len(b))
	}
	short := bitReader{b: b}
	var steps []byte
	long := 0
	for ends := 0; ends < n; {
		v, ok := short.take(shortBits)
		if !ok {
			return nil, fmt.Errorf("it ends in value %d of %d", ends+1, n)
		}
		steps = append(steps, v)
		switch v {
		case 0:
			ends++
		case escape:
			long++
		}
	}
	rest := bitReader{b: b[(short.at+7)/8:]}
	a := make(Audio, 0, n)
	var value, last uint32
	bit := 0
	for _, v := range steps {
		if v == 0 {
			last ^= value
			a = append(a, last)
			value, bit = 0, 0
			continue
		}
		if v == escape {
			more, ok := rest.take(longBits)
			if !ok {
				return nil, fmt.Errorf("it ends before the last of %d long distances", long)
			}
			v += more
		}
		if bit += int(v); bit > 32 {
			return nil, fmt.Errorf("value %d has a bit %d", len(a)+1, bit)
		}
		value |= 1 << (bit - 1)
	}
	if left := len(rest.b) - (rest.at+7)/8; left > 0 {
		return nil, fmt.Errorf("%d bytes follow it", left)
	}
	return a, nil
}

// Compressed is the compressed form, as fpcalc writes it without -raw.
func (a Audio) Compressed() string {
	out := []byte{audioAlgorithm, byte(len(a) >> 16), byte(len(a) >> 8), byte(len(a))}
	var short, long bitWriter
	var last uint32
	for _, v := range a {
		at := 0
		for x := v ^ last; x != 0; x &= x - 1 {
			bit := bits.TrailingZeros32(x) + 1
			step := bit - at
			at = bit
			short.put(byte(min(step, escape)), shortBits)
			if step >= escape {
				long.put(byte(step-escape), longBits)
			}
		}
		short.put(0, shortBits)
		last = v
	}
	return base64.RawURLEncoding.EncodeToString(append(append(out, short.b...), long.b...))
}

// A bitReader takes bits from bytes, the lowest first.
type bitReader struct {
	b  []byte
	at int
}

func (r *bitReader) take(n int) (v byte, ok bool) {
	if r.at+n > 8*len(r.b) {
		return 0, false
	}
	for i := range n {
		v |= r.b[r.at/8] >> (r.at % 8) & 1 << i
		r.at++
	}
	return v, true
}

type bitWriter struct {
	b  []byte
	at int
}

func (w *bitWriter) put(v byte, n int) {
	for i := range n {
		if w.at%8 == 0 {
			w.b = append(w.b, 0)
		}
		w.b[w.at/8] |= v >> i & 1 << (w.at % 8)
		w.at++
	}
}
