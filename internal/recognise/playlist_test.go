// SPDX-License-Identifier: EUPL-1.2

package recognise

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func readList(t *testing.T, text, mediaType string) Playlist {
	t.Helper()
	base, _ := url.Parse("https://radio.test/a/list")
	p, err := ReadPlaylist([]byte(text), PlaylistFormOf([]byte(text), mediaType, base.String()), base)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// The lists that players know, each with what must not be asked among its entries.
func TestPlaylists(t *testing.T) {
	want := []string{"https://radio.test/a/one.mp3", "http://other.test/two"}
	for mediaType, text := range map[string]string{
		"audio/x-mpegurl":      "\xef\xbb\xbf#EXTM3U\r\n#EXTINF:-1,One\r\none.mp3\r\nfile:///etc/hostname\r\nhttp://other.test/two#x\r\n",
		"audio/mpegurl":        "one.mp3\nconcat:a|b\nhttp://other.test/two",
		"audio/x-scpls":        "[Playlist]\nNumberOfEntries=2\nFile1=one.mp3\nTitle1=File\nFile2=ftp://other.test/x\nfile3=http://other.test/two\nVersion=2",
		"application/xspf+xml": `<?xml version="1.0"?><playlist version="1" xmlns="http://xspf.org/ns/0/"><location>http://self.test/</location><trackList><track><location>one.mp3</location></track><track><location>data:,x</location></track><track><title>t</title><location> http://other.test/two </location></track></trackList></playlist>`,
	} {
		p := readList(t, text, mediaType)
		if diff := cmp.Diff(want, p.Entries); diff != "" || p.Left != 1 {
			t.Errorf("%s, %d left (-want +got):\n%s", mediaType, p.Left, diff)
		}
	}
	for _, c := range []struct {
		text, mediaType, address string
		want                     PlaylistForm
	}{
		{"<html>", "text/html", "https://a.test/x.m3u", ""}, {"http://a.test/x", "text/plain", "https://a.test/x.m3u", PlaylistM3U}, {"words", "text/plain", "https://a.test/x", ""},
		{"ID3\x00\x00", "audio/x-mpegurl", "https://a.test/x", ""}, {"#EXTM3U\n#EXT-X-TARGETDURATION:2\n", "text/plain", "", PlaylistHLS}, {"<playlist/>", "application/xspf+xml", "", PlaylistXSPF},
	} {
		if got := PlaylistFormOf([]byte(c.text), c.mediaType, c.address); got != c.want {
			t.Errorf("%q, %s, %s: %q", c.text, c.mediaType, c.address, got)
		}
	}
}

func TestHLSMaster(t *testing.T) {
	p := readList(t, "#EXTM3U\n"+`#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="main, one",URI="sound.m3u8"`+"\n"+`#EXT-X-MEDIA:TYPE=SUBTITLES,URI="words.m3u8"`+"\n"+
		`#EXT-X-STREAM-INF:BANDWIDTH=800000,CODECS="avc1.42c00d,mp4a.40.2",RESOLUTION=640x360`+"\nfilm.m3u8\n"+`#EXT-X-STREAM-INF:CODECS="mp4a.40.2",BANDWIDTH=64000`+"\nlow.m3u8\n#EXT-X-STREAM-INF:BANDWIDTH=x\nfile:///x\n", "")
	if diff := cmp.Diff([]Variant{{"https://radio.test/a/sound.m3u8", 0, true}, {"https://radio.test/a/film.m3u8", 800000, false}, {"https://radio.test/a/low.m3u8", 64000, true}}, p.Variants); diff != "" || p.Left != 1 {
		t.Errorf("%d left (-want +got):\n%s", p.Left, diff)
	}
}

func TestHLSMedia(t *testing.T) {
	p := readList(t, strings.Join([]string{"#EXTM3U", "#EXT-X-TARGETDURATION:6", "#EXT-X-MEDIA-SEQUENCE:41", `#EXT-X-MAP:URI="init.mp4",BYTERANGE="720@0"`, "#EXTINF:5.5,first", "41.m4s",
		"#EXT-X-KEY:METHOD=AES-128,URI=\"key\"", "#EXTINF:6,", "42.m4s",
		"#EXT-X-KEY:METHOD=AES-128,URI=\"data:text/plain;base64,AAECAwQFBgcICQoLDA0ODw==\",IV=0x1", "#EXTINF:6,", "#EXT-X-BYTERANGE:100@50", "all.m4s", "#EXT-X-BYTERANGE:10", "all.m4s",
		`#EXT-X-KEY:METHOD=SAMPLE-AES,URI="skd://k",KEYFORMAT="com.apple.streamingkeydelivery"`, "#EXTINF:6,", "45.m4s", "#EXT-X-KEY:METHOD=SAMPLE-AES,URI=\"k\"", "46.m4s",
		"#EXT-X-KEY:METHOD=NONE", `#EXT-X-KEY:METHOD=SAMPLE-AES-CTR,URI="data:x",KEYFORMAT="urn:uuid:edef8ba9-79d6-4ace-a3c8-27dcd51d21ed"`, "47.m4s",
		"#EXT-X-KEY:METHOD=NONE", "#EXT-X-GAP", "48.m4s", "gopher://x", "50.m4s", "#EXT-X-ENDLIST"}, "\n"), "")
	if p.Form != PlaylistHLS || p.Target != 6*time.Second || !p.Ended || p.Left != 1 || len(p.Segments) != 9 {
		t.Fatalf("%+v", p)
	}
	s := p.Segments
	if s[0].Sequence != 41 || s[0].Length != 5500*time.Millisecond || s[0].Init == nil || s[0].Init.To != 720 || s[0].Key != nil || s[0].Locked != "" {
		t.Errorf("%+v", s[0])
	}
	if k := s[1].Key; k == nil || k.URL != "https://radio.test/a/key" || fmt.Sprintf("%x", k.IV) != fmt.Sprintf("%032x", 42) {
		t.Errorf("%+v", k)
	}
	if k := s[2].Key; k == nil || k.URL != "" || k.Key[15] != 15 || k.IV[15] != 1 || s[2].From != 50 || s[2].To != 150 || s[3].From != 150 || s[3].To != 160 {
		t.Errorf("%+v %+v %+v", k, s[2], s[3])
	}
	if s[5].Key != nil || s[5].Locked != "SAMPLE-AES" || s[6].Locked != "Widevine (SAMPLE-AES-CTR)" || s[7].Locked != "" || !s[7].Gap || s[8].Sequence != 50 || s[8].Gap {
		t.Errorf("%+v", s[5:])
	}
	if s[4].Key == nil { // beside a key in the clear another system is offered
		t.Errorf("%+v", s[4])
	}
}

// What is too much is refused whole.
func TestPlaylistBounds(t *testing.T) {
	for name, text := range map[string]string{
		"line": "#EXTM3U\n" + strings.Repeat("a", playlistLine+1), "entries": "#EXTM3U\n" + strings.Repeat("a\n", playlistEntries+1),
		"segments": "#EXTM3U\n#EXT-X-TARGETDURATION:1\n" + strings.Repeat("a\n", playlistEntries+1), "bytes": "#EXTM3U\n" + strings.Repeat("#\n", MaxPlaylist/2),
		"xspf": `<playlist xmlns="http://xspf.org/ns/0/"><track><location>a</loc`,
	} {
		base, _ := url.Parse("https://radio.test/")
		if _, err := ReadPlaylist([]byte(text), PlaylistFormOf([]byte(text), "", ""), base); !errors.Is(err, ErrSyntax) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// FuzzPlaylist: whatever comes, addresses are of the web, and what is kept is bounded.
func FuzzPlaylist(f *testing.F) {
	base, _ := url.Parse("https://radio.test/a/list")
	f.Add("#EXTM3U\n#EXT-X-TARGETDURATION:6\n#EXT-X-MAP:URI=\"i\",BYTERANGE=\"7\"\n#EXT-X-KEY:METHOD=AES-128,URI=\"k\",IV=0X1\n#EXTINF:6,\n#EXT-X-BYTERANGE:5@9\na\n", "")
	f.Add("[playlist]\nFile1=a\n", "audio/x-scpls")
	f.Add(`<playlist xmlns="http://xspf.org/ns/0/"><track><location>a&amp;b</location></track></playlist>`, "application/xspf+xml")
	f.Add("#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1,CODECS=\"mp4a\"\nlow\n", "audio/mpegurl")
	f.Fuzz(func(t *testing.T, text, mediaType string) {
		form := PlaylistFormOf([]byte(text), mediaType, base.String())
		if form == "" {
			return
		}
		p, err := ReadPlaylist([]byte(text), form, base)
		if err != nil {
			if !errors.Is(err, ErrSyntax) || len(p.Entries)+len(p.Segments)+len(p.Variants) > 0 {
				t.Fatalf("%v, %+v", err, p)
			}
			return
		}
		web := func(a string) {
			u, err := url.Parse(a)
			if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || len(a) > MaxPlaylistAddress {
				t.Fatalf("%q", a)
			}
		}
		for _, a := range p.Entries {
			web(a)
		}
		for _, v := range p.Variants {
			web(v.URL)
		}
		last := int64(-1)
		for _, s := range p.Segments {
			web(s.URL)
			if s.Init != nil {
				web(s.Init.URL)
			}
			if k := s.Key; k != nil {
				if k.URL != "" {
					web(k.URL)
				}
				if len(k.IV) != 16 || (k.URL == "") != (len(k.Key) == 16) || s.Locked != "" {
					t.Fatalf("%+v", k)
				}
			}
			if s.Sequence <= last || s.Length < 0 || s.From < 0 || s.To < s.From && !s.Gap {
				t.Fatalf("%+v after %d", s, last)
			}
			last = s.Sequence
		}
	})
}
