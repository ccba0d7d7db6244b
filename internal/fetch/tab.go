// SPDX-License-Identifier: EUPL-1.2

package fetch

import (
	"strings"
	"sync"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
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
	case "Page.frameStoppedLoading": // a document that was cut off has no load event
		var e struct{ FrameID string }
		if mine && t.document != "" && json.Unmarshal(params, &e, json.MatchCaseInsensitiveNames(true)) == nil && e.FrameID == t.frame {
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
		t.shot.warnf("the page opened dialogs, which were dismissed: %d", t.dialogs)
	}
	if t.overfills > 0 {
		t.shot.warnf("the page filled more than %d bytes of memory: processes that were killed: %d", t.o.Memory, t.overfills)
	}
	if t.once[t.crashed] {
		t.shot.warnf("the page's process crashed")
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
