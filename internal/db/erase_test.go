// SPDX-License-Identifier: EUPL-1.2

package db_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/db/dbtest"
	"iolaus/internal/iru"
	"iolaus/internal/legal"
)

var midday = time.Date(2026, 3, 12, 12, 0, 0, 0, time.UTC)

// keyed adds an exhibit with what it needs around it, and gives it.
func keyed(t *testing.T, d *db.DB, name, key string, files ...iru.File) iru.Exhibit {
	t.Helper()
	x := iru.Exhibit{Locator: "test/halcyon-weather|https://" + name + ".test/", Vantage: "north", At: midday, Outcome: iru.Up, State: iru.ExhibitSealed, Files: files, Key: key}
	err := d.Tx(t.Context(), func(tx *db.Tx) error {
		u := iru.Unit{Name: name, Country: "XA", Kind: legal.Unit, State: iru.UnitActive, Created: midday}
		if err := tx.AddUnit(t.Context(), &u); err != nil {
			return err
		}
		a := iru.Asset{Unit: u.ID, Locator: x.Locator, Kind: iru.Site, State: iru.AssetCandidate, Presence: iru.Presence{State: iru.PresenceUnknown}, Created: midday}
		if err := tx.AddAsset(t.Context(), &a); err != nil {
			return err
		}
		i := iru.Item{Unit: u.ID, Asset: a.ID, Locator: x.Locator, State: iru.ItemNew, Created: midday}
		if err := tx.AddItem(t.Context(), &i); err != nil {
			return err
		}
		x.Unit, x.Asset, x.Item = u.ID, a.ID, i.ID
		return tx.AddExhibit(t.Context(), &x)
	})
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// A key that was destroyed is nowhere in the files of the store: not in a page, nor in the log of changes. The row is longer than a
// page, so that overflow pages are looked at as well.
func TestErasedKeyIsGone(t *testing.T) {
	name := filepath.Join(t.TempDir(), "store.db")
	d, err := db.Open(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	var secrets []string
	for n, pad := range []int{0, 3000, 40_000} {
		secret := strings.Repeat(string(rune('K'+n)), 24) + "SECRET"
		secrets = append(secrets, secret)
		x := keyed(t, d, "town-"+string(rune('a'+n)), secret, iru.File{Name: strings.Repeat("n", pad), SHA256: strings.Repeat("a", 64)})
		if !inFiles(t, name, secret) {
			t.Fatal("the test does not see a key that is there")
		}
		err := d.Tx(t.Context(), func(tx *db.Tx) error {
			old := x.State
			x.Key, x.State = "", iru.ExhibitErased
			return tx.UpdateExhibit(t.Context(), x, old)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := d.Scrub(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, s := range secrets {
		if inFiles(t, name, s) {
			t.Errorf("%s is still in the files of the store", s)
		}
	}
}

func inFiles(t *testing.T, name, text string) bool {
	t.Helper()
	found := false
	for _, suffix := range []string{"", "-wal"} {
		b, err := os.ReadFile(name + suffix)
		if err != nil {
			t.Fatal(err)
		}
		found = found || bytes.Contains(b, []byte(text))
	}
	return found
}

// While somebody reads, the log of changes cannot be emptied: that is said, soon, and writing goes on.
func TestScrub(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		err := d.View(t.Context(), func(tx *db.Tx) error {
			if _, err := tx.LastEvent(t.Context()); err != nil {
				return err
			}
			keyed(t, d, "town", "key")
			if err := d.Scrub(t.Context()); d.Engine() == db.SQLite && !errors.Is(err, iru.Unavailable) {
				t.Errorf("scrubbed under a reader: %v", err)
			}
			keyed(t, d, "village", "key")
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := d.Scrub(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

func TestExhibitKeys(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		a := keyed(t, d, "a", "one", iru.File{Name: "text.txt", SHA256: strings.Repeat("a", 64), Stored: strings.Repeat("b", 64)})
		b := keyed(t, d, "b", "", iru.File{Name: "text.txt", SHA256: strings.Repeat("b", 64)}, iru.File{Name: "x", SHA256: strings.Repeat("c", 64)})
		c := keyed(t, d, "c", "three")
		err := d.Tx(t.Context(), func(tx *db.Tx) error {
			xs, err := tx.KeyedAfter(t.Context(), 0, 5)
			if err != nil || len(xs) != 2 || xs[0].ID != a.ID || xs[1].ID != c.ID {
				t.Errorf("keyed: %+v, %v", xs, err)
			}
			if x, err := tx.NewestKeyed(t.Context()); err != nil || x.ID != c.ID {
				t.Errorf("newest: %+v, %v", x, err)
			}
			if keyed, clear, err := tx.CountKeyed(t.Context()); err != nil || keyed != 2 || clear != 1 {
				t.Errorf("counted %d, %d, %v", keyed, clear, err)
			}
			for _, s := range []struct {
				id       iru.ExhibitID
				old, key string
				want     bool
			}{{a.ID, "one", "uno", true}, {a.ID, "one", "eins", false}, {b.ID, "", "two", false}, {c.ID + 1, "x", "y", false}} {
				if ok, err := tx.RewrapKey(t.Context(), s.id, s.old, s.key); err != nil || ok != s.want {
					t.Errorf("%+v: %v, %v", s, ok, err)
				}
			}
			for _, s := range []struct {
				digest string
				except iru.ExhibitID
				want   bool
			}{{"a", 0, false}, {"b", 0, true}, {"b", b.ID, false}, {"c", a.ID, true}, {"d", 0, false}} { // "b" is also under what a's file is stored
				if ok, err := tx.NamesFile(t.Context(), strings.Repeat(s.digest, 64), s.except); err != nil || ok != s.want {
					t.Errorf("%+v: %v, %v", s, ok, err)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := d.Lease(t.Context(), "worker here/1", "here/1", 60e9); err != nil {
			t.Fatal(err)
		}
		if _, err := d.Lease(t.Context(), "sequencer", "here/1", 60e9); err != nil {
			t.Fatal(err)
		}
		if _, err := d.Lease(t.Context(), "worker there/2", "there/2", 0); err != nil {
			t.Fatal(err)
		}
		err = d.View(t.Context(), func(tx *db.Tx) error {
			if hs, err := tx.Holders(t.Context(), "worker "); err != nil || len(hs) != 1 || hs[0] != "here/1" {
				t.Errorf("working: %v, %v", hs, err)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}
