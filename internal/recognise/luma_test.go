// SPDX-License-Identifier: EUPL-1.2

package recognise

import (
	"fmt"
	"image"
	"math/bits"
	"math/rand/v2"
	"testing"
)

// scenery is a plane of hills, stripes and grain, its rows further apart than they are long. Behind the last are slack bytes.
func scenery(w, h, slack int, full bool, seed uint64) Luma {
	random := rand.New(rand.NewPCG(seed, 8))
	p := Luma{Stride: w + 3, Width: w, Height: h, Full: full}
	p.Pix = make([]uint8, (h-1)*p.Stride+w+slack)
	fx, fy, at := 1+random.Float64()*9, 1+random.Float64()*9, random.Float64()*90
	for i := range p.Pix {
		p.Pix[i] = uint8(random.UintN(256))
	}
	for y := range h {
		for x := range w {
			u, v := float64(x)/float64(w), float64(y)/float64(h)
			value := 120 + at*(u-v) + 25*float64(int(u*fx+v*3)%2) - 30*float64(int(v*fy+u*u*5)%3)
			p.Pix[y*p.Stride+x] = uint8(max(0, min(255, value+float64(random.UintN(24)))))
		}
	}
	return p
}

// What a player shows of each value, by whole numbers in one step and by a table, is what the division says.
func TestLumaIsStretchedAsAPlayerDoes(t *testing.T) {
	t.Parallel()
	for _, full := range []bool{false, true} {
		var l levels
		l.set(full)
		pix := make([]uint8, 256)
		for i := range pix {
			pix[i] = uint8(i)
		}
		for _, v := range allVectors() {
			out := make([]float32, 256)
			v.tent(out, pix, 0, []uint16{1, 255, 1}, &l, 1)
			for i, got := range out {
				want := max(0, min(255, (i-16)*255/219))
				if full {
					want = i
				}
				if got != float32(257*want) || int(l.shown[i]) != want {
					t.Errorf("%s, full %v: %d is shown as %v, %v in the table, want %d", v.name, full, i, got/257, l.shown[i], want)
				}
			}
		}
		if full {
			continue
		}
		Stretch(pix)
		if [256]uint8(pix) != l.shown {
			t.Error("in place it is another", pix)
		}
	}
}

// Sizes around every edge: films, and what breaks loops.
var planes64 = []image.Point{{5, 5}, {5, 300}, {300, 5}, {63, 64}, {64, 64}, {65, 127}, {128, 129}, {257, 256}, {320, 180}, {426, 240}, {512, 512}, {638, 358},
	{639, 357}, {640, 360}, {1280, 720}, {1921, 1079}, {37, 2049}, {100, 2161}, {130, 5000}, {7, tallest}, {7, tallest + 1}, {widest + 1, 5}}

// In every form that this processor has, with and without slack, the sums are the same bits; they are those of the plain method up to its own rounding.
func TestLumaReducesAsThePlainMethod(t *testing.T) {
	t.Parallel()
	worst := float32(0)
	for n, size := range planes64 {
		if size.X > widest || size.Y > tallest {
			continue
		}
		full := n%2 == 1
		p := scenery(size.X, size.Y, 63, full, uint64(n))
		plain := newTransformer(portable())
		plain.source.open(p.gray(), 0)
		plane := make([]float32, size.X*size.Y)
		for y := range size.Y {
			plain.source.row(&plain.vectors, plane[y*size.X:][:size.X], y)
		}
		if size != image.Pt(64, 64) {
			tent(plane, size.X, size.Y)
		}
		decimate(&plain.small, plane, size.X, size.Y)
		var first [64 * 64]float32
		for k, v := range allVectors() {
			transformer := newTransformer(v)
			for _, slack := range []int{63, 0} {
				p.Pix = p.Pix[:(size.Y-1)*p.Stride+size.X+slack]
				transformer.tents.reduce(&transformer.vectors, &transformer.strips, p, &transformer.small)
				if k == 0 && slack > 0 {
					first = transformer.small
				}
				if transformer.small != first {
					t.Errorf("%s, %v, slack %d: not the sums of the first form", v.name, size, slack)
				}
			}
			p.Pix = p.Pix[:cap(p.Pix)]
		}
		for i, want := range plain.small {
			d := max(first[i]-want, want-first[i])
			if worst = max(worst, d); d > 0.02 {
				t.Errorf("%v: value %d is %v, %v by the plain method", size, i, first[i], want)
				break
			}
		}
	}
	t.Logf("at most %v levels from the plain method", worst)
}

// Bits that HashLuma and HashPDQ differ in: none where both sides are powers of two, since nothing is rounded then, and of others about
// one in a picture in thirty.
func TestLumaHashesAsPDQ(t *testing.T) {
	t.Parallel()
	pictures, differ := 0, 0
	for n, size := range planes64 {
		for seed := range uint64(4) {
			p := scenery(size.X, size.Y, 0, seed%2 == 1, uint64(100*n)+seed)
			got, quality := HashLuma(p)
			want, wantQuality := HashPDQ(p.gray())
			d := got.Distance(want)
			exact := bits.OnesCount(uint(size.X))+bits.OnesCount(uint(size.Y)) == 2 || size.X > widest || size.Y > tallest
			if d > 2 || max(quality-wantQuality, wantQuality-quality) > 1 || exact && (d > 0 || quality != wantQuality) {
				t.Errorf("%v: %d bits apart, quality %d and %d", size, d, quality, wantQuality)
			}
			pictures, differ = pictures+1, differ+d
		}
	}
	t.Logf("%d pictures, %d bits differ", pictures, differ)
	if differ > pictures/4 {
		t.Errorf("%d bits in %d pictures", differ, pictures)
	}
}

func TestLumaOfAlmostNothing(t *testing.T) {
	t.Parallel()
	for _, p := range []Luma{{}, {Width: 4, Height: 500}, {Width: 500, Height: 4}, {Width: -1, Height: -1}, {Width: 1 << 30, Height: 1 << 30}} {
		if hash, quality := HashLuma(p); hash != (PDQ{}) || quality != 0 {
			t.Errorf("%v: %s, %d", p, hash, quality)
		}
	}
	defer func() {
		if recover() == nil {
			t.Error("a plane shorter than it says was read")
		}
	}()
	HashLuma(Luma{Pix: make([]uint8, 99), Stride: 10, Width: 10, Height: 10})
}

func TestLumaLeavesNoGarbage(t *testing.T) {
	p, other := scenery(700, 500, 0, false, 1), scenery(300, 200, 0, false, 1)
	transformer := newTransformer(fastest())
	if n := testing.AllocsPerRun(3, func() {
		for _, p := range []Luma{p, other} {
			transformer.tents.reduce(&transformer.vectors, &transformer.strips, p, &transformer.small)
		}
	}); n > 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkHashLuma(b *testing.B) {
	for _, size := range []image.Point{{320, 180}, {640, 360}, {1280, 720}, {1920, 1080}, {3840, 2160}} {
		p := scenery(size.X, size.Y, 63, false, 1)
		b.Run(fmt.Sprintf("%dx%d", size.X, size.Y), func(b *testing.B) {
			b.SetBytes(int64(size.X * size.Y))
			for b.Loop() {
				HashLuma(p)
			}
		})
	}
}
