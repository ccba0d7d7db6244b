// SPDX-License-Identifier: EUPL-1.2

package inert

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// ErrTooLarge is returned for a page beyond its limits; it was not shown.
var ErrTooLarge = errors.New("page too large")

// MaxPage and MaxNodes bound a page: bytes of its source, and nodes of its tree.
const (
	MaxPage  = 8 << 20
	MaxNodes = 400_000
)

// Options say what stands in the copy for what cannot stay.
type Options struct {
	Base     *url.URL            // address of the page
	Scripted bool                // the source is the tree that a browser had after scripts ran: what stands for readers without scripts is left out
	Find     Finder              // parts of the same capture
	Sheet    string              // address of a style sheet of the copy's own; it comes first
	Last     string              // address of one that comes last and so wins
	Defang   func(string) string // writes an absolute address so that nobody clicks it
	Missing  string              // stands for a picture that the capture lacks
	Moving   string              // for sound and film
	Frame    string              // for what was embedded
}

// Report says what was left out of a copy.
type Report struct {
	Scripts, Frames, Forms, Handlers, Links int // elements; attributes that run something; addresses made inert
	Pictures, Missing                       int // shown, and not in the capture
}

// Page reads a page, in UTF-8, and writes its copy. Errors are ErrTooLarge, those of the reader, or say that it is nested too deeply.
func Page(w io.Writer, source io.Reader, o Options) (Report, error) {
	limited := &io.LimitedReader{R: source, N: MaxPage + 1}
	doc, err := html.ParseWithOptions(limited, html.ParseOptionEnableScripting(o.Scripted))
	if limited.N <= 0 {
		return Report{}, fmt.Errorf("copy page: %w: more than %d bytes", ErrTooLarge, MaxPage)
	}
	if err != nil {
		return Report{}, fmt.Errorf("copy page: %w", err)
	}
	c := &copier{Options: o, out: bufio.NewWriter(w), may: allowed()}
	if b := first(doc, atom.Base); b != nil && c.Base != nil {
		if u, err := c.Base.Parse(strings.TrimSpace(attribute(b, "href"))); err == nil && (u.Scheme == "http" || u.Scheme == "https") {
			c.Base = u
		}
	}
	c.document(doc)
	if c.err != nil {
		return c.report, fmt.Errorf("copy page: %w", c.err)
	}
	return c.report, c.out.Flush()
}

type copier struct {
	Options
	out    *bufio.Writer
	report Report
	nodes  int
	may    lists
	err    error
}

func (c *copier) raw(s string) { _, _ = c.out.WriteString(s) } // Flush says what failed

func (c *copier) text(s string) { c.raw(html.EscapeString(s)) }

// document writes the frame of the page; the head holds nothing but a title and styles.
func (c *copier) document(doc *html.Node) {
	c.raw("<!DOCTYPE html>\n<html")
	if root := first(doc, atom.Html); root != nil {
		c.attributes(root)
	}
	c.raw("><head><meta charset=\"utf-8\">")
	c.sheet(c.Sheet)
	if head := first(doc, atom.Head); head != nil {
		c.children(head)
	}
	c.raw("</head>")
	body := first(doc, atom.Body)
	if body == nil {
		if body = first(doc, atom.Frameset); body == nil {
			c.raw("<body>")
		}
	}
	if body != nil {
		c.raw("<body")
		c.attributes(body)
		c.raw(">")
		c.children(body)
	}
	c.sheet(c.Last)
	c.raw("</body></html>\n")
}

func (c *copier) sheet(address string) {
	if address != "" {
		c.raw(`<link rel="stylesheet" href="` + html.EscapeString(address) + `">`)
	}
}

func (c *copier) children(n *html.Node) {
	for k := n.FirstChild; k != nil && c.err == nil; k = k.NextSibling {
		c.node(k)
	}
}

func (c *copier) node(n *html.Node) {
	if c.nodes++; c.nodes > MaxNodes {
		c.err = fmt.Errorf("%w: more than %d nodes", ErrTooLarge, MaxNodes)
		return
	}
	switch n.Type {
	case html.TextNode:
		c.text(n.Data)
	case html.ElementNode:
		c.element(n)
	case html.DocumentNode:
		c.children(n)
	case html.ErrorNode, html.CommentNode, html.DoctypeNode, html.RawNode:
	}
}

func first(n *html.Node, a atom.Atom) *html.Node {
	for d := range n.Descendants() {
		if d.Type == html.ElementNode && d.DataAtom == a && d.Namespace == "" {
			return d
		}
	}
	return nil
}

func attribute(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key && a.Namespace == "" {
			return a.Val
		}
	}
	return ""
}
