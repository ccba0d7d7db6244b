// SPDX-License-Identifier: EUPL-1.2

package locator_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"iolaus/internal/locator"
)

func TestParse(t *testing.T) {
	for _, c := range []struct {
		in   string
		kind locator.Kind
		want string
	}{
		// plain
		{"https://live.halcyon-weather.test/posts/5521", locator.KindURL, "https://live.halcyon-weather.test/posts/5521"},
		{"  https://trams.test \n", locator.KindURL, "https://trams.test/"},
		{"HTTPS://Trams.TEST/Line/9", locator.KindURL, "https://trams.test/Line/9"},
		{"halcyon-weather.test", locator.KindDomain, "halcyon-weather.test"},
		{"Halcyon-Weather.Test.", locator.KindDomain, "halcyon-weather.test"},
		{"halcyon-weather.test/", locator.KindDomain, "halcyon-weather.test"},
		{"halcyon-weather.test/today", locator.KindURL, "https://halcyon-weather.test/today"},
		{"halcyon-weather.test:8443", locator.KindURL, "https://halcyon-weather.test:8443/"},
		{"halcyon-weather.test?day=1", locator.KindURL, "https://halcyon-weather.test/?day=1"},
		{"192.0.2.7", locator.KindIP, "192.0.2.7"},
		{"2001:DB8:0::7", locator.KindIP, "2001:db8::7"},
		{"[2001:db8::7]", locator.KindIP, "2001:db8::7"},
		{"::ffff:192.0.2.7", locator.KindIP, "192.0.2.7"},
		{"http://localhost:8080/x", locator.KindURL, "http://localhost:8080/x"},
		{"_relay.trams.test", locator.KindDomain, "_relay.trams.test"},
		{"r3---cache.trams.test", locator.KindDomain, "r3---cache.trams.test"},
		// default ports, fragments, empty query
		{"http://trams.test:80/", locator.KindURL, "http://trams.test/"},
		{"https://trams.test:0443/", locator.KindURL, "https://trams.test/"},
		{"https://trams.test:/", locator.KindURL, "https://trams.test/"},
		{"http://trams.test:443/", locator.KindURL, "http://trams.test:443/"},
		{"https://trams.test/a#times", locator.KindURL, "https://trams.test/a"},
		{"https://trams.test#times", locator.KindURL, "https://trams.test/"},
		{"https://trams.test/a?", locator.KindURL, "https://trams.test/a"},
		{"https://trams.test/a?b=1&a=2", locator.KindURL, "https://trams.test/a?b=1&a=2"},
		// dot segments and percent-encoding
		{"https://trams.test/a/./b/../c", locator.KindURL, "https://trams.test/a/c"},
		{"https://trams.test/a/b/..", locator.KindURL, "https://trams.test/a/"},
		{"https://trams.test/../../x", locator.KindURL, "https://trams.test/x"},
		{"https://trams.test/a/%2E%2e/b", locator.KindURL, "https://trams.test/b"},
		{"https://trams.test//a//b/", locator.KindURL, "https://trams.test//a//b/"},
		{"https://trams.test/%7eline/%c3%a9/%2f", locator.KindURL, "https://trams.test/~line/%C3%A9/%2F"},
		{"https://trams.test/caf\u00e9", locator.KindURL, "https://trams.test/caf%C3%A9"},
		{"https://trams.test/100%/%zz/%2541", locator.KindURL, "https://trams.test/100%25/%25zz/%2541"},
		{`https://trams.test/a?q="<[\]>"`, locator.KindURL, "https://trams.test/a?q=%22%3C%5B%5C%5D%3E%22"},
		// IDN
		{"https://M\u00fcnchen-Wetter.test/", locator.KindURL, "https://xn--mnchen-wetter-wob.test/"},
		{"xn--mnchen-wetter-wob.test", locator.KindDomain, "xn--mnchen-wetter-wob.test"},
		{"stra\u00dfe.test", locator.KindDomain, "xn--strae-oqa.test"},
		{"\uff54\uff52\uff41\uff4d\uff53\u3002test", locator.KindDomain, "trams.test"},
		{"trams.test\u3002", locator.KindDomain, "trams.test"},
		{"https://\u0637\u0642\u0633.test/\u064a\u0648\u0645", locator.KindURL, "https://xn--ygbh7a.test/%D9%8A%D9%88%D9%85"}, // right to left
		// IPv6 and odd IPv4, as a browser reads them
		{"http://[2001:DB8::7]:8080/", locator.KindURL, "http://[2001:db8::7]:8080/"},
		{"http://[::ffff:192.0.2.7]/", locator.KindURL, "http://192.0.2.7/"},
		{"http://0x7f.1/", locator.KindURL, "http://127.0.0.1/"},
		{"http://2130706433/", locator.KindURL, "http://127.0.0.1/"},
		{"http://0177.0.0.01/", locator.KindURL, "http://127.0.0.1/"},
		{"http://192.0.2.7./", locator.KindURL, "http://192.0.2.7/"},
		// defanged
		{"hxxps://live[.]halcyon-weather[.]test/posts/5521", locator.KindURL, "https://live.halcyon-weather.test/posts/5521"},
		{"hXXp://trams(.)test", locator.KindURL, "http://trams.test/"},
		{"https[:]//trams{dot}test/a[.]html", locator.KindURL, "https://trams.test/a.html"},
		{"https[://]trams[DOT]test", locator.KindURL, "https://trams.test/"},
		{"https://trams.test/a[.]html", locator.KindURL, "https://trams.test/a%5B.%5Dhtml"}, // not defanged
		{"h**p://trams.test/", locator.KindURL, "http://trams.test/"},
		{"halcyon-weather[.]test", locator.KindDomain, "halcyon-weather.test"},
		{"192[.]0[.]2[.]7", locator.KindIP, "192.0.2.7"},
		{"2001[:]db8[:][:]7", locator.KindIP, "2001:db8::7"},
		// the other kinds
		{"app:store.test/org.halcyon.Weather", locator.KindApp, "app:store.test/org.halcyon.Weather"},
		{"APP:Store[.]test:8443/apps/42/", locator.KindApp, "app:store.test:8443/apps/42"},
		{"app:play.google.com/org.halcyon.weather", locator.KindApp, "app:play.google.com/org.halcyon.weather"},
		{"addon:addons.test/{1b2c}", locator.KindAddOn, "addon:addons.test/%7B1b2c%7D"},
		{"stream:hxxps://radio[.]test:8000/live.mp3", locator.KindStream, "stream:https://radio.test:8000/live.mp3"},
		{"list:https://lists.test/halcyon", locator.KindList, "list:https://lists.test/halcyon"},
		{"account:social.test/@halcyon", locator.KindAccount, "account:social.test/@halcyon"},
	} {
		l, err := locator.Parse(c.in)
		if err != nil {
			t.Errorf("Parse(%q): %v", c.in, err)
			continue
		}
		if l.Kind != c.kind || l.String() != c.want {
			t.Errorf("Parse(%q) = %s %q, want %s %q", c.in, l.Kind, l, c.kind, c.want)
		}
		checkForms(t, l)
	}
}

func TestParseRefuses(t *testing.T) {
	for _, c := range []struct{ in, expected string }{
		{"", "expected an address"},
		{" \t ", "expected an address"},
		{"trams", "two labels"},
		{"ftp://trams.test/", "only http and https"},
		{"javascript:alert(1)", "port"},
		{"mailto:desk@trams.test", "user name"},
		{"https://", "host"},
		{"https:///path", "host"},
		{"https://desk@trams.test/", "user name"},
		{"https://desk:secret@trams.test/", "user name"},
		{"https://trams.test\\@rail.test/", "user name"},
		{"https://tr%61ms.test/", "percent"},
		{"https://trams.test/a\\b", "backslash"},
		{"https://trams.test/a b", "space"},
		{"https://trams.test/a\u00a0b", "space"},
		{"https://trams.test/\x00", "control"},
		{"https://trams.test/a\nb", "control"},
		{"https://trams.test/\u202egpj.exe", "direction"},
		{"https://tra\u200fms.test/", "direction"},
		{"https://tra\u200bms.test/", "invisible"},
		{"https://tra\u00adms.test/", "invisible"},
		{"https://trams.test/\xff", "UTF-8"},
		{"https://trams.test:0/", "port"},
		{"https://trams.test:65536/", "port"},
		{"https://trams.test:8o/", "port"},
		{"https://[2001:db8::7/", "]"},
		{"https://[2001:db8::7]x/", "port"},
		{"https://[fe80::1%25eth0]/", "percent"},
		{"https://[192.0.2.7]/", "IPv6"},
		{"https://192.0.2.256/", "IPv4"},
		{"https://1.2.3.4.5/", "IPv4"},
		{"https://trams..test/", "label"},
		{"https://.trams.test/", "label"},
		{"https://*.trams.test/", "letters"},
		{"https://" + strings.Repeat("a", 64) + ".test/", "63"},
		{"https://xn--a.test/", "host name"},
		{"https://\u06371.test\u0627/", ""},
		{"https://trams.test/" + strings.Repeat("a", 2048), "2048"},
		{"https://trams.test/" + strings.Repeat("\u00e9", 500), "2048"},
		{"app:store.test", "expected app:HOST/ID"},
		{"app:store.test/?x", "expected app:HOST/ID"},
		{"addon:/x", "host"},
		{"stream:ftp://radio.test/", "only http"},
		{"list:", "host"},
	} {
		l, err := locator.Parse(c.in)
		var se *locator.SyntaxError
		if !errors.Is(err, locator.ErrSyntax) || !errors.As(err, &se) {
			t.Errorf("Parse(%q) = %q, %v; want a SyntaxError", c.in, l, err)
			continue
		}
		if !strings.Contains(se.Expected, c.expected) {
			t.Errorf("Parse(%q): %q does not say %q", c.in, se.Expected, c.expected)
		}
		if !l.IsZero() {
			t.Errorf("Parse(%q) = %q beside an error", c.in, l)
		}
		for _, r := range err.Error() {
			if r < ' ' || r > '~' {
				t.Errorf("the error on %q contains %q", c.in, r)
			}
		}
	}
}

func TestOf(t *testing.T) {
	for _, c := range []struct {
		kind     locator.Kind
		in, want string
	}{
		{locator.KindDomain, "https://live.trams.test:8443/x", "live.trams.test"},
		{locator.KindDomain, "app:store.test/x", "store.test"},
		{locator.KindURL, "trams[.]test", "https://trams.test/"},
		{locator.KindIP, "http://[2001:db8::7]:80/x", "2001:db8::7"},
		{locator.KindIP, "stream:http://192.0.2.7:8000/live", "192.0.2.7"},
		{locator.KindApp, "store.test/org.trams", "app:store.test/org.trams"},
		{locator.KindApp, "app:store.test/org.trams", "app:store.test/org.trams"},
		{locator.KindApp, "https://store.test/apps/org.trams?hl=en", "app:store.test/apps/org.trams?hl=en"},
		{locator.KindApp, "https://play.google.com/store/apps/details?hl=en&id=org.trams", "app:play.google.com/org.trams"},
		{locator.KindApp, "https://apps.apple.com/us/app/trams/id123456/", "app:apps.apple.com/id123456"},
		{locator.KindAddOn, "hxxps://addons[.]mozilla[.]org/en-US/firefox/addon/tram-times/", "addon:addons.mozilla.org/tram-times"},
		{locator.KindAccount, "https://social.test/@halcyon/", "account:social.test/@halcyon"},
		{locator.KindStream, "https://radio.test/live", "stream:https://radio.test/live"},
	} {
		l, err := locator.Of(c.kind, c.in)
		if err != nil || l.Kind != c.kind || l.String() != c.want {
			t.Errorf("Of(%s, %q) = %s %q, %v; want %q", c.kind, c.in, l.Kind, l, err, c.want)
			continue
		}
		checkForms(t, l)
	}
	for _, c := range []struct {
		kind locator.Kind
		in   string
	}{
		{"tram", "https://trams.test/"},
		{locator.KindDomain, "192.0.2.7"},
		{locator.KindDomain, "http://[2001:db8::7]/"},
		{locator.KindIP, "https://trams.test/"},
		{locator.KindURL, "app:store.test/x"},
		{locator.KindApp, "stream:https://radio.test/"},
		{locator.KindApp, "https://play.google.com/store/apps/details?hl=en"},
		{locator.KindAccount, "social.test"},
	} {
		if l, err := locator.Of(c.kind, c.in); !errors.Is(err, locator.ErrSyntax) {
			t.Errorf("Of(%s, %q) = %q, %v; want ErrSyntax", c.kind, c.in, l, err)
		}
	}
}

func TestParts(t *testing.T) {
	for _, c := range []struct{ in, host, port, path, id, site, registered, url, defanged string }{
		{"https://live.halcyon-weather.test:8443/posts?n=5521", "live.halcyon-weather.test", "8443", "/posts?n=5521", "", "halcyon-weather.test", "halcyon-weather.test",
			"https://live.halcyon-weather.test:8443/posts?n=5521", "hxxps://live[.]halcyon-weather[.]test:8443/posts?n=5521"},
		{"http://trams.test/to?u=https://rail.test/", "trams.test", "", "/to?u=https://rail.test/", "", "trams.test", "trams.test",
			"http://trams.test/to?u=https://rail.test/", "hxxp://trams[.]test/to?u=https[:]//rail.test/"},
		{"a.b.trams.co.uk", "a.b.trams.co.uk", "", "", "", "trams.co.uk", "trams.co.uk", "https://a.b.trams.co.uk/", "a[.]b[.]trams[.]co[.]uk"},
		{"https://halcyon.github.io/", "halcyon.github.io", "", "/", "", "halcyon.github.io", "github.io", "https://halcyon.github.io/", "hxxps://halcyon[.]github[.]io/"},
		{"co.uk", "co.uk", "", "", "", "co.uk", "", "https://co.uk/", "co[.]uk"},
		{"192.0.2.7", "192.0.2.7", "", "", "", "192.0.2.7", "", "http://192.0.2.7/", "192[.]0[.]2[.]7"},
		{"2001:db8::7", "2001:db8::7", "", "", "", "2001:db8::7", "", "http://[2001:db8::7]/", "2001[:]db8[:][:]7"},
		{"http://[2001:db8::7]:81/", "2001:db8::7", "81", "/", "", "2001:db8::7", "", "http://[2001:db8::7]:81/", "hxxp://[2001:db8::7]:81/"},
		{"app:store.test:8443/org.trams", "store.test", "8443", "/org.trams", "org.trams", "store.test", "store.test", "https://store.test:8443/org.trams", "app:store[.]test:8443/org.trams"},
		{"app:play.google.com/org.trams", "play.google.com", "", "/org.trams", "org.trams", "google.com", "google.com", "https://play.google.com/store/apps/details?id=org.trams", "app:play[.]google[.]com/org.trams"},
		{"account:social.test/@halcyon", "social.test", "", "/@halcyon", "@halcyon", "social.test", "social.test", "https://social.test/@halcyon", "account:social[.]test/@halcyon"},
		{"stream:http://radio.test:8000/live", "radio.test", "8000", "/live", "", "radio.test", "radio.test", "http://radio.test:8000/live", "stream:hxxp://radio[.]test:8000/live"},
	} {
		l, err := locator.Parse(c.in)
		if err != nil {
			t.Errorf("Parse(%q): %v", c.in, err)
			continue
		}
		got := []string{l.Host(), l.Port(), l.Path(), l.ID(), l.Site(), l.Registered(), l.URL(), l.Defanged()}
		want := []string{c.host, c.port, c.path, c.id, c.site, c.registered, c.url, c.defanged}
		for n, part := range []string{"Host", "Port", "Path", "ID", "Site", "Registered", "URL", "Defanged"} {
			if got[n] != want[n] {
				t.Errorf("%q: %s() = %q, want %q", c.in, part, got[n], want[n])
			}
		}
	}
}

func TestZero(t *testing.T) {
	var l locator.Locator
	if !l.IsZero() || l.String() != "" || l.Defanged() != "" || l.URL() != "" || l.Site() != "" || l.Registered() != "" || l.IsIP() {
		t.Errorf("the zero Locator is %q %q %q %q", l.String(), l.Defanged(), l.URL(), l.Site())
	}
}

func TestJSON(t *testing.T) {
	type record struct{ At, None locator.Locator }
	at, err := locator.Parse("app:store.test/org.trams")
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(record{At: at})
	if err != nil || string(text) != `{"At":"app:store.test/org.trams","None":""}` {
		t.Fatalf("%s, %v", text, err)
	}
	var back record
	if err := json.Unmarshal(text, &back); err != nil || back != (record{At: at}) {
		t.Errorf("read back %+v, %v", back, err)
	}
	if err := json.Unmarshal([]byte(`{"At":"https://a@b.test/"}`), &back); !errors.Is(err, locator.ErrSyntax) {
		t.Errorf("a user name: %v", err)
	}
}
