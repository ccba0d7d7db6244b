// SPDX-License-Identifier: EUPL-1.2

package db_test

import (
	"bytes"
	"runtime"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"iolaus/internal/db"
	"iolaus/internal/db/dbtest"
)

func goexit() { runtime.Goexit() }

type colour string

// SQLite gives no bytes as nil.
var emptyBytes = cmp.Comparer(bytes.Equal)

type values struct {
	Text    string
	Colour  colour
	Number  int64
	Small   int
	Byte    uint8
	Real    float64
	Yes, No bool
	Bytes   []byte
	At, Nil time.Time
	List    []string
	Map     map[string]int
	None    *string
	Some    *string
}

func (v *values) fields() []any {
	return []any{&v.Text, &v.Colour, &v.Number, &v.Small, &v.Byte, &v.Real, &v.Yes, &v.No, &v.Bytes, db.Micros(&v.At), db.Micros(&v.Nil),
		db.JSON(&v.List), db.JSON(&v.Map), &v.None, &v.Some}
}

// Whatever a noun holds comes back from either engine as it went in, bound through the pointers that it is read with.
func TestValues(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		table(t, d, db.Translate(d, `v (text TEXT NOT NULL, colour TEXT NOT NULL, number BIGINT NOT NULL, small INTEGER NOT NULL,
			byte INTEGER NOT NULL, real DOUBLE PRECISION NOT NULL, yes BOOLEAN NOT NULL, no BOOLEAN NOT NULL, bytes BYTES, at BIGINT NOT NULL,
			nil BIGINT, list JSON NOT NULL, map JSON, absent TEXT, given TEXT)`))
		some := "Ωmega 'quoted' \u2028 🚋"
		for name, in := range map[string]values{
			"zero": {Bytes: []byte{}, List: []string{}},
			"full": {"it's\nραγή", "red", -1 << 62, 1 << 30, 255, 0.1, true, false, []byte{0, 255, '\''},
				time.Date(2026, 3, 29, 1, 2, 3, 456789000, time.UTC), time.Time{}, []string{"a", `"`, "\x00", "</script>"},
				map[string]int{"ö": 1}, nil, &some},
			"old": {Bytes: []byte("x"), At: time.Date(1931, 1, 1, 0, 0, 0, 0, time.UTC), Number: 1<<63 - 1},
		} {
			var out values
			must(t, d.Tx(ctx, func(tx *db.Tx) error {
				if _, err := tx.Exec(ctx, `DELETE FROM v`); err != nil {
					return err
				}
				_, err := tx.Exec(ctx, `INSERT INTO v VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`, in.fields()...)
				return err
			}))
			must(t, d.View(ctx, func(tx *db.Tx) (err error) {
				// Bound again in a condition, out of order.
				out, err = db.One(ctx, tx, (*values).fields, `SELECT * FROM v WHERE at = $3 AND text = $2 AND colour = $1 AND yes = $4`,
					in.Colour, in.Text, db.At(in.At), in.Yes)
				return err
			}))
			if diff := cmp.Diff(in, out, emptyBytes); diff != "" {
				t.Errorf("%s: what came back differs (-in +out):\n%s", name, diff)
			}
		}
		must(t, d.Tx(ctx, func(tx *db.Tx) error { _, err := tx.Exec(ctx, `UPDATE v SET map = NULL, nil = NULL`); return err }))
		out := values{Nil: time.Now(), Map: map[string]int{"stale": 1}}
		must(t, d.View(ctx, func(tx *db.Tx) error {
			return tx.QueryRow(ctx, `SELECT nil, map FROM v`).Scan(db.Micros(&out.Nil), db.JSON(&out.Map))
		}))
		if !out.Nil.IsZero() || out.Map != nil {
			t.Errorf("NULL was read as %v and %v, want zero values", out.Nil, out.Map)
		}
	})
}

func TestTimeIsCutToMicroseconds(t *testing.T) {
	in := time.Date(2026, 7, 1, 12, 0, 0, 123456789, time.FixedZone("", 7200))
	if got, want := db.At(in), int64(1782900000123456); got != want {
		t.Errorf("stored %d, want %d", got, want)
	}
	var out time.Time
	must(t, db.Micros(&out).Scan(db.At(in)))
	if !out.Equal(in.Truncate(time.Microsecond)) || out.Location() != time.UTC {
		t.Errorf("read %v, want %v in UTC", out, in)
	}
	if err := db.Micros(&out).Scan("noon"); err == nil {
		t.Error("a text was read as a time")
	}
	if err := db.JSON(&out).Scan("{"); err == nil {
		t.Error("half an object was read as JSON")
	}
}
