// SPDX-License-Identifier: EUPL-1.2

package db

import (
	"context"
	"fmt"
	"time"

	"iolaus/internal/iru"
)

// Lease takes the role name for holder for so long, when it is free, expired or already this holder's, and reports whether the
// holder has it now. The clock is the engine's, so machines need not agree on the time.
func (d *DB) Lease(ctx context.Context, name, holder string, long time.Duration) (bool, error) {
	now := d.engine.dialect().now
	return d.lease(ctx, `INSERT INTO lease (name, holder, until) VALUES ($1, $2, `+now+` + $3)
		ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until
		WHERE lease.holder = excluded.holder OR lease.until <= `+now, name, holder, long.Microseconds())
}

// RenewLease prolongs a role that holder still has, and reports false when it has expired or gone to another.
func (d *DB) RenewLease(ctx context.Context, name, holder string, long time.Duration) (bool, error) {
	now := d.engine.dialect().now
	return d.lease(ctx, `UPDATE lease SET until = `+now+` + $3 WHERE name = $1 AND holder = $2 AND until > `+now,
		name, holder, long.Microseconds())
}

// ReleaseLease gives a role up, so that another need not wait for its end. It is no error when the holder has lost it.
func (d *DB) ReleaseLease(ctx context.Context, name, holder string) error {
	_, err := d.lease(ctx, `DELETE FROM lease WHERE name = $1 AND holder = $2`, name, holder)
	return err
}

func (d *DB) lease(ctx context.Context, query string, args ...any) (held bool, err error) {
	err = d.Tx(ctx, func(t *Tx) error {
		res, err := t.Exec(ctx, query, args...)
		if err != nil {
			return fmt.Errorf("lease %v: %w", args[0], err)
		}
		n, err := res.RowsAffected()
		held = n == 1
		return err
	})
	return held && err == nil, err
}

// Holds is Conflict unless holder has the role. What only a holder may write calls it in the same transaction: a process that
// slept through the end of its lease then writes nothing.
func (t *Tx) Holds(ctx context.Context, name, holder string) error {
	var n int
	err := t.QueryRow(ctx, `SELECT COUNT(*) FROM lease WHERE name = $1 AND holder = $2 AND until > `+t.db.engine.dialect().now,
		name, holder).Scan(&n)
	if err != nil {
		return fmt.Errorf("check lease %s: %w", name, err)
	}
	if n == 0 {
		return iru.Refuse(iru.Conflict, fmt.Sprintf("%s does not hold the role %s", holder, name), "take the lease again")
	}
	return nil
}

// Holders lists who holds a role now whose name begins so.
func (t *Tx) Holders(ctx context.Context, begins string) ([]string, error) {
	names, err := All(ctx, t, func(s *string) []any { return []any{s} },
		`SELECT holder FROM lease WHERE substr(name, 1, $1) = $2 AND until > `+t.db.engine.dialect().now+` ORDER BY name`, len(begins), begins)
	if err != nil {
		return nil, fmt.Errorf("list leases: %w", err)
	}
	return names, nil
}
