// SPDX-License-Identifier: EUPL-1.2

package sim

import (
	"fmt"
	"html/template"
	"net/http"
	"net/netip"
	"strconv"
	"time"
)

// begin puts what comes by itself on the agenda. What is drawn depends on the seed and on what it is drawn for.
func (r *Range) begin() {
	for i, x := range r.world.Reactions {
		if x.On == "" {
			r.reacted[i] = true
			after := x.After.draw(r.opt.Seed, "story", string(x.Does), x.Asset, strconv.Itoa(i))
			r.agenda.after(after, func() { r.carryOut(x, after) })
		}
	}
	if r.opt.Wave {
		for _, s := range r.world.Wave {
			after := s.After.draw(r.opt.Seed, "wave", s.Asset)
			r.agenda.after(after, func() { r.carryOut(Reaction{Does: Remove, Asset: s.Asset}, after) })
		}
	}
	r.beginAudiences()
}

// carryOut does what a reaction says, on the agenda.
func (r *Range) carryOut(x Reaction, after time.Duration) {
	a, _ := r.world.asset(x.Asset)
	domain := registered(a.hostname())
	act := Act{After: after, Actor: "operator", Asset: a.ID}
	switch x.Does {
	case Raise:
		r.raise(a, after)
	case Rehost:
		p, _ := r.world.provider(x.To)
		r.rehost(a, p, after)
	case Delegate:
		r.estate.delegate(domain, x.To)
		act.Did, act.Detail = "delegated", x.To
	case Ship:
		r.estate.ship(a.ID, x.To)
		act.Did, act.Detail = "shipped", r.build(a).Version
	case Remove:
		p, _ := r.world.provider(r.estate.place(a.ID).host)
		e := p.Desk.Habit.Effect
		if e == None || e == Held {
			e = Gone
		}
		r.estate.remove(a.ID, e, netip.Prefix{})
		act.Actor, act.Did, act.Detail = p.ID, "removed", string(e)
	case Hold:
		d, _ := r.world.domain(domain)
		r.estate.hold(domain, "client")
		act.Actor, act.Did, act.Detail = d.Registrar, "held", domain
	case Release:
		d, _ := r.world.domain(domain)
		r.estate.release(domain)
		act.Actor, act.Did, act.Detail = d.Registrar, "released", domain
	case Expire:
		r.estate.expire(domain)
		act.Actor, act.Did, act.Detail = "registry", "expired", domain
	case Take:
		by, _ := r.world.provider(x.To)
		r.estate.take(domain, by.ID)
		if _, err := r.ca.issue("keeper "+by.ID, domain); err != nil { // one key for all that it keeps
			r.fail("certify", err)
		}
		act.Actor, act.Did, act.Detail = by.ID, "taken", domain
	}
	if act.Did != "" {
		r.record(act)
	}
	r.announce(a, x.Announce, after)
	r.react()
}

// raise brings a latent asset up: its certificate enters the log first.
func (r *Range) raise(a *Asset, after time.Duration) {
	if err := r.certify(a); err != nil {
		r.fail("certify", err)
	} else {
		r.record(Act{After: after, Actor: "operator", Did: "certified", Asset: a.ID, Detail: a.hostname()})
	}
	r.estate.raise(a.ID)
	r.record(Act{After: after, Actor: "operator", Did: "raised", Asset: a.ID, Detail: a.Locator})
}

// rehost moves an asset to the shared address of another host, with a new certificate for the same key.
func (r *Range) rehost(a *Asset, p *Provider, after time.Duration) {
	if err := r.certify(a); err != nil {
		r.fail("certify", err)
	}
	r.estate.rehost(a.ID, place{host: p.ID, addr: p.at(atShared)})
	r.record(Act{After: after, Actor: "operator", Did: "rehosted", Asset: a.ID, Detail: p.ID})
}

// announce tells of an asset at the first of the places that is up.
func (r *Range) announce(a *Asset, places []string, after time.Duration) {
	for _, where := range places {
		if where == a.ID || !r.estate.live(where) || r.estate.down(where) {
			continue
		}
		r.estate.announce(where, announcement{"We are now at", a.Locator})
		r.record(Act{After: after, Actor: "operator", Did: "announced", Asset: a.ID, Detail: where})
		r.heard(a.ID, where)
		r.issueLetter(where)
		return
	}
}

func (r *Range) certify(a *Asset) error {
	_, err := r.ca.issue(a.Key, a.hostname())
	return err
}

// afterlife serves a name that was taken by somebody who has nothing to do with the outlet.
func (r *Range) afterlife(by *Provider) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		host := template.HTMLEscapeString(registered(q.Host))
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		if by.Kind == Sinkholes {
			w.Header().Set("X-Sinkhole", by.Name)
			fmt.Fprintf(w, "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Sinkhole</title></head><body><h1>This name has been sinkholed</h1><p>%s keeps %s.</p></body></html>\n",
				by.Name, host)
			return
		}
		fmt.Fprintf(w, "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>%s</title><meta name=\"robots\" content=\"noindex\"></head><body><h1>%s</h1><p>This domain may be for sale. "+
			"Parked by %s.</p><ul><li><a href=\"/?q=weather\">Weather</a></li><li><a href=\"/?q=trains\">Train tickets</a></li><li><a href=\"/?q=garden\">Garden tools</a></li></ul></body></html>\n",
			host, host, by.Name)
	})
}
