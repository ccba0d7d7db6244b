// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/db/dbtest"
	"iolaus/internal/iru"
	"iolaus/internal/recognise"
)

// shelves is a store with the banks of two units.
type shelves struct {
	t     *testing.T
	db    *db.DB
	units []iru.Unit
	banks []iru.Bank
}

func newShelves(t *testing.T, d *db.DB) *shelves {
	s := &shelves{t: t, db: d}
	must(t, d.Tx(t.Context(), func(x *db.Tx) error {
		s.units, s.banks = nil, nil
		for _, name := range []string{"a", "b"} {
			u := iru.Unit{Name: name, Country: "XA", Kind: "unit", State: iru.UnitActive}
			if err := x.AddUnit(t.Context(), &u); err != nil {
				return err
			}
			b := iru.Bank{Unit: u.ID, Name: "trains", Source: iru.SourceFeed, Handling: iru.DefaultHandling, Created: time.Now()}
			if err := x.AddBank(t.Context(), &b); err != nil {
				return err
			}
			s.units, s.banks = append(s.units, u), append(s.banks, b)
		}
		return nil
	}))
	return s
}

func (s *shelves) add(bank int, signals ...iru.Signal) iru.Known {
	s.t.Helper()
	k := iru.Known{Bank: s.banks[bank].ID, Finding: "refer", State: iru.KnownActive, Created: time.Now(), Signals: signals}
	must(s.t, s.db.Tx(s.t.Context(), func(x *db.Tx) error { return x.AddKnown(s.t.Context(), &k) }))
	return k
}

// find gives what each query meets: content and distance.
func find(t *testing.T, l *Lookup, sc iru.Scope, queries ...iru.Signal) string {
	t.Helper()
	found, err := l.Find(t.Context(), sc, queries)
	must(t, err)
	var out []string
	for _, fs := range found {
		var of []string
		for _, f := range fs {
			of = append(of, fmt.Sprint(f.Known.ID, "@", f.Distance))
		}
		out = append(out, strings.Join(of, " "))
	}
	return strings.Join(out, "; ")
}

func pictureOf(t *testing.T, n uint64) iru.Signal {
	t.Helper()
	s, err := iru.ParseSignal("pdq", fmt.Sprintf("%064x", n))
	must(t, err)
	return s
}

func TestLookup(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newShelves(t, d)
		l := NewLookup(d, filepath.Join(t.TempDir(), "index"))
		all := iru.Program()
		if got := find(t, l, all, pictureOf(t, 0)); got != "" {
			t.Errorf("an empty store: %q", got)
		}
		text := strings.Repeat("Train 204 leaves at ten past eleven and stops at every harbour on its way north, snow line falls tonight. ", 3)
		tlsh, ok := recognise.HashTLSH([]byte(text))
		if !ok {
			t.Fatal("no TLSH")
		}
		near, err := iru.ParseSignal("tlsh", tlsh.String())
		must(t, err)
		words := iru.Signal{Medium: "text", Value: recognise.SketchText(text).Bytes()}
		one := s.add(0, pictureOf(t, 0), iru.Signal{Medium: "md5", Value: []byte("0123456789abcdef")})
		two := s.add(1, pictureOf(t, 1<<31-1))
		three := s.add(0, near, words)
		far := near
		far.Value = slices.Clone(near.Value)
		far.Value[20] ^= 0xff
		far.Value[21] ^= 0xff
		far.Value[22] ^= 0xff
		if got, want := find(t, l, all, pictureOf(t, 0), pictureOf(t, 1<<31-1), iru.Signal{Medium: "md5", Value: []byte("0123456789abcdef")}, iru.Signal{Medium: "md5", Value: []byte("0123456789abcdeX")}, words, near, far),
			fmt.Sprintf("%d@0 %d@31; %d@0 %d@31; %d@0; ; %d@0; %d@0; ", one.ID, two.ID, two.ID, one.ID, one.ID, three.ID, three.ID); got != want {
			t.Errorf("found %q, want %q", got, want)
		}
		if got := find(t, l, iru.ProgramFor(s.units[1].ID), pictureOf(t, 0), near); got != fmt.Sprintf("%d@31; ", two.ID) {
			t.Errorf("of the other unit: %q", got)
		}
		if _, err := l.Find(t.Context(), all, []iru.Signal{{Medium: "smell"}}); err == nil {
			t.Error("a smell was looked up")
		}
		must(t, d.Tx(t.Context(), func(x *db.Tx) error {
			k := one
			k.State = iru.KnownWithdrawn
			return x.UpdateKnown(t.Context(), k, one.State)
		}))
		if got := find(t, l, all, pictureOf(t, 0)); got != fmt.Sprintf("%d@31", two.ID) {
			t.Errorf("with one withdrawn: %q", got)
		}
		must(t, l.Close())
	})
}

// Beside a process that writes the index another one finds all there is, also what the first has not taken in; and it writes when that one
// is gone. Many of another medium between two pictures are passed once.
func TestLookupBesideAWriter(t *testing.T) {
	d := dbtest.Open(t)
	s, dir := newShelves(t, d), filepath.Join(t.TempDir(), "index")
	first, second, memory := NewLookup(d, dir), NewLookup(d, dir), NewLookup(d, "")
	check := func(when string, want string, ls ...*Lookup) {
		t.Helper()
		for i, l := range ls {
			if got := find(t, l, iru.Program(), pictureOf(t, 0)); got != want {
				t.Errorf("%s: lookup %d found %q, want %q", when, i, got, want)
			}
		}
	}
	a := s.add(0, pictureOf(t, 0))
	want := fmt.Sprint(a.ID, "@0")
	check("one", want, first, second, memory)
	s.add(0, iru.Signal{Medium: "md5", Value: []byte("0123456789abcdef")})
	b := s.add(0, pictureOf(t, 1))
	want += fmt.Sprint(" ", b.ID, "@1")
	check("before the writer knows", want, second, memory, first, second, memory)
	must(t, first.Close())
	c := s.add(0, pictureOf(t, 3))
	want += fmt.Sprint(" ", c.ID, "@2")
	check("the writer is gone", want, second, memory)
	third := NewLookup(d, dir)
	check("a third one", want, third)
	must(t, third.Close())
	must(t, second.Close())
	must(t, memory.Close())
	check("opened again", want, NewLookup(d, dir))
}
