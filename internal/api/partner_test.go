// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"fmt"
	"strings"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
)

// speaks gives the desk what package work reads cards and questions with; what those say is tested there.
func (w *world) speaks() {
	w.desk.Cards = func(text string) (iru.Card, error) {
		name, key, ok := strings.Cut(text, " card ")
		if !ok {
			return iru.Card{}, iru.Refuse(iru.Invalid, "that is no card", "")
		}
		return iru.Card{Name: name, Country: "XC", URL: "https://127.0.0.1:1", Key: key, Fingerprint: "12345 " + key, Text: text}, nil
	}
	w.desk.Hits = &desk.Hits{Quota: 10, Contact: "desk", Blind: func(set []string, purpose string, _ []string) (string, string, error) { return purpose, "blind", nil },
		Number: func(string) (int64, error) { return 1, nil }}
}

// heard stores a message of a partner, as the listener does, and brings it about.
func (w *world) heard(p int64, kind iru.MessageKind, operation, body string) {
	w.t.Helper()
	ctx, id := w.t.Context(), iru.PartnerID(p)
	l, err := w.desk.LineOf(ctx, id)
	must(w.t, err)
	must(w.t, w.desk.TakeIn(ctx, id, l.In, []desk.Taken{{Incoming: iru.Incoming{Kind: kind, Handling: "TLP:AMBER PAP:AMBER H0", Operation: operation, Body: body, Digest: fmt.Sprintf("%064d", l.In.Seq+1), Epoch: l.In.Epoch, Seq: l.In.Seq + 1, Said: w.now()}}}))
	_, err = w.desk.Hear(ctx, id)
	must(w.t, err)
}

// partnered: a partner is entered and confirmed by two, invites and is invited, and is asked.
func (w *world) partnered() {
	w.speaks()
	var p Partner
	if w.post("ben", "/v1/partners", words{"card": "Unit C card 7"}, &p); p.State != "proposed" || p.Fingerprint != "12345 7" {
		w.t.Errorf("entered: %+v", p)
	}
	at := func(verb string) string { return to("/v1/partners/%d/", p.ID) + verb }
	seen := words{"fingerprint": "12345-7", "reason": "called +99 5"}
	if x := w.refused(403, "ben", "POST", at("confirm"), seen); !strings.Contains(x.Detail, "second person") && !strings.Contains(x.Detail, "yourself") && !strings.Contains(x.Detail, "person") {
		w.t.Errorf("confirmed by one: %+v", x)
	}
	if w.post("lena", at("confirm"), seen, &p); p.State != "confirmed" {
		w.t.Errorf("confirmed: %+v", p)
	}
	var list List[Partner]
	w.get("ada", "/v1/partners", &list)
	if len(list.Items) != 1 {
		w.t.Errorf("partners: %+v", list)
	}
	for _, verb := range []string{"suspend", "resume", "begin-epoch", "accept-skew"} {
		w.post("ben", at(verb), words{"reason": "exercise"}, &p)
	}
	if p.Out != 2 {
		w.t.Errorf("a new epoch: %+v", p)
	}
	w.post("ben", at("admit-epoch"), words{"epoch": 2, "reason": "their store was put back"}, &p)
	must(w.t, w.desk.RecordAlarm(w.t.Context(), iru.PartnerID(p.ID), "a forged message"))
	w.post("ben", at("clear-alarm"), words{"reason": "a broken disk"}, &p)
	w.post("ben", at("card"), words{"card": "Unit C card 8"}, &p)
	var adopted Partner
	if w.post("lena", at("adopt"), words{"fingerprint": "12345 8", "reason": "called +99 5"}, &adopted); adopted.Offered || adopted.Fingerprint != "12345 8" || adopted.Out != 2 || adopted.In != 2 {
		w.t.Errorf("adopted: %+v", adopted)
	}
	w.heard(p.ID, iru.SaySet, "", `{"part":"x"}`)
	var q Inquiry
	if w.post("ada", at("inquiries"), words{"purpose": "before we act", "addresses": []string{"https://fog.test/"}}, &q); q.State != "asked" || q.Count != 1 {
		w.t.Errorf("asked: %+v", q)
	}
	w.get("ada", at("inquiries"), nil)
	for n, verb := range []string{"take-up", "dismiss"} {
		w.heard(p.ID, iru.SayT0, strings.Repeat("a", 32), `{}`)
		var ms List[PartnerMessage]
		if w.get("ada", at("messages"), &ms); len(ms.Items) != 1+min(n, 1) || ms.Items[0].Why == "" {
			w.t.Fatalf("parked: %+v", ms)
		}
		w.post("ben", to("/v1/messages/%d/", ms.Items[0].ID)+verb, map[string]any{"take-up": nil, "dismiss": words{"reason": "a mistake there"}}[verb], nil)
	}
	for n, verb := range []string{"accept", "decline"} {
		w.heard(p.ID, iru.SayInvitation, strings.Repeat(string(rune('b'+n)), 32), `{"name":"Slow train","roles":["order_removal"]}`)
		var is List[Invitation]
		w.get("ada", "/v1/invitations", &is)
		i := is.Items[len(is.Items)-1]
		if i.State != "open" {
			w.t.Errorf("an invitation: %+v", i)
		}
		w.post("dora", to("/v1/invitations/%d/", i.ID)+verb, map[string]any{"accept": words{}, "decline": words{"reason": "nobody is here"}}[verb], nil)
	}
	var o thing
	w.post("dora", "/v1/operations", words{"name": "Fast train", "outlets": []int64{}}, &o)
	base := to("/v1/operations/%d/", o.ID)
	w.post("dora", base+"partners", words{"partner": p.ID, "roles": []string{"seize_servers"}}, nil)
	must(w.t, w.desk.DB.Tx(w.t.Context(), func(x *db.Tx) error {
		ps, err := x.Participants(w.t.Context(), iru.OperationID(o.ID))
		if err != nil {
			return err
		}
		return x.AddTask(w.t.Context(), &iru.Task{UID: strings.Repeat("d", 32), Operation: iru.OperationID(o.ID), Participant: ps[len(ps)-1].ID, Address: "https://fog.test/", Role: iru.RoleSeizeServers, Stage: iru.StageAct, State: iru.TaskProposed})
	}))
	w.post("dora", base+"package", words{"partner": p.ID}, nil)
	w.post("dora", base+"duty", words{"text": "we are here", "handling": "TLP:GREEN PAP:GREEN H0"}, nil)
	w.refused(403, "dora", "POST", base+"duty", words{"text": "for us only", "handling": "TLP:RED PAP:RED H0"})
	w.post("dora", base+"open", nil, nil)
	w.post("dora", base+"t0", words{"t0": w.now().Add(time.Hour).Format(time.RFC3339)}, nil)
	var ss List[Standing]
	if w.get("dora", base+"partners", &ss); len(ss.Items) != 1 || ss.Items[0].State != "draft" {
		w.t.Errorf("standings: %+v", ss)
	}
	if w.post("ben", at("end"), words{"reason": "exercise over"}, &p); p.State != "ended" {
		w.t.Errorf("ended: %+v", p)
	}
	w.get("ada", to("/v1/partners/%d", p.ID), &p)
}
