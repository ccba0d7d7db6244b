// SPDX-License-Identifier: EUPL-1.2

package sandbox

import (
	"os"
	"reflect"
	"testing"

	"iolaus/internal/inspect"
	"iolaus/internal/recognise"
)

func TestReads(t *testing.T) {
	p := pool(t, Options{})
	t.Log(p.Status())
	r := reader(t, p)
	page, err := r.Page(t.Context(), []byte("<html lang=en><title>Departures</title><p>The 12:10 to Riga is late. <a href=/x>more</a>"), "text/html", address(t, "http://trains.test/"))
	if err != nil || page.Title != "Departures" || len(page.Links) != 1 || page.Links[0].URL != "http://trains.test/x" {
		t.Fatalf("%+v, %v", page, err)
	}
	pic, err := r.Picture(t.Context(), asPNG(t, drawn(300, 200)))
	if err != nil || pic.Width != 300 || pic.Height != 200 || pic.Format != "png" || pic.Quality < recognise.MinQuality {
		t.Fatalf("%+v, %v", pic, err)
	}
	b, err := r.Thumbnail(t.Context(), asPNG(t, drawn(300, 200)), 150)
	if err != nil || len(b) == 0 {
		t.Fatal(err)
	}
	plain, err := r.Plain(t.Context(), []byte("https://trains.test/list.m3u"), "text/plain")
	if err != nil || len(plain.Links) != 1 {
		t.Fatalf("%+v, %v", plain, err)
	}
	apk, err := os.ReadFile("../inspect/testdata/v2.apk")
	if err != nil {
		t.Fatal(err)
	}
	f, err := r.Inspect(t.Context(), inspect.KindAPK, apk, "", nil)
	if want, err2 := inspect.Read(inspect.KindAPK, apk, "", nil); err != nil || err2 != nil || f.APK == nil || !reflect.DeepEqual(f, want) {
		t.Fatalf("%+v, %v; in this process %+v, %v", f, err, want, err2)
	}
	if f, err := r.Inspect(t.Context(), inspect.KindAPK, apk[:len(apk)/2], "", nil); err == nil {
		t.Fatalf("half an app is %+v", f)
	}
}
