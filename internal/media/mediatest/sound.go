// SPDX-License-Identifier: EUPL-1.2

package mediatest

import (
	"bytes"
	"encoding/binary"
	"math"
	"math/rand/v2"
)

// Hertz is the sample rate of what is played here.
const Hertz = 22050

// Melody is music that a seed composes: chords of plucked strings with a click at their beginning.
func Melody(seed uint64, seconds int) []float64 {
	g := rand.New(rand.NewPCG(seed, 7))
	out := make([]float64, seconds*Hertz)
	scale := []int{0, 2, 4, 5, 7, 9, 11, 12, 14, 16}
	for at := 0; at < len(out); {
		n := Hertz / 8 * (1 + g.IntN(5))
		root := scale[g.IntN(len(scale))]
		for _, c := range []int{root - 12, root, root + []int{3, 4, 5, 7}[g.IntN(4)]} {
			f := 261.6 * math.Pow(2, float64(c)/12)
			for i := 0; i < n && at+i < len(out); i++ {
				t := float64(i) / Hertz
				env := math.Exp(-2*t) * math.Min(1, t*100)
				for h := 1.; h <= 4; h++ {
					out[at+i] += env * math.Sin(2*math.Pi*f*h*t) / (h * h) * .2
				}
				if i < Hertz/30 {
					out[at+i] += .03 * (g.Float64()*2 - 1) * env
				}
			}
		}
		at += n
	}
	return out
}

// Speech is a voice that says nothing: vowels, hisses and pauses in an order of the seed's.
func Speech(seed uint64, seconds int) []float64 {
	g := rand.New(rand.NewPCG(seed, 9))
	out := make([]float64, seconds*Hertz)
	vowels := [][3]float64{{730, 1090, 2440}, {270, 2290, 3010}, {300, 870, 2240}, {530, 1840, 2480}, {570, 840, 2410}, {440, 1020, 2240}}
	for at := 0; at < len(out); {
		n := Hertz/12 + g.IntN(Hertz/6)
		v := vowels[g.IntN(len(vowels))]
		pitch := 100 + 60*g.Float64()
		kind := g.IntN(9)
		for i := 0; i < n && at+i < len(out); i++ {
			t, env := float64(i)/Hertz, math.Sin(math.Pi*float64(i)/float64(n))
			switch {
			case kind == 0: // a pause
			case kind < 3:
				out[at+i] = env * .1 * (g.Float64()*2 - 1)
			default:
				for h := 1.; h*pitch < 3500; h++ {
					a := 0.
					for _, f := range v {
						a += 1 / (1 + math.Pow((h*pitch-f)/90, 2))
					}
					out[at+i] += env * a * .12 * math.Sin(2*math.Pi*h*pitch*(1+.1*t)*t)
				}
			}
		}
		at += n
	}
	return out
}

// Wave is a WAV file of samples.
func Wave(s []float64) []byte {
	var b bytes.Buffer
	b.WriteString("RIFF\xff\xff\xff\xffWAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00")
	for _, v := range []uint32{Hertz, 2 * Hertz} {
		binary.Write(&b, binary.LittleEndian, v)
	}
	b.WriteString("\x02\x00\x10\x00data\xff\xff\xff\xff")
	for _, v := range s {
		binary.Write(&b, binary.LittleEndian, int16(max(-1, min(1, v))*32000))
	}
	return b.Bytes()
}
