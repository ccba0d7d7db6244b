// SPDX-License-Identifier: EUPL-1.2

package e2e

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/riverqueue/river"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/legal"
	"iolaus/internal/sim"
)

// released is how many acts leave at once in [BenchmarkRelease].
const released = 1000

// BenchmarkRelease measures how far the release of a thousand acts spreads, half by mail, half by a provider's interface, from one
// machine on SQLite: at the receiver, which is a process of its own no more than the test is, and by our own record.
func BenchmarkRelease(b *testing.B) {
	var spread, own, late float64
	for range b.N {
		x, y, z := newReleasing(b, db.SQLite, released).releaseAll(b)
		spread, own, late = spread+x, own+y, late+z
	}
	n := float64(b.N)
	b.ReportMetric(spread/n, "release_spread_ms")
	b.ReportMetric(own/n, "own_spread_ms")
	b.ReportMetric(late/n, "first_after_t0_ms")
	measured(fmt.Sprintf("Release of %d acts at T0, half by mail (one server), half by a provider's interface (TLS), with PDF and JSON; SQLite", released),
		line{"first to last arrival at the receiver", spread / n, "ms"}, line{"first to last by our own record", own / n, "ms"}, line{"T0 to first arrival", late / n, "ms"})
}

func byTime(a, b sim.Arrival) int { return a.At.Compare(b.At) }

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// sinkInstallation is an installation whose world is one desk that takes everything.
func sinkInstallation(b *testing.B, s *sim.Sink) installation {
	b.Helper()
	i := installation{dir: b.TempDir()}
	i.file, i.dsn = filepath.Join(i.dir, "iolaus.toml"), filepath.Join(i.dir, "iolaus.db")
	roots := filepath.Join(i.dir, "sink.pem")
	ok(b, os.WriteFile(roots, s.Authority(), 0o600))
	u, err := url.Parse(s.Base())
	ok(b, err)
	_, port, err := net.SplitHostPort(u.Host)
	ok(b, err)
	ok(b, os.WriteFile(i.file, fmt.Appendf(nil, `
[unit]
name = "Unit A"
country = "XA"
kind = "competent_authority"
mail = "referrals@unit-a.test"
[mail]
server = %q
tls = "none"
from = "Unit A <referrals@unit-a.test>"
domain = "replies.unit-a.test"
[network]
allow = ["127.0.0.0/8"]
ports = { %q = %s }
roots = %q
pace = "0s"
[sources]
rdap = ""
[rules]
verify = "1h"
`, s.SMTP(), port, port, roots), 0o600))
	return i
}

// actsEach is how many acts [office.lineUp] drafts about one address: a day has many addresses, and a few acts about each.
const actsEach = 10

// found has a person find that what is at an address should go, and says who carries it.
func (o *office) found(b *testing.B, n int, carriers []iru.Provider) (i iru.Item) {
	b.Helper()
	ctx := b.Context()
	a, err := o.Watch(ctx, o.scope("ada"), desk.WatchRequest{Address: fmt.Sprintf("https://w%d.halcyon-weather.test/", n), Name: "Halcyon Weather Wire", Reason: "exercise"})
	ok(b, err)
	o.read(func(ctx context.Context, t *db.Tx) error {
		i, err = t.ItemByLocator(ctx, a.Unit, a.Locator)
		return err
	})
	_, err = o.RecordCapture(ctx, desk.Recording{Item: i.ID, Vantage: "here", At: time.Now().UTC(), Outcome: iru.Up, Status: 200, Final: a.Locator,
		Manifest: strings.Repeat("ab", 32), Title: "Weather", Lang: "en", Dir: "ltr", Text: "snow line falls tonight", Content: fmt.Sprintf("%064x", n+1)})
	ok(b, err)
	_, err = o.Assess(ctx, o.scope("ada"), refer(i))
	ok(b, err)
	for _, p := range carriers {
		_, err = o.Carry(ctx, o.scope("lio"), a.ID, p.ID, "exercise")
		ok(b, err)
	}
	return i
}

// lineUp drafts and approves the tasks of an operation and takes the poll.
func (o *office) lineUp(b *testing.B, s *sim.Sink, acts int) iru.Operation {
	b.Helper()
	ctx := b.Context()
	providers := []iru.Provider{
		{Name: "Sink by mail", Site: "sink.test", Layer: legal.Host, Channel: iru.ByMail, Address: "abuse@sink.test", Source: "exercise"},
		{Name: "Sink by interface", Site: "sink-api.test", Layer: legal.Platform, Channel: iru.ByAPI, Address: s.Base(), Token: s.Token(), Source: "exercise"}}
	for n := range providers {
		p, err := o.EnterProvider(ctx, o.scope("lio"), providers[n])
		ok(b, err)
		_, err = o.Confirm(ctx, o.scope("lio"), p.ID, "exercise")
		ok(b, err)
		providers[n] = p
	}
	var about []iru.Item
	for n := range (acts + actsEach - 1) / actsEach {
		about = append(about, o.found(b, n, providers))
	}
	var outlets []iru.OutletID
	o.read(func(ctx context.Context, t *db.Tx) error {
		a, err := t.Asset(ctx, iru.Program(), about[0].Asset)
		outlets = []iru.OutletID{a.Outlet}
		return err
	})
	op, err := o.PlanOperation(ctx, o.scope("dora"), "Lantern", outlets, nil, 0, "")
	ok(b, err)
	for n := range acts {
		p, i := providers[n%2], about[n/actsEach]
		d, err := o.Draft(ctx, o.scope("dora"), desk.DraftRequest{Asset: i.Asset, Item: i.ID, Provider: p.ID, Layer: p.Layer, Instrument: legal.Referral, Operation: op.ID})
		ok(b, err)
		_, err = o.approve(d)
		ok(b, err)
	}
	_, err = o.OpenPoll(ctx, o.scope("dora"), op.ID)
	ok(b, err)
	_, err = o.Poll(ctx, o.scope("lio"), op.ID, iru.PollGo, "")
	ok(b, err)
	return op
}

// BenchmarkRecheck measures how many assets that are down one core rechecks in a second, each from two vantage points over TLS against
// the range, and which share of that time the store takes: the same transactions alone, in this process, against the same file.
func BenchmarkRecheck(b *testing.B) {
	const assets = 1000
	var rate, share float64
	for range b.N {
		r, err := sim.Start(b.Context(), sim.Options{Seed: 1, Scenario: "s1"})
		ok(b, err)
		place := install(b, r, "")
		text, err := os.ReadFile(place.file)
		ok(b, err)
		calm := strings.NewReplacer(`recheck = ["1500ms", "4s"]`, `recheck = ["24h"]`, `listen = "`+place.inbox+"\"\n", "", `survey = "1s"`, `survey = "24h"`).Replace(string(text))
		ok(b, os.WriteFile(place.file, []byte(calm), 0o600))
		o := staff(b, place, r.World())
		down := o.fallen(b, r, assets)
		pinned := start(b, "/usr/bin/taskset", append([]string{"-c", "0", "/usr/bin/env", "GOMAXPROCS=1", binary}, place.args("work")...)...)
		var first, last time.Time
		eventually(b, func() string {
			n := 0
			o.read(func(ctx context.Context, t *db.Tx) error {
				first, last, n = time.Time{}, time.Time{}, 0
				for _, a := range down {
					os, err := t.Observations(ctx, iru.Program(), a.ID, 10)
					if err != nil {
						return err
					}
					if len(os) >= 2 {
						n++
					}
					for _, x := range os {
						if x.Outcome != iru.Gone {
							return fmt.Errorf("asset %d: %s, %s", a.ID, x.Outcome, x.Detail)
						}
						if end := x.At.Add(x.Took); end.After(last) {
							last = end
						}
						if first.IsZero() || x.At.Before(first) {
							first = x.At
						}
					}
				}
				return nil
			})
			if n < len(down) {
				time.Sleep(time.Second) // looking costs the core something, too
				return fmt.Sprintf("%d of %d are rechecked", n, len(down))
			}
			return ""
		})
		if _, code := pinned.stop(); code != 0 {
			b.Errorf("the worker ended with %d:\n%s", code, pinned.output())
		}
		each := last.Sub(first) / assets
		begun := time.Now()
		for _, a := range down {
			o.recheck(b, a)
		}
		store := time.Since(begun) / assets
		rate += float64(time.Second) / float64(each)
		share += 100 * float64(store) / float64(each)
		r.Close()
	}
	n := float64(b.N)
	b.ReportMetric(rate/n, "rechecks/s")
	b.ReportMetric(share/n, "%store")
	measured("Rechecks of assets that are down, two vantage points each, over TLS against the range, by a worker on one core; SQLite",
		line{"rechecks a second", rate / n, "1/s"}, line{"share of the store's transactions, measured alone", share / n, "%"})
}

// fallen enters assets that are down, each at an address where nothing is, with a recheck due now.
func (o *office) fallen(b *testing.B, r *sim.Range, n int) []iru.Asset {
	b.Helper()
	now := time.Now().UTC().Truncate(time.Microsecond)
	var down []iru.Asset
	ok(b, o.DB.Tx(b.Context(), func(t *db.Tx) error {
		down = nil
		for i := range n {
			a := iru.Asset{Unit: o.unit, Kind: iru.Site, Locator: fmt.Sprintf("%snothing/%d", r.Seeds()[0], i), Site: "halcyon-weather.test", State: iru.AssetDown,
				Presence: iru.Presence{State: iru.PresenceGone, Since: now}, FoundBy: "person", Created: now}
			if err := t.AddAsset(b.Context(), &a); err != nil {
				return err
			}
			x := iru.Item{Unit: o.unit, Asset: a.ID, Locator: a.Locator, State: iru.ItemFailed, Created: now}
			if err := t.AddItem(b.Context(), &x); err != nil {
				return err
			}
			if _, err := t.Enqueue(b.Context(), desk.Recheck{Asset: a.ID}, &river.InsertOpts{Queue: desk.QueueLooks}); err != nil {
				return err
			}
			down = append(down, a)
		}
		return nil
	}))
	return down
}

// recheck is what one recheck asks of the store.
func (o *office) recheck(b *testing.B, a iru.Asset) {
	b.Helper()
	ctx := b.Context()
	ok(b, o.DB.View(ctx, func(t *db.Tx) error {
		_, err := t.Asset(ctx, iru.Program(), a.ID)
		return err
	}))
	ok(b, o.DB.View(ctx, func(t *db.Tx) error {
		_, err := t.ItemByLocator(ctx, a.Unit, a.Locator)
		if errors.Is(err, iru.NotFound) {
			return nil
		}
		return err
	}))
	now := time.Now().UTC()
	_, err := o.RecordLooks(ctx, a.ID, []iru.Observation{{At: now, Vantage: "north", Outcome: iru.Gone, Status: 404, Detail: "404"}, {At: now, Vantage: "south", Outcome: iru.Gone, Status: 404, Detail: "404"}})
	ok(b, err)
}

// BenchmarkColdStart measures the time from starting the program on an empty store to its first page.
func BenchmarkColdStart(b *testing.B) {
	const runs = 10
	var took []time.Duration
	for range b.N {
		for range runs {
			begun := time.Now()
			p := iolaus(b, "--data", b.TempDir(), "--allow", "127.0.0.0/8", "serve", "--listen", "127.0.0.1:0")
			host := p.await(`Workbench: http://(\S+)`)[1]
			took = append(took, answers(b, host, begun))
			p.kill()
		}
	}
	slices.Sort(took)
	median := took[len(took)/2]
	info, err := os.Stat(binary)
	ok(b, err)
	size := float64(info.Size()) / (1 << 20)
	b.ReportMetric(ms(median), "cold_start_ms")
	b.ReportMetric(size, "binary_MiB")
	measured("Cold start of `iolaus serve` on an empty SQLite store, to the first page answered",
		line{fmt.Sprintf("median of %d", len(took)), ms(median), "ms"}, line{"size of the binary", size, "MiB"})
}
