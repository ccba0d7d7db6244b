// SPDX-License-Identifier: EUPL-1.2

package deliver

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"time"

	"iolaus/internal/iru"
)

// A Sealer signs mail with the unit's own keys, and encrypts it for addressees that ask for it. The zero value signs nothing.
type Sealer struct {
	SMIME *SMIME           // nil: not signed by S/MIME
	PGP   *PGP             // nil: OpenPGP mail is encrypted, but not signed
	Now   func() time.Time // nil means time.Now
}

func (s *Sealer) now() time.Time {
	if s == nil || s.Now == nil {
		return time.Now()
	}
	return s.Now()
}

// seal protects a MIME entity as the message wants it: a contact that wants OpenPGP gets that, all others S/MIME where the unit has a
// certificate. private: it is encrypted, so that nothing of it may stand outside. What cannot be protected as wanted does not leave.
func (s *Sealer) seal(entity []byte, m Message) (sealed []byte, private bool, err error) {
	if s == nil {
		s = &Sealer{}
	}
	at := s.now()
	switch m.Seal {
	case iru.NoSeal:
		if s.SMIME == nil {
			return entity, false, nil
		}
		sealed, err = s.SMIME.sign(entity, at)
		return sealed, false, err
	case iru.SealSMIME:
		if s.SMIME != nil {
			if entity, err = s.SMIME.sign(entity, at); err != nil {
				return nil, false, err
			}
		}
		if m.SealKey == "" { // they want it signed, and have no certificate of their own
			if s.SMIME == nil {
				return nil, false, unsealed("the addressee wants S/MIME: neither it nor this unit has a certificate", nil)
			}
			return entity, false, nil
		}
		sealed, err = encryptSMIME(entity, m.SealKey, at)
		return sealed, true, err
	case iru.SealOpenPGP:
		if m.SealKey != "" {
			sealed, err = s.PGP.encrypt(entity, m.SealKey, at)
			return sealed, true, err
		}
		if s.PGP == nil {
			return nil, false, unsealed("the addressee wants OpenPGP: neither it nor this unit has a key", nil)
		}
		sealed, err = s.PGP.sign(entity, at)
		return sealed, false, err
	}
	return nil, false, unsealed("there is no way of sealing called "+words(string(m.Seal)), nil)
}

// unsealed is a failure before anything was sent: a key that cannot do what the addressee wants must stop the mail, not send it bare.
func unsealed(what string, err error) *Failure {
	return &Failure{Kind: iru.Invalid, Phase: "seal", Words: what, Err: err}
}

// boundary is one that is in no part: it is drawn anew for each letter.
func boundary() (string, error) {
	b := make([]byte, 16)
	if _, err := rand.Read(b); err != nil {
		return "", unsealed("no randomness", err)
	}
	return "=_" + hex.EncodeToString(b), nil
}

// base64Lines writes bytes as base64 in lines of 76.
func base64Lines(b *bytes.Buffer, data []byte) {
	line := make([]byte, 76)
	for len(data) > 0 {
		n := min(57, len(data))
		base64.StdEncoding.Encode(line, data[:n])
		b.Write(line[:base64.StdEncoding.EncodedLen(n)])
		b.WriteString("\r\n")
		data = data[n:]
	}
}
