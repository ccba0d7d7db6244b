// SPDX-License-Identifier: EUPL-1.2

//go:build cgo

package sandbox

const withC = true
