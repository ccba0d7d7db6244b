// SPDX-License-Identifier: EUPL-1.2

package inspect

import (
	"bytes"
	"encoding/json"
	"net/url"
	"strconv"
	"strings"

	"iolaus/internal/recognise"
)

// An Icecast is what the status page of a stream server says (status-json.xsl).
type Icecast struct {
	Server string  `json:"server,omitempty"`
	Admin  string  `json:"admin,omitempty"`
	Host   string  `json:"host,omitempty"`
	Mounts []Mount `json:"mounts,omitempty"`
}

// A Mount is one stream of a server.
type Mount struct {
	Address     string `json:"address,omitempty"`
	Name        string `json:"name,omitempty"`
	Description string `json:"description,omitempty"`
	Genre       string `json:"genre,omitempty"`
	Type        string `json:"type,omitempty"` // media type
	Bitrate     int    `json:"bitrate,omitempty"`
	Listeners   int    `json:"listeners,omitempty"`
	Title       string `json:"title,omitempty"` // on air
	Site        string `json:"site,omitempty"`
}

// unquoted is what some Icecast releases write for a title that is only a dash: no JSON.
var unquoted = lazily(`("title"\s*:\s*)- *([,}])`)

// ReadIcecast reads a status page.
func ReadIcecast(body []byte) (Icecast, error) {
	if len(body) > 4<<20 {
		return Icecast{}, tooLarge("stream status", "%d bytes", len(body))
	}
	var s struct {
		Stats *struct {
			Server loose           `json:"server_id"`
			Admin  loose           `json:"admin"`
			Host   loose           `json:"host"`
			Source json.RawMessage `json:"source"`
		} `json:"icestats"`
	}
	err := decode(body, &s)
	if err != nil {
		err = decode(unquoted().ReplaceAll(body, []byte(`$1""$2`)), &s)
	}
	if err != nil || s.Stats == nil {
		return Icecast{}, wrong("stream status", "it has no icestats")
	}
	i := Icecast{Server: word(string(s.Stats.Server)), Admin: word(string(s.Stats.Admin)), Host: word(string(s.Stats.Host))}
	var all []json.RawMessage
	if json.Unmarshal(s.Stats.Source, &all) != nil { // one mount stands there by itself
		all = []json.RawMessage{s.Stats.Source}
	}
	for _, raw := range all[:min(len(all), maxList)] {
		var m struct {
			Listen      loose `json:"listenurl"`
			Name        loose `json:"server_name"`
			Description loose `json:"server_description"`
			Genre       loose `json:"genre"`
			Type        loose `json:"server_type"`
			Bitrate     loose `json:"bitrate"`
			IceBitrate  loose `json:"ice-bitrate"`
			Listeners   loose `json:"listeners"`
			Title       loose `json:"title"`
			Artist      loose `json:"artist"`
			URL         loose `json:"server_url"`
		}
		if decode(raw, &m) != nil || m.Listen == "" && m.Name == "" {
			continue
		}
		title := string(m.Title)
		if m.Artist != "" {
			title = string(m.Artist) + " - " + title
		}
		i.Mounts = append(i.Mounts, Mount{Address: absolute(nil, string(m.Listen)), Name: word(string(m.Name)), Description: word(string(m.Description)), Genre: word(string(m.Genre)),
			Type: word(string(m.Type)), Bitrate: max(count(string(m.Bitrate)), count(string(m.IceBitrate))), Listeners: count(string(m.Listeners)), Title: word(title), Site: absolute(nil, string(m.URL))})
	}
	return i, nil
}

// count reads a number that is not below nought; else 0.
func count(s string) int {
	n, err := strconv.Atoi(strings.TrimSpace(s))
	if err != nil || n < 0 || n > 1<<30 {
		return 0
	}
	return n
}

// ICY reads what a mount says of itself in the header of its answer (icy-name and its like), given as http.Header.Get; false where it says nothing.
func ICY(header func(name string) string) (Mount, string, bool) {
	get := func(names ...string) string {
		for _, n := range names {
			if v := header(n); v != "" {
				return word(v)
			}
		}
		return ""
	}
	rate, _, _ := strings.Cut(get("icy-br", "ice-bitrate"), ",")
	m := Mount{Name: get("icy-name", "ice-name"), Description: get("icy-description", "ice-description"), Genre: get("icy-genre", "ice-genre"),
		Type: get("Content-Type"), Bitrate: count(rate), Site: absolute(nil, get("icy-url", "ice-url"))}
	server := get("Server")
	return m, server, m.Name != "" || m.Description != "" || m.Bitrate > 0 || strings.Contains(strings.ToLower(server), "icecast") || strings.Contains(strings.ToLower(server), "shoutcast")
}

// Codec tells by its beginning how sound is packed: "mp3", "aac", "ogg opus", "ogg vorbis", "flac", "wav", "mp4", "mpeg-ts"; "" for what it does
// not know.
func Codec(b []byte) string {
	has := func(s string) bool { return bytes.Contains(b[:min(len(b), 256)], []byte(s)) }
	switch {
	case bytes.HasPrefix(b, []byte("OggS")) && has("OpusHead"):
		return "ogg opus"
	case bytes.HasPrefix(b, []byte("OggS")) && has("vorbis"):
		return "ogg vorbis"
	case bytes.HasPrefix(b, []byte("OggS")) && has("FLAC"):
		return "ogg flac"
	case bytes.HasPrefix(b, []byte("OggS")):
		return "ogg"
	case bytes.HasPrefix(b, []byte("fLaC")):
		return "flac"
	case bytes.HasPrefix(b, []byte("RIFF")) && has("WAVE"):
		return "wav"
	case bytes.HasPrefix(b, []byte("ID3")):
		return "mp3"
	case len(b) > 8 && string(b[4:8]) == "ftyp":
		return "mp4"
	case len(b) > 188 && b[0] == 0x47 && b[188] == 0x47:
		return "mpeg-ts"
	}
	// A mount is entered in the middle: two headers of frames, one frame apart, are no accident.
	for i := 0; i+7 < min(len(b), 8<<10); i++ {
		if b[i] != 0xff || b[i+1]&0xe0 != 0xe0 {
			continue
		}
		if b[i+1]&0xf6 == 0xf0 { // ADTS
			if n := int(b[i+3]&3)<<11 | int(b[i+4])<<3 | int(b[i+5])>>5; n > 7 && i+n+1 < len(b) && b[i+n] == 0xff && b[i+n+1]&0xf6 == 0xf0 {
				return "aac"
			}
			continue
		}
		if n := mpegFrame(b[i:]); n > 0 && i+n+1 < len(b) && b[i+n] == 0xff && b[i+n+1] == b[i+1] {
			return "mp3"
		}
	}
	return ""
}

// mpegFrame is the length of a layer III frame (ISO 11172-3, 2.4.3.1); 0 where it is none.
func mpegFrame(b []byte) int {
	version, layer, rate, sampling := b[1]>>3&3, b[1]>>1&3, int(b[2]>>4), int(b[2]>>2&3)
	if version == 1 || layer != 1 || rate == 0 || rate == 15 || sampling == 3 {
		return 0
	}
	first := []int{0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320}
	second := []int{0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160}
	hz := []int{44100, 48000, 32000}[sampling]
	padding := int(b[2] >> 1 & 1)
	switch version {
	case 3:
		return 144*first[rate]*1000/hz + padding
	case 2:
		hz /= 2
	case 0:
		hz /= 4
	}
	return 72*second[rate]*1000/hz + padding
}

// An HLS is what a playlist of HTTP Live Streaming says (RFC 8216), or an M3U, PLS or XSPF list.
type HLS struct {
	Form     string   `json:"form"`
	Master   bool     `json:"master,omitempty"`
	Live     bool     `json:"live,omitempty"` // more will come
	Codecs   []string `json:"codecs,omitempty"`
	Bitrate  int      `json:"bitrate,omitempty"` // greatest, in kbit/s
	Lists    []string `json:"lists,omitempty"`   // media playlists, or streams that are listed
	Hosts    []string `json:"hosts,omitempty"`   // names from which pieces come
	Pieces   int      `json:"pieces,omitempty"`
	Sequence int64    `json:"sequence,omitempty"` // of its first piece
	Locked   bool     `json:"locked,omitempty"`
}

var codecs = lazily(`(?m)^#EXT-X-STREAM-INF:.*CODECS="([^"\r\n]{1,200})"`)

// ReadHLS reads a playlist.
func ReadHLS(body []byte, base *url.URL) (HLS, error) {
	address := ""
	if base != nil {
		address = base.String()
	}
	form := recognise.PlaylistFormOf(body, "", address)
	p, err := recognise.ReadPlaylist(body, form, base)
	if err != nil {
		return HLS{}, wrong("playlist", "%v", err)
	}
	h := HLS{Form: string(form), Master: len(p.Variants) > 0, Live: form == recognise.PlaylistHLS && len(p.Segments) > 0 && !p.Ended, Pieces: len(p.Segments)}
	var said, lists, hosts list
	for _, m := range codecs().FindAllSubmatch(body, maxList) {
		for c := range strings.SplitSeq(string(m[1]), ",") {
			said.add(c)
		}
	}
	for _, v := range p.Variants {
		lists.add(absolute(nil, v.URL))
		hosts.add(hostOf(v.URL))
		h.Bitrate = max(h.Bitrate, int(min(max(v.Bandwidth, 0)/1000, 1<<30)))
	}
	for _, e := range p.Entries {
		lists.add(absolute(nil, e))
		hosts.add(hostOf(e))
	}
	for n, s := range p.Segments {
		if n == 0 {
			h.Sequence = max(s.Sequence, 0)
		}
		hosts.add(hostOf(s.URL))
		h.Locked = h.Locked || s.Locked != "" || s.Key != nil
	}
	h.Codecs, h.Lists, h.Hosts = said.all, lists.all, hosts.all
	return h, nil
}

func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return strings.ToLower(u.Hostname())
}

// ReadSSH reads the banner of an SSH server (RFC 4253, section 4.2): protocol and software; "" where it is none.
func ReadSSH(b []byte) string {
	for n := 0; n < 20; n++ { // a server may say something before
		l, rest, ok := bytes.Cut(b[:min(len(b), 4<<10)], []byte("\n"))
		if !ok {
			return ""
		}
		if bytes.HasPrefix(l, []byte("SSH-")) && len(l) <= 255 {
			return word(string(l))
		}
		b = rest
	}
	return ""
}
