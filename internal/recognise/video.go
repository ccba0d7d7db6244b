// SPDX-License-Identifier: EUPL-1.2

package recognise

import (
	"time"
)

// When two videos are taken for one: the defaults of python-threatexchange's vPDQ signal type (VPDQ_DISTANCE_THRESHOLD,
// VPDQ_QUALITY_THRESHOLD, VPDQ_QUERY_MATCH_THRESHOLD_PERCENT and VPDQ_INDEX_MATCH_THRESHOLD_PERCENT), as shares of 0 to 1.
const (
	VideoRadius  = MatchRadius // bits up to which two frames are one
	VideoQuality = MinQuality  // of a frame, under which it counts for nothing
	VideoQuery   = 0.80        // least share of the query's frames that the known video must have
	VideoIndex   = 0.0         // least share of the known video's frames that the query must have
)

// A Frame is one hashed frame of a video.
type Frame struct {
	Number  int           // in the order of showing, from 0
	Quality int           // of the PDQ, 0 to 100
	Hash    PDQ           // of the frame at full resolution
	At      time.Duration // from the start of the video, in milliseconds in both file forms
}

// A Video is the fingerprint that the method calls vPDQ: a PDQ a frame, in the order of showing.
type Video []Frame

// Match compares a video with a known one: the share, 0 to 1, of the query's frames that the known video has within radius bits, and
// of the known video's that the query has. As in the reference, frames under VideoQuality do not count, and equal hashes count
// once. A video without a frame that counts shares nothing.
func (v Video) Match(known Video, radius int) (query, index float64) {
	a, b := v.unique(), known.unique()
	if len(a) == 0 || len(b) == 0 {
		return 0, 0
	}
	met := make([]bool, len(b))
	left, found := len(b), 0
	for _, q := range a {
		hit := false
		for j, k := range b {
			if hit && met[j] || q.Distance(k) > radius {
				continue
			}
			hit = true
			if !met[j] {
				met[j], left = true, left-1
			}
			if left == 0 {
				break
			}
		}
		if hit {
			found++
		}
	}
	return float64(found) / float64(len(a)), float64(len(b)-left) / float64(len(b))
}

// SameVideo reports whether two shares, as Match gives them, make a match by the defaults.
func SameVideo(query, index float64) bool {
	return query > 0 && query >= VideoQuery && index >= VideoIndex
}

// Useful are the frames that count, each hash once, at its first time.
func (v Video) Useful() Video {
	seen := make(map[PDQ]struct{}, len(v))
	var out Video
	for _, f := range v {
		if _, ok := seen[f.Hash]; ok || f.Quality < VideoQuality {
			continue
		}
		seen[f.Hash] = struct{}{}
		out = append(out, f)
	}
	return out
}

func (v Video) unique() []PDQ {
	u := v.Useful()
	out := make([]PDQ, len(u))
	for i, f := range u {
		out[i] = f.Hash
	}
	return out
}
