// SPDX-License-Identifier: EUPL-1.2

package fetch

import (
	"crypto/sha1"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

// site answers from a table of pages: path to content type and body.
type site map[string][2]string

func (s site) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	p, ok := s[r.URL.Path]
	if !ok {
		http.NotFound(rw, r)
		return
	}
	_, _ = io.Copy(io.Discard, r.Body)
	rw.Header().Set("Content-Type", p[0])
	io.WriteString(rw, p[1])
}

const (
	markup = "text/html; charset=utf-8"
	script = "text/javascript"
	icon   = `<link rel=icon href="data:,">`
)

// Frames, workers, pop-ups, fetch, beacons, pictures, redirects, web sockets, over HTTP and HTTPS: what the servers heard and said is
// what is on the tape.
func TestBrowserRecordsEverything(t *testing.T) {
	w := newWorld(t)
	var c clerk
	pixel := "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89\x00\x00\x00\rIDATx\x9cc\xf8\xcf\xc0\xf0\x1f\x00\x05\x00\x01\xff\x89\x99=\x1d\x00\x00\x00\x00IEND\xaeB`\x82"
	secure := http.NewServeMux()
	secure.Handle("/", site{
		"/": {markup, icon + `<title>Depot</title><iframe src="https://frame.test/inner"></iframe><img src="https://frame.test/far.png"><img src=/near.png><script>
const done = new Set(), mark = n => { done.add(n); document.title = [...done].sort().join(" ") };
new Worker("/worker.js").onmessage = () => mark("worker");
new SharedWorker("/shared.js").port.onmessage = () => mark("shared");
navigator.serviceWorker.register("/service.js").then(() => navigator.serviceWorker.ready).then(() => mark("service"));
fetch("/post", {method: "POST", body: "snow ".repeat(30000)}).then(r => r.text()).then(() => mark("post"));
fetch("/moved").then(() => mark("moved"));
fetch("/range", {headers: {Range: "bytes=2-4"}}).then(() => mark("range"));
navigator.sendBeacon("/beacon", "rain");
const s = new WebSocket("wss://depot.test/socket"); s.onmessage = e => { if (e.data == "echo: tram") mark("socket"); s.close() }; s.onopen = () => s.send("tram");
open("https://frame.test/popup");
</script>`},
		"/near.png":   {"image/png", pixel},
		"/worker.js":  {script, `fetch("/from-worker").then(() => postMessage(1))`},
		"/shared.js":  {script, `onconnect = e => fetch("/from-shared").then(() => e.ports[0].postMessage(1))`},
		"/service.js": {script, `oninstall = e => e.waitUntil(fetch("/from-service"))`},
		"/post":       {"text/plain", "thanks"},
		"/beacon":     {"text/plain", ""},
	})
	for _, p := range []string{"/from-worker", "/from-shared", "/from-service", "/arrived"} {
		secure.Handle(p, site{p: {"text/plain", strings.Repeat(p, 9000)}})
	}
	secure.Handle("/moved", http.RedirectHandler("/arrived", http.StatusFound))
	secure.HandleFunc("/range", func(rw http.ResponseWriter, r *http.Request) {
		http.ServeContent(rw, r, "x.txt", time.Time{}, strings.NewReader("0123456789"))
	})
	secure.HandleFunc("/socket", echoSocket)
	c.serve(w, "depot.test", testHTTPS, secure)
	c.serve(w, "frame.test", testHTTPS, site{
		"/inner":    {markup, `<p>inner<img src=/deep.png>`},
		"/deep.png": {"image/png", pixel},
		"/far.png":  {"image/png", pixel},
		"/popup":    {markup, icon + `<title>popup</title><img src=/popup.png>`},
	})
	s, r, err := shoot(t, w.client(nil), "https://depot.test/", ShotOptions{Quiet: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	c.agrees(t, r.exchanges())
	if want := "moved post range service shared socket worker"; s.Title != want {
		t.Errorf("done is %q, want %q", s.Title, want)
	}
	if !slices.Equal(s.Popups, []string{"https://frame.test/popup"}) {
		t.Errorf("%q", s.Popups)
	}
	got := addresses(r.exchanges())
	for _, want := range []string{"/", "/near.png", "/worker.js", "/shared.js", "/service.js", "/post", "/beacon", "/from-worker", "/from-shared", "/from-service", "/moved", "/arrived", "/range", "/socket"} {
		if !slices.Contains(got, "https://depot.test"+want) {
			t.Errorf("%s is missing in %q", want, got)
		}
	}
	for _, want := range []string{"/inner", "/deep.png", "/far.png", "/popup", "/popup.png"} {
		if !slices.Contains(got, "https://frame.test"+want) {
			t.Errorf("%s is missing in %q", want, got)
		}
	}
	for _, e := range r.exchanges() {
		if e.TLS == nil || !e.TLS.Verified || e.Protocol != "http/1.1" || e.Error != "" || e.Truncated != "" {
			t.Errorf("%s: %+v, %s %s", e.URL, e.TLS, e.Error, e.Truncated)
		}
	}
	if len(s.Proxy.Blocked)+len(s.Proxy.Failed)+len(s.Missing)+len(s.Warnings) > 0 {
		t.Errorf("%+v %q %q", s.Proxy, s.Missing, s.Warnings)
	}
}

// echoSocket answers one text of a web socket (RFC 6455) and closes.
func echoSocket(rw http.ResponseWriter, r *http.Request) {
	conn, both, err := http.NewResponseController(rw).Hijack()
	if err != nil {
		return
	}
	defer conn.Close()
	sum := sha1.Sum([]byte(r.Header.Get("Sec-WebSocket-Key") + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	fmt.Fprintf(both, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n\r\n", base64.StdEncoding.EncodeToString(sum[:]))
	both.Flush()
	read := func() []byte {
		head := make([]byte, 6)
		if _, err := io.ReadFull(both, head); err != nil {
			return nil
		}
		data := make([]byte, head[1]&0x7f)
		io.ReadFull(both, data)
		for i := range data {
			data[i] ^= head[2+i%4]
		}
		return data
	}
	text := "echo: " + string(read())
	both.Write(append([]byte{0x81, byte(len(text))}, text...))
	both.Flush()
	end := read()
	both.Write(append([]byte{0x88, byte(len(end))}, end...))
	both.Flush()
}
