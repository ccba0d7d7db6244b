// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"context"
	"math"

	"iolaus/internal/db"
	"iolaus/internal/iru"
	"iolaus/internal/recognise"
)

// heardIn finds queries of sound in known programmes. Only what matches in several windows in a row is found; the distance is the share of
// bits that differ.
func heardIn(ctx context.Context, t *db.Tx, sc iru.Scope, _ string, queries []iru.Signal, ns []int, out [][]Found) error {
	var tracks []recognise.Track
	by := map[int64]db.Told{}
	for after := (iru.Signal{}); ; {
		told, err := t.SpeakingAfter(ctx, sc, iru.MediumAudio, after, scanned)
		if err != nil {
			return err
		}
		for _, v := range told {
			if a, err := recognise.AudioFromBytes(v.Signal.Value); err == nil { // an older version's is left out
				tracks = append(tracks, recognise.Track{ID: v.Signal.ID, Audio: a})
				v.Signal.Value = nil // it is in tracks
				by[v.Signal.ID] = v
			}
		}
		if len(told) < scanned {
			break
		}
		after = told[len(told)-1].Signal
	}
	x := recognise.NewAudioIndex(tracks)
	for _, n := range ns {
		a, err := recognise.AudioFromBytes(queries[n].Value)
		if err != nil {
			continue
		}
		met := map[int64]bool{}
		for _, h := range x.Search(a) {
			if v := by[h.Track]; h.Alert && !met[h.Track] { // the best of a track's comes first
				met[h.Track] = true
				out[n] = append(out[n], Found{v.Known, v.Signal, math.Round(h.ErrorRate*1e4) / 1e4})
			}
		}
	}
	return nil
}
