// SPDX-License-Identifier: EUPL-1.2

package blob_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"filippo.io/age"
	"filippo.io/age/armor"
	"pgregory.net/rapid"

	"iolaus/internal/blob"
	"iolaus/internal/blob/blobtest"
	"iolaus/internal/iru"
)

func identity(t testing.TB) *age.X25519Identity {
	t.Helper()
	id, err := blob.NewIdentity()
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// sealedOne seals bytes under a new key and gives the exhibit that they make up.
func sealedOne(t testing.TB, v *blob.Vault, data []byte) (iru.Exhibit, iru.File) {
	t.Helper()
	wrapped, k, err := v.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	sum, size, stored, err := v.Put(t.Context(), k, bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	f := iru.File{Name: "capture.warc.gz", Kind: "warc", SHA256: sum, Size: size, Stored: stored}
	return iru.Exhibit{ID: 7, Key: wrapped, Files: []iru.File{f}, State: iru.ExhibitSealed}, f
}

func departures(n int) []byte { return bytes.Repeat([]byte("08:15 Ghent, platform 4\n"), n/24+1)[:n] }

// What was sealed is read as it was, whole and by ranges, and lies in the store as something else.
func TestVaultSealsAndOpens(t *testing.T) {
	d := open(t, t.TempDir())
	v := blob.NewVault(d, identity(t))
	for _, n := range []int{0, 1, 64 << 10, 64<<10 + 1, 3*64<<10 - 16, 1<<20 + 7} {
		want := departures(n)
		x, f := sealedOne(t, v, want)
		if f.SHA256 != blobtest.Digest(want) || f.Size != int64(n) || f.Stored == f.SHA256 || blob.Check(f.Stored) != nil {
			t.Fatalf("%d bytes: %+v", n, f)
		}
		if raw := readStore(t, d, f.Stored); n > 100 && bytes.Contains(raw, want[:24]) {
			t.Fatal("the store holds them in the clear")
		}
		r, err := v.File(t.Context(), x, f)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, want) {
			t.Fatalf("read %d of %d bytes: %v", len(got), n, err)
		}
		if end, err := r.Seek(0, io.SeekEnd); err != nil || end != int64(n) {
			t.Fatalf("the end is at %d of %d, %v", end, n, err)
		}
		if at := make([]byte, n-n/3); n > 0 {
			if _, err := r.ReadAt(at, int64(n/3)); err != nil && err != io.EOF || !bytes.Equal(at, want[n/3:]) {
				t.Fatalf("read at %d of %d: %v", n/3, n, err)
			}
		}
		if err := errors.Join(r.Close(), v.Verify(t.Context(), x, f), d.Verify(t.Context(), f.Stored)); err != nil {
			t.Fatal(err)
		}
	}
}

// Any range of a sealed file is that range of what was sealed.
func TestVaultRanges(t *testing.T) {
	v := blob.NewVault(open(t, t.TempDir()), identity(t))
	want := make([]byte, 200_001)
	for i := range want {
		want[i] = byte(i * i >> 8)
	}
	x, f := sealedOne(t, v, want)
	r, err := v.File(t.Context(), x, f)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	rapid.Check(t, func(t *rapid.T) {
		from := rapid.IntRange(0, len(want)-1).Draw(t, "from")
		got := make([]byte, rapid.IntRange(1, len(want)-from).Draw(t, "bytes"))
		if n, err := r.ReadAt(got, int64(from)); n != len(got) || err != nil && err != io.EOF || !bytes.Equal(got, want[from:from+n]) {
			t.Fatalf("%d bytes at %d: %d, %v", len(got), from, n, err)
		}
	})
}

func readStore(t testing.TB, s blob.Store, digest string) []byte {
	t.Helper()
	r, err := s.Open(t.Context(), digest)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// Each exhibit has its own key: another one's opens nothing, and neither does another installation.
func TestVaultWrongKey(t *testing.T) {
	d := open(t, t.TempDir())
	v := blob.NewVault(d, identity(t))
	x, f := sealedOne(t, v, departures(1000))
	y, _ := sealedOne(t, v, departures(1000))
	if f.Stored == y.Files[0].Stored {
		t.Error("the same bytes of two exhibits are stored as one")
	}
	x.Key, y.Key = y.Key, x.Key
	if _, err := v.File(t.Context(), x, f); !errors.Is(err, iru.Conflict) || !strings.Contains(err.Error(), "another exhibit") {
		t.Error("under another exhibit's key:", err)
	}
	_, err := blob.NewVault(d, identity(t)).File(t.Context(), y, f)
	if !errors.Is(err, iru.Unavailable) || !strings.Contains(err.Error(), "exhibit 7") || !strings.Contains(err.Error(), "lost") || !strings.Contains(err.Error(), "restore the file keys/evidence") {
		t.Error("with lost identities:", err)
	}
	if _, err := blob.NewVault(d).Key(x.Key); !errors.Is(err, iru.Unavailable) {
		t.Error("without identities:", err)
	}
	if _, err := v.Key(x.Key[:len(x.Key)/2]); !errors.Is(err, iru.Conflict) {
		t.Error("half a key:", err)
	}
}

// Whichever byte of the sealed bytes flips, or where they end too early, nothing false is yielded.
func TestVaultDamage(t *testing.T) {
	root := t.TempDir()
	v := blob.NewVault(open(t, root), identity(t))
	want := departures(150_000)
	x, f := sealedOne(t, v, want)
	name := filepath.Join(root, "sha256", f.Stored[:2], f.Stored[2:4], f.Stored)
	raw, err := os.ReadFile(name)
	if err = errors.Join(err, os.Chmod(name, 0o600)); err != nil {
		t.Fatal(err)
	}
	check := func(what string, damaged []byte) {
		t.Helper()
		if err := os.WriteFile(name, damaged, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := v.Verify(t.Context(), x, f); !errors.Is(err, iru.Conflict) {
			t.Errorf("%s: %v", what, err)
		}
		r, err := v.File(t.Context(), x, f)
		if err != nil {
			return
		}
		defer r.Close()
		if got, err := io.ReadAll(r); err == nil || !bytes.HasPrefix(want, got) {
			t.Errorf("%s: %d bytes were read, %v", what, len(got), err)
		}
	}
	for at := 0; at < len(raw); at += 1 + len(raw)/97 {
		b := bytes.Clone(raw)
		b[at] ^= 1
		check(fmt.Sprint("byte ", at), b)
	}
	for _, n := range []int{0, 1, 100, 64 << 10, len(raw) - 64<<10, len(raw) - 1} {
		check(fmt.Sprint("cut at ", n), raw[:n])
	}
	check("longer", append(bytes.Clone(raw), 0))
	if err := os.Remove(name); err != nil {
		t.Fatal(err)
	}
	if _, err := v.File(t.Context(), x, f); !errors.Is(err, iru.NotFound) {
		t.Error("gone:", err)
	}
}

// What one has to tell from damage: a store that does not yield its bytes.
func TestVaultStoreFails(t *testing.T) {
	d := open(t, t.TempDir())
	id := identity(t)
	x, f := sealedOne(t, blob.NewVault(d, id), departures(150_000))
	_, err := blob.NewVault(brokenStore{d}, id).File(t.Context(), x, f)
	if !errors.Is(err, iru.Unavailable) || errors.Is(err, iru.Conflict) {
		t.Error(err)
	}
	line := errors.New("line broken")
	v := blob.NewVault(d, id)
	_, k, err := v.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	if _, _, _, err := v.Put(t.Context(), k, io.MultiReader(strings.NewReader("half"), badReader{line})); !errors.Is(err, line) {
		t.Error("what the reader failed with:", err)
	}
}

type badReader struct{ err error }

func (b badReader) Read([]byte) (int, error)          { return 0, b.err }
func (b badReader) ReadAt([]byte, int64) (int, error) { return 0, b.err }

type brokenStore struct{ blob.Store }

func (b brokenStore) Open(ctx context.Context, digest string) (blob.File, error) {
	f, err := b.Store.Open(ctx, digest)
	return brokenFile{f, badReader{errors.New("line broken")}}, err
}

type brokenFile struct {
	blob.File
	bad badReader
}

func (b brokenFile) ReadAt(p []byte, off int64) (int, error) { return b.bad.ReadAt(p, off) }

// An erased exhibit opens for nobody: not with the installation's identities, nor with a further recipient's.
func TestVaultErased(t *testing.T) {
	d, own, other := open(t, t.TempDir()), identity(t), identity(t)
	v := blob.NewVault(d, own).Also(other.Recipient())
	x, f := sealedOne(t, v, departures(5000))
	x.Key, x.State = "", iru.ExhibitErased
	for name, v := range map[string]*blob.Vault{"the installation": v, "a further recipient": blob.NewVault(d, other)} {
		if _, err := v.File(t.Context(), x, f); !errors.Is(err, iru.NotFound) || !strings.Contains(err.Error(), "erased") {
			t.Errorf("%s: %v", name, err)
		}
		x := x
		x.State = iru.ExhibitSealed // whatever the record says: the key is gone
		if _, err := v.File(t.Context(), x, f); !errors.Is(err, iru.NotFound) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, id := range []*age.X25519Identity{own, other} { // and the bytes, which may still lie there, are sealed to neither
		if _, err := age.Decrypt(bytes.NewReader(readStore(t, d, f.Stored)), id); !errors.As(err, new(*age.NoIdentityMatchError)) {
			t.Error(err)
		}
	}
}

// A further recipient opens everything with the public format alone: the key with the own identity, the bytes with the key.
func TestVaultFurtherRecipient(t *testing.T) {
	d, escrow := open(t, t.TempDir()), identity(t)
	want := departures(70_000)
	x, f := sealedOne(t, blob.NewVault(d, identity(t)).Also(escrow.Recipient()), want)
	r, err := age.Decrypt(armor.NewReader(strings.NewReader(x.Key)), escrow)
	if err != nil {
		t.Fatal(err)
	}
	key, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	ids, err := age.ParseIdentities(bytes.NewReader(key))
	if err != nil {
		t.Fatal(err)
	}
	if r, err = age.Decrypt(bytes.NewReader(readStore(t, d, f.Stored)), ids...); err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, want) {
		t.Error(len(got), err)
	}
}

// Rewrapping changes who opens an exhibit's key and nothing else.
func TestVaultRewrap(t *testing.T) {
	d, old, fresh := open(t, t.TempDir()), identity(t), identity(t)
	x, f := sealedOne(t, blob.NewVault(d, old), departures(5000))
	v := blob.NewVault(d, fresh, old)
	if v.Current(x.Key) {
		t.Error("opens with the new identity before it was wrapped for it")
	}
	again, err := v.Rewrap(x.Key)
	if err != nil || !v.Current(again) || blob.NewVault(d, old).Current(again) {
		t.Fatal("rewrapped:", err)
	}
	x.Key = again
	if err := blob.NewVault(d, fresh).Verify(t.Context(), x, f); err != nil {
		t.Error(err)
	}
	if _, err := blob.NewVault(d, old).Key(again); !errors.Is(err, iru.Unavailable) {
		t.Error("the old identity still opens it:", err)
	}
	if _, err := blob.NewVault(d, identity(t)).Rewrap(again); !errors.Is(err, iru.Unavailable) {
		t.Error("rewrapped without the key:", err)
	}
	if w, err := v.Rewrap(""); w != "" || err != nil || !v.Current("") {
		t.Error("an exhibit in the clear:", w, err)
	}
}

// Another process rotated: identities are read again for the next key, and when none fits.
func TestVaultReload(t *testing.T) {
	d, old, fresh := open(t, t.TempDir()), identity(t), identity(t)
	file := []*age.X25519Identity{old}
	v := blob.NewVault(d, old).Reload(func() ([]*age.X25519Identity, error) { return file, nil })
	file = []*age.X25519Identity{fresh, old}
	x, _ := sealedOne(t, v, departures(10))
	if _, err := blob.NewVault(d, fresh).Key(x.Key); err != nil {
		t.Error("a new key is not for the new identity:", err)
	}
	late := blob.NewVault(d, old).Reload(func() ([]*age.X25519Identity, error) { return file, nil })
	if _, err := late.Key(x.Key); err != nil {
		t.Error("the new identity was not looked for:", err)
	}
	gone := blob.NewVault(d, old).Reload(func() ([]*age.X25519Identity, error) { return nil, iru.Unavailable })
	if _, _, err := gone.NewKey(); !errors.Is(err, iru.Unavailable) {
		t.Error("a key although the file cannot be read:", err)
	}
}

// A vault that stores in the clear opens what was sealed before.
func TestVaultClear(t *testing.T) {
	d, id := open(t, t.TempDir()), identity(t)
	x, f := sealedOne(t, blob.NewVault(d, id), departures(100))
	v := blob.NewVault(d, id).Clear()
	y, g := sealedOne(t, v, departures(200))
	if y.Key != "" || g.Stored != "" || !bytes.Equal(readStore(t, d, g.SHA256), departures(200)) {
		t.Errorf("%+v", y)
	}
	if err := errors.Join(v.Verify(t.Context(), x, f), v.Verify(t.Context(), y, g)); err != nil {
		t.Error(err)
	}
	g.Size++
	if err := v.Verify(t.Context(), y, g); !errors.Is(err, iru.Conflict) {
		t.Error("of another length:", err)
	}
}

// A key is never printed.
func TestKeyIsNotPrinted(t *testing.T) {
	_, k, err := blob.NewVault(nil, identity(t)).NewKey()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range []string{"%v", "%+v", "%#v", "%s", "%x", "%q"} {
		if s := fmt.Sprintf(f, k); s != "key of an exhibit" {
			t.Error(f, s)
		}
	}
}

func TestReadIdentities(t *testing.T) {
	a, b := identity(t), identity(t)
	ids, err := blob.ReadIdentities([]byte("# newest first\n" + b.String() + "\n\n" + a.String() + "\n" + b.String() + "\n"))
	if err != nil || len(ids) != 2 || ids[0].String() != b.String() || ids[1].String() != a.String() {
		t.Error(len(ids), err)
	}
	for _, bad := range []string{"", "# none\n", a.String() + "\n" + b.String()[:40], "age1notasecret"} {
		_, err := blob.ReadIdentities([]byte(bad))
		if !errors.Is(err, iru.Invalid) || strings.Contains(err.Error(), "SECRET") {
			t.Errorf("%q: %v", bad, err)
		}
	}
}
