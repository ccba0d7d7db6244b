// SPDX-License-Identifier: EUPL-1.2

package inspect

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/url"
	"reflect"
	"regexp"
	"strings"
	"sync"
	"unicode/utf8"

	"iolaus/internal/recognise"
)

// A Kind says as what a file is to be read.
type Kind string

// The kinds of file.
const (
	KindAPK     Kind = "apk"
	KindAddon   Kind = "addon" // CRX, or a bare ZIP with a manifest (XPI)
	KindUpdate  Kind = "update"
	KindFeed    Kind = "feed"
	KindSitemap Kind = "sitemap"
	KindStore   Kind = "store"
	KindIcecast Kind = "icecast"
	KindHLS     Kind = "hls"
	KindMail    Kind = "mail"
	KindPage    Kind = "page" // what a page says beyond recognise.Page: accounts for money, names in its text
)

// Kinds lists them.
var Kinds = []Kind{KindAPK, KindAddon, KindUpdate, KindFeed, KindSitemap, KindStore, KindIcecast, KindHLS, KindMail, KindPage}

// Facts is what a file says: exactly one part is set.
type Facts struct {
	APK     *APK     `json:"apk,omitempty"`
	Addon   *Addon   `json:"addon,omitempty"`
	Update  *Update  `json:"update,omitempty"`
	Feed    *Feed    `json:"feed,omitempty"`
	Sitemap *Sitemap `json:"sitemap,omitempty"`
	Store   *Store   `json:"store,omitempty"`
	Icecast *Icecast `json:"icecast,omitempty"`
	HLS     *HLS     `json:"hls,omitempty"`
	Mail    *Mail    `json:"mail,omitempty"`
	Page    *Page    `json:"page,omitempty"`
}

// Limits of what is told of any file: bytes of one text, entries of one list.
const (
	maxWord = 2048
	maxList = 500
)

// MaxFacts bounds the JSON of any Facts, in bytes.
const MaxFacts = 8 << 20

// Read reads a file as what it is said to be. Base, which may be nil, is its address. Errors: recognise.ErrFormat for what is no such file,
// recognise.ErrTooLarge for what no bound allows.
func Read(k Kind, body []byte, contentType string, base *url.URL) (f Facts, err error) {
	switch k {
	case KindAPK:
		f.APK, err = one(ReadAPK(body))
	case KindAddon:
		f.Addon, err = one(ReadAddon(body))
	case KindUpdate:
		f.Update, err = one(ReadUpdate(body, base))
	case KindFeed:
		f.Feed, err = one(ReadFeed(body, contentType, base))
	case KindSitemap:
		f.Sitemap, err = one(ReadSitemap(body, base))
	case KindStore:
		f.Store, err = one(ReadStore(body, contentType, base))
	case KindIcecast:
		f.Icecast, err = one(ReadIcecast(body))
	case KindHLS:
		f.HLS, err = one(ReadHLS(body, base))
	case KindMail:
		f.Mail, err = one(ReadMail(body))
	case KindPage:
		f.Page, err = one(ReadPage(body, contentType, base))
	default:
		err = fmt.Errorf("read file: %w: there is no kind %.20q", recognise.ErrFormat, string(k))
	}
	return f, err
}

func one[T any](v T, err error) (*T, error) {
	if err != nil {
		return nil, err
	}
	return &v, nil
}

func wrong(what, format string, args ...any) error {
	return fmt.Errorf("read %s: %w: %s", what, recognise.ErrFormat, fmt.Sprintf(format, args...))
}

// Unpack reads Facts that a stranger wrote as JSON: one part, of the kind that was asked for, within the limits. The error is
// recognise.ErrFormat.
func Unpack(b []byte, k Kind) (Facts, error) {
	var f Facts
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if len(b) > MaxFacts {
		return Facts{}, wrong("facts", "%d bytes", len(b))
	}
	if err := d.Decode(&f); err != nil {
		return Facts{}, wrong("facts", "%v", err)
	}
	if d.More() || f.Kind() != k || !f.Check() {
		return Facts{}, wrong("facts", "they are none that a reader gives")
	}
	return f, nil
}

// Kind names the one part that is set; "" where it is not one.
func (f Facts) Kind() Kind {
	var k Kind
	v := reflect.ValueOf(f)
	for i, name := range []Kind{KindAPK, KindAddon, KindUpdate, KindFeed, KindSitemap, KindStore, KindIcecast, KindHLS, KindMail, KindPage} {
		if v.Field(i).IsNil() {
			continue
		}
		if k != "" {
			return ""
		}
		k = name
	}
	return k
}

// Check reports whether the Facts keep the limits that every reader keeps: each text is valid, printable on one line and at most 2,048 bytes
// long, each list has at most 500 entries, no number is below nought.
func (f Facts) Check() bool { return sound(reflect.ValueOf(f)) }

func sound(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Pointer:
		return v.IsNil() || sound(v.Elem())
	case reflect.String:
		s := v.String()
		return len(s) <= maxWord && utf8.ValidString(s) && !strings.ContainsFunc(s, control)
	case reflect.Slice:
		if v.Len() > maxList {
			return false
		}
		for i := range v.Len() {
			if !sound(v.Index(i)) {
				return false
			}
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() && !sound(v.Field(i)) {
				return false
			}
		}
	case reflect.Int, reflect.Int64:
		return v.Int() >= 0
	}
	return true
}

func control(r rune) bool { return r < 0x20 || r == 0x7f || r >= 0x80 && r < 0xa0 }

// word makes one line of a stranger's text, within the limit.
func word(s string) string {
	s = strings.ToValidUTF8(s, "\ufffd")
	s = strings.Map(func(r rune) rune {
		if control(r) {
			return ' '
		}
		return r
	}, s[:min(len(s), 4*maxWord)])
	s = strings.Join(strings.Fields(s), " ")
	if len(s) > maxWord {
		s = strings.ToValidUTF8(s[:maxWord], "")
	}
	return s
}

// A list gathers texts, each once, within the limits.
type list struct {
	all  []string
	seen map[string]bool
}

func (l *list) add(texts ...string) {
	for _, s := range texts {
		if s = word(s); s == "" || len(l.all) >= maxList || l.seen[s] {
			continue
		}
		if l.seen == nil {
			l.seen = map[string]bool{}
		}
		l.seen[s] = true
		l.all = append(l.all, s)
	}
}

// absolute is an address as it is asked for; "" for what no web client may ask.
func absolute(base *url.URL, address string) string {
	address = strings.TrimSpace(address)
	if address == "" || len(address) > maxWord {
		return ""
	}
	var u *url.URL
	var err error
	if base != nil {
		u, err = base.Parse(address)
	} else {
		u, err = url.Parse(address)
	}
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil {
		return ""
	}
	u.Fragment, u.RawFragment = "", ""
	if s := u.String(); len(s) <= maxWord && word(s) == s {
		return s
	}
	return ""
}

func tooLarge(what, format string, args ...any) error {
	return fmt.Errorf("read %s: %w: %s", what, recognise.ErrTooLarge, fmt.Sprintf(format, args...))
}

// lazily compiles an expression when it is first needed: a program that starts for something else pays nothing.
func lazily(s string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(s) })
}
