// SPDX-License-Identifier: EUPL-1.2

package plan

// groups numbers, from 1, the measures that fail together; nil where all fail alone.
func (t *Tree) groups() []int32 {
	count := map[string]int32{}
	for i := range t.Measures {
		count[t.Measures[i].With]++
	}
	var out []int32
	number := map[string]int32{}
	for i := range t.Measures {
		w := t.Measures[i].With
		if w == "" || count[w] < 2 {
			continue
		}
		if out == nil {
			out = make([]int32, len(t.Measures))
		}
		if number[w] == 0 {
			number[w] = int32(len(number) + 1)
		}
		out[i] = number[w]
	}
	return out
}

// group is the number of those with which a measure fails, 0 where it fails alone or nothing has to be survived.
func (q *quest) group(m int32) int32 {
	if int(m) < len(q.with) {
		return q.with[m]
	}
	return 0
}

// counts reports whether a measure counts towards what a way needs: not where the way is to be closed without those that fail with it.
func (q *quest) counts(w way, m int32) bool { return w.but == 0 || q.group(m) != w.but }

// needs is what a way needs: where all of a group failed, one of the others; where its measures do not suffice, and that is allowed, all of them.
func (q *quest) needs(w way, has int64) int32 {
	switch {
	case w.but > 0 && q.mode == N1:
		return 1
	case q.most && has > 0 && has < int64(q.need):
		return int32(has)
	}
	return q.need
}

// lacks reports whether measures that are taken do not give a way what it needs.
func (q *quest) lacks(w way, taken []bool) bool {
	sum, has := int64(0), int64(0)
	for _, v := range w.measures {
		if !q.counts(w, v) || q.veto[v] {
			continue
		}
		if has += int64(q.weight[v]); taken[v] {
			sum += int64(q.weight[v])
		}
	}
	return sum < int64(q.needs(w, has))
}

// together parts columns of a core into those that fail at once.
func (c *core) together(q *quest, taken []int32) (out [][]int32) {
	at := map[int32]int{}
	for k, v := range taken {
		g := q.group(c.first(v))
		n, ok := at[g]
		if g == 0 || !ok {
			at[g] = len(out)
			out = append(out, taken[k:k+1:k+1])
			continue
		}
		out[n] = append(out[n], v)
	}
	return out
}

// but marks ways that some columns alone would close that fail together: they need one of the others. Where a way has one of them only, its need of
// two says the same.
func (c *core) but(q *quest, ways []way, failed []int32) {
	g := q.group(c.first(failed[0]))
	if g == 0 {
		return
	}
	for k := range ways {
		n := 0
		for _, v := range ways[k].measures {
			if q.group(c.first(v)) == g {
				n++
			}
		}
		if n > 1 {
			ways[k].but = g
		}
	}
}

// bar makes what fails together with columns that are taken cost more than anything.
func (c *core) bar(q *quest, taken []int32, cost []int64) {
	if q.with == nil {
		return
	}
	failed := map[int32]bool{}
	for _, v := range taken {
		failed[q.group(c.first(v))] = true
	}
	for v := range cost {
		if g := q.group(c.first(int32(v))); g > 0 && failed[g] {
			cost[v] = never
		}
	}
}
