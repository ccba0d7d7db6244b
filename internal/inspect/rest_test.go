// SPDX-License-Identifier: EUPL-1.2

package inspect_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"testing"

	"iolaus/internal/inspect"
	"iolaus/internal/recognise"
)

func TestIcecast(t *testing.T) {
	i, err := inspect.ReadIcecast([]byte(`{"icestats":{"admin":"desk@radio.test","host":"radio.test","server_id":"Icecast 2.4.4","source":[
{"listenurl":"http://radio.test/live.mp3","server_name":"Tides","server_type":"audio/mpeg","bitrate":128,"listeners":12,"genre":"weather","title": - ,"server_url":"https://tides.test/"},{"x":1},7]}}`))
	want := inspect.Icecast{Server: "Icecast 2.4.4", Admin: "desk@radio.test", Host: "radio.test",
		Mounts: []inspect.Mount{{Address: "http://radio.test/live.mp3", Name: "Tides", Genre: "weather", Type: "audio/mpeg", Bitrate: 128, Listeners: 12, Site: "https://tides.test/"}}}
	if err != nil || !reflect.DeepEqual(i, want) {
		t.Errorf("%+v, %v", i, err)
	}
	if i, err = inspect.ReadIcecast([]byte(`{"icestats":{"source":{"listenurl":"http://radio.test/one","listeners":"3"}}}`)); err != nil || len(i.Mounts) != 1 || i.Mounts[0].Listeners != 3 {
		t.Errorf("one mount: %+v, %v", i, err)
	}
	if i, err = inspect.ReadIcecast([]byte(`{"icestats":{"host":"radio.test"}}`)); err != nil || len(i.Mounts) != 0 {
		t.Errorf("no mount: %+v, %v", i, err)
	}
	for _, body := range []string{"", "<html>", "{}", `{"icestats":null}`} {
		if i, err := inspect.ReadIcecast([]byte(body)); !errors.Is(err, recognise.ErrFormat) {
			t.Errorf("%q: %+v, %v", body, i, err)
		}
	}
	h := http.Header{"Icy-Name": {"Tides"}, "Icy-Br": {"128,128"}, "Icy-Url": {"https://tides.test/"}, "Server": {"Icecast 2.4.4"}, "Content-Type": {"audio/mpeg"}}
	if m, server, ok := inspect.ICY(h.Get); !ok || server != "Icecast 2.4.4" || m != (inspect.Mount{Name: "Tides", Type: "audio/mpeg", Bitrate: 128, Site: "https://tides.test/"}) {
		t.Errorf("%+v, %q, %v", m, server, ok)
	}
	if _, _, ok := inspect.ICY(http.Header{"Content-Type": {"text/html"}}.Get); ok {
		t.Error("a page is a mount")
	}
}

func TestCodec(t *testing.T) {
	mp3 := append([]byte{0xff, 0xfb, 0x90, 0}, make([]byte, 413)...) // 128 kbit/s, 44.1 kHz: 417 bytes
	adts := append([]byte{0xff, 0xf1, 0x50, 0x80, 0x02, 0x1f, 0xfc}, make([]byte, 9)...)
	for want, b := range map[string][]byte{"mp3": bytes.Repeat(mp3, 3), "aac": bytes.Repeat(adts, 3), "ogg opus": append([]byte("OggS0123456789"), "OpusHead"...),
		"flac": []byte("fLaC0"), "wav": []byte("RIFF0000WAVE"), "mp4": []byte("0000ftypM4A "), "": []byte("<html>\xff\xfb\x90\x00")} {
		if got := inspect.Codec(b); got != want {
			t.Errorf("%q is %q", want, got)
		}
	}
}

func TestHLS(t *testing.T) {
	base, _ := url.Parse("https://radio.test/live/master.m3u8")
	h, err := inspect.ReadHLS([]byte("#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=128000,CODECS=\"mp4a.40.2,avc1.4d\"\nlow.m3u8\n#EXT-X-STREAM-INF:BANDWIDTH=900000\nhttps://cdn.test/high.m3u8\n"), base)
	if err != nil || !h.Master || h.Live || h.Bitrate != 900 || !reflect.DeepEqual(h.Codecs, []string{"mp4a.40.2", "avc1.4d"}) || !reflect.DeepEqual(h.Hosts, []string{"radio.test", "cdn.test"}) {
		t.Errorf("%+v, %v", h, err)
	}
	h, err = inspect.ReadHLS([]byte("#EXTM3U\n#EXT-X-TARGETDURATION:6\n#EXT-X-MEDIA-SEQUENCE:41\n#EXTINF:6,\na.ts\n#EXTINF:6,\nhttps://cdn.test/b.ts\n"), base)
	if err != nil || h.Master || !h.Live || h.Pieces != 2 || h.Sequence != 41 {
		t.Errorf("%+v, %v", h, err)
	}
	if h, err := inspect.ReadHLS([]byte("<html>"), base); !errors.Is(err, recognise.ErrFormat) {
		t.Errorf("%+v, %v", h, err)
	}
}

const listMail = "DKIM-Signature: v=1; a=rsa-sha256; d=halcyon-weather.test; s=k1;\r\n b=AAAA\r\nDKIM-Signature: v=1; d=post.test; s=p\r\n" +
	"From: =?utf-8?q?Halcyon_W=C3=A4tter?= <News@Halcyon-Weather.test>\r\nReturn-Path: <bounce@post.test>\r\nSubject: =?utf-8?b?V8OkdHRlcg==?=\r\nDate: Tue, 03 Mar 2026 08:00:00 +0000\r\n" +
	"List-Id: \"Halcyon bulletin\" <bulletin.lists.post.test>\r\nList-Unsubscribe: <https://post.test/u/7>, <mailto:u@post.test>\r\nList-Archive: <https://lists.post.test/halcyon>\r\n" +
	"Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nWe moved to halcyon-two[.]test. See https://halcyon-weather.test/1\r\n--b\r\n" +
	"Content-Type: text/html\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n<html><a href=3D\"https://mirror.test/\">here</a></html>\r\n--b--\r\n"

func TestMail(t *testing.T) {
	m, err := inspect.ReadMail([]byte(listMail))
	want := inspect.Mail{From: "news@halcyon-weather.test", Return: "bounce@post.test", Subject: "Wätter", Date: at("2026-03-03T08:00:00Z"), Signers: []string{"halcyon-weather.test", "post.test"},
		Selectors: []string{"k1", "p"}, List: "bulletin.lists.post.test", ListName: "Halcyon bulletin", Archive: []string{"https://lists.post.test/halcyon"},
		Unsubscribe: []string{"https://post.test/u/7", "mailto:u@post.test"}, Service: "post.test", Links: []string{"https://halcyon-weather.test/1", "https://mirror.test/"},
		Names: []string{"halcyon-two.test", "halcyon-weather.test"}, Text: m.Text}
	if m.Names = without(m.Names, "halcyon-weather.test"); err != nil {
		t.Fatal(err)
	}
	want.Names = want.Names[:1]
	if !reflect.DeepEqual(m, want) {
		t.Errorf("\n%+v\n%+v", m, want)
	}
	for _, body := range []string{"", "no mail", "Subject: x\r\n\r\n", "\x00\x01"} {
		if m, err := inspect.ReadMail([]byte(body)); !errors.Is(err, recognise.ErrFormat) {
			t.Errorf("%q: %+v, %v", body, m, err)
		}
	}
	nested := "From: a@b.test\r\n"
	for range 100 {
		nested += "Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n"
	}
	if _, err := inspect.ReadMail([]byte(nested)); err != nil {
		t.Error(err)
	}
}

func without(l []string, s string) (out []string) {
	for _, x := range l {
		if x != s {
			out = append(out, x)
		}
	}
	return out
}

func TestNames(t *testing.T) {
	for text, want := range map[string][]string{
		"We moved to halcyon-two.test, not to page.html.":  {"halcyon-two.test"},
		"halcyon[.]test and tram (dot) test, a@mail.test.": {"halcyon.test", "tram.test"},
		"See hxxps://b.c.test/x; version 1.4.2 of 3.3.":    {"b.c.test"},
		"نشرة الطقس على طقس.اختبار غدا":                    {"طقس.اختبار"},
		"sentence.Next one. e.g. this":                     {"sentence.next"},
		"":                                                 nil,
	} {
		if got := inspect.NamesIn(text); !reflect.DeepEqual(got, want) {
			t.Errorf("%q: %q", text, got)
		}
	}
}

// Accounts with the check digits of the standards' own examples, and the same with one letter changed.
func TestAccounts(t *testing.T) {
	text := "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4 bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5 " +
		"GB82 WEST 1234 5698 7654 32 DE89370400440532013000 DE88370400440532013000"
	got := inspect.AccountsIn(text, []string{"https://paypal.me/Halcyon/5", "https://weather.test/me"})
	if want := []string{"bitcoin:1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "bitcoin:bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", "iban:GB82WEST12345698765432", "iban:DE89370400440532013000", "paypal:halcyon"}; !reflect.DeepEqual(got, want) {
		t.Errorf("%q", got)
	}
}

func TestStore(t *testing.T) {
	base, _ := url.Parse("https://store.test/apps/details?id=test.halcyon.app")
	s, err := inspect.ReadStore([]byte(`<html><head><title>Halcyon - Store</title><script type="application/ld+json">{"@type":"SoftwareApplication","name":"Halcyon","softwareVersion":"1.5","author":{"name":"Halcyon desk","url":"https://halcyon-weather.test/"}}</script></head>
<body><a href="/dl/halcyon.apk">Get</a><a href="/m/update.json">Manifest</a><a href="https://halcyon-weather.test/privacy">Privacy</a><a href="mailto:Desk@halcyon-weather.test">mail</a></body></html>`), "text/html", base)
	want := inspect.Store{Title: "Halcyon", Developer: "Halcyon desk", Version: "1.5", Identifier: "test.halcyon.app", Site: "https://halcyon-weather.test/", Contact: "desk@halcyon-weather.test",
		Files: []string{"https://store.test/dl/halcyon.apk"}, Manifests: []string{"https://store.test/m/update.json"}, Links: []string{"https://halcyon-weather.test/privacy"}}
	if err != nil || !reflect.DeepEqual(s, want) {
		t.Errorf("\n%+v\n%+v, %v", s, want, err)
	}
	s, err = inspect.ReadStore([]byte(`<html><title>Tram times</title><p>Publisher: Tram desk. Version 1.4.2. Identifier times@tram.test.</p><a href="package.zip">Download</a></html>`), "text/html", base)
	if err != nil || s.Version != "1.4.2" || s.Identifier != "times@tram.test" || s.Developer != "Tram desk" || len(s.Files) != 1 {
		t.Errorf("%+v, %v", s, err)
	}
	if s, err := inspect.ReadStore([]byte("PK\x03\x04"), "application/zip", base); !errors.Is(err, recognise.ErrFormat) {
		t.Errorf("%+v, %v", s, err)
	}
}

func TestSSH(t *testing.T) {
	for in, want := range map[string]string{"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n": "SSH-2.0-OpenSSH_9.2p1 Debian-2", "hello\r\nSSH-2.0-x\n": "SSH-2.0-x", "HTTP/1.1 400\r\n": "", "SSH-2.0-cut": "",
		"SSH-" + strings.Repeat("x", 300) + "\n": ""} {
		if got := inspect.ReadSSH([]byte(in)); got != want {
			t.Errorf("%q: %q", in, got)
		}
	}
}

// Whatever comes, as whatever it is read: no panic, an error of the two, or facts within the limits that survive being written.
func FuzzRead(f *testing.F) {
	rsaLess := addonZip(f)
	for k, seeds := range map[int][][]byte{0: {file(f, "v1.apk"), file(f, "all.apk")}, 1: {rsaLess}, 2: {[]byte(`{"version":"1"}`), []byte(`<gupdate><app appid='a'/></gupdate>`)},
		3: {[]byte("<rss><item><link>http://a.test/</link></item></rss>"), []byte(`{"version":"jsonfeed.org","items":[{}]}`)}, 4: {[]byte("<urlset><loc>http://a.test/</loc>")},
		5: {[]byte(`<html><script type="application/ld+json">{"@type":"Application"}</script>`)}, 6: {[]byte(`{"icestats":{"source":{"listenurl":"http://a.test/"}}}`)},
		7: {[]byte("#EXTM3U\n#EXT-X-TARGETDURATION:6\n#EXTINF:6,\na.ts\n")}, 8: {[]byte(listMail)}, 9: {[]byte("<html>a.test bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4")}} {
		for _, s := range seeds {
			f.Add(byte(k), s)
		}
	}
	base, _ := url.Parse("https://halcyon-weather.test/a/b")
	f.Fuzz(func(t *testing.T, n byte, b []byte) {
		k := inspect.Kinds[int(n)%len(inspect.Kinds)]
		got, err := inspect.Read(k, b, "", base)
		if err != nil {
			if !errors.Is(err, recognise.ErrFormat) && !errors.Is(err, recognise.ErrTooLarge) {
				t.Fatalf("%s: %v", k, err)
			}
			return
		}
		if got.Kind() != k || !got.Check() {
			t.Fatalf("%s: %+v", k, got)
		}
		text, err := json.Marshal(got)
		if err != nil {
			t.Fatal(err)
		}
		again, err := inspect.Unpack(text, k)
		if err != nil {
			t.Fatalf("%s: %v: %s", k, err, text)
		}
		if more, err := json.Marshal(again); err != nil || !bytes.Equal(text, more) {
			t.Fatalf("%s\n%s", text, more)
		}
	})
}
