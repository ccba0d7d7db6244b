// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"net/url"
	"strings"

	"golang.org/x/net/publicsuffix"

	"iolaus/internal/desk"
	"iolaus/internal/fetch"
	"iolaus/internal/iru"
	"iolaus/internal/locator"
	"iolaus/internal/recognise"
)

// What a page leads to, beside its links, at most; and from how many registered names on a certificate is taken for one that a company shares among its
// customers: an outlet's own names are few.
const (
	maxResources = 20
	sharedNames  = 12
)

// redirectOf is where a server sent its reader.
func redirectOf(r *fetch.Response) []desk.Link {
	if r == nil || r.Final == "" || hostOf(r.Final) == hostOf(r.URL) {
		return nil
	}
	return []desk.Link{{URL: r.Final, Text: "the server sends its readers there", Source: iru.LeadRedirect}}
}

// pageLeads are the addresses to which a page leads otherwise than by its links. Scripts are left out: they are the counters and kits that thousands share.
func pageLeads(at string, g *recognise.Page) []desk.Link {
	var out []desk.Link
	if g.Refresh != "" && hostOf(g.Refresh) != hostOf(at) {
		out = append(out, desk.Link{URL: g.Refresh, Text: "the page sends its readers there", Source: iru.LeadRedirect})
	}
	if g.Canonical != "" && hostOf(g.Canonical) != hostOf(at) {
		out = append(out, desk.Link{URL: g.Canonical, Text: "the page says that this is its address", Source: iru.LeadRedirect})
	}
	for _, list := range []struct {
		of  []string
		how string
	}{{g.Images, "a picture on the page"}, {g.Media, "a film or sound on the page"}} {
		seen := map[string]bool{hostOf(at): true, "": true}
		for _, u := range list.of {
			if h := hostOf(u); !seen[h] && len(out) < maxResources {
				seen[h] = true
				out = append(out, desk.Link{URL: u, Text: list.how, Source: iru.LeadResource})
			}
		}
	}
	return append(out, textLeads(g.Text)...)
}

// textLeads are the addresses that a text names.
func textLeads(text string) []desk.Link {
	var out []desk.Link
	for _, m := range locator.Announced(text) {
		out = append(out, desk.Link{URL: m.Locator.String(), Text: m.Words, Source: iru.LeadText})
	}
	return out
}

// certificateLeads are the other names on the certificate of a server, unless there are so many that it is shared.
func certificateLeads(r *fetch.Response) []desk.Link {
	c := r.TLS.Leaf()
	if c == nil {
		return nil
	}
	var out []desk.Link
	sites := map[string]bool{}
	for _, n := range c.DNSNames {
		n = strings.ToLower(strings.TrimPrefix(n, "*."))
		site, err := publicsuffix.EffectiveTLDPlusOne(n)
		if err != nil || n == hostOf(r.Final) {
			continue
		}
		sites[site] = true
		out = append(out, desk.Link{URL: "https://" + n + "/", Text: "another name on the certificate", Source: iru.LeadCertificate, Document: "certificate " + r.TLS.Fingerprint})
	}
	if len(sites) > sharedNames {
		return nil
	}
	return out
}

func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return strings.ToLower(u.Hostname())
}
