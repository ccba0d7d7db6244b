// SPDX-License-Identifier: EUPL-1.2

package deliver

import (
	"bufio"
	"bytes"
	"net/netip"
	"regexp"
	"slices"
	"strings"

	"github.com/emersion/go-message/textproto"
	"github.com/emersion/go-msgauth/authres"
	"github.com/emersion/go-msgauth/dkim"

	"iolaus/internal/iru"
	"iolaus/internal/locator"
)

// How the sender of a reply was proved. Whether it is the addressee's own is for the desk to say.
const (
	ByDKIM    = "dkim"      // a signature of the From domain covers what moves the act
	BySPF     = "spf"       // our relay found the server to be one of the From domain's
	ByRelay   = iru.ByRelay // a delivery report of our own mail server
	ByNetwork = "network"   // it came from a network that is taken at its sender's word
)

// An envelope is what the connection said of a mail.
type envelope struct {
	from string // "" for a report
	peer netip.Addr
	ours bool // it lay in our own mailbox
}

// headOf reads the header of a mail.
func headOf(raw []byte) (textproto.Header, bool) {
	h, err := textproto.ReadHeader(bufio.NewReader(bytes.NewReader(raw)))
	return h, err == nil
}

// recognise finds out whether a mail is from where it claims to be. Authenticated tells all that was found, Authentic what proves
// the From domain. Nothing is turned away.
func (b *Inbox) recognise(r *Reply, e envelope) {
	h, ok := headOf(r.Raw)
	if !ok {
		return
	}
	var found []string
	note := func(how, result, domain, field string, proves bool) {
		found = append(found, how+"="+result+" "+field+"="+domain)
		if proves && result == "pass" && r.Authentic == "" {
			r.Authentic = how
			r.Whole = how != ByDKIM
		}
	}
	_, host, _ := strings.Cut(r.From, "@")
	ours, taken := e.ours || within(b.cfg.Relays, e.peer), within(b.cfg.Accept, e.peer)
	single := alone(h, "From") && alone(h, "X-Desk-Event") && alone(h, "Content-Type") // a second one is not the author's
	if id, results, err := authres.Parse(h.Get("Authentication-Results")); err == nil && ours && b.cfg.AuthServ != "" && strings.EqualFold(id, b.cfg.AuthServ) {
		// Only the topmost field of our relay's own connection is its: whatever else there is came with the mail.
		for _, res := range results {
			switch res := res.(type) {
			case *authres.SPFResult:
				note(BySPF, string(res.Value), res.From, "smtp.mailfrom", single && aligned(host, res.From[strings.LastIndexByte(res.From, '@')+1:]))
			case *authres.DKIMResult: // which fields were signed it does not say
				note(ByDKIM, string(res.Value), res.Domain, "header.d", false)
			case *authres.DMARCResult:
				note("dmarc", string(res.Value), res.From, "header.from", false)
			}
		}
	}
	if b.cfg.LookupTXT != nil {
		checks, _ := dkim.VerifyWithOptions(bytes.NewReader(r.Raw), &dkim.VerifyOptions{LookupTXT: b.cfg.LookupTXT, MaxVerifications: 3})
		for _, c := range checks {
			result := "pass"
			if c.Err != nil {
				if result = "fail"; dkim.IsTempFail(c.Err) {
					result = "temperror"
				}
			}
			proves := single && aligned(host, c.Domain) && covers(c.HeaderKeys, h, r)
			note(ByDKIM, result, c.Domain, "header.d", proves)
			r.Whole = r.Whole || proves && result == "pass" && covered(c.HeaderKeys, "Content-Type")
		}
	}
	switch report := slices.Contains(transportActions, r.Delivery) && e.from == ""; {
	case report && (taken || ours && !passedOn(h)):
		r.Authentic = ByRelay
	case r.Authentic == "" && taken && host != "":
		r.Authentic, r.Whole = ByNetwork, true
	}
	r.Authenticated = oneLineOf(strings.Join(found, "; "), 500)
}

func within(nets []netip.Prefix, a netip.Addr) bool {
	return slices.ContainsFunc(nets, func(p netip.Prefix) bool { return p.Contains(a.Unmap()) })
}

// aligned reports whether two names are of one organisation (RFC 7489, section 3.1, relaxed).
func aligned(a, b string) bool { return a != "" && b != "" && site(a) == site(b) }

func site(name string) string {
	name = strings.ToLower(strings.TrimSuffix(name, "."))
	if l, err := locator.Parse(name); err == nil {
		return l.Site()
	}
	return name
}

// covers reports whether a signature holds for the fields that move an act. An old mail of the addressee with our event written above
// it has a valid signature as well.
func covers(signed []string, h textproto.Header, r *Reply) bool {
	need := []string{"From"}
	if h.Has("X-Desk-Event") {
		need = append(need, "X-Desk-Event")
	}
	if r.Delivery != "" {
		need = append(need, "Content-Type")
	}
	return !slices.ContainsFunc(need, func(n string) bool { return !covered(signed, n) })
}

func covered(signed []string, name string) bool {
	return slices.ContainsFunc(signed, func(s string) bool { return strings.EqualFold(strings.TrimSpace(s), name) })
}

func alone(h textproto.Header, name string) bool { return len(h.Values(name)) <= 1 }

// overNet is how a server writes that a mail reached it over the network (RFC 3848).
var overNet = regexp.MustCompile(`(?i)\bwith\s+(utf8)?(e?smtp|lmtp)`)

// passedOn reports whether our relay has the mail from somebody else: what it writes itself did not come to it over the network.
func passedOn(h textproto.Header) bool {
	return slices.ContainsFunc(h.Values("Received"), overNet.MatchString)
}
