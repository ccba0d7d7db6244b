// SPDX-License-Identifier: EUPL-1.2

package inspect

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"net/url"
	"strings"

	"iolaus/internal/recognise"
)

// An Update is what an address says at which an app or add-on asks for its next version.
type Update struct {
	Form       string   `json:"form"` // "gupdate" (Chromium), "addons" (Firefox), "json" (of its own)
	Identifier string   `json:"identifier,omitempty"`
	Version    string   `json:"version,omitempty"` // the last that is named
	Name       string   `json:"name,omitempty"`
	Publisher  string   `json:"publisher,omitempty"`
	Contact    string   `json:"contact,omitempty"`
	SHA256     string   `json:"sha256,omitempty"` // of the package, as it says
	Signer     string   `json:"signer,omitempty"` // as it says
	Files      []string `json:"files,omitempty"`  // addresses of packages
	Next       string   `json:"next,omitempty"`   // of a further update endpoint
	Mirrors    []string `json:"mirrors,omitempty"`
}

// ReadUpdate reads an update manifest: Chromium's XML, Firefox' JSON, or an object of its own.
func ReadUpdate(body []byte, base *url.URL) (Update, error) {
	b := bytes.TrimLeft(bytes.TrimPrefix(body, []byte("\xef\xbb\xbf")), " \t\r\n")
	if len(b) > 4<<20 {
		return Update{}, tooLarge("update manifest", "%d bytes", len(b))
	}
	if bytes.HasPrefix(b, []byte("<")) {
		return readGupdate(b, base)
	}
	var m map[string]json.RawMessage
	if err := decode(b, &m); err != nil || len(m) == 0 {
		return Update{}, wrong("update manifest", "it is neither XML nor a JSON object")
	}
	if raw, ok := m["addons"]; ok {
		return readFirefox(raw, base)
	}
	u := Update{Form: "json"}
	text := func(names ...string) string {
		for _, n := range names {
			var s loose
			if _ = json.Unmarshal(m[n], &s); s != "" {
				return word(string(s))
			}
		}
		return ""
	}
	u.Identifier, u.Version, u.Name = text("id", "package", "packageName", "package_name", "identifier"), text("version", "versionName", "version_name", "latest"), text("name", "title")
	u.Publisher, u.Contact = text("publisher", "developer", "author"), text("contact", "email")
	u.SHA256, u.Signer = strings.ToLower(text("sha256", "sha256sum", "checksum")), strings.ToLower(text("signer", "signer_sha256"))
	u.Next = absolute(base, text("update_url", "updateUrl"))
	var files, mirrors list
	for _, n := range []string{"url", "apk", "download", "download_url", "file"} {
		var t texts
		_ = json.Unmarshal(m[n], &t)
		for _, s := range t {
			files.add(absolute(base, s))
		}
	}
	for _, n := range []string{"mirrors", "mirror", "alternatives", "site", "homepage"} {
		var t texts
		_ = json.Unmarshal(m[n], &t)
		for _, s := range t {
			mirrors.add(absolute(base, s))
		}
	}
	for _, a := range recognise.AddressesIn(body) { // nested ones
		if a = absolute(nil, a); a != "" && a != u.Next && !files.seen[a] {
			mirrors.add(a)
		}
	}
	u.Files, u.Mirrors = files.all, mirrors.all
	if u.Identifier == "" && u.Version == "" && len(u.Files) == 0 && len(u.Mirrors) == 0 && u.Next == "" {
		return Update{}, wrong("update manifest", "it says nothing of a version")
	}
	return u, nil
}

func readGupdate(b []byte, base *url.URL) (Update, error) {
	u := Update{Form: "gupdate"}
	d := xml.NewDecoder(bytes.NewReader(b))
	d.Strict = false
	var files list
	for range 10_000 {
		t, err := d.RawToken()
		if err != nil {
			break
		}
		s, ok := t.(xml.StartElement)
		if !ok {
			continue
		}
		for _, a := range s.Attr {
			switch s.Name.Local + " " + a.Name.Local {
			case "app appid":
				if u.Identifier == "" {
					u.Identifier = word(a.Value)
				}
			case "updatecheck codebase":
				files.add(absolute(base, a.Value))
			case "updatecheck version":
				u.Version = word(a.Value)
			case "updatecheck hash_sha256":
				u.SHA256 = strings.ToLower(word(a.Value))
			}
		}
	}
	if u.Files = files.all; u.Identifier == "" && u.Files == nil {
		return u, wrong("update manifest", "the XML names no app")
	}
	return u, nil
}

func readFirefox(raw json.RawMessage, base *url.URL) (Update, error) {
	u := Update{Form: "addons"}
	var addons map[string]struct {
		Updates []struct {
			Version loose `json:"version"`
			Link    loose `json:"update_link"`
			Hash    loose `json:"update_hash"`
		} `json:"updates"`
	}
	if err := decode(raw, &addons); err != nil || len(addons) == 0 {
		return u, wrong("update manifest", "it lists no add-on")
	}
	var files list
	for id, a := range addons {
		if u.Identifier == "" || word(id) < u.Identifier {
			u.Identifier = word(id)
		}
		for _, v := range a.Updates[:min(len(a.Updates), maxList)] {
			files.add(absolute(base, string(v.Link)))
			u.Version = word(string(v.Version))
			if h, ok := strings.CutPrefix(string(v.Hash), "sha256:"); ok {
				u.SHA256 = strings.ToLower(word(h))
			}
		}
	}
	u.Files = files.all
	return u, nil
}
