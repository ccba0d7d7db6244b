// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"testing"
	"time"

	"iolaus/internal/db/dbtest"
	"iolaus/internal/iru"
	"iolaus/internal/recognise"
)

// A film is found by the share of its pictures that a known one has.
func TestLookupFilm(t *testing.T) {
	s := newScene(t, dbtest.Open(t))
	var known recognise.Video
	for i := range 10 {
		known = append(known, recognise.Frame{Number: i, Quality: 90, Hash: recognise.PDQ{uint64(i+1) * 0x9e3779b97f4a7c15, 1 << i, uint64(i) << 40, 7}, At: time.Duration(i) * time.Second})
	}
	k, err := s.Desk.Enter(t.Context(), s.scope, "films", iru.Known{Label: "A train ride", Finding: string(iru.FindNoAction),
		Signals: []iru.Signal{{Medium: iru.MediumVPDQ, Value: known.Bytes()}}})
	s.ok(err)
	other := append(recognise.Video{}, known[:7]...)
	for i := range 3 {
		other = append(other, recognise.Frame{Quality: 90, Hash: recognise.PDQ{^uint64(0), ^uint64(i), 5, 1 << 60}})
	}
	found, err := s.lookup().Find(t.Context(), iru.ProgramFor(s.scope.Unit), []iru.Signal{
		{Medium: iru.MediumVPDQ, Value: known[:4].Bytes()},
		{Medium: iru.MediumVPDQ, Value: other.Bytes()}, // seven of ten
		{Medium: iru.MediumVPDQ, Value: []byte("an older version's")},
	})
	s.ok(err)
	if len(found[0]) != 1 || found[0][0].Known.ID != k.ID || found[0][0].Distance != 0 || len(found[1]) > 0 || len(found[2]) > 0 {
		t.Errorf("%+v", found)
	}
}
