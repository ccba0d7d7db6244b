// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"crypto/md5"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"iolaus/internal/db"
	"iolaus/internal/db/dbtest"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/recognise"
)

// TestHMA tells one story through every route under /hma, on both engines, as a client of Hasher-Matcher-Actioner lives it.
func TestHMA(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		train, film := drawn(3), []byte("a film of the weather, frame by frame")
		body := pngOf(t, train)
		q, quality := recognise.HashPDQ(train)
		if quality < recognise.MinQuality {
			t.Fatalf("the drawing has quality %d", quality)
		}
		files := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			switch r.URL.Path {
			case "/train.png":
				w.Header().Set("Content-Type", "image/png")
				_, _ = w.Write(body)
			case "/film.mp4":
				w.Header().Set("Content-Type", "video/mp4")
				_, _ = w.Write(film)
			default:
				http.NotFound(w, r)
			}
		})
		w, c := newHMA(t, d, files, loopback)
		sum, md := sha256.Sum256(body), md5.Sum(film)
		pdq, sha := q.Hex(), hex.EncodeToString(sum[:])

		c.hashes(pdq, sha, hex.EncodeToString(md[:]), body, film)
		c.banking(pdq)
		id := c.content(body, pdq, sha)
		c.onAndOff(id, pdq)
		c.metadata(body)
		c.reads()
		for pattern := range w.server.hma.routes {
			if !c.called[pattern] {
				t.Errorf("no case for %s", pattern)
			}
		}
		w.logged()
	})
}

func (c *hmaClient) hashes(pdq, sha, md string, body, film []byte) {
	want := fmt.Sprintf(`{"pdq":%q,"sha256":%q}`, pdq, sha)
	c.get("/h/hash", url.Values{"url": {"http://127.0.0.1/train.png"}}, want)
	c.get("/h/hash", url.Values{"url": {"http://127.0.0.1/train.png"}, "types": {"pdq"}}, fmt.Sprintf(`{"pdq":%q}`, pdq))
	c.get("/h/hash", url.Values{"url": {"http://127.0.0.1/film.mp4"}, "types": {" video_md5, "}}, fmt.Sprintf(`{"video_md5":%q}`, md))
	c.get("/h/hash", url.Values{"url": {"http://127.0.0.1/train.png"}, "content_type": {"video"}, "types": {"sha256"}}, fmt.Sprintf(`{"sha256":%q}`, sha))
	c.want(200, "POST", "/h/hash", photoOf(body), want)
	c.want(200, "POST", "/h/hash?types=pdq", upload{field: "photo", name: "x", file: body}, fmt.Sprintf(`{"pdq":%q}`, pdq))
	c.want(200, "POST", "/h/hash?types=video_md5", upload{field: "video", name: "film.mp4", kind: "video/mp4", file: film}, fmt.Sprintf(`{"video_md5":%q}`, md))
	c.want(200, "POST", "/h/hash", upload{field: "file", name: "train.png", kind: "image/png", file: body}, want)
	c.want(200, "POST", "/h/hash", upload{field: "file", name: "x", kind: "application/octet-stream", file: body}, want)
	c.want(200, "POST", "/h/hash?types=pdq", photoOf(pngOf(c.w.t, plainPicture())), `{"pdq":""}`)
	c.want(200, "POST", "/m/compare", words{"pdq": []string{pdq, flipped(c.w.t, pdq, 9)}}, `{"pdq":[true,{"distance":9}]}`)
	c.want(200, "POST", "/m/compare", words{"pdq": []string{pdq, flipped(c.w.t, pdq, 32)}, "video_md5": []string{md, strings.ToUpper(md)}}, `{"pdq":[false,{"distance":32}],"video_md5":[true,{}]}`)
}

func (c *hmaClient) banking(pdq string) {
	t := c.w.t
	c.get("/c/banks", nil, `[]`)
	c.want(201, "POST", "/c/banks", words{"name": "WEATHER"}, `{"name":"WEATHER","matching_enabled_ratio":1}`)
	c.want(201, "POST", "/c/banks", words{"name": "TRAMS", "enabled_ratio": "1"}, `{"name":"TRAMS","matching_enabled_ratio":1}`) // as some clients write it
	c.want(201, "POST", "/c/banks", words{"name": "QUIET", "enabled": false}, `{"name":"QUIET","matching_enabled_ratio":0}`)
	c.want(403, "POST", "/c/banks", words{"name": "TRAMS"}, `{"message":"Bank already exists"}`)
	c.get("/c/banks", nil, `[{"name":"QUIET","matching_enabled_ratio":0},{"name":"TRAMS","matching_enabled_ratio":1},{"name":"WEATHER","matching_enabled_ratio":1}]`)
	c.get("/c/bank/TRAMS", nil, `{"name":"TRAMS","matching_enabled_ratio":1}`)

	var ids [3]added
	for i, bank := range []string{"WEATHER", "TRAMS", "QUIET"} {
		c.want(200, "POST", "/c/bank/"+bank+"/signal", words{"pdq": flipped(t, pdq, 40+i*3)}, &ids[i])
		if ids[i].Signals["pdq"] != flipped(t, pdq, 40+i*3) || len(ids[i].Signals) != 1 {
			t.Errorf("added %+v", ids[i])
		}
	}
	var again added
	if c.want(200, "POST", "/c/bank/TRAMS/signal", words{"pdq": flipped(t, pdq, 43), "note": "twice"}, &again); again.ID != ids[1].ID {
		t.Errorf("the same signal twice: %d and %d", ids[1].ID, again.ID)
	}
	far := flipped(t, pdq, 40)
	got := c.lookup("pdq", far)
	if len(got) != 2 || len(got["WEATHER"]) != 1 || got["WEATHER"][0].Distance != "0" || got["WEATHER"][0].ID != ids[0].ID || got["TRAMS"][0].Distance != "3" {
		t.Errorf("looked up: %+v", got)
	}
	if got := c.lookup("pdq", far, "banks", "TRAMS,NONE"); len(got) != 1 || len(got["TRAMS"]) != 1 {
		t.Errorf("in one bank: %+v", got)
	}
	if got := c.lookup("pdq", far, "bypass_coinflip", "true", "seed", "1234", "banks", "QUIET"); len(got) != 0 {
		t.Errorf("a muted bank answers: %+v", got)
	}
	c.get("/m/lookup", url.Values{"signal_type": {"pdq"}, "signal": {strings.Repeat("5", 64)}}, `{}`)
	c.get("/m/raw_lookup", url.Values{"signal_type": {"pdq"}, "signal": {far}}, fmt.Sprintf(`{"matches":[%d,%d]}`, ids[0].ID, ids[1].ID))
	c.get("/m/raw_lookup", url.Values{"signal_type": {"pdq"}, "signal": {far}, "include_distance": {"True"}, "banks": {"TRAMS"}},
		fmt.Sprintf(`{"matches":[{"bank_content_id":%d,"distance":"3"}]}`, ids[1].ID))
	c.get("/m/raw_lookup", url.Values{"signal_type": {"pdq"}, "signal": {far}, "banks": {"NONE"}}, `{"matches":[]}`)
	at := c.w.now().Unix()
	c.get("/m/index/status", url.Values{"signal_type": {"pdq"}}, fmt.Sprintf(`{"pdq":{"present":true,"built_to":%d,"size":3}}`, at))
	c.get("/m/index/status", nil, fmt.Sprintf(`{"pdq":{"present":true,"built_to":%d,"size":3},"sha256":{"present":true,"built_to":-1,"size":0},"video_md5":{"present":true,"built_to":-1,"size":0}}`, at))
	c.get("/c/signal_type/index", url.Values{"signal_type": {"pdq"}}, fmt.Sprintf(`{"pdq":{"db_size":3,"index_size":3,"index_out_of_date":false,"newest_db_item":%d,"index_built_to":%d}}`, at, at))
}

// content adds a file and finds it again in other forms.
func (c *hmaClient) content(body []byte, pdq, sha string) int64 {
	t := c.w.t
	var x added
	c.want(200, "POST", "/c/bank/TRAMS/content?url=http%3A%2F%2F127.0.0.1%2Ftrain.png&content_type=photo", nil, &x)
	if x.Signals["pdq"] != pdq || x.Signals["sha256"] != sha {
		t.Fatalf("added %+v", x)
	}
	one := fmt.Sprintf("/c/bank/TRAMS/content/%d", x.ID)
	c.get(one, nil, fmt.Sprintf(`{"id":%d,"disable_until_ts":1,"original_media_uri":null,"bank":{"name":"TRAMS","matching_enabled_ratio":1}}`, x.ID))
	var k content
	if c.get(one, url.Values{"include_signals": {"true"}}, &k); k.Signals["pdq"] != pdq || k.Signals["sha256"] != sha {
		t.Errorf("its signals: %+v", k)
	}
	c.get(one+"/signals", nil, fmt.Sprintf(`{"pdq":%q,"sha256":%q}`, pdq, sha))
	if got := c.lookup("sha256", sha); got["TRAMS"][0].ID != x.ID || got["TRAMS"][0].Distance != "-" {
		t.Errorf("by sha256: %+v", got)
	}
	var all map[string]map[string][]resembled
	c.get("/m/lookup", url.Values{"url": {"http://127.0.0.1/train.png"}}, &all)
	if len(all["pdq"]["TRAMS"]) != 1 || all["pdq"]["TRAMS"][0].Distance != "0" || len(all["sha256"]["TRAMS"]) != 1 {
		t.Errorf("by address: %+v", all)
	}
	var one2 map[string][]resembled
	if c.get("/m/lookup", url.Values{"url": {"http://127.0.0.1/train.png"}, "signal_type": {"pdq"}}, &one2); len(one2["TRAMS"]) != 1 {
		t.Errorf("by address, of one type: %+v", one2)
	}
	all = nil
	c.want(200, "POST", "/m/lookup?bypass_coinflip=false", photoOf(jpegOf(t, drawn(3))), &all) // another file, the same picture
	if len(all["pdq"]["TRAMS"]) != 1 || len(all["sha256"]) != 0 {
		t.Errorf("by file: %+v", all)
	}
	c.want(200, "POST", "/m/lookup?banks=WEATHER", photoOf(body), `{"pdq":{},"sha256":{}}`)
	c.want(200, "POST", "/m/lookup", photoOf(pngOf(t, drawn(11))), `{"pdq":{},"sha256":{}}`)
	return x.ID
}

func (c *hmaClient) onAndOff(id int64, pdq string) {
	t := c.w.t
	one := fmt.Sprintf("/c/bank/TRAMS/content/%d", id)
	found := func(want bool, when string) {
		t.Helper()
		if got := c.lookup("pdq", pdq, "bypass_coinflip", "true"); (len(got["TRAMS"]) == 1) != want {
			t.Errorf("%s: %+v", when, got)
		}
		var raw struct{ Matches []int64 }
		if c.get("/m/raw_lookup", url.Values{"signal_type": {"pdq"}, "signal": {pdq}}, &raw); (len(raw.Matches) == 1) != want {
			t.Errorf("%s, raw: %+v", when, raw)
		}
	}
	found(true, "before")
	config := `{"id":%d,"disable_until_ts":%d,"collab_metadata":{},"original_media_uri":null,"bank":{"name":"TRAMS","matching_enabled_ratio":1},"user_metadata":null,"note":null}`
	for range 2 {
		c.want(200, "PUT", one, words{"disable_until_ts": 0}, fmt.Sprintf(config, id, 0))
		found(false, "disabled")
	}
	for _, on := range []any{1, "1", c.w.now().Unix()} {
		c.want(200, "PUT", one, words{"disable_until_ts": on}, fmt.Sprintf(config, id, 1))
		found(true, "enabled")
	}
	must(t, c.w.desk.DB.Tx(t.Context(), func(x *db.Tx) error {
		k, err := x.Known(t.Context(), iru.Program(), id)
		if err != nil {
			return err
		}
		k.Flood = iru.FloodMarked
		return x.UpdateKnown(t.Context(), k, k.State)
	}))
	found(false, "flooding")
	c.want(200, "PUT", one, words{"disable_until_ts": 1}, nil)
	found(true, "spared")
	for _, off := range []words{{"enabled": false}, {"enabled_ratio": 0}, {"enabled_ratio": "0.0"}} {
		c.want(200, "PUT", "/c/bank/TRAMS", off, `{"name":"TRAMS","matching_enabled_ratio":0}`)
		found(false, "bank off")
	}
	c.want(200, "PUT", "/c/bank/TRAMS", words{"name": "TRAMS", "enabled_ratio": 1.0}, `{"name":"TRAMS","matching_enabled_ratio":1}`)
	found(true, "bank on")
	c.want(200, "DELETE", one, nil, `{"deleted":1}`)
	found(false, "deleted")
	c.want(200, "DELETE", one, nil, `{"deleted":0}`)
	c.want(404, "GET", one, nil, nil)
	c.want(404, "GET", one+"/signals", nil, nil)
	c.want(404, "PUT", one, words{"disable_until_ts": 1}, nil)
	var again added
	if c.want(200, "POST", "/c/bank/TRAMS/signal", words{"pdq": pdq}, &again); again.ID != id {
		t.Errorf("added again as %d, was %d", again.ID, id)
	}
	found(true, "added again")
	c.want(200, "DELETE", "/c/bank/TRAMS", nil, `{"message":"Done"}`)
	found(false, "bank deleted")
	c.want(200, "DELETE", "/c/bank/TRAMS", nil, `{"message":"Done"}`)
	c.want(200, "DELETE", "/c/bank/NEVER", nil, `{"message":"Done"}`)
}

func (c *hmaClient) metadata(body []byte) {
	t := c.w.t
	var x added
	c.want(200, "POST", "/c/bank/WEATHER/content?url=http%3A%2F%2F127.0.0.1%2Ffilm.mp4", words{"note": " a\nfilm ",
		"metadata": words{"content_id": "1197433091", "content_uri": "https://films.test/1", "json": words{"desk": words{"n": 12345678901234567}}, "collab": words{"X": []string{"y"}}}}, &x)
	if len(x.Signals) != 2 || len(x.Signals["video_md5"]) != 32 {
		t.Errorf("a film: %+v", x)
	}
	one := fmt.Sprintf("/c/bank/WEATHER/content/%d", x.ID)
	bank := `"bank":{"name":"WEATHER","matching_enabled_ratio":1}`
	meta := `{"content_id":"1197433091","content_uri":"https://films.test/1","json":{"desk":{"n":12345678901234567}}}`
	c.get(one, nil, fmt.Sprintf(`{"id":%d,"disable_until_ts":1,"original_media_uri":null,%s,"metadata":%s,"note":"a film"}`, x.ID, bank, meta))
	c.get(one, url.Values{"include_metadata": {"false"}}, fmt.Sprintf(`{"id":%d,"disable_until_ts":1,"original_media_uri":null,%s,"note":"a film"}`, x.ID, bank))
	c.want(200, "PUT", one, words{"note": "a film"}, fmt.Sprintf(`{"id":%d,"disable_until_ts":1,"collab_metadata":{},"original_media_uri":null,%s,"user_metadata":%s,"note":"a film"}`, x.ID, bank, meta))
	c.want(400, "PUT", one, words{"note": "a train"}, nil)

	up := photoOf(body) // as a client that writes forms
	up.plain = map[string]string{"content_id": "77", "content_uri": "https://trains.test/77", "note": "a train", "metadata": `{"json":{"finding":"no_action"}}`}
	c.want(200, "POST", "/c/bank/WEATHER/content", up, &x)
	c.get(fmt.Sprintf("/c/bank/WEATHER/content/%d", x.ID), nil, fmt.Sprintf(`{"id":%d,"disable_until_ts":1,"original_media_uri":null,%s,
		"metadata":{"content_id":"77","content_uri":"https://trains.test/77","json":{"finding":"no_action"}},"note":"a train"}`, x.ID, bank))
	must(t, c.w.desk.DB.View(t.Context(), func(r *db.Tx) error {
		k, err := r.Known(t.Context(), iru.Program(), x.ID)
		if k.Finding != "no_action" || k.Label != "a train" || k.Ref != "77" || k.By != c.w.people["ada"].ID {
			t.Errorf("kept as %+v", k)
		}
		return err
	}))
}

// reads: what a client asks once.
func (c *hmaClient) reads() {
	t := c.w.t
	c.get("/c/signal_type", nil, `[{"name":"pdq","enabled_ratio":1},{"name":"video_md5","enabled_ratio":1},{"name":"sha256","enabled_ratio":1}]`)
	c.get("/c/content_type", nil, `[{"name":"photo","enabled":true},{"name":"video","enabled":true}]`)
	c.get("/c/exchanges", nil, `[]`)
	feed := "https://lists.test/secret-feed"
	must(t, c.w.desk.DB.View(t.Context(), func(x *db.Tx) error {
		b, err := x.BankByName(t.Context(), c.w.people["ada"].Unit, "WEATHER")
		if err != nil {
			return err
		}
		_, err = c.w.desk.ChangeBank(t.Context(), c.w.scope("ada"), b.ID, desk.BankChange{Feed: &feed})
		return err
	}))
	c.get("/c/exchanges", nil, `["WEATHER"]`)
	c.get("/c/exchange/WEATHER", nil, `{"name":"WEATHER","api":"hash_list","enabled":true}`)
	c.want(404, "GET", "/c/exchange/QUIET", nil, nil)
	c.get("/c/exchange/WEATHER/status", nil, `{"checkpoint_ts":null,"running_fetch_start_ts":null,"last_fetch_complete_ts":null,"last_fetch_succeeded":null,"up_to_date":false,"fetched_items":3}`)
	c.get("/c/exchanges/apis", nil, `["hash_list"]`)
	c.get("/c/exchanges/api/hash_list", nil, `{"supports_authentification":false,"has_set_authentification":false}`)
	c.get("/c/exchanges/api/hash_list/schema", nil, nil)
	if status, _, b := c.as("").send("GET", "/status", "", nil); status != 200 || string(b) != "I-AM-ALIVE" {
		t.Errorf("status without a token: %d %s", status, b)
	}
	if status, _, b := c.as("").send("GET", "/status/live", "", nil); status != 200 || string(b) != "I-AM-ALIVE" {
		t.Errorf("alive without a token: %d %s", status, b)
	}
	var routes []string
	if c.as("").get("/site-map", nil, &routes); len(routes) < 20 || routes[0] != "/c/bank/{bank}" {
		t.Errorf("site map: %q", routes)
	}
}

// logged: what clients did stands in the ledger, under the officer of the token.
func (w *world) logged() {
	w.t.Helper()
	w.seal()
	for noun, verbs := range map[string][]string{"bank": {"open", "mute", "unmute"}, "known": {"enter", "quarantine", "release", "spare", "withdraw", "restore"}} {
		var es List[Event]
		w.get("ada", "/v1/events?limit=200&noun="+noun, &es)
		seen := map[string]bool{}
		for _, e := range es.Items {
			if seen[e.Verb] = true; e.By != int64(w.people["ada"].ID) {
				w.t.Errorf("%s %s is by %d", noun, e.Verb, e.By)
			}
		}
		for _, v := range verbs {
			if !seen[v] {
				w.t.Errorf("the log lacks %s of a %s: %v", v, noun, seen)
			}
		}
	}
}
