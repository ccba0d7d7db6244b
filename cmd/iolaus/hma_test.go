// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"bytes"
	"encoding/json"
	"image"
	"image/color"
	"image/png"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
)

// TestHMA: the program answers under /hma with its own index, cells and guarded client.
func TestHMA(t *testing.T) {
	img := image.NewGray(image.Rect(0, 0, 128, 128))
	for i := range img.Pix {
		x, y := i%128, i/128
		img.SetGray(x, y, color.Gray{uint8((x*x/40 + y*(x/16)*3) % 256)})
	}
	var picture bytes.Buffer
	if err := png.Encode(&picture, img); err != nil {
		t.Fatal(err)
	}
	conf := site(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "image/png")
		_, _ = w.Write(picture.Bytes())
	}))
	cfg, err := (&cli{Config: conf, Data: t.TempDir()}).load(env{os.Getenv, strings.NewReader(""), io.Discard, io.Discard})
	if err != nil {
		t.Fatal(err)
	}
	h, err := open(t.Context(), cfg, nil, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := h.close(); err != nil {
			t.Error(err)
		}
	})
	token := officerToken(t, h)
	handler, err := h.handler(nil)
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(handler)
	t.Cleanup(srv.Close)
	ask := func(method, path, kind string, body io.Reader, out any) {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), method, srv.URL+"/hma"+path, body)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer "+token)
		if kind != "" {
			r.Header.Set("Content-Type", kind)
		}
		res, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		b, err := io.ReadAll(res.Body)
		if err != nil || res.StatusCode > 299 {
			t.Fatalf("%s %s: %d %s %v", method, path, res.StatusCode, b, err)
		}
		if out != nil {
			if err := json.Unmarshal(b, out); err != nil {
				t.Fatalf("%s %s: %v in %s", method, path, err, b)
			}
		}
	}
	ask("GET", "/status", "", nil, nil)
	ask("POST", "/c/banks", "application/json", strings.NewReader(`{"name":"TRAINS"}`), nil)
	var put struct{ ID int64 }
	ask("POST", "/c/bank/TRAINS/content?url=http%3A%2F%2F127.0.0.1%2Ftrain.png", "", nil, &put)
	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	p, err := w.CreateFormFile("photo", "train.png")
	if err != nil {
		t.Fatal(err)
	}
	_, _ = p.Write(picture.Bytes())
	_ = w.Close()
	type match struct {
		ID       int64  `json:"bank_content_id"`
		Distance string `json:"distance"`
	}
	var found map[string]map[string][]match
	ask("POST", "/m/lookup", w.FormDataContentType(), &form, &found)
	for kind, far := range map[string]string{"pdq": "0", "sha256": "-"} {
		if got := found[kind]["TRAINS"]; len(got) != 1 || got[0] != (match{put.ID, far}) {
			t.Errorf("%s of %d: %+v", kind, put.ID, found)
		}
	}
}

// officerToken makes a unit with an analyst, and gives a token of theirs.
func officerToken(t *testing.T, h *house) string {
	t.Helper()
	if _, err := h.begin(t.Context()); err != nil {
		t.Fatal(err)
	}
	var o iru.Officer
	if err := h.db.Tx(t.Context(), func(x *db.Tx) error {
		o = iru.Officer{Unit: 1, Login: "ada", Name: "Ada", Roles: []iru.Role{iru.Analyst}, State: iru.OfficerActive, Created: time.Now()}
		return x.AddOfficer(t.Context(), &o)
	}); err != nil {
		t.Fatal(err)
	}
	_, token, err := h.desk.IssueToken(t.Context(), o.Scope(), "client", desk.TokenScopes, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	return token
}
