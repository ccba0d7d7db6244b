// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"math/rand/v2"
	"net"
	"strings"
	"sync/atomic"
	"testing"

	"iolaus/internal/db/dbtest"
	"iolaus/internal/iru"
)

// drawn is a picture of eight by eight fields of one brightness each, drawn by a seed.
func drawn(t *testing.T, seed uint64) string {
	t.Helper()
	g := rand.New(rand.NewPCG(seed, 1))
	m := image.NewGray(image.Rect(0, 0, 128, 128))
	for y := range 8 {
		for x := range 8 {
			c := color.Gray{Y: uint8(g.UintN(256))}
			for n := range 256 {
				m.SetGray(16*x+n%16, 16*y+n/16, c)
			}
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("HTTP/1.1 200 X\r\nContent-Type: image/png\r\nContent-Length: %d\r\n\r\n%s", b.Len(), b.String())
}

// A page whose words are other ones is the same content again where half of the pictures that were judged stand on it, and not where fewer do, where they
// cannot be fetched or where what is served there is none.
func TestPictured(t *testing.T) {
	s := newScene(t, dbtest.Open(t))
	var body, answers atomic.Value
	show := func(words string, pictures ...int) {
		words = "<!doctype html><title>" + words[:12] + "</title><p>" + words
		for _, n := range pictures {
			words += fmt.Sprintf(`<img src="/%d.png">`, n)
		}
		body.Store(words)
	}
	files := map[string]string{}
	for n := range 9 {
		files[fmt.Sprintf("/%d.png", n)] = drawn(t, uint64(n))
	}
	answers.Store("")
	s.host("snow.test", func(c net.Conn, path string) {
		switch f, ok := files[path]; {
		case ok && answers.Load().(string) != "":
			io.WriteString(c, answers.Load().(string))
		case ok:
			io.WriteString(c, f)
		default:
			io.WriteString(c, answer(200, "", body.Load().(string)))
		}
	})
	s.look(small, nil)
	show(strings.Repeat(forecast, 3), 0, 1, 2, 3)
	a, i := s.watch("http://snow.test/")
	s.ok(s.capture(i, 0))
	if e, err := s.expect(t.Context(), a); err != nil || len(e.pictures) != 4 {
		t.Fatalf("%d pictures were captured: %v", len(e.pictures), err)
	}
	other := strings.Repeat("Stalls open at nine, the brass band plays on the quay. ", 5)
	for _, c := range []struct {
		name     string
		words    string
		pictures []int
		answer   string
		want     iru.Outcome
		content  iru.Content
	}{
		{"the same words, none of the pictures", strings.Repeat(forecast, 3), nil, "", iru.Up, iru.ContentSame},
		{"all of the pictures", other, []int{3, 2, 1, 0}, "", iru.Up, iru.ContentSimilar},
		{"half of them among others", other, []int{5, 0, 6, 3}, "", iru.Up, iru.ContentSimilar},
		{"one of four", other, []int{5, 6, 2}, "", iru.Altered, iru.ContentOther},
		{"other pictures", other, []int{5, 6, 7, 8}, "", iru.Altered, iru.ContentOther},
		{"no pictures", other, nil, "", iru.Altered, iru.ContentOther},
		{"behind as many others as are looked at", other, []int{4, 5, 6, 7, 8, 4, 0, 1, 2}, "", iru.Altered, iru.ContentOther},
		{"pictures that are not there", other, []int{0, 1, 2, 3}, answer(404, "", "nothing"), iru.Altered, iru.ContentOther},
		{"something else in their place", other, []int{0, 1, 2, 3}, "HTTP/1.1 200 X\r\nContent-Type: image/png\r\nContent-Length: 4\r\n\r\n\x89PNG", iru.Altered, iru.ContentOther},
	} {
		show(c.words, c.pictures...)
		answers.Store(c.answer)
		e, err := s.expect(t.Context(), a)
		s.ok(err)
		looks, err := s.looks(t.Context(), a, e)
		s.ok(err)
		if o := looks[0]; o.Outcome != c.want || o.Content != c.content || strings.Contains(o.Detail, "its pictures") != (c.content == iru.ContentSimilar) {
			t.Errorf("%s: %s, %s content, %s", c.name, o.Outcome, o.Content, o.Detail)
		}
	}
}
