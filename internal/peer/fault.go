// SPDX-License-Identifier: EUPL-1.2

package peer

import (
	"errors"
	"fmt"

	"iolaus/internal/iru"
)

// A Fault is one way in which an exchange with a partner fails. It is an error, wraps one of iru's kinds, and is the word that
// stands on the wire, so that both sides and errors.Is name the same thing.
type Fault string

// The faults.
const (
	Malformed Fault = "malformed" // not what docs/format/peer.md says
	Truncated Fault = "truncated" // it ends too early
	TooLarge  Fault = "too_large" // beyond a limit of size or count
	Unsealed  Fault = "unsealed"  // it is not sealed to this key, or its bytes are damaged
	Forged    Fault = "forged"    // the signature is not that of the sender's key
	Sender    Fault = "sender"    // signed by, or said to be from, another than the one who hands it over
	Recipient Fault = "recipient" // its sender meant it for somebody else
	Gap       Fault = "gap"       // messages before it are missing
	Fork      Fault = "fork"      // another message with this number was taken before: a store went back, or the sender lies
	OldEpoch  Fault = "old_epoch" // of an epoch that was ended: a store went back
	NewEpoch  Fault = "new_epoch" // of an epoch that nobody here has agreed to yet
	Stranger  Fault = "stranger"  // the other side's key is not one of a confirmed partner
	Pin       Fault = "pin"       // the server does not have the key of its card
	Flood     Fault = "flood"     // more than the limits allow; try again later
	Refused   Fault = "refused"   // the receiver does not take it; the words say why
	Broken    Fault = "broken"    // the receiver failed for a reason of its own; try again later
	Lost      Fault = "lost"      // no answer
	Proof     Fault = "proof"     // an evaluation is not under the key that was committed to
)

// Faults lists all of them.
var Faults = []Fault{Malformed, Truncated, TooLarge, Unsealed, Forged, Sender, Recipient, Gap, Fork, OldEpoch, NewEpoch, Stranger, Pin, Flood, Refused, Broken, Lost, Proof}

func (f Fault) Error() string {
	switch f {
	case Malformed:
		return "it is not in the form that partners agreed on"
	case Truncated:
		return "it is cut short"
	case TooLarge:
		return "it is larger than partners agreed on"
	case Unsealed:
		return "it is sealed under another key, or its bytes are damaged"
	case Forged:
		return "its signature is not the sender's"
	case Sender:
		return "it is of another sender than the one who handed it over"
	case Recipient:
		return "it was meant for another recipient"
	case Gap:
		return "messages before it are missing"
	case Fork:
		return "another message with the same number was taken before: a store went back or somebody lies; a person starts a new epoch"
	case OldEpoch:
		return "its epoch was ended: the sender's store went back; a person starts a new epoch"
	case NewEpoch:
		return "the sender started a new epoch, which a person here has to agree to"
	case Stranger:
		return "the key is not one of a confirmed partner"
	case Pin:
		return "the server does not have the key of its card"
	case Flood:
		return "more came than was agreed on"
	case Refused:
		return "the partner does not take it"
	case Broken:
		return "the partner's installation failed"
	case Lost:
		return "the partner did not answer"
	case Proof:
		return "the answer is not under the key that the partner committed to"
	}
	return fmt.Sprintf("unknown fault %.40q", string(f))
}

// Unwrap gives iru's kind.
func (f Fault) Unwrap() error {
	switch f {
	case Malformed, Truncated, TooLarge, Unsealed:
		return iru.Invalid
	case Forged, Sender, Recipient, Stranger, Pin, Refused, Proof:
		return iru.Forbidden
	case Gap, Fork, OldEpoch, NewEpoch:
		return iru.Conflict
	case Flood, Broken, Lost:
		return iru.Unavailable
	}
	return iru.Internal
}

// FaultOf gives the fault in an error, or "" if there is none.
func FaultOf(err error) Fault {
	var f Fault
	if errors.As(err, &f) {
		return f
	}
	return ""
}

func wrong(verb string, f Fault, format string, args ...any) error {
	return fmt.Errorf("%s: %w: %s", verb, f, fmt.Sprintf(format, args...))
}
