// SPDX-License-Identifier: EUPL-1.2

package probe

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/net/publicsuffix"

	"iolaus/internal/iru"
)

// RDAP asks registries and registrars (RFC 9082). It is safe for use by many at once. The pace towards a server is kept by HTTP;
// a server that asks to come back later is left alone until then, and answers are kept for a while.
type RDAP struct {
	HTTP HTTP
	// Bootstrap names the files of IANA or the unit's own: web addresses or paths of files. They are read at the first question and
	// again after a day.
	Bootstrap []string
	Keep      time.Duration // how long an answer is kept; 0 is an hour
	Now       func() time.Time

	mu      sync.Mutex
	known   *Bootstrap
	read    time.Time
	answers map[string]kept
	until   map[string]time.Time // host to when it may be asked again
}

type kept struct {
	at  time.Time
	reg Registration
	err error
}

const (
	rdapType     = "application/rdap+json"
	mostAnswers  = 4096
	bootstrapAge = 24 * time.Hour
)

// Domain asks the registry of a name, and the registrar's server that the registry names. The name may be a host: its registrable
// part is asked for. A registrar's server that fails is told in Notes. Errors: Invalid (no name), NotFound (not registered, or no
// server known), Unavailable.
func (c *RDAP) Domain(ctx context.Context, name string) (Registration, error) {
	ascii, err := plainName(name)
	if err != nil {
		return Registration{}, err
	}
	if site, err := publicsuffix.EffectiveTLDPlusOne(ascii); err == nil {
		ascii = site
	}
	b, err := c.bootstrap(ctx)
	if err != nil {
		return Registration{}, err
	}
	base := b.Name(ascii)
	if base == "" {
		return Registration{}, fmt.Errorf("ask RDAP for %s: %w: the bootstrap files name no server for it", ascii, iru.NotFound)
	}
	reg, err := c.ask(ctx, base+"domain/"+ascii)
	if err != nil {
		return reg, err
	}
	for _, related := range reg.Related {
		if related == reg.Server {
			continue
		}
		sponsor, err := c.ask(ctx, related)
		switch {
		case err != nil:
			reg.Notes = append(reg.Notes, "registrar's server: "+err.Error())
		case sponsor.Class != "domain" || sponsor.Name != reg.Name:
			reg.Notes = append(reg.Notes, fmt.Sprintf("registrar's server: %s answers for another name, %q", related, sponsor.Name))
		default:
			reg.Sponsor = &sponsor
		}
		break
	}
	return reg, nil
}

// IP asks the register of networks for an address. Errors as Domain.
func (c *RDAP) IP(ctx context.Context, a netip.Addr) (Registration, error) {
	b, err := c.bootstrap(ctx)
	if err != nil {
		return Registration{}, err
	}
	a = a.Unmap().WithZone("")
	base := b.Address(a)
	if base == "" {
		return Registration{}, fmt.Errorf("ask RDAP for %v: %w: the bootstrap files name no server for it", a, iru.NotFound)
	}
	return c.ask(ctx, base+"ip/"+a.String())
}

func (c *RDAP) now() time.Time {
	if c.Now != nil {
		return c.Now()
	}
	return time.Now()
}

// bootstrap reads the files. Files that were read once serve on while they cannot be read again.
func (c *RDAP) bootstrap(ctx context.Context) (*Bootstrap, error) {
	c.mu.Lock()
	known, read := c.known, c.read
	c.mu.Unlock()
	if known != nil && c.now().Sub(read) < bootstrapAge {
		return known, nil
	}
	fresh := &Bootstrap{}
	for _, at := range c.Bootstrap {
		file, err := c.file(ctx, at)
		if err == nil {
			err = fresh.Read(file)
		}
		if err != nil && known != nil {
			return known, nil
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", at, err)
		}
	}
	c.mu.Lock()
	c.known, c.read = fresh, c.now()
	c.mu.Unlock()
	return fresh, nil
}

func (c *RDAP) file(ctx context.Context, at string) ([]byte, error) {
	if !webAddress(at) {
		b, err := os.ReadFile(at)
		if err != nil {
			return nil, fmt.Errorf("read RDAP bootstrap: %w: %v; check the configured path", iru.Invalid, err)
		}
		return b, nil
	}
	status, _, body, err := c.HTTP.Fetch(ctx, at, "application/json")
	if err == nil && status != http.StatusOK {
		err = fmt.Errorf("read RDAP bootstrap: %w: status %d", iru.Unavailable, status)
	}
	return body, err
}

// ask gets one record, from what is kept or from the server.
func (c *RDAP) ask(ctx context.Context, url string) (Registration, error) {
	now, keep := c.now(), c.Keep
	if keep <= 0 {
		keep = time.Hour
	}
	server := hostOf(url)
	c.mu.Lock()
	k, ok := c.answers[url]
	until := c.until[server]
	c.mu.Unlock()
	if ok && now.Sub(k.at) < keep {
		return k.reg, k.err
	}
	if until.After(now) {
		return Registration{}, fmt.Errorf("ask %s: %w: the server asked to be left alone until %s", url, iru.Unavailable, until.UTC().Format(time.RFC3339))
	}
	status, header, body, err := c.HTTP.Fetch(ctx, url, rdapType+", application/json;q=0.9")
	var reg Registration
	switch {
	case err != nil:
		return reg, fmt.Errorf("ask RDAP: %w", reachable(err))
	case status == http.StatusNotFound:
		err = fmt.Errorf("ask %s: %w: it has no such record", url, iru.NotFound)
	case status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable:
		c.later(server, header, now)
		return reg, fmt.Errorf("ask %s: %w: status %d, too many questions", url, iru.Unavailable, status)
	case status != http.StatusOK:
		return reg, fmt.Errorf("ask %s: %w: status %d", url, iru.Unavailable, status)
	default:
		if reg, err = ParseRegistration(body, url, now.UTC()); err != nil {
			return reg, fmt.Errorf("%w: %v", iru.Unavailable, err) // the server's fault, not the asker's
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.answers == nil || len(c.answers) >= mostAnswers {
		c.answers = map[string]kept{}
	}
	c.answers[url] = kept{now, reg, err}
	return reg, err
}

// reachable keeps an error of the door from being read as one about the record: a register's name that does not resolve is no
// sign that the domain is not registered.
func reachable(err error) error {
	if errors.Is(err, iru.NotFound) || errors.Is(err, iru.Invalid) {
		return fmt.Errorf("%w: %v", iru.Unavailable, err)
	}
	return err
}

// later leaves a server alone for as long as it asks, a minute where it does not say, and at most a day.
func (c *RDAP) later(server string, h http.Header, now time.Time) {
	wait := time.Minute
	v := strings.TrimSpace(h.Get("Retry-After"))
	if n, err := strconv.ParseUint(v, 10, 32); err == nil {
		wait = time.Duration(n) * time.Second
	} else if t, err := http.ParseTime(v); err == nil {
		wait = t.Sub(now)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.until == nil || len(c.until) >= mostAnswers {
		c.until = map[string]time.Time{}
	}
	c.until[server] = now.Add(min(max(wait, time.Second), 24*time.Hour))
}

func hostOf(url string) string {
	_, rest, _ := strings.Cut(url, "://")
	h, _, _ := strings.Cut(rest, "/")
	return strings.ToLower(h)
}
