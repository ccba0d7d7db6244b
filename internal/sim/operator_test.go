// SPDX-License-Identifier: EUPL-1.2

package sim

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/miekg/dns"
)

// acts lists what was done to an asset, in order.
func acts(t Truth, asset string) (out []string) {
	for _, a := range t.Acts {
		if a.Asset == asset {
			out = append(out, a.Did)
		}
	}
	return out
}

// In s4 the host refuses; when the name is held, the next spare name takes its place, what can carries the news, and the dead name is
// taken by others after a while.
func TestOperatorTakesTheNextName(t *testing.T) {
	r := start(t, Options{Scenario: "s4", Virtual: true})
	c := client(t, r, "")
	send(t, r, "dunehost", "m1", "RO-2026-0001", RemovalOrder, "https://galehead-bulletin.test/")
	send(t, r, "registry", "m2", "OA-2026-0002", OrderToAct, "galehead-bulletin.test")
	r.Advance(12 * hour)
	if a := r.Truth().asset("gh-en"); a.last().Effect != Held {
		t.Fatalf("the head after the order: %+v", a.last())
	}
	r.Advance(8 * 24 * hour)
	truth := r.Truth()
	head := truth.asset("gh-en-spare-1")
	if head.Locator != "https://galehead-signal.test/" || head.last().Effect != None || head.Follows != "gh-en" || head.TLSKey != truth.asset("gh-en").TLSKey {
		t.Fatalf("the next head: %+v", head)
	}
	if _, _, body := get(t, c, "https://pond.test/@galehead"); !strings.Contains(body, "galehead-signal.test") {
		t.Error("the account does not tell the new place")
	}
	if got := acts(truth, "gh-app"); slices.Contains(got, "shipped") == false {
		t.Errorf("the app: %v", got)
	}
	if _, _, m := get(t, c, "https://get.galehead-app.test/manifest.json"); !strings.Contains(m, "galehead-signal.test") || !strings.Contains(m, "1.4.3") {
		t.Errorf("the app's manifest: %s", m)
	}
	if truth.asset("gh-app").Version != "1.4.3" {
		t.Errorf("version %s", truth.asset("gh-app").Version)
	}
	r.Advance(24 * 24 * hour) // the registration ended
	if m := ask(t, r.Resolver(), "udp", "galehead-bulletin.test", dns.TypeA); m.Rcode != dns.RcodeNameError {
		t.Errorf("an expired name: %v", m)
	}
	if s := status(t, c, "https://rdap.registry.test/domain/galehead-bulletin.test"); s != 404 {
		t.Errorf("registration of an expired name: %d", s)
	}
	r.Advance(10 * 24 * hour)
	s, _, body := get(t, c, "https://galehead-bulletin.test/posts/1.html")
	if s != 200 || !strings.Contains(body, "may be for sale") || strings.Contains(body, "Galehead Bulletin") {
		t.Errorf("a parked name: %d %s", s, body)
	}
	if m := ask(t, r.Resolver(), "udp", "anything.galehead-bulletin.test", dns.TypeA); len(m.Answer) != 1 {
		t.Errorf("below a parked name: %v", m)
	}
	if _, _, body := get(t, c, "https://rdap.registry.test/domain/galehead-bulletin.test"); !strings.Contains(body, "ns1.parkway.test") || strings.Contains(body, "2025-11-03") {
		t.Errorf("registration of a parked name: %s", body)
	}
	if n := r.Truth().Names; len(n) == 0 || n[0].TakenBy != "parkway" {
		t.Errorf("names: %+v", n)
	}
}

// A site that its host removed moves to the next host under the same name and key, until none is left.
func TestOperatorMovesTheSite(t *testing.T) {
	r := start(t, Options{Scenario: "s7", Virtual: true})
	c := client(t, r, "")
	if s, _ := call(t, r, "elmgrid", "POST", "/v1/notices", "k", object{"reference": "RF-2026-0001", "instrument": "referral",
		"targets": []string{"https://northline-trains.test/"}}); s != 202 {
		t.Fatal(s)
	}
	r.Advance(4 * 24 * hour)
	a := r.Truth().asset("nl-en")
	if a.last().Effect != None || len(a.Places) != 2 || a.Places[1].Host != "cedarbox" || a.Roles[0].Provider != "cedarbox" || len(a.Spans) != 4 {
		t.Errorf("after the move: %+v", a)
	}
	if s := status(t, c, "https://northline-trains.test/"); s != 200 {
		t.Errorf("the same name: %d", s)
	}
	if m := ask(t, r.Resolver(), "udp", "northline-trains.test", dns.TypeNS); !strings.Contains(m.Answer[0].String(), "ns1.cobalt.test") {
		t.Errorf("name servers: %v", m.Answer)
	}
}

// The same seed and calls make the same truth to the byte, and ninety days pass in seconds.
func TestStoryIsTheSame(t *testing.T) {
	play := func(seed int64) []byte {
		r, err := Start(context.Background(), Options{Scenario: "s7", Virtual: true, Wave: true, Seed: seed})
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		r.Advance(90 * 24 * hour)
		b, err := json.MarshalIndent(r.Truth(), "", " ")
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	one, two, other := play(3), play(3), play(4)
	if !bytes.Equal(one, two) {
		t.Error("two plays of one seed differ")
	}
	if bytes.Equal(one, other) {
		t.Error("another seed plays the same story")
	}
	var truth Truth
	if err := json.Unmarshal(one, &truth); err != nil {
		t.Fatal(err)
	}
	h := truth.Audience[0]
	last := h.Samples[len(h.Samples)-1]
	if h.Samples[0].Kept != 1000 || last.Kept >= 1000 || last.Kept < 0 || last.Reached > last.Kept {
		t.Errorf("audience: first %+v, last %+v of %d", h.Samples[0], last, len(h.Samples))
	}
}
