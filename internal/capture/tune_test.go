// SPDX-License-Identifier: EUPL-1.2

package capture

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"encoding/binary"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"iolaus/internal/fetch"
)

// A radio serves lists and pieces, and keeps what was asked.
type radio struct {
	mu    sync.Mutex
	says  map[string]func(n int) string // path, to its answer at the nth question
	asked []string
}

func (s *radio) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, a := range s.asked {
		if a == r.URL.Path {
			n++
		}
	}
	s.asked = append(s.asked, r.URL.Path)
	f := s.says[r.URL.Path]
	if f == nil {
		http.NotFound(w, r)
		return
	}
	types := map[string]string{"pls": "audio/x-scpls", "m3u": "audio/x-mpegurl", "xspf": "application/xspf+xml", "html": "text/html"}
	kind := types[r.URL.Path[strings.LastIndex(r.URL.Path, ".")+1:]]
	if kind == "" {
		kind = "application/octet-stream"
	}
	w.Header().Set("Content-Type", kind)
	fmt.Fprint(w, f(n))
}

func always(s string) func(int) string { return func(int) string { return s } }

// tune captures an address of a radio and listens to it.
func tune(t *testing.T, s *radio, address string, bytes int64, long time.Duration) (Tuned, string) {
	t.Helper()
	c := Camera{Client: serveSite(t, s, nil, fetch.Limits{})}
	p, err := c.Begin(t.Context(), Request{Address: address})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	s.asked = nil
	out, err := p.Tune(t.Context(), address, bytes, long)
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range s.asked {
		if !p.tape.Holds("http://127.0.0.1" + path) {
			t.Errorf("%s is not on the tape", path)
		}
	}
	p.tape.Close() // then every warning is there
	return out, strings.Join(p.tape.Warnings(), "\n")
}

func sealed(plain string, key []byte, sequence uint64) string {
	n := aes.BlockSize - len(plain)%aes.BlockSize
	b := append([]byte(plain), bytes.Repeat([]byte{byte(n)}, n)...)
	c, _ := aes.NewCipher(key)
	cipher.NewCBCEncrypter(c, binary.BigEndian.AppendUint64(make([]byte, 8), sequence)).CryptBlocks(b, b)
	return string(b)
}

// Lists in lists of every form lead to a film's beginning, whose key the playlist publishes: the leanest variant, so long as is asked for.
func TestTuneNested(t *testing.T) {
	key := []byte("0123456789abcdef")
	s := &radio{says: map[string]func(int) string{
		"/a.pls":      always("[playlist]\nFile1=http://127.0.0.1/none\nFile2=b.m3u\n"),
		"/b.m3u":      always("page.html\nc.xspf\n"),
		"/page.html":  always("<html>a page"),
		"/c.xspf":     always(`<playlist xmlns="http://xspf.org/ns/0/"><trackList><track><location>d/master.m3u8</location></track></trackList></playlist>`),
		"/d/key":      always(string(key)),
		"/d/1.ts":     always(sealed("one", key, 7)),
		"/d/2.ts":     always(sealed("two", key, 8)),
		"/d/init.mp4": always("init "), "/d/all": always("xxfourfive"),
		"/d/master.m3u8": always("#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=9,RESOLUTION=1x1\nfilm.m3u8\n#EXT-X-STREAM-INF:BANDWIDTH=99,CODECS=\"mp4a.40.2\"\nhigh.m3u8\n#EXT-X-STREAM-INF:BANDWIDTH=50,CODECS=\"mp4a.40.2\"\nlow.m3u8\n"),
		"/d/low.m3u8": always("#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXT-X-MEDIA-SEQUENCE:7\n#EXT-X-MAP:URI=\"init.mp4\"\n#EXT-X-KEY:METHOD=AES-128,URI=\"key\"\n#EXTINF:2,\n1.ts\n#EXTINF:2,\n2.ts\n#EXT-X-KEY:METHOD=NONE\n#EXTINF:1\nlost.ts\n" +
			"#EXT-X-BYTERANGE:4@2\n#EXTINF:2,\nall\n#EXT-X-BYTERANGE:4\n#EXTINF:2,\nall\n#EXTINF:2\nnever.ts\n#EXT-X-ENDLIST\n"),
	}}
	// The address of a piece of another form than its map ends it: here all have one.
	out, said := tune(t, s, "http://127.0.0.1/a.pls", 1<<20, 8*time.Second)
	if string(out.Body) != "init onetwofourfive" || out.Length != 8*time.Second || out.From != "http://127.0.0.1/d/low.m3u8" {
		t.Errorf("%q of %v from %s\n%s", out.Body, out.Length, out.From, said)
	}
	if n := slices.Index(s.asked, "/d/all"); n < 0 || n != len(s.asked)-1 || strings.Contains(strings.Join(s.asked, " "), "film") {
		t.Errorf("asked %v", s.asked)
	}
	if !strings.Contains(said, "/none was not listened to: it answered 404") || !strings.Contains(said, "page.html was not listened to: it is text/html, no sound") {
		t.Error(said)
	}
	if out, _ := tune(t, s, "http://127.0.0.1/d/low.m3u8", 1<<20, 3*time.Second); string(out.Body) != "init onetwo" {
		t.Errorf("%q", out.Body)
	}
}

// A live playlist is followed: its present first, then each piece once, as they come.
func TestTuneLive(t *testing.T) {
	window := func(n int) string {
		first := 100 + 2*n
		if n > 0 {
			first-- // the same as before, and two more
		}
		b := fmt.Sprintf("#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXT-X-MEDIA-SEQUENCE:%d\n", first)
		for i := first; i < 102+2*n; i++ {
			b += fmt.Sprintf("#EXTINF:1,\n/%d.aac\n", i)
		}
		return b
	}
	s := &radio{says: map[string]func(int) string{"/live.m3u8": window}}
	for i := range 30 {
		s.says[fmt.Sprintf("/%d.aac", 90+i)] = always(fmt.Sprintf("%d ", 90+i))
	}
	if out, said := tune(t, s, "http://127.0.0.1/live.m3u8", 1<<20, 5*time.Second); string(out.Body) != "100 101 102 103 104 " || out.Length != 5*time.Second {
		t.Errorf("%q\n%s", out.Body, said)
	}
	if n := strings.Count(strings.Join(s.asked, " "), "live"); n != 3 {
		t.Errorf("asked for the list %d times: %v", n, s.asked)
	}
	// A long past is skipped, what was missed is told, and one that stands still is left.
	s.says["/live.m3u8"] = func(n int) string {
		if n == 0 {
			return "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXT-X-MEDIA-SEQUENCE:90\n" + strings.Repeat("#EXTINF:1,\n/none\n", 10) + "#EXTINF:1,\n/100.aac\n#EXTINF:1,\n/101.aac\n"
		}
		return "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXT-X-MEDIA-SEQUENCE:105\n#EXTINF:0.5,\n/105.aac\n" + map[bool]string{true: "#EXT-X-ENDLIST"}[n > 1]
	}
	out, said := tune(t, s, "http://127.0.0.1/live.m3u8", 1<<20, 3*time.Second)
	if string(out.Body) != "100 101 105 " || !strings.Contains(said, "3 pieces were missed") {
		t.Errorf("%q\n%s", out.Body, said)
	}
}

// Whatever a playlist leads to, the guard sees it: nothing is asked at an address that it forbids.
func TestTuneGuarded(t *testing.T) {
	const head = "#EXTM3U\n#EXT-X-TARGETDURATION:1\n"
	for name, c := range map[string]struct{ list, want string }{
		"entry":   {"#EXTM3U\nhttp://10.0.0.1/x\nfile:///etc/passwd\n", "10.0.0.1"},
		"variant": {"#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nhttp://169.254.169.254/latest/\n", "169.254.169.254"},
		"piece":   {head + "#EXTINF:1,\nhttp://192.168.0.1/1.ts\n#EXT-X-ENDLIST\n", "192.168.0.1"},
		"port":    {head + "#EXTINF:1,\nhttp://127.0.0.1:22/1.ts\n#EXT-X-ENDLIST\n", "port 22"},
		"map":     {head + "#EXT-X-MAP:URI=\"http://[::1]/init\"\n#EXTINF:1,\n/1.ts\n#EXT-X-ENDLIST\n", "::1"},
		"key":     {head + "#EXT-X-KEY:METHOD=AES-128,URI=\"http://10.1.1.1/key\"\n#EXTINF:1,\n/1.ts\n#EXT-X-ENDLIST\n", "10.1.1.1"},
	} {
		s := &radio{says: map[string]func(int) string{"/x.m3u8": always(c.list), "/1.ts": always("0123456789abcdef")}}
		if out, said := tune(t, s, "http://127.0.0.1/x.m3u8", 1<<20, time.Second); out.Body != nil || !strings.Contains(said, c.want) || !strings.Contains(said, "address refused by the guard") {
			t.Errorf("%s: %q\n%s", name, out.Body, said)
		}
	}
}

// What is protected is told and left alone; hostile lists end.
func TestTuneRefuses(t *testing.T) {
	const head = "#EXTM3U\n#EXT-X-TARGETDURATION:1\n"
	s := &radio{says: map[string]func(int) string{
		"/drm.m3u8":   always(head + "#EXT-X-KEY:METHOD=SAMPLE-AES,URI=\"skd://a\",KEYFORMAT=\"com.apple.streamingkeydelivery\"\n#EXTINF:1,\n/1.ts\n#EXT-X-ENDLIST\n"),
		"/wv.m3u8":    always(head + "#EXT-X-KEY:METHOD=SAMPLE-AES-CTR,URI=\"data:text/plain;base64,AAAA\",KEYFORMAT=\"urn:uuid:edef8ba9-79d6-4ace-a3c8-27dcd51d21ed\"\n#EXTINF:1,\n/1.ts\n#EXT-X-ENDLIST\n"),
		"/token.m3u8": always(head + "#EXT-X-KEY:METHOD=AES-128,URI=\"/login.html\"\n#EXTINF:1,\n/1.ts\n#EXT-X-ENDLIST\n"),
		"/wrong.m3u8": always(head + "#EXT-X-KEY:METHOD=AES-128,URI=\"/key\"\n#EXTINF:1,\n/1.ts\n#EXT-X-ENDLIST\n"),
		"/ring.m3u":   always("ring2.m3u\n"), "/ring2.m3u": always("ring.m3u\nring2.m3u\n"),
		"/many.m3u": always(strings.Repeat("many.m3u\n", 100) + "m1\nm2\nm3\nm4\nm5\nm6\nm7\nm8\nm9\n"),
		"/long.m3u": always("#EXTM3U\n" + strings.Repeat("x", 9000)), "/empty.m3u8": always(head),
		"/1.ts": always("0123456789abcdef"), "/key": always("0123456789abcdef"), "/login.html": always("<html>log in"),
	}}
	for path, want := range map[string]string{"drm.m3u8": "protected by FairPlay (SAMPLE-AES)", "wv.m3u8": "protected by Widevine (SAMPLE-AES-CTR)", "token.m3u8": "no key that is published in the clear",
		"wrong.m3u8": "does not open with the key", "ring.m3u": "lists lead to lists", "many.m3u": "lists lead to lists", "long.m3u": "a line of 9000 bytes", "empty.m3u8": "nothing that it leads to plays"} {
		out, said := tune(t, s, "http://127.0.0.1/"+path, 1<<20, time.Second)
		if out.Body != nil || !strings.Contains(said, want) || len(s.asked) > 10 {
			t.Errorf("%s: %q, asked %v\n%s", path, out.Body, s.asked, said)
		}
		if strings.Contains(want, "protected") && slices.Contains(s.asked, "/1.ts") {
			t.Errorf("%s: a protected piece was asked for", path)
		}
	}
	// A piece that is longer than the capture may take is left out.
	s.says["/big.m3u8"], s.says["/big.ts"] = always(head+"#EXTINF:1,\n/big.ts\n#EXT-X-ENDLIST\n"), always(strings.Repeat("x", 4000))
	if out, said := tune(t, s, "http://127.0.0.1/big.m3u8", 2000, time.Second); out.Body != nil || !strings.Contains(said, "it is not whole") {
		t.Errorf("%d bytes\n%s", len(out.Body), said)
	}
}
