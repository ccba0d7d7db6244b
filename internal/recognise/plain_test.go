// SPDX-License-Identifier: EUPL-1.2

package recognise

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
)

func TestReadPlain(t *testing.T) {
	t.Parallel()
	feed := `<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><id> urn:uuid:12 </id><link href="http://trains.test/"/>` +
		`<entry><link>http://trains.test/late</link><enclosure url='http://trains.test/a.mp3'/><content src="ftp://no.test/"/></entry></feed>`
	for _, c := range []struct {
		body, contentType string
		want              Plain
	}{
		{feed, "application/atom+xml", Plain{Text: feed, Dir: "ltr", Feed: true, ID: "urn:uuid:12",
			Links: []string{"http://trains.test/", "http://trains.test/late", "http://trains.test/a.mp3"}}},
		{`{"signer":"ab","key":1,"other":"x","feed_key":"\ud800","url":"https://a.test/a.apk,"}`, "application/json", Plain{
			Text: `{"signer":"ab","key":1,"other":"x","feed_key":"\ud800","url":"https://a.test/a.apk,"}`, Dir: "ltr",
			Links: []string{"https://a.test/a.apk"}, Keys: []Key{{"feed_key", "\ufffd"}, {"signer", "ab"}}}},
		{"#EXTM3U\nhttps://radio.test/a.aac.\n\x00\xff", "audio/x-mpegurl", Plain{Text: "#EXTM3U\nhttps://radio.test/a.aac.\n\ufffd\ufffd", Dir: "ltr",
			Links: []string{"https://radio.test/a.aac"}}},
		{"", "text/plain", Plain{Dir: "ltr"}},
		{"https://long.test/" + strings.Repeat("a", 1000), "", Plain{Text: "https://long.test/" + strings.Repeat("a", 1000), Dir: "ltr",
			Links: []string{"https://long.test/" + strings.Repeat("a", 520-18)}}},
	} {
		got := ReadPlain([]byte(c.body), c.contentType)
		if !reflect.DeepEqual(got, c.want) {
			t.Errorf("%.40s: %+v", c.body, got)
		}
		if !got.Check() {
			t.Errorf("%.40s: refused by its own check", c.body)
		}
	}
}

// Entities that multiply are not followed, and no nesting is too deep.
func TestReadPlainBombs(t *testing.T) {
	t.Parallel()
	laughs := `<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha">`
	for i := range 20 {
		laughs += fmt.Sprintf(`<!ENTITY %c "&%c;&%c;&%c;&%c;">`, 'b'+i, 'a'+i, 'a'+i, 'a'+i, 'a'+i)
	}
	laughs += `]><feed><id>&u;</id><link>http://trains.test/</link></feed>`
	for name, body := range map[string]string{
		"laughs": laughs, "outside": `<!DOCTYPE f [<!ENTITY x SYSTEM "file:///etc/passwd">]><feed><id>&x;</id></feed>`,
		"deep": strings.Repeat("<a>", 1e6), "wide": "<a " + strings.Repeat(`href="http://a.test/" `, 1e5) + ">",
		"arrays": strings.Repeat("[", 1e6),
	} {
		p := ReadPlain([]byte(body), "text/xml")
		if !p.Check() || strings.Contains(p.ID, "ha") || strings.Contains(p.ID, "root") {
			t.Errorf("%s: %d links, id %q", name, len(p.Links), p.ID)
		}
	}
}

func FuzzReadPlain(f *testing.F) {
	f.Add([]byte("<?xml version='1.0' encoding='x'?><!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;<id>\xff\x01</id><link>http:\xff"), "text/xml")
	f.Add([]byte(`{"signer":"ab","signer_sha256":"\u0000","key":1,"url":"https://a.test/a.apk,"}`), "application/json")
	f.Fuzz(func(t *testing.T, b []byte, contentType string) {
		if p := ReadPlain(b, contentType); !p.Check() {
			t.Fatalf("%+v", p)
		}
	})
}
