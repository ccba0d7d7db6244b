// SPDX-License-Identifier: EUPL-1.2

package link

// OverlapSums returns the sums of the two columns of the text model.
func OverlapSums() (m, u float64) {
	for _, o := range overlaps {
		m += o.m
		u += o.u
	}
	return m, u
}
