// SPDX-License-Identifier: EUPL-1.2

package recognise

import (
	"net/url"
	"slices"
	"strings"
	"testing"
)

func listed(refs []Reference) (all []string) {
	for _, r := range refs {
		s := r.URL.String()
		if r.Part {
			s = "+" + s
		}
		all = append(all, s)
	}
	return all
}

func TestReferences(t *testing.T) {
	t.Parallel()
	base, err := url.Parse("https://u:p@trams.test/en/index.html#top")
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		body, media string
		want        []string
	}{
		"page": {`<base href=/fr/><a href=one#x>1</a><a href="one#x">1</a><img src=a.png srcset="b.png 1x, /c,d.png 2x"><a href=mailto:a@b.test>` +
			`<style>p{background:URL( 'd.png' )}</style><p style="background:url(e.png)"><link rel=stylesheet href=s.css><link rel=next href=2>` +
			`<meta http-equiv=refresh content="5; url=later"><a href="http://k@other.test/?q=ж">`, "text/html; charset=utf-8", []string{
			"https://trams.test/fr/one", "+https://trams.test/fr/a.png", "+https://trams.test/fr/b.png", "+https://trams.test/c,d.png", "+https://trams.test/fr/d.png",
			"+https://trams.test/fr/e.png", "+https://trams.test/fr/s.css", "https://trams.test/fr/2", "https://trams.test/fr/later", "http://other.test/?q=ж"}},
		"style":         {`@import "a.css"; x{background:url(b.png)}`, "Text/CSS", []string{"+https://trams.test/en/b.png", "+https://trams.test/en/a.css"}},
		"picture":       {`<a href=/x>`, "image/png", nil},
		"long base":     {"<base href=/" + strings.Repeat("x", baseAddress) + "/><a href=y>", "text/html", []string{"https://trams.test/en/y"}},
		"long address":  {"<a href=/" + strings.Repeat("x", MaxReference/3) + "><a href=y>", "text/html", []string{"https://trams.test/en/y"}},
		"long in style": {"x{a:url(" + strings.Repeat("x", cssAddress) + ")}", "text/css", nil},
		"comment":       {"<!-- - -- ---!><a href=y><!-- <a href=z> ---->", "text/html", []string{"https://trams.test/en/y"}},
	} {
		if got := listed(References([]byte(c.body), c.media, base)); !slices.Equal(got, c.want) {
			t.Errorf("%s:\n got %q\nwant %q", name, got, c.want)
		}
		if Refers(c.media) != (c.media != "image/png") {
			t.Error(name, "refers")
		}
	}
}

// Files that cost the square of their length, if each of their bytes were looked at again and again: these took minutes, which no
// test would outlive.
func TestReferencesAreLinear(t *testing.T) {
	t.Parallel()
	base, err := url.Parse("https://trams.test/" + strings.Repeat("x", 7000))
	if err != nil {
		t.Fatal(err)
	}
	var many strings.Builder
	for i := range 1 << 19 {
		many.WriteString("<a href=?")
		many.WriteString(strings.Repeat("0", i%50))
		many.WriteByte(byte('a' + i%26))
		many.WriteByte('>')
	}
	for media, bodies := range map[string][]string{
		"text/css":  {"url(", "@import'", "@import 'a", "("},
		"text/html": {"<!--", "-", "</", "<style>", "<a ", "<a href='x", "&", "<title></titl", "<a href=&amp", "<p style='url(", ", x"},
	} {
		for _, b := range append(bodies, many.String()) {
			body := strings.Repeat(b, MaxReferring/len(b))
			if media == "text/html" {
				body = "<!--" + body + "--><p>" + body
			}
			n := 0
			for _, r := range References([]byte(body), media, base) {
				n += len(r.URL.String())
			}
			if n > MaxReferencesText {
				t.Errorf("%.20s: %d bytes of addresses", b, n)
			}
		}
	}
}

func TestReferencesKeepTheirLimits(t *testing.T) {
	t.Parallel()
	var page strings.Builder
	for i := range 3 * MaxReferences {
		page.WriteString("<a href=\"/" + strings.Repeat("ж", i%7) + string(rune('a'+i%26)) + strings.Repeat("y", i/26) + "\">")
	}
	base := &url.URL{Scheme: "https", Host: "trams.test", Path: "/"}
	refs := References([]byte(page.String()), "text/html", base)
	n := 0
	for _, r := range refs {
		n += len(r.URL.String())
	}
	if len(refs) > MaxReferences || len(refs) < 1000 || n > MaxReferencesText {
		t.Error(len(refs), n)
	}
}
