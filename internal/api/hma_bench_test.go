// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"encoding/binary"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"

	"iolaus/internal/db/dbtest"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/iru/bankfile"
	"iolaus/internal/recognise"
	"iolaus/internal/work"
)

// BenchmarkHMALookup asks for one hash at a time among 200,000 contents with a PDQ and a SHA-256 each, over the handler: token, index
// and store included.
func BenchmarkHMALookup(b *testing.B) {
	const contents = 200_000
	w := newWorld(b, dbtest.Open(b))
	rnd := rand.New(rand.NewPCG(1, 2))
	hash := func() []byte {
		v := make([]byte, 32)
		for i := range 4 {
			binary.BigEndian.PutUint64(v[8*i:], rnd.Uint64())
		}
		return v
	}
	bank, err := w.desk.OpenBank(b.Context(), w.scope("ada"), iru.Bank{Name: "LIST", Source: iru.SourcePartner})
	if err != nil {
		b.Fatal(err)
	}
	var some []iru.Signal
	rows := func(yield func(bankfile.Row, error) bool) {
		for n := range contents {
			p, s := iru.Signal{Medium: iru.MediumPDQ, Value: hash()}, iru.Signal{Medium: iru.MediumSHA256, Value: hash()}
			if n%1000 == 0 {
				some = append(some, p, s)
			}
			if !yield(bankfile.Row{Line: n + 1, Known: iru.Known{Signals: []iru.Signal{p, s}}}, nil) {
				return
			}
		}
	}
	if _, err := w.desk.Import(b.Context(), w.scope("ada"), desk.Import{Bank: bank.ID, From: "list", Format: bankfile.Signals}, rows); err != nil {
		b.Fatal(err)
	}
	w.serve(Options{HMA: &HMA{Near: (&work.Crew{Desk: w.desk, Index: b.TempDir()}).Near()}, PerMinute: 1 << 30})
	get := func(path string) string {
		rec := w.do(req(http.MethodGet, path, w.tokens["ada"], nil))
		if rec.Code != 200 {
			b.Fatal(rec.Code, rec.Body)
		}
		return rec.Body.String()
	}
	get("/hma/m/lookup?signal_type=pdq&signal=" + (recognise.PDQ{}).Hex()) // takes everything in
	for _, medium := range []string{iru.MediumPDQ, iru.MediumSHA256} {
		b.Run(medium, func(b *testing.B) {
			for n := 0; b.Loop(); n++ {
				s := some[(2*n)%len(some)]
				if medium == iru.MediumSHA256 {
					s = some[(2*n)%len(some)+1]
				}
				if got := get("/hma/m/lookup?signal_type=" + medium + "&signal=" + s.Text()); !strings.Contains(got, "LIST") {
					b.Fatal(got)
				}
			}
		})
	}
	b.Run("first-status", func(b *testing.B) {
		for b.Loop() {
			w.server.hma.tally.last, w.server.hma.tally.of = 0, nil
			get("/hma/m/index/status")
		}
	})
	b.Run("status", func(b *testing.B) {
		for b.Loop() {
			get("/hma/m/index/status")
		}
	})
}
