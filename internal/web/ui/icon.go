// SPDX-License-Identifier: EUPL-1.2

package ui

// An Icon is one of the sprite that Layout puts at the top of every page.
type Icon string

// The icons.
const (
	IconOK     Icon = "ok"    // a tick: done, on time, proven
	IconHold   Icon = "hold"  // two bars: hold
	IconWarn   Icon = "warn"  // a triangle: at risk
	IconBad    Icon = "bad"   // an octagon: breach, no-go
	IconRing   Icon = "ring"  // an empty ring: new, open, unknown
	IconClock  Icon = "clock" // a clock: waiting, snoozed
	IconLock   Icon = "lock"  // sealed, held by somebody
	IconSend   Icon = "send"  // sent by us
	IconReturn Icon = "ret"   // came back
	IconMove   Icon = "move"  // moved elsewhere
	IconBan    Icon = "ban"   // refused
	IconPen    Icon = "pen"   // draft, to sign
	IconIn     Icon = "in"    // received by us
	IconEye    Icon = "eye"   // seen, second opinion
	IconUp     Icon = "up"    // answers
	IconDown   Icon = "down"  // does not answer
	IconCopy   Icon = "copy"
	IconDoc    Icon = "doc"
	IconHalf   Icon = "half" // partly
	IconList   Icon = "list"
)

var icons = []struct {
	name Icon
	path string // on a grid of 14
}{
	{IconOK, "M2.5 7.5 5.5 10.5 11.5 3.5"},
	{IconHold, "M4.5 2.5v9M9.5 2.5v9"},
	{IconWarn, "M7 1.8 13 12H1zM7 5.5v3M7 10.4v.1"},
	{IconBad, "M4.5 1.5h5l3 3v5l-3 3h-5l-3-3v-5zM7 4.5v3M7 9.6v.1"},
	{IconRing, "M7 2.5a4.5 4.5 0 1 1 0 9a4.5 4.5 0 1 1 0-9z"},
	{IconClock, "M7 1.5a5.5 5.5 0 1 1 0 11a5.5 5.5 0 1 1 0-11zM7 4v3l2 1.5"},
	{IconLock, "M3.5 6h7a1 1 0 0 1 1 1v4.5a1 1 0 0 1-1 1h-7a1 1 0 0 1-1-1V7a1 1 0 0 1 1-1zM4.5 6V4a2.5 2.5 0 0 1 5 0v2"},
	{IconSend, "M1.5 7 12.5 2 9 12.5 6.5 8z"},
	{IconReturn, "M11.5 7A4.5 4.5 0 1 1 10 3.6M10.2 1v2.8H7.4"},
	{IconMove, "M2 7h9M8 4l3 3-3 3"},
	{IconBan, "M7 1.5a5.5 5.5 0 1 1 0 11a5.5 5.5 0 1 1 0-11zM3.2 3.2l7.6 7.6"},
	{IconPen, "M2 12l.7-3L9.5 2.2l2.3 2.3L5 11.3z"},
	{IconIn, "M7 1.5v7M4 6l3 3 3-3M1.5 12.5h11"},
	{IconEye, "M1 7s2.2-4 6-4 6 4 6 4-2.2 4-6 4-6-4-6-4zM7 5.4a1.6 1.6 0 1 1 0 3.2a1.6 1.6 0 1 1 0-3.2z"},
	{IconUp, "M7 12V2.5M3.5 6 7 2.5 10.5 6"},
	{IconDown, "M7 2v9.5M3.5 8 7 11.5 10.5 8"},
	{IconCopy, "M5.5 4.5h6a1 1 0 0 1 1 1v6a1 1 0 0 1-1 1h-6a1 1 0 0 1-1-1v-6a1 1 0 0 1 1-1zM2 9.5v-7a1 1 0 0 1 1-1h6.5"},
	{IconDoc, "M3 1.5h5.5L11 4v8.5H3zM8.5 1.5V4H11"},
	{IconHalf, "M7 2.5a4.5 4.5 0 1 1 0 9a4.5 4.5 0 1 1 0-9zM7 2.5v9"},
	{IconList, "M2 3.5h10M2 7h10M2 10.5h10"},
}
