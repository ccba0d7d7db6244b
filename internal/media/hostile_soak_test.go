// SPDX-License-Identifier: EUPL-1.2

//go:build soak

package media

import "testing"

func TestSoakHugeFilms(t *testing.T) { hugeFilms(t, 1_000_000) }
