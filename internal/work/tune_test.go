// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"encoding/hex"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"iolaus/internal/db"
	"iolaus/internal/db/dbtest"
	"iolaus/internal/desk"
	"iolaus/internal/fetch"
	"iolaus/internal/iru"
	"iolaus/internal/media"
	"iolaus/internal/media/mediatest"
	"iolaus/internal/recognise"
	"iolaus/internal/sim"
)

// met gives what the newest exhibit was recognised as.
func (s *scene) met(i iru.Item) (ms []iru.Match) {
	s.t.Helper()
	s.ok((&matcher{Crew: s.Crew}).Work(s.t.Context(), &river.Job[desk.Match]{JobRow: &rivertype.JobRow{}, Args: desk.Match{Exhibit: s.newest().ID}}))
	s.ok(s.Desk.DB.View(s.t.Context(), func(q *db.Tx) (err error) {
		ms, err = q.MatchesOf(s.t.Context(), iru.Program(), i.ID)
		return err
	}))
	return ms
}

// programme enters a fingerprint of sound as known.
func (s *scene) programme(a recognise.Audio) iru.Known {
	s.t.Helper()
	curator := s.scope
	curator.Roles = append(curator.Roles, iru.Analyst)
	k, err := s.Desk.Enter(s.t.Context(), curator, "broadcasts", iru.Known{Label: "The evening bulletin", Finding: string(iru.FindRefer),
		Signals: []iru.Signal{{Medium: iru.MediumAudio, Value: a.Bytes()}}})
	s.ok(err)
	return k
}

// segmented has ffmpeg cut sound into pieces of HLS; it gives files by name.
func segmented(t *testing.T, wave []byte, args ...string) map[string][]byte {
	t.Helper()
	dir := t.TempDir()
	cmd := exec.Command("ffmpeg", append(append([]string{"-nostdin", "-v", "error", "-i", "-", "-b:a", "64k", "-f", "hls", "-hls_time", "4", "-hls_list_size", "0"}, args...), "list.m3u8")...)
	cmd.Stdin, cmd.Dir = strings.NewReader(string(wave)), dir
	if said, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	out := map[string][]byte{}
	list, err := os.ReadDir(dir)
	for _, e := range list {
		b, wrong := os.ReadFile(filepath.Join(dir, e.Name()))
		if wrong != nil {
			t.Fatal(wrong)
		}
		out[e.Name()] = b
	}
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// HLS in each of its forms, and the lists that lead to it, are heard as a stream is: by what our client fetched.
func TestListenPlaylists(t *testing.T) {
	s := newScene(t, dbtest.Open(t))
	known := mediatest.Speech(1, 40)
	wave := mediatest.Wave(known)
	info := filepath.Join(t.TempDir(), "key.info")
	s.ok(os.WriteFile(info, []byte("secret.key\n"+info+".key\n"), 0o600))
	s.ok(os.WriteFile(info+".key", []byte("0123456789abcdef"), 0o600))
	files := map[string][]byte{}
	for name, args := range map[string][]string{"ts": {}, "mp4": {"-hls_segment_type", "fmp4"}, "locked": {"-hls_key_info_file", info}, "packed": {"-hls_segment_filename", "p%d.aac"}} {
		for file, b := range segmented(t, wave, args...) {
			files["/"+name+"/"+file] = b
		}
	}
	files["/locked/secret.key"] = []byte("0123456789abcdef")
	files["/drm/list.m3u8"] = []byte(strings.Replace(string(files["/ts/list.m3u8"]), "#EXTINF", "#EXT-X-KEY:METHOD=SAMPLE-AES,URI=\"skd://x\",KEYFORMAT=\"com.apple.streamingkeydelivery\"\n#EXTINF", 1))
	files["/station.pls"] = []byte("[playlist]\nFile1=http://radio.test/master.m3u8\n")
	files["/master.m3u8"] = []byte("#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=64000,CODECS=\"mp4a.40.2\"\nmp4/list.m3u8\n")
	files["/page"] = []byte(`<!DOCTYPE html><title>Halcyon</title><p>Halcyon Weather Radio plays the evening bulletin.</p><audio src="/ts/list.m3u8"></audio>`)
	files["/inward.m3u8"] = []byte("#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\nhttp://10.0.0.7/1.ts\n#EXT-X-ENDLIST\n")
	types := map[string]string{".m3u8": "application/vnd.apple.mpegurl", ".pls": "audio/x-scpls", "": "text/html"}
	s.host("radio.test", func(c net.Conn, path string) {
		b, ok := files[path]
		if !ok {
			fmt.Fprintf(c, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
			return
		}
		kind := types[filepath.Ext(path)]
		if kind == "" {
			kind = "application/octet-stream"
		}
		fmt.Fprintf(c, "HTTP/1.1 200 OK\r\nContent-Type: %s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s", kind, len(b), b)
	})
	s.look(fetch.Limits{}, nil)
	s.Listen = Listening{For: 24 * time.Second}
	f, err := unnamed(wave)
	s.ok(err)
	defer f.Close()
	a, err := media.Audio(t.Context(), f, media.Options{})
	s.ok(err)
	k := s.programme(a)
	for path, want := range map[string]string{"/ts/list.m3u8": "", "/mp4/list.m3u8": "", "/locked/list.m3u8": "", "/packed/list.m3u8": "", "/station.pls": "", "/page": "",
		"/drm/list.m3u8": "protected by FairPlay (SAMPLE-AES)", "/inward.m3u8": "address refused by the guard"} {
		asset, i := s.watch("http://radio.test" + path)
		s.ok(s.capture(i, 0))
		ms, said := s.met(i), fmt.Sprint(s.manifest(i))
		if want != "" {
			if len(ms) > 0 || !strings.Contains(said, want) {
				t.Errorf("%s: %+v\n%s", path, ms, said)
			}
			continue
		}
		if len(ms) != 1 || ms[0].Known != k.ID || ms[0].Medium != iru.MediumAudio || ms[0].Distance > .2 {
			t.Errorf("%s: %+v\n%s", path, ms, said)
		}
		if now, err := s.asset(t.Context(), asset.ID); err != nil || path != "/page" && now.Kind != iru.Stream {
			t.Errorf("%s is taken for a %q, %v", path, now.Kind, err)
		}
	}
}

// A station of the range that is sent in pieces is sampled live, each time its asset is visited, and met again.
func TestListenRange(t *testing.T) {
	r, err := sim.Start(t.Context(), sim.Options{Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Close)
	s := newScene(t, dbtest.Open(t))
	s.net = fetch.Network{Name: "north", Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, Resolver: r.Resolver(), Ports: r.Ports(), Roots: r.Roots()}
	s.look(fetch.Limits{}, nil)
	s.Listen = Listening{For: 28 * time.Second}
	a, i := s.watch("https://stream.airwave.test/halcyon-evening/")
	s.ok(s.capture(i, 0))
	var heard recognise.Audio
	for _, p := range s.newest().Prints {
		if p.Medium == iru.MediumAudio {
			b, err := hex.DecodeString(p.Value)
			s.ok(err)
			heard, err = recognise.AudioFromBytes(b)
			s.ok(err)
		}
	}
	if heard.Length() < 14*time.Second {
		t.Fatalf("%v were heard: %v", heard.Length(), s.manifest(i))
	}
	k := s.programme(heard)
	first := s.newest().ID
	if err := (&monitor{Crew: s.Crew}).Work(t.Context(), &river.Job[desk.Monitor]{JobRow: &rivertype.JobRow{}, Args: desk.Monitor{Asset: a.ID}}); err != nil {
		t.Error(err)
	}
	if ms := s.met(i); s.newest().ID == first || len(ms) != 1 || ms[0].Known != k.ID {
		t.Errorf("the second visit: %+v\n%v", ms, s.manifest(i))
	}
}
