// SPDX-License-Identifier: EUPL-1.2

package recognise

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/bits"
	"time"
)

// Audio is a chromaprint fingerprint (algorithm 1, the default of fpcalc): one sub-fingerprint of 32 bits every AudioStep, each of about
// two seconds of sound.
type Audio []uint32

// AudioStep is the time between two sub-fingerprints: chromaprint takes 11025 samples a second in frames of 4096 that advance by a third.
const AudioStep = 1365 * time.Second / 11025

// Of what a comparison is made. The error rates, the window and the speeds are those of Haitsma and Kalker (A highly robust audio
// fingerprinting system, 2002) as tightened by our own measurements for chromaprint; see the tests of this file.
const (
	AudioWindow    = 81   // sub-fingerprints: 10 s
	AudioHop       = 40   // from a window to the next: they overlap by half
	AudioFlips     = 2    // bits that a sub-fingerprint may differ in to be found
	AudioMatch     = 0.20 // greatest share of differing bits of a window that matches
	AudioCandidate = 0.30 // and of one that is worth a look
	AudioInARow    = 2    // windows that must match one after the other before anybody is told: 15 s of sound
	AudioEntropy   = 3.0  // bits, of at most 6.3, that the values of a window must have: silence and a steady tone have 0
)

// MaxAudio is how many sub-fingerprints one fingerprint may have: a week of sound.
const MaxAudio = 7 * 24 * 60 * 60 * 8

// Length is how much sound the fingerprint is of.
func (a Audio) Length() time.Duration { return time.Duration(len(a)) * AudioStep }

// Bytes is the form in which it is stored: four bytes a sub-fingerprint, the highest first.
func (a Audio) Bytes() []byte {
	out := make([]byte, 0, 4*len(a))
	for _, v := range a {
		out = binary.BigEndian.AppendUint32(out, v)
	}
	return out
}

// AudioFromBytes reads what Bytes wrote. The error wraps ErrSyntax.
func AudioFromBytes(b []byte) (Audio, error) {
	if len(b) == 0 || len(b)%4 != 0 || len(b)/4 > MaxAudio {
		return nil, fmt.Errorf("read audio fingerprint: %w: %d bytes", ErrSyntax, len(b))
	}
	a := make(Audio, len(b)/4)
	for i := range a {
		a[i] = binary.BigEndian.Uint32(b[4*i:])
	}
	return a, nil
}

// ErrorRate is the share, 0 to 1, of bits in which two equally long pieces differ; 1 for pieces of different length or none.
func (a Audio) ErrorRate(b Audio) float64 {
	if len(a) != len(b) || len(a) == 0 {
		return 1
	}
	n := 0
	for i, v := range a {
		n += bits.OnesCount32(v ^ b[i])
	}
	return float64(n) / float64(32*len(a))
}

// entropy is how many bits tell the values of a window apart: 0 if all are one, log2 of its length if all differ.
func (a Audio) entropy() float64 {
	count := make(map[uint32]int, len(a))
	for _, v := range a {
		count[v]++
	}
	var e float64
	for _, n := range count {
		p := float64(n) / float64(len(a))
		e -= p * math.Log2(p)
	}
	return e
}

// Dull reports whether no window of the fingerprint says enough to be recognised by: silence, a steady tone, or under 10 s.
func (a Audio) Dull() bool {
	for i := 0; i+AudioWindow <= len(a); i += AudioHop {
		if a[i:i+AudioWindow].entropy() >= AudioEntropy {
			return false
		}
	}
	return true
}
