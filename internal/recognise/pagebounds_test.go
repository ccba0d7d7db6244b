// SPDX-License-Identifier: EUPL-1.2

package recognise

import (
	"net/url"
	"strings"
	"testing"
)

// Whatever a page holds, what is read of it passes the check for pages from elsewhere.
func FuzzPageCheck(f *testing.F) {
	f.Add([]byte("<html lang=\xff\xfe dir=RTL><title>\x00a\xff</title><a rel='\xffB' href='/?q=\xff\x01 b#\xff'>x\xff\x02</a><img src='//\xff/\xff'>"), "text/html")
	f.Add([]byte("<base href='http://\xffa/?\xff'><a href=?\xff>x<a href='mailto:\xff@b,a%00@b,c@\xc3\x9c'><link rel=icon href=\xff><meta name=generator content=\xff>"), "text/html; charset=utf-8")
	f.Add([]byte("<script>gtag('G-ABCDEF1')</script><meta http-equiv=refresh content='0;url=?\xff'><script data-site=\xff src=\xff></script>"), "text/html; charset=koi8-r")
	base, _ := url.Parse("http://trains.test/a/?q=1")
	f.Fuzz(func(t *testing.T, b []byte, contentType string) {
		for _, u := range []*url.URL{nil, base} {
			if p, err := ReadPage(b, contentType, u); err == nil && p.Check() != nil {
				t.Fatalf("%v: %+v", p.Check(), p)
			}
		}
	})
}

func TestPageCheckRefuses(t *testing.T) {
	t.Parallel()
	good := Page{Title: "a", Dir: "ltr", Charset: "utf-8", Links: []Link{{URL: "http://a.test/"}}, Structure: []uint64{1, 2}}
	if err := good.Check(); err != nil {
		t.Fatal(err)
	}
	for name, spoil := range map[string]func(*Page){
		"long title":      func(p *Page) { p.Title = strings.Repeat("a", pageWord+1) },
		"control":         func(p *Page) { p.Title = "\x1b[2J" },
		"invalid":         func(p *Page) { p.Text = "\xff" },
		"zero":            func(p *Page) { p.Text = "a\x00" },
		"long text":       func(p *Page) { p.Text = strings.Repeat("a", MaxPageText+1) },
		"no direction":    func(p *Page) { p.Dir = "up" },
		"many images":     func(p *Page) { p.Images = make([]string, pageList+1) },
		"empty image":     func(p *Page) { p.Images = []string{""} },
		"empty film":      func(p *Page) { p.Media = []string{""} },
		"many feeds":      func(p *Page) { p.Feeds = strings.Fields(strings.Repeat("a ", pageList/20+1)) },
		"many links":      func(p *Page) { p.Links = make([]Link, pageList+1) },
		"line in link":    func(p *Page) { p.Links[0].URL = "http://a.test/\n" },
		"unordered paths": func(p *Page) { p.Structure = []uint64{2, 1} },
		"same paths":      func(p *Page) { p.Structure = []uint64{1, 1} },
	} {
		p := good
		p.Links = []Link{{URL: "http://a.test/"}}
		if spoil(&p); p.Check() == nil {
			t.Errorf("%s: taken", name)
		}
	}
}
