// SPDX-License-Identifier: EUPL-1.2

package inert_test

import (
	"errors"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"iolaus/internal/web/inert"
)

var base, _ = url.Parse("https://wire.test/posts/1")

// find knows two parts of the capture.
func find(u *url.URL, k inert.Kind) string {
	switch {
	case u.String() == "https://wire.test/map.png" && k != inert.Sheet:
		return "/c/t/r/map"
	case u.String() == "https://wire.test/site.css" && k == inert.Sheet:
		return "/c/t/s/site"
	}
	return ""
}

func TestStyle(t *testing.T) {
	const none = `url("data:,")`
	for _, c := range []struct{ in, want string }{
		{`a{color:red}`, `a{color:red}`},
		{`a{background:url(/map.png) no-repeat}`, `a{background:url("/c/t/r/map") no-repeat}`},
		{`a{background:url( "/map.png" )}`, `a{background:url("/c/t/r/map")}`},
		{`a{background:URL('https://else.test/x')}`, `a{background:` + none + `}`},
		{`a{background:u\72 l(https://else.test/x)}`, `a{background:` + none + `}`},
		{`a{background:\75\52\4c (https://else.test/x)}`, `a{background:` + none + `}`}, // the space belongs to the escape
		{`a{background:\75\52\4c(https://else.test/x)}`, `a{background:` + none + `}`},
		{`a{background:url(//else.test\2fx)}`, `a{background:` + none + `}`},
		{`a{background:url(javascript:x)}`, `a{background:` + none + `}`},
		{`a{background:url(data:text/html,x)}`, `a{background:` + none + `}`},
		{`a{background:url(data:image/png;base64,AA==)}`, `a{background:url("data:image/png;base64,AA==")}`},
		{`a{filter:url(#f)}`, `a{filter:url("#f")}`},
		{`a{background:url(`, `a{background:` + none},
		{`a{background:url("x`, `a{background:` + none},
		{`a{background:image-set("/map.png" 1x, 'https://else.test/x' 2x)}`, `a{background:image-set(url("/c/t/r/map") 1x, ` + none + ` 2x)}`},
		{`a{content:"url(https://else.test/x)"}`, `a{content:"url(https://else.test/x)"}`},
		{`a{content:"</style><b>"}`, `a{content:"\3c /style\3e \3c b\3e "}`},
		{`a{background:url(x/*)*/y)}`, `a{background:` + none + `*/y)}`}, // no comment inside an address, as browsers read it
		{`/* url(https://else.test/x) */a{}`, ` a{}`},
		{`a{}/* never closed url(https://else.test/x)`, `a{} `},
		{`@import "/site.css" screen;a{}`, `@import url("/c/t/s/site") screen;a{}`},
		{`@import url(/site.css);a{}`, `@import url("/c/t/s/site");a{}`},
		{`@im\70ort url("https://else.test/x") layer(x);a{}`, `a{}`},
		{`@import;a{}`, `a{}`},
		{`@charset "utf-7";a{}`, `a{}`},
		{`@namespace svg url(http://www.w3.org/2000/svg);`, `@namespace svg ` + none + `;`},
		{`@font-face{src:url(https://else.test/f)format("woff2")}`, `@font-face{src:` + none + `format("woff2")}`},
		{`@media (width<=600px){a{}}`, `@media (width<=600px){a{}}`},
	} {
		if got := inert.Style(c.in, base, find); got != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.in, got, c.want)
		}
	}
	many := inert.Style(strings.Repeat(`@import "/site.css";`, 100), base, find)
	if n := strings.Count(many, "@import"); n != 32 {
		t.Errorf("%d imports", n)
	}
}

func TestPage(t *testing.T) {
	for _, c := range []struct{ in, want, not string }{
		{`<p onclick=x class=a lang=ar dir=rtl>نص</p>`, `<p class="a" lang="ar" dir="rtl">نص</p>`, "onclick"},
		{`<a href="/next?a=1&amp;b=2" title=x>n</a>`, `<a title="https[:]//wire[.]test/next?a=1&amp;b=2" data-iolaus-link="">n</a>`, "href=\"/next"},
		{`<img src=/map.png alt=Map width=3 onerror=x>`, `<img src="/c/t/r/map" alt="Map" width="3">`, "onerror"},
		{`<img src=/gone.png alt="Gone">`, `<span data-iolaus-note="">missing: Gone</span>`, "<img"},
		{`<img src="data:image/gif;base64,R0" data-src=/map.png>`, `<img src="/c/t/r/map">`, "data:"},
		{`<img srcset="/gone.png 1x, /map.png 2x">`, `<img src="/c/t/r/map">`, "srcset"},
		{`<picture><source srcset="/map.png"><img alt=x></picture>`, `<img src="/c/t/r/map" alt="x">`, "<source"},
		{`<link rel=stylesheet href=/site.css media=print>`, `<link rel="stylesheet" href="/c/t/s/site" media="print">`, "site.css"},
		{`<link rel=stylesheet href=https://else.test/x.css>`, `<html>`, "else.test"},
		{`<base href="https://wire.test/"><img src=map.png>`, `<img src="/c/t/r/map">`, "<base"},
		{`<form action=/x><input name=q value=v><input type=submit value=Go><select><option>a</select></form>`, `<div><input disabled type="text" value="v"><button disabled type="button">Go</button><select disabled><option>a</option></select></div>`, "action"},
		{`<noscript><p>without</p></noscript>`, `<p>without</p>`, "noscript"},
		{`<iframe src=https://else.test/x></iframe>`, `<span data-iolaus-note="">frame: https[:]//else[.]test/x</span>`, "<iframe"},
		{`<svg viewBox="0 0 1 1"><path d="M0 0"/><use href="#a"/><use href="https://else.test/x"/><script>x</script></svg>`, `<svg viewBox="0 0 1 1"><path d="M0 0"></path><use href="#a"></use><use></use></svg>`, "else.test"},
		{`<x-clock class=c>12:00</x-clock>`, `<span class="c">12:00</span>`, "x-clock"},
		{`<table background=/map.png><tr><td bgcolor=red>x`, `<table background="/c/t/r/map"><tbody><tr><td bgcolor="red">x</td>`, ""},
		{`<style>p{}</style ><p>x`, `<style>p{}</style>`, ""},
		{`<style>a{b:c}<script>x</script></style>`, `< script>x< /script>`, "<script"},
		{`<body style="background:url(https://else.test/x)">`, `<body style="background:url(&#34;data:,&#34;)">`, "else.test"},
		{`<plaintext><script>x</script>`, `&lt;script&gt;`, "<script"},
		{`<template><b>x</b></template>`, `<body></body>`, "<b>"},
		{`<dialog>hidden</dialog><dialog open>shown</dialog>`, `<div open="">shown</div>`, "hidden"},
	} {
		var b strings.Builder
		if _, err := inert.Page(&b, strings.NewReader(c.in), inert.Options{Base: base, Find: find, Missing: "missing", Frame: "frame"}); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(b.String(), c.want) || c.not != "" && strings.Contains(b.String(), c.not) {
			t.Errorf("%s\n got %s\nwant %s\n not %s", c.in, b.String(), c.want, c.not)
		}
	}
}

func TestPageOfABrowserHasNoWordsForOthers(t *testing.T) {
	var b strings.Builder
	_, err := inert.Page(&b, strings.NewReader(`<noscript><p>without</p></noscript><p>with`), inert.Options{Base: base, Scripted: true, Sheet: "/look.css", Last: "/last.css"})
	if got := b.String(); err != nil || strings.Contains(got, "without") || !strings.Contains(got, `<link rel="stylesheet" href="/look.css">`) || strings.Index(got, "/last.css") < strings.Index(got, "with") {
		t.Errorf("%v %s", err, got)
	}
}

func TestPageLimits(t *testing.T) {
	_, err := inert.Page(&strings.Builder{}, strings.NewReader(strings.Repeat("x", inert.MaxPage+1)), inert.Options{Base: base})
	if !errors.Is(err, inert.ErrTooLarge) {
		t.Errorf("too long: %v", err)
	}
	if _, err = inert.Page(&strings.Builder{}, strings.NewReader(strings.Repeat("<br>", inert.MaxNodes+1)), inert.Options{Base: base}); !errors.Is(err, inert.ErrTooLarge) {
		t.Errorf("too many nodes: %v", err)
	}
	if _, err = inert.Page(&strings.Builder{}, strings.NewReader(strings.Repeat("<div>", 5000)), inert.Options{Base: base}); err == nil {
		t.Error("nested too deeply, and no error")
	}
}

// harmless fails unless a copy, as a browser reads it, holds nothing that runs, is sent or asks.
func harmless(t *testing.T, copied string) {
	t.Helper()
	doc, err := html.ParseWithOptions(strings.NewReader(copied), html.ParseOptionEnableScripting(false))
	if err != nil {
		return
	}
	for n := range doc.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		switch n.Data {
		case "script", "iframe", "frame", "object", "embed", "applet", "form", "base", "template", "video", "audio", "source", "track", "portal", "animate", "set", "foreignObject", "image", "math":
			t.Fatalf("<%s> in %q", n.Data, copied)
		case "meta":
			if len(n.Attr) != 1 || n.Attr[0].Key != "charset" {
				t.Fatalf("meta %v in %q", n.Attr, copied)
			}
		}
		for _, a := range n.Attr {
			v := strings.ToLower(a.Val)
			switch {
			case strings.HasPrefix(strings.ToLower(a.Key), "on"), a.Key == "srcdoc", a.Key == "action", a.Key == "formaction", a.Key == "ping", a.Key == "target", a.Key == "srcset", a.Key == "autofocus", a.Key == "poster":
				t.Fatalf("%s=%q in %q", a.Key, a.Val, copied)
			case a.Key == "href" && n.Data == "link", a.Key == "src" && n.Data == "img", a.Key == "background":
				if !strings.HasPrefix(v, "/c/t/") && !strings.HasPrefix(v, "data:image/") {
					t.Fatalf("%s=%q in %q", a.Key, a.Val, copied)
				}
			case a.Key == "href" && n.Data == "use" && strings.HasPrefix(v, "#"):
			case a.Key == "href", a.Key == "src":
				t.Fatalf("%s of %s=%q in %q", a.Key, n.Data, a.Val, copied)
			}
		}
	}
}

func FuzzPage(f *testing.F) {
	for _, s := range []string{`<p onclick=x>`, `<svg><title><style><script>x</script></style></title></svg>`, `<math><mtext><table><mglyph><style><!--</style><img src=x onerror=x>`, `<style><!--</style><script>x</script>-->`,
		`<a href="java&#9;script:x">`, `<img src="x` + "`" + `onerror=x">`, `<noscript><p title="</noscript><img src=x onerror=x>">`, `<select><svg><script>x`, `<svg><use href="&#35;a"/><use xlink:href="data:x"/></svg>`, `<title><script>x</script></title>`,
		`<textarea></textarea><script>x</script>`, `<xmp><script>x</script></xmp>`, `<table><a href=x><tr><td><form><input formaction=x>`, `<body background="javascript:x">`, `<svg><a><rect style="fill:url(//x)"/></a>`, "<p \x00onclick=x>", `<svg><desc><b><p><style><img src=x onerror=y>`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		var b strings.Builder
		if _, err := inert.Page(&b, strings.NewReader(s), inert.Options{Base: base, Find: find, Missing: "m", Moving: "v", Frame: "f", Sheet: "/c/t/look"}); err == nil {
			harmless(t, b.String())
		}
	})
}

// FuzzStyle: what a rewritten sheet names, read again, is only what was given.
func FuzzStyle(f *testing.F) {
	for _, s := range []string{`a{background:url(//x)}`, `@import "//x";`, `@im\70ort url(//x)`, `a{b:u\72l("//x")}`, `a{b:image-set("//x" 1x)}`, "a{b:url(//x\n)}", `a{b:url(/*)//x)}`, `"\`, `url(`, `@import`, `a{b:"`, "'\\\n'", `\`, `@import url(`, `src("//x")`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		once := inert.Style(s, base, find)
		inert.Style(once, base, func(u *url.URL, _ inert.Kind) string {
			if p := u.EscapedPath(); u.Host == base.Host && strings.HasPrefix(p, "/c/t/") {
				return p
			}
			t.Fatalf("%q became %q, which names %s", s, once, u)
			return ""
		})
	})
}
