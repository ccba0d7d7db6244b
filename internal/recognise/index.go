// SPDX-License-Identifier: EUPL-1.2

package recognise

import (
	"cmp"
	"slices"
	"sync"
)

// Index finds every stored PDQ within a distance of a query, exactly: it misses none. It is safe for concurrent use; searches
// run side by side. Equal hashes are kept once.
type Index struct {
	mu     sync.RWMutex
	hashes []PDQ
	ids    [][]int64   // beside hashes
	at     map[PDQ]int // position in hashes
	size   int
}

// Hit is one stored hash within the radius: the number it was added under, and how many of its 256 bits differ from the query.
type Hit struct {
	ID       int64
	Distance int
}

// NewIndex returns an empty index.
func NewIndex() *Index { return &Index{at: map[PDQ]int{}} }

// Add stores the hash under id. One id may have several hashes and one hash several ids; the same pair twice counts once.
func (x *Index) Add(p PDQ, id int64) {
	x.mu.Lock()
	defer x.mu.Unlock()
	i, ok := x.at[p]
	if !ok {
		i = len(x.hashes)
		x.at[p] = i
		x.hashes = append(x.hashes, p)
		x.ids = append(x.ids, nil)
	}
	if slices.Contains(x.ids[i], id) {
		return
	}
	x.ids[i] = append(x.ids[i], id)
	x.size++
}

// Remove forgets that pair and says whether it was there.
func (x *Index) Remove(p PDQ, id int64) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	i, ok := x.at[p]
	if !ok {
		return false
	}
	k := slices.Index(x.ids[i], id)
	if k < 0 {
		return false
	}
	x.ids[i] = slices.Delete(x.ids[i], k, k+1)
	x.size--
	if len(x.ids[i]) == 0 {
		last := len(x.hashes) - 1
		x.hashes[i], x.ids[i] = x.hashes[last], x.ids[last]
		x.at[x.hashes[i]] = i
		x.hashes, x.ids = x.hashes[:last], x.ids[:last]
		delete(x.at, p)
	}
	return true
}

// Len is the number of pairs stored.
func (x *Index) Len() int {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return x.size
}

// Search returns all stored pairs at most radius bits away from q, nearest first, then by id.
func (x *Index) Search(q PDQ, radius int) []Hit {
	x.mu.RLock()
	defer x.mu.RUnlock()
	var hits []Hit
	for i := range x.hashes {
		if d := x.hashes[i].Distance(q); d <= radius {
			for _, id := range x.ids[i] {
				hits = append(hits, Hit{id, d})
			}
		}
	}
	slices.SortFunc(hits, func(a, b Hit) int { return cmp.Or(cmp.Compare(a.Distance, b.Distance), cmp.Compare(a.ID, b.ID)) })
	return hits
}
