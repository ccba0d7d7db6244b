// SPDX-License-Identifier: EUPL-1.2

package capture

import (
	"hash/maphash"
	"net/url"
	"strings"
)

// Bounds keep a site from leading a crawl on for ever: endless calendars, sessions in addresses, folders that contain themselves. A
// zero field takes the value of DefaultBounds.
type Bounds struct {
	Depth   int   // links from a seed to a page; what belongs to a page does not count
	URLs    int   // addresses that are queued in all
	Bytes   int64 // of answers, after which nothing more is asked
	Address int   // bytes of one address
	Repeats int   // times that one segment may stand in a path
	Queries int   // different queries of one path
	Nested  int   // what belongs to what belongs to a page: a style of a frame of a frame
	Waiting int64 // bytes of the addresses that wait, which lie in memory
}

// DefaultBounds suit the site of an outlet.
var DefaultBounds = Bounds{Depth: 25, URLs: 200_000, Bytes: 16 << 30, Address: 2048, Repeats: 3, Queries: 500, Nested: 4, Waiting: 32 << 20}

func (b Bounds) filled() Bounds {
	d := DefaultBounds
	for _, f := range []struct{ to, from *int }{{&b.Depth, &d.Depth}, {&b.URLs, &d.URLs}, {&b.Address, &d.Address}, {&b.Repeats, &d.Repeats},
		{&b.Queries, &d.Queries}, {&b.Nested, &d.Nested}} {
		if *f.to == 0 {
			*f.to = *f.from
		}
	}
	if b.Bytes == 0 {
		b.Bytes = d.Bytes
	}
	if b.Waiting == 0 {
		b.Waiting = d.Waiting
	}
	return b
}

// Why an address was not queued.
const (
	beyondDepth   = "deeper than the crawl goes"
	beyondURLs    = "more addresses than the crawl takes"
	beyondAddress = "longer than an address may be"
	beyondRepeats = "a path that repeats itself"
	beyondQueries = "more queries of one path than the crawl takes"
	beyondNested  = "nested deeper than the crawl goes"
	beyondWaiting = "more addresses wait than memory is meant for"
)

// refuses says why an address is out of bounds by itself; "" where it is not.
func (b Bounds) refuses(i crawlItem, u *url.URL) string {
	switch {
	case len(i.URL) > b.Address:
		return beyondAddress
	case !i.Part && i.Depth > b.Depth:
		return beyondDepth
	case i.Nested > b.Nested:
		return beyondNested
	case repeats(u.EscapedPath(), b.Repeats):
		return beyondRepeats
	}
	return ""
}

// repeats reports whether a segment stands in a path more often than n times.
func repeats(path string, n int) bool {
	if strings.Count(path, "/") <= n {
		return false
	}
	seen := map[string]int{}
	for s := range strings.SplitSeq(path, "/") {
		if s != "" {
			if seen[s]++; seen[s] > n {
				return true
			}
		}
	}
	return false
}

// A queryCount counts the queries of each path.
type queryCount struct {
	seed  maphash.Seed
	paths map[uint64]int32
}

// more counts one query of the path, and reports whether it is within n.
func (q *queryCount) more(u *url.URL, n int) bool {
	if u.RawQuery == "" && !u.ForceQuery {
		return true
	}
	if q.paths == nil {
		q.seed, q.paths = maphash.MakeSeed(), map[uint64]int32{}
	}
	k := maphash.String(q.seed, u.Host+u.EscapedPath())
	if q.paths[k] >= int32(n) {
		return false
	}
	q.paths[k]++
	return true
}
