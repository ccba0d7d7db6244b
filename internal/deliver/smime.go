// SPDX-License-Identifier: EUPL-1.2

package deliver

import (
	"bytes"
	"crypto"
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"fmt"
	"math/big"
	"time"

	"github.com/smallstep/pkcs7"

	"iolaus/internal/iru"
)

// SMIME is the unit's own certificate for mail (RFC 8551), with its key. Make it by NewSMIME.
type SMIME struct {
	key   crypto.Signer
	chain []*x509.Certificate // ours first
}

// NewSMIME reads a certificate with those above it, and its key, both PEM (PKCS #8, PKCS #1 or SEC 1). Keys are RSA or ECDSA. Errors are
// Invalid.
func NewSMIME(certificates, key []byte) (*SMIME, error) {
	chain, err := readCertificates(certificates)
	if err != nil {
		return nil, fmt.Errorf("read mail certificate: %w", err)
	}
	k, err := readKey(key)
	if err != nil {
		return nil, fmt.Errorf("read mail key: %w", err)
	}
	pub, ok := k.Public().(interface{ Equal(crypto.PublicKey) bool })
	if !ok || !pub.Equal(chain[0].PublicKey) {
		return nil, fmt.Errorf("read mail key: it is not the key of the certificate of %s: %w", words(chain[0].Subject.CommonName), iru.Invalid)
	}
	return &SMIME{key: k, chain: chain}, nil
}

// Expires is when the certificate ends.
func (s *SMIME) Expires() time.Time { return s.chain[0].NotAfter }

// Name is whose certificate it is: its mail address, else its common name.
func (s *SMIME) Name() string {
	if a := s.chain[0].EmailAddresses; len(a) > 0 {
		return words(a[0])
	}
	return words(s.chain[0].Subject.CommonName)
}

func readCertificates(text []byte) (chain []*x509.Certificate, err error) {
	for rest := text; ; {
		var b *pem.Block
		if b, rest = pem.Decode(rest); b == nil {
			break
		}
		if b.Type != "CERTIFICATE" {
			continue
		}
		c, err := x509.ParseCertificate(b.Bytes)
		if err != nil {
			return nil, fmt.Errorf("%v: %w", err, iru.Invalid)
		}
		chain = append(chain, c)
	}
	if len(chain) == 0 {
		return nil, fmt.Errorf("no certificate in PEM form: %w", iru.Invalid)
	}
	return chain, nil
}

func readKey(text []byte) (crypto.Signer, error) {
	for rest := text; ; {
		var b *pem.Block
		if b, rest = pem.Decode(rest); b == nil {
			return nil, fmt.Errorf("no private key in PEM form: %w", iru.Invalid)
		}
		var k any
		var err error
		switch b.Type {
		case "PRIVATE KEY":
			k, err = x509.ParsePKCS8PrivateKey(b.Bytes)
		case "RSA PRIVATE KEY":
			k, err = x509.ParsePKCS1PrivateKey(b.Bytes)
		case "EC PRIVATE KEY":
			k, err = x509.ParseECPrivateKey(b.Bytes)
		default:
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("%v: %w", err, iru.Invalid)
		}
		switch k := k.(type) {
		case *rsa.PrivateKey:
			return k, nil
		case *ecdsa.PrivateKey:
			return k, nil
		}
		return nil, fmt.Errorf("a key of type %T; RSA or ECDSA is needed: %w", k, iru.Invalid)
	}
}

// sign wraps an entity in multipart/signed with a detached CMS signature (RFC 8551, section 3.5.3).
func (s *SMIME) sign(entity []byte, at time.Time) ([]byte, error) {
	if c := s.chain[0]; at.After(c.NotAfter) || at.Before(c.NotBefore) {
		return nil, unsealed("the unit's own certificate for mail is not valid on this day; see iolaus doctor", nil)
	}
	sd, err := pkcs7.NewSignedData(entity)
	if err != nil {
		return nil, unsealed("the mail could not be signed", err)
	}
	sd.SetDigestAlgorithm(pkcs7.OIDDigestAlgorithmSHA256)
	if err := sd.AddSignerChain(s.chain[0], s.key, s.chain[1:], pkcs7.SignerInfoConfig{}); err != nil {
		return nil, unsealed("the mail could not be signed", err)
	}
	sd.Detach()
	der, err := sd.Finish()
	if err != nil {
		return nil, unsealed("the mail could not be signed", err)
	}
	mark, err := boundary()
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	head(&b, "Content-Type", `multipart/signed; protocol="application/pkcs7-signature"; micalg=sha-256; boundary="`+mark+`"`)
	b.WriteString("\r\nThis is a signed message (S/MIME).\r\n\r\n--" + mark + "\r\n")
	b.Write(entity)
	b.WriteString("\r\n--" + mark + "\r\n")
	head(&b, "Content-Type", `application/pkcs7-signature; name="smime.p7s"`)
	head(&b, "Content-Disposition", `attachment; filename="smime.p7s"`)
	head(&b, "Content-Transfer-Encoding", "base64")
	b.WriteString("\r\n")
	base64Lines(&b, der)
	b.WriteString("--" + mark + "--\r\n")
	return b.Bytes(), nil
}

// CheckSealKey refuses a key that mail cannot be encrypted to at a time: no certificate or no public key, expired, or not for encryption.
// Errors are Invalid and say why.
func CheckSealKey(s iru.Seal, key string, at time.Time) error {
	switch s {
	case iru.NoSeal:
		return nil
	case iru.SealSMIME:
		_, err := receiving(key, at)
		return asError(err)
	case iru.SealOpenPGP:
		_, err := readPGP(key, at)
		return asError(err)
	}
	return fmt.Errorf("check key: there is no way of sealing called %q: %w", s, iru.Invalid)
}

func asError(f *Failure) error {
	if f == nil {
		return nil
	}
	return f
}

// receiving reads an addressee's certificate.
func receiving(text string, at time.Time) (*x509.Certificate, *Failure) {
	chain, err := readCertificates([]byte(text))
	if err != nil {
		return nil, unsealed("the addressee's certificate cannot be read", err)
	}
	c := chain[0]
	switch _, ok := c.PublicKey.(*rsa.PublicKey); {
	case !ok:
		return nil, unsealed("the addressee's certificate has no RSA key: mail is not encrypted to others", nil)
	case at.After(c.NotAfter) || at.Before(c.NotBefore):
		return nil, unsealed("the addressee's certificate is not valid on this day: it ended "+c.NotAfter.UTC().Format(time.DateOnly), nil)
	case c.KeyUsage != 0 && c.KeyUsage&x509.KeyUsageKeyEncipherment == 0:
		return nil, unsealed("the addressee's certificate is not for encryption", nil)
	}
	return c, nil
}

// CMS (RFC 5652, sections 3 and 6), as far as one recipient with an RSA key needs it.
type (
	envelopedMessage struct {
		Type    asn1.ObjectIdentifier
		Content envelopedData `asn1:"explicit,tag:0"`
	}
	envelopedData struct {
		Version    int
		Recipients []keyTrans `asn1:"set"`
		Content    encryptedContent
	}
	keyTrans struct {
		Version   int
		Issuer    issuerSerial
		Algorithm pkix.AlgorithmIdentifier
		Key       []byte
	}
	issuerSerial struct {
		Issuer asn1.RawValue
		Serial *big.Int
	}
	encryptedContent struct {
		Type      asn1.ObjectIdentifier
		Algorithm pkix.AlgorithmIdentifier
		Content   asn1.RawValue
	}
)

// encryptSMIME wraps an entity in application/pkcs7-mime, enveloped-data: AES-256-CBC under a key that goes by RSA (RFC 8551, section
// 2.7 and 2.3: what every receiver must understand).
func encryptSMIME(entity []byte, certificate string, at time.Time) ([]byte, error) {
	c, f := receiving(certificate, at)
	if f != nil {
		return nil, f
	}
	secret := make([]byte, 32+aes.BlockSize)
	if _, err := rand.Read(secret); err != nil {
		return nil, unsealed("no randomness", err)
	}
	key, iv := secret[:32], secret[32:]
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, unsealed("the mail could not be encrypted", err)
	}
	n := aes.BlockSize - len(entity)%aes.BlockSize
	text := append(bytes.Clone(entity), bytes.Repeat([]byte{byte(n)}, n)...)
	cipher.NewCBCEncrypter(block, iv).CryptBlocks(text, text)
	sealed, err := rsa.EncryptPKCS1v15(rand.Reader, c.PublicKey.(*rsa.PublicKey), key) //nolint:staticcheck // RFC 8551 2.3: the one that all receivers must have
	if err != nil {
		return nil, unsealed("the mail could not be encrypted", err)
	}
	parameter, err := asn1.Marshal(iv)
	if err != nil {
		return nil, unsealed("the mail could not be encrypted", err)
	}
	der, err := asn1.Marshal(envelopedMessage{asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 3}, envelopedData{
		Recipients: []keyTrans{{Issuer: issuerSerial{asn1.RawValue{FullBytes: c.RawIssuer}, c.SerialNumber}, Key: sealed,
			Algorithm: pkix.AlgorithmIdentifier{Algorithm: asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 1}, Parameters: asn1.NullRawValue}}},
		Content: encryptedContent{asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 1},
			pkix.AlgorithmIdentifier{Algorithm: asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 1, 42}, Parameters: asn1.RawValue{FullBytes: parameter}},
			asn1.RawValue{Class: asn1.ClassContextSpecific, Tag: 0, Bytes: text}}}})
	if err != nil {
		return nil, unsealed("the mail could not be encrypted", err)
	}
	var b bytes.Buffer
	head(&b, "Content-Type", `application/pkcs7-mime; smime-type=enveloped-data; name="smime.p7m"`)
	head(&b, "Content-Disposition", `attachment; filename="smime.p7m"`)
	head(&b, "Content-Transfer-Encoding", "base64")
	b.WriteString("\r\n")
	base64Lines(&b, der)
	return b.Bytes(), nil
}
