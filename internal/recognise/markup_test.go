// SPDX-License-Identifier: EUPL-1.2

package recognise

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/net/html"
)

// ours and theirs write down the start tags of a text as this package and as package html reads them.
func ours(text []byte) (all []string) {
	m := markup{rest: text}
	for {
		tag, ok := m.next()
		if !ok {
			return all
		}
		line := string(tag)
		seen := map[string]bool{}
		for {
			k, v, ok := m.attribute()
			if !ok {
				break
			}
			if key := string(k); !seen[key] {
				seen[key] = true
				line += fmt.Sprintf(" %s=%q", key, attributeText(v))
			}
		}
		if m.cut {
			return all
		}
		m.raw(tag)
		all = append(all, line)
	}
}

func theirs(text []byte) (all []string) {
	z := html.NewTokenizer(bytes.NewReader(text))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return all
		case html.StartTagToken, html.SelfClosingTagToken:
			name, more := z.TagName()
			line := string(name)
			seen := map[string]bool{}
			for more {
				var k, v []byte
				k, v, more = z.TagAttr()
				if key := string(k); !seen[key] && (key != "" || more) {
					seen[key] = true
					line += fmt.Sprintf(" %s=%q", key, v)
				}
			}
			all = append(all, line)
		}
	}
}

var markupSeeds = []string{
	`<!doctype html><html lang=en><HEAD><title>a <b> in a title</title><base href="/x/"><link rel=StyleSheet href='a.css'>`,
	`<a href="/1">one</a><A HREF=/2>two</A><a href = '/3' >three</a><a class="x"href="/4">`,
	`<a href="/5?a=1&amp;b=2&copy=3">&lt;a href=no&gt;</a><br/><img src=x.png/><img src="y.png"/>`,
	`<!-- <a href=no> --><a href=yes><!--><a href=yes2>--><!---><a href=yes3><!-- a --!><a href=yes4>`,
	`<script>if (a<b) document.write("<a href=no>")</script><a href=yes><style>p{}</style><textarea><a href=no></textarea>`,
	`<?xml version="1.0"?><!ELEMENT a><a/href=x><a / href=y / ><a href><a href=><a =x=y>`,
	"<a\nhref\n=\n\"/new\nline\"\n><a\thref=/tab\f><p <a href=odd>",
	`< a href=no></ a href=no></a href="x>y"><a href=yes><`, `<a href="never ends`, `<a`, `<`, `<a href=x`, `</`, `<iframe src=f><a href=no></iframe ><a href=yes>`,
}

// Whatever a page holds: no panic, and what package html reads is read. It differs on purpose where a text ends within a tag, in scripts
// that hold scripts in comments, and for what no address holds.
func FuzzMarkup(f *testing.F) {
	for _, s := range markupSeeds {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		References(b, "text/html", nil)
		References(b, "text/css", nil)
		if bytes.ContainsAny(b, "\x00\r") || !utf8.Valid(b) || bytes.Contains(bytes.ToLower(b), []byte("script")) || bytes.Contains(b, []byte("plaintext")) || len(b) > 200 {
			return
		}
		for _, word := range bytes.FieldsFunc(b, func(r rune) bool { return strings.ContainsRune(" \n\t\f/>=", r) }) {
			if len(word) >= 24 { // no name that we ask for
				return
			}
		}
		got, want := ours(b), theirs(b)
		for i := range got {
			if i >= len(want) || got[i] != want[i] {
				t.Fatalf("got %q\nwant %q", got, want)
			}
		}
	})
}

func TestMarkup(t *testing.T) {
	for _, s := range markupSeeds {
		if got, want := fmt.Sprint(ours([]byte(s))), fmt.Sprint(theirs([]byte(s))); got != want {
			t.Errorf("%s\n got %s\nwant %s", s, got, want)
		}
	}
}
