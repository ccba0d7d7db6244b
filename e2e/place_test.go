// SPDX-License-Identifier: EUPL-1.2

package e2e

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/db/dbtest"
	"iolaus/internal/iru"
	"iolaus/internal/sim"
)

// A relay is a proxy that connects (CONNECT) from an address of its own, and remembers from where it was asked.
type relay struct {
	at    string
	mu    sync.Mutex
	asked map[string]int // by the address of who asked
}

func newRelay(t *testing.T, from string) *relay {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	ok(t, err)
	t.Cleanup(func() { l.Close() })
	p := &relay{at: l.Addr().String(), asked: map[string]int{}}
	d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}, Timeout: 5 * time.Second}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				in := bufio.NewReader(c)
				q, err := http.ReadRequest(in)
				if err != nil || q.Method != http.MethodConnect {
					return
				}
				who, _, _ := net.SplitHostPort(c.RemoteAddr().String())
				p.mu.Lock()
				p.asked[who]++
				p.mu.Unlock()
				out, err := d.Dial("tcp", q.Host)
				if err != nil {
					io.WriteString(c, "HTTP/1.1 502 no\r\n\r\n")
					return
				}
				defer out.Close()
				io.WriteString(c, "HTTP/1.1 200 yes\r\n\r\n")
				go io.Copy(out, in)
				io.Copy(c, out)
			}()
		}
	}()
	return p
}

func (p *relay) count() map[string]int {
	p.mu.Lock()
	defer p.mu.Unlock()
	out := map[string]int{}
	for k, v := range p.asked {
		out[k] = v
	}
	return out
}

// Two processes at two places share a store. Each looks from its own vantage point, one through a proxy; while nobody is at the other place its view is
// unknown.
func TestTwoPlaces(t *testing.T) {
	t.Parallel()
	w, err := sim.Scenario("s1")
	ok(t, err)
	w.Reactions = append(w.Reactions, sim.Reaction{Does: sim.Remove, Asset: w.Assets[0].ID, After: sim.Delay{Median: time.Hour}})
	r, err := sim.Start(t.Context(), sim.Options{Seed: 1, World: &w, Virtual: true})
	ok(t, err)
	t.Cleanup(r.Close)
	proxy := newRelay(t, "127.81.0.9")
	place := install(t, r, dbtest.Postgres(t))
	text, err := os.ReadFile(place.file)
	ok(t, err)
	ok(t, os.WriteFile(place.file, []byte(strings.NewReplacer(`name = "south"`, "name = \"south\"\nplace = \"harbour\"\nproxy = \"http://"+proxy.at+"\"", "listen = \""+place.inbox+"\"\n", "").Replace(string(text))), 0o600))
	o := staff(t, place, r.World())
	must(t, place.args("watch", "add", r.Seeds()[0], "--as", "ada", "--outlet", "Halcyon Weather Wire")...)
	var a iru.Asset
	looks := func() (last map[string]iru.Observation) {
		last = map[string]iru.Observation{}
		o.read(func(ctx context.Context, x *db.Tx) error {
			as, err := x.Assets(ctx, iru.Program())
			if err != nil {
				return err
			}
			a = as[0]
			os, err := x.Observations(ctx, iru.Program(), a.ID, 40) // the newest first
			for _, o := range os {
				if _, ok := last[o.Vantage]; !ok {
					last[o.Vantage] = o
				}
			}
			return err
		})
		return last
	}
	until := func(north, south iru.Outcome) {
		t.Helper()
		eventually(t, func() string {
			if l := looks(); l["north"].Outcome != north || l["south"].Outcome != south {
				return fmt.Sprintf("north: %s %s, south: %s %s", l["north"].Outcome, l["north"].Detail, l["south"].Outcome, l["south"].Detail)
			}
			return ""
		})
	}
	here := iolaus(t, place.args("work")...)
	until(iru.Up, "")
	r.Advance(2 * time.Hour) // it is removed; what is down is looked at from everywhere, again and again
	o.Rules.Agreement = iru.Agreement{Points: 2, Rounds: 3, Gap: time.Millisecond}
	o.Rules.Recheck = []time.Duration{time.Second}
	for range 3 {
		_, err := o.RecordLooks(t.Context(), a.ID, []iru.Observation{{At: o.Now(), Vantage: "north", Outcome: iru.Gone}, {At: o.Now(), Vantage: "south", Outcome: iru.Gone}})
		ok(t, err)
		time.Sleep(20 * time.Millisecond)
	}
	until(iru.Gone, iru.Unmanned)
	if n := proxy.count(); len(n) != 0 {
		t.Errorf("the process without a place looks through the proxy of another: %v", n)
	}
	there := iolaus(t, place.args("work", "--place", "harbour")...)
	until(iru.Gone, iru.Gone)
	if n := proxy.count(); n["127.81.0.7"] == 0 || len(n) != 1 {
		t.Errorf("the proxy was asked from %v", n)
	}
	there.kill()
	until(iru.Gone, iru.Unmanned)
	there = iolaus(t, place.args("work", "--place", "harbour")...)
	until(iru.Gone, iru.Gone)
	for _, p := range []*program{there, here} {
		if _, code := p.stop(); code != 0 {
			t.Errorf("%s ended with %d", p.name, code)
		}
	}
}
