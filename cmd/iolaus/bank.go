// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
)

type bankCmd struct {
	List   bankList   `cmd:"" help:"List the banks of every unit with their source, handling codes and size."`
	New    bankNew    `cmd:"" help:"Open a bank."`
	Mute   bankMute   `cmd:"" help:"Stop a bank from suggesting anything; it can be undone."`
	Unmute bankUnmute `cmd:"" help:"Undo mute."`
	Import bankImport `cmd:"" help:"Take a file or a feed of fingerprints into a bank; killed, the same command goes on where it was."`
	Export bankExport `cmd:"" help:"Hand a bank's fingerprints out, as far as its handling codes allow."`
}

// bank finds a bank of the scope's unit by name.
func (s *shelf) bank(ctx context.Context, sc iru.Scope, name string) (iru.Bank, error) {
	var b iru.Bank
	err := s.db.View(ctx, func(t *db.Tx) (err error) {
		b, err = t.BankByName(ctx, sc.Unit, strings.TrimSpace(name))
		return err
	})
	if errors.Is(err, iru.NotFound) {
		return b, iru.Refuse(iru.NotFound, fmt.Sprintf("there is no bank “%s”", name), "iolaus bank list names them")
	}
	return b, err
}

type bankList struct{}

// Run lists the banks of every unit of the store, and says whose they are: who runs this command holds the store.
func (*bankList) Run(ctx context.Context, c *cli, e env) (err error) {
	s, err := openShelf(ctx, c, e)
	if err != nil {
		return err
	}
	defer s.shut(&err)
	var banks []iru.Bank
	var sizes map[iru.BankID]int
	unit := map[iru.UnitID]string{}
	if err := s.db.View(ctx, func(t *db.Tx) error {
		us, err := t.Units(ctx)
		if err != nil {
			return err
		}
		for _, u := range us {
			unit[u.ID] = u.Name
		}
		if banks, err = t.Banks(ctx, iru.Program()); err != nil {
			return err
		}
		sizes, err = t.BankSizes(ctx, iru.Program())
		return err
	}); err != nil {
		return err
	}
	if len(banks) == 0 {
		fmt.Fprintln(e.stdout, "There is no bank yet.")
	}
	for _, b := range banks {
		state := ""
		if b.Muted {
			state = "  muted"
		}
		fmt.Fprintf(e.stdout, "%-30s %10d contents  %-8s %s%s\n  of %s\n", b.Name, sizes[b.ID], b.Source, b.Handling, state, printable(unit[b.Unit]))
		for _, line := range []string{b.Note, b.Feed} {
			if line != "" {
				fmt.Fprintf(e.stdout, "  %s\n", printable(line))
			}
		}
	}
	return nil
}

// bankTerms are how a bank is described where it is opened.
type bankTerms struct {
	Source   string `help:"Whose word it is: own, partner or feed; partner if nobody says." placeholder:"SOURCE"`
	Handling string `help:"Handling codes, such as \"TLP:GREEN PAP:GREEN H0\"; without them the unit only, no onward sharing." placeholder:"CODES"`
	Note     string `help:"What it is." placeholder:"TEXT"`
	As       string `help:"Sign-in name of the officer in whose name it is done; without it that of the account." placeholder:"LOGIN"`
}

func (t bankTerms) bank(name string) (iru.Bank, error) {
	b := iru.Bank{Name: name, Source: iru.Source(first(t.Source, string(iru.SourcePartner))), Note: t.Note}
	if strings.TrimSpace(name) == iru.OwnBank {
		b.Source = iru.SourceOwn
	}
	if t.Handling == "" {
		return b, nil
	}
	var err error
	b.Handling, err = handling(t.Handling)
	return b, err
}

// handling reads codes as they are written on one line. What is not said is closed.
func handling(text string) (iru.Handling, error) {
	h := iru.DefaultHandling
	h.H = ""
	words := strings.Fields(text)
	for n, w := range words {
		kind, code, _ := strings.Cut(strings.ToUpper(w), ":")
		switch {
		case kind == "TLP":
			h.TLP = code
		case kind == "PAP":
			h.PAP = code
		case slices.Contains(iru.Hs, kind):
			h.H = strings.TrimSpace(h.H + " " + kind)
			if kind == "H3" { // its condition is the rest
				h.Note = strings.Join(words[n+1:], " ")
				return h, h.Check()
			}
		default:
			return h, iru.Refuse(iru.Invalid, fmt.Sprintf("%.40q is no handling code", w), "write them as TLP:GREEN PAP:GREEN H0; behind H3 stands its condition")
		}
	}
	h.H = first(h.H, iru.DefaultHandling.H)
	return h, h.Check()
}

type bankNew struct {
	Name string `arg:"" help:"Name of the bank."`
	bankTerms
	Feed string `help:"Address that it is fetched from." placeholder:"URL"`
}

// Run opens a bank.
func (k *bankNew) Run(ctx context.Context, c *cli, e env) (err error) {
	s, err := openShelf(ctx, c, e)
	if err != nil {
		return err
	}
	defer s.shut(&err)
	b, err := k.bank(k.Name)
	if err != nil {
		return err
	}
	if b.Feed = k.Feed; b.Feed != "" && k.Source == "" {
		b.Source = iru.SourceFeed
	}
	sc, err := s.as(ctx, k.As, e.stderr)
	if err != nil {
		return err
	}
	if b, err = s.desk.OpenBank(ctx, sc, b); err != nil {
		return err
	}
	fmt.Fprintf(e.stdout, "bank “%s”, %s, %s\n", b.Name, b.Source, b.Handling)
	return nil
}

type bankMute struct {
	Name string `arg:"" help:"Name of the bank."`
	Why  string `help:"Why; the log keeps it." placeholder:"REASON"`
	As   string `help:"Sign-in name of the officer in whose name it is done; without it that of the account." placeholder:"LOGIN"`
}

// Run mutes a bank.
func (k *bankMute) Run(ctx context.Context, c *cli, e env) error {
	return k.turn(ctx, c, e, (*desk.Desk).Mute, "is muted: nothing in it is suggested")
}

type bankUnmute struct{ bankMute }

// Run undoes mute.
func (k *bankUnmute) Run(ctx context.Context, c *cli, e env) error {
	return k.turn(ctx, c, e, (*desk.Desk).Unmute, "is in use again; the workers compare what was captured meanwhile")
}

func (k *bankMute) turn(ctx context.Context, c *cli, e env, verb func(*desk.Desk, context.Context, iru.Scope, iru.BankID, string) (iru.Bank, error), done string) (err error) {
	s, err := openShelf(ctx, c, e)
	if err != nil {
		return err
	}
	defer s.shut(&err)
	sc, err := s.as(ctx, k.As, e.stderr)
	if err != nil {
		return err
	}
	b, err := s.bank(ctx, sc, k.Name)
	if err != nil {
		return err
	}
	if _, err := verb(s.desk, ctx, sc, b.ID, k.Why); err != nil {
		return err
	}
	fmt.Fprintf(e.stdout, "“%s” %s\n", b.Name, done)
	return nil
}

// temporary is a file beside the store for what comes through a pipe or the network, gone when it is closed.
func (s *shelf) temporary() (*os.File, error) {
	if err := os.MkdirAll(s.cfg.data, 0o700); err != nil {
		return nil, fmt.Errorf("make data folder: %w", err)
	}
	f, err := os.CreateTemp(s.cfg.data, ".bank-*")
	if err != nil {
		return nil, fmt.Errorf("make temporary file: %w", err)
	}
	return f, os.Remove(f.Name())
}
