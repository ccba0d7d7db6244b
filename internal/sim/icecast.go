// SPDX-License-Identifier: EUPL-1.2

package sim

import (
	"io"
	"net/http"
	"net/netip"
	"strings"
	"time"
)

// What Icecast 2.4 says of its mounts: status-json.xsl, and titles between the bytes of sound for who asks with Icy-MetaData.

const (
	icecast   = "Icecast 2.4.4"
	metaEvery = 16000 // bytes of sound between two titles
)

// An icyWriter puts a title into a stream every metaEvery bytes: a byte that counts sixteens, then the text, padded with zeros.
type icyWriter struct {
	w     io.Writer
	left  int
	title func() string
	last  string
}

func (w *icyWriter) Write(b []byte) (int, error) {
	done := 0
	for len(b) > 0 {
		n, err := w.w.Write(b[:min(len(b), w.left)])
		done, b, w.left = done+n, b[n:], w.left-n
		if err != nil {
			return done, err
		}
		if w.left > 0 {
			continue
		}
		w.left = metaEvery
		text := []byte{}
		if t := w.title(); t != w.last { // no title means the one before
			w.last, text = t, []byte("StreamTitle='"+strings.ReplaceAll(t, "'", "’")+"';")
		}
		text = text[:min(len(text), 255*16)]
		block := make([]byte, 1+(len(text)+15)/16*16)
		block[0] = byte(len(block) / 16)
		copy(block[1:], text)
		if _, err := w.w.Write(block); err != nil {
			return done, err
		}
	}
	return done, nil
}

// playing is the title of the moment: the outlet's bulletins in turn, a quarter of an hour each.
func (r *Range) playing(a *Asset) string {
	o, _ := r.world.outlet(a.Outlet)
	posts := r.bulletins(&Asset{ID: a.ID, Outlet: a.Outlet, Language: a.Language, Posts: 12})
	return o.Name + " - " + posts[int(r.Story()/(15*time.Minute))%len(posts)].Title
}

func (r *Range) genre(a *Asset) string {
	o, _ := r.world.outlet(a.Outlet)
	return o.Theme
}

// home is the address of the outlet's first site, which its other assets name.
func (r *Range) home(a *Asset) string {
	for _, x := range r.world.Assets {
		if x.Outlet == a.Outlet && x.Kind == Site {
			return x.Locator
		}
	}
	return a.Locator
}

// streamStatus lists the mounts. As Icecast does, one mount alone is an object and several are a list.
func (r *Range) streamStatus(w http.ResponseWriter, host string, from netip.Addr) {
	const layout = "Mon, 02 Jan 2006 15:04:05 -0700"
	since := r.started.UTC()
	var mounts []object
	for _, a := range r.estate.on(host) {
		if a.Kind != Stream || r.estate.seen(a.ID, from) != None {
			continue
		}
		n := r.listeners(a)
		m := object{"listenurl": a.Locator, "server_name": a.Name, "server_description": "Bulletins and tones", "server_type": "audio/wav", "server_url": r.home(a),
			"genre": r.genre(a), "bitrate": 128, "audio_info": "channels=1;samplerate=8000;bitrate=128", "listeners": n, "listener_peak": n + 4,
			"title": r.playing(a), "stream_start": since.Format(layout), "stream_start_iso8601": since.Format("2006-01-02T15:04:05-0700"), "dummy": nil}
		if a.segmented() {
			m["server_type"] = "application/vnd.apple.mpegurl"
		}
		mounts = append(mounts, m)
	}
	stats := object{"admin": "abuse@" + registered(host), "host": host, "location": "The range", "server_id": icecast,
		"server_start": since.Format(layout), "server_start_iso8601": since.Format("2006-01-02T15:04:05-0700")}
	switch len(mounts) {
	case 0:
	case 1:
		stats["source"] = mounts[0]
	default:
		stats["source"] = mounts
	}
	writeJSON(w, 200, object{"icestats": stats})
}

// listeners is how many hear a stream.
func (r *Range) listeners(a *Asset) int { return 3 + len(a.Name) }
