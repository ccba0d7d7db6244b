// SPDX-License-Identifier: EUPL-1.2

package fetch

import (
	"context"
	"encoding/base64"
	"fmt"
	"math"

	"iolaus/internal/iru"
)

// reading runs in a world of its own, where the page's scripts cannot have changed what words mean; elements named as properties
// of the document would still hide them, so each is asked for by its prototype.
const reading = `(() => {
	const get = (proto, name, of) => Object.getOwnPropertyDescriptor(proto, name).get.call(of);
	const d = document, most = %d, e = get(Document.prototype, "documentElement", d);
	const body = get(Document.prototype, "body", d), doctype = get(Document.prototype, "doctype", d);
	const cut = s => s.length > most ? s.slice(0, most) : s;
	const type = doctype ? new XMLSerializer().serializeToString(doctype) + "\n" : "";
	const html = e ? type + get(Element.prototype, "outerHTML", e) : "", text = body ? get(HTMLElement.prototype, "innerText", body) : "";
	const lang = e && Element.prototype.getAttribute.call(e, "lang") || "";
	return {title: get(Document.prototype, "title", d).slice(0, 10000), lang: lang.slice(0, 100), url: location.href.slice(0, 100000),
		html: cut(html), text: cut(text), long: html.length > most || text.length > most};
})()`

// document reads the DOM, the text and what the page says of itself.
func (t *tab) document(ctx context.Context) error {
	var world struct {
		Context int64 `json:"executionContextId"`
	}
	if err := t.devtools.call(ctx, t.session, "Page.createIsolatedWorld", map[string]any{"frameId": t.frame, "worldName": "iolaus"}, &world); err != nil {
		return err
	}
	var answer struct {
		Result struct {
			Value *struct {
				Title string `json:"title"`
				Lang  string `json:"lang"`
				URL   string `json:"url"`
				HTML  string `json:"html"`
				Text  string `json:"text"`
				Long  bool   `json:"long"`
			} `json:"value"`
		} `json:"result"`
	}
	err := t.devtools.call(ctx, t.session, "Runtime.evaluate", map[string]any{"expression": fmt.Sprintf(reading, longestText), "contextId": world.Context,
		"returnByValue": true}, &answer)
	if err != nil {
		return err
	}
	v := answer.Result.Value
	if v == nil {
		return fmt.Errorf("%w: the document cannot be read", iru.Unavailable)
	}
	t.shot.Title, t.shot.Lang, t.shot.Final, t.shot.DOM, t.shot.Text = v.Title, v.Lang, v.URL, v.HTML, v.Text
	if v.Long {
		t.shot.warn("the document is longer than %d characters: it was cut", longestText)
	}
	return nil
}

// picture takes the full page.
func (t *tab) picture(ctx context.Context) error {
	var size struct {
		Content struct {
			Width  float64 `json:"width"`
			Height float64 `json:"height"`
		} `json:"cssContentSize"`
	}
	if err := t.devtools.call(ctx, t.session, "Page.getLayoutMetrics", nil, &size); err != nil {
		return err
	}
	w, h := int(math.Ceil(size.Content.Width)), int(math.Ceil(size.Content.Height))
	t.shot.Width, t.shot.Height = max(1, min(w, 4*t.o.Width)), max(1, min(h, t.o.Tallest))
	if t.shot.Width < w || t.shot.Height < h {
		t.shot.warn("the page is %d by %d pixels: the picture was cut to %d by %d", w, h, t.shot.Width, t.shot.Height)
	}
	var answer struct {
		Data []byte `json:"data"`
	}
	err := t.devtools.call(ctx, t.session, "Page.captureScreenshot", map[string]any{"format": "png", "captureBeyondViewport": true, "optimizeForSpeed": true,
		"clip": map[string]any{"x": 0, "y": 0, "width": t.shot.Width, "height": t.shot.Height, "scale": 1}}, &answer)
	if err == nil && len(answer.Data) > longestPicture {
		err = fmt.Errorf("%w: a picture of %d bytes", ErrTooLarge, len(answer.Data))
	}
	if err != nil {
		t.shot.Width, t.shot.Height = 0, 0
		return err
	}
	t.shot.Screenshot, err = t.spool(answer.Data)
	return err
}

// print makes the PDF, piece by piece.
func (t *tab) print(ctx context.Context) (err error) {
	var answer struct {
		Stream string `json:"stream"`
	}
	err = t.devtools.call(ctx, t.session, "Page.printToPDF", map[string]any{"printBackground": true, "preferCSSPageSize": true, "transferMode": "ReturnAsStream",
		"paperWidth": 8.27, "paperHeight": 11.69}, &answer)
	if err != nil {
		return err
	}
	s := NewSpool(t.o.Folder)
	defer func() {
		if err != nil {
			s.Close()
		}
	}()
	for {
		var part struct {
			Base64 bool   `json:"base64Encoded"`
			Data   string `json:"data"`
			EOF    bool   `json:"eof"`
		}
		if err = t.devtools.call(ctx, t.session, "IO.read", map[string]any{"handle": answer.Stream, "size": 1 << 20}, &part); err != nil {
			return err
		}
		piece := []byte(part.Data)
		if part.Base64 {
			if piece, err = base64.StdEncoding.DecodeString(part.Data); err != nil {
				return fmt.Errorf("read the PDF: %w: %w", iru.Unavailable, err)
			}
		}
		if s.Size()+int64(len(piece)) > longestPDF {
			return fmt.Errorf("%w: a PDF of more than %d bytes", ErrTooLarge, longestPDF)
		}
		if _, err = s.Write(piece); err != nil {
			return err
		}
		if part.EOF {
			t.shot.PDF = s
			return nil
		}
	}
}

// snapshot takes the page with everything in it as one MHTML file.
func (t *tab) snapshot(ctx context.Context) (err error) {
	var answer struct {
		Data string `json:"data"`
	}
	if err = t.devtools.call(ctx, t.session, "Page.captureSnapshot", map[string]any{"format": "mhtml"}, &answer); err != nil {
		return err
	}
	if len(answer.Data) > longestSnapshot {
		return fmt.Errorf("%w: a snapshot of %d bytes", ErrTooLarge, len(answer.Data))
	}
	t.shot.MHTML, err = t.spool([]byte(answer.Data))
	return err
}

func (t *tab) spool(b []byte) (*Spool, error) {
	s := NewSpool(t.o.Folder)
	if _, err := s.Write(b); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}
