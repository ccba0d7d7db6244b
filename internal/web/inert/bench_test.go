// SPDX-License-Identifier: EUPL-1.2

package inert_test

import (
	"io"
	"strings"
	"testing"

	"iolaus/internal/web/inert"
)

// BenchmarkPage makes the copy of a page of about a megabyte.
func BenchmarkPage(b *testing.B) {
	page := "<style>" + strings.Repeat(".a{background:url(/map.png)}", 1000) + "</style>" + strings.Repeat(`<p class="a" onclick="x()">Snow line falls <a href="/next">tonight</a> <img src="/map.png" alt="Map">`, 10_000)
	b.SetBytes(int64(len(page)))
	for b.Loop() {
		if _, err := inert.Page(io.Discard, strings.NewReader(page), inert.Options{Base: base, Find: find}); err != nil {
			b.Fatal(err)
		}
	}
}
