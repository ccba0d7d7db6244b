// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"

	"iolaus/internal/db"
	"iolaus/internal/db/dbtest"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
)

// concrete is an address of a pattern.
var concrete = strings.NewReplacer("{bank}", "WEATHER", "{content}", "1", "{api}", "hash_list")

// TestHMAScopes tries every route without a token, with one that is unknown, with one that lacks its scope, and by the wrong method.
func TestHMAScopes(t *testing.T) {
	w, c := newHMA(t, dbtest.Open(t), nil)
	lacking := map[string]string{desk.ScopeRead: w.issue("ada", desk.ScopeDecide, desk.ScopeApprove), desk.ScopeDecide: w.issue("ada", desk.ScopeRead, desk.ScopeApprove)}
	open := 0
	for pattern, scope := range w.server.hma.routes {
		method, path, _ := strings.Cut(pattern, " /hma")
		path = concrete.Replace(path)
		if scope == "" {
			open++
			continue
		}
		for token, want := range map[string]int{"": 401, "nobody's": 401, lacking[scope]: 403} {
			status, header, b := c.as(token).send(method, path, "", nil)
			if status != want || header.Get("WWW-Authenticate") == "" || !strings.HasPrefix(string(b), `{"message":`) {
				t.Errorf("%s with token %.8q: %d %s", pattern, token, status, b)
			}
		}
		if reading := strings.HasPrefix(path, "/m/") || strings.HasPrefix(path, "/h/") || method == "GET"; reading != (scope == desk.ScopeRead) {
			t.Errorf("%s needs the scope %s", pattern, scope)
		}
		status, header, b := c.send("PATCH", path, "", nil)
		if status != 405 || !strings.Contains(header.Get("Allow"), method) || !strings.HasPrefix(string(b), `{"message":`) {
			t.Errorf("PATCH %s: %d, possible %q: %s", path, status, header.Get("Allow"), b)
		}
	}
	if open != 3 {
		t.Errorf("%d routes need no token", open)
	}
	for _, path := range []string{"/", "/ui/", "/c/", "/c/banks/", "/c//banks", "/c/../c/banks", "/c/bank/A/content/1/x"} {
		if status, _, b := c.send("GET", path, "", nil); status != 404 || !strings.HasPrefix(string(b), `{"message":`) {
			t.Errorf("%s: %d %s", path, status, b)
		}
	}
	for _, write := range []string{"POST /c/exchanges", "PUT /c/exchange/WEATHER", "DELETE /c/exchange/WEATHER", "POST /c/exchanges/api/hash_list", "PUT /c/signal_type/pdq"} {
		method, path, _ := strings.Cut(write, " ")
		if status, _, _ := c.send(method, path, "", nil); status != 405 && status != 404 {
			t.Errorf("%s: %d", write, status)
		}
	}
	w.serve(Options{}) // without them
	if rec := w.do(req("GET", "/hma/c/banks", w.tokens["ada"], nil)); rec.Code != 404 {
		t.Errorf("not opened: %d", rec.Code)
	}
}

// TestHMARate: the routes count to the same limit as those under /v1.
func TestHMARate(t *testing.T) {
	w := newWorld(t, dbtest.Open(t))
	w.serve(Options{HMA: &HMA{}, PerMinute: 2})
	w.get("ada", "/v1/me", nil)
	if rec := w.do(req("GET", "/hma/c/banks", w.tokens["ada"], nil)); rec.Code != 200 {
		t.Errorf("the second: %d", rec.Code)
	}
	if rec := w.do(req("GET", "/hma/c/banks", w.tokens["ada"], nil)); rec.Code != 429 || rec.Header().Get("Retry-After") == "" {
		t.Errorf("the third: %d %v", rec.Code, rec.Header())
	}
}

// TestHMAUnits: officers do what their roles allow, within their unit.
func TestHMAUnits(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w, c := newHMA(t, d, nil)
		pdq := strings.Repeat("0f", 32)
		c.want(201, "POST", "/c/banks", words{"name": "WEATHER"}, nil)
		var x added
		c.want(200, "POST", "/c/bank/WEATHER/signal", words{"pdq": pdq}, &x)
		bea := c.as(w.tokens["bea"])
		bea.get("/c/banks", nil, `[]`)
		bea.get("/m/lookup", url.Values{"signal_type": {"pdq"}, "signal": {pdq}}, `{}`)
		bea.get("/m/raw_lookup", url.Values{"signal_type": {"pdq"}, "signal": {pdq}}, `{"matches":[]}`)
		bea.get("/m/index/status", url.Values{"signal_type": {"pdq"}}, `{"pdq":{"present":true,"built_to":-1,"size":0}}`)
		one := fmt.Sprintf("/c/bank/WEATHER/content/%d", x.ID)
		for _, r := range []string{"GET /c/bank/WEATHER", "PUT /c/bank/WEATHER", "GET " + one, "PUT " + one, "DELETE " + one, "GET " + one + "/signals", "POST /c/bank/WEATHER/signal",
			"POST /c/bank/WEATHER/content?url=http%3A%2F%2F127.0.0.1%2F", "GET /c/exchange/WEATHER"} {
			method, path, _ := strings.Cut(r, " ")
			bea.want(404, method, path, words{"pdq": pdq}, `{"message":"bank 'WEATHER' not found"}`)
		}
		bea.want(201, "POST", "/c/banks", words{"name": "WEATHER"}, nil) // a name is a unit's own
		other := fmt.Sprintf("/c/bank/WEATHER/content/%d", x.ID)
		bea.want(404, "GET", other, nil, nil) // though both banks have that name
		bea.want(200, "DELETE", other, nil, `{"deleted":0}`)
		if got := c.lookup("pdq", pdq); len(got["WEATHER"]) != 1 {
			t.Errorf("unit A looked up %+v", got)
		}

		aud := c.as(w.tokens["aud"]) // reads, and does nothing
		if got := aud.lookup("pdq", pdq); len(got["WEATHER"]) != 1 {
			t.Errorf("the auditor looked up %+v", got)
		}
		for _, r := range []string{"POST /c/banks", "PUT /c/bank/WEATHER", "DELETE /c/bank/WEATHER", "PUT " + one, "DELETE " + one, "POST /c/bank/WEATHER/signal",
			"POST /c/bank/WEATHER/content?url=http%3A%2F%2F127.0.0.1%2F"} {
			method, path, _ := strings.Cut(r, " ")
			body := words{"name": "TRAMS"}
			switch {
			case strings.HasSuffix(path, "/signal"):
				body = words{"pdq": strings.Repeat("1e", 32)}
			case method == "PUT" && path == one:
				body = words{"disable_until_ts": 1}
			case method == "PUT":
				body = words{"enabled": true}
			}
			aud.want(403, method, path, body, nil)
		}
		if got := c.lookup("pdq", pdq); len(got["WEATHER"]) != 1 {
			t.Errorf("the auditor changed %+v", got)
		}
		for _, name := range []string{"A%00B", "%ff", "A%0AB"} { // what PostgreSQL takes as no text
			c.want(404, "GET", "/c/bank/"+name, nil, nil)
		}
		c.want(400, "POST", "/c/bank/WEATHER/signal", words{"pdq": strings.Repeat("2d", 32), "note": "a\x00b"}, nil)
		c.get("/m/raw_lookup", url.Values{"signal_type": {"pdq"}, "signal": {pdq}, "banks": {"A\x00B"}}, `{"matches":[]}`)
		c.want(201, "POST", "/c/banks", words{"name": "OTHER"}, nil)
		c.want(404, "GET", fmt.Sprintf("/c/bank/OTHER/content/%d", x.ID), nil, nil) // of another bank
	})
}

// TestHMABadInput: each route with what it cannot take.
func TestHMABadInput(t *testing.T) {
	w, c := newHMA(t, dbtest.Open(t), nil)
	pdq := strings.Repeat("0f", 32)
	c.want(201, "POST", "/c/banks", words{"name": "WEATHER"}, nil)
	var x added
	c.want(200, "POST", "/c/bank/WEATHER/signal", words{"pdq": pdq}, &x)
	one := fmt.Sprintf("/c/bank/WEATHER/content/%d", x.ID)
	for _, b := range []struct {
		status      int
		route, says string
		body        any
	}{
		{422, "GET /h/hash", "url is required", nil},
		{400, "POST /h/hash", "Missing multipart", nil},
		{400, "POST /h/hash", "Missing multipart", words{}},
		{400, "POST /h/hash", "Missing multipart", upload{plain: map[string]string{"a": "b"}}},
		{400, "POST /h/hash", "no such content_type: 'audio'", upload{field: "audio", name: "x", file: []byte("x")}},
		{400, "POST /h/hash", "not clear what the file is", upload{field: "file", name: "x", file: []byte("plain words")}},
		{400, "POST /h/hash?types=tmk", "'tmk' doesn't exist", photoOf([]byte("x"))},
		{400, "POST /h/hash?types=video_md5", "'video_md5' doesn't exist", photoOf([]byte("x"))},
		{400, "POST /h/hash?types=,", "empty signal type selection", photoOf([]byte("x"))},
		{400, "GET /m/lookup", "Either url or both", nil},
		{400, "GET /m/lookup?signal_type=pdq", "Either url or both", nil},
		{400, "GET /m/lookup?signal_type=tmk&signal=00", "No such SignalType 'tmk'", nil},
		{400, "GET /m/lookup?signal_type=pdq&signal=banana", "invalid pdq hash", nil},
		{400, "GET /m/lookup?signal_type=sha256&signal=" + pdq[2:], "invalid sha256 hash", nil},
		{422, "GET /m/lookup?signal_type=pdq&bypass_coinflip=perhaps&signal=" + pdq, "bypass_coinflip", nil},
		{400, "POST /m/lookup", "Missing multipart", nil},
		{422, "POST /m/lookup?bypass_coinflip=perhaps", "bypass_coinflip", photoOf([]byte("x"))},
		{422, "GET /m/raw_lookup?signal_type=pdq", "signal is required", nil},
		{422, "GET /m/raw_lookup?signal=" + pdq, "signal_type is required", nil},
		{400, "GET /m/raw_lookup?signal_type=pdq&signal=0", "invalid pdq hash", nil},
		{422, "GET /m/raw_lookup?signal_type=pdq&include_distance=far&signal=" + pdq, "include_distance", nil},
		{415, "POST /m/compare", "JSON", nil},
		{400, "POST /m/compare", "not a JSON object", []string{"banana"}},
		{400, "POST /m/compare", "not a JSON object", "{"},
		{400, "POST /m/compare", "not a list", words{"pdq": "banana"}},
		{400, "POST /m/compare", "exactly 2", words{"pdq": []string{}}},
		{400, "POST /m/compare", "exactly 2", words{"pdq": []string{pdq, pdq, pdq}}},
		{400, "POST /m/compare", "invalid pdq hash", words{"pdq": []string{"banana", "banana"}}},
		{400, "POST /m/compare", "No such SignalType", words{"tmk": []string{pdq, pdq}}},
		{400, "GET /m/index/status?signal_type=tmk", "No such signal type 'tmk'", nil},
		{400, "GET /c/signal_type/index?signal_type=tmk", "No such signal type 'tmk'", nil},
		{422, "POST /c/banks", "name is required", words{}},
		{422, "POST /c/banks", "name is not", words{"name": 7}},
		{400, "POST /c/banks", "UPPER_WITH_UNDERSCORE", words{"name": "01_TRAMS"}},
		{400, "POST /c/banks", "UPPER_WITH_UNDERSCORE", words{"name": "trams"}},
		{400, "POST /c/banks", "80 characters", words{"name": strings.Repeat("A", 81)}},
		{400, "POST /c/banks", "always or never", words{"name": "TRAMS", "enabled_ratio": 0.5}},
		{400, "POST /c/banks", "always or never", words{"name": "TRAMS", "enabled_ratio": "NaN"}},
		{422, "POST /c/banks", "not a number", words{"name": "TRAMS", "enabled_ratio": "half"}},
		{422, "POST /c/banks", "enabled", words{"name": "TRAMS", "enabled": "perhaps"}},
		{422, "POST /c/banks", "enabled", words{"name": "TRAMS", "enabled": []int{}}},
		{404, "GET /c/bank/NONE", "bank 'NONE' not found", nil},
		{404, "PUT /c/bank/NONE", "not found", words{}},
		{400, "PUT /c/bank/WEATHER", "keeps its name", words{"name": "TRAMS", "enabled": false}},
		{422, "PUT /c/bank/WEATHER", "not a number", words{"enabled_ratio": words{}}},
		{404, "POST /c/bank/NONE/content", "not found", nil},
		{400, "POST /c/bank/WEATHER/content", "Neither `url` nor", nil},
		{400, "POST /c/bank/WEATHER/content", "Missing multipart", upload{plain: map[string]string{"note": "x"}}},
		{400, "POST /c/bank/WEATHER/content?url=x", "a json object", words{"metadata": []int{}}},
		{400, "POST /c/bank/WEATHER/content?url=x", "Invalid metadata", words{"metadata": words{"invalid_metadata": 5}}},
		{400, "POST /c/bank/WEATHER/content?url=x", "Invalid metadata", words{"metadata": words{"content_id": 5}}},
		{400, "POST /c/bank/WEATHER/content?url=x", "control characters", words{"metadata": words{"content_uri": "https://a.test/\nhma.json={}"}}},
		{400, "POST /c/bank/WEATHER/content?url=x", "Invalid metadata", words{"metadata": words{"json": words{"x": strings.Repeat("x", 17<<10)}}}},
		{400, "POST /c/bank/WEATHER/content?url=x", "should be a string", words{"note": 5}},
		{400, "POST /c/bank/WEATHER/content?url=x", "at most 255", words{"note": strings.Repeat("ü", 256)}},
		{404, "POST /c/bank/NONE/signal", "not found", words{"pdq": pdq}},
		{400, "POST /c/bank/WEATHER/signal", "No signals given", words{}},
		{400, "POST /c/bank/WEATHER/signal", "No signals given", words{"note": "x"}},
		{400, "POST /c/bank/WEATHER/signal", "No such signal type tmk", words{"tmk": pdq}},
		{400, "POST /c/bank/WEATHER/signal", "not a text", words{"pdq": 5}},
		{400, "POST /c/bank/WEATHER/signal", "invalid pdq hash", words{"pdq": ""}},
		{415, "POST /c/bank/WEATHER/signal", "JSON", nil},
		{404, "GET /c/bank/NONE/content/1", "bank", nil},
		{404, "GET /c/bank/WEATHER/content/999", "content '999' not found", nil},
		{404, "GET /c/bank/WEATHER/content/abc", "not found", nil},
		{404, "GET /c/bank/WEATHER/content/99999999999999999999", "not found", nil},
		{404, "DELETE /c/bank/NONE/content/1", "bank", nil},
		{400, "PUT " + one, "less than 5 years", words{"disable_until_ts": 9999999999}},
		{400, "PUT " + one, "not disabled for a time", words{"disable_until_ts": w.now().Unix() + 60}},
		{400, "PUT " + one, "non-negative", words{"disable_until_ts": -1}},
		{400, "PUT " + one, "Invalid int", words{"disable_until_ts": "soon"}},
		{415, "PUT " + one, "JSON", nil},
		{404, "GET /c/exchange/NONE/status", "not found", nil},
		{400, "GET /c/exchanges/api/ncmec", "no such Exchange API", nil},
		{404, "GET /c/exchanges/api/ncmec/schema", "not found", nil},
	} {
		method, path, _ := strings.Cut(b.route, " ")
		var f fault
		if c.want(b.status, method, path, b.body, &f); !strings.Contains(f.Message, b.says) {
			t.Errorf("%s %v: %q, want %q", b.route, b.body, f.Message, b.says)
		}
	}
	big := words{"pdq": strings.Repeat("0", 2<<20)}
	c.want(413, "POST", "/c/bank/WEATHER/signal", big, nil)
	var k content
	if c.get(one, nil, &k); k.Disable != 1 {
		t.Errorf("bad input changed %+v", k)
	}
	if strings.Contains(w.log.String(), "request failed") {
		t.Errorf("bad input is a failure of ours: %s", w.log.String())
	}
}

// TestHMAHostileFiles: what would harm a reader is refused, and nothing comes of it.
func TestHMAHostileFiles(t *testing.T) {
	w, c := newHMA(t, dbtest.Open(t), nil)
	c.want(201, "POST", "/c/banks", words{"name": "WEATHER"}, nil)
	whole := pngOf(t, drawn(5))
	flood := bytes.Clone(whole) // a header that promises 2^31 by 2^31 points
	binary.BigEndian.PutUint32(flood[16:], 1<<31-1)
	binary.BigEndian.PutUint32(flood[20:], 1<<31-1)
	binary.BigEndian.PutUint32(flood[29:], crc32.ChecksumIEEE(flood[12:29]))
	bomb := pngOf(t, image.NewGray(image.Rect(0, 0, 12_000, 12_000)))
	for name, b := range map[string]struct {
		status int
		file   []byte
	}{
		"empty": {400, nil}, "words": {400, []byte("no picture")}, "cut short": {400, whole[:len(whole)/2]}, "flood of points": {400, flood}, "bomb": {400, bomb},
		"zero size": {400, append([]byte("\x89PNG\r\n\x1a\n"), make([]byte, 64)...)}, "long": {413, append(bytes.Clone(whole), make([]byte, 33<<20)...)},
	} {
		for _, path := range []string{"/h/hash", "/m/lookup", "/c/bank/WEATHER/content"} {
			var f fault
			if c.want(b.status, "POST", path, photoOf(b.file), &f); f.Message == "" {
				t.Errorf("%s to %s: no message", name, path)
			}
		}
	}
	c.want(400, "POST", "/c/bank/WEATHER/content?types=pdq", photoOf(pngOf(t, plainPicture())), `{"message":"No signals given"}`)
	two := photoOf(whole)
	kind, r := two.form()
	var b bytes.Buffer
	_, err := b.ReadFrom(r)
	must(t, err)
	_, boundary, _ := strings.Cut(kind, "boundary=")
	double := strings.TrimSuffix(b.String(), "--"+boundary+"--\r\n") + b.String()
	for body, says := range map[string]string{double: "Only one file", b.String()[:b.Len()/2]: "did not arrive whole"} {
		if status, _, got := c.send("POST", "/h/hash", kind, strings.NewReader(body)); status != 400 || !strings.Contains(string(got), says) {
			t.Errorf("%s: %d %s", says, status, got)
		}
	}
	many := photoOf(whole)
	many.plain = map[string]string{"metadata": strings.Repeat("x", 65<<10)}
	c.want(413, "POST", "/c/bank/WEATHER/content", many, nil)
	many.plain = map[string]string{"metadata": "{"}
	c.want(400, "POST", "/c/bank/WEATHER/content", many, nil)
	w.server.hma.MaxFile = 1 << 20
	c.want(413, "POST", "/h/hash", upload{field: "video", name: "film", file: make([]byte, 1<<20+1)}, nil)
	c.get("/m/index/status", url.Values{"signal_type": {"sha256"}}, `{"sha256":{"present":true,"built_to":-1,"size":0}}`)
	if strings.Contains(w.log.String(), "request failed") {
		t.Errorf("a hostile file is a failure of ours: %s", w.log.String())
	}
}

// TestHMAFetch: an address is asked for within the guard's and the limits' bounds only.
func TestHMAFetch(t *testing.T) {
	asked := 0
	files := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked++
		switch r.URL.Path {
		case "/long":
			w.Header().Set("Content-Type", "image/png")
			_, _ = w.Write(make([]byte, 1<<20+1))
		case "/words":
			w.Header().Set("Content-Type", "text/plain")
			fmt.Fprint(w, "words")
		case "/away":
			http.Redirect(w, r, "http://10.0.0.1/train.png", http.StatusFound)
		default:
			http.NotFound(w, r)
		}
	})
	_, c := newHMA(t, dbtest.Open(t), files, loopback)
	_, strict := newHMA(t, dbtest.Open(t), files)
	for _, b := range []struct {
		c             *hmaClient
		status        int
		address, says string
	}{
		{strict, 400, "http://127.0.0.1/words", "Invalid or unsafe URL"}, {strict, 400, "http://localhost/words", ""}, {strict, 400, "http://[::1]/words", "Invalid or unsafe URL"},
		{strict, 400, "http://169.254.169.254/latest", "Invalid or unsafe URL"}, {c, 400, "file:///etc/passwd", "Invalid or unsafe URL"}, {c, 400, "ftp://127.0.0.1/", "Invalid or unsafe URL"},
		{c, 400, "train.png", "Invalid or unsafe URL"}, {c, 400, "http://", "Invalid or unsafe URL"}, {c, 400, "http://127.0.0.1/away", "Invalid or unsafe URL"},
		{c, 400, "http://127.0.0.1/none", "answered 404"}, {c, 400, "http://127.0.0.1/words", "unsupported url ContentType: 'text/plain'"}, {c, 413, "http://127.0.0.1/long", "Content too large"},
	} {
		var f fault
		for _, path := range []string{"/h/hash", "/m/lookup"} {
			if b.c.want(b.status, "GET", path+"?"+url.Values{"url": {b.address}}.Encode(), nil, &f); !strings.Contains(f.Message, b.says) {
				t.Errorf("%s: %+v", b.address, f)
			}
		}
	}
	before := asked
	c.want(400, "GET", "/h/hash?content_type=audio&url=http%3A%2F%2F127.0.0.1%2Fwords", nil, nil)
	c.as(c.w.issue("aud", desk.TokenScopes...)).want(404, "POST", "/c/bank/NONE/content?url=http%3A%2F%2F127.0.0.1%2Fwords", nil, nil)
	if asked != before {
		t.Error("a server was asked for what would be refused")
	}
}

// TestHMAWithout: what nobody handed in is refused as Hasher-Matcher-Actioner refuses it without the role.
func TestHMAWithout(t *testing.T) {
	w, c := newHMA(t, dbtest.Open(t), nil)
	w.server.hma.HMA = HMA{MaxFile: 1 << 20}
	c.want(403, "GET", "/h/hash?url=http%3A%2F%2F127.0.0.1%2F", nil, `{"message":"Hashing is disabled, missing role"}`)
	c.want(403, "POST", "/m/lookup", photoOf([]byte("x")), `{"message":"Hashing is disabled, missing role"}`)
	c.want(503, "GET", "/m/lookup?signal_type=pdq&signal="+strings.Repeat("0f", 32), nil, `{"message":"index not yet ready"}`)
	c.get("/m/lookup", url.Values{"signal_type": {"sha256"}, "signal": {strings.Repeat("0f", 32)}}, `{}`)
	if status, _, b := c.send("GET", "/status", "", nil); status != 503 || string(b) != "INDEX-NOT-LOADED" {
		t.Errorf("status: %d %s", status, b)
	}
}

// TestHMAOwn: what the unit judged itself answers too, under the name of its bank.
func TestHMAOwn(t *testing.T) {
	w, c := newHMA(t, dbtest.Open(t), nil)
	sum := strings.Repeat("ab", 32)
	w.post("ada", "/v1/known", words{"bank": "own bulletins", "medium": "sha256", "value": sum, "label": "bulletin", "finding": string(iru.FindRefer)}, nil)
	if got := c.lookup("sha256", sum); len(got["own bulletins"]) != 1 {
		t.Errorf("looked up %+v", got)
	}
	var k content
	if c.get("/c/bank/own%20bulletins/content/1", nil, &k); k.Note != "bulletin" || k.Bank.Name != "own bulletins" {
		t.Errorf("read %+v", k)
	}
}

// TestHMADocumented: the table of docs/format/hma.md has every route and no other.
func TestHMADocumented(t *testing.T) {
	text, err := os.ReadFile("../../docs/format/hma.md")
	must(t, err)
	w := newWorld(t, dbtest.Open(t))
	w.serve(Options{HMA: &HMA{}})
	rows := 0
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "| `") {
			rows++
		}
	}
	for pattern, scope := range w.server.hma.routes {
		row := "| `" + strings.Replace(pattern, " /hma", " ", 1) + "` | " + map[string]string{"": "none"}[scope] + scope + " |"
		if !strings.Contains(string(text), row) {
			t.Errorf("docs/format/hma.md lacks a row that begins with %s", row)
		}
	}
	if rows != len(w.server.hma.routes) {
		t.Errorf("docs/format/hma.md has %d rows, there are %d routes", rows, len(w.server.hma.routes))
	}
}
