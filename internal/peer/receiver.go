// SPDX-License-Identifier: EUPL-1.2

package peer

import (
	"context"
	"time"
)

// Receiver keeps what comes from partners. Its methods are called at the same time by several connections.
type Receiver interface {
	// Partners lists the cards whose keys may connect: those of confirmed partners and of nobody else.
	Partners(ctx context.Context) ([]Card, error)
	// Take opens, places and stores messages in their order, up to the first one that is refused, and gives the mark of the last
	// one that is durable, also together with an error. The error's Fault is told to the partner; of an iru.Refusal the reason too.
	Take(ctx context.Context, from Card, sealed [][]byte) (Mark, error)
	// Last gives the mark of a partner.
	Last(ctx context.Context, from Card) (Mark, error)
	// Flooded is told, at most once a minute and partner, how many requests were refused because they were too many.
	Flooded(ctx context.Context, from Card, f Flooding)
}

// Flooding is what was refused because it was more than agreed on.
type Flooding struct {
	Requests int       // refused since the last report
	Since    time.Time // the first of them
}
