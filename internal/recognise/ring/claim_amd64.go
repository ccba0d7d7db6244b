// SPDX-License-Identifier: EUPL-1.2

package ring

// claim asks for the memory of to[at[k]] for each k, to write there soon. It changes nothing, and what it asks for need not exist.
func claim(to []uint64, at *[ahead]uint32) { claimLines(&to[0], &at[0], ahead) }

// claimLines asks for count lines, a multiple of 4.
//
//go:noescape
func claimLines(to *uint64, at *uint32, count int)
