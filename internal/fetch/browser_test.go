// SPDX-License-Identifier: EUPL-1.2

package fetch

import (
	"bytes"
	"image/png"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

// chromiumHere is Debian's; a machine without it fails the test.
func chromiumHere(t testing.TB) *Browser {
	t.Helper()
	b, err := FindBrowser("")
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// shoot captures a page and closes the shot at the end of the test.
func shoot(t *testing.T, c *Client, address string, o ShotOptions) (*Shot, *reel, error) {
	t.Helper()
	r := &reel{t: t}
	s, err := chromiumHere(t).Capture(t.Context(), c, address, r.tape, o)
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s, r, err
}

func content(t *testing.T, s *Spool) []byte {
	t.Helper()
	if s == nil {
		t.Fatal("nothing was made")
	}
	if _, err := s.Seek(0, io.SeekStart); err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func addresses(all []Exchange) (list []string) {
	for _, e := range all {
		list = append(list, e.URL)
	}
	slices.Sort(list)
	return list
}

func TestBrowserCaptures(t *testing.T) {
	w := newWorld(t)
	w.serve("tram.test", func(rw http.ResponseWriter, r *http.Request) {
		rw.Header().Set("Content-Type", "text/html; charset=utf-8")
		io.WriteString(rw, `<!doctype html><html lang="de"><title>Line 9</title><link rel=icon href="data:,"><body style="margin:0;background:#08f"><h1>Tram</h1><p id=p>Rain`+
			`<div style="height:3000px"></div><script>document.getElementById("p").textContent += " at noon"</script>`)
	})
	s, r, err := shoot(t, w.client(nil), "http://tram.test/map#here", ShotOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if len(s.Warnings)+len(s.Missing) > 0 {
		t.Errorf("%q %q", s.Warnings, s.Missing)
	}
	if s.Final != "http://tram.test/map" || s.Status != 200 || s.Title != "Line 9" || s.Lang != "de" || s.Text != "Tram\n\nRain at noon" || s.Agent != "iolaus-test" {
		t.Errorf("%+v", s)
	}
	if !strings.HasPrefix(s.DOM, "<!DOCTYPE html>\n<html lang=\"de\">") || !strings.Contains(s.DOM, "Rain at noon") {
		t.Errorf("%.300q", s.DOM)
	}
	img, err := png.Decode(bytes.NewReader(content(t, s.Screenshot)))
	if err != nil || img.Bounds().Dx() != s.Width || img.Bounds().Dy() != s.Height || s.Width != 1280 || s.Height < 3000 {
		t.Fatal(s.Width, s.Height, img.Bounds(), err)
	}
	if r, g, b, _ := img.At(600, 2900).RGBA(); r>>8 != 0 || g>>8 != 0x88 || b>>8 != 0xff {
		t.Error(r>>8, g>>8, b>>8)
	}
	if pdf := content(t, s.PDF); !bytes.HasPrefix(pdf, []byte("%PDF-")) || !bytes.Contains(pdf[len(pdf)-20:], []byte("%%EOF")) {
		t.Errorf("%.20q", pdf)
	}
	if mhtml := content(t, s.MHTML); !bytes.Contains(mhtml, []byte("Snapshot-Content-Location: http://tram.test/map")) || !bytes.Contains(mhtml, []byte("Rain at noon")) {
		t.Errorf("%.500q", mhtml)
	}
	if !bytes.Contains(s.Responses, []byte(`"url":"http://tram.test/map"`)) {
		t.Errorf("%s", s.Responses)
	}
	if got := addresses(r.exchanges()); !slices.Equal(got, []string{"http://tram.test/map"}) {
		t.Errorf("%q", got)
	}
	if e := r.exchanges()[0]; !bytes.Contains(e.Request, []byte("\r\nUser-Agent: iolaus-test\r\n")) {
		t.Errorf("%s", e.Request)
	}
	if len(s.Proxy.Blocked)+len(s.Proxy.Failed) > 0 || s.Proxy.Exchanges != 1 {
		t.Errorf("%+v", s.Proxy)
	}
	if s.Started.IsZero() || s.Ended.Before(s.Started.Add(10*time.Millisecond)) {
		t.Error(s.Started, s.Ended)
	}
}
