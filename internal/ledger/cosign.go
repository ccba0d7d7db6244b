// SPDX-License-Identifier: EUPL-1.2

package ledger

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
)

// algCosignature is the type of an Ed25519 key that cosigns (c2sp.org/tlog-cosignature).
const algCosignature = 4

// ErrSplit says that a log signed two checkpoints of one size with different roots: two histories. Both together are the proof of it, to
// be kept and shown to people.
var ErrSplit = errors.New("the log shows another history than before")

// Witness cosigns checkpoints of other logs: it vouches that each continues the one before, and for nothing else.
type Witness struct {
	name string
	key  ed25519.PrivateKey
}

// NewWitness makes a witness. The name is such as that of a log.
func NewWitness(name string, key ed25519.PrivateKey) (Witness, error) {
	if !validOrigin(name) || len(key) != ed25519.PrivateKeySize {
		return Witness{}, fmt.Errorf("make witness: name %.80q: give a name without spaces and plus signs, at most %d bytes, and an Ed25519 key", name, maxOrigin)
	}
	return Witness{name, key}, nil
}

// Key is the text of the public key, for NewCosigner.
func (w Witness) Key() string { return CosignerKey(w.name, w.key.Public().(ed25519.PublicKey)) }

// CosignerKey writes a cosigner's public key as a verifier key of c2sp.org/signed-note.
func CosignerKey(name string, key ed25519.PublicKey) string {
	typed := append([]byte{algCosignature}, key...)
	return fmt.Sprintf("%s+%08x+%s", name, keyHash(name, typed), base64.StdEncoding.EncodeToString(typed))
}

func keyHash(name string, typed []byte) uint32 {
	sum := sha256.Sum256(append([]byte(name+"\n"), typed...))
	return binary.BigEndian.Uint32(sum[:])
}

// Cosign looks at a submission of the log with the key v and, if it continues what was seen, gives the checkpoint, to be kept as seen
// before the line leaves the house, and the line to add to it. Seen is the last checkpoint of this log that was cosigned; the zero
// Checkpoint says that there is none. The time is to the second. Errors: ErrCheckpoint (not signed by the log), ErrSize (the proof does
// not begin at what was seen, whose size the log has to be told), ErrProof (nothing shows that the log continues), ErrSplit.
func (w Witness) Cosign(s Submission, seen Checkpoint, v note.Verifier, origin string, at time.Time) (Checkpoint, []byte, error) {
	c, err := Open(s.Checkpoint, v, origin)
	if err != nil {
		return Checkpoint{}, nil, fmt.Errorf("cosign: %w", err)
	}
	if seen == (Checkpoint{}) {
		seen = Checkpoint{Origin: origin, Root: emptyRoot}
	}
	if seen.Origin != origin {
		return Checkpoint{}, nil, fmt.Errorf("cosign: %w: what was seen is of the log %q", ErrCheckpoint, seen.Origin)
	}
	if s.Old != seen.Size {
		return Checkpoint{}, nil, fmt.Errorf("cosign: %w: the proof begins at %d, and %d entries were seen", ErrSize, s.Old, seen.Size)
	}
	if c.Size == seen.Size && c.Root != seen.Root {
		return Checkpoint{}, nil, fmt.Errorf("cosign: %w: of %d entries", ErrSplit, c.Size)
	}
	if err := CheckConsistency(s.Proof, seen, c); err != nil {
		return Checkpoint{}, nil, fmt.Errorf("cosign: %w", err)
	}
	seconds := at.Unix()
	if seconds <= 0 {
		return Checkpoint{}, nil, fmt.Errorf("cosign: %w: no time was given", ErrCheckpoint)
	}
	typed := append([]byte{algCosignature}, w.key.Public().(ed25519.PublicKey)...)
	raw := binary.BigEndian.AppendUint32(nil, keyHash(w.name, typed))
	raw = binary.BigEndian.AppendUint64(raw, uint64(seconds))
	raw = append(raw, ed25519.Sign(w.key, cosigned(uint64(seconds), textOf(s.Checkpoint)))...)
	return c, []byte("— " + w.name + " " + base64.StdEncoding.EncodeToString(raw) + "\n"), nil
}

// textOf is the note without its signatures, newline included.
func textOf(signed []byte) []byte { return signed[:bytes.LastIndex(signed, []byte("\n\n"))+1] }

// cosigned is what a cosignature is over.
func cosigned(seconds uint64, text []byte) []byte {
	return append(fmt.Appendf(nil, "cosignature/v1\ntime %d\n", seconds), text...)
}

// Cosigner is the public half of a witness: a note.Verifier of its lines.
type Cosigner struct {
	name string
	hash uint32
	key  ed25519.PublicKey
}

// NewCosigner reads the text of a witness's key.
func NewCosigner(text string) (Cosigner, error) {
	name, rest, _ := strings.Cut(text, "+")
	_, encoded, _ := strings.Cut(rest, "+")
	typed, err := base64.StdEncoding.Strict().DecodeString(encoded)
	if err != nil || len(typed) != 1+ed25519.PublicKeySize || !validOrigin(name) || CosignerKey(name, typed[1:]) != text {
		return Cosigner{}, fmt.Errorf("read cosigner's key: %w: it is not a key of c2sp.org/tlog-cosignature", ErrCheckpoint)
	}
	return Cosigner{name, keyHash(name, typed), typed[1:]}, nil
}

// Name implements note.Verifier.
func (c Cosigner) Name() string { return c.name }

// KeyHash implements note.Verifier.
func (c Cosigner) KeyHash() uint32 { return c.hash }

// Verify implements note.Verifier.
func (c Cosigner) Verify(text, sig []byte) bool {
	return len(sig) == 8+ed25519.SignatureSize && ed25519.Verify(c.key, cosigned(binary.BigEndian.Uint64(sig), text), sig[8:])
}

// Cosignature says that a witness had seen this checkpoint, and that it continued what the witness had seen before.
type Cosignature struct {
	Name string
	At   time.Time // by the witness's clock, to the second
}

// Cosignatures checks a checkpoint against the log's key and gives the cosignatures by these witnesses, in the order of the checkpoint.
// Lines of other keys are ignored. Errors wrap ErrCheckpoint, also where a line of one of these keys is false.
func Cosignatures(signed []byte, v note.Verifier, origin string, by ...Cosigner) (Checkpoint, []Cosignature, error) {
	c, err := Open(signed, v, origin)
	if err != nil {
		return Checkpoint{}, nil, err
	}
	var verifiers []note.Verifier
	for _, w := range by {
		verifiers = append(verifiers, w)
	}
	n, err := note.Open(signed, note.VerifierList(append(verifiers, v)...))
	if err != nil {
		return Checkpoint{}, nil, fmt.Errorf("open cosignatures: %w: %w", ErrCheckpoint, err)
	}
	var all []Cosignature
	for _, s := range n.Sigs {
		raw, err := base64.StdEncoding.Strict().DecodeString(s.Base64)
		if err != nil {
			return Checkpoint{}, nil, fmt.Errorf("open cosignatures: %w: that of %s is not written as its signer does", ErrCheckpoint, s.Name)
		}
		if s.Name == v.Name() && s.Hash == v.KeyHash() {
			continue
		}
		seconds := binary.BigEndian.Uint64(raw[4:])
		if seconds > math.MaxInt64 {
			return Checkpoint{}, nil, fmt.Errorf("open cosignatures: %w: the time of %s is out of range", ErrCheckpoint, s.Name)
		}
		all = append(all, Cosignature{s.Name, time.Unix(int64(seconds), 0).UTC()})
	}
	return c, all, nil
}

// AddCosignature adds a witness's line to a checkpoint, in place of an earlier one of the same key. Errors wrap ErrCheckpoint: the line is
// not this witness's, or is not over this checkpoint.
func AddCosignature(signed, line []byte, by Cosigner) ([]byte, error) {
	bad := func(why string) ([]byte, error) {
		return nil, fmt.Errorf("add cosignature of %s: %w: %s", by.name, ErrCheckpoint, why)
	}
	if _, err := Peek(signed); err != nil {
		return nil, fmt.Errorf("add cosignature of %s: %w", by.name, err)
	}
	encoded, ok := bytes.CutPrefix(line, []byte("— "+by.name+" "))
	if !ok || !bytes.HasSuffix(line, []byte("\n")) || bytes.Count(line, []byte("\n")) != 1 {
		return bad("it is not one line of this witness")
	}
	raw, err := base64.StdEncoding.Strict().DecodeString(string(bytes.TrimSuffix(encoded, []byte("\n"))))
	if err != nil || len(raw) < 4 || binary.BigEndian.Uint32(raw) != by.hash || !by.Verify(textOf(signed), raw[4:]) {
		return bad("it is not by its key over this checkpoint")
	}
	text, lines := textOf(signed), slices.Collect(bytes.Lines(signed[len(textOf(signed))+1:]))
	out := append(bytes.Clone(text), '\n')
	for _, l := range lines {
		name, sig, _ := bytes.Cut(bytes.TrimPrefix(bytes.TrimSuffix(l, []byte("\n")), []byte("— ")), []byte(" "))
		had, err := base64.StdEncoding.DecodeString(string(sig))
		if string(name) == by.name && err == nil && len(had) >= 4 && binary.BigEndian.Uint32(had) == by.hash {
			continue
		}
		out = append(out, l...)
	}
	if out = append(out, line...); len(out) > MaxCheckpoint {
		return bad("the checkpoint has no room for it")
	}
	return out, nil
}
