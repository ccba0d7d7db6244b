// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
)

// A feed asks the store for news while anybody listens: one question for all streams, so that open pages cost next to nothing.
type feed struct {
	desk *desk.Desk

	mu        sync.Mutex
	listeners int
	stop      context.CancelFunc
	news      chan struct{} // closed when something new was seen
	last      iru.EventID
}

const feedEvery = 500 * time.Millisecond

func newFeed(d *desk.Desk) *feed { return &feed{desk: d, news: make(chan struct{})} }

// join begins to listen; leave ends it.
func (f *feed) join() (leave func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.listeners++
	if f.listeners == 1 {
		ctx, stop := context.WithCancel(context.Background())
		f.stop = stop
		go f.follow(ctx)
	}
	return func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		if f.listeners--; f.listeners == 0 {
			f.stop()
		}
	}
}

// next gives the channel that closes at the next news.
func (f *feed) next() <-chan struct{} {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.news
}

func (f *feed) follow(ctx context.Context) {
	tick := time.NewTicker(feedEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		var last iru.EventID
		err := f.desk.DB.View(ctx, func(t *db.Tx) error {
			var err error
			last, err = t.LastEvent(ctx)
			return err
		})
		if err != nil {
			continue // the next tick asks again; the pages grow visibly older meanwhile
		}
		f.mu.Lock()
		if last != f.last {
			f.last = last
			close(f.news)
			f.news = make(chan struct{})
		}
		f.mu.Unlock()
	}
}

// topics says which nouns touch a topic. A topic with a number ("outlet-5") is touched by the event of that very thing, and by any
// event of the nouns that its page is made of.
var topics = map[string][]string{
	"today":      {"item", "asset", "outlet", "notice", "clock", "operation", "provider", "assessment", "match", "known", "bank"},
	"triage":     {"item", "match", "assessment"},
	"item":       {"match", "assessment"},
	"outlets":    {"outlet", "asset"},
	"outlet":     {"asset", "notice"},
	"asset":      {"notice", "provider"},
	"candidates": {"asset"},
	"notices":    {"notice", "clock"},
	"notice":     {"clock"},
	"providers":  {"provider"},
	"provider":   {"notice"},
	"operations": {"operation"},
	"operation":  {"notice", "asset", "clock"},
	"ledger":     nil, // everything
	"partners":   {"partner", "invitation"},
	"partner":    {"inquiry"},
	"evidence":   {"item"},
	"exhibit":    {}, // itself only
	"banks":      {"bank", "known"},
	"bank":       {"known"},
	"known":      {"bank", "match"},
	"terms":      {"term", "term_list", "item"},
}

func touches(topic string, e iru.Event) bool {
	name, id, _ := strings.Cut(topic, "-")
	nouns, known := topics[name]
	if !known {
		return false
	}
	if nouns == nil {
		return true
	}
	for _, n := range nouns {
		if e.Subject.Noun == n {
			return true
		}
	}
	return id != "" && e.Subject.Noun == name && strconv.FormatInt(e.Subject.ID, 10) == id
}

const (
	liveApart = time.Second      // a page is told at most so often
	liveBeat  = 15 * time.Second // and hears so often that the stream stands
	liveFor   = 5 * time.Minute  // then it ends, and the browser comes again
)

// live streams "change" when something new in the officer's reach touches the topic; the page then fetches itself anew. It ends
// with the session.
func (v *visit) live() error {
	topic := v.r.PathValue("topic")
	name, _, named := strings.Cut(topic, "-")
	if _, ok := topics[name]; !ok {
		return iru.NotFound
	}
	board := iru.OperationID(0)
	if name == "operation" && named {
		board = iru.OperationID(number(v.r.PathValue("topic")[len(name)+1:]))
		if _, err := v.boards.look(v, board); err != nil {
			return err
		}
	}
	ctx := v.ctx()
	leave := v.feed.join()
	defer leave()
	after, far := v.lastSeen()
	h := v.w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("X-Accel-Buffering", "no")
	flush := http.NewResponseController(v.w)
	send := func(event, data string) bool {
		_, err := fmt.Fprintf(v.w, "event: %s\ndata: %s\n\n", event, data)
		return err == nil && flush.Flush() == nil
	}
	if !send("now", v.now.Format(time.RFC3339Nano)) {
		return nil
	}
	if board != 0 {
		if far {
			after = 0
		}
		return v.liveBoard(board, after, send)
	}
	if far && !send("change", "") {
		return nil
	}
	beat := time.NewTicker(liveBeat)
	defer beat.Stop()
	end := time.After(liveFor)
	for {
		news := v.feed.next()
		changed, next, err := v.changed(topic, after)
		if err != nil {
			return nil // the headers are out; the browser comes again
		}
		after = next
		if changed && !send("change", "") {
			return nil
		}
		select {
		case <-ctx.Done():
			return nil
		case <-end:
			return nil
		case <-news:
			select { // gather what comes in a burst
			case <-ctx.Done():
				return nil
			case <-time.After(liveApart):
			}
		case <-beat.C:
			v.now = v.desk.Now().UTC()
			if v.over() {
				send("ended", "")
				return nil
			}
			if !send("now", v.now.Format(time.RFC3339Nano)) {
				return nil
			}
		}
	}
}

// farBehind is how many events a stream looks through for what happened since its page was made.
const farBehind = 500

// lastSeen is where the stream begins: after the newest event when the page was made, which the page says, so that nothing is lost
// in between. far: too much happened since, the page is told so at once.
func (v *visit) lastSeen() (after iru.EventID, far bool) {
	said := iru.EventID(number(v.r.URL.Query().Get("after")))
	if said == 0 || said > v.last {
		return v.last, false
	}
	if v.last-said > farBehind {
		return v.last, true
	}
	return said, false
}

// changed reports whether an event after the given one touches the topic, and the newest one looked at.
func (v *visit) changed(topic string, after iru.EventID) (bool, iru.EventID, error) {
	touched := false
	err := v.read(func(t *db.Tx) error {
		touched = false
		from := after
		es, err := t.EventsAfter(v.ctx(), v.scope, from, farBehind)
		for _, e := range es {
			touched = touched || touches(topic, e)
			after = e.ID
		}
		return err
	})
	return touched, after, err
}
