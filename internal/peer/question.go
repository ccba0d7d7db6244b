// SPDX-License-Identifier: EUPL-1.2

package peer

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/cloudflare/circl/group"
	"github.com/cloudflare/circl/oprf"

	"iolaus/internal/iru"
)

// Limits of one question.
const (
	MaxItems   = 1000 // items
	MaxItem    = 8192 // bytes of one
	MaxPurpose = 500  // bytes
)

const (
	askHead    = "iolaus/peer/hits/ask/v1\n"
	answerHead = "iolaus/peer/hits/answer/v1\n"
)

// Item is what is asked about, the same on both sides: a kind, such as address or sha256, and the value in its canonical form.
func Item(kind, value string) []byte { return []byte(kind + "\n" + value) }

// Question is what the asker keeps until the answer comes, however long that takes. Blinds are secret: with one and the answer it
// can be tried what the item was.
type Question struct {
	Set     uint64   // the number of the partner's set
	Purpose string   // why it is asked, in words that the partner reads and keeps
	Items   [][]byte // never leave the house
	Blinds  [][]byte // 32 bytes for each item
}

// NewQuestion draws the blinds. Its faults: Malformed, TooLarge.
func NewQuestion(set uint64, purpose string, items [][]byte) (Question, error) {
	q := Question{Set: set, Purpose: purpose, Items: items}
	for range items {
		b, err := suite.Group().RandomNonZeroScalar(nil).MarshalBinary() // of crypto/rand, whatever is given
		if err != nil {
			return Question{}, fmt.Errorf("draw blinds: %w: %w", iru.Internal, err)
		}
		q.Blinds = append(q.Blinds, b)
	}
	if err := q.check(); err != nil {
		return Question{}, err
	}
	return q, nil
}

func (q Question) check() error {
	const verb = "check question"
	switch {
	case len(q.Items) == 0 || len(q.Items) != len(q.Blinds):
		return wrong(verb, Malformed, "it has %d items and %d blinds", len(q.Items), len(q.Blinds))
	case len(q.Items) > MaxItems:
		return wrong(verb, TooLarge, "%d items; at most %d", len(q.Items), MaxItems)
	case !printable(q.Purpose, MaxPurpose):
		return wrong(verb, Malformed, "a purpose has 1 to %d bytes, all of them visible", MaxPurpose)
	}
	for _, i := range q.Items {
		if len(i) == 0 || len(i) > MaxItem {
			return wrong(verb, TooLarge, "an item has 1 to %d bytes", MaxItem)
		}
	}
	return nil
}

func (q Question) blind(key *oprf.PublicKey) (oprf.VerifiableClient, *oprf.FinalizeData, *oprf.EvaluationRequest, error) {
	c := oprf.NewVerifiableClient(suite, key)
	var blinds []group.Scalar
	for _, raw := range q.Blinds {
		s := suite.Group().NewScalar()
		if err := s.UnmarshalBinary(raw); err != nil {
			return c, nil, nil, wrong("blind items", Malformed, "a blind is none")
		}
		blinds = append(blinds, s)
	}
	f, r, err := c.DeterministicBlind(q.Items, blinds)
	if err != nil {
		return c, nil, nil, wrong("blind items", Malformed, "an item or a blind cannot be used")
	}
	return c, f, r, nil
}

// Body writes what the partner gets: the number of its set, the purpose, and a point for each item that says nothing of it.
func (q Question) Body() ([]byte, error) {
	if err := q.check(); err != nil {
		return nil, err
	}
	any := new(oprf.PublicKey) // blinding needs no key; that of the generator is as good as another
	base, err := suite.Group().Generator().MarshalBinaryCompress()
	if err == nil {
		err = any.UnmarshalBinary(suite, base)
	}
	if err != nil {
		return nil, fmt.Errorf("blind items: %w: %w", iru.Internal, err)
	}
	_, _, r, err := q.blind(any)
	if err != nil {
		return nil, err
	}
	return q.encode(r)
}

func (q Question) encode(r *oprf.EvaluationRequest) ([]byte, error) {
	b := binary.BigEndian.AppendUint64([]byte(askHead), q.Set)
	b = append(binary.BigEndian.AppendUint16(b, uint16(len(q.Purpose))), q.Purpose...)
	b = binary.BigEndian.AppendUint16(b, uint16(len(r.Elements)))
	for _, e := range r.Elements {
		raw, err := e.MarshalBinaryCompress()
		if err != nil {
			return nil, fmt.Errorf("blind items: %w: %w", iru.Internal, err)
		}
		b = append(b, raw...)
	}
	return b, nil
}

// Asked is what the answering side sees of a question, for its log, its quota and the person who looks at the purpose.
type Asked struct {
	Set     uint64
	Purpose string
	Items   int

	blinded []byte
}

// ReadAsk reads what Body writes. Its faults: Malformed, Truncated, TooLarge.
func ReadAsk(body []byte) (Asked, error) {
	const verb = "read question"
	r := reader{rest: body}
	if string(r.take(len(askHead))) != askHead {
		return Asked{}, wrong(verb, Malformed, "it does not begin as one")
	}
	a := Asked{Set: r.u64()}
	a.Purpose = string(r.take(int(r.u16())))
	a.Items = int(r.u16())
	switch {
	case r.short:
		return Asked{}, wrong(verb, Truncated, "%d bytes are too few", len(body))
	case a.Items > MaxItems:
		return Asked{}, wrong(verb, TooLarge, "%d items; at most %d", a.Items, MaxItems)
	case a.Items == 0 || !printable(a.Purpose, MaxPurpose):
		return Asked{}, wrong(verb, Malformed, "it has no items or no purpose in visible words")
	}
	a.blinded = r.take(a.Items * elementSize)
	if r.short {
		return Asked{}, wrong(verb, Truncated, "items are missing")
	}
	if len(r.rest) > 0 {
		return Asked{}, wrong(verb, Malformed, "%d bytes stand after its end", len(r.rest))
	}
	return a, nil
}

// Tags checks an answer against the key that the partner committed to in its set, and gives the tag of each item. Its faults:
// Malformed, Truncated, Proof (another key answered), Refused (it is the answer to another question).
func (q Question) Tags(key, answer []byte) ([]Tag, error) {
	const verb = "read answer"
	if err := q.check(); err != nil {
		return nil, err
	}
	public := new(oprf.PublicKey)
	if err := public.UnmarshalBinary(suite, key); err != nil {
		return nil, wrong(verb, Malformed, "the key of the set is none")
	}
	c, f, req, err := q.blind(public)
	if err != nil {
		return nil, err
	}
	body, err := q.encode(req)
	if err != nil {
		return nil, err
	}
	r := reader{rest: answer}
	if string(r.take(len(answerHead))) != answerHead {
		return nil, wrong(verb, Malformed, "it does not begin as one")
	}
	of := r.take(32)
	n := int(r.u16())
	raw, end := r.take(n*elementSize), r.take(proofSize)
	if r.short {
		return nil, wrong(verb, Truncated, "%d bytes are too few", len(answer))
	}
	if d := Digest(body); !bytes.Equal(of, d[:]) {
		return nil, wrong(verb, Refused, "it is the answer to another question")
	}
	if n != len(q.Items) || len(r.rest) > 0 {
		return nil, wrong(verb, Malformed, "it has %d evaluations of %d items, and %d bytes after its end", n, len(q.Items), len(r.rest))
	}
	evaluated, err := elements(raw)
	if err != nil {
		return nil, err
	}
	proof, err := readProof(end)
	if err != nil {
		return nil, err
	}
	out, err := c.Finalize(f, &oprf.Evaluation{Elements: evaluated, Proof: proof})
	if errors.Is(err, oprf.ErrInvalidProof) {
		return nil, wrong(verb, Proof, "of %d items", n)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w: %w", verb, Malformed, err)
	}
	tags := make([]Tag, len(out))
	for i, o := range out {
		tags[i] = Tag(o[:len(tags[i])])
	}
	return tags, nil
}
