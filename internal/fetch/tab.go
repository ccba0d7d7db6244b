// SPDX-License-Identifier: EUPL-1.2

package fetch

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"iolaus/internal/iru"
)

// A tab is the page of one capture, as the debugging protocol shows it.
type tab struct {
	shot     *Shot
	proxy    *Proxy
	o        ShotOptions
	devtools *devtools
	attached chan struct{} // there is a page
	loaded   chan struct{} // its load event came
	crashed  chan struct{} // its process died

	mu        sync.Mutex
	session   string // of the page
	target    string
	frame     string
	going     bool // it was sent to its address
	once      map[chan struct{}]bool
	opened    map[string]string // windows that the page opened: target to session
	dialogs   int
	responses []jsontext.Value
	size      int
	popups    []string
	document  string         // address of the page's document that came last
	status    map[string]int // of documents of the page, by address
	closing   []*time.Timer
	overfills int // processes killed for want of memory
}

func newTab(s *Shot, p *Proxy, o ShotOptions) *tab {
	return &tab{shot: s, proxy: p, o: o, attached: make(chan struct{}), loaded: make(chan struct{}), crashed: make(chan struct{}),
		once: map[chan struct{}]bool{}, opened: map[string]string{}, status: map[string]int{}}
}

// heard takes an event. It is called by the one who reads from the browser, so it only sends.
func (t *tab) heard(session, method string, params jsontext.Value) {
	t.mu.Lock()
	defer t.mu.Unlock()
	mine := session == t.session
	switch method {
	case "Target.attachedToTarget":
		t.attach(params)
	case "Target.targetInfoChanged":
		t.changed(params)
	case "Target.targetCrashed", "Inspector.targetCrashed":
		var e struct{ TargetID string }
		if mine || json.Unmarshal(params, &e, json.MatchCaseInsensitiveNames(true)) == nil && e.TargetID == t.target {
			t.signal(t.crashed)
		}
	case "Page.javascriptDialogOpening":
		var e struct {
			Type string `json:"type"`
		}
		if json.Unmarshal(params, &e, lenient()) == nil {
			t.dialogs++
			t.tell(session, "Page.handleJavaScriptDialog", map[string]any{"accept": e.Type == "beforeunload"})
		}
	case "Page.loadEventFired":
		if mine && t.going {
			t.signal(t.loaded)
		}
	case "Network.responseReceived":
		if mine {
			t.answered(params)
		}
	}
}

func (t *tab) signal(c chan struct{}) {
	if !t.once[c] {
		t.once[c] = true
		close(c)
	}
}

// tell sends a command whose answer nobody waits for; a browser that hung up is noticed elsewhere.
func (t *tab) tell(session, method string, params any) { _ = t.devtools.send(session, method, params) }

// attach takes a page: the first one is ours, every other one was opened by it.
func (t *tab) attach(params jsontext.Value) {
	var e struct {
		SessionID  string `json:"sessionId"`
		TargetInfo struct {
			TargetID string `json:"targetId"`
			Type     string `json:"type"`
			URL      string `json:"url"`
		} `json:"targetInfo"`
	}
	if json.Unmarshal(params, &e, lenient()) != nil || e.TargetInfo.Type != "page" {
		return
	}
	if t.session == "" {
		t.session, t.target = e.SessionID, e.TargetInfo.TargetID
		t.signal(t.attached)
		t.tell(e.SessionID, "Runtime.runIfWaitingForDebugger", nil)
		return
	}
	id := e.TargetInfo.TargetID
	if len(t.opened) >= popups {
		t.tell(e.SessionID, "Runtime.runIfWaitingForDebugger", nil) // one that is closed while it waits keeps its opener waiting
		t.tell("", "Target.closeTarget", map[string]any{"targetId": id})
		return
	}
	t.opened[id] = e.SessionID
	t.note(e.TargetInfo.URL)
	t.tell(e.SessionID, "Page.enable", nil)
	t.tell(e.SessionID, "Runtime.runIfWaitingForDebugger", nil)
	t.closing = append(t.closing, time.AfterFunc(2*time.Second, func() { // time to ask for what it shows
		t.tell("", "Target.closeTarget", map[string]any{"targetId": id})
	}))
}

// changed learns the address of a window that was opened empty.
func (t *tab) changed(params jsontext.Value) {
	var e struct {
		TargetInfo struct {
			TargetID string `json:"targetId"`
			URL      string `json:"url"`
		} `json:"targetInfo"`
	}
	if json.Unmarshal(params, &e, lenient()) == nil && t.opened[e.TargetInfo.TargetID] != "" {
		t.note(e.TargetInfo.URL)
	}
}

func (t *tab) note(address string) {
	if address != "" && address != "about:blank" && len(t.popups) < 100 {
		t.popups = once(t.popups, excerpt([]byte(address), 2000))
	}
}

const longestResponses = 4 << 20

// answered keeps the browser's view of an answer.
func (t *tab) answered(params jsontext.Value) {
	var e struct {
		Type     string `json:"type"`
		FrameID  string `json:"frameId"`
		Response struct {
			URL       string            `json:"url"`
			Status    int               `json:"status"`
			Reason    string            `json:"statusText"`
			Headers   map[string]string `json:"headers"`
			Mime      string            `json:"mimeType"`
			Protocol  string            `json:"protocol"`
			Cached    bool              `json:"fromDiskCache"`
			Worker    bool              `json:"fromServiceWorker"`
			Timestamp float64           `json:"responseTime"`
		} `json:"response"`
	}
	if json.Unmarshal(params, &e, lenient()) != nil || strings.HasPrefix(e.Response.URL, "data:") {
		return
	}
	if e.Type == "Document" && e.FrameID == t.frame && len(t.status) < 1000 {
		t.status[e.Response.URL], t.document = e.Response.Status, e.Response.URL
	}
	view, err := json.Marshal(e.Response, lenient(), json.Deterministic(true))
	if err != nil || t.size+len(view) > longestResponses {
		return
	}
	t.size += len(view)
	t.responses = append(t.responses, view)
}

// finish puts what was heard into the shot, when the browser has ended.
func (t *tab) finish() {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, c := range t.closing {
		c.Stop()
	}
	t.shot.Popups = t.popups
	t.shot.Status = t.status[strings.Split(t.shot.Final, "#")[0]]
	if len(t.responses) > 0 {
		t.shot.Responses, _ = json.Marshal(t.responses) // each one was made by Marshal
	}
	if t.dialogs > 0 {
		t.shot.warn("the page opened dialogs, which were dismissed: %d", t.dialogs)
	}
	if t.overfills > 0 {
		t.shot.warn("the page filled more than %d bytes of memory: processes that were killed: %d", t.o.Memory, t.overfills)
	}
	if t.once[t.crashed] {
		t.shot.warn("the page's process crashed")
	}
}

func (t *tab) overfull() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.overfills++
}

// devtoolsNever reports whether the browser never said anything.
func (t *tab) devtoolsNever() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.session == ""
}

// take loads the page and makes the parts of the shot.
func (t *tab) take(ctx context.Context, address string) error {
	if err := t.prepare(ctx); err != nil {
		return err
	}
	err := t.load(ctx, address)
	if errors.Is(err, errNoPage) {
		t.shot.warn("%v", err)
		for _, p := range t.makers() {
			t.shot.miss(p.what, err)
		}
		return nil
	}
	if err == nil {
		err = t.forbidden()
	}
	if err == nil {
		t.parts(ctx)
	}
	return err
}

// errNoPage: what is at the address is for another program than a browser.
var errNoPage = fmt.Errorf("%w: what came is no page that the browser shows", iru.Unavailable)

// came reports whether there was an answer for the page itself.
func (t *tab) came() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.document != ""
}

// forbidden is an error where what the browser shows is our own refusal.
func (t *tab) forbidden() error {
	t.mu.Lock()
	at := t.document
	refused := t.status[at] == http.StatusForbidden
	t.mu.Unlock()
	if fault := t.proxy.Fault(at); refused && errors.Is(fault, ErrBlockedAddress) {
		return fault
	}
	return nil
}

// prepare waits for the browser and sets its ways.
func (t *tab) prepare(ctx context.Context) error {
	pages := []map[string]any{{"type": "page"}, {"exclude": true}}
	var profile struct {
		ID string `json:"browserContextId"`
	}
	for _, c := range []struct {
		method string
		params map[string]any
		result any
	}{
		{"Target.createBrowserContext", map[string]any{"proxyServer": "http://" + t.proxy.Address(), "proxyBypassList": "<-loopback>"}, &profile},
		{"Target.setDiscoverTargets", map[string]any{"discover": true, "filter": pages}, nil},
		{"Target.setAutoAttach", map[string]any{"autoAttach": true, "waitForDebuggerOnStart": true, "flatten": true, "filter": pages}, nil},
		{"Browser.setDownloadBehavior", map[string]any{"behavior": "deny"}, nil},
		{"Target.createTarget", map[string]any{"url": "about:blank", "width": t.o.Width, "height": t.o.Height}, nil},
	} {
		if profile.ID != "" && strings.Contains(c.method, "et.create") || strings.HasPrefix(c.method, "Browser.") {
			c.params["browserContextId"] = profile.ID
		}
		if err := t.devtools.call(ctx, "", c.method, c.params, c.result); err != nil {
			return err
		}
	}
	select {
	case <-t.attached:
	case <-t.devtools.done:
		return errGone
	case <-ctx.Done():
		return fmt.Errorf("%w: the browser shows no page", ErrTimeout)
	}
	if err := t.devtools.call(ctx, t.session, "Page.enable", nil, nil); err != nil {
		return err
	}
	if err := t.devtools.call(ctx, t.session, "Emulation.setDeviceMetricsOverride", map[string]any{"width": t.o.Width, "height": t.o.Height, "deviceScaleFactor": 1, "mobile": false}, nil); err != nil {
		return err
	}
	return t.devtools.call(ctx, t.session, "Network.enable", map[string]any{"maxTotalBufferSize": 0, "maxResourceBufferSize": 0, "maxPostDataSize": 0}, nil)
}

// load goes to an address and waits until the page is there, or time is up.
func (t *tab) load(ctx context.Context, address string) error {
	t.mu.Lock()
	t.going, t.frame = true, t.target // a page's frame has its target's name
	t.mu.Unlock()
	until, cancel := context.WithTimeout(ctx, t.o.Load)
	defer cancel()
	var went struct {
		ErrorText  string `json:"errorText"`
		IsDownload bool   `json:"isDownload"`
	}
	err := t.devtools.call(until, t.session, "Page.navigate", map[string]any{"url": address}, &went)
	fault := t.proxy.Fault(address)
	switch {
	case errors.Is(err, errGone), err != nil && until.Err() == nil:
		return err
	case went.IsDownload, strings.HasSuffix(went.ErrorText, "ERR_HTTP_RESPONSE_CODE_FAILURE"): // the latter is an answer without a page
		return errNoPage
	case went.ErrorText != "" && fault != nil:
		return fault
	case went.ErrorText != "":
		return fmt.Errorf("%w: the browser says %.200s", ErrProtocol, went.ErrorText)
	case err == nil:
		select {
		case <-t.loaded:
		case <-t.crashed:
			return nil
		case <-t.devtools.done:
			return errGone
		case <-until.Done():
		}
	}
	if until.Err() != nil && ctx.Err() == nil {
		if !t.came() {
			return fmt.Errorf("%w: nothing came of the page", ErrTimeout)
		}
		t.shot.warn("the page was still loading after %v: it was taken as it was then", t.o.Load)
		t.tell(t.session, "Page.stopLoading", nil)
		t.tell(t.session, "Runtime.terminateExecution", nil)
		return nil
	}
	t.settle(ctx)
	return nil
}

// settle waits until nothing more is asked for.
func (t *tab) settle(ctx context.Context) {
	until := time.NewTimer(t.o.Settle)
	defer until.Stop()
	tick := time.NewTicker(max(t.o.Quiet/10, 10*time.Millisecond))
	defer tick.Stop()
	for {
		running, since := t.proxy.Quiet()
		if running == 0 && time.Since(since) >= t.o.Quiet {
			return
		}
		select {
		case <-tick.C:
		case <-until.C:
			if running > 0 {
				t.shot.warn("the page still asked for something %v after it was loaded", t.o.Settle)
			}
			return
		case <-t.crashed:
			return
		case <-t.devtools.done:
			return
		case <-ctx.Done():
			return
		}
	}
}

// A maker makes one part of a shot.
type maker struct {
	what string
	make func(context.Context) error
}

// makers are in the order in which they are tried, the cheap ones first: a hostile page may stop answering at each.
func (t *tab) makers() []maker {
	return []maker{{"dom", t.read}, {"screenshot", t.picture}, {"pdf", t.print}, {"mhtml", t.snapshot}}
}

// parts makes everything there is of the page.
func (t *tab) parts(ctx context.Context) {
	for _, p := range t.makers() {
		part, cancel := context.WithTimeout(ctx, t.o.Part)
		err := p.make(part)
		cancel()
		if err == nil {
			continue
		}
		select {
		case <-t.crashed:
			err = fmt.Errorf("%w: the page's process crashed", iru.Unavailable)
		default:
		}
		t.shot.miss(p.what, err)
	}
}
