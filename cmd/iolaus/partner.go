// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"text/tabwriter"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/iru"
)

type partnerCmd struct {
	Card partnerCard `cmd:"" help:"Print our own card, to be handed to a partner, and its fingerprint."`
	Add  partnerAdd  `cmd:"" help:"Enter a partner from the text of its card; a second person confirms it in the workbench."`
	List partnerList `cmd:"" help:"List the partners: state, backlog, clock, when last heard."`

	Rotate  partnerRotate  `cmd:"" help:"Take new keys; each partner is told, and goes on with the old ones until it has adopted them."`
	Retire  partnerRetire  `cmd:"" help:"Destroy the keys before the present ones, when every partner has adopted those."`
	Message partnerMessage `cmd:"" help:"Write what a partner signed into a folder, with the card that proves it."`
	Verify  partnerVerify  `cmd:"" help:"Check offline that the owner of a card signed a message, and show it."`
}

type partnerCard struct {
	Out string `help:"Write the card into a file." placeholder:"FILE"`
}

// Run prints the card. It needs no store.
func (p *partnerCard) Run(c *cli, e env) error {
	cfg, err := c.load(e)
	if err != nil {
		return err
	}
	s, err := cfg.speech()
	if err != nil {
		return err
	}
	if s == nil {
		return iru.Refuse(iru.Invalid, "this installation has no address for partners", "set peer.address in the configuration")
	}
	if p.Out == "" {
		fmt.Fprint(e.stdout, s.Card.Text())
	} else if err := os.WriteFile(p.Out, []byte(s.Card.Text()), 0o644); err != nil { //nolint:gosec // a card is public
		return fmt.Errorf("write card: %w", err)
	}
	fmt.Fprintf(e.stderr, "Fingerprint, to be read to the partner by telephone: %s\n", s.Card.Fingerprint())
	return nil
}

type partnerAdd struct {
	Card string `arg:"" help:"File with the partner's card; - reads standard input."`
	As   string `help:"Sign-in name of the officer in whose name it is done." required:"" placeholder:"LOGIN"`
}

// Run enters a partner in an officer's name; whoever can read the data folder may, and the log says so.
func (p *partnerAdd) Run(ctx context.Context, c *cli, e env, log *slog.Logger) (err error) {
	cfg, err := c.load(e)
	if err != nil {
		return err
	}
	text, err := readCard(p.Card, e.stdin)
	if err != nil {
		return err
	}
	h, err := open(ctx, cfg, nil, log)
	if err != nil {
		return err
	}
	defer h.shut(&err)
	by, err := h.officer(ctx, p.As)
	if err != nil {
		return err
	}
	x, err := h.desk.AddPartner(ctx, by.Scope(), text)
	if err != nil {
		return err
	}
	fmt.Fprintf(e.stdout, "Partner %d entered: %s (%s)\nFingerprint: %s\nA second person compares it by telephone and confirms the partner in the workbench.\n", x.ID, x.Name, x.Country, x.Fingerprint)
	return nil
}

// readCard reads what a card can be at most, and one byte more.
func readCard(file string, stdin io.Reader) (string, error) {
	const most = 64 << 10
	in := stdin
	if file != "-" {
		f, err := os.Open(file)
		if err != nil {
			return "", fmt.Errorf("read card: %w", err)
		}
		defer f.Close()
		in = f
	}
	b, err := io.ReadAll(io.LimitReader(in, most))
	if err != nil {
		return "", fmt.Errorf("read card: %w", err)
	}
	return string(b), nil
}

type partnerList struct{}

// Run lists the partners.
func (*partnerList) Run(ctx context.Context, c *cli, e env) (err error) {
	cfg, err := c.load(e)
	if err != nil {
		return err
	}
	own := ""
	if s, err := cfg.speech(); err != nil {
		return err
	} else if s != nil {
		own = s.Key()
	}
	d, err := db.OpenAsIs(ctx, cfg.db)
	if err != nil {
		return err
	}
	defer d.Close()
	now := time.Now()
	w := tabwriter.NewWriter(e.stdout, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, "ID\tNAME\tSTATE\tWAITING\tPARKED\tCLOCK\tHEARD\tADDRESS")
	err = d.View(ctx, func(t *db.Tx) error {
		ps, err := t.Partners(ctx, iru.Program())
		if err != nil {
			return err
		}
		for _, p := range ps {
			l, err := t.Line(ctx, p.ID)
			if err != nil {
				return err
			}
			b, err := t.Backlog(ctx, p.ID)
			if err != nil {
				return err
			}
			clock, heard := "unknown", "never"
			if !l.SkewAt.IsZero() {
				clock = fmt.Sprintf("%+d ms", l.Skew.Milliseconds())
			}
			if !l.Heard.IsZero() {
				heard = now.Sub(l.Heard).Round(time.Second).String() + " ago"
			}
			fmt.Fprintf(w, "%d\t%s\t%s\t%d\t%d\t%s\t%s\t%s\n", p.ID, p.Name, p.State, b.Messages, b.Parked, clock, heard, p.URL)
			unknown := ""
			if l.Own != own && l.Own != "" && p.State != iru.PartnerEnded {
				unknown = "it has not adopted our new keys"
			}
			for _, what := range []string{l.Trouble, l.Alarm, unknown} {
				if what != "" {
					fmt.Fprintf(w, "\t! %s\n", what)
				}
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return w.Flush()
}
