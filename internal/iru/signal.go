// SPDX-License-Identifier: EUPL-1.2

package iru

import (
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"iolaus/internal/recognise"
)

// The media of fingerprints.
const (
	MediumSHA256 = "sha256"
	MediumMD5    = "md5" // for interchange only: others can make two contents with one digest
	MediumPDQ    = "pdq"
	MediumTLSH   = "tlsh"
	MediumText   = "text" // our own sketch
	MediumVPDQ   = "vpdq"
	MediumAudio  = "audio"
)

// Media lists the media of fingerprints.
var Media = []string{MediumSHA256, MediumMD5, MediumPDQ, MediumTLSH, MediumText, MediumVPDQ, MediumAudio}

// MaxSignal is how many bytes a fingerprint has at most: that of a day of audio has 2.8 million.
const MaxSignal = 4 << 20

// A Signal is one fingerprint of known content.
type Signal struct {
	ID     int64
	Known  int64
	Medium string
	Value  []byte // sha256 32 bytes, md5 16, pdq 32 in the order of its text form, tlsh 35, text 8 for each hash of the sketch, vpdq and audio as recognise.Video and Audio store them
}

// ParseSignal reads a fingerprint's text form: hexadecimal digits of either case; of TLSH with or without T1; of a text a sketch,
// "bk1:" and base64; of a film the JSON array of vPDQ, of sound what fpcalc prints, raw or compressed, and of both also the
// hexadecimal digits of the stored form. Its error is Invalid and says what is wrong.
func ParseSignal(medium, text string) (Signal, error) {
	text = strings.TrimSpace(text)
	switch medium {
	case MediumText:
		s, err := recognise.ParseSketch(text)
		if err != nil || len(s) == 0 {
			return Signal{}, Refuse(Invalid, "the value is no sketch of a text", "copy it whole, from bk1: on")
		}
		return Signal{Medium: medium, Value: s.Bytes()}, nil
	case MediumVPDQ, MediumAudio:
		v, err := played(medium, text)
		if err != nil || len(v) == 0 || len(v) > MaxSignal {
			return Signal{}, Refuse(Invalid, fmt.Sprintf("the value is no fingerprint of the medium %s", medium), "write what iolaus hash prints, whole")
		}
		return Signal{Medium: medium, Value: v}, nil
	}
	if !slices.Contains(Media, medium) {
		return Signal{}, Refuse(Invalid, fmt.Sprintf("there is no medium %.40s", medium), "choose "+strings.Join(Media, ", "))
	}
	digits, want := text, lengths[medium]
	if medium == MediumTLSH && len(text) > 2 && strings.EqualFold(text[:2], "T1") {
		digits = text[2:]
	}
	v, err := hex.DecodeString(digits)
	if err != nil || len(v) != want {
		return Signal{}, Refuse(Invalid, fmt.Sprintf("the value is not %d hexadecimal digits", 2*want), "copy it whole")
	}
	return Signal{Medium: medium, Value: v}, nil
}

// played gives the stored form of a film's or a sound's fingerprint.
func played(medium, text string) ([]byte, error) {
	stored, err := hex.DecodeString(text)
	if medium == MediumVPDQ {
		var v recognise.Video
		if err == nil {
			v, err = recognise.VideoFromBytes(stored)
		} else {
			err = v.UnmarshalJSON([]byte(text))
		}
		return v.Useful().Bytes(), err
	}
	var a recognise.Audio
	if err == nil {
		a, err = recognise.AudioFromBytes(stored)
	} else {
		a, err = recognise.ParseAudio(text)
	}
	return a.Bytes(), err
}

// lengths are how many bytes a fingerprint of a medium has; TLSH is that of the reference with 128 buckets and one byte of checksum.
var lengths = map[string]int{MediumSHA256: 32, MediumMD5: 16, MediumPDQ: 32, MediumTLSH: 35}

// Text is the form that ParseSignal reads.
func (s Signal) Text() string {
	switch s.Medium {
	case MediumText:
		return recognise.SketchOf(s.Value).String()
	case MediumTLSH:
		return "T1" + strings.ToUpper(hex.EncodeToString(s.Value))
	case MediumVPDQ:
		if v, err := recognise.VideoFromBytes(s.Value); err == nil {
			if b, err := v.MarshalJSON(); err == nil {
				return string(b)
			}
		}
	case MediumAudio:
		if a, err := recognise.AudioFromBytes(s.Value); err == nil {
			return a.Compressed()
		}
	}
	return hex.EncodeToString(s.Value)
}

// String is the medium and the text form, the latter cut short where it is long.
func (s Signal) String() string {
	t := s.Text()
	if len(t) > 80 {
		t = t[:80] + "…"
	}
	return s.Medium + " " + t
}

// Same reports whether two fingerprints are equal.
func (s Signal) Same(o Signal) bool {
	return s.Medium == o.Medium && string(s.Value) == string(o.Value)
}
