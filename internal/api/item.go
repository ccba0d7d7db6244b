// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"context"
	"math"
	"strconv"
	"strings"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
)

// excerpt is how many characters of a text a list shows.
const excerpt = 500

// An Item is a piece of content at an address.
type Item struct {
	ID    int64 `json:"id"`
	Unit  int64 `json:"unit"`
	Asset int64 `json:"asset"`
	Address
	Title    string    `json:"title,omitempty"`
	Lang     string    `json:"lang,omitempty" doc:"BCP 47."`
	Langs    []string  `json:"languages,omitempty" doc:"Of its text, the main one first."`
	Dir      string    `json:"dir,omitempty" doc:"ltr or rtl."`
	Text     string    `json:"text,omitempty" doc:"As captured. In a list only its first 500 characters."`
	State    itemState `json:"state"`
	Priority int       `json:"priority"`
	Reasons  []Reason  `json:"reasons" nullable:"false" doc:"Why it is in the queue: suggestions, strongest first."`
	Exhibit  int64     `json:"exhibit,omitempty"`
	Content  string    `json:"content,omitempty" doc:"SHA-256 of the content: items with the same are judged once."`
	HeldBy   int64     `json:"held_by,omitempty"`
	Until    *Stamp    `json:"held_until,omitempty"`
	WakeAt   *Stamp    `json:"wake_at,omitempty"`
	Created  *Stamp    `json:"created"`
	Captured *Stamp    `json:"captured,omitempty"`
}

// A Reason says why an item is in the queue.
type Reason struct {
	Kind  string `json:"kind"`
	Words string `json:"words"`
	Note  string `json:"note,omitempty"`
	Tone  string `json:"tone" doc:"match, near, none or context."`
}

// A Queued item has its place in the queue by priority.
type Queued struct{ Item }

// An ItemDetail is an item with what machines and people said of it.
type ItemDetail struct {
	Item
	Matches     []Match      `json:"matches" nullable:"false"`
	Assessments []Assessment `json:"assessments" nullable:"false" doc:"Newest first. While a second opinion is wanted, only the reader's own."`
	Withheld    bool         `json:"withheld" doc:"A second opinion is wanted: others' assessments are not shown."`
	Exhibits    []Exhibit    `json:"exhibits" nullable:"false"`
}

func (i Item) cursor() string { return number(i.ID) }

func (q Queued) cursor() string { return strconv.Itoa(q.Priority) + "." + number(q.ID) }

func item(i iru.Item) Item {
	return Item{ID: int64(i.ID), Unit: int64(i.Unit), Asset: int64(i.Asset), Address: address(i.Locator), Title: i.Title, Lang: i.Lang, Langs: i.Languages, Dir: i.Dir, Text: i.Text,
		State: itemState(i.State), Priority: i.Priority, Reasons: shown(i.Reasons, func(r iru.Reason) Reason { return Reason(r) }), Exhibit: int64(i.Exhibit),
		Content: i.Content, HeldBy: int64(i.HeldBy), Until: at(i.HeldUntil), WakeAt: at(i.WakeAt), Created: at(i.Created), Captured: at(i.Captured)}
}

func brief(i iru.Item) Item {
	if r := []rune(i.Text); len(r) > excerpt {
		i.Text = string(r[:excerpt])
	}
	return item(i)
}

func queued(i iru.Item) Queued { return Queued{brief(i)} }

type (
	itemsIn struct {
		Page
		State itemState `query:"state"`
		Asset int64     `query:"asset" minimum:"1"`
	}
	deferBody struct {
		Until time.Time `json:"until" doc:"When it comes back."`
		Note  string    `json:"note,omitempty" maxLength:"4000"`
	}
	handBody struct {
		To int64 `json:"to" minimum:"1" doc:"An officer of the unit who may judge."`
	}
)

func (s *server) items() {
	list(s, "/v1/items", "list-items", "List the items", func(ctx context.Context, t *db.Tx, sc iru.Scope, in *itemsIn, n int) ([]Item, error) {
		after, err := in.after()
		if err != nil {
			return nil, err
		}
		is, err := t.ItemsAfter(ctx, sc, db.ItemFilter{State: iru.ItemState(in.State), Asset: iru.AssetID(in.Asset)}, iru.ItemID(after), n)
		return paged(is, err, brief)
	})
	list(s, "/v1/queue", "list-queue", "List what waits for a person, most urgent first", func(ctx context.Context, t *db.Tx, sc iru.Scope, in *Page, n int) ([]Queued, error) {
		priority, after, err := in.behind()
		if err != nil {
			return nil, err
		}
		is, err := t.QueueAfter(ctx, sc, s.now(), priority, iru.ItemID(after), n)
		return paged(is, err, queued)
	})
	get(s, "/v1/items/{id}", "get-item", "Read an item with its text, matches and assessments", func(ctx context.Context, t *db.Tx, sc iru.Scope, in *ByID) (ItemDetail, error) {
		return itemDetail(ctx, t, sc, iru.ItemID(in.ID))
	})
	post(s, "/v1/items/{id}/hold", "hold-item", "Take the item, so that nobody else looks at it", desk.ScopeDecide, func(ctx context.Context, sc iru.Scope, in *ByID) (Item, error) {
		i, err := s.desk.Hold(ctx, sc, iru.ItemID(in.ID))
		return item(i), err
	})
	post(s, "/v1/items/{id}/pass", "pass-item", "Give the item back", desk.ScopeDecide, func(ctx context.Context, sc iru.Scope, in *ByID) (Item, error) {
		return s.itemAfter(ctx, in.ID, s.desk.PassOn(ctx, sc, iru.ItemID(in.ID)))
	})
	post(s, "/v1/items/{id}/defer", "defer-item", "Put the item off until a time", desk.ScopeDecide, func(ctx context.Context, sc iru.Scope, in *with[deferBody]) (Item, error) {
		return s.itemAfter(ctx, in.ID, s.desk.Defer(ctx, sc, iru.ItemID(in.ID), in.Body.Until, in.Body.Note))
	})
	post(s, "/v1/items/{id}/second", "second-item", "Ask for a second opinion", desk.ScopeDecide, func(ctx context.Context, sc iru.Scope, in *with[reasonBody]) (Item, error) {
		return s.itemAfter(ctx, in.ID, s.desk.AskSecond(ctx, sc, iru.ItemID(in.ID), in.Body.Reason))
	})
	post(s, "/v1/items/{id}/reopen", "reopen-item", "Overturn a colleague's finding: the item waits again", desk.ScopeDecide, func(ctx context.Context, sc iru.Scope, in *with[reasonBody]) (Item, error) {
		return s.itemAfter(ctx, in.ID, s.desk.Reopen(ctx, sc, iru.ItemID(in.ID), in.Body.Reason))
	})
	post(s, "/v1/items/{id}/hand-over", "hand-over-item", "Give the item that one holds to a colleague", desk.ScopeDecide, func(ctx context.Context, sc iru.Scope, in *with[handBody]) (Item, error) {
		i, err := s.desk.HandOver(ctx, sc, iru.ItemID(in.ID), iru.OfficerID(in.Body.To))
		return item(i), err
	})
	post(s, "/v1/items/{id}/capture", "capture-item", "Have the item recorded anew, soon; earlier captures stay", desk.ScopeDecide, func(ctx context.Context, sc iru.Scope, in *ByID) (Item, error) {
		return s.itemAfter(ctx, in.ID, s.desk.Recapture(ctx, sc, iru.ItemID(in.ID)))
	})
}

// itemAfter shows the item as a verb left it.
func (s *server) itemAfter(ctx context.Context, id int64, err error) (Item, error) {
	if err != nil {
		return Item{}, err
	}
	return view(ctx, s, func(t *db.Tx, sc iru.Scope) (Item, error) {
		i, err := t.Item(ctx, sc, iru.ItemID(id))
		return item(i), err
	})
}

// behind reads a cursor of the queue: priority and id of the last item seen.
func (p Page) behind() (priority int, after int64, err error) {
	if p.After == "" || p.After == "0" {
		return math.MaxInt32, 0, nil
	}
	first, second, ok := strings.Cut(p.After, ".")
	n, err1 := strconv.ParseInt(first, 10, 32)
	after, err2 := strconv.ParseInt(second, 10, 64)
	if !ok || err1 != nil || err2 != nil {
		return 0, 0, badCursor
	}
	return int(n), after, nil
}

func itemDetail(ctx context.Context, t *db.Tx, sc iru.Scope, id iru.ItemID) (ItemDetail, error) {
	i, err := t.Item(ctx, sc, id)
	if err != nil {
		return ItemDetail{}, err
	}
	if hidden, err := desk.Hidden(ctx, t, sc, id); err != nil {
		return ItemDetail{}, err
	} else if hidden {
		return ItemDetail{}, desk.NotYet
	}
	out := ItemDetail{Item: item(i), Assessments: []Assessment{}}
	ms, err := t.MatchesOf(ctx, sc, id)
	if err != nil {
		return out, err
	}
	out.Matches = shown(ms, match)
	as, err := t.AssessmentsOf(ctx, sc, id)
	if err != nil {
		return out, err
	}
	for _, a := range as {
		// The second reviewer must not see the first answer, nor can anybody who might become the second reviewer.
		if i.State == iru.ItemSecond && a.By != sc.Officer {
			out.Withheld = true
			continue
		}
		out.Assessments = append(out.Assessments, assessment(a))
	}
	xs, err := t.ExhibitsOf(ctx, sc, id)
	out.Exhibits = shown(xs, exhibit)
	return out, err
}
