// SPDX-License-Identifier: EUPL-1.2

package db

import (
	"context"
	"fmt"

	"iolaus/internal/iru"
)

var exhibits = shape[iru.Exhibit]{"exhibit", "id, unit, asset, item, locator, vantage, at, outcome, status, final, manifest, files, prints, state, event, key, links, head", func(e *iru.Exhibit) []any {
	return []any{&e.ID, &e.Unit, &e.Asset, &e.Item, &e.Locator, &e.Vantage, Micros(&e.At), &e.Outcome, &e.Status, &e.Final, &e.Manifest,
		JSON(&e.Files), JSON(&e.Prints), &e.State, &e.Event, &e.Key, &e.Links, &e.Head}
}}

// AddExhibit stores an exhibit and sets its id.
func (t *Tx) AddExhibit(ctx context.Context, e *iru.Exhibit) error { return exhibits.insert(ctx, t, e) }

// Exhibit reads one exhibit.
func (t *Tx) Exhibit(ctx context.Context, s iru.Scope, id iru.ExhibitID) (iru.Exhibit, error) {
	return exhibits.get(ctx, t, partReach+" AND id=$2", s.Reach(), id)
}

// ExhibitsByID reads several, for the program; those that are not there are left out.
func (t *Tx) ExhibitsByID(ctx context.Context, ids []iru.ExhibitID) (map[iru.ExhibitID]iru.Exhibit, error) {
	out := make(map[iru.ExhibitID]iru.Exhibit, len(ids))
	if len(ids) == 0 {
		return out, nil
	}
	xs, err := exhibits.list(ctx, t, "WHERE id IN ("+binds(1, len(ids))+")", anys(ids)...)
	for _, x := range xs {
		out[x.ID] = x
	}
	return out, err
}

// ExhibitsOf lists an item's exhibits, newest first.
func (t *Tx) ExhibitsOf(ctx context.Context, s iru.Scope, i iru.ItemID) ([]iru.Exhibit, error) {
	return exhibits.list(ctx, t, "WHERE "+partReach+" AND item=$2 ORDER BY id DESC", s.Reach(), i)
}

// Exhibits lists the newest exhibits, at most n.
func (t *Tx) Exhibits(ctx context.Context, s iru.Scope, n int) ([]iru.Exhibit, error) {
	return exhibits.list(ctx, t, "WHERE "+partReach+" ORDER BY id DESC LIMIT $2", s.Reach(), n)
}

// ExhibitsToSeal lists recorded exhibits whose event a checkpoint of that size covers, at most n.
func (t *Tx) ExhibitsToSeal(ctx context.Context, size int64, n int) ([]iru.Exhibit, error) {
	return exhibits.list(ctx, t, "WHERE state='recorded' AND EXISTS (SELECT 1 FROM event WHERE event.id=exhibit.event AND event.idx>=0 AND event.idx<$1) ORDER BY id LIMIT $2", size, n)
}

// UpdateExhibit stores the exhibit again if its state is still the old one.
func (t *Tx) UpdateExhibit(ctx context.Context, e iru.Exhibit, old iru.ExhibitState) error {
	return exhibits.update(ctx, t, &e, "state", old)
}

// ExhibitsAfter lists the exhibits of an item (0 for any) after an id, oldest first, at most n.
func (t *Tx) ExhibitsAfter(ctx context.Context, s iru.Scope, i iru.ItemID, after iru.ExhibitID, n int) ([]iru.Exhibit, error) {
	return exhibits.list(ctx, t, "WHERE "+partReach+" AND id>$2 AND (item=$3 OR $3=0) ORDER BY id LIMIT $4", s.Reach(), after, i, n)
}

// ExhibitsBefore lists the exhibits before an id (0: from the end), newest first, at most n.
func (t *Tx) ExhibitsBefore(ctx context.Context, s iru.Scope, before iru.ExhibitID, n int) ([]iru.Exhibit, error) {
	return exhibits.list(ctx, t, "WHERE "+partReach+" AND ($2=0 OR id<$2) ORDER BY id DESC LIMIT $3", s.Reach(), before, n)
}

// NewestKeyed reads the newest exhibit that is sealed under a key; one without id if there is none.
func (t *Tx) NewestKeyed(ctx context.Context) (iru.Exhibit, error) {
	xs, err := exhibits.list(ctx, t, "WHERE key<>'' ORDER BY id DESC LIMIT 1")
	if err != nil || len(xs) == 0 {
		return iru.Exhibit{}, err
	}
	return xs[0], nil
}

// KeyedAfter lists the exhibits that are sealed under a key after an id, oldest first, at most n.
func (t *Tx) KeyedAfter(ctx context.Context, after iru.ExhibitID, n int) ([]iru.Exhibit, error) {
	return exhibits.list(ctx, t, "WHERE id>$1 AND key<>'' ORDER BY id LIMIT $2", after, n)
}

// CountKeyed counts the exhibits that are sealed under a key, and how many others hold bytes still.
func (t *Tx) CountKeyed(ctx context.Context) (keyed, clear int, err error) {
	err = t.QueryRow(ctx, "SELECT COALESCE(SUM(CASE WHEN key<>'' THEN 1 ELSE 0 END), 0), COALESCE(SUM(CASE WHEN key='' AND state<>'erased' THEN 1 ELSE 0 END), 0) FROM exhibit").Scan(&keyed, &clear)
	if err != nil {
		return 0, 0, fmt.Errorf("count exhibits: %w", err)
	}
	return keyed, clear, nil
}

// RewrapKey puts another wrapping of an exhibit's key in the place of the old one, and reports false if it is another one now or gone.
func (t *Tx) RewrapKey(ctx context.Context, id iru.ExhibitID, old, key string) (bool, error) {
	res, err := t.Exec(ctx, "UPDATE exhibit SET key=$1 WHERE id=$2 AND key=$3 AND key<>''", key, id, old)
	if err != nil {
		return false, fmt.Errorf("change key of exhibit %d: %w", id, err)
	}
	n, err := res.RowsAffected()
	return n == 1, err
}

// NamesFile reports whether an exhibit that is not erased, except one, has a file under that digest in the clear.
func (t *Tx) NamesFile(ctx context.Context, sha256 string, except iru.ExhibitID) (bool, error) {
	xs, err := exhibits.list(ctx, t, "WHERE state<>'erased' AND id<>$1 AND CAST(files AS TEXT) LIKE $2 ORDER BY id", except, `%"`+sha256+`"%`)
	for _, x := range xs {
		for _, f := range x.Files {
			if f.SHA256 == sha256 && f.Stored == "" {
				return true, err
			}
		}
	}
	return false, err
}
