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

// plainMarks are what a feed or an update manifest shows of who makes it: the identifier that a feed keeps wherever it is served, the keys
// by which the next build is recognised.
func plainMarks(f recognise.Plain) []iru.Feature {
	var out []iru.Feature
	if f.ID != "" {
		out = append(out, mark(link.FeedKey, clean(f.ID)))
	}
	for _, k := range f.Keys {
		switch k.Name {
		case "signer", "signer_sha256":
			out = append(out, mark(link.APKSigner, clean(k.Value)))
		case "key":
			out = append(out, mark(link.ExtensionKey, clean(k.Value)))
		case "feed_key":
			out = append(out, mark(link.FeedKey, clean(k.Value)))
		}
	}
	return out
}

// linksOf are the addresses that a file announces.
func linksOf(f recognise.Plain, document string) []desk.Link {
	how, source := "named in a file", iru.LeadUpdate
	if f.Feed {
		how, source = "announced in a feed", iru.LeadFeed
	}
	var out []desk.Link
	for _, u := range f.Links {
		out = append(out, desk.Link{URL: u, Text: how, Source: source, Document: document})
	}
	return out
}
