// SPDX-License-Identifier: EUPL-1.2

package peer

import (
	"context"
	"strings"
	"syscall"
	"testing"
	"time"
)

// spent is the CPU time of this process in seconds, the collector's included.
func spent(b *testing.B) float64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return float64(u.Utime.Nano()+u.Stime.Nano()) / 1e9
}

// per runs f as often as the benchmark asks, and says how many things a second of CPU, which is one core, does.
func per(b *testing.B, n int, what string, f func()) {
	b.Helper()
	from := spent(b)
	for b.Loop() {
		f()
	}
	b.ReportMetric(float64(n)*float64(b.N)/(spent(b)-from), what)
}

// Hit questions of a hundred items, from bytes to bytes: what A does to answer (read, evaluate, prove), what B does to ask (blind) and to read
// the answer (verify, unblind), and what an item of A's own set costs. The time of the processor, all in one process.
func BenchmarkVOPRF(b *testing.B) {
	items := tramItems(100)
	o, s := harbourSet(b, items)
	q, body := ask(b, items...)
	answer := must(o.Evaluate(body))
	b.Run("answered", func(b *testing.B) {
		per(b, len(items), "evaluations/CPU-s", func() { must(o.Evaluate(body)) })
	})
	b.Run("asked", func(b *testing.B) {
		per(b, len(items), "items/CPU-s", func() { must(must(NewQuestion(1, "a test", items)).Body()) })
	})
	b.Run("read", func(b *testing.B) {
		per(b, len(items), "items/CPU-s", func() { must(s.Hits(q, answer)) })
	})
	b.Run("tagged", func(b *testing.B) {
		per(b, len(items), "items/CPU-s", func() {
			for _, i := range items {
				must(o.Tag(i))
			}
		})
	})
}

// Messages of 600 bytes signed and sealed, and opened and checked.
func BenchmarkMessages(b *testing.B) {
	a, ac := trams(b)
	to, tc := harbour(b)
	m := message(1, [32]byte{}, strings.Repeat("fog on platform two ", 30))
	sealed := must(Seal(a, tc, m))
	b.Run("sealed", func(b *testing.B) {
		per(b, 1, "messages/CPU-s", func() { must(Seal(a, tc, m)) })
	})
	b.Run("opened", func(b *testing.B) {
		per(b, 1, "messages/CPU-s", func() { must(Open(to, ac, sealed)) })
	})
}

// A backlog of 100,000 messages of 600 bytes, sealed beforehand, drained over TLS on loopback into a receiver that opens, checks, places and
// keeps them in memory: in order, each once, or the benchmark fails. Both ends in one process: the time by the clock and of the processor.
func BenchmarkDrain(b *testing.B) {
	const backlog = 100000
	a, ac := trams(b)
	to, _ := harbour(b)
	sealed := chain(b, a, must(to.Card("Harbour unit", "SE", "https://harbour.unit.test")), backlog, strings.Repeat("fog on platform two ", 30))
	drain(b, a, ac, to, sealed, MaxBatch)
}

// The same, one message in a request, as when a partner is told of each thing at once.
func BenchmarkOneByOne(b *testing.B) {
	a, ac := trams(b)
	to, _ := harbour(b)
	sealed := chain(b, a, must(to.Card("Harbour unit", "SE", "https://harbour.unit.test")), 2000, strings.Repeat("fog on platform two ", 30))
	drain(b, a, ac, to, sealed, 1)
}

func drain(b *testing.B, a Identity, ac Card, to Identity, sealed [][]byte, step int) {
	b.Helper()
	var wall, cpu float64
	n := 0
	for b.Loop() {
		s := newStore(to, ac)
		card := must(to.Card("Harbour unit", "SE", "https://"+serve(b, s, Limits{Rate: 1e9, Burst: 1e9, ByteRate: 1e12, ByteBurst: 1e12}, time.Now)))
		c := NewClient(a, Options{})
		from, start := spent(b), time.Now()
		for rest := sealed; len(rest) > 0; rest = rest[min(step, len(rest)):] {
			if _, err := c.Send(context.Background(), card, rest[:min(step, len(rest))]); err != nil {
				b.Fatal(err)
			}
		}
		wall, cpu, n = wall+time.Since(start).Seconds(), cpu+spent(b)-from, n+len(sealed)
		c.Close()
		if len(s.taken) != len(sealed) || s.again != 0 {
			b.Fatalf("%d of %d arrived, %d of them twice", len(s.taken), len(sealed), s.again)
		}
		for i, m := range s.taken {
			if m.Seq != uint64(i+1) {
				b.Fatalf("message %d is at place %d", m.Seq, i)
			}
		}
	}
	b.ReportMetric(float64(n)/wall, "messages/s")
	b.ReportMetric(float64(n)/cpu, "messages/CPU-s")
	b.ReportMetric(0, "ns/op")
}
