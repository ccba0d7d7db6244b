// SPDX-License-Identifier: EUPL-1.2

package fetch

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// A ledgerOfPace is a pace that others share, as a store keeps it.
type ledgerOfPace struct {
	asked  []string
	ready  map[string]time.Time
	broken error
}

func (l *ledgerOfPace) Take(_ context.Context, hosts []string, n int, every time.Duration) (waits []time.Duration, err error) {
	l.asked = append(l.asked, strings.Join(hosts, " "))
	for _, h := range hosts {
		from := l.ready[h]
		if now := time.Now(); from.Before(now) {
			from = now
		}
		l.ready[h] = from.Add(time.Duration(n) * every)
		waits = append(waits, time.Until(from))
	}
	return waits, l.broken
}

func (l *ledgerOfPace) Hold(context.Context, string, time.Duration) error { return nil }

// What is asked soon of many servers is reserved at once; each request after that keeps its pace, and nobody asks again before the reserved
// ones are used up or lapsed.
func TestReserve(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &ledgerOfPace{ready: map[string]time.Time{"busy.test": time.Now().Add(10 * time.Second)}}
		p := &Politeness{Every: 2 * time.Second, Burst: 8, Shared: l}
		c := New(Network{Name: "north"}, Limits{}, p, "iolaus-test")
		c.Reserve(t.Context(), []string{"https://a.test/x", "https://busy.test/", "https://a.test/y", "https://b.test:8443/", "no address"})
		if fmt.Sprint(l.asked) != "[a.test busy.test b.test:8443]" {
			t.Fatal(l.asked)
		}
		for range 4 {
			if err := p.take(t.Context(), "a.test", 0); err != nil {
				t.Error(err)
			}
		}
		var later *Later
		if err := p.take(t.Context(), "busy.test", 0); !errors.As(err, &later) || time.Until(later.Until) != 10*time.Second {
			t.Error(err, later)
		}
		if len(l.asked) != 1 {
			t.Error("asked again:", l.asked)
		}
		if err := p.take(t.Context(), "a.test", 0); !errors.As(err, &later) || time.Until(later.Until) != 8*time.Second { // the fifth: four are used up
			t.Error(err, later)
		}
		time.Sleep(time.Minute)
		c.Reserve(t.Context(), []string{"https://b.test:8443/"}) // lapsed
		if fmt.Sprint(l.asked[1:]) != "[a.test b.test:8443]" {
			t.Error(l.asked)
		}
		time.Sleep(time.Minute)
		l.broken = errors.New("the store is away")
		c.Reserve(t.Context(), []string{"https://c.test/"})
		if err := p.take(t.Context(), "c.test", time.Second); !errors.As(err, &later) { // nobody asks a host whose pace is not known
			t.Error(err)
		}
		New(Network{}, Limits{}, nil, "iolaus-test").Reserve(t.Context(), []string{"https://a.test/"})
	})
}
