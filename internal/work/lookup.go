// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"iolaus/internal/db"
	"iolaus/internal/iru"
	"iolaus/internal/recognise"
	"iolaus/internal/recognise/ring"
)

// A Lookup finds known content by fingerprints: exact ones by the store's index, PDQ and sounds by indexes beside it, TLSH, texts and
// films one by one.
// It is safe for use by many at once.
type Lookup struct {
	db    *db.DB
	pdq   pdqIndex
	sound soundIndex
}

// NewLookup makes a lookup whose index lies in a folder, which is made when it is needed; "" keeps it in memory.
func NewLookup(d *db.DB, dir string) *Lookup {
	return &Lookup{db: d, pdq: pdqIndex{dir: dir, source: source{db: d}}, sound: soundIndex{db: d}}
}

// Close ends the index. No look-up may run.
func (l *Lookup) Close() error { return l.pdq.close() }

// A Found is known content that a fingerprint resembles.
type Found struct {
	Known    iru.Known  // without Signals
	Signal   iru.Signal // the one that is near
	Distance float64    // see iru.Match
}

// scanned is how many rows are read at once where fingerprints are compared one by one: a sketch has a kilobyte.
const scanned = 1000

// Find looks up each query in the banks that a scope reaches, as of now, and gives what it resembles, nearest first. Nothing that is muted,
// quarantined, withdrawn or marked as flooding is found.
func (l *Lookup) Find(ctx context.Context, sc iru.Scope, queries []iru.Signal) ([][]Found, error) {
	if err := l.pdq.sync(ctx); err != nil {
		return nil, err
	}
	if slices.ContainsFunc(queries, func(q iru.Signal) bool { return q.Medium == iru.MediumAudio }) {
		if err := l.sound.sync(ctx); err != nil {
			return nil, err
		}
	}
	return l.FindTaken(ctx, sc, queries)
}

// FindTaken looks up as Find does, of PDQ hashes and sounds what an earlier Find took in; sounds are taken in if none did.
func (l *Lookup) FindTaken(ctx context.Context, sc iru.Scope, queries []iru.Signal) ([][]Found, error) {
	out := make([][]Found, len(queries))
	var pictures []ring.Hash
	var of []int // of each picture, its query
	var heard []int
	exact, slow := map[string][]int{}, map[string][]int{}
	for n, q := range queries {
		switch q.Medium {
		case iru.MediumSHA256, iru.MediumMD5:
			exact[q.Medium] = append(exact[q.Medium], n)
		case iru.MediumPDQ:
			pictures, of = append(pictures, hashOf(q.Value)), append(of, n)
		case iru.MediumAudio:
			heard = append(heard, n)
		case iru.MediumText, iru.MediumTLSH, iru.MediumVPDQ:
			slow[q.Medium] = append(slow[q.Medium], n)
		default:
			return nil, fmt.Errorf("look up: %w", iru.Refuse(iru.Invalid, fmt.Sprintf("%.40s cannot be looked up", q.Medium), "choose "+strings.Join(iru.Media, ", ")))
		}
	}
	near, ids := make([][]ring.Hit, len(queries)), []int64(nil)
	l.pdq.search(pictures, iru.PDQRadius, func(i int, h ring.Hit) {
		near[of[i]], ids = append(near[of[i]], h), append(ids, h.ID)
	})
	slices.Sort(ids)
	ids = slices.Compact(ids)
	if len(heard) > 0 && l.sound.now.Load() == nil {
		if err := l.sound.sync(ctx); err != nil {
			return nil, err
		}
	}
	soundings := l.sound.search(sc, queries, heard)
	if len(exact)+len(slow)+len(ids)+len(soundings) == 0 {
		return out, nil
	}
	err := l.db.View(ctx, func(t *db.Tx) error {
		clear(out) // it may run again
		for medium, ns := range exact {
			if err := exactly(ctx, t, sc, medium, queries, ns, out); err != nil {
				return err
			}
		}
		for medium, ns := range slow {
			if err := oneByOne(ctx, t, sc, medium, queries, ns, out); err != nil {
				return err
			}
		}
		if err := heardIn(ctx, t, sc, soundings, out); err != nil {
			return err
		}
		if len(ids) == 0 {
			return nil
		}
		told, err := t.Speaking(ctx, sc, ids)
		if err != nil {
			return err
		}
		for n, hits := range near {
			slices.SortFunc(hits, func(a, b ring.Hit) int { return cmp.Compare(a.ID, b.ID) })
			for _, h := range slices.Compact(hits) {
				if v, ok := told[h.ID]; ok {
					out[n] = append(out[n], Found{v.Known, v.Signal, float64(h.Distance)})
				}
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for _, f := range out {
		slices.SortStableFunc(f, func(a, b Found) int {
			return cmp.Or(cmp.Compare(a.Distance, b.Distance), cmp.Compare(a.Signal.ID, b.Signal.ID))
		})
	}
	return out, nil
}

// Sounds takes in what is new of sounds, and reports whether the banks that a scope reaches have any that is looked for.
func (l *Lookup) Sounds(ctx context.Context, sc iru.Scope) (bool, error) {
	if err := l.sound.sync(ctx); err != nil {
		return false, err
	}
	for _, u := range l.sound.now.Load().speaking {
		if sc.Reach() == 0 || int64(u) == sc.Reach() {
			return true, nil
		}
	}
	return false, nil
}

func exactly(ctx context.Context, t *db.Tx, sc iru.Scope, medium string, queries []iru.Signal, ns []int, out [][]Found) error {
	values := make([][]byte, len(ns))
	for i, n := range ns {
		values[i] = queries[n].Value
	}
	slices.SortFunc(values, slices.Compare)
	told, err := t.Exact(ctx, sc, medium, slices.CompactFunc(values, slices.Equal))
	if err != nil {
		return err
	}
	by := map[string][]Found{}
	for _, v := range told {
		by[string(v.Signal.Value)] = append(by[string(v.Signal.Value)], Found{Known: v.Known, Signal: v.Signal})
	}
	for _, n := range ns {
		out[n] = slices.Clone(by[string(queries[n].Value)])
	}
	return nil
}

// near compares two values of a medium that has no index: how far they are apart, and whether that is near.
func near[T any](parse func([]byte) T, apart func(a, b T) (float64, bool)) comparer {
	return func(queries [][]byte) func(value []byte, hit func(n int, distance float64)) {
		qs := make([]T, len(queries))
		for n, q := range queries {
			qs[n] = parse(q)
		}
		return func(value []byte, hit func(int, float64)) {
			v := parse(value)
			for n, q := range qs {
				if d, ok := apart(q, v); ok {
					hit(n, d)
				}
			}
		}
	}
}

type comparer func(queries [][]byte) func(value []byte, hit func(n int, distance float64))

func comparers(medium string) comparer {
	if medium == iru.MediumTLSH {
		return near(tlshOf, func(a, b recognise.TLSH) (float64, bool) {
			d := a.Distance(b)
			return float64(d), d <= iru.TLSHRadius
		})
	}
	if medium == iru.MediumVPDQ {
		return near(videoOf, func(query, known recognise.Video) (float64, bool) {
			q, k := query.Match(known, iru.PDQRadius)
			return math.Round((1-q)*1e4) / 1e4, recognise.SameVideo(q, k)
		})
	}
	return near(recognise.SketchOf, func(a, b recognise.Sketch) (float64, bool) {
		similar := recognise.Similarity(a, b)
		return math.Round((1-similar)*1e4) / 1e4, similar >= iru.TextSimilarity
	})
}

func videoOf(b []byte) recognise.Video {
	v, _ := recognise.VideoFromBytes(b) // an older version's shares nothing
	return v
}

func tlshOf(b []byte) recognise.TLSH {
	t, _ := recognise.ParseTLSH(iru.Signal{Medium: iru.MediumTLSH, Value: b}.Text()) // of 35 bytes, which were checked as they came in
	return t
}

// oneByOne compares queries with every fingerprint of a medium, a batch of rows at a time.
func oneByOne(ctx context.Context, t *db.Tx, sc iru.Scope, medium string, queries []iru.Signal, ns []int, out [][]Found) error {
	values := make([][]byte, len(ns))
	for i, n := range ns {
		values[i] = queries[n].Value
	}
	compare := comparers(medium)(values)
	for after := (iru.Signal{}); ; {
		told, err := t.SpeakingAfter(ctx, sc, medium, after, scanned)
		if err != nil {
			return err
		}
		for _, v := range told {
			compare(v.Signal.Value, func(i int, d float64) { out[ns[i]] = append(out[ns[i]], Found{v.Known, v.Signal, d}) })
		}
		if len(told) < scanned {
			return nil
		}
		after = told[len(told)-1].Signal
	}
}
