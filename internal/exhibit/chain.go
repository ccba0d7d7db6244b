// SPDX-License-Identifier: EUPL-1.2

package exhibit

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"iolaus/internal/ledger"
)

// ErrChain is returned for custody events that are not the whole chain of one exhibit in its order. It comes as a [ChainError].
var ErrChain = errors.New("not the chain of custody")

// Limits of one custody event.
const (
	eventBytes = 256 << 10 // of its line
	maxExact   = 1 << 53   // RFC 8785 writes no larger whole number exactly
	timeLayout = "2006-01-02T15:04:05.000000Z"
)

// CustodyEvent is one event of the log that handled an exhibit, opened: salt and payload show what its leaf committed to.
type CustodyEvent struct {
	Index   int64     // place in the log, from 0
	Event   int64     // its number
	At      time.Time // when it was recorded; microseconds, UTC
	Kind    string    // "exhibit.record"
	Salt    [16]byte
	Payload []byte // [id, micros, by, unit, noun, subject, verb, from, to, note, facts]; facts is a text, its member "custody" the entry
}

// Leaf is the leaf of the log that commits to the event.
func (c CustodyEvent) Leaf() []byte {
	return ledger.Entry{Event: c.Event, At: c.At, Kind: c.Kind, Commitment: ledger.Commit(c.Salt, c.Payload)}.Leaf()
}

// Entry reads the custody entry out of the payload, and refuses a payload that is not of this event. Errors wrap ErrInvalid or
// ErrNotCanonical.
func (c CustodyEvent) Entry() (Entry, error) {
	facts, err := c.facts()
	if err != nil {
		return Entry{}, fmt.Errorf("read custody event %d: %w", c.Event, err)
	}
	var fact struct {
		Custody *string `json:"custody"`
	}
	if err := json.Unmarshal(facts, &fact); err != nil || fact.Custody == nil {
		return Entry{}, fmt.Errorf("read custody event %d: %w: its facts hold no custody entry", c.Event, ErrInvalid)
	}
	e, err := ParseEntry([]byte(*fact.Custody))
	if err != nil {
		return Entry{}, fmt.Errorf("read custody event %d: %w", c.Event, err)
	}
	return e, nil
}

// facts gives the last part of the payload, and refuses a payload that is not of this event.
func (c CustodyEvent) facts() ([]byte, error) {
	bad := func(format string, a ...any) ([]byte, error) {
		return nil, fmt.Errorf("%w: %s", ErrInvalid, fmt.Sprintf(format, a...))
	}
	if err := (ledger.Entry{Event: c.Event, At: c.At, Kind: c.Kind}).Check(); err != nil {
		return bad("%v", err)
	}
	var part []jsontext.Value
	if err := json.Unmarshal(c.Payload, &part); err != nil || len(part) != 11 {
		return bad("its payload is no list of 11 parts")
	}
	var id, micros int64
	var noun, verb, facts string
	for i, to := range map[int]any{0: &id, 1: &micros, 4: &noun, 6: &verb, 10: &facts} {
		if err := json.Unmarshal(part[i], to); err != nil {
			return bad("part %d of its payload has another type", i)
		}
	}
	switch {
	case id != c.Event:
		return bad("its payload is that of event %d", id)
	case micros != c.At.UnixMicro():
		return bad("its payload has another time")
	case noun+"."+verb != c.Kind:
		return bad("its payload is of the kind %.80q", noun+"."+verb)
	}
	return []byte(facts), nil
}

// custodyLine is how an event is written into a bundle.
type custodyLine struct {
	Index   int64  `json:"index"`
	Event   int64  `json:"event"`
	At      string `json:"at"`
	Kind    string `json:"kind"`
	Salt    string `json:"salt"`
	Payload string `json:"payload"`
}

// encode returns the canonical line, with its end.
func (c CustodyEvent) encode() ([]byte, error) {
	if c.Index < 0 || c.Index >= maxExact || c.Event < 1 || c.Event >= maxExact {
		return nil, fmt.Errorf("%w: event %d has the index %d", ErrInvalid, c.Event, c.Index)
	}
	b, err := canonical(custodyLine{c.Index, c.Event, c.At.UTC().Format(timeLayout), c.Kind, hex.EncodeToString(c.Salt[:]), string(c.Payload)}, eventBytes)
	if err != nil {
		return nil, err
	}
	return append(b, '\n'), nil
}

// parseCustody reads the lines of a bundle; each must be as encode writes it.
func parseCustody(file []byte) ([]CustodyEvent, error) {
	var all []CustodyEvent
	for n := 1; len(file) > 0; n++ {
		text, rest, ended := bytes.Cut(file, []byte("\n"))
		if !ended || n > CustodyLinks {
			return all, fmt.Errorf("line %d: %w: it has no end, or there are more than %d", n, ErrInvalid, CustodyLinks)
		}
		file = rest
		var l custodyLine
		if err := strict(text, &l, eventBytes); err != nil {
			return all, fmt.Errorf("line %d: %w", n, err)
		}
		at, err := time.Parse(timeLayout, l.At)
		if err != nil {
			return all, fmt.Errorf("line %d: %w: at %.40q", n, ErrInvalid, l.At)
		}
		c := CustodyEvent{Index: l.Index, Event: l.Event, At: at, Kind: l.Kind, Payload: []byte(l.Payload)}
		salt, err := hex.DecodeString(l.Salt)
		if err != nil || len(salt) != len(c.Salt) {
			return all, fmt.Errorf("line %d: %w: salt %.40q", n, ErrInvalid, l.Salt)
		}
		copy(c.Salt[:], salt)
		again, err := c.encode()
		if err != nil {
			return all, fmt.Errorf("line %d: %w", n, err)
		}
		if err := same(text, bytes.TrimSuffix(again, []byte("\n"))); err != nil {
			return all, fmt.Errorf("line %d: %w", n, err)
		}
		all = append(all, c)
	}
	return all, nil
}

// What can be wrong with a link of a chain.
const (
	LinkRemoved   = "removed"
	LinkAdded     = "added"
	LinkReordered = "reordered"
	LinkAltered   = "altered"
)

// ChainError names the first wrong link of a chain of custody. It wraps ErrChain.
type ChainError struct {
	N     int    // number of the link, from 1
	Event int64  // of the log, 0 if the link is not there
	What  string // LinkRemoved, LinkAdded, LinkReordered or LinkAltered
	Why   string
}

// Error says which link, which event, and what is wrong.
func (e *ChainError) Error() string {
	if e.Event == 0 {
		return fmt.Sprintf("custody entry %d was %s: %s", e.N, e.What, e.Why)
	}
	return fmt.Sprintf("custody entry %d (event %d) was %s: %s", e.N, e.Event, e.What, e.Why)
}

// Unwrap is ErrChain.
func (e *ChainError) Unwrap() error { return ErrChain }

// CheckChain holds the events of one exhibit against the rules of the chain: numbers from 1 without a gap, in the order of the log,
// each with the digest of the one before, all of one exhibit, the first with the digest of the manifest. It returns the entries, and a
// *ChainError for the first that is wrong. A chain that was cut at its end is whole in itself: only what is signed over it shows that.
func CheckChain(events []CustodyEvent, manifest string) ([]Entry, error) {
	if len(events) == 0 {
		return nil, &ChainError{1, 0, LinkRemoved, "there is none"}
	}
	entries, sums := make([]Entry, len(events)), make([]string, len(events))
	place := map[int]int{} // number: where it stands
	for i, c := range events {
		e, err := c.Entry()
		if err != nil {
			return nil, &ChainError{i + 1, c.Event, LinkAltered, err.Error()}
		}
		if sums[i], err = e.Sum(); err != nil {
			return nil, &ChainError{i + 1, c.Event, LinkAltered, err.Error()}
		}
		if _, twice := place[e.N]; !twice {
			place[e.N] = i
		}
		entries[i] = e
	}
	for i, e := range entries {
		n, event := i+1, events[i].Event
		at, elsewhere := place[n]
		switch {
		case e.N < n:
			return nil, &ChainError{e.N, event, LinkAdded, fmt.Sprintf("entry %d stands there already", e.N)}
		case e.N > n && elsewhere:
			return nil, &ChainError{n, events[at].Event, LinkReordered, fmt.Sprintf("it stands at place %d", at+1)}
		case e.N > n:
			return nil, &ChainError{n, 0, LinkRemoved, fmt.Sprintf("entry %d follows entry %d", e.N, i)}
		case i > 0 && e.Prev != sums[i-1]:
			return nil, &ChainError{i, events[i-1].Event, LinkAltered, fmt.Sprintf("its SHA-256 is %s, entry %d was made after %s", sums[i-1], n, e.Prev)}
		case i == 0 && manifest != e.Digest:
			return nil, &ChainError{n, event, LinkAltered, fmt.Sprintf("it is of the manifest %s, not of %s", e.Digest, manifest)}
		case e.Exhibit != entries[0].Exhibit:
			return nil, &ChainError{n, event, LinkAdded, fmt.Sprintf("it is of exhibit %q, not of %q", e.Exhibit, entries[0].Exhibit)}
		case i > 0 && events[i].Index <= events[i-1].Index:
			return nil, &ChainError{n, event, LinkReordered, fmt.Sprintf("the log has it at %d, and entry %d at %d", events[i].Index, i, events[i-1].Index)}
		}
	}
	return entries, nil
}
