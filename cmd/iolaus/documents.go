// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"crypto"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"time"

	"iolaus/internal/form"
	"iolaus/internal/iru"
)

// documentsConfig says with what documents are signed. Without it they are not, and say so.
type documentsConfig struct {
	Key         string `toml:"key"`         // file with the key, PEM
	Certificate string `toml:"certificate"` // file with its certificate and those above it, PEM
}

func (d documentsConfig) check() error {
	switch {
	case d.Key == "" && d.Certificate != "":
		return &keyError{"documents.key", "a certificate without its key signs nothing"}
	case d.Key != "" && d.Certificate == "":
		return &keyError{"documents.certificate", "a key without its certificate signs nothing"}
	}
	return nil
}

// signer reads key and certificate; nil where there are none.
func (d documentsConfig) signer() (*form.Signer, error) {
	if d.Key == "" {
		return nil, nil
	}
	key, err := readKey(d.Key)
	if err != nil {
		return nil, err
	}
	chain, err := readChain(d.Certificate)
	if err != nil {
		return nil, err
	}
	s := &form.Signer{Key: key, Chain: chain}
	if err := s.Check(chain[0].NotBefore); err != nil { // whether it is expired is asked when it signs
		return nil, fmt.Errorf("%w: %w", iru.Invalid, err)
	}
	return s, nil
}

func readKey(name string) (crypto.Signer, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("read the key of documents: %w", err)
	}
	for {
		var b *pem.Block
		if b, text = pem.Decode(text); b == nil {
			return nil, iru.Refuse(iru.Invalid, name+" holds no private key in PEM form", "write it as PKCS #8, without a password")
		}
		for _, parse := range []func([]byte) (any, error){x509.ParsePKCS8PrivateKey,
			func(der []byte) (any, error) { return x509.ParsePKCS1PrivateKey(der) }, func(der []byte) (any, error) { return x509.ParseECPrivateKey(der) }} {
			if k, err := parse(b.Bytes); err == nil {
				if s, ok := k.(crypto.Signer); ok {
					return s, nil
				}
			}
		}
	}
}

func readChain(name string) ([]*x509.Certificate, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("read the certificate of documents: %w", err)
	}
	var chain []*x509.Certificate
	for {
		var b *pem.Block
		if b, text = pem.Decode(text); b == nil {
			break
		}
		if b.Type != "CERTIFICATE" {
			continue
		}
		c, err := x509.ParseCertificate(b.Bytes)
		if err != nil {
			return nil, iru.Refuse(iru.Invalid, fmt.Sprintf("%s holds a certificate that cannot be read: %v", name, err), "")
		}
		chain = append(chain, c)
	}
	if len(chain) == 0 {
		return nil, iru.Refuse(iru.Invalid, name+" holds no certificate in PEM form", "write the key's own first, then those above it")
	}
	return chain, nil
}

// expiring is how long before its end a certificate is told.
const expiring = 30 * 24 * time.Hour

// checkDocuments asks whether documents can be signed.
func checkDocuments(_ context.Context, c config) (string, error) {
	s, err := c.Documents.signer()
	if err != nil {
		return "", fmt.Errorf("%w; check documents.key and documents.certificate", err)
	}
	if s == nil {
		return "", fmt.Errorf("%w: documents leave without a signature, and say so. Name a key and a certificate in [documents]", errMissing)
	}
	now := time.Now()
	if err := s.Check(now); err != nil {
		return "", fmt.Errorf("%w; no act leaves until documents.certificate is renewed", errors.Join(iru.Invalid, err))
	}
	until := s.Chain[0].NotAfter
	if until.Sub(now) < expiring {
		return "", fmt.Errorf("%w: the certificate of %s expires on %s; renew documents.certificate before", iru.Invalid, s.Name(), until.UTC().Format(time.DateOnly))
	}
	stamp := "each signature is stamped"
	if len(c.Stamps.Authorities) == 0 {
		stamp = "no authority stamps signatures (stamps.authority)"
	}
	return fmt.Sprintf("signed as %s until %s; %s", s.Name(), until.UTC().Format(time.DateOnly), stamp), nil
}
