// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"fmt"

	"iolaus/internal/iru"
	"iolaus/internal/peer"
)

// Prove finds among the cards that a partner has and had the one under which it signed a message, and reads the message. It needs nothing else: what
// is signed names who says what to whom.
func Prove(cards []string, signed []byte) (peer.Card, peer.Message, error) {
	if len(signed) == 0 {
		return peer.Card{}, peer.Message{}, iru.Refuse(iru.NotFound, "what was signed is not kept of this message", "only its digest is: it is in the ledger")
	}
	var last error
	for _, text := range cards {
		c, err := peer.ParseCard([]byte(text))
		if err != nil {
			return c, peer.Message{}, err
		}
		m, err := peer.Verify(c, signed)
		if err == nil {
			return c, m, nil
		}
		last = err
	}
	return peer.Card{}, peer.Message{}, fmt.Errorf("prove message: no card of the partner has signed it: %w", last)
}
