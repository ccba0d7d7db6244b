// SPDX-License-Identifier: EUPL-1.2

package sim

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/netip"
	"strconv"
	"time"
)

// The stream host, after icecast: a mount that plays without end, and status-json.xsl that lists the mounts. A mount whose path ends
// with a slash is sent in pieces instead (hls.go). What it plays is an
// air of plain tones that the seed composes, as 16-bit PCM, 8,000 samples a second, one channel.

const (
	sampleRate = 8000
	noteLength = sampleRate / 4
	notes      = 64 // 16 s, then again
)

func (r *Range) melody(a *Asset) []byte {
	return r.pictures.once("melody "+a.ID, func() []byte {
		g := random(r.opt.Seed, "melody", a.ID)
		out := make([]byte, 0, 2*notes*noteLength)
		for range notes {
			f := 220 * math.Pow(2, float64([]int{0, 2, 4, 7, 9, 12, 14, 16}[g.IntN(8)])/12)
			for i := range noteLength {
				t := float64(i) / sampleRate
				edge := math.Min(1, math.Min(float64(i), float64(noteLength-i))/200)
				v := edge * (.6*math.Sin(2*math.Pi*f*t) + .3*math.Sin(4*math.Pi*f*t))
				out = binary.LittleEndian.AppendUint16(out, uint16(int16(v*20000)))
			}
		}
		return out
	})
}

// wavHeader announces an endless file: the lengths are the greatest possible.
func wavHeader() []byte {
	b := append([]byte("RIFF"), 0xff, 0xff, 0xff, 0xff)
	b = append(b, "WAVEfmt "...)
	b = binary.LittleEndian.AppendUint32(b, 16)
	b = binary.LittleEndian.AppendUint16(b, 1) // PCM
	b = binary.LittleEndian.AppendUint16(b, 1)
	b = binary.LittleEndian.AppendUint32(b, sampleRate)
	b = binary.LittleEndian.AppendUint32(b, 2*sampleRate)
	b = binary.LittleEndian.AppendUint16(b, 2)
	b = binary.LittleEndian.AppendUint16(b, 16)
	return append(append(b, "data"...), 0xff, 0xff, 0xff, 0xff)
}

func (r *Range) serveStream(w http.ResponseWriter, q *http.Request, a *Asset, from netip.Addr) {
	if a.segmented() {
		r.hls(w, q, a)
		return
	}
	if q.URL.Path == a.path()+".m3u" {
		w.Header().Set("Content-Type", "audio/x-mpegurl")
		fmt.Fprintf(w, "#EXTM3U\n#EXTINF:-1,%s\n%s\n", a.Name, a.Locator)
		return
	}
	if q.URL.Path != a.path() {
		plainNotFound(w)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "audio/wav")
	h.Set("Server", icecast)
	h.Set("Cache-Control", "no-cache, no-store")
	h.Set("icy-name", a.Name)
	h.Set("icy-description", "Bulletins and tones")
	h.Set("icy-genre", r.genre(a))
	h.Set("icy-url", r.home(a))
	h.Set("icy-pub", "1")
	h.Set("icy-br", "128")
	h.Set("ice-audio-info", "channels=1;samplerate="+strconv.Itoa(sampleRate)+";bitrate=128")
	var out io.Writer = w
	if q.Header.Get("Icy-MetaData") == "1" {
		h.Set("icy-metaint", strconv.Itoa(metaEvery))
		out = &icyWriter{w: w, left: metaEvery, title: func() string { return r.playing(a) }}
	}
	w.WriteHeader(200)
	if q.Method == http.MethodHead {
		return
	}
	if _, err := out.Write(wavHeader()); err != nil {
		return
	}
	music := r.melody(a)
	flush := http.NewResponseController(w)
	// Ten seconds at once, as icecast's burst does, then at the speed of listening; at most ten minutes a listener.
	const burst, total = 40, 2400
	for i := range total {
		at := (i * 2 * noteLength) % len(music)
		if _, err := out.Write(music[at : at+2*noteLength]); err != nil {
			return
		}
		if i < burst {
			continue
		}
		if flush.Flush() != nil || !sleep(q.Context(), r.ctx, 250*time.Millisecond) || r.estate.seen(a.ID, from) != None {
			return
		}
	}
}

// sleep waits, and reports false when either context ended first.
func sleep(a, b context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-a.Done():
	case <-b.Done():
	}
	return false
}
