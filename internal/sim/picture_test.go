// SPDX-License-Identifier: EUPL-1.2

package sim

import (
	"bytes"
	"image"
	"net/url"
	"slices"
	"strings"
	"testing"

	"iolaus/internal/recognise"
)

func hash(t *testing.T, body string) recognise.PDQ {
	t.Helper()
	img, _, err := image.Decode(strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	p, quality := recognise.HashPDQ(img)
	if quality < recognise.MinQuality {
		t.Errorf("quality %d: the picture has too little structure", quality)
	}
	return p
}

// The copies of a mark are neighbours by perceptual hash and not equal bytes; the marks of others are far away.
func TestMarksAreNeighbours(t *testing.T) {
	for seed := range int64(3) {
		r := start(t, Options{Seed: seed})
		c := client(t, r, "")
		mark := func(site, file string) string {
			t.Helper()
			s, _, body := get(t, c, site+file)
			if s != 200 {
				t.Fatalf("%s%s: %d", site, file, s)
			}
			return body
		}
		original := mark("https://halcyon-weather.test/", "mark.png")
		for _, copy := range []string{mark("https://halcyon-meteo.test/", "mark.png"), mark("https://halcyon-taqs.test/", "mark.jpg"),
			mark("https://www.halcyon-copy.test/", "mark.jpg"), mark("https://pond.test/@halcyonweather/", "mark.png")} {
			if copy == original {
				t.Error("a copy has the bytes of the original")
			}
			if d := hash(t, original).Distance(hash(t, copy)); d > recognise.MatchRadius {
				t.Errorf("seed %d: a copy is %d bits away", seed, d)
			}
		}
		for _, other := range []string{"https://northline-trains.test/", "https://plain-weather.test/", "https://quayside-choir.test/"} {
			if d := hash(t, original).Distance(hash(t, mark(other, "mark.png"))); d <= 2*recognise.MatchRadius {
				t.Errorf("seed %d: the mark of %s is only %d bits away", seed, other, d)
			}
		}
		if mark("https://halcyon-weather.test/", "media/1.png") != mark("https://www.halcyon-copy.test/", "media/1.png") {
			t.Error("the mirror shows another photo")
		}
		if mark("https://halcyon-weather.test/", "favicon.ico") != mark("https://halcyon-taqs.test/", "favicon.ico") ||
			mark("https://halcyon-weather.test/", "favicon.ico") == mark("https://plain-weather.test/", "favicon.ico") {
			t.Error("favicons do not tell the outlets apart")
		}
		r.Close()
	}
}

// What the reader of pages makes of the range's pages.
func TestPagesAreRead(t *testing.T) {
	r := start(t, Options{Compress: slow})
	c := client(t, r, "")
	read := func(address string) recognise.Page {
		t.Helper()
		_, h, body := get(t, c, address)
		u, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		p, err := recognise.ReadPage([]byte(body), h.Get("Content-Type"), u)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	p := read("https://halcyon-taqs.test/")
	if p.Lang != "ar" || p.Dir != "rtl" || p.Icon != "https://halcyon-taqs.test/favicon.ico" || !slices.Contains(p.Feeds, "https://halcyon-taqs.test/feed.xml") {
		t.Errorf("Arabic front page: %+v", p)
	}
	if !slices.Contains(p.Contacts, halcyon.Contact) || len(p.Analytics) != 1 || !strings.HasSuffix(p.Analytics[0], halcyon.Analytics) {
		t.Errorf("identifiers: %v %v", p.Contacts, p.Analytics)
	}
	if recognise.Absence(p) != "" {
		t.Errorf("a page that is there is taken for %s", recognise.Absence(p))
	}
	send(t, r, "linkshelf", "m", "RF-2026-0001", Referral, "https://linkshelf.test/halcyon")
	r.Advance(60 * hour)
	if a := recognise.Absence(read("https://linkshelf.test/halcyon")); a != recognise.AbsenceSoft404 {
		t.Errorf("the soft 404 is taken for %q", a)
	}
}

func FuzzParseMail(f *testing.F) {
	f.Add(letter("abuse@pond.test", "m", "RF-2026-0001", "referral", "X-Iolaus-Target: https://pond.test/@x"))
	f.Add([]byte("From: =?utf-8?q?=F6?= <a@b.test>\r\nSubject: [RO-2026-0002] see hxxps://x[.]test/\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n" +
		"Content-Type: text/plain\r\n\r\nhxxps://x[.]test/a.\r\n--b\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment\r\n\r\n%PDF\r\n--b--\r\n"))
	f.Add([]byte("\r\n\r\n"))
	f.Add([]byte("In-Reply-To: <<>><a@b>\r\nX-Iolaus-Target: \x00 , ,\r\n\r\n"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		in, err := parseMail(raw)
		if err != nil {
			return
		}
		if in.key == "" {
			t.Error("no key")
		}
		for _, x := range in.targets {
			address(x)
		}
		d := &desk{p: &Provider{ID: "x", Domain: "x.test", Desk: Desk{Mail: "abuse@x.test"}}, r: &Range{}}
		out := d.compose(outgoing{file: &deskFile{NoticeTruth: NoticeTruth{Reference: in.reference}, mail: in.mail}, answer: Answer{Event: "received", Text: "Thank you."}})
		head, _, ok := bytes.Cut(out, []byte("\r\n\r\n"))
		if !ok || bytes.Count(head, []byte("\r\nX-Desk-Event:")) != 1 || bytes.Contains(bytes.ReplaceAll(head, []byte("\r\n"), nil), []byte("\n")) {
			t.Errorf("a stranger's fields got into the answer: %q", head)
		}
	})
}
