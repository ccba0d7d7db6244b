// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"golang.org/x/mod/sumdb/note"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/desk/desktest"
	"iolaus/internal/iru"
	"iolaus/internal/ledger"
	"iolaus/internal/legal"
)

// A world is two units with people, their tokens, a clock that the test turns, and the interface over them.
type world struct {
	t        testing.TB
	desk     *desk.Desk
	server   *server
	http     http.Handler
	clock    atomic.Int64 // microseconds
	people   map[string]iru.Officer
	tokens   map[string]string
	verifier note.Verifier
	log      bytes.Buffer
	called   map[string]bool // operations that were answered with success, as "GET /v1/me"
	told     []string        // tokens and bodies that the callback got
	refuse   error           // what the callback answers
}

const origin = "unit-a.test/iolaus"

func newWorld(t testing.TB, d *db.DB) *world {
	t.Helper()
	signer, verifier, err := ledger.NewKey(rand.Reader, origin)
	must(t, err)
	sign, err := note.NewSigner(signer)
	must(t, err)
	w := &world{t: t, people: map[string]iru.Officer{}, tokens: map[string]string{}, called: map[string]bool{}}
	w.verifier, err = note.NewVerifier(verifier)
	must(t, err)
	w.clock.Store(time.Date(2026, 3, 12, 8, 0, 0, 0, time.UTC).UnixMicro())
	rules := desk.DefaultRules
	rules.Agreement = iru.Agreement{Points: 2, Rounds: 2, Gap: time.Minute}
	w.desk = &desk.Desk{DB: d, Now: w.now, Regime: legal.EU(), Rules: rules, Log: desk.LogKey{Origin: origin, Signer: sign, Verifier: w.verifier}}
	must(t, d.Tx(t.Context(), func(x *db.Tx) error {
		for _, name := range []string{"Unit A", "Unit B"} {
			u := iru.Unit{Name: name, Country: "X" + name[5:], Kind: legal.CompetentAuthority, Mail: "desk@unit.test", State: iru.UnitActive, Created: w.now()}
			if err := x.AddUnit(t.Context(), &u); err != nil {
				return err
			}
			for _, o := range map[string][]iru.Officer{
				"Unit A": {{Login: "ada", Roles: []iru.Role{iru.Analyst}}, {Login: "ben", Roles: []iru.Role{iru.Analyst, iru.Liaison}}, {Login: "lena", Roles: []iru.Role{iru.Reviewer}},
					{Login: "sig", Roles: []iru.Role{iru.Signer}}, {Login: "dora", Roles: []iru.Role{iru.Director, iru.Analyst}}, {Login: "aud", Roles: []iru.Role{iru.Auditor}}, {Login: "dave", Roles: []iru.Role{iru.Director}}},
				"Unit B": {{Login: "bea", Roles: []iru.Role{iru.Analyst, iru.Reviewer}}, {Login: "brit", Roles: []iru.Role{iru.Liaison}}},
			}[name] {
				o.Unit, o.Name, o.State, o.Created = u.ID, "Officer "+o.Login, iru.OfficerActive, w.now()
				if err := x.AddOfficer(t.Context(), &o); err != nil {
					return err
				}
				w.people[o.Login] = o
			}
		}
		return nil
	}))
	for login := range w.people {
		w.tokens[login] = w.issue(login, desk.TokenScopes...)
	}
	w.serve(Options{})
	return w
}

// serve puts the interface up anew with other options.
func (w *world) serve(o Options) {
	o.Version, o.Log = "test", slog.New(slog.NewTextHandler(&w.log, nil))
	if o.Callback == nil {
		o.Callback = w.callback
	}
	w.server = newServer(w.desk, o)
	w.http = w.server.guard(w.server.mux)
}

func (w *world) now() time.Time { return time.UnixMicro(w.clock.Load()).UTC() }

func (w *world) later(d time.Duration) { w.clock.Add(d.Microseconds()) }

func (w *world) scope(login string) iru.Scope { return w.people[login].Scope() }

func (w *world) issue(login string, scopes ...string) string {
	w.t.Helper()
	_, text, err := w.desk.IssueToken(w.t.Context(), w.scope(login), "test", scopes, 300*24*time.Hour)
	must(w.t, err)
	return text
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// req makes one, with a body of JSON unless it is nil.
func req(method, path, token string, body any) *http.Request {
	var b bytes.Buffer
	switch x := body.(type) {
	case nil:
	case string:
		b.WriteString(x)
	default:
		if err := json.NewEncoder(&b).Encode(x); err != nil {
			panic(err)
		}
	}
	r := httptest.NewRequest(method, path, &b)
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	return r
}

func (w *world) do(r *http.Request) *httptest.ResponseRecorder {
	rec := httptest.NewRecorder()
	w.http.ServeHTTP(rec, r)
	return rec
}

// call makes a request in an officer's name, wants the status, and holds the answer against the document.
func (w *world) call(want int, login, method, path string, body, out any) *httptest.ResponseRecorder {
	w.t.Helper()
	r := req(method, path, w.tokens[login], body)
	_, pattern := w.server.mux.Handler(r)
	rec := w.do(r)
	if rec.Code != want {
		w.t.Fatalf("%s: %s %s %v: %d %s\n%s", login, method, path, body, rec.Code, rec.Body, w.log.String())
	}
	w.conform(pattern, rec)
	if rec.Code < 300 {
		w.called[pattern] = true
	}
	if out != nil {
		if err := json.Unmarshal(rec.Body.Bytes(), out); err != nil {
			w.t.Fatalf("%s %s: %v in %s", method, path, err, rec.Body)
		}
	}
	return rec
}

func (w *world) get(login, path string, out any) {
	w.t.Helper()
	w.call(http.StatusOK, login, http.MethodGet, path, nil, out)
}

func (w *world) post(login, path string, body, out any) {
	w.t.Helper()
	w.call(http.StatusOK, login, http.MethodPost, path, body, out)
}

// refused wants a refusal and gives it.
func (w *world) refused(want int, login, method, path string, body any) Problem {
	w.t.Helper()
	var p Problem
	w.call(want, login, method, path, body, &p)
	if p.Status != want || p.Detail == "" || p.Title != http.StatusText(want) {
		w.t.Errorf("%s %s: incomplete problem %+v", method, path, p)
	}
	return p
}

// conform holds an answer against what the document says of it.
func (w *world) conform(pattern string, rec *httptest.ResponseRecorder) {
	w.t.Helper()
	method, path, _ := strings.Cut(pattern, " ")
	item := w.server.huma.OpenAPI().Paths[path]
	if item == nil {
		w.t.Fatalf("%q is not in the document", pattern)
	}
	op := item.Get
	if method == http.MethodPost {
		op = item.Post
	}
	said := op.Responses[fmt.Sprint(rec.Code)]
	if said == nil {
		said = op.Responses["default"]
	}
	known := http.Header{"Content-Type": {""}} // and what every answer has
	secure(known)
	for name := range said.Headers {
		known.Set(name, "")
	}
	for name := range rec.Header() {
		if known[name] == nil {
			w.t.Errorf("%s: %d has the header %s, which the document does not say", pattern, rec.Code, name)
		}
	}
	if len(said.Content) == 0 {
		if rec.Body.Len() != 0 {
			w.t.Errorf("%s: %d has a body, the document says none", pattern, rec.Code)
		}
		return
	}
	kind, _, _ := strings.Cut(rec.Header().Get("Content-Type"), ";")
	media := said.Content[kind]
	if media == nil {
		w.t.Fatalf("%s: %d is %q, which the document does not say", pattern, rec.Code, kind)
	}
	if kind == "text/plain" {
		return
	}
	var v any
	must(w.t, json.Unmarshal(rec.Body.Bytes(), &v))
	res := &huma.ValidateResult{}
	huma.Validate(w.server.huma.OpenAPI().Components.Schemas, media.Schema, huma.NewPathBuffer(nil, 0), huma.ModeReadFromServer, v, res)
	for _, err := range res.Errors {
		w.t.Errorf("%s: %d is not as documented: %v\n%s", pattern, rec.Code, err, rec.Body)
	}
}

// captured takes a page of an item in, as a worker would.
func (w *world) captured(item int64, text string, links ...desk.Link) iru.Exhibit {
	w.t.Helper()
	var i iru.Item
	must(w.t, w.desk.DB.View(w.t.Context(), func(t *db.Tx) error {
		var err error
		i, err = t.Item(w.t.Context(), iru.Program(), iru.ItemID(item))
		return err
	}))
	sum := desk.Digest(text)
	x, err := w.desk.RecordCapture(w.t.Context(), desk.Recording{Item: i.ID, Vantage: "north", At: w.now(), Outcome: iru.Up, Status: 200, Final: i.Locator, Manifest: sum,
		Title: "Weather", Lang: "en", Dir: "ltr", Text: text, Content: sum, Links: links, Files: []iru.File{{Name: "page.txt", Kind: "text", SHA256: sum, Size: int64(len(text))}},
		Features: []iru.Feature{{Family: "analytics", Kind: "analytics_id", Value: "g:HW7"}}, Prints: []iru.Print{{Medium: "sha256", Value: sum, Where: i.Locator}}})
	must(w.t, err)
	return x
}

// carried says who carries an asset, as a worker would.
func (w *world) carried(asset int64) {
	w.t.Helper()
	must(w.t, w.desk.RecordCarriers(w.t.Context(), iru.AssetID(asset), []desk.Carriage{
		{Name: "Birchrack", Site: "birchrack.test", Layer: legal.Host, Jurisdiction: "XA", Channel: iru.ByMail, Address: "abuse@birchrack.test", Source: "RDAP"},
		{Name: "Alder Names", Site: "alder.test", Layer: legal.Registrar, Jurisdiction: "XB", Channel: iru.ByMail, Address: "abuse@alder.test", Source: "RDAP"}}))
}

// seen reads an act and names what was read.
func (w *world) seen(login string, notice int64) words {
	w.t.Helper()
	var n NoticeDetail
	w.get(login, to("/v1/notices/%d", notice), &n)
	return words{"digest": n.Digest}
}

// approve reads an act and approves it.
func (w *world) approve(login string, notice int64) (n thing) {
	w.t.Helper()
	w.post(login, to("/v1/notices/%d/approve", notice), w.seen(login, notice), &n)
	return n
}

// contact reads how a provider is reached, for a confirmation.
func (w *world) contact(login string, provider int64, note string) words {
	w.t.Helper()
	var p Provider
	w.get(login, to("/v1/providers/%d", provider), &p)
	return words{"channel": p.Channel, "address": p.Address, "note": note}
}

// confirm reads a contact and says that it is right.
func (w *world) confirm(login string, provider int64, note string) {
	w.t.Helper()
	w.post(login, to("/v1/providers/%d/confirm", provider), w.contact(login, provider, note), nil)
}

// ready reads the tasks of the officer's unit, for a go.
func (w *world) ready(login string, op int64) words {
	w.t.Helper()
	var o OperationDetail
	w.get(login, to("/v1/operations/%d", op), &o)
	for _, p := range o.Polls {
		if p.Unit == int64(w.people[login].Unit) {
			return words{"answer": "go", "tasks": p.Tasks}
		}
	}
	w.t.Fatalf("%s's unit is not asked: %+v", login, o.Polls)
	return nil
}

// goes reads the tasks and answers go.
func (w *world) goes(login string, op int64) {
	w.t.Helper()
	w.post(login, to("/v1/operations/%d/poll", op), w.ready(login, op), nil)
}

func (w *world) seal() {
	w.t.Helper()
	_, err := w.desk.Seal(w.t.Context(), "test")
	must(w.t, err)
}

// refer is a complete finding.
var refer = map[string]any{"finding": "refer", "limbs": []string{"c"}, "passage": "snow line", "passage_lang": "en", "purpose": "proceed",
	"purpose_reason": "no editorial responsibility", "public": true, "reason": "exercise", "grounds": desktest.Whole()}

func doubt() map[string]any {
	d := map[string]any{}
	for k, v := range refer {
		d[k] = v
	}
	d["purpose"], d["reason"] = "doubt", "the forecaster may be a journalist"
	return d
}

type words map[string]any

// A thing is as much of a resource as the tests look at.
type thing struct {
	ID     int64  `json:"id"`
	Unit   int64  `json:"unit"`
	Outlet int64  `json:"outlet"`
	Ref    string `json:"ref"`
	State  string `json:"state"`
}

type things struct {
	Items []thing `json:"items"`
	Next  string  `json:"next"`
}

// watched gives an attributed asset with its captured item and its carriers.
func (w *world) watched(login, address, outlet string) (asset, item thing) {
	w.t.Helper()
	w.post(login, "/v1/watch", words{"address": address, "outlet_name": outlet, "reason": "notified"}, &asset)
	var is things
	w.get(login, fmt.Sprintf("/v1/items?asset=%d", asset.ID), &is)
	w.captured(is.Items[0].ID, "snow line falls tonight over "+address)
	w.carried(asset.ID)
	return asset, is.Items[0]
}

func to(format string, id int64) string { return fmt.Sprintf(format, id) }

func (w *world) callback(_ context.Context, token string, body []byte) error {
	w.told = append(w.told, token+" "+string(body))
	return w.refuse
}
