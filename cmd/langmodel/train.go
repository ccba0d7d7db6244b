// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"encoding/binary"
	"math"
	"math/rand/v2"

	"iolaus/internal/recognise/language"
)

const (
	rounds = 3_200_000 // fragments for each 40 languages
	rate   = 0.5       // of AdaGrad
	lost   = 0.25      // share of the features hidden from each fragment, so that no single one decides
	seed   = 1
)

// train is multinomial logistic regression by AdaGrad (Duchi, Hazan and Singer, 2011) over fragments of one to twelve words, all
// languages equally often; features weigh one over the root of their number. The weights are then bytes.
func train(g *language.Group, texts [][]text) []byte {
	if len(g.Langs) == 1 {
		return nil
	}
	rng := rand.New(rand.NewPCG(seed, uint64(len(g.Langs))))
	lanes, n := g.Lanes(), len(g.Langs)
	weights := make([]float32, lanes<<g.Bits)
	squares := make([]float32, lanes<<g.Bits)
	var features []uint32
	var rows []int
	scores := make([]float32, n)
	total := rounds * n / 40
	for step := range total {
		lang := step % n
		features = fragment(rng, texts[lang], features[:0])
		rows = rows[:0]
		for _, h := range features {
			if rng.Float32() >= lost {
				rows = append(rows, language.Row(h, g.Bits)*lanes)
			}
		}
		if len(rows) == 0 {
			continue
		}
		x := float32(1 / math.Sqrt(float64(len(rows))))
		clear(scores)
		for _, r := range rows {
			row := weights[r : r+n]
			for i, w := range row {
				scores[i] += w
			}
		}
		softmax(scores, x)
		scores[lang]--
		for i := range scores {
			scores[i] *= x
		}
		for _, r := range rows {
			row, sq := weights[r:r+n], squares[r:r+n]
			for i, d := range scores {
				if d > -1e-5 && d < 1e-5 {
					continue
				}
				sq[i] += d * d
				row[i] -= rate * d / (float32(math.Sqrt(float64(sq[i]))) + 0.05)
			}
		}
	}
	return pack(weights)
}

func softmax(s []float32, x float32) {
	top := s[0]
	for _, v := range s {
		top = max(top, v)
	}
	var sum float32
	for i, v := range s {
		s[i] = float32(math.Exp(float64((v - top) * x)))
		sum += s[i]
	}
	for i := range s {
		s[i] /= sum
	}
}

// fragment draws some words in a row of one sentence, the fewer the likelier.
func fragment(rng *rand.Rand, texts []text, dst []uint32) []uint32 {
	all := 0.0
	for _, t := range texts {
		all += t.weight
	}
	pick := rng.Float64() * all
	i := 0
	for ; i+1 < len(texts) && pick >= texts[i].weight; i++ {
		pick -= texts[i].weight
	}
	s := texts[i].sentences[rng.IntN(len(texts[i].sentences))]
	n := 1 + rng.IntN(1+rng.IntN(12))
	at := rng.IntN(max(1, len(s)-n+1))
	for _, w := range s[at:min(len(s), at+n)] {
		dst = language.Features(w, dst)
	}
	return dst
}

// pack turns weights into bytes around 128, at a scale that loses one weight in a thousand to saturation.
func pack(weights []float32) []byte {
	var sum, n float64
	for _, w := range weights {
		if w != 0 {
			sum += float64(w) * float64(w)
			n++
		}
	}
	scale := float32(5 * math.Sqrt(sum/max(n, 1)) / 127)
	out := binary.LittleEndian.AppendUint32(nil, math.Float32bits(scale))
	for _, w := range weights {
		v := math.Round(float64(w / scale))
		out = append(out, byte(128+max(-127, min(127, v))))
	}
	return out
}
