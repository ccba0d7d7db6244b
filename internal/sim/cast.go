// SPDX-License-Identifier: EUPL-1.2

package sim

import (
	"fmt"
	"net/netip"
	"net/url"
	"strings"
	"time"
)

// The cast: states, vantage ranges and providers that the scenarios choose from. Habits are invented.

const (
	minute = time.Minute
	hour   = time.Hour
)

var states = []State{{"XA", "State A"}, {"XB", "State B"}, {"XC", "State C"}, {"XD", "State D"}}

var vantages = []Vantage{
	{"State A exchange", "XA", netip.MustParsePrefix("127.80.0.0/16")},
	{"State B exchange", "XB", netip.MustParsePrefix("127.81.0.0/16")},
	{"State C exchange", "XC", netip.MustParsePrefix("127.82.0.0/16")},
}

// Instruments by layer, after the second table of law.md, section 1.
var (
	hostTakes      = []Instrument{Referral, Notice, RemovalOrder, OrderToAct, CourtOrder}
	registrarTakes = []Instrument{RegistrarReport, OrderToAct, CourtOrder}
	storeTakes     = []Instrument{Referral, Notice, StoreReport, RemovalOrder, OrderToAct, CourtOrder}
	orderOnly      = []Instrument{OrderToAct, CourtOrder}
	referralOnly   = []Instrument{Referral}
)

var (
	prompt = Delay{2 * minute, .3, 4 * minute}
	fast   = Delay{8 * minute, .4, 20 * minute}
	late   = Delay{44 * minute, .1, 52 * minute}
)

func registrar(ack, act Delay) Habit {
	return Habit{Manner: Acts, Takes: registrarTakes, Declines: referralOnly, Ack: ack, Act: act, Effect: Held,
		Advice: "We only register the name and store nothing of the site. Please send a registrar report or an order."}
}

func host(ack, act Delay, e Effect) Habit {
	return Habit{Manner: Acts, Takes: hostTakes, Ack: ack, Act: act, Effect: e}
}

func by(w Way, h Habit) Habit {
	h.Way = w
	return h
}

// cast lists every provider; its place gives its network, 127.20.N.0/24.
func cast() []Provider {
	list := []Provider{
		{ID: "registry", Name: "Range Registry", Kind: Registry, State: "XA", Desk: Desk{Habit: Habit{Manner: Acts, Takes: orderOnly,
			Declines: []Instrument{Referral, RegistrarReport}, Ack: prompt, Act: late, Effect: Held,
			Advice: "Please turn to the registrar of the name. The registry acts upon an order."}}},
		{ID: "alder", Name: "Alder Names", Kind: Registrar, State: "XA", Desk: Desk{Habit: registrar(prompt, fast)}},
		{ID: "beacon", Name: "Beacon Domains", Kind: Registrar, State: "XB", Desk: Desk{Habit: registrar(prompt, late)}},
		{ID: "cobalt", Name: "Cobalt Registrations", Kind: Registrar, State: "XC", Desk: Desk{Habit: registrar(prompt, fast)}},
		{ID: "deltaname", Name: "Deltaname", Kind: Registrar, State: "XD", Desk: Desk{Habit: func() Habit {
			h := registrar(prompt, fast)
			h.Manner, h.Question = Clarifies, "Which authority issued this, and whom may we call back?"
			return h
		}()}},
		{ID: "birchrack", Name: "Birchrack Hosting", Kind: Host, State: "XB", Desk: Desk{API: "v1", Habit: host(prompt, fast, Gone)}},
		{ID: "cedarbox", Name: "Cedarbox Servers", Kind: Host, State: "XC", Desk: Desk{Habit: by(ByAnnex, host(prompt, late, LegalBlock))}},
		{ID: "dunehost", Name: "Dunehost", Kind: Host, State: "XD", Desk: Desk{Habit: Habit{Manner: Refuses, Takes: hostTakes, Ack: prompt,
			Act: fast, Reason: "We have looked at it and will not act. Our terms allow such bulletins."}}},
		{ID: "elmgrid", Name: "Elmgrid Cloud", Kind: Host, State: "XA", Desk: Desk{API: "v1", Habit: Habit{Manner: Acts, Takes: hostTakes,
			Ack: prompt, Act: fast, Effect: Missing, First: netip.MustParsePrefix("127.81.0.0/16"), Rest: Delay{6 * hour, .1, 8 * hour}}}},
		{ID: "fernedge", Name: "Fernedge CDN", Kind: CDN, State: "XA", Desk: Desk{API: "v1", Habit: Habit{Manner: Acts, Takes: orderOnly,
			Declines: referralOnly, Ack: prompt, Act: fast, Effect: LegalBlock, Advice: "We pass the site on and do not store it."}}},
		{ID: "juniper", Name: "Juniper Apps", Kind: AppStore, State: "XB", Desk: Desk{API: "v1", Habit: Habit{Manner: Acts, Takes: storeTakes,
			Ack: prompt, Act: fast, Effect: Delisted}}},
		{ID: "marigold", Name: "Marigold Add-ons", Kind: AddonStore, State: "XA", Desk: Desk{Habit: Habit{Manner: Acts, Takes: storeTakes,
			Ack: prompt, Act: late, Effect: Delisted, Way: ByPaper}}},
		{ID: "postrook", Name: "Postrook Lists", Kind: ListHost, State: "XB", Desk: Desk{Habit: by(ByPage, host(prompt, fast, Gone))}},
		{ID: "airwave", Name: "Airwave Streams", Kind: StreamHost, State: "XC", Desk: Desk{API: "v1", Habit: host(prompt, fast, Mute)}},
		{ID: "pond", Name: "Pond", Kind: Platform, State: "XD", Desk: Desk{Habit: Habit{Manner: Clarifies, Takes: hostTakes, Ack: prompt, Act: fast,
			Effect: Missing, Question: "Which of the posts do you mean, and on what ground of our terms or of the law?"}}},
		{ID: "linkshelf", Name: "Linkshelf", Kind: Platform, State: "XC", Desk: Desk{Habit: host(Delay{2 * hour, .2, 3 * hour},
			Delay{36 * hour, .1, 40 * hour}, Soft404)}},
		{ID: "hollowbox", Name: "Hollowbox Files", Kind: FileHost, State: "XC", Desk: Desk{API: "v1", Habit: host(prompt, fast, Gone)}},
		{ID: "backpage", Name: "Backpage Archive", Kind: Archive, State: "XA", Desk: Desk{Habit: host(Delay{4 * hour, .3, 9 * hour},
			Delay{30 * hour, .3, 60 * hour}, LegalBlock)}},
		{ID: "parkway", Name: "Parkway Names", Kind: Parking, State: "XD", Desk: Desk{Habit: Habit{Manner: Silent}}},
		{ID: "sinkwell", Name: "Sinkwell", Kind: Sinkholes, State: "XA", Desk: Desk{Habit: Habit{Manner: Silent}}},
	}
	for i := range list {
		list[i].settle(i)
	}
	return list
}

// Addresses inside a provider's network.
const (
	atShared = 10 // shared hosting: many names
	atOwn    = 20 // own site, API, RDAP, catalogue of what it carries
	atMail   = 25
)

func (p Provider) at(n byte) netip.Addr {
	a := p.Network.Addr().As4()
	a[3] = n
	return netip.AddrFrom4(a)
}

// build makes a scenario of what was written and of the providers that are named.
func build(w World, ids ...string) (World, error) {
	w.States, w.Vantages = states, vantages
	for _, p := range cast() {
		for _, id := range ids {
			if p.ID == id {
				w.Providers = append(w.Providers, p)
			}
		}
	}
	if len(w.Providers) != len(ids) {
		return w, fmt.Errorf("build scenario %s: unknown provider among %v", w.Scenario, ids)
	}
	return w, w.complete()
}

// registered gives the registered domain of a host name: the last two labels, as .test has no public suffixes below it here.
func registered(host string) string {
	labels := strings.Split(strings.TrimSuffix(strings.ToLower(host), "."), ".")
	return strings.Join(labels[max(len(labels)-2, 0):], ".")
}

func (a Asset) hostname() string {
	u, err := url.Parse(a.Locator)
	if err != nil {
		return ""
	}
	return u.Hostname()
}

func (a Asset) path() string {
	u, err := url.Parse(a.Locator)
	if err != nil {
		return "/"
	}
	return u.Path
}

// addr gives an address in a provider's network of the cast.
func addr(provider string, n byte) netip.Addr {
	for _, p := range cast() {
		if p.ID == provider {
			return p.at(n)
		}
	}
	return netip.Addr{}
}
