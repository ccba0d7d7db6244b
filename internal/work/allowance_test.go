// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"iolaus/internal/db/dbtest"
	"iolaus/internal/exhibit"
	"iolaus/internal/fetch"
)

// What a capture keeps is bounded, whatever the page holds; what it keeps lies on the disk.
func TestAllowance(t *testing.T) {
	s := newScene(t, dbtest.Open(t))
	var list strings.Builder
	for n := range 20 {
		fmt.Fprintf(&list, `<img src="/%d.png">`, n)
	}
	var offered atomic.Int64
	s.host("heavy.test", func(c net.Conn, path string) {
		text := page("Snow", list.String()+`<img src="/small.png">`)
		switch path {
		case "/":
		case "/small.png":
			text = answer(200, "", "small")
		default:
			text = answer(200, "", strings.Repeat("drizzle ", 1<<17)+path) // no two alike, or it would stand there once
		}
		offered.Add(int64(len(text)))
		io.WriteString(c, text)
	})
	s.look(fetch.Limits{Body: 2 << 20}, nil)
	a, i := s.watch("http://heavy.test/")
	const most = 5<<20 + 64<<10
	s.ok(s.record(t.Context(), s.Vantages[0], a, i, allowance{most, time.Minute}))
	m, kept, pictures := s.manifest(i), 0, 0
	r := exhibit.NewReader(bytes.NewReader(s.file(s.exhibits(i)[0], "capture.warc.gz")), exhibit.ReadLimits{})
	for {
		rec, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		s.ok(err)
		b, err := io.ReadAll(rec.Block)
		s.ok(err)
		switch rec.Type {
		case "response":
			kept += len(b)
			pictures++
		case "request":
			kept += len(b)
		}
	}
	t.Logf("offered %d bytes in 22 answers, kept %d in %d", offered.Load(), kept, pictures)
	if kept > most || pictures != 7 || leftOut(m) != 15 {
		t.Errorf("%d bytes of %d answers, warnings %q", kept, pictures, m.Warnings)
	}
}
