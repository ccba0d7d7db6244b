// SPDX-License-Identifier: EUPL-1.2

package db

import (
	"context"
	"time"

	"iolaus/internal/iru"
)

var feeds = shape[iru.Feed]{"feed", "id, officer, unit, digest, created, read, revoked", func(c *iru.Feed) []any {
	return []any{&c.ID, &c.Officer, &c.Unit, &c.Digest, Micros(&c.Created), Micros(&c.Read), Micros(&c.Revoked)}
}}

// AddFeed stores a calendar's address and sets its id.
func (t *Tx) AddFeed(ctx context.Context, c *iru.Feed) error {
	return feeds.insert(ctx, t, c)
}

// FeedByDigest reads the calendar with that secret's digest.
func (t *Tx) FeedByDigest(ctx context.Context, digest string) (iru.Feed, error) {
	return feeds.get(ctx, t, "digest=$1", digest)
}

// Feeds lists an officer's calendars, newest first.
func (t *Tx) Feeds(ctx context.Context, o iru.OfficerID) ([]iru.Feed, error) {
	return feeds.list(ctx, t, "WHERE officer=$1 ORDER BY id DESC", o)
}

// ReadFeed stores when a calendar was last read.
func (t *Tx) ReadFeed(ctx context.Context, id int64, at time.Time) error {
	_, err := t.Exec(ctx, "UPDATE feed SET read=$2 WHERE id=$1", id, Micros(&at))
	return err
}

// RevokeFeed ends a calendar of the officer.
func (t *Tx) RevokeFeed(ctx context.Context, o iru.OfficerID, id int64, at time.Time) error {
	res, err := t.Exec(ctx, "UPDATE feed SET revoked=$3 WHERE id=$1 AND officer=$2 AND revoked=0", id, o, Micros(&at))
	if err != nil {
		return err
	}
	return Guarded(res)
}
