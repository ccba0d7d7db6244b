// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"iolaus/internal/desk"
	"iolaus/internal/fetch"
	"iolaus/internal/iru"
	"iolaus/internal/recognise"
)

// What one capture takes along, at most: pictures of a page, bytes of its text that are shown beside it, feeds; and bytes that say
// what a look found.
const (
	maxImages = 24
	maxText   = 64 << 10
	maxFeeds  = 3
	maxDetail = 2000
)

// content reads what was captured: text, language, marks, links, fingerprints. The time for what belongs to the page is ctx's.
func (c *Crew) content(ctx context.Context, from *fetch.Client, i iru.Item, s fetch.Sight, p *spool, r *desk.Recording) error {
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
	g := s.Page
	r.Title, r.Lang, r.Dir, r.Text = clean(g.Title), g.Lang, g.Dir, limited(clean(g.Text), maxText)
	for _, l := range g.Links {
		r.Links = append(r.Links, desk.Link{URL: l.URL, Text: l.Text})
	}
	if sk := recognise.SketchText(g.Text); len(sk) >= minSketch {
		r.Prints = append(r.Prints, iru.Print{Medium: "text", Value: sk.String(), Where: i.Locator})
	}
	r.Features = append(r.Features, pageMarks(*g)...)
	if err := feeds(ctx, from, g.Feeds, p, r); err != nil {
		return err
	}
	s.Response.Body = nil // read; its pictures may need the room
	return pictures(ctx, from, g, p, r)
}

// pictures takes a page's pictures and its icon along: the same words and pictures are the same content, whatever the frame.
func pictures(ctx context.Context, from *fetch.Client, g *recognise.Page, p *spool, r *desk.Recording) error {
	list := g.Images
	if g.Icon != "" {
		list = append([]string{g.Icon}, list...)
	}
	if len(list) > maxImages {
		p.warnf("%d pictures of the page were left out: %d are taken along", len(list)-maxImages, maxImages)
		list = list[:maxImages]
	}
	whole := sha256.New()
	fmt.Fprintf(whole, "%s\n", recognise.Fold(g.Text))
	for _, u := range list {
		body, err := beside(ctx, from, u, "image/*", p)
		if err != nil {
			return err
		}
		if body == nil {
			continue
		}
		d := recognise.SHA256(body)
		h := hex.EncodeToString(d[:])
		if u == g.Icon {
			r.Features = append(r.Features, mark("favicon", h))
			continue
		}
		fmt.Fprintf(whole, "%s\n", h)
		r.Prints = append(r.Prints, iru.Print{Medium: "sha256", Value: h, Where: clean(u)})
		img, _, err := recognise.DecodeImage(bytes.NewReader(body), recognise.Limits{})
		if err != nil {
			continue // kept in the WARC file; not recognisable
		}
		if pdq, quality := recognise.HashPDQ(img); quality >= minQuality {
			r.Prints = append(r.Prints, iru.Print{Medium: "pdq", Value: pdq.Hex(), Where: clean(u)})
			r.Features = append(r.Features, mark("image_pdq", pdq.Hex()))
		}
	}
	if len(strings.TrimSpace(g.Text)) > 0 {
		r.Content = hex.EncodeToString(whole.Sum(nil))
	}
	return nil
}

// feeds reads the feeds that a page names: their keys are marks of identity, and what they announce is linked.
func feeds(ctx context.Context, from *fetch.Client, addresses []string, p *spool, r *desk.Recording) error {
	for _, u := range addresses[:min(len(addresses), maxFeeds)] {
		body, err := beside(ctx, from, u, "application/atom+xml, application/rss+xml, application/feed+json, */*;q=0.1", p)
		if err != nil {
			return err
		}
		r.Links = append(r.Links, feedLinks(body)...)
		r.Features = append(r.Features, feedMarks(body)...)
	}
	return nil
}

// beside takes along what belongs to a page and gives its body; nil where it did not come whole. What does not fit any more, in
// bytes or in time, is left out and said.
func beside(ctx context.Context, from *fetch.Client, u, media string, p *spool) ([]byte, error) {
	switch {
	case ctx.Err() != nil:
		p.warnf("%s was left out: the time for what belongs to the page was over", u)
		return nil, nil
	case p.left <= 0:
		p.warnf("%s was left out: the capture holds as many bytes as it may", u)
		return nil, nil
	}
	res, err := from.Get(ctx, u, fetch.Accept(media), fetch.Prefix(p.left))
	if took := weight(res.Hops...); took > p.left || res.Truncated == fetch.TruncatedLength && err == nil {
		p.warnf("%s was left out: it needs more than the %d bytes that the capture may still take", u, p.left)
		return nil, nil
	}
	if n := len(res.Hops); err != nil && (n == 0 || len(res.Hops[n-1].Response) == 0) { // no record of it can stand in the WARC file
		p.warnf("%s was left out: %v", u, err)
	}
	if more := p.add(res.Hops); more != nil || err != nil || res.Status != 200 {
		return nil, more
	}
	return res.Body, nil
}

// minQuality is the PDQ quality under which a hash is discarded (recognition.md); minSketch the shingles that a text needs.
const (
	minQuality = 50
	minSketch  = 8
)

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
