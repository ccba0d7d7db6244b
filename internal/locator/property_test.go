// SPDX-License-Identifier: EUPL-1.2

package locator_test

import (
	"net/url"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"iolaus/internal/locator"
)

// checkForms checks what holds for every locator.
func checkForms(t interface {
	Helper()
	Errorf(string, ...any)
}, l locator.Locator) {
	t.Helper()
	for _, form := range []string{l.String(), l.Defanged()} {
		back, err := locator.Parse(form)
		if err != nil {
			t.Errorf("Parse(%q): %v", form, err)
		} else if back != l {
			t.Errorf("Parse(%q) = %s %q, want %s %q", form, back.Kind, back, l.Kind, l)
		}
		if again, err := locator.Of(l.Kind, form); err != nil || again != l {
			t.Errorf("Of(%s, %q) = %q, %v", l.Kind, form, again, err)
		}
		for _, c := range []byte(form) {
			if c <= ' ' || c > '~' {
				t.Errorf("%q is not printable ASCII", form)
				break
			}
		}
	}
	if d := l.Defanged(); strings.Contains(d, "http://") || strings.Contains(d, "https://") {
		t.Errorf("%q can be clicked", d)
	}
	if len(l.String()) > locator.MaxLength {
		t.Errorf("%d bytes", len(l.String()))
	}
	// The standard library reads the same host, port and path.
	u, err := url.Parse(l.URL())
	if err != nil {
		t.Errorf("url.Parse(%q): %v", l.URL(), err)
		return
	}
	if u.Hostname() != l.Host() || u.Port() != l.Port() || u.User != nil || u.Fragment != "" {
		t.Errorf("%q: net/url reads host %q, port %q", l.URL(), u.Hostname(), u.Port())
	}
	if l.Kind == locator.KindURL && u.RequestURI() != l.Path() {
		t.Errorf("%q: net/url asks for %q, not %q", l.URL(), u.RequestURI(), l.Path())
	}
	if !strings.HasSuffix(l.Host(), l.Site()) || !strings.HasSuffix(l.Host(), l.Registered()) {
		t.Errorf("%q: site %q, registered %q", l, l.Site(), l.Registered())
	}
}

func label() *rapid.Generator[string] {
	return rapid.OneOf(rapid.StringMatching(`[a-z0-9]{1,12}`), rapid.StringMatching(`[A-Za-z][a-z0-9_-]{0,20}[a-z]`),
		rapid.SampledFrom([]string{"m\u00fcnchen", "\u0637\u0642\u0633", "\u03c4\u03c1\u03b1\u03bc", "\u0442\u0440\u0430\u043c", "stra\u00dfe"}))
}

func host() *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		if rapid.IntRange(0, 9).Draw(t, "literal") == 0 {
			return rapid.SampledFrom([]string{"192.0.2.7", "[2001:db8::7]", "0x7f.1", "[::ffff:192.0.2.1]"}).Draw(t, "ip")
		}
		return strings.Join(rapid.SliceOfN(label(), 1, 4).Draw(t, "labels"), ".") + ".test"
	})
}

// TestEveryAddress draws whole addresses: whatever is accepted has one canonical form that both forms lead back to.
func TestEveryAddress(t *testing.T) {
	accepted := 0
	rapid.Check(t, func(t *rapid.T) {
		prefix := rapid.SampledFrom([]string{"http://", "https://", "hxxps://", "HTTP://", "", "app:", "addon:", "stream:https://", "list:http://", "account:"}).Draw(t, "prefix")
		port := rapid.SampledFrom([]string{"", "", ":80", ":443", ":8443", ":"}).Draw(t, "port")
		path := rapid.OneOf(rapid.StringMatching(`(/[a-zA-Z0-9.%~@:\[\]_-]{0,8}){0,5}`), rapid.StringMatching(`(/(\.|\.\.|%2e|a|%41|%c3|://){0,3}){0,6}`), rapid.StringN(0, 20, -1)).Draw(t, "path")
		query := rapid.SampledFrom([]string{"", "?", "?a=1&b=[2]", "?u=http://x.test/", "?%zz?", "#f"}).Draw(t, "query")
		l, err := locator.Parse(prefix + host().Draw(t, "host") + port + path + query)
		if err != nil {
			return
		}
		accepted++
		checkForms(t, l)
	})
	if accepted == 0 {
		t.Error("no address was accepted: the test tests nothing")
	}
}

// TestSameAddress: writing an address differently does not make it another one.
func TestSameAddress(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.StringMatching(`[a-z]{1,10}(\.[a-z]{1,10}){0,2}\.test`).Draw(t, "name")
		path := rapid.StringMatching(`(/[a-z]{1,6}){1,4}`).Draw(t, "path")
		want, err := locator.Parse("https://" + name + path)
		if err != nil {
			t.Fatal(err)
		}
		n := rapid.IntRange(1, len(path)-1).Draw(t, "n")
		if path[n] == '/' {
			n++
		}
		escaped := path[:n] + "%" + string("0123456789abcdef"[path[n]>>4]) + string("0123456789ABCDEF"[path[n]&15]) + path[n+1:]
		for _, other := range []string{
			"HTTPS://" + strings.ToUpper(name) + path, "https://" + name + ":443" + path, "https://" + name + "." + path,
			"https://" + name + path + "#x", "https://" + name + "/x/.." + path, "https://" + name + escaped,
			"hxxps://" + strings.ReplaceAll(name, ".", "[.]") + path, name + path, " https://" + name + path + "\n",
		} {
			got, err := locator.Parse(other)
			if err != nil || got != want {
				t.Errorf("%q is %q (%v), want %q", other, got, err, want)
			}
		}
	})
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{
		"https://live.halcyon-weather.test/posts/5521", "hxxps://trams[.]test/a[.]html?u=http://x.test/", "2001[:]db8[:][:]7", "app:store.test:8443/org.trams",
		"addon:addons.mozilla.org/en-US/firefox/addon/tram/", "stream:http://[::1]:8000/live", "account:social.test/@h", "http://0x7f.1/%2e%2e/%zz",
		"https://\u0637\u0642\u0633.test/\u064a", "xn--ygbh7a.test", "https://a@b.test/", "https://trams.test/\u202e", "[:][:]",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		l, err := locator.Parse(s)
		if err != nil {
			if !l.IsZero() {
				t.Errorf("%q beside an error", l)
			}
			return
		}
		checkForms(t, l)
	})
}

func FuzzOf(f *testing.F) {
	for n, s := range []string{"trams.test", "https://play.google.com/store/apps/details?id=a%2fb%3f", "store.test/x", "http://192.0.2.7/", "app:apps.apple.com/app/x/id1"} {
		f.Add(byte(n), s)
	}
	f.Fuzz(func(t *testing.T, kind byte, s string) {
		l, err := locator.Of(locator.Kinds[int(kind)%len(locator.Kinds)], s)
		if err == nil {
			checkForms(t, l)
		}
	})
}
