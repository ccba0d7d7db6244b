// SPDX-License-Identifier: EUPL-1.2

package e2e

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/transparency-dev/merkle/rfc6962"
	tiles "github.com/transparency-dev/tessera/api"
	"github.com/transparency-dev/tessera/client"
	"github.com/transparency-dev/tessera/fsck"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
	"k8s.io/klog/v2"

	"iolaus/internal/db"
)

// The ledger of a play, through the binary: the export satisfies somebody else's checker, and whatever is done to the store or to
// the folder makes verify fail and say what happened, and where.
func TestLedger(t *testing.T) {
	t.Parallel()
	base := t.TempDir()
	play(t, "s1", 3, "--data", base)
	found, err := filepath.Glob(filepath.Join(base, "demo-*"))
	ok(t, err)
	if len(found) != 1 {
		t.Fatalf("data folders %q", found)
	}
	data, out := found[0], filepath.Join(base, "out")
	whole := must(t, "--data", data, "ledger", "verify")
	must(t, "--data", data, "ledger", "export", out)
	key := filepath.Join(out, "log.pub")

	t.Run("export", func(t *testing.T) {
		ok(t, tessera(out, key))
		for _, args := range [][]string{{"--data", data, "ledger", "verify", out}, {"--data", base, "ledger", "verify", "--key", key, out}} {
			if got := must(t, args...); !strings.Contains(got, "whole") || strings.Fields(got)[0] != strings.Fields(whole)[0] {
				t.Errorf("iolaus %q says %q, and of the store %q", args, got, whole)
			}
		}
	})
	t.Run("store", func(t *testing.T) { tampered(t, data, filepath.Join(out, "checkpoint")) })
	t.Run("folder", func(t *testing.T) {
		size, err := strconv.Atoi(strings.Fields(whole)[0])
		ok(t, err)
		bundles, err := filepath.Glob(filepath.Join(out, "tile", "entries", "*", "*"))
		ok(t, err)
		spoil(t, bundles[len(bundles)-1])
		faulty(t, fmt.Sprintf("flipped at %d:", size-1), "--data", data, "ledger", "verify", out)
		if tessera(out, key) == nil {
			t.Error("Tessera takes a flipped byte")
		}
	})
	t.Run("looks only", func(t *testing.T) { looksOnly(t, data, key) })
}

// tessera runs Tessera's checker on a folder.
func tessera(root, key string) error {
	klog.LogToStderr(false)
	klog.SetOutput(io.Discard)
	text, err := os.ReadFile(key)
	if err != nil {
		return err
	}
	v, err := note.NewVerifier(strings.TrimSpace(string(text)))
	if err != nil {
		return err
	}
	leaves := func(bundle []byte) ([][]byte, error) {
		var b tiles.EntryBundle
		if err := b.UnmarshalText(bundle); err != nil {
			return nil, err
		}
		var hashes [][]byte
		for _, e := range b.Entries {
			hashes = append(hashes, rfc6962.DefaultHasher.HashLeaf(e))
		}
		return hashes, nil
	}
	return fsck.New(v.Name(), v, client.FileFetcher{Root: root}, leaves, fsck.Opts{N: 4}).Check(context.Background())
}

// tampered does to copies of a store what somebody with full access to it could.
func tampered(t *testing.T, data, checkpoint string) {
	another := "INSERT INTO event (at, by_officer, unit, noun, subject, verb, from_state, to_state, note, facts, salt, idx) " +
		"SELECT at, by_officer, unit, noun, subject, verb, from_state, to_state, 'forged', facts, salt, 9 FROM event WHERE idx=0"
	was := earlier(t, data)
	for name, c := range map[string]struct {
		do   []string
		says string
		kept bool // only a checkpoint that was kept shows it
	}{
		"nothing":      {nil, "", true},
		"flipped byte": {[]string{"UPDATE event SET note=note||'.' WHERE idx=9"}, "flipped at 9:", false},
		"removed":      {[]string{"DELETE FROM event WHERE idx=9"}, "removed at 9:", false},
		"added":        {[]string{"UPDATE event SET idx=idx+1 WHERE idx>=9", another}, "added at 9:", false},
		"swapped":      {[]string{"UPDATE event SET idx=-9 WHERE idx=9", "UPDATE event SET idx=9 WHERE idx=21", "UPDATE event SET idx=21 WHERE idx=-9"}, "reordered at 9:", false},
		"cut back": {[]string{fmt.Sprint("DELETE FROM checkpoint WHERE size>", was), fmt.Sprint("DELETE FROM event WHERE idx>=", was),
			fmt.Sprint("DELETE FROM log_hash WHERE pos>=", tlog.StoredHashCount(was))}, fmt.Sprintf("removed at %d:", was), true},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			ok(t, os.CopyFS(filepath.Join(dir, "keys"), os.DirFS(filepath.Join(data, "keys"))))
			d := copied(t, data, dir)
			ok(t, d.Tx(t.Context(), func(x *db.Tx) error {
				for _, q := range c.do {
					if _, err := x.Exec(t.Context(), q); err != nil {
						return err
					}
				}
				return nil
			}))
			ok(t, d.Close())
			args := []string{"--data", dir, "ledger", "verify"}
			if c.kept {
				if got := must(t, args...); !strings.Contains(got, "whole") {
					t.Errorf("by itself: %q", got)
				}
				args = append(args, "--kept", checkpoint)
			}
			if c.says == "" {
				must(t, args...)
				return
			}
			faulty(t, c.says, args...)
		})
	}
}

// copied is a copy of an SQLite store, with what its log file still holds.
func copied(t *testing.T, data, dir string) *db.DB {
	t.Helper()
	for _, name := range []string{"iolaus.db", "iolaus.db-wal"} {
		b, err := os.ReadFile(filepath.Join(data, name))
		if err != nil && name != "iolaus.db" {
			continue
		}
		ok(t, err)
		ok(t, os.WriteFile(filepath.Join(dir, name), b, 0o600))
	}
	d, err := db.Open(t.Context(), filepath.Join(dir, "iolaus.db"))
	ok(t, err)
	return d
}

// earlier is the size of the last checkpoint but one.
func earlier(t *testing.T, data string) (size int64) {
	t.Helper()
	d := copied(t, data, t.TempDir())
	ok(t, d.View(t.Context(), func(x *db.Tx) error {
		return x.QueryRow(t.Context(), "SELECT size FROM checkpoint ORDER BY size DESC LIMIT 1 OFFSET 1").Scan(&size)
	}))
	ok(t, d.Close())
	return size
}

// faulty runs verify, which must fail, name the kind and the place, and not call the log whole.
func faulty(t *testing.T, says string, args ...string) {
	t.Helper()
	out, errs, code := call(t, args...)
	if code != 1 || !strings.HasPrefix(out, says) || !strings.Contains(errs, "not whole: "+says) || strings.Contains(out, ": whole") {
		t.Errorf("exit %d; wanted %q:\n%s\n%s", code, says, tail(out, 1000), errs)
	}
}

// spoil flips a bit in the last entry of a bundle.
func spoil(t *testing.T, file string) {
	t.Helper()
	b, err := os.ReadFile(file)
	ok(t, err)
	b[len(b)-2] ^= 1
	ok(t, os.WriteFile(file, b, 0o600))
}

// looksOnly: verify makes no key, no store and no newer table; it refuses with words.
func looksOnly(t *testing.T, data, key string) {
	empty := filepath.Join(t.TempDir(), "empty")
	refused := func(says string, args ...string) {
		t.Helper()
		if out, errs, code := call(t, args...); code != 1 || out != "" || !strings.Contains(errs, says) {
			t.Errorf("iolaus %q: exit %d, %q, %q; it should say %q", args, code, out, errs, says)
		}
	}
	refused("no ledger key", "--data", empty, "ledger", "verify")
	refused("no store", "--data", empty, "ledger", "verify", "--key", key)
	refused("no ledger key", "--data", empty, "ledger", "export", filepath.Join(empty, "out"))
	if _, err := os.Stat(empty); err == nil {
		t.Error("a folder was made all the same")
	}
	secret, words := filepath.Join(data, "keys", "ledger"), filepath.Join(t.TempDir(), "words")
	ok(t, os.WriteFile(words, []byte("rain\n"), 0o600))
	refused("no public key", "--data", data, "ledger", "verify", "--key", words)
	refused("no public key", "--data", data, "ledger", "verify", "--key", secret)
	refused(words, "--data", data, "ledger", "verify", "--kept", words)

	dir := t.TempDir()
	d := copied(t, data, dir)
	ok(t, d.Tx(t.Context(), func(x *db.Tx) error {
		_, err := x.Exec(t.Context(), "UPDATE goose_db_version SET version_id=version_id-1 WHERE version_id=(SELECT MAX(version_id) FROM goose_db_version)")
		return err
	}))
	ok(t, d.Close())
	refused("version", "--data", dir, "ledger", "verify", "--key", key)
}
