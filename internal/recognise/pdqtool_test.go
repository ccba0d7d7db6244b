// SPDX-License-Identifier: EUPL-1.2

package recognise

import (
	_ "embed"
	"fmt"
	"strings"
	"testing"
)

//go:embed testdata/pdq512.txt
var goldenTool string

// Both forms give the bits of the reference, and the 512 form those of its command-line tool, for each kind and size of picture.
func TestPDQ512EqualsTheTool(t *testing.T) {
	t.Parallel()
	pictures, apart := 0, 0
	for line := range strings.Lines(goldenTool) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		var kind, full, tool string
		var w, h, fullQuality, toolQuality int
		if _, err := fmt.Sscan(line, &kind, &w, &h, &full, &fullQuality, &tool, &toolQuality); err != nil {
			t.Fatal(err)
		}
		img := generated(kind, w, h)
		if p, q := HashPDQ(img); p.Hex() != full || q != fullQuality {
			t.Errorf("%s %d x %d: %s of quality %d, reference %s of %d", kind, w, h, p, q, full, fullQuality)
		}
		if p, q := HashPDQ512(img); p.Hex() != tool || q != toolQuality {
			t.Errorf("%s %d x %d: %s of quality %d, tool %s of %d", kind, w, h, p, q, tool, toolQuality)
		}
		if pictures++; full != tool {
			apart++
		}
	}
	if pictures != 84 || apart < 20 {
		t.Errorf("%d pictures, %d of them with two forms", pictures, apart)
	}
}
