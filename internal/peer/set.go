// SPDX-License-Identifier: EUPL-1.2

package peer

import (
	"bytes"
	"cmp"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"slices"
	"time"

	"iolaus/internal/iru"
)

// Tag is the first eight bytes of what the oracle's function gives for an item. Among a million tags one item in 18 million million
// seems to be there and is not.
type Tag [8]byte

const (
	setHead     = "iolaus/peer/hits/set/v1\n"
	leastSet    = 256     // tags: a smaller set is filled up
	tagsPerPart = 1 << 18 // so that a part is a message, also in base64
	maxParts    = 200
)

// MaxSet is the greatest number of tags of a set.
const MaxSet = tagsPerPart * maxParts

// Set is what a partner may look into for itself: the tags of the items that an installation knows, which say nothing without the
// installation's own answers, and the key that the answers are checked against.
type Set struct {
	Number uint64    // from 1; a new set has a new key
	At     time.Time // as of when it is complete, microseconds, UTC
	Key    []byte    // public key of the oracle, 32 bytes
	Tags   []Tag     // ascending, filled up with random ones to a power of two, so that a partner does not see each new item
}

// Set tags the items that are known. It takes about 0.1 ms an item.
func (o Oracle) Set(ctx context.Context, at time.Time, items [][]byte, rand io.Reader) (Set, error) {
	s := Set{Number: o.set, At: at.UTC().Truncate(time.Microsecond), Key: o.key}
	for i, item := range items {
		if i%256 == 0 && ctx.Err() != nil {
			return Set{}, fmt.Errorf("tag items: %w: %w", iru.Unavailable, ctx.Err())
		}
		t, err := o.Tag(item)
		if err != nil {
			return Set{}, err
		}
		s.Tags = append(s.Tags, t)
	}
	s.sort()
	for size := sizeOf(len(s.Tags)); len(s.Tags) < size; s.sort() { // again if two random ones are the same
		from := len(s.Tags)
		s.Tags = append(s.Tags, make([]Tag, size-from)...)
		for i := range s.Tags[from:] {
			if _, err := io.ReadFull(rand, s.Tags[from+i][:]); err != nil {
				return Set{}, fmt.Errorf("fill up set: %w: %w", iru.Unavailable, err)
			}
		}
	}
	return s, s.check()
}

func sizeOf(n int) int {
	size := leastSet
	for size < n {
		size *= 2
	}
	return min(size, max(n, MaxSet))
}

func compare(a, b Tag) int {
	return cmp.Compare(binary.BigEndian.Uint64(a[:]), binary.BigEndian.Uint64(b[:]))
}

func (s *Set) sort() {
	slices.SortFunc(s.Tags, compare)
	s.Tags = slices.Compact(s.Tags)
}

// Has says whether a tag is in the set.
func (s Set) Has(t Tag) bool {
	_, ok := slices.BinarySearchFunc(s.Tags, t, compare)
	return ok
}

func (s Set) check() error {
	const verb = "check set"
	switch {
	case len(s.Tags) > MaxSet:
		return wrong(verb, TooLarge, "%d tags; at most %d", len(s.Tags), MaxSet)
	case s.Number == 0 || s.Number > math.MaxInt64 || len(s.Key) != elementSize || s.At.UnixMicro() <= 0 || s.At.Year() > 9999:
		return wrong(verb, Malformed, "its number, key or time is missing")
	}
	if _, err := elements(s.Key); err != nil {
		return err
	}
	for i := 1; i < len(s.Tags); i++ {
		if compare(s.Tags[i-1], s.Tags[i]) >= 0 {
			return wrong(verb, Malformed, "its tags are not in order")
		}
	}
	return nil
}

// Parts writes the set as bodies of messages.
func (s Set) Parts() ([][]byte, error) {
	if err := s.check(); err != nil {
		return nil, err
	}
	n := max(1, (len(s.Tags)+tagsPerPart-1)/tagsPerPart)
	var parts [][]byte
	for i := range n {
		tags := s.Tags[min(i*tagsPerPart, len(s.Tags)):min((i+1)*tagsPerPart, len(s.Tags))]
		b := binary.BigEndian.AppendUint64([]byte(setHead), s.Number)
		b = binary.BigEndian.AppendUint64(b, uint64(s.At.UnixMicro()))
		b = append(b, s.Key...)
		b = binary.BigEndian.AppendUint16(b, uint16(i))
		b = binary.BigEndian.AppendUint16(b, uint16(n))
		b = binary.BigEndian.AppendUint32(b, uint32(len(tags)))
		for _, t := range tags {
			b = append(b, t[:]...)
		}
		parts = append(parts, b)
	}
	return parts, nil
}

// ReadPart reads the header of one part, to know what it is of: number of the set, place from 0, and how many there are.
func ReadPart(body []byte) (set uint64, part, parts int, err error) {
	s, part, parts, err := readPart(body)
	return s.Number, part, parts, err
}

func readPart(body []byte) (s Set, part, parts int, err error) {
	const verb = "read set"
	r := reader{rest: body}
	if string(r.take(len(setHead))) != setHead {
		return Set{}, 0, 0, wrong(verb, Malformed, "it does not begin as one")
	}
	s.Number = r.u64()
	micro := r.u64()
	s.Key = bytes.Clone(r.take(elementSize))
	part, parts = int(r.u16()), int(r.u16())
	n := r.u32()
	switch {
	case r.short:
		return Set{}, 0, 0, wrong(verb, Truncated, "%d bytes are too few", len(body))
	case micro > math.MaxInt64 || part >= parts || parts > maxParts || n > tagsPerPart:
		return Set{}, 0, 0, wrong(verb, Malformed, "part %d of %d with %d tags", part, parts, n)
	case len(r.rest) < int(n)*len(Tag{}):
		return Set{}, 0, 0, wrong(verb, Truncated, "tags are missing")
	case len(r.rest) > int(n)*len(Tag{}):
		return Set{}, 0, 0, wrong(verb, Malformed, "%d bytes stand after its end", len(r.rest)-int(n)*len(Tag{}))
	}
	s.At = time.UnixMicro(int64(micro)).UTC()
	s.Tags = make([]Tag, n)
	for i := range s.Tags {
		s.Tags[i] = Tag(r.take(len(Tag{})))
	}
	return s, part, parts, nil
}

// ReadSet reads all parts of a set, in their order. Its faults: Malformed, Truncated, TooLarge.
func ReadSet(parts [][]byte) (Set, error) {
	var all Set
	for i, body := range parts {
		s, part, n, err := readPart(body)
		if err != nil {
			return Set{}, err
		}
		if i == 0 {
			all = Set{Number: s.Number, At: s.At, Key: s.Key}
		}
		if part != i || n != len(parts) || s.Number != all.Number || !s.At.Equal(all.At) || !bytes.Equal(s.Key, all.Key) {
			return Set{}, wrong("read set", Malformed, "part %d of %d is of another set, or out of order", part, n)
		}
		all.Tags = append(all.Tags, s.Tags...)
	}
	return all, all.check()
}

// Hits checks an answer and says for each item of the question whether it is in the set. Its faults are those of Tags, and Refused if
// the question is about another set.
func (s Set) Hits(q Question, answer []byte) ([]bool, error) {
	if q.Set != s.Number {
		return nil, wrong("look into set", Refused, "the question is about set %d, and this is set %d", q.Set, s.Number)
	}
	tags, err := q.Tags(s.Key, answer)
	if err != nil {
		return nil, err
	}
	hits := make([]bool, len(tags))
	for i, t := range tags {
		hits[i] = s.Has(t)
	}
	return hits, nil
}
