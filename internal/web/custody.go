// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/web/ui"
)

// A custodyEntry is what the fact "custody" of an event says: the canonical form of exhibit.Entry, read loosely, so that a page shows also
// what a later version wrote.
type custodyEntry struct {
	Who       string    `json:"who"`
	At        time.Time `json:"at"`
	Where     string    `json:"where"`
	Why       string    `json:"why"`
	Authority string    `json:"authority"`
	What      string    `json:"what"`
	Tool      struct {
		Name    string `json:"name"`
		Version string `json:"version"`
	} `json:"tool"`
	N      int    `json:"n"`
	Prev   string `json:"prev"`
	Digest string `json:"digest"`

	text string // as it stands in the event
}

// entryOf reads the custody entry of an event.
func entryOf(e iru.Event) (c custodyEntry, ok bool) {
	c.text, ok = e.Facts["custody"].(string)
	if !ok || json.Unmarshal([]byte(c.text), &c) != nil {
		return custodyEntry{}, false
	}
	return c, true
}

// A Handled is one handling of an exhibit: who, when, why, under which authority.
type Handled struct {
	Event     iru.Event
	Who       string
	Entry     custodyEntry // zero for an event that carries none
	Recorded  bool         // it carries one
	Withheld  bool
	Sealed    ui.State
	Described string // what was done, in the language of the page
}

// why is the purpose, or what the event says.
func (h Handled) why() string {
	if h.Recorded {
		return plainDefanged(h.Entry.Why)
	}
	return plainDefanged(h.Event.Note)
}

// terms are what the entry of a handling says besides.
func (h Handled) terms(ctx context.Context) ui.Terms {
	c := h.Entry
	var t ui.Terms
	for _, l := range []struct{ name, value string }{{ui.T(ctx, "Done"), c.What}, {ui.T(ctx, "Authority"), c.Authority}, {ui.T(ctx, "Where"), c.Where}, {ui.T(ctx, "With"), strings.TrimSpace(c.Tool.Name + " " + c.Tool.Version)}} {
		if l.value != "" {
			t = append(t, ui.Term{Name: l.name, Value: ui.Isolated(plainDefanged(l.value))})
		}
	}
	if !c.At.IsZero() {
		t = append(t, ui.Term{Name: ui.T(ctx, "Local time"), Value: ui.Isolated(c.At.Format("2006-01-02 15:04:05.999999 -07:00"))})
	}
	return t
}

// custodyEvents are the events about an exhibit, oldest first, with that of its recording. Who looked is for the auditor and the
// examiner.
func (v *visit) custodyEvents(t *db.Tx, x iru.Exhibit) ([]iru.Event, error) {
	ctx := v.ctx()
	es, err := t.EventsBefore(ctx, v.scope, iru.Subject{Noun: "exhibit", ID: int64(x.ID)}, 0, maxThread)
	if err != nil {
		return nil, err
	}
	if !v.scope.Has(iru.Examiner) {
		es = v.withoutConsultations(es)
	}
	slices.Reverse(es)
	if x.Event == 0 || slices.ContainsFunc(es, func(e iru.Event) bool { return e.ID == x.Event }) {
		return es, nil
	}
	made, err := t.Event(ctx, v.scope, x.Event)
	if errors.Is(err, iru.NotFound) {
		return es, nil
	}
	return append([]iru.Event{made}, es...), err
}

// custody is who had the exhibit in hand, oldest first.
func (v *visit) custody(t *db.Tx, x iru.Exhibit) ([]Handled, error) {
	ctx, who := v.ctx(), names{}
	es, err := v.custodyEvents(t, x)
	if err != nil {
		return nil, err
	}
	if es, err = desk.Withhold(ctx, t, v.scope, es); err != nil {
		return nil, err
	}
	size, _, _, err := t.Checkpoint(ctx)
	if err != nil && !errors.Is(err, iru.NotFound) {
		return nil, err
	}
	var out []Handled
	for _, e := range es {
		h := Handled{Event: e, Who: who.of(ctx, t, e.By), Withheld: desk.Withheld(e), Sealed: sealedState(ctx, e.Index, size), Described: custodyWords(ctx, e)}
		if h.Entry, h.Recorded = entryOf(e); h.Recorded && h.Entry.Who != "" {
			h.Who = h.Entry.Who
		}
		out = append(out, h)
	}
	return out, nil
}

// custodyWords says what was done.
func custodyWords(ctx context.Context, e iru.Event) string {
	if e.Verb == "consult" {
		return ui.T(ctx, "Looked into or taken along")
	}
	return eventWords(ctx, e)
}

// chain checks the custody entries against each other: numbered without a gap, each naming the digest of the one before, the last one the
// exhibit's head. n is how many there are; bad is the number of the first that does not fit, 0 where all do.
func chain(x iru.Exhibit, es []iru.Event) (n, bad int) {
	var all []custodyEntry
	for _, e := range es {
		if c, ok := entryOf(e); ok && c.N > 0 {
			all = append(all, c)
		}
	}
	slices.SortStableFunc(all, func(a, b custodyEntry) int { return a.N - b.N })
	prev := ""
	for i, c := range all {
		if c.N != i+1 || c.Prev != prev || i == 0 && c.Digest != x.Manifest {
			return len(all), i + 1
		}
		sum := sha256.Sum256([]byte(c.text))
		prev = hex.EncodeToString(sum[:])
	}
	if x.Links != len(all) || x.Head != prev {
		return len(all), len(all) + 1
	}
	return len(all), 0
}
