// SPDX-License-Identifier: EUPL-1.2

package peer

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"testing"

	"iolaus/internal/iru"
)

// Each way in which an exchange goes wrong, over TLS, with the real server. What was taken before it stays taken, and is said.
func TestFaultsOverTheWire(t *testing.T) {
	a, s, c, to := pair(t, Limits{}, Options{})
	b, _ := harbour(t)
	w, wc := unit(t, "Weather unit", "https://weather.unit.test")
	sealed := chain(t, a, to, 6, "fog")
	at := func(epoch, seq uint64, prev [32]byte) []byte {
		m := message(seq, prev, "fog and ice")
		m.Epoch = epoch
		x, err := Seal(a, to, m)
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	inside := func(signer Identity, change func(*Message)) []byte {
		m := message(4, Digest(sealed[2]), "fog and ice")
		m.From, m.To = a.ID(), b.ID()
		change(&m)
		return sealTo(t, to, signed(signer, m, nil))
	}
	for _, x := range []struct {
		name   string
		sealed [][]byte
		want   Fault
		kind   error
		mark   uint64
	}{
		{"the first three", sealed[:3], "", nil, 3},
		{"again", sealed[:3], "", nil, 3},
		{"an old one again", sealed[:1], "", nil, 3},
		{"a gap", sealed[4:], Gap, iru.Conflict, 3},
		{"another third", [][]byte{at(1, 3, Digest(sealed[1]))}, Fork, iru.Conflict, 3},
		{"another first", [][]byte{at(1, 1, [32]byte{})}, Fork, iru.Conflict, 3},
		{"a fourth that follows another third", [][]byte{at(1, 4, Digest(sealed[0]))}, Fork, iru.Conflict, 3},
		{"a new epoch", [][]byte{at(2, 1, [32]byte{})}, NewEpoch, iru.Conflict, 3},
		{"for another", [][]byte{inside(a, func(m *Message) { m.To = wc.ID() })}, Recipient, iru.Forbidden, 3},
		{"of another", [][]byte{inside(w, func(m *Message) { m.From = w.ID() })}, Sender, iru.Forbidden, 3},
		{"signed by another", [][]byte{inside(w, func(*Message) {})}, Forged, iru.Forbidden, 3},
		{"sealed to another", [][]byte{sealTo(t, wc, []byte("fog"))}, Unsealed, iru.Invalid, 3},
		{"damaged", [][]byte{bytes.Replace(sealed[3], sealed[3][len(sealed[3])-9:], []byte("fog, fog "), 1)}, Unsealed, iru.Invalid, 3},
		{"cut short", [][]byte{sealed[3][:30]}, Truncated, iru.Invalid, 3},
		{"a time before 1970", [][]byte{inside(a, func(m *Message) { m.At = m.At.AddDate(-100, 0, 0) })}, Malformed, iru.Invalid, 3},
		{"two good ones, then a gap", [][]byte{sealed[3], sealed[4], at(1, 9, Digest(sealed[4]))}, Gap, iru.Conflict, 5},
		{"the rest", sealed[3:], "", nil, 6},
	} {
		m, err := c.Send(t.Context(), to, x.sealed)
		if FaultOf(err) != x.want || x.kind != nil && !errors.Is(err, x.kind) || m.Seq != x.mark || m.Digest != Digest(sealed[x.mark-1]) {
			t.Errorf("%s: %d, %v; want %q at %d", x.name, m.Seq, err, string(x.want), x.mark)
		}
		var told *Trouble
		if x.want != "" && (!errors.As(err, &told) || told.Mark == nil || told.Detail == "") {
			t.Errorf("%s: the partner did not say why or what it has: %+v", x.name, told)
		}
	}
	if len(s.taken) != 6 || s.again != 3+1+2 {
		t.Errorf("%d were taken, %d came again", len(s.taken), s.again)
	}
	// A person agrees to a new epoch: the old one ends, and what was taken of it is still acknowledged.
	s.do(func() { s.marks["Tram unit"] = Mark{Epoch: 2} })
	if _, err := c.Send(t.Context(), to, [][]byte{at(1, 7, Digest(sealed[5]))}); !errors.Is(err, OldEpoch) || !errors.Is(err, iru.Conflict) {
		t.Errorf("of the old epoch: %v", err)
	}
	if m, err := c.Send(t.Context(), to, sealed[5:]); err != nil || m != (Mark{Epoch: 2}) {
		t.Errorf("an old one again: %+v, %v", m, err)
	}
	if m, err := c.Send(t.Context(), to, [][]byte{at(2, 1, [32]byte{})}); err != nil || m.Epoch != 2 || m.Seq != 1 {
		t.Errorf("of the new epoch: %+v, %v", m, err)
	}
}

func TestReceiverThatFails(t *testing.T) {
	a, s, c, to := pair(t, Limits{}, Options{})
	sealed := chain(t, a, to, 1, "fog")
	for _, x := range []struct {
		lose   error
		want   Fault
		kind   error
		detail string
	}{
		{iru.Unavailable, Broken, iru.Unavailable, Broken.Error()},
		{errors.New("host 3 has no disk"), Broken, iru.Unavailable, Broken.Error()},
		{context.DeadlineExceeded, Broken, iru.Unavailable, Broken.Error()},
		{iru.Refuse(iru.Conflict, "the operation has ended", ""), Refused, iru.Forbidden, "the operation has ended"},
	} {
		s.do(func() { s.lose = x.lose })
		_, err := c.Send(t.Context(), to, sealed)
		var told *Trouble
		if !errors.Is(err, x.want) || !errors.Is(err, x.kind) || !errors.As(err, &told) || told.Detail != x.detail {
			t.Errorf("%v: %v, %+v", x.lose, err, told)
		}
		if _, err := c.Last(t.Context(), to); !errors.Is(err, x.want) {
			t.Errorf("%v, asked for the mark: %v", x.lose, err)
		}
	}
	s.do(func() { s.lose, s.blind = nil, fmt.Errorf("read partners: %w", iru.Unavailable) })
	c.Close() // so that the next one is a handshake
	for range 2 {
		if _, err := c.Send(t.Context(), to, sealed); !errors.Is(err, Broken) || len(s.taken) != 0 {
			t.Errorf("who is a partner is not known: %v", err)
		}
	}
	s.do(func() { s.blind = nil })
	if m, err := c.Send(t.Context(), to, sealed); err != nil || m.Seq != 1 {
		t.Errorf("after that: %+v, %v", m, err)
	}
}

func TestWhereASenderGoesOn(t *testing.T) {
	d := func(n byte) [32]byte { return [32]byte{n} }
	sealed := func(seq uint64) ([32]byte, bool) { return d(byte(seq)), seq > 3 } // the first three are no longer kept
	for _, x := range []struct {
		name                  string
		last, arrived, theirs Mark
		after                 uint64
		back                  bool
		want                  Fault
	}{
		{"nothing yet", Mark{}, Mark{}, Mark{}, 0, false, ""},
		{"some to send", Mark{1, 9, d(9)}, Mark{1, 5, d(5)}, Mark{1, 5, d(5)}, 5, false, ""},
		{"an answer was lost", Mark{1, 9, d(9)}, Mark{1, 5, d(5)}, Mark{1, 7, d(7)}, 7, false, ""},
		{"the receiver went back", Mark{1, 9, d(9)}, Mark{1, 8, d(8)}, Mark{1, 5, d(5)}, 5, true, ""},
		{"the receiver is empty", Mark{1, 9, d(9)}, Mark{1, 8, d(8)}, Mark{Epoch: 1}, 0, true, ""},
		{"known though not kept", Mark{1, 9, d(9)}, Mark{1, 3, d(3)}, Mark{1, 3, d(3)}, 3, false, ""},
		{"neither known nor kept", Mark{1, 9, d(9)}, Mark{1, 5, d(5)}, Mark{1, 2, d(2)}, 0, false, Fork},
		{"another message", Mark{1, 9, d(9)}, Mark{1, 5, d(5)}, Mark{1, 7, d(70)}, 0, false, Fork},
		{"the sender went back", Mark{1, 9, d(9)}, Mark{1, 5, d(5)}, Mark{1, 12, d(12)}, 0, false, Fork},
		{"the receiver agreed to a later epoch", Mark{1, 9, d(9)}, Mark{1, 5, d(5)}, Mark{Epoch: 2}, 0, false, OldEpoch},
		{"the receiver has not agreed", Mark{Epoch: 2}, Mark{1, 5, d(5)}, Mark{1, 5, d(5)}, 0, false, NewEpoch},
		{"a new epoch begins", Mark{2, 1, d(9)}, Mark{1, 5, d(5)}, Mark{Epoch: 2}, 0, false, ""},
	} {
		after, back, err := Resume(x.last, x.arrived, x.theirs, sealed)
		if after != x.after || back != x.back || FaultOf(err) != x.want {
			t.Errorf("%s: %d, %v, %v", x.name, after, back, err)
		}
	}
}
