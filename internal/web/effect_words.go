// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"

	"iolaus/internal/effect"
	"iolaus/internal/web/ui"
)

// whyWords says why something cannot be told.
func whyWords(ctx context.Context, w effect.Why) string {
	with := make([]any, len(w.With))
	for n, x := range w.With {
		if inner, is := x.(effect.Why); is {
			x = whyWords(ctx, inner)
		}
		with[n] = x
	}
	switch w.Form {
	case effect.WhyWindowBefore:
		return ui.T(ctx, "the window asks for %s points before the day; there are %s", with...)
	case effect.WhyWindowAfter:
		return ui.T(ctx, "the window asks for %s points after the day; there are %s so far", with...)
	case effect.WhyFew:
		return ui.T(ctx, "%s points before the day and %s after it are too few: at least %s each are needed", with...)
	case effect.WhyTerms:
		return ui.T(ctx, "%s points are too few for a model of %s terms: at least twice as many are needed", with...)
	case effect.WhyNoneBefore:
		return ui.T(ctx, "nothing was counted before the day: there is nothing that could have changed")
	case effect.WhyPlacebos:
		return ui.T(ctx, "there are %s points before the day at which the same could be fitted: at least %s are needed to know how much it varies by itself; count for longer before", with...)
	case effect.WhyDependent:
		return ui.T(ctx, "the terms of the model cannot be told apart by so few points, or by points that do not vary")
	case effect.WhyDiverged:
		return ui.T(ctx, "the model does not settle on these counts")
	case effect.WhyComparison:
		return ui.T(ctx, "the comparison: %s", with...)
	case effect.WhyPoints:
		return ui.T(ctx, "the series has %s points: no model can be laid through them; at least %s before the day and %s after it are needed", with...)
	case effect.WhyBeginsLate:
		return ui.T(ctx, "nothing was counted before the day: the series begins at %s", with...)
	case effect.WhyEndsEarly:
		return ui.T(ctx, "nothing was counted from the day on: the last point of the series is %s", with...)
	case effect.WhyNoEvent:
		return ui.T(ctx, "there is no event in the window: every count from %s to %s is 0", with...)
	case effect.WhyNotSealed:
		return ui.T(ctx, "no window was sealed before T0: whatever is counted now is counted by somebody who knows what came")
	case effect.WhyElsewhere:
		return ui.T(ctx, "it is counted elsewhere: measure it there, by this window")
	case effect.WhyDays:
		return ui.T(ctx, "there are %s whole days before T0, of which the first does not count, and %s after it", with...)
	case effect.WhyNobodyLooked:
		return ui.T(ctx, "nobody looked on %s: a day of which nothing is known is not a day without", with...)
	}
	return w.String()
}
