// SPDX-License-Identifier: EUPL-1.2

//go:build soak

package capture

import "testing"

func TestSoakKilledCrawl(t *testing.T) {
	killCrawl(t, 100, &trainSite{pages: 4000, images: 1500, pageBytes: 8 << 10, imageBytes: 20 << 10})
}
