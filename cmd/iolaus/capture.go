// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/url"
	"os"
	"os/user"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"iolaus/internal/capture"
	"iolaus/internal/desk"
	"iolaus/internal/fetch"
	"iolaus/internal/iru"
	"iolaus/internal/locator"
	"iolaus/internal/recognise"
)

type captureCmd struct {
	URL       string        `arg:"" help:"Address, real or defanged."`
	Depth     int           `help:"Follow links of the same site so many steps." default:"0"`
	Pages     int           `help:"Take at most so many addresses along when following links." default:"10000"`
	Out       string        `help:"Bundle to write; without it HOST-TIME.wacz." short:"o" type:"path" placeholder:"FILE"`
	Vantage   string        `help:"Vantage point to look from; without it the first one." placeholder:"NAME"`
	Reason    string        `help:"Why, for the custody record." default:"captured at the command line"`
	NoBrowser bool          `help:"Take no picture of the page."`
	Time      time.Duration `help:"For what belongs to the page." default:"90s"`
}

// Run makes a capture without a server and leaves one bundle. Its custody is in the ledger of the data folder.
func (k *captureCmd) Run(ctx context.Context, c *cli, e env, log *slog.Logger) (err error) {
	cfg, err := c.load(e)
	if err != nil {
		return err
	}
	l, err := locator.Parse(k.URL)
	if err != nil {
		return iru.Refuse(iru.Invalid, fmt.Sprintf("%.200q is no address: %v", k.URL, err), "give an address such as https://example.test/")
	}
	h, err := open(ctx, cfg, nil, log)
	if err != nil {
		return err
	}
	defer h.shut(&err)
	from, err := h.vantage(k.Vantage)
	if err != nil {
		return err
	}
	if k.NoBrowser {
		h.crew.Browser = nil
	}
	out, dir, err := k.places(l.URL())
	if err != nil {
		return err
	}
	done, p, err := k.capture(ctx, h.crew.Camera(from), l, dir, newProgress(e.stderr))
	if err != nil {
		return goesOn(err, dir)
	}
	defer p.Close()
	id, err := uuid()
	if err != nil {
		return err
	}
	loose := desk.Loose{Number: h.keys.log.Origin + "/capture/" + id, Address: l.URL(), Vantage: from.Network().Name, Who: whoami(), Why: k.Reason, To: filepath.Base(out)}
	if err := write(out, dir, func(w io.Writer) error { return h.crew.Hand(ctx, loose, done, w) }); err != nil {
		return goesOn(err, dir)
	}
	p.Close()
	if err := os.RemoveAll(dir); err != nil {
		return fmt.Errorf("remove working folder: %w", err)
	}
	s := p.Sight
	fmt.Fprintf(e.stdout, "%s: %s\n", s.Outcome, s.Detail)
	for _, w := range done.Warnings {
		fmt.Fprintf(e.stdout, "note: %s\n", w)
	}
	for _, f := range done.Files {
		fmt.Fprintf(e.stdout, "%-12s %10d bytes  sha256:%s  %s\n", f.Kind, f.Size, f.SHA256, f.Name)
	}
	fmt.Fprintf(e.stdout, "bundle %s\ncheck it with: iolaus verify %s --key %s\n", out, out, filepath.Join(keyFolder(cfg.data), publicKey))
	if errors.Is(s.Err, fetch.ErrBlockedAddress) {
		return fmt.Errorf("nothing was asked: %w; private addresses are looked at in training networks only, with --allow. The bundle says so", s.Err)
	}
	if s.Outcome != iru.Up {
		return fmt.Errorf("what was captured is not the content: %s; the bundle says so", s.Outcome)
	}
	return nil
}

func goesOn(err error, dir string) error {
	return fmt.Errorf("%w; what was recorded so far is kept in %s, and the same command goes on from there", err, dir)
}

func (k *captureCmd) capture(ctx context.Context, cam *capture.Camera, l locator.Locator, dir string, progress *progress) (_ capture.Result, _ *capture.Capture, err error) {
	defer progress.end()
	progress.sayf("looking at %s", l.Defanged())
	p, err := cam.Begin(ctx, capture.Request{Address: l.URL(), Dir: dir, Time: k.Time})
	if err != nil {
		return capture.Result{}, nil, err
	}
	defer func() {
		if err != nil {
			p.Close()
		}
	}()
	progress.sayf("found %s; taking pictures", p.Sight.Outcome)
	if err := p.Shoot(ctx); err != nil {
		return capture.Result{}, nil, err
	}
	if k.Depth > 0 {
		progress.sayf("following links of the site, %d steps deep; Ctrl-C stops it, and the same command goes on", k.Depth)
		if err := p.Follow(ctx, capture.Site{Depth: k.Depth, URLs: k.Pages, Progress: progress.crawled}); err != nil {
			return capture.Result{}, nil, err
		}
	}
	progress.sayf("asking about names, addresses and registrations")
	f := capture.Facts{Text: p.Shown()}
	if g := p.Sight.Page; g != nil {
		f.Title, f.Lang, f.Dir = g.Title, recognise.LanguageOf(g.Lang, g.Text), g.Dir
		if f.Text == "" {
			f.Text = g.Text
		}
	}
	done, err := p.Finish(ctx, f)
	return done, p, err
}

// places are where the bundle goes and where the work lies until it is whole.
func (k *captureCmd) places(address string) (out, dir string, err error) {
	if out = k.Out; out == "" {
		u, err := url.Parse(address)
		if err != nil {
			return "", "", err
		}
		out = plainName(u.Hostname()) + "-" + time.Now().UTC().Format("20060102T150405Z") + ".wacz"
	}
	if err := free(out); err != nil {
		return "", "", err
	}
	dir = out + ".part"
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", "", fmt.Errorf("make working folder: %w", err)
	}
	return out, dir, nil
}

// free refuses a name that is taken.
func free(out string) error {
	_, err := os.Lstat(out)
	switch {
	case err == nil:
		return iru.Refuse(iru.Conflict, out+" exists", "evidence is never written over: choose another name")
	case !errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("look for %s: %w", out, err)
	}
	return nil
}

func plainName(host string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '-' || r == '.' {
			return r
		}
		return '_'
	}, strings.ToLower(host))
}

// write makes a file whole or not at all: under another name first, in a folder of the same file system, synced, then linked.
func write(out, in string, fill func(io.Writer) error) error {
	f, err := os.CreateTemp(in, ".iolaus-*")
	if err != nil {
		return fmt.Errorf("write %s: %w", out, err)
	}
	defer os.Remove(f.Name())
	if err := errors.Join(fill(f), f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("write %s: %w", out, err)
	}
	if err := os.Link(f.Name(), out); err != nil {
		return fmt.Errorf("write %s: %w", out, err)
	}
	d, err := os.Open(filepath.Dir(out))
	if err != nil {
		return fmt.Errorf("write %s: %w", out, err)
	}
	return errors.Join(d.Sync(), d.Close())
}

// vantage finds a vantage point by its name; "" is the first one.
func (h *house) vantage(name string) (*fetch.Client, error) {
	if name == "" {
		return h.crew.Vantages[0], nil
	}
	at := slices.IndexFunc(h.crew.Vantages, func(c *fetch.Client) bool { return c.Network().Name == name })
	if at < 0 {
		var names []string
		for _, v := range h.crew.Vantages {
			names = append(names, v.Network().Name)
		}
		return nil, iru.Refuse(iru.NotFound, fmt.Sprintf("there is no vantage point %q", name), "the configuration has "+strings.Join(names, ", "))
	}
	return h.crew.Vantages[at], nil
}

func whoami() string {
	host, _ := os.Hostname()
	if u, err := user.Current(); err == nil {
		return u.Username + " at " + host
	}
	return "account at " + host
}

func uuid() (string, error) {
	var b [16]byte
	if _, err := rand.Read(b[:]); err != nil {
		return "", err
	}
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:]), nil
}
