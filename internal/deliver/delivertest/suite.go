// SPDX-License-Identifier: EUPL-1.2

package delivertest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"iolaus/internal/deliver"
	"iolaus/internal/iru"
)

// A Mood is how the other side behaves.
type Mood int

// The moods.
const (
	Well    Mood = iota // takes everything
	Busy                // refuses for now, asks to wait 90 seconds
	Refuses             // refuses for good with the words "not here"
	Hangs               // accepts the connection and says nothing
	Swallow             // takes the whole message and breaks the connection before the answer
	Garbage             // answers with what is no protocol
	Absent              // nobody listens
)

// An Arrival is what the other side holds.
type Arrival struct{ Identity, Text string }

// A World is a channel and the real server at its other end.
type World struct {
	// Channel gives up after 2 s by itself.
	Channel deliver.Channel
	// Set changes the mood of the server.
	Set func(Mood)
	// Arrived lists what the server took, each identity once.
	Arrived func() []Arrival
	// Counts is whether this channel's answer is a receipt in the sense of the law.
	Counts bool
}

// Message is a benign act number i, fit for every channel.
func Message(i int) deliver.Message {
	return deliver.Message{
		Key: fmt.Sprintf("act-%d.try", i), Reference: fmt.Sprintf("IRU-2026-%06d", i), Instrument: "referral",
		From: "Weather Unit <unit@unit.test>", ReplyTo: "reply+aaaa@unit.test", To: "abuse@provider.test",
		Date: time.Date(2026, 4, 25, 9, 0, 0, 0, time.UTC), Subject: fmt.Sprintf("Rain forecast %d", i), Language: "en",
		Text:    "The tram at https://trams.test/7 is late.\n.\n.. as is the train.\nتأخر القطار\n",
		Targets: []string{"https://trams.test/7"}, Addressee: "Provider", Reasons: "late trams", LegalBasis: "none", Issuer: "Weather Unit",
		Contact: "unit@unit.test",
	}
}

// Run runs the suite; world makes a fresh one each time.
func Run(t *testing.T, world func(t *testing.T) World) {
	ctx := t.Context()
	t.Run("arrives once, whole, with a proof", func(t *testing.T) {
		w := world(t)
		m := Message(1)
		r, err := w.Channel.Send(ctx, m)
		if err != nil {
			t.Fatal(err)
		}
		if r.At.IsZero() || r.Heard.IsZero() || r.Kind == "" || len(r.Proof) == 0 || r.Why == "" {
			t.Errorf("incomplete receipt: %+v", r)
		}
		if r.Counts != w.Counts {
			t.Errorf("counts = %v, want %v (%s)", r.Counts, w.Counts, r.Why)
		}
		got := w.Arrived()
		if len(got) != 1 || got[0].Text != m.Text {
			t.Fatalf("arrived: %q", got)
		}
	})
	t.Run("a retry keeps the identity", func(t *testing.T) {
		w := world(t)
		w.Set(Swallow)
		_, err := w.Channel.Send(ctx, Message(2))
		if !deliver.Uncertain(err) || !errors.Is(err, iru.Unavailable) {
			t.Fatalf("a swallowed message is uncertain and can be retried, got %v", err)
		}
		w.Set(Well)
		for range 2 {
			if _, err := w.Channel.Send(ctx, Message(2)); err != nil {
				t.Fatal(err)
			}
		}
		if got := w.Arrived(); len(got) != 1 {
			t.Fatalf("three tries arrived as %d identities: %q", len(got), got)
		}
	})
	t.Run("busy is temporary, with the time to wait", func(t *testing.T) {
		w := world(t)
		w.Set(Busy)
		_, err := w.Channel.Send(ctx, Message(3))
		if !errors.Is(err, iru.Unavailable) || deliver.Uncertain(err) {
			t.Fatalf("got %v", err)
		}
		if d := deliver.RetryAfter(err); d != 90*time.Second {
			t.Errorf("retry after %v, want 90s (%v)", d, err)
		}
		w.Set(Well)
		if _, err := w.Channel.Send(ctx, Message(3)); err != nil {
			t.Fatalf("after busy: %v", err)
		}
	})
	t.Run("a refusal is final, in the server's words", func(t *testing.T) {
		w := world(t)
		w.Set(Refuses)
		_, err := w.Channel.Send(ctx, Message(4))
		var f *deliver.Failure
		if !errors.As(err, &f) || errors.Is(err, iru.Unavailable) || !errors.Is(err, iru.Invalid) && !errors.Is(err, iru.Forbidden) {
			t.Fatalf("got %v", err)
		}
		if f.Words != "not here" || f.Code < 400 || f.Phase == "" {
			t.Errorf("words %q, code %d, phase %q", f.Words, f.Code, f.Phase)
		}
		if len(w.Arrived()) != 0 {
			t.Error("a refused message arrived")
		}
	})
	for mood, name := range map[Mood]string{Hangs: "hangs", Garbage: "garbage", Absent: "absent"} {
		t.Run(name+" ends in time and can be retried", func(t *testing.T) {
			w := world(t)
			w.Set(mood)
			begin := time.Now()
			_, err := w.Channel.Send(ctx, Message(5))
			if !errors.Is(err, iru.Unavailable) {
				t.Fatalf("got %v", err)
			}
			if took := time.Since(begin); took > 6*time.Second {
				t.Errorf("took %v", took)
			}
			w.Set(Well)
			if _, err := w.Channel.Send(ctx, Message(5)); err != nil {
				t.Fatalf("afterwards: %v", err)
			}
		})
	}
	t.Run("the caller's time is obeyed", func(t *testing.T) {
		w := world(t)
		w.Set(Hangs)
		short, cancel := context.WithTimeout(ctx, 50*time.Millisecond)
		defer cancel()
		begin := time.Now()
		_, err := w.Channel.Send(short, Message(6))
		if !errors.Is(err, iru.Unavailable) || !errors.Is(err, context.DeadlineExceeded) || time.Since(begin) > time.Second {
			t.Fatalf("after %v: %v", time.Since(begin), err)
		}
		gone, cancel := context.WithCancel(ctx)
		time.AfterFunc(30*time.Millisecond, cancel)
		if _, err = w.Channel.Send(gone, Message(6)); !errors.Is(err, context.Canceled) {
			t.Fatalf("got %v", err)
		}
	})
	t.Run("an act without an identity does not leave", func(t *testing.T) {
		w := world(t)
		m := Message(7)
		m.Key = ""
		if _, err := w.Channel.Send(ctx, m); !errors.Is(err, iru.Invalid) {
			t.Fatalf("got %v", err)
		}
		if len(w.Arrived()) != 0 {
			t.Error("it left")
		}
	})
	t.Run("many at once", func(t *testing.T) {
		w := world(t)
		const n = 60
		var all sync.WaitGroup
		for i := range n {
			all.Go(func() {
				var err error
				for range 5 { // as a job does; on a busy machine some run out of time
					if _, err = w.Channel.Send(ctx, Message(100+i)); !errors.Is(err, iru.Unavailable) {
						break
					}
				}
				if err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if got := w.Arrived(); len(got) != n {
			t.Fatalf("%d of %d arrived", len(got), n)
		}
	})
}
