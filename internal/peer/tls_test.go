// SPDX-License-Identifier: EUPL-1.2

package peer

import (
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"iolaus/internal/iru"
)

func TestOnlyTheNewestTLSAndAKey(t *testing.T) {
	a, _, _, to := pair(t, Limits{}, Options{})
	for name, change := range map[string]func(*tls.Config){
		"TLS 1.2":  func(c *tls.Config) { c.MinVersion, c.MaxVersion = tls.VersionTLS12, tls.VersionTLS12 },
		"no key":   func(c *tls.Config) { c.Certificates = nil },
		"HTTP/2":   func(c *tls.Config) { c.NextProtos = []string{"h2"} },
		"key only": func(*tls.Config) {},
	} {
		conf, err := clientTLS(a, to)
		if err != nil {
			t.Fatal(err)
		}
		change(conf)
		conn, err := tls.Dial("tcp", strings.TrimPrefix(to.URL, "https://"), conf)
		if err == nil {
			conn.SetDeadline(time.Now().Add(20 * time.Second))
			io.WriteString(conn, "GET /peer/v1/mark HTTP/1.1\r\nHost: x\r\n\r\n")
			_, err = conn.Read(make([]byte, 1))
			if s := conn.ConnectionState(); err == nil && (s.CurveID != tls.X25519MLKEM768 || s.Version != tls.VersionTLS13) {
				t.Errorf("%s: it is %v under %v", name, tls.VersionName(s.Version), s.CurveID)
			}
			conn.Close()
		}
		if (err == nil) != (name == "key only") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A unit takes new keys: while its server holds both, partners that know only the old card go on, and nobody notices.
func TestNewKeysWhileOldOnesAreKnown(t *testing.T) {
	a, ac := trams(t)
	old, _ := harbour(t)
	next, _ := unit(t, "Harbour unit, second", "https://harbour.unit.test")
	s := newStore(next, ac)
	s.earlier = []Identity{old}
	url := "https://" + serve(t, s, Limits{}, time.Now)
	before, err := old.Card("Harbour unit", "SE", url)
	if err != nil {
		t.Fatal(err)
	}
	after, err := next.Succeed(old, "Harbour unit", "SE", url)
	if err != nil {
		t.Fatal(err)
	}
	c := NewClient(a, Options{})
	defer c.Close()
	first := chain(t, a, before, 2, "fog")
	if m, err := c.Send(t.Context(), before, first); err != nil || m.Seq != 2 {
		t.Fatalf("to the old card: %+v, %v", m, err)
	}
	if err := CheckSuccession(before, after); err != nil {
		t.Fatal(err)
	}
	x, err := Seal(a, after, message(3, Digest(first[1]), "ice"))
	if err != nil {
		t.Fatal(err)
	}
	if m, err := c.Send(t.Context(), after, [][]byte{x}); err != nil || m.Seq != 3 {
		t.Fatalf("to the new card: %+v, %v", m, err)
	}
	s.do(func() { s.earlier = nil }) // the old keys are gone
	y, err := Seal(a, before, message(4, Digest(x), "ice"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Send(t.Context(), after, [][]byte{y}); !errors.Is(err, Unsealed) {
		t.Errorf("sealed under keys that are gone: %v", err)
	}
}

// The other way round: who has new keys speaks under the old ones until its partner knows only the new, and then seals anew what has not arrived.
// The chain goes on.
func TestNewKeysOfASender(t *testing.T) {
	old, oldCard := trams(t)
	next, _ := unit(t, "Tram unit, second", "https://tram.unit.test:8444")
	card, err := next.Succeed(old, oldCard.Name, oldCard.Country, oldCard.URL)
	if err != nil {
		t.Fatal(err)
	}
	_, s, before, to := pair(t, Limits{}, Options{})
	sealed := chain(t, old, to, 3, "fog")
	if m, err := before.Send(t.Context(), to, sealed[:2]); err != nil || m.Seq != 2 {
		t.Fatalf("under the old keys: %+v, %v", m, err)
	}
	after := NewClient(next, Options{})
	defer after.Close()
	if _, err := after.Last(t.Context(), to); !errors.Is(err, Stranger) {
		t.Fatalf("under the new keys too early: %v", err)
	}
	s.do(func() { s.cards = []Card{card} })
	if _, err := before.Send(t.Context(), to, sealed[2:]); !errors.Is(err, Stranger) {
		t.Fatalf("under the old keys too late: %v", err)
	}
	mark, err := after.Last(t.Context(), to)
	if err != nil || mark != (Mark{1, 2, Digest(sealed[1])}) {
		t.Fatalf("the mark is %+v, %v", mark, err)
	}
	if _, err := after.Send(t.Context(), to, sealed[2:]); !errors.Is(err, Sender) {
		t.Errorf("the old seal over a line of the new keys: %v", err)
	}
	anew, err := Seal(next, to, message(3, mark.Digest, "fog"))
	if err != nil {
		t.Fatal(err)
	}
	if m, err := after.Send(t.Context(), to, [][]byte{anew}); err != nil || m.Seq != 3 || len(s.taken) != 3 {
		t.Errorf("sealed anew: %+v, %v", m, err)
	}
}

// A partner that is suspended is refused on the connection that it has, not only at the next.
func TestSuspendedInTheMiddle(t *testing.T) {
	_, s, c, to := pair(t, Limits{}, Options{})
	if _, err := c.Last(t.Context(), to); err != nil {
		t.Fatal(err)
	}
	s.do(func() { s.cards = nil })
	for range 2 { // on the old connection, and on a new one
		if _, err := c.Last(t.Context(), to); !errors.Is(err, Stranger) {
			t.Errorf("suspended: %v", err)
		}
	}
}

// A partner whose card names another's pin gets nothing by it: neither is the other kept out, nor can it come in.
func TestPinOfAnother(t *testing.T) {
	a, s, c, to := pair(t, Limits{}, Options{})
	w, _ := unit(t, "Weather unit", "https://weather.unit.test")
	x := w.card
	x.Name, x.Country, x.URL, x.TLS = "Weather unit", "SE", "https://weather.unit.test", a.Pin()
	lying, err := w.signCard(x, nil)
	if err != nil {
		t.Fatal(err)
	}
	if lying, err = ParseCard([]byte(lying.Text())); err != nil {
		t.Fatal(err)
	}
	s.do(func() { s.cards = append([]Card{lying}, s.cards...) })
	if m, err := c.Send(t.Context(), to, chain(t, a, to, 1, "fog")); err != nil || m.Seq != 1 || s.taken[0].From != a.ID() {
		t.Errorf("the owner of the pin: %+v, %v", m, err)
	}
	liar := NewClient(w, Options{})
	defer liar.Close()
	if _, err := liar.Last(t.Context(), to); !errors.Is(err, Stranger) {
		t.Errorf("the other one: %v", err)
	}
	resp, err := raw(t, a, to, "GET /peer/v1/mark HTTP/1.1\r\nHost: x\r\n\r\n")
	if err != nil || resp.StatusCode != http.StatusForbidden {
		t.Errorf("a client that does not say who it is, where two could be: %+v, %v", resp, err)
	}
}

// odd serves one answer to everything with the keys of a partner.
func odd(t *testing.T, h http.HandlerFunc) (*Client, Card) {
	t.Helper()
	a, ac := trams(t)
	b, _ := harbour(t)
	conf, err := TLSConfig(newStore(b, ac), b)
	if err != nil {
		t.Fatal(err)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	srv := &http.Server{Handler: h, TLSConfig: conf}
	done := make(chan error, 1)
	go func() { done <- srv.ServeTLS(ln, "", "") }()
	to, err := b.Card("Harbour unit", "SE", "https://"+ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	c := NewClient(a, Options{})
	t.Cleanup(func() { c.Close(); srv.Close(); <-done })
	return c, to
}

// A partner's server is a stranger too: whatever it answers, the client neither follows nor believes nor swells.
func TestServersThatMisbehave(t *testing.T) {
	const stamps = `,"received":"2026-03-01T12:00:00Z","answered":"2026-03-01T12:00:00Z"}`
	digest := strings.Repeat("0a", 32)
	for name, x := range map[string]struct {
		answer http.HandlerFunc
		want   Fault
	}{
		"elsewhere":    {func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "https://127.0.0.1:1/", 307) }, Malformed},
		"no JSON":      {say("fog"), Malformed},
		"no times":     {say(`{"mark":{"epoch":1,"seq":1,"digest":"` + digest + `"}}`), Malformed},
		"no mark":      {say(`{"detail":""` + stamps), Malformed},
		"a bad digest": {say(`{"mark":{"epoch":1,"seq":1,"digest":"fog"}` + stamps), Malformed},
		"a negative":   {say(`{"mark":{"epoch":1,"seq":-1,"digest":"` + digest + `"}` + stamps), Malformed},
		"without end": {func(w http.ResponseWriter, _ *http.Request) {
			for range 100 {
				io.WriteString(w, strings.Repeat("fog ", 1000))
			}
		}, TooLarge},
		"an unknown word": {say(`{"fault":"fog"` + stamps), Refused},
		"a good answer with a bad status": {func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(500)
			say(`{"mark":{"epoch":1,"seq":1,"digest":"`+digest+`"}`+stamps)(w, r)
		}, Refused},
		"cut off": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			io.WriteString(w, "fog")
		}, Lost},
		"nothing": {func(w http.ResponseWriter, _ *http.Request) { panic(http.ErrAbortHandler) }, Lost},
	} {
		c, to := odd(t, x.answer)
		if _, err := c.Last(t.Context(), to); FaultOf(err) != x.want {
			t.Errorf("%s: %v; want %s", name, err, string(x.want))
		}
	}
}

func say(text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, text) }
}

func TestNobodyThere(t *testing.T) {
	a, _ := trams(t)
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ln.Close()
	_, to := unit(t, "Harbour unit", "https://"+ln.Addr().String())
	c := NewClient(a, Options{})
	defer c.Close()
	if _, err := c.Last(t.Context(), to); !errors.Is(err, Lost) || !errors.Is(err, iru.Unavailable) {
		t.Errorf("nobody: %v", err)
	}
	if _, ok := c.Skew(to); ok {
		t.Error("the clock of nobody is known")
	}
	if _, err := c.Last(t.Context(), Card{}); !errors.Is(err, Malformed) {
		t.Errorf("no card: %v", err)
	}
}
