// SPDX-License-Identifier: EUPL-1.2

package desk_test

import (
	"encoding/binary"
	"iter"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/iru/bankfile"
)

// BenchmarkImport takes b.N rows of PDQ hashes into an empty store in SQLite, then looks up ten thousand that are there and as many that
// are not: -benchtime 1000000x is a million rows.
func BenchmarkImport(b *testing.B) {
	ctx, path := b.Context(), filepath.Join(b.TempDir(), "bench.db")
	d := benchDesk(b, path)
	s, bank := benchBank(b, d)
	r := rand.New(rand.NewChaCha8([32]byte{}))
	hash := func() iru.Signal {
		v := make([]byte, 0, 32)
		for range 4 {
			v = binary.BigEndian.AppendUint64(v, r.Uint64())
		}
		return iru.Signal{Medium: iru.MediumPDQ, Value: v}
	}
	const looked = 10_000
	var there [][]byte
	rows := func(yield func(bankfile.Row, error) bool) {
		for n := range b.N {
			h := hash()
			if n%max(b.N/looked, 1) == 0 {
				there = append(there, h.Value)
			}
			if !yield(bankfile.Row{Line: n + 1, Known: iru.Known{Signals: []iru.Signal{h}}}, nil) {
				return
			}
		}
	}
	at := cpu(b)
	b.ResetTimer()
	told, err := d.Import(ctx, s, desk.Import{Bank: bank.ID, From: "hashes.txt", Format: bankfile.Signals, Digest: "00"}, iter.Seq2[bankfile.Row, error](rows))
	if err != nil || told.Added != b.N {
		b.Fatalf("%+v, %v", told, err)
	}
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "rows/s")
	b.ReportMetric(float64(b.N)/(cpu(b)-at).Seconds(), "rows/CPU-s")
	var missing [][]byte
	for range looked {
		missing = append(missing, hash().Value)
	}
	for name, values := range map[string][][]byte{"found": there, "missing": missing} {
		begin := time.Now()
		for _, v := range values {
			if err := d.DB.View(ctx, func(t *db.Tx) error {
				got, err := t.Exact(ctx, s, iru.MediumPDQ, [][]byte{v})
				if err == nil && (len(got) == 1) != (name == "found") {
					b.Errorf("%s: %d", name, len(got))
				}
				return err
			}); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(time.Since(begin).Microseconds())/float64(len(values)), "µs/"+name)
	}
	size := int64(0)
	for _, f := range []string{path, path + "-wal"} {
		if i, err := os.Stat(f); err == nil {
			size += i.Size()
		}
	}
	b.ReportMetric(float64(size)/float64(b.N), "B/row")
}

func benchBank(b *testing.B, d *desk.Desk) (iru.Scope, iru.Bank) {
	b.Helper()
	u := iru.Unit{Name: "Unit A", Country: "XA", Kind: "unit", State: iru.UnitActive}
	o := iru.Officer{Login: "ada", Name: "Ada", Roles: []iru.Role{iru.Analyst, iru.Liaison}, State: iru.OfficerActive}
	if err := d.DB.Tx(b.Context(), func(t *db.Tx) error {
		if err := t.AddUnit(b.Context(), &u); err != nil {
			return err
		}
		o.Unit = u.ID
		return t.AddOfficer(b.Context(), &o)
	}); err != nil {
		b.Fatal(err)
	}
	bank, err := d.OpenBank(b.Context(), o.Scope(), iru.Bank{Name: "hashes", Source: iru.SourceFeed})
	if err != nil {
		b.Fatal(err)
	}
	return o.Scope(), bank
}
