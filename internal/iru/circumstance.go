// SPDX-License-Identifier: EUPL-1.2

package iru

import (
	"slices"
	"strings"
	"time"

	"iolaus/internal/legal"
)

// A Circumstance is a fact that the gate needs and that no probe tells, on an officer's word. The newest of a kind counts.
type Circumstance struct {
	ID       int64
	Unit     UnitID
	Asset    AssetID
	Provider ProviderID // whose part in the asset it is about; 0: the asset itself
	Kind     string     // one of the kinds below
	Value    string     // an audience, or "yes" or "no"
	Source   string     // how it is known
	At       time.Time
	By       OfficerID
}

// The kinds of circumstance. The last two are about a provider's part.
const (
	FactAudience     = "audience"      // who can reach the content: a legal.Audience
	FactMail         = "mail"          // it is an e-mail or a private message, not an archive that anyone can open
	FactLive         = "live"          // it is live transit, not a stored programme
	FactServesOthers = "serves_others" // cloud infrastructure that serves others than the content provider
	FactHosts        = "hosts"         // a delivery network that also stores, at the content provider's request
)

// Facts lists the kinds with the values that each may have.
func Facts() map[string][]string {
	yesno := []string{"yes", "no"}
	return map[string][]string{FactMail: yesno, FactLive: yesno, FactServesOthers: yesno, FactHosts: yesno,
		FactAudience: {string(legal.Public), string(legal.AutoRegistration), string(legal.ClosedGroup), string(legal.Private)}}
}

// OfProvider reports whether the kind is about a provider's part, not about the asset.
func (c Circumstance) OfProvider() bool { return c.Kind == FactServesOthers || c.Kind == FactHosts }

// Check refuses what says nothing.
func (c Circumstance) Check() error {
	values, known := Facts()[c.Kind]
	switch {
	case !known:
		return Refuse(Invalid, "there is no fact "+clip(c.Kind, 20), "choose audience, mail, live, serves_others or hosts")
	case !slices.Contains(values, c.Value):
		return Refuse(Invalid, "that cannot be said of "+c.Kind, "choose one of: "+strings.Join(values, ", "))
	case strings.TrimSpace(c.Source) == "":
		return Refuse(Invalid, "it is not said how this is known", "name the evidence, such as a capture or their own pages")
	case c.OfProvider() && c.Provider == 0:
		return Refuse(Invalid, "it is not said of which provider", "choose one of those that carry the address")
	}
	return nil
}

// Newest gives the newest word on a kind, of a provider's part or of the asset; false where nobody said anything.
func Newest(cs []Circumstance, kind string, p ProviderID) (Circumstance, bool) {
	var out Circumstance
	for _, c := range cs {
		if c.Kind == kind && (!c.OfProvider() || c.Provider == p) && c.ID > out.ID {
			out = c
		}
	}
	return out, out.ID != 0
}

// Target is what an act on an asset would be addressed to. What an officer recorded counts before what the assessment or the kind of
// asset implies. What nobody knows stays unknown, and the gate refuses what needs it.
func Target(a Asset, f Assessment, p Provider, layer legal.Layer, cs []Circumstance, r legal.Request) legal.Target {
	t := legal.Target{Layer: layer, ServesOthers: p.ServesOthers, LiveStream: a.Kind == Stream, Request: r}
	if f.Public {
		t.Audience = legal.Public
	}
	if c, ok := Newest(cs, FactAudience, 0); ok {
		t.Audience = legal.Audience(c.Value)
	}
	for kind, field := range map[string]*bool{FactMail: &t.Mail, FactLive: &t.LiveStream, FactServesOthers: &t.ServesOthers, FactHosts: &t.Hosts} {
		if c, ok := Newest(cs, kind, p.ID); ok {
			*field = c.Value == "yes"
		}
	}
	return t
}

// Unrecorded lists what nobody recorded and what would decide whether a removal order can reach a provider on that layer.
func Unrecorded(t legal.Target, cs []Circumstance, p Provider) []string {
	var out []string
	missing := func(kind string) bool { _, ok := Newest(cs, kind, p.ID); return !ok }
	if t.Audience == "" {
		out = append(out, FactAudience)
	}
	switch t.Layer {
	case legal.Newsletter:
		if missing(FactMail) {
			out = append(out, FactMail)
		}
	case legal.StreamHost:
		if missing(FactLive) {
			out = append(out, FactLive)
		}
	case legal.Host:
		if missing(FactServesOthers) && !p.ServesOthers {
			out = append(out, FactServesOthers)
		}
	case legal.CDN:
		if missing(FactHosts) {
			out = append(out, FactHosts)
		}
	}
	return out
}
