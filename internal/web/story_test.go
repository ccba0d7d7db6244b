// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strconv"
	"strings"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/desk/desktest"
	"iolaus/internal/iru"
	"iolaus/internal/legal"
)

// A story is a unit's work of some days, made by the desk's own verbs, with invented, harmless content: weather, trains and trams.
type story struct {
	wire, mirror, radio, app, trains, tram iru.Asset
	found                                  iru.Asset // a candidate that resembles wire
	stranger                               iru.Asset // a candidate that resembles nothing
	first, arabic, copied                  iru.Item
	order                                  iru.Notice // received, its clock runs
	waiting                                iru.Notice // endorsed, waits for a signature
	host, registrar                        iru.Provider
	operation                              iru.Operation
	outlet                                 iru.OutletID
	known, text, blank                     iru.Known // a partner's, one that two near copies are met by, one that matches too much
}

const arabicBulletin = "نشرة الطقس لمنطقة الميناء: ينخفض خط الثلج الليلة إلى ٦٠٠ متر، وتهب رياح شمالية معتدلة.\n\nيعمل القطار رقم 204 وفق الجدول الليلي حتى صباح الجمعة. لمزيد من التفاصيل زوروا https://halcyon-live.test/night"

func sum(s string) string {
	h := sha256.Sum256([]byte(s))
	return hex.EncodeToString(h[:])
}

// watch puts an address on watch for an outlet.
func (h *house) watch(address, outlet string) iru.Asset {
	h.t.Helper()
	a, err := h.Watch(h.t.Context(), h.scope("ada"), desk.WatchRequest{Address: address, Name: outlet, Reason: "named in a notification of the exercise"})
	must(h.t, err)
	return a
}

// item finds the item at an address.
func (h *house) item(locator string) (i iru.Item) {
	h.t.Helper()
	h.view(func(ctx context.Context, t *db.Tx) error {
		var err error
		i, err = t.ItemByLocator(ctx, h.people["ada"].Unit, locator)
		return err
	})
	return i
}

// capture records an item as a worker would.
func (h *house) capture(i iru.Item, lang, title, body string, features []iru.Feature, links ...desk.Link) iru.Exhibit {
	h.t.Helper()
	dir := "ltr"
	if lang == "ar" {
		dir = "rtl"
	}
	content := sum(body)
	x, err := h.RecordCapture(h.t.Context(), desk.Recording{Item: i.ID, Vantage: "north", At: h.clock(), Outcome: iru.Up, Status: 200, Final: i.Locator, Took: 420 * time.Millisecond,
		Manifest: sum(i.Locator + body), Title: title, Lang: lang, Langs: []string{lang}, Dir: dir, Text: body, Content: content, Features: features, Links: links,
		Files: []iru.File{{Name: "capture.warc.gz", Kind: "warc", SHA256: sum("warc" + body), Size: 18422}, {Name: "page.txt", Kind: "text", SHA256: content, Size: int64(len(body))},
			{Name: "manifest.json", Kind: "manifest", SHA256: sum(i.Locator + body), Size: 1830}},
		Prints: []iru.Print{{Medium: "sha256", Value: content, Where: i.Locator}}})
	must(h.t, err)
	return x
}

// look records one round of looks from two vantage points.
func (h *house) look(a iru.AssetID, north, south iru.Outcome) {
	h.t.Helper()
	h.later(2 * time.Minute)
	_, err := h.RecordLooks(h.t.Context(), a, []iru.Observation{
		{At: h.clock(), Vantage: "north", Outcome: north, Status: httpOf(north), Detail: detailOf(north), Took: 120 * time.Millisecond},
		{At: h.clock(), Vantage: "south", Outcome: south, Status: httpOf(south), Detail: detailOf(south), Took: 340 * time.Millisecond}})
	must(h.t, err)
}

func httpOf(o iru.Outcome) int {
	switch o {
	case iru.Up:
		return 200
	case iru.Gone:
		return 410
	}
	return 0
}

func detailOf(o iru.Outcome) string {
	switch o {
	case iru.Up:
		return "200 from 127.64.1.9"
	case iru.Gone:
		return "410 from 127.64.1.9"
	case iru.Timeout:
		return "no answer within 20 s"
	}
	return string(o)
}

// carried says who carries an asset.
func (h *house) carried(a iru.Asset, host, registrar string) {
	h.t.Helper()
	var cs []desk.Carriage
	for _, c := range []struct {
		name  string
		layer legal.Layer
		where string
	}{{host, legal.Host, "XA"}, {registrar, legal.Registrar, "XB"}} {
		if c.name == "" {
			continue
		}
		site := strings.ToLower(strings.ReplaceAll(c.name, " ", "-")) + ".test"
		cs = append(cs, desk.Carriage{Name: c.name, Site: site, Layer: c.layer, Jurisdiction: c.where, Channel: iru.ByMail, Address: "abuse@" + site, Source: "RDAP, entity abuse"})
	}
	must(h.t, h.RecordCarriers(h.t.Context(), a.ID, cs))
}

func (h *house) provider(name string, layer legal.Layer) (p iru.Provider) {
	h.t.Helper()
	h.view(func(ctx context.Context, t *db.Tx) error {
		var err error
		p, err = t.ProviderByName(ctx, h.people["ada"].Unit, name, layer)
		return err
	})
	return p
}

// refer gives an item the finding that it should go.
func (h *house) refer(login string, i iru.Item, purpose iru.Purpose) iru.Assessment {
	h.t.Helper()
	why := "exercise: the bulletin asks readers to join, second paragraph"
	if purpose == iru.PurposeDoubt {
		why = "exercise: the timetable may be news"
	}
	a, err := h.Assess(h.t.Context(), h.scope(login), iru.Assessment{Item: i.ID, Finding: iru.FindRefer, Limbs: []string{"c"}, Passage: "snow line", PassageLang: "en", Purpose: purpose,
		PurposeReason: "no editorial responsibility is named", Public: true, Reason: why, Grounds: desktest.Whole()})
	must(h.t, err)
	return a
}

func (h *house) reply(n iru.NoticeID, kind string, guess bool, words string) {
	h.t.Helper()
	must(h.t, h.Receive(h.t.Context(), desk.Reply{Notice: n, Kind: kind, Guess: guess, At: h.clock(), Channel: iru.ByMail, From: "abuse@birchrack.test", Authentic: "dkim", Subject: "Re: your act",
		Text: words, MessageID: kind + strconv.FormatInt(int64(n), 10) + words}))
}

// act drafts, submits and endorses an act.
func (h *house) act(r desk.DraftRequest) iru.Notice {
	h.t.Helper()
	ctx := h.t.Context()
	n, err := h.Draft(ctx, h.scope("ada"), r)
	must(h.t, err)
	n, err = h.Submit(ctx, h.scope("ada"), n.ID)
	must(h.t, err)
	n, err = h.Approve(ctx, h.scope("lena"), n.ID)
	must(h.t, err)
	return n
}

// seal gives all events their places.
func (h *house) seal() {
	h.t.Helper()
	for {
		n, err := h.Seal(h.t.Context(), "test")
		must(h.t, err)
		if n == 0 {
			return
		}
	}
}

// story lives through some days of work.
func (h *house) story() *story {
	h.t.Helper()
	ctx, s := h.t.Context(), &story{}
	shared := []iru.Feature{{Family: "analytics", Kind: "analytics_id", Value: "g:HW7"}, {Family: "identity", Kind: "feed_key", Value: "7c19"}, {Family: "content", Kind: "favicon", Value: "f00d"}}
	s.wire = h.watch("hxxps://wire[.]halcyon-weather[.]test/", "Halcyon Weather Wire")
	s.first = h.item(s.wire.Locator)
	h.capture(s.first, "en", "Halcyon Weather Wire", "Snow line falls tonight to 600 metres.\n\nMore at https://halcyon-live.test/night and in the evening bulletin.", shared,
		desk.Link{URL: "https://wire.halcyon-weather.test/posts/5521", Text: "Bulletin"}, desk.Link{URL: "https://halcyon-live.test/", Text: "Our new home"},
		desk.Link{URL: "https://wire.halcyon-weather.test/posts/5522", Text: "Bulletin"}, desk.Link{URL: "https://wire.halcyon-weather.test/posts/5523", Text: "Bulletin"},
		desk.Link{URL: "https://tea-and-maps.test/", Text: "A shop"})
	h.carried(s.wire, "Birchrack", "Alder Names")
	h.look(s.wire.ID, iru.Up, iru.Up)
	for _, seen := range []iru.Seen{
		{Site: &iru.SiteSeen{Address: s.wire.Locator, Title: "Halcyon Weather Wire", Analytics: []string{"g:HW7"}}},
		{Domain: &iru.DomainSeen{Name: "halcyon-weather.test", Host: "wire.halcyon-weather.test", A: []string{"127.64.1.9"}, NS: []string{"ns1.alder.test"}, Registrar: "Alder Names", Registry: "rdap.registry.test"}},
	} {
		must(h.t, h.RecordSighting(ctx, iru.Sighting{Asset: s.wire.ID, Vantage: "north", Last: h.clock(), Seen: seen}))
	}
	h.later(26 * time.Hour)

	s.mirror = h.watch("https://mirror.halcyon-copy.test/", "Halcyon Weather Wire")
	h.capture(h.item(s.mirror.Locator), "en", "Halcyon Weather Wire, copy", "Snow line falls tonight to 600 metres. This is the copy.", shared)
	h.carried(s.mirror, "Cedar Cloud", "Alder Names")
	h.look(s.mirror.ID, iru.Up, iru.Up)
	s.radio = h.watch("https://radio.tram-wave.test/live.mp3", "Halcyon Weather Wire")
	h.carried(s.radio, "Cedar Cloud", "")
	s.app = h.watch("https://halcyon-app.test/halcyon.apk", "Halcyon Weather Wire")
	h.carried(s.app, "Birchrack", "Alder Names")
	h.look(s.app.ID, iru.Up, iru.Timeout)
	s.trains = h.watch("https://northline-trains.test/", "Northline Trains")
	h.capture(h.item(s.trains.Locator), "fr", "Northline, horaires", "Le train de nuit 204 part à 23 h 10.", nil)
	h.carried(s.trains, "Dogwood Hosting", "Alder Names")
	h.look(s.trains.ID, iru.Up, iru.Up)
	s.tram = h.watch("https://harbour-tram.test/", "Harbour Tram Bulletin")
	h.look(s.tram.ID, iru.Up, iru.Up)
	h.later(30 * time.Hour)

	h.refer("ada", s.first, iru.PurposeProceed)
	s.host, s.registrar = h.provider("Birchrack", legal.Host), h.provider("Alder Names", legal.Registrar)
	_, err := h.Confirm(ctx, h.scope("ben"), s.host.ID, "called the number on their page")
	must(h.t, err)
	_, err = h.RecordInformed(ctx, h.scope("ben"), s.host.ID, h.clock().Add(-24*time.Hour).Format(time.RFC3339), "", "registered letter")
	must(h.t, err)
	s.order = h.act(desk.DraftRequest{Asset: s.wire.ID, Item: s.first.ID, Provider: s.host.ID, Layer: legal.Host, Instrument: legal.RemovalOrder})
	s.order, err = h.Approve(ctx, h.scope("sig"), s.order.ID)
	must(h.t, err)
	h.seal()
	_, err = h.Dispatch(ctx, s.order.ID)
	must(h.t, err)
	must(h.t, h.RecordSent(ctx, s.order.ID, desk.Sending{At: h.clock(), Proof: "250 2.0.0 Ok: queued"}))
	h.later(time.Minute)
	h.reply(s.order.ID, "receipt", false, "We have received your order.")

	h.arrivals(s, shared)
	h.later(46 * time.Minute)
	h.look(s.wire.ID, iru.Gone, iru.Timeout)
	h.seal()
	return s
}

// arrivals are what came in today: new items, candidates, a letter, a poll.
func (h *house) arrivals(s *story, shared []iru.Feature) {
	h.t.Helper()
	ctx := h.t.Context()
	s.arabic = h.item("https://wire.halcyon-weather.test/posts/5521")
	x := h.capture(s.arabic, "ar", "نشرة الطقس", arabicBulletin, nil)
	h.banks(s, x)
	s.copied = h.item("https://wire.halcyon-weather.test/posts/5522")
	h.capture(s.copied, "ar", "نشرة الطقس", arabicBulletin, nil)
	must(h.t, h.RecordMatches(ctx, h.capture(h.item("https://wire.halcyon-weather.test/posts/5523"), "en", "Night trains", "Train 204 follows the night timetable.", nil).ID, nil))
	h.view(func(ctx context.Context, t *db.Tx) error {
		var err error
		if s.found, err = t.AssetByLocator(ctx, h.people["ada"].Unit, "https://halcyon-live.test/"); err != nil {
			return err
		}
		s.stranger, err = t.AssetByLocator(ctx, h.people["ada"].Unit, "https://tea-and-maps.test/")
		return err
	})
	h.capture(h.item(s.found.Locator), "en", "Halcyon Live", "Snow line falls tonight to 600 metres. We moved.", shared)
	h.capture(h.item(s.stranger.Locator), "en", "Tea and maps", "A shop for tea and old maps.", []iru.Feature{{Family: "analytics", Kind: "analytics_id", Value: "g:TEA"}})
	h.refer("ben", h.item(s.trains.Locator), iru.PurposeDoubt)
	h.refer("ada", h.item(s.mirror.Locator), iru.PurposeProceed)
	cedar := h.provider("Cedar Cloud", legal.Host)
	_, err := h.Draft(ctx, h.scope("ada"), desk.DraftRequest{Asset: s.mirror.ID, Item: h.item(s.mirror.Locator).ID, Provider: cedar.ID, Layer: legal.Host, Instrument: legal.RemovalOrder})
	must(h.t, err)
	s.waiting = h.act(desk.DraftRequest{Asset: s.wire.ID, Item: s.first.ID, Provider: s.host.ID, Layer: legal.Host, Instrument: legal.RemovalOrder})
	h.reply(s.order.ID, "unknown", true, "Could you tell us more about the second page?")
	h.view(func(ctx context.Context, t *db.Tx) error {
		a, err := t.Asset(ctx, iru.Program(), s.wire.ID)
		s.outlet = a.Outlet
		return err
	})
	s.operation, err = h.PlanOperation(ctx, h.scope("dora"), "Signal Box", []iru.OutletID{s.outlet}, nil, h.people["dora"].ID, "exercise")
	must(h.t, err)
	if _, err = h.OpenPoll(ctx, h.scope("dora"), s.operation.ID); err != nil && !errors.Is(err, iru.Conflict) && !errors.Is(err, iru.Invalid) {
		h.t.Fatal(err)
	}
}
