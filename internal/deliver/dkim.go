// SPDX-License-Identifier: EUPL-1.2

package deliver

import (
	"bytes"
	"crypto"
	"slices"

	"github.com/emersion/go-msgauth/dkim"

	"iolaus/internal/iru"
)

// DKIM is a signing key (RFC 6376, RFC 8463). The public half stands in the DNS at Selector._domainkey.Domain.
type DKIM struct {
	Domain, Selector string
	Key              crypto.Signer // *rsa.PrivateKey or ed25519.PrivateKey
}

// signed lists the fields under the signature. From, Reply-To, To and Subject stand twice: a second one added on the way breaks it
// (RFC 6376, section 8.15).
var signed = []string{"From", "From", "Reply-To", "Reply-To", "To", "To", "Subject", "Subject", "Date", "Message-ID", "In-Reply-To",
	"References", "Auto-Submitted", "X-Iolaus-Reference", "X-Iolaus-Instrument", "MIME-Version", "Content-Type", "Content-Transfer-Encoding"}

// sign puts a DKIM-Signature field before the mail.
func (d *DKIM) sign(mail []byte) ([]byte, error) {
	keys := slices.Clone(signed)
	header, _, _ := bytes.Cut(mail, []byte("\r\n\r\n"))
	for range 1 + bytes.Count(header, []byte("\r\nX-Iolaus-Target:")) {
		keys = append(keys, "X-Iolaus-Target")
	}
	var out bytes.Buffer
	out.Grow(len(mail) + 1024)
	err := dkim.Sign(&out, bytes.NewReader(mail), &dkim.SignOptions{
		Domain: d.Domain, Selector: d.Selector, Signer: d.Key, Hash: crypto.SHA256,
		HeaderCanonicalization: dkim.CanonicalizationRelaxed, BodyCanonicalization: dkim.CanonicalizationRelaxed,
		HeaderKeys: keys,
	})
	if err != nil {
		// A key that cannot sign must stop the mail, not send it bare.
		return nil, &Failure{Kind: iru.Invalid, Phase: "sign", Words: "the DKIM key, domain or selector does not serve", Err: err}
	}
	return out.Bytes(), nil
}
