// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/db/dbtest"
	"iolaus/internal/iru"
)

// backlog is how many messages wait after a week offline; IOLAUS_PARTNER_BACKLOG sets another number.
func backlog() int {
	if n, err := strconv.Atoi(os.Getenv("IOLAUS_PARTNER_BACKLOG")); err == nil {
		return n
	}
	return 100_000
}

// BenchmarkPartnerBacklog drains what waits for a partner that was offline: words of 600 bytes about an operation, from the store of one unit to that of another,
// sealed, sent over TLS on loopback, taken durably and brought about as desk.Hear does it, in order, none lost, none twice. Both stores are of one
// engine and both units in one process; everything is synced to the disk. Then the same one by one: written, sealed, sent and heard before the next.
func BenchmarkPartnerBacklog(b *testing.B) {
	for engine, open := range map[string]func() *db.DB{
		db.SQLite: func() *db.DB { return dbtest.Open(b) },
		db.PostgreSQL: func() *db.DB {
			d, err := db.Open(b.Context(), dbtest.DurablePostgres(b))
			must(b, err)
			b.Cleanup(func() { must(b, d.Close()) })
			return d
		},
	} {
		b.Run(engine, func(b *testing.B) {
			ctx := b.Context()
			for range b.N {
				n := backlog()
				lead, member := newHouse(b, open(), "north"), newHouse(b, open(), "south")
				m, l := lead.knows(member), member.knows(lead)
				words := strings.Repeat("fog on platform two ", 28)
				for from := 0; from < n; from += 1000 {
					must(b, lead.Desk.DB.Tx(ctx, func(x *db.Tx) error {
						for i := from; i < min(from+1000, n); i++ {
							if err := x.AddOutgoing(ctx, &iru.Outgoing{Partner: m, Kind: iru.SayDuty, Handling: iru.Handling{TLP: "AMBER", PAP: "AMBER", H: "H0"}, State: iru.OutgoingQueued, At: lead.Desk.Now(),
								Body: fmt.Sprintf(`{"text":"%d %s","by":"ann"}`, i, words)}); err != nil {
								return err
							}
						}
						return nil
					}))
				}
				begun := time.Now()
				must(b, lead.say())
				sent := time.Since(begun)
				for {
					if more, err := member.Desk.Hear(ctx, l); err != nil {
						b.Fatal(err)
					} else if more == 0 {
						break
					}
				}
				b.ReportMetric(float64(n)/sent.Seconds(), "sent/s")
				b.ReportMetric(float64(n)/time.Since(begun).Seconds(), "heard/s")
				var applied, last, first int64
				must(b, member.Desk.DB.View(ctx, func(x *db.Tx) error {
					return x.QueryRow(ctx, "SELECT COUNT(*), MIN(seq), MAX(seq) FROM incoming WHERE partner=$1 AND state='applied' AND kind='duty'", l).Scan(&applied, &first, &last)
				}))
				if heard := member.verbs("partner", int64(l)); applied != int64(n) || first != 1 || last != int64(n) || count(heard, "duty") != n || count(heard, "hear") != n {
					b.Fatalf("%d of %d applied, %d to %d, %d in the log", applied, n, first, last, count(heard, "duty"))
				}
				const alone = 200
				begun = time.Now()
				for i := range alone {
					lead.insert(m, iru.SayDuty, "", openCodes, fmt.Sprintf(`{"text":"%d %s","by":"ann"}`, i, words))
					must(b, lead.say())
				}
				b.ReportMetric(alone/time.Since(begun).Seconds(), "one_by_one/s")
				b.ReportMetric(0, "ns/op")
			}
		})
	}
}

func count(list []string, what string) (n int) {
	for _, s := range list {
		if s == what {
			n++
		}
	}
	return n
}
