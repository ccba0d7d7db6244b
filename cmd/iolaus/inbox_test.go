// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"log/slog"
	"math/big"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"iolaus/internal/iru"
)

func TestMailKeys(t *testing.T) {
	for text, want := range map[string]string{
		"accept = [\"here\"]":                 "key mail.accept: \"here\" is no range",
		"relays = [\"192.0.2.25\"]":           "key mail.relays: \"192.0.2.25\" is no range",
		"cert = \"a.pem\"":                    "key mail.cert: a certificate and its key",
		"authserv = \"relay.unit-a.test\"":    "key mail.authserv: nobody is named",
		"resolver = \"127.53.0.1\"":           "key mail.resolver: \"127.53.0.1\" is not host:port",
		"listen = \":25\"\nfriends = [\"a\"]": "there is no key mail.friends",
	} {
		cfg := defaults()
		if err := decode("iolaus.toml", []byte("[mail]\n"+text+"\n"), &cfg); !errors.Is(err, iru.Invalid) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v\nwant: %s", text, err, want)
		}
	}
}

// What the file says of mail reaches the inbox: whose word counts, who is asked for keys, how the line is protected.
func TestInboxIsConfigured(t *testing.T) {
	cert, key := certificate(t)
	h := &house{log: slog.New(slog.DiscardHandler), cfg: defaults()}
	h.cfg.Mail = mailConfig{Server: "127.0.0.9:25", Listen: "127.0.0.1:0", Domain: "replies.unit-a.test", Cert: cert, Key: key, Relays: []string{"127.7.0.0/16"}, AuthServ: "relay.unit-a.test", Accept: []string{"127.8.0.0/16"}, Resolver: "127.0.0.1:1"}
	c, err := h.inboxConfig()
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(c.Relays, []netip.Prefix{netip.MustParsePrefix("127.7.0.0/16"), netip.MustParsePrefix("127.0.0.9/32")}) || !slices.Equal(c.Accept, []netip.Prefix{netip.MustParsePrefix("127.8.0.0/16")}) || c.AuthServ != "relay.unit-a.test" {
		t.Errorf("%+v", c)
	}
	if _, err := c.LookupTXT("s._domainkey.provider.test"); err == nil || !strings.Contains(err.Error(), "127.0.0.1") {
		t.Errorf("the named server is not asked: %v", err)
	}
	if got, err := c.TLS.GetCertificate(&tls.ClientHelloInfo{}); err != nil || len(got.Certificate) != 1 {
		t.Errorf("certificate: %v", err)
	}
	h.cfg.Mail.Cert, h.cfg.Mail.Key = key, cert
	if _, err := h.inboxConfig(); err == nil {
		t.Error("a wrong certificate shows at the first connection only")
	}
	// Nobody outside is asked from a training network.
	h.cfg.Mail = mailConfig{Server: "mail.unit-a.test:25", Listen: "127.0.0.1:0"}
	h.cfg.Network.Allow = []string{"127.0.0.0/8"}
	if c, err := h.inboxConfig(); err != nil || c.LookupTXT != nil || c.Relays != nil || c.Accept != nil || c.TLS != nil {
		t.Errorf("%+v %v", c, err)
	}
}

func certificate(t *testing.T) (cert, key string) {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.CreateCertificate(rand.Reader, &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: []string{"replies.unit-a.test"}, NotAfter: time.Now().Add(time.Hour)},
		&x509.Certificate{SerialNumber: big.NewInt(1)}, k.Public(), k)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(k)
	if err != nil {
		t.Fatal(err)
	}
	cert, key = filepath.Join(t.TempDir(), "cert.pem"), filepath.Join(t.TempDir(), "key.pem")
	for file, b := range map[string]*pem.Block{cert: {Type: "CERTIFICATE", Bytes: der}, key: {Type: "PRIVATE KEY", Bytes: secret}} {
		if err := os.WriteFile(file, pem.EncodeToMemory(b), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return cert, key
}
