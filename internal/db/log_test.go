// SPDX-License-Identifier: EUPL-1.2

package db_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/transparency-dev/merkle/rfc6962"
	"github.com/transparency-dev/tessera/api"
	"github.com/transparency-dev/tessera/client"
	"github.com/transparency-dev/tessera/fsck"
	"golang.org/x/mod/sumdb/note"
	"k8s.io/klog/v2"

	"iolaus/internal/db"
	"iolaus/internal/db/dbtest"
	"iolaus/internal/iru"
	"iolaus/internal/ledger"
)

const origin = "unit-a.test/iolaus"

// A sealer writes events and puts them into the log of a store.
type sealer struct {
	*testing.T
	d    *db.DB
	sign note.Signer
	v    note.Verifier
	at   time.Time
}

func newSealer(t *testing.T, d *db.DB) *sealer {
	t.Helper()
	key, public, err := ledger.NewKey(rand.Reader, origin)
	must(t, err)
	s := &sealer{T: t, d: d, at: time.Date(2026, 3, 12, 8, 0, 0, 123000, time.UTC)}
	s.sign, err = note.NewSigner(key)
	must(t, err)
	s.v, err = note.NewVerifier(public)
	must(t, err)
	return s
}

func (s *sealer) write(n int) {
	s.Helper()
	must(s.T, s.d.Tx(s.Context(), func(x *db.Tx) error {
		for i := range n {
			if _, err := x.Record(s.Context(), iru.Event{At: s.at.Add(time.Duration(i) * time.Microsecond), By: 2, Unit: 1, Subject: iru.Subject{Noun: "asset", ID: int64(i + 1)},
				Verb: "seen", From: "unknown", To: "up", Note: fmt.Sprint("الطقس ", i), Facts: map[string]any{"n": i}}); err != nil {
				return err
			}
		}
		return nil
	}))
}

func (s *sealer) seal(n int) {
	s.Helper()
	ctx := s.Context()
	must(s.T, s.d.Tx(ctx, func(x *db.Tx) error {
		wait, err := x.Unsequenced(ctx, n)
		if err != nil {
			return err
		}
		last := ledger.Checkpoint{Origin: origin}
		_, _, signed, err := x.Checkpoint(ctx)
		if err == nil {
			last, err = ledger.Open(signed, s.v, origin)
		} else if errors.Is(err, iru.NotFound) {
			err = nil
		}
		if err != nil {
			return err
		}
		var leaves [][]byte
		var ids []iru.EventID
		for _, w := range wait {
			leaves, ids = append(leaves, w.Leaf), append(ids, w.ID)
		}
		s.at = s.at.Add(time.Second)
		hashes, next, err := ledger.Extend(last, leaves, s.at, x.Log(ctx))
		if err != nil {
			return err
		}
		if signed, err = ledger.Sign(next, s.sign); err != nil {
			return err
		}
		return x.Sequence(ctx, last.Size, ids, hashes, next.Size, s.at, signed)
	}))
}

var errUndo = errors.New("put it back")

// What waits for its place is found by its index, in order, however long the log is: a worker asks many times a second.
func TestWaitingIsFoundByItsIndex(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, ctx := newSealer(t, d), t.Context()
		s.write(300)
		s.seal(300)
		var plan strings.Builder
		must(t, d.Tx(ctx, func(x *db.Tx) error {
			if d.Engine() == db.PostgreSQL { // of a table this small it would read all
				for _, q := range []string{"SET LOCAL enable_seqscan=off", "ANALYZE event"} {
					if _, err := x.Exec(ctx, q); err != nil {
						return err
					}
				}
				lines, err := db.All(ctx, x, func(l *string) []any { return []any{l} }, "EXPLAIN "+strings.ReplaceAll(db.UnsequencedQuery, "$1", "1"))
				plan.WriteString(strings.Join(lines, "\n"))
				return err
			}
			type step struct {
				id, parent, unused int
				detail             string
			}
			steps, err := db.All(ctx, x, func(s *step) []any { return []any{&s.id, &s.parent, &s.unused, &s.detail} }, "EXPLAIN QUERY PLAN "+db.UnsequencedQuery, 1)
			fmt.Fprint(&plan, steps)
			return err
		}))
		if p := plan.String(); !strings.Contains(p, "event_idx") || strings.Contains(p, "Sort") || strings.Contains(p, "B-TREE") {
			t.Error(p)
		}
	})
}

// TestLedgerInTheStore: what somebody with full access to the store does to the log is found and named, on both engines.
func TestLedgerInTheStore(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, s := t.Context(), newSealer(t, d)
		s.write(40)
		s.seal(13)
		s.seal(1)
		s.seal(1000)
		s.write(2) // not sequenced yet: none of the log's business
		const bytes1, bytes2 = "$1", "$2"
		exec := func(statements ...string) func(*db.Tx) error {
			return func(x *db.Tx) error {
				for _, q := range statements {
					if _, err := x.Exec(ctx, q); err != nil {
						return fmt.Errorf("%s: %w", q, err)
					}
				}
				return nil
			}
		}
		with := func(q string, args ...any) func(*db.Tx) error {
			return func(x *db.Tx) error { _, err := x.Exec(ctx, q, args...); return err }
		}
		copyOf := func(idx string) string {
			return "INSERT INTO event (at, by_officer, unit, noun, subject, verb, from_state, to_state, note, facts, salt, idx) " +
				"SELECT at, by_officer, unit, noun, subject, verb, from_state, to_state, 'forged', facts, salt, " + idx + " FROM event WHERE idx=0"
		}
		for name, c := range map[string]struct {
			tamper func(*db.Tx) error
			kind   string
			index  int64
		}{
			"nothing":                         {exec(), "", 0},
			"the time":                        {exec("UPDATE event SET at=at+1 WHERE idx=7"), ledger.Flipped, 7},
			"the officer":                     {exec("UPDATE event SET by_officer=3 WHERE idx=7"), ledger.Flipped, 7},
			"the unit":                        {exec("UPDATE event SET unit=2 WHERE idx=7"), ledger.Flipped, 7},
			"the noun":                        {exec("UPDATE event SET noun='item' WHERE idx=7"), ledger.Flipped, 7},
			"the subject":                     {exec("UPDATE event SET subject=subject+1 WHERE idx=7"), ledger.Flipped, 7},
			"the verb":                        {exec("UPDATE event SET verb='seem' WHERE idx=7"), ledger.Flipped, 7},
			"the state before":                {exec("UPDATE event SET from_state='gone' WHERE idx=7"), ledger.Flipped, 7},
			"the state after":                 {exec("UPDATE event SET to_state='gone' WHERE idx=7"), ledger.Flipped, 7},
			"a byte of the note":              {exec("UPDATE event SET note=note||'.' WHERE idx=39"), ledger.Flipped, 39},
			"the facts":                       {exec(`UPDATE event SET facts='{"n":8}' WHERE idx=7`), ledger.Flipped, 7},
			"the salt":                        {with("UPDATE event SET salt="+bytes1+" WHERE idx="+bytes2, make([]byte, 16), 7), ledger.Flipped, 7},
			"the number":                      {exec("UPDATE event SET id=id+1000 WHERE idx=7"), ledger.Flipped, 7},
			"one is removed":                  {exec("DELETE FROM event WHERE idx=7"), ledger.Removed, 7},
			"the last is removed":             {exec("DELETE FROM event WHERE idx=39"), ledger.Removed, 39},
			"one is taken out of the log":     {exec("UPDATE event SET idx=-1 WHERE idx=7"), ledger.Removed, 7},
			"one is removed and the rest fit": {exec("DELETE FROM event WHERE idx=7", "UPDATE event SET idx=idx-1 WHERE idx>7"), ledger.Removed, 7},
			"one is added at the end":         {exec(copyOf("40")), ledger.Added, 40},
			"one is added far out":            {exec(copyOf("4000000000")), ledger.Added, 4000000000},
			"one is added in the middle":      {exec("UPDATE event SET idx=idx+1 WHERE idx>=7", copyOf("7")), ledger.Added, 7},
			"one is added on top":             {exec(copyOf("7")), ledger.Added, 7},
			"two are swapped":                 {exec("UPDATE event SET idx=-9 WHERE idx=7", "UPDATE event SET idx=7 WHERE idx=21", "UPDATE event SET idx=21 WHERE idx=-9"), ledger.Reordered, 7},
			"a stored hash":                   {with("UPDATE log_hash SET hash=$1 WHERE pos=$2", make([]byte, 32), 2), ledger.BadHash, 0},
			"a checkpoint":                    {exec("UPDATE checkpoint SET signed='nothing' WHERE size=13"), ledger.BadSigning, 13},
		} {
			err := d.Tx(ctx, func(x *db.Tx) error {
				if err := c.tamper(x); err != nil {
					return err
				}
				rep, err := ledger.Verify(x.Log(ctx), s.v, origin)
				if err != nil {
					return err
				}
				switch {
				case c.kind == "" && (rep.Err() != nil || rep.Size != 40 || rep.Checkpoints != 3):
					t.Errorf("%s: %+v", name, rep)
				case c.kind != "" && (len(rep.Faults) != 1 || rep.Faults[0].Kind != c.kind || rep.Faults[0].Index != c.index):
					t.Errorf("%s: found %v, want %s at %d", name, rep.Faults, c.kind, c.index)
				}
				return errUndo
			})
			if !errors.Is(err, errUndo) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

// TestSealedEvents: a place is given once, and counts when a checkpoint covers it.
func TestSealedEvents(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, s := t.Context(), newSealer(t, d)
		must(t, d.View(ctx, func(x *db.Tx) error {
			if _, _, _, err := x.Checkpoint(ctx); !errors.Is(err, iru.NotFound) {
				t.Errorf("a checkpoint of an empty log: %v", err)
			}
			if n, err := x.Log(ctx).Size(); n != 0 || err != nil {
				t.Errorf("an empty log has %d entries: %v", n, err)
			}
			return nil
		}))
		s.write(3)
		place := func(id iru.EventID) (index int64, ok bool) {
			t.Helper()
			must(t, d.View(ctx, func(x *db.Tx) error { var err error; index, ok, err = x.Sealed(ctx, id); return err }))
			return index, ok
		}
		if i, ok := place(1); i != -1 || ok {
			t.Errorf("before the first checkpoint: %d, %v", i, ok)
		}
		s.seal(2)
		if i, ok := place(2); i != 1 || !ok {
			t.Errorf("the second event: %d, %v", i, ok)
		}
		if i, ok := place(3); i != -1 || ok {
			t.Errorf("an event that waits: %d, %v", i, ok)
		}
		must(t, d.Tx(ctx, func(x *db.Tx) error { _, err := x.Exec(ctx, "UPDATE event SET idx=2 WHERE id=3"); return err }))
		if i, ok := place(3); i != 2 || ok {
			t.Errorf("a place that no checkpoint covers: %d, %v", i, ok)
		}
		if err := d.Tx(ctx, func(x *db.Tx) error { return x.Sequence(ctx, 2, []iru.EventID{3}, nil, 3, s.at, nil) }); !errors.Is(err, iru.Conflict) {
			t.Errorf("a second place for one event: %v", err)
		}
		must(t, d.View(ctx, func(x *db.Tx) error {
			if _, _, err := x.Sealed(ctx, 99); !errors.Is(err, iru.NotFound) {
				t.Errorf("no such event: %v", err)
			}
			return nil
		}))
	})
}

// TestExportPassesFsck: the stored log, written as public tiles, satisfies the checker of Tessera, and a flipped byte does not.
func TestExportPassesFsck(t *testing.T) {
	klog.LogToStderr(false)
	klog.SetOutput(io.Discard)
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, s, dir := t.Context(), newSealer(t, d), t.TempDir()
		s.write(600)
		s.seal(1)
		s.seal(400)
		s.seal(1000)
		must(t, d.View(ctx, func(x *db.Tx) error {
			_, _, signed, err := x.Checkpoint(ctx)
			if err != nil {
				return err
			}
			return ledger.Export(x.Log(ctx), signed, func(path string, data []byte) error {
				path = filepath.Join(dir, filepath.FromSlash(path))
				if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
					return err
				}
				return os.WriteFile(path, data, 0o644)
			})
		}))
		check := func() error {
			leaves := func(bundle []byte) ([][]byte, error) {
				var b api.EntryBundle
				if err := b.UnmarshalText(bundle); err != nil {
					return nil, err
				}
				var hashes [][]byte
				for _, e := range b.Entries {
					hashes = append(hashes, rfc6962.DefaultHasher.HashLeaf(e))
				}
				return hashes, nil
			}
			return fsck.New(origin, s.v, client.FileFetcher{Root: dir}, leaves, fsck.Opts{N: 4}).Check(context.Background())
		}
		must(t, check())
		rep, err := ledger.VerifyDir(os.DirFS(dir), s.v, origin)
		if err != nil || rep.Err() != nil || rep.Size != 600 {
			t.Errorf("the exported folder: %+v, %v", rep, err)
		}
		bundle := filepath.Join(dir, "tile", "entries", "001")
		data, err := os.ReadFile(bundle)
		must(t, err)
		data[len(data)-1] ^= 1 // of an entry: its checker does not survive a flipped length
		must(t, os.WriteFile(bundle, data, 0o644))
		if check() == nil {
			t.Error("a flipped byte passed")
		}
	})
}
