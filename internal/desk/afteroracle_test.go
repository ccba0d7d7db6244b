// SPDX-License-Identifier: EUPL-1.2

package desk_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"sort"
	"strconv"
	"strings"
	"testing"
	"time"

	"iolaus/internal/iru"
)

// An oldEvent is an event as it lies in the record of a report, read without the program's own reader.
type oldEvent struct {
	index, unit, subject       int64
	at                         int64 // microseconds
	noun, verb, from, to, note string
	facts                      map[string]any
}

func (e oldEvent) whole(key string) int64 { f, _ := e.facts[key].(float64); return int64(f) }

func (e oldEvent) text(key string) string { s, _ := e.facts[key].(string); return s }

// readRecord reads record.jsonl.
func readRecord(t *testing.T, file []byte) (out []oldEvent) {
	t.Helper()
	sc := bufio.NewScanner(bytes.NewReader(file))
	sc.Buffer(nil, 1<<22)
	for sc.Scan() {
		var line struct {
			Index   int64
			Payload string
		}
		must(t, json.Unmarshal(sc.Bytes(), &line))
		var p []any
		must(t, json.Unmarshal([]byte(line.Payload), &p))
		e := oldEvent{index: line.Index, at: int64(p[1].(float64)), unit: int64(p[3].(float64)), noun: p[4].(string), subject: int64(p[5].(float64)), verb: p[6].(string), from: p[7].(string), to: p[8].(string), note: p[9].(string)}
		must(t, json.Unmarshal([]byte(p[10].(string)), &e.facts))
		out = append(out, e)
	}
	must(t, sc.Err())
	sort.Slice(out, func(i, j int) bool { return out[i].index < out[j].index })
	return out
}

// An oracle counts again what a report says, from the record alone and in another way.
type oracle struct {
	events         []oldEvent
	op             int64
	t0, asOf       int64
	from, to       int64
	acts           []int64 // drafted for the operation, in the order of their numbers
	draft          map[int64]oldEvent
	heads          []int64 // addresses of the outlets, or which an act is about
	follows, begun map[int64]int64
}

func newOracle(events []oldEvent, op int64, asOf, from, to time.Time) *oracle {
	o := &oracle{events: events, op: op, asOf: asOf.UnixMicro(), from: from.UnixMicro(), to: to.UnixMicro(), draft: map[int64]oldEvent{}, follows: map[int64]int64{}, begun: map[int64]int64{}}
	for _, e := range events {
		switch e.noun + "." + e.verb {
		case "operation.release":
			at, _ := time.Parse(time.RFC3339Nano, e.text("t0"))
			o.t0 = at.UnixMicro()
		case "notice.draft":
			if e.whole("operation") == op {
				o.acts, o.draft[e.subject] = append(o.acts, e.subject), e
			}
		case "asset.find":
			o.heads, o.begun[e.subject] = append(o.heads, e.subject), e.at
		case "asset.attribute":
			if to := e.whole("succeeds"); to != 0 {
				o.follows[e.subject] = to
			}
		}
	}
	slices.Sort(o.acts)
	slices.Sort(o.heads)
	return o
}

// first is the first event of an act by one of some verbs.
func (o *oracle) first(act int64, from string, verbs ...string) (oldEvent, bool) {
	for _, e := range o.events {
		if e.noun == "notice" && e.subject == act && slices.Contains(verbs, e.verb) && (from == "" || e.from == from) {
			return e, true
		}
	}
	return oldEvent{}, false
}

func (o *oracle) left(act int64) (oldEvent, bool) {
	return o.first(act, "dispatched", "send", "receive", "bounce")
}

func (o *oracle) number(has func(int64) bool) int {
	n := 0
	for _, a := range o.acts {
		if has(a) {
			n++
		}
	}
	return n
}

func (o *oracle) has(verbs ...string) func(int64) bool {
	return func(a int64) bool { _, ok := o.first(a, "", verbs...); return ok }
}

// A wait is how long something took, in microseconds, and whether it came.
type wait struct {
	took int64
	came bool
}

// waits are the times from receipt to removal, by addressee.
func (o *oracle) waits() map[int64][]wait {
	out := map[int64][]wait{}
	for _, a := range o.acts {
		d := o.draft[a]
		r, ok := o.first(a, "", "receive")
		if !ok || d.text("request") != "remove_content" {
			continue
		}
		begun := r.at
		for _, e := range o.events {
			if e.noun == "notice" && e.subject == a && e.verb == "correct_receipt" {
				at, _ := time.Parse(time.RFC3339Nano, e.text("at"))
				begun = at.UnixMicro()
			}
		}
		w := wait{took: o.asOf - begun}
		if e, ok := o.first(a, "", "verify"); ok {
			w = wait{e.at - begun, true}
		} else if e, ok := o.first(a, "", "withdraw", "annul", "revoke", "escalate"); ok {
			w.took = e.at - begun
		}
		w.took = max(w.took, 0)
		out[d.whole("provider")] = append(out[d.whole("provider")], w)
	}
	return out
}

// quantile is the time by which a share had come, by the product of what is left at each coming; -1 where it had not.
func quantile(ws []wait, q float64) int64 {
	var times []int64
	for _, w := range ws {
		if w.came {
			times = append(times, w.took)
		}
	}
	slices.Sort(times)
	left := 1.0
	for _, at := range slices.Compact(times) {
		risk, came := 0.0, 0.0
		for _, w := range ws {
			if w.took >= at {
				risk++
			}
			if w.took == at && w.came {
				came++
			}
		}
		if left *= (risk - came) / risk; left <= 1-q+1e-9 {
			return at
		}
	}
	return -1
}

// state is what was believed of an address at a time: 'u', 'd', '?'; ' ' before it was there.
func (o *oracle) state(head, at int64) byte {
	s := byte(' ')
	if at >= o.begun[head] {
		s = '?'
	}
	var marks []oldEvent
	for _, e := range o.events {
		if e.noun == "asset" && e.subject == head && (e.verb == "seen" || e.verb == "missed" || e.verb == "agreed") && e.at <= at {
			marks = append(marks, e)
		}
	}
	sort.SliceStable(marks, func(i, j int) bool { return marks[i].at < marks[j].at })
	if len(marks) > 0 {
		s = map[string]byte{"up": 'u', "back": 'u', "gone": 'd', "doubtful": '?'}[marks[len(marks)-1].to]
	}
	return s
}

// share adds up how long something was up and down, between two times, cutting at every event.
func (o *oracle) share(from, to int64) (up, down int64) {
	cuts := []int64{from, to}
	for _, e := range o.events {
		if e.noun == "asset" && e.at > from && e.at < to {
			cuts = append(cuts, e.at)
		}
	}
	slices.Sort(cuts)
	for i := range len(cuts) - 1 {
		seen := ""
		for _, h := range o.heads {
			seen += string(o.state(h, cuts[i]))
		}
		switch d := cuts[i+1] - cuts[i]; {
		case strings.Contains(seen, "u"):
			up += d
		case strings.Contains(seen, "?"):
		case strings.Contains(seen, "d"):
			down += d
		}
	}
	return up, down
}

// falls are the waits for a return after each fall from T0 on.
func (o *oracle) falls() (out []wait) {
	for _, h := range o.heads {
		var marks []oldEvent
		for _, e := range o.events {
			if e.noun == "asset" && e.subject == h && (e.verb == "seen" || e.verb == "missed" || e.verb == "agreed") {
				marks = append(marks, e)
			}
		}
		sort.SliceStable(marks, func(i, j int) bool { return marks[i].at < marks[j].at })
		down := false
		for i, m := range marks {
			if m.to == "up" || m.to == "back" {
				down = false
			}
			if m.to != "gone" || down {
				continue
			}
			down = true
			if m.at < o.t0 || m.at > o.to {
				continue
			}
			back := int64(math.MaxInt64)
			for _, x := range marks[i+1:] {
				if x.to == "up" || x.to == "back" {
					back = x.at
					break
				}
			}
			for next, to := range o.follows {
				if to == h && o.begun[next] >= m.at {
					back = min(back, o.begun[next])
				}
			}
			w := wait{max(0, o.asOf-m.at), false}
			if back != math.MaxInt64 {
				w = wait{back - m.at, true}
			}
			out = append(out, w)
		}
	}
	return out
}

// groups counts acts by a key, and gives the numbers in rising order.
func (o *oracle) groups(has func(int64) bool, key func(oldEvent) string) []int {
	n := map[string]int{}
	for _, a := range o.acts {
		if has(a) {
			n[key(o.draft[a])]++
		}
	}
	var out []int
	for _, v := range n {
		out = append(out, v)
	}
	slices.Sort(out)
	return out
}

func stageOf(d oldEvent) string {
	switch {
	case d.text("stage") != "":
		return d.text("stage")
	case d.text("request") == "preserve":
		return "preservation"
	case d.text("layer") == "registrar", d.text("layer") == "registry":
		return "registrar"
	}
	return "act"
}

// hold compares every figure of a report with what the oracle counts.
func (o *oracle) hold(t *testing.T, a iru.AfterAction) {
	t.Helper()
	seen := map[string]bool{}
	say := func(id string, want any) {
		t.Helper()
		f, ok := a.Figure(id)
		seen[id] = true
		if got := f.Value; !ok || got != fmt.Sprint(want) {
			t.Errorf("figure %s is %q (%s), counted again %v", id, got, f.State, want)
		}
	}
	group := func(id, by string, want []int) {
		t.Helper()
		f, _ := a.Figure(id)
		var got []int
		for _, g := range f.Groups {
			if g.By == by {
				n, _ := strconv.Atoi(g.Value)
				got = append(got, n)
			}
		}
		if slices.Sort(got); !slices.Equal(got, want) {
			t.Errorf("figure %s by %s is %v, counted again %v", id, by, got, want)
		}
	}
	every := func(int64) bool { return true }
	leaves := func(x int64) bool { _, ok := o.left(x); return ok }
	instrument, unit := func(d oldEvent) string { return d.text("instrument") }, func(d oldEvent) string { return strconv.FormatInt(d.unit, 10) }
	assets := map[int64]bool{}
	for _, x := range o.acts {
		assets[o.draft[x].whole("asset")] = true
	}
	say("assets", len(assets))
	say("acts", len(o.acts))
	group("acts", "instrument", o.groups(every, instrument))
	group("acts", "unit", o.groups(every, unit))
	say("acts.left", o.number(leaves))
	group("acts.left", "stage", o.groups(leaves, stageOf))
	group("acts.left", "unit", o.groups(leaves, unit))
	say("acts.kept", len(o.acts)-o.number(leaves))
	for id, verb := range map[string]string{"acts.received": "receive", "acts.removed": "verify", "acts.refused": "refuse", "acts.bounced": "bounce", "acts.back": "breach"} {
		say(id, o.number(o.has(verb)))
	}
	group("acts.removed", "provider", o.groups(o.has("verify"), func(d oldEvent) string { return strconv.FormatInt(d.whole("provider"), 10) }))
	overdue := map[int64]bool{}
	for _, e := range o.events {
		if e.noun == "clock" && e.verb == "due" {
			overdue[e.whole("notice")] = true
		}
	}
	say("acts.overdue", len(overdue))
	var times []int64
	var all []wait
	for _, x := range o.acts {
		if e, ok := o.left(x); ok && stageOf(o.draft[x]) == "act" {
			times = append(times, e.at)
		}
	}
	if len(times) == 0 {
		say("spread", "")
	} else {
		say("spread", slices.Max(times)-slices.Min(times))
	}
	for _, ws := range o.waits() {
		all = append(all, ws...)
	}
	took := func(id string, ws []wait, q float64) {
		t.Helper()
		if at := quantile(ws, q); at < 0 {
			say(id, "")
		} else {
			say(id, at/1_000_000)
		}
	}
	took("removal.median", all, .5)
	took("removal.ninety", all, .9)
	for id, after := range map[string]int64{"state.t15": 15, "state.t60": 60, "state.t24h": 24 * 60} {
		n := map[byte]int{}
		for x := range assets {
			s := o.state(x, o.t0+after*60_000_000)
			if s == ' ' {
				s = '?'
			}
			n[s]++
		}
		say(id, len(assets))
		var want []int
		for _, v := range n {
			want = append(want, v)
		}
		slices.Sort(want)
		group(id, "presence", want)
	}
	falls := o.falls()
	back := 0
	for _, w := range falls {
		if w.came {
			back++
		}
	}
	say("falls", len(falls))
	say("returns", back)
	took("return.median", falls, .5)
	fresh := 0
	for _, at := range o.begun {
		if at >= o.t0 {
			fresh++
		}
	}
	say("heads.new", fresh)
	for id, span := range map[string][2]int64{"available.before": {o.from, o.t0}, "available.after": {o.t0, o.to}} {
		up, down := o.share(span[0], span[1])
		if up+down == 0 {
			say(id, "")
			continue
		}
		say(id, strconv.FormatFloat(100*float64(up)/float64(up+down), 'f', 1, 64))
	}
	_, down := o.share(o.t0, o.to)
	say("dark", down/1_000_000)
	for _, f := range a.Figures {
		if !seen[f.ID] {
			t.Errorf("figure %s is not counted again", f.ID)
		}
	}
	o.holdTables(t, a, falls)
}

// holdTables compares the curves, the marks and the rows of tasks.
func (o *oracle) holdTables(t *testing.T, a iru.AfterAction, falls []wait) {
	t.Helper()
	tasks, _ := a.Table("tasks")
	byRef := map[string]iru.AfterRow{}
	for _, r := range tasks.Rows {
		byRef[tasks.Cell(r, "ref")] = r
	}
	cell := func(us int64) string { return time.UnixMicro(us).UTC().Format("2006-01-02T15:04:05.000000Z") }
	for _, x := range o.acts {
		r := byRef[o.draft[x].note]
		for column, verbs := range map[string][]string{"removed": {"verify"}, "back": {"breach"}} {
			want := ""
			if e, ok := o.first(x, "", verbs...); ok {
				want = cell(e.at)
			}
			if got := tasks.Cell(r, column); got != want {
				t.Errorf("%s %s is %q, counted again %q", o.draft[x].note, column, got, want)
			}
		}
		if e, ok := o.left(x); ok && tasks.Cell(r, "left") != cell(e.at) || !ok && tasks.Cell(r, "left") != "" {
			t.Errorf("%s left %q, counted again %v", o.draft[x].note, tasks.Cell(r, "left"), e.at)
		}
	}
	if len(tasks.Rows) != len(o.acts) {
		t.Errorf("%d tasks, counted again %d", len(tasks.Rows), len(o.acts))
	}
	curve, _ := a.Table("removal.curve")
	steps := 0
	for _, ws := range o.waits() {
		seen := map[int64]bool{}
		for _, w := range ws {
			if w.came && !seen[w.took] {
				seen[w.took], steps = true, steps+1
				if !slices.ContainsFunc(curve.Rows, func(r iru.AfterRow) bool {
					return curve.Cell(r, "after") == strconv.FormatFloat(float64(w.took)/1e6, 'f', -1, 64) && curve.Cell(r, "removed") == strconv.FormatFloat(came(ws, w.took), 'f', 4, 64)
				}) {
					t.Errorf("no step at %d µs of height %.4f", w.took, came(ws, w.took))
				}
			}
		}
	}
	if steps != len(curve.Rows) {
		t.Errorf("%d steps of removal, counted again %d", len(curve.Rows), steps)
	}
	gone, _ := a.Table("return.curve")
	for _, r := range gone.Rows {
		after, _ := strconv.ParseFloat(gone.Cell(r, "after"), 64)
		if want := strconv.FormatFloat(1-came(falls, int64(math.Round(after*1e6))), 'f', 4, 64); gone.Cell(r, "gone") != want {
			t.Errorf("after %v s %s is gone, counted again %s", after, gone.Cell(r, "gone"), want)
		}
	}
}

// came is the share that had come by a time, by redistributing to the right (Efron 1967): each open wait gives its weight to what was waited for longer.
func came(ws []wait, by int64) float64 {
	s := slices.Clone(ws)
	sort.SliceStable(s, func(i, j int) bool {
		if s[i].took != s[j].took {
			return s[i].took < s[j].took
		}
		return s[i].came && !s[j].came
	})
	weight := make([]float64, len(s))
	for i := range weight {
		weight[i] = 1 / float64(len(s))
	}
	sum := 0.0
	for i, w := range s {
		if w.came {
			if w.took <= by {
				sum += weight[i]
			}
			continue
		}
		for j := i + 1; j < len(s); j++ {
			weight[j] += weight[i] / float64(len(s)-i-1)
		}
	}
	return sum
}
