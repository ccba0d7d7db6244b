// SPDX-License-Identifier: EUPL-1.2

package inspect

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"strings"
)

// An Addon is what a package file of a browser add-on says of itself.
type Addon struct {
	Form        string   `json:"form"` // "crx3", "crx2", "zip"
	Identifier  string   `json:"identifier,omitempty"`
	Key         string   `json:"key,omitempty"` // SHA-256 of its public key, hex
	Holds       bool     `json:"holds"`         // a signature of that key covers the file
	Name        string   `json:"name,omitempty"`
	Version     string   `json:"version,omitempty"`
	Manifest    int      `json:"manifest,omitempty"` // version of the manifest
	Author      string   `json:"author,omitempty"`
	Site        string   `json:"site,omitempty"`
	Update      string   `json:"update,omitempty"` // address at which it asks for its next version
	Permissions []string `json:"permissions,omitempty"`
	Hosts       []string `json:"hosts,omitempty"` // patterns of pages that it may read or change
	Addresses   []string `json:"addresses,omitempty"`
	Problem     string   `json:"problem,omitempty"`
}

// ReadAddon reads a package: a CRX of version 3 or 2, or the bare ZIP that an XPI is. Without a manifest that can be read it is none.
func ReadAddon(body []byte) (Addon, error) {
	a := Addon{Form: "zip"}
	archive := body
	if bytes.HasPrefix(body, []byte(crxMagic)) {
		var err error
		if a, archive, err = readCRX(body); err != nil {
			return Addon{}, err
		}
	}
	z, _, err := openZip(archive)
	if err != nil {
		return Addon{}, err
	}
	raw, err := part(z, "manifest.json", 1<<20)
	if err != nil {
		return Addon{}, wrong("add-on", "%v", err)
	}
	if err := a.manifest(raw, z); err != nil {
		return Addon{}, err
	}
	var found list
	budget := int64(maxPart)
	for _, f := range z.File {
		if budget > 0 && (strings.HasSuffix(f.Name, ".js") || strings.HasSuffix(f.Name, ".json") || strings.HasSuffix(f.Name, ".html")) {
			b, _ := unpack(f, budget)
			budget -= int64(len(b))
			addressesIn(b, &found)
		}
	}
	a.Addresses = found.all
	return a, nil
}

// A webManifest is the part of a manifest that is read; members of another type than they should be count as nothing.
type webManifest struct {
	Version         int             `json:"manifest_version"`
	Name            loose           `json:"name"`
	Released        loose           `json:"version"`
	Author          json.RawMessage `json:"author"`
	Homepage        loose           `json:"homepage_url"`
	Update          loose           `json:"update_url"`
	Key             loose           `json:"key"`
	ID              loose           `json:"id"`
	Locale          loose           `json:"default_locale"`
	Permissions     texts           `json:"permissions"`
	Optional        texts           `json:"optional_permissions"`
	HostPermissions texts           `json:"host_permissions"`
	Scripts         []struct {
		Matches texts `json:"matches"`
	} `json:"content_scripts"`
	Gecko struct {
		Gecko geckoSettings `json:"gecko"`
	} `json:"browser_specific_settings"`
	OldGecko struct {
		Gecko geckoSettings `json:"gecko"`
	} `json:"applications"`
}

type geckoSettings struct {
	ID     loose `json:"id"`
	Update loose `json:"update_url"`
}

func (a *Addon) manifest(raw []byte, z *zip.Reader) error {
	var m webManifest
	if err := decode(uncommented(raw), &m); err != nil {
		return wrong("add-on", "its manifest: %v", err)
	}
	a.Name, a.Version, a.Manifest = a.localised(string(m.Name), string(m.Locale), z), word(string(m.Released)), max(0, m.Version)
	a.Author, a.Site = authorOf(m.Author), absolute(nil, string(m.Homepage))
	for _, u := range []loose{m.Update, m.Gecko.Gecko.Update, m.OldGecko.Gecko.Update} {
		if a.Update == "" {
			a.Update = absolute(nil, string(u))
		}
	}
	if key, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(string(m.Key)), "")); err == nil && len(key) > 0 && a.Key == "" {
		a.Key, a.Identifier = keyOf(key), identifierOf(key)
	}
	for _, id := range []loose{m.Gecko.Gecko.ID, m.OldGecko.Gecko.ID, m.ID} { // what a person wrote says nothing against a key that signed
		if id != "" && (a.Identifier == "" || a.Form == "zip") {
			a.Identifier = word(string(id))
			break
		}
	}
	var permissions, hosts list
	for _, l := range []texts{m.Permissions, m.Optional, m.HostPermissions} {
		for _, p := range l {
			if strings.Contains(p, "://") || p == "<all_urls>" {
				hosts.add(p)
			} else {
				permissions.add(p)
			}
		}
	}
	for _, s := range m.Scripts[:min(len(m.Scripts), maxList)] {
		hosts.add(s.Matches...)
	}
	a.Permissions, a.Hosts = permissions.all, hosts.all
	return nil
}

// localised resolves __MSG_name__ by the add-on's own catalogue.
func (a *Addon) localised(name, locale string, z *zip.Reader) string {
	key, begins := strings.CutPrefix(name, "__MSG_")
	key, ends := strings.CutSuffix(key, "__")
	if !begins || !ends || locale == "" {
		return word(name)
	}
	raw, err := part(z, "_locales/"+locale+"/messages.json", 1<<20)
	if err != nil {
		return word(name)
	}
	var catalogue map[string]struct {
		Message loose `json:"message"`
	}
	if decode(uncommented(raw), &catalogue) != nil {
		return word(name)
	}
	for k, v := range catalogue {
		if strings.EqualFold(k, key) && v.Message != "" {
			return word(string(v.Message))
		}
	}
	return word(name)
}

func authorOf(raw json.RawMessage) string {
	var s loose
	if json.Unmarshal(raw, &s) == nil && s != "" {
		return word(string(s))
	}
	var o struct {
		Email loose `json:"email"`
		Name  loose `json:"name"`
	}
	_ = decode(raw, &o) // nothing is an answer
	return word(string(o.Name) + " " + string(o.Email))
}
