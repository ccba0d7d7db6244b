// SPDX-License-Identifier: EUPL-1.2

package iru

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"iolaus/internal/effect"
)

// FigureSpan is a figure that is a length of time in microseconds.
const FigureSpan FigureKind = "span"

// An afterView is a record with what is read out of it once.
type afterView struct {
	AfterRecord
	courses []afterCourse
	heads   []effect.Head
	entries [][]int64 // of each head's marks
	begun   []int64   // of each head
	falls   []afterFall
	before  effect.Presence
	after   effect.Presence
}

// An afterFall is one fall after T0, with the entries that show it and its return.
type afterFall struct {
	effect.Fall
	entry, back int64 // -1: none
}

func (r AfterRecord) view() afterView {
	v := afterView{AfterRecord: r, courses: r.courses()}
	v.heads, v.entries, v.begun = r.heads()
	if r.From.IsZero() {
		return v
	}
	t0 := r.Operation.T0
	v.before, v.after = effect.Together(v.heads, r.From, t0), effect.Together(v.heads, t0, r.To)
	for _, f := range effect.Falls(v.heads) {
		if f.At.Before(t0) || f.At.After(r.To) {
			continue
		}
		x := afterFall{Fall: f, entry: v.markAt(f.Head, f.At, effect.Down), back: -1}
		if f.Back >= 0 {
			if x.back = v.begun[f.Back]; f.Back == f.Head {
				x.back = v.markAt(f.Head, f.Up, effect.Up)
			}
		}
		v.falls = append(v.falls, x)
	}
	return v
}

// markAt is the entry of a head's mark.
func (v afterView) markAt(head int, at time.Time, s effect.State) int64 {
	for i, m := range v.heads[head].Marks {
		if m.At.Equal(at) && m.State == s {
			return v.entries[head][i]
		}
	}
	return -1
}

// figure begins a figure. Its title and words are those of AfterWords.
func figure(id string, kind FigureKind) Figure {
	w := AfterWords(id)
	return Figure{ID: id, Title: w.Title, Words: w.Words, Law: w.Part, Kind: kind}
}

func counts(id string, list []Counted, by ...string) Figure {
	f := figure(id, FigureCount).Counts(len(list))
	for _, b := range by {
		f = f.Grouped(b, list)
	}
	f.Indices = Indices(list)
	return f
}

func times(id string, list []Counted, q float64) Figure {
	f := figure(id, FigureTime).Times(list, q)
	f.Indices = Indices(list)
	return f
}

// Figures computes every figure of the report from the record.
func (r AfterRecord) Figures() []Figure { return r.view().figures() }

func (v afterView) figures() []Figure {
	out := v.served()
	out = append(out, v.removal()...)
	if v.From.IsZero() {
		return out
	}
	for _, m := range MusterMarks[1:] {
		out = append(out, v.state(m))
	}
	return append(out, v.fared()...)
}

// pick gives what of the courses has a mark, each proved by that mark.
func (v afterView) pick(of func(afterCourse) afterMark) []Counted {
	var out []Counted
	for _, c := range v.courses {
		if m := of(c); m.is() {
			out = append(out, v.counted(c, m))
		}
	}
	return out
}

// served are the figures of what was served.
func (v afterView) served() []Figure {
	seen := map[AssetID]bool{}
	assets := v.pick(func(c afterCourse) afterMark {
		if seen[c.n.Asset] || !c.drafted.is() {
			return afterMark{}
		}
		seen[c.n.Asset] = true
		return c.drafted
	})
	left := v.pick(func(c afterCourse) afterMark { return c.left })
	span := figure("spread", FigureSpan)
	at := v.pick(func(c afterCourse) afterMark {
		if v.stage(c.n) != StageAct {
			return afterMark{}
		}
		return c.left
	})
	switch first, last := ends(at); {
	case len(at) == 0:
		span.State, span.Why = FigureNothing, "nothing left at T0"
	default:
		span.State, span.Value, span.Count = FigureGiven, strconv.FormatInt(last.At.Sub(first.At).Microseconds(), 10), new(len(at))
		if span.Indices = []int64{first.Index, last.Index}; first.Index == last.Index {
			span.Indices = span.Indices[:1]
		}
		slices.Sort(span.Indices)
	}
	return []Figure{counts("assets", assets), counts("acts", v.pick(func(c afterCourse) afterMark { return c.drafted }), "instrument", "unit"),
		counts("acts.left", left, "instrument", "unit", "stage"),
		counts("acts.kept", v.pick(func(c afterCourse) afterMark {
			if c.left.is() {
				return afterMark{}
			}
			return c.drafted
		})), span}
}

// ends are the first and the last of a list by time.
func ends(list []Counted) (first, last Counted) {
	for i, c := range list {
		if i == 0 || c.At.Before(first.At) {
			first = c
		}
		if i == 0 || c.At.After(last.At) {
			last = c
		}
	}
	return first, last
}

// removal are the figures of what the addressees did.
func (v afterView) removal() []Figure {
	timed := []Counted{}
	for _, c := range v.courses {
		if c.received.is() && c.asks() {
			timed = append(timed, v.timed(c))
		}
	}
	return []Figure{counts("acts.received", v.pick(func(c afterCourse) afterMark { return c.received }), "instrument"),
		counts("acts.removed", v.pick(func(c afterCourse) afterMark { return c.removed }), "instrument", "provider"),
		counts("acts.refused", v.pick(func(c afterCourse) afterMark { return c.refused })),
		counts("acts.bounced", v.pick(func(c afterCourse) afterMark { return c.bounced })),
		counts("acts.overdue", v.pick(func(c afterCourse) afterMark { return c.overdue })),
		counts("acts.back", v.pick(func(c afterCourse) afterMark { return c.back })),
		times("removal.median", timed, .5), times("removal.ninety", timed, .9)}
}

// state counts what was believed of each asset of the operation at a mark: unknown is not down, and doubtful is unknown.
func (v afterView) state(m MusterMark) Figure {
	f, at := figure("state."+string(m), FigureCount), v.Operation.T0.Add(m.After())
	if at.After(v.AsOf) {
		f.State, f.Why = FigureTooEarly, "that time has not come yet, as of the ledger"
		return f
	}
	var list []Counted
	seen := map[AssetID]bool{}
	for _, c := range v.courses {
		if seen[c.n.Asset] || !c.drafted.is() {
			continue
		}
		seen[c.n.Asset] = true
		x := v.counted(c, c.drafted)
		state := effect.Unknown
		if i := v.head(c.n.Asset); i >= 0 {
			for k, mark := range v.heads[i].Marks {
				if !mark.At.After(at) {
					state, x.Index = mark.State, v.entries[i][k]
				}
			}
		}
		x.Group = map[string]string{"presence": string(state)}
		list = append(list, x)
	}
	return counts(f.ID, list, "presence")
}

func (v afterView) head(a AssetID) int {
	return slices.IndexFunc(v.Assets, func(x Asset) bool { return x.ID == a })
}

// fared are the figures of how the outlets fared before and after.
func (v afterView) fared() []Figure {
	var falls, back []Counted
	for _, f := range v.falls {
		c := Counted{Index: f.entry, At: f.At, Begun: f.At, Ended: f.Up, Until: v.AsOf}
		falls = append(falls, c)
		if f.Back >= 0 {
			back = append(back, c)
		}
	}
	var fresh []Counted
	for i, h := range v.heads {
		if !h.Begun.Before(v.Operation.T0) && v.begun[i] >= 0 {
			fresh = append(fresh, Counted{Index: v.begun[i], At: h.Begun})
		}
	}
	returns := counts("returns", back)
	return []Figure{counts("falls", falls), returns, times("return.median", falls, .5), counts("heads.new", fresh),
		v.available("available.before", v.before, v.From, v.Operation.T0), v.available("available.after", v.after, v.Operation.T0, v.To), v.dark()}
}

// available is the part of the known time in which one of the addresses was up, in per cent.
func (v afterView) available(id string, p effect.Presence, from, to time.Time) Figure {
	f := figure(id, FigureShare)
	f.Indices = v.marksUntil(from, to)
	f.Count = new(len(f.Indices))
	share, known := p.Available()
	if !known {
		f.State, f.Why = FigureNothing, "nothing is known of that time"
		return f
	}
	f.State, f.Value = FigureGiven, strconv.FormatFloat(100*share, 'f', 1, 64)
	return f
}

// dark is how long all addresses were down after T0, in seconds.
func (v afterView) dark() Figure {
	f := figure("dark", FigureTime)
	f.State, f.Value, f.Indices = FigureGiven, strconv.FormatInt(int64(v.after.Down/time.Second), 10), v.marksUntil(v.Operation.T0, v.To)
	f.Count = new(len(f.Indices))
	return f
}

// marksUntil are the entries that tell how the addresses fared between two times: the last one before of each, and those within.
func (v afterView) marksUntil(from, to time.Time) []int64 {
	var out []int64
	for i, h := range v.heads {
		last := int64(-1)
		for k, m := range h.Marks {
			switch {
			case m.At.Before(from):
				last = v.entries[i][k]
			case m.At.Before(to):
				out = append(out, v.entries[i][k])
			}
		}
		if last >= 0 {
			out = append(out, last)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// AfterText is what a figure or a table of the report is in words.
type AfterText struct {
	Part  string // of the report that it stands in
	Title string
	Words string
}

// AfterWords gives the words of a figure or a table by its id; the id itself where there are none.
func AfterWords(id string) AfterText {
	if t, ok := afterWords[id]; ok {
		return t
	}
	return AfterText{Title: strings.ReplaceAll(id, ".", " ")}
}
