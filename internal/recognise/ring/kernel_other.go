// SPDX-License-Identifier: EUPL-1.2

//go:build !amd64

package ring

// kernels are the ones that this processor can run, the fastest first.
func kernels() []kernel { return []kernel{portable()} }
