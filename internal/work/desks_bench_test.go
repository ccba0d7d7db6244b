// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"context"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/db/dbtest"
)

// deskedActs is how many acts leave at once in BenchmarkDesks.
const deskedActs = 1000

// BenchmarkDesks has a thousand removal orders that people approved leave by mail for the desks of the range, which live at six providers
// and answer each by mail: from the start of the crew (seal, queue, documents, SMTP, desk, our inbox) to the last receipt with its clock of
// one hour in the store. What a person at a desk would wait, the range's story leaves out; that desks go on to say that they are done, that
// they refuse, or what they ask, is work of the same minutes and within the figures. CPU is this process's, which is ours and the range's.
// Everything is synced, PostgreSQL's own processes are beside it.
func BenchmarkDesks(b *testing.B) {
	for _, engine := range []string{db.SQLite, db.PostgreSQL} {
		b.Run(engine, func(b *testing.B) {
			for range b.N {
				dsn := filepath.Join(b.TempDir(), "bench.db")
				if engine == db.PostgreSQL {
					dsn = dbtest.DurablePostgres(b)
				}
				o := newPosting(b, dsn, nil, 1e6) // what a person at a desk waits is nothing
				o.approveAll(deskedActs)
				o.deliverAll(b, deskedActs)
			}
		})
	}
}

// deliverAll lets the crew work until every act has its receipt and its clock.
func (o *posting) deliverAll(b *testing.B, acts int) {
	b.Helper()
	before, begun := processor(b), time.Now()
	end := o.begin()
	var sent, got, clocks, most int
	for clocks < acts {
		time.Sleep(100 * time.Millisecond)
		if time.Since(begun) > 10*time.Minute {
			b.Fatalf("%d of %d acts left, %d have a receipt, %d a clock after 10 min", sent, acts, got, clocks)
		}
		o.read(func(ctx context.Context, x *db.Tx) error {
			if err := x.QueryRow(ctx, "SELECT COUNT(*),COUNT(CASE WHEN received_at>0 THEN 1 END) FROM notice WHERE sent_at>0").Scan(&sent, &got); err != nil {
				return err
			}
			return x.QueryRow(ctx, "SELECT COUNT(DISTINCT notice) FROM clock WHERE rule='tco-1h'").Scan(&clocks)
		})
		most = max(most, sent-got)
	}
	took, used := time.Since(begun), processor(b)-before
	end()
	var longest int64 // microseconds
	o.read(func(ctx context.Context, x *db.Tx) error {
		return x.QueryRow(ctx, "SELECT MAX(received_at-sent_at) FROM notice").Scan(&longest)
	})
	arrived, mails := 0, 0
	for _, d := range o.world.Truth().Desks {
		for _, n := range d.Notices {
			arrived++
			mails += len(n.Answers)
		}
	}
	if sent != acts || arrived != acts {
		b.Fatalf("%d acts left, %d arrived, of %d", sent, arrived, acts)
	}
	b.ReportMetric(float64(acts)/took.Minutes(), "acts/min")
	b.ReportMetric(float64(used.Milliseconds())/float64(acts), "cpu-ms/act")
	b.ReportMetric(float64(most), "most-waiting")
	b.ReportMetric(float64(longest)/1e6, "longest-s")
	b.ReportMetric(float64(mails)/float64(acts), "answers/act")
}

// processor is the time that this process has had of the processors.
func processor(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	must(b, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
