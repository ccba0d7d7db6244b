// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"

	"iolaus/internal/blob"
	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
)

// allKeys is how many exhibits' keys are all tried; of more, as many are drawn.
const allKeys = 10_000

// sample is how many exhibits' files are read and compared with their digests, as far as they fit into sampleBytes.
const (
	sample      = 20
	sampleBytes = 256 << 20
)

// checkEvidenceKeys tries whether the keys of exhibits can be opened.
func checkEvidenceKeys(ctx context.Context, c config) (string, error) {
	d, err := db.OpenAsIs(ctx, c.db)
	if err != nil {
		return "", errors.New("not looked at: the database does not open")
	}
	defer d.Close()
	keyed, clear := 0, 0
	err = d.View(ctx, func(t *db.Tx) error {
		var err error
		keyed, clear, err = t.CountKeyed(ctx)
		return err
	})
	if err != nil {
		return "", err
	}
	ids, err := readIdentities(keyFolder(c.data))
	if errors.Is(err, iru.NotFound) && keyed == 0 {
		return "none yet, and nothing is sealed: the next serve makes one", nil
	}
	if err != nil {
		return "", fmt.Errorf("%w (%d exhibits)", err, keyed)
	}
	v := blob.NewVault(nil, ids...)
	known, err := (&desk.Desk{DB: d}).Lost(ctx)
	if err != nil {
		return "", err
	}
	tried, lost, err := tryKeys(ctx, d, v, keyed)
	if err != nil {
		return "", err
	}
	var fresh []iru.ExhibitID
	for _, id := range lost {
		if id > known {
			fresh = append(fresh, id)
		}
	}
	if len(fresh) > 0 {
		return "", fmt.Errorf("the keys of %d exhibits are lost, of %d tried: %s; add the lines of an older %s from a backup to the file; if there is none, iolaus key rotate --lost goes on without them",
			len(fresh), tried, numbers(fresh), identityFile(keyFolder(c.data)))
	}
	found := fmt.Sprintf("%d evidence keys open all %d exhibits", len(ids), keyed)
	if tried < keyed {
		found = fmt.Sprintf("%d evidence keys open the %d exhibits that were drawn of %d", len(ids), tried, keyed)
	}
	if len(lost) > 0 {
		found += fmt.Sprintf(", except %d that are recorded as lost", len(lost))
	}
	if clear > 0 {
		found += fmt.Sprintf("; %d lie in the clear", clear)
	}
	return found, nil
}

// tryKeys opens the keys of all exhibits, or of as many as allKeys, in runs that begin at random.
func tryKeys(ctx context.Context, d *db.DB, v *blob.Vault, keyed int) (tried int, lost []iru.ExhibitID, err error) {
	const run = 500
	last := iru.ExhibitID(0)
	if keyed > allKeys {
		err := d.View(ctx, func(t *db.Tx) error {
			x, err := t.NewestKeyed(ctx)
			last = x.ID
			return err
		})
		if err != nil {
			return 0, nil, err
		}
	}
	for after := iru.ExhibitID(0); tried < min(keyed, allKeys); {
		if keyed > allKeys {
			after = iru.ExhibitID(rand.Int64N(int64(last)))
		}
		var xs []iru.Exhibit
		err := d.View(ctx, func(t *db.Tx) error {
			var err error
			xs, err = t.KeyedAfter(ctx, after, run)
			return err
		})
		if err != nil {
			return tried, lost, err
		}
		if len(xs) == 0 { // erased meanwhile
			break
		}
		for _, x := range xs {
			if _, err := v.Key(x.Key); err != nil {
				lost = append(lost, x.ID)
			}
			tried, after = tried+1, x.ID
		}
	}
	return tried, lost, nil
}

// checkEvidenceStore tries whether the store takes files, and reads some of those it has.
func checkEvidenceStore(ctx context.Context, c config) (string, error) {
	s, err := lookAtStore(c)
	if err != nil {
		return "", err
	}
	if err := s.Try(ctx); err != nil {
		return "", err
	}
	where := first(c.Evidence.Store, evidenceFolder(c))
	ids, err := readIdentities(keyFolder(c.data))
	if err != nil && !errors.Is(err, iru.NotFound) { // without keys, what lies in the clear can be read
		return "", fmt.Errorf("%s can be written, and nothing was read: %w", where, err)
	}
	d, err := db.OpenAsIs(ctx, c.db)
	if err != nil {
		return "", fmt.Errorf("%s can be written, and nothing was read: the database does not open", where)
	}
	defer d.Close()
	files, err := readSample(ctx, d, blob.NewVault(s, ids...))
	if err != nil {
		return "", fmt.Errorf("%w; stop work, keep the store as it is and restore the file from a backup", err)
	}
	return fmt.Sprintf("%s can be written, %d files of it are whole", where, files), nil
}

// readSample draws exhibits and verifies their files.
func readSample(ctx context.Context, d *db.DB, v *blob.Vault) (files int, err error) {
	var last []iru.Exhibit
	err = d.View(ctx, func(t *db.Tx) error {
		last, err = t.Exhibits(ctx, iru.Program(), 1)
		return err
	})
	if err != nil || len(last) == 0 {
		return 0, err
	}
	seen, left := map[iru.ExhibitID]bool{}, int64(sampleBytes)
	for range sample {
		var xs []iru.Exhibit
		err := d.View(ctx, func(t *db.Tx) error {
			var err error
			xs, err = t.ExhibitsAfter(ctx, iru.Program(), 0, iru.ExhibitID(rand.Int64N(int64(last[0].ID))), 1)
			return err
		})
		if err != nil {
			return files, err
		}
		for _, x := range xs {
			if seen[x.ID] || x.State == iru.ExhibitErased {
				continue
			}
			seen[x.ID] = true
			for _, f := range x.Files {
				if left -= f.Size; left < 0 {
					return files, nil
				}
				if _, err := v.Key(x.Key); err != nil { // which is another check's matter
					continue
				}
				if err := v.Verify(ctx, x, f); err != nil {
					return files, err
				}
				files++
			}
		}
	}
	return files, nil
}
