// SPDX-License-Identifier: EUPL-1.2

package locator_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"iolaus/internal/locator"
)

func TestAnnounced(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"We are now at https://halcyon-skies.test/.", "https://halcyon-skies.test/"},
		{"We moved: hxxps://halcyon-skies[.]test/news!", "https://halcyon-skies.test/news"},
		{"Find us at halcyon-skies[.]test, or later", "halcyon-skies.test"},
		{"halcyon-skies(dot)test", "halcyon-skies.test"},
		{"new address: halcyon-skies.test", "halcyon-skies.test"},
		{"(halcyon-skies.test)", "halcyon-skies.test"},
		{"“www.halcyon-skies.it”", "www.halcyon-skies.it"},
		{"Nous sommes à météo-halcyon.test.", "météo-halcyon.test"},
		{"انتقلنا إلى هالسيون.test، تابعونا", "هالسيون.test"},
		{"нас читают на трамвай.рф.", "трамвай.рф"},
		{"新しい住所は「天気.jp」", "天気.jp"},
		{"see 192[.]0[.]2[.]7 and hxxp://192.0.2.7:8080/x", "192.0.2.7 http://192.0.2.7:8080/x"},
		{"write to desk@halcyon-skies.test", ""},
		{"It rained all day.Then the sun came out. e.g. the 3.5 mm, at 10.30 o'clock; main.py, README.md", ""},
		{"snow.line falls.to", ""},
		{"the package test.halcyon.app and org.halcyon.weather.live", ""},
		{"https://a https://localhost/", ""},
		{"halcyon.test halcyon.test HALCYON.test", "halcyon.test"},
		{strings.Repeat("x", 4000) + ".test", ""},
		{"", ""},
	} {
		var got []string
		for _, m := range locator.Announced(c.text) {
			got = append(got, m.Locator.String())
			if m.Words == "" || !utf8.ValidString(m.Words) {
				t.Errorf("%q: words %q", c.text, m.Words)
			}
		}
		want := c.want
		if l, err := locator.Parse(want); err == nil && !strings.Contains(want, "/") {
			want = l.String()
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%.80q names %q, want %q", c.text, got, c.want)
		}
	}
	if n := len(locator.Announced(strings.Repeat("a1.test a2.test b.test\u202e ", 5000))); n > 50 {
		t.Errorf("%d", n)
	}
}

func FuzzAnnounced(f *testing.F) {
	for _, s := range []string{"hxxps://a[.]test/x", "هالسيون.test", "a.test", "[.](.)", "\xff.test", "http://[::1]/"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, m := range locator.Announced(s) {
			again, err := locator.Parse(m.Locator.String())
			if err != nil || again != m.Locator || m.Locator.Host() == "" || !utf8.ValidString(m.Words) {
				t.Errorf("%q: %v, %v", s, m, err)
			}
		}
	})
}
