// SPDX-License-Identifier: EUPL-1.2

package iru

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// closed are the musters that ended, oldest first, with the entry that holds each one's digest; what an entry does not say is left out.
func (v afterView) closed() (musters []Muster, bodies []MusterBody, entries []int64) {
	for _, m := range v.Musters {
		if m.State != MusterClosed {
			continue
		}
		i := slices.IndexFunc(v.Events, func(e Event) bool {
			return e.Subject == Subject{"muster", int64(m.ID)} && e.Verb == "close" && e.Facts["digest"] == m.Digest
		})
		b, err := m.Read()
		if i < 0 || err != nil {
			continue
		}
		musters, bodies, entries = append(musters, m), append(bodies, b), append(entries, v.Events[i].Index)
	}
	return musters, bodies, entries
}

// sweeps says when every address was looked at, and what was met.
func (v afterView) sweeps() AfterTable {
	t := afterTable("sweeps", "mark word, begun time, ended time, assets count, up count, down count, doubtful count, unknown count, unseen count, met text, digest text")
	ms, bs, entries := v.closed()
	for i, m := range ms {
		met := map[Outcome]int{}
		for _, a := range bs[i].Assets {
			for _, l := range a.Looks {
				if !l.At.Before(m.Begun) {
					met[l.Outcome]++
				}
			}
		}
		var words []string
		for _, o := range Outcomes {
			if met[o] > 0 {
				words = append(words, string(o)+" "+strconv.Itoa(met[o]))
			}
		}
		n := strconv.Itoa
		t.add(entries[i:i+1], string(m.Mark), cellTime(m.Begun), cellTime(m.Ended), n(m.Assets), n(m.Up), n(m.Down), n(m.Doubtful), n(m.Unknown), n(m.Unseen), strings.Join(words, ", "), m.Digest)
	}
	if len(ms) == 0 {
		t.Note = "no sweep has ended, as of the ledger"
	}
	return t
}

// seen says from where each address was seen last, by the last sweep.
func (v afterView) seen() AfterTable {
	t := afterTable("seen", "address address, presence word, since time, vantage text, at time, outcome word")
	_, bs, entries := v.closed()
	if len(bs) == 0 {
		t.Note = "no sweep has ended, as of the ledger"
		return t
	}
	b, entry := bs[len(bs)-1], entries[len(entries)-1:]
	for _, a := range b.Assets {
		name := ""
		if i := v.head(a.Asset); i >= 0 {
			name = v.Assets[i].Locator
		}
		if len(a.Looks) == 0 {
			t.add(entry, name, string(a.Presence), cellTime(a.Since), "", "", "")
		}
		for _, l := range a.Looks {
			t.add(entry, name, string(a.Presence), cellTime(a.Since), l.Vantage, cellTime(l.At), string(l.Outcome))
		}
	}
	return t
}

// concentration is on how few each outlet hung just before T0, and at the last sweep.
func (v afterView) concentration() AfterTable {
	t := afterTable("concentration", "outlet text, over word, before number, known_before count, after number, known_after count")
	ms, bs, entries := v.closed()
	if len(ms) < 2 || ms[0].Mark != MarkBefore {
		t.Note = "read from the store's map, which the ledger does not hold: no sweep before T0 and after it has ended"
		for _, s := range v.Effect.Spread {
			t.add(nil, v.outlet(s.Outlet), string(s.Before.Kind), indexCell(s.Before.HHI, s.Before.Known), strconv.Itoa(s.Before.Known), indexCell(s.After.HHI, s.After.Known), strconv.Itoa(s.After.Known))
		}
		return t
	}
	first, last := bs[0], bs[len(bs)-1]
	for _, o := range v.Outlets {
		for _, over := range Concentrated {
			before, known, _ := first.HHI(o.ID, over)
			after, knownAfter, _ := last.HHI(o.ID, over)
			t.add([]int64{entries[0], entries[len(entries)-1]}, o.Name, string(over), indexCell(before, known), strconv.Itoa(known), indexCell(after, knownAfter), strconv.Itoa(knownAfter))
		}
	}
	return t
}

func indexCell(hhi float64, known int) string {
	if known == 0 {
		return ""
	}
	return cellReal(hhi)
}

func (v afterView) outlet(id OutletID) string {
	for _, o := range v.Outlets {
		if o.ID == id {
			return o.Name
		}
	}
	return ""
}

// audience is what addresses told of their audience before T0, and at the last sweep.
func (v afterView) audience() AfterTable {
	t := afterTable("audience", "address address, before count, at_before time, after count, at_after time, kept share")
	t.Note = "not measured: no address told its audience before T0 and after it"
	_, bs, entries := v.closed()
	if len(bs) < 2 || bs[0].Mark != MarkBefore {
		return t
	}
	first, last := bs[0], bs[len(bs)-1]
	for _, h := range first.Audience {
		if h.At.After(v.Operation.T0) || h.Count == 0 {
			continue
		}
		after, at, kept := "", time.Time{}, ""
		for _, x := range last.Audience {
			if x.Asset == h.Asset && x.At.After(v.Operation.T0) {
				after, at, kept = strconv.Itoa(x.Count), x.At, cellReal(float64(x.Count)/float64(h.Count))
			}
		}
		name := ""
		if i := v.head(h.Asset); i >= 0 {
			name = v.Assets[i].Locator
		}
		t.add([]int64{entries[0], entries[len(entries)-1]}, name, strconv.Itoa(h.Count), cellTime(h.At), after, cellTime(at), kept)
		t.Note = ""
	}
	return t
}

// timeline is what happened to the operation, and what each unit did first and last.
func (v afterView) timeline() AfterTable {
	t := afterTable("timeline", "at time, unit text, what word, note text, officer text")
	type moment struct {
		e    Event
		what string
	}
	var all []moment
	for _, e := range v.Events {
		switch {
		case e.Subject.Noun == "operation", e.Subject.Noun == "muster" && e.Verb == "close":
			all = append(all, moment{e, e.Subject.Noun + "." + e.Verb})
		}
	}
	units := map[UnitID][]afterCourse{}
	for _, c := range v.courses {
		units[c.n.Unit] = append(units[c.n.Unit], c)
	}
	for _, cs := range units {
		for _, x := range []struct {
			what string
			last bool
			of   func(afterCourse) afterMark
		}{{"first.left", false, func(c afterCourse) afterMark { return c.left }}, {"last.left", true, func(c afterCourse) afterMark { return c.left }},
			{"first.removed", false, func(c afterCourse) afterMark { return c.removed }}, {"first.back", false, func(c afterCourse) afterMark { return c.back }}} {
			var best afterMark
			for _, c := range cs {
				if m := x.of(c); m.is() && (!best.is() || m.at.Before(best.at) != x.last && !m.at.Equal(best.at)) {
					best = m
				}
			}
			if best.is() {
				all = append(all, moment{best.event, x.what})
			}
		}
	}
	slices.SortStableFunc(all, func(a, b moment) int {
		if c := a.e.At.Compare(b.e.At); c != 0 {
			return c
		}
		return int(a.e.Index - b.e.Index)
	})
	for _, m := range all {
		note := m.e.Note
		if m.e.Subject.Noun == "notice" {
			note = ""
		}
		t.add([]int64{m.e.Index}, cellTime(m.e.At), v.unitName(m.e.Unit), m.what, note, v.Officers[m.e.By])
	}
	return t
}

// overrides are the questions that two persons overrode for a threat to life, and what a third one found afterwards.
func (v afterView) overrides() AfterTable {
	t := afterTable("overrides", "overridden time, address address, danger word, first_person text, second_person text, reviewed time, review word, reviewer text, words text")
	for _, e := range v.Events {
		i := slices.IndexFunc(v.Questions, func(q Deconfliction) bool { return e.Subject == Subject{"deconfliction", int64(q.ID)} })
		if i < 0 || e.Verb != "override" {
			continue
		}
		danger, _ := e.Facts["category"].(string)
		review, found := Event{Index: -1}, "owed"
		for _, x := range v.Events {
			if x.Subject == e.Subject && (x.Verb == "uphold" || x.Verb == "fault") && x.Facts["overridden"] == e.At.UTC().Format(time.RFC3339Nano) {
				if review, found = x, "upheld"; x.Verb == "fault" {
					found = "unfounded"
				}
			}
		}
		t.add([]int64{e.Index, review.Index}, cellTime(e.At), v.Questions[i].Address, danger, v.Officers[OfficerID(wholeFact(e, "first"))], v.Officers[e.By], cellTime(review.At), found, v.Officers[review.By], review.Note)
	}
	return t
}

// failures is what did not work, one by one.
func (v afterView) failures() AfterTable {
	t := afterTable("failures", "what word, at time, ref text, addressee text, address address, words text")
	type failure struct {
		what string
		c    afterCourse
		m    afterMark
	}
	var all []failure
	for _, c := range v.courses {
		for _, x := range []failure{{"refused", c, c.refused}, {"undeliverable", c, c.bounced}, {"overdue", c, c.overdue}, {"back", c, c.back}} {
			if x.m.is() {
				all = append(all, x)
			}
		}
		switch {
		case !c.left.is() && c.withdrawn.is():
			all = append(all, failure{"kept", c, c.withdrawn})
		case !c.left.is() && !v.From.IsZero() && c.drafted.is():
			all = append(all, failure{"kept", c, c.drafted})
		case c.left.is() && v.late(c):
			all = append(all, failure{"late", c, c.left})
		}
	}
	slices.SortStableFunc(all, func(a, b failure) int { return a.m.at.Compare(b.m.at) })
	for _, f := range all {
		words := f.m.event.Note
		if f.what == "late" {
			words = cellTook(f.m.at.Sub(v.due(f.c))) + " s"
		}
		t.add([]int64{f.m.index}, f.what, cellTime(f.m.at), f.c.n.Ref, v.Providers[f.c.n.Provider], f.c.n.Locator, words)
	}
	return t
}

// AfterLate is how long after its stage began an act may leave and still be in time: the release promises a second; a minute passes without a word.
const AfterLate = time.Minute

// due is when a task's stage begins.
func (v afterView) due(c afterCourse) time.Time {
	if at := v.Operation.Instant(v.stage(c.n)); !at.IsZero() {
		return at
	}
	return v.Operation.T0.Add(v.stage(c.n).Offset())
}

func (v afterView) late(c afterCourse) bool {
	return !v.From.IsZero() && v.stage(c.n) != StagePreservation && c.left.at.Sub(v.due(c)) > AfterLate
}
