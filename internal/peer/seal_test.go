// SPDX-License-Identifier: EUPL-1.2

package peer

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"reflect"
	"testing"
	"time"

	"iolaus/internal/iru"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 1000, time.UTC)

// unit makes an identity that is the same in every run, and its card.
func unit(t testing.TB, name, url string) (Identity, Card) {
	t.Helper()
	secret := sha256.Sum256([]byte(name))
	id, err := NewIdentity(bytes.NewReader(secret[:]))
	if err != nil {
		t.Fatal(err)
	}
	c, err := id.Card(name, "SE", url)
	if err != nil {
		t.Fatal(err)
	}
	return id, c
}

func trams(t testing.TB) (Identity, Card) { return unit(t, "Tram unit", "https://tram.unit.test:8444") }
func harbour(t testing.TB) (Identity, Card) {
	return unit(t, "Harbour unit", "https://harbour.unit.test")
}

func message(seq uint64, prev [32]byte, body string) Message {
	return Message{Epoch: 1, Seq: seq, Prev: prev, At: noon, Kind: "tasks", Handling: "TLP:AMBER PAP:AMBER H1",
		Operation: "00112233445566778899aabbccddeeff", Body: []byte(body)}
}

func TestMessageComesBack(t *testing.T) {
	a, ac := trams(t)
	b, bc := harbour(t)
	m := message(1, [32]byte{}, "fog on platform two")
	sealed, err := Seal(a, bc, m)
	if err != nil {
		t.Fatal(err)
	}
	got, err := Open(b, ac, sealed)
	m.From, m.To = a.ID(), b.ID()
	if third, err := Verify(ac, got.Signed()); err != nil || !reflect.DeepEqual(third, got) {
		t.Errorf("a third party reads %+v, %v", third, err)
	}
	got.signed = nil
	if err != nil || !reflect.DeepEqual(got, m) {
		t.Fatalf("%+v came back as %+v, %v", m, got, err)
	}
	again, err := Seal(a, bc, m)
	if err != nil || Digest(again) == Digest(sealed) {
		t.Errorf("sealed twice it is the same: %v", err)
	}
}

func TestWhatIsNotOpened(t *testing.T) {
	a, ac := trams(t)
	b, bc := harbour(t)
	c, cc := unit(t, "Weather unit", "https://weather.unit.test")
	m := message(1, [32]byte{}, "fog on platform two")
	sealed, err := Seal(a, bc, m)
	if err != nil {
		t.Fatal(err)
	}
	resealed := func(signer Identity, from, to [32]byte, change func([]byte)) []byte {
		m := m
		m.From, m.To = from, to
		return sealTo(t, bc, signed(signer, m, change))
	}
	flip := func(at int) []byte {
		s := bytes.Clone(sealed)
		s[at] ^= 1
		return s
	}
	stanza := sealed[bytes.Index(sealed, []byte("-> ")):bytes.Index(sealed, []byte("--- "))]
	many := bytes.Replace(sealed, stanza, bytes.Repeat(stanza, 10000), 1)
	for name, x := range map[string]struct {
		id     Identity
		from   Card
		sealed []byte
		want   Fault
		kind   error
	}{
		"sealed to another":         {c, ac, sealed, Unsealed, iru.Invalid},
		"handed over by another":    {b, cc, sealed, Sender, iru.Forbidden},
		"forwarded in secret":       {b, ac, resealed(a, a.ID(), c.ID(), nil), Recipient, iru.Forbidden},
		"signed by another":         {b, ac, resealed(c, a.ID(), b.ID(), nil), Forged, iru.Forbidden},
		"changed after its signing": {b, ac, resealed(a, a.ID(), b.ID(), func(p []byte) { p[len(p)-65] ^= 1 }), Forged, iru.Forbidden},
		"empty":                     {b, ac, nil, Truncated, iru.Invalid},
		"cut in its header":         {b, ac, sealed[:20], Truncated, iru.Invalid},
		"cut in its middle":         {b, ac, sealed[:len(sealed)-1], Unsealed, iru.Invalid},
		"damaged at its end":        {b, ac, flip(len(sealed) - 1), Unsealed, iru.Invalid},
		"for very many":             {b, ac, many, Malformed, iru.Invalid},
		"too large":                 {b, ac, make([]byte, MaxSealed+1), TooLarge, iru.Invalid},
		"nothing inside":            {b, ac, sealTo(t, bc, nil), Truncated, iru.Invalid},
		"something else inside":     {b, ac, sealTo(t, bc, make([]byte, 300)), Malformed, iru.Invalid},
	} {
		_, err := Open(x.id, x.from, x.sealed)
		if FaultOf(err) != x.want || !errors.Is(err, x.want) || !errors.Is(err, x.kind) {
			t.Errorf("%s: %v; want %s", name, err, x.want)
		}
	}
}
