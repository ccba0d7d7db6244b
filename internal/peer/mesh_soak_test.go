// SPDX-License-Identifier: EUPL-1.2

//go:build soak

package peer

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"
)

// Three units tell each other 3,000 messages each way while lines break at any byte, partitions last, servers restart and clocks are wrong by an hour. In
// the end every store has every message once, in order.
func TestSoakMesh(t *testing.T) {
	const each = 3000
	names := []string{"Tram unit", "Harbour unit", "Weather unit"}
	var ids []Identity
	var listeners []net.Listener
	var cards []Card
	for _, n := range names {
		ln, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		id, card := unit(t, n, "https://"+ln.Addr().String())
		ids, cards, listeners = append(ids, id), append(cards, card), append(listeners, ln)
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var servers, senders sync.WaitGroup
	var stores []*store
	for i, id := range ids {
		s := newStore(id, slices.Concat(cards[:i], cards[i+1:])...)
		stores = append(stores, s)
		servers.Go(func() {
			restarting(ctx, t, s, listeners[i], later(time.Duration(i-1)*time.Hour), rand.New(rand.NewPCG(1, uint64(i))))
		})
	}
	for i, id := range ids {
		for j, to := range cards {
			if i == j {
				continue
			}
			senders.Go(func() { persist(t, id, to, each, rand.New(rand.NewPCG(uint64(i), uint64(j)))) })
		}
	}
	senders.Wait()
	stop()
	servers.Wait()
	for i, s := range stores {
		next := map[[32]byte]uint64{}
		for _, m := range s.taken {
			if next[m.From]++; m.Seq != next[m.From] {
				t.Fatalf("%s has message %d where %d belongs", names[i], m.Seq, next[m.From])
			}
		}
		if len(s.taken) != 2*each {
			t.Errorf("%s has %d messages", names[i], len(s.taken))
		}
		t.Logf("%s: %d taken, %d came again", names[i], len(s.taken), s.again)
	}
}

// restarting serves, stops in the middle of what it does, and serves again.
func restarting(ctx context.Context, t *testing.T, s *store, ln net.Listener, now func() time.Time, chance *rand.Rand) {
	addr := ln.Addr().String()
	for {
		srv, err := Server(s, Limits{Rate: 1e6, Burst: 1e6, ByteRate: 1e12, ByteBurst: 1e12}, now, s.id)
		if err != nil {
			t.Error(err)
			return
		}
		done := make(chan error, 1)
		go func() { done <- srv.ServeTLS(ln, "", "") }()
		select {
		case <-ctx.Done():
			srv.Close()
			<-done
			return
		case <-time.After(time.Duration(50+chance.IntN(400)) * time.Millisecond):
		}
		srv.Close()
		if err := <-done; !errors.Is(err, http.ErrServerClosed) {
			t.Error(err)
		}
		time.Sleep(time.Duration(chance.IntN(100)) * time.Millisecond) // a partition
		for ln = nil; ln == nil; {
			if ln, err = net.Listen("tcp", addr); err != nil {
				time.Sleep(time.Millisecond)
			}
		}
	}
}

// persist sends n messages over lines that break, until the partner has all of them.
func persist(t *testing.T, id Identity, to Card, n int, chance *rand.Rand) {
	var mu sync.Mutex
	dial := func(ctx context.Context, network, addr string) (net.Conn, error) {
		c, err := new(net.Dialer).DialContext(ctx, network, addr)
		if err != nil {
			return nil, err
		}
		x := &cut{Conn: c}
		mu.Lock()
		x.left.Store(2000 + chance.Int64N(300000))
		mu.Unlock()
		return x, nil
	}
	c := NewClient(id, Options{Dial: dial})
	defer c.Close()
	sealed := chain(t, id, to, n, "fog on platform two")
	last := Mark{1, uint64(n), Digest(sealed[n-1])}
	var arrived Mark
	for arrived != last {
		theirs, err := c.Last(t.Context(), to)
		if err != nil {
			if f := FaultOf(err); f != Lost && f != Truncated {
				t.Error(fmt.Errorf("ask: %w", err))
				return
			}
			continue
		}
		after, back, err := Resume(last, arrived, theirs, func(seq uint64) ([32]byte, bool) { return Digest(sealed[seq-1]), true })
		if err != nil || back {
			t.Errorf("resume: %v, %v", back, err)
			return
		}
		if arrived = theirs; after < last.Seq {
			_, err := c.Send(t.Context(), to, sealed[after:min(after+200, last.Seq)])
			if f := FaultOf(err); err != nil && f != Lost && f != Truncated && f != Broken {
				t.Error(fmt.Errorf("send: %w", err))
				return
			}
		}
	}
	if skew, ok := c.Skew(to); !ok || skew.Offset.Abs() > time.Hour+time.Minute {
		t.Errorf("the skew is %+v", skew)
	}
}
