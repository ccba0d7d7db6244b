// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"testing"

	"iolaus/internal/db"
	"iolaus/internal/db/dbtest"
	"iolaus/internal/iru"
	"iolaus/internal/recognise"
)

// The index of sounds follows the store: what is new is found at once, what fell silent is not, and what speaks again is; a lookup that was
// there all the time answers as one that begins now.
func TestSoundsFollowTheStore(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newScene(t, d)
		curator := s.scope
		curator.Roles = append(curator.Roles, iru.Analyst)
		ctx := t.Context()
		enter := func(bank string, seed uint64) iru.Known {
			k, err := s.Desk.Enter(ctx, curator, bank, iru.Known{Label: "A programme", Finding: string(iru.FindRefer), Signals: []iru.Signal{{Medium: iru.MediumAudio, Value: soundOf(seed, 400).Bytes()}}})
			s.ok(err)
			return k
		}
		finds := func(when string, sc iru.Scope, want ...bool) {
			t.Helper()
			var qs []iru.Signal
			for n := range want {
				qs = append(qs, iru.Signal{Medium: iru.MediumAudio, Value: noisy(soundOf(uint64(n), 400), 100, 200, 5).Bytes()})
			}
			for who, l := range map[string]*Lookup{"kept": s.lookup(), "new": NewLookup(d, "")} {
				found, err := l.Find(ctx, sc, qs)
				s.ok(err)
				for n, w := range want {
					if (len(found[n]) == 1) != w || w && (found[n][0].Signal.Medium != iru.MediumAudio || found[n][0].Distance > recognise.AudioMatch) {
						t.Errorf("%s, %s lookup, programme %d: %+v", when, who, n, found[n])
					}
				}
			}
		}
		all := iru.ProgramFor(s.scope.Unit)
		finds("nothing is known", all, false, false)
		first := enter("one", 0)
		finds("one was entered", all, true, false)
		enter("two", 1)
		finds("another was entered", all, true, true)
		finds("of another unit", iru.ProgramFor(s.scope.Unit+1), false, false)
		b, err := s.Desk.Mute(ctx, curator, first.Bank, "a test")
		s.ok(err)
		finds("its bank is muted", all, false, true)
		_, err = s.Desk.Unmute(ctx, curator, b.ID, "a test")
		s.ok(err)
		finds("and unmuted", all, true, true)
		for name, step := range map[string][2]func() (iru.Known, error){
			"withdrawn": {func() (iru.Known, error) { return s.Desk.WithdrawKnown(ctx, curator, first.ID, "a test") }, func() (iru.Known, error) { return s.Desk.RestoreKnown(ctx, curator, first.ID, "a test") }},
			"set aside": {func() (iru.Known, error) { return s.Desk.Quarantine(ctx, curator, first.ID, "a test") }, func() (iru.Known, error) { return s.Desk.ReleaseKnown(ctx, curator, first.ID, "a test") }},
		} {
			_, err := step[0]()
			s.ok(err)
			finds(name, all, false, true)
			_, err = step[1]()
			s.ok(err)
			finds("no more "+name, all, true, true)
		}
		// Silence that outweighs the rest is let go of.
		var silent []iru.Known
		for n := range uint64(5) {
			silent = append(silent, enter("three", 100+n))
		}
		s.ok(s.lookup().sound.sync(ctx))
		for _, k := range silent {
			_, err := s.Desk.WithdrawKnown(ctx, curator, k.ID, "a test")
			s.ok(err)
		}
		finds("others were withdrawn", all, true, true)
		held := 0
		for _, p := range s.lookup().sound.now.Load().parts {
			held += p.Len()
		}
		if held != 2 {
			t.Errorf("%d are held of two that are looked for", held)
		}
	})
}

// Parts grow so that few are searched, and hold each track once.
func TestSoundsGrow(t *testing.T) {
	var parts []*recognise.AudioIndex
	for n := range int64(200) {
		parts = grown(parts, recognise.NewAudioIndex([]recognise.Track{{ID: n, Audio: soundOf(uint64(n), 100)}}))
	}
	seen := map[int64]bool{}
	for _, p := range parts {
		for _, k := range p.Tracks() {
			seen[k.ID] = true
		}
	}
	if len(parts) > 8 || len(seen) != 200 {
		t.Errorf("%d parts, %d tracks", len(parts), len(seen))
	}
}
