// SPDX-License-Identifier: EUPL-1.2

package peer

import (
	"testing"
	"time"
)

func TestSkew(t *testing.T) {
	at := func(ms int64) time.Time { return noon.Add(time.Duration(ms) * time.Millisecond) }
	for _, x := range []struct {
		sent, received, answered, arrived int64
		offset, delay                     int64
	}{
		{0, 10, 15, 25, 0, 20},
		{0, 3600010, 3600015, 25, 3600000, 20},    // an hour before us
		{0, -3599990, -3599985, 25, -3600000, 20}, // an hour behind
		{0, 20, 20, 20, 10, 20},                   // all of the delay on one way: wrong by half of it
		{0, 0, 30, 10, 10, 0},                     // a clock that jumped meanwhile
	} {
		s := skewOf(at(x.sent), at(x.received), at(x.answered), at(x.arrived))
		if s.Offset.Milliseconds() != x.offset || s.Delay.Milliseconds() != x.delay || !s.At.Equal(at(x.arrived)) {
			t.Errorf("%+v: %+v", x, s)
		}
	}
	var c clock
	if _, ok := c.best(); ok {
		t.Error("known before anything was measured")
	}
	for i := range 20 {
		c.add(Skew{Offset: time.Duration(i), Delay: time.Duration(100 - i%10)})
	}
	if s, ok := c.best(); !ok || s.Offset != 19 {
		t.Errorf("%+v", s)
	}
	c.add(Skew{Offset: 21, Delay: 3})
	if s, _ := c.best(); s.Offset != 21 {
		t.Errorf("%+v", s)
	}
	c.add(Skew{Offset: time.Hour, Delay: time.Second}) // it was set
	if s, _ := c.best(); s.Offset != time.Hour {
		t.Errorf("%+v", s)
	}
	c.add(Skew{Offset: time.Hour + time.Second, Delay: 2 * time.Second}) // one way took longer than the other
	c.add(Skew{Offset: time.Hour - 2*time.Millisecond, Delay: 5 * time.Millisecond})
	if s, _ := c.best(); s.Offset != time.Hour-2*time.Millisecond || c.n != 3 {
		t.Errorf("%+v of %d", s, c.n)
	}
}

// A clock that is wrong by an hour is noticed, and hinders nothing.
func TestClockOfAPartner(t *testing.T) {
	a, ac := trams(t)
	b, _ := harbour(t)
	for _, d := range []time.Duration{time.Hour, -time.Hour, 0} {
		s := newStore(b, ac)
		to, err := b.Card("Harbour unit", "SE", "https://"+serve(t, s, Limits{}, later(d)))
		if err != nil {
			t.Fatal(err)
		}
		c := NewClient(a, Options{})
		if _, err := c.Send(t.Context(), to, chain(t, a, to, 3, "fog")); err != nil {
			t.Fatal(err)
		}
		skew, ok := c.Skew(to)
		if off := (skew.Offset - d).Abs(); !ok || off > skew.Delay/2+time.Millisecond || off > time.Minute {
			t.Errorf("off by %v: %+v", d, skew)
		}
		c.Close()
	}
}
