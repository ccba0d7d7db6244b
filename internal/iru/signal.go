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
	Value  []byte // sha256 32 bytes, md5 16, pdq 32 in the order of its text form, tlsh 35, text 8 for each hash of the sketch
}

// ParseSignal reads a fingerprint's text form: hexadecimal digits of either case; of TLSH with or without T1; of a text a sketch,
// "bk1:" and base64. Its error is Invalid and says what is wrong.
func ParseSignal(medium, text string) (Signal, error) {
	text = strings.TrimSpace(text)
	if medium == MediumText {
		s, err := recognise.ParseSketch(text)
		if err != nil || len(s) == 0 {
			return Signal{}, Refuse(Invalid, "the value is no sketch of a text", "copy it whole, from bk1: on")
		}
		return Signal{Medium: medium, Value: s.Bytes()}, nil
	}
	if !slices.Contains(Media, medium) {
		return Signal{}, Refuse(Invalid, fmt.Sprintf("there is no medium %.40s", medium), "choose sha256, md5, pdq, tlsh or text")
	}
	digits, want := text, lengths[medium]
	if medium == MediumTLSH && len(text) > 2 && strings.EqualFold(text[:2], "T1") {
		digits = text[2:]
	}
	v, err := hex.DecodeString(digits)
	switch {
	case want > 0 && (err != nil || len(v) != want):
		return Signal{}, Refuse(Invalid, fmt.Sprintf("the value is not %d hexadecimal digits", 2*want), "copy it whole")
	case err != nil || len(v) == 0 || len(v) > MaxSignal:
		return Signal{}, Refuse(Invalid, "the value is not hexadecimal", "copy it whole")
	}
	return Signal{Medium: medium, Value: v}, nil
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
