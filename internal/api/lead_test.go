// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"fmt"
	"net/url"
	"strings"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/legal"
)

// led: what led to candidates is listed, one is accepted, refusals become noise, and a person says that it is none.
func (w *world) led(asset, item thing) {
	w.t.Helper()
	var links []desk.Link
	for n := range 5 {
		links = append(links, desk.Link{URL: fmt.Sprintf("https://ferry-%d.many.test/", n), Text: "ferries"})
	}
	w.captured(item.ID, "snow line falls tonight", append(links, desk.Link{URL: "https://halcyon-harbours.test/", Text: "our harbours"})...)
	var ls List[Lead]
	w.get("ada", "/v1/leads?limit=200", &ls)
	at := func(host string) (out []Lead) {
		for _, l := range ls.Items {
			if strings.Contains(l.Address.Address, host) {
				out = append(out, l)
			}
		}
		return out
	}
	many, own := at(".many.test"), at("halcyon-harbours.test")
	if len(many) != 5 || len(own) != 1 || own[0].Source != "link" || own[0].From != asset.ID || own[0].How != "our harbours" || own[0].At == nil || len(own[0].Low) != 0 {
		w.t.Fatalf("leads: %+v", ls.Items)
	}
	w.refused(403, "sig", "POST", to("/v1/leads/%d/accept", own[0].ID), words{"outlet": asset.Outlet, "reason": "its own harbours"})
	w.refused(404, "bea", "POST", to("/v1/leads/%d/refuse", own[0].ID), words{"reason": "not ours"})
	var a Asset
	if w.post("ada", to("/v1/leads/%d/accept", own[0].ID), words{"outlet": asset.Outlet, "reason": "its own harbours"}, &a); a.ID != own[0].Asset || a.Outlet != asset.Outlet {
		w.t.Errorf("accepted: %+v", a)
	}
	for n, l := range many[:4] {
		if w.post("ada", to("/v1/leads/%d/refuse", l.ID), words{"reason": "a ferry company"}, &a); a.ID != l.Asset || a.State != "rejected" {
			w.t.Errorf("refused %d: %+v", n, a)
		}
	}
	var ns List[Noise]
	w.get("ada", "/v1/noise", &ns)
	if len(ns.Items) == 0 || ns.Items[0].Kind != "site" || ns.Items[0].Value != "many.test" || ns.Items[0].Refused != 4 {
		w.t.Fatalf("noise: %+v", ns)
	}
	if w.get("ada", to("/v1/leads?asset=%d", many[4].Asset), &ls); len(ls.Items) != 1 || len(ls.Items[0].Low) != 1 || ls.Items[0].Low[0] != ns.Items[0] {
		w.t.Errorf("ranked low: %+v", ls.Items)
	}
	w.refused(422, "ada", "POST", "/v1/noise/clear", words{"kind": "weather", "value": "many.test", "reason": "x"})
	w.refused(404, "ada", "POST", "/v1/noise/clear", words{"kind": "site", "value": "few.test", "reason": "x"})
	if w.post("ada", "/v1/noise/clear", words{"kind": "site", "value": "many.test", "reason": "a mirror was among them"}, &ns); len(ns.Items) != 0 {
		w.t.Errorf("cleared: %+v", ns)
	}
	w.post("ada", to("/v1/leads/%d/refuse", many[4].ID), words{"reason": "a ferry company"}, nil)
}

// followed: what was prepared after a return is listed, becomes a draft or nothing.
func (w *world) followed(asset, notice thing) {
	w.t.Helper()
	ctx := w.t.Context()
	prepared := func(i legal.Instrument) int64 {
		w.t.Helper()
		f := iru.FollowUp{Unit: w.people["ada"].Unit, Asset: iru.AssetID(asset.ID), Fell: iru.AssetID(asset.ID), Model: iru.NoticeID(notice.ID), Instrument: i, Layer: legal.Host, Why: "up again",
			State: iru.FollowupPrepared, Made: w.now()}
		must(w.t, w.desk.DB.Tx(ctx, func(x *db.Tx) error { return x.AddFollowUp(ctx, &f) }))
		return int64(f.ID)
	}
	one := prepared(legal.Referral)
	var fs List[FollowUp]
	if w.get("ada", "/v1/followups?state="+url.QueryEscape("prepared"), &fs); len(fs.Items) != 1 || fs.Items[0].ID != one || fs.Items[0].Layer != "host" || fs.Items[0].Model != notice.ID {
		w.t.Fatalf("prepared: %+v", fs.Items)
	}
	w.refused(404, "bea", "GET", to("/v1/followups/%d", one), nil)
	w.refused(403, "aud", "POST", to("/v1/followups/%d/release", one), words{})
	w.refused(422, "ada", "POST", to("/v1/followups/%d/dismiss", one), words{"reason": " "})
	var n thing
	if w.post("ada", to("/v1/followups/%d/release", one), words{"provider": w.carrier(asset, "host")}, &n); n.State != "draft" {
		w.t.Errorf("released: %+v", n)
	}
	w.refused(409, "ada", "POST", to("/v1/followups/%d/release", one), words{})
	var f FollowUp
	if w.get("ada", to("/v1/followups/%d", one), &f); f.State != "released" || f.Drafted != n.ID || f.By == 0 {
		w.t.Errorf("its follow-up: %+v", f)
	}
	other := prepared(legal.Notice)
	if w.post("ada", to("/v1/followups/%d/dismiss", other), words{"reason": "one is enough"}, &f); f.State != "dismissed" || f.Reason != "one is enough" {
		w.t.Errorf("dismissed: %+v", f)
	}
}
