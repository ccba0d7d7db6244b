// SPDX-License-Identifier: EUPL-1.2

package sim

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// A station that is sent in pieces (HLS, RFC 8216): a master playlist at its address, a media playlist of the last pieces, each two seconds
// of the asset's air as FLAC in fragmented MP4. Pieces are numbered by the clock, so that everybody hears the same one.

const (
	pieceSeconds = 2
	pieceWindow  = 12
	pieceSamples = pieceSeconds * sampleRate
)

// hls answers below a station's address, which ends with a slash.
func (r *Range) hls(w http.ResponseWriter, q *http.Request, a *Asset) {
	now := time.Now().Unix() / pieceSeconds
	switch rest := strings.TrimPrefix(q.URL.Path, a.path()); rest {
	case "":
		playlistHead(w)
		fmt.Fprintf(w, "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-STREAM-INF:BANDWIDTH=%d,CODECS=\"fLaC\"\nlive.m3u8\n", 17*sampleRate)
	case "live.m3u8":
		playlistHead(w)
		first := now - pieceWindow
		fmt.Fprintf(w, "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:%d\n#EXT-X-MEDIA-SEQUENCE:%d\n#EXT-X-MAP:URI=\"init.mp4\"\n", pieceSeconds, first)
		for n := first; n < now; n++ {
			fmt.Fprintf(w, "#EXTINF:%d,%s\n%d.m4s\n", pieceSeconds, a.Name, n)
		}
	case "init.mp4":
		blob(w, "audio/mp4", soundInit(sampleRate))
	default:
		name, ok := strings.CutSuffix(rest, ".m4s")
		n, err := strconv.ParseInt(name, 10, 64)
		if !ok || err != nil || n >= now || n < now-2*pieceWindow { // the older ones are gone
			plainNotFound(w)
			return
		}
		blob(w, "audio/mp4", soundPiece(r.samples(a, n), n))
	}
}

// segmented reports whether a stream is sent in pieces.
func (a *Asset) segmented() bool { return strings.HasSuffix(a.path(), "/") }

func playlistHead(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/vnd.apple.mpegurl")
	w.Header().Set("Cache-Control", "no-cache")
}

// samples are those of one piece; the air begins anew every sixteen seconds.
func (r *Range) samples(a *Asset, n int64) []int16 {
	music := r.melody(a)
	out := make([]int16, pieceSamples)
	at := int(n % int64(len(music)/2/pieceSamples) * pieceSamples)
	for i := range out {
		out[i] = int16(uint16(music[2*(at+i)]) | uint16(music[2*(at+i)+1])<<8)
	}
	return out
}
