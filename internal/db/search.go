// SPDX-License-Identifier: EUPL-1.2

package db

import (
	"context"
	"errors"
	"fmt"

	"iolaus/internal/iru"
	"iolaus/internal/recognise"
)

// A wordIndex is how an engine finds texts by their words: the table captured_words is another one on each.
type wordIndex struct {
	from  string // what a query reads, of which c is the table captured
	match string // a condition: the text is found by $1
	order string // the best first
	// query gives $1 for terms.
	query func([]iru.SearchTerm) string
	// enter gives the statement that makes a text findable, and leave the one that undoes it, given the same words.
	enter, leave func(id iru.CapturedID, title, body []string) (statement string, args []any)
}

var captureds = shape[iru.Captured]{"captured", "id, unit, asset, item, exhibit, lang, dir, sum, first, last", func(c *iru.Captured) []any {
	return []any{&c.ID, &c.Unit, &c.Asset, &c.Item, &c.Exhibit, &c.Lang, &c.Dir, &c.Sum, Micros(&c.First), Micros(&c.Last)}
}}

// A Writing is what a text says, and in which languages, the main one first.
type Writing struct {
	Title, Body string
	Langs       []string
}

// AddCaptured stores what an exhibit says and makes it findable; what its item said before with the same words is only seen again. A
// second call for one exhibit changes nothing. It reports whether the text is new.
func (t *Tx) AddCaptured(ctx context.Context, c *iru.Captured, w Writing) (bool, error) {
	first, err := t.show(ctx, c.Exhibit, 0)
	if err != nil || !first {
		return false, err
	}
	old, err := captureds.get(ctx, t, "item=$1 AND sum=$2", c.Item, c.Sum)
	fresh := errors.Is(err, iru.NotFound)
	switch {
	case fresh:
		if err := t.enterCaptured(ctx, c, w); err != nil {
			return false, err
		}
	case err != nil:
		return false, err
	default:
		if old.Last.Before(c.Last) {
			old.Last = c.Last
		}
		if c.First.Before(old.First) { // what was captured earlier is gone through later
			old.First, old.Exhibit = c.First, c.Exhibit
		}
		if err := captureds.update(ctx, t, &old, "", nil); err != nil {
			return false, err
		}
		*c = old
	}
	_, err = t.Exec(ctx, "UPDATE shows SET captured=$1 WHERE exhibit=$2", c.ID, c.Exhibit)
	if first = err == nil && fresh; err == nil && c.ID == 0 {
		err = fmt.Errorf("add captured: %w: it has no number", iru.Internal)
	}
	return first, err
}

func (t *Tx) enterCaptured(ctx context.Context, c *iru.Captured, w Writing) error {
	if err := captureds.insert(ctx, t, c); err != nil {
		return err
	}
	if _, err := t.Exec(ctx, "INSERT INTO captured_text (captured, title, body) VALUES ($1, $2, $3)", c.ID, w.Title, w.Body); err != nil {
		return err
	}
	for n, l := range w.Langs {
		if _, err := t.Exec(ctx, "INSERT INTO captured_lang (captured, place, lang) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING", c.ID, n, l); err != nil {
			return err
		}
	}
	statement, args := t.db.engine.dialect().words.enter(c.ID, searched(w.Title), searched(w.Body))
	_, err := t.Exec(ctx, statement, args...)
	return err
}

// searched are the words of a text by which it is found.
func searched(text string) (words []string) {
	recognise.SearchWords(text, func(w recognise.Word) bool { words = append(words, w.Text); return true })
	return words
}

// ShowsNothing notes that an exhibit has no text to be searched.
func (t *Tx) ShowsNothing(ctx context.Context, x iru.ExhibitID) error {
	_, err := t.show(ctx, x, 0)
	return err
}

func (t *Tx) show(ctx context.Context, x iru.ExhibitID, c iru.CapturedID) (first bool, err error) {
	res, err := t.Exec(ctx, "INSERT INTO shows (exhibit, captured) VALUES ($1, $2) ON CONFLICT DO NOTHING", x, c)
	if err != nil {
		return false, fmt.Errorf("note what exhibit %d shows: %w", x, err)
	}
	n, err := res.RowsAffected()
	return n == 1, err
}

// Shows tells which text an exhibit shows (0: none that is searched), and whether it was gone through for its words.
func (t *Tx) Shows(ctx context.Context, x iru.ExhibitID) (c iru.CapturedID, known bool, err error) {
	err = t.QueryRow(ctx, "SELECT captured FROM shows WHERE exhibit=$1", x).Scan(&c)
	if errors.Is(err, iru.NotFound) {
		return 0, false, nil
	}
	return c, err == nil, err
}

// Captured reads a text. It is for the program: officers search.
func (t *Tx) Captured(ctx context.Context, id iru.CapturedID) (iru.Captured, Writing, error) {
	c, err := captureds.get(ctx, t, "id=$1", id)
	if err != nil {
		return c, Writing{}, err
	}
	var w Writing
	if err := t.QueryRow(ctx, "SELECT title, body FROM captured_text WHERE captured=$1", id).Scan(&w.Title, &w.Body); err != nil {
		return c, w, err
	}
	w.Langs, err = t.langsOf(ctx, id)
	return c, w, err
}

func (t *Tx) langsOf(ctx context.Context, id iru.CapturedID) ([]string, error) {
	return All(ctx, t, func(s *string) []any { return []any{s} }, "SELECT lang FROM captured_lang WHERE captured=$1 ORDER BY place", id)
}

// ForgetShown takes what an erased exhibit showed out of the search, unless another exhibit of the item shows the same.
func (t *Tx) ForgetShown(ctx context.Context, x iru.ExhibitID) error {
	id, known, err := t.Shows(ctx, x)
	if err != nil || !known {
		return err
	}
	if _, err := t.Exec(ctx, "UPDATE shows SET captured=0 WHERE exhibit=$1", x); err != nil || id == 0 {
		return err
	}
	c, w, err := t.Captured(ctx, id)
	if err != nil {
		return err
	}
	left, err := exhibits.list(ctx, t, "WHERE id IN (SELECT exhibit FROM shows WHERE captured=$1) ORDER BY at, id", id)
	if err != nil {
		return err
	}
	if len(left) > 0 {
		c.Exhibit, c.First, c.Last = left[0].ID, left[0].At, left[len(left)-1].At
		return captureds.update(ctx, t, &c, "", nil)
	}
	statement, args := t.db.engine.dialect().words.leave(id, searched(w.Title), searched(w.Body))
	if _, err := t.Exec(ctx, statement, args...); err != nil {
		return err
	}
	for _, q := range []string{"DELETE FROM captured_lang WHERE captured=$1", "DELETE FROM captured_text WHERE captured=$1", "DELETE FROM captured WHERE id=$1"} {
		if _, err := t.Exec(ctx, q, id); err != nil {
			return err
		}
	}
	return nil
}

// A Found is a text that was found, whole: its excerpt is still to be made.
type Found struct {
	iru.Find
	Body string
}

// searchReach is what a search reaches ($2 is the unit): the unit's own, and of others what a task led it to, where the codes let it
// leave its unit (iru.Handling.Release for a partner).
const searchReach = `($2=0 OR c.unit=$2 OR (c.asset IN (SELECT asset FROM notice WHERE unit=$2)
	AND o.handling->>'tlp' IN ('CLEAR','GREEN','AMBER') AND replace(o.handling->>'h', 'H2', '')=o.handling->>'h'))`

// Search lists the texts of a scope that a search finds, the best first: n after the first skip.
func (t *Tx) Search(ctx context.Context, s iru.Scope, q iru.Search, skip, n int) ([]Found, error) {
	x := t.db.engine.dialect().words
	found, err := All(ctx, t, func(f *Found) []any {
		return append(captureds.fields(&f.Captured), &f.Outlet, &f.Kind, &f.Locator, JSON(&f.Handling), &f.Title, &f.Body)
	}, `SELECT c.id, c.unit, c.asset, c.item, c.exhibit, c.lang, c.dir, c.sum, c.first, c.last, a.outlet, a.kind, i.locator, o.handling, t.title, t.body
		FROM `+x.from+` CROSS JOIN asset a CROSS JOIN item i CROSS JOIN captured_text t LEFT JOIN outlet o ON o.id=a.outlet
		WHERE `+x.match+` AND a.id=c.asset AND i.id=c.item AND t.captured=c.id AND `+searchReach+`
		AND ($3=0 OR a.outlet=$3) AND ($4='' OR a.kind=$4) AND ($5='' OR EXISTS (SELECT 1 FROM captured_lang l WHERE l.captured=c.id AND l.lang=$5))
		AND (CAST($6 AS BIGINT)=0 OR c.last>=$6) AND (CAST($7 AS BIGINT)=0 OR c.first<$7) ORDER BY `+x.order+` LIMIT $8 OFFSET $9`,
		x.query(q.Terms), s.Reach(), q.Outlet, q.Kind, q.Lang, At(q.From), At(q.Until), n, skip)
	if err != nil {
		return nil, fmt.Errorf("search: %w", err)
	}
	for i := range found {
		f := &found[i]
		if f.Handling == (iru.Handling{}) {
			f.Handling = iru.DefaultHandling
		}
		if f.Langs, err = t.langsOf(ctx, f.Captured.ID); err != nil {
			return nil, err
		}
	}
	return found, nil
}

// A LangCount is how many captured texts have passages in a language.
type LangCount struct {
	Lang  string
	Texts int
}

// SearchLangs lists the languages of a scope's captured texts with how many there are of each, the commonest first, at most n.
func (t *Tx) SearchLangs(ctx context.Context, s iru.Scope, n int) ([]LangCount, error) {
	return All(ctx, t, func(c *LangCount) []any { return []any{&c.Lang, &c.Texts} }, `SELECT l.lang, COUNT(*) FROM captured_lang l JOIN captured c ON c.id=l.captured
		WHERE $1=0 OR c.unit=$1 GROUP BY l.lang ORDER BY COUNT(*) DESC, l.lang LIMIT $2`, s.Reach(), n)
}
