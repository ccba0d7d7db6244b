// SPDX-License-Identifier: EUPL-1.2

package probe

import (
	"encoding/json"
	"net/mail"
	"strings"
)

// A jCard is what is read of a contact (RFC 7095): ["vcard", [[name, parameters, type, value, ...], ...]].
type jCard struct {
	Full, Org string
	Country   string // two letters from the cc parameter (RFC 8605), else as written
	URL       string
	Emails    []string
	Abuse     []string // of these, the ones that are marked as an abuse mailbox, as RIPE writes the abuse-c
	Pages     []string // pages to write to (contact-uri, RFC 8605)
	Phones    []string
}

func (c jCard) name() string {
	if c.Full != "" {
		return c.Full
	}
	return c.Org
}

func parseJCard(raw json.RawMessage) jCard {
	var c jCard
	var outer, properties []json.RawMessage
	if json.Unmarshal(raw, &outer) != nil || len(outer) < 2 || json.Unmarshal(outer[1], &properties) != nil {
		return c
	}
	for _, property := range some(properties) {
		var p []json.RawMessage
		var name string
		if json.Unmarshal(property, &p) != nil || len(p) < 4 || json.Unmarshal(p[0], &name) != nil {
			continue
		}
		var value loose
		_ = json.Unmarshal(p[3], &value) // a list, as of a structured address, leaves it empty
		c.take(strings.ToLower(name), string(value), p)
	}
	return c
}

func (c *jCard) take(name, v string, p []json.RawMessage) {
	switch name {
	case "fn":
		c.Full = first(c.Full, v)
	case "org":
		if v == "" {
			var parts []any
			if json.Unmarshal(p[3], &parts) == nil && len(parts) > 0 {
				if s, ok := parts[0].(string); ok {
					v = word(s)
				}
			}
		}
		c.Org = first(c.Org, v)
	case "email":
		if a, err := mail.ParseAddress(strings.TrimPrefix(v, "mailto:")); err == nil {
			c.Emails = once(c.Emails, a.Address)
			var parameters struct {
				Type loose `json:"type"`
			}
			if decode(p[1], &parameters) == nil && strings.EqualFold(string(parameters.Type), "abuse") {
				c.Abuse = once(c.Abuse, a.Address)
			}
		}
	case "tel":
		if t := strings.TrimPrefix(v, "tel:"); strings.Trim(t, "+0123456789 -.()/;extEXT=") == "" && t != "" {
			c.Phones = once(c.Phones, t)
		}
	case "url":
		if webAddress(v) {
			c.URL = first(c.URL, v)
		}
	case "contact-uri":
		if m, ok := strings.CutPrefix(v, "mailto:"); ok {
			if a, err := mail.ParseAddress(m); err == nil {
				c.Emails = once(c.Emails, a.Address)
			}
		} else if webAddress(v) {
			c.Pages = once(c.Pages, v)
		}
	case "adr":
		c.Country = first(c.Country, country(p))
	}
}

// country takes the cc parameter, or the last part of a structured address.
func country(p []json.RawMessage) string {
	var parameters struct {
		CC loose `json:"cc"`
	}
	if decode(p[1], &parameters) == nil && parameters.CC != "" {
		return strings.ToUpper(string(parameters.CC))
	}
	var parts []any
	if json.Unmarshal(p[3], &parts) != nil || len(parts) < 7 {
		return ""
	}
	s, _ := parts[6].(string)
	return word(s)
}

func first(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
