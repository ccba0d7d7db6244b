// SPDX-License-Identifier: EUPL-1.2

package peer

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"

	"iolaus/internal/iru"
)

// outside fails if an error is not one of the faults and kinds that are allowed to come from outside.
func outside(t *testing.T, err error) {
	t.Helper()
	if f := FaultOf(err); f == "" || errors.Is(err, iru.Internal) {
		t.Fatalf("not a fault: %v", err)
	}
}

// Bytes as they come, and as if they had been inside a seal, which anybody can make: only what was signed comes out.
func FuzzOpen(f *testing.F) {
	a, ac := trams(f)
	b, bc := harbour(f)
	m := message(1, [32]byte{}, "fog")
	m.From, m.To = a.ID(), b.ID()
	good := signed(a, m, nil)
	f.Add(good)
	f.Add(sealTo(f, bc, good))
	f.Add(good[:100])
	f.Add(append(bytes.Clone(good), 0))
	m.To = a.ID()
	elsewhere := signed(a, m, nil)
	f.Add(elsewhere)
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, open := range []func() (Message, error){func() (Message, error) { return Open(b, ac, data) }, func() (Message, error) { return Verify(ac, data) }} {
			got, err := open()
			if err != nil {
				outside(t, err)
			} else if !bytes.Equal(got.Signed(), good) && !bytes.Equal(got.Signed(), elsewhere) {
				t.Fatalf("forged: %+v", got)
			}
		}
		if len(data) < 64 {
			return
		}
		if m, err := decode(data); err != nil {
			outside(t, err)
		} else if !bytes.Equal(m.encode(), data) {
			t.Fatalf("%+v is not written as it was read", m)
		}
	})
}

func FuzzParseCard(f *testing.F) {
	a, ac := trams(f)
	b, bc := harbour(f)
	next, err := b.Succeed(a, "Tram unit", "SE", "https://[2001:db8::1]:8444")
	if err != nil {
		f.Fatal(err)
	}
	f.Add([]byte(ac.Text()))
	f.Add([]byte(strings.ReplaceAll(bc.Text(), "\n", "\r\n")))
	f.Add([]byte(next.Text()))
	f.Fuzz(func(t *testing.T, text []byte) {
		c, err := ParseCard(text)
		if err != nil {
			outside(t, err)
			return
		}
		plain := strings.TrimSpace(strings.ReplaceAll(string(text), "\r\n", "\n")) + "\n"
		if c.Text() != plain {
			t.Fatalf("%q is not written as it was read", text)
		}
		again, err := ParseCard([]byte(c.Text()))
		if err != nil || !reflect.DeepEqual(again, c) {
			t.Fatalf("%+v came back as %+v, %v", c, again, err)
		}
		if c.ID() == ac.ID() && c.signed() != ac.signed() || c.ID() == bc.ID() && c.signed() != bc.signed() && c.signed() != next.signed() {
			t.Fatalf("forged: %s", c.Text())
		}
	})
}

// The whole server behind TLS, on any body: it answers in JSON with a fault or a mark, and takes nothing that was not signed.
func FuzzServerBody(f *testing.F) {
	a, ac := trams(f)
	b, bc := harbour(f)
	sealed := chain(f, a, bc, 3, "fog")
	one, _ := EncodeBatch(sealed[:1])
	all, _ := EncodeBatch(sealed)
	odd, _ := EncodeBatch([][]byte{sealed[0], []byte("fog"), sealed[2]})
	for _, seed := range [][]byte{one, all, odd, all[:len(all)-5], append(bytes.Clone(one), 0), []byte(batchHead), nil} {
		f.Add(seed)
	}
	certificate, err := a.certificate()
	if err != nil {
		f.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(certificate.Certificate[0])
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		s := newStore(b, ac)
		h := Handler(s, Limits{}, time.Now)
		r := httptest.NewRequest(http.MethodPost, pathMessages, bytes.NewReader(body))
		r.Header.Set("Content-Type", batchType)
		r.TLS = &tls.ConnectionState{PeerCertificates: []*x509.Certificate{leaf}}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		got, err := readAnswer(w.Body.Bytes())
		if err != nil {
			t.Fatalf("%s", w.Body)
		}
		if (got.Fault == "") != (w.Code == http.StatusOK) || w.Code != status(got.Fault) || got.Fault == Broken || got.Fault == "" && got.Mark == nil {
			t.Fatalf("%d: %s", w.Code, w.Body)
		}
		list, err := DecodeBatch(body)
		if err == nil {
			if again, n := EncodeBatch(list); n != len(list) || !bytes.Equal(again, body) {
				t.Fatal("a batch is not written as it was read")
			}
		}
		for i, m := range s.taken {
			if m.From != a.ID() || m.Seq != uint64(i+1) || string(m.Body) != "fog" {
				t.Fatalf("taken: %+v", m)
			}
		}
	})
}

// What a partner's server answers is not to be trusted.
func FuzzAnswer(f *testing.F) {
	good, err := json.Marshal(answer{Mark: wire(Mark{1, 2, [32]byte{3}}), Received: noon, Answered: noon})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add([]byte(`{"fault":"gap","detail":"fog","received":"2026-03-01T12:00:00Z","answered":"2026-03-01T12:00:00Z"}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		a, err := readAnswer(body)
		if err != nil {
			outside(t, err)
			return
		}
		if _, err := a.Mark.mark(); err != nil {
			outside(t, err)
		}
		skewOf(noon, a.Received, a.Answered, noon)
	})
}

func FuzzHits(f *testing.F) {
	known := tramItems(2)
	o, s := harbourSet(f, known)
	q, body := ask(f, known...)
	answer, err := o.Evaluate(body)
	if err != nil {
		f.Fatal(err)
	}
	parts, err := s.Parts()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(body)
	f.Add(answer)
	f.Add(parts[0][:len(setHead)+60])
	f.Add(parts[0])
	f.Fuzz(func(t *testing.T, data []byte) {
		if got, err := o.Evaluate(data); err != nil {
			outside(t, err)
		} else if asked, err := ReadAsk(data); err != nil || len(got) != len(answerHead)+32+2+asked.Items*elementSize+proofSize {
			t.Fatalf("%d bytes for %+v, %v", len(got), asked, err)
		}
		if hits, err := s.Hits(q, data); err != nil {
			outside(t, err)
		} else if len(hits) != 2 || !hits[0] || !hits[1] {
			t.Fatalf("forged: %v", hits)
		}
		if got, err := ReadSet([][]byte{data}); err != nil {
			outside(t, err)
		} else if again, err := got.Parts(); err != nil || len(again) != 1 || !bytes.Equal(again[0], data) {
			t.Fatal("a set is not written as it was read")
		}
	})
}
