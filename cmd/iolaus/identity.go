// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"filippo.io/age"

	"iolaus/internal/blob"
	"iolaus/internal/iru"
)

// identityFile holds the identities to which the keys of exhibits are encrypted, the newest first. The public tool reads it too.
func identityFile(dir string) string { return filepath.Join(dir, "evidence") }

const identityHead = "# Evidence keys of this installation, the newest first. Without them all evidence is lost: they are part of every backup.\n"

func identityText(ids []*age.X25519Identity) string {
	var b strings.Builder
	b.WriteString(identityHead)
	for _, id := range ids {
		fmt.Fprintf(&b, "# public key: %s\n%s\n", id.Recipient(), id)
	}
	return b.String()
}

// keepIdentities reads the identities, making the first one at the first start.
func keepIdentities(dir string) ([]*age.X25519Identity, error) {
	text, err := keep(identityFile(dir), func() (string, error) {
		id, err := blob.NewIdentity()
		if err != nil {
			return "", err
		}
		return strings.TrimSuffix(identityText([]*age.X25519Identity{id}), "\n"), nil
	})
	if err != nil {
		return nil, err
	}
	return blob.ReadIdentities([]byte(text))
}

// readIdentities reads the identities that are there. Errors: NotFound, Invalid, or what the disk says.
func readIdentities(dir string) ([]*age.X25519Identity, error) {
	b, err := os.ReadFile(identityFile(dir))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, iru.Refuse(iru.NotFound, "there is no key at "+identityFile(dir), "restore it from the backup: without it no evidence can be read")
	}
	if err != nil {
		return nil, fmt.Errorf("read evidence keys: %w: %w", iru.Unavailable, err)
	}
	return blob.ReadIdentities(b)
}

// writeIdentities puts the identities in place of those that are there.
func writeIdentities(dir string, ids []*age.X25519Identity) error {
	if err := replace(identityFile(dir), identityText(ids)); err != nil {
		return fmt.Errorf("write evidence keys: %w: %w", iru.Unavailable, err)
	}
	return nil
}

// replace puts a secret file in place of the one that is there: whole or not at all, whenever the machine dies.
func replace(path, text string) error {
	tmp, err := os.CreateTemp(filepath.Dir(path), ".new-*") // for its owner only
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name())
	_, err = tmp.WriteString(text)
	if err = errors.Join(err, tmp.Sync(), tmp.Close()); err == nil {
		err = os.Rename(tmp.Name(), path)
	}
	if err == nil {
		err = settle(filepath.Dir(path))
	}
	return err
}

// settle makes the entries of a folder last.
func settle(folder string) error {
	f, err := os.Open(folder)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
