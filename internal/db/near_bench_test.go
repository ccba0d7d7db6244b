// SPDX-License-Identifier: EUPL-1.2

package db_test

import (
	"encoding/binary"
	"fmt"
	"testing"

	"iolaus/internal/db"
	"iolaus/internal/db/dbtest"
	"iolaus/internal/iru"
)

// BenchmarkBankAsAPersonWaits is what a page asks of a bank of 200,000 contents: how many, by medium, and those that were set
// aside, which are few: the last of all.
func BenchmarkBankAsAPersonWaits(b *testing.B) {
	ctx, d := b.Context(), dbtest.Open(b)
	var bank iru.Bank
	err := d.Tx(ctx, func(x *db.Tx) error {
		u := iru.Unit{Name: "a", Country: "XA", Kind: "unit", State: iru.UnitActive}
		if err := x.AddUnit(ctx, &u); err != nil {
			return err
		}
		bank = iru.Bank{Unit: u.ID, Name: "many", Source: iru.SourceFeed}
		return x.AddBank(ctx, &bank)
	})
	for n := 0; n < 200_000 && err == nil; n += 10_000 {
		err = d.Tx(ctx, func(x *db.Tx) error {
			var ks []*iru.Known
			for i := range 10_000 {
				value := make([]byte, 32)
				binary.BigEndian.PutUint64(value, uint64(n+i)*0x9e3779b97f4a7c15)
				ks = append(ks, &iru.Known{Bank: bank.ID, State: iru.KnownActive, Label: fmt.Sprint(i), Signals: []iru.Signal{{Medium: iru.MediumPDQ, Value: value}}})
			}
			if n == 190_000 {
				ks[9990].State, ks[9991].State, ks[9992].Flood = iru.KnownQuarantined, iru.KnownWithdrawn, iru.FloodMarked
			}
			return x.AddKnowns(ctx, ks)
		})
	}
	if err != nil {
		b.Fatal(err)
	}
	for name, ask := range map[string]func(*db.Tx) error{
		"sizes": func(x *db.Tx) error { _, err := x.BankSizes(ctx, iru.Program()); return err },
		"media": func(x *db.Tx) error { _, _, err := x.BankMedia(ctx, iru.Program(), bank.ID, 20_000); return err },
		"rare": func(x *db.Tx) error {
			_, err := x.KnownsAfter(ctx, iru.Program(), db.KnownFilter{Bank: bank.ID, State: iru.KnownQuarantined}, 0, 51)
			return err
		},
		"withdrawn": func(x *db.Tx) error {
			_, err := x.KnownsAfter(ctx, iru.Program(), db.KnownFilter{Bank: bank.ID, State: iru.KnownWithdrawn}, 0, 51)
			return err
		},
		"floods": func(x *db.Tx) error {
			_, err := x.KnownsAfter(ctx, iru.Program(), db.KnownFilter{Bank: bank.ID, Flood: iru.FloodMarked}, 0, 51)
			return err
		},
		"floods of all banks": func(x *db.Tx) error {
			_, err := x.KnownsAfter(ctx, iru.Program(), db.KnownFilter{State: iru.KnownActive, Flood: iru.FloodMarked}, 0, 51)
			return err
		},
		"page": func(x *db.Tx) error {
			_, err := x.KnownsAfter(ctx, iru.Program(), db.KnownFilter{Bank: bank.ID}, 100_000, 51)
			return err
		},
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if err := d.View(ctx, ask); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
