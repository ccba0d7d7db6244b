// SPDX-License-Identifier: EUPL-1.2

package recognise

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/charset"
)

// Page is what an HTML page says of itself: facts for analysts, for matching and for linking outlets. Addresses are absolute
// where the page's own address is known.
type Page struct {
	Title     string
	Lang      string // as declared, lower case: "ar", "en-gb"; "" when not declared
	Dir       string // "ltr" or "rtl"
	Charset   string // the encoding it was read in, "utf-8" when nothing says otherwise
	Text      string // what a reader sees, blocks on lines of their own
	Canonical string // its own idea of its address
	Refresh   string // where it sends the reader by itself
	Links     []Link
	Images    []string // pictures, and the preview picture for other sites
	Media     []string // films and sounds that it plays, and those for other sites
	Scripts   []string // addresses of scripts and frames
	Feeds     []string // RSS, Atom and JSON feeds
	Icon      string
	Analytics []string // accounts of audience measurement, "kind:account"
	Contacts  []string // mail addresses of mailto links
	Generator string
	Password  bool     // it asks for a password
	Structure []uint64 // hashes of paths of tags, ascending, each once: the same template gives nearly the same set
	Truncated bool     // a limit of pageLimits was reached
}

// A Link is one reference of a page. Rel holds its relations in lower case ("nofollow").
type Link struct{ URL, Rel, Text string }

// Limits of what ReadPage keeps, whatever the page holds.
const (
	pageBytes     = 8 << 20 // of the body that are read
	pageTokens    = 500_000
	pageDepth     = 256 // open elements that are tracked
	pageText      = 256 << 10
	pageScript    = 512 << 10 // inline script that is searched for accounts
	pageList      = 2000      // links, images, scripts; a twentieth of it for feeds, accounts and contacts
	pageStructure = 4096
	pageWord      = 2048 // bytes of one address, title or relation
	pathTags      = 5    // tags in one path of Structure
)

// ErrNotPage is returned by ReadPage for a body that is not HTML.
var ErrNotPage = errors.New("not an HTML page")

// ReadPage reads an HTML page of any quality: damaged markup and invalid text never make it fail, only a content type or
// beginning that is not HTML does (ErrNotPage). It works through the tokens once, without building a tree, so that its cost is
// linear in the bytes. Base is the page's address and may be nil; contentType is the header's value and may be empty.
func ReadPage(body []byte, contentType string, base *url.URL) (Page, error) {
	if !IsPage(body, contentType) {
		return Page{}, fmt.Errorf("read page: %w: content type %.60q", ErrNotPage, contentType)
	}
	r := pageReader{base: base, paths: map[uint64]bool{}, seen: map[string]bool{}, opened: map[string]int{}}
	if len(body) > pageBytes {
		body, r.page.Truncated = body[:pageBytes], true
	}
	encoding, name, _ := charset.DetermineEncoding(body[:min(len(body), 1024)], contentType)
	if name == "windows-1252" && utf8.Valid(body) { // the fallback of the standard; nearly always wrong today
		name = "utf-8"
	}
	r.page.Charset = name
	var in io.Reader = bytes.NewReader(body)
	if name != "utf-8" {
		in = encoding.NewDecoder().Reader(in)
	}
	r.read(html.NewTokenizer(in))
	r.finish()
	return r.page, nil
}

// IsPage reports whether ReadPage takes a body for HTML, by its content type and its beginning.
func IsPage(body []byte, contentType string) bool {
	mime, _, _ := strings.Cut(strings.ToLower(contentType), ";")
	switch strings.TrimSpace(mime) {
	case "text/html", "application/xhtml+xml":
		return true
	case "", "text/plain", "application/octet-stream", "text/xml", "application/xml":
		start := bytes.ToLower(bytes.TrimLeft(body[:min(len(body), 1024)], "\xef\xbb\xbf \t\r\n"))
		return bytes.HasPrefix(start, []byte("<!doctype html")) || bytes.Contains(start, []byte("<html")) ||
			bytes.HasPrefix(start, []byte("<head")) || bytes.HasPrefix(start, []byte("<body"))
	}
	return false
}

// open is an element that has begun and not ended.
type open struct {
	tag    string
	hidden bool // it or one around it is not shown
}

// pageReader gathers a Page from tokens.
type pageReader struct {
	page   Page
	base   *url.URL
	stack  []open
	opened map[string]int // how many of each are on the stack, so that a stray end tag costs no walk
	text   strings.Builder
	link   *strings.Builder // text of the link that is open
	title  strings.Builder
	script strings.Builder
	social string // title for other sites
	paths  map[uint64]bool
	seen   map[string]bool
	gap    bool // white space is due before the next word
	line   bool // a line end is due
}

func (r *pageReader) read(z *html.Tokenizer) {
	for range pageTokens {
		switch z.Next() {
		case html.ErrorToken: // the end, or a text that its encoding cannot read any further
			if !errors.Is(z.Err(), io.EOF) {
				r.page.Truncated = true
			}
			return
		case html.TextToken:
			r.words(z.Text())
		case html.StartTagToken, html.SelfClosingTagToken:
			r.begin(z.Token())
		case html.EndTagToken:
			name, _ := z.TagName()
			r.end(string(name))
		}
	}
	r.page.Truncated = true
}

func (r *pageReader) top() open {
	if len(r.stack) == 0 {
		return open{}
	}
	return r.stack[len(r.stack)-1]
}

func (r *pageReader) words(raw []byte) {
	switch r.top().tag {
	case "title":
		if !r.seen["title"] { // drawings have titles too
			keep(&r.title, raw, pageWord)
		}
		return
	case "script", "noscript":
		keep(&r.script, raw, pageScript)
		return
	case "style", "template", "textarea", "iframe", "noembed", "noframes", "xmp", "select", "svg":
		return
	}
	if r.top().hidden {
		return
	}
	for len(raw) > 0 {
		c, n := utf8.DecodeRune(raw)
		raw = raw[n:]
		if c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f' || c == '\u00a0' {
			r.gap = true
			continue
		}
		if c < ' ' || c == 0x7f {
			continue
		}
		if r.text.Len() >= pageText {
			r.page.Truncated = true
			return
		}
		if r.text.Len() > 0 && (r.gap || r.line) {
			if r.line {
				r.text.WriteByte('\n')
			} else {
				r.text.WriteByte(' ')
			}
		}
		if r.link != nil && r.link.Len() < 200 {
			if r.gap && r.link.Len() > 0 {
				r.link.WriteByte(' ')
			}
			r.link.WriteRune(c)
		}
		r.gap, r.line = false, false
		r.text.WriteRune(c)
	}
}

func (r *pageReader) begin(t html.Token) {
	tag := t.Data
	attr := func(name string) string {
		for _, a := range t.Attr {
			if a.Key == name {
				return strings.TrimSpace(a.Val)
			}
		}
		return ""
	}
	r.facts(tag, attr)
	if !inline(tag) {
		r.line = true
	}
	r.implied(tag)
	r.path(tag)
	if void(tag) || t.Type == html.SelfClosingTagToken && tag != "script" && tag != "title" {
		return
	}
	if len(r.stack) >= pageDepth {
		r.page.Truncated = true
		return
	}
	style := strings.ReplaceAll(strings.ToLower(attr("style")), " ", "")
	hidden := r.top().hidden || strings.Contains(style, "display:none") || strings.Contains(style, "visibility:hidden") ||
		slices.ContainsFunc(t.Attr, func(a html.Attribute) bool { return a.Key == "hidden" }) && tag != "html" && tag != "body"
	r.stack = append(r.stack, open{tag, hidden})
	r.opened[tag]++
}

func (r *pageReader) pop() {
	last := len(r.stack) - 1
	if tag := r.stack[last].tag; r.opened[tag] > 1 {
		r.opened[tag]--
	} else {
		delete(r.opened, tag)
	}
	r.stack = r.stack[:last]
}

// implied ends the elements that a new one ends by itself (HTML standard, optional tags).
func (r *pageReader) implied(tag string) {
	switch last := r.top().tag; {
	case last == "p" && !inline(tag), last == "li" && tag == "li", last == "option" && tag == "option",
		last == "head" && tag == "body", (last == "td" || last == "th") && (tag == "td" || tag == "th"),
		(last == "dt" || last == "dd") && (tag == "dt" || tag == "dd"):
		r.pop()
	case (last == "td" || last == "th") && tag == "tr":
		r.pop()
		r.implied(tag)
	case last == "tr" && tag == "tr":
		r.pop()
	}
}

func (r *pageReader) end(tag string) {
	if !inline(tag) {
		r.line = true
	}
	switch tag {
	case "a":
		r.endLink()
	case "title":
		r.seen["title"] = true
	}
	if r.opened[tag] == 0 {
		return
	}
	for r.top().tag != tag {
		r.pop()
	}
	r.pop()
}

func (r *pageReader) endLink() {
	if r.link != nil && len(r.page.Links) > 0 {
		r.page.Links[len(r.page.Links)-1].Text = strings.TrimSpace(r.link.String())
	}
	r.link = nil
}

func (r *pageReader) path(tag string) {
	if len(r.paths) >= pageStructure {
		return
	}
	h := uint64(hashStart)
	for _, o := range r.stack[max(0, len(r.stack)-pathTags+1):] {
		h = hash64(hash64(h, o.tag), "/")
	}
	r.paths[finish(hash64(h, tag))] = true
}

func (r *pageReader) finish() {
	r.endLink()
	p := &r.page
	p.Text = r.text.String()
	p.Title = squeeze(r.title.String())
	if p.Title == "" {
		p.Title = squeeze(r.social)
	}
	if p.Dir == "" {
		p.Dir = declaredDirection(p.Lang, p.Title+" "+p.Text)
	}
	r.accounts(r.script.String())
	for h := range r.paths {
		p.Structure = append(p.Structure, h)
	}
	slices.Sort(p.Structure)
}

// declaredDirection follows the declared language, and where none is declared the text itself.
func declaredDirection(lang, text string) string {
	primary, rest, _ := strings.Cut(lang, "-")
	switch rest {
	case "latn", "cyrl":
		return "ltr"
	case "arab", "hebr":
		return "rtl"
	}
	switch primary {
	case "ar", "fa", "he", "iw", "ur", "ps", "ug", "ckb", "sd", "yi", "dv", "arc", "syr", "prs":
		return "rtl"
	case "":
		return Direction(text)
	}
	return "ltr"
}

func keep(b *strings.Builder, raw []byte, limit int) {
	if room := limit - b.Len(); room > 0 {
		b.Write(raw[:min(room, len(raw))])
	}
}

// squeeze makes one line of valid text without control characters, at most pageWord bytes long.
func squeeze(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && !unicode.IsSpace(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\ufffd"))
	s = strings.Join(strings.Fields(s), " ")
	if len(s) > pageWord {
		s = strings.ToValidUTF8(s[:pageWord], "")
	}
	return s
}

func void(tag string) bool {
	switch tag {
	case "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr":
		return true
	}
	return false
}

func inline(tag string) bool {
	switch tag {
	case "a", "abbr", "b", "bdi", "bdo", "cite", "code", "data", "del", "dfn", "em", "font", "i", "img", "ins", "kbd", "label", "mark",
		"q", "s", "samp", "small", "span", "strong", "sub", "sup", "time", "tt", "u", "var", "wbr", "script", "style", "noscript":
		return true
	}
	return false
}
