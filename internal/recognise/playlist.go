// SPDX-License-Identifier: EUPL-1.2

package recognise

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/url"
	"path"
	"strings"
	"time"
)

// A PlaylistForm is how a playlist is written.
type PlaylistForm string

// The forms of a playlist. HLS is M3U with the tags of RFC 8216.
const (
	PlaylistM3U  PlaylistForm = "m3u"
	PlaylistHLS  PlaylistForm = "hls"
	PlaylistPLS  PlaylistForm = "pls"
	PlaylistXSPF PlaylistForm = "xspf"
)

// Limits of a playlist. A day of HLS in pieces of six seconds has 14,400 of them, about a megabyte.
const (
	MaxPlaylist     = 2 << 20 // bytes
	playlistLine    = 8 << 10 // bytes of a line, as of an address
	playlistEntries = 20_000
)

// A Playlist is a list of where there is sound, as its server wrote it: nothing in it is true because it says so. All addresses are
// absolute, of http or https, and no longer than MaxPlaylistAddress.
type Playlist struct {
	Form     PlaylistForm
	Entries  []string  // addresses of streams, files or further lists; of all forms but HLS
	Variants []Variant // of an HLS master playlist
	Segments []Segment // of an HLS media playlist, in the order of playing
	Target   time.Duration
	Ended    bool // no further segment will come
	Left     int  // entries that were left out: neither http nor https, or no address at all
}

// A Variant is one of several media playlists of the same programme.
type Variant struct {
	URL       string
	Bandwidth int64 // bits a second; 0 where it is not said
	Sound     bool  // it has no pictures
}

// A Segment is one piece of an HLS media playlist.
type Segment struct {
	URL      string
	Sequence int64 // its media sequence number
	Length   time.Duration
	From, To int64 // the bytes of the file that it is; 0, 0: all
	Init     *Segment
	Key      *SegmentKey // nil: in the clear, or locked
	Locked   string      // by what it is protected, where that is no key published in the clear; it cannot be read
	Gap      bool        // the server says that it has not got it
}

// A SegmentKey is an AES-128 key whose address, or the key itself, stands in the playlist for everybody.
type SegmentKey struct {
	URL string // "" where Key is there
	Key []byte // 16 bytes, from a data: address
	IV  []byte // 16 bytes
}

// MaxPlaylistAddress is how many bytes an address in a playlist may have.
const MaxPlaylistAddress = playlistLine

// PlaylistFormOf tells the form of a playlist by its beginning, its media type without parameters, and its address; "" where it is none.
func PlaylistFormOf(body []byte, mediaType, address string) PlaylistForm {
	b := bytes.TrimLeft(bytes.TrimPrefix(body, []byte("\xef\xbb\xbf")), " \t\r\n")
	head := strings.ToLower(string(b[:min(len(b), 512)]))
	switch {
	case strings.HasPrefix(head, "#extm3u"):
		if bytes.Contains(b, []byte("#EXT-X-TARGETDURATION")) || bytes.Contains(b, []byte("#EXT-X-STREAM-INF")) || bytes.Contains(b, []byte("#EXT-X-MEDIA")) {
			return PlaylistHLS
		}
		return PlaylistM3U
	case strings.HasPrefix(head, "[playlist]"):
		return PlaylistPLS
	case strings.HasPrefix(head, "<") && (strings.Contains(head, "xspf.org/ns/0") || strings.Contains(mediaType, "xspf")):
		return PlaylistXSPF
	}
	if strings.HasPrefix(head, "<") || bytes.IndexByte(b[:min(len(b), 512)], 0) >= 0 {
		return ""
	}
	ext := ""
	if u, err := url.Parse(address); err == nil {
		ext = strings.ToLower(path.Ext(u.Path))
	}
	loose := mediaType == "text/plain" || mediaType == "application/octet-stream" || mediaType == ""
	switch {
	case strings.Contains(mediaType, "mpegurl"), loose && (ext == ".m3u" || ext == ".m3u8"):
		return PlaylistM3U
	case strings.Contains(mediaType, "scpls"), loose && ext == ".pls":
		return PlaylistPLS
	}
	return ""
}

// ReadPlaylist reads a playlist of a form that PlaylistFormOf told; base is where it came from. The error wraps ErrSyntax: it is longer
// than MaxPlaylist, has a line or more entries than may be, or lists nothing that could be read.
func ReadPlaylist(body []byte, form PlaylistForm, base *url.URL) (Playlist, error) {
	p := Playlist{Form: form}
	if len(body) > MaxPlaylist {
		return p, fmt.Errorf("read playlist: %w: more than %d bytes", ErrSyntax, MaxPlaylist)
	}
	r := listReader{p: &p, base: base}
	var err error
	switch form {
	case PlaylistHLS:
		h := hlsReader{listReader: r}
		if err = lines(body, h.line); err == nil {
			h.end()
		}
	case PlaylistM3U:
		err = lines(body, func(l string) error {
			if strings.HasPrefix(l, "#") {
				return nil
			}
			return r.entry(l)
		})
	case PlaylistPLS:
		err = lines(body, func(l string) error {
			name, value, ok := strings.Cut(l, "=")
			if !ok || !strings.HasPrefix(strings.ToLower(strings.TrimSpace(name)), "file") {
				return nil
			}
			return r.entry(strings.TrimSpace(value))
		})
	case PlaylistXSPF:
		err = r.xspf(body)
	default:
		err = fmt.Errorf("%w: %.20q is no form of a playlist", ErrSyntax, form)
	}
	if err != nil {
		return Playlist{Form: form}, fmt.Errorf("read playlist: %w", err)
	}
	return p, nil
}

// lines calls f with each line that holds something.
func lines(body []byte, f func(string) error) error {
	for l := range bytes.Lines(bytes.TrimPrefix(body, []byte("\xef\xbb\xbf"))) {
		l = bytes.TrimSpace(l)
		if len(l) > playlistLine {
			return fmt.Errorf("%w: a line of %d bytes", ErrSyntax, len(l))
		}
		if len(l) == 0 {
			continue
		}
		if err := f(string(l)); err != nil {
			return err
		}
	}
	return nil
}

type listReader struct {
	p    *Playlist
	base *url.URL
}

func (r listReader) entry(address string) error {
	a, ok := r.absolute(address)
	if !ok {
		r.p.Left++
		return nil
	}
	if len(r.p.Entries) == playlistEntries {
		return errEntries()
	}
	r.p.Entries = append(r.p.Entries, a)
	return nil
}

func errEntries() error { return fmt.Errorf("%w: more than %d entries", ErrSyntax, playlistEntries) }

// absolute is an address as it is asked for; false for what no web client may ask.
func (r listReader) absolute(address string) (string, bool) {
	if r.base == nil {
		return "", false
	}
	u, err := r.base.Parse(strings.TrimSpace(address))
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return "", false
	}
	u.Fragment, u.RawFragment = "", ""
	s := u.String()
	return s, len(s) <= MaxPlaylistAddress
}

// xspf collects the locations of the tracks (XSPF version 1, section 4.1.1.2.14). Tokens are read raw: no entity of the file's own
// is expanded, and nesting costs nothing.
func (r listReader) xspf(body []byte) error {
	d := xml.NewDecoder(bytes.NewReader(body))
	d.Strict = false
	d.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return in, nil } // addresses are ASCII in any of them
	track, in := false, false
	var said strings.Builder
	for {
		t, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("%w: %v", ErrSyntax, err)
		}
		switch t := t.(type) {
		case xml.StartElement:
			if t.Name.Local == "track" {
				track = true
			}
			in = track && t.Name.Local == "location"
			said.Reset()
		case xml.CharData:
			if in && said.Len()+len(t) <= playlistLine {
				said.Write(t)
			}
		case xml.EndElement:
			if in && t.Name.Local == "location" {
				if err := r.entry(said.String()); err != nil {
					return err
				}
			}
			if t.Name.Local == "track" {
				track = false
			}
			in = false
		}
	}
}
