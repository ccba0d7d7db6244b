// SPDX-License-Identifier: EUPL-1.2

package inert

import (
	"html"
	"regexp"
	"strings"

	nethtml "golang.org/x/net/html"
)

// tagLike is what could end a style or begin another element, wherever a parser takes it to stand.
var tagLike = regexp.MustCompile(`<([A-Za-z/!?])`)

func words(s string) map[string]bool {
	m := map[string]bool{}
	for w := range strings.FieldsSeq(s) {
		m[w] = true
	}
	return m
}

// lists are what may stay. They are made once a copy: a page has thousands of nodes.
type lists struct{ plain, void, gone, svg, common, svgAttributes map[string]bool }

func allowed() lists {
	return lists{
		plain: words(`a abbr address article aside b bdi bdo big blockquote br caption center cite code col colgroup data dd del details dfn
 dir div dl dt em fieldset figcaption figure font footer h1 h2 h3 h4 h5 h6 header hgroup hr i ins kbd label legend li main mark menu nav ol
 optgroup p pre q rp rt ruby s samp search section small span strike strong sub summary sup table tbody td tfoot th thead time tr tt u ul
 var wbr`),
		void: words(`br col hr wbr`),
		gone: words(`script template object embed applet noembed noframes map area base meta param source track slot portal fencedframe
 dialog-polyfill frame bgsound basefont keygen`),
		svg: words(`svg g defs symbol use path rect circle ellipse line polyline polygon text tspan textPath linearGradient radialGradient stop
 clipPath mask pattern title desc`),
		common: words(`class id lang dir title hidden align valign width height colspan rowspan scope span bgcolor color size face border
 cellpadding cellspacing rules frame nowrap alt start reversed value open datetime cite-text role clear noshade compact type-list
 aria-label aria-hidden aria-level aria-expanded`),
		svgAttributes: words(`viewBox preserveAspectRatio x y x1 y1 x2 y2 cx cy r rx ry fx fy d points width height transform gradientTransform
 gradientUnits patternUnits patternTransform patternContentUnits clipPathUnits maskUnits maskContentUnits spreadMethod offset fill stroke
 fill-rule clip-rule fill-opacity stroke-opacity stroke-width stroke-linecap stroke-linejoin stroke-dasharray stroke-dashoffset
 stroke-miterlimit opacity stop-color stop-opacity font-family font-size font-weight text-anchor dominant-baseline dx dy rotate
 textLength lengthAdjust clip-path mask color display visibility class id lang dir aria-label aria-hidden role`),
	}
}

// element writes one element, or what stands for it.
func (c *copier) element(n *nethtml.Node) {
	name := n.Data
	if n.Namespace == "math" {
		c.children(n)
		return
	}
	if n.Namespace == "svg" {
		c.vector(n)
		return
	}
	switch name {
	case "head", "html", "body", "frameset": // written by document; a stray one is only its children
		c.children(n)
	case "title":
		c.raw("<title>")
		for k := n.FirstChild; k != nil; k = k.NextSibling {
			if k.Type == nethtml.TextNode {
				c.text(k.Data)
			}
		}
		c.raw("</title>")
	case "style":
		c.style(n)
	case "link":
		c.link(n)
	case "noscript":
		if !c.Scripted {
			c.children(n)
		}
	case "img", "image":
		c.image(n)
	case "picture":
		c.children(n)
	case "video", "audio":
		c.report.Frames++
		c.note(c.Moving, attribute(n, "src"))
	case "iframe":
		c.report.Frames++
		c.note(c.Frame, attribute(n, "src"))
	case "form":
		c.report.Forms++
		c.open("div", n)
		c.children(n)
		c.raw("</div>")
	case "input", "button", "select", "textarea", "option", "meter", "progress", "output", "datalist", "dialog":
		c.control(n)
	case "script":
		c.report.Scripts++
	case "object", "embed", "applet", "frame":
		c.report.Frames++
		c.note(c.Frame, attribute(n, "src")+attribute(n, "data"))
	default:
		c.plain(n)
	}
}

func (c *copier) plain(n *nethtml.Node) {
	switch {
	case c.may.gone[n.Data]:
		return
	case !c.may.plain[n.Data]: // of the page's own making, or of another age
		c.open("span", n)
		c.children(n)
		c.raw("</span>")
		return
	}
	c.open(n.Data, n)
	if c.may.void[n.Data] {
		return
	}
	if n.Data == "pre" && n.FirstChild != nil && strings.HasPrefix(n.FirstChild.Data, "\n") {
		c.raw("\n") // a parser drops the first
	}
	c.children(n)
	c.raw("</" + n.Data + ">")
}

func (c *copier) open(name string, n *nethtml.Node) {
	c.raw("<" + name)
	c.attributes(n)
	c.raw(">")
}

// attributes writes those that mean nothing but looks, and what the address of a link was.
func (c *copier) attributes(n *nethtml.Node) {
	for _, a := range n.Attr {
		switch {
		case a.Namespace != "":
		case a.Key == "style":
			c.attribute("style", Style(a.Val, c.Base, c.Find))
		case a.Key == "background":
			if to := resolve(c.Base, a.Val, Image, c.Find); to != "" {
				c.attribute("background", to)
			}
		case strings.HasPrefix(a.Key, "on"):
			c.report.Handlers++
		case a.Key == "title" && n.Data == "a" && attribute(n, "href") != "":
		case a.Key == "href" && n.Data == "a":
			c.report.Links++
			c.attribute("title", c.defanged(a.Val))
			c.attribute("data-iolaus-link", "")
		case a.Key == "type" && (n.Data == "ol" || n.Data == "ul" || n.Data == "li"):
			c.attribute(a.Key, a.Val)
		case c.may.common[a.Key] && !(a.Key == "value" && n.Data != "li"):
			c.attribute(a.Key, a.Val)
		}
	}
}

func (c *copier) attribute(key, value string) {
	c.raw(" " + key + `="` + html.EscapeString(value) + `"`)
}

// defanged is where a link leads, to read.
func (c *copier) defanged(href string) string {
	href = strings.TrimSpace(href)
	if c.Base != nil {
		if u, err := c.Base.Parse(href); err == nil {
			href = u.String()
		}
	}
	if r := []rune(href); len(r) > 500 {
		href = string(r[:500]) + "…"
	}
	if c.Defang == nil {
		return strings.NewReplacer("://", "[:]//", ".", "[.]").Replace(href)
	}
	return c.Defang(href)
}

func (c *copier) style(n *nethtml.Node) {
	if n.FirstChild == nil || n.FirstChild.Type != nethtml.TextNode {
		return
	}
	c.raw("<style")
	c.media(n)
	c.raw(">")
	c.raw(tagLike.ReplaceAllString(Style(n.FirstChild.Data, c.Base, c.Find), "< $1"))
	c.raw("</style>")
}

func (c *copier) media(n *nethtml.Node) {
	if m := attribute(n, "media"); m != "" {
		c.attribute("media", m)
	}
}

func (c *copier) link(n *nethtml.Node) {
	rel := words(strings.ToLower(attribute(n, "rel")))
	if !rel["stylesheet"] || rel["alternate"] {
		return
	}
	to := resolve(c.Base, attribute(n, "href"), Sheet, c.Find)
	if to == "" {
		return
	}
	c.raw(`<link rel="stylesheet"`)
	c.attribute("href", to)
	c.media(n)
	c.raw(">")
}

// image writes a picture of the same capture; of several sizes the first that is there.
func (c *copier) image(n *nethtml.Node) {
	to := ""
	for _, address := range pictures(n) {
		if picture(address) {
			if to == "" {
				to = address
			}
			continue // often only the place that a script would fill
		}
		if found := resolve(c.Base, address, Image, c.Find); found != "" {
			to = found
			break
		}
	}
	if to == "" {
		c.report.Missing++
		c.note(c.Missing, attribute(n, "alt"))
		return
	}
	c.report.Pictures++
	c.raw("<img")
	c.attribute("src", to)
	c.attributes(n)
	c.raw(">")
}

// pictures lists the addresses that an image may have, those of its picture element after its own.
func pictures(n *nethtml.Node) (out []string) {
	set := func(list string) {
		for candidate := range strings.SplitSeq(list, ", ") {
			if f := strings.Fields(candidate); len(f) > 0 && len(out) < 40 {
				out = append(out, strings.TrimRight(f[0], ","))
			}
		}
	}
	for _, key := range []string{"src", "data-src"} {
		if s := strings.TrimSpace(attribute(n, key)); s != "" {
			out = append(out, s)
		}
	}
	set(attribute(n, "srcset"))
	if p := n.Parent; p != nil && p.Data == "picture" {
		for k := p.FirstChild; k != nil; k = k.NextSibling {
			if k.Data == "source" {
				set(attribute(k, "srcset"))
			}
		}
	}
	return out
}

// note stands for what cannot be shown.
func (c *copier) note(what, detail string) {
	if what == "" {
		return
	}
	c.raw(`<span data-iolaus-note="">`)
	if detail = strings.TrimSpace(detail); strings.Contains(detail, "/") {
		detail = c.defanged(detail)
	}
	if r := []rune(detail); len(r) > 200 {
		detail = string(r[:200]) + "…"
	}
	c.text(what)
	if detail != "" {
		c.text(": " + detail)
	}
	c.raw("</span>")
}

// control writes a part of a form that takes nothing and sends nothing.
func (c *copier) control(n *nethtml.Node) {
	switch n.Data {
	case "input":
		kind := strings.ToLower(attribute(n, "type"))
		switch kind {
		case "hidden":
			return
		case "image":
			c.image(n)
			return
		case "submit", "reset", "button":
			c.disabled("button", n)
			c.text(attribute(n, "value"))
			c.raw("</button>")
			return
		case "checkbox", "radio":
		case "password":
			kind = "password"
		default:
			kind = "text"
		}
		c.raw("<input disabled")
		c.attribute("type", kind)
		for _, key := range []string{"placeholder", "size"} {
			if v := attribute(n, key); v != "" {
				c.attribute(key, v)
			}
		}
		if v := attribute(n, "value"); v != "" && kind == "text" {
			c.attribute("value", v)
		}
		c.attributes(n)
		c.raw(">")
	case "textarea":
		c.disabled("textarea", n)
		for k := n.FirstChild; k != nil; k = k.NextSibling {
			c.text(k.Data)
		}
		c.raw("</textarea>")
	case "select", "button":
		c.disabled(n.Data, n)
		c.children(n)
		c.raw("</" + n.Data + ">")
	case "option":
		c.raw("<option>")
		c.children(n)
		c.raw("</option>")
	case "dialog":
		for _, a := range n.Attr {
			if a.Key == "open" {
				c.open("div", n)
				c.children(n)
				c.raw("</div>")
			}
		}
	case "datalist":
	default:
		c.open("span", n)
		c.children(n)
		c.raw("</span>")
	}
}

func (c *copier) disabled(name string, n *nethtml.Node) {
	c.raw("<" + name + " disabled")
	if name == "button" {
		c.raw(` type="button"`)
	}
	c.attributes(n)
	c.raw(">")
}

// vector writes what of SVG only draws.
func (c *copier) vector(n *nethtml.Node) {
	if !c.may.svg[n.Data] {
		if n.Data == "script" {
			c.report.Scripts++
		}
		return
	}
	c.raw("<" + n.Data)
	for _, a := range n.Attr {
		switch {
		case a.Key == "href" && n.Data == "use" && strings.HasPrefix(a.Val, "#"):
			c.attribute("href", a.Val)
		case a.Namespace != "":
		case a.Key == "style" || c.may.svgAttributes[a.Key] && strings.Contains(a.Val, "("):
			c.attribute(a.Key, Style(a.Val, c.Base, c.Find))
		case strings.HasPrefix(strings.ToLower(a.Key), "on"):
			c.report.Handlers++
		case c.may.svgAttributes[a.Key]:
			c.attribute(a.Key, a.Val)
		}
	}
	c.raw(">")
	c.children(n)
	c.raw("</" + n.Data + ">")
}
