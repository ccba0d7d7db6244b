// SPDX-License-Identifier: EUPL-1.2

package ledger

import (
	"cmp"
	"fmt"
	"slices"

	"golang.org/x/mod/sumdb/tlog"
)

// odd is a place where the event row and the logged hash are not the same, or where one of them is missing.
type odd struct {
	index    int64
	row      row
	stored   node
	attested bool // a signed checkpoint attests the stored hash
}

func (a *audit) note(o odd) {
	if len(a.odd) >= maxOdd {
		a.report.More = true
		return
	}
	a.odd = append(a.odd, o)
}

// classify tells what happened at the odd places. A logged event that stands nowhere was removed, a row that was never logged was
// added; both at one place: it was changed. What stands at another place was reordered, unless removing or adding a row and
// renumbering those after it explains the distance.
func (a *audit) classify() {
	slices.SortStableFunc(a.odd, func(x, y odd) int { return cmp.Compare(x.index, y.index) })
	stands := make(map[tlog.Hash]int64) // row hash to index
	logged := make(map[tlog.Hash]int64) // logged hash to index
	for _, o := range a.odd {
		if o.row.there {
			stands[o.row.hash] = o.index
		}
		if o.stored.known {
			logged[o.stored.hash] = o.index
		}
	}
	var found []run
	shift := int64(0)
	for _, o := range a.odd {
		to, standing := stands[o.stored.hash]
		standing = standing && o.stored.known
		from, known := logged[o.row.hash]
		known = known && o.row.there
		lost := o.stored.known && !standing || !o.stored.known && !o.row.there
		strange := o.row.there && !known
		switch {
		case lost && strange:
			found = put(found, Flipped, o)
		case lost:
			if !a.quiet || o.row.there {
				found = put(found, Removed, o)
			}
			if o.row.there {
				shift--
			}
		case strange:
			found = put(found, Added, o)
			if o.stored.known {
				shift++
			}
		}
		swapped := o.row.there && known && from == to
		if standing && (shift == 0 || to-o.index != shift) && !(swapped && to < o.index) {
			found = append(found, run{kind: Reordered, from: o.index, to: o.index, first: o, other: to, swapped: swapped})
		}
	}
	if len(a.odd) >= maxOdd && len(found) > 1 {
		found = found[:1] // what was not kept could explain the others differently
	}
	for i, r := range found {
		if i == maxFaults {
			a.report.More = true
			break
		}
		a.report.Faults = append(a.report.Faults, Fault{Index: r.from, Kind: r.kind, Detail: r.detail(a.size)})
	}
}

// run is some neighbouring places to which the same happened.
type run struct {
	kind     string
	from, to int64
	first    odd
	other    int64 // where the event stands now, if reordered
	swapped  bool
}

func put(runs []run, kind string, o odd) []run {
	if last := len(runs) - 1; last >= 0 && runs[last].kind == kind && runs[last].to+1 == o.index {
		runs[last].to = o.index
		return runs
	}
	return append(runs, run{kind: kind, from: o.index, to: o.index, first: o})
}

func (r run) detail(size int64) string {
	who := "its row cannot be read as an event"
	if id := r.first.row.event; id > 0 {
		who = fmt.Sprintf("the row is that of event %d", id)
	}
	sure := ""
	if r.first.attested {
		sure = "; the signed checkpoint attests the hash that was logged"
	}
	many := r.to > r.from
	switch r.kind {
	case Flipped:
		if many {
			return fmt.Sprintf("the %d events at entries %d to %d are not what was logged%s", r.to-r.from+1, r.from, r.to, sure)
		}
		return fmt.Sprintf("the event at entry %d is not what was logged: id, time, kind, salt or payload was changed (%s)%s", r.from, who, sure)
	case Removed:
		if many {
			return fmt.Sprintf("the %d events logged as entries %d to %d are not there", r.to-r.from+1, r.from, r.to)
		}
		return fmt.Sprintf("the event logged as entry %d is not there%s", r.from, sure)
	case Added:
		if many {
			return fmt.Sprintf("events stand at entries %d to %d that were never logged", r.from, r.to)
		}
		if r.from >= size {
			return fmt.Sprintf("an event stands at entry %d of a log of %d entries and was never logged (%s)", r.from, size, who)
		}
		return fmt.Sprintf("an event stands at entry %d that was never logged (%s)", r.from, who)
	}
	if r.swapped {
		return fmt.Sprintf("the events logged as entries %d and %d have changed places", r.from, r.other)
	}
	return fmt.Sprintf("the event logged as entry %d stands at entry %d", r.from, r.other)
}
