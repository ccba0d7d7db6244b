// SPDX-License-Identifier: EUPL-1.2

package recognise

import (
	"encoding/binary"
	"fmt"
	"math/bits"
	"time"
)

// Audio is a chromaprint fingerprint (algorithm 1, the default of fpcalc): one sub-fingerprint of 32 bits every AudioStep, each of about
// two seconds of sound.
type Audio []uint32

// AudioStep is the time between two sub-fingerprints: chromaprint takes 11025 samples a second in frames of 4096 that advance by a third.
const AudioStep = 1365 * time.Second / 11025

// How audio is compared. A window of 10 s, error rates, votes, two windows in a row and speeds are our design, after Haitsma and Kalker (A
// highly robust audio fingerprinting system, 2002), who find by exact sub-fingerprints and take 0.35 for 3 s of other ones. Measured on
// generated melodies and speech: the same sound after MP3, Opus or AAC at 64 kbit/s, filters and noise has at most 0.13; other sound no
// less than 0.30 at its best place.
const (
	AudioWindow    = 81   // sub-fingerprints: 10 s
	AudioHop       = 40   // from a window to the next: they overlap by half
	AudioFlips     = 2    // bits in which a sub-fingerprint may differ and still be found
	AudioMatch     = 0.20 // greatest share of differing bits of a window that matches
	AudioCandidate = 0.30 // and of one that is worth a look
	AudioInARow    = 2    // windows that must match one after the other before anybody is told: 15 s of sound

	// AudioSpread is the least share of bits in which a window must differ from itself with its values in another order; below it,
	// other sound of that colour is within AudioMatch by chance, and the window is dropped. Silence and a steady tone have 0.00,
	// beeps up to 0.06, white noise 0.14 to 0.19, pink 0.23 to 0.28, brown 0.27 to 0.33, speech from 0.36, melodies from 0.39.
	AudioSpread = 0.34
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

// spread is the share of bits in which the window would differ from itself with its values in another order: what unlike
// sound of the same colour reaches by chance. Each bit counts 2p(1-p), with p the share of values that have it.
func (a Audio) spread() float64 {
	var ones [32]int
	for _, v := range a {
		for ; v != 0; v &= v - 1 {
			ones[bits.TrailingZeros32(v)]++
		}
	}
	var sum float64
	for _, n := range ones {
		p := float64(n) / float64(len(a))
		sum += 2 * p * (1 - p)
	}
	return sum / 32
}

// window is the one that begins at a place, or the last one.
func (a Audio) window(at int) Audio {
	at = max(0, min(at, len(a)-AudioWindow))
	return a[at:min(at+AudioWindow, len(a))]
}

// Dull reports whether no window of the fingerprint says enough to be recognised by: silence, a steady tone, steady noise, or under
// 10 s of anything.
func (a Audio) Dull() bool {
	for i := 0; i+AudioWindow <= len(a); i += AudioHop {
		if a[i:i+AudioWindow].spread() >= AudioSpread {
			return false
		}
	}
	return true
}
