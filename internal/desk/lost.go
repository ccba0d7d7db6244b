// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"context"

	"iolaus/internal/db"
	"iolaus/internal/iru"
)

// Lost is the verb by which an act lost its effect after it was served: annul (by a court or another authority) or revoke (by its issuer). ""
// while it stands, or where it was withdrawn.
func Lost(ctx context.Context, t *db.Tx, n iru.Notice) (string, error) {
	if n.State != iru.NoticeWithdrawn || n.SentAt.IsZero() {
		return "", nil
	}
	for _, verb := range []string{"annul", "revoke"} {
		es, err := t.LastOf(ctx, iru.Subject{Noun: "notice", ID: int64(n.ID)}, verb, 1)
		if err != nil || len(es) > 0 {
			return verb, err
		}
	}
	return "", nil
}
