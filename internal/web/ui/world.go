// SPDX-License-Identifier: EUPL-1.2

package ui

import (
	"cmp"
	"context"
	_ "embed" // the outlines are part of the program
	"fmt"
	"io"
	"slices"
	"strings"
)

// outlines are the states of the world, a line each; its head says where they are from.
//
//go:embed world.txt
var outlines string

// A WorldState is a state of the world, or an invented one, and how much of something is there.
type WorldState struct {
	Code  string // ISO 3166-1, or a code that no state has (XA to XZ)
	Name  string
	Count int
}

// A World shows in which states something is: those that are of this world in their place, all of them as tiles, since many are small and
// training uses states that are none. No tile comes from outside.
type World struct {
	ID      string
	Title   string
	Summary string
	States  []WorldState
}

// Render implements templ.Component.
func (w World) Render(ctx context.Context, out io.Writer) error { return w.view().Render(ctx, out) }

const (
	worldWidth, worldHeight = 960.0, 380.0
	tileWidth, tileHeight   = 112.0, 44.0
	tilesInRow              = 8
)

type worldPlace struct {
	code string
	d    string // outline; "" for a point
	x, y string // of a point
	on   bool
}

// places gives the outlines; none where no state of the world has anything.
func (w World) places() []worldPlace {
	on := map[string]bool{}
	for _, s := range w.States {
		on[s.Code] = s.Count > 0
	}
	var out []worldPlace
	any := false
	for line := range strings.Lines(outlines) {
		code, d, ok := strings.Cut(strings.TrimSpace(line), " ")
		if !ok || strings.HasPrefix(code, "#") {
			continue
		}
		p := worldPlace{code: code, d: d, on: on[code]}
		if point, ok := strings.CutPrefix(d, "@"); ok {
			if !p.on {
				continue
			}
			p.d = ""
			p.x, p.y, _ = strings.Cut(point, " ")
		}
		any = any || p.on
		out = append(out, p)
	}
	if !any {
		return nil
	}
	slices.SortStableFunc(out, func(a, b worldPlace) int { return cmp.Compare(b2i(a.on), b2i(b.on)) }) // borders of what is marked lie on top
	return out
}

func (w World) top() float64 {
	if w.places() == nil {
		return 0
	}
	return worldHeight
}

func (w World) height() float64 {
	return w.top() + tileHeight*float64((len(w.States)+tilesInRow-1)/tilesInRow) + 4
}

type worldTile struct {
	WorldState
	x, y float64
}

func (w World) tiles() []worldTile {
	sorted := slices.Clone(w.States)
	slices.SortStableFunc(sorted, func(a, b WorldState) int { return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Code, b.Code)) })
	var out []worldTile
	for i, s := range sorted {
		out = append(out, worldTile{s, float64(i%tilesInRow) * (tileWidth + 8), w.top() + 2 + float64(i/tilesInRow)*tileHeight})
	}
	return out
}

func (t worldTile) title() string { return fmt.Sprintf("%s: %d", t.Name, t.Count) }
