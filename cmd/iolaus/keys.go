// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"filippo.io/age"
	"golang.org/x/mod/sumdb/note"

	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/ledger"
)

// keys are the installation's secrets: files in the data folder that only their owner reads. Whoever has them can sign checkpoints,
// forge reply addresses and read evidence; they are backed up with the store and never leave otherwise.
type keys struct {
	log      desk.LogKey
	tags     []byte
	evidence []*age.X25519Identity // the newest first
}

// keyFolder is where the keys of an installation lie.
func keyFolder(data string) string { return filepath.Join(data, "keys") }

// openKeys reads the keys, making them at the first start.
func openKeys(dir, origin string) (keys, error) {
	dir = keyFolder(dir)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return keys{}, fmt.Errorf("make folder of keys: %w", err)
	}
	text, err := keep(filepath.Join(dir, "ledger"), func() (string, error) {
		signer, verifier, err := ledger.NewKey(rand.Reader, origin)
		return signer + "\n" + verifier, err
	})
	if err != nil {
		return keys{}, err
	}
	tags, err := keep(filepath.Join(dir, "tags"), func() (string, error) { return rand.Text() + rand.Text(), nil })
	if err != nil {
		return keys{}, err
	}
	k, err := parseKeys(dir, text, tags)
	if err != nil {
		return keys{}, err
	}
	if _, err := keep(filepath.Join(dir, publicKey), func() (string, error) { return k.log.Public, nil }); err != nil {
		return keys{}, err // for whoever checks bundles; it can be made again
	}
	k.evidence, err = keepIdentities(dir)
	return k, err
}

// readKeys reads the keys that are there, for whoever only looks. Unlike [openKeys] it makes none.
func readKeys(dir string) (keys, error) {
	dir = keyFolder(dir)
	var text [2]string
	for n, name := range []string{"ledger", "tags"} {
		b, err := os.ReadFile(filepath.Join(dir, name))
		if errors.Is(err, fs.ErrNotExist) {
			return keys{}, iru.Refuse(iru.NotFound, "there is no key at "+filepath.Join(dir, name),
				"name the data folder by --data, or restore it from the backup; the first serve makes new ones")
		}
		if err != nil {
			return keys{}, fmt.Errorf("read key: %w", err)
		}
		text[n] = string(b)
	}
	return parseKeys(dir, text[0], text[1])
}

func parseKeys(dir, text, tags string) (keys, error) {
	secret, public, ok := strings.Cut(strings.TrimSpace(text), "\n")
	if !ok {
		return keys{}, fmt.Errorf("read %s: it should hold two lines, the signing key and the public key; restore it from the backup", filepath.Join(dir, "ledger"))
	}
	s, err := note.NewSigner(secret)
	if err != nil {
		return keys{}, fmt.Errorf("read ledger key: %w; restore it from the backup", err)
	}
	v, err := note.NewVerifier(public)
	if err != nil {
		return keys{}, fmt.Errorf("read ledger key: %w; restore it from the backup", err)
	}
	return keys{log: desk.LogKey{Origin: s.Name(), Signer: s, Verifier: v, Public: strings.TrimSpace(public)}, tags: []byte(strings.TrimSpace(tags))}, nil
}

// keep reads a secret file, or writes what create gives. Two processes that start at once agree on the first one's.
func keep(path string, create func() (string, error)) (string, error) {
	b, err := os.ReadFile(path)
	if err == nil {
		return string(b), nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("read key: %w", err)
	}
	text, err := create()
	if err != nil {
		return "", err
	}
	tmp, err := os.CreateTemp(filepath.Dir(path), ".new-*")
	if err != nil {
		return "", fmt.Errorf("write key: %w", err)
	}
	defer os.Remove(tmp.Name())
	if _, err := tmp.WriteString(text + "\n"); err != nil {
		return "", fmt.Errorf("write key: %w", err)
	}
	if err := errors.Join(tmp.Sync(), tmp.Close()); err != nil {
		return "", fmt.Errorf("write key: %w", err)
	}
	if err := os.Link(tmp.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return "", fmt.Errorf("write key: %w", err)
	}
	b, err = os.ReadFile(path)
	return string(b), err
}
