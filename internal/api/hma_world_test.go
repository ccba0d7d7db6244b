// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/textproto"
	"net/url"
	"os"
	"strconv"
	"strings"
	"testing"

	"iolaus/internal/db"
	"iolaus/internal/fetch"
	"iolaus/internal/recognise"
	"iolaus/internal/sandbox"
	"iolaus/internal/work"
)

// TestMain lets the test binary be a cell.
func TestMain(m *testing.M) {
	sandbox.Main()
	os.Exit(m.Run())
}

type cells struct{ pool *sandbox.Pool }

func (c cells) Picture(ctx context.Context, body []byte) (recognise.PDQ, int, error) {
	r, err := c.pool.Reader(ctx)
	if err != nil {
		return recognise.PDQ{}, 0, err
	}
	defer r.Close()
	p, err := r.Picture(ctx, body)
	return p.PDQ, p.Quality, err
}

type fetcher struct{ client *fetch.Client }

func (f fetcher) Get(ctx context.Context, address string) (Fetched, error) {
	r, err := f.client.Get(ctx, address)
	if errors.Is(err, fetch.ErrTooLarge) && r.Status != 0 {
		err = nil
	}
	return Fetched{Status: r.Status, Type: r.Type, Body: r.Body, Cut: r.Truncated != ""}, err
}

// newHMA is a world whose interface has the routes under /hma, with an index on disk, cells and a guarded client, on a real server. Files
// are served at http://127.0.0.1/, which only allow permits.
func newHMA(t *testing.T, d *db.DB, files http.Handler, allow ...netip.Prefix) (*world, *hmaClient) {
	t.Helper()
	w := newWorld(t, d)
	pool, err := sandbox.NewPool(sandbox.Options{Lax: true, Spare: 1})
	must(t, err)
	t.Cleanup(func() { must(t, pool.Close()) })
	crew := &work.Crew{Desk: w.desk, Index: t.TempDir()}
	n := fetch.Network{Name: "here", Allow: allow, Ports: map[uint16]uint16{}}
	if files != nil {
		s := httptest.NewServer(files)
		t.Cleanup(s.Close)
		u, err := url.Parse(s.URL)
		must(t, err)
		port, err := strconv.ParseUint(u.Port(), 10, 16)
		must(t, err)
		n.Ports[80] = uint16(port)
	}
	web := fetch.New(n, fetch.Limits{Body: 1 << 20}, nil, "test")
	w.serve(Options{HMA: &HMA{Near: crew.Near(), Pictures: cells{pool}, Web: fetcher{web}}})
	s := httptest.NewServer(w.http)
	t.Cleanup(s.Close)
	return w, &hmaClient{w: w, base: s.URL + "/hma", token: w.tokens["ada"], called: map[string]bool{}}
}

var loopback = netip.MustParsePrefix("127.0.0.0/8")

// A hmaClient makes requests as clients of Hasher-Matcher-Actioner do: parameters in the query, JSON bodies, files in multipart forms
// whose field is the content type. It knows nothing of our own interface but the header with the token.
type hmaClient struct {
	w      *world
	base   string
	token  string
	called map[string]bool // patterns that answered well
}

// as is the same client in another officer's name.
func (c *hmaClient) as(token string) *hmaClient {
	x := *c
	x.token = token
	return &x
}

func (c *hmaClient) send(method, path, kind string, body io.Reader) (int, http.Header, []byte) {
	c.w.t.Helper()
	r, err := http.NewRequestWithContext(c.w.t.Context(), method, c.base+path, body)
	must(c.w.t, err)
	r.Header.Set("User-Agent", "python-requests/2.32.3")
	r.Header.Set("Accept", "*/*")
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	if c.token != "" {
		r.Header.Set("Authorization", "Bearer "+c.token)
	}
	res, err := http.DefaultClient.Do(r)
	must(c.w.t, err)
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	must(c.w.t, err)
	if res.StatusCode < 300 {
		c.called[c.pattern(method, path)] = true
	}
	return res.StatusCode, res.Header, b
}

func (c *hmaClient) pattern(method, path string) string {
	_, pattern := c.w.server.hma.mux.Handler(httptest.NewRequest(method, "/hma"+path, nil))
	return pattern
}

// want makes a request and wants a status and, unless out is nil, JSON: exactly this text where out is one.
func (c *hmaClient) want(status int, method, path string, body, out any) {
	c.w.t.Helper()
	kind, r := "", io.Reader(nil)
	switch x := body.(type) {
	case nil:
	case upload:
		kind, r = x.form()
	case string:
		kind, r = "application/json", strings.NewReader(x)
	default:
		b, err := json.Marshal(x)
		must(c.w.t, err)
		kind, r = "application/json", bytes.NewReader(b)
	}
	got, header, b := c.send(method, path, kind, r)
	if got != status {
		c.w.t.Errorf("%s %s: %d %s, want %d\n%s", method, path, got, b, status, c.w.log.String())
		return
	}
	if t := header.Get("Content-Type"); t != "application/json" {
		c.w.t.Errorf("%s %s is %q", method, path, t)
	}
	if got >= 400 {
		var f fault
		if err := json.Unmarshal(b, &f); err != nil || f.Message == "" {
			c.w.t.Errorf("%s %s: a refusal without a message: %s", method, path, b)
		}
	}
	switch x := out.(type) {
	case nil:
	case string:
		var got, want any
		must(c.w.t, json.Unmarshal([]byte(x), &want))
		must(c.w.t, json.Unmarshal(b, &got))
		g, _ := json.Marshal(got)
		if s, _ := json.Marshal(want); !bytes.Equal(g, s) {
			c.w.t.Errorf("%s %s: got %s, want %s", method, path, g, s)
		}
	default:
		if err := json.Unmarshal(b, out); err != nil {
			c.w.t.Errorf("%s %s: %v in %s", method, path, err, b)
		}
	}
}

func (c *hmaClient) get(path string, params url.Values, out any) {
	c.w.t.Helper()
	if len(params) > 0 {
		path += "?" + params.Encode()
	}
	c.want(http.StatusOK, http.MethodGet, path, nil, out)
}

// lookup gives what a hash resembles.
func (c *hmaClient) lookup(kind, signal string, more ...string) map[string][]resembled {
	c.w.t.Helper()
	p := url.Values{"signal_type": {kind}, "signal": {signal}}
	for i := 0; i < len(more); i += 2 {
		p.Set(more[i], more[i+1])
	}
	var out map[string][]resembled
	c.get("/m/lookup", p, &out)
	return out
}

// An upload is a file in a multipart form, beside plain fields.
type upload struct {
	field, name, kind string
	file              []byte
	plain             map[string]string
}

func (u upload) form() (string, io.Reader) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for k, v := range u.plain {
		_ = w.WriteField(k, v) // into memory
	}
	if u.field != "" {
		h := textproto.MIMEHeader{"Content-Disposition": {`form-data; name="` + u.field + `"; filename="` + u.name + `"`}}
		if u.kind != "" {
			h.Set("Content-Type", u.kind)
		}
		p, _ := w.CreatePart(h)
		_, _ = p.Write(u.file)
	}
	_ = w.Close()
	return w.FormDataContentType(), &b
}

func photoOf(file []byte) upload {
	return upload{field: "photo", name: "train.png", kind: "image/png", file: file}
}

// drawn is an invented picture: a train of discs in a landscape.
func drawn(seed int) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, 256, 192))
	for y := range 192 {
		for x := range 256 {
			c := color.NRGBA{uint8(x), uint8(y), uint8((x*seed + y*3) / 4), 255}
			for n := range 9 {
				dx, dy, r := x-(n*seed*37+20)%256, y-(n*53+seed*29)%192, 12+(n*seed*7)%30
				if dx*dx+dy*dy < r*r {
					c = color.NRGBA{uint8(n * 28), uint8(255 - n*23), uint8(seed * n * 11), 255}
				}
			}
			img.SetNRGBA(x, y, c)
		}
	}
	return img
}

func pngOf(t testing.TB, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	must(t, png.Encode(&b, img))
	return b.Bytes()
}

func jpegOf(t testing.TB, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	must(t, jpeg.Encode(&b, img, &jpeg.Options{Quality: 80}))
	return b.Bytes()
}

// flipped changes n bits of a PDQ.
func flipped(t testing.TB, hex string, n int) string {
	t.Helper()
	q, err := recognise.ParsePDQ(hex)
	must(t, err)
	for i := range n {
		q[i%4] ^= 1 << (i / 4)
	}
	return q.Hex()
}

// plainPicture has one colour, and so no hash that says anything.
func plainPicture() *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, 64, 64))
	for i := range img.Pix {
		img.Pix[i] = 255
	}
	return img
}
