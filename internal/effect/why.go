// SPDX-License-Identifier: EUPL-1.2

package effect

import (
	"errors"
	"fmt"
)

// A Why is the reason why something cannot be told: an English sentence with its figures apart, so that a page can say it in another language. It is
// an error where nothing can be measured at all.
type Why struct {
	Form string // one of Whys, or a sentence of its own; "": there is no reason
	With []any  // for each %s of the form: a number or a date as text, or another Why
}

// Because gives a reason.
func Because(form string, with ...any) Why {
	w := Why{Form: form}
	for _, x := range with {
		if _, is := x.(Why); !is {
			x = fmt.Sprint(x)
		}
		w.With = append(w.With, x)
	}
	return w
}

func (w Why) String() string { return fmt.Sprintf(w.Form, w.With...) }

func (w Why) Error() string { return w.String() }

// WhyOf is the reason behind an error, in its own words where it has no form.
func WhyOf(err error) Why {
	var w Why
	if errors.As(err, &w) {
		return w
	}
	return Because("%s", err)
}

// The forms of what a series does not tell.
const (
	WhyWindowBefore = "the window asks for %s points before the day; there are %s"
	WhyWindowAfter  = "the window asks for %s points after the day; there are %s so far"
	WhyFew          = "%s points before the day and %s after it are too few: at least %s each are needed"
	WhyTerms        = "%s points are too few for a model of %s terms: at least twice as many are needed"
	WhyNoneBefore   = "nothing was counted before the day: there is nothing that could have changed"
	WhyPlacebos     = "there are %s points before the day at which the same could be fitted: at least %s are needed to know how much it varies by itself; count for longer before"
	WhyDependent    = "the terms of the model cannot be told apart by so few points, or by points that do not vary"
	WhyDiverged     = "the model does not settle on these counts"
	WhyComparison   = "the comparison: %s"
	WhyPoints       = "the series has %s points: no model can be laid through them; at least %s before the day and %s after it are needed"
	WhyBeginsLate   = "nothing was counted before the day: the series begins at %s"
	WhyEndsEarly    = "nothing was counted from the day on: the last point of the series is %s"
	WhyNoEvent      = "there is no event in the window: every count from %s to %s is 0"
	WhyNotSealed    = "no window was sealed before T0: whatever is counted now is counted by somebody who knows what came"
	WhyElsewhere    = "it is counted elsewhere: measure it there, by this window"
	WhyDays         = "there are %s whole days before T0, of which the first does not count, and %s after it"
	WhyNobodyLooked = "nobody looked on %s: a day of which nothing is known is not a day without"
)

// Whys lists the forms.
func Whys() []string {
	return []string{WhyWindowBefore, WhyWindowAfter, WhyFew, WhyTerms, WhyNoneBefore, WhyPlacebos, WhyDependent, WhyDiverged, WhyComparison, WhyPoints, WhyBeginsLate,
		WhyEndsEarly, WhyNoEvent, WhyNotSealed, WhyElsewhere, WhyDays, WhyNobodyLooked}
}
