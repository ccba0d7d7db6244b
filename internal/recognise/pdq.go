// SPDX-License-Identifier: EUPL-1.2

package recognise

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"image"
	"math/bits"
)

// PDQ is a 256-bit perceptual hash of an image, as published in "PDQ: a perceptual hash for images" (2017). The first word
// holds the bits that the text form writes first, so the frequency in row i and column j of the transform is bit i*16+j counted
// from the right end of the text.
type PDQ [4]uint64

// MinQuality is the lowest quality, of 0 to 100, at which a PDQ is worth comparing: below it decoders alone differ by up to 36 bits.
const MinQuality = 50

// MatchRadius is the greatest distance at which two PDQ hashes are taken for one picture, as the paper recommends.
const MatchRadius = 31

// minSide is the smallest width and height, in pixels, that has a PDQ.
const minSide = 5

// maxPixels keeps the plane of a very wide image, and its copy, under two gigabytes; only a plane without end, such as image.Uniform, is larger.
const maxPixels = 1 << 28

// HashPDQ returns the hash of the image at full resolution, and its quality from 0 to 100. Transparency is ignored: the colour
// behind it counts. An image of fewer than 5 pixels on one side, or of more than 2^28
// pixels in all, has the zero hash and quality 0.
func HashPDQ(img image.Image) (PDQ, int) { return hashPDQ(img, 0) }

// HashPDQ512 returns the hash and quality as the command-line tool of the reference gives them: an image with a side over 512 pixels
// is first shrunk to 512 by 512, its shape ignored, each pixel that of the nearest-neighbour rule of CImg 2.2, which the tool ships.
// On photographs it is 0 to 10 bits from HashPDQ, on noise anything; others, and the Python binding, hash at full resolution. Bits are the tool's own for every image
// whose 8-bit grey or red, green and blue values are those the tool reads: PNG without transparency, and uncompressed forms. For JPEG
// they are near, as decoders differ. The tool refuses transparency and keeps the wrong half of 16-bit values; here the
// colour behind and the upper half count.
func HashPDQ512(img image.Image) (PDQ, int) { return hashPDQ(img, toolSide) }

// toolSide is DOWNSAMPLE_DIMS of the reference's pdqio.cpp.
const toolSide = 512

func hashPDQ(img image.Image, most int) (PDQ, int) {
	t := transformers.Get().(*transformer)
	defer transformers.Put(t)
	quality, ok := t.transform(img, most)
	if !ok {
		return PDQ{}, 0
	}
	return t.freq.bits(&t.order), quality
}

// The orientations of an image, in the order of Variants. Rotations are counter-clockwise.
const (
	Upright    = iota
	Rotated90  // quarter turn
	Rotated180 // half turn
	Rotated270 // three quarters of a turn
	FlippedX   // top and bottom change places
	FlippedY   // left and right change places, the mirror image
	FlippedMain
	FlippedAnti
)

// Variants are the hashes of one image in its eight orientations, from one transform. FlippedMain keeps the upper left and lower
// right corner where they are, FlippedAnti the other two.
type Variants [8]PDQ

// HashVariants returns the hashes of the image in all eight orientations, and its quality.
func HashVariants(img image.Image) (Variants, int) {
	t := transformers.Get().(*transformer)
	defer transformers.Put(t)
	quality, ok := t.transform(img, 0)
	if !ok {
		return Variants{}, 0
	}
	var v Variants
	for i := range v {
		v[i] = t.freq.turned(i).bits(&t.order)
	}
	return v, quality
}

// ParsePDQ reads 64 hexadecimal digits of either case. The error wraps ErrSyntax.
func ParsePDQ(s string) (PDQ, error) {
	d, err := ParseDigest(s)
	if err != nil {
		return PDQ{}, fmt.Errorf("read PDQ: %w: want 64 hexadecimal digits", ErrSyntax)
	}
	var p PDQ
	for i := range p {
		p[i] = binary.BigEndian.Uint64(d[8*i:])
	}
	return p, nil
}

// Hex is the hash as 64 lower-case hexadecimal digits, as hash lists carry it.
func (p PDQ) Hex() string {
	var b [32]byte
	for i, w := range p {
		binary.BigEndian.PutUint64(b[8*i:], w)
	}
	return hex.EncodeToString(b[:])
}

// String is Hex.
func (p PDQ) String() string { return p.Hex() }

// MarshalText is the form for JSON: Hex.
func (p PDQ) MarshalText() ([]byte, error) { return []byte(p.Hex()), nil }

// UnmarshalText reads what MarshalText wrote.
func (p *PDQ) UnmarshalText(b []byte) error {
	v, err := ParsePDQ(string(b))
	if err != nil {
		return err
	}
	*p = v
	return nil
}

// Distance is the number of differing bits, 0 to 256.
func (p PDQ) Distance(q PDQ) int {
	return bits.OnesCount64(p[0]^q[0]) + bits.OnesCount64(p[1]^q[1]) + bits.OnesCount64(p[2]^q[2]) + bits.OnesCount64(p[3]^q[3])
}
