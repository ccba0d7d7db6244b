// SPDX-License-Identifier: EUPL-1.2

package effect

import (
	"fmt"
	"time"
)

// A Step is how far two points of a series are apart.
type Step string

// The steps.
const (
	Days   Step = "day"
	Weeks  Step = "week"
	Months Step = "month"
)

// MostPoints is how long a series may be: a hundred years of days.
const MostPoints = 36_525

// A Series is what was counted, point by point without a gap. A point's time is where it begins.
type Series struct {
	Name    string
	Start   time.Time
	Step    Step
	Counts  []float64 // whole numbers
	Offset  []float64 // what the counts are out of, above 0: a rate is fitted; nil: none
	Other   []float64 // the same counted where nothing was done; nil: none
	Beside  string    // its name
	OtherOf []float64 // what those are out of; nil: none
}

// At is where a point begins.
func (s Series) At(i int) time.Time {
	switch s.Step {
	case Weeks:
		return s.Start.AddDate(0, 0, 7*i)
	case Months:
		return s.Start.AddDate(0, i, 0)
	}
	return s.Start.AddDate(0, 0, i)
}

// Point is the point in which a time lies; less than 0 before the first, the length of the series or more after the last.
func (s Series) Point(t time.Time) int {
	t = t.UTC()
	var i int
	switch hours := t.Sub(s.Start).Hours() / 24; s.Step {
	case Months:
		i = (t.Year()-s.Start.Year())*12 + int(t.Month()) - int(s.Start.Month())
	case Weeks:
		i = int(hours / 7)
	default:
		i = int(hours)
	}
	for t.Before(s.At(i)) {
		i--
	}
	for !t.Before(s.At(i + 1)) {
		i++
	}
	return i
}

// Check says what is wrong with a series.
func (s Series) Check() error {
	switch n := len(s.Counts); {
	case n == 0:
		return fmt.Errorf("the series has no point")
	case n > MostPoints:
		return fmt.Errorf("the series has %d points; at most %d are taken", n, MostPoints)
	case s.Offset != nil && len(s.Offset) != n, s.Other != nil && len(s.Other) != n, s.OtherOf != nil && len(s.OtherOf) != n:
		return fmt.Errorf("the columns of the series are not of one length")
	}
	return nil
}

// other is the comparison as a series of its own.
func (s Series) other() Series {
	return Series{Name: s.Beside, Start: s.Start, Step: s.Step, Counts: s.Other, Offset: s.OtherOf}
}
