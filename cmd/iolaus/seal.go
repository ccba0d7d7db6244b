// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"crypto"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"net"
	"net/mail"
	"os"
	"strings"
	"time"

	"iolaus/internal/deliver"
)

// checkSeal refuses keys that cannot serve, by the key of the configuration that names them.
func (m mailConfig) checkSeal() error {
	switch {
	case (m.SignCertificate == "") != (m.SignKey == ""):
		return &keyError{"mail.sign_certificate", "a certificate and its key go together: mail.sign_certificate and mail.sign_key"}
	case (m.DKIMKey == "") != (m.DKIMSelector == ""):
		return &keyError{"mail.dkim_key", "a key and its selector go together: mail.dkim_key and mail.dkim_selector"}
	}
	if _, _, err := net.SplitHostPort(m.IMAP.Server); m.IMAP.Server != "" && err != nil {
		return &keyError{"mail.imap.server", fmt.Sprintf("%q is not host:port", m.IMAP.Server)}
	}
	if m.IMAP.Server != "" && (m.IMAP.Username == "" || m.Domain == "") {
		return &keyError{"mail.imap.username", "a mailbox needs a user, and mail.domain says which reply addresses are ours"}
	}
	if t := m.IMAP.TLS; t != "" && t != string(deliver.TLSImplicit) && t != string(deliver.TLSStart) && t != string(deliver.TLSNone) {
		return &keyError{"mail.imap.tls", fmt.Sprintf("%q is none of implicit, starttls, none", t)}
	}
	return nil
}

// sealer are the unit's own keys for mail.
func (m mailConfig) sealer() (*deliver.Sealer, error) {
	s := &deliver.Sealer{}
	if m.SignCertificate != "" {
		c, err := os.ReadFile(m.SignCertificate)
		if err != nil {
			return nil, fmt.Errorf("read mail.sign_certificate: %w", err)
		}
		k, err := os.ReadFile(m.SignKey)
		if err != nil {
			return nil, fmt.Errorf("read mail.sign_key: %w", err)
		}
		if s.SMIME, err = deliver.NewSMIME(c, k); err != nil {
			return nil, err
		}
	}
	if m.PGPKey != "" {
		k, err := os.ReadFile(m.PGPKey)
		if err != nil {
			return nil, fmt.Errorf("read mail.pgp_key: %w", err)
		}
		pass, err := password(m.PGPPassphrase)
		if err != nil {
			return nil, err
		}
		if s.PGP, err = deliver.NewPGP(k, pass); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// dkim is the key under which our domain vouches for mail; nil: none.
func (m mailConfig) dkim() (*deliver.DKIM, error) {
	if m.DKIMKey == "" {
		return nil, nil //nolint:nilnil // no key is an answer
	}
	text, err := os.ReadFile(m.DKIMKey)
	if err != nil {
		return nil, fmt.Errorf("read mail.dkim_key: %w", err)
	}
	b, _ := pem.Decode(text)
	if b == nil {
		return nil, &keyError{"mail.dkim_key", "the file holds no key in PEM form"}
	}
	k, err := x509.ParsePKCS8PrivateKey(b.Bytes)
	if err != nil {
		if k, err = x509.ParsePKCS1PrivateKey(b.Bytes); err != nil {
			return nil, &keyError{"mail.dkim_key", err.Error()}
		}
	}
	signer, ok := k.(crypto.Signer)
	if !ok {
		return nil, &keyError{"mail.dkim_key", fmt.Sprintf("a key of type %T does not sign", k)}
	}
	from, err := mail.ParseAddress(m.From)
	if err != nil {
		return nil, &keyError{"mail.from", "the domain that signs is that of the sender"}
	}
	return &deliver.DKIM{Domain: from.Address[strings.LastIndexByte(from.Address, '@')+1:], Selector: m.DKIMSelector, Key: signer}, nil
}

// mailbox is where replies are read by IMAP; nil: nowhere.
func (h *house) mailbox(roots *x509.CertPool) (*deliver.IMAPConfig, error) {
	m := h.cfg.Mail.IMAP
	if m.Server == "" {
		return nil, nil //nolint:nilnil // no mailbox is an answer
	}
	pass, err := password(m.PasswordFile)
	if err != nil {
		return nil, err
	}
	in, err := h.inboxConfig()
	if err != nil {
		return nil, err
	}
	return &deliver.IMAPConfig{Addr: m.Server, TLS: deliver.TLSMode(m.TLS), Roots: roots, Username: m.Username, Password: pass, Mailbox: m.Mailbox, Move: m.Move, Inbox: in}, nil
}

// soonEnds is how long before its end a key is told of.
const soonEnds = 30 * 24 * time.Hour

// checkMailKeys reads the unit's own keys for mail and says when they end.
func checkMailKeys(_ context.Context, c config) (string, error) {
	s, err := c.Mail.sealer()
	if err != nil {
		return "", fmt.Errorf("%w; see mail.sign_certificate and mail.pgp_key", err)
	}
	d, err := c.Mail.dkim()
	if err != nil {
		return "", err
	}
	var found []string
	var bad error
	tell := func(what, name string, ends time.Time) {
		switch left := time.Until(ends); {
		case ends.IsZero():
			found = append(found, what+" "+name+", without end")
		case left <= 0:
			bad = errors.Join(bad, fmt.Errorf("the %s of %s ended on %s: no mail leaves under it; renew it", what, name, ends.UTC().Format(time.DateOnly)))
		case left < soonEnds:
			bad = errors.Join(bad, fmt.Errorf("the %s of %s ends on %s, in %d days; renew it", what, name, ends.UTC().Format(time.DateOnly), int(left.Hours()/24)))
		default:
			found = append(found, what+" "+name+", until "+ends.UTC().Format(time.DateOnly))
		}
	}
	if s.SMIME != nil {
		tell("certificate", s.SMIME.Name(), s.SMIME.Expires())
	}
	if s.PGP != nil {
		tell("OpenPGP key", s.PGP.Name(), s.PGP.Expires())
	}
	if d != nil {
		found = append(found, "DKIM selector "+d.Selector+"._domainkey."+d.Domain)
	}
	switch {
	case bad != nil:
		return "", bad
	case len(found) == 0:
		return "", fmt.Errorf("%w: mail is neither signed nor encrypted by us (mail.sign_certificate, mail.pgp_key, mail.dkim_key)", errMissing)
	}
	return strings.Join(found, "; "), nil
}
