// SPDX-License-Identifier: EUPL-1.2

package recognise

import (
	"encoding/hex"
	"fmt"
	"math"
	"math/bits"
	"slices"
	"strings"
)

// TLSH is a locality-sensitive digest of bytes: near-duplicate texts and files have digests a small Distance apart. Oliver, Cheng
// and Chen, "TLSH - A Locality Sensitive Hash" (2013), with 128 buckets and a checksum of one byte, as lists of hashes exchange it.
// The zero value is no digest of anything.
type TLSH struct {
	check, length byte
	ratio         [2]byte  // of quartiles 1 and 2 to quartile 3, modulo 16
	body          [32]byte // two bits a bucket, bucket 0 lowest in byte 0
}

const (
	// MinTLSH is the fewest bytes that have a TLSH, as since version 4.0 of the reference; 3.x asked for 256.
	MinTLSH = 50

	tlshWindow  = 5
	tlshBuckets = 128
	tlshText    = 70 // hexadecimal digits after T1
)

// pearson is the permutation of Pearson, "Fast hashing of variable-length text strings", CACM 33 (6), 1990, table II.
const pearson = "" +
	"\x01\x57\x31\x0c\xb0\xb2\x66\xa6\x79\xc1\x06\x54\xf9\xe6\x2c\xa3\x0e\xc5\xd5\xb5\xa1\x55\xda\x50\x40\xef\x18\xe2\xec\x8e\x26\xc8" +
	"\x6e\xb1\x68\x67\x8d\xfd\xff\x32\x4d\x65\x51\x12\x2d\x60\x1f\xde\x19\x6b\xbe\x46\x56\xed\xf0\x22\x48\xf2\x14\xd6\xf4\xe3\x95\xeb" +
	"\x61\xea\x39\x16\x3c\xfa\x52\xaf\xd0\x05\x7f\xc7\x6f\x3e\x87\xf8\xae\xa9\xd3\x3a\x42\x9a\x6a\xc3\xf5\xab\x11\xbb\xb6\xb3\x00\xf3" +
	"\x84\x38\x94\x4b\x80\x85\x9e\x64\x82\x7e\x5b\x0d\x99\xf6\xd8\xdb\x77\x44\xdf\x4e\x53\x58\xc9\x63\x7a\x0b\x5c\x20\x88\x72\x34\x0a" +
	"\x8a\x1e\x30\xb7\x9c\x23\x3d\x1a\x8f\x4a\xfb\x5e\x81\xa2\x3f\x98\xaa\x07\x73\xa7\xf1\xce\x03\x96\x37\x3b\x97\xdc\x5a\x35\x17\x83" +
	"\x7d\xad\x0f\xee\x4f\x5f\x59\x10\x69\x89\xe1\xe0\xd9\xa0\x25\x7b\x76\x49\x02\x9d\x2e\x74\x09\x91\x86\xe4\xcf\xd4\xca\xd7\x45\xe5" +
	"\x1b\xbc\x43\x7c\xa8\xfc\x2a\x04\x1d\x6c\x15\xf7\x13\xcd\x27\xcb\xe9\x28\xba\x93\xc6\xc0\x9b\x21\xa4\xbf\x62\xcc\xa5\xb4\x75\x4c" +
	"\x8c\x24\xd2\xac\x29\x36\x9f\x08\xb9\xe8\x71\xc4\xe7\x2f\x92\x78\x33\x41\x1c\x90\xfe\xdd\x5d\xbd\xc2\x8b\x70\x2b\x47\x6d\xb8\xd1"

// HashTLSH is the digest of b; ok is false where it has none: fewer than MinTLSH bytes, or at most half of the buckets in use, as
// with one byte repeated.
func HashTLSH(b []byte) (TLSH, bool) {
	var w TLSHWriter
	w.add(b)
	w.length = int64(len(b))
	return w.Sum()
}

// TLSHWriter makes the digest of what is written to it, piece by piece. The zero value is ready.
type TLSHWriter struct {
	counts [256]uint32
	length int64
	tail   [tlshWindow - 1]byte // the last bytes written, at the end
	check  byte
}

// Write takes in more bytes; it never fails.
func (w *TLSHWriter) Write(b []byte) (int, error) {
	kept := int(min(w.length, int64(len(w.tail))))
	var seam [2 * (tlshWindow - 1)]byte
	n := copy(seam[:], w.tail[len(w.tail)-kept:])
	n += copy(seam[n:n+min(len(b), tlshWindow-1)], b)
	w.add(seam[:n])
	w.add(b)
	if len(b) >= len(w.tail) {
		copy(w.tail[:], b[len(b)-len(w.tail):])
	} else {
		copy(w.tail[:], w.tail[len(b):])
		copy(w.tail[len(w.tail)-len(b):], b)
	}
	w.length += int64(len(b))
	return len(b), nil
}

// add counts every window of b. Each gives six triplets, with the primes as salts: the paper's step 1, in the order of the
// published digests.
func (w *TLSHWriter) add(b []byte) {
	p2, p3, p5, p7, p11, p13 := pearson[2], pearson[3], pearson[5], pearson[7], pearson[11], pearson[13]
	check, counts := w.check, &w.counts
	for i := tlshWindow - 1; i < len(b); i++ {
		win := b[i-tlshWindow+1 : i+1 : i+1]
		v, x, y, z, u := win[4], win[3], win[2], win[1], win[0]
		check = pearson[pearson[pearson[pearson[0]^v]^x]^check]
		counts[pearson[pearson[pearson[p2^v]^x]^y]]++
		counts[pearson[pearson[pearson[p3^v]^x]^z]]++
		counts[pearson[pearson[pearson[p5^v]^y]^z]]++
		counts[pearson[pearson[pearson[p7^v]^y]^u]]++
		counts[pearson[pearson[pearson[p11^v]^x]^u]]++
		counts[pearson[pearson[pearson[p13^v]^z]^u]]++
	}
	w.check = check
}

// Sum is the digest of what was written so far, as HashTLSH.
func (w *TLSHWriter) Sum() (TLSH, bool) {
	used := w.counts[:tlshBuckets]
	full := 0
	for _, n := range used {
		if n > 0 {
			full++
		}
	}
	if w.length < MinTLSH || full <= tlshBuckets/2 {
		return TLSH{}, false
	}
	sorted := slices.Clone(used)
	slices.Sort(sorted)
	q1, q2, q3 := sorted[31], sorted[63], sorted[95]
	t := TLSH{check: w.check, length: tlshLength(w.length), ratio: [2]byte{tlshRatio(q1, q3), tlshRatio(q2, q3)}}
	for i, n := range used {
		var q byte
		switch {
		case n > q3:
			q = 3
		case n > q2:
			q = 2
		case n > q1:
			q = 1
		}
		t.body[i/4] |= q << (i % 4 * 2)
	}
	return t, true
}

// tlshRatio is q in percent of q3, modulo 16, in single precision as the reference has it.
func tlshRatio(q, q3 uint32) byte { return byte(uint32(float32(q*100)/float32(q3)) % 16) }

// tlshLength is the logarithm of a length: base 1.5 up to 656 bytes, 1.3 up to 3199, 1.1 beyond, as the paper's step 4; the
// constants join the pieces.
func tlshLength(n int64) byte {
	l := math.Log(float64(n))
	switch {
	case n <= 656:
		l /= math.Log(1.5)
	case n <= 3199:
		l = l/math.Log(1.3) - 8.72777
	default:
		l = l/math.Log(1.1) - 62.5472
	}
	return byte(int(math.Floor(l)) & 0xff)
}

// Distance tells how far two digests are apart: 0 for the same, under about 30 for near-duplicates, above 100 for strangers, with
// no upper bound of meaning. It takes the lengths of the contents into account, as the reference does unless told otherwise.
func (t TLSH) Distance(o TLSH) int {
	d := tlshRing(int(t.length), int(o.length), 256)
	if d > 1 {
		d *= 12
	}
	return d + t.DistanceApart(o)
}

// DistanceApart is Distance without the lengths, for content to which somebody appended much.
func (t TLSH) DistanceApart(o TLSH) int {
	d := 0
	for i := range t.ratio {
		r := tlshRing(int(t.ratio[i]), int(o.ratio[i]), 16)
		if r > 1 {
			r = (r - 1) * 12
		}
		d += r
	}
	if t.check != o.check {
		d++
	}
	for i := range t.body {
		d += tlshPairs(t.body[i], o.body[i])
	}
	return d
}

// tlshPairs adds the differences of four buckets; the greatest, 3, counts as 6.
func tlshPairs(a, b byte) int {
	d := 0
	for a != b {
		n := int(a&3) - int(b&3)
		if n < 0 {
			n = -n
		}
		if n == 3 {
			n = 6
		}
		d += n
		a, b = a>>2, b>>2
	}
	return d
}

// tlshRing is the shorter way round between two places on a ring of n.
func tlshRing(a, b, n int) int {
	d := a - b
	if d < 0 {
		d = -d
	}
	return min(d, n-d)
}

// String is the text form: T1 and 70 upper-case hexadecimal digits.
func (t TLSH) String() string {
	b := make([]byte, 0, tlshText/2)
	b = append(b, bits.RotateLeft8(t.check, 4), bits.RotateLeft8(t.length, 4), t.ratio[0]<<4|t.ratio[1])
	for i := range t.body {
		b = append(b, t.body[len(t.body)-1-i])
	}
	return "T1" + strings.ToUpper(hex.EncodeToString(b))
}

// ParseTLSH reads the text form, in either case, with T1 before it or, as versions before 4.0 wrote it, without. The error wraps
// ErrSyntax.
func ParseTLSH(s string) (TLSH, error) {
	digits := s
	if len(s) == tlshText+2 && (s[0] == 'T' || s[0] == 't') && s[1] == '1' {
		digits = s[2:]
	}
	if len(digits) != tlshText {
		return TLSH{}, fmt.Errorf("read TLSH: %w: want T1 and %d hexadecimal digits, got %d characters", ErrSyntax, tlshText, len(s))
	}
	b, err := hex.DecodeString(digits)
	if err != nil {
		return TLSH{}, fmt.Errorf("read TLSH: %w: %v", ErrSyntax, err)
	}
	t := TLSH{check: bits.RotateLeft8(b[0], 4), length: bits.RotateLeft8(b[1], 4), ratio: [2]byte{b[2] >> 4, b[2] & 15}}
	for i := range t.body {
		t.body[i] = b[len(b)-1-i]
	}
	return t, nil
}

// MarshalText is the form for JSON and configuration: String.
func (t TLSH) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (t *TLSH) UnmarshalText(b []byte) error {
	v, err := ParseTLSH(string(b))
	if err != nil {
		return err
	}
	*t = v
	return nil
}
