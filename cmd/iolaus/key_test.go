// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"filippo.io/age"

	"iolaus/internal/blob"
	"iolaus/internal/db"
	"iolaus/internal/iru"
)

// An archive is an installation with sealed exhibits.
type archive struct {
	t    *testing.T
	cfg  config
	with []string // further arguments of each command
	ids  []iru.ExhibitID
}

func newArchive(t *testing.T, exhibits int) *archive {
	t.Helper()
	a := &archive{t: t, cfg: defaults()}
	a.cfg.data = t.TempDir()
	a.cfg.db = filepath.Join(a.cfg.data, "iolaus.db")
	a.house(func(h *house) {
		_, err := h.begin(t.Context())
		a.ok(err)
		for range exhibits {
			a.add(h)
		}
	})
	return a
}

func (a *archive) ok(err error) {
	a.t.Helper()
	if err != nil {
		a.t.Fatal(err)
	}
}

func (a *archive) house(f func(*house)) {
	a.t.Helper()
	h, err := open(a.t.Context(), a.cfg, nil, slog.New(slog.DiscardHandler))
	a.ok(err)
	defer func() { a.ok(h.close()) }()
	f(h)
}

// add seals an exhibit as a worker would.
func (a *archive) add(h *house) {
	a.t.Helper()
	ctx := a.t.Context()
	wrapped, k, err := h.vault.NewKey()
	a.ok(err)
	text := fmt.Sprintf("departure %d", len(a.ids))
	sum, size, stored, err := h.vault.Put(ctx, k, strings.NewReader(text))
	a.ok(err)
	a.ok(h.db.Tx(ctx, func(t *db.Tx) error {
		us, err := t.Units(ctx)
		if err != nil {
			return err
		}
		at := time.Date(2026, 3, 12, 8, 0, 0, 0, time.UTC)
		where := fmt.Sprintf("https://town-%d.test/", len(a.ids))
		s := iru.Asset{Unit: us[0].ID, Locator: where, Kind: iru.Site, State: iru.AssetCandidate, Presence: iru.Presence{State: iru.PresenceUnknown}, Created: at}
		if err := t.AddAsset(ctx, &s); err != nil {
			return err
		}
		i := iru.Item{Unit: us[0].ID, Asset: s.ID, Locator: where, State: iru.ItemNew, Created: at}
		if err := t.AddItem(ctx, &i); err != nil {
			return err
		}
		x := iru.Exhibit{Unit: us[0].ID, Asset: s.ID, Item: i.ID, Locator: where, Vantage: "here", At: at, Outcome: iru.Up, Manifest: sum, Key: wrapped, State: iru.ExhibitSealed,
			Files: []iru.File{{Name: "text.txt", Kind: "text", SHA256: sum, Size: size, Stored: stored}}}
		err = t.AddExhibit(ctx, &x)
		a.ids = append(a.ids, x.ID)
		return err
	}))
}

// run gives a command and what it printed.
func (a *archive) run(args ...string) (string, error) {
	a.t.Helper()
	var out bytes.Buffer
	err := run(a.t.Context(), append(append([]string{"--data", a.cfg.data}, a.with...), args...), env{func(string) string { return "" }, nil, &out, io.Discard})
	return out.String(), err
}

func (a *archive) identities() []*age.X25519Identity {
	a.t.Helper()
	ids, err := readIdentities(keyFolder(a.cfg.data))
	a.ok(err)
	return ids
}

// whole makes sure that one identity alone opens every exhibit and its file.
func (a *archive) whole(id *age.X25519Identity) {
	a.t.Helper()
	a.house(func(h *house) {
		v := blob.NewVault(h.store, id)
		a.ok(h.db.View(a.t.Context(), func(t *db.Tx) error {
			xs, err := t.ExhibitsAfter(a.t.Context(), iru.Program(), 0, 0, 10_000)
			if len(xs) != len(a.ids) {
				a.t.Errorf("%d exhibits of %d", len(xs), len(a.ids))
			}
			for _, x := range xs {
				if err := v.Verify(a.t.Context(), x, x.Files[0]); err != nil {
					a.t.Error(err)
				}
			}
			return err
		}))
	})
}

func TestRotateAndRetire(t *testing.T) {
	a := newArchive(t, 7)
	old := a.identities()
	escrow, err := blob.NewIdentity()
	a.ok(err)
	file := filepath.Join(t.TempDir(), "iolaus.toml")
	a.ok(os.WriteFile(file, []byte("[evidence]\nrecipients = [\""+escrow.Recipient().String()+"\"]\n"), 0o600))
	a.with = []string{"--config", file}
	out, err := a.run("key", "rotate")
	if err != nil || !strings.Contains(out, "7 of 7 exhibits") || !strings.Contains(out, "1 older keys stay") {
		t.Fatal(out, err)
	}
	ids := a.identities()
	if len(ids) != 2 || ids[1].String() != old[0].String() {
		t.Fatal("the old key is not kept")
	}
	a.whole(ids[0])
	a.whole(escrow) // who was configured meanwhile opens everything, too
	if out, err = a.run("key", "list"); err != nil || strings.Contains(out, "SECRET") || strings.Count(out, "opens 7") != 1 || strings.Count(out, "opens 0") != 1 || !strings.Contains(out, escrow.Recipient().String()) {
		t.Error(out, err)
	}
	a.house(func(h *house) { // a worker lives, with the older key perhaps in its hand
		_, err := h.db.Lease(t.Context(), "worker here", "here", time.Minute)
		a.ok(err)
		if out, err := a.run("key", "rotate", "--retire"); !errors.Is(err, iru.Conflict) || len(a.identities()) != 2 {
			t.Error("retired under a worker:", out, err)
		}
		a.ok(h.db.ReleaseLease(t.Context(), "worker here", "here"))
	})
	if out, err = a.run("key", "rotate", "--retire"); err != nil || !strings.Contains(out, "1 older keys removed") {
		t.Fatal(out, err)
	}
	if now := a.identities(); len(now) != 1 || now[0].String() != ids[0].String() {
		t.Fatal("retiring made or lost a key")
	}
	a.whole(ids[0])
	if i, err := os.Stat(identityFile(keyFolder(a.cfg.data))); err != nil || i.Mode() != 0o600 {
		t.Error(i.Mode(), err)
	}
	if out, err = a.run("ledger", "verify"); err == nil && !strings.Contains(out, "whole") {
		t.Error(out, err)
	}
}

// Wherever a rotation dies, the next one goes on with it, makes no further key, and nothing is lost.
func TestRotationGoesOn(t *testing.T) {
	for name, die := range map[string]func(t *testing.T, r *ring){
		"before it is recorded": func(t *testing.T, r *ring) {
			id, err := blob.NewIdentity()
			if err = errors.Join(err, writeIdentities(r.dir, append([]*age.X25519Identity{id}, r.ids...))); err != nil {
				t.Fatal(err)
			}
		},
		"half way": func(t *testing.T, r *ring) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			r.batch = 2
			if err := r.rotate(ctx, keyRotate{}, after{2, cancel}); !errors.Is(err, context.Canceled) {
				t.Fatal(err)
			}
		},
		"before its end is recorded": func(t *testing.T, r *ring) {
			if err := r.begin(t.Context(), io.Discard); err != nil {
				t.Fatal(err)
			}
			v := blob.NewVault(nil, r.ids...)
			if _, err := r.desk.Rewrap(t.Context(), 0, 100, v.Rewrap); err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			a := newArchive(t, 6)
			r, err := openRing(t.Context(), a.cfg)
			a.ok(err)
			die(t, r)
			a.ok(r.db.Close())
			made := a.identities()
			a.house(func(h *house) { a.add(h) }) // workers go on meanwhile
			if len(made) != 2 {
				t.Fatalf("%d keys", len(made))
			}
			if out, err := a.run("key", "rotate"); err != nil {
				t.Fatal(out, err)
			}
			if now := a.identities(); len(now) != 2 || now[0].String() != made[0].String() {
				t.Error("another key was made")
			}
			a.whole(made[0])
			out, err := a.run("key", "rotate") // and this one begins anew
			if now := a.identities(); err != nil || len(now) != 3 || now[1].String() != made[0].String() {
				t.Error(out, err)
			}
			a.whole(a.identities()[0])
		})
	}
}

// after ends a context at the nth line of progress.
type after struct {
	n      int
	cancel context.CancelFunc
}

func (a after) Write(p []byte) (int, error) {
	if strings.HasPrefix(string(p), fmt.Sprintf("%d of", a.n)) {
		a.cancel()
	}
	return len(p), nil
}

// Two rotations at once would each make a key.
func TestOneRotationAtOnce(t *testing.T) {
	a := newArchive(t, 1)
	a.house(func(h *house) {
		_, err := h.db.Lease(t.Context(), rotateLease, "another", time.Minute)
		a.ok(err)
		if out, err := a.run("key", "rotate"); !errors.Is(err, iru.Conflict) || len(a.identities()) != 1 {
			t.Error(out, err)
		}
	})
}

// Lost keys: nothing starts, the doctor and the rotation name them, a backup mends it, and if there is none it is said and work goes on.
func TestLostKeys(t *testing.T) {
	a := newArchive(t, 3)
	file := identityFile(keyFolder(a.cfg.data))
	backup, err := os.ReadFile(file)
	a.ok(err)
	a.house(func(h *house) {
		a.ok(os.Remove(file))
		if _, _, err := h.vault.NewKey(); !errors.Is(err, iru.Unavailable) || errors.Is(err, iru.NotFound) {
			t.Error("a key for nobody, or a capture that is given up:", err)
		}
	})
	if found := a.doctor()["evidence keys"]; !strings.HasPrefix(found, "WRONG") || !strings.Contains(found, "restore it from the backup") {
		t.Error("without the file:", found)
	}
	if _, err := open(t.Context(), a.cfg, nil, slog.New(slog.DiscardHandler)); !errors.Is(err, iru.Unavailable) || !strings.Contains(err.Error(), "lost") {
		t.Error("opened with a new key:", err)
	}
	found := a.doctor()["evidence keys"]
	if !strings.HasPrefix(found, "WRONG") || !strings.Contains(found, fmt.Sprintf("3 exhibits are lost, of 3 tried: %d, %d, %d", a.ids[0], a.ids[1], a.ids[2])) {
		t.Error("with a new file:", found)
	}
	if out, err := a.run("key", "rotate"); !errors.Is(err, iru.Unavailable) || !strings.Contains(err.Error(), "the keys of 3 exhibits are lost") {
		t.Error(out, err)
	}
	if out, err := a.run("key", "list"); err != nil || !strings.Contains(out, "lost     3 exhibits") {
		t.Error(out, err)
	}
	fresh, err := os.ReadFile(file)
	a.ok(err)
	a.ok(os.WriteFile(file, append(bytes.Clone(fresh), backup...), 0o600))
	a.house(func(h *house) { a.add(h) })
	if found := a.doctor()["evidence keys"]; !strings.HasPrefix(found, "ok") || !strings.Contains(found, "all 4 exhibits") {
		t.Error("with the backup's lines:", found)
	}
	a.ok(os.WriteFile(file, fresh, 0o600)) // and there is no backup
	if out, err := a.run("key", "rotate", "--lost"); err != nil {
		t.Error(out, err)
	}
	a.house(func(h *house) { a.add(h) })
	if found := a.doctor()["evidence keys"]; !strings.HasPrefix(found, "ok") || !strings.Contains(found, "except 3 that are recorded as lost") {
		t.Error("recorded as lost:", found)
	}
}

// The doctor reads files, and says which one is damaged.
func TestDoctorReadsEvidence(t *testing.T) {
	a := newArchive(t, 2)
	if found := a.doctor()["evidence store"]; !strings.HasPrefix(found, "ok") || !strings.Contains(found, "can be written") {
		t.Error(found)
	}
	a.ok(filepath.WalkDir(filepath.Join(a.cfg.data, "evidence", "sha256"), func(p string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		return errors.Join(os.Chmod(p, 0o600), os.WriteFile(p, []byte("other bytes"), 0o600))
	}))
	if found := a.doctor()["evidence store"]; !strings.HasPrefix(found, "WRONG") || !strings.Contains(found, "damaged") {
		t.Error(found)
	}
	a.ok(os.RemoveAll(filepath.Join(a.cfg.data, "evidence")))
	if found := a.doctor()["evidence store"]; !strings.HasPrefix(found, "WRONG") {
		t.Error(found)
	}
}

func (a *archive) doctor() map[string]string {
	a.t.Helper()
	out, _ := a.run("doctor") // what is wrong stands in its lines
	found := map[string]string{}
	for line := range strings.Lines(out) {
		found[strings.TrimSpace(line[:15])] = line[16:]
	}
	return found
}

// One officer asks, another one confirms; the bytes can be opened by nobody then.
func TestExhibitErase(t *testing.T) {
	a := newArchive(t, 1)
	n := fmt.Sprint(a.ids[0])
	a.house(func(h *house) {
		a.ok(h.db.Tx(t.Context(), func(x *db.Tx) error {
			us, err := x.Units(t.Context())
			for login, role := range map[string]iru.Role{"lena": iru.Reviewer, "sig": iru.Signer} {
				o := iru.Officer{Unit: us[0].ID, Login: login, Name: login, Roles: []iru.Role{role}, State: iru.OfficerActive, Created: time.Now()}
				err = errors.Join(err, x.AddOfficer(t.Context(), &o))
			}
			return err
		}))
	})
	out, err := a.run("exhibit", "erase", n, "--as", "lena", "--why", "retention is over")
	if err != nil || !strings.Contains(out, "Asked for") {
		t.Fatal(out, err)
	}
	a.house(func(h *house) { _, err := h.desk.Seal(t.Context(), "test"); a.ok(err) })
	if out, err = a.run("exhibit", "erase", n, "--as", "lena", "--why", "again"); !errors.Is(err, iru.Forbidden) {
		t.Error(out, err)
	}
	if out, err = a.run("exhibit", "erase", n, "--as", "nobody", "--why", "x"); !errors.Is(err, iru.NotFound) {
		t.Error(out, err)
	}
	if out, err = a.run("exhibit", "erase", n, "--as", "sig", "--why", "confirmed"); err != nil || !strings.Contains(out, "is erased") {
		t.Fatal(out, err)
	}
	a.house(func(h *house) {
		a.ok(h.db.View(t.Context(), func(x *db.Tx) error {
			e, err := x.Exhibit(t.Context(), iru.Program(), a.ids[0])
			if _, open := h.vault.File(t.Context(), e, e.Files[0]); e.State != iru.ExhibitErased || !errors.Is(open, iru.NotFound) {
				t.Errorf("%+v, %v", e, open)
			}
			return err
		}))
	})
}
