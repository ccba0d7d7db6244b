// SPDX-License-Identifier: EUPL-1.2

package db

import (
	"database/sql"
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"strconv"
	"time"
)

// A Value both reads a column and is bound to one.
type Value interface {
	sql.Scanner
	driver.Valuer
}

// Micros stores a time as integer microseconds since 1970 UTC, cut to the microsecond. The zero time is stored as 0, and 0 or
// NULL is read as the zero time; the column is BIGINT.
func Micros(t *time.Time) Value { return micros{t} }

// At is the integer that [Micros] stores for t, to compare a column with.
func At(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

type micros struct{ t *time.Time }

func (m micros) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*m.t = time.Time{}
	case int64:
		*m.t = time.Time{}
		if v != 0 {
			*m.t = time.UnixMicro(v).UTC()
		}
	default:
		return fmt.Errorf("read time: a column of type %T is not an integer", src)
	}
	return nil
}

func (m micros) Value() (driver.Value, error) { return At(*m.t), nil }

// JSON stores what p points to in a column of type JSON. NULL is read as the zero value. It is for objects and lists: SQLite
// keeps a bare number as a number and loses digits beyond 64 bits.
func JSON[T any](p *T) Value { return jsonValue[T]{p} }

type jsonValue[T any] struct{ p *T }

func (j jsonValue[T]) Scan(src any) error {
	var text []byte
	switch v := src.(type) {
	case nil:
	case string:
		text = []byte(v)
	case []byte:
		text = v
	case int64:
		text = strconv.AppendInt(nil, v, 10)
	case float64:
		text = strconv.AppendFloat(nil, v, 'g', -1, 64)
	default:
		return fmt.Errorf("read JSON: a column of type %T is not text", src)
	}
	var fresh T
	if text != nil {
		if err := json.Unmarshal(text, &fresh); err != nil {
			return fmt.Errorf("read JSON: %w", err)
		}
	}
	*j.p = fresh
	return nil
}

func (j jsonValue[T]) Value() (driver.Value, error) {
	text, err := json.Marshal(j.p)
	if err != nil {
		return nil, fmt.Errorf("write JSON: %w", err)
	}
	return string(text), nil
}

// Length stores a length of time as integer microseconds, cut to the microsecond; the column is BIGINT.
func Length(d *time.Duration) Value { return length{d} }

type length struct{ d *time.Duration }

func (l length) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*l.d = 0
	case int64:
		*l.d = time.Duration(v) * time.Microsecond
	default:
		return fmt.Errorf("read length: a column of type %T is not an integer", src)
	}
	return nil
}

func (l length) Value() (driver.Value, error) { return l.d.Microseconds(), nil }
