// SPDX-License-Identifier: EUPL-1.2

package db

import (
	"context"
	"time"

	"iolaus/internal/iru"
)

var calendars = shape[iru.Calendar]{"calendar", "id, officer, unit, digest, created, read, revoked", func(c *iru.Calendar) []any {
	return []any{&c.ID, &c.Officer, &c.Unit, &c.Digest, Micros(&c.Created), Micros(&c.Read), Micros(&c.Revoked)}
}}

// AddCalendar stores a calendar's address and sets its id.
func (t *Tx) AddCalendar(ctx context.Context, c *iru.Calendar) error {
	return calendars.insert(ctx, t, c)
}

// CalendarByDigest reads the calendar with that secret's digest.
func (t *Tx) CalendarByDigest(ctx context.Context, digest string) (iru.Calendar, error) {
	return calendars.get(ctx, t, "digest=$1", digest)
}

// Calendars lists an officer's calendars, newest first.
func (t *Tx) Calendars(ctx context.Context, o iru.OfficerID) ([]iru.Calendar, error) {
	return calendars.list(ctx, t, "WHERE officer=$1 ORDER BY id DESC", o)
}

// ReadCalendar stores when a calendar was last read.
func (t *Tx) ReadCalendar(ctx context.Context, id int64, at time.Time) error {
	_, err := t.Exec(ctx, "UPDATE calendar SET read=$2 WHERE id=$1", id, Micros(&at))
	return err
}

// RevokeCalendar ends a calendar of the officer.
func (t *Tx) RevokeCalendar(ctx context.Context, o iru.OfficerID, id int64, at time.Time) error {
	res, err := t.Exec(ctx, "UPDATE calendar SET revoked=$3 WHERE id=$1 AND officer=$2 AND revoked=0", id, o, Micros(&at))
	if err != nil {
		return err
	}
	return Guarded(res)
}
