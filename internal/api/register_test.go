// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"net/url"
	"strings"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/legal"
)

// register: contacts, authorities, playbooks, files of them, facts for the gate, and an act whose address moved.
func (w *world) register(asset thing) {
	w.t.Helper()
	host := w.carrier(asset, "host")
	var c Contact
	w.post("ada", to("/v1/providers/%d/contacts", host), words{"kind": "second", "channel": "smtp", "address": "night@birchrack.test", "languages": []string{"de"}, "source": "their page"}, &c)
	if c.State != "proposed" || c.Confidence.Grade != "published" {
		w.t.Errorf("a new contact: %+v", c)
	}
	w.refused(422, "ada", "POST", to("/v1/providers/%d/contacts", host), words{"kind": "second", "channel": "smtp", "address": "Night <n@birchrack.test>"})
	w.refused(409, "ben", "POST", to("/v1/contacts/%d/confirm", c.ID), words{"way": "smtp other@birchrack.test", "note": "called"})
	w.post("ben", to("/v1/contacts/%d/confirm", c.ID), words{"way": c.Way, "note": "called"}, &c)
	var cs struct{ Items []Contact }
	if w.get("ada", to("/v1/providers/%d/contacts", host), &cs); len(cs.Items) != 1 || cs.Items[0].State != "confirmed" {
		w.t.Errorf("contacts: %+v", cs)
	}
	w.post("ben", to("/v1/contacts/%d/prefer", c.ID), words{"reason": "the other one is full"}, nil)
	w.post("ben", to("/v1/contacts/%d/prefer", c.ID), words{"reason": "it is not"}, nil)
	var p Provider
	w.post("ada", to("/v1/providers/%d/describe", host), words{"site": "birchrack.test", "jurisdiction": "XA", "languages": []string{"de", "en"}, "establishment": "XA", "defang": true}, &p)
	if len(p.Languages) != 2 || !p.Defang || p.Contact != "confirmed" {
		w.t.Errorf("described: %+v", p)
	}
	w.refused(422, "ada", "POST", to("/v1/providers/%d/describe", host), words{"seal": "smime", "seal_key": "nonsense"})
	var x Trial
	w.post("ada", to("/v1/providers/%d/test", host), words{"contact": c.ID}, &x)
	must(w.t, w.desk.RecordTried(w.t.Context(), iru.TrialID(x.ID), desk.Sending{At: w.now(), Proof: "250 ok"}, ""))
	w.post("ben", to("/v1/tests/%d/acknowledge", x.ID), words{"reason": "they called"}, &x)
	var xs struct{ Items []Trial }
	if w.get("ada", to("/v1/providers/%d/tests", host), &xs); len(xs.Items) != 1 || xs.Items[0].Receipt == "" {
		w.t.Errorf("tests: %+v", xs)
	}
	var a Authority
	w.post("ada", "/v1/authorities", words{"name": "Office B", "country": "XB", "role": "scrutinise", "mail": "orders@office-b.test"}, &a)
	w.post("ben", to("/v1/authorities/%d/confirm", a.ID), words{"way": a.Way, "note": "called"}, &a)
	if a.State != "confirmed" {
		w.t.Errorf("authority: %+v", a)
	}
	w.get("ada", "/v1/authorities", nil)
	var b Playbook
	w.post("ada", "/v1/playbooks", words{"tld": "test", "registry": "Range Registry", "hold": "On order.", "source": "its page", "verified": true}, &b)
	if b.Stale || b.VerifiedAt == nil {
		w.t.Errorf("playbook: %+v", b)
	}
	var bs struct{ Items []Playbook }
	if w.get("ada", "/v1/playbooks", &bs); len(bs.Items) < 5 || bs.Items[0].TLD != "test" || !bs.Items[1].Stale {
		w.t.Errorf("playbooks: %+v", bs)
	}
	var e Export
	w.get("ada", "/v1/contacts/export", &e)
	if !strings.Contains(e.CSV, "night@birchrack.test") || !strings.Contains(e.CSV, "Office B") || strings.Contains(e.CSV, "store-credential-17") {
		w.t.Errorf("exported: %s", e.CSV)
	}
	var told desk.ContactsTold
	w.post("ada", "/v1/contacts/import", words{"csv": e.CSV}, &told)
	if told.Same == 0 || told.Added+told.Changed+len(told.Wrong) != 0 {
		w.t.Errorf("what was exported: %+v", told)
	}
	if p := w.refused(422, "ada", "POST", "/v1/contacts/import", words{"csv": "record,provider\nprovider,X\n"}); !strings.Contains(p.Detail, "line 2") {
		w.t.Errorf("a wrong line: %+v", p)
	}
	w.gate(asset, host)
	w.post("ben", to("/v1/contacts/%d/drop", c.ID), words{"reason": "closed"}, nil)
}

func (w *world) gate(asset thing, host int64) {
	w.t.Helper()
	var os struct{ Items []Option }
	w.get("ada", "/v1/who-can-act?locator="+url.QueryEscape("hxxps://halcyon-weather[.]test/")+"&issuer=europol", &os)
	for _, o := range os.Items {
		if o.Confidence.Why == "" {
			w.t.Errorf("no reason: %+v", o)
		}
		for _, r := range o.Rulings {
			if r.Instrument == "removal_order" && r.Allowed {
				w.t.Error("Europol may order")
			}
		}
	}
	w.refused(404, "ada", "GET", "/v1/who-can-act?locator=https://nobody.test/", nil)
	w.post("ada", to("/v1/assets/%d/facts", asset.ID), words{"kind": "audience", "value": "closed_group", "source": "capture"}, &os)
	found := false
	for _, o := range os.Items {
		for _, r := range o.Rulings {
			found = found || o.Provider == host && r.Instrument == "removal_order" && !r.Allowed && strings.Contains(r.Reason, "must admit")
		}
	}
	if !found {
		w.t.Errorf("a closed group: %+v", os)
	}
	w.post("ada", to("/v1/assets/%d/facts", asset.ID), words{"kind": "audience", "value": "public", "source": "anybody can open it"}, nil)
	var n thing
	w.post("ada", "/v1/notices", words{"asset": asset.ID, "provider": host, "layer": "host", "instrument": "removal_order"}, &n)
	urgent := words{"kind": "life", "why": "A bridge is said to be unsafe."}
	w.refused(422, "ada", "POST", to("/v1/notices/%d/emergency", n.ID), urgent)
	w.turn(n.ID, "production_order")
	w.post("ada", to("/v1/notices/%d/emergency", n.ID), urgent, nil)
	w.post("ada", to("/v1/notices/%d/emergency", n.ID), words{"kind": ""}, nil)
	w.turn(n.ID, "removal_order")
	w.post("ada", to("/v1/notices/%d/submit-alone", n.ID), words{"reason": "they have one desk"}, &n)
	w.approve("lena", n.ID)
	w.approve("sig", n.ID)
	w.seal()
	_, err := w.desk.Dispatch(w.t.Context(), iru.NoticeID(n.ID))
	must(w.t, err)
	must(w.t, w.desk.RecordSent(w.t.Context(), iru.NoticeID(n.ID), desk.Sending{At: w.now(), Proof: "250 ok"}))
	w.post("ben", to("/v1/notices/%d/remind", n.ID), words{"text": "half of the hour is over"}, nil)

	w.post("ada", "/v1/notices", words{"asset": asset.ID, "provider": host, "layer": "host", "instrument": "referral"}, &n)
	must(w.t, w.desk.RecordCarriers(w.t.Context(), iru.AssetID(asset.ID), []desk.Carriage{{Name: "Fernrack", Layer: legal.Host, Channel: iru.ByMail, Address: "abuse@fernrack.test", Source: "RDAP"}}))
	var fern int64
	w.get("ada", to("/v1/assets/%d/options", asset.ID), &os)
	for _, o := range os.Items {
		if o.Name == "Fernrack" {
			fern = o.Provider
		}
	}
	var next thing
	w.post("ada", to("/v1/notices/%d/reroute", n.ID), words{"provider": fern}, &next)
	if next.ID == n.ID || next.State != "draft" {
		w.t.Errorf("rerouted: %+v", next)
	}
}

// turn makes an act one of another instrument, which this unit could not draft.
func (w *world) turn(n int64, instrument string) {
	w.t.Helper()
	must(w.t, w.desk.DB.Tx(w.t.Context(), func(x *db.Tx) error {
		_, err := x.Exec(w.t.Context(), "UPDATE notice SET instrument=$1 WHERE id=$2", instrument, n)
		return err
	}))
}
