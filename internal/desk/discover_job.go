// SPDX-License-Identifier: EUPL-1.2

package desk

import "iolaus/internal/iru"

// Registration asks whether the name of an asset that is down is registered anew: again and again, or once because somebody serves there.
type Registration struct {
	Asset iru.AssetID `json:"asset" river:"unique"`
	Again int64       `json:"again" river:"unique"` // 0: again and again; else microseconds of what was seen
}

// Permute asks which names that look like an asset's exist.
type Permute struct {
	Asset iru.AssetID `json:"asset" river:"unique"`
}

// Kind names the job.
func (Registration) Kind() string { return "registration" }

// Kind names the job.
func (Permute) Kind() string { return "permute" }
