// SPDX-License-Identifier: EUPL-1.2

package sim

import (
	"fmt"
	"net/http"
	"net/netip"
	"strings"
	"time"
)

// RDAP (RFC 9082, 9083): the registry and every registrar answer for domains, the exchange for networks. The bootstrap files
// (RFC 9224) stand at Range.Bootstrap. A registrar's abuse contact is nested in the registrar's entity, as in the real world.

type object = map[string]any

func (r *Range) bootstrap() http.Handler {
	serve := func(services [][2][]string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			writeJSON(w, 200, object{"version": "1.0", "publication": "2026-01-01T00:00:00Z", "description": "RDAP bootstrap file of the range",
				"services": services})
		}
	}
	m := http.NewServeMux()
	m.HandleFunc("GET /rdap/dns.json", serve([][2][]string{{{"test"}, {"https://rdap.registry.test/"}}}))
	m.HandleFunc("GET /rdap/ipv4.json", serve([][2][]string{{{"127.0.0.0/8"}, {"https://rdap.exchange.test/"}}}))
	m.HandleFunc("GET /rdap/ipv6.json", serve([][2][]string{}))
	m.HandleFunc("GET /rdap/asn.json", serve([][2][]string{{{"64496-64511"}, {"https://rdap.exchange.test/"}}}))
	return m
}

// rdapNames serves domains; provider is a registrar, or the registry which knows all.
func (r *Range) rdapNames(provider string) http.Handler {
	m := http.NewServeMux()
	m.HandleFunc("GET /domain/{name}", func(w http.ResponseWriter, q *http.Request) {
		if n, ok := r.world.quirk(provider, "rdap-limit"); ok {
			if wait := r.gate.rate("rdap "+provider+" "+visitor(q).String(), n); wait > 0 {
				w.Header().Set("Retry-After", fmt.Sprint(int(wait/time.Second)+1))
				rdapError(w, http.StatusTooManyRequests, "too many queries")
				return
			}
		}
		name, err := guardName(q.PathValue("name"))
		d, ok := r.world.domain(name)
		if err == nil && ok {
			known, side := r.estate.status(name)
			if known && (provider == "registry" || d.Registrar == provider) {
				rdapJSON(w, 200, r.rdapDomain(*d, side, provider == "registry"))
				return
			}
		}
		rdapError(w, 404, "no such domain here")
	})
	m.HandleFunc("GET /entity/{handle}", r.rdapEntity)
	m.HandleFunc("GET /help", rdapHelp)
	return m
}

func (r *Range) rdapNetworks() http.Handler {
	m := http.NewServeMux()
	m.HandleFunc("GET /ip/{addr}", r.rdapIP)
	m.HandleFunc("GET /ip/{addr}/{bits}", r.rdapIP)
	m.HandleFunc("GET /autnum/{asn}", func(w http.ResponseWriter, q *http.Request) {
		for _, p := range r.world.Providers {
			if fmt.Sprint(p.ASN) == q.PathValue("asn") {
				rdapJSON(w, 200, object{"objectClassName": "autnum", "handle": "AS" + fmt.Sprint(p.ASN), "startAutnum": p.ASN, "endAutnum": p.ASN,
					"name": strings.ToUpper(p.ID), "country": p.State, "entities": []object{r.holder(p)}})
				return
			}
		}
		rdapError(w, 404, "no such number")
	})
	m.HandleFunc("GET /entity/{handle}", r.rdapEntity)
	m.HandleFunc("GET /help", rdapHelp)
	return m
}

func (r *Range) rdapDomain(d Domain, side string, atRegistry bool) object {
	p, _ := r.world.provider(d.Registrar)
	status := []string{"client transfer prohibited"}
	switch side {
	case "":
		status = append([]string{"active"}, status...)
	case "client", "server":
		status = []string{side + " hold", side + " transfer prohibited", side + " update prohibited", side + " delete prohibited"}
	}
	var servers []object
	for _, ns := range nameServersOf(r, r.estate.dns(&d)) {
		servers = append(servers, object{"objectClassName": "nameserver", "ldhName": ns})
	}
	since := time.Date(2025, 11, 3, 9, 0, 0, 0, time.UTC)
	if at := r.estate.raisedSince(d.Name); !at.IsZero() {
		since = at.UTC()
	}
	if t, ok := r.estate.takenBy(d.Name); ok {
		since = t.at.UTC()
	}
	since = since.Add(r.ahead(p.ID))
	related := "https://rdap." + p.Domain + "/domain/" + d.Name
	links := []object{{"rel": "self", "href": related, "type": "application/rdap+json"}}
	if atRegistry {
		links = []object{{"rel": "self", "href": "https://rdap.registry.test/domain/" + d.Name, "type": "application/rdap+json"},
			{"rel": "related", "href": related, "type": "application/rdap+json"}}
	}
	registrarEntity := object{"objectClassName": "entity", "handle": strings.ToUpper(p.ID), "roles": []string{"registrar"},
		"publicIds":  []object{{"type": "IANA Registrar ID", "identifier": fmt.Sprint(9000 + p.ASN - 64496)}},
		"vcardArray": vcard(p.Name, "", p.State), "entities": r.abuseOf(p)}
	entities := []object{registrarEntity}
	if !atRegistry {
		entities = append(entities, object{"objectClassName": "entity", "handle": "REDACTED", "roles": []string{"registrant"},
			"remarks": []object{{"title": "REDACTED FOR PRIVACY", "description": []string{"Some of the data has been removed."}}}})
	}
	return object{"objectClassName": "domain", "handle": "D-" + d.Name, "ldhName": d.Name, "status": status, "nameservers": servers,
		"entities": entities, "links": links, "secureDNS": object{"delegationSigned": false},
		"events": []object{{"eventAction": "registration", "eventDate": since.Format(time.RFC3339)},
			{"eventAction": "expiration", "eventDate": since.AddDate(2, 0, 0).Format(time.RFC3339)},
			{"eventAction": "last update of RDAP database", "eventDate": r.now().UTC().Add(r.ahead(p.ID)).Format(time.RFC3339)}}}
}

func (r *Range) rdapIP(w http.ResponseWriter, q *http.Request) {
	a, err := netip.ParseAddr(q.PathValue("addr"))
	if err != nil {
		rdapError(w, 400, "no address")
		return
	}
	if found := r.network(a); found != nil {
		p := *found
		{
			end := p.at(255)
			rdapJSON(w, 200, object{"objectClassName": "ip network", "handle": "NET-" + strings.ToUpper(p.ID), "name": strings.ToUpper(p.ID) + "-NET",
				"startAddress": p.Network.Addr(), "endAddress": end, "ipVersion": "v4", "type": "ASSIGNED PA", "country": p.State,
				"status": []string{"active"}, "cidr0_cidrs": []object{{"v4prefix": p.Network.Addr(), "length": p.Network.Bits()}},
				"arin_originas0_originautnums": []uint32{p.ASN}, "entities": []object{r.holder(p)},
				"links": []object{{"rel": "self", "href": "https://rdap.exchange.test/ip/" + p.Network.Addr().String(), "type": "application/rdap+json"}}})
			return
		}
	}
	rdapError(w, 404, "no such network")
}

func (r *Range) rdapEntity(w http.ResponseWriter, q *http.Request) {
	h := strings.ToUpper(q.PathValue("handle"))
	for _, p := range r.world.Providers {
		if h == strings.ToUpper(p.ID) {
			rdapJSON(w, 200, r.holder(p))
			return
		}
		if h == "ABUSE-"+strings.ToUpper(p.ID) {
			rdapJSON(w, 200, abuse(p))
			return
		}
	}
	rdapError(w, 404, "no such entity")
}

func (r *Range) holder(p Provider) object {
	mailbox := p.Desk.Mail
	if _, ok := r.world.quirk(p.ID, "rdap-no-abuse"); ok {
		mailbox = ""
	}
	return object{"objectClassName": "entity", "handle": strings.ToUpper(p.ID), "roles": []string{"registrant"},
		"vcardArray": append(vcard(p.Name, "", p.State)[:1], withAbuse(vcard(p.Name, "", p.State)[1], mailbox)), "entities": r.abuseOf(&p)}
}

// withAbuse adds the mailbox as the register of networks writes an abuse-c: a mail address of the type "abuse".
func withAbuse(card any, mail string) any {
	props, ok := card.([]any)
	if !ok || mail == "" {
		return card
	}
	return append(props, []any{"email", object{"type": "abuse"}, "text", mail})
}

// abuseOf is the abuse contact, as deep as the world wants it, or missing.
func (r *Range) abuseOf(p *Provider) []object {
	if _, ok := r.world.quirk(p.ID, "rdap-no-abuse"); ok {
		return []object{}
	}
	inner := abuse(*p)
	if n, ok := r.world.quirk(p.ID, "rdap-deep"); ok {
		for i := range min(n, 200) {
			inner = object{"objectClassName": "entity", "handle": fmt.Sprintf("LAYER-%d", i), "roles": []string{"administrative"}, "entities": []object{inner}}
		}
	}
	return []object{inner}
}

// ahead is how far a provider's clock is ahead of the others.
func (r *Range) ahead(id string) time.Duration {
	n, _ := r.world.quirk(id, "clock")
	return time.Duration(n) * time.Hour
}

func abuse(p Provider) object {
	return object{"objectClassName": "entity", "handle": "ABUSE-" + strings.ToUpper(p.ID), "roles": []string{"abuse"},
		"vcardArray": vcard(p.Name+" abuse desk", p.Desk.Mail, p.State)}
}

// vcard is a jCard (RFC 7095).
func vcard(name, mail, state string) []any {
	props := []any{[]any{"version", object{}, "text", "4.0"}, []any{"fn", object{}, "text", name}, []any{"kind", object{}, "text", "org"},
		[]any{"adr", object{"cc": state}, "text", []string{"", "", "", "", "", "", ""}}}
	if mail != "" {
		props = append(props, []any{"email", object{"type": "work"}, "text", mail})
	}
	return []any{"vcard", props}
}

func rdapJSON(w http.ResponseWriter, status int, o object) {
	o["rdapConformance"] = []string{"rdap_level_0", "cidr0"}
	w.Header().Set("Content-Type", "application/rdap+json")
	writeJSON(w, status, o)
}

func rdapError(w http.ResponseWriter, status int, title string) {
	rdapJSON(w, status, object{"errorCode": status, "title": title})
}

func rdapHelp(w http.ResponseWriter, _ *http.Request) {
	rdapJSON(w, 200, object{"notices": []object{{"title": "RDAP of the range", "description": []string{"Invented data under .test."}}}})
}
