// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"strings"
	"syscall"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/fetch"
	"iolaus/internal/iru"
	"iolaus/internal/sandbox"
)

type doctorCmd struct{}

// A check is one thing that the doctor looks at.
type check struct {
	name string
	run  func(context.Context, config) (found string, err error)
	// optional things are missed, not needed
	optional bool
	// made by the first serve
	made bool
}

var checks = []check{
	{name: "data folder", run: checkDisk, made: true},
	{name: "keys", run: checkKeys, made: true},
	{name: "database", run: checkDB, made: true},
	{name: "ledger", run: checkLedger, made: true},
	{name: "evidence keys", run: checkEvidenceKeys, made: true},
	{name: "evidence store", run: checkEvidenceStore, made: true},
	{name: "time stamps", run: checkStamps},
	{name: "documents", run: checkDocuments},
	{name: "clock", run: checkClock},
	{name: "browser", run: checkBrowser, optional: true},
	{name: "players", run: checkMedia, optional: true},
	{name: "sandbox", run: checkSandbox},
	{name: "mail out", run: checkMail},
	{name: "mail keys", run: checkMailKeys},
	{name: "vantage points", run: checkVantages, optional: true},
}

// errMissing says that something that is not needed is not configured.
var errMissing = errors.New("not configured")

// Run looks at everything and says how to mend what is wrong. It fails if something needed is wrong, and makes nothing: no folder, no
// key, no store, no table.
func (*doctorCmd) Run(ctx context.Context, c *cli, e env, log *slog.Logger) error {
	cfg, err := c.load(e)
	if err != nil {
		return err
	}
	bad, fresh := 0, untouched(ctx, cfg)
	for _, k := range checks {
		one, cancel := context.WithTimeout(ctx, 20*time.Second)
		found, err := k.run(one, cfg)
		cancel()
		word := "ok"
		switch {
		case err == nil:
		case fresh && k.made:
			word, found = "new", "the first serve makes it"
		case k.optional, errors.Is(err, errMissing):
			word, found = "missing", err.Error()
		default:
			word, found = "WRONG", err.Error()
			bad++
		}
		fmt.Fprintf(e.stdout, "%-15s %-8s %s\n", k.name, word, found)
	}
	if bad > 0 {
		return fmt.Errorf("%d things are wrong", bad)
	}
	return nil
}

// untouched reports whether nothing was ever begun here: neither store nor keys.
func untouched(ctx context.Context, c config) bool {
	if _, err := os.Stat(keyFolder(c.data)); !errors.Is(err, os.ErrNotExist) {
		return false
	}
	d, err := db.OpenAsIs(ctx, c.db)
	if err == nil {
		_ = d.Close() // it was only looked at
	}
	return errors.Is(err, iru.NotFound)
}

func checkDisk(_ context.Context, c config) (string, error) {
	if _, err := os.Stat(c.data); err != nil {
		return "", fmt.Errorf("%w; name the folder by --data or IOLAUS_DATA; the first serve makes it", err)
	}
	f, err := os.CreateTemp(c.data, ".doctor-*")
	if err != nil {
		return "", fmt.Errorf("%w; let the account that runs iolaus own the folder", err)
	}
	defer os.Remove(f.Name())
	_, err = io.CopyN(f, rand.Reader, 1<<20)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return "", fmt.Errorf("write a file: %w; is the disk full?", err)
	}
	var s syscall.Statfs_t
	if err := syscall.Statfs(c.data, &s); err != nil {
		return "", err
	}
	free := float64(s.Bavail) * float64(s.Bsize) / (1 << 30)
	if free < 1 {
		return "", fmt.Errorf("%.1f GiB free in %s; free some, evidence must never meet a full disk", free, c.data)
	}
	return fmt.Sprintf("%s, %.0f GiB free", c.data, free), nil
}

func checkKeys(_ context.Context, c config) (string, error) {
	k, err := readKeys(c.data)
	if err != nil {
		return "", err
	}
	return "ledger " + k.log.Origin, nil
}

func checkDB(ctx context.Context, c config) (string, error) {
	d, err := db.OpenAsIs(ctx, c.db)
	if refusal := (*iru.Refusal)(nil); errors.As(err, &refusal) {
		return "", err // it says how to mend it
	}
	if err != nil {
		return "", fmt.Errorf("%w; check the address (--db or IOLAUS_DB), that the server runs and that this account may sign in", err)
	}
	defer d.Close()
	n := 0
	err = d.View(ctx, func(t *db.Tx) error {
		os, err := t.Officers(ctx)
		n = len(os)
		return err
	})
	return fmt.Sprintf("%s, %d officers", d.Engine(), n), err
}

func checkLedger(ctx context.Context, c config) (string, error) {
	d, err := db.OpenAsIs(ctx, c.db)
	if err != nil {
		return "", errors.New("not looked at: the database does not open")
	}
	defer d.Close()
	k, err := readKeys(c.data)
	if err != nil {
		return "", err
	}
	r, err := verifyStore(ctx, d, k)
	if err == nil {
		err = r.Err()
	}
	if err != nil {
		return "", fmt.Errorf("%w; stop work, keep the store as it is and call whoever audits it", err)
	}
	return fmt.Sprintf("%d entries, whole", r.Size), nil
}

// checkClock asks the kernel whether something keeps the clock right: clocks of law run on it.
func checkClock(context.Context, config) (string, error) {
	var t syscall.Timex
	state, err := syscall.Adjtimex(&t)
	if err != nil {
		return "", fmt.Errorf("ask the kernel: %w", err)
	}
	const unsynchronised = 0x40 // STA_UNSYNC of adjtimex(2)
	if state == 5 || t.Status&unsynchronised != 0 {
		return "not disciplined: run chrony or systemd-timesyncd where legal time limits run on this clock", nil
	}
	return fmt.Sprintf("disciplined, estimated error %s", time.Duration(t.Esterror)*time.Microsecond), nil
}

func checkBrowser(_ context.Context, c config) (string, error) {
	if c.Capture.Browser == "off" {
		return "switched off (capture.browser): captures have no pictures", nil
	}
	b, err := fetch.FindBrowser(c.Capture.Browser)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%s, run by %s", b.Version, first(b.User, "this account")), nil
}

func checkMedia(_ context.Context, c config) (string, error) {
	if m := players(c).Programs.Missing(); m != nil {
		return "", fmt.Errorf("%w: films and sounds are kept, but not recognised: %s", iru.Unavailable, strings.Join(m, "; "))
	}
	return "ffmpeg and ffprobe are installed", nil
}

// checkSandbox starts a cell, as a capture would.
func checkSandbox(_ context.Context, c config) (string, error) {
	s, err := sandbox.Check(sandbox.Options{Lax: !c.Sandbox.Require})
	if err != nil {
		return "", err
	}
	return s.String(), nil
}

func checkMail(ctx context.Context, c config) (string, error) {
	if c.Mail.Server == "" {
		return "not configured: no mail leaves (mail.server)", nil
	}
	conn, err := (&net.Dialer{Timeout: 10 * time.Second}).DialContext(ctx, "tcp", c.Mail.Server)
	if err != nil {
		return "", fmt.Errorf("%w; check mail.server and the firewall", err)
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
		return "", err
	}
	b := make([]byte, 512)
	n, err := conn.Read(b)
	if err != nil || !strings.HasPrefix(string(b[:n]), "220") {
		return "", iru.Refuse(iru.Unavailable, fmt.Sprintf("%s does not greet as a mail server: %q", c.Mail.Server, string(b[:n])), "check mail.server")
	}
	return c.Mail.Server + " greets: " + shorten(strings.TrimSpace(string(b[:n])), 60), nil
}

func checkVantages(_ context.Context, c config) (string, error) {
	if len(c.Vantages) < 2 {
		return "", errors.New("fewer than two: removal is believed from one point only. Add [[vantage]] sections")
	}
	var names []string
	for _, v := range c.Vantages {
		names = append(names, v.Name)
	}
	return strings.Join(names, ", "), nil
}
