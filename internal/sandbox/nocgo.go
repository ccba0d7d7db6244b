// SPDX-License-Identifier: EUPL-1.2

//go:build !cgo

package sandbox

// withC is whether the C library is in the program.
const withC = false
