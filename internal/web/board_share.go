// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/a-h/templ"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/web/ui"
)

// A board is computed once for all who look at it from one unit in one language, from what is read of the store once for all units; and every
// viewer is told which parts of it changed: what is computed for each is only what is shown to that officer alone.
type boards struct {
	mu    sync.Mutex
	rooms map[boardKey]*boardRoom
	days  map[iru.OperationID]*boardDay
	pulse pulse

	texts     sync.Mutex
	addresses map[string]ui.Address // as they are written on a board: to read one takes longer than to show it
}

func newBoards() *boards {
	return &boards{rooms: map[boardKey]*boardRoom{}, days: map[iru.OperationID]*boardDay{}, addresses: map[string]ui.Address{}}
}

// A pulse asks the store for its newest event once for all boards.
type pulse struct {
	mu   sync.Mutex
	at   time.Time // by the machine's clock
	last iru.EventID
}

// newest is the newest event, as it was at most half a tick ago.
func (x *pulse) newest(v *visit) (iru.EventID, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if time.Since(x.at) < boardEvery/2 {
		return x.last, nil
	}
	err := v.read(func(t *db.Tx) (err error) { x.last, err = t.LastEvent(v.ctx()); return err })
	if err == nil {
		x.at = time.Now()
	}
	return x.last, err
}

// address is [shortAddress].
func (b *boards) address(canonical string) ui.Address {
	b.texts.Lock()
	defer b.texts.Unlock()
	a, ok := b.addresses[canonical]
	if !ok {
		if len(b.addresses) >= 20_000 {
			clear(b.addresses)
		}
		a = shortAddress(canonical)
		b.addresses[canonical] = a
	}
	return a
}

// A boardDay is what was read of an operation last.
type boardDay struct {
	mu  sync.Mutex
	day *desk.Day
}

// day brings what is known of an operation up to the instant that a transaction sees.
func (b *boards) day(v *visit, t *db.Tx, o iru.Operation) (*desk.Day, error) {
	b.mu.Lock()
	d := b.days[o.ID]
	if d == nil {
		if len(b.days) >= 64 { // what is read again costs a moment
			clear(b.days)
		}
		d = &boardDay{}
		b.days[o.ID] = d
	}
	b.mu.Unlock()
	d.mu.Lock()
	defer d.mu.Unlock()
	next, err := d.day.Next(v.ctx(), t, o, v.now)
	if err == nil {
		d.day = next
	}
	return next, err
}

type boardKey struct {
	op   iru.OperationID
	unit iru.UnitID
	lang string
}

const (
	boardEvery = 50 * time.Millisecond  // how often a board that is looked at asks for news
	boardApart = 250 * time.Millisecond // between two computations, and so between two words to one page
	boardAge   = time.Second            // how old what no event tells of may be: when an asset was seen
	boardKept  = 64                     // changes that are remembered, who is further behind fetches everything; and answers
)

// A boardRoom is one board as it was computed last.
type boardRoom struct {
	mu        sync.Mutex
	page      BoardPage
	at        time.Time   // by the machine's clock
	last      iru.EventID // the newest event that it knows
	sig       map[string]string
	seq       int
	changes   []boardChange
	listeners int
	followed  bool // somebody computes it in turn
	stop      context.CancelFunc
	news      chan struct{}
}

type boardChange struct {
	seq int
	ids []string
}

// everything are the live parts of a board, for a page that has to fetch all of them.
var everything = []string{"count", "session", "grid", "tasks", "holds", "stages", "release", "duty"}

// room gives the room of a visit.
func (b *boards) room(v *visit, op iru.OperationID) *boardRoom {
	key := boardKey{op, v.by.Unit, ui.LanguageOf(v.ctx()).Tag}
	b.mu.Lock()
	defer b.mu.Unlock()
	r := b.rooms[key]
	if r == nil {
		if len(b.rooms) >= 256 { // of boards that nobody looks at any more
			for k, old := range b.rooms {
				if old.mu.TryLock() {
					if old.listeners == 0 {
						delete(b.rooms, k)
					}
					old.mu.Unlock()
				}
			}
		}
		r = &boardRoom{news: make(chan struct{})}
		b.rooms[key] = r
	}
	return r
}

// look gives the board as it is now: what was computed, if nothing happened since.
func (b *boards) look(v *visit, op iru.OperationID) (*boardRoom, error) {
	r := b.room(v, op)
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := v.read(func(t *db.Tx) error { _, err := t.Operation(v.ctx(), v.scope, op); return err }); err != nil {
		return nil, err
	}
	age := time.Since(r.at)
	if !r.at.IsZero() && r.page.Now.Sub(v.now).Abs() < 2*boardAge && (r.last >= v.last && age < boardAge || r.followed && age < 2*boardAge && v.byItself()) {
		return r, nil // what is followed is told of as soon as it is computed anew
	}
	return r, r.compute(v, op)
}

// compute reads the board and says what changed. The caller holds the lock.
func (r *boardRoom) compute(v *visit, op iru.OperationID) error {
	p := BoardPage{Now: v.now}
	last := iru.EventID(0)
	err := v.read(func(t *db.Tx) error {
		var err error
		if last, err = t.LastEvent(v.ctx()); err != nil {
			return err
		}
		return v.fillBoard(t, &p, op, v.boards.day)
	})
	if err != nil {
		return err
	}
	old := r.sig
	p.parted = &boardParts{html: map[string][]byte{}}
	r.page, r.at, r.last = p, time.Now(), last
	r.sig = make(map[string]string, len(p.Tiles.Tiles)+len(p.Tasks.Rows)+16)
	for id, part := range p.shared() {
		if id != "tasks" { // its rows are told of one by one
			r.sig[id] = steady(render(v.ctx(), part))
		}
	}
	var grid, rows strings.Builder
	for _, t := range p.Tiles.Tiles {
		r.sig[t.ID] = string(t.State.Tone) + t.State.Word + strconv.FormatInt(t.Fresh.Seen.UnixMicro(), 36)
		grid.WriteString(t.ID)
	}
	r.sig["grid"] = grid.String()
	rows.WriteString(p.leftWords(v.ctx()))
	for n, t := range p.Tasks.Rows {
		r.sig[t.ID] = p.rows[n]
		rows.WriteString(" " + t.ID)
	}
	r.sig["tasks"] = rows.String()
	if old == nil {
		return nil
	}
	var ids []string
	for id, s := range r.sig {
		if old[id] != s {
			ids = append(ids, id)
		}
	}
	ids = p.gather(ids, "grid", "tile-", len(p.Tiles.Tiles))
	ids = p.gather(ids, "tasks", "act-", len(p.Tasks.Rows))
	if len(ids) > 0 {
		slices.Sort(ids)
		r.seq++
		r.changes = append(r.changes, boardChange{r.seq, ids})
		r.changes = r.changes[max(0, len(r.changes)-boardKept):]
		close(r.news)
		r.news = make(chan struct{})
	}
	return nil
}

// gather names a list of n things as a whole where it has others in it now, or where most of them changed.
func (BoardPage) gather(ids []string, whole, each string, n int) []string {
	other := func(id string) bool { return id == whole || strings.HasPrefix(id, each) }
	some := slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return !other(id) })
	if !slices.Contains(some, whole) && len(some) <= n/2+8 {
		return ids
	}
	return append(slices.DeleteFunc(ids, other), whole)
}

// into copies the board for one viewer.
func (r *boardRoom) into(v *visit, p *BoardPage) {
	r.mu.Lock()
	defer r.mu.Unlock()
	own := *p
	*p = r.page
	p.Now, p.Wall, p.Ends, p.Idle, p.Said = v.now, own.Wall, own.Ends, own.Idle, own.Said
	p.Count = p.Op.Count(v.now)
	v.personal(p)
}

// join begins to follow a board: seq is the number of its last change so far, last the newest event that it knows; leave ends it.
func (r *boardRoom) join(v *visit, op iru.OperationID) (seq int, last iru.EventID, leave func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.listeners++
	if r.listeners == 1 {
		ctx, stop := context.WithCancel(context.WithoutCancel(v.ctx()))
		r.stop, r.followed = stop, true
		go r.follow(v.absent(ctx), op)
	}
	return r.seq, r.last, func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		if r.listeners--; r.listeners == 0 {
			r.stop()
			r.followed = false
		}
	}
}

// absent is a visit that nobody makes, with the same reach.
func (v *visit) absent(ctx context.Context) *visit {
	r := (&http.Request{Method: http.MethodGet, URL: &url.URL{Path: "/"}, Header: http.Header{}}).WithContext(ctx)
	return &visit{server: v.server, r: r, now: v.now, by: v.by, unit: v.unit, scope: v.scope}
}

func (r *boardRoom) since(seq int) (ids []string, now int, news <-chan struct{}) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.changes) > 0 && seq < r.changes[0].seq-1 {
		return everything, r.seq, r.news
	}
	seen := map[string]bool{}
	for _, c := range r.changes {
		if c.seq <= seq {
			continue
		}
		for _, id := range c.ids {
			if !seen[id] {
				seen[id] = true
				ids = append(ids, id)
			}
		}
	}
	return ids, r.seq, r.news
}

func (r *boardRoom) follow(v *visit, op iru.OperationID) {
	tick := time.NewTicker(boardEvery)
	defer tick.Stop()
	for {
		select {
		case <-v.ctx().Done():
			return
		case <-tick.C:
		}
		last, err := v.boards.pulse.newest(v)
		if err != nil {
			continue // the next tick asks again; the pages grow visibly older meanwhile
		}
		r.mu.Lock()
		if age := time.Since(r.at); age >= boardAge || last > r.last && age >= boardApart {
			v.now = v.desk.Now().UTC().Truncate(time.Microsecond)
			if err := r.compute(v, op); err != nil && v.ctx().Err() == nil {
				v.opts.Log.Warn("a board could not be computed", "operation", op, "error", err)
			}
		}
		r.mu.Unlock()
	}
}

// volatile is what grows older by itself on a page and is no news, by how it begins and where it ends: the rest of a clock, whether an age is old, and
// the age itself. When something was seen stands before its age, and stays.
var volatile = []struct{ begins, ends string }{{"data-left>", "<"}, {`class="fresh`, `"`}, {`data-seen="`, "<"}}

// steady is a part of a page without what is volatile.
func steady(html string) string {
	var b strings.Builder
	b.Grow(len(html))
	for {
		begin, ends, skip := len(html), "", 0
		for _, v := range volatile {
			if n := strings.Index(html[:begin], v.begins); n >= 0 {
				begin, ends, skip = n, v.ends, len(v.begins)
			}
		}
		b.WriteString(html[:begin])
		html = html[min(begin+skip, len(html)):]
		end := strings.Index(html, ends)
		if ends == "" || end < 0 {
			return b.String()
		}
		html = html[end:]
	}
}

func render(ctx context.Context, c templ.Component) string {
	var b bytes.Buffer
	if err := c.Render(ctx, &b); err != nil {
		return err.Error()
	}
	return b.String()
}

// shared are the parts that all viewers of a unit see alike, and "count", of which each has its own buttons.
func (p BoardPage) shared() map[string]templ.Component {
	return map[string]templ.Component{"count": p.count(), "tally": p.tally(), "tasks": p.tasks(), "holds": p.holds(), "release": p.release(), "stages": p.stages(), "duty": p.duty()}
}

// parts renders the parts of a board that a page asks for: those that all see alike once for all, and most pages ask for the same.
func (p BoardPage) parts(ids []string) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		if _, err := io.WriteString(w, "<!DOCTYPE html><title>"+templ.EscapeString(p.Op.Name)+"</title>"); err != nil {
			return err
		}
		alike := slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return id == "count" || id == "session" })
		html := p.parted.once(ctx, strings.Join(alike, " ")+p.personalMark(alike), p.Wall, templ.ComponentFunc(func(ctx context.Context, w io.Writer) error { return p.alike(ctx, w, alike) }))
		if _, err := w.Write(html); err != nil {
			return err
		}
		for _, id := range ids {
			var err error
			switch {
			case id == "count" && p.Wall:
				err = p.wallCount().Render(ctx, w)
			case id == "count":
				err = p.count().Render(ctx, w)
			case id == "session":
				err = p.sessionNote().Render(ctx, w)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// alike renders parts that all who reach as far see alike.
func (p BoardPage) alike(ctx context.Context, w io.Writer, ids []string) error {
	wanted := make(map[string]bool, len(ids))
	for _, id := range ids {
		wanted[id] = true
	}
	rows := p.Tasks
	rows.Rows = slices.DeleteFunc(slices.Clone(rows.Rows), func(r ui.Row) bool { return !wanted[r.ID] })
	if len(rows.Rows) > 0 {
		if err := rows.Render(ctx, w); err != nil {
			return err
		}
	}
	for _, t := range p.Tiles.Tiles {
		if wanted[t.ID] {
			if err := t.Item().Render(ctx, w); err != nil {
				return err
			}
		}
	}
	shared := p.shared()
	shared["grid"] = p.grid()
	for _, id := range ids {
		if c, ok := shared[id]; ok {
			if err := c.Render(ctx, w); err != nil {
				return err
			}
		}
	}
	return nil
}

// personalMark parts what looks different for some officers.
func (p BoardPage) personalMark(ids []string) string {
	if p.MaySay && slices.Contains(ids, "duty") {
		return "+"
	}
	return ""
}

// boardParts are the parts of one computation of a board as they were rendered. They go with it: what somebody renders who still has the one before
// must not be shown as the new one.
type boardParts struct {
	mu   sync.Mutex
	html map[string][]byte
}

// once renders a part once for all who ask for it.
func (b *boardParts) once(ctx context.Context, id string, wall bool, c templ.Component) []byte {
	if wall {
		id = "wall " + id
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	html, ok := b.html[id]
	if !ok {
		html = []byte(render(ctx, c))
		if len(b.html) < boardKept {
			b.html[id] = html
		}
	}
	return html
}

// liveBoard streams which parts of a board changed, to a page that knows of every event up to one.
func (v *visit) liveBoard(op iru.OperationID, after iru.EventID, send func(event, data string) bool) error {
	ctx := v.ctx()
	room := v.boards.room(v, op)
	seq, last, leave := room.join(v, op)
	defer leave()
	if last > after && !send("change", strings.Join(everything, " ")) {
		return nil
	}
	beat := time.NewTicker(liveBeat)
	defer beat.Stop()
	end := time.After(liveFor)
	for {
		ids, now, news := room.since(seq)
		if seq = now; ids != nil && !send("change", strings.Join(ids, " ")) {
			return nil
		}
		select {
		case <-ctx.Done():
			return nil
		case <-end:
			return nil
		case <-news:
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
