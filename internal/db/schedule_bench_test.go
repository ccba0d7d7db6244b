// SPDX-License-Identifier: EUPL-1.2

package db_test

import (
	"fmt"
	"testing"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/db/dbtest"
	"iolaus/internal/iru"
)

// BenchmarkDue gives the time of what a round asks for, and of what a dashboard asks for, among ten thousand scheduled assets and among a million.
func BenchmarkDue(b *testing.B) {
	for engine, dsn := range map[string]func() string{db.SQLite: func() string { return dbtest.File(b) }, db.PostgreSQL: func() string { return dbtest.Postgres(b) }} {
		for _, n := range []int{10_000, 1_000_000} {
			d, err := db.Open(b.Context(), dsn())
			if err != nil {
				b.Fatal(err)
			}
			fill(b, d, n)
			now := time.UnixMicro(1 << 50).UTC()
			b.Run(fmt.Sprintf("%s/next/%d", engine, n), func(b *testing.B) {
				for range b.N {
					ask(b, d, func(x *db.Tx) error {
						due, err := x.Due(b.Context(), 3, now, 32)
						if err != nil || len(due) != 32 {
							b.Fatalf("%d due, %v", len(due), err)
						}
						_, err = x.NextDue(b.Context(), 3)
						return err
					})
				}
			})
			b.Run(fmt.Sprintf("%s/dashboard/%d", engine, n), func(b *testing.B) {
				for range b.N {
					ask(b, d, func(x *db.Tx) error {
						o, err := x.Overdue(b.Context(), iru.ProgramFor(1), now, 100)
						if err != nil || o.Count != 100 {
							b.Fatalf("%+v, %v", o, err)
						}
						return nil
					})
				}
			})
			b.Run(fmt.Sprintf("%s/today/%d", engine, n), func(b *testing.B) {
				for range b.N {
					ask(b, d, func(x *db.Tx) error { return today(b, x, now) })
				}
			})
			d.Close()
		}
	}
}

// today asks for what the first page shows of assets.
func today(b *testing.B, x *db.Tx, now time.Time) error {
	ctx, s := b.Context(), iru.Scope{Officer: 1, Unit: 1}
	if _, err := x.Waiting(ctx, s, now); err != nil {
		return err
	}
	all, err := x.Standings(ctx, s)
	if err != nil || len(all) < 20 {
		b.Fatalf("%d outlets and states, %v", len(all), err)
	}
	like, err := x.Suggested(ctx, s, 500)
	if err != nil || len(like) == 0 {
		b.Fatalf("%d suggested, %v", len(like), err)
	}
	back, err := x.AssetsStanding(ctx, s, iru.AssetReturned, 500)
	if err != nil || len(back) == 0 {
		b.Fatalf("%d returned, %v", len(back), err)
	}
	changes, err := x.PresenceChanges(ctx, s, now.AddDate(0, 0, -30), 1000)
	if err != nil || len(changes) == 0 {
		b.Fatalf("%d changes, %v", len(changes), err)
	}
	for o := range 4 {
		if _, err := x.Newborns(ctx, s, iru.OutletID(o+1), now.AddDate(0, 0, -30), 500); err != nil {
			return err
		}
	}
	for _, c := range changes[:10] {
		if _, err := x.Asset(ctx, s, c.Asset); err != nil {
			return err
		}
	}
	_, err = x.Overdue(ctx, s, now, 500)
	return err
}

func ask(b *testing.B, d *db.DB, f func(*db.Tx) error) {
	b.Helper()
	if err := d.View(b.Context(), f); err != nil {
		b.Fatal(err)
	}
}

// fill schedules so many assets, a tenth of them due.
func fill(b *testing.B, d *db.DB, n int) {
	b.Helper()
	if err := d.Tx(b.Context(), func(x *db.Tx) error {
		ctx := b.Context()
		u := iru.Unit{Name: "Unit A", Country: "XA", State: iru.UnitActive}
		if err := x.AddUnit(ctx, &u); err != nil {
			return err
		}
		const series = `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<$1) `
		for lineage, which := range map[string]string{`{"to":0,"score":0}`: "<>", `{"to":1,"score":4.5}`: "="} {
			if _, err := x.Exec(ctx, series+`INSERT INTO asset (unit, outlet, kind, locator, site, languages, state, presence, runs, found_by, lineage, features, created)
				SELECT $2, 1 + i % 20, 'site', 'https://s' || i || '.test/', 's' || i || '.test', '[]', CASE WHEN i % 50 = 7 THEN 'candidate' WHEN i % 2000 = 9 THEN 'returned' ELSE 'live' END,
				CASE WHEN i % 10 = 3 THEN 'gone' ELSE 'up' END, '{}', 'person', '`+lineage+`', '[]', 1125899906842624 - (CAST(i AS BIGINT) * 7919 % 1000000) * 31000000 FROM n WHERE i % 2500 `+which+` 7`, n, u.ID); err != nil {
				return err
			}
		}
		if _, err := x.Exec(ctx, `INSERT INTO event (at, by_officer, unit, noun, subject, verb, from_state, to_state, note, facts, salt)
			SELECT 1125899906842624 - (id * 104729 % 60000000) * 86400, 0, unit, 'asset', id, 'agreed', 'doubtful', 'gone', '', '', $1 FROM asset WHERE id % 10 = 3`, []byte{1}); err != nil {
			return err
		}
		_, err := x.Exec(ctx, `INSERT INTO schedule (unit, asset, monitor, shard, due, every) SELECT unit, id, 'site', id % 8, 1125899906842624 + ((id * 7919 % 1000000) - 100000) * 1000000, 86400000000 FROM asset`)
		return err
	}); err != nil {
		b.Fatal(err)
	}
}
