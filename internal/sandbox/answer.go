// SPDX-License-Identifier: EUPL-1.2

package sandbox

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/color"
	"net/url"
	"strings"
	"unicode"

	"golang.org/x/image/draw"

	"iolaus/internal/inspect"
	"iolaus/internal/recognise"
)

// answer reads the file of a question. A panic of a parser is an answer, too.
func (q question) answer(more func(kind, []byte, []byte) []byte) (v verdict, b []byte) {
	defer func() {
		if p := recover(); p != nil {
			v, b = verdictPanic, words(fmt.Sprint(p))
		}
	}()
	b, err := q.read(more)
	switch {
	case err == nil && len(b) <= maxAnswer:
		return verdictRead, b
	case err == nil:
		return verdictTooLarge, words("what it says does not fit an answer")
	case errors.Is(err, recognise.ErrNotPage):
		return verdictNotPage, words(err.Error())
	case errors.Is(err, recognise.ErrTooLarge):
		return verdictTooLarge, words(err.Error())
	case errors.Is(err, recognise.ErrFormat):
		return verdictFormat, words(err.Error())
	}
	return verdictPanic, words(err.Error())
}

func (q question) read(more func(kind, []byte, []byte) []byte) ([]byte, error) {
	u := unpacker{rest: q.parameters}
	switch q.kind {
	case kindPage:
		contentType, address := u.text(maxParameters), u.text(maxParameters)
		if err := u.end(); err != nil {
			return nil, err
		}
		return q.page(contentType, address)
	case kindPlain:
		contentType := u.text(maxParameters)
		if err := u.end(); err != nil {
			return nil, err
		}
		p := recognise.ReadPlain(q.body, contentType)
		return packPlain(&p), nil
	case kindReferences:
		contentType, address := u.text(maxParameters), string(u.raw(maxParameters))
		if err := u.end(); err != nil {
			return nil, err
		}
		base, err := parseBase(address)
		if err != nil {
			return nil, err
		}
		return packReferences(recognise.References(q.body, contentType, base)), nil
	case kindPDF:
		if err := u.end(); err != nil {
			return nil, err
		}
		d, err := recognise.ReadPDF(q.body)
		if err != nil {
			return nil, err
		}
		return packPDF(&d), nil
	case kindInspect:
		k, contentType, address := u.text(maxParameters), u.text(maxParameters), u.text(maxParameters)
		if err := u.end(); err != nil {
			return nil, err
		}
		return q.inspect(inspect.Kind(k), contentType, address)
	case kindPicture, kindPicture512:
		pixels := u.number(1 << 40)
		if err := u.end(); err != nil {
			return nil, err
		}
		return q.picture(int64(pixels))
	case kindThumbnail:
		pixels, width := u.number(1<<40), u.number(maxWidth)
		if err := u.end(); err != nil || width == 0 {
			return nil, errNonsense
		}
		return q.thumbnail(int64(pixels), int(width))
	}
	if more != nil && q.kind >= evil {
		return more(q.kind, q.parameters, q.body), nil
	}
	return nil, errNonsense
}

func (q question) page(contentType, address string) ([]byte, error) {
	base, err := parseBase(address)
	if err != nil {
		return nil, err
	}
	p, err := recognise.ReadPage(q.body, contentType, base)
	if err != nil {
		return nil, err
	}
	return packPage(&p), nil
}

func (q question) inspect(k inspect.Kind, contentType, address string) ([]byte, error) {
	base, err := parseBase(address)
	if err != nil {
		return nil, err
	}
	f, err := inspect.Read(k, q.body, contentType, base)
	if err != nil {
		return nil, err
	}
	return json.Marshal(f)
}

// parseBase reads the address of a file; nil where it has none.
func parseBase(address string) (*url.URL, error) {
	if address == "" {
		return nil, nil //nolint:nilnil // no address is an answer
	}
	return url.Parse(address)
}

func (q question) decode(pixels int64) (image.Image, string, error) {
	return recognise.DecodeImage(bytes.NewReader(q.body), recognise.Limits{Bytes: maxBody, Pixels: pixels})
}

func (q question) picture(pixels int64) ([]byte, error) {
	img, format, err := q.decode(pixels)
	if err != nil {
		return nil, err
	}
	read := recognise.HashPDQ
	if q.kind == kindPicture512 {
		read = recognise.HashPDQ512
	}
	hash, quality := read(img)
	return packPicture(Picture{img.Bounds().Dx(), img.Bounds().Dy(), hash, quality, format}), nil
}

// thumbnail is bare points: the parent makes a picture of them, so that no byte of a stranger's reaches a browser as a file.
func (q question) thumbnail(pixels int64, width int) ([]byte, error) {
	img, _, err := q.decode(pixels)
	if err != nil {
		return nil, err
	}
	from := img.Bounds()
	width = min(width, from.Dx())
	height := max(1, int(int64(from.Dy())*int64(width)/int64(from.Dx())))
	if most := tall * width; height > most {
		height = most
		from.Max.Y = from.Min.Y + max(1, int(int64(most)*int64(from.Dx())/int64(width)))
	}
	small := image.NewRGBA(image.Rect(0, 0, width, height))
	draw.Draw(small, small.Rect, image.NewUniform(color.White), image.Point{}, draw.Src)
	draw.BiLinear.Scale(small, small.Rect, img, from, draw.Over, nil)
	points := make([]byte, 0, 3*width*height)
	for i := 0; i < len(small.Pix); i += 4 {
		points = append(points, small.Pix[i:i+3]...)
	}
	var p parcel
	p.number(uint64(width))
	p.number(uint64(height))
	p.raw(points)
	return p, nil
}

// words are an error's, as they may be shown.
func words(s string) []byte {
	s = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return '?'
		}
		return r
	}, strings.ToValidUTF8(s, "?"))
	if len(s) > maxWords {
		s = strings.ToValidUTF8(s[:maxWords], "")
	}
	return []byte(s)
}
