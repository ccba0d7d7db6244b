// SPDX-License-Identifier: EUPL-1.2

package form

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"testing"
)

// BenchmarkDocuments makes PDF, mail and JSON of each kind of act; "signed" puts a signature with a time stamp under it, from an
// authority that takes no time.
func BenchmarkDocuments(b *testing.B) {
	for _, id := range Templates() {
		a, err := Example(id)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(id, func(b *testing.B) {
			size, n := 0, 0
			for b.Loop() {
				p, err := Render(a)
				if err != nil {
					b.Fatal(err)
				}
				size, n = len(p.PDF), n+1
			}
			b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "documents/s")
			b.ReportMetric(float64(size), "PDF-bytes")
		})
	}
}

func BenchmarkSignedRemovalOrder(b *testing.B) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		b.Fatal(err)
	}
	s := notary(b, key)
	a, err := Example("removal_order")
	if err != nil {
		b.Fatal(err)
	}
	size, n := 0, 0
	for b.Loop() {
		p, err := PDF(Issue(a, issued, s.Name()))
		if err != nil {
			b.Fatal(err)
		}
		if p, err = Sign(p, s, issued); err != nil {
			b.Fatal(err)
		}
		size, n = len(p), n+1
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "documents/s")
	b.ReportMetric(float64(size), "PDF-bytes")
}
