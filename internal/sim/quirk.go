// SPDX-License-Identifier: EUPL-1.2

package sim

import "fmt"

// What is hostile or broken in a world is a switch of it. Where a number is a quantity, its usual value is here.

// The things that a quirk can stand on.
const (
	onDomain   = "domain"
	onProvider = "provider"
	onAsset    = "asset"
	onLog      = "log"
)

// quirks tells on what each can stand, and its usual quantity; 0: it has none.
var quirks = map[string]struct {
	on    string
	usual int
}{
	"lame":          {onDomain, 0},      // its name servers refuse the zone
	"cname-loop":    {onDomain, 0},      // its name is an alias of an alias of itself
	"ns-loop":       {onDomain, 0},      // its name servers lie below it, and have no addresses
	"wildcard":      {onDomain, 0},      // every name below it exists
	"rdap-deep":     {onProvider, 12},   // its abuse contact lies so many entities deep
	"rdap-no-abuse": {onProvider, 0},    // there is none
	"rdap-limit":    {onProvider, 10},   // its RDAP answers so often a minute, then 429
	"clock":         {onProvider, 36},   // its clock is so many hours ahead, or behind when negative
	"limit":         {onAsset, 20},      // so many requests a minute from one address, then 429 with Retry-After
	"ban":           {onAsset, 50},      // so many requests from one address, then 403 for good
	"tarpit":        {onAsset, 1},       // so many bytes a second
	"calendar":      {onAsset, 0},       // a page for each month, for ever
	"sessions":      {onAsset, 0},       // every link carries another session identifier
	"many-links":    {onAsset, 100_000}, // on its front page
	"huge-feed":     {onAsset, 1 << 10}, // MiB of feed
	"challenge":     {onAsset, 0},       // a page that asks for scripts stands before it until a cookie is set
	"cloak":         {onAsset, 0},       // who does not look like a person's browser sees something else
	"no-package":    {onAsset, 0},       // its package is not one
	"stall":         {onLog, 1},         // the log shows its first N entries and no more
	"fork":          {onLog, 0},         // it shows two trees in turn
}

// quirk gives the quantity of a quirk on something, and whether it stands there.
func (w *World) quirk(on, is string) (int, bool) {
	for _, q := range w.Quirks {
		if q.On == on && q.Is == is {
			if q.N != 0 {
				return q.N, true
			}
			return quirks[is].usual, true
		}
	}
	return 0, false
}

func (w *World) checkQuirks(f *fault) {
	for _, q := range w.Quirks {
		here := fmt.Sprintf("quirk %q on %q", q.Is, q.On)
		known, ok := quirks[q.Is]
		if !ok {
			f.addf("%s: there is no such quirk", here)
			continue
		}
		switch known.on {
		case onDomain:
			_, ok = w.domain(q.On)
		case onProvider:
			_, ok = w.provider(q.On)
		case onAsset:
			_, ok = w.asset(q.On)
		case onLog:
			ok = q.On == "ct" || q.On == "static-ct"
		}
		if !ok {
			f.addf("%s: it stands on a %s, and this is none", here, known.on)
		}
		if q.N < 0 && q.Is != "clock" {
			f.addf("%s: n is not negative", here)
		}
	}
}
