// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"bufio"
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/legal"
)

// stream opens a live stream and gives its events, one a line.
func (h *house) stream(login, topic string) <-chan string {
	h.t.Helper()
	ctx, stop := context.WithCancel(h.t.Context())
	r, err := http.NewRequestWithContext(ctx, "GET", h.url+"/live/"+topic, nil)
	must(h.t, err)
	r.Header.Set("Accept", "text/event-stream")
	r.AddCookie(&http.Cookie{Name: "iolaus", Value: h.token(login)})
	resp, err := http.DefaultClient.Do(r)
	must(h.t, err)
	if resp.StatusCode != 200 || resp.Header.Get("Content-Type") != "text/event-stream" {
		h.t.Fatalf("the stream is answered %d, %s", resp.StatusCode, resp.Header.Get("Content-Type"))
	}
	out := make(chan string, 16)
	done := make(chan struct{})
	go func() {
		defer close(done)
		lines := bufio.NewScanner(resp.Body)
		for lines.Scan() {
			if e, ok := strings.CutPrefix(lines.Text(), "event: "); ok {
				out <- e
			}
		}
	}()
	h.t.Cleanup(func() { stop(); resp.Body.Close(); <-done })
	return out
}

func next(events <-chan string, within time.Duration) string {
	select {
	case e := <-events:
		return e
	case <-time.After(within):
		return ""
	}
}

func TestLivePagesAreToldOfWhatTouchesThem(t *testing.T) {
	h := newHouse(t)
	outlets, bo, ledger := h.stream("ada", "outlets"), h.stream("bo", "outlets"), h.stream("ada", "operations")
	for _, s := range []<-chan string{outlets, bo, ledger} {
		if e := next(s, 5*time.Second); e != "now" {
			t.Fatalf("the stream begins with %q", e)
		}
	}
	h.watch("https://wire.halcyon-weather.test/", "Halcyon Weather Wire")
	if e := next(outlets, 5*time.Second); e != "change" {
		t.Errorf("the page of outlets is told %q", e)
	}
	if e := next(ledger, 300*time.Millisecond); e != "" {
		t.Errorf("the page of operations is told %q", e)
	}
	if e := next(bo, 300*time.Millisecond); e != "" {
		t.Errorf("another unit is told %q", e)
	}
	h.as("ada").get("/live/secrets").is(404)

	// What happened between the making of a page and its listening is told at once.
	after := h.as("ada").get("/outlets").attr("html", "data-after")
	h.watch("https://mirror.halcyon-copy.test/", "Halcyon Weather Wire")
	gap := h.stream("ada", "outlets?after="+after)
	if a, b := next(gap, 5*time.Second), next(gap, 5*time.Second); a != "now" || b != "change" {
		t.Errorf("after a gap the page is told %q, %q", a, b)
	}
	fresh := h.stream("ada", "outlets?after="+h.as("ada").get("/outlets").attr("html", "data-after"))
	if a, b := next(fresh, 5*time.Second), next(fresh, 300*time.Millisecond); a != "now" || b != "" {
		t.Errorf("a page that missed nothing is told %q, %q", a, b)
	}
	h.as("").do("GET", "/live/outlets", nil, "Accept", "text/event-stream").is(401)
}

// A shared board is told of its assets that another unit serves, though their log is not read there, and of nothing else.
func TestSharedBoardIsTold(t *testing.T) {
	h := newHouse(t)
	s := h.acts()
	cedar := h.provider("Cedar Cloud", legal.Host)
	_, err := h.Draft(t.Context(), h.scope("ada"), desk.DraftRequest{Asset: s.mirror.ID, Item: h.item(s.mirror.Locator).ID, Provider: cedar.ID, Layer: legal.Host, Instrument: legal.Referral, Operation: s.joint.ID})
	must(t, err)
	board := h.stream("bo", "operation-"+id(s.joint.ID))
	if e := next(board, 5*time.Second); e != "now" {
		t.Fatalf("the stream begins with %q", e)
	}
	h.look(s.mirror.ID, iru.Up, iru.Up)
	if e := next(board, 5*time.Second); e != "change" {
		t.Errorf("the board of the other unit is told %q", e)
	}
	row, tile := "act-"+id(s.theirs.ID), "tile-"+id(s.mirror.ID)
	part := h.as("bo").do("GET", "/operations/"+id(s.joint.ID), nil, "Iolaus-Fragment", row+" "+tile)
	if part.is(200); strings.Count(part.body, "<tr id=") != 1 || !strings.Contains(part.body, `<tr id="`+row+`"`) || strings.Count(part.body, "<li id=") != 1 || !strings.Contains(part.body, `<li id="`+tile+`"`) {
		t.Errorf("one row and one tile are\n%s", part.body)
	}
	h.watch("https://unrelated-trams.test/", "Trams")
	if e := next(board, 2*time.Second); e != "" {
		t.Errorf("of another asset it is told %q", e)
	}
}

// What only grows older is no news; when something was seen is. A list is named as a whole when most of it changed, or others are in it.
func TestBoardNews(t *testing.T) {
	for _, x := range [][2]string{
		{`<b data-left>5 min</b>`, `<b </b>`}, {`<time class="fresh old" datetime="T" data-seen="T" data-stale="60">2 s ago</time>.`, `<time " datetime="T" </time>.`},
		{`<i class="fresh" hidden></i>`, `<i " hidden></i>`}, {`nothing`, `nothing`}, {``, ``}, {`data-left>`, ``},
	} {
		if got := steady(x[0]); got != x[1] {
			t.Errorf("%q is steady as %q, not %q", x[0], got, x[1])
		}
	}
	var many []string
	for n := range 60 {
		many = append(many, "act-"+id(int64(n)))
	}
	for _, x := range []struct {
		ids, want []string
	}{
		{[]string{"act-1", "count"}, []string{"act-1", "count"}}, {[]string{"act-1", "tasks", "count"}, []string{"count", "tasks"}}, {append(slices.Clone(many), "count"), []string{"count", "tasks"}}, {nil, nil},
	} {
		if got := (BoardPage{}).gather(x.ids, "tasks", "act-", 100); !slices.Equal(got, x.want) {
			t.Errorf("%v is told as %v", x.ids, got)
		}
	}
}

func TestTopicsAreTouched(t *testing.T) {
	event := func(noun string, n int64) iru.Event { return iru.Event{Subject: iru.Subject{Noun: noun, ID: n}} }
	for _, x := range []struct {
		topic string
		e     iru.Event
		want  bool
	}{
		{"outlet-5", event("outlet", 5), true}, {"outlet-5", event("outlet", 6), false}, {"outlet-5", event("asset", 9), true}, {"notice-3", event("notice", 3), true},
		{"notice-3", event("notice", 33), false}, {"ledger", event("anything", 1), true}, {"unknown", event("outlet", 1), false}, {"triage", event("notice", 1), false}, {"outlet-", event("outlet", 0), false},
	} {
		if got := touches(x.topic, x.e); got != x.want {
			t.Errorf("%s touched by %s %d: %v", x.topic, x.e.Subject.Noun, x.e.Subject.ID, got)
		}
	}
}
