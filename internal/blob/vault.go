// SPDX-License-Identifier: EUPL-1.2

package blob

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync/atomic"

	"filippo.io/age"
	"filippo.io/age/armor"

	"iolaus/internal/iru"
)

// A Vault seals the bytes of exhibits on their way into a Store (age, https://age-encryption.org/v1). Each exhibit has a key of its
// own, so that its end is the end of that exhibit alone; the key is itself encrypted to the installation's identities and to whoever
// else is to be able to read. A Vault is safe for use by many at once.
type Vault struct {
	store  Store
	ids    atomic.Pointer[[]*age.X25519Identity] // the first is the present one
	read   func() ([]*age.X25519Identity, error)
	others []age.Recipient
	clear  bool
}

// NewVault opens a vault over a store. New keys are encrypted to the first identity; the others open older ones.
func NewVault(s Store, ids ...*age.X25519Identity) *Vault {
	v := &Vault{store: s}
	v.ids.Store(&ids)
	return v
}

// Reload has the identities read again before each new key, and when none of them opens a key: another process may have changed them.
// It is for the making of a vault only, as are [Vault.Also] and [Vault.Clear].
func (v *Vault) Reload(read func() ([]*age.X25519Identity, error)) *Vault { v.read = read; return v }

// Also encrypts new keys to further recipients, such as a prosecutor's or one in escrow.
func (v *Vault) Also(rs ...*age.X25519Recipient) *Vault {
	for _, r := range rs {
		v.others = append(v.others, r)
	}
	return v
}

// Clear has new exhibits stored as they are. What was sealed stays so and is read as before.
func (v *Vault) Clear() *Vault { v.clear = true; return v }

// A Key is under what the bytes of one exhibit are sealed; the zero one leaves them as they are. It is never printed.
type Key struct{ id *age.X25519Identity }

// Format keeps the secret out of logs.
func (Key) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "key of an exhibit") }

// NewKey makes a key for one exhibit, and wraps it as text for iru.Exhibit.Key: an armoured age file, which the public tool opens
// too. In a vault that stores in the clear both are empty. Errors: what reading the identities failed with.
func (v *Vault) NewKey() (wrapped string, k Key, err error) {
	if v.clear {
		return "", Key{}, nil
	}
	if v.read != nil {
		if err := v.reload(); err != nil {
			return "", Key{}, fmt.Errorf("make key: %w", err)
		}
	}
	id, err := age.GenerateX25519Identity()
	if err != nil {
		return "", Key{}, fmt.Errorf("make key: %w: %w", iru.Internal, err)
	}
	k = Key{id}
	wrapped, err = v.wrap(k)
	return wrapped, k, err
}

func (v *Vault) reload() error {
	ids, err := v.read()
	if err != nil {
		return err
	}
	v.ids.Store(&ids)
	return nil
}

func (v *Vault) wrap(k Key) (string, error) {
	ids := *v.ids.Load()
	if len(ids) == 0 {
		return "", fmt.Errorf("wrap key: %w: the vault has no identity", iru.Internal)
	}
	var out strings.Builder
	a := armor.NewWriter(&out)
	w, err := age.Encrypt(a, append([]age.Recipient{ids[0].Recipient()}, v.others...)...)
	if err != nil {
		return "", fmt.Errorf("wrap key: %w: %w", iru.Internal, err)
	}
	_, err = io.WriteString(w, k.id.String()+"\n")
	if err = errors.Join(err, w.Close(), a.Close()); err != nil {
		return "", fmt.Errorf("wrap key: %w: %w", iru.Internal, err)
	}
	return out.String(), nil
}

// Key unwraps the key of an exhibit; "" is the key of one that lies in the clear. Errors: Unavailable if the installation's
// identities do not open it, Conflict if the text is damaged.
func (v *Vault) Key(wrapped string) (Key, error) {
	if wrapped == "" {
		return Key{}, nil
	}
	k, err := unwrap(wrapped, *v.ids.Load())
	if err != nil && lost(err) && v.read != nil {
		if err := v.reload(); err != nil {
			return Key{}, fmt.Errorf("open key: %w", err)
		}
		k, err = unwrap(wrapped, *v.ids.Load())
	}
	switch {
	case err == nil:
		return k, nil
	case lost(err):
		return Key{}, iru.Refuse(iru.Unavailable, "the key of this exhibit is lost: none of the installation's evidence keys opens it, and without it its bytes are only noise",
			"restore the file keys/evidence of the time when it was recorded from a backup, or open it with the key of a further recipient")
	}
	return Key{}, fmt.Errorf("open key: %w: its text is damaged: %w; restore it from a backup of the store", iru.Conflict, err)
}

func lost(err error) bool {
	var none *age.NoIdentityMatchError
	return errors.As(err, &none)
}

func unwrap(wrapped string, ids []*age.X25519Identity) (Key, error) {
	if len(ids) == 0 {
		return Key{}, &age.NoIdentityMatchError{}
	}
	all := make([]age.Identity, len(ids))
	for i, id := range ids {
		all[i] = id
	}
	r, err := age.Decrypt(armor.NewReader(strings.NewReader(wrapped)), all...)
	if err != nil {
		return Key{}, err
	}
	text, err := io.ReadAll(io.LimitReader(r, 256))
	if err != nil {
		return Key{}, err
	}
	id, err := age.ParseX25519Identity(strings.TrimSpace(string(text)))
	return Key{id}, err
}

// Rewrap encrypts an exhibit's key to the present identity and the present further recipients. Errors as Key.
func (v *Vault) Rewrap(wrapped string) (string, error) {
	k, err := v.Key(wrapped)
	if err != nil || k.id == nil {
		return wrapped, err
	}
	return v.wrap(k)
}

// Current reports whether the present identity opens an exhibit's key, so that the older ones are not needed for it.
func (v *Vault) Current(wrapped string) bool {
	ids := *v.ids.Load()
	_, err := unwrap(wrapped, ids[:min(len(ids), 1)])
	return wrapped == "" || err == nil
}

// Put seals what r yields under an exhibit's key and stores it. It returns the SHA-256 and the length of what r yielded, and the
// SHA-256 of the sealed bytes, "" where they lie in the clear. No more than a few chunks are in memory at once. Errors as Store.Put.
func (v *Vault) Put(ctx context.Context, k Key, r io.Reader) (plain string, size int64, stored string, err error) {
	if k.id == nil {
		plain, size, err = v.store.Put(ctx, r)
		return plain, size, "", err
	}
	h := sha256.New()
	n := &counted{r: io.TeeReader(r, h)}
	sealed, err := age.EncryptReader(n, k.id.Recipient())
	if err != nil {
		return "", 0, "", fmt.Errorf("seal bytes: %w: %w", iru.Internal, err)
	}
	if stored, _, err = v.store.Put(ctx, sealed); err != nil {
		return "", 0, "", err
	}
	return hex.EncodeToString(h.Sum(nil)), n.size, stored, nil
}

type counted struct {
	r    io.Reader
	size int64
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.size += int64(n)
	return n, err
}

// File opens one file of an exhibit. Errors: NotFound if the exhibit is erased; else as Key and Open.
func (v *Vault) File(ctx context.Context, x iru.Exhibit, f iru.File) (File, error) {
	if x.State == iru.ExhibitErased || x.Key == "" && f.Stored != "" {
		return nil, iru.Refuse(iru.NotFound, fmt.Sprintf("exhibit %d is erased: its key was destroyed, and nobody can read its bytes", x.ID), "")
	}
	if f.Stored == "" {
		return v.store.Open(ctx, f.SHA256)
	}
	k, err := v.Key(x.Key)
	if err != nil {
		return nil, fmt.Errorf("open %s of exhibit %d: %w", f.Name, x.ID, err)
	}
	return v.Open(ctx, k, f.Stored)
}

// Open yields the bytes that were sealed, under the digest by which they are stored; with the zero Key it is Store.Open. Only what is
// whole is yielded: a read of damaged bytes is Conflict. Errors as Store.Open, and Conflict if the bytes are damaged, cut short or
// sealed under another key.
func (v *Vault) Open(ctx context.Context, k Key, stored string) (File, error) {
	f, err := v.store.Open(ctx, stored)
	if err != nil || k.id == nil {
		return f, err
	}
	s, err := unseal(f, k, stored)
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return s, nil
}

// Verify reads all of a file of an exhibit and compares it with its digests. Errors as File, and Conflict where they differ.
func (v *Vault) Verify(ctx context.Context, x iru.Exhibit, f iru.File) error {
	r, err := v.File(ctx, x, f)
	if err != nil {
		return err
	}
	defer r.Close()
	h := sha256.New()
	size, err := io.Copy(h, &source{ctx: ctx, r: r})
	if err != nil {
		return fmt.Errorf("verify %s of exhibit %d: %w", f.Name, x.ID, err)
	}
	if got := hex.EncodeToString(h.Sum(nil)); got != f.SHA256 || size != f.Size {
		return fmt.Errorf("verify %s of exhibit %d: %w: its SHA-256 is %s and its length %d, recorded were %s and %d", f.Name, x.ID, iru.Conflict, got, size, f.SHA256, f.Size)
	}
	return nil
}
