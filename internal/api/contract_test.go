// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/db/dbtest"
	"iolaus/internal/desk"
	"iolaus/internal/effect"
	"iolaus/internal/iru"
	"iolaus/internal/ledger"
)

// TestContract tells one story through every operation of the document, on both engines. Each answer is held against the document,
// and an operation that the story does not reach fails the test.
func TestContract(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.directory()
		asset, item := w.sighting()
		w.curate()
		w.lists()
		w.triage(asset, item)
		notice := w.act(asset)
		w.law(asset, notice)
		w.afterwards(asset, notice)
		w.together(asset)
		w.plan(asset)
		w.assessed()
		w.register(asset)
		w.unplaced(notice)
		w.practised(asset)
		w.led(asset, item)
		w.followed(asset, notice)
		w.partnered()
		w.record()
		for p, item := range w.server.huma.OpenAPI().Paths {
			for method, op := range map[string]bool{"GET": item.Get != nil, "POST": item.Post != nil} {
				if op && !w.called[method+" "+p] {
					t.Errorf("no case for %s %s", method, p)
				}
			}
			if item.Put != nil || item.Patch != nil || item.Delete != nil {
				t.Errorf("%s has a method that no case looks at", p)
			}
		}
	})
}

// directory: who is who.
func (w *world) directory() {
	var me Me
	w.get("ada", "/v1/me", &me)
	if me.Officer.Name != "Officer ada" || me.Unit.Name != "Unit A" || len(me.Token.Scopes) != 3 {
		w.t.Errorf("me is %+v", me)
	}
	var units List[Unit]
	w.get("ada", "/v1/units", &units)
	var officers List[Officer]
	w.get("ada", "/v1/officers?limit=200", &officers)
	if len(units.Items) != 2 || len(officers.Items) != 9 {
		w.t.Errorf("%d units, %d officers", len(units.Items), len(officers.Items))
	}
	var p thing
	w.post("ben", "/v1/providers", words{"name": "Cedar Store", "layer": "app_store", "channel": "api", "address": "https://api.cedar.test/", "token": "store-credential-17"}, &p)
	if got := w.call(200, "ben", "GET", to("/v1/providers/%d", p.ID), nil, nil); strings.Contains(got.Body.String(), "store-credential-17") || !strings.Contains(got.Body.String(), `"has_token":true`) {
		w.t.Errorf("the credential of a provider: %s", got.Body)
	}
	w.confirm("ben", p.ID, "called")
}

// sighting: an address on watch, captured; what it links to is attributed or rejected.
func (w *world) sighting() (asset, item thing) {
	asset, item = w.watched("ada", "hxxps://halcyon-weather[.]test/", "Halcyon Weather Wire")
	again := w.captured(item.ID, "snow line falls tonight", desk.Link{URL: "https://halcyon-copy.test/about"}, desk.Link{URL: "https://elsewhere.test/x"})
	var texts Finds
	w.get("ada", "/v1/search?q="+url.QueryEscape(`"SNOW line" -tram -over`)+"&why=exercise&limit=1", &texts)
	if len(texts.Items) != 1 || texts.Next != 0 || texts.Items[0].Item != item.ID || texts.Items[0].Excerpt != "snow line falls tonight" || len(texts.Items[0].Hits) != 1 || texts.Items[0].Hits[0] != (Stretch{0, 9}) {
		w.t.Errorf("searched: %+v", texts)
	}
	w.refused(422, "ada", "GET", "/v1/search?q=-snow", nil)
	var as things
	w.get("ada", "/v1/assets?state=candidate", &as)
	if len(as.Items) != 2 {
		w.t.Fatalf("candidates: %+v", as)
	}
	w.post("ada", to("/v1/assets/%d/attribute", as.Items[0].ID), words{"outlet": asset.Outlet, "reason": "same analytics"}, nil)
	w.post("ada", to("/v1/assets/%d/reject", as.Items[1].ID), words{"reason": "a newspaper"}, nil)
	var doubted thing
	if w.post("ben", to("/v1/assets/%d/reconsider", as.Items[1].ID), words{"reason": "its timetable is the same"}, &doubted); doubted.State != "candidate" {
		w.t.Errorf("reconsidered: %+v", doubted)
	}
	w.post("ada", to("/v1/assets/%d/reject", as.Items[1].ID), words{"reason": "a newspaper all the same"}, nil)
	var ps things
	w.get("ada", "/v1/providers", &ps)
	w.post("ben", to("/v1/assets/%d/carry", as.Items[0].ID), words{"provider": ps.Items[0].ID, "source": "the store's own page"}, nil)
	if raw := w.call(200, "ada", "GET", to("/v1/assets/%d", as.Items[0].ID), nil, nil).Body.String(); !strings.Contains(raw, "the store's own page") {
		w.t.Errorf("a carrier that an officer named: %s", raw)
	}
	w.get("ada", "/v1/outlets", nil)
	var o OutletDetail
	w.get("ada", to("/v1/outlets/%d", asset.Outlet), &o)
	if len(o.Assets) != 2 || o.Name != "Halcyon Weather Wire" {
		w.t.Errorf("the outlet: %+v", o)
	}
	for _, v := range []struct{ verb, state string }{{"close", "closed"}, {"watch", "watched"}} {
		if w.post("ada", to("/v1/outlets/%d/", asset.Outlet)+v.verb, words{"reason": "the forecaster was on leave"}, &o); string(o.State) != v.state {
			w.t.Errorf("%s: %+v", v.verb, o.Outlet)
		}
	}
	var chart struct {
		Format string
		Nodes  []any
		Edges  []any
	}
	if w.get("ada", to("/v1/outlets/%d/map", asset.Outlet), &chart); chart.Format != iru.MapFormat || len(chart.Nodes) < 3 || len(chart.Edges) < 3 {
		w.t.Errorf("the map: %+v", chart)
	}
	xml := w.do(req("GET", to("/v1/outlets/%d/map?format=graphml&on=2030-01-01", asset.Outlet), w.tokens["ada"], nil))
	if xml.Code != 200 || xml.Header().Get("Content-Type") != "application/xml" || !strings.Contains(xml.Body.String(), "<graphml") {
		w.t.Errorf("GraphML: %d %s", xml.Code, xml.Body)
	}
	w.refused(422, "ada", "GET", to("/v1/outlets/%d/map?on=yesterday", asset.Outlet), nil)
	var o2 struct{ Languages []string }
	if w.post("ada", "/v1/me/languages", words{"languages": []string{"en", "EN", "ar"}}, &o2); len(o2.Languages) != 2 {
		w.t.Errorf("languages: %v", o2.Languages)
	}
	w.refused(422, "ada", "POST", "/v1/me/languages", words{"languages": []string{"english, please"}})
	var cover Coverage
	if w.get("ada", "/v1/coverage", &cover); len(cover.Items) != 1 || len(cover.Items[0].Languages) == 0 {
		w.t.Errorf("coverage: %+v", cover)
	}
	w.get("ada", "/v1/exhibits", nil)
	w.get("ada", to("/v1/exhibits/%d", int64(again.ID)), nil)
	w.get("ada", to("/v1/assets/%d", asset.ID), nil)
	raw := w.call(200, "ada", "GET", to("/v1/assets/%d", asset.ID), nil, nil).Body.String()
	for _, part := range []string{`"address":"https://halcyon-weather.test/"`, `"address_defanged":"hxxps://halcyon-weather[.]test/"`, `"created":"2026-03-12T08:00:00.000000Z"`,
		`"vantage":"north"`, `"name":"Birchrack"`, `"verb":"attribute"`} {
		if !strings.Contains(raw, part) {
			w.t.Errorf("the asset lacks %s: %s", part, raw)
		}
	}
	var k Known
	w.post("ada", "/v1/known", words{"bank": "partner", "medium": "sha256", "value": strings.Repeat("ab", 32), "label": "bulletin of last year", "finding": "refer"}, &k)
	w.get("ada", "/v1/known?bank=partner&medium=sha256", nil)
	l, err := w.desk.AddTermList(w.t.Context(), w.scope("ada"), iru.TermList{Name: "lines"})
	must(w.t, err)
	_, err = w.desk.AddTerm(w.t.Context(), w.scope("ada"), iru.Term{List: l.ID, Text: "harbour tram", Lang: "en"})
	must(w.t, err)
	var ts struct {
		Items []Term `json:"items"`
	}
	if w.get("ada", to("/v1/terms?list=%d", int64(l.ID)), &ts); len(ts.Items) != 1 || ts.Items[0].Text != "harbour tram" || ts.Items[0].State != "active" {
		w.t.Errorf("terms: %+v", ts.Items)
	}
	var ls struct {
		Items []TermList `json:"items"`
	}
	if w.get("ada", "/v1/terms/lists", &ls); len(ls.Items) != 1 || ls.Items[0].Name != "lines" || ls.Items[0].Terms != 1 {
		w.t.Errorf("watch lists: %+v", ls.Items)
	}
	must(w.t, w.desk.RecordMatches(w.t.Context(), again.ID, []desk.Resemblance{{Known: k.ID, Medium: "sha256", Where: "https://halcyon-weather.test/"}}))
	var detail struct {
		Matches []thing `json:"matches"`
	}
	w.get("ada", to("/v1/items/%d", item.ID), &detail)
	judge := to("/v1/matches/%d/judge", detail.Matches[0].ID)
	w.post("ada", judge, words{"verb": "confirm"}, nil)
	w.post("ada", judge, words{"verb": "withdraw"}, nil)
	w.refused(422, "ada", "POST", judge, words{"verb": "restore"})
	var m thing
	if w.post("ada", judge, words{"verb": "restore", "note": "withdrawn by mistake"}, &m); m.State != "suggested" {
		w.t.Errorf("restored: %+v", m)
	}
	w.post("ada", judge, words{"verb": "confirm"}, nil)
	return asset, item
}

// triage: an item is held, passed, put off, sent to a second reviewer, and found to be referred; another one is undone.
func (w *world) triage(asset, item thing) {
	w.get("ada", "/v1/queue", nil)
	verb := func(login, verb string, body any) (i thing) {
		w.t.Helper()
		w.post(login, to("/v1/items/%d/", item.ID)+verb, body, &i)
		return i
	}
	verb("ada", "hold", nil)
	if p := w.refused(409, "ben", "POST", to("/v1/items/%d/hold", item.ID), nil); !strings.Contains(p.Detail, "holds this item") {
		w.t.Errorf("held by another: %+v", p)
	}
	verb("ada", "pass", nil)
	if i := verb("ada", "defer", words{"until": w.now().Add(time.Hour).Format(time.RFC3339), "note": "translation"}); i.State != "deferred" {
		w.t.Errorf("deferred: %+v", i)
	}
	w.later(2 * time.Hour)
	verb("ada", "hold", words{})
	verb("ada", "second", words{"reason": "not sure"})
	verb("ben", "assess", refer)
	var other, found thing
	w.post("ada", "/v1/watch", words{"address": "https://halcyon-mirror.test/", "outlet": asset.Outlet, "kind": "mirror", "reason": "named"}, &other)
	var is things
	w.get("ada", fmt.Sprintf("/v1/items?asset=%d&state=new", other.ID), &is)
	w.captured(is.Items[0].ID, "another bulletin")
	w.post("ada", to("/v1/items/%d/assess", is.Items[0].ID), words{"finding": "no_action", "reason": "a forecast"}, &found)
	w.post("ada", to("/v1/assessments/%d/undo", found.ID), nil, &found)
	if found.State != "undone" {
		w.t.Errorf("undone: %+v", found)
	}
	w.anew(is.Items[0].ID)
}

// anew: a finding is overturned, and a colleague gets the item and has it recorded again.
func (w *world) anew(item int64) {
	w.post("ada", to("/v1/items/%d/assess", item), words{"finding": "no_action", "reason": "a forecast"}, nil)
	var i struct {
		State string `json:"state"`
		Held  int64  `json:"held_by"`
	}
	if w.post("ben", to("/v1/items/%d/reopen", item), words{"reason": "the second page was missed"}, &i); i.State != "ready" {
		w.t.Errorf("reopened: %+v", i)
	}
	lena := int64(w.people["lena"].ID)
	if p := w.refused(409, "ben", "POST", to("/v1/items/%d/hand-over", item), words{"to": lena}); p.Instead != "take it first" {
		w.t.Errorf("handed over by one who does not hold it: %+v", p)
	}
	w.post("ben", to("/v1/items/%d/hold", item), nil, nil)
	if w.post("ben", to("/v1/items/%d/hand-over", item), words{"to": lena}, &i); i.Held != lena {
		w.t.Errorf("handed over: %+v", i)
	}
	w.post("ben", to("/v1/items/%d/capture", item), nil, nil)
	if text := w.call(200, "ada", "GET", to("/v1/events?noun=item&subject=%d", item), nil, nil).Body.String(); !strings.Contains(text, `"verb":"ask_capture"`) {
		w.t.Errorf("the log lacks the wish for a capture: %s", text)
	}
}

// act: a binding act from draft to receipt.
func (w *world) act(asset thing) thing {
	var options struct {
		Items []struct {
			Provider int64  `json:"provider"`
			Layer    string `json:"layer"`
			Rulings  []struct {
				Instrument string `json:"instrument"`
				Allowed    bool   `json:"allowed"`
				Reason     string `json:"reason"`
			} `json:"rulings"`
		} `json:"items"`
	}
	w.get("ada", to("/v1/assets/%d/options", asset.ID), &options)
	if err := w.desk.RecordSighting(w.t.Context(), iru.Sighting{Asset: iru.AssetID(asset.ID), Vantage: "north", Seen: iru.Seen{Domain: &iru.DomainSeen{Name: "a.test", Host: "a.test", Exists: true}}}); err != nil {
		w.t.Fatal(err)
	}
	var sightings struct {
		Items []struct {
			Monitor string                    `json:"monitor"`
			Looks   int                       `json:"looks"`
			Seen    map[string]map[string]any `json:"seen"`
		} `json:"items"`
	}
	w.get("ada", to("/v1/assets/%d/sightings", asset.ID), &sightings)
	if g := sightings.Items; len(g) == 0 || g[0].Monitor != "domain" || g[0].Looks != 1 || g[0].Seen["domain"]["name"] != "a.test" {
		w.t.Errorf("sightings %+v", sightings)
	}
	host := options.Items[0].Provider
	for _, o := range options.Items {
		for _, r := range o.Rulings {
			if r.Instrument == "removal_order" && r.Allowed != (o.Layer == "host") || r.Reason == "" {
				w.t.Errorf("%s: %+v", o.Layer, r)
			}
		}
	}
	w.get("ada", "/v1/providers", nil)
	var n thing
	w.post("ada", "/v1/notices", words{"asset": asset.ID, "provider": host, "layer": "host", "instrument": "removal_order"}, &n)
	verb := func(login, verb string, body any) {
		w.t.Helper()
		w.post(login, to("/v1/notices/%d/", n.ID)+verb, body, &n)
	}
	verb("ada", "edit", words{"reasons": "Article 2(7)(c), the whole bulletin", "lang": "en"})
	verb("ada", "submit", nil)
	verb("lena", "return", words{"reason": "name the passage"})
	verb("ada", "submit", words{})
	w.approve("lena", n.ID)
	seen := w.seen("ada", n.ID)
	if p := w.refused(403, "lena", "POST", to("/v1/notices/%d/approve", n.ID), seen); p.Detail != "you have approved this act already" || !strings.Contains(p.Instead, "different officer") {
		w.t.Errorf("the same officer twice: %+v", p)
	}
	if p := w.refused(403, "ada", "POST", to("/v1/notices/%d/approve", n.ID), seen); !strings.Contains(p.Instead, "signer") {
		w.t.Errorf("an analyst signs: %+v", p)
	}
	if n = w.approve("sig", n.ID); n.State != "approved" || n.Ref != "RO-2026-0001" {
		w.t.Errorf("approved: %+v", n)
	}
	w.seal()
	w.confirm("ben", host, "register")
	w.informed(host)
	var before NoticeDetail
	w.get("ada", to("/v1/notices/%d", n.ID), &before)
	var papers NoticeDocument
	if w.get("ada", to("/v1/notices/%d/document", n.ID), &papers); papers.Sent || !bytes.HasPrefix(papers.PDF, []byte("%PDF-")) || !strings.Contains(papers.Facts, n.Ref) || len(papers.Missing) == 0 {
		w.t.Errorf("documents before it left: %+v", papers.Missing)
	}
	if before.Paper.Sent || before.Paper.Text == "" || len(before.Approvals) != 2 || !before.Approvals[1].Sealed || before.Approvals[1].Index == nil {
		w.t.Errorf("before it is sent: %+v", before)
	}
	_, err := w.desk.Dispatch(w.t.Context(), iru.NoticeID(n.ID))
	must(w.t, err)
	must(w.t, w.desk.RecordSent(w.t.Context(), iru.NoticeID(n.ID), desk.Sending{At: w.now(), Proof: "250 2.0.0 Ok", Receipt: true}))
	w.later(2 * time.Hour)
	raw := w.call(200, "ada", "GET", to("/v1/notices/%d", n.ID), nil, nil).Body.Bytes()
	if !bytes.Contains(raw, []byte(`"rule":"tco-1h"`)) || !bytes.Contains(raw, []byte(`"status":"overdue","late":true`)) || !bytes.Contains(raw, []byte(`"sent":true`)) {
		w.t.Errorf("an hour too late: %s", raw)
	}
	w.get("ada", "/v1/notices?state=received&asset="+fmt.Sprint(asset.ID), nil)
	w.get("ada", "/v1/clocks", nil)
	return n
}

func mustRead(t *testing.T, raw []byte, out any) {
	t.Helper()
	must(t, json.Unmarshal(raw, out))
}

// afterwards: a question answered, a reply filed by a person, the next act, one withdrawn and one sent again.
func (w *world) afterwards(asset, n thing) {
	var answer struct {
		ID     int64  `json:"id"`
		Failed string `json:"failed"`
	}
	w.post("ada", to("/v1/notices/%d/answer", n.ID), words{"text": "All posts at the address."}, &answer)
	w.refused(409, "ada", "POST", to("/v1/letters/%d/repost", answer.ID), nil)
	must(w.t, w.desk.Unposted(w.t.Context(), answer.ID, "550 no such user"))
	if raw := w.call(200, "ada", "GET", to("/v1/notices/%d", n.ID), nil, nil).Body.String(); !strings.Contains(raw, `"failed":"550 no such user"`) {
		w.t.Errorf("an answer that came back: %s", raw)
	}
	w.post("ada", to("/v1/letters/%d/repost", answer.ID), nil, &answer)
	if answer.Failed != "" {
		w.t.Errorf("sent again: %+v", answer)
	}
	must(w.t, w.desk.Receive(w.t.Context(), desk.Reply{Notice: iru.NoticeID(n.ID), Kind: "impossible", Authentic: "dkim", At: w.now(), Channel: iru.ByMail, From: "abuse@birchrack.test", Text: "flooded", MessageID: "m0"}))
	w.post("ada", to("/v1/notices/%d/end-impossibility", n.ID), words{"reason": "their duty officer called"}, &n)
	if n.State != "received" {
		w.t.Errorf("it can act again, and is %s", n.State)
	}
	must(w.t, w.desk.Receive(w.t.Context(), desk.Reply{Notice: iru.NoticeID(n.ID), Kind: "unknown", Guess: true, At: w.now(), Channel: "smtp", From: "abuse@birchrack.test", Subject: "Re", Text: "we will not", MessageID: "m1"}))
	var detail struct {
		Letters []struct {
			ID    int64 `json:"id"`
			Guess bool  `json:"guess"`
		} `json:"letters"`
	}
	w.get("ada", to("/v1/notices/%d", n.ID), &detail)
	for _, l := range detail.Letters {
		if l.Guess {
			w.post("ada", to("/v1/letters/%d/file", l.ID), words{"kind": "refused"}, nil)
		}
	}
	var next thing
	registrar := w.carrier(asset, "registrar")
	if p := w.refused(403, "ada", "POST", to("/v1/notices/%d/escalate", n.ID), words{"provider": registrar, "layer": "registrar", "instrument": "removal_order"}); !strings.Contains(p.Instead, "possible instead") {
		w.t.Errorf("a removal order to a registrar: %+v", p)
	}
	w.post("ada", to("/v1/notices/%d/escalate", n.ID), words{"provider": registrar, "layer": "registrar", "instrument": "registrar_report"}, &next)
	w.post("lena", to("/v1/notices/%d/withdraw", next.ID), words{"reason": "the host has changed its mind"}, nil)

	w.post("ada", "/v1/notices", words{"asset": asset.ID, "provider": registrar, "layer": "registrar", "instrument": "registrar_report"}, &next)
	w.post("ada", to("/v1/notices/%d/submit", next.ID), nil, nil)
	w.approve("lena", next.ID)
	w.confirm("ben", registrar, "register")
	w.seal()
	_, err := w.desk.Dispatch(w.t.Context(), iru.NoticeID(next.ID))
	must(w.t, err)
	must(w.t, w.desk.Undeliverable(w.t.Context(), iru.NoticeID(next.ID), "550 no such user"))
	w.post("ada", to("/v1/notices/%d/resend", next.ID), nil, &next)
	if next.State != "dispatched" {
		w.t.Errorf("sent again: %+v", next)
	}
	var left thing
	if w.post("ada", to("/v1/assets/%d/give-up", asset.ID), words{"reason": "nobody takes it down"}, &left); left.State != "live" {
		w.t.Errorf("given up: %+v", left)
	}
}

// carrier is the provider that carries the asset on a layer.
func (w *world) carrier(asset thing, layer string) int64 {
	w.t.Helper()
	var detail struct {
		Carriers []struct {
			Provider int64  `json:"provider"`
			Layer    string `json:"layer"`
		} `json:"carriers"`
	}
	w.get("ada", to("/v1/assets/%d", asset.ID), &detail)
	for _, c := range detail.Carriers {
		if c.Layer == layer {
			return c.Provider
		}
	}
	w.t.Fatalf("asset %d has no %s", asset.ID, layer)
	return 0
}

// planned gives an operation of both units with one approved task that unit B serves.
func (w *world) planned(name string, asset thing) (op, task thing) {
	w.t.Helper()
	b := int64(w.people["bea"].Unit)
	w.post("dora", "/v1/operations", words{"name": name, "outlets": []int64{asset.Outlet}, "units": []int64{b}}, &op)
	w.post("dora", "/v1/notices", words{"asset": asset.ID, "provider": w.carrier(asset, "host"), "layer": "host", "instrument": "notice", "operation": op.ID, "unit": b}, &task)
	w.post("dora", to("/v1/notices/%d/submit", task.ID), nil, nil)
	w.approve("bea", task.ID)
	return op, task
}

// rehearsed: the day of an operation, played before it.
func (w *world) rehearsed(op thing) {
	w.t.Helper()
	var r struct {
		AfterH float64                        `json:"after_h"`
		Steps  []struct{ Stand, Zone string } `json:"steps"`
		Once   struct {
			Runs   int        `json:"runs"`
			Chance float64    `json:"chance"`
			Up     []struct{} `json:"up"`
		} `json:"once"`
		Spread  *struct{ Chance float64 }       `json:"spread"`
		Assumed []struct{ What, Source string } `json:"assumed"`
	}
	path := to("/v1/operations/%d/rehearsal", op.ID)
	if w.get("brit", path+"?t0=2026-03-07T12:00:00Z&runs=200&spread=72", &r); r.AfterH != 1 || len(r.Steps) != 1 || r.Steps[0].Stand != "closed" || r.Once.Runs != 200 || r.Spread == nil || len(r.Assumed) < 4 || len(r.Once.Up) == 0 {
		w.t.Errorf("rehearsed: %+v", r)
	}
	w.refused(422, "dora", "GET", path+"?runs=0", nil)
	w.refused(422, "dora", "GET", path+"?t0=1902-03-07T12:00:00Z", nil)
	w.refused(422, "dora", "GET", path+"?dark=400&horizon=24", nil)
	w.refused(404, "dora", "GET", "/v1/operations/999/rehearsal", nil)
}

// line: what is held after T0, and what the day did.
func (w *world) line(op int64) {
	w.t.Helper()
	path := to("/v1/operations/%d/", op)
	var m Sweep
	if w.post("ada", path+"sweeps", nil, &m); m.State != "open" || m.Mark != "hand" {
		w.t.Errorf("a sweep: %+v", m)
	}
	w.refused(409, "ada", "POST", path+"sweeps", nil)
	var all Sweeps
	if w.get("brit", path+"sweeps", &all); len(all.Items) != 1 || all.Items[0].ID != m.ID {
		w.t.Errorf("sweeps: %+v", all)
	}
	w.refused(404, "ada", "GET", "/v1/operations/999/sweeps", nil)
	w.seal()
	a, err := iru.ParseAfterAction(w.call(200, "brit", "GET", path+"report?edition=court", nil, nil).Body.Bytes())
	if err != nil || a.Edition != iru.AfterCourt || len(a.Figures) < 15 || a.Seed == "" {
		w.t.Errorf("the report: %+v, %v", a.Operation, err)
	}
	w.refused(409, "brit", "GET", path+"report?edition=press", nil)
	w.refused(404, "dora", "GET", "/v1/operations/999/report", nil)
	var next NextWave
	if w.post("dora", path+"wave", words{"name": "Lantern again"}, &next); next.Wave != 2 || next.After != op || next.Name != "Lantern again" {
		w.t.Errorf("the next wave: %+v", next)
	}
	w.refused(403, "brit", "POST", path+"wave", words{})
	w.post("dora", to("/v1/operations/%d/abort", next.Operation), words{"reason": "exercise over"}, nil)
}

// together: two units, one instant.
func (w *world) together(asset thing) {
	op, _ := w.planned("Lantern", asset)
	verb := func(login, verb string, body any) {
		w.t.Helper()
		w.post(login, to("/v1/operations/%d/", op.ID)+verb, body, &op)
	}
	verb("dora", "open", nil)
	if p := w.refused(422, "brit", "POST", to("/v1/operations/%d/poll", op.ID), words{"answer": "no_go"}); !strings.Contains(p.Detail, "needs a reason") {
		w.t.Errorf("no reason: %+v", p)
	}
	w.rehearsed(op)
	w.day(op)
	for _, liaison := range []string{"brit", "ben"} {
		w.goes(liaison, op.ID)
	}
	window := words{"counts": "items", "words": "bulletins", "before": 30, "after": 14, "slope": true}
	w.post("ada", to("/v1/operations/%d/window", op.ID), window, nil)
	w.refused(409, "ada", "POST", to("/v1/operations/%d/window", op.ID), window)
	w.post("ada", to("/v1/operations/%d/window/withdraw", op.ID), words{"reason": "a longer one is better"}, nil)
	window["before"] = 60
	w.post("ada", to("/v1/operations/%d/window", op.ID), window, nil)
	sealed, err := effect.ReadSealed(w.call(200, "brit", "GET", to("/v1/operations/%d/window", op.ID), nil, nil).Body)
	if err != nil || sealed.Before != 60 || sealed.Counted != "bulletins" || !sealed.Slope || sealed.Week {
		w.t.Errorf("the sealed window: %+v, %v", sealed, err)
	}
	w.agreed(op, asset)
	verb("dora", "hold", words{"reason": "fog"})
	verb("dora", "resume", nil)
	verb("dora", "release", words{"t0": w.now().Add(time.Minute).Format(time.RFC3339Nano)})
	raw := w.call(200, "brit", "GET", to("/v1/operations/%d", op.ID), nil, nil).Body.String()
	if !strings.Contains(raw, `"current":true`) || !strings.Contains(raw, `"t0":"2026-03-12T12:07:00.000000Z"`) {
		w.t.Errorf("released: %s", raw)
	}
	w.later(2 * time.Minute)
	var did Effect
	w.get("brit", to("/v1/operations/%d/effect", op.ID), &did)
	if len(did.Windows) != 2 || did.From == nil || did.Change != nil || did.Why == "" || did.Windows[1].State != "sealed" {
		w.t.Errorf("what it did: %+v", did)
	}
	w.line(op.ID)
	verb("dora", "close", nil)
	other, task := w.planned("Beacon", asset)
	b := int64(w.people["brit"].Unit)
	if p := w.refused(403, "ben", "POST", to("/v1/operations/%d/stand-down", other.ID), words{"unit": b, "reason": "fog"}); !strings.Contains(p.Detail, "its own liaison officer") {
		w.t.Errorf("stood down by another unit: %+v", p)
	}
	var after OperationDetail
	w.post("brit", to("/v1/operations/%d/stand-down", other.ID), words{"unit": b, "reason": "fog"}, &after)
	if len(after.Tasks) != 1 || after.Tasks[0].ID != task.ID || after.Tasks[0].State != "withdrawn" {
		w.t.Errorf("stood down: %+v", after.Tasks)
	}
	w.post("dora", to("/v1/operations/%d/abort", other.ID), words{"reason": "exercise over"}, nil)
	w.get("bea", "/v1/operations", nil)
}

// record: the ledger, a proof that stands alone, the log of events, and what a provider tells.
func (w *world) record() {
	w.seal()
	var l Ledger
	w.get("ada", "/v1/ledger", &l)
	w.figures()
	c, err := ledger.Open([]byte(l.Checkpoint), w.verifier, origin)
	must(w.t, err)
	if c.Size != l.Size || c.Root.String() != l.Root || l.Size == 0 {
		w.t.Errorf("the ledger says %+v, its checkpoint %+v", l, c)
	}
	var es struct {
		Items []struct {
			ID    int64  `json:"id"`
			Verb  string `json:"verb"`
			Index *int64 `json:"index"`
		} `json:"items"`
	}
	w.get("ada", "/v1/events?noun=notice&limit=5", &es)
	for _, e := range es.Items {
		text := w.call(200, "ada", "GET", to("/v1/ledger/proof/%d", e.ID), nil, nil).Body.Bytes()
		p, err := ledger.ParseProof(text)
		must(w.t, err)
		if _, err := p.Check(p.Extra, w.verifier, origin); err != nil || e.Index == nil || *e.Index != p.Index {
			w.t.Errorf("event %d at %v: proof of %d: %v", e.ID, e.Index, p.Index, err)
		}
	}
	r := req("POST", "/v1/replies", "notice-token", `{"reference":"RO-2026-0001","event":"done","at":"2026-03-12T09:00:00Z"}`)
	rec := w.do(r)
	if rec.Code != http.StatusNoContent || len(w.told) != 1 || !strings.HasPrefix(w.told[0], `notice-token {"reference"`) {
		w.t.Errorf("a provider's event: %d %s, %v", rec.Code, rec.Body, w.told)
	}
	w.conform("POST /v1/replies", rec)
	w.called["POST /v1/replies"] = true
}

// figures: reports, what a figure rests on, how addressees answered.
func (w *world) figures() {
	for _, k := range iru.ReportKinds {
		text := w.call(200, "ada", "GET", "/v1/reports/"+string(k)+"?year=2026&edition=internal", nil, nil).Body.Bytes()
		r, err := iru.ParseReport(text)
		must(w.t, err)
		if wrong := desk.CheckReport(r, w.desk.Log.Verifier, w.desk.Log.Origin); len(wrong) > 0 {
			w.t.Errorf("%s: %q", k, wrong)
		}
		for _, f := range r.Figures {
			if f.State == iru.FigureUnknown {
				continue
			}
			var list FigureList
			w.get("ada", fmt.Sprintf("/v1/reports/%s/figures/%s?year=2026&edition=internal&size=%d", k, f.ID, r.Ledger.Size), &list)
			if len(list.Items) != len(f.Indices) || list.Size != r.Ledger.Size {
				w.t.Errorf("%s rests on %d entries and lists %d", f.ID, len(f.Indices), len(list.Items))
			}
		}
	}
	w.refused(404, "ada", "GET", "/v1/reports/unit/figures/unit.nothing?year=2026", nil)
	w.refused(422, "ada", "GET", "/v1/reports/tco9?year=2026", nil)
	var card Scorecard
	w.get("ada", "/v1/scorecard", &card)
	if len(card.Items) == 0 {
		w.t.Error("the scorecard is empty after acts were sent")
	}
}

var update = flag.Bool("update", false, "write docs/openapi.yaml anew")

const golden = "../../docs/openapi.yaml"

// TestDocument compares the document with the one in docs, and looks at its structure.
func TestDocument(t *testing.T) {
	w := newWorld(t, dbtest.Open(t))
	text := w.do(req("GET", "/v1/openapi.yaml", "", nil)).Body.Bytes()
	if *update {
		must(t, os.WriteFile(golden, text, 0o644))
	}
	kept, err := os.ReadFile(golden)
	must(t, err)
	if !bytes.Equal(kept, text) {
		t.Error("docs/openapi.yaml is not what the program says: read the difference, then go test ./internal/api -run TestDocument -update")
	}
	var doc map[string]any
	mustRead(t, w.do(req("GET", "/v1/openapi.json", "", nil)).Body.Bytes(), &doc)
	if doc["openapi"] != "3.1.0" {
		t.Errorf("version %v", doc["openapi"])
	}
	refs(t, doc, doc)
	ids := map[string]bool{}
	for p, item := range doc["paths"].(map[string]any) {
		for method, op := range item.(map[string]any) {
			o := op.(map[string]any)
			id, _ := o["operationId"].(string)
			if id == "" || ids[id] || o["summary"] == "" || o["security"] == nil || o["responses"].(map[string]any)["default"] == nil {
				t.Errorf("%s %s lacks an id of its own, a summary, its security or how it refuses", method, p)
			}
			ids[id] = true
			in := map[string]bool{}
			params, _ := o["parameters"].([]any)
			for _, q := range params {
				in[q.(map[string]any)["in"].(string)+" "+q.(map[string]any)["name"].(string)] = true
			}
			for _, part := range strings.Split(p, "/") {
				if name, ok := strings.CutPrefix(part, "{"); ok && !in["path "+strings.TrimSuffix(name, "}")] {
					t.Errorf("%s %s does not describe %s", method, p, part)
				}
			}
			if method == "post" && p != "/v1/replies" && !in["header Idempotency-Key"] {
				t.Errorf("%s %s takes no idempotency key", method, p)
			}
		}
	}
	page := w.do(req("GET", "/v1/docs", "", nil)).Body.String()
	for p := range doc["paths"].(map[string]any) {
		if !strings.Contains(page, "<code>"+p+"</code>") {
			t.Errorf("the page does not name %s", p)
		}
	}
	if strings.Contains(page, "<script") || strings.Contains(page, "//") {
		t.Error("the page loads something")
	}
}

// refs follows every reference of the document.
func refs(t *testing.T, doc map[string]any, v any) {
	t.Helper()
	switch x := v.(type) {
	case map[string]any:
		if ref, ok := x["$ref"].(string); ok {
			at := any(doc)
			for _, part := range strings.Split(strings.TrimPrefix(ref, "#/"), "/") {
				name, _ := url.PathUnescape(part)
				m, _ := at.(map[string]any)
				at = m[name]
			}
			if at == nil {
				t.Errorf("%s leads nowhere", ref)
			}
		}
		for _, y := range x {
			refs(t, doc, y)
		}
	case []any:
		for _, y := range x {
			refs(t, doc, y)
		}
	}
}
