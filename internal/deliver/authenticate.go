// SPDX-License-Identifier: EUPL-1.2

package deliver

import (
	"bufio"
	"bytes"
	"strings"

	"github.com/emersion/go-message/textproto"
	"github.com/emersion/go-msgauth/authres"
	"github.com/emersion/go-msgauth/dkim"
)

// authenticate says whether a mail is from where it claims to be: the results of our own relay if it writes them, and our own
// check of DKIM signatures. It never turns a mail away; a person sees it beside the reply.
func (b *Inbox) authenticate(raw []byte) string {
	var out []string
	if b.cfg.AuthServ != "" {
		// Only the topmost field can be our relay's: whatever stands below came with the mail.
		if h, err := textproto.ReadHeader(bufio.NewReader(bytes.NewReader(raw))); err == nil {
			id, results, err := authres.Parse(h.Get("Authentication-Results"))
			if err == nil && strings.EqualFold(id, b.cfg.AuthServ) {
				for _, r := range results {
					switch r := r.(type) {
					case *authres.SPFResult:
						out = append(out, "spf="+string(r.Value)+" smtp.mailfrom="+r.From)
					case *authres.DKIMResult:
						out = append(out, "dkim="+string(r.Value)+" header.d="+r.Domain)
					case *authres.DMARCResult:
						out = append(out, "dmarc="+string(r.Value)+" header.from="+r.From)
					}
				}
			}
		}
	}
	if b.cfg.LookupTXT != nil {
		checks, _ := dkim.VerifyWithOptions(bytes.NewReader(raw), &dkim.VerifyOptions{LookupTXT: b.cfg.LookupTXT, MaxVerifications: 3})
		for _, c := range checks {
			switch {
			case c.Err == nil:
				out = append(out, "dkim=pass header.d="+c.Domain)
			case dkim.IsTempFail(c.Err):
				out = append(out, "dkim=temperror header.d="+c.Domain)
			default:
				out = append(out, "dkim=fail header.d="+c.Domain)
			}
		}
	}
	return oneLineOf(strings.Join(out, "; "), 500)
}
