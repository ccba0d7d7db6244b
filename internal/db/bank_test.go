// SPDX-License-Identifier: EUPL-1.2

package db_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"iolaus/internal/db"
	"iolaus/internal/db/dbtest"
	"iolaus/internal/iru"
	"iolaus/internal/recognise"
)

// What lay in the one table of version 13 is in banks, as it was: numbers, fingerprints, matches and what was muted.
func TestBanksFromVersion13(t *testing.T) {
	eachEmpty(t, func(t *testing.T, dsn func() string) {
		ctx, name := t.Context(), dsn()
		sketches := []recognise.Sketch{recognise.SketchText("snow"), recognise.SketchText("snow line falls"), recognise.SketchText("snow line falls tonight over"),
			recognise.SketchText(strings.Repeat("Night timetable: train 204 leaves at ten past eleven and stops at every harbour. ", 9) + fmt.Sprint(make([]int, 300)))}
		old, err := db.OpenAt(ctx, name, 13)
		must(t, err)
		must(t, old.Tx(ctx, func(x *db.Tx) error {
			for _, q := range []string{
				"INSERT INTO unit (id, name, country, kind, state, created) VALUES (7, 'a', 'XA', 'unit', 'active', 1), (8, 'b', 'XA', 'unit', 'active', 1)",
				"INSERT INTO asset (id, unit, kind, locator, site, languages, state, presence, runs, found_by, lineage, features, created) VALUES (1, 7, 'web', 'l', 's', '[]', 'live', 'up', '[]', '', '{}', '[]', 1)",
				"INSERT INTO item (id, unit, asset, locator, state, reasons, created) VALUES (3, 7, 1, 'l', 'ready', '[]', 1)",
				"INSERT INTO exhibit (id, unit, asset, item, locator, vantage, at, outcome, status, final, manifest, files, prints, state, event) VALUES (4, 7, 1, 3, 'l', 'v', 1, 'up', 200, '', '', '[]', '[]', 'sealed', 1)",
			} {
				if _, err := x.Exec(ctx, q); err != nil {
					return err
				}
			}
			add := func(id, unit int, bank, medium, value string, muted bool) {
				_, err := x.Exec(ctx, "INSERT INTO known (id, unit, bank, medium, value, label, finding, item, by_officer, created, muted) VALUES ($1, $2, $3, $4, $5, 'label', 'refer', $6, 2, $1, $7)",
					id, unit, bank, medium, value, 3*(id%2), muted)
				must(t, err)
			}
			add(11, 7, "own", "sha256", strings.Repeat("ab", 32), false)
			add(12, 7, "own", "pdq", strings.Repeat("0f", 32), true)
			add(14, 7, "Halcyon", "sha256", strings.Repeat("ab", 32), false)
			add(15, 8, "own", "sha256", strings.Repeat("cd", 32), false)
			for i, s := range sketches {
				add(20+i, 7, "own", "text", s.String(), false)
			}
			_, err := x.Exec(ctx, "INSERT INTO match (id, unit, item, exhibit, known, medium, distance, place, state, at) VALUES (30, 7, 3, 4, 14, 'sha256', 0.5, 'w', 'disputed', 5)")
			return err
		}))
		must(t, old.Close())
		d, err := db.Open(ctx, name)
		must(t, err)
		defer d.Close()
		must(t, d.Tx(ctx, func(x *db.Tx) error {
			bs, err := x.Banks(ctx, iru.Program())
			if err != nil {
				return err
			}
			var banks []string
			for _, b := range bs {
				banks = append(banks, fmt.Sprint(b.Unit, " ", b.Name, " ", b.Source, " ", b.Handling))
			}
			if got := strings.Join(banks, "; "); got != "7 Halcyon partner TLP:AMBER+STRICT PAP:AMBER H2; 7 own own TLP:AMBER+STRICT PAP:AMBER H2; 8 own own TLP:AMBER+STRICT PAP:AMBER H2" {
				t.Errorf("banks: %s", got)
			}
			ks, err := x.KnownsAfter(ctx, iru.Program(), db.KnownFilter{}, 0, 99)
			if err != nil {
				return err
			}
			var got []string
			for _, k := range ks {
				if len(k.Signals) != 1 || k.Label != "label" || k.Finding != "refer" || k.By != 2 || k.Created.UnixMicro() != k.ID {
					t.Errorf("%+v", k)
				}
				if k.ID < 20 {
					got = append(got, fmt.Sprint(k.ID, k.Unit, k.BankName, k.Item, k.State, k.Signals[0].String()[:9]))
				} else if want := sketches[k.ID-20].Bytes(); !bytes.Equal(k.Signals[0].Value, want) {
					t.Errorf("the sketch %d has %d bytes %x, not %d", k.ID, len(k.Signals[0].Value), k.Signals[0].Value, len(want))
				}
			}
			if s := strings.Join(got, "; "); s != "11 7own3active"+"sha256 ab; 12 7own0withdrawn"+"pdq 0f0f0; 14 7Halcyon0active"+"sha256 ab; 15 8own3active"+"sha256 cd" || len(ks) != 4+len(sketches) {
				t.Errorf("known: %s", s)
			}
			ms, err := x.MatchesOf(ctx, iru.Program(), 3)
			if err != nil || len(ms) != 1 || ms[0].ID != 30 || ms[0].Known != 14 || ms[0].Bank != "Halcyon" || ms[0].State != iru.MatchDisputed || ms[0].Silent {
				t.Errorf("matches: %+v, %v", ms, err)
			}
			// New ones get numbers of their own.
			k := iru.Known{Bank: bs[0].ID, State: iru.KnownActive, Signals: []iru.Signal{{Medium: "md5", Value: make([]byte, 16)}}}
			if err := x.AddKnown(ctx, &k); err != nil {
				return err
			}
			m := iru.Match{Unit: 7, Item: 3, Exhibit: 4, Known: k.ID, State: iru.MatchSuggested}
			if _, err := x.AddMatch(ctx, &m); err != nil {
				return err
			}
			if k.ID <= 23 || m.ID <= 30 {
				t.Errorf("known %d, match %d", k.ID, m.ID)
			}
			return nil
		}))
	})
}

// What is looked up is what is said: of the unit, active, of a bank that is not muted, and not flooding.
func TestOnlyWhatSpeaksIsFound(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, h, other := t.Context(), house(t, d, "a"), house(t, d, "b")
		s := h.officer.Scope()
		look := func() (n [3]int) {
			t.Helper()
			must(t, d.View(ctx, func(x *db.Tx) error {
				exact, err := x.Exact(ctx, s, "sha256", [][]byte{[]byte("a"), []byte("b"), []byte("ab")})
				must(t, err)
				told, err := x.Speaking(ctx, s, []int64{h.known.Signals[0].ID, other.known.Signals[0].ID, 999})
				must(t, err)
				all, err := x.SpeakingAfter(ctx, s, "sha256", iru.Signal{}, 9)
				n = [3]int{len(exact), len(told), len(all)}
				return err
			}))
			return n
		}
		change := func(f func(*iru.Known, *iru.Bank)) {
			t.Helper()
			must(t, d.Tx(ctx, func(x *db.Tx) error {
				k, b := h.known, h.bank
				f(&k, &b)
				now, err := x.Known(ctx, s, k.ID)
				must(t, err)
				must(t, x.UpdateBank(ctx, b, b.Checkpoint))
				return x.UpdateKnown(ctx, k, now.State)
			}))
		}
		for name, f := range map[string]func(*iru.Known, *iru.Bank){
			"quarantined": func(k *iru.Known, _ *iru.Bank) { k.State = iru.KnownQuarantined },
			"withdrawn":   func(k *iru.Known, _ *iru.Bank) { k.State = iru.KnownWithdrawn },
			"flooding":    func(k *iru.Known, _ *iru.Bank) { k.Flood = iru.FloodMarked },
			"muted":       func(_ *iru.Known, b *iru.Bank) { b.Muted = true },
		} {
			change(f)
			if n := look(); n != [3]int{} {
				t.Errorf("%s: found %v", name, n)
			}
			change(func(*iru.Known, *iru.Bank) {})
			if n := look(); n != [3]int{1, 1, 1} {
				t.Errorf("after %s: found %v", name, n)
			}
		}
	})
}

// An index takes in what is new, of every unit, and asks what is still there.
func TestSignalsForAnIndex(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		a, b := house(t, d, "a"), house(t, d, "b")
		must(t, d.View(context.WithoutCancel(t.Context()), func(x *db.Tx) error {
			ctx := t.Context()
			first, second := a.known.Signals[0], b.known.Signals[0]
			got, end, err := x.SignalsAfter(ctx, "sha256", first.ID, 9)
			if err != nil || len(got) != 1 || end != second.ID || !got[0].Same(second) {
				t.Errorf("after %d: %+v, %v", first.ID, got, err)
			}
			alive, err := x.AliveSignals(ctx, []int64{first.ID, second.ID, 999})
			if err != nil || len(alive) != 2 || alive[999] {
				t.Errorf("alive: %v, %v", alive, err)
			}
			held, err := x.Held(ctx, a.bank.ID, "sha256", [][]byte{[]byte("a"), []byte("b")})
			if err != nil || len(held) != 1 || held["a"].ID != a.known.ID {
				t.Errorf("held: %v, %v", held, err)
			}
			return nil
		}))
	})
}

// Many are stored as one is, on both engines, and the numbers go on behind them.
func TestManyKnowns(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, h := t.Context(), house(t, d, "a")
		var ks []*iru.Known
		for n := range 333 {
			k := &iru.Known{Bank: h.bank.ID, Label: fmt.Sprint("train ", n), Finding: "refer", By: 2, Created: h.bank.Created, Tags: []string{"snow", "قطار"}, State: iru.KnownActive}
			for j := range n%3 + 1 {
				k.Signals = append(k.Signals, iru.Signal{Medium: iru.MediumPDQ, Value: fmt.Appendf(nil, "%031d%d", n, j)})
			}
			ks = append(ks, k)
		}
		must(t, d.Tx(ctx, func(x *db.Tx) error { return x.AddKnowns(ctx, ks) }))
		one := iru.Known{Bank: h.bank.ID, State: iru.KnownActive, Signals: []iru.Signal{{Medium: iru.MediumMD5, Value: []byte("0123456789abcdef")}}}
		must(t, d.Tx(ctx, func(x *db.Tx) error { return x.AddKnown(ctx, &one) }))
		if last := ks[332]; one.ID <= last.ID || one.Signals[0].ID <= last.Signals[len(last.Signals)-1].ID || ks[0].ID <= h.known.ID {
			t.Errorf("numbers %d to %d, then %d", ks[0].ID, last.ID, one.ID)
		}
		must(t, d.View(ctx, func(x *db.Tx) error {
			got, err := x.KnownsAfter(ctx, h.officer.Scope(), db.KnownFilter{Bank: h.bank.ID, Medium: iru.MediumPDQ}, 0, 999)
			if err != nil || len(got) != len(ks) {
				t.Fatalf("%d, %v", len(got), err)
			}
			for n, k := range got {
				want := *ks[n]
				want.Unit, want.BankName = h.unit.ID, h.bank.Name
				if diff := cmp.Diff(want, k); diff != "" {
					t.Fatal(diff)
				}
			}
			return nil
		}))
		if err := d.Tx(ctx, func(x *db.Tx) error {
			return x.AddKnowns(ctx, []*iru.Known{{Bank: h.bank.ID, Label: "a\x00b", State: iru.KnownActive}})
		}); !errors.Is(err, iru.Invalid) {
			t.Errorf("a label with a NUL: %v", err)
		}
	})
}

// Nothing with a smaller number comes after what an index was told: it waits for who is adding.
func TestSignalsComeInOrder(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, h := t.Context(), house(t, d, "a")
		add := func(n int, before, after func()) error {
			return d.Tx(ctx, func(x *db.Tx) error {
				k := &iru.Known{Bank: h.bank.ID, State: iru.KnownActive, Signals: []iru.Signal{{Medium: iru.MediumMD5, Value: fmt.Appendf(nil, "%016d", n)}}}
				before()
				err := x.AddKnowns(ctx, []*iru.Known{k})
				after()
				return err
			})
		}
		took, on := make(chan struct{}), make(chan struct{})
		first := make(chan error, 1)
		go func() { first <- add(1, func() {}, func() { close(took); <-on }) }()
		<-took
		second := make(chan error, 1)
		go func() { second <- add(2, func() {}, func() {}) }()
		if d.Engine() == db.PostgreSQL { // where the second one need not wait
			must(t, <-second)
		}
		type told struct {
			n   int
			err error
		}
		seen := make(chan told, 1)
		go func() {
			var v told
			v.err = d.View(ctx, func(x *db.Tx) error {
				ss, _, err := x.SignalsAfter(ctx, iru.MediumMD5, 0, 9)
				v.n = len(ss)
				return err
			})
			seen <- v
		}()
		early := false
		select {
		case v := <-seen:
			must(t, v.err)
			if early = true; v.n != 0 {
				t.Errorf("an index is told of %d fingerprints while one with a smaller number is being added", v.n)
			}
		case <-time.After(200 * time.Millisecond):
		}
		close(on)
		must(t, <-first)
		if d.Engine() == db.SQLite {
			must(t, <-second)
		}
		if !early {
			if v := <-seen; v.err != nil || v.n != 2 {
				t.Errorf("then %d, %v", v.n, v.err)
			}
		}
	})
}
