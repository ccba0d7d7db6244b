// SPDX-License-Identifier: EUPL-1.2

package e2e

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"iolaus/internal/db"
	"iolaus/internal/db/dbtest"
	"iolaus/internal/desk/desktest"
	"iolaus/internal/iru"
	"iolaus/internal/legal"
	"iolaus/internal/sim"
	"iolaus/internal/web/webtest"
)

// A board as it is measured: so many assets, each with an act, looked at by so many officers of three units, and how long it takes until the state
// of every asset has changed once.
const (
	boardAssets  = 2000
	boardViewers = 20
	boardMinute  = time.Minute
)

// BenchmarkBoard measures a board of 2,000 assets with 20 viewers, each with a session and a stream of its own, and one Chromium before it, while
// the state of every asset changes within a minute: how long after the change was stored each viewer had it and Chromium showed it, and what
// the server took of a core. On the day before the release (what holds it is computed) and after it, when acts are heard of as well.
func BenchmarkBoard(b *testing.B) {
	for _, engine := range []string{db.SQLite, db.PostgreSQL} {
		b.Run(engine, func(b *testing.B) {
			for range b.N {
				d := newBoardDay(b, engine)
				d.run(b, "before the release", false)
				d.release(b)
				d.run(b, "after the release", true)
				if _, code := d.serve.stop(); code != 0 {
					b.Errorf("the server ended with %d:\n%s", code, d.serve.output())
				}
			}
		})
	}
}

type boardDay struct {
	*office
	engine  string
	op      iru.Operation
	assets  []iru.AssetID
	acts    []iru.NoticeID
	host    string
	serve   *program
	viewers []*person
}

func newBoardDay(b *testing.B, engine string) *boardDay {
	b.Helper()
	s, err := sim.StartSink(b.Context(), 1)
	ok(b, err)
	b.Cleanup(s.Close)
	place := sinkInstallation(b, s)
	if engine == db.PostgreSQL {
		place.dsn = dbtest.Postgres(b)
	}
	d := &boardDay{office: staff(b, place, sim.World{}), engine: engine}
	d.op = d.lineUp(b, s, 1)
	d.many(b)
	d.serve = iolaus(b, place.args("serve", "--no-workers", "--listen", "127.0.0.1:0")...)
	d.host = d.serve.await(`Workbench: http://(\S+)`)[1]
	link := regexp.MustCompile(`/welcome/[0-9a-f]{64}`)
	for n := range boardViewers {
		login := fmt.Sprintf("viewer%d", n)
		p := newPerson(b, d.host, "")
		enter(p, link.FindString(must(b, place.args("invite", login)...)), login)
		p.client.Timeout = 0 // streams stay open
		d.viewers = append(d.viewers, p)
	}
	return d
}

// many has three units take part, and makes the operation one of 2,000 assets.
func (d *boardDay) many(b *testing.B) {
	b.Helper()
	ctx, now := b.Context(), time.Now().UTC().Truncate(time.Microsecond)
	ok(b, d.DB.Tx(ctx, func(t *db.Tx) (err error) {
		units := []iru.UnitID{d.unit}
		for _, x := range []string{"B", "C"} {
			u := iru.Unit{Name: "Unit " + x, Country: "X" + x, Kind: legal.CompetentAuthority, Mail: "desk@unit.test", State: iru.UnitActive, Created: now}
			if err := t.AddUnit(ctx, &u); err != nil {
				return err
			}
			p := iru.Participant{Operation: d.op.ID, Unit: u.ID, Kind: iru.KindUnit, Name: u.Name, Country: u.Country, Roles: []iru.TaskRole{iru.RoleOrderRemoval}}
			if err := t.AddParticipant(ctx, &p); err != nil {
				return err
			}
			if err := t.AddPoll(ctx, &iru.Poll{Operation: d.op.ID, Participant: p.ID, Role: iru.RoleOrderRemoval, Unit: u.ID, State: iru.PollOpen}); err != nil {
				return err
			}
			units = append(units, u.ID)
		}
		for n := range boardViewers {
			o := iru.Officer{Unit: units[n%3], Login: fmt.Sprintf("viewer%d", n), Name: fmt.Sprintf("Viewer %d", n), Roles: []iru.Role{iru.Analyst}, State: iru.OfficerActive, Created: now}
			if err := t.AddOfficer(ctx, &o); err != nil {
				return err
			}
		}
		if d.assets, d.acts, err = desktest.Widen(ctx, t, d.op.ID, boardAssets, now); err != nil {
			return err
		}
		return d.unseen(ctx, t, d.assets[:1], now)
	}))
}

// unseen has nothing known of assets.
func (d *boardDay) unseen(ctx context.Context, t *db.Tx, assets []iru.AssetID, now time.Time) error {
	for _, id := range assets {
		a, err := t.Asset(ctx, iru.Program(), id)
		if err != nil {
			return err
		}
		a.Presence = iru.Presence{State: iru.PresenceUnknown, Since: now}
		if err := t.UpdateAsset(ctx, a, a.State); err != nil {
			return err
		}
	}
	return nil
}

// release has the day behind it: everything has left. That it does is measured elsewhere.
func (d *boardDay) release(b *testing.B) {
	b.Helper()
	ctx, now := b.Context(), time.Now().UTC().Truncate(time.Microsecond)
	ok(b, d.DB.Tx(ctx, func(t *db.Tx) error {
		o, err := t.Operation(ctx, iru.Program(), d.op.ID)
		if err != nil {
			return err
		}
		was := o.State
		o.State, o.T0, o.FirstSent, o.LastSent = iru.OperationReleased, now.Add(-time.Minute), now.Add(-time.Minute), now.Add(-59*time.Second)
		if err := t.UpdateOperation(ctx, o, was); err != nil {
			return err
		}
		for _, id := range d.acts {
			n, err := t.Notice(ctx, iru.Program(), id)
			if err != nil {
				return err
			}
			old := n.State
			n.State, n.SentAt = iru.NoticeDispatched, now.Add(-time.Minute)
			if err := t.UpdateNotice(ctx, n, old); err != nil {
				return err
			}
		}
		if err := d.unseen(ctx, t, d.assets, now); err != nil {
			return err
		}
		_, err = t.Record(ctx, iru.Event{At: now, Unit: d.unit, Subject: iru.Subject{Noun: "operation", ID: int64(o.ID)}, Verb: "sent"})
		return err
	}))
}

// heard is what of an act becomes known after it left.
func (d *boardDay) heard(b *testing.B, id iru.NoticeID) {
	ctx := b.Context()
	ok(b, d.DB.Tx(ctx, func(t *db.Tx) error {
		n, err := t.Notice(ctx, iru.Program(), id)
		if err != nil {
			return err
		}
		old := n.State
		n.State, n.ReceivedAt = iru.NoticeReceived, time.Now().UTC().Truncate(time.Microsecond)
		if err := t.UpdateNotice(ctx, n, old); err != nil {
			return err
		}
		_, err = t.Record(ctx, iru.Event{At: n.ReceivedAt, Unit: n.Unit, Subject: iru.Subject{Noun: "notice", ID: int64(id)}, Verb: "receive", From: string(old), To: string(n.State)})
		return err
	}))
}

// run has every asset change once within a minute and says when who saw it.
func (d *boardDay) run(b *testing.B, when string, acts bool) {
	b.Helper()
	ctx, stop := context.WithCancel(b.Context())
	defer stop()
	path := fmt.Sprintf("/operations/%d", d.op.ID)
	changed := make([]time.Time, len(d.assets))
	var views []*boardView
	var watching sync.WaitGroup
	for _, p := range d.viewers {
		v := &boardView{person: p, url: p.base + path, seen: map[string]time.Time{}}
		v.open(ctx, b)
		views = append(views, v)
		watching.Go(func() { v.watch(ctx) })
	}
	cookie := ""
	for _, c := range d.viewers[0].client.Jar.Cookies(must1(b)(http.NewRequest(http.MethodGet, d.viewers[0].base, nil)).URL) {
		cookie = c.Value
	}
	d.screen(b, path, cookie)
	time.Sleep(3 * time.Second) // until all have what they came for
	load := field("/proc/loadavg", `^(\S+)`)
	before, begun := d.spent(b), time.Now()
	for n, id := range d.assets {
		if wait := time.Until(begun.Add(time.Duration(n) * boardMinute / boardAssets)); wait > 0 {
			time.Sleep(wait)
		}
		if acts {
			d.heard(b, d.acts[n])
		}
		_, err := d.RecordLooks(ctx, id, []iru.Observation{{At: time.Now().UTC(), Vantage: "north", Outcome: iru.Up, Status: 200}, {At: time.Now().UTC(), Vantage: "south", Outcome: iru.Up, Status: 200}})
		ok(b, err)
		changed[n] = time.Now()
	}
	took, cpu := time.Since(begun), d.spent(b)-before
	lacks := func(v *boardView) bool { return v.count() < len(d.assets) }
	for end := time.Now().Add(30 * time.Second); slices.ContainsFunc(views, lacks) && time.Now().Before(end); {
		time.Sleep(time.Second)
	}
	time.Sleep(3 * time.Second)
	shown := map[string]time.Time{}
	for tile, at := range webtest.Eval[map[string]float64](b, "window.shownAt") {
		shown[tile] = time.UnixMicro(int64(at * 1000))
	}
	stop()
	watching.Wait()
	var late, screen []time.Duration
	requests, bytes := 0, 0
	for i, v := range views {
		if v.err != nil {
			b.Fatalf("viewer %d: %v", i, v.err)
		}
		requests, bytes = requests+v.asked, bytes+v.read
		late = append(late, d.after(b, fmt.Sprintf("viewer %d", i), changed, v.seen)...)
	}
	screen = d.after(b, "Chromium", changed, shown)
	slices.Sort(late)
	slices.Sort(screen)
	at := func(ds []time.Duration, q float64) float64 { return ms(ds[int(float64(len(ds)-1)*q)]) }
	core := cpu.Seconds() / took.Seconds()
	name := strings.ReplaceAll(when, " ", "_")
	b.ReportMetric(core, name+"_cores")
	b.ReportMetric(at(late, .99), name+"_viewer_p99_ms")
	b.ReportMetric(at(late, 1), name+"_viewer_max_ms")
	b.ReportMetric(at(screen, 1), name+"_screen_max_ms")
	b.Logf("%s, %s: %.2f cores; viewers median %.0f, p99 %.0f, longest %.0f ms; Chromium median %.0f, p99 %.0f, longest %.0f ms; %d requests, %.1f MiB; %s; load %s", d.engine, when, core,
		at(late, .5), at(late, .99), at(late, 1), at(screen, .5), at(screen, .99), at(screen, 1), requests, float64(bytes)/(1<<20), took, load)
	measured(fmt.Sprintf("Board of %d assets and %d viewers of three units, %s, every asset changing once in %s; %s, server in a process of its own, load %s when it began", boardAssets, boardViewers, when, took.Round(time.Second), d.engine, load),
		line{"CPU of the server", core, "cores"}, line{"stored to received by a viewer, median", at(late, .5), "ms"}, line{"99th percentile", at(late, .99), "ms"}, line{"longest", at(late, 1), "ms"},
		line{"stored to shown by Chromium, median", at(screen, .5), "ms"}, line{"99th percentile", at(screen, .99), "ms"}, line{"longest", at(screen, 1), "ms"},
		line{"requests of the viewers", float64(requests), ""}, line{"that they were answered", float64(bytes) / (1 << 20), "MiB"})
}

func must1(b *testing.B) func(r *http.Request, err error) *http.Request {
	return func(r *http.Request, err error) *http.Request { b.Helper(); ok(b, err); return r }
}

// after gives how long after each change it was seen; one that was not is a failure.
func (d *boardDay) after(b *testing.B, who string, changed []time.Time, seen map[string]time.Time) (out []time.Duration) {
	b.Helper()
	missed := 0
	for n, a := range d.assets {
		at, was := seen[fmt.Sprintf("tile-%d", a)]
		if !was {
			missed++
			continue
		}
		out = append(out, max(0, at.Sub(changed[n])))
	}
	if missed > 0 {
		b.Fatalf("%s did not see %d of %d changes", who, missed, len(d.assets))
	}
	return out
}

// screen opens the board in Chromium, which writes down in which frame each tile was shown as up.
func (d *boardDay) screen(b *testing.B, path, cookie string) {
	b.Helper()
	ctx := webtest.Browser(b)
	ok(b, chromedp.Do(ctx, chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
		_, err := cdp.Call(ctx, tab, network.SetCookie, network.SetCookieParams{Name: "iolaus", Value: cookie, URL: "http://" + d.host})
		return err
	})))
	webtest.Open(b, "http://"+d.host+path, 1440, false)
	webtest.Eval[bool](b, `(() => { window.shownAt = {}; const look = () => { const at = Date.now(); for (const el of document.querySelectorAll('.tiles > .warn')) window.shownAt[el.id] ??= at; requestAnimationFrame(look); }; look(); return true; })()`)
}

// spent is the time on processors that the server has taken.
func (d *boardDay) spent(b *testing.B) time.Duration {
	b.Helper()
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", d.serve.cmd.Process.Pid))
	ok(b, err)
	f := strings.Fields(string(raw[bytes.LastIndexByte(raw, ')')+1:]))
	user, err := strconv.ParseInt(f[11], 10, 64)
	ok(b, err)
	system, err := strconv.ParseInt(f[12], 10, 64)
	ok(b, err)
	return time.Duration(user+system) * 10 * time.Millisecond // a hundredth of a second each, on every Linux
}

// A boardView is one who looks at a board, without a browser: the page, then its stream, and of each change the parts that it names.
type boardView struct {
	*person
	url   string
	after string
	ids   []string // of all its live parts
	mu    sync.Mutex
	seen  map[string]time.Time
	asked int
	read  int
	err   error
}

var (
	afterAttr = regexp.MustCompile(`data-after="(\d+)"`)
	tileUp    = regexp.MustCompile(`<li id="(tile-\d+)" class="warn"`)
)

func (v *boardView) get(ctx context.Context, ids []string) (string, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, v.url, nil)
	if err != nil {
		return "", err
	}
	r.Header.Set("Accept", "text/html")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	if len(ids) > 0 {
		r.Header.Set("Iolaus-Fragment", strings.Join(ids, " "))
	}
	res, err := v.client.Do(r)
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	at := time.Now()
	if err == nil && res.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", v.url, res.Status)
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.asked, v.read = v.asked+1, v.read+len(body)
	for _, m := range tileUp.FindAllSubmatch(body, -1) {
		if id := string(m[1]); v.seen[id].IsZero() {
			v.seen[id] = at
		}
	}
	return string(body), err
}

// count is how many assets it has seen up.
func (v *boardView) count() int {
	v.mu.Lock()
	defer v.mu.Unlock()
	return len(v.seen)
}

func (v *boardView) open(ctx context.Context, b *testing.B) {
	b.Helper()
	page, err := v.get(ctx, nil)
	ok(b, err)
	v.after = afterAttr.FindStringSubmatch(page)[1]
	ids := map[string]bool{}
	for _, m := range regexp.MustCompile(`<(?:section|div|article)[^>]* id="([a-z]+)"[^>]* data-live=`).FindAllStringSubmatch(page, -1) {
		ids[m[1]] = true
	}
	v.ids = slices.Sorted(maps.Keys(ids))
	if !slices.Contains(v.ids, "grid") || len(v.seen) > 0 {
		b.Fatalf("the board has the live parts %v and %d assets that are up", v.ids, len(v.seen))
	}
}

// watch follows the stream until the context ends.
func (v *boardView) watch(ctx context.Context) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.Replace(v.url, "/operations/", "/live/operation-", 1)+"?after="+v.after, nil)
	if err != nil {
		v.err = err
		return
	}
	r.Header.Set("Accept", "text/event-stream")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	res, err := v.client.Do(r)
	if err != nil {
		v.err = err
		return
	}
	defer res.Body.Close()
	event := ""
	for lines := bufio.NewScanner(res.Body); lines.Scan(); {
		if e, is := strings.CutPrefix(lines.Text(), "event: "); is {
			event = e
		}
		data, is := strings.CutPrefix(lines.Text(), "data:")
		if !is || event != "change" {
			continue
		}
		ids := strings.Fields(data)
		if len(ids) == 0 {
			ids = v.ids
		}
		if _, err := v.get(ctx, ids); err != nil && ctx.Err() == nil {
			v.err = err
			return
		}
	}
	if ctx.Err() == nil {
		v.err = fmt.Errorf("the stream of %s ended: %s", v.url, res.Status)
	}
}
