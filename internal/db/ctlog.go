// SPDX-License-Identifier: EUPL-1.2

package db

import (
	"context"
	"errors"
	"fmt"

	"iolaus/internal/iru"
)

var ctLogs = shape[iru.CTLog]{"ct_log", "id, log, size, root, head, at, seen, trouble, why, since", func(l *iru.CTLog) []any {
	return []any{&l.ID, &l.Log, &l.Size, &l.Root, &l.Head, Micros(&l.At), Micros(&l.Seen), &l.Trouble, &l.Why, Micros(&l.Since)}
}}

// CTLog reads what is believed of a certificate log; nothing yet, with id 0, where it was never read.
func (t *Tx) CTLog(ctx context.Context, log string) (iru.CTLog, error) {
	l, err := ctLogs.get(ctx, t, "log=$1", log)
	if errors.Is(err, iru.NotFound) {
		return iru.CTLog{Log: log}, nil
	}
	return l, err
}

// CTLogs lists the certificate logs that were read, by address. They are nobody's: whoever may see anything may see them.
func (t *Tx) CTLogs(ctx context.Context) ([]iru.CTLog, error) {
	return ctLogs.list(ctx, t, "ORDER BY log")
}

// SetCTLog stores what is believed of a certificate log and sets its id.
func (t *Tx) SetCTLog(ctx context.Context, l *iru.CTLog) error {
	if l.ID == 0 {
		return ctLogs.insert(ctx, t, l)
	}
	if err := ctLogs.update(ctx, t, l, "log", l.Log); err != nil {
		return fmt.Errorf("store certificate log: %w", err)
	}
	return nil
}
