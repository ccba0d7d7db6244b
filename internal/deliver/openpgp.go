// SPDX-License-Identifier: EUPL-1.2

package deliver

import (
	"bytes"
	"fmt"
	"strings"
	"time"

	armor2 "github.com/ProtonMail/go-crypto/openpgp/armor"
	"github.com/ProtonMail/go-crypto/openpgp/packet"
	"github.com/ProtonMail/gopenpgp/v3/crypto"

	"iolaus/internal/iru"
)

// PGP is the unit's own OpenPGP key (RFC 9580). Make it by NewPGP.
type PGP struct{ key *crypto.Key }

// NewPGP reads a private key, armoured, unlocked by its passphrase ("" if it has none). Errors are Invalid.
func NewPGP(armored []byte, passphrase string) (*PGP, error) {
	k, err := crypto.NewKeyFromArmored(string(armored))
	if err != nil {
		return nil, fmt.Errorf("read OpenPGP key: %v: %w", err, iru.Invalid)
	}
	if !k.IsPrivate() {
		return nil, fmt.Errorf("read OpenPGP key: it is a public key, our own private one is needed: %w", iru.Invalid)
	}
	if locked, err := k.IsLocked(); err == nil && locked {
		if k, err = k.Unlock([]byte(passphrase)); err != nil {
			return nil, fmt.Errorf("unlock OpenPGP key: %v: %w", err, iru.Invalid)
		}
	}
	return &PGP{k}, nil
}

// Expires is when the key ends; zero: never.
func (p *PGP) Expires() time.Time {
	e := p.key.GetEntity()
	sig, err := e.PrimarySelfSignature(time.Time{}, nil)
	if err != nil || sig.KeyLifetimeSecs == nil || *sig.KeyLifetimeSecs == 0 {
		return time.Time{}
	}
	return e.PrimaryKey.CreationTime.Add(time.Duration(*sig.KeyLifetimeSecs) * time.Second).UTC()
}

// Name is the key's fingerprint.
func (p *PGP) Name() string { return p.key.GetFingerprint() }

// readPGP reads an addressee's public key.
func readPGP(armored string, at time.Time) (*crypto.Key, *Failure) {
	k, err := crypto.NewKeyFromArmored(armored)
	switch {
	case err != nil:
		return nil, unsealed("the addressee's OpenPGP key cannot be read", err)
	case k.IsPrivate():
		return nil, unsealed("the addressee's OpenPGP key is a private one: it must not be here", nil)
	case k.IsRevoked(at.Unix()) || k.IsExpired(at.Unix()):
		return nil, unsealed("the addressee's OpenPGP key has expired or was revoked", nil)
	case !k.CanEncrypt(at.Unix()):
		return nil, unsealed("the addressee's OpenPGP key is not for encryption", nil)
	}
	return k, nil
}

// sign wraps an entity in multipart/signed with a detached signature (RFC 3156, section 5).
func (p *PGP) sign(entity []byte, at time.Time) ([]byte, error) {
	h, err := crypto.PGP().Sign().SigningKey(p.key).Detached().SignTime(at.Unix()).New()
	if err != nil {
		return nil, unsealed("the mail could not be signed", err)
	}
	sig, err := h.Sign(entity, crypto.Bytes)
	if err != nil {
		return nil, unsealed("the mail could not be signed; see iolaus doctor", err)
	}
	algorithm, err := hashOf(sig)
	if err != nil {
		return nil, err
	}
	armored, err := armor(sig, "PGP SIGNATURE")
	if err != nil {
		return nil, err
	}
	mark, err := boundary()
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	head(&b, "Content-Type", `multipart/signed; protocol="application/pgp-signature"; micalg=`+algorithm+`; boundary="`+mark+`"`)
	b.WriteString("\r\nThis is a signed message (OpenPGP).\r\n\r\n--" + mark + "\r\n")
	b.Write(entity)
	b.WriteString("\r\n--" + mark + "\r\n")
	head(&b, "Content-Type", `application/pgp-signature; name="signature.asc"`)
	b.WriteString("\r\n")
	b.WriteString(armored)
	b.WriteString("\r\n--" + mark + "--\r\n")
	return b.Bytes(), nil
}

// encrypt wraps an entity in multipart/encrypted, signed inside where we have a key (RFC 3156, sections 4 and 6.2). p may be nil.
func (p *PGP) encrypt(entity []byte, to string, at time.Time) ([]byte, error) {
	k, f := readPGP(to, at)
	if f != nil {
		return nil, f
	}
	e := crypto.PGP().Encryption().Recipient(k).EncryptionTime(at.Unix())
	if p != nil {
		e = e.SigningKey(p.key).SignTime(at.Unix())
	}
	h, err := e.New()
	if err != nil {
		return nil, unsealed("the mail could not be encrypted", err)
	}
	m, err := h.Encrypt(entity)
	if err != nil {
		return nil, unsealed("the mail could not be encrypted; see iolaus doctor", err)
	}
	armored, err := armor(m.Bytes(), "PGP MESSAGE")
	if err != nil {
		return nil, err
	}
	mark, err := boundary()
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	head(&b, "Content-Type", `multipart/encrypted; protocol="application/pgp-encrypted"; boundary="`+mark+`"`)
	b.WriteString("\r\nThis is an encrypted message (OpenPGP).\r\n\r\n--" + mark + "\r\n")
	head(&b, "Content-Type", "application/pgp-encrypted")
	b.WriteString("\r\nVersion: 1\r\n\r\n--" + mark + "\r\n")
	head(&b, "Content-Type", `application/octet-stream; name="encrypted.asc"`)
	head(&b, "Content-Disposition", `inline; filename="encrypted.asc"`)
	b.WriteString("\r\n")
	b.WriteString(armored)
	b.WriteString("\r\n--" + mark + "--\r\n")
	return b.Bytes(), nil
}

// hashOf is the micalg of a signature (RFC 3156, section 5).
func hashOf(sig []byte) (string, error) {
	p, err := packet.NewReader(bytes.NewReader(sig)).Next()
	s, ok := p.(*packet.Signature)
	if err != nil || !ok {
		return "", unsealed("the signature cannot be read back", err)
	}
	return "pgp-" + strings.ToLower(strings.ReplaceAll(s.Hash.String(), "-", "")), nil
}

// armor writes bytes in ASCII, lines ended as mail wants them.
func armor(data []byte, kind string) (string, error) {
	var b bytes.Buffer
	w, err := armor2.Encode(&b, kind, nil)
	if err == nil {
		_, err = w.Write(data)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		return "", unsealed("the mail could not be written", err)
	}
	return strings.ReplaceAll(strings.TrimSpace(strings.ReplaceAll(b.String(), "\r\n", "\n")), "\n", "\r\n") + "\r\n", nil
}
