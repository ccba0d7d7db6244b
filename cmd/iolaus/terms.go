// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
)

type termsCmd struct {
	Add    termsAdd    `cmd:"" help:"Put terms on a watch list."`
	List   termsList   `cmd:"" help:"List the watch lists, or the terms of one."`
	Import termsImport `cmd:"" help:"Put the terms of a file on a watch list: a term a line, or CSV with the columns text, lang and note."`
	Export termsExport `cmd:"" help:"Write the terms of a watch list as CSV."`
	Mute   termsMute   `cmd:"" help:"Keep a list, or a term of it, and do not look for it."`
	Unmute termsUnmute `cmd:"" help:"Look for a muted list or term again."`
	Check  termsCheck  `cmd:"" help:"Show where terms of the watch lists stand in a text."`
}

// A termStore is the shelf, as the commands about terms see it.
type termStore struct{ *shelf }

func (c *cli) terms(ctx context.Context, e env, f func(*termStore) error) (err error) {
	s, err := openShelf(ctx, c, e)
	if err != nil {
		return err
	}
	defer s.shut(&err)
	return f(&termStore{s})
}

// list finds a watch list of the scope's unit by name.
func (s *termStore) list(ctx context.Context, sc iru.Scope, name string) (l iru.TermList, err error) {
	err = s.db.View(ctx, func(t *db.Tx) error {
		l, err = t.TermListNamed(ctx, sc, name)
		return err
	})
	if errors.Is(err, iru.NotFound) {
		return l, iru.Refuse(iru.NotFound, fmt.Sprintf("there is no watch list %q", name), "see iolaus terms list; --new begins one")
	}
	return l, err
}

// listOrNew finds a list, or begins it where that is asked for.
func (s *termStore) listOrNew(ctx context.Context, sc iru.Scope, name string, begin bool) (iru.TermList, error) {
	l, err := s.list(ctx, sc, name)
	if begin && errors.Is(err, iru.NotFound) {
		return s.desk.AddTermList(ctx, sc, iru.TermList{Name: name})
	}
	return l, err
}

// each gives the terms of a list, withdrawn ones too, in parts.
func (s *termStore) each(ctx context.Context, sc iru.Scope, l iru.TermListID, f func([]iru.Term) error) error {
	for after := iru.TermID(0); ; {
		var xs []iru.Term
		err := s.db.View(ctx, func(t *db.Tx) error {
			var err error
			xs, err = t.TermsAfter(ctx, sc, l, after, 5000)
			return err
		})
		if err != nil || len(xs) == 0 {
			return err
		}
		if err := f(xs); err != nil {
			return err
		}
		after = xs[len(xs)-1].ID
	}
}

type termsAdd struct {
	List string   `arg:"" help:"Name of the watch list."`
	Term []string `arg:"" help:"Words or a short phrase."`
	Lang string   `help:"Language: ar, fa, ur, ckb, ru, tr, de, fr, en, id, bn or another code; it decides what counts as a spelling." placeholder:"CODE"`
	Note string   `help:"What colleagues should know." placeholder:"TEXT"`
	New  bool     `help:"Begin the list if there is none of that name."`
	As   string   `help:"Sign-in name of the officer in whose name it is done; without it that of the account." placeholder:"LOGIN"`
}

// Run puts terms on a list, one after another; it ends at the first that is refused.
func (a *termsAdd) Run(ctx context.Context, c *cli, e env) error {
	return c.terms(ctx, e, func(s *termStore) error {
		sc, err := s.as(ctx, a.As, e.stderr)
		if err != nil {
			return err
		}
		l, err := s.listOrNew(ctx, sc, a.List, a.New)
		if err != nil {
			return err
		}
		for _, text := range a.Term {
			x, err := s.desk.AddTerm(ctx, sc, iru.Term{List: l.ID, Text: text, Lang: a.Lang, Note: a.Note})
			if err != nil {
				return fmt.Errorf("add %q: %w", text, err)
			}
			fmt.Fprintf(e.stdout, "%s: %s\n", oneLine(l.Name), oneLine(x.Text))
		}
		return nil
	})
}

type termsList struct {
	List string `arg:"" optional:"" help:"Name of a watch list, to see its terms."`
	termsReader
}

// Run lists the watch lists of a unit, or the terms of one list.
func (a *termsList) Run(ctx context.Context, c *cli, e env) error {
	return c.terms(ctx, e, func(s *termStore) error {
		sc, err := a.scope(ctx, s)
		if err != nil {
			return err
		}
		if a.List == "" {
			return s.lists(ctx, sc, e.stdout)
		}
		l, err := s.list(ctx, sc, a.List)
		if err != nil {
			return err
		}
		return s.each(ctx, sc, l.ID, func(xs []iru.Term) error {
			for _, x := range xs {
				fmt.Fprintf(e.stdout, "%-9s %-3s %s%s\n", x.State, x.Lang, oneLine(x.Text), noted(x.Note))
			}
			return nil
		})
	})
}

func noted(note string) string {
	if note == "" {
		return ""
	}
	return "  # " + oneLine(note)
}

func (s *termStore) lists(ctx context.Context, sc iru.Scope, out io.Writer) error {
	return s.db.View(ctx, func(t *db.Tx) error {
		ls, err := t.TermLists(ctx, sc)
		if err != nil {
			return err
		}
		counts, err := t.CountTerms(ctx, sc)
		if err != nil {
			return err
		}
		if len(ls) == 0 {
			fmt.Fprintln(out, "There is no watch list yet; begin one with: iolaus terms add NAME TERM --new --as LOGIN")
		}
		for _, l := range ls {
			n := counts[l.ID]
			fmt.Fprintf(out, "%-9s %-30s %6d terms, %d muted  %s%s\n", l.State, oneLine(l.Name), n[iru.TermActive], n[iru.TermMuted], l.Handling, noted(l.Note))
		}
		return nil
	})
}

type termsImport struct {
	File string `arg:"" help:"File of terms, or - for standard input."`
	List string `help:"Name of the watch list." required:"" placeholder:"NAME"`
	Lang string `help:"Language of the terms that name none." placeholder:"CODE"`
	Rest bool   `help:"Leave lines out that are no terms; without it one such line refuses the file."`
	New  bool   `help:"Begin the list if there is none of that name."`
	As   string `help:"Sign-in name of the officer in whose name it is done; without it that of the account." placeholder:"LOGIN"`
}

// shownLines is how many wrong lines are printed; of more, their number.
const shownLines = 50

// Run imports a file: all of it, or the rest, or nothing.
func (a *termsImport) Run(ctx context.Context, c *cli, e env) error {
	in, name, err := input(a.File, e)
	if err != nil {
		return err
	}
	defer in.Close()
	return c.terms(ctx, e, func(s *termStore) error {
		sc, err := s.as(ctx, a.As, e.stderr)
		if err != nil {
			return err
		}
		l, err := s.listOrNew(ctx, sc, a.List, a.New)
		if err != nil {
			return err
		}
		done, err := s.desk.ImportTerms(ctx, sc, desk.TermImport{List: l.ID, Lang: a.Lang, Rest: a.Rest, Name: name}, in)
		for n, w := range done.Wrong {
			if n == shownLines {
				fmt.Fprintf(e.stderr, "and %d more lines\n", len(done.Wrong)-n)
				break
			}
			fmt.Fprintf(e.stderr, "%s: %s\n", name, w)
		}
		if err != nil {
			return err
		}
		fmt.Fprintf(e.stdout, "%s: %d terms added, %d put back, %d were there, %d lines left out", oneLine(l.Name), done.Added, done.Back, done.Present, len(done.Wrong))
		if done.Event != 0 {
			fmt.Fprintf(e.stdout, "; import %d", done.Event)
		}
		fmt.Fprintln(e.stdout)
		return nil
	})
}

// input opens a file, or standard input for -.
func input(name string, e env) (io.ReadCloser, string, error) {
	if name == "-" {
		return io.NopCloser(e.stdin), "standard input", nil
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, "", fmt.Errorf("read %s: %w", name, err)
	}
	return f, filepath.Base(name), nil
}

type termsExport struct {
	List string `arg:"" help:"Name of the watch list."`
	Out  string `help:"File to write; without it standard output." short:"o" type:"path" placeholder:"FILE"`
	termsReader
}

// Run writes a list as import reads it.
func (a *termsExport) Run(ctx context.Context, c *cli, e env) error {
	if a.Out != "" {
		if err := free(a.Out); err != nil {
			return err
		}
	}
	return c.terms(ctx, e, func(s *termStore) error {
		sc, err := a.scope(ctx, s)
		if err != nil {
			return err
		}
		l, err := s.list(ctx, sc, a.List)
		if err != nil {
			return err
		}
		var all []iru.Term
		if err := s.each(ctx, sc, l.ID, func(xs []iru.Term) error { all = append(all, xs...); return nil }); err != nil {
			return err
		}
		if a.Out == "" {
			return iru.WriteTerms(e.stdout, all)
		}
		return write(a.Out, filepath.Dir(a.Out), func(w io.Writer) error { return iru.WriteTerms(w, all) })
	})
}

type termsOne struct {
	List string `arg:"" help:"Name of the watch list."`
	Term string `arg:"" optional:"" help:"A term of it; without one, the whole list."`
	Lang string `help:"Language of the term, where the list has it in several." placeholder:"CODE"`
	Why  string `help:"Why; the log keeps it." placeholder:"TEXT"`
	As   string `help:"Sign-in name of the officer in whose name it is done; without it that of the account." placeholder:"LOGIN"`
}

type termsMute struct{ termsOne }

// Run mutes.
func (a *termsMute) Run(ctx context.Context, c *cli, e env) error { return a.step(ctx, c, e, "mute") }

type termsUnmute struct{ termsOne }

// Run takes muting back.
func (a *termsUnmute) Run(ctx context.Context, c *cli, e env) error {
	return a.step(ctx, c, e, "unmute")
}

func (a *termsOne) step(ctx context.Context, c *cli, e env, verb string) error {
	return c.terms(ctx, e, func(s *termStore) error {
		sc, err := s.as(ctx, a.As, e.stderr)
		if err != nil {
			return err
		}
		l, err := s.list(ctx, sc, a.List)
		if err != nil {
			return err
		}
		if a.Term == "" {
			if l, err = s.desk.JudgeTermList(ctx, sc, l.ID, verb, a.Why); err == nil {
				fmt.Fprintf(e.stdout, "%s is %s\n", oneLine(l.Name), l.State)
			}
			return err
		}
		var x iru.Term
		err = s.db.View(ctx, func(t *db.Tx) error {
			x, err = t.TermOf(ctx, sc, l.ID, a.Term, a.Lang)
			return err
		})
		if errors.Is(err, iru.NotFound) {
			return iru.Refuse(iru.NotFound, fmt.Sprintf("%s has no term %q in that language", l.Name, a.Term), "see iolaus terms list; say --lang where it has one")
		}
		if err != nil {
			return err
		}
		if x, err = s.desk.JudgeTerm(ctx, sc, x.ID, verb, a.Why); err == nil {
			fmt.Fprintf(e.stdout, "%s: %s is %s\n", oneLine(l.Name), oneLine(x.Text), x.State)
		}
		return err
	})
}
