// SPDX-License-Identifier: EUPL-1.2

package sandbox

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"
	"testing"

	"iolaus/internal/recognise"
)

// Whatever a cell answers: no panic, no more memory than the answer has bytes, and what is taken is what a reader could have said.
func FuzzAnswer(f *testing.F) {
	page, _ := recognise.ReadPage([]byte("<html lang=en><title>a</title><a href=/b rel=nofollow>c</a><img src=d><input type=password>"), "text/html", address(f, "http://a.test/"))
	plain := recognise.ReadPlain([]byte(`{"key":"a","u":"http://a.test/"}`), "application/json")
	var points parcel
	points.number(1)
	points.number(2)
	points.raw(make([]byte, 6))
	refs := recognise.References([]byte(`<a href="?ÿ"><img srcset="a 1x, //b.test/ж 2x">`), "text/html", address(f, "http://a.test/"))
	for _, b := range [][]byte{packPage(&page), packPlain(&plain), packReferences(refs), packPicture(Picture{3, 4, recognise.PDQ{1, 2, 3, 4}, 50, "png"}), points,
		Status{Landlock: 7, Seccomp: true, User: 65534, Missing: []string{"a: b"}}.pack()} {
		var w bytes.Buffer
		writeAnswer(&w, verdictRead, b)
		f.Add(w.Bytes())
	}
	var w bytes.Buffer
	writeAnswer(&w, verdictFormat, []byte("not a readable image"))
	f.Add(w.Bytes())
	f.Add([]byte{0, 0xff, 0xff, 0xff, 0xff})
	f.Add([]byte{0, 0, 0, 0, 12, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 0, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		v, b, err := readAnswer(bytes.NewReader(b), maxAnswer)
		if err != nil {
			return
		}
		if v != verdictRead {
			if v >= verdicts || len(b) > maxWords || bytes.ContainsAny(b, "\x00\x1b\n") {
				t.Fatalf("%d %q", v, b)
			}
			return
		}
		if p, err := unpackPage(b); err == nil {
			again, err := unpackPage(packPage(p))
			if p.Check() != nil || err != nil || !reflect.DeepEqual(p, again) {
				t.Fatalf("%+v, %+v, %v", p, again, err)
			}
		}
		if p, err := unpackPlain(b); err == nil {
			again, err := unpackPlain(packPlain(p))
			if !p.Check() || err != nil || !reflect.DeepEqual(p, again) {
				t.Fatalf("%+v, %+v, %v", p, again, err)
			}
		}
		if l, err := unpackReferences(b); err == nil {
			again, err := unpackReferences(packReferences(l))
			if err != nil || len(l) > recognise.MaxReferences || !reflect.DeepEqual(l, again) {
				t.Fatalf("%v, %v, %v", l, again, err)
			}
		}
		if p, err := unpackPicture(b, 1000); err == nil && (p.Width*p.Height > 1000 || p.Width < 1 || p.Height < 1 || p.Quality > 100) {
			t.Fatalf("%+v", p)
		}
		if m, err := unpackPoints(b, 16); err == nil && (m.Rect.Dx() > 16 || m.Rect.Dy() > 64 || m.Rect.Empty()) {
			t.Fatalf("%v", m.Rect)
		}
		if s, err := unpackStatus(b); err == nil && len(s.Missing) > maxMissing {
			t.Fatalf("%+v", s)
		}
	})
}

// Whatever comes as a question, the cell's side answers it or ends.
func FuzzQuestion(f *testing.F) {
	for _, k := range []kind{kindPage, kindPicture, kindPicture512, kindThumbnail, kindPlain, kindReferences, evil} {
		var p parcel
		switch k {
		case kindPage:
			p.text("text/html")
			p.text("http://a.test/")
		case kindReferences:
			p.text("text/html")
			p.raw([]byte("http://a.test/?\xff"))
		case kindPlain:
			p.text("text/xml")
		case kindPicture, kindPicture512, kindThumbnail:
			p.number(1000)
			if k == kindThumbnail {
				p.number(10)
			}
		}
		q := question{k, p, []byte("<title>a</title>")}
		f.Add(append(q.head(), q.body...))
		q.body = asPNG(f, drawn(9, 9))
		f.Add(append(q.head(), q.body...))
	}
	f.Add([]byte("\x01\xff\xff\xff\xff\xff\xff\xff\xff"))
	f.Fuzz(func(t *testing.T, b []byte) {
		var out bytes.Buffer
		serve(bytes.NewReader(b), &out, nil)
		for out.Len() > 0 {
			if _, _, err := readAnswer(&out, maxAnswer); err != nil {
				t.Fatal("its own parent would not take it:", err)
			}
		}
	})
}

// A page comes out of its parcel as it went in.
func FuzzPageParcel(f *testing.F) {
	f.Add([]byte("<html lang=ar dir=rtl><title>\xff</title><a href=\"?\xff\" rel=\"A b\">x\x00y</a><img src=//h/\xff><script src=/s.js data-domain=a.test></script>"), "text/html; charset=koi8-r")
	f.Fuzz(func(t *testing.T, b []byte, contentType string) {
		p, err := recognise.ReadPage(b, contentType, address(t, "http://a.test/b/"))
		if err != nil {
			return
		}
		if again, err := unpackPage(packPage(&p)); err != nil || !reflect.DeepEqual(&p, again) {
			t.Fatalf("%v: %+v, %+v", err, p, again)
		}
	})
}

// References come out of their parcel as they went in, and always fit an answer.
func FuzzReferences(f *testing.F) {
	f.Add([]byte(`<base href=//b.test/é/><a href="?ÿ"><a href=http://u:p@[::1%25x]:81/a%2fb#c><img srcset="a 1x, b 2x"><p style="background:url(/c d)">`), "text/html")
	f.Add([]byte(`@import "//b.test"; a{b:url(http:c)}`), "text/css")
	f.Fuzz(func(t *testing.T, b []byte, contentType string) {
		var want []string
		for _, r := range recognise.References(b, contentType, address(t, "http://a.test/b/")) {
			if _, ok := reference(r.URL.String()); ok {
				want = append(want, fmt.Sprint(r.URL, r.Part))
			}
		}
		packed := packReferences(recognise.References(b, contentType, address(t, "http://a.test/b/")))
		l, err := unpackReferences(packed)
		var got []string
		for _, r := range l {
			got = append(got, fmt.Sprint(r.URL, r.Part))
		}
		if err != nil || !slices.Equal(got, want) || len(packed) > maxAnswer {
			t.Fatalf("%v: %d bytes\n got %q\nwant %q", err, len(packed), got, want)
		}
	})
}

// What no References could have given is nonsense.
func TestReferencesThatNobodyFound(t *testing.T) {
	for name, address := range map[string]string{"no address": "", "scheme": "file:///etc/passwd", "user": "http://u@a.test/", "fragment": "http://a.test/#b",
		"control": "http://a.test/\n", "relative": "/a", "long": "http://a.test/" + strings.Repeat("x", recognise.MaxReference), "unwritten": "HTTP://a.test/"} {
		var p parcel
		p.number(1)
		p.raw([]byte(address))
		p.flag(true)
		if l, err := unpackReferences(p); err == nil {
			t.Errorf("%s: %v", name, l)
		}
	}
	var many parcel
	many.number(recognise.MaxReferences + 1)
	for range recognise.MaxReferences + 1 {
		many.raw([]byte("http://a.test/"))
		many.flag(false)
	}
	if _, err := unpackReferences(many); err == nil {
		t.Error("too many were taken")
	}
}

// A page that is all addresses has no room in an answer: it comes, cut off, and says so.
func TestPageTooLongForAnAnswer(t *testing.T) {
	p := recognise.Page{Title: "a", Dir: "ltr", Charset: "utf-8", Text: strings.Repeat("a", recognise.MaxPageText)}
	long := func(i int) string {
		return "http://a.test/" + strings.Repeat("b", recognise.MaxPageWord-20) + string(rune('a'+i%26))
	}
	for i := range recognise.MaxPageList {
		p.Images, p.Media, p.Scripts = append(p.Images, long(i)), append(p.Media, long(i)), append(p.Scripts, long(i))
		p.Links = append(p.Links, recognise.Link{URL: long(i), Rel: strings.Repeat("r", 2000), Text: "t"})
	}
	b := packPage(&p)
	if len(b) > maxAnswer {
		t.Fatal(len(b))
	}
	again, err := unpackPage(b)
	if err != nil || !again.Truncated || len(again.Links) < 500 || len(again.Images) < 500 {
		t.Fatalf("%v", err)
	}
}

// Room for a body is made as it comes, whatever it announces.
func TestWholeMakesRoomAsItComes(t *testing.T) {
	n := testing.AllocsPerRun(1, func() { whole(strings.NewReader("short"), maxBody) })
	if _, err := whole(strings.NewReader("short"), maxBody); !errors.Is(err, io.ErrUnexpectedEOF) || n > 5 {
		t.Fatal(err, n)
	}
	long := bytes.Repeat([]byte("0123456789"), 1<<19)
	if b, err := whole(bytes.NewReader(long), len(long)); err != nil || !bytes.Equal(b, long) {
		t.Fatal(err)
	}
	if b, err := whole(strings.NewReader(""), 0); err != nil || len(b) != 0 {
		t.Fatal(err)
	}
}

func TestUnpackerStopsAtTheFirstWrongValue(t *testing.T) {
	for name, c := range map[string]struct {
		b    []byte
		take func(*unpacker)
	}{
		"too much":        {[]byte{5}, func(u *unpacker) { u.number(4) }},
		"nothing":         {nil, func(u *unpacker) { u.number(4) }},
		"endless number":  {bytes.Repeat([]byte{0xff}, 20), func(u *unpacker) { u.number(1<<64 - 1) }},
		"short":           {[]byte{3, 'a', 'b'}, func(u *unpacker) { u.raw(9) }},
		"long":            {[]byte{3, 'a', 'b', 'c'}, func(u *unpacker) { u.raw(2) }},
		"not text":        {[]byte{1, 0xff}, func(u *unpacker) { u.text(9) }},
		"many":            {append(binary.AppendUvarint(nil, 1000), 0), func(u *unpacker) { u.texts(1000, 9) }},
		"something after": {[]byte{0, 0}, func(u *unpacker) { u.flag() }},
		"flag":            {[]byte{2}, func(u *unpacker) { u.flag() }},
	} {
		u := unpacker{rest: c.b}
		c.take(&u)
		if name != "something after" {
			u.number(1<<64 - 1)
		}
		if u.end() == nil {
			t.Errorf("%s: taken", name)
		}
	}
}
