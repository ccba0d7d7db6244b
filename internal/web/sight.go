// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"errors"
	"strings"

	"iolaus/internal/exhibit"
	"iolaus/internal/iru"
	"iolaus/internal/web/ui"
)

// A Sight is one exhibit as a page shows it: frames of the other origin, the text, what its manifest says.
type Sight struct {
	Exhibit  iru.Exhibit
	Plain    bool   // the filter over pictures is lifted
	Shot     string // address of the frame with the screenshot
	NoShot   string // why there is none
	Copy     string // address of the frame with the scriptless copy
	NoCopy   string
	Text     ui.Passage
	NoText   string
	Cut      bool // the text goes on
	Lang     string
	Manifest exhibit.Manifest
	NoFacts  string // why the manifest could not be read
	words    string // the text as it was kept
}

// maxWords is how much of a text file is read, in bytes.
const maxWords = 1 << 20

// sight reads what can be shown of an exhibit that the officer may read. What cannot be shown is said, and is no error.
func (v *visit) sight(x iru.Exhibit, i iru.Item, plain bool) Sight {
	ctx := v.ctx()
	s := Sight{Exhibit: x, Plain: plain}
	if x.State == iru.ExhibitErased {
		gone := ui.T(ctx, "The bytes were destroyed; the record of them stays.")
		s.NoShot, s.NoCopy, s.NoText, s.NoFacts = gone, gone, gone, gone
		return s
	}
	if f, ok := fileOf(x, "manifest"); ok {
		b, err := readFile(ctx, v.opts.Evidence, x, f, exhibit.ManifestBytes)
		if err == nil {
			s.Manifest, err = exhibit.ParseManifest(b)
		}
		if err != nil {
			s.NoFacts = v.unread(x, f, err)
		}
	}
	if s.Lang = s.Manifest.Page.Lang; s.Lang == "" && i.Exhibit == x.ID {
		s.Lang = i.Lang
	}
	v.sightOfWords(&s)
	v.sightOfFrames(&s)
	return s
}

func (v *visit) sightOfWords(s *Sight) {
	ctx := v.ctx()
	f, ok := fileOf(s.Exhibit, "text")
	if !ok {
		s.NoText = ui.T(ctx, "No text was found. The files below hold what was captured.")
		return
	}
	b, err := readFile(ctx, v.opts.Evidence, s.Exhibit, f, maxWords)
	if err != nil {
		s.NoText = v.unread(s.Exhibit, f, err)
		return
	}
	s.words = strings.ToValidUTF8(string(b), "\uFFFD")
	s.Cut = len(s.words) > maxShown
	s.Text = marked(s.Lang, s.words, places(s.words, v.hitsIn(s.Exhibit)))
}

func (v *visit) sightOfFrames(s *Sight) {
	ctx, x := v.ctx(), s.Exhibit
	frame := func(show showing) string {
		to := v.opts.Links.link(x.ID, v.by.ID, show, v.now)
		if s.Plain {
			to += "plain"
		}
		if tag := ui.LanguageOf(ctx).Tag; tag != ui.Languages[0].Tag {
			to += "?hl=" + tag
		}
		return to
	}
	_, shot := fileOf(x, "screenshot")
	_, dom := fileOf(x, "dom")
	_, warc := fileOf(x, "warc")
	switch {
	case !shot && x.Outcome != iru.Up:
		s.NoShot = ui.T(ctx, "There is no screenshot. What was met: %s.", outcomeName(ctx, x.Outcome))
	case !shot:
		s.NoShot = ui.T(ctx, "There is no screenshot: the capture was made without a browser, or the browser could not show the page.")
	case v.opts.Links == nil:
		s.NoShot = ui.T(ctx, "Pictures are shown on an origin of their own only, and none is set up here (web.evidence_listen).")
	default:
		s.Shot = frame(showScreenshot)
	}
	switch {
	case !dom && !warc:
		s.NoCopy = ui.T(ctx, "Nothing was kept that a copy could be made of.")
	case v.opts.Links == nil:
		s.NoCopy = ui.T(ctx, "Copies are shown on an origin of their own only, and none is set up here (web.evidence_listen).")
	default:
		s.Copy = frame(showCopy)
	}
}

// unread says why a file of an exhibit could not be read.
func (v *visit) unread(x iru.Exhibit, f iru.File, err error) string {
	ctx := v.ctx()
	var why *iru.Refusal
	switch {
	case errors.As(err, &why):
		return ui.T(ctx, "%s cannot be shown: %s", f.Name, words(why))
	case errors.Is(err, iru.NotFound):
		return ui.T(ctx, "%s is missing in the evidence store. Tell whoever runs it: it is in the backup.", f.Name)
	case errors.Is(err, exhibit.ErrInvalid), errors.Is(err, exhibit.ErrNotCanonical):
		return ui.T(ctx, "%s is not in the form that this version reads; its bytes can be taken along.", f.Name)
	}
	v.opts.Log.Error("file of exhibit not read", "exhibit", x.ID, "file", f.Name, "error", err.Error())
	return ui.T(ctx, "%s cannot be read now. Nothing is lost by that; try again in a minute.", f.Name)
}
