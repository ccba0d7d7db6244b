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
	"time"

	"iolaus/internal/iru"
	"iolaus/internal/sim"
)

type demoCmd struct {
	Scenario  string        `help:"What happens: s1 one site, s2 two outlets and three units, s3 hydra, s4 a host that refuses, s5 innocent neighbours, s6 another owner, s7 a wave over a week." enum:"s1,s2,s3,s4,s5,s6,s7" default:"s2"`
	Seed      int64         `help:"The same seed tells the same story." default:"1"`
	Headless  bool          `help:"Play to the end without a person and without a workbench; exit 0 only if everything held."`
	Pictures  bool          `help:"Take pictures of pages in a headless play, too: each takes a browser some two seconds of a processor."`
	Autopilot bool          `help:"Let scripted officers act while you watch in the workbench."`
	Report    string        `help:"Write the report to this file." placeholder:"FILE"`
	Listen    string        `help:"Address of the workbench." default:"127.0.0.1:8440" placeholder:"HOST:PORT"`
	Compress  float64       `help:"So many times faster than real providers: 3600 plays an hour in a second. Headless 3600, long stories up to four times that; otherwise 900." placeholder:"N"`
	Limit     time.Duration `help:"Longest time that a headless play may take." default:"110s"`
}

// Run plays the demonstration. A headless play keeps nothing unless a data folder was named.
func (d *demoCmd) Run(ctx context.Context, c *cli, e env, log *slog.Logger) (err error) {
	late := fmt.Errorf("the play took longer than %s", d.Limit)
	if d.Headless {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, d.Limit, late)
		defer cancel()
	}
	if d.Compress == 0 {
		if d.Compress = 900; d.Headless {
			d.Compress = sim.DefaultCompress * max(hurry[d.Scenario], 1)
		}
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
	ln, err := d.listen()
	if err != nil {
		return err
	}
	cfg, err := rangeConfig(c, e, dir, r, ln.Addr().String())
	if err != nil {
		return errors.Join(err, ln.Close())
	}
	if d.Headless && !d.Pictures {
		cfg.Capture.Browser = "off"
	}
	h, err := open(ctx, cfg, r.Roots(), log)
	if err != nil {
		return errors.Join(err, ln.Close())
	}
	defer h.shut(&err)
	if err := h.inbox.Listen(); err != nil {
		return err
	}
	if err := r.SetReplyTo(h.inbox.Addr().String()); err != nil {
		return err
	}
	cast, err := h.hire(ctx, r)
	if err != nil {
		return err
	}
	p := &play{house: h, world: r, cast: cast, base: "http://" + ln.Addr().String(), scenario: d.Scenario, seed: d.Seed, out: e.stdout}
	p.greet(d)
	var verdict error
	parts := append(h.workers(), func(ctx context.Context) error { return h.serve(ctx, ln) }, p.narrate)
	if d.Headless || d.Autopilot {
		parts = append(parts, func(ctx context.Context) error {
			err := p.act(ctx)
			if ctx.Err() != nil && !errors.Is(context.Cause(ctx), late) { // Ctrl-C
				if d.Headless {
					return errors.New("the play was interrupted")
				}
				return nil
			}
			if verdict = p.conclude(context.WithoutCancel(ctx), d.Report, err); d.Headless {
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

func (d *demoCmd) listen() (net.Listener, error) {
	at := d.Listen
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
func rangeConfig(c *cli, e env, dir string, r *sim.Range, listen string) (config, error) {
	cfg := defaults()
	cfg.data, cfg.db = dir, first(c.DB, e.getenv("IOLAUS_DB"), filepath.Join(dir, "iolaus.db"))
	cfg.Unit = unitConfig{Name: unitA, Country: "XA", Kind: "competent_authority", Mail: "referrals@unit-a.test"}
	cfg.Web = webConfig{Listen: listen, Base: "http://" + listen}
	cfg.Mail = mailConfig{Server: r.Smarthost(), TLS: "none", From: unitA + " <referrals@unit-a.test>", Listen: "127.0.0.1:0", Domain: "replies.unit-a.test", Accept: []string{"127.0.0.0/8"}}
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
	scenario string
	seed     int64
	out      io.Writer
	begun    time.Time
}

func (p *play) greet(d *demoCmd) {
	p.begun = time.Now()
	say := func(format string, args ...any) { fmt.Fprintf(p.out, format+"\n", args...) }
	say("The range is up: scenario %s, seed %d. Everything below happens on 127/8, with invented outlets under .test.", d.Scenario, d.Seed)
	if d.Headless {
		return
	}
	say("")
	say("  Workbench  %s", p.base)
	say("  Sign-ins   (all with the password: %s)", demoPassword)
	for _, o := range p.cast.officers {
		say("    %-12s %s, %s: %s", o.Login, o.Name, p.cast.unitName(o.Unit), roleList(o.Roles))
	}
	say("")
	say("Begin with these two addresses (Outlets, then “Watch an address”), or start again with --autopilot:")
	for _, s := range p.world.Seeds() {
		say("    %s", s)
	}
	say("Ctrl-C ends.")
	say("")
}
