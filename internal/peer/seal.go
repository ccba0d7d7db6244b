// SPDX-License-Identifier: EUPL-1.2

package peer

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"

	"filippo.io/age"
)

// maxHeader is the greatest length of the header of a sealed message, which names one recipient in about 170 bytes.
const maxHeader = 2 << 10

// Seal signs a message and encrypts it to a partner. From and To are set here; the same message sealed twice differs, so what was
// sealed is kept and sent again as it is. Its faults: Malformed, TooLarge.
func Seal(id Identity, to Card, m Message) ([]byte, error) {
	m.From, m.To = id.ID(), to.ID()
	if err := m.check(); err != nil {
		return nil, fmt.Errorf("seal message: %w", err)
	}
	recipient, err := age.ParseX25519Recipient(to.Seal)
	if err != nil {
		return nil, wrong("seal message", Malformed, "the card has no sealing key")
	}
	text := m.encode()
	var out bytes.Buffer
	out.Grow(len(text) + overhead)
	w, err := age.Encrypt(&out, recipient)
	if err == nil {
		_, err = w.Write(append(text, ed25519.Sign(id.sign, text)...))
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil { // such as a key of low order, which age refuses
		return nil, fmt.Errorf("seal message: %w: %w", Malformed, err)
	}
	return out.Bytes(), nil
}

// Open decrypts a message and checks that the partner signed it for this identity. Where the installation changed its keys, more than
// one identity can be given. Its faults: TooLarge, Unsealed, Truncated, Malformed, Forged, Sender, Recipient.
func Open(id Identity, from Card, sealed []byte, earlier ...Identity) (Message, error) {
	const verb = "open message"
	if len(sealed) > MaxSealed {
		return Message{}, wrong(verb, TooLarge, "%d bytes; at most %d", len(sealed), MaxSealed)
	}
	if head := sealed[:min(len(sealed), maxHeader)]; !bytes.Contains(head, []byte("\n--- ")) { // the last line of age's header
		if len(sealed) < maxHeader {
			return Message{}, wrong(verb, Truncated, "%d bytes hold no header", len(sealed))
		}
		return Message{}, wrong(verb, Malformed, "its header is longer than %d bytes: each recipient in it costs time", maxHeader)
	}
	ids := []age.Identity{id.seal}
	for _, e := range earlier {
		ids = append(ids, e.seal)
	}
	r, err := age.Decrypt(bytes.NewReader(sealed), ids...)
	if err != nil {
		return Message{}, wrong(verb, Unsealed, "no key of ours opens it")
	}
	plain, err := io.ReadAll(io.LimitReader(r, MaxBody+overhead+1))
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		return Message{}, wrong(verb, Truncated, "it ends in the middle")
	case err != nil:
		return Message{}, wrong(verb, Unsealed, "its bytes are damaged")
	}
	m, err := Verify(from, plain)
	if err != nil {
		return Message{}, fmt.Errorf("%s: %w", verb, err)
	}
	mine := m.To == id.ID()
	for _, e := range earlier {
		mine = mine || m.To == e.ID()
	}
	if !mine {
		return Message{}, wrong(verb, Recipient, "it is for %x", m.To[:8])
	}
	return m, nil
}

// Verify checks a message in the clear, as Signed gives it: whoever has that and the sender's card can see that the sender signed it, and
// for whom. Its faults: Truncated, Malformed, TooLarge, Sender, Forged.
func Verify(from Card, signed []byte) (Message, error) {
	const verb = "verify message"
	if len(signed) < ed25519.SignatureSize {
		return Message{}, wrong(verb, Truncated, "%d bytes are too few", len(signed))
	}
	text, signature := signed[:len(signed)-ed25519.SignatureSize], signed[len(signed)-ed25519.SignatureSize:]
	m, err := decode(text)
	if err != nil {
		return Message{}, err
	}
	if m.From != from.ID() {
		return Message{}, wrong(verb, Sender, "it is from %x and not from %x", m.From[:8], idHead(from))
	}
	if len(from.Sign) != ed25519.PublicKeySize || !ed25519.Verify(from.Sign, text, signature) {
		return Message{}, wrong(verb, Forged, "message %d of epoch %d", m.Seq, m.Epoch)
	}
	m.signed = signed
	return m, nil
}

func idHead(c Card) []byte {
	id := c.ID()
	return id[:8]
}

// Digest names a sealed message: its SHA-256.
func Digest(sealed []byte) [32]byte { return sha256.Sum256(sealed) }
