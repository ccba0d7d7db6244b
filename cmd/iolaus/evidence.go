// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"filippo.io/age"

	"iolaus/internal/blob"
	"iolaus/internal/db"
	"iolaus/internal/iru"
)

type evidenceConfig struct {
	Store       string   `toml:"store"`       // a folder, or s3://BUCKET/PREFIX?endpoint=https://HOST&region=REGION; empty: evidence/ in the data folder
	Credentials string   `toml:"credentials"` // file with two lines: access key and secret key of the bucket; empty: the environment's
	Encrypt     bool     `toml:"encrypt"`
	Recipients  []string `toml:"recipients"` // who else can read: public keys of age
}

// A login is what a storage service knows us by.
type login struct{ access, secret, token string }

func (e evidenceConfig) check() error {
	if e.bucket() {
		if _, err := blob.ParseS3(e.Store); err != nil {
			return &keyError{"evidence.store", err.Error()}
		}
	} else if strings.Contains(e.Store, "://") {
		return &keyError{"evidence.store", "evidence lies in a folder, or in a bucket: s3://BUCKET/PREFIX?endpoint=https://HOST&region=REGION"}
	}
	if _, err := e.recipients(); err != nil {
		return err
	}
	if len(e.Recipients) > 0 && !e.Encrypt {
		return &keyError{"evidence.recipients", "there is nothing for recipients to open where evidence is not encrypted (evidence.encrypt)"}
	}
	return nil
}

func (e evidenceConfig) bucket() bool { return strings.HasPrefix(e.Store, "s3://") }

func (e evidenceConfig) recipients() ([]*age.X25519Recipient, error) {
	var out []*age.X25519Recipient
	for _, text := range e.Recipients {
		r, err := age.ParseX25519Recipient(text)
		if strings.HasPrefix(strings.ToUpper(text), "AGE-SECRET-KEY-") {
			return nil, &keyError{"evidence.recipients", "that is a secret key: it does not belong here; name the public key, age1..."}
		}
		if err != nil {
			return nil, &keyError{"evidence.recipients", fmt.Sprintf("%q is no public key of age (age1..., X25519)", text)}
		}
		out = append(out, r)
	}
	return out, nil
}

// A store is where evidence lies, and says whether it can be written.
type store interface {
	blob.Store
	Try(ctx context.Context) error
}

// openStore opens the evidence store that is configured, making the folder at the first start.
func openStore(c config) (store, error) {
	if c.Evidence.bucket() {
		return openBucket(c)
	}
	return blob.OpenDisk(evidenceFolder(c))
}

// lookAtStore is openStore for whoever only looks.
func lookAtStore(c config) (store, error) {
	if c.Evidence.bucket() {
		return openBucket(c)
	}
	return blob.LookAtDisk(evidenceFolder(c))
}

func evidenceFolder(c config) string {
	return first(c.Evidence.Store, filepath.Join(c.data, "evidence"))
}

func openBucket(c config) (*blob.S3, error) {
	b, err := blob.ParseS3(c.Evidence.Store)
	if err != nil {
		return nil, err
	}
	l := c.s3
	if c.Evidence.Credentials != "" {
		text, err := os.ReadFile(c.Evidence.Credentials)
		if err != nil {
			return nil, fmt.Errorf("read credentials of the bucket: %w", err)
		}
		words := strings.Fields(string(text))
		if len(words) != 2 {
			return nil, iru.Refuse(iru.Invalid, c.Evidence.Credentials+" does not hold two lines, the access key and the secret key", "")
		}
		l = login{access: words[0], secret: words[1]}
	}
	b.Access, b.Secret, b.Token = l.access, l.secret, l.token
	return blob.OpenS3(b)
}

// openVault puts the vault before the store. Its keys are read again when they were changed by another process.
func openVault(c config, s blob.Store, ids []*age.X25519Identity) (*blob.Vault, error) {
	rs, err := c.Evidence.recipients()
	if err != nil {
		return nil, err
	}
	v := blob.NewVault(s, ids...).Also(rs...).Reload(func() ([]*age.X25519Identity, error) {
		ids, err := readIdentities(keyFolder(c.data))
		if err != nil {
			err = fmt.Errorf("%w: %v", iru.Unavailable, err)
		}
		return ids, err
	})
	if !c.Evidence.Encrypt {
		v.Clear()
	}
	return v, nil
}

// opens refuses to work where the newest evidence cannot be opened: it would be recorded for keys that another machine, or nobody,
// has. What is known to be lost is passed over.
func (h *house) opens(ctx context.Context) error {
	var x iru.Exhibit
	err := h.db.View(ctx, func(t *db.Tx) error {
		var err error
		x, err = t.NewestKeyed(ctx)
		return err
	})
	if err != nil || x.ID == 0 {
		return err
	}
	lost, err := h.desk.Lost(ctx)
	if err != nil || x.ID <= lost {
		return err
	}
	if _, err := h.vault.Key(x.Key); err != nil {
		return fmt.Errorf("open exhibit %d: %w; all machines must have the same keys/evidence. If the key is really lost, iolaus key rotate --lost says so and goes on", x.ID, err)
	}
	return nil
}

// tryStore warns where evidence cannot be stored. Work goes on: captures are tried again, and everything else needs no store.
func (h *house) tryStore(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	if err := h.store.Try(ctx); err != nil {
		h.log.Warn("evidence cannot be stored; captures wait", "error", err)
	}
}
