// SPDX-License-Identifier: EUPL-1.2

package iru_test

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"iolaus/internal/iru"
)

// Whatever is seen, the next look lies within the bounds of its monitor, moved by a tenth at most; never before the server allows it.
func TestScheduleKeepsItsBounds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := rapid.SampledFrom(iru.Monitors).Draw(t, "monitor")
		b := iru.BoundsOf(m, 24*time.Hour)
		now := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
		s := iru.NewSchedule(iru.Asset{ID: iru.AssetID(rapid.IntRange(1, 1000).Draw(t, "asset"))}, m, b, now)
		for range rapid.IntRange(1, 40).Draw(t, "looks") {
			l := rapid.SampledFrom([]iru.Looked{iru.LookSame, iru.LookChanged, iru.LookFailed}).Draw(t, "look")
			var until time.Time
			if rapid.Bool().Draw(t, "busy") {
				until = now.Add(time.Duration(rapid.IntRange(0, 86400).Draw(t, "wait")) * time.Second)
			}
			s = s.Next(l, now, b, until, time.Time{})
			pause := s.Due.Sub(now)
			least := b.Least
			if l == iru.LookFailed {
				least = min(least, 5*time.Minute)
			}
			if s.Every < b.Least || s.Every > b.Most || float64(pause) < .9*float64(least) || float64(pause) > 1.1*float64(b.Most) || s.Due.Before(until) {
				t.Fatalf("%s after %s: every %v, pause %v", m, l, s.Every, pause)
			}
			now = s.Due
		}
	})
}

func TestScheduleAdapts(t *testing.T) {
	b := iru.BoundsOf(iru.SiteMonitor, 24*time.Hour)
	now := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	run := func(l iru.Looked, n int, s iru.Schedule) iru.Schedule {
		for range n {
			s = s.Next(l, now, b, time.Time{}, time.Time{})
		}
		return s
	}
	s := iru.NewSchedule(iru.Asset{ID: 7}, iru.SiteMonitor, b, now)
	if s = run(iru.LookChanged, 1, s); s.Changes != 0 || s.Every != 24*time.Hour {
		t.Errorf("the first look counts as a change: %+v", s)
	}
	if fast := run(iru.LookChanged, 8, s); fast.Every != time.Hour || fast.Changes != 8 {
		t.Errorf("changes all the time: %+v", fast)
	}
	slow := run(iru.LookSame, 12, s)
	if slow.Every != 7*24*time.Hour {
		t.Errorf("never changes: %+v", slow)
	}
	if failed := run(iru.LookFailed, 3, slow); failed.Failures != 3 || failed.Every != slow.Every || failed.Looks != slow.Looks || !failed.Looked.Equal(slow.Looked) {
		t.Errorf("failed looks say something: %+v", failed)
	}
	if end := now.Add(time.Hour); !slow.Next(iru.LookSame, now, b, time.Time{}, end).Due.Equal(end) {
		t.Error("an event is slept through")
	}
}

func TestBan(t *testing.T) {
	for _, c := range []struct {
		after   time.Duration
		strikes int
		want    time.Duration
	}{{time.Second, 0, time.Minute}, {time.Hour, 3, time.Hour}, {365 * 24 * time.Hour, 0, 24 * time.Hour}, {0, 0, 15 * time.Minute}, {0, 2, time.Hour}, {0, 99, 24 * time.Hour}} {
		if got := iru.Ban(c.after, c.strikes); got != c.want {
			t.Errorf("%v, %d: %v", c.after, c.strikes, got)
		}
	}
}

// Every part says who sees it, and what is set twice or not at all is no sighting. What is on air or how many listen makes no new one.
func TestSighting(t *testing.T) {
	for m, s := range map[iru.Monitor]iru.Seen{
		iru.SiteMonitor: {Site: &iru.SiteSeen{Address: "https://a.test/", Analytics: []string{"x:1"}, Donations: []string{"iban:1"}, Links: []string{"https://b.test/"}}}, iru.ServerMonitor: {Server: &iru.ServerSeen{Name: "a.test", Addresses: []string{"192.0.2.1"}, Certificate: &iru.CertificateSeen{SHA256: "c", SPKI: "k", Names: []string{"a.test", "*.b.test"}}}},
		iru.DomainMonitor: {Domain: &iru.DomainSeen{Name: "a.test", Host: "a.test", A: []string{"192.0.2.1"}, NS: []string{"ns.test"}, Registrar: "R", Registry: "rdap.test"}}, iru.AppMonitor: {App: &iru.AppSeen{Package: "p", Signers: []string{"s"}}},
		iru.AddonMonitor: {Addon: &iru.AddonSeen{Identifier: "i", Key: "k"}}, iru.NewsletterMonitor: {Newsletter: &iru.NewsletterSeen{Service: "l.test", List: "b.l.test"}}, iru.StreamMonitor: {Stream: &iru.StreamSeen{Address: "https://a.test/s", Playing: "tides", Listeners: 3}},
		iru.AccountMonitor: {Account: &iru.AccountSeen{Platform: "p.test", Handle: "h"}}, iru.MirrorMonitor: {Mirror: &iru.MirrorSeen{Host: "m.test"}},
	} {
		got, err := s.Monitor()
		d, err2 := s.Digest()
		if got != m || err != nil || err2 != nil || len(d) != 64 {
			t.Errorf("%s: %s, %v, %v", m, got, err, err2)
		}
		x := iru.Sighting{Unit: 1, Asset: 2, Monitor: m, First: time.Unix(1, 0), Last: time.Unix(2, 0), Seen: s}
		if len(x.Edges()) == 0 || len(s.Facts()) == 0 {
			t.Errorf("%s: %d edges, %d facts", m, len(x.Edges()), len(s.Facts()))
		}
		for _, e := range x.Edges() {
			if e.Unit != 1 || e.Asset != 2 || e.Rel == "" || e.Source == "" || e.Confidence <= 0 || e.Confidence > 1 || e.From.Name == "" || e.To.Name == "" || e.First.IsZero() {
				t.Errorf("%s: %+v", m, e)
			}
		}
		for _, l := range x.Leads() {
			if l.Path.From != 2 || !l.Source.Valid() || l.At != x.First || l.Last != x.Last {
				t.Errorf("%s: %+v", m, l)
			}
		}
	}
	for what, c := range map[string]struct {
		seen iru.Seen
		want []iru.Edge
	}{
		"a site":       {iru.Seen{Site: &iru.SiteSeen{Contacts: []string{"Desk@A.test"}, Feeds: []iru.FeedSeen{{Title: "Halcyon Weather"}}}}, reachable("desk@a.test", "Halcyon Weather")},
		"an app":       {iru.Seen{App: &iru.AppSeen{Package: "p", Title: "Halcyon", Contact: "d@a.test"}}, reachable("d@a.test", "Halcyon")},
		"an add-on":    {iru.Seen{Addon: &iru.AddonSeen{Identifier: "i", Title: "Halcyon"}}, reachable("", "Halcyon")},
		"a newsletter": {iru.Seen{Newsletter: &iru.NewsletterSeen{From: "n@a.test", Title: "Tides"}}, reachable("n@a.test", "Tides")},
		"an account":   {iru.Seen{Account: &iru.AccountSeen{Name: "Tides", Contacts: []string{"+0 1234"}}}, reachable("+0 1234", "Tides")},
		"a stream":     {iru.Seen{Stream: &iru.StreamSeen{Name: "Night Ferry"}}, reachable("", "Night Ferry")},
	} {
		m, _ := c.seen.Monitor()
		es := iru.Sighting{Unit: 1, Asset: 2, Monitor: m, First: time.Unix(1, 0), Last: time.Unix(2, 0), Seen: c.seen}.Edges()
		for _, w := range c.want {
			n := slices.IndexFunc(es, func(e iru.Edge) bool { return e.From == w.From && e.Rel == w.Rel && e.To == w.To })
			if n < 0 || es[n].Check() != nil {
				t.Errorf("%s: no %+v in %+v", what, w, es)
			}
		}
	}
	a, _ := iru.Seen{Stream: &iru.StreamSeen{Name: "x", Playing: "tides", Listeners: 3}}.Digest()
	b, _ := iru.Seen{Stream: &iru.StreamSeen{Name: "x", Playing: "fog", Listeners: 9}}.Digest()
	if c, _ := (iru.Seen{Stream: &iru.StreamSeen{Name: "y"}}).Digest(); a != b || a == c {
		t.Error("what is on air makes another sighting, or a name none")
	}
	for _, s := range []iru.Seen{{}, {Site: &iru.SiteSeen{}, App: &iru.AppSeen{}}} {
		if _, err := s.Digest(); err == nil {
			t.Errorf("%+v is a sighting", s)
		}
	}
}

// reachable are the edges of asset 2 to where its makers are reached and to what it calls itself.
func reachable(contact, brand string) (out []iru.Edge) {
	if contact != "" {
		out = append(out, iru.Edge{From: iru.AssetNode(2), Rel: iru.RelReachedAt, To: iru.Node{Kind: iru.NodeAccount, Name: contact}})
	}
	return append(out, iru.Edge{From: iru.AssetNode(2), Rel: iru.RelBranded, To: iru.Node{Kind: iru.NodeBrand, Name: brand}})
}
