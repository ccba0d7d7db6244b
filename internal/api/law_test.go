// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"errors"
	"strings"
	"testing"
	"time"

	"iolaus/internal/db"
	acts "iolaus/internal/form"
	"iolaus/internal/iru"
)

func (w *world) stamp(off time.Duration) string { return w.now().Add(off).Format(time.RFC3339) }

// informed has a provider had the information since yesterday.
func (w *world) informed(provider int64) {
	w.t.Helper()
	w.post("ben", to("/v1/providers/%d/informed", provider), words{"at": w.stamp(-24 * time.Hour), "proof": "registered letter"}, nil)
}

// law: receipts, clocks, letters, secrecy, appeal and scrutiny in both roles.
func (w *world) law(asset, n thing) {
	var l Timeline
	w.get("ada", to("/v1/notices/%d/timeline", n.ID), &l)
	if len(l.Receipts) != 1 || len(l.Clocks) == 0 || l.FinalAt != nil {
		w.t.Errorf("the timeline: %+v", l)
	}
	if p := w.refused(409, "ben", "POST", to("/v1/notices/%d/receipt", n.ID), words{"at": w.stamp(0), "how": "phone", "person": "R. Halloran"}); !strings.Contains(p.Detail, "recorded already") {
		w.t.Errorf("a second receipt: %+v", p)
	}
	if p := w.refused(422, "ben", "POST", to("/v1/notices/%d/correct-receipt", n.ID), words{"at": "2026-03-29T02:30", "zone": "Europe/Vienna", "proof": "called", "reason": "x"}); !strings.Contains(p.Detail, "never showed") {
		w.t.Errorf("an hour that there was not: %+v", p)
	}
	var r Receipt
	if w.post("ben", to("/v1/notices/%d/correct-receipt", n.ID), words{"at": w.stamp(-10 * time.Minute), "proof": "their log", "reason": "our clock was wrong"}, &r); r.Corrects == 0 {
		w.t.Errorf("a correction: %+v", r)
	}
	var c Clock
	w.post("lena", to("/v1/notices/%d/appeal-end", n.ID), words{"due": w.stamp(30 * 24 * time.Hour), "source": "law of XA"}, &c)
	var x Appeal
	w.post("ben", to("/v1/notices/%d/appeals", n.ID), words{"by": "provider", "body": "Court of XA", "at": w.stamp(0)}, &x)
	w.post("lena", to("/v1/appeals/%d/settle", x.ID), words{"verb": "dismiss", "at": w.stamp(0), "reason": "unfounded"}, &x)
	if x.State != "dismissed" {
		w.t.Errorf("the appeal: %+v", x)
	}
	var d Nondisclosure
	w.post("lena", to("/v1/notices/%d/nondisclosure", n.ID), words{"reason": "an arrest is planned"}, &d)
	w.post("lena", to("/v1/nondisclosures/%d/extend", d.ID), words{"reason": "it was put off"}, &d)
	w.post("lena", to("/v1/nondisclosures/%d/end", d.ID), words{"reason": "it is done"}, &d)
	if d.State != "ended" {
		w.t.Errorf("secrecy: %+v", d)
	}
	w.post("ben", "/v1/clocks", words{"rule": "tco-complaint", "provider": w.carrier(asset, "host"), "ref": "complaint 1", "at": w.stamp(0), "proof": "their mail"}, &c)
	w.post("ben", to("/v1/clocks/%d/stop", c.ID), words{"proof": "they answered"}, &c)
	if p := w.refused(409, "lena", "POST", to("/v1/clocks/%d/extend", c.ID), words{"reason": "x"}); !strings.Contains(p.Detail, "no extension") {
		w.t.Errorf("extended: %+v", p)
	}
	w.get("ada", "/v1/clocks?who=ours&binding=true", nil)
	w.get("ada", to("/v1/providers/%d/first-order", w.carrier(asset, "host")), nil)
	w.letters(asset)
	w.scrutiny()
	w.lost(asset)
}

// letters: written for a person, sent by mail or by hand, dropped.
func (w *world) letters(asset thing) {
	var ms List[Missive]
	w.get("ada", "/v1/missives?kind=disclosure&state=draft", &ms)
	if len(ms.Items) != 1 {
		w.t.Fatalf("letters that wait: %+v", ms)
	}
	id := ms.Items[0].ID
	w.get("ada", to("/v1/missives/%d", id), nil)
	var m Missive
	if w.post("ben", to("/v1/missives/%d/send", id), words{"address": "abuse@birchrack.test"}, &m); m.State != "queued" {
		w.t.Errorf("sent: %+v", m)
	}
	must(w.t, w.desk.Unmailed(w.t.Context(), iru.MissiveID(id), "550"))
	w.post("ben", to("/v1/missives/%d/by-hand", id), words{"at": w.stamp(0), "proof": "by registered letter"}, &m)
	if w.post("ben", to("/v1/missives/%d/received", id), words{"at": w.stamp(0), "proof": "slip"}, &m); m.State != "received" {
		w.t.Errorf("received: %+v", m)
	}
	w.post("ben", to("/v1/providers/%d/inform", w.carrier(asset, "host")), nil, &m)
	must(w.t, w.desk.Unmailed(w.t.Context(), iru.MissiveID(m.ID), "550"))
	if w.post("ben", to("/v1/missives/%d/drop", m.ID), words{"reason": "no order goes there"}, &m); m.State != "dropped" {
		w.t.Errorf("dropped: %+v", m)
	}
}

// foreignOrder is the file of another state's removal order, as another Iolaus writes it.
func foreignOrder(t testing.TB, ref string) string {
	t.Helper()
	a, err := acts.Example("removal_order")
	must(t, err)
	a.Template = acts.TemplateFor("removal_order", "fr")
	a.Ref, a.Issuer.Name, a.Issuer.Country, a.Issuer.Mail, a.Reasons = ref, "Authority of XC", "XC", "tco@authority-c.test", "theirs"
	b, err := acts.JSON(a)
	must(t, err)
	return string(b)
}

// scrutiny: another state's order, blind first.
func (w *world) scrutiny() {
	var s Scrutiny
	enter := func(ref string) {
		w.post("ben", "/v1/scrutinies", words{"form": foreignOrder(w.t, ref), "addressee": "Birchrack", "received": w.stamp(-time.Hour)}, &s)
	}
	verb := func(login, v string, body any) {
		w.t.Helper()
		w.post(login, to("/v1/scrutinies/%d/", s.ID)+v, body, &s)
	}
	enter("X-1")
	if s.Ref != "X-1" || s.Authority != "Authority of XC" || s.Country != "XC" || s.Addressee != "Birchrack" || s.Address.Address != "https://halcyon-weather.test/posts/2.html" || s.IssuedAt == nil || len(s.Limbs) != 0 {
		w.t.Errorf("the copy: %+v", s)
	}
	if p := w.refused(422, "ben", "POST", "/v1/scrutinies", words{"form": strings.Replace(foreignOrder(w.t, "X-3"), `"issued_at"`, `"issued"`, 1), "received": w.stamp(0)}); !strings.Contains(p.Detail, "/issued: there is no such member") {
		w.t.Errorf("a record that is none: %+v", p)
	}
	if p := w.refused(422, "ben", "POST", "/v1/scrutinies", words{"reference": "X\x00", "authority": "A", "country": "XC", "addressee": "B", "address": "https://rail.test/", "received": w.stamp(0)}); !strings.Contains(p.Detail, "cannot be shown") {
		w.t.Errorf("a zero byte: %+v", p)
	}
	var d ScrutinyDetail
	if w.get("ada", to("/v1/scrutinies/%d", s.ID), &d); !d.Blind || d.Reasons != "" || len(d.Clocks) != 1 {
		w.t.Errorf("blind: %+v", d)
	}
	verb("ben", "ask", words{"asker": "content provider", "name": "Northline Rail", "at": w.stamp(0), "since": w.stamp(-time.Hour), "proof": "mail"})
	verb("lena", "conclude", words{"finding": "infringes", "reason": "a timetable"})
	if s.Reasons != "theirs" {
		w.t.Errorf("concluded: %+v", s)
	}
	verb("lena", "compare", words{"reason": "they read a sign into it"})
	verb("ben", "announce", words{"reason": "we intend to"})
	if verb("sig", "decide", words{"finding": "infringes", "reason": "manifestly"}); s.State != "infringed" {
		w.t.Errorf("decided: %+v", s)
	}
	enter("X-2")
	verb("ada", "examine", nil)
	verb("ben", "issuer-withdrew", words{"reason": "their letter"})
	w.get("ada", "/v1/scrutinies?role=scrutiniser&state=withdrawn", nil)
}

// lost: an order that was complied with is revoked; what it removed is to be put back. And a first order waits for a waiver.
func (w *world) lost(asset thing) {
	var n thing
	host := w.carrier(asset, "host")
	draft := func() {
		w.post("ada", "/v1/notices", words{"asset": asset.ID, "provider": host, "layer": "host", "instrument": "removal_order"}, &n)
		w.post("ada", to("/v1/notices/%d/submit", n.ID), nil, nil)
	}
	draft()
	var v Waiver
	w.post("lena", to("/v1/notices/%d/waive", n.ID), words{"reason": "tonight"}, &v)
	if w.post("sig", to("/v1/waivers/%d/settle", v.ID), words{"grant": true}, &v); v.State != "granted" {
		w.t.Errorf("the waiver: %+v", v)
	}
	w.approve("lena", n.ID)
	w.approve("sig", n.ID)
	w.seal()
	_, err := w.desk.Dispatch(w.t.Context(), iru.NoticeID(n.ID))
	must(w.t, err)
	spoke := words{"at": w.now().Format(time.RFC3339Nano), "how": "phone", "person": "their duty officer"}
	w.post("ben", to("/v1/notices/%d/hand", n.ID), spoke, nil)
	var heard Letter
	if w.post("ben", to("/v1/notices/%d/receipt", n.ID), spoke, &heard); !heard.Guess {
		w.t.Errorf("one officer's word: %+v", heard)
	}
	w.post("ada", to("/v1/letters/%d/file", heard.ID), words{"kind": "receipt"}, nil)
	keep, _ := w.desk.Regime.Clock("epoc-pr")
	var kept iru.Clock
	must(w.t, w.desk.DB.Tx(w.t.Context(), func(x *db.Tx) error { // as if it had been seen gone, and data were preserved
		o, err := x.Notice(w.t.Context(), iru.Program(), iru.NoticeID(n.ID))
		if err != nil {
			return err
		}
		old := o.State
		o.State = iru.NoticeComplied
		kept, _ = iru.Clock{Unit: o.Unit, About: iru.Subject{Noun: "notice", ID: n.ID}, Notice: o.ID, Ref: "PR-1"}.Begin(keep, w.now(), "receipt")
		return errors.Join(x.AddClock(w.t.Context(), &kept), x.UpdateNotice(w.t.Context(), o, old))
	}))
	var c Clock
	if w.post("lena", to("/v1/clocks/%d/extend", int64(kept.ID)), words{"reason": "the order is being translated"}, &c); c.Extended == nil {
		w.t.Errorf("extended: %+v", c)
	}
	if w.post("lena", to("/v1/notices/%d/revoke", n.ID), words{"reason": "the newspaper's own report"}, &n); n.State != "withdrawn" {
		w.t.Errorf("revoked: %+v", n)
	}
	var rs List[Reinstatement]
	w.get("ada", "/v1/reinstatements?state=owed", &rs)
	if len(rs.Items) != 1 {
		w.t.Fatalf("to be put back: %+v", rs)
	}
	w.post("ben", to("/v1/reinstatements/%d/kept-down", rs.Items[0].ID), words{"reason": "their terms"}, nil)
}
