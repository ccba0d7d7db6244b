// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"iolaus/internal/capture"
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

// content reads what was captured: text, language, marks, links, fingerprints.
func (c *Crew) content(ctx context.Context, i iru.Item, p *capture.Capture, r *desk.Recording) error {
	s := p.Sight
	body := s.Response.Body
	sum := recognise.SHA256(body)
	r.Content = hex.EncodeToString(sum[:])
	r.Kind = kindOf(s.Response)
	r.Prints = append(r.Prints, iru.Print{Medium: "sha256", Value: r.Content, Where: i.Locator})
	shared := c.Desk.OnPlatform(i.Locator)
	r.Features = append(r.Features, carrierMarks(s.Response, shared)...)
	if s.Response.TLS != nil && !shared {
		r.Cert = s.Response.TLS.Fingerprint
		r.Links = append(r.Links, certificateLeads(s.Response)...)
	}
	if err := c.listen(ctx, i, p, r); err != nil {
		return err
	}
	if s.Page == nil {
		r.Title = locatorName(i.Locator)
		if filmed(s.Response.Type) {
			s.Response.Body = nil
			return c.film(ctx, i.Locator, body, p, r)
		}
		if plain(s.Response.Type) {
			r.Text = limited(clean(string(body)), maxText)
			r.Dir = recognise.Direction(r.Text)
			if strings.HasPrefix(s.Response.Type, "text/plain") { // the others are read by machines
				r.Lang, r.Langs = recognise.LanguageOf("", r.Text), recognise.LanguagesOf("", r.Text)
			}
			f, err := p.Plain(ctx, body, s.Response.Type)
			if err != nil {
				return err
			}
			r.Links = append(r.Links, linksOf(f, "")...)
			if strings.HasPrefix(s.Response.Type, "text/") {
				r.Links = append(r.Links, textLeads(r.Text)...)
			}
			r.Features = append(r.Features, plainMarks(f)...)
		}
		return nil
	}
	g := s.Page
	r.Title, r.Lang, r.Dir, r.Text = clean(g.Title), recognise.LanguageOf(g.Lang, g.Text), g.Dir, limited(clean(g.Text), maxText)
	r.Langs = recognise.LanguagesOf(g.Lang, g.Text)
	for _, l := range g.Links {
		r.Links = append(r.Links, desk.Link{URL: l.URL, Text: l.Text})
	}
	r.Links = append(r.Links, pageLeads(i.Locator, g)...)
	if sk := recognise.SketchText(g.Text); len(sk) >= MinSketch {
		r.Prints = append(r.Prints, iru.Print{Medium: "text", Value: sk.String(), Where: i.Locator})
	}
	r.Features = append(r.Features, pageMarks(*g)...)
	if err := feeds(ctx, g.Feeds, p, r); err != nil {
		return err
	}
	s.Response.Body = nil // read; its pictures may need the room
	if err := pictures(ctx, g, p, r); err != nil {
		return err
	}
	return c.films(ctx, i, g, p, r)
}

// pictures takes a page's pictures and its icon along: the same words and pictures are the same content, whatever the frame.
func pictures(ctx context.Context, g *recognise.Page, p *capture.Capture, r *desk.Recording) error {
	list := g.Images
	if g.Icon != "" {
		list = append([]string{g.Icon}, list...)
	}
	if len(list) > maxImages {
		p.Warnf("%d pictures of the page were left out: %d are taken along", len(list)-maxImages, maxImages)
		list = list[:maxImages]
	}
	whole := sha256.New()
	fmt.Fprintf(whole, "%s\n", recognise.Fold(g.Text))
	for _, u := range list {
		body, err := p.Beside(ctx, u, "image/*")
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
		pdq, quality, err := p.Picture(ctx, body)
		if err != nil {
			return err
		}
		if quality >= minQuality {
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
func feeds(ctx context.Context, addresses []string, p *capture.Capture, r *desk.Recording) error {
	for _, u := range addresses[:min(len(addresses), maxFeeds)] {
		body, err := p.Beside(ctx, u, "application/atom+xml, application/rss+xml, application/feed+json, */*;q=0.1")
		if err != nil {
			return err
		}
		f, err := p.Plain(ctx, body, "application/xml")
		if err != nil {
			return err
		}
		r.Links = append(r.Links, linksOf(f, clean(u))...)
		r.Features = append(r.Features, plainMarks(f)...)
	}
	return nil
}

// minQuality is the PDQ quality under which a hash is discarded (recognition.md); MinSketch the shingles that a text needs.
const (
	minQuality = 50
	MinSketch  = 8
)

func plain(mediaType string) bool {
	return strings.HasPrefix(mediaType, "text/") || strings.Contains(mediaType, "json") || strings.Contains(mediaType, "xml") || listing(mediaType)
}

func kindOf(r *fetch.Response) iru.AssetKind {
	switch {
	case strings.HasPrefix(r.Type, "audio/"), listing(r.Type), r.Type == "application/ogg":
		return iru.Stream
	case strings.Contains(r.Type, "json"):
		return iru.Update
	case strings.Contains(r.Type, "android.package"):
		return iru.App
	}
	return ""
}
