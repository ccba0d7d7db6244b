// SPDX-License-Identifier: EUPL-1.2

package peer

import (
	"bytes"
	"encoding/binary"
	"fmt"

	"github.com/cloudflare/circl/group"
	"github.com/cloudflare/circl/oprf"
	"github.com/cloudflare/circl/zk/dleq"

	"iolaus/internal/iru"
)

// The suite of RFC 9497, section 4.1: ristretto255 and SHA-512, verifiable mode. Its scalar multiplication takes the same time for all
// keys, which that of P-256 in this library does not.
var suite = oprf.SuiteRistretto255

const (
	elementSize = 32
	proofSize   = 64
	oracleInfo  = "iolaus/peer/hits/v1\n"
	seedLabel   = "hits"
)

// Oracle answers the questions of one partner about one set: it evaluates a function that only this installation can, without
// seeing what it is evaluated on.
type Oracle struct {
	server oprf.VerifiableServer
	set    uint64
	key    []byte
}

// Oracle derives the key for a partner and a set (RFC 9497, DeriveKeyPair): the same each time, another for each partner, so that two
// partners cannot compare what they were told, and another for each set, so that an old answer says nothing of a new set.
func (id Identity) Oracle(partner [32]byte, set uint64) (Oracle, error) {
	seed, err := id.derive(seedLabel)
	if err != nil {
		return Oracle{}, err
	}
	info := binary.BigEndian.AppendUint64(append([]byte(oracleInfo), partner[:]...), set)
	return newOracle(seed, info, set)
}

func newOracle(seed, info []byte, set uint64) (Oracle, error) {
	k, err := oprf.DeriveKey(suite, oprf.VerifiableMode, seed, info)
	if err != nil {
		return Oracle{}, fmt.Errorf("derive oracle: %w: %w", iru.Internal, err)
	}
	public, err := k.Public().MarshalBinary()
	if err != nil {
		return Oracle{}, fmt.Errorf("derive oracle: %w: %w", iru.Internal, err)
	}
	return Oracle{oprf.NewVerifiableServer(suite, k), set, public}, nil
}

// Evaluate answers a question: one evaluation for each item, and one proof for all of them. Whoever calls it has looked at the
// partner's quota and the question's purpose before. Its faults: Malformed, Truncated, TooLarge, Refused (it is about another set).
func (o Oracle) Evaluate(question []byte) (answer []byte, err error) {
	a, err := ReadAsk(question)
	if err != nil {
		return nil, err
	}
	if a.Set != o.set {
		return nil, wrong("answer question", Refused, "it is about set %d, and this is set %d", a.Set, o.set)
	}
	req, err := elements(a.blinded)
	if err != nil {
		return nil, err
	}
	e, err := o.server.Evaluate(&oprf.EvaluationRequest{Elements: req})
	if err != nil {
		return nil, fmt.Errorf("answer question: %w: %w", iru.Internal, err)
	}
	proof, err := e.Proof.MarshalBinary()
	if err != nil {
		return nil, fmt.Errorf("answer question: %w: %w", iru.Internal, err)
	}
	d := Digest(question)
	b := append([]byte(answerHead), d[:]...)
	b = binary.BigEndian.AppendUint16(b, uint16(len(e.Elements)))
	for _, x := range e.Elements {
		raw, err := x.MarshalBinaryCompress()
		if err != nil {
			return nil, fmt.Errorf("answer question: %w: %w", iru.Internal, err)
		}
		b = append(b, raw...)
	}
	return append(b, proof...), nil
}

// Tag is what the oracle's function gives for an item of our own.
func (o Oracle) Tag(item []byte) (Tag, error) {
	out, err := o.server.FullEvaluate(item)
	if err != nil {
		return Tag{}, fmt.Errorf("tag item: %w: %w", iru.Invalid, err)
	}
	return Tag(out), nil
}

// elements reads points of the group, and neither its identity nor a point that is written in another than its only way.
func elements(raw []byte) ([]group.Element, error) {
	var all []group.Element
	for ; len(raw) >= elementSize; raw = raw[elementSize:] {
		e := suite.Group().NewElement()
		if err := e.UnmarshalBinary(raw[:elementSize]); err != nil || e.IsIdentity() {
			return nil, wrong("read element", Malformed, "element %d is none of the group", len(all))
		}
		again, err := e.MarshalBinaryCompress()
		if err != nil || !bytes.Equal(again, raw[:elementSize]) {
			return nil, wrong("read element", Malformed, "element %d is not written in its only form", len(all))
		}
		all = append(all, e)
	}
	return all, nil
}

func readProof(raw []byte) (*dleq.Proof, error) {
	p := new(dleq.Proof)
	if err := p.UnmarshalBinary(suite.Group(), raw); err != nil {
		return nil, wrong("read proof", Malformed, "it is none")
	}
	return p, nil
}
