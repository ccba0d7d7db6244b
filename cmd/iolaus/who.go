// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"slices"
	"strings"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/legal"
	"iolaus/internal/locator"
	"iolaus/internal/probe"
	"iolaus/internal/work"
)

type whoCmd struct {
	Locator string `arg:"" optional:"" help:"Address, real or defanged; with --in the one of the file."`
	Issuer  string `help:"In whose view: competent_authority, unit, europol, national_authority or court; without it the unit's own kind." placeholder:"KIND"`
	In      string `help:"Facts as JSON (schema iolaus-facts/1), - for standard input: nothing is asked of anybody." placeholder:"FILE"`
	Live    bool   `help:"Ask DNS and RDAP even where the store knows the address."`
	JSON    bool   `help:"Answer as JSON; what it says of carriers is read by --in." name:"json"`
}

// whoFacts is what the gate is asked about: docs/processes/who-can-act.md has the members.
type whoFacts struct {
	Schema   string       `json:"schema"`
	Locator  string       `json:"locator"`
	Issuer   string       `json:"issuer,omitempty"`
	Audience string       `json:"audience,omitempty"`
	Mail     bool         `json:"mail,omitempty"`
	Live     bool         `json:"live,omitempty"`
	Carriers []whoCarrier `json:"carriers"`
	Missing  string       `json:"missing,omitempty"` // what could not be found out
	Known    string       `json:"known_from,omitempty"`
}

type whoCarrier struct {
	Name         string      `json:"name"`
	Layer        string      `json:"layer"`
	Jurisdiction string      `json:"jurisdiction,omitempty"`
	ServesOthers bool        `json:"serves_others,omitempty"`
	Hosts        bool        `json:"hosts,omitempty"`
	Channel      string      `json:"channel,omitempty"`
	Address      string      `json:"address,omitempty"`
	Source       string      `json:"source,omitempty"`
	Guess        bool        `json:"guess,omitempty"`
	State        string      `json:"contact_state,omitempty"`
	Grade        string      `json:"confidence,omitempty"`
	Why          string      `json:"confidence_why,omitempty"`
	Rulings      []whoRuling `json:"rulings,omitempty"`

	confirmed time.Time
}

type whoRuling struct {
	Instrument string   `json:"instrument"`
	Title      string   `json:"title"`
	Allowed    bool     `json:"allowed"`
	LegalView  bool     `json:"legal_view,omitempty"`
	Reason     string   `json:"reason"`
	Advice     string   `json:"advice,omitempty"`
	Source     string   `json:"source"`
	Mark       string   `json:"mark"`
	Instead    []string `json:"instead,omitempty"`
}

const factsSchema = "iolaus-facts/1"

// maxFacts bounds a file of facts, in bytes.
const maxFacts = 1 << 20

// Run says who can act, by which instrument, and what is refused.
func (w *whoCmd) Run(ctx context.Context, c *cli, e env, log *slog.Logger) error {
	f, err := w.facts(ctx, c, e, log)
	if err != nil {
		return err
	}
	if w.Issuer != "" {
		f.Issuer = w.Issuer
	}
	if f.Issuer == "" {
		f.Issuer = string(legal.Unit)
	}
	if !slices.Contains(legal.Issuers(), legal.IssuerKind(f.Issuer)) {
		return iru.Refuse(iru.Invalid, "the kind of issuer "+f.Issuer+" is not known", "choose competent_authority, unit, europol, national_authority or court")
	}
	if err := f.rule(time.Now().UTC()); err != nil {
		return err
	}
	if w.JSON {
		out := json.NewEncoder(e.stdout)
		out.SetIndent("", "  ")
		return out.Encode(f)
	}
	f.print(e.stdout)
	return nil
}

// facts come from a file, from the store, or from the registers.
func (w *whoCmd) facts(ctx context.Context, c *cli, e env, log *slog.Logger) (whoFacts, error) {
	if w.In != "" {
		return readFacts(w.In, e)
	}
	l, err := locator.Parse(w.Locator)
	if err != nil {
		return whoFacts{}, iru.Refuse(iru.Invalid, "that is no address", "write it whole, real or defanged")
	}
	cfg, err := c.load(e)
	if err != nil {
		return whoFacts{}, err
	}
	f := whoFacts{Schema: factsSchema, Locator: l.String(), Issuer: cfg.Unit.Kind}
	var directory []iru.Provider
	store, err := db.OpenAsIs(ctx, cfg.db)
	if err == nil {
		defer store.Close()
		d := &desk.Desk{DB: store, Now: time.Now, Regime: legal.EU(), Rules: cfg.rules()}
		known, err := storedFacts(ctx, d, l, &f)
		if err != nil || known && !w.Live {
			return f, err
		}
		if err := store.View(ctx, func(t *db.Tx) (err error) { directory, err = t.Providers(ctx, iru.Program()); return err }); err != nil {
			return f, err
		}
	} else if !errors.Is(err, iru.NotFound) {
		return f, err
	}
	return f, liveFacts(ctx, cfg, l, directory, &f, log)
}

func readFacts(name string, e env) (f whoFacts, err error) {
	in, _, err := input(name, e)
	if err != nil {
		return f, err
	}
	defer in.Close()
	b, err := io.ReadAll(io.LimitReader(in, maxFacts+1))
	if err != nil {
		return f, fmt.Errorf("read facts: %w", err)
	}
	if len(b) > maxFacts {
		return f, iru.Refuse(iru.Invalid, "the file of facts is too large", "name one address and who carries it")
	}
	d := json.NewDecoder(strings.NewReader(string(b)))
	d.DisallowUnknownFields()
	if err := d.Decode(&f); err != nil {
		return f, iru.Refuse(iru.Invalid, "the facts cannot be read: "+err.Error(), "docs/processes/who-can-act.md has the members")
	}
	if f.Schema != factsSchema {
		return f, iru.Refuse(iru.Invalid, fmt.Sprintf("the facts are of the schema %q", f.Schema), "this program reads "+factsSchema)
	}
	f.Known = "a file"
	return f, nil
}

// storedFacts reads what the store knows of an address; false where it knows nothing.
func storedFacts(ctx context.Context, d *desk.Desk, l locator.Locator, f *whoFacts) (bool, error) {
	id, err := d.AssetAt(ctx, iru.Program(), l.String())
	if errors.Is(err, iru.NotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	os, err := d.OptionsFor(ctx, iru.Program(), id, legal.IssuerKind(f.Issuer))
	f.Known = fmt.Sprintf("the store, asset %d", id)
	for _, o := range os {
		t, p := o.Target, o.Provider
		f.Audience, f.Mail, f.Live = string(t.Audience), t.Mail, t.LiveStream
		f.Carriers = append(f.Carriers, whoCarrier{Name: p.Name, Layer: string(t.Layer), Jurisdiction: p.Jurisdiction, ServesOthers: t.ServesOthers, Hosts: t.Hosts, Channel: p.Channel, Address: p.Address,
			Source: p.Source, Guess: p.Guess, State: string(p.Contact), confirmed: p.ConfirmedAt})
	}
	return true, err
}

// liveFacts asks DNS, RDAP and the providers' own pages, through the guard.
func liveFacts(ctx context.Context, cfg config, l locator.Locator, directory []iru.Provider, f *whoFacts, log *slog.Logger) error {
	if cfg.Sources.RDAP == "" {
		return iru.Refuse(iru.Invalid, "the store does not know "+l.Defanged()+", and no register is configured to ask", "set sources.rdap, or give the facts with --in")
	}
	h := &house{cfg: cfg, log: log}
	vs, err := h.vantages(nil)
	if err != nil {
		return err
	}
	base := strings.TrimSuffix(cfg.Sources.RDAP, "/") + "/"
	crew := &work.Crew{Desk: &desk.Desk{Now: func() time.Time { return time.Now().UTC() }, Rules: cfg.rules()}, Vantages: vs, Log: log,
		RDAP: &probe.RDAP{HTTP: vs[0], Bootstrap: []string{base + "dns.json", base + "ipv4.json", base + "ipv6.json"}}}
	found, missing := crew.Who(ctx, l, directory)
	f.Known = "DNS and RDAP, asked now"
	if missing != nil {
		f.Missing = missing.Error()
	}
	for _, c := range found {
		f.Carriers = append(f.Carriers, whoCarrier{Name: c.Name, Layer: string(c.Layer), Jurisdiction: c.Jurisdiction, ServesOthers: c.ServesOthers, Channel: c.Channel, Address: c.Address, Source: c.Source, Guess: c.Guess})
	}
	return nil
}

// rule asks the gate about each carrier, and grades its contact.
func (f *whoFacts) rule(now time.Time) error {
	regime := legal.EU()
	for n := range f.Carriers {
		c := &f.Carriers[n]
		if !legal.Layer(c.Layer).Valid() {
			return iru.Refuse(iru.Invalid, fmt.Sprintf("the layer %q of %q is not known", c.Layer, c.Name), "see docs/processes/who-can-act.md")
		}
		state := iru.ContactState(c.State)
		if state == "" {
			state = iru.ContactProposed
		}
		grade := iru.Contact{Channel: c.Channel, Address: c.Address, Source: c.Source, Guess: c.Guess, State: state, ConfirmedAt: c.confirmed}.Confidence(now)
		c.Grade, c.Why, c.Rulings = string(grade.Grade), grade.Why, nil
		t := legal.Target{Layer: legal.Layer(c.Layer), Audience: legal.Audience(f.Audience), Mail: f.Mail, LiveStream: f.Live, ServesOthers: c.ServesOthers, Hosts: c.Hosts}
		for _, r := range regime.Options(legal.IssuerKind(f.Issuer), t) {
			x := whoRuling{Instrument: string(r.Instrument), Title: r.Instrument.Title(), Allowed: r.Allowed, LegalView: r.LegalView, Reason: r.Reason, Advice: r.Advice, Source: r.Source, Mark: string(r.Mark)}
			for _, i := range r.Instead {
				x.Instead = append(x.Instead, string(i))
			}
			c.Rulings = append(c.Rulings, x)
		}
	}
	return nil
}

func (f whoFacts) print(out io.Writer) {
	shown := f.Locator
	if l, err := locator.Parse(f.Locator); err == nil {
		shown = l.Defanged()
	}
	fmt.Fprintf(out, "%s, in the view of: %s. Known from %s.\n", oneLine(shown), f.Issuer, f.Known)
	if f.Audience == "" {
		fmt.Fprintln(out, "Nobody recorded who can reach it: what needs that is refused.")
	}
	if len(f.Carriers) == 0 {
		fmt.Fprintln(out, "Nobody is known to carry it.")
	}
	if f.Missing != "" {
		fmt.Fprintf(out, "Not everybody could be asked: %s\n", oneLine(f.Missing))
	}
	for _, c := range f.Carriers {
		at := strings.TrimSpace(c.Channel + " " + c.Address)
		if at == "" {
			at = "no contact known"
		}
		fmt.Fprintf(out, "\n%s (%s)  %s\n  contact %s: %s\n", oneLine(c.Name), legal.Layer(c.Layer).Title(), oneLine(at), c.Grade, oneLine(c.Why))
		for _, r := range c.Rulings {
			word := "no  "
			if r.Allowed {
				word = "yes "
				if r.LegalView {
					word = "view"
				}
			}
			fmt.Fprintf(out, "  %s %s: %s [%s, %s]\n", word, r.Title, r.Reason, r.Source, r.Mark)
			if r.Advice != "" {
				fmt.Fprintf(out, "       %s\n", r.Advice)
			}
		}
	}
}

type contactsCmd struct {
	Import contactsImport `cmd:"" help:"Take a file of contacts in (CSV); nothing of it is confirmed by that."`
	Export contactsExport `cmd:"" help:"Write the unit's register of contacts as CSV."`
}

type contactsImport struct {
	File string `arg:"" help:"File, or - for standard input."`
	Rest bool   `help:"Take the good lines in although others are wrong; without it all or nothing."`
	As   string `help:"Sign-in name of the officer in whose name it is done; without it that of the account." placeholder:"LOGIN"`
}

// Run takes a file of contacts in.
func (a *contactsImport) Run(ctx context.Context, c *cli, e env) (err error) {
	in, name, err := input(a.File, e)
	if err != nil {
		return err
	}
	defer in.Close()
	s, err := openShelf(ctx, c, e)
	if err != nil {
		return err
	}
	defer s.shut(&err)
	sc, err := s.as(ctx, a.As, e.stderr)
	if err != nil {
		return err
	}
	told, err := s.desk.ImportContacts(ctx, sc, in, name, a.Rest)
	for n, w := range told.Wrong {
		if n == shownLines {
			fmt.Fprintf(e.stderr, "and %d more lines\n", len(told.Wrong)-n)
			break
		}
		fmt.Fprintf(e.stderr, "%s: %s\n", name, w)
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(e.stdout, "%d added, %d changed, %d the same, %d lines left out. A person must confirm what is new or changed.\n", told.Added, told.Changed, told.Same, len(told.Wrong))
	return nil
}

type contactsExport struct {
	Out string `help:"File to write; without it standard output." short:"o" type:"path" placeholder:"FILE"`
	As  string `help:"Sign-in name of the officer in whose name it is done; without it that of the account." placeholder:"LOGIN"`
}

// Run writes the register.
func (a *contactsExport) Run(ctx context.Context, c *cli, e env) (err error) {
	s, err := openShelf(ctx, c, e)
	if err != nil {
		return err
	}
	defer s.shut(&err)
	sc, err := s.as(ctx, a.As, e.stderr)
	if err != nil {
		return err
	}
	rows, err := s.desk.ExportContacts(ctx, sc)
	if err != nil {
		return err
	}
	if a.Out == "" {
		return iru.WriteContacts(e.stdout, rows)
	}
	f, err := os.OpenFile(a.Out, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("write contacts: %w", err)
	}
	return errors.Join(iru.WriteContacts(f, rows), f.Close())
}
