// SPDX-License-Identifier: EUPL-1.2

package db

import (
	"context"
	"fmt"
	"strings"
	"time"

	"iolaus/internal/iru"
)

// Waiting counts what waits for people in each room of the workbench: triage (items), notices (acts to approve, answer or
// escalate, and letters that do not leave), outlets (candidates, and assets that returned), operations (open polls of the scope's unit).
func (t *Tx) Waiting(ctx context.Context, s iru.Scope, now time.Time) (map[string]int, error) {
	own := ownOnly(s)
	var triage, notices, outlets, operations int
	err := t.QueryRow(ctx, `SELECT
		(SELECT COUNT(*) FROM item WHERE `+own+` AND `+waits+`),
		(SELECT COUNT(*) FROM notice WHERE `+own+` AND NOT drill AND (state IN ('submitted','endorsed','clarifying','refused','bounced','breached')
			OR state<>'withdrawn' AND id IN (SELECT notice FROM letter WHERE `+strings.ReplaceAll(stuck, "$2", "$3")+`))),
		(SELECT COALESCE(SUM(n), 0) FROM asset_tally WHERE `+own+` AND state IN ('candidate','returned')),
		(SELECT COUNT(*) FROM poll WHERE `+own+` AND state='open' AND operation IN (SELECT id FROM operation WHERE state='polling'))`,
		s.Reach(), At(now), At(now.Add(-overdue))).Scan(&triage, &notices, &outlets, &operations)
	if err != nil {
		return nil, fmt.Errorf("count what waits: %w", err)
	}
	return map[string]int{"triage": triage, "notices": notices, "outlets": outlets, "operations": operations}, nil
}
