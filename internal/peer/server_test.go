// SPDX-License-Identifier: EUPL-1.2

package peer

import (
	"errors"
	"net"
	"testing"
	"time"

	"go.uber.org/goleak"

	"iolaus/internal/iru"
)

// serve runs the real server of an identity on loopback until the test ends, and gives its address.
func serve(t testing.TB, s *store, l Limits, now func() time.Time) (addr string) {
	t.Helper()
	srv, err := Server(s, l, now, s.id, s.earlier...)
	if err != nil {
		t.Fatal(err)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- srv.ServeTLS(ln, "", "") }()
	t.Cleanup(func() {
		srv.Close()
		<-done
	})
	return ln.Addr().String()
}

// pair is a client of the trams and the server of the harbour.
func pair(t testing.TB, l Limits, o Options) (a Identity, s *store, c *Client, to Card) {
	t.Helper()
	a, ac := trams(t)
	b, _ := harbour(t)
	s = newStore(b, ac)
	to, err := b.Card("Harbour unit", "SE", "https://"+serve(t, s, l, time.Now))
	if err != nil {
		t.Fatal(err)
	}
	c = NewClient(a, o)
	t.Cleanup(c.Close)
	return a, s, c, to
}

func TestMessagesArriveInOrder(t *testing.T) {
	a, s, c, to := pair(t, Limits{}, Options{})
	ctx := t.Context()
	if m, err := c.Last(ctx, to); err != nil || m != (Mark{Epoch: 1}) {
		t.Fatalf("at first: %+v, %v", m, err)
	}
	sealed := chain(t, a, to, 5, "fog")
	want := Mark{1, 5, Digest(sealed[4])}
	if m, err := c.Send(ctx, to, sealed[:3]); err != nil || m.Seq != 3 {
		t.Fatalf("three: %+v, %v", m, err)
	}
	if m, err := c.Send(ctx, to, sealed); err != nil || m != want { // three of them for the second time
		t.Fatalf("all: %+v, %v", m, err)
	}
	if m, err := c.Last(ctx, to); err != nil || m != want {
		t.Fatalf("at last: %+v, %v", m, err)
	}
	if len(s.taken) != 5 || s.again != 3 {
		t.Errorf("%d were taken, %d came again", len(s.taken), s.again)
	}
	for i, m := range s.taken {
		if m.Seq != uint64(i+1) {
			t.Errorf("message %d is at place %d", m.Seq, i)
		}
	}
}

func TestStrangersAreRefusedAtTheHandshake(t *testing.T) {
	_, s, _, to := pair(t, Limits{}, Options{})
	w, _ := unit(t, "Weather unit", "https://weather.unit.test")
	stranger := NewClient(w, Options{})
	defer stranger.Close()
	for range 20 {
		sealed := chain(t, w, to, 1, string(make([]byte, 1<<20)))
		if _, err := stranger.Send(t.Context(), to, sealed); !errors.Is(err, Stranger) || !errors.Is(err, iru.Forbidden) {
			t.Fatalf("a stranger: %v", err)
		}
	}
	if len(s.taken) != 0 {
		t.Error("a stranger's message was taken")
	}
}

func TestServerWithAnotherKey(t *testing.T) {
	a, _, c, to := pair(t, Limits{}, Options{})
	_, other := unit(t, "Weather unit", to.URL)
	if _, err := c.Send(t.Context(), other, chain(t, a, other, 1, "fog")); !errors.Is(err, Pin) {
		t.Fatalf("a server with another key: %v", err)
	}
}

// A client and a server that were closed leave nothing running.
func TestNothingIsLeft(t *testing.T) {
	before := goleak.IgnoreCurrent()
	t.Run("exchange", func(t *testing.T) {
		a, _, c, to := pair(t, Limits{}, Options{})
		if _, err := c.Send(t.Context(), to, chain(t, a, to, 2, "fog")); err != nil {
			t.Fatal(err)
		}
	})
	goleak.VerifyNone(t, before)
}
