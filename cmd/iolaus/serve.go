// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"

	"iolaus/internal/iru"
	"iolaus/internal/legal"
)

type serveCmd struct {
	Listen    string `help:"Address of the workbench." placeholder:"HOST:PORT"`
	NoWorkers bool   `help:"Only the workbench; workers run elsewhere."`
}

// Run serves the workbench. On an empty store it prints the administrator's one-time link.
func (s *serveCmd) Run(ctx context.Context, c *cli, e env, log *slog.Logger) (err error) {
	cfg, err := c.load(e)
	if err != nil {
		return err
	}
	if s.Listen != "" {
		cfg.Web.Listen = s.Listen
	}
	h, err := open(ctx, cfg, nil, log)
	if err != nil {
		return err
	}
	defer h.shut(&err)
	link, err := h.begin(ctx)
	if err != nil {
		return err
	}
	ln, err := net.Listen("tcp", cfg.Web.Listen)
	if err != nil {
		return fmt.Errorf("listen: %w; is another iolaus running? choose another address with web.listen", err)
	}
	fmt.Fprintf(e.stdout, "Workbench: http://%s\n", ln.Addr())
	at := first(cfg.Web.Base, "http://"+ln.Addr().String())
	if link != "" {
		fmt.Fprintf(e.stdout, "First start. The administrator's one-time link, good for 72 hours:\n  %s/welcome/%s\n", at, link)
	}
	h.tryStore(ctx)
	if len(cfg.Vantages) < 2 {
		log.Warn("there is one vantage point only: removal is believed from there; add [[vantage]] sections")
	}
	parts := []func(context.Context) error{func(ctx context.Context) error { return h.serve(ctx, ln) }}
	if with, err := h.partners(); err != nil {
		return errors.Join(err, ln.Close())
	} else if with != nil {
		fmt.Fprintf(e.stdout, "Partners: %s\n", cfg.Peer.Listen)
		parts = append(parts, with)
	}
	if !s.NoWorkers {
		parts = append(parts, h.workers()...)
	}
	return together(ctx, parts...)
}

// workers are the crew and the inbox for replies.
func (h *house) workers() []func(context.Context) error {
	parts := []func(context.Context) error{h.crew.Run}
	if h.inbox != nil {
		parts = append(parts, h.inbox.Serve)
	}
	return parts
}

// begin prepares an empty store and gives the one-time secret; "" on a store that is in use.
func (h *house) begin(ctx context.Context) (string, error) {
	link, err := h.desk.Begin(ctx, iru.Unit{Name: h.cfg.Unit.Name, Country: h.cfg.Unit.Country, Kind: legal.IssuerKind(h.cfg.Unit.Kind), Mail: h.cfg.Unit.Mail})
	if errors.Is(err, iru.Conflict) {
		return "", nil
	}
	return link, err
}

type workCmd struct {
	Place string `help:"Only look, from the vantage points of this place." placeholder:"NAME"`
}

// Run works until it is stopped.
func (w *workCmd) Run(ctx context.Context, c *cli, e env, log *slog.Logger) (err error) {
	c.place = w.Place
	cfg, err := c.load(e)
	if err != nil {
		return err
	}
	h, err := open(ctx, cfg, nil, log)
	if err != nil {
		return err
	}
	defer h.shut(&err)
	h.tryStore(ctx)
	fmt.Fprintf(e.stdout, "Working on %s as %s\n", h.db.Engine(), h.crew.Holder)
	if w.Place != "" {
		fmt.Fprintf(e.stdout, "Looking from %d vantage points at the place %s\n", len(h.crew.Vantages), w.Place)
		return h.crew.Run(ctx)
	}
	return together(ctx, h.workers()...)
}

type inviteCmd struct {
	Login string `arg:"" help:"Sign-in name."`
}

// Run makes a new one-time link, for whoever can sign in to the machine itself.
func (i *inviteCmd) Run(ctx context.Context, c *cli, e env, log *slog.Logger) (err error) {
	cfg, err := c.load(e)
	if err != nil {
		return err
	}
	h, err := open(ctx, cfg, nil, log)
	if err != nil {
		return err
	}
	defer h.shut(&err)
	link, err := h.desk.NewInvite(ctx, i.Login)
	if err != nil {
		return err
	}
	fmt.Fprintf(e.stdout, "One-time link for %s, good for 72 hours:\n  %s/welcome/%s\n", i.Login, first(cfg.Web.Base, "http://"+cfg.Web.Listen), link)
	return nil
}

type watchCmd struct {
	Add watchAdd `cmd:"" help:"Put an address on watch."`
}

type watchAdd struct {
	Address string `arg:"" help:"Address, real or defanged."`
	As      string `help:"Sign-in name of the officer in whose name it is done." required:"" placeholder:"LOGIN"`
	Outlet  string `help:"Outlet that it carries, made if there is none of that name." placeholder:"NAME"`
	Reason  string `help:"Why." default:"put on watch at the command line"`
}

// Run puts an address on watch in an officer's name; whoever can read the data folder may, and the log says so.
func (w *watchAdd) Run(ctx context.Context, c *cli, e env, log *slog.Logger) (err error) {
	cfg, err := c.load(e)
	if err != nil {
		return err
	}
	h, err := open(ctx, cfg, nil, log)
	if err != nil {
		return err
	}
	defer h.shut(&err)
	a, err := h.watch(ctx, w.As, w.Address, w.Outlet, w.Reason)
	if err != nil {
		return err
	}
	fmt.Fprintf(e.stdout, "Asset %d on watch: %s (%s, %s)\n", a.ID, a.Locator, a.Kind, a.State)
	return nil
}
