// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"iolaus/internal/iru"
	"iolaus/internal/sim"
)

type demoCmd struct {
	Scenario  string        `help:"What happens: s1 one site, s2 two outlets and three units, s3 hydra, s4 a host that refuses, s5 innocent neighbours, s6 another owner, s7 a wave over a week." enum:"s1,s2,s3,s4,s5,s6,s7" default:"s2"`
	Seed      int64         `help:"The same seed tells the same story." default:"1"`
	Units     int           `help:"Installations: 1 has all units in one house; 3 gives each unit its own store, people and keys, as partners on one machine (s2, s7)." default:"1" placeholder:"N"`
	Headless  bool          `help:"Play to the end without a person and without a workbench; exit 0 only if everything held."`
	Pictures  bool          `help:"Take pictures of pages in a headless play, too: each takes a browser some two seconds of a processor."`
	Autopilot bool          `help:"Let scripted officers act while you watch in the workbench."`
	Report    string        `help:"Write the report to this file." placeholder:"FILE"`
	Out       string        `help:"Leave the after-action report of the operation in this folder, of each unit in one of its own." placeholder:"DIR"`
	Listen    string        `help:"Address of the workbench; those of further units follow ten ports apart." default:"127.0.0.1:8440" placeholder:"HOST:PORT"`
	Compress  float64       `help:"So many times faster than real providers: 3600 plays an hour in a second. Headless 3600, long stories up to four times that; otherwise 900." placeholder:"N"`
	Limit     time.Duration `help:"Longest time that a headless play may take: 110s, of three units 5m, and 10m for a week." placeholder:"TIME"`
}

// Run plays the demonstration. A headless play keeps nothing unless a data folder was named.
func (d *demoCmd) Run(ctx context.Context, c *cli, e env, log *slog.Logger) (err error) {
	if err := d.check(); err != nil {
		return err
	}
	late := fmt.Errorf("the play took longer than %s", d.Limit)
	if d.Headless {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, d.Limit, late)
		defer cancel()
	}
	dir, temporary, err := d.folder(c, e)
	if err != nil {
		return err
	}
	if temporary {
		defer os.RemoveAll(dir)
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	r, err := sim.Start(ctx, sim.Options{Seed: d.Seed, Scenario: d.Scenario, Compress: d.Compress, Log: log})
	if err != nil {
		return fmt.Errorf("start the range: %w", err)
	}
	defer r.Close()
	var all []*play
	var parts []func(context.Context) error
	for n := range d.Units {
		p, own, failed := d.install(ctx, c, e, dir, n, r, log)
		if failed != nil {
			return failed
		}
		defer p.house.shut(&err)
		all, parts = append(all, p), append(parts, own...)
	}
	p := all[0]
	p.others = all[1:]
	p.greet(d)
	var verdict error
	if d.Headless || d.Autopilot {
		parts = append(parts, func(ctx context.Context) error {
			err := p.act(ctx)
			if ctx.Err() != nil && !errors.Is(context.Cause(ctx), late) { // Ctrl-C
				if d.Headless {
					return errors.New("the play was interrupted")
				}
				return nil
			}
			if verdict = p.conclude(context.WithoutCancel(ctx), d.Report, d.Out, e, err); d.Headless {
				return verdict
			}
			if verdict != nil {
				fmt.Fprintln(e.stdout, verdict)
			}
			<-ctx.Done() // the person looks around; Ctrl-C ends
			return nil
		})
	}
	return together(ctx, parts...)
}

// check completes the options, and refuses what cannot be played.
func (d *demoCmd) check() error {
	switch {
	case d.Units != 1 && d.Units != len(installed):
		return iru.Refuse(iru.Invalid, fmt.Sprintf("the demonstration has no cast for %d installations", d.Units), "choose --units 1 or --units 3")
	case d.Units > 1 && d.Scenario != "s2" && d.Scenario != "s7":
		return iru.Refuse(iru.Invalid, "only the joint action of s2, at once or over the week of s7, is played over several installations", "leave out --units, or play --scenario s2 or s7")
	}
	if d.Out != "" {
		if d.Scenario != "s2" && d.Scenario != "s7" {
			return iru.Refuse(iru.Invalid, "this story has no operation, and so no after-action report", "play --scenario s2 or s7, or leave out --out")
		}
		if have, err := os.ReadDir(d.Out); err == nil && len(have) > 0 {
			return iru.Refuse(iru.Conflict, d.Out+" is not empty", "name another folder")
		}
	}
	if d.Compress == 0 {
		if d.Compress = 900; d.Headless {
			d.Compress = sim.DefaultCompress * max(hurry[d.Scenario]/float64(d.Units), 1) // each has its own stores to keep up with
		}
	}
	if d.Limit == 0 {
		if d.Limit = 110 * time.Second; d.Units > 1 {
			if d.Limit = 5 * time.Minute; d.Scenario == "s7" {
				d.Limit = 10 * time.Minute
			}
		}
	}
	return nil
}

// install puts one installation together, with its people and its listeners, and gives what is to run in it.
func (d *demoCmd) install(ctx context.Context, c *cli, e env, dir string, n int, r *sim.Range, log *slog.Logger) (*play, []func(context.Context) error, error) {
	ln, err := d.listen(n)
	if err != nil {
		return nil, nil, err
	}
	p := &play{world: r, base: "http://" + ln.Addr().String(), name: installed[n].Name, reported: d.Out != "", scenario: d.Scenario, seed: d.Seed, out: e.stdout}
	if d.Units > 1 {
		p.prefix = strings.TrimPrefix(p.name, "Unit ") + "  "
	}
	parts, err := d.settle(ctx, c, e, dir, n, p, ln, log)
	if err != nil {
		err = errors.Join(err, ln.Close())
		if p.house != nil {
			p.house.shut(&err)
		}
	}
	return p, parts, err
}

func (d *demoCmd) settle(ctx context.Context, c *cli, e env, dir string, n int, p *play, ln net.Listener, log *slog.Logger) ([]func(context.Context) error, error) {
	unit, dsn := installed[n], first(c.DB, e.getenv("IOLAUS_DB"))
	if d.Units > 1 {
		dir = filepath.Join(dir, strings.ReplaceAll(strings.ToLower(unit.Name), " ", "-"))
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return nil, fmt.Errorf("make data folder: %w", err)
		}
	}
	if n > 0 { // a database that was named is the first unit's
		dsn = ""
	}
	cfg, err := rangeConfig(unit, dsn, dir, p.world, ln.Addr().String())
	if err != nil {
		return nil, err
	}
	if d.Headless && !d.Pictures {
		cfg.Capture.Browser = "off"
	}
	var partners net.Listener
	if d.Units > 1 {
		if partners, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
			return nil, fmt.Errorf("listen for partners: %w", err)
		}
		cfg.Peer = peerConfig{Address: "https://" + partners.Addr().String(), Contact: "duty desk of " + unit.Name}
	}
	parts, err := d.people(ctx, cfg, n, p, ln, partners, log)
	if err != nil && partners != nil {
		err = errors.Join(err, partners.Close())
	}
	return parts, err
}

func (d *demoCmd) people(ctx context.Context, cfg config, n int, p *play, ln, partners net.Listener, log *slog.Logger) (parts []func(context.Context) error, err error) {
	h, err := open(ctx, cfg, p.world.Roots(), log)
	if err != nil {
		return nil, err
	}
	p.house = h
	if err := h.inbox.Listen(); err != nil {
		return nil, err
	}
	if n == 0 {
		err = p.world.SetReplyTo(h.inbox.Addr().String())
	} else {
		err = p.world.SetReplyFor(cfg.Mail.Domain, h.inbox.Addr().String())
	}
	if err != nil {
		return nil, err
	}
	if d.Units == 1 {
		p.cast, err = h.hire(ctx, p.world)
	} else {
		p.cast, err = h.hireOwn(ctx, p.world, n)
	}
	if err != nil {
		return nil, err
	}
	parts = append(h.workers(), func(ctx context.Context) error { return h.serve(ctx, ln) }, p.narrate)
	if partners == nil {
		return parts, nil
	}
	with, err := h.partnersOn(partners)
	return append(parts, with), err
}

// hurry is how many times faster a headless play of a long story is: days of heads that come back and operators who move, a week of acts.
var hurry = map[string]float64{"s3": 3, "s4": 2, "s6": 3, "s7": 4}

// folder is where the demonstration keeps its store: an empty one of its own each time, so that the same seed tells the same story.
func (d *demoCmd) folder(c *cli, e env) (dir string, temporary bool, err error) {
	if named := first(c.Data, e.getenv("IOLAUS_DATA")); d.Headless && named == "" {
		dir, err = os.MkdirTemp("", "iolaus-demo-")
		return dir, true, err
	}
	base := first(c.Data, e.getenv("IOLAUS_DATA"), "iolaus-data")
	dir = filepath.Join(base, "demo-"+time.Now().UTC().Format("20060102-150405"))
	return dir, false, os.MkdirAll(dir, 0o700)
}

// listen opens the workbench of the n-th unit.
func (d *demoCmd) listen(n int) (net.Listener, error) {
	at := d.Listen
	if host, port, err := net.SplitHostPort(at); err == nil && n > 0 {
		if k, err := strconv.Atoi(port); err == nil && k > 0 {
			at = net.JoinHostPort(host, strconv.Itoa(k+10*n)) // the port beside each is its evidence's
		}
	}
	if d.Headless {
		at = "127.0.0.1:0"
	}
	ln, err := net.Listen("tcp", at)
	if err != nil {
		return nil, fmt.Errorf("listen: %w; is another iolaus running? choose another address with --listen", err)
	}
	return ln, nil
}

// rangeConfig is the configuration of an installation whose world is the range: story time is compressed, no step is left out.
func rangeConfig(u iru.Unit, dsn, dir string, r *sim.Range, listen string) (config, error) {
	cfg := defaults()
	cfg.data, cfg.db = dir, first(dsn, filepath.Join(dir, "iolaus.db"))
	cfg.compress = r.Compress()
	cfg.Unit = unitConfig{Name: u.Name, Country: u.Country, Kind: string(u.Kind), Mail: u.Mail}
	cfg.Web = webConfig{Listen: listen, Base: "http://" + listen}
	_, domain, _ := strings.Cut(u.Mail, "@")
	cfg.Mail = mailConfig{Server: r.Smarthost(), TLS: "none", From: u.Name + " <" + u.Mail + ">", Listen: "127.0.0.1:0", Domain: "replies." + domain, Accept: []string{"127.0.0.0/8"}}
	cfg.Network = networkConfig{Allow: []string{"127.0.0.0/8"}, Ports: map[string]uint16{}, Agent: "Mozilla/5.0 (compatible)"}
	for from, to := range r.Ports() {
		cfg.Network.Ports[fmt.Sprint(from)] = to
	}
	for n, v := range r.World().Vantages {
		if n < 2 {
			a := v.Prefix.Addr().As4()
			cfg.Vantages = append(cfg.Vantages, vantageConfig{Name: []string{"north", "south"}[n], Local: fmt.Sprintf("%d.%d.0.7", a[0], a[1]), Resolver: r.Resolver()})
		}
	}
	cfg.Capture.Listen = duration{2 * time.Second}
	cfg.Sources = sourcesConfig{RDAP: r.Bootstrap(), CT: []string{r.CTLog()}, Survey: duration{time.Second}}
	ms := func(n int) duration { return duration{time.Duration(n) * time.Millisecond} }
	cfg.Rules = rulesConfig{Points: 2, Rounds: 3, Gap: ms(300), Monitor: duration{10 * time.Second}, Most: duration{20 * time.Second}, Verify: ms(600), Recheck: []duration{ms(1500), {4 * time.Second}},
		Registration: &duration{2 * time.Second}, Permute: &duration{}}
	roots := filepath.Join(dir, "time-roots.pem")
	if err := os.WriteFile(roots, r.Authority(), 0o600); err != nil {
		return cfg, fmt.Errorf("write roots of the time-stamp authorities: %w", err)
	}
	stampers, err := rangeStamps(dir, roots, r)
	if err != nil {
		return cfg, err
	}
	cfg.Stamps.Every, cfg.Stamps.Authorities = duration{5 * time.Second}, stampers
	cfg.Platform = map[string]string{}
	for _, p := range r.World().Providers {
		if k, ok := platformKinds[p.Kind]; ok {
			cfg.Platform[p.Domain] = string(k)
		}
	}
	return cfg, cfg.check()
}

// rangeStamps has the range's authorities stamp the ledger; roots and passwords are files in a folder, as they are for a unit.
func rangeStamps(dir, roots string, r *sim.Range) ([]authorityConfig, error) {
	var all []authorityConfig
	for _, a := range r.Stampers() {
		c := authorityConfig{Name: a.Name, URL: a.URL, Roots: roots, User: a.User}
		if a.User != "" {
			c.PasswordFile = filepath.Join(dir, "time-"+a.Name+".password")
			if err := os.WriteFile(c.PasswordFile, []byte(a.Password+"\n"), 0o600); err != nil {
				return nil, fmt.Errorf("write password of a time-stamp authority: %w", err)
			}
		}
		all = append(all, c)
	}
	return all, nil
}

// platformKinds says what an address under a provider's own name is.
var platformKinds = map[sim.ProviderKind]iru.AssetKind{sim.AppStore: iru.App, sim.AddonStore: iru.Addon, sim.ListHost: iru.Newsletter,
	sim.StreamHost: iru.Stream, sim.Platform: iru.Account, sim.FileHost: iru.Mirror, sim.Archive: iru.Mirror}

// A play is one run of the demonstration.
type play struct {
	house    *house
	world    *sim.Range
	cast     cast
	base     string
	reported bool    // an after-action report is wanted
	name     string  // of its unit
	prefix   string  // of its lines, where several tell
	others   []*play // units with installations of their own, where this one leads
	scenario string
	seed     int64
	out      io.Writer
	begun    time.Time
}

// all are the plays of every installation, the leading unit's first.
func (p *play) all() []*play { return append([]*play{p}, p.others...) }

func (p *play) greet(d *demoCmd) {
	p.begun = time.Now()
	say := func(format string, args ...any) { fmt.Fprintf(p.out, format+"\n", args...) }
	say("The range is up: scenario %s, seed %d. Everything below happens on 127/8, with invented outlets under .test.", d.Scenario, d.Seed)
	for _, o := range p.others {
		o.begun = p.begun
	}
	if len(p.others) > 0 {
		say("%d installations, each with its own store, people and keys; %s leads.", 1+len(p.others), p.name)
	}
	if d.Headless {
		return
	}
	say("")
	for n, x := range p.all() {
		say("  Workbench  %s", x.base)
		if n == 0 {
			say("  Sign-ins   (all with the password: %s)", demoPassword)
		}
		for _, o := range x.cast.officers {
			say("    %-12s %s, %s: %s", o.Login, o.Name, x.cast.unitName(o.Unit), roleList(o.Roles))
		}
	}
	say("")
	say("Begin with these two addresses (Outlets, then “Watch an address”), or start again with --autopilot:")
	for _, s := range p.world.Seeds() {
		say("    %s", s)
	}
	say("Ctrl-C ends.")
	say("")
}
