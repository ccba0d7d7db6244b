// SPDX-License-Identifier: EUPL-1.2

package recognise

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"math"
	"strconv"
	"strings"
	"time"
)

// An hlsReader reads the lines of an HLS playlist (RFC 8216, of whose protocol the second edition is a draft). Tags that it does not know say
// nothing, as the RFC wants.
type hlsReader struct {
	listReader
	next     int64         // media sequence number of the next segment
	length   time.Duration // said of the next segment
	from, to int64
	ranged   bool
	last     Segment // the one before, for a byte range without an offset
	init     *Segment
	clear    *hlsKey
	locked   string
	gap      bool
	variant  *Variant
}

// An hlsKey is a key in the clear; without an IV of its own the sequence number is it.
type hlsKey struct {
	url     string
	key, iv []byte
}

const longestSegment = 24 * time.Hour // that is believed

func (h *hlsReader) line(l string) error {
	if !strings.HasPrefix(l, "#") {
		return h.address(l)
	}
	tag, value, _ := strings.Cut(l, ":")
	switch tag {
	case "#EXT-X-TARGETDURATION":
		h.p.Target = decimalSeconds(value)
	case "#EXT-X-MEDIA-SEQUENCE":
		if n, err := strconv.ParseInt(value, 10, 64); err == nil && n >= 0 && n < math.MaxInt64-playlistEntries && len(h.p.Segments) == 0 {
			h.next = n
		}
	case "#EXTINF":
		said, _, _ := strings.Cut(value, ",")
		h.length = decimalSeconds(said)
	case "#EXT-X-BYTERANGE":
		h.from, h.to = byteRange(value)
		h.ranged = true
	case "#EXT-X-GAP":
		h.gap = true
	case "#EXT-X-ENDLIST":
		h.p.Ended = true
	case "#EXT-X-KEY":
		h.keyed(attributes(value))
	case "#EXT-X-SESSION-KEY": // the media playlists say it again, where it holds
	case "#EXT-X-MAP":
		a := attributes(value)
		at, ok := h.absolute(a["URI"])
		if !ok {
			h.p.Left++
			return nil
		}
		h.init = &Segment{URL: at}
		if r := a["BYTERANGE"]; r != "" {
			if h.init.From, h.init.To = byteRange(r); h.init.From < 0 {
				h.init.From, h.init.To = 0, -h.init.From
			}
		}
		h.lock(h.init, h.next)
	case "#EXT-X-STREAM-INF":
		a := attributes(value)
		h.variant = &Variant{Sound: soundOnly(a)}
		h.variant.Bandwidth = bits64(a["BANDWIDTH"])
	case "#EXT-X-MEDIA":
		a := attributes(value)
		if at, ok := h.absolute(a["URI"]); ok && a["TYPE"] == "AUDIO" && a["URI"] != "" {
			return h.add(Variant{URL: at, Sound: true})
		}
	}
	return nil
}

// address takes a line that is an address: of a segment, or of a variant.
func (h *hlsReader) address(l string) error {
	at, ok := h.absolute(l)
	v := h.variant
	h.variant = nil
	if !ok {
		h.p.Left++
		h.from, h.to, h.ranged, h.length, h.gap = 0, 0, false, 0, false
		if v == nil {
			h.next++
		}
		return nil
	}
	if v != nil {
		v.URL = at
		return h.add(*v)
	}
	if len(h.p.Segments) == playlistEntries {
		return errEntries()
	}
	s := Segment{URL: at, Sequence: h.next, Length: h.length, Init: h.init, Gap: h.gap}
	if h.ranged {
		s.From, s.To = h.from, h.to
		if s.From < 0 { // behind the one before, of the same file
			size := s.To - s.From
			s.From, s.To = 0, size
			if h.last.URL == at {
				s.From, s.To = h.last.To, h.last.To+size
			}
		}
		if s.To <= s.From {
			s.Gap = true
		}
	}
	h.lock(&s, h.next)
	h.p.Segments = append(h.p.Segments, s)
	h.last = s
	h.next++
	h.from, h.to, h.ranged, h.length, h.gap = 0, 0, false, 0, false
	return nil
}

func (h *hlsReader) add(v Variant) error {
	if len(h.p.Variants) == playlistEntries {
		return errEntries()
	}
	h.p.Variants = append(h.p.Variants, v)
	return nil
}

func (h *hlsReader) end() {
	if len(h.p.Segments) > 0 { // one with both is no playlist of the RFC; what plays at once is taken
		h.p.Variants = nil
	}
}

// lock says how a segment is protected. A key in the clear is taken where several ways are offered.
func (h *hlsReader) lock(s *Segment, sequence int64) {
	if h.clear == nil {
		s.Locked = h.locked
		return
	}
	k := &SegmentKey{URL: h.clear.url, Key: h.clear.key, IV: h.clear.iv}
	if k.IV == nil { // section 5.2
		k.IV = binary.BigEndian.AppendUint64(make([]byte, 8), uint64(sequence))
	}
	s.Key = k
}

// keyed reads an EXT-X-KEY. Only AES-128 of format identity, whose key stands at an address for everybody or in the playlist itself,
// is a key in the clear: all else is somebody's protection, which is told and left alone.
func (h *hlsReader) keyed(a map[string]string) {
	method, format := a["METHOD"], a["KEYFORMAT"]
	if method == "NONE" {
		h.clear, h.locked = nil, ""
		return
	}
	if method == "AES-128" && (format == "" || format == "identity") {
		k := hlsKey{}
		ok := false
		if raw, inline := strings.CutPrefix(a["URI"], "data:"); inline {
			k.key, ok = inlineKey(raw)
		} else if a["URI"] != "" {
			k.url, ok = h.absolute(a["URI"])
		}
		if iv := strings.ToLower(a["IV"]); iv != "" {
			digits := strings.TrimPrefix(iv, "0x")
			b, err := hex.DecodeString(strings.Repeat("0", max(0, 32-len(digits))) + digits)
			ok = ok && err == nil && len(b) == 16
			k.iv = b
		}
		if ok {
			h.clear = &k
			return
		}
	}
	if format == "" || format == "identity" {
		h.clear = nil // it stands in that one's place
	}
	h.locked = protection(method, format)
}

func inlineKey(raw string) ([]byte, bool) {
	kind, body, ok := strings.Cut(raw, ",")
	if !ok || !strings.HasSuffix(kind, ";base64") {
		return nil, false
	}
	b, err := base64.StdEncoding.DecodeString(body)
	return b, err == nil && len(b) == 16
}

// protections are the systems by their key formats: DASH-IF, content protection identifiers; Apple, HLS authoring specification.
var protections = []struct{ format, name string }{
	{"edef8ba9-79d6-4ace-a3c8-27dcd51d21ed", "Widevine"}, {"com.widevine", "Widevine"}, {"com.microsoft.playready", "PlayReady"},
	{"9a04f079-9840-4286-ab92-e65be0885f95", "PlayReady"}, {"com.apple.streamingkeydelivery", "FairPlay"},
}

func protection(method, format string) string {
	method = plainWordOf(method)
	for _, p := range protections {
		if strings.Contains(strings.ToLower(format), p.format) {
			return p.name + " (" + method + ")"
		}
	}
	if format != "" && format != "identity" {
		return method + " of format " + plainWordOf(format)
	}
	return method
}

// plainWordOf is a hostile word made short and harmless.
func plainWordOf(s string) string {
	s = strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_.:", r) {
			return r
		}
		return -1
	}, s)
	if s = s[:min(len(s), 60)]; s == "" {
		return "a method without a name"
	}
	return s
}

// attributes reads an attribute list (section 4.2). Of a name that comes twice the first counts.
func attributes(s string) map[string]string {
	out := map[string]string{}
	for s != "" {
		name, rest, ok := strings.Cut(s, "=")
		if !ok {
			break
		}
		var value string
		if quoted, is := strings.CutPrefix(rest, `"`); is {
			value, rest, ok = strings.Cut(quoted, `"`)
			if !ok {
				break
			}
			_, s, _ = strings.Cut(rest, ",")
		} else {
			value, s, _ = strings.Cut(rest, ",")
		}
		if name = strings.TrimSpace(name); out[name] == "" {
			out[name] = strings.TrimSpace(value)
		}
	}
	return out
}

// soundOnly reports whether a variant says that it has no pictures: by its codecs (RFC 6381), or by a name without a resolution.
func soundOnly(a map[string]string) bool {
	if a["RESOLUTION"] != "" || a["VIDEO"] != "" || a["CODECS"] == "" {
		return false
	}
	for _, c := range strings.Split(strings.ToLower(a["CODECS"]), ",") {
		c, _, _ = strings.Cut(strings.TrimSpace(c), ".")
		switch c {
		case "mp4a", "ac-3", "ec-3", "opus", "flac", "alac", "mp3", "vorbis":
		default:
			return false
		}
	}
	return true
}

func bits64(s string) int64 {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 0 {
		return 0
	}
	return n
}

// decimalSeconds reads a decimal number of seconds; what is none is 0.
func decimalSeconds(s string) time.Duration {
	f, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
	if err != nil || !(f > 0) {
		return 0
	}
	return time.Duration(min(f, longestSegment.Seconds()) * float64(time.Second))
}

// byteRange reads "length@offset"; without an offset from is -length and to 0, and nonsense is no bytes.
func byteRange(s string) (from, to int64) {
	size, at, offset := strings.Cut(strings.Trim(s, `" `), "@")
	n, err := strconv.ParseInt(size, 10, 64)
	if err != nil || n <= 0 || n > 1<<40 {
		return 0, 0
	}
	if !offset {
		return -n, 0
	}
	o, err := strconv.ParseInt(at, 10, 64)
	if err != nil || o < 0 || o > 1<<40 {
		return 0, 0
	}
	return o, o + n
}
