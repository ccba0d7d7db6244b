// SPDX-License-Identifier: EUPL-1.2

package peer

import (
	"bytes"
	"crypto/ed25519"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"strings"

	"filippo.io/age"

	"iolaus/internal/iru"
)

const (
	identityHead = "iolaus-peer-secret-v1:"
	derivation   = "iolaus/peer/v1"
)

// Identity is the secret of one installation towards its partners: 32 bytes from which all keys follow (HKDF-SHA-256), and these.
// The zero Identity is of no use.
type Identity struct {
	secret  [32]byte
	sign    ed25519.PrivateKey
	seal    *age.X25519Identity
	tls     ed25519.PrivateKey
	witness ed25519.PrivateKey
	card    Card // its keys only
}

// NewIdentity makes an identity from 32 bytes of rand. Its error is Unavailable.
func NewIdentity(rand io.Reader) (Identity, error) {
	var secret [32]byte
	if _, err := io.ReadFull(rand, secret[:]); err != nil {
		return Identity{}, fmt.Errorf("make partner identity: %w: %w", iru.Unavailable, err)
	}
	return identityOf(secret)
}

func identityOf(secret [32]byte) (Identity, error) {
	id := Identity{secret: secret}
	var err error
	key := func(label string) (k []byte) {
		if err == nil {
			k, err = id.derive(label)
		}
		return k
	}
	sign, seal, tls, witness := key("sign"), key("seal"), key("tls"), key("witness")
	if err != nil {
		return Identity{}, err
	}
	id.sign, id.tls, id.witness = ed25519.NewKeyFromSeed(sign), ed25519.NewKeyFromSeed(tls), ed25519.NewKeyFromSeed(witness)
	if id.seal, err = age.ParseX25519Identity(strings.ToUpper(bech32("age-secret-key-", seal))); err != nil {
		return Identity{}, fmt.Errorf("make partner identity: %w: %w", iru.Internal, err)
	}
	pin, err := pinOf(id.tls.Public())
	if err != nil {
		return Identity{}, err
	}
	id.card = Card{
		Sign: id.sign.Public().(ed25519.PublicKey), Seal: id.seal.Recipient().String(), TLS: pin,
		Witness: id.witness.Public().(ed25519.PublicKey),
	}
	return id, nil
}

// derive gives 32 bytes for one purpose.
func (id Identity) derive(label string) ([]byte, error) {
	k, err := hkdf.Key(sha256.New, id.secret[:], []byte(derivation), label, 32)
	if err != nil {
		return nil, fmt.Errorf("derive partner key: %w: %w", iru.Internal, err)
	}
	return k, nil
}

// ID is the id of its keys, which a Card has too.
func (id Identity) ID() [32]byte { return id.card.ID() }

// Pin is SHA-256 of its TLS key.
func (id Identity) Pin() [32]byte { return id.card.TLS }

// Text is the secret as a line to keep in a file that nobody else reads.
func (id Identity) Text() string {
	return identityHead + base64.StdEncoding.EncodeToString(id.secret[:])
}

// String hides the secret from logs.
func (id Identity) String() string { return fmt.Sprintf("identity %x", id.ID()) }

// GoString hides the secret from logs.
func (id Identity) GoString() string { return id.String() }

// ParseIdentities reads a file of identities: a line each, the newest first; # begins a remark. Its error is Invalid and quotes
// nothing of the text.
func ParseIdentities(text []byte) ([]Identity, error) {
	var ids []Identity
	for n, line := range bytes.Split(text, []byte("\n")) {
		l := strings.TrimSpace(string(line))
		if l == "" || strings.HasPrefix(l, "#") {
			continue
		}
		encoded, ok := strings.CutPrefix(l, identityHead)
		raw, err := base64.StdEncoding.Strict().DecodeString(encoded)
		if !ok || err != nil || len(raw) != 32 {
			return nil, iru.Refuse(iru.Invalid, fmt.Sprintf("line %d of the partner identities is none", n+1), "restore the file from a backup")
		}
		id, err := identityOf([32]byte(raw))
		if err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	if len(ids) == 0 {
		return nil, iru.Refuse(iru.Invalid, "there is no partner identity", "restore the file from a backup")
	}
	return ids, nil
}
