// SPDX-License-Identifier: EUPL-1.2

package ui

import (
	"context"
	"fmt"
	"html"
	"io"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/rangetable"
)

// An Address is shown defanged, host in ink and the rest muted, and never as a link.
type Address struct {
	Defanged string // as package locator writes it
	Real     string // offered by a copy button; empty: no button
	Max      int    // longest path on the screen, in characters; 0: all of it. Paper has all of it
}

// Addr is an address without a copy button.
func Addr(defanged string) Address { return Address{Defanged: defanged} }

// Render implements templ.Component.
func (a Address) Render(ctx context.Context, w io.Writer) error { return a.view().Render(ctx, w) }

// parts splits a defanged address into scheme, the labels of its host, the rest and what of it is cut on the screen. What looks like a live address is defanged
// here once more: nothing that this component shows can be clicked or pasted by accident.
func (a Address) parts() (scheme string, host []string, rest, cut string) {
	s := a.Defanged
	if i := strings.Index(s, "://"); i >= 0 && i < 12 {
		scheme, s = strings.Replace(s[:i], "tt", "xx", 1)+"://", s[i+3:]
	}
	if i := strings.IndexAny(s, "/?#"); i >= 0 {
		s, rest = s[:i], s[i:]
	}
	s = strings.ReplaceAll(strings.ReplaceAll(s, "[.]", "."), "[@]", "@")
	s = strings.ReplaceAll(s, "@", "[@]")
	host = strings.SplitAfter(strings.ReplaceAll(s, ".", "[.]"), "[.]")
	if r := []rune(rest); a.Max > 0 && len(r) > a.Max {
		rest, cut = string(r[:a.Max]), string(r[a.Max:])
	}
	return scheme, host, rest, cut
}

// A run is a stretch of hostile text; hidden marks one that would not be seen or would turn the text round.
type run struct {
	text   string
	hidden bool
}

var hidden = rangetable.Merge(unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Co, rangetable.New(unicode.ReplacementChar))

// hides reports whether a character would not be seen or would turn the text round. A long thread has a million of the others.
func hides(r rune) bool {
	if r < unicode.MaxASCII {
		return r < ' '
	}
	return unicode.Is(hidden, r)
}

// runs makes control, format and bidirectional characters visible as their code points.
func runs(s string) []run {
	var out []run
	from := 0
	for i, r := range s {
		if hides(r) {
			if i > from {
				out = append(out, run{text: s[from:i]})
			}
			out = append(out, run{fmt.Sprintf("U+%04X", r), true})
			from = i + len(string(r))
			if r == unicode.ReplacementChar && !strings.HasPrefix(s[i:], "\uFFFD") { // one invalid byte
				from = i + 1
			}
		}
	}
	if from < len(s) {
		out = append(out, run{text: s[from:]})
	}
	return out
}

// visible escapes s for HTML, hidden characters marked.
func visible(s string) string {
	var b strings.Builder
	for _, r := range runs(s) {
		if r.hidden {
			b.WriteString(`<span class="esc">` + r.text + `</span>`)
		} else {
			b.WriteString(html.EscapeString(r.text))
		}
	}
	return b.String()
}

// visibleText is visible for running text, where line breaks and the joiners of Arabic and Indic scripts are no tricks.
func visibleText(s string) string {
	var b strings.Builder
	for _, r := range runs(s) {
		switch {
		case !r.hidden:
			b.WriteString(html.EscapeString(r.text))
		case r.text == "U+000A" || r.text == "U+000D" || r.text == "U+0009":
			b.WriteByte('\n')
		case r.text == "U+200C":
			b.WriteString("\u200C")
		case r.text == "U+200D":
			b.WriteString("\u200D")
		default:
			b.WriteString(`<span class="esc">` + r.text + `</span>`)
		}
	}
	return b.String()
}

// html is written by hand: between the parts of an address there must be no space, which a copied line would carry along.
func (a Address) html() string {
	scheme, host, rest, cut := a.parts()
	var b strings.Builder
	b.WriteString(`<bdi class="addr" dir="ltr" translate="no">`)
	if scheme != "" {
		b.WriteString("<i>" + visible(scheme) + "</i>")
	}
	for i, label := range host {
		if i > 0 {
			b.WriteString("<wbr>")
		}
		b.WriteString(visible(label))
	}
	if rest != "" {
		b.WriteString("<i>" + visible(rest))
		if cut != "" {
			b.WriteString(`<span class="short">…</span><span class="full">` + visible(cut) + `</span>`)
		}
		b.WriteString("</i>")
	}
	b.WriteString("</bdi>")
	return b.String()
}

// A Hash is a digest: short on the screen, whole on paper and for the copy button.
type Hash struct {
	Prefix string // "b3:", "sha256:"; may be empty
	Hex    string
	Copy   bool
}

// Render implements templ.Component.
func (h Hash) Render(ctx context.Context, w io.Writer) error { return h.view().Render(ctx, w) }

func (h Hash) short() string {
	if len(h.Hex) <= 12 {
		return h.Hex
	}
	return h.Hex[:4] + "…" + h.Hex[len(h.Hex)-4:]
}

func (h Hash) html() string {
	e := html.EscapeString
	return `<span class="hash" dir="ltr" translate="no">` + e(h.Prefix) + `<span class="short">` + e(h.short()) +
		`</span><span class="full">` + e(h.Hex) + `</span></span>`
}
