// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/go-chi/httprate"
	"golang.org/x/text/language"

	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/web/ui"
)

// A Portal is the way from the pages for people without an account to the acts behind them.
type Portal struct {
	// Open reads a token: an act or a practice order, the other is 0. NotFound for every token that is not ours, and in the same time.
	Open func(token string) (iru.NoticeID, iru.DrillID, error)
	// Answer keeps an answer and takes it in, once for each form; it gives the letter's number, 0 for a practice order.
	Answer func(ctx context.Context, n iru.NoticeID, k iru.DrillID, a desk.PortalAnswer) (int64, error)
	// File opens a document of an act, or an answer, by its digest.
	File func(ctx context.Context, digest string) (io.ReadCloser, error)
}

// How often the pages without an account are asked for, by one address; how often an address may be wrong; how often one page takes answers.
const (
	portalPerMinute = 240
	wrongTokens     = 20
	wrongWindow     = 10 * time.Minute
	answersPerPage  = 60 // in wrongWindow
	checksPerMinute = 30 // of documents, by one address
)

// maxAnswerForm is the largest answer, in bytes; maxChecked the largest document that is checked.
const (
	maxAnswerForm = 256 << 10
	maxChecked    = 32 << 20
)

// A portal serves the pages without an account. It knows no session and sets no cookie.
type portal struct {
	*server
	wrong, answers, checks *httprate.RateLimiter
}

// portalPolicy lets a page show our own styles and pictures and send forms to us, and nothing else: no script runs.
const portalPolicy = "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

func newPortal(s *server) http.Handler {
	p := &portal{server: s, wrong: httprate.NewRateLimiter(wrongTokens, wrongWindow), answers: httprate.NewRateLimiter(answersPerPage, wrongWindow),
		checks: httprate.NewRateLimiter(checksPerMinute, time.Minute)}
	m := http.NewServeMux()
	for pattern, h := range map[string]func(*call) error{
		"GET /p/{token}":                          (*call).page,
		"GET /p/{token}/answer/{kind}":            (*call).form,
		"POST /p/{token}/answer/{kind}":           (*call).take,
		"GET /p/{token}/answers/{letter}":         (*call).given,
		"GET /p/{token}/answers/{letter}/receipt": (*call).receipt,
		"GET /p/{token}/files/{n}":                (*call).file,
		"GET /verify":                             (*call).verifyPage,
		"POST /verify":                            (*call).verify,
		"/":                                       func(*call) error { return iru.NotFound },
	} {
		m.HandleFunc(pattern, p.handler(h))
	}
	return httprate.LimitBy(portalPerMinute, time.Minute, byAddress, httprate.WithLimitHandler(p.tooMany))(p.headers(m))
}

// byAddress is who connects: what a header says can be invented.
func byAddress(r *http.Request) (string, error) {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	return httprate.CanonicalizeIP(host), nil
}

func (p *portal) headers(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", portalPolicy)
		h.Set("Referrer-Policy", "no-referrer") // the address is the key
		h.Set("X-Robots-Tag", "noindex, nofollow, noarchive")
		h.Set("Cache-Control", "no-store")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		tag := r.URL.Query().Get("lang")
		if !known(tag) {
			_, i := language.MatchStrings(languageMatcher, head(r.Header.Get("Accept-Language"), 200))
			tag = ui.Languages[i].Tag
		}
		h.Add("Vary", "Accept-Language")
		next.ServeHTTP(w, r.WithContext(ui.WithLanguage(r.Context(), tag)))
	})
}

// A call is one request to a page without an account.
type call struct {
	*portal
	w     http.ResponseWriter
	r     *http.Request
	now   time.Time
	n     iru.NoticeID
	k     iru.DrillID
	token string
}

func (p *portal) handler(f func(*call) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		c := &call{portal: p, w: w, r: r, now: p.desk.Now().UTC().Truncate(time.Microsecond), token: r.PathValue("token")}
		err := c.open()
		if err == nil {
			err = f(c)
		}
		if err != nil && r.Context().Err() == nil {
			c.fail(err)
		}
	}
}

// errLimited says that the answer was given already.
var errLimited = errors.New("too many")

// open reads the token. Whoever tries tokens is slowed down by address; a right one never is.
func (c *call) open() error {
	if c.token == "" {
		return nil
	}
	var err error
	if c.n, c.k, err = c.opts.Portal.Open(c.token); err != nil {
		who, _ := byAddress(c.r)
		if c.wrong.OnLimit(c.w, c.r, who) {
			c.tooMany(c.w, c.r)
			return errLimited
		}
		return iru.NotFound
	}
	return nil
}

func (c *call) ctx() context.Context { return c.r.Context() }

func (c *call) at(parts ...string) string {
	return "/p/" + url.PathEscape(c.token) + strings.Join(append([]string{""}, parts...), "/")
}

// lang keeps the choice of language on the way.
func (c *call) lang(to string) string {
	if tag := c.r.URL.Query().Get("lang"); known(tag) {
		return to + "?lang=" + tag
	}
	return to
}

func (c *call) frame(title, unit string) ui.Frame {
	return ui.Frame{Title: title, Now: c.now, Unit: unit, Asset: c.static.URL, Path: c.r.URL.Path}
}

func (c *call) fail(err error) {
	if errors.Is(err, errLimited) {
		return
	}
	status, ctx := StatusOf(err), c.ctx()
	m := BareMessage{Title: ui.T(ctx, "This page cannot be shown"), Text: ui.T(ctx, "It is not your doing. Nothing was changed; try again in a moment, or answer by mail to the address in the letter.")}
	var r *iru.Refusal
	switch {
	case errors.Is(err, iru.NotFound):
		m = BareMessage{Title: ui.T(ctx, "There is no such page"), Text: ui.T(ctx, "The link is not complete, or its time has passed. Open it as it stands in the letter; the unit that wrote it stands there too.")}
	case errors.As(err, &r) && status < 500:
		m = BareMessage{Title: ui.T(ctx, "That was not taken"), Text: words(r)}
	case status >= 500:
		c.opts.Log.Error("page without an account failed", "page", c.r.Pattern, "error", err.Error())
	}
	m.Frame = c.frame(m.Title, "")
	c.render(status, m)
}

func (p *portal) tooMany(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	w.Header().Set("Retry-After", "60")
	c := &call{portal: p, w: w, r: r, now: p.desk.Now().UTC()}
	m := BareMessage{Title: ui.T(ctx, "Too many requests"), Text: ui.T(ctx, "Wait a minute, then open the page again.")}
	m.Frame = c.frame(m.Title, "")
	c.render(http.StatusTooManyRequests, m)
}

type viewable interface{ View() component }

func (c *call) render(status int, page viewable) {
	if err := Render(c.w, c.r, status, page.View()); err != nil {
		c.opts.Log.Error("page without an account failed", "page", c.r.Pattern, "error", err.Error())
	}
}

// file hands out a document of the act.
func (c *call) file() error {
	if c.n == 0 {
		return iru.NotFound
	}
	v, err := c.desk.Portal(c.ctx(), c.n)
	if err != nil {
		return err
	}
	n := number(c.r.PathValue("n"))
	if n < 1 || n > int64(len(v.Letter.Files)) {
		return iru.NotFound
	}
	f := v.Letter.Files[n-1]
	b, err := c.bytes(f.SHA256, maxChecked)
	if err != nil {
		return err
	}
	c.download(f.Name, "application/octet-stream", b)
	return nil
}

func (c *call) bytes(digest string, most int64) ([]byte, error) {
	r, err := c.opts.Portal.File(c.ctx(), digest)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	var b bytes.Buffer
	_, err = io.Copy(&b, io.LimitReader(r, most))
	return b.Bytes(), err
}

// download answers with bytes that a browser stores and never shows.
func (c *call) download(name, kind string, b []byte) {
	h := c.w.Header()
	h.Set("Content-Type", kind)
	h.Set("Content-Disposition", `attachment; filename="`+plainFile(name)+`"`)
	h.Set("Content-Security-Policy", "sandbox; default-src 'none'")
	if c.r.Method != http.MethodHead {
		_, _ = c.w.Write(b) // the reader may be gone
	}
}
