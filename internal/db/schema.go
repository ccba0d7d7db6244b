// SPDX-License-Identifier: EUPL-1.2

package db

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// A Check is a CHECK constraint that lists the values a column may have: COLUMN IN ('a', 'b').
type Check struct {
	Table  string
	Column string
	Values []string // sorted
}

// Checks gives the CHECK constraints that list values, sorted by table and column, the same on both engines: a test compares them
// with the tables of states.
func Checks(ctx context.Context, d *DB) ([]Check, error) {
	all, err := d.checks(ctx)
	if err != nil {
		return nil, err
	}
	var checks []Check
	for _, c := range all {
		if c.Column != "" {
			checks = append(checks, c.Check)
		}
	}
	return checks, nil
}

// Schema describes the tables of the program and of River, a sorted line for each column, index and CHECK constraint. Two stores
// of one engine have the same shape when their texts are equal; lines that begin with "values" are the same on both engines.
func Schema(ctx context.Context, d *DB) (string, error) {
	var lines []string
	dia := d.engine.dialect()
	err := d.View(ctx, func(t *Tx) error {
		lines = lines[:0]
		rows, err := t.Query(ctx, dia.columns)
		if err != nil {
			return err
		}
		defer rows.Close() // what ended the rows is in Err
		for rows.Next() {
			var table, column, kind string
			var needed bool
			if err := rows.Scan(&table, &column, &kind, &needed); err != nil {
				return err
			}
			if needed {
				kind += " not null"
			}
			lines = append(lines, fmt.Sprintf("column %s.%s %s", table, column, kind))
		}
		return rows.Err()
	})
	if err != nil {
		return "", fmt.Errorf("read schema: %w", err)
	}
	indexes, err := d.pairs(ctx, dia.indexes)
	if err != nil {
		return "", err
	}
	for _, i := range indexes {
		lines = append(lines, fmt.Sprintf("index %s %s", i[0], strings.Join(strings.Fields(i[1]), " ")))
	}
	checks, err := d.checks(ctx)
	if err != nil {
		return "", err
	}
	for _, c := range checks {
		if c.Column != "" {
			lines = append(lines, fmt.Sprintf("values %s.%s %s", c.Table, c.Column, strings.Join(c.Values, " ")))
		} else {
			lines = append(lines, fmt.Sprintf("check %s %s", c.Table, c.text))
		}
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n") + "\n", nil
}

type constraint struct {
	Check
	text string
}

func (d *DB) checks(ctx context.Context) ([]constraint, error) {
	tables, err := d.pairs(ctx, d.engine.dialect().checks)
	if err != nil {
		return nil, err
	}
	var all []constraint
	for _, t := range tables {
		for _, text := range findChecks(t[1]) {
			c := constraint{text: text}
			c.Table = t[0]
			c.Column, c.Values = listed(text)
			all = append(all, c)
		}
	}
	slices.SortFunc(all, func(a, b constraint) int {
		return strings.Compare(a.Table+"\x00"+a.Column+"\x00"+a.text, b.Table+"\x00"+b.Column+"\x00"+b.text)
	})
	return all, nil
}

func (d *DB) pairs(ctx context.Context, query string) ([][2]string, error) {
	var all [][2]string
	err := d.View(ctx, func(t *Tx) (err error) {
		all, err = All(ctx, t, func(p *[2]string) []any { return []any{&p[0], &p[1]} }, query)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read schema: %w", err)
	}
	return all, nil
}

var (
	comment   = regexp.MustCompile(`--[^\n]*`)
	checkWord = regexp.MustCompile(`(?i)\bCHECK\s*\(`)
	cast      = regexp.MustCompile(`::[a-z]+( varying)?(\[\])?`)
	inList    = regexp.MustCompile(`(?is)^\(*(\w+)\)* (?:IN|= ANY|=) [\s(]*(?:ARRAY\[)?((?:\(*(?:'(?:[^']|'')*'|-?\d+)\)*[\s,]*)+)\]?\)*$`)
	listValue = regexp.MustCompile(`'((?:[^']|'')*)'|-?\d+`)
)

// findChecks gives what stands in the brackets of each CHECK of a table's definition.
func findChecks(sql string) []string {
	sql = comment.ReplaceAllString(sql, "")
	var found []string
	for {
		at := checkWord.FindStringIndex(sql)
		if at == nil {
			return found
		}
		sql = sql[at[1]:]
		depth, quoted, end := 1, false, 0
		for ; end < len(sql) && depth > 0; end++ {
			switch c := sql[end]; {
			case c == '\'':
				quoted = !quoted
			case quoted:
			case c == '(':
				depth++
			case c == ')':
				depth--
			}
		}
		found = append(found, strings.Join(strings.Fields(sql[:max(end-1, 0)]), " "))
		sql = sql[end:]
	}
}

// listed understands COLUMN IN ('a', 'b') as either engine writes it down.
func listed(check string) (column string, values []string) {
	m := inList.FindStringSubmatch(strings.TrimSpace(cast.ReplaceAllString(check, "")))
	if m == nil {
		return "", nil
	}
	for _, v := range listValue.FindAllStringSubmatch(m[2], -1) {
		if strings.HasPrefix(v[0], "'") {
			values = append(values, strings.ReplaceAll(v[1], "''", "'"))
		} else {
			values = append(values, v[0])
		}
	}
	slices.Sort(values)
	return m[1], values
}
