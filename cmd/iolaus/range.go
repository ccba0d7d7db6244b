// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"iolaus/internal/iru"
	"iolaus/internal/sim"
)

type rangeCmd struct {
	World    string  `help:"World file (docs/format/world.md)." placeholder:"FILE" xor:"world" type:"existingfile"`
	Scenario string  `help:"A world that is built in: s1 to s7, or bulk with ten thousand sites. s2 without it." xor:"world" placeholder:"NAME"`
	Seed     int64   `help:"The same seed tells the same story." default:"1"`
	Write    string  `help:"Write the world to this file and end." placeholder:"FILE"`
	Setup    string  `help:"Write the authority's certificate and a configuration for iolaus serve into this folder." placeholder:"DIR"`
	Compress float64 `help:"So many times faster than real providers: 3600 plays an hour in a second." default:"900" placeholder:"N"`
	ReplyTo  string  `help:"Where desks and lists send mail: host:port on 127/8." default:"127.0.0.1:2525" placeholder:"HOST:PORT"`
	Play     string  `help:"Play the story so far with a clock of its own, without anybody acting, print what happened and end: such as 90d." placeholder:"TIME"`
	Wave     bool    `help:"Let the acts of the world's wave happen at their times, as if they had been served and obeyed."`
	Truth    string  `help:"Write the truth ledger as JSON to this file at the end." placeholder:"FILE"`
}

// Run serves a world until ctx ends.
func (c *rangeCmd) Run(ctx context.Context, _ *cli, e env, log *slog.Logger) error {
	w, err := c.world()
	if err != nil {
		return err
	}
	if c.Write != "" {
		return writeFile(c.Write, func(to io.Writer) error { return sim.WriteWorld(to, w) })
	}
	opt := sim.Options{Seed: c.Seed, World: &w, Compress: c.Compress, Log: log, ReplyTo: c.ReplyTo, Virtual: c.Play != "", Wave: c.Wave}
	var long sim.Delay
	if c.Play != "" {
		if err := long.UnmarshalText([]byte(c.Play)); err != nil {
			return iru.Refuse(iru.Invalid, err.Error(), "give a time such as 90d or 36h")
		}
	}
	say := &lines{w: e.stdout}
	opt.OnEvent = say.act
	r, err := sim.Start(ctx, opt)
	if err != nil {
		return fmt.Errorf("start the range: %w", err)
	}
	defer r.Close()
	if c.Setup != "" {
		if err := c.setup(r); err != nil {
			return err
		}
	}
	if c.Play != "" {
		r.Advance(long.Median)
	} else {
		if err := say.addresses(r, c); err != nil {
			return err
		}
		<-ctx.Done()
	}
	if c.Truth == "" {
		return nil
	}
	return writeFile(c.Truth, func(to io.Writer) error {
		j := json.NewEncoder(to)
		j.SetIndent("", " ")
		return j.Encode(r.Truth())
	})
}

func (c *rangeCmd) world() (sim.World, error) {
	if c.World == "" {
		return sim.Scenario(first(c.Scenario, "s2"))
	}
	f, err := os.Open(c.World)
	if err != nil {
		return sim.World{}, fmt.Errorf("open world: %w: %w", err, iru.NotFound)
	}
	defer f.Close()
	w, err := sim.ReadWorld(f)
	if err != nil {
		return w, fmt.Errorf("%s: %w", c.World, err)
	}
	return w, nil
}

func writeFile(name string, write func(io.Writer) error) error {
	f, err := os.Create(name)
	if err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	err = write(f)
	if end := f.Close(); err == nil {
		err = end
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	return nil
}

// setup leaves what another program needs to live in the range.
func (c *rangeCmd) setup(r *sim.Range) error {
	if err := os.MkdirAll(c.Setup, 0o700); err != nil {
		return fmt.Errorf("make folder: %w", err)
	}
	roots, err := filepath.Abs(filepath.Join(c.Setup, "range-authority.pem"))
	if err != nil {
		return err
	}
	if err := os.WriteFile(roots, r.Authority(), 0o600); err != nil {
		return fmt.Errorf("write authority: %w", err)
	}
	stampers, err := rangeStamps(filepath.Dir(roots), roots, r)
	if err != nil {
		return err
	}
	replies := first(c.ReplyTo, "127.0.0.1:2525")
	var b strings.Builder
	say := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	say("# An installation whose world is the range. iolaus range wrote it; the ports are those of that run.")
	say("[unit]\nname = %q\ncountry = \"XA\"\nkind = \"competent_authority\"\nmail = \"referrals@unit-a.test\"\n", unitA)
	say("[mail]\nserver = %q\ntls = \"none\"\nfrom = \"%s <referrals@unit-a.test>\"\nlisten = %q\ndomain = \"replies.unit-a.test\"\naccept = [\"127.0.0.0/8\"]\n", r.Smarthost(), unitA, replies)
	say("[network]\nallow = [\"127.0.0.0/8\"]\nroots = %q\nagent = \"Mozilla/5.0 (compatible)\"\n\n[network.ports]", roots)
	ports := r.Ports()
	for _, p := range slices.Sorted(maps.Keys(ports)) {
		say("%d = %d", p, ports[p])
	}
	say("\n[sources]\nrdap = %q\nct = [%q]\n\n[platforms]", r.Bootstrap(), r.CTLog())
	for _, p := range r.World().Providers {
		if k, ok := platformKinds[p.Kind]; ok {
			say("%q = %q", p.Domain, k)
		}
	}
	for n, v := range r.World().Vantages {
		a := v.Prefix.Addr().As4()
		say("\n[[vantage]]\nname = \"vantage-%d\"\nlocal = \"%d.%d.0.7\"\nresolver = %q", n+1, a[0], a[1], r.Resolver())
	}
	say("\n[stamps]\nevery = \"1m\"")
	for _, a := range stampers {
		say("\n[[stamps.authority]]\nname = %q\nurl = %q\nroots = %q", a.Name, a.URL, a.Roots)
		if a.User != "" {
			say("user = %q\npassword_file = %q", a.User, a.PasswordFile)
		}
	}
	if err := os.WriteFile(filepath.Join(c.Setup, "iolaus.toml"), []byte(b.String()), 0o600); err != nil {
		return fmt.Errorf("write configuration: %w", err)
	}
	return nil
}

// lines prints what the range is and what happens in it.
type lines struct{ w io.Writer }

func (l *lines) sayf(format string, args ...any) { fmt.Fprintf(l.w, format+"\n", args...) }

func (l *lines) act(a sim.Act) {
	l.sayf("%s  %-12s %-14s %-16s %s", storyTime(a.Story), a.Actor, a.Did, a.Asset, a.Detail)
}

// storyTime writes days, hours and minutes.
func storyTime(d time.Duration) string {
	m := int(d.Minutes())
	return fmt.Sprintf("%3dd %02d:%02d", m/1440, m/60%24, m%60)
}

// addresses prints where everything is, and how to go there.
func (l *lines) addresses(r *sim.Range, c *rangeCmd) error {
	w := r.World()
	l.sayf("The range is up: %s (%s), seed %d. Everything is invented; names end in .test, addresses lie in 127/8.", w.Scenario, w.Title, c.Seed)
	l.sayf("")
	t := tabwriter.NewWriter(l.w, 0, 0, 2, ' ', 0)
	row := func(cells ...string) { fmt.Fprintln(t, "  "+strings.Join(cells, "\t")) }
	row("Resolver (DNS, UDP and TCP)", r.Resolver())
	ports := r.Ports()
	for _, p := range slices.Sorted(maps.Keys(ports)) {
		row(fmt.Sprintf("Port %d is everywhere at", p), fmt.Sprint(ports[p]))
	}
	row("RDAP bootstrap", r.Bootstrap())
	row("Certificate log, RFC 6962", r.CTLog())
	row("Certificate log, static", r.StaticCTLog())
	row("Mail to the desks (SMTP)", r.Smarthost())
	row("HTTP proxy for a browser", r.Proxy())
	if err := t.Flush(); err != nil {
		return fmt.Errorf("print addresses: %w", err)
	}
	l.sayf("")
	row("PROVIDER", "KIND", "STATE", "NETWORK", "DESK")
	for _, p := range w.Providers[:min(len(w.Providers), 60)] {
		way := p.Desk.Mail
		if p.Desk.API != "" {
			way = p.Desk.API + " (token " + p.Desk.Token + ")"
		}
		row(p.ID, string(p.Kind), p.State, p.Network.String(), way)
	}
	if err := t.Flush(); err != nil {
		return fmt.Errorf("print addresses: %w", err)
	}
	l.sayf("")
	row("ADDRESS", "KIND", "AT", "PROVIDER", "")
	const most = 200
	for n, a := range w.Assets {
		if n == most {
			row(fmt.Sprintf("and %d more", len(w.Assets)-most))
			break
		}
		note := ""
		if a.Latent {
			note = "not yet there"
		}
		row(a.Locator, string(a.Kind), a.Addr.String(), a.Host, note)
	}
	if err := t.Flush(); err != nil {
		return fmt.Errorf("print addresses: %w", err)
	}
	l.sayf("")
	l.sayf("Begin with: %s", strings.Join(r.Seeds(), "  "))
	l.sayf("")
	l.sayf("A browser of its own, which lives in the range and nowhere else (other browsers: set the HTTP and HTTPS proxy, trust the authority that --setup writes):")
	l.sayf("  chromium --user-data-dir=$(mktemp -d) --ignore-certificate-errors --proxy-server=%s %s", r.Proxy(), first(r.Seeds()...))
	l.sayf("The workbench:")
	if c.Setup == "" {
		l.sayf("  start again with --setup DIR, then: iolaus serve --config DIR/iolaus.toml --data DIR/data")
	} else {
		l.sayf("  iolaus serve --config %s --data %s", filepath.Join(c.Setup, "iolaus.toml"), filepath.Join(c.Setup, "data"))
	}
	l.sayf("Ctrl-C ends.")
	l.sayf("")
	return nil
}
