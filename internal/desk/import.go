// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"slices"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/iru"
	"iolaus/internal/iru/bankfile"
)

// An Import says what is taken into a bank, and from where.
type Import struct {
	Bank    iru.BankID
	From    string           // name of the file or address of the feed; the log keeps it
	Format  bankfile.Format  // for the log
	Digest  string           // SHA-256 of the file in hex: the same file goes on where it was; "" for a feed
	Finding string           // what is said of rows that do not say; "refer"
	Batch   int              // rows a transaction; 0: 10,000
	Each    func(ImportTold) // told after each transaction; may be nil
	Wrong   func(int, error) // told of each wrong row and its line, once in a run; may be nil
}

// An ImportTold counts what became of the rows of an import.
type ImportTold struct {
	Rows      int `json:"rows"`      // read, wrong ones too
	Added     int `json:"added"`     // contents that the bank did not have
	Extended  int `json:"extended"`  // contents that got a further fingerprint
	Present   int `json:"present"`   // contents that the bank had as they are
	Withdrawn int `json:"withdrawn"` // contents that the source took back
	Wrong     int `json:"wrong"`     // rows that were left out
}

// A mark is how far an import came; a bank's checkpoint is its JSON. A feed's cursor outlives the import; a file's place does not.
type mark struct {
	Cursor string     `json:"cursor,omitempty"`
	Digest string     `json:"digest,omitempty"`
	Line   int        `json:"line,omitempty"`
	Told   ImportTold `json:"told"`
}

func readMark(checkpoint string) (m mark) {
	_ = json.Unmarshal([]byte(checkpoint), &m) // "" is the beginning
	return m
}

func (m mark) String() string {
	if m == (mark{}) {
		return ""
	}
	b, err := json.Marshal(m)
	if err != nil {
		panic(err) // numbers and texts
	}
	return string(b)
}

// FeedCursor is where the next import of a bank's feed goes on; "" is the beginning.
func FeedCursor(b iru.Bank) string { return readMark(b.Checkpoint).Cursor }

// importBatch is how many rows one transaction takes in, half a second: others write between two.
const importBatch = 10_000

// Import takes rows into a bank of the unit, a batch a transaction, with one event for all of it. What the bank holds is not added again,
// so that the same file twice changes nothing, and after a kill it goes on where it was. Rows with an Err are counted and left out; an error
// of the iterator ends the import, which then can go on likewise. What is new is looked for in what was captured earlier, too. An entry that its source deleted is withdrawn, and stays so until a
// person restores it. Two imports at once into one bank: Conflict.
func (d *Desk) Import(ctx context.Context, s iru.Scope, r Import, rows iter.Seq2[bankfile.Row, error]) (ImportTold, error) {
	var none ImportTold
	if err := s.May(iru.ToCurateBanks); err != nil {
		return none, err
	}
	if r.Finding == "" {
		r.Finding = string(iru.FindRefer)
	}
	if r.Batch == 0 {
		r.Batch = importBatch
	}
	x := importing{d: d, s: s, Import: r}
	if err := d.DB.View(ctx, func(t *db.Tx) error {
		b, err := t.Bank(ctx, s, r.Bank)
		x.bank, x.at = b, readMark(b.Checkpoint)
		return err
	}); err != nil {
		return none, err
	}
	skip := 0
	if r.Digest != "" && x.at.Digest == r.Digest {
		skip = x.at.Line
	} else {
		x.at.Digest, x.at.Line, x.at.Told = r.Digest, 0, none
	}
	for row, err := range rows {
		if err != nil {
			return x.at.Told, fmt.Errorf("import %s: %w", r.From, err)
		}
		if row.Err != nil && r.Wrong != nil {
			r.Wrong(row.Line, row.Err)
		}
		if row.Line <= skip && row.Cursor == "" {
			continue
		}
		x.rows = append(x.rows, row)
		if len(x.rows) >= r.Batch || row.Cursor != "" {
			if err := x.flush(ctx, false); err != nil {
				return x.at.Told, err
			}
		}
	}
	err := x.flush(ctx, true)
	return x.told, err
}

// importing is an import at work.
type importing struct {
	Import
	d    *Desk
	s    iru.Scope
	bank iru.Bank // as it was stored last
	at   mark
	rows []bankfile.Row
	told ImportTold // in the end
}

// flush takes the rows that came together in, in one transaction with how far the import is.
func (x *importing) flush(ctx context.Context, last bool) error {
	var now mark
	var bank iru.Bank
	err := x.d.enact(ctx, func(t *db.Tx, at time.Time) error {
		now = x.at
		b, err := t.Bank(ctx, x.s, x.Bank)
		if err != nil {
			return err
		}
		if b.Checkpoint != x.bank.Checkpoint {
			return iru.Refuse(iru.Conflict, fmt.Sprintf("something else is imported into “%s”", b.Name), "wait for its end; the same import goes on then")
		}
		if err := x.take(ctx, t, b, &now, at); err != nil {
			return err
		}
		was := b.Checkpoint
		x.told = now.Told
		if last {
			e := happened("bank", int64(b.ID), "import", x.s.Officer, b.Unit, at, b.Name).With("from", x.From).With("format", string(x.Format)).
				With("rows", now.Told.Rows).With("added", now.Told.Added).With("extended", now.Told.Extended).With("present", now.Told.Present).
				With("withdrawn", now.Told.Withdrawn).With("wrong", now.Told.Wrong)
			if x.Digest != "" {
				e = e.With("sha256", x.Digest)
			}
			if now.Cursor != "" {
				e = e.With("cursor", now.Cursor)
			}
			if _, err := t.Record(ctx, e); err != nil {
				return err
			}
			now = mark{Cursor: now.Cursor}
		}
		b.Checkpoint = now.String()
		bank = b
		return t.UpdateBank(ctx, b, was)
	})
	if err != nil {
		return fmt.Errorf("import %s: %w", x.From, err)
	}
	x.at, x.bank, x.rows = now, bank, x.rows[:0]
	if x.Each != nil {
		x.Each(x.told)
	}
	return nil
}

// take takes the rows in within a transaction.
func (x *importing) take(ctx context.Context, t *db.Tx, b iru.Bank, now *mark, at time.Time) error {
	has, err := x.held(ctx, t)
	if err != nil {
		return err
	}
	var fresh []*iru.Known
	var more []*iru.Signal
	for _, row := range x.rows {
		if row.Cursor != "" {
			now.Cursor = row.Cursor
			continue
		}
		now.Told.Rows, now.Line = now.Told.Rows+1, row.Line
		if row.Err != nil {
			now.Told.Wrong++
			continue
		}
		var have *iru.Known
		for _, s := range row.Known.Signals {
			if k := has[s.Medium][string(s.Value)]; k != nil {
				have = k
				break
			}
		}
		switch {
		case have == nil && row.Deleted: // it came and went between two imports
			now.Told.Present++
		case have == nil:
			k := row.Known
			k.ID, k.Bank, k.By, k.Created, k.State, k.Flood = 0, b.ID, x.s.Officer, at, iru.KnownActive, iru.FloodNone
			if k.Finding == "" {
				k.Finding = x.Finding
			}
			k.Signals = distinct(row.Known.Signals)
			for _, s := range k.Signals {
				has.set(s, &k)
			}
			fresh = append(fresh, &k)
			now.Told.Added++
		case row.Deleted && have.ID == 0: // added and deleted within these rows
			have.State = iru.KnownWithdrawn
			now.Told.Withdrawn++
		case row.Deleted && have.State == iru.KnownWithdrawn:
			now.Told.Present++
		case row.Deleted:
			if err := moveKnown(ctx, t, have, "withdraw", x.s.Officer, at, "deleted by its source"); err != nil {
				return err
			}
			now.Told.Withdrawn++
		default:
			n := len(more)
			for _, s := range distinct(row.Known.Signals) {
				if has[s.Medium][string(s.Value)] == nil {
					has.set(s, have)
					if have.ID == 0 {
						have.Signals = append(have.Signals, s)
					} else {
						more = append(more, &iru.Signal{Known: have.ID, Medium: s.Medium, Value: s.Value})
					}
				}
			}
			if len(more) > n {
				now.Told.Extended++
			} else {
				now.Told.Present++
			}
		}
	}
	if len(fresh)+len(more) == 0 {
		return nil
	}
	if err := t.AddKnowns(ctx, fresh); err != nil {
		return err
	}
	if err := t.AddSignals(ctx, more); err != nil {
		return err
	}
	return askRescan(ctx, t, b.Unit, iru.SoughtKnown, at)
}

// byValue are contents by medium and value.
type byValue map[string]map[string]*iru.Known

func (v byValue) set(s iru.Signal, k *iru.Known) {
	if v[s.Medium] == nil {
		v[s.Medium] = map[string]*iru.Known{}
	}
	v[s.Medium][string(s.Value)] = k
}

// held gives what the bank holds of the rows' fingerprints.
func (x *importing) held(ctx context.Context, t *db.Tx) (byValue, error) {
	values := map[string][][]byte{}
	for _, row := range x.rows {
		for _, s := range row.Known.Signals {
			values[s.Medium] = append(values[s.Medium], s.Value)
		}
	}
	out, known := byValue{}, map[int64]*iru.Known{}
	for medium, vs := range values {
		slices.SortFunc(vs, slices.Compare) // neighbours lie together in the index
		got, err := t.Held(ctx, x.Bank, medium, vs)
		if err != nil {
			return nil, err
		}
		for v, k := range got {
			if known[k.ID] == nil {
				known[k.ID] = &k
			}
			out.set(iru.Signal{Medium: medium, Value: []byte(v)}, known[k.ID])
		}
	}
	return out, nil
}

func distinct(ss []iru.Signal) []iru.Signal {
	var out []iru.Signal
	for _, s := range ss {
		if !slices.ContainsFunc(out, s.Same) {
			out = append(out, s)
		}
	}
	return out
}

// A Handover says for what and to whom a bank's content leaves.
type Handover struct {
	Bank         iru.BankID
	Use          iru.Use
	To           string
	Why          string
	Acknowledged bool // the condition of H3 will be kept
}

// ExportBank yields a bank's content for a purpose that its handling codes allow, on record; Forbidden says which code forbids it.
func (d *Desk) ExportBank(ctx context.Context, s iru.Scope, h Handover) (iru.Bank, iter.Seq2[iru.Known, error], error) {
	if err := s.May(iru.ToDisclose); err != nil {
		return iru.Bank{}, nil, err
	}
	if h.Use != iru.ForAnalysis && h.To == "" {
		return iru.Bank{}, nil, iru.Refuse(iru.Invalid, "it is not said who receives it", "name them")
	}
	b, err := d.bank(ctx, s, h.Bank, func(b *iru.Bank, now time.Time) (iru.Event, error) {
		e := happened("bank", int64(b.ID), "export", s.Officer, b.Unit, now, h.Why).With("bank", b.Name).With("use", string(h.Use)).With("to", h.To).With("handling", b.Handling.String())
		return e, b.Handling.Release(h.Use, h.Acknowledged)
	})
	if err != nil {
		return b, nil, err
	}
	return b, func(yield func(iru.Known, error) bool) {
		for after := int64(0); ; {
			var ks []iru.Known
			if err := d.DB.View(ctx, func(t *db.Tx) (err error) {
				ks, err = t.KnownsAfter(ctx, s, db.KnownFilter{Bank: b.ID}, after, importBatch)
				return err
			}); err != nil {
				yield(iru.Known{}, err)
				return
			}
			for _, k := range ks {
				if after = k.ID; !yield(k, nil) {
					return
				}
			}
			if len(ks) < importBatch {
				return
			}
		}
	}, nil
}
