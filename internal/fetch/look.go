// SPDX-License-Identifier: EUPL-1.2

package fetch

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"golang.org/x/net/publicsuffix"

	"iolaus/internal/iru"
	"iolaus/internal/recognise"
)

// An Expect is what a look hopes to find. Empty fields ask for nothing: any page at the address is then the content.
type Expect struct {
	Kind   iru.AssetKind    // decides what counts as alive; "" is a site
	SHA256 string           // of the unpacked body, hex
	Sketch recognise.Sketch // of the page's text
	Title  string           // of the page
	// Read reads a page in recognise.ReadPage's stead, and away from it: iru.Invalid is a file that breaks its reader, any other error
	// one that was not read. nil reads here.
	Read func(body []byte, contentType string, base *url.URL) (*recognise.Page, error)
}

// alike is the least estimated overlap of text at which a page is taken for the one expected. A front page renews itself, its
// frame stays; pages of different sites of one theme stay well below (figures in package recognise).
const alike = 0.3

// streamBytes is how much of an audio stream shows that it carries something.
const streamBytes = 4 << 10

// A Sight is one look: the observation without its numbers, what came, and why it failed if it did.
type Sight struct {
	iru.Observation // At, Vantage, Outcome, Status, Detail and Took are filled
	Response        *Response
	Err             error
	Page            *recognise.Page // the page as read; nil where it was none
	Unread          error           // why a page that came was not read: what it shows is not known
}

// Look asks for one address once and tells removal apart (law.md, section 6). It never fails: what failed is an outcome, and no
// failure is an absence.
func Look(ctx context.Context, c *Client, address string, expect Expect, more ...Option) Sight {
	began := time.Now()
	var opts []Option
	switch expect.Kind {
	case iru.Stream:
		opts = []Option{Prefix(streamBytes), Accept("audio/*, application/vnd.apple.mpegurl, */*;q=0.1")}
	case iru.Update:
		opts = []Option{Accept("application/json, */*;q=0.1")}
	}
	res, err := c.Get(ctx, address, append(opts, more...)...)
	s := Sight{Response: res, Err: err}
	s.At, s.Vantage, s.Status = began.UTC(), c.network.Name, res.Status
	if err != nil && !partly(err, res, expect.Kind) {
		s.Outcome, s.Detail = failed(err, res)
		if expect.Kind == iru.Stream && errors.Is(err, ErrTimeout) && res.Status == 200 && len(res.Body) == 0 {
			s.Outcome, s.Detail = iru.Silent, fmt.Sprintf("200 from %v, but not one byte of sound", res.Remote.Addr())
		}
	} else {
		s.Page, s.Unread = page(res, expect.Read)
		s.Outcome, s.Detail = judge(res, s.Page, s.Unread, expect)
		s.Content, s.Alike = compare(res, s.Page, s.Outcome, expect)
		if err != nil {
			s.Detail += "; only the beginning was read"
		}
	}
	s.Took = time.Since(began)
	return s
}

// partly reports whether an error left enough of an answer to judge: a body that goes on for ever is served all the same, and
// some sound is sound. Any other broken answer is not judged, so that half a page is never taken for an absence.
func partly(err error, r *Response, k iru.AssetKind) bool {
	if r.Status == 0 || len(r.Body) == 0 {
		return false
	}
	return errors.Is(err, ErrTooLarge) || k == iru.Stream && r.Status == 200 && errors.Is(err, ErrTimeout)
}

// page reads what came, if it is a page.
func page(r *Response, read func([]byte, string, *url.URL) (*recognise.Page, error)) (*recognise.Page, error) {
	base, err := url.Parse(r.Final)
	if err != nil {
		return nil, nil
	}
	if read == nil {
		read = here
	}
	p, err := read(r.Body, r.Header.Get("Content-Type"), base)
	if errors.Is(err, recognise.ErrNotPage) {
		return nil, nil
	}
	return p, err
}

func here(body []byte, contentType string, base *url.URL) (*recognise.Page, error) {
	p, err := recognise.ReadPage(body, contentType, base)
	return &p, err
}

// failed names the outcome of a look that brought no answer.
func failed(err error, r *Response) (iru.Outcome, string) {
	later := len(r.Hops) > 1 || r.Status != 0 && redirects(r.Status) // the address itself answered; what failed is where it led
	told := err.Error()
	switch {
	case errors.Is(err, ErrNoName) && !later:
		return iru.DomainHeld, told
	case errors.Is(err, ErrBlockedAddress) && later:
		return iru.Failed, "it redirects to what the guard forbids: " + told
	case errors.Is(err, ErrBlockedAddress), errors.Is(err, ErrRobots), errors.Is(err, ErrBusy):
		return iru.Refused, told
	case errors.Is(err, ErrTimeout):
		return iru.Timeout, told
	}
	return iru.Failed, told
}

// judge names the outcome of an answer.
func judge(r *Response, p *recognise.Page, unread error, x Expect) (iru.Outcome, string) {
	says := fmt.Sprintf("%d from %v", r.Status, r.Remote.Addr())
	absence := ""
	if p != nil {
		absence = recognise.Absence(*p)
	}
	if r.Header.Get("Cf-Mitigated") == "challenge" { // developers.cloudflare.com: detect a challenge page response
		absence = recognise.AbsenceChallenge
	}
	switch {
	case r.Status == 404 || r.Status == 410:
		return gone(x.Kind), says
	case r.Status == 451:
		return iru.LegalBlock, says + legalBy(r)
	case absence == recognise.AbsenceChallenge && r.Status != 200:
		return iru.Challenge, says
	case r.Status == 401 || r.Status == 407 || r.Status == 511:
		return iru.LoginWall, says
	case r.Status == 403 && fromHere(p):
		return iru.GeoBlocked, says + ": the page says that it is not shown in this country"
	case x.Kind == iru.Stream && r.Status == 400:
		return iru.Silent, says + ": the server knows no such mount"
	case r.Status < 200 || r.Status > 299:
		return iru.Failed, says
	}
	if x.SHA256 != "" && r.Truncated == "" && hash(r.Body) == strings.ToLower(x.SHA256) {
		return iru.Up, says + ", the same bytes"
	}
	if unread != nil {
		return unseen(r, unread, x, says)
	}
	switch x.Kind {
	case iru.Stream:
		return stream(r, p, says)
	case iru.Update:
		return update(r, absence, says)
	}
	return served(r, p, absence, x, says)
}

// unseen judges a page that came with status 200 and could not be read. It is never an absence, nor something else than expected: nobody
// knows what it shows, and a page that breaks its reader must not look removed for it. Where nothing is expected, a page that no
// reader will ever read is what stands at the address, and is kept for people to see; all else is to be tried again.
func unseen(r *Response, unread error, x Expect, says string) (iru.Outcome, string) {
	says += ", but the page could not be read: " + excerpt([]byte(unread.Error()), 300)
	expecting := len(x.Sketch) > 0 || x.Title != "" || x.SHA256 != "" || x.Kind == iru.Stream || x.Kind == iru.Update
	switch {
	case expecting, !errors.Is(unread, iru.Invalid):
		return iru.Failed, says
	case moved(r):
		return iru.Moved, says + elsewhere(r)
	}
	return iru.Up, says
}

// served judges a page that came with status 200.
func served(r *Response, p *recognise.Page, absence string, x Expect, says string) (iru.Outcome, string) {
	same, known := resembles(p, x)
	if known && same {
		return iru.Up, says
	}
	switch absence {
	case recognise.AbsenceChallenge:
		return iru.Challenge, says
	case recognise.AbsenceParked:
		return iru.Parked, says + elsewhere(r)
	case recognise.AbsenceLogin:
		return iru.LoginWall, says + elsewhere(r)
	case recognise.AbsenceSoft404:
		if moved(r) {
			return iru.Moved, says + elsewhere(r)
		}
		if x.Kind == iru.App || x.Kind == iru.Addon {
			return iru.Delisted, says + ", but the page says that there is nothing"
		}
		return iru.Soft404, says + ", but the page says that there is nothing"
	}
	switch {
	case moved(r):
		return iru.Moved, says + elsewhere(r)
	case fromHere(p) && p != nil && len(p.Text) < 2000:
		return iru.GeoBlocked, says + ": the page says that it is not shown in this country"
	case len(bytes.TrimSpace(r.Body)) == 0:
		return iru.Altered, says + ", an empty page"
	case known, x.SHA256 != "" && r.Truncated == "" && p == nil:
		return iru.Altered, says + ", something else than expected" + elsewhere(r)
	}
	return iru.Up, says
}

// sameText is the least estimated overlap at which two texts are taken for the same: what differs is a date, a counter, an advertisement
// (the standard error of a sketch is 0.044).
const sameText = 0.9

// compare says how what was met compares with what is expected. Where a page hides what is behind it, nothing is known.
func compare(r *Response, p *recognise.Page, o iru.Outcome, x Expect) (iru.Content, int) {
	if r.Status < 200 || r.Status > 299 || o.Unknown() {
		return iru.ContentUnknown, 0
	}
	if x.SHA256 != "" && r.Truncated == "" && hash(r.Body) == strings.ToLower(x.SHA256) {
		return iru.ContentSame, 100
	}
	alikeness := 0.0
	if p != nil && len(x.Sketch) > 0 {
		alikeness = recognise.Similarity(x.Sketch, recognise.SketchText(p.Text))
	}
	same, known := resembles(p, x)
	switch {
	case alikeness >= sameText:
		return iru.ContentSame, int(100*alikeness + 0.5)
	case same:
		return iru.ContentSimilar, int(100*alikeness + 0.5)
	case known || x.SHA256 != "" && p == nil && r.Truncated == "" && o != iru.Up:
		return iru.ContentOther, int(100*alikeness + 0.5)
	}
	return iru.ContentUnknown, 0
}

// resembles compares a page with what is expected; known is false where nothing is expected of a page.
func resembles(p *recognise.Page, x Expect) (same, known bool) {
	if p == nil {
		return false, len(x.Sketch) > 0 || x.Title != ""
	}
	if len(x.Sketch) > 0 {
		if recognise.Similarity(x.Sketch, recognise.SketchText(p.Text)) >= alike {
			return true, true
		}
		known = true
	}
	if x.Title != "" {
		known = true
		if t := strings.TrimSpace(recognise.Fold(p.Title)); t != "" && t == strings.TrimSpace(recognise.Fold(x.Title)) {
			return true, true
		}
	}
	return false, known
}

// gone is what a missing page means for a kind of asset.
func gone(k iru.AssetKind) iru.Outcome {
	switch k {
	case iru.App, iru.Addon:
		return iru.Delisted
	case iru.Stream:
		return iru.Silent
	}
	return iru.Gone
}

// stream judges a mount that answered: sound, a list of pieces of sound, or nothing.
func stream(r *Response, p *recognise.Page, says string) (iru.Outcome, string) {
	switch {
	case len(r.Body) == 0:
		return iru.Silent, says + ", but not one byte of sound"
	case p != nil:
		if moved(r) {
			return iru.Moved, says + elsewhere(r)
		}
		return iru.Altered, says + ", a page instead of sound"
	case bytes.HasPrefix(bytes.TrimSpace(r.Body), []byte("#EXTM3U")) && r.Truncated == "" && !listed(r.Body):
		return iru.Silent, says + ", a playlist without entries"
	}
	return iru.Up, fmt.Sprintf("%s, %s", says, r.Type)
}

// listed reports whether an M3U playlist (RFC 8216) names anything.
func listed(body []byte) bool {
	for line := range bytes.Lines(body) {
		if line = bytes.TrimSpace(line); len(line) > 0 && line[0] != '#' {
			return true
		}
	}
	return false
}

// update judges an application's update endpoint: alive as long as it answers in JSON, whatever build it announces.
func update(r *Response, absence, says string) (iru.Outcome, string) {
	switch {
	case r.Truncated == "" && json.Valid(r.Body):
		return iru.Up, says + ", the update endpoint answers"
	case absence == recognise.AbsenceParked:
		return iru.Parked, says
	case absence == recognise.AbsenceChallenge:
		return iru.Challenge, says
	case absence == recognise.AbsenceLogin:
		return iru.LoginWall, says
	case absence == recognise.AbsenceSoft404:
		return iru.Soft404, says
	case moved(r):
		return iru.Moved, says + elsewhere(r)
	}
	return iru.Altered, fmt.Sprintf("%s, no JSON: %q", says, excerpt(r.Body, 40))
}

// legalBy names who demanded a legal block, where the answer says so (RFC 7725, link relation blocked-by).
func legalBy(r *Response) string {
	for _, l := range r.Header.Values("Link") {
		if strings.Contains(strings.ToLower(l), "blocked-by") {
			return ", blocked by " + excerpt([]byte(l), 200)
		}
	}
	return ""
}

// moved reports whether the answer came from another site than the one asked.
func moved(r *Response) bool { return siteOf(r.URL) != siteOf(r.Final) }

func elsewhere(r *Response) string {
	if !moved(r) {
		return ""
	}
	return ", redirected to " + r.Final
}

// siteOf is the registrable name of an address, or its host where it has none.
func siteOf(address string) string {
	u, err := parse(address)
	if err != nil {
		return address
	}
	if site, err := publicsuffix.EffectiveTLDPlusOne(u.Hostname()); err == nil {
		return site
	}
	return u.Hostname()
}

// fromHere reports whether a page says that it is closed to this country.
func fromHere(p *recognise.Page) bool {
	if p == nil {
		return false
	}
	text := strings.ToLower(p.Title + " " + p.Text)
	for _, s := range []string{"not available in your country", "not available in your region", "unavailable in your country",
		"unavailable in your region", "not available in your location", "blocked in your country"} {
		if strings.Contains(text, s) {
			return true
		}
	}
	return false
}

func hash(b []byte) string {
	s := sha256.Sum256(b)
	return hex.EncodeToString(s[:])
}
