// SPDX-License-Identifier: EUPL-1.2

package peer

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"os"
	"testing"

	"github.com/cloudflare/circl/oprf"
	"github.com/cloudflare/circl/zk/dleq"
)

type hexes [][]byte

func (h *hexes) UnmarshalJSON(b []byte) error {
	var all []string
	if err := json.Unmarshal(b, &all); err != nil {
		return err
	}
	for _, s := range all {
		raw, err := hex.DecodeString(s)
		if err != nil {
			return err
		}
		*h = append(*h, raw)
	}
	return nil
}

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// The vectors of RFC 9497, appendix A.1.2, through our own wire: what is asked, what is answered, what comes out.
func TestVectorsOfTheRFC(t *testing.T) {
	var rfc struct {
		Seed, KeyInfo, SkSm, PkSm string
		Vectors                   []struct {
			Input, Blind, BlindedElement, EvaluationElement, Output hexes
			Proof, ProofRandomScalar                                string
		}
	}
	raw, err := os.ReadFile("testdata/rfc9497.json")
	if err == nil {
		err = json.Unmarshal(raw, &rfc)
	}
	if err != nil || len(rfc.Vectors) != 3 {
		t.Fatal(err)
	}
	o, err := newOracle(unhex(t, rfc.Seed), unhex(t, rfc.KeyInfo), 1)
	if err != nil || !bytes.Equal(o.key, unhex(t, rfc.PkSm)) {
		t.Fatalf("the key is %x, %v", o.key, err)
	}
	k := suite.Group().NewScalar()
	if err := k.UnmarshalBinary(unhex(t, rfc.SkSm)); err != nil {
		t.Fatal(err)
	}
	public, err := elements(o.key)
	if err != nil {
		t.Fatal(err)
	}
	for n, v := range rfc.Vectors {
		q := Question{Set: 1, Purpose: "a test", Items: v.Input, Blinds: v.Blind}
		body, err := q.Body()
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.HasSuffix(body, bytes.Join(v.BlindedElement, nil)) {
			t.Fatalf("vector %d: blinded elements are %x", n, body)
		}
		ours, err := o.Evaluate(body)
		if err != nil {
			t.Fatal(err)
		}
		evaluated := bytes.Join(v.EvaluationElement, nil)
		if !bytes.HasSuffix(ours[:len(ours)-proofSize], evaluated) {
			t.Fatalf("vector %d: evaluated elements are %x", n, ours)
		}
		d := Digest(body)
		theirs := append([]byte(answerHead), d[:]...)
		theirs = binary.BigEndian.AppendUint16(theirs, uint16(len(v.Input)))
		theirs = append(append(theirs, evaluated...), unhex(t, v.Proof)...)
		for name, answer := range map[string][]byte{"ours": ours, "the RFC's": theirs} {
			tags, err := q.Tags(o.key, answer)
			if err != nil {
				t.Fatalf("vector %d, %s: %v", n, name, err)
			}
			for i, tag := range tags {
				if !bytes.HasPrefix(v.Output[i], tag[:]) {
					t.Errorf("vector %d, %s: item %d gives %x", n, name, i, tag)
				}
				if own, err := o.Tag(v.Input[i]); err != nil || own != tag {
					t.Errorf("vector %d, %s: item %d gives %x without blinding, %v", n, name, i, own, err)
				}
			}
		}
		r := suite.Group().NewScalar()
		if err := r.UnmarshalBinary(unhex(t, v.ProofRandomScalar)); err != nil {
			t.Fatal(err)
		}
		asked, err := elements(bytes.Join(v.BlindedElement, nil))
		if err != nil {
			t.Fatal(err)
		}
		answered, err := elements(evaluated)
		if err != nil {
			t.Fatal(err)
		}
		p := dleq.Params{G: suite.Group(), H: suite.Hash(), DST: append([]byte("OPRFV1-"), append([]byte{oprf.VerifiableMode, '-'}, suite.Identifier()...)...)}
		proof, err := dleq.Prover{Params: p}.ProveBatchWithRandomnessRFC9497(k, public[0], asked, answered, r)
		if err != nil {
			t.Fatal(err)
		}
		if b, err := proof.MarshalBinary(); err != nil || !bytes.Equal(b, unhex(t, v.Proof)) {
			t.Errorf("vector %d: the proof is %x, %v", n, b, err)
		}
	}
}
