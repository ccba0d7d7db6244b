// SPDX-License-Identifier: EUPL-1.2

package fetch

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"math"

	"github.com/go-json-experiment/json/jsontext"

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

// read takes the DOM, the text and what the page says of itself.
func (t *tab) read(ctx context.Context) error {
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
		t.shot.warnf("the document is longer than %d characters: it was cut", longestText)
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
		t.shot.warnf("the page is %d by %d pixels: the picture was cut to %d by %d", w, h, t.shot.Width, t.shot.Height)
	}
	var answer jsontext.Value
	err := t.devtools.call(ctx, t.session, "Page.captureScreenshot", map[string]any{"format": "png", "captureBeyondViewport": true, "optimizeForSpeed": true,
		"clip": map[string]any{"x": 0, "y": 0, "width": t.shot.Width, "height": t.shot.Height, "scale": 1}}, &answer)
	if err == nil {
		t.shot.Screenshot, err = t.spool(nil, dataOf(answer), base64.StdEncoding, longestPicture)
	}
	if err != nil {
		t.shot.Width, t.shot.Height = 0, 0
	}
	return err
}

// dataOf is the member "data" of an answer, which holds base64 and so no escapes: not looking at each letter of a picture as
// JSON is most of what the recorder saves.
func dataOf(answer jsontext.Value) []byte {
	_, data, _ := bytes.Cut(answer, []byte(`"data":"`))
	data, _, _ = bytes.Cut(data, []byte(`"`))
	return data
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
	var s *Spool
	for {
		var part jsontext.Value
		if err = t.devtools.call(ctx, t.session, "IO.read", map[string]any{"handle": answer.Stream, "size": 1 << 20}, &part); err == nil {
			s, err = t.spool(s, dataOf(part), base64.StdEncoding, longestPDF)
		}
		if err != nil {
			return errors.Join(err, s.Close())
		}
		if bytes.Contains(part[max(0, len(part)-100):], []byte(`"eof":true`)) {
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
	t.shot.MHTML, err = t.spool(nil, []byte(answer.Data), nil, longestSnapshot)
	return err
}

// spool adds data, which may be packed, to a spool or to a new one. On an error it is closed.
func (t *tab) spool(s *Spool, data []byte, packed *base64.Encoding, most int64) (_ *Spool, err error) {
	if s == nil {
		s = NewSpool(t.o.Folder)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.Close())
		}
	}()
	plain := make([]byte, 48<<10)
	for len(data) > 0 {
		part := data[:min(len(data), 64<<10)]
		data = data[len(part):]
		if packed != nil {
			n, err := packed.Decode(plain, part)
			if err != nil {
				return nil, fmt.Errorf("%w: what the browser made is spoilt: %w", iru.Unavailable, err)
			}
			part = plain[:n]
		}
		if s.Size()+int64(len(part)) > most {
			return nil, fmt.Errorf("%w: more than %d bytes", ErrTooLarge, most)
		}
		if _, err = s.Write(part); err != nil {
			return nil, err
		}
	}
	return s, nil
}
