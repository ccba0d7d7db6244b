// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"fmt"
	"strings"

	"iolaus/internal/desk"
	"iolaus/internal/fetch"
	"iolaus/internal/iru"
	"iolaus/internal/link"
	"iolaus/internal/recognise"
)

// mark is a feature of a known kind.
func mark(kind, value string) iru.Feature {
	f := link.New(kind, value)
	return iru.Feature{Family: string(f.Family), Kind: f.Kind, Value: f.Value}
}

// carrierMarks are what the connection itself shows. On a platform they are the platform's own and say nothing of its customers.
func carrierMarks(r *fetch.Response, shared bool) []iru.Feature {
	var out []iru.Feature
	if shared {
		return nil
	}
	if r.TLS != nil && r.TLS.SPKI != "" {
		out = append(out, mark(link.SPKI, r.TLS.SPKI))
	}
	if r.Remote.IsValid() {
		out = append(out, mark(link.Address, r.Remote.Addr().String()))
	}
	return out
}

// pageMarks are what a page shows of who makes it.
func pageMarks(p recognise.Page) []iru.Feature {
	var out []iru.Feature
	for _, id := range p.Analytics {
		out = append(out, mark(link.AnalyticsID, id))
	}
	for _, c := range p.Contacts {
		out = append(out, mark(link.Contact, strings.ToLower(c)))
	}
	for _, f := range link.Shingles(p.Text) {
		out = append(out, iru.Feature{Family: string(f.Family), Kind: f.Kind, Value: f.Value})
	}
	if len(p.Structure) > 0 {
		out = append(out, mark(link.PageStructure, fmt.Sprintf("%016x", recognise.SimHash(p.Structure))))
	}
	return out
}

// feedMarks is the identifier that a feed keeps wherever it is served (RFC 4287, section 4.2.6: permanent, universally unique).
func feedMarks(body []byte) []iru.Feature {
	if id := recognise.FeedID(body); id != "" {
		return []iru.Feature{mark(link.FeedKey, id)}
	}
	return nil
}

// feedLinks are the addresses that a feed announces.
func feedLinks(body []byte) []desk.Link {
	return named(recognise.FeedLinks(body), "announced in a feed")
}

// linksIn finds addresses in plain text: update manifests, feeds, playlists.
func linksIn(body []byte) []desk.Link { return named(recognise.AddressesIn(body), "named in a file") }

func named(addresses []string, where string) []desk.Link {
	var out []desk.Link
	for _, u := range addresses {
		out = append(out, desk.Link{URL: u, Text: where})
	}
	return out
}

// manifestMarks are keys of an update manifest by which the next build is recognised.
func manifestMarks(body []byte) []iru.Feature {
	var out []iru.Feature
	for _, k := range recognise.KeysOf(body) {
		kind := map[string]string{"signer": link.APKSigner, "signer_sha256": link.APKSigner, "key": link.ExtensionKey, "feed_key": link.FeedKey}[k.Name]
		out = append(out, mark(kind, k.Value))
	}
	return out
}
