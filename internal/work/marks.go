// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"regexp"
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
	var f struct {
		ID string `xml:"id"`
	}
	if xml.Unmarshal(body, &f) != nil || len(f.ID) == 0 || len(f.ID) > 256 {
		return nil
	}
	return []iru.Feature{mark(link.FeedKey, clean(strings.TrimSpace(f.ID)))}
}

// feedLinks are the addresses that a feed announces: of its links, its enclosures, and the link elements of RSS.
func feedLinks(body []byte) []desk.Link {
	d := xml.NewDecoder(bytes.NewReader(body))
	var out []desk.Link
	in := ""
	for len(out) < maxLinks {
		t, err := d.RawToken()
		if err != nil {
			return out
		}
		switch t := t.(type) {
		case xml.StartElement:
			in = t.Name.Local
			for _, a := range t.Attr {
				if (a.Name.Local == "href" || a.Name.Local == "url" || a.Name.Local == "src") && strings.HasPrefix(a.Value, "http") {
					out = append(out, desk.Link{URL: a.Value, Text: "announced in a feed"})
				}
			}
		case xml.CharData:
			if u := strings.TrimSpace(string(t)); in == "link" && strings.HasPrefix(u, "http") {
				out = append(out, desk.Link{URL: u, Text: "announced in a feed"})
			}
		case xml.EndElement:
			in = ""
		}
	}
	return out
}

// maxLinks is how many addresses are taken from one file.
const maxLinks = 200

// address-like strings of a manifest or a feed.
var addressIn = regexp.MustCompile(`https?://[^\s"'<>\\^` + "`" + `{|}]{4,512}`)

// linksIn finds addresses in plain text: update manifests, feeds, playlists.
func linksIn(body []byte) []desk.Link {
	var out []desk.Link
	for _, m := range addressIn.FindAll(body, maxLinks) {
		out = append(out, desk.Link{URL: strings.TrimRight(string(m), ".,;)"), Text: "named in a file"})
	}
	return out
}

// manifestMarks are keys of an update manifest by which the next build is recognised.
func manifestMarks(body []byte) []iru.Feature {
	var m map[string]any
	if json.Unmarshal(body, &m) != nil {
		return nil
	}
	var out []iru.Feature
	for key, kind := range map[string]string{"signer": link.APKSigner, "signer_sha256": link.APKSigner, "key": link.ExtensionKey, "feed_key": link.FeedKey} {
		if v, ok := m[key].(string); ok && v != "" && len(v) <= 256 {
			out = append(out, mark(kind, clean(v)))
		}
	}
	return out
}
