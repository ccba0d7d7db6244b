// SPDX-License-Identifier: EUPL-1.2

package iru

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"
	"time"

	"iolaus/internal/effect"
)

// A Counted is one thing that a figure counts: exactly one event of the ledger, with what is known of the act behind it.
type Counted struct {
	Index    int64 // of the event in the ledger
	Event    EventID
	At       time.Time
	Subject  Subject
	Verb     string
	Notice   NoticeID // 0 where no act is behind it
	Ref      string
	Group    map[string]string // by dimension: "provider", "instrument", "outcome", "type"
	Begun    time.Time         // from when a time is measured; zero: none is
	Ended    time.Time         // when what was waited for came; zero: it has not, up to Until
	Until    time.Time         // when watching ended without it
	Ongoing  bool              // it belongs to an operation that is not over (TCO Art 8(2))
	Handling Handling          // of the outlet it is about; the zero value where there is none
}

// A FigureKind is what a figure's value is.
type FigureKind string

// The kinds of figures.
const (
	FigureCount FigureKind = "count"
	FigureShare FigureKind = "share" // of another figure, in per cent
	FigureTime  FigureKind = "time"  // a quantile of times, in seconds; what has not ended yet is taken in as that (effect.Survival)
)

// A FigureState is how a figure or a cell stands in a report.
type FigureState string

// The states of a figure.
const (
	FigureGiven    FigureState = "given"
	FigureHidden   FigureState = "suppressed"
	FigureUnknown  FigureState = "not recorded" // the program does not record it: that is not zero
	FigureNothing  FigureState = "nothing"      // a share of nothing, or a time of nothing
	FigureTooEarly FigureState = "not reached"  // of what was waited for, too little has come yet
)

// A Figure is one number of a report. Value is a whole number as text, for a share with one decimal; "" unless it is given.
type Figure struct {
	ID     string      `json:"id"`
	Title  string      `json:"title"`
	Law    string      `json:"law"`        // the provision it serves
	Words  string      `json:"definition"` // what is counted, in words
	Kind   FigureKind  `json:"kind"`
	State  FigureState `json:"state"`
	Value  string      `json:"value,omitempty"`
	Why    string      `json:"reason,omitempty"` // why it is not given
	Of     string      `json:"of,omitempty"`     // of a share: the figure that it is a share of
	Count  *int        `json:"rests_on,omitempty"`
	Groups []Cell      `json:"groups,omitempty"`
	// Commitment is Commit of the figure's id, salt and indices. It stands in every version; salt and indices in the internal one only.
	Commitment string  `json:"commitment,omitempty"`
	Salt       string  `json:"salt,omitempty"`
	Indices    []int64 `json:"indices,omitempty"`
	Ongoing    []int64 `json:"ongoing,omitempty"` // those of Indices that the public edition leaves out
}

// A Cell is one part of a figure: of all acts, those of one provider.
type Cell struct {
	By    string      `json:"by"` // the dimension
	Key   string      `json:"key"`
	State FigureState `json:"state"`
	Value string      `json:"value,omitempty"`
}

// CommitFigure is SHA-256 over "iolaus/figure/v1", the figure's id, the salt in hexadecimal and the indices in rising order, each on a line of
// its own. The salt keeps a short list from being guessed.
func CommitFigure(id, salt string, indices []int64) string {
	h := sha256.New()
	h.Write([]byte("iolaus/figure/v1\n" + id + "\n" + salt + "\n"))
	for _, i := range slices.Sorted(slices.Values(indices)) {
		h.Write([]byte(strconv.FormatInt(i, 10) + "\n"))
	}
	return hex.EncodeToString(h.Sum(nil))
}

// FigureSalt is the salt of one figure of a report whose seed is known: SHA-256 over "iolaus/salt/v1", the seed and the figure's id.
func FigureSalt(seed, id string) string {
	s := sha256.Sum256([]byte("iolaus/salt/v1\n" + seed + "\n" + id + "\n"))
	return hex.EncodeToString(s[:16])
}

// Indices of what was counted, in rising order.
func Indices(list []Counted) []int64 {
	out := make([]int64, len(list))
	for i, c := range list {
		out[i] = c.Index
	}
	slices.Sort(out)
	return out
}

// Ongoing gives of a list what belongs to operations that are not over.
func Ongoing(list []Counted) []Counted {
	return slices.DeleteFunc(slices.Clone(list), func(c Counted) bool { return !c.Ongoing })
}

// Counts fills a figure of whole numbers.
func (f Figure) Counts(n int) Figure {
	f.State, f.Value, f.Count = FigureGiven, strconv.Itoa(n), &n
	return f
}

// Shares fills a share of n in of. A share of nothing is no number.
func (f Figure) Shares(n, of int) Figure {
	f.Count = &n
	if of == 0 {
		f.State, f.Why = FigureNothing, "a share of nothing is no number"
		return f
	}
	f.State, f.Value = FigureGiven, strconv.FormatFloat(float64(n)*100/float64(of), 'f', 1, 64)
	return f
}

// Times fills a quantile of times.
func (f Figure) Times(list []Counted, q float64) Figure {
	n := len(list)
	f.Count = &n
	if n == 0 {
		f.State, f.Why = FigureNothing, "nothing was timed"
		return f
	}
	took, ok := effect.Survival(Spells(list)).Quantile(q)
	if !ok {
		f.State, f.Why = FigureTooEarly, "too much of it is still open: the value lies beyond what was watched"
		return f
	}
	f.State, f.Value = FigureGiven, strconv.FormatInt(int64(took/time.Second), 10)
	return f
}

// Grouped adds the cells of one dimension, in the order of their keys.
func (f Figure) Grouped(by string, list []Counted) Figure {
	n := map[string]int{}
	for _, c := range list {
		n[c.Group[by]]++
	}
	keys := make([]string, 0, len(n))
	for k := range n {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	f.Groups = slices.Clone(f.Groups)
	for _, k := range keys {
		f.Groups = append(f.Groups, Cell{By: by, Key: k, State: FigureGiven, Value: strconv.Itoa(n[k])})
	}
	return f
}
