// SPDX-License-Identifier: EUPL-1.2

package recognise

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"regexp"
	"strings"
	"unicode/utf8"
)

// Plain is what a file for machines says that is no page: a feed, an update manifest, a playlist, plain text.
type Plain struct {
	Text  string   // its beginning, valid and without zero bytes
	Dir   string   // "ltr" or "rtl"
	Feed  bool     // it is marked up as a feed is: Links are what it announces, not what only looks like an address
	Links []string // addresses
	ID    string   // of a feed, which it keeps wherever it is served (RFC 4287, section 4.2.6)
	Keys  []Key    // of an update manifest
}

// A Key is one member of a JSON object whose value is a text.
type Key struct{ Name, Value string }

// Limits of what ReadPlain keeps.
const (
	plainText  = 64 << 10
	plainLinks = 200
	plainWord  = 2048
	plainKeys  = 4
	plainValue = 256
)

// ReadPlain reads a file of any quality; what it cannot read it leaves out.
func ReadPlain(body []byte, contentType string) Plain {
	p := Plain{Text: beginning(body)}
	p.Dir = Direction(p.Text)
	if p.Feed = strings.Contains(strings.ToLower(contentType), "xml") || bytes.HasPrefix(bytes.TrimLeft(body, "\xef\xbb\xbf \t\r\n"), []byte("<")); p.Feed {
		p.Links, p.ID = FeedLinks(body), FeedID(body)
	} else {
		p.Links = AddressesIn(body)
	}
	p.Keys = KeysOf(body)
	return p
}

// Check reports whether a Plain is one that ReadPlain could have given.
func (p *Plain) Check() bool {
	for _, k := range p.Keys {
		if !tidy(k.Name, plainValue) || !tidy(k.Value, plainValue) {
			return false
		}
	}
	for _, l := range p.Links {
		if !tidy(l, plainWord) || !strings.HasPrefix(l, "http") {
			return false
		}
	}
	return tidy(p.Text, plainText) && (p.Dir == "ltr" || p.Dir == "rtl") && tidy(p.ID, plainValue) && len(p.Links) <= plainLinks &&
		len(p.Keys) <= plainKeys
}

// MaxPlain bounds any one text and list of a Plain.
const MaxPlain = plainText

func tidy(s string, long int) bool {
	return len(s) <= long && utf8.ValidString(s) && strings.IndexByte(s, 0) < 0
}

func beginning(body []byte) string {
	s := whole(string(body[:min(len(body), plainText+utf8.UTFMax)]))
	for n := min(len(s), plainText); ; n-- {
		if n == len(s) || n == 0 || utf8.RuneStart(s[n]) {
			return s[:n]
		}
	}
}

// whole is text without what is no text.
func whole(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\ufffd"), "\x00", "\ufffd")
}

// FeedID is the identifier of a feed; "" where there is none.
func FeedID(body []byte) string {
	var f struct {
		ID string `xml:"id"`
	}
	if xml.Unmarshal(body, &f) != nil || len(f.ID) > plainValue {
		return ""
	}
	if id := whole(strings.TrimSpace(f.ID)); len(id) <= plainValue {
		return id
	}
	return ""
}

// FeedLinks are the addresses that a feed announces: of its links, its enclosures, and the link elements of RSS.
func FeedLinks(body []byte) []string {
	d := xml.NewDecoder(bytes.NewReader(body))
	var out []string
	in := ""
	add := func(u string) {
		if u = whole(u); strings.HasPrefix(u, "http") && len(u) <= plainWord && len(out) < plainLinks {
			out = append(out, u)
		}
	}
	for len(out) < plainLinks {
		t, err := d.RawToken()
		if err != nil {
			return out
		}
		switch t := t.(type) {
		case xml.StartElement:
			in = t.Name.Local
			for _, a := range t.Attr {
				if a.Name.Local == "href" || a.Name.Local == "url" || a.Name.Local == "src" {
					add(a.Value)
				}
			}
		case xml.CharData:
			if in == "link" {
				add(strings.TrimSpace(string(t)))
			}
		case xml.EndElement:
			in = ""
		}
	}
	return out
}

// address-like strings of a manifest or a playlist. Without an upper bound, which costs every program that starts half a millisecond.
var addressIn = regexp.MustCompile(`https?://[^\s"'<>\\^` + "`" + `{|}]{4,}`)

// AddressesIn finds addresses in plain text: update manifests, playlists.
func AddressesIn(body []byte) []string {
	var out []string
	for _, m := range addressIn.FindAll(body, plainLinks) {
		out = append(out, whole(strings.TrimRight(string(m[:min(len(m), 520)]), ".,;)")))
	}
	return out
}

// KeysOf are the members of a JSON object, by name, by which the next of its kind is recognised: who signed, whose feed it is.
func KeysOf(body []byte) []Key {
	var m map[string]any
	if json.Unmarshal(body, &m) != nil {
		return nil
	}
	var out []Key
	for _, name := range []string{"feed_key", "key", "signer", "signer_sha256"} {
		if v, ok := m[name].(string); ok && v != "" && len(v) <= plainValue {
			if v = whole(v); len(v) <= plainValue {
				out = append(out, Key{name, v})
			}
		}
	}
	return out
}
