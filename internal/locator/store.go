// SPDX-License-Identifier: EUPL-1.2

package locator

import (
	"net/url"
	"strings"
)

// A store is a public store or directory whose pages carry more than the identifier.
type store struct {
	host  string
	page  string // what comes before the identifier in the address of a page
	mark  string // a path that contains it is a page's, not an identifier
	query string // the identifier is the value of this key; if empty, it is the last part of the path
}

// stores is data: a store that is not listed is addressed as https://HOST/ID.
var stores = []store{
	{"play.google.com", "/store/apps/details?id=", "/store/apps/details", "id"},
	{"apps.apple.com", "/app/", "/app/", ""},
	{"f-droid.org", "/packages/", "/packages/", ""},
	{"addons.mozilla.org", "/addon/", "/addon/", ""},
	{"chromewebstore.google.com", "/detail/", "/detail/", ""},
	{"microsoftedge.microsoft.com", "/addons/detail/", "/detail/", ""},
}

func storeAt(host string) (store, bool) {
	for _, s := range stores {
		if s.host == host {
			return s, true
		}
	}
	return store{}, false
}

// parseStored reads HOST/ID for an app, an add-on or an account, or the address of its page, which is taken to be on https.
func parseStored(k Kind, s, in string) (Locator, error) {
	if !hasScheme(s) {
		s = "hxxps://" + s // as defanged, so that a defanged path is read back too
	}
	l, err := parseURL(s, in)
	if err != nil {
		return Locator{}, err
	}
	l.scheme = ""
	if st, ok := storeAt(l.host); ok && k != KindAccount && strings.Contains(l.path, st.mark) {
		l.path = st.identifier(l.path)
	}
	if !strings.Contains(l.path, "?") {
		l.path = "/" + strings.Trim(l.path, "/")
	}
	if l.path == "/" || strings.HasPrefix(l.path, "/?") {
		return Locator{}, syntax(in, "expected "+k.prefix()+"HOST/ID, the host of the store or platform and the name it has there")
	}
	return l, nil
}

func (st store) identifier(pathAndQuery string) string {
	path, query, _ := strings.Cut(pathAndQuery, "?")
	if st.query == "" {
		path = strings.TrimRight(path, "/")
		return path[strings.LastIndexByte(path, '/'):]
	}
	values, err := url.ParseQuery(query)
	if err != nil {
		return "/"
	}
	return "/" + normalise(url.PathEscape(values.Get(st.query)), inPath)
}

// page returns the address of an app's, add-on's or account's page.
func (l Locator) page() string {
	if st, ok := storeAt(l.host); ok && l.Kind != KindAccount {
		return "https://" + l.authority() + st.page + l.ID()
	}
	return "https://" + l.authority() + l.path
}
