// SPDX-License-Identifier: EUPL-1.2

package bank

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"iolaus/internal/iru"
)

// Whatever file is damaged, however: it is named, set aside and read again, and what was removed stays away.
func TestDamageIsMended(t *testing.T) {
	t.Parallel()
	harm := map[string]func(b []byte) []byte{
		"flipped": func(b []byte) []byte { b[len(b)/2] ^= 4; return b },
		"begun":   func(b []byte) []byte { b[0] ^= 1; return b },
		"cut":     func(b []byte) []byte { return b[:len(b)/2-1] },
		"empty":   func([]byte) []byte { return nil },
		"longer":  func(b []byte) []byte { return append(b, make([]byte, 96)...) },
		"zeros":   func(b []byte) []byte { clear(b[len(b)/2:]); return b },
	}
	for how, change := range harm {
		for _, kind := range []string{"ring", "dead", "tail", manifestName, "missing ring", "missing tail", "missing dead"} {
			t.Run(kind+" "+how, func(t *testing.T) {
				t.Parallel()
				dir := t.TempDir()
				x := open(t, dir, Options{})
				c := counted{limit: 5000}
				takeIn(t, x, c)
				c.limit = 11000
				takeIn(t, x, c)
				c.gone = 7000
				check(t, x.Remove(removals(0, 7000)[:800]))
				x.mu.Lock()
				check(t, x.seal(nil))
				x.mu.Unlock()
				check(t, x.Remove(removals(0, 7000)))
				c.limit = 12000
				takeIn(t, x, c)
				same(t, x, c)
				check(t, x.Close())
				os.Remove(filepath.Join(dir, "clean"))
				kind, missing := strings.CutPrefix(kind, "missing ")
				files, _ := filepath.Glob(filepath.Join(dir, "*"+kind))
				for _, f := range files {
					b, err := os.ReadFile(f)
					check(t, err)
					if missing {
						err = os.Remove(f)
					} else {
						err = os.WriteFile(f, change(b), 0o600)
					}
					check(t, err)
				}
				var told []string
				x = open(t, dir, Options{Damaged: func(file string, err error) { told = append(told, file) }})
				tornTail := kind == "tail" && !missing && how != "flipped" && how != "begun"
				if len(told) != len(files) && !tornTail {
					t.Errorf("told of %q, want %q", told, files)
				}
				if !missing {
					for _, f := range told {
						if _, err := os.Stat(filepath.Join(dir, f+".damaged")); err != nil {
							t.Error(err)
						}
					}
				}
				takeIn(t, x, c)
				if tornTail { // which is how a kill in the middle looks; the store's owner removes again
					check(t, x.Remove(removals(0, c.gone)))
				}
				same(t, x, c)
				check(t, x.Close())
				x = open(t, dir, Options{Damaged: func(file string, err error) { t.Errorf("again: %s: %v", file, err) }})
				same(t, x, c)
			})
		}
	}
}

// Damage that comes while the index is open is found by Verify and by Merge, before it is written on.
func TestDamageWhileOpen(t *testing.T) {
	t.Parallel()
	for _, how := range []string{"verify", "merge"} {
		dir := t.TempDir()
		var told []string
		x := open(t, dir, Options{Damaged: func(file string, err error) { told = append(told, file) }})
		takeIn(t, x, counted{limit: 5000})
		takeIn(t, x, counted{limit: 10000})
		files, _ := filepath.Glob(filepath.Join(dir, "*.ring"))
		f, err := os.OpenFile(files[0], os.O_RDWR, 0)
		check(t, err)
		b := make([]byte, 1)
		f.ReadAt(b, 5000)
		f.WriteAt([]byte{b[0] ^ 8}, 5000)
		f.Close()
		if how == "verify" {
			err = x.Verify()
		} else {
			err = x.Merge(t.Context())
		}
		if !errors.Is(err, iru.Internal) || !strings.Contains(err.Error(), filepath.Base(files[0])) || len(told) != 1 {
			t.Fatalf("%s: %v, told %q", how, err, told)
		}
		takeIn(t, x, counted{limit: 10000})
		check(t, x.Merge(t.Context()))
		same(t, x, counted{limit: 10000})
	}
}

func TestFollowerRefusesDamage(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"*.ring", "manifest"} {
		dir := t.TempDir()
		x := open(t, dir, Options{})
		takeIn(t, x, counted{limit: 5000})
		check(t, x.Close())
		files, _ := filepath.Glob(filepath.Join(dir, kind))
		b, err := os.ReadFile(files[0])
		check(t, err)
		b[9] ^= 1
		check(t, os.WriteFile(files[0], b, 0o600))
		if _, err := Open(dir, Options{Follow: true}); !errors.Is(err, iru.Internal) || !strings.Contains(err.Error(), filepath.Base(files[0])) {
			t.Errorf("%s: %v", kind, err)
		}
	}
}

// Any bytes at all may lie where a tail or a manifest is expected.
func FuzzRead(f *testing.F) {
	m := manifest{Version: manifestVersion, Next: 3, Segments: []piece{{File: "1.ring", UpTo: 9, Entries: 2}}, Tail: "2.tail"}
	f.Add(m.encode())
	f.Add(appendRecord(appendRecord(nil, "2.tail", added, Entry{ID: 4, Hash: fingerprint(4)}), "2.tail", removed, Entry{ID: 4}))
	f.Fuzz(func(t *testing.T, b []byte) {
		if m, err := decodeManifest(b); err == nil {
			if again, err := decodeManifest(m.encode()); err != nil || again.Tail != m.Tail || len(again.Segments) != len(m.Segments) {
				t.Errorf("%+v became %+v, %v", m, again, err)
			}
		}
		var read tail
		read.take("2.tail", b)
		if read.size > int64(len(b)) || whole("2.tail", b[read.size:]) || !torn("2.tail", b[read.size:]) && int64(len(b))-read.size < 2*recordSize {
			t.Errorf("%d of %d bytes were read", read.size, len(b))
		}
	})
}
