// SPDX-License-Identifier: EUPL-1.2

//go:build !amd64

package ring

func claim([]uint64, *[ahead]uint32) {}
