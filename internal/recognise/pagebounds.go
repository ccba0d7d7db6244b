// SPDX-License-Identifier: EUPL-1.2

package recognise

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Bounds of a Page from ReadPage, for who takes one from a process that is not trusted.
const (
	MaxPage     = pageBytes // bytes that are read; of more, one is enough to see that there are
	MaxPageList = pageList  // entries of one list
	MaxPageWord = 2 * pageWord
	MaxPageText = pageText + utf8.UTFMax + 1
	MaxPaths    = pageStructure
)

// Check reports whether a page is one that ReadPage could have given: within its limits, and every word of it valid text. The error
// shows nothing of the page.
func (p *Page) Check() error {
	short := pageList / 20
	for _, c := range []struct {
		name string
		ok   bool
	}{
		{"title", word(p.Title, pageWord)},
		{"language", word(p.Lang, 35)},
		{"direction", p.Dir == "ltr" || p.Dir == "rtl"},
		{"charset", word(p.Charset, 64)},
		{"text", len(p.Text) <= MaxPageText && utf8.ValidString(p.Text) && strings.IndexByte(p.Text, 0) < 0},
		{"canonical", word(p.Canonical, MaxPageWord)},
		{"refresh", word(p.Refresh, MaxPageWord)},
		{"icon", word(p.Icon, MaxPageWord)},
		{"generator", word(p.Generator, pageWord)},
		{"images", list(p.Images, pageList, MaxPageWord)},
		{"media", list(p.Media, pageList, MaxPageWord)},
		{"scripts", list(p.Scripts, pageList, MaxPageWord)},
		{"feeds", list(p.Feeds, short, MaxPageWord)},
		{"accounts", list(p.Analytics, short, pageWord)},
		{"contacts", list(p.Contacts, short, 2*pageWord)},
		{"links", len(p.Links) <= pageList},
		{"structure", ascending(p.Structure)},
	} {
		if !c.ok {
			return fmt.Errorf("check page: its %s is none that a page can have", c.name)
		}
	}
	for _, l := range p.Links {
		if !word(l.URL, MaxPageWord) || !word(l.Rel, 2*pageWord) || !word(l.Text, 256) {
			return fmt.Errorf("check page: it has a link that no page can have")
		}
	}
	return nil
}

func list(l []string, most, long int) bool {
	for _, s := range l {
		if !word(s, long) || s == "" {
			return false
		}
	}
	return len(l) <= most
}

// word reports whether s is one line of valid text without control characters.
func word(s string, long int) bool {
	return len(s) <= long && utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f })
}

func ascending(l []uint64) bool {
	for i := 1; i < len(l); i++ {
		if l[i] <= l[i-1] {
			return false
		}
	}
	return len(l) <= pageStructure
}
