// SPDX-License-Identifier: EUPL-1.2

package fetch

import (
	"crypto/sha1"
	"encoding/base64"
	"fmt"
	"io"
	"net"
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

// A page that tries every door but the proxy reaches nobody: not loopback, not private ranges, not by a name that changes its
// mind, not by DNS, WebRTC, QUIC, files or the browser's own pages.
func TestBrowserReachesNothingElse(t *testing.T) {
	w := newWorld(t)
	hit := make(chan string, 100)
	trap := func(what string) (string, int) { // TCP and UDP on one port of 127.0.0.1
		l, err := net.Listen("tcp4", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		port := l.Addr().(*net.TCPAddr).Port
		u, err := net.ListenPacket("udp4", fmt.Sprintf("127.0.0.1:%d", port))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { l.Close(); u.Close() })
		go func() {
			for {
				c, err := l.Accept()
				if err != nil {
					return
				}
				c.Close()
				hit <- what + " over TCP"
			}
		}()
		go func() {
			buf := make([]byte, 2000)
			for {
				n, from, err := u.ReadFrom(buf)
				if err != nil {
					return
				}
				hit <- fmt.Sprintf("%s over UDP from %v: %.40q", what, from, buf[:n])
			}
		}()
		return fmt.Sprintf("127.0.0.1:%d", port), port
	}
	inner, port := trap("a local service")
	stun, _ := trap("STUN")
	w.name("inside.test", "10.0.0.7")
	w.name("self.test", "127.0.0.1")
	attack := fmt.Sprintf(`<title>x</title>%s
<img src="http://%[2]s/img"><iframe src="http://%[2]s/frame"></iframe><iframe src="http://localhost:%[3]d/"></iframe><img src="http://[::1]:%[3]d/"><img src="http://0.0.0.0:%[3]d/">
<img src="http://10.0.0.7/"><img src="http://192.168.1.1/"><img src="http://169.254.169.254/latest/meta-data/"><img src="http://inside.test/"><img src="http://self.test/">
<img src="http://2130706433:%[3]d/"><img src="http://0x7f.1:%[3]d/"><img src="http://self.test:%[3]d/"><script src="http://self.test:%[3]d/x.js"></script>
<iframe src="file:///etc/passwd"></iframe><img src="file:///etc/hostname"><iframe src="chrome://version"></iframe><object data="file:///etc/passwd"></object>
<link rel="dns-prefetch" href="//leak.test"><link rel="preconnect" href="http://%[2]s"><link rel="prefetch" href="http://%[2]s/prefetch"><link rel="prerender" href="http://%[2]s/prerender">
<script type="speculationrules">{"prerender":[{"source":"list","urls":["http://%[2]s/speculate"]}],"prefetch":[{"source":"list","urls":["http://%[2]s/speculate2"]}]}</script>
<script>
const out = {};
for (const u of ["http://%[2]s/fetch", "https://%[2]s/fetch", "http://localhost:%[3]d/", "file:///etc/passwd"]) fetch(u, {mode: "no-cors"}).then(r => r.text().then(s => out[u] = s), () => 0);
navigator.sendBeacon("http://%[2]s/beacon", "x");
for (const u of ["ws://%[2]s/", "wss://%[2]s/", "ws://localhost:%[3]d/"]) try { new WebSocket(u) } catch (e) {}
try { const t = new WebTransport("https://%[2]s/"); t.ready.catch(() => 0); t.closed.catch(() => 0) } catch (e) {}
try {
	const pc = new RTCPeerConnection({iceServers: [{urls: ["stun:%[4]s", "turn:%[4]s?transport=tcp"], username: "u", credential: "p"}]});
	pc.createDataChannel("x"); pc.onicecandidate = e => { if (e.candidate) document.title += " " + e.candidate.candidate };
	pc.createOffer().then(o => pc.setLocalDescription(o));
} catch (e) {}
try { new EventSource("http://%[2]s/events") } catch (e) {}
open("http://%[2]s/popup"); open("file:///etc/passwd"); open("chrome://settings");
setTimeout(() => { fetch("http://rebind.test/again").then(r => r.text()).then(s => document.title += s) }, 300);
setTimeout(() => { const f = document.createElement("form"); f.action = "http://%[2]s/form"; f.method = "post"; f.target = "_blank"; document.body.append(f); f.submit() }, 500);
setTimeout(() => { try { location = "file:///etc/passwd" } catch (e) {} }, 700);
</script>`, icon, inner, port, stun)
	w.serve("rebind.test", func(rw http.ResponseWriter, r *http.Request) {
		rw.Header().Set("Content-Type", markup)
		rw.Header().Set("Connection", "close") // the name is asked again
		io.WriteString(rw, attack)
	})
	w.mu.Lock()
	w.names["rebind.test"] = func(n int) []string { // first the site, then this machine
		if n <= 1 {
			return []string{"127.77.0.1"}
		}
		return []string{"127.0.0.1"}
	}
	w.mu.Unlock()
	s, r, err := shoot(t, w.client(nil), "http://rebind.test/", ShotOptions{Quiet: 1500 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	close(hit)
	for h := range hit {
		t.Errorf("reached %s", h)
	}
	if got := addresses(r.exchanges()); !slices.Equal(got, []string{"http://rebind.test/"}) {
		t.Errorf("%q", got)
	}
	if strings.Contains(s.Title, "candidate") || s.Final != "http://rebind.test/" || strings.Contains(s.DOM+s.Text, "root:") {
		t.Errorf("%q %q", s.Title, s.Final)
	}
	w.mu.Lock()
	for name := range w.asked {
		if name != "rebind.test" && name != "inside.test" && name != "self.test" && name != "leak.test" && name != "localhost" {
			t.Errorf("somebody asked for %s", name)
		}
	}
	w.mu.Unlock()
	for _, want := range []string{"http://" + inner + "/img", "http://10.0.0.7/", "http://169.254.169.254/latest/meta-data/", "http://inside.test/", "http://self.test/", "http://rebind.test/again",
		fmt.Sprintf("http://localhost:%d/", port)} {
		if !slices.Contains(s.Proxy.Blocked, want) {
			t.Errorf("%s is not among the blocked", want)
		}
	}
	if t.Failed() {
		t.Logf("%q\n%q\n%q", s.Proxy.Blocked, s.Proxy.Failed, s.Warnings)
	}
}
