// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"os"
	"strings"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/fetch"
	"iolaus/internal/iru"
	"iolaus/internal/probe"
	"iolaus/internal/work"
)

// stampsConfig says who stamps the ledger. Which authorities may be asked is the unit's choice: only a qualified one's stamps carry
// the presumption of Article 41(2) of Regulation (EU) No 910/2014.
type stampsConfig struct {
	Every       duration          `toml:"every"`
	Before      duration          `toml:"before"`
	Authorities []authorityConfig `toml:"authority"`
}

type authorityConfig struct {
	Name         string `toml:"name"`
	URL          string `toml:"url"`
	Roots        string `toml:"roots"` // file of the certificates that its own must come from, PEM; empty: whoever signed
	User         string `toml:"user"`
	PasswordFile string `toml:"password_file"`
}

func (s stampsConfig) check() error {
	if s.Every.Duration <= 0 {
		return &keyError{"stamps.every", "the ledger cannot be stamped all the time; write 1h"}
	}
	names := []string{}
	for _, a := range s.Authorities {
		switch {
		case a.Name == "" || len(a.Name) > 40 || a.Name != fileName(a.Name):
			return &keyError{"stamps.authority.name", fmt.Sprintf("%q is no name for an authority: at most 40 letters, digits, - and _, since files are called after it", a.Name)}
		case has(names, a.Name):
			return &keyError{"stamps.authority.name", fmt.Sprintf("two authorities are called %q", a.Name)}
		case a.User == "" && a.PasswordFile != "":
			return &keyError{"stamps.authority.user", "a password without a user"}
		}
		names = append(names, a.Name)
		if err := (probe.Stamper{URL: a.URL, User: a.User}).Check(); err != nil {
			return &keyError{"stamps.authority.url", err.Error()}
		}
	}
	return nil
}

// fileName is a name with nothing but letters, digits, - and _.
func fileName(name string) string {
	return strings.Map(func(r rune) rune {
		if r == '-' || r == '_' || '0' <= r && r <= '9' || 'A' <= r && r <= 'Z' || 'a' <= r && r <= 'z' {
			return r
		}
		return '_'
	}, name)
}

// stamps puts the authorities together. They are asked from the machine's own address, not from a vantage point's: a customer's
// name would tell whose it is.
func (c config) stamps(from *fetch.Client) (work.Stamps, error) {
	out := work.Stamps{Every: c.Stamps.Every.Duration, Before: c.Stamps.Before.Duration}
	if len(c.Stamps.Authorities) == 0 {
		return out, nil
	}
	net := from.Network()
	net.Local = netip.Addr{}
	web := fetch.New(net, fetch.Limits{}, nil, c.Network.Agent).HTTP()
	for _, a := range c.Stamps.Authorities {
		s, err := a.stamper(web)
		if err != nil {
			return out, err
		}
		out.Authorities = append(out.Authorities, s)
	}
	return out, nil
}

func (a authorityConfig) stamper(web *http.Client) (work.Stamper, error) {
	pass, err := password(a.PasswordFile)
	if err != nil {
		return work.Stamper{}, fmt.Errorf("authority %s: %w", a.Name, err)
	}
	roots, err := a.roots()
	return work.Stamper{Stamper: probe.Stamper{HTTP: web, Name: a.Name, URL: a.URL, User: a.User, Password: pass}, Roots: roots}, err
}

// roots are the certificates that the authority's must come from; nil: they are not judged.
func (a authorityConfig) roots() (*x509.CertPool, error) {
	if a.Roots == "" {
		return nil, nil
	}
	pem, err := os.ReadFile(a.Roots)
	if err != nil {
		return nil, fmt.Errorf("read roots of authority %s: %w", a.Name, err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return nil, &keyError{"stamps.authority.roots", a.Roots + " holds no certificate in PEM form"}
	}
	return pool, nil
}

// stampLate is how old the newest stamp may be while events wait for one.
const stampLate = 24 * time.Hour

// checkStamps asks whether authorities are configured, answer, and have stamped what happened. It asks for no stamp: some are paid.
func checkStamps(ctx context.Context, c config) (string, error) {
	if len(c.Stamps.Authorities) == 0 {
		return "", fmt.Errorf("%w: no authority stamps the ledger, so nothing but this unit's word says when evidence was there. "+
			"Add two [[stamps.authority]] sections; only a qualified time stamp is presumed right (Article 41(2) eIDAS), and whose is the unit's choice", errMissing)
	}
	vs, err := (&house{cfg: c}).vantages(nil)
	if err != nil {
		return "", err
	}
	stamps, err := c.stamps(vs[0])
	if err != nil {
		return "", err
	}
	var said []string
	var errs []error
	for _, a := range stamps.Authorities {
		s, err := checkAuthority(ctx, c, a)
		said, errs = append(said, a.Name+": "+s), append(errs, err)
	}
	return strings.Join(said, "; "), errors.Join(errs...)
}

func checkAuthority(ctx context.Context, c config, a work.Stamper) (string, error) {
	if err := a.Reach(ctx); err != nil {
		return "", fmt.Errorf("%w; check its address and the firewall", err)
	}
	judged := ""
	if a.Roots == nil {
		judged = ", whoever signs is believed (no roots)"
	}
	d, err := db.OpenAsIs(ctx, c.db)
	if err != nil {
		return "answers" + judged, nil // the store has a line of its own
	}
	defer d.Close()
	var last iru.Stamp
	var waits bool
	err = d.View(ctx, func(t *db.Tx) error {
		var err error
		if last, err = t.LastStamp(ctx, a.Name); err != nil && !errors.Is(err, iru.NotFound) {
			return err
		}
		size, _, _, err := t.Checkpoint(ctx)
		if errors.Is(err, iru.NotFound) {
			return nil
		}
		if err == nil {
			waits, err = t.Happened(ctx, last.Size, size)
		}
		return err
	})
	now := time.Now()
	switch age := now.Sub(last.Received); {
	case err != nil:
		return "", err
	case last.ID == 0:
		return "answers, has not stamped yet" + judged, nil
	case waits && age > max(stampLate, 3*c.Stamps.Every.Duration):
		return "", fmt.Errorf("the newest stamp of %s is %s old and events wait for one; does serve or work run? see its log", a.Name, age.Round(time.Minute))
	case last.Until.Before(now):
		return "", fmt.Errorf("the certificate of the newest stamp of %s expired at %s: it was not carried on in time", a.Name, last.Until.Format(time.RFC3339))
	default:
		return fmt.Sprintf("stamped %d entries %s ago, good until %s%s", last.Size, age.Round(time.Second), last.Until.Format(time.DateOnly), judged), nil
	}
}
