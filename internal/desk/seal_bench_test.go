// SPDX-License-Identifier: EUPL-1.2

package desk_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/transparency-dev/tessera"
	"github.com/transparency-dev/tessera/storage/posix"
	"golang.org/x/mod/sumdb/note"
	"k8s.io/klog/v2"

	"iolaus/internal/db"
	"iolaus/internal/db/dbtest"
	"iolaus/internal/desk"
	"iolaus/internal/exhibit"
	"iolaus/internal/iru"
	"iolaus/internal/ledger"
)

// BenchmarkSeal measures custody events: written in business transactions of so many, given their places and covered by a signed
// checkpoint, while eight write and one seals; and the sealing by itself, of what is written already. Beside it, in the same run and
// on the same disk, Tessera's POSIX log takes the same leaves: all at once, and from eight that wait for each. Everything is synced.
func BenchmarkSeal(b *testing.B) {
	var leaves [][]byte
	for _, engine := range []string{db.SQLite, db.PostgreSQL} {
		dsn := func(b *testing.B) string {
			if engine == db.PostgreSQL {
				return dbtest.DurablePostgres(b)
			}
			return filepath.Join(b.TempDir(), "bench.db")
		}
		b.Run("seal/"+engine, func(b *testing.B) {
			d, took := benchDesk(b, dsn(b)), time.Duration(0)
			for range b.N {
				b.StopTimer()
				writeCustody(b, d, 20_000, 500, 1)
				leaves = waiting(b, d, 20_000)
				at := cpu(b)
				b.StartTimer()
				sealUntil(b, d, 20_000)
				took += cpu(b) - at
			}
			report(b, 20_000, cpu(b)-took)
		})
		for _, c := range []struct{ each, n int }{{1, 1000}, {10, 4800}, {100, 20_000}} {
			b.Run(fmt.Sprintf("write-%d/%s", c.each, engine), func(b *testing.B) {
				d := benchDesk(b, dsn(b))
				at := cpu(b)
				for range b.N {
					var wg sync.WaitGroup
					wg.Go(func() { writeCustody(b, d, c.n, c.each, 8) })
					sealUntil(b, d, c.n)
					wg.Wait()
				}
				report(b, c.n, at)
			})
		}
	}
	b.Run("tessera", func(b *testing.B) {
		at := cpu(b)
		for range b.N {
			appendTessera(b, leaves, len(leaves))
		}
		report(b, len(leaves), at)
	})
	b.Run("tessera-8", func(b *testing.B) {
		at := cpu(b)
		for range b.N {
			appendTessera(b, leaves[:1000], 8)
		}
		report(b, 1000, at)
	})
}

func benchDesk(b *testing.B, dsn string) *desk.Desk {
	b.Helper()
	store, err := db.Open(context.Background(), dsn)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = store.Close() })
	signer, verifier, err := ledger.NewKey(rand.Reader, "unit-a.test/iolaus")
	if err != nil {
		b.Fatal(err)
	}
	s, err := note.NewSigner(signer)
	if err != nil {
		b.Fatal(err)
	}
	v, err := note.NewVerifier(verifier)
	if err != nil {
		b.Fatal(err)
	}
	return &desk.Desk{DB: store, Now: func() time.Time { return time.Now().UTC() }, Log: desk.LogKey{Origin: "unit-a.test/iolaus", Signer: s, Verifier: v}}
}

// writeCustody writes n custody events, so many in each transaction, by so many writers at once.
func writeCustody(b *testing.B, d *desk.Desk, n, each, writers int) {
	e := exhibit.Entry{Exhibit: "unit-a.test/iolaus/exhibit/1", N: 2, Prev: strings.Repeat("ab", 32), Who: "Ada (officer 2)", At: time.Now().UTC(), Where: "Unit A, XA",
		Why: "weekly check", Authority: "mandate of Unit A under the law of XA", What: "compared digests", Tool: exhibit.Tool{Name: "iolaus", Version: "0.0.0"}}
	text, err := e.Encode()
	if err != nil {
		b.Error(err)
		return
	}
	var wg sync.WaitGroup
	for range writers {
		wg.Go(func() {
			for range n / each / writers {
				if err := d.DB.Tx(context.Background(), func(t *db.Tx) error {
					for range each {
						if _, err := t.Record(context.Background(), iru.Event{At: d.Now(), By: 2, Unit: 1, Subject: iru.Subject{Noun: "exhibit", ID: 1}, Verb: "check", Note: e.Why,
							Facts: map[string]any{"custody": string(text)}}); err != nil {
							return err
						}
					}
					return nil
				}); err != nil {
					b.Error(err)
				}
			}
		})
	}
	wg.Wait()
}

// report gives the rate, and the processor time of this process for each event: that is the steadier figure on a busy machine.
func report(b *testing.B, events int, before time.Duration) {
	n := float64(events) * float64(b.N)
	b.ReportMetric(n/b.Elapsed().Seconds(), "events/s")
	b.ReportMetric(float64((cpu(b)-before).Microseconds())/n, "cpu-µs/event")
}

func cpu(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func waiting(b *testing.B, d *desk.Desk, n int) (leaves [][]byte) {
	b.Helper()
	if err := d.DB.View(context.Background(), func(t *db.Tx) error {
		w, err := t.Unsequenced(context.Background(), n)
		for _, u := range w {
			leaves = append(leaves, slices.Clone(u.Leaf))
		}
		return err
	}); err != nil {
		b.Fatal(err)
	}
	return leaves
}

// sealUntil seals as the sequencer does until so many events have their place.
func sealUntil(b *testing.B, d *desk.Desk, n int) {
	for n > 0 && !b.Failed() {
		sealed, err := d.Seal(context.Background(), "bench")
		if err != nil {
			b.Fatal(err)
		}
		if n -= sealed; sealed == 0 {
			time.Sleep(time.Millisecond)
		}
	}
}

// appendTessera adds leaves to a fresh log, so many outstanding at once, each waited for until it is durable and integrated. Batches
// are the library's default, but none waits for others to come.
func appendTessera(b *testing.B, leaves [][]byte, atOnce int) {
	b.StopTimer()
	klog.LogToStderr(false)
	klog.SetOutput(io.Discard)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	key, _, err := note.GenerateKey(rand.Reader, "unit-a.test/iolaus")
	if err != nil {
		b.Fatal(err)
	}
	signer, err := note.NewSigner(key)
	if err != nil {
		b.Fatal(err)
	}
	driver, err := posix.New(ctx, posix.Config{Path: b.TempDir()})
	if err != nil {
		b.Fatal(err)
	}
	log, shutdown, _, err := tessera.NewAppender(ctx, driver, tessera.NewAppendOptions().WithCheckpointSigner(signer).WithCheckpointInterval(time.Second).
		WithBatching(tessera.DefaultBatchMaxSize, time.Millisecond).WithPushback(uint(len(leaves)+1)))
	if err != nil {
		b.Fatal(err)
	}
	b.StartTimer()
	next := make(chan []byte, len(leaves))
	for _, l := range leaves {
		next <- l
	}
	close(next)
	var wg sync.WaitGroup
	for range atOnce {
		wg.Go(func() {
			for l := range next {
				if _, err := log.Add(ctx, tessera.NewEntry(l))(); err != nil {
					b.Error(err)
				}
			}
		})
	}
	wg.Wait()
	b.StopTimer()
	if err := shutdown(ctx); err != nil {
		b.Error(err)
	}
	b.StartTimer()
}
