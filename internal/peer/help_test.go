// SPDX-License-Identifier: EUPL-1.2

package peer

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"sync"
	"testing"
	"time"

	"filippo.io/age"
	"golang.org/x/mod/sumdb/note"
)

// signed is a message as Seal signs it, without its checks; change, if there is one, falls upon it after that.
func signed(id Identity, m Message, change func([]byte)) []byte {
	text := m.encode()
	text = append(text, ed25519.Sign(id.sign, text)...)
	if change != nil {
		change(text)
	}
	return text
}

func sealTo(t testing.TB, to Card, plain []byte) []byte {
	t.Helper()
	r, err := age.ParseX25519Recipient(to.Seal)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	w, err := age.Encrypt(&out, r)
	if err != nil {
		t.Fatal(err)
	}
	w.Write(plain)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// chain seals n messages that follow upon each other.
func chain(t testing.TB, id Identity, to Card, n int, body string) (sealed [][]byte) {
	t.Helper()
	var prev [32]byte
	for i := range n {
		s, err := Seal(id, to, message(uint64(i+1), prev, body))
		if err != nil {
			t.Fatal(err)
		}
		prev = Digest(s)
		sealed = append(sealed, s)
	}
	return sealed
}

// store is a Receiver in memory.
type store struct {
	mu      sync.Mutex
	id      Identity
	earlier []Identity
	cards   []Card
	marks   map[string]Mark // by the name of the partner, which outlives its keys
	digests map[string]map[[2]uint64][32]byte
	taken   []Message
	again   int
	floods  []Flooding
	lose    error // what Take and Last fail with
	blind   error // what Partners fails with
}

func newStore(id Identity, cards ...Card) *store {
	return &store{id: id, cards: cards, marks: map[string]Mark{}, digests: map[string]map[[2]uint64][32]byte{}}
}

func (s *store) Partners(context.Context) ([]Card, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.cards, s.blind
}

func (s *store) Last(_ context.Context, from Card) (Mark, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.marks[from.Name], s.lose
}

func (s *store) Take(_ context.Context, from Card, sealed [][]byte) (Mark, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	have := s.marks[from.Name]
	if s.lose != nil {
		return have, s.lose
	}
	if s.digests[from.Name] == nil {
		s.digests[from.Name] = map[[2]uint64][32]byte{}
	}
	for _, b := range sealed {
		m, err := Open(s.id, from, b, s.earlier...)
		if err != nil {
			return have, err
		}
		d := Digest(b)
		again, err := Place(have, m, d, func(epoch, seq uint64) ([32]byte, bool) {
			d, ok := s.digests[from.Name][[2]uint64{epoch, seq}]
			return d, ok
		})
		if err != nil {
			return have, err
		}
		if again {
			s.again++
			continue
		}
		have = Mark{m.Epoch, m.Seq, d}
		s.marks[from.Name] = have
		s.digests[from.Name][[2]uint64{m.Epoch, m.Seq}] = d
		s.taken = append(s.taken, m)
	}
	return have, nil
}

func (s *store) Flooded(_ context.Context, _ Card, f Flooding) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.floods = append(s.floods, f)
}

func (s *store) do(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f()
}

// later is a clock that is wrong by d.
func later(d time.Duration) func() time.Time {
	return func() time.Time { return time.Now().Add(d) }
}

func noteKeys(t testing.TB, skey, vkey string) (note.Signer, note.Verifier) {
	t.Helper()
	s, err := note.NewSigner(skey)
	if err != nil {
		t.Fatal(err)
	}
	v, err := note.NewVerifier(vkey)
	if err != nil {
		t.Fatal(err)
	}
	return s, v
}
