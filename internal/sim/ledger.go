// SPDX-License-Identifier: EUPL-1.2

package sim

import (
	"cmp"
	"crypto/ecdsa"
	"encoding/json"
	"slices"
	"strings"
	"sync"
	"time"
)

// A truthLedger collects what happened in the order in which it happened.
type truthLedger struct {
	mu       sync.Mutex
	acts     []Act
	sessions []Session
	calls    []Call
}

const maxLedger = 200_000 // entries of each kind

func (l *truthLedger) session(s Session) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.sessions) < maxLedger {
		l.sessions = append(l.sessions, s)
	}
}

func (l *truthLedger) call(c Call) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.calls) < maxLedger {
		l.calls = append(l.calls, c)
	}
}

// record enters an act and tells those who listen.
func (r *Range) record(a Act) {
	a.At, a.Story = r.now(), r.agenda.story()
	r.ledger.mu.Lock()
	a.Seq = len(r.ledger.acts) + 1
	r.ledger.acts = append(r.ledger.acts, a)
	r.ledger.mu.Unlock()
	r.log.Info("range", "actor", a.Actor, "did", a.Did, "asset", a.Asset, "detail", a.Detail, "reference", a.Reference)
	if r.opt.OnEvent != nil {
		r.opt.OnEvent(a)
	}
}

// Truth gives the ledger as it stands.
func (r *Range) Truth() Truth {
	t := Truth{Scenario: r.world.Scenario, Seed: r.opt.Seed}
	t.Links = r.links()
	r.estate.mu.RLock()
	for _, c := range r.estate.order {
		t.Assets = append(t.Assets, r.assetTruth(c, t.Links))
	}
	r.estate.mu.RUnlock()
	t.Names, t.Wave, t.Quirks = r.namesTruth(), slices.Clone(r.world.Wave), slices.Clone(r.world.Quirks)
	for _, c := range r.audiences {
		t.Audience = append(t.Audience, c.truth())
	}
	t.Letters = r.letters()
	for _, p := range r.world.Providers {
		t.Desks = append(t.Desks, r.desks[p.ID].truth())
	}
	r.ledger.mu.Lock()
	t.Acts, t.Sessions, t.Calls = slices.Clone(r.ledger.acts), slices.Clone(r.ledger.sessions), slices.Clone(r.ledger.calls)
	r.ledger.mu.Unlock()
	return t
}

func (r *Range) assetTruth(c *condition, links []LinkTruth) AssetTruth {
	a := c.asset
	o, _ := r.world.outlet(a.Outlet)
	t := AssetTruth{ID: a.ID, Outlet: a.Outlet, Group: o.Group, Innocent: o.Innocent, Kind: a.Kind, Locator: a.Locator, Language: a.Language,
		Follows: a.Follows, MirrorOf: a.MirrorOf, Seed: slices.Contains(r.world.Seeds, a.Locator), Spans: slices.Clone(c.spans)}
	t.Places = append([]PlaceTruth{{a.Host, a.Origin, a.Addr.String(), r.started}}, c.places...)
	if a.Kind == App || a.Kind == Addon {
		v := r.release(a, c.builds, c.signer)
		t.Package, t.Version, t.Signer = r.packageName(a, v), v.Version, spki(seededKey(r.opt.Seed, v.Key))
	}
	if !r.listed(a) {
		t.TLSKey = spki(seededKey(r.opt.Seed, "site "+a.Key))
	}
	p, _ := r.world.provider(c.place.host)
	t.Roles = []Role{{p.Kind, p.ID}}
	if c.place.origin != "" {
		t.Roles = append(t.Roles, Role{Host, c.place.origin})
	}
	if d, ok := r.world.domain(registered(a.hostname())); ok && !d.Shared {
		t.Roles = append(t.Roles, Role{Registrar, d.Registrar}, Role{Registry, "registry"})
	}
	for _, l := range links {
		if l.To == a.ID {
			t.LinkedBy = append(t.LinkedBy, l.Page)
		}
	}
	return t
}

// spki is the SHA-256 of a public key, in hexadecimal.
func spki(k *ecdsa.PrivateKey) string { return hexDigest(extensionKey(k)) }

// namesTruth lists the names of outlets with what has become of them.
func (r *Range) namesTruth() (out []NameTruth) {
	e := r.estate
	e.mu.RLock()
	defer e.mu.RUnlock()
	for _, d := range r.world.Domains {
		t := NameTruth{Domain: d.Name, Registrar: d.Registrar, DNS: d.DNS, Held: e.holds[d.Name], Expired: e.expired[d.Name], TakenBy: e.taken[d.Name].by}
		if to := e.delegated[d.Name]; to != "" {
			t.DNS = to
		}
		if t.TakenBy != "" {
			t.DNS = t.TakenBy
		}
		if t.Held != "" || t.Expired || t.TakenBy != "" || t.DNS != d.DNS {
			out = append(out, t)
		}
	}
	return out
}

// links lists every link of the world as it is served, announcements included.
func (r *Range) links() (out []LinkTruth) {
	for _, l := range r.world.Links {
		from, _ := r.world.asset(l.From)
		to, _ := r.world.asset(l.To)
		out = append(out, LinkTruth{From: l.From, To: l.To, Where: l.Where, Page: r.document(from, l.Where), Target: to.Locator})
	}
	for i := range r.world.Assets {
		if a := &r.world.Assets[i]; a.Kind == Update && r.updated(a) != a {
			out = append(out, LinkTruth{From: a.ID, To: r.updated(a).ID, Where: InManifest, Page: a.Locator, Target: r.download(r.updated(a))})
		}
	}
	r.estate.mu.RLock()
	defer r.estate.mu.RUnlock()
	for _, c := range r.estate.order {
		for _, s := range c.said {
			for _, to := range r.world.Assets {
				if to.Locator == s.URL {
					out = append(out, LinkTruth{From: c.asset.ID, To: to.ID, Where: InPage, Page: c.asset.Locator, Target: s.URL})
				}
			}
		}
	}
	return out
}

// Canonical is the part of the truth that the seed and the notices decide, as JSON: times, ports and orders of arrival left out,
// so that two runs of one story can be compared byte by byte.
func (t Truth) Canonical() []byte {
	t.Sessions, t.Calls, t.Audience, t.Letters = nil, nil, nil, nil
	t.Acts = slices.Clone(t.Acts)
	for i := range t.Acts {
		t.Acts[i].Seq, t.Acts[i].At, t.Acts[i].Story = 0, time.Time{}, 0
	}
	slices.SortFunc(t.Acts, func(a, b Act) int {
		return cmp.Or(cmp.Compare(a.Actor, b.Actor), cmp.Compare(a.Asset, b.Asset), cmp.Compare(a.Did, b.Did), cmp.Compare(a.Detail, b.Detail),
			cmp.Compare(a.Reference, b.Reference), cmp.Compare(a.After, b.After))
	})
	t.Assets = slices.Clone(t.Assets)
	for i := range t.Assets {
		a := &t.Assets[i]
		a.Spans = slices.Clone(a.Spans)
		if n := len(a.Spans); n > 1 { // which of two acts came first is a matter of arrival; how it ended is not
			a.Spans = a.Spans[n-1:]
		}
		a.Places = slices.Clone(a.Places)
		for j := range a.Places {
			a.Places[j].From = time.Time{}
		}
		for j := range a.Spans {
			a.Spans[j].From, a.Spans[j].Until = time.Time{}, time.Time{}
		}
	}
	t.Desks = slices.Clone(t.Desks)
	for i := range t.Desks {
		d := &t.Desks[i]
		d.Notices = slices.Clone(d.Notices)
		for j := range d.Notices {
			n := &d.Notices[j]
			n.Key, n.Document, n.At, n.FollowUps = "", "", time.Time{}, nil
			n.Answers = slices.Clone(n.Answers)
			for k := range n.Answers {
				a := &n.Answers[k]
				a.At, a.Delivered, a.Attempts, a.Failure = time.Time{}, time.Time{}, 0, ""
			}
		}
		slices.SortFunc(d.Notices, func(a, b NoticeTruth) int {
			return cmp.Or(cmp.Compare(a.Reference, b.Reference), cmp.Compare(a.Instrument, b.Instrument),
				cmp.Compare(strings.Join(a.Targets, " "), strings.Join(b.Targets, " ")))
		})
	}
	b, err := json.MarshalIndent(t, "", " ")
	if err != nil {
		panic(err) // strings, numbers and times only
	}
	return b
}
