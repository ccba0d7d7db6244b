// SPDX-License-Identifier: EUPL-1.2

package e2e

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"
)

// A person uses the workbench as a browser without script does: pages, links and forms.
type person struct {
	t      testing.TB
	base   string // http://host:port
	client *http.Client
	banner string // stands on every page
	page   *html.Node
	at     string
}

func newPerson(t testing.TB, host, banner string) *person {
	t.Helper()
	jar, err := cookiejar.New(nil)
	ok(t, err)
	return &person{t: t, base: "http://" + host, banner: banner, client: &http.Client{Jar: jar, Timeout: time.Minute}}
}

// open opens a page.
func (p *person) open(path string) *person {
	p.t.Helper()
	if !strings.HasPrefix(path, "http") {
		path = p.base + path
	}
	req, err := http.NewRequest(http.MethodGet, path, nil)
	ok(p.t, err)
	p.read(req)
	return p
}

func (p *person) read(req *http.Request) {
	p.t.Helper()
	req.Header.Set("Accept", "text/html")
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	req.Header.Set("Accept-Language", "en")
	res, err := p.client.Do(req)
	ok(p.t, err)
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	ok(p.t, err)
	p.page, err = html.Parse(strings.NewReader(string(body)))
	ok(p.t, err)
	p.at = res.Request.URL.Path
	if res.StatusCode != http.StatusOK {
		p.t.Fatalf("%s %s: %s\n%s", req.Method, req.URL, res.Status, tail(p.text(), 3000))
	}
	if !strings.Contains(p.text(), p.banner) {
		p.t.Errorf("%s does not say %q", p.at, p.banner)
	}
}

// text is what the page says, white space folded.
func (p *person) text() string {
	var b strings.Builder
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		if n.Type == html.TextNode {
			b.WriteString(n.Data + " ")
		}
		if n.Type == html.ElementNode && (n.Data == "script" || n.Data == "style") {
			return
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c)
		}
	}
	walk(p.page)
	return strings.Join(strings.Fields(b.String()), " ")
}

// sees fails the test unless the page says so.
func (p *person) sees(words ...string) *person {
	p.t.Helper()
	for _, w := range words {
		if !strings.Contains(p.text(), w) {
			p.t.Fatalf("%s does not say %q:\n%s", p.at, w, tail(p.text(), 4000))
		}
	}
	return p
}

// find gives the elements of the page for which f holds.
func (p *person) find(f func(tag string, attr map[string]string) bool) (found []*html.Node) {
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		if n.Type == html.ElementNode && f(n.Data, attributes(n)) {
			found = append(found, n)
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c)
		}
	}
	walk(p.page)
	return found
}

func attributes(n *html.Node) map[string]string {
	m := map[string]string{}
	for _, a := range n.Attr {
		m[a.Key] = a.Val
	}
	return m
}

// submit fills in the form that posts to where the address begins and ends so, and sends it: what is not given stays as the page
// had it.
func (p *person) submit(begins, ends string, fields url.Values) *person {
	p.t.Helper()
	var form *html.Node
	for _, n := range p.find(func(tag string, a map[string]string) bool {
		return tag == "form" && strings.EqualFold(a["method"], "post") && strings.HasPrefix(a["action"], begins) && strings.HasSuffix(a["action"], ends)
	}) {
		form = n
		break
	}
	if form == nil {
		p.t.Fatalf("%s has no form for %s…%s:\n%s", p.at, begins, ends, tail(p.text(), 3000))
	}
	values, known := defaults(form)
	for name, v := range fields {
		if !known[name] {
			p.t.Fatalf("the form %s at %s has no field %q; it has %v", attributes(form)["action"], p.at, name, known)
		}
		values[name] = v
	}
	req, err := http.NewRequest(http.MethodPost, p.base+attributes(form)["action"], strings.NewReader(values.Encode()))
	ok(p.t, err)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Origin", p.base)
	p.read(req)
	return p
}

// defaults are the values that a form has when nobody touches it, and the names of all its fields.
func defaults(form *html.Node) (url.Values, map[string]bool) {
	values, known := url.Values{}, map[string]bool{}
	var walk func(*html.Node, string)
	walk = func(n *html.Node, choosing string) {
		a := attributes(n)
		name := a["name"]
		_, checked := a["checked"]
		_, selected := a["selected"]
		switch {
		case n.Data == "input" && (a["type"] == "checkbox" || a["type"] == "radio"):
			known[name] = true
			if checked {
				values.Add(name, a["value"])
			}
		case n.Data == "input" && name != "":
			known[name] = true
			values.Set(name, a["value"])
		case n.Data == "button" && name != "":
			known[name] = true
		case n.Data == "textarea":
			known[name] = true
			if n.FirstChild != nil {
				values.Set(name, n.FirstChild.Data)
			}
		case n.Data == "select":
			known[name] = true
			choosing = name
		case n.Data == "option" && choosing != "":
			if _, any := values[choosing]; selected || !any {
				values.Set(choosing, a["value"])
			}
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c, choosing)
		}
	}
	walk(form, "")
	return values, known
}
