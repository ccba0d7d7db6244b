// SPDX-License-Identifier: EUPL-1.2

package peer

import (
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strings"
)

// MaxCard is the greatest length of a card's text, in bytes.
const MaxCard = 4096

// Card is what a partner has to know of an installation: where it is and its public keys, signed by itself. Whoever takes one compares
// the Fingerprint with its owner on another way, such as the telephone.
type Card struct {
	Name    string            // of the unit, at most 120 bytes
	Country string            // two capital letters
	URL     string            // https, host and perhaps port
	Sign    ed25519.PublicKey // signs messages and cards
	Seal    string            // age recipient (X25519) to which messages are sealed
	TLS     [32]byte          // SHA-256 of the SubjectPublicKeyInfo of its TLS key
	Witness ed25519.PublicKey // cosigns checkpoints of partners' logs
	Follows [32]byte          // id of the keys before these; zero if they are the first

	signature, succession []byte // by Sign, and by the key before it
}

const (
	cardHead       = "iolaus/peer/card/v1\n"
	keyHead        = "iolaus/peer/key/v1\n"
	successionHead = "iolaus/peer/succession/v1\n"
)

func b64(b []byte) string { return base64.StdEncoding.EncodeToString(b) }

// keys are the lines that say which keys they are.
func (c Card) keys() string {
	return fmt.Sprintf("sign %s\nseal %s\ntls %s\nwitness %s\n", b64(c.Sign), c.Seal, b64(c.TLS[:]), b64(c.Witness))
}

// signed is the text that the signature is over.
func (c Card) signed() string {
	text := cardHead + "name " + c.Name + "\ncountry " + c.Country + "\nurl " + c.URL + "\n" + c.keys()
	if c.Follows != [32]byte{} {
		text += "follows " + hex.EncodeToString(c.Follows[:]) + "\n"
	}
	return text
}

// Text is the card as it is handed over. Only a card that was signed or parsed has one that parses.
func (c Card) Text() string {
	text := c.signed() + "signed " + b64(c.signature) + "\n"
	if c.Follows != [32]byte{} {
		text += "followed " + b64(c.succession) + "\n"
	}
	return text
}

// ID names its keys, all of them: SHA-256 over their lines.
func (c Card) ID() [32]byte { return sha256.Sum256([]byte(keyHead + c.keys())) }

// Fingerprint is the id as eight groups of five digits (132 bits), to be read over the telephone in any language.
func (c Card) Fingerprint() string {
	id := c.ID()
	sum := sha512.Sum512(append([]byte("iolaus/peer/fingerprint/v1\n"), id[:]...))
	groups := make([]string, 8)
	for i := range groups {
		five := append(make([]byte, 3), sum[5*i:5*i+5]...)
		groups[i] = fmt.Sprintf("%05d", binary.BigEndian.Uint64(five)%100000)
	}
	return strings.Join(groups, " ")
}

// Card signs a card with that name, country and address. A card with a part that ParseCard refuses is not signed: the error is
// Invalid.
func (id Identity) Card(name, country, url string) (Card, error) {
	c := id.card
	c.Name, c.Country, c.URL = name, country, url
	return id.signCard(c, nil)
}

// Succeed signs a card of new keys, which those of the identity before them confirm: who has confirmed the earlier card need not
// compare fingerprints again.
func (id Identity) Succeed(before Identity, name, country, url string) (Card, error) {
	c := id.card
	c.Name, c.Country, c.URL, c.Follows = name, country, url, before.ID()
	return id.signCard(c, before.sign)
}

func (id Identity) signCard(c Card, before ed25519.PrivateKey) (Card, error) {
	if err := c.check(); err != nil {
		return Card{}, fmt.Errorf("sign card: %w", err)
	}
	text := c.signed()
	c.signature = ed25519.Sign(id.sign, []byte(text))
	if before != nil {
		c.succession = ed25519.Sign(before, []byte(successionHead+text))
	}
	return c, nil
}

// CheckSuccession says whether next was signed by the keys of before as well. Errors: Sender (it follows other keys), Forged.
func CheckSuccession(before, next Card) error {
	switch {
	case next.Follows != before.ID():
		return wrong("follow card", Sender, "it follows other keys than those of %.120q", before.Name)
	case len(before.Sign) != ed25519.PublicKeySize || !ed25519.Verify(before.Sign, []byte(successionHead+next.signed()), next.succession):
		return wrong("follow card", Forged, "the earlier key of %.120q has not signed it", before.Name)
	}
	return nil
}
