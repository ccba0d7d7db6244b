// SPDX-License-Identifier: EUPL-1.2

//go:build !amd64

package recognise

func allVectors() []vectors { return []vectors{portable()} }
