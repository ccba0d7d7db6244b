// SPDX-License-Identifier: EUPL-1.2

package recognise

import (
	"errors"
	"maps"
	"math/rand/v2"
	"net/url"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"
)

const tramPage = `<!DOCTYPE html><html lang="en-GB"><head><meta charset="utf-8">
<title> Tram &amp; train
 news </title>
<link rel="shortcut icon" href="/tram.ico"><link rel=canonical href="https://trams.test/news">
<link rel="alternate" type="application/rss+xml; charset=utf-8" href="feed.xml">
<link rel="alternate" hreflang="fr" href="/fr/">
<meta name="generator" content="TramPress 4.2"><meta property="og:image" content="/og.png"><meta property="og:video" content="/og.mp4">
<script async src="https://tags.test/gtag/js?id=G-ABC123XYZ9"></script>
<script>var _paq=[]; (function(){var u="//stats.trams.test/";_paq.push(['setSiteId', '7']);})(); ym(12345678, 'init'); ga('UA-1234567-2')</script>
<script defer data-website-id="b59e9c65-ae32" src="/count.js"></script>
<style>.x{color:red}</style></head>
<body><nav><a href="/">Home</a> <a rel="NoFollow me" href="https://t.test/s/trams"><b>Our</b> channel</a><a href="#top">up</a></nav>
<h1>New line 12</h1><p>Runs from <em>har</em>bour to hill.<p>Every ten&nbsp;minutes.
<p hidden>secret</p><div style="display: none">also <p>secret</p></div>
<img src="a.png"><img src=a.png><img data-src="/lazy.jpg"><img src="data:image/png;base64,AAAA">
<table><tr><td>6:10<td>6:20<tr><td>6:30</table>
<a href="mailto:News@Trams.test?subject=Hi">write</a> <a href="MAILTO:a%40b.test, desk@trams.test">desk</a>
<a href="javascript:alert(1)">x</a><form><input type=PASSWORD></form>
<svg><title>drawing</title></svg><noscript><img src="https://mc.yandex.ru/watch/87654321"></noscript>
<iframe src="https://player.test/embed"></iframe>
<video src="ride.mp4"></video><audio><source src="/bell.ogg"><source src="/bell.ogg"></audio><picture><source src="/no.webp"></picture></body></html>`

func TestReadPage(t *testing.T) {
	t.Parallel()
	base, _ := url.Parse("https://trams.test/en/index.html")
	got, err := ReadPage([]byte(tramPage), "text/html", base)
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Structure) < 20 || !slices.IsSorted(got.Structure) {
		t.Errorf("structure has %d paths", len(got.Structure))
	}
	got.Structure = nil
	want := Page{
		Title: "Tram & train news", Lang: "en-gb", Dir: "ltr", Charset: "utf-8",
		Text:      "Home Our channelup\nNew line 12\nRuns from harbour to hill.\nEvery ten minutes.\n6:10\n6:20\n6:30\nwrite desk x",
		Canonical: "https://trams.test/news",
		Links:     []Link{{"https://trams.test/", "", "Home"}, {"https://t.test/s/trams", "nofollow me", "Our channel"}},
		Images:    []string{"https://trams.test/og.png", "https://trams.test/en/a.png", "https://trams.test/lazy.jpg"},
		Media:     []string{"https://trams.test/og.mp4", "https://trams.test/en/ride.mp4", "https://trams.test/bell.ogg"},
		Scripts:   []string{"https://tags.test/gtag/js?id=G-ABC123XYZ9", "https://trams.test/count.js", "https://player.test/embed"},
		Feeds:     []string{"https://trams.test/en/feed.xml"},
		Icon:      "https://trams.test/tram.ico",
		Analytics: []string{"g:G-ABC123XYZ9", "website:b59e9c65-ae32", "ua:UA-1234567-2", "matomo:stats.trams.test#7",
			"metrika:12345678", "metrika:87654321"},
		Contacts:  []string{"News@trams.test", "a@b.test", "desk@trams.test"},
		Generator: "TramPress 4.2", Password: true,
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestReadPageDirectionAndEncoding(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ body, contentType, title, lang, dir string }{
		{`<html lang=ar><title>أخبار القطار</title>`, "text/html", "أخبار القطار", "ar", "rtl"},
		{`<html lang=fa dir=ltr><title>x</title>`, "text/html", "x", "fa", "ltr"},
		{`<html lang=uz-Latn><title>x</title>`, "text/html", "x", "uz-latn", "ltr"},
		{`<html><title>רכבת</title><p>הרכבת מאחרת`, "text/html", "רכבת", "", "rtl"},
		{"<html><meta charset=windows-1251><title>\xcf\xee\xe5\xe7\xe4</title>", "text/html", "Поезд", "", "ltr"},
		{"<html><title>\xcf\xee\xe5\xe7\xe4</title>", "text/html; charset=windows-1251", "Поезд", "", "ltr"},
		{"<html><title>\xc7\xe1\xde\xd8\xc7\xd1</title>", "text/html; charset=windows-1256", "القطار", "", "rtl"},
		{"\xff\xfe<\x00h\x00t\x00m\x00l\x00>\x00<\x00t\x00i\x00t\x00l\x00e\x00>\x00A\x00", "text/html", "A", "", "ltr"},
		{"<html><title>Zug f\xfcr alle</title>", "text/html", "Zug für alle", "", "ltr"},
		{"<html><meta property=og:title content='From the preview'>", "", "From the preview", "", "ltr"},
		{"<html><meta charset=utf-8><title>half \xe2\x82 letter</title>", "", "half \ufffd letter", "", "ltr"},
	} {
		p, err := ReadPage([]byte(c.body), c.contentType, nil)
		if err != nil || p.Title != c.title || p.Lang != c.lang || p.Dir != c.dir {
			t.Errorf("%.40q: title %q, lang %q, dir %q, %v", c.body, p.Title, p.Lang, p.Dir, err)
		}
	}
	for _, c := range []struct{ body, contentType string }{{"\x89PNG", "image/png"}, {"{}", "application/json"}, {"plain words", "text/plain"}, {"", ""}} {
		if _, err := ReadPage([]byte(c.body), c.contentType, nil); !errors.Is(err, ErrNotPage) {
			t.Errorf("%q as %q: %v", c.body, c.contentType, err)
		}
	}
}

// No control character of a page comes out of it: they may stand in no record.
func TestReadPageControls(t *testing.T) {
	lang := strings.Repeat("\xffa", 17)
	p, err := ReadPage([]byte("<title>a&#1;b &#27;[1mc&#10;d&#x7f;&#x85;e</title><meta http-equiv=content-language content='"+lang+"'><a rel='x&#2;y' href=/>f&#3;g</a>"), "text/html; charset=utf-8", nil)
	if err != nil {
		t.Fatal(err)
	}
	if p.Title != "ab [1mc d…e" || len(p.Lang) > 35 || p.Links[0].Rel != "xy" || p.Links[0].Text != "fg" {
		t.Errorf("%q, language %q, link %q", p.Title, p.Lang, p.Links[0])
	}
}

// Addresses as people write them are addresses.
func TestReadPageSpaces(t *testing.T) {
	p, err := ReadPage([]byte("<html><a href='/a b?q=snow line#c d'>x</a><img src='p.png?x=a b'>"), "text/html", &url.URL{Scheme: "https", Host: "trams.test", Path: "/"})
	if err != nil || p.Links[0].URL != "https://trams.test/a%20b?q=snow%20line#c%20d" || p.Images[0] != "https://trams.test/p.png?x=a%20b" {
		t.Errorf("%v, %q, %q", err, p.Links, p.Images)
	}
}

func TestReadPageKeepsItsLimits(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"depth":  "<html>" + strings.Repeat("<div>", 100_000) + "deep",
		"links":  "<html>" + strings.Repeat("<a href=/x>x</a>", 5000),
		"text":   "<html>" + strings.Repeat("rain ", 100_000),
		"tokens": "<html>" + strings.Repeat("<b>a", 300_000),
		"bytes":  "<html>" + strings.Repeat(" ", pageBytes),
	} {
		p, err := ReadPage([]byte(body), "text/html", nil)
		if err != nil || !p.Truncated {
			t.Errorf("%s: truncated %v, %v", name, p.Truncated, err)
		}
		if len(p.Text) > pageText+8 || len(p.Links) > pageList {
			t.Errorf("%s: %d bytes of text, %d links", name, len(p.Text), len(p.Links))
		}
	}
}

// The same template with other words has the same structure; another template has not.
func TestStructureTellsTemplatesApart(t *testing.T) {
	t.Parallel()
	page := func(body string) Sketch {
		p, err := ReadPage([]byte(body), "text/html", nil)
		if err != nil {
			t.Fatal(err)
		}
		return NewSketch(p.Structure)
	}
	a := page(tramPage)
	b := page(strings.NewReplacer("New line 12", "Fog", "Home", "Start", "Every ten", "No").Replace(tramPage))
	other := page("<html><body><main><article><header><h2>Fog</h2></header><section><ul><li>low<li>high</ul></section></article></main>")
	if s := Similarity(a, b); s != 1 {
		t.Error("same template:", s)
	}
	if s := Similarity(a, other); s > 0.2 {
		t.Error("another template:", s)
	}
}

func TestAbsence(t *testing.T) {
	t.Parallel()
	long := "<p>" + strings.Repeat("The tram leaves the harbour and climbs to the hill while fog lies on the river. ", 60)
	for _, c := range []struct{ name, body, want string }{
		{"a page", "<title>Tram news</title><h1>Line 12</h1>" + long, ""},
		{"a short page", "<title>Line 12</title><p>The tram runs every ten minutes.", ""},
		{"an article on error 404", "<title>Tram news</title><h1>Why our page said not found</h1>" + long, ""},
		{"an article with a password field", "<title>Tram news</title><input type=password>" + long, ""},
		{"an article behind a protected host", "<title>News</title><script src=/cdn-cgi/challenge-platform/x.js></script>" + long, ""},
		{"a tram shop", "<title>Trams</title><p>You can buy this model tram today.", ""},
		{"a number in a title", "<title>Tram 4041 returns</title><p>The old car is back.", ""},
		{"english", "<title>Page not found</title><p>Sorry.", AbsenceSoft404},
		{"title with much navigation", "<title>404 | Trams</title><p>" + strings.Repeat("menu ", 200), AbsenceSoft404},
		{"heading only", "<title>Trams</title><h1>This page isn’t available</h1><a href=/>Home</a>", AbsenceSoft404},
		{"german", "<title>Trams</title><h1>Seite nicht gefunden</h1>", AbsenceSoft404},
		{"french", "<title>Page introuvable</title>", AbsenceSoft404},
		{"russian", "<title>Трамвай</title><h1>Страница не найдена</h1>", AbsenceSoft404},
		{"arabic with harakat", "<title>ترام</title><h1>الصَّفحة غير موجودة</h1>", AbsenceSoft404},
		{"persian", "<title>قطار</title><h1>صفحه یافت نشد</h1>", AbsenceSoft404},
		{"bengali", "<title>ট্রেন</title><h1>পৃষ্ঠা পাওয়া যায়নি</h1>", AbsenceSoft404},
		{"japanese", "<title>電車</title><h1>ページが見つかりません</h1>", AbsenceSoft404},
		{"suspended", "<title>Account Suspended</title><p>Contact your host.", AbsenceSoft404},
		{"for sale", "<title>trams.test</title><h1>This domain is for sale!</h1>", AbsenceParked},
		{"parking frame", "<title>trams.test</title><iframe src=https://www.sedoparking.com/x></iframe>", AbsenceParked},
		{"parking refresh", "<title>trams.test</title><meta http-equiv=refresh content='0;url=/lander?x=1'>", AbsenceParked},
		{"german sale", "<h1>Diese Domain steht zum Verkauf</h1>", AbsenceParked},
		{"login form", "<title>Trams</title><form><input name=u><input type=password><button>Log in</button></form>", AbsenceLogin},
		{"login phrase", "<title>Trams</title><p>You must log in to continue.", AbsenceLogin},
		{"turkish login", "<title>Tramvay</title><p>Devam etmek için giriş yapın", AbsenceLogin},
		{"challenge phrase", "<title>Just a moment...</title><p>Enable JavaScript.", AbsenceChallenge},
		{"challenge script", "<title>trams.test</title><script src='/cdn-cgi/challenge-platform/h/b/x.js'></script><p>Wait", AbsenceChallenge},
		{"challenge before login", "<title>Verify you are human</title><input type=password>", AbsenceChallenge},
		{"russian challenge", "<p>Подтвердите, что вы не робот", AbsenceChallenge},
		{"nothing at all", "", ""},
	} {
		base, _ := url.Parse("https://trams.test/")
		p, err := ReadPage([]byte("<html>"+c.body), "text/html", base)
		if err != nil {
			t.Fatal(err)
		}
		if got := Absence(p); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// An end tag ends the innermost element of its name and all within it, and nothing where there is none: as a walk through the stack says.
func TestEndTags(t *testing.T) {
	t.Parallel()
	names := []string{"div", "p", "li", "td", "tr", "b", "dd", "x", "table"}
	random := rand.New(rand.NewPCG(5, 5))
	for range 200 {
		r := pageReader{paths: map[uint64]bool{}, seen: map[string]bool{}, opened: map[string]int{}}
		for range 400 {
			tag := names[random.IntN(len(names))]
			if random.IntN(3) > 0 {
				r.begin(html.Token{Type: html.StartTagToken, Data: tag})
			} else {
				want := slices.Clone(r.stack)
				for i := len(want) - 1; i >= 0; i-- {
					if want[i].tag == tag {
						want = want[:i]
						break
					}
				}
				if r.end(tag); !slices.Equal(r.stack, want) {
					t.Fatalf("</%s> left %v, want %v", tag, r.stack, want)
				}
			}
			count := map[string]int{}
			for _, o := range r.stack {
				count[o.tag]++
			}
			if !maps.Equal(count, r.opened) {
				t.Fatalf("%v open, counted %v", count, r.opened)
			}
		}
	}
}

func BenchmarkReadPage(b *testing.B) {
	for name, body := range map[string]string{
		"stray ends": strings.Repeat("<b>", 256) + strings.Repeat("</i>", 1<<20),
		"trams":      strings.Repeat(tramPage, 50),
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(body)))
			for b.Loop() {
				if _, err := ReadPage([]byte(body), "text/html", nil); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func FuzzReadPage(f *testing.F) {
	f.Add([]byte(tramPage), "text/html")
	f.Add([]byte("<html><p hidden><table><tr><td><title><a href=//[>\x00\xff&#xffffffff;<!--"), "text/html; charset=utf-16")
	f.Add([]byte("<html><plaintext></html><a href='mailto:%zz@,@x,a@b'>"), "text/html; charset=iso-2022-jp")
	f.Add([]byte("<html><base href=':'><base href=http://a.test/><img src=b><meta http-equiv=refresh content='0;url=c'>"), "")
	f.Fuzz(func(t *testing.T, body []byte, contentType string) {
		base, _ := url.Parse("https://trams.test/a/b")
		p, err := ReadPage(body, contentType, base)
		if err != nil {
			if !errors.Is(err, ErrNotPage) {
				t.Fatal(err)
			}
			return
		}
		for _, s := range []string{p.Title, p.Text, p.Lang, p.Generator, strings.Join(p.Contacts, ""), strings.Join(p.Analytics, "")} {
			if !utf8.ValidString(s) || strings.ContainsFunc(strings.ReplaceAll(s, "\n", ""), func(r rune) bool { return r < ' ' || r == 0x7f }) {
				t.Fatalf("invalid text %q", s)
			}
		}
		if len(p.Lang) > 35 || len(p.Title) > pageWord {
			t.Fatalf("%d bytes of language, %d of title", len(p.Lang), len(p.Title))
		}
		for _, l := range p.Links {
			if !utf8.ValidString(l.Text) || !utf8.ValidString(l.Rel) || strings.ContainsAny(l.URL, "\r\n\x00") {
				t.Fatalf("link %q", l)
			}
		}
		if p.Dir != "ltr" && p.Dir != "rtl" {
			t.Fatalf("direction %q", p.Dir)
		}
		Absence(p)
	})
}
