// SPDX-License-Identifier: EUPL-1.2

//go:build soak

package e2e

import "testing"

func TestSoakShare(t *testing.T) { share(t, 300) }
