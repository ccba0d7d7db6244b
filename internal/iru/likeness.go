// SPDX-License-Identifier: EUPL-1.2

package iru

import "time"

// A Likeness says that two items of a unit resemble each other, found while nobody had judged either: a suggestion, never a decision.
type Likeness struct {
	ID       int64
	Unit     UnitID
	Item     ItemID // the smaller number
	Other    ItemID
	Medium   string
	Distance float64 // as of a Match; of films it is how much the one that is contained more lacks
	Sign     string  // of a picture: the fingerprint that was met, in hexadecimal digits
	At       time.Time
}

// With gives the item that resembles one of the two.
func (l Likeness) With(i ItemID) ItemID {
	if l.Item == i {
		return l.Other
	}
	return l.Item
}

// MostLike is how many likenesses one item is given, the nearest: as many as a page counts.
const MostLike = 100

// FrameItems is our own number: a picture that as many items of one asset show is part of the page's frame, such as a logo, and relates
// nothing. A front page and the post that it leads to may show the same one.
const FrameItems = 3
