// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/riverqueue/river"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/exhibit"
	"iolaus/internal/fetch"
	"iolaus/internal/iru"
	"iolaus/internal/locator"
	"iolaus/internal/recognise"
)

// What one capture takes along, at most: pictures of a page, and characters of its text that are shown beside it.
const (
	maxImages = 24
	maxText   = 64 << 10
	maxFeeds  = 3
)

// capture records an item: the exact exchanges in a WARC file, the text, the fingerprints, and a manifest over all of it.
type capture struct {
	river.WorkerDefaults[desk.Capture]
	*Crew
}

func (w *capture) Work(ctx context.Context, job *river.Job[desk.Capture]) error {
	var i iru.Item
	var a iru.Asset
	err := w.Desk.DB.View(ctx, func(t *db.Tx) error {
		var err error
		if i, err = t.Item(ctx, iru.Program(), job.Args.Item); err != nil {
			return err
		}
		a, err = t.Asset(ctx, iru.Program(), i.Asset)
		return err
	})
	if err != nil {
		return outcome(err)
	}
	if i.State != iru.ItemNew && i.State != iru.ItemFailed {
		return nil // done before we were killed
	}
	return outcome(w.record(ctx, w.Vantages[0], a, i))
}

// record captures an item from a vantage point and hands the recording to the desk. The bytes are in the store before the desk
// knows of them.
func (c *Crew) record(ctx context.Context, from *fetch.Client, a iru.Asset, i iru.Item) error {
	s := fetch.Look(ctx, from, address(i.Locator), fetch.Expect{Kind: a.Kind})
	if err := ctx.Err(); err != nil {
		return err
	}
	r := desk.Recording{Item: i.ID, Vantage: s.Vantage, At: s.At, Outcome: s.Outcome, Status: s.Status, Detail: clean(s.Detail), Took: s.Took}
	exchanges := []fetch.Exchange{}
	if s.Response != nil {
		r.Final, exchanges = s.Response.Final, append(exchanges, s.Response.Hops...)
	}
	if s.Outcome == iru.Up && s.Response != nil {
		exchanges = append(exchanges, c.content(ctx, from, a, i, s, &r)...)
	}
	if err := c.keep(ctx, i, s, exchanges, &r); err != nil {
		return err
	}
	_, err := c.Desk.RecordCapture(ctx, r)
	return err
}

// content reads what was captured: text, language, marks, links, fingerprints. It gives the further exchanges it took.
func (c *Crew) content(ctx context.Context, from *fetch.Client, a iru.Asset, i iru.Item, s fetch.Sight, r *desk.Recording) []fetch.Exchange {
	body := s.Response.Body
	sum := sha256.Sum256(body)
	r.Content = hex.EncodeToString(sum[:])
	r.Kind = kindOf(s.Response)
	r.Prints = append(r.Prints, iru.Print{Medium: "sha256", Value: r.Content, Where: i.Locator})
	r.Features = append(r.Features, carrierMarks(s.Response, c.Desk.OnPlatform(i.Locator))...)
	if s.Page == nil {
		r.Title = locatorName(i.Locator)
		if plain(s.Response.Type) {
			r.Text = limited(clean(string(body)), maxText)
			r.Dir = recognise.Direction(r.Text)
			if r.Links = linksIn(body); strings.Contains(s.Response.Type, "xml") {
				r.Links = feedLinks(body)
			}
			r.Features = append(r.Features, manifestMarks(body)...)
		}
		return nil
	}
	p := s.Page
	r.Title, r.Lang, r.Dir, r.Text = clean(p.Title), p.Lang, p.Dir, limited(clean(p.Text), maxText)
	for _, l := range p.Links {
		r.Links = append(r.Links, desk.Link{URL: l.URL, Text: l.Text})
	}
	if sk := recognise.SketchText(p.Text); len(sk) >= minSketch {
		r.Prints = append(r.Prints, iru.Print{Medium: "text", Value: sk.String(), Where: i.Locator})
	}
	r.Features = append(r.Features, pageMarks(*p)...)
	more := c.feeds(ctx, from, p.Feeds, r)
	pictures := p.Images
	if p.Icon != "" {
		pictures = append([]string{p.Icon}, pictures...)
	}
	whole := sha256.New()
	fmt.Fprintf(whole, "%s\n", recognise.Fold(p.Text))
	for n, u := range pictures {
		if n >= maxImages || ctx.Err() != nil {
			break
		}
		res, err := from.Get(ctx, u, fetch.Accept("image/*"))
		more = append(more, res.Hops...)
		if err != nil || res.Status != 200 {
			continue
		}
		d := recognise.SHA256(res.Body)
		h := hex.EncodeToString(d[:])
		if u == p.Icon {
			r.Features = append(r.Features, mark("favicon", h))
			continue
		}
		fmt.Fprintf(whole, "%s\n", h)
		r.Prints = append(r.Prints, iru.Print{Medium: "sha256", Value: h, Where: u})
		img, _, err := recognise.DecodeImage(bytes.NewReader(res.Body), recognise.Limits{})
		if err != nil {
			continue // kept in the WARC file; not recognisable
		}
		if pdq, quality := recognise.HashPDQ(img); quality >= minQuality {
			r.Prints = append(r.Prints, iru.Print{Medium: "pdq", Value: pdq.Hex(), Where: u})
			r.Features = append(r.Features, mark("image_pdq", pdq.Hex()))
		}
	}
	if len(strings.TrimSpace(p.Text)) > 0 { // the same words and pictures are the same content, whatever the frame around them
		r.Content = hex.EncodeToString(whole.Sum(nil))
	}
	return more
}

// feeds reads the feeds that a page names: their keys are marks of identity, and what they announce is linked.
func (c *Crew) feeds(ctx context.Context, from *fetch.Client, addresses []string, r *desk.Recording) []fetch.Exchange {
	var more []fetch.Exchange
	for _, u := range addresses[:min(len(addresses), maxFeeds)] {
		res, err := from.Get(ctx, u, fetch.Accept("application/atom+xml, application/rss+xml, application/feed+json, */*;q=0.1"))
		more = append(more, res.Hops...)
		if err != nil || res.Status != 200 {
			continue
		}
		r.Links = append(r.Links, feedLinks(res.Body)...)
		r.Features = append(r.Features, feedMarks(res.Body)...)
	}
	return more
}

// minQuality is the PDQ quality under which a hash is discarded (recognition.md); minSketch the shingles that a text needs.
const (
	minQuality = 50
	minSketch  = 8
)

// keep writes the exchanges into a WARC file, stores it with the text, and closes the manifest over both.
func (c *Crew) keep(ctx context.Context, i iru.Item, s fetch.Sight, exchanges []fetch.Exchange, r *desk.Recording) error {
	var warc bytes.Buffer
	w := exhibit.NewWriter(&warc, exhibit.Info{Software: c.Software, Operator: c.Post.From, Filename: "capture.warc.gz", Vantage: s.Vantage}, recordID)
	if _, err := w.WriteInfo(s.At); err != nil {
		return fmt.Errorf("write evidence: %w: %w", iru.Internal, err)
	}
	for _, e := range exchanges {
		if len(e.Request) == 0 || len(e.Response) == 0 {
			continue
		}
		x := exhibit.Exchange{Target: e.URL, At: e.Start, IP: e.Remote.Addr().String(), Protocol: e.Protocol, Request: e.Request, Response: e.Response, Truncated: e.Truncated}
		if e.TLS != nil {
			x.TLS, x.Cipher = strings.ToLower(strings.ReplaceAll(e.TLS.Version, " ", "/")), e.TLS.Cipher
		}
		if _, err := w.WriteExchange(x); err != nil {
			return fmt.Errorf("write evidence of %s: %w: %w", e.URL, iru.Internal, err)
		}
	}
	for _, f := range []struct {
		name, kind string
		data       []byte
	}{{"capture.warc.gz", "warc", warc.Bytes()}, {"text.txt", "text", []byte(r.Text)}} {
		if len(f.data) == 0 {
			continue
		}
		sum, size, err := c.Store.Put(ctx, bytes.NewReader(f.data))
		if err != nil {
			return fmt.Errorf("store evidence: %w", err)
		}
		r.Files = append(r.Files, iru.File{Name: f.name, Kind: f.kind, SHA256: sum, Size: size})
	}
	m, err := c.manifest(i, s, exchanges, *r)
	if err != nil {
		return err
	}
	sum, size, err := c.Store.Put(ctx, bytes.NewReader(m))
	if err != nil {
		return fmt.Errorf("store evidence: %w", err)
	}
	r.Manifest = sum
	r.Files = append(r.Files, iru.File{Name: "manifest.json", Kind: "manifest", SHA256: sum, Size: size})
	return nil
}

// recordID is a random UUID (RFC 9562, version 4) as WARC names its records.
func recordID() string {
	var b [16]byte
	if _, err := io.ReadFull(rand.Reader, b[:]); err != nil {
		panic(err) // the system has no randomness left: nothing can go on
	}
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("urn:uuid:%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// address is what to fetch for a stored locator.
func address(stored string) string {
	l, err := locator.Parse(stored)
	if err != nil {
		return stored
	}
	return l.URL()
}

func locatorName(stored string) string {
	l, err := locator.Parse(stored)
	if err != nil {
		return stored
	}
	return l.Host() + l.Path()
}

func limited(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

func plain(mediaType string) bool {
	return strings.HasPrefix(mediaType, "text/") || strings.Contains(mediaType, "json") || strings.Contains(mediaType, "xml") ||
		strings.Contains(mediaType, "mpegurl") || strings.Contains(mediaType, "scpls")
}

func kindOf(r *fetch.Response) iru.AssetKind {
	switch {
	case strings.HasPrefix(r.Type, "audio/"), strings.Contains(r.Type, "mpegurl"), r.Type == "application/ogg":
		return iru.Stream
	case strings.Contains(r.Type, "json"):
		return iru.Update
	case strings.Contains(r.Type, "android.package"):
		return iru.App
	}
	return ""
}
