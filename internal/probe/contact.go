// SPDX-License-Identifier: EUPL-1.2

package probe

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/mail"
	"strings"
	"time"

	"golang.org/x/net/publicsuffix"

	"iolaus/internal/iru"
)

// Scope is what an addressee can act on.
type Scope string

// The scopes, in the order in which candidates are offered (planning.md, "Whom to write to").
const (
	ScopeRegistrar Scope = "registrar" // the name
	ScopeRegistry  Scope = "registry"  // the name, by order only
	ScopeNetwork   Scope = "network"   // the address
	ScopeCDN       Scope = "cdn"       // the delivery; ask for the origin
	ScopeDomain    Scope = "domain"    // the domain's own holder
	ScopeSecurity  Scope = "security"  // security.txt: meant for vulnerabilities, the last resort
)

// A Candidate is one way to reach somebody who may act, with where it comes from. It is a proposal: a new or changed one stops
// sending until a person confirms it.
type Candidate struct {
	Scope     Scope
	Kind      string // email, url or tel
	Value     string
	Name      string // who that is, as registered
	Source    string // address of the record; "convention" for a guess
	At        time.Time
	Guess     bool // nobody published it
	OrderOnly bool // acts on a binding order only
}

// Known is what was found out about a name before looking for whom to write to. Any field may be empty.
type Known struct {
	Name     string         // the domain
	Domain   *Registration  // registry's record, with the registrar's own in Sponsor
	Networks []Registration // one for each address that it is served from
	CDN      []Candidate    // from the unit's own register of providers; scope and order are set here
	Security *SecurityText
	At       time.Time
}

// Contacts lists the candidates in order, each once in its scope.
func Contacts(k Known) []Candidate {
	var out []Candidate
	seen := map[Candidate]bool{}
	add := func(c Candidate) {
		key := Candidate{Scope: c.Scope, Kind: c.Kind, Value: strings.ToLower(c.Value)}
		if c.Value != "" && !seen[key] {
			seen[key] = true
			out = append(out, c)
		}
	}
	from := func(scope Scope, r *Registration, list []Contact) {
		for _, c := range list {
			add(Candidate{Scope: scope, Kind: c.Kind, Value: c.Value, Name: c.Name, Source: c.Source, At: r.At, OrderOnly: scope == ScopeRegistry})
		}
	}
	if d := k.Domain; d != nil {
		if d.Sponsor != nil {
			from(ScopeRegistrar, d.Sponsor, d.Sponsor.Abuse)
		}
		// What a registry's record holds inside the registrar's entity is the registrar's; the rest is the registry's own.
		var registrar, registry []Contact
		for _, c := range d.Abuse {
			if c.Registrar {
				registrar = append(registrar, c)
			} else {
				registry = append(registry, c)
			}
		}
		from(ScopeRegistrar, d, registrar)
		from(ScopeRegistry, d, registry)
	}
	for i := range k.Networks {
		from(ScopeNetwork, &k.Networks[i], k.Networks[i].Abuse)
	}
	for _, c := range k.CDN {
		c.Scope = ScopeCDN
		add(c)
	}
	if site, err := publicsuffix.EffectiveTLDPlusOne(k.Name); err == nil {
		add(Candidate{Scope: ScopeDomain, Kind: "email", Value: "abuse@" + site, Source: "convention", At: k.At, Guess: true}) // RFC 2142
	}
	if s := k.Security; s != nil {
		for _, c := range s.Contacts {
			add(Candidate{Scope: ScopeSecurity, Kind: c.Kind, Value: c.Value, Source: s.Server, At: s.At})
		}
	}
	return out
}

// A SecurityText is a security.txt (RFC 9116).
type SecurityText struct {
	Contacts []Contact
	Expires  time.Time // zero where it does not say, or says it twice
	Server   string    // address it was read from
	At       time.Time

	Languages []string // Preferred-Languages, as far as they are codes of ISO 639
	expires   int      // how often it says when it ends
}

// Expired reports whether the file no longer holds, or never said until when it does: RFC 9116 demands one Expires (section 2.5.5).
func (s SecurityText) Expired(now time.Time) bool { return s.Server != "" && !s.Expires.After(now) }

// Security asks a host for its security.txt. Errors: NotFound, Unavailable, or as HTTP.
func Security(ctx context.Context, h HTTP, name string) (SecurityText, error) {
	ascii, err := plainName(name)
	if err != nil {
		return SecurityText{}, err
	}
	url := "https://" + ascii + "/.well-known/security.txt"
	status, header, body, err := h.Fetch(ctx, url, "text/plain")
	switch {
	case err != nil:
		return SecurityText{}, fmt.Errorf("read security.txt: %w", err)
	case status == http.StatusNotFound || status == http.StatusGone:
		return SecurityText{}, fmt.Errorf("read %s: %w", url, iru.NotFound)
	case status != http.StatusOK:
		return SecurityText{}, fmt.Errorf("read %s: %w: status %d", url, iru.Unavailable, status)
	case !strings.HasPrefix(header.Get("Content-Type"), "text/plain"): // a page that says 200 to everything
		return SecurityText{}, fmt.Errorf("read %s: %w: it is no plain text", url, iru.NotFound)
	}
	s := ParseSecurity(body)
	s.Server, s.At = url, time.Now().UTC()
	return s, nil
}

// ParseSecurity reads the fields Contact, Expires and Preferred-Languages; it never fails. An expired file still says whom one could reach.
func ParseSecurity(b []byte) SecurityText {
	var s SecurityText
	for line := range bytes.Lines(b[:min(len(b), 64<<10)]) {
		key, value, ok := strings.Cut(string(line), ":")
		value = word(value)
		switch {
		case !ok:
		case strings.EqualFold(key, "expires"):
			if s.expires++; s.expires > 1 {
				s.Expires = time.Time{}
			} else if t, err := time.Parse(time.RFC3339, value); err == nil {
				s.Expires = t.UTC()
			}
		case strings.EqualFold(key, "preferred-languages"):
			for tag := range strings.SplitSeq(value, ",") {
				tag, _, _ = strings.Cut(strings.ToLower(strings.TrimSpace(tag)), "-")
				if len(tag) >= 2 && len(tag) <= 3 && strings.Trim(tag, "abcdefghijklmnopqrstuvwxyz") == "" && len(s.Languages) < 20 {
					s.Languages = once(s.Languages, tag)
				}
			}
		case strings.EqualFold(key, "contact") && len(s.Contacts) < mostContacts:
			if c, ok := contactURI(value); ok {
				s.Contacts = once(s.Contacts, c)
			}
		}
	}
	return s
}

func contactURI(v string) (Contact, bool) {
	if m, ok := strings.CutPrefix(v, "mailto:"); ok {
		v = m
	}
	if t, ok := strings.CutPrefix(v, "tel:"); ok {
		return Contact{Kind: "tel", Value: t}, t != ""
	}
	if webAddress(v) {
		return Contact{Kind: "url", Value: v}, true
	}
	if a, err := mail.ParseAddress(v); err == nil {
		return Contact{Kind: "email", Value: a.Address}, true
	}
	return Contact{}, false
}
