// SPDX-License-Identifier: EUPL-1.2

package probe

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"iolaus/internal/iru"
)

// A Certificate is what identifies its holder. A re-used key (SPKI) is near decisive for linking sites.
type Certificate struct {
	Names       []string // DNS names and the common name, lower case, each once
	Issuer      string
	Serial      string // hex
	NotBefore   time.Time
	NotAfter    time.Time
	SPKI        string // SHA-256 of SubjectPublicKeyInfo, hex
	Fingerprint string // SHA-256 of the whole, hex
}

const mostNames = 1000

// ParseCertificate reads one certificate in DER. The error is Invalid.
func ParseCertificate(der []byte) (Certificate, error) {
	c, err := x509.ParseCertificate(der)
	if err != nil {
		return Certificate{}, fmt.Errorf("read certificate: %w: %v", iru.Invalid, err)
	}
	spki, whole := sha256.Sum256(c.RawSubjectPublicKeyInfo), sha256.Sum256(c.Raw)
	out := Certificate{Issuer: word(c.Issuer.String()), NotBefore: c.NotBefore.UTC(), NotAfter: c.NotAfter.UTC(),
		SPKI: hex.EncodeToString(spki[:]), Fingerprint: hex.EncodeToString(whole[:])}
	if c.SerialNumber != nil {
		out.Serial = c.SerialNumber.Text(16)
	}
	seen := map[string]bool{}
	for _, n := range append([]string{c.Subject.CommonName}, c.DNSNames...) {
		n = host(n)
		if _, err := plainName(strings.TrimPrefix(n, "*.")); err != nil || seen[n] || len(seen) >= mostNames {
			continue
		}
		seen[n] = true
		out.Names = append(out.Names, n)
	}
	return out, nil
}
