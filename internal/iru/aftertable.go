// SPDX-License-Identifier: EUPL-1.2

package iru

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"iolaus/internal/effect"
)

// A tableau of columns "id kind, id kind".
func afterTable(id, columns string) AfterTable {
	t := AfterTable{ID: id, Rows: []AfterRow{}}
	for c := range strings.SplitSeq(columns, ", ") {
		name, kind, _ := strings.Cut(c, " ")
		t.Columns = append(t.Columns, AfterColumn{name, CellKind(kind)})
	}
	return t
}

func (t *AfterTable) add(sources []int64, cells ...string) {
	s := slices.DeleteFunc(slices.Clone(sources), func(i int64) bool { return i < 0 })
	slices.Sort(s)
	t.Rows = append(t.Rows, AfterRow{Cells: cells, Sources: slices.Compact(s)})
}

// How cells are written; an empty cell says that there is none.
func cellTime(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02T15:04:05.000000Z")
}

func cellTook(d time.Duration) string {
	return strconv.FormatFloat(float64(d.Microseconds())/1e6, 'f', -1, 64)
}

func cellReal(f float64) string { return strconv.FormatFloat(f, 'f', 4, 64) }

func cellTookOf(d time.Duration, known bool) string {
	if !known {
		return ""
	}
	return cellTook(d)
}

func cellShare(s effect.Share) string {
	if a, ok := s.Available(); ok {
		return cellReal(a)
	}
	return ""
}

// Tables computes every table of the report from the record.
func (r AfterRecord) Tables() []AfterTable {
	v := r.view()
	out := []AfterTable{v.tasks(), v.spans("agencies", "unit", func(c afterCourse) string { return v.unitName(c.n.Unit) }), v.spans("stages", "stage", func(c afterCourse) string { return string(v.stage(c.n)) }), v.work(),
		v.byProvider(), v.providerCurves()}
	if !v.From.IsZero() {
		out = append(out, v.marksTable(), v.sweeps(), v.seen(), v.availability(), v.returnsList(), v.returnCurve(), v.concentration(), v.audience())
	}
	if len(v.Questions) > 0 {
		out = append(out, v.overrides())
	}
	return append(out, v.timeline(), v.failures())
}

// tasks says what was served, by whom, when.
func (v afterView) tasks() AfterTable {
	t := afterTable("tasks", "ref text, unit text, stage word, instrument word, addressee text, layer word, address address, left time, received time, removed time, back time, state word")
	for _, c := range v.courses {
		t.add(c.sources(), c.n.Ref, v.unitName(c.n.Unit), string(v.stage(c.n)), string(c.n.Instrument), v.Providers[c.n.Provider], string(c.n.Layer), c.n.Locator,
			cellTime(c.left.at), cellTime(c.receivedAt), cellTime(c.removed.at), cellTime(c.back.at), string(c.state))
	}
	return t
}

// spans tells, by a key, how many left, and how far apart.
func (v afterView) spans(id, key string, of func(afterCourse) string) AfterTable {
	t := afterTable(id, key+" text, tasks count, left count, first time, last time, spread seconds, received count, removed count")
	if key == "stage" {
		t.Columns[0].Kind = CellWord
	}
	groups := map[string][]afterCourse{}
	for _, c := range v.courses {
		groups[of(c)] = append(groups[of(c)], c)
	}
	for _, k := range slices.Sorted(maps.Keys(groups)) {
		var left []Counted
		var sources []int64
		received, removed := 0, 0
		for _, c := range groups[k] {
			sources = append(sources, c.drafted.indexOr(), c.left.indexOr(), c.received.indexOr(), c.removed.indexOr())
			if c.left.is() {
				left = append(left, v.counted(c, c.left))
			}
			if c.received.is() {
				received++
			}
			if c.removed.is() {
				removed++
			}
		}
		first, last := ends(left)
		spread := ""
		if len(left) > 0 {
			spread = cellTook(last.At.Sub(first.At))
		}
		t.add(sources, k, strconv.Itoa(len(groups[k])), strconv.Itoa(len(left)), cellTime(first.At), cellTime(last.At), spread, strconv.Itoa(received), strconv.Itoa(removed))
	}
	return t
}

// work is what was done without an act of this store: seizures, and what a partner's machine carried out.
func (v afterView) work() AfterTable {
	t := afterTable("work", "participant text, role word, stage word, jurisdiction text, address address, started time, finished time, state word")
	for _, k := range v.Work {
		if k.Notice != 0 {
			continue
		}
		var started, finished time.Time
		var sources []int64
		state := ""
		for _, e := range v.Events {
			if e.Subject != (Subject{"task", int64(k.ID)}) {
				continue
			}
			sources = append(sources, e.Index)
			if e.To != "" {
				state = e.To
			}
			switch e.Verb {
			case "start":
				started = e.At
			case "finish":
				finished = e.At
			}
		}
		t.add(sources, v.Members[k.Participant], string(k.Role), string(k.Stage), k.Jurisdiction, k.Address, cellTime(started), cellTime(finished), state)
	}
	return t
}

func (m afterMark) indexOr() int64 {
	if !m.is() {
		return -1
	}
	return m.index
}

// timedBy are the timed tasks by addressee.
func (v afterView) timedBy() map[string][]Counted {
	out := map[string][]Counted{}
	for _, c := range v.courses {
		if c.received.is() && c.asks() {
			p := v.Providers[c.n.Provider]
			out[p] = append(out[p], v.timed(c))
		}
	}
	return out
}

func (v afterView) timedSources(provider string) []int64 {
	var out []int64
	for _, c := range v.courses {
		if v.Providers[c.n.Provider] == provider && c.received.is() && c.asks() {
			out = append(out, c.received.indexOr(), c.correction, c.removed.indexOr(), c.ended.indexOr())
		}
	}
	return out
}

func (v afterView) byProvider() AfterTable {
	t := afterTable("removal", "addressee text, received count, removed count, open count, median seconds, ninety seconds")
	by := v.timedBy()
	for _, p := range slices.Sorted(maps.Keys(by)) {
		removed, open := 0, 0
		for _, c := range by[p] {
			if c.Ended.IsZero() {
				open++
			} else {
				removed++
			}
		}
		curve := effect.Survival(Spells(by[p]))
		t.add(v.timedSources(p), p, strconv.Itoa(len(by[p])), strconv.Itoa(removed), strconv.Itoa(open), cellTookOf(curve.Quantile(.5)), cellTookOf(curve.Quantile(.9)))
	}
	return t
}

func (v afterView) providerCurves() AfterTable {
	t := afterTable("removal.curve", "addressee text, after seconds, removed share, low share, high share, waited count, came count")
	by := v.timedBy()
	came := map[string]map[time.Duration][]int64{} // the entries of what came at a time
	for _, c := range v.courses {
		if x := v.timed(c); c.received.is() && c.asks() && !x.Ended.IsZero() {
			p, took := v.Providers[c.n.Provider], max(0, x.Ended.Sub(x.Begun))
			if came[p] == nil {
				came[p] = map[time.Duration][]int64{}
			}
			came[p][took] = append(came[p][took], c.received.indexOr(), c.correction, c.removed.indexOr())
		}
	}
	for _, p := range slices.Sorted(maps.Keys(by)) {
		for _, d := range effect.Survival(Spells(by[p])) {
			t.add(came[p][d.After], p, cellTook(d.After), cellReal(1-d.Left), cellReal(1-d.High), cellReal(1-d.Low), strconv.Itoa(d.Risk), strconv.Itoa(d.Came))
		}
	}
	return t
}

// marksTable is up, down and unknown at each mark.
func (v afterView) marksTable() AfterTable {
	t := afterTable("marks", "mark word, at time, assets count, up count, down count, unknown count")
	for _, m := range MusterMarks[1:] {
		f := v.state(m)
		n := map[string]string{}
		for _, g := range f.Groups {
			n[g.Key] = g.Value
		}
		cell := func(s effect.State) string {
			if f.State != FigureGiven {
				return ""
			}
			return cmp.Or(n[string(s)], "0")
		}
		t.add(f.Indices, string(m), cellTime(v.Operation.T0.Add(m.After())), f.Value, cell(effect.Up), cell(effect.Down), cell(effect.Unknown))
	}
	return t
}

// availability is how each address fared before and after.
func (v afterView) availability() AfterTable {
	t := afterTable("availability", "address address, available_before share, available_after share, dark_before seconds, dark_after seconds, unknown_before seconds, unknown_after seconds")
	t0 := v.Operation.T0
	row := func(sources []int64, name string, b, a effect.Share) {
		t.add(sources, name, cellShare(b), cellShare(a), cellTook(b.Down), cellTook(a.Down), cellTook(b.Unknown), cellTook(a.Unknown))
	}
	row(v.marksUntil(v.From, v.To), "", v.before.Share, v.after.Share)
	for i, h := range v.heads {
		row(v.entries[i], h.Name, h.Available(v.From, t0), h.Available(t0, v.To))
	}
	return t
}

func (v afterView) returnsList() AfterTable {
	t := afterTable("returns.list", "address address, fell time, back_as address, back time, took seconds, open word")
	for _, f := range v.falls {
		s, as, open := f.Spell(v.AsOf), "", "open"
		if f.Back >= 0 {
			as, open = v.heads[f.Back].Name, "back"
		}
		t.add([]int64{f.entry, f.back}, v.heads[f.Head].Name, cellTime(f.At), as, cellTime(f.Up), cellTook(s.Took), open)
	}
	return t
}

func (v afterView) returnCurve() AfterTable {
	t := afterTable("return.curve", "after seconds, gone share, low share, high share, waited count, came count")
	var spells []effect.Spell
	came := map[time.Duration][]int64{}
	for _, f := range v.falls {
		s := f.Spell(v.AsOf)
		if spells = append(spells, s); !s.Open {
			came[s.Took] = append(came[s.Took], f.entry, f.back)
		}
	}
	for _, d := range effect.Survival(spells) {
		t.add(came[d.After], cellTook(d.After), cellReal(d.Left), cellReal(d.Low), cellReal(d.High), strconv.Itoa(d.Risk), strconv.Itoa(d.Came))
	}
	return t
}
