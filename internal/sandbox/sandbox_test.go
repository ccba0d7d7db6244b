// SPDX-License-Identifier: EUPL-1.2

package sandbox

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"net/url"
	"os"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	mainWith(wicked)
	if name := os.Getenv("SANDBOX_TEST_ROLE"); name != "" {
		role(name)
	}
	goleak.VerifyTestMain(m)
}

func pool(t testing.TB, o Options) *Pool {
	t.Helper()
	p, err := NewPool(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close() })
	return p
}

func reader(t testing.TB, p *Pool) *Reader {
	t.Helper()
	r, err := p.Reader(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	return r
}

// drawn is a picture of a hill under a sun.
func drawn(w, h int) image.Image {
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := color.RGBA{uint8(255 * x / w), uint8(255 * y / h), 120, 255}
			if (x-w/3)*(x-w/3)+(y-h/3)*(y-h/3) < w*w/40 {
				c = color.RGBA{250, 220, 40, 255}
			} else if y > h/2+(x-w/2)*(x-w/2)/(2*w) {
				c = color.RGBA{30, uint8(90 + x%60), 40, 255}
			}
			m.SetRGBA(x, y, c)
		}
	}
	return m
}

func asPNG(t testing.TB, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func address(t testing.TB, s string) *url.URL {
	t.Helper()
	u, err := url.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return u
}
