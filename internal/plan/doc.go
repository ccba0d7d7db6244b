// SPDX-License-Identifier: EUPL-1.2

// Package plan answers which measures, taken together, leave an outlet no way to its audience: the cheapest such set, one that holds although
// any one of its measures fails, or one that keeps the outlet dark for a time. It knows trees, measures and costs. It must not know
// notices, assets or the store, and it decides nothing: a person chooses a plan.
package plan
