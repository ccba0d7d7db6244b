// SPDX-License-Identifier: EUPL-1.2

package sandbox

import (
	"errors"
	"slices"
	"testing"

	"iolaus/internal/iru"
	"iolaus/internal/recognise"
)

// TestPDF: a document is read in a cell, and what it would do is told and not done.
func TestPDF(t *testing.T) {
	p, err := NewPool(Options{Lax: true})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	r, err := p.Reader(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	const doc = "%PDF-1.7\n1 0 obj\n<</Type /Catalog /OpenAction <</S /JavaScript /JS (app.launchURL\\(\\))>> /X [<</T (reference) /V (RO-1)>>]>>\nendobj\n2 0 obj\n<</T (reference) /V (RO-1)>>\nendobj\n"
	d, err := r.PDF(t.Context(), []byte(doc))
	if err != nil || !slices.Equal(d.Active, []string{"action on opening", "script"}) || !slices.Equal(d.Fields, []recognise.Key{{Name: "reference", Value: "RO-1"}}) {
		t.Errorf("%v, %+v", err, d)
	}
	for _, b := range [][]byte{[]byte("MZ"), make([]byte, recognise.MaxPDF+1)} {
		if _, err := r.PDF(t.Context(), b); !errors.Is(err, iru.Invalid) {
			t.Errorf("%d bytes: %v", len(b), err)
		}
	}
	if unread, err := unpackPDF([]byte{1, 2, 3}); err == nil {
		t.Errorf("nonsense is a document: %+v", unread)
	}
}
