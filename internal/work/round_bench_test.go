// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"net/netip"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/miekg/dns"

	"iolaus/internal/db"
	"iolaus/internal/db/dbtest"
	"iolaus/internal/desk"
	"iolaus/internal/fetch"
	"iolaus/internal/iru"
	"iolaus/internal/legal"
)

// benchWorker names what a worker process of BenchmarkRechecks is to do; empty in every other run.
const benchWorker = "IOLAUS_BENCH_ROUNDS"

type benchTask struct {
	DSN, Resolver string
	Port          uint16
	Worker, Of    int
	Count         int  // of sites, for the plain loop
	Plain         bool // only fetch
}

const benchSites = 4_000

// A worker of the benchmark is this test, in a process of its own; without a task there is nothing to do.
func TestRoundsInAProcess(t *testing.T) {
	text := os.Getenv(benchWorker)
	if text == "" {
		return
	}
	var task benchTask
	if err := json.Unmarshal([]byte(text), &task); err != nil {
		t.Fatal(err)
	}
	n := fetch.Network{Name: "north", Resolver: task.Resolver, Allow: []netip.Prefix{netip.MustParsePrefix("127.77.0.0/16")}, Ports: map[uint16]uint16{443: task.Port}}
	if task.Plain {
		plainLoop(t, n, task)
		return
	}
	d, err := db.Open(t.Context(), task.DSN)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	dk := &desk.Desk{DB: d, Now: func() time.Time { return time.Now().UTC() }, Regime: legal.EU(), Rules: desk.DefaultRules}
	c := &Crew{Desk: dk, Log: slog.New(slog.NewTextHandler(os.Stderr, nil)),
		Vantages: []*fetch.Client{fetch.New(n, fetch.Limits{}, &fetch.Politeness{Burst: 8, Shared: Pace{dk}}, "iolaus-test")}}
	var wg sync.WaitGroup
	for shard := task.Worker; shard < iru.Shards; shard += task.Of {
		wg.Go(func() {
			if _, err := c.rounds(t.Context(), shard, time.Now().Add(5*time.Minute)); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

// plainLoop fetches the same pages with as many at once, and keeps nothing.
func plainLoop(t *testing.T, n fetch.Network, task benchTask) {
	c := fetch.New(n, fetch.Limits{}, nil, "iolaus-test")
	var next atomic.Int64
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			for i := next.Add(1); i <= int64(task.Count); i = next.Add(1) {
				if int(i)%task.Of != task.Worker {
					continue
				}
				if r, err := c.Get(t.Context(), fmt.Sprintf("https://s%d.test/", i)); err != nil || r.Status != 200 {
					t.Errorf("%v", err)
				}
			}
		})
	}
	wg.Wait()
}

// BenchmarkRechecks gives looks a second at sites that have not changed, over TLS, each at a server of its own, with 1, 2 and 4 worker
// processes on each engine, beside a plain loop that fetches the same pages. Run it with -benchtime 1x.
func BenchmarkRechecks(b *testing.B) {
	resolver, port := benchWorld(b)
	run := func(b *testing.B, tasks []benchTask) float64 {
		began := time.Now()
		var wg sync.WaitGroup
		for _, k := range tasks {
			wg.Go(func() {
				text, _ := json.Marshal(k)
				cmd := exec.Command(os.Args[0], "-test.run=^TestRoundsInAProcess$", "-test.timeout=10m")
				cmd.Env = append(os.Environ(), benchWorker+"="+string(text))
				if out, err := cmd.CombinedOutput(); err != nil {
					b.Errorf("%v\n%s", err, out)
				}
			})
		}
		wg.Wait()
		return benchSites / time.Since(began).Seconds()
	}
	for _, n := range []int{1, 2, 4} {
		b.Run(fmt.Sprintf("plain/%d", n), func(b *testing.B) {
			for range b.N {
				var ts []benchTask
				for w := range n {
					ts = append(ts, benchTask{Resolver: resolver, Port: port, Worker: w, Of: n, Count: benchSites, Plain: true})
				}
				b.ReportMetric(run(b, ts), "looks/s")
			}
		})
	}
	for engine, dsn := range map[string]func() string{db.SQLite: func() string { return dbtest.File(b) }, db.PostgreSQL: func() string { return dbtest.Postgres(b) }} {
		for _, n := range []int{1, 2, 4} {
			b.Run(fmt.Sprintf("%s/%d", engine, n), func(b *testing.B) {
				for range b.N {
					at := dsn()
					benchStore(b, at)
					var ts []benchTask
					for w := range n {
						ts = append(ts, benchTask{DSN: at, Resolver: resolver, Port: port, Worker: w, Of: n})
					}
					rate := run(b, ts)
					benchDone(b, at)
					b.ReportMetric(rate, "looks/s")
				}
			})
		}
	}
}

const benchPage = "<!doctype html><html lang=en><title>Halcyon Weather</title><p>"

func benchBody() string { return benchPage + strings.Repeat(forecast, 60) }

// benchWorld serves every name under .test from sixteen addresses, over TLS.
func benchWorld(b *testing.B) (resolver string, port uint16) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		b.Fatal(err)
	}
	der, err := x509.CreateCertificate(rand.Reader, &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), DNSNames: []string{"*.test"}}, &x509.Certificate{SerialNumber: big.NewInt(1)}, &key.PublicKey, key)
	if err != nil {
		b.Fatal(err)
	}
	conf := &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}
	body := benchBody()
	h := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = io.WriteString(w, body) // a client that went away
	})
	for n := 1; n <= 16; n++ {
		l, err := net.Listen("tcp", fmt.Sprintf("127.77.1.%d:%d", n, port))
		if err != nil {
			b.Fatal(err)
		}
		port = l.Addr().(*net.TCPAddr).AddrPort().Port()
		s := &http.Server{Handler: h, ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)}
		go s.Serve(tls.NewListener(l, conf))
		b.Cleanup(func() { s.Close() })
	}
	pc, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	up := make(chan struct{})
	s := &dns.Server{PacketConn: pc, NotifyStartedFunc: func() { close(up) }, Handler: dns.HandlerFunc(func(w dns.ResponseWriter, q *dns.Msg) {
		m := new(dns.Msg)
		m.SetReply(q)
		if q.Question[0].Qtype == dns.TypeA {
			n, _ := strconv.Atoi(strings.TrimSuffix(strings.TrimPrefix(q.Question[0].Name, "s"), ".test."))
			m.Answer = []dns.RR{&dns.A{Hdr: dns.RR_Header{Name: q.Question[0].Name, Rrtype: dns.TypeA, Class: dns.ClassINET}, A: net.IPv4(127, 77, 1, byte(n%16+1))}}
		}
		w.WriteMsg(m)
	})}
	go s.ActivateAndServe()
	<-up
	b.Cleanup(func() { s.Shutdown() })
	return pc.LocalAddr().String(), port
}

// benchStore fills a store with sites that were captured and seen before, all due.
func benchStore(b *testing.B, dsn string) {
	b.Helper()
	ctx := context.Background()
	d, err := db.Open(ctx, dsn)
	if err != nil {
		b.Fatal(err)
	}
	defer d.Close()
	dk := &desk.Desk{DB: d, Now: func() time.Time { return time.Now().UTC() }, Regime: legal.EU(), Rules: desk.DefaultRules}
	if _, err := dk.Begin(ctx, iru.Unit{Name: "Unit A", Country: "XA", Kind: legal.CompetentAuthority, Mail: "referrals@unit-a.test"}); err != nil {
		b.Fatal(err)
	}
	past := time.Now().Add(-time.Hour).UTC()
	sum := digestOf([]byte(benchBody()))
	seen := iru.Seen{Site: &iru.SiteSeen{Address: "https://s.test/", Content: sum, Title: "Halcyon Weather"}}
	digest, err := seen.Digest()
	if err != nil {
		b.Fatal(err)
	}
	outlet := iru.Outlet{Unit: 1, Name: "Halcyon Weather Wire", Handling: iru.DefaultHandling, Grade: "X4", State: iru.OutletWatched, Created: past}
	for from := 1; from <= benchSites; from += 500 {
		if err := d.Tx(ctx, func(t *db.Tx) error {
			if outlet.ID == 0 {
				if err := t.AddOutlet(ctx, &outlet); err != nil {
					return err
				}
			}
			for n := from; n < from+500; n++ {
				a := iru.Asset{Unit: 1, Outlet: outlet.ID, Kind: iru.Site, Locator: fmt.Sprintf("https://s%d.test/", n), Site: fmt.Sprintf("s%d.test", n), State: iru.AssetLive, FoundBy: "person", Created: past,
					Presence: iru.Presence{State: iru.PresenceUp, Since: past}}
				if err := t.AddAsset(ctx, &a); err != nil {
					return err
				}
				i := iru.Item{Unit: 1, Asset: a.ID, Locator: a.Locator, State: iru.ItemReady, Title: "Halcyon Weather", Created: past}
				if err := t.AddItem(ctx, &i); err != nil {
					return err
				}
				x := iru.Exhibit{Unit: 1, Asset: a.ID, Item: i.ID, Locator: i.Locator, At: past, Outcome: iru.Up, State: iru.ExhibitRecorded, Prints: []iru.Print{{Medium: "sha256", Value: sum, Where: i.Locator}}}
				if err := t.AddExhibit(ctx, &x); err != nil {
					return err
				}
				i.Exhibit = x.ID
				if err := t.UpdateItem(ctx, i, i.State); err != nil {
					return err
				}
				if err := t.AddSighting(ctx, &iru.Sighting{Unit: 1, Asset: a.ID, Monitor: iru.SiteMonitor, Vantage: "north", Digest: digest, First: past, Last: past, Looks: 1, Seen: seen}); err != nil {
					return err
				}
				if err := t.AddSchedule(ctx, iru.Schedule{Unit: 1, Asset: a.ID, Monitor: iru.SiteMonitor, Shard: int(a.ID % iru.Shards), Due: past, Every: 24 * time.Hour, Looks: 1}); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			b.Fatal(err)
		}
	}
}

// benchDone sees that every site was looked at once, and that nothing was captured again.
func benchDone(b *testing.B, dsn string) {
	b.Helper()
	ctx := context.Background()
	d, err := db.Open(ctx, dsn)
	if err != nil {
		b.Fatal(err)
	}
	defer d.Close()
	if err := d.View(ctx, func(t *db.Tx) error {
		var looks, kept int
		if err := t.QueryRow(ctx, "SELECT COUNT(*) FROM schedule WHERE looks=2 AND failures=0").Scan(&looks); err != nil {
			return err
		}
		err := t.QueryRow(ctx, "SELECT COUNT(*) FROM exhibit").Scan(&kept)
		if looks != benchSites || kept != benchSites {
			b.Errorf("%d of %d looked, %d exhibits", looks, benchSites, kept)
		}
		return err
	}); err != nil {
		b.Fatal(err)
	}
}
