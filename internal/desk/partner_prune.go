// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"context"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/iru"
)

// MessagesKept is how long the sealed bytes of a message are kept after the partner had it: a partner whose store is put back by less is sent again what it
// lost. What was said, its number and its digest stay, and with them the chain.
const MessagesKept = 30 * 24 * time.Hour

// pruneAtOnce is how many messages are let go of in one transaction.
const pruneAtOnce = 1000

// PruneMessages lets go of what of the messages to and from partners serves nothing any more: the sealed bytes of what arrived long ago, and what is in old sets. It
// gives how many messages it did that to.
func (d *Desk) PruneMessages(ctx context.Context) (int, error) {
	var ps []iru.Partner
	if err := d.DB.View(ctx, func(t *db.Tx) (err error) {
		ps, err = t.Partners(ctx, iru.Program())
		return err
	}); err != nil {
		return 0, err
	}
	done := 0
	before := db.At(d.now().Add(-MessagesKept))
	for _, p := range ps {
		for more := true; more; {
			var n int64
			if err := d.enact(ctx, func(t *db.Tx, _ time.Time) error {
				l, err := t.Line(ctx, p.ID)
				if err != nil {
					return err
				}
				out, err := t.PruneOutgoing(ctx, p.ID, l.Durable, before, pruneAtOnce)
				if err != nil {
					return err
				}
				in, err := t.PruneSets(ctx, p.ID, before, setsKept, pruneAtOnce)
				n = out + in
				return err
			}); err != nil {
				return done, err
			}
			done, more = done+int(n), n >= pruneAtOnce
		}
	}
	return done, nil
}
