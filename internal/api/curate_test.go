// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"fmt"
	"strings"
	"testing"

	"iolaus/internal/db"
	"iolaus/internal/db/dbtest"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
)

// curate: a bank with an import, what is said of its content, what is set aside and comes back.
func (w *world) curate() {
	var b Bank
	w.post("ada", "/v1/banks", words{"name": "Halcyon feed", "source": "feed", "note": "maps", "handling": words{"tlp": "GREEN", "pap": "GREEN", "h": "H0"}}, &b)
	if b.Handling.TLP != "GREEN" || b.Muted || b.Contents != 0 {
		w.t.Errorf("opened: %+v", b)
	}
	w.refused(409, "ada", "POST", "/v1/banks", words{"name": "Halcyon feed", "source": "feed"})
	w.get("ada", "/v1/banks", nil)
	for _, verb := range []string{"mute", "unmute"} {
		if w.post("ada", to("/v1/banks/%d/", b.ID)+verb, words{"reason": "too loud"}, &b); b.Muted != (verb == "mute") {
			w.t.Errorf("%s: %+v", verb, b)
		}
		w.refused(409, "ada", "POST", to("/v1/banks/%d/", b.ID)+verb, words{"reason": "again"})
	}
	file := fmt.Sprintf("pdq %064x\npdq 12\nmd5 %032x\n", 1, 2)
	into := to("/v1/banks/%d/import", b.ID)
	p := w.refused(422, "ada", "POST", into, words{"name": "list.txt", "content": file})
	if !strings.Contains(p.Detail, "1 of 3 rows") || len(p.Errors) != 1 || p.Errors[0].Location != "body.content, line 2" || !strings.Contains(p.Errors[0].Message, "64 hexadecimal digits") {
		w.t.Errorf("a wrong row: %+v", p)
	}
	if w.get("ada", to("/v1/banks/%d", b.ID), &b); b.Contents != 0 {
		w.t.Errorf("what was refused is imported: %+v", b)
	}
	var done BankImport
	if w.post("ada", into, words{"name": "list.txt", "content": file, "rest": true}, &done); done.Added != 2 || done.Wrong != 1 || done.Format != "signals" || len(done.Errors) != 1 {
		w.t.Errorf("the rest: %+v", done)
	}
	if w.post("ada", into, words{"name": "list.txt", "content": file, "rest": true, "format": "signals", "finding": "no_action"}, &done); done.Added != 0 || done.Present != 2 {
		w.t.Errorf("the same again: %+v", done)
	}
	var rs List[Rescan]
	if w.get("ada", "/v1/rescans", &rs); len(rs.Items) == 0 || rs.Items[0].Sought != "known" || !rs.Items[0].Running || rs.Items[0].Left == 0 {
		w.t.Errorf("what is new is looked for: %+v", rs.Items)
	}
	var ks List[Known]
	if w.get("ada", "/v1/known?bank=Halcyon+feed&medium=md5&state=active", &ks); len(ks.Items) != 1 || ks.Items[0].State != "active" || ks.Items[0].Medium != "md5" {
		w.t.Fatalf("of one medium: %+v", ks.Items)
	}
	one := to("/v1/known/%d", ks.Items[0].ID)
	var k KnownDetail
	opine := func(verdict, partner string, stand ...bool) {
		w.t.Helper()
		w.post("ada", one+"/opine", words{"verdict": verdict, "partner": partner, "note": "of last year"}, &k)
		var is []bool
		for _, o := range k.Opinions {
			is = append(is, o.Stands)
		}
		if fmt.Sprint(is) != fmt.Sprint(stand) {
			w.t.Errorf("after %s of %q they stand: %v, want %v", verdict, partner, is, stand)
		}
	}
	w.refused(409, "ada", "POST", one+"/opine", words{"verdict": "withdrawn"})
	opine("confirmed", "", true)
	opine("disputed", "Unit C", true, true)
	opine("disputed", "", false, true, true)
	opine("withdrawn", "Unit C", false, false, true, false)
	for _, v := range []struct{ verb, state string }{{"quarantine", "quarantined"}, {"release", "active"}, {"withdraw", "withdrawn"}, {"restore", "active"}} {
		var now Known
		if w.post("ada", one+"/"+v.verb, words{"reason": "r"}, &now); string(now.State) != v.state || now.Muted != (v.state != "active") {
			w.t.Errorf("%s: %+v", v.verb, now)
		}
		w.refused(409, "ada", "POST", one+"/"+v.verb, words{"reason": "again"})
	}
	w.refused(409, "ada", "POST", one+"/spare", words{"reason": "it does not flood"})
	w.get("ada", "/v1/known?flood=floods&state=active", &ks)
	if len(ks.Items) != 0 {
		w.t.Errorf("floods: %+v", ks.Items)
	}
	w.flooded(&ks)
	if w.get("ada", "/v1/known?flood=floods&state=active", &ks); len(ks.Items) != 1 || ks.Items[0].Flood != "floods" || !ks.Items[0].Muted {
		w.t.Fatalf("floods: %+v", ks.Items)
	}
	var spared Known
	if w.post("ada", to("/v1/known/%d/spare", ks.Items[0].ID), words{"reason": "their template"}, &spared); spared.Flood != "spared" || spared.Muted {
		w.t.Errorf("spared: %+v", spared)
	}
	if w.get("sig", one, &k); len(k.Opinions) != 4 || len(k.Prints) != 1 {
		w.t.Errorf("%+v", k)
	}
}

// flooded has the program mark known content for matching too much.
func (w *world) flooded(ks *List[Known]) {
	w.t.Helper()
	w.get("ada", "/v1/known?bank=Halcyon+feed&medium=pdq", ks)
	was := w.desk.Rules.Flood
	w.desk.Rules.Flood = iru.FloodRule{Items: 1, Reason: "one is enough here"}
	must(w.t, w.desk.RecordMatches(w.t.Context(), 1, []desk.Resemblance{{Known: ks.Items[0].ID, Medium: "pdq", Where: "https://halcyon-weather.test/map.png"}}))
	w.desk.Rules.Flood = was
}

// lists: a watch list is begun, filled, muted, taken off and put back.
func (w *world) lists() {
	var l TermList
	w.post("ada", "/v1/terms/lists", words{"name": "ferries", "note": "as passengers call them"}, &l)
	w.refused(409, "ada", "POST", "/v1/terms/lists", words{"name": "ferries"})
	var x Term
	w.post("ada", "/v1/terms", words{"list": l.ID, "text": "night ferry", "lang": "en"}, &x)
	w.refused(409, "ada", "POST", "/v1/terms", words{"list": l.ID, "text": "night ferry", "lang": "en"})
	if p := w.refused(422, "ada", "POST", "/v1/terms", words{"list": l.ID, "text": "—"}); !strings.Contains(p.Detail, "no letter") {
		w.t.Errorf("no term: %+v", p)
	}
	w.refused(404, "ada", "POST", "/v1/terms", words{"list": 999, "text": "night ferry"})
	for _, v := range []struct{ verb, state string }{{"mute", "muted"}, {"unmute", "active"}, {"remove", "withdrawn"}, {"put-back", "active"}} {
		if w.post("ada", to("/v1/terms/%d/", x.ID)+v.verb, words{"reason": "r"}, &x); string(x.State) != v.state {
			w.t.Errorf("%s: %+v", v.verb, x)
		}
		w.refused(409, "ada", "POST", to("/v1/terms/%d/", x.ID)+v.verb, words{"reason": "again"})
		if w.post("ada", to("/v1/terms/lists/%d/", l.ID)+v.verb, words{"reason": "r"}, &l); string(l.State) != v.state {
			w.t.Errorf("%s: %+v", v.verb, l)
		}
		w.refused(409, "ada", "POST", to("/v1/terms/lists/%d/", l.ID)+v.verb, words{"reason": "again"})
	}
	into := to("/v1/terms/lists/%d/import", l.ID)
	if p := w.refused(422, "ada", "POST", into, words{"name": "t.txt", "content": "ice floe\n—\n"}); len(p.Errors) != 1 || !strings.Contains(p.Errors[0].Message, "line 2") {
		w.t.Errorf("a wrong line: %+v", p)
	}
	var done TermImport
	if w.post("ada", into, words{"name": "t.txt", "content": "ice floe\n—\nnight ferry\n", "lang": "EN", "rest": true}, &done); done.Added != 1 || done.Present != 1 || done.Wrong != 1 || done.Import == 0 {
		w.t.Errorf("imported: %+v", done)
	}
	if w.get("ada", to("/v1/terms/lists/%d", l.ID), &l); l.Terms != 2 {
		w.t.Errorf("the list: %+v", l)
	}
	var gone TermsUndone
	if w.post("ada", to("/v1/terms/lists/%d/undo-import", l.ID), words{"import": done.Import, "reason": "the wrong file"}, &gone); gone.Removed != 1 {
		w.t.Errorf("taken back: %+v", gone)
	}
	w.refused(409, "ada", "POST", to("/v1/terms/lists/%d/undo-import", l.ID), words{"import": done.Import, "reason": "again"})
}

// TestCuratorsOnly: what the banks and the watch lists hold is for analysts and examiners to change, with a token that may decide; and
// nothing that is not as documented is taken.
func TestCuratorsOnly(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		var b, l, x, k thing
		w.post("ada", "/v1/banks", words{"name": "feed", "source": "feed"}, &b)
		w.post("ada", "/v1/terms/lists", words{"name": "lines"}, &l)
		w.post("ada", "/v1/terms", words{"list": l.ID, "text": "tram"}, &x)
		w.post("ada", "/v1/known", words{"bank": "feed", "medium": "pdq", "value": strings.Repeat("0f", 32), "label": "map", "finding": "refer"}, &k)
		reason := words{"reason": "r"}
		w.tokens["reader"] = w.issue("ada", desk.ScopeRead)
		for path, body := range map[string]words{
			"/v1/banks": {"name": "other", "source": "feed"}, to("/v1/banks/%d/mute", b.ID): reason, to("/v1/banks/%d/unmute", b.ID): reason, to("/v1/banks/%d/import", b.ID): {"name": "f", "content": "pdq 12"},
			to("/v1/known/%d/quarantine", k.ID): reason, to("/v1/known/%d/release", k.ID): reason, to("/v1/known/%d/spare", k.ID): reason, to("/v1/known/%d/withdraw", k.ID): reason,
			to("/v1/known/%d/restore", k.ID): reason, to("/v1/known/%d/opine", k.ID): {"verdict": "confirmed"},
			"/v1/terms/lists": {"name": "other"}, "/v1/terms": {"list": l.ID, "text": "ferry"}, to("/v1/terms/%d/mute", x.ID): reason, to("/v1/terms/%d/unmute", x.ID): reason,
			to("/v1/terms/%d/remove", x.ID): reason, to("/v1/terms/%d/put-back", x.ID): reason, to("/v1/terms/lists/%d/mute", l.ID): reason, to("/v1/terms/lists/%d/unmute", l.ID): reason,
			to("/v1/terms/lists/%d/remove", l.ID): reason, to("/v1/terms/lists/%d/put-back", l.ID): reason, to("/v1/terms/lists/%d/import", l.ID): {"name": "f", "content": "ferry"},
			to("/v1/terms/lists/%d/undo-import", l.ID): {"import": 1, "reason": "r"},
		} {
			if p := w.refused(403, "sig", "POST", path, body); !strings.Contains(p.Instead, "analyst") {
				t.Errorf("%s by a signing officer: %+v", path, p)
			}
			if p := w.refused(403, "reader", "POST", path, body); !strings.Contains(p.Detail, "scope decide") {
				t.Errorf("%s with a token that only reads: %+v", path, p)
			}
			w.refused(422, "ada", "POST", path, words{"nonsense": true})
		}
		for _, c := range []struct {
			path string
			body words
			says string
		}{
			{"/v1/banks", words{"name": "x", "source": "rumour"}, "body.source"},
			{"/v1/banks", words{"name": "x", "source": "feed", "handling": words{"tlp": "PUCE", "pap": "GREEN", "h": "H0"}}, "TLP"},
			{"/v1/banks", words{"name": "own", "source": "feed"}, "own"},
			{to("/v1/banks/%d/import", b.ID), words{"name": "f", "content": "pdq 12", "format": "xml"}, "body.format"},
			{to("/v1/banks/%d/import", b.ID), words{"name": "f", "content": "[{", "format": "feed"}, "cannot be read on"},
			{to("/v1/banks/%d/import", b.ID), words{"name": "f", "content": ""}, "body.content"},
			{to("/v1/known/%d/opine", k.ID), words{"verdict": "hearsay"}, "body.verdict"},
			{"/v1/terms", words{"list": l.ID, "text": "tram", "lang": "tongue"}, "body.lang"},
			{"/v1/terms", words{"list": l.ID, "text": "tram", "lang": "1"}, "two or three letters"},
			{"/v1/terms/lists", words{"name": strings.Repeat("x", 121)}, "body.name"},
			{to("/v1/terms/lists/%d/undo-import", l.ID), words{"import": 0, "reason": "r"}, "body.import"},
		} {
			if p := w.refused(422, "ada", "POST", c.path, c.body); !strings.Contains(p.Detail, c.says) {
				t.Errorf("%s %v: %+v lacks %q", c.path, c.body, p, c.says)
			}
		}
		for _, path := range []string{"/v1/banks/99/import", "/v1/known/99/opine", "/v1/known/99/withdraw", "/v1/terms/99/mute", "/v1/terms/lists/99/mute"} {
			body := map[bool]words{true: {"name": "f", "content": "pdq 12"}, false: reason}[strings.HasSuffix(path, "import")]
			if strings.HasSuffix(path, "opine") {
				body = words{"verdict": "confirmed"}
			}
			w.refused(404, "ada", "POST", path, body)
		}
		w.refused(422, "ada", "GET", "/v1/known?state=gone", nil)
		w.refused(422, "ada", "GET", "/v1/known?flood=much", nil)
		var now KnownDetail
		if w.get("ada", to("/v1/known/%d", k.ID), &now); now.State != "active" || len(now.Opinions) != 0 {
			t.Errorf("a refusal changed something: %+v", now)
		}
	})
}
