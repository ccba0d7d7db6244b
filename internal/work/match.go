// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"context"
	"strconv"

	"github.com/riverqueue/river"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/recognise"
)

// matcher compares an exhibit's fingerprints with what the banks know: suggestions with a distance, never a decision.
type matcher struct {
	river.WorkerDefaults[desk.Match]
	*Crew
}

func (w *matcher) Work(ctx context.Context, job *river.Job[desk.Match]) error {
	var x iru.Exhibit
	known := map[string][]iru.Known{}
	err := w.Desk.DB.View(ctx, func(t *db.Tx) error {
		var err error
		if x, err = t.Exhibit(ctx, iru.Program(), job.Args.Exhibit); err != nil {
			return err
		}
		for _, medium := range []string{"sha256", "pdq", "text"} {
			if known[medium], err = t.Knowns(ctx, x.Unit, medium, 0); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return outcome(err)
	}
	if err := w.Desk.RecordMatches(ctx, x.ID, resemble(x, known)); err != nil {
		return outcome(err)
	}
	return outcome(w.spot(ctx, x))
}

// resemble compares every fingerprint with every entry of its medium. An item never resembles itself.
func resemble(x iru.Exhibit, known map[string][]iru.Known) []desk.Resemblance {
	var out []desk.Resemblance
	byHash := map[string]iru.Known{}
	for _, k := range known["sha256"] {
		byHash[k.Value] = k
	}
	index, byID := recognise.NewIndex(), map[int64]iru.Known{}
	for _, k := range known["pdq"] {
		if h, err := recognise.ParsePDQ(k.Value); err == nil {
			index.Add(h, k.ID)
			byID[k.ID] = k
		}
	}
	for _, p := range x.Prints {
		switch p.Medium {
		case "sha256":
			if k, ok := byHash[p.Value]; ok && k.Item != x.Item {
				out = append(out, desk.Resemblance{Known: k, Where: p.Where})
			}
		case "pdq":
			h, err := recognise.ParsePDQ(p.Value)
			if err != nil {
				continue
			}
			for _, hit := range index.Search(h, iru.PDQRadius) {
				if k := byID[hit.ID]; k.Item != x.Item {
					out = append(out, desk.Resemblance{Known: k, Distance: float64(hit.Distance), Where: p.Where})
				}
			}
		case "text":
			s, err := recognise.ParseSketch(p.Value)
			if err != nil || len(s) == 0 {
				continue
			}
			for _, k := range known["text"] {
				other, err := recognise.ParseSketch(k.Value)
				if err != nil || k.Item == x.Item {
					continue
				}
				if sim := recognise.Similarity(s, other); sim >= iru.TextSimilarity {
					d, _ := strconv.ParseFloat(strconv.FormatFloat(1-sim, 'f', 4, 64), 64)
					out = append(out, desk.Resemblance{Known: k, Distance: d, Where: p.Where})
				}
			}
		}
	}
	return out
}
