// SPDX-License-Identifier: EUPL-1.2

package fetch

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"time"

	"github.com/temoto/robotstxt"
)

const (
	robotsBytes = 500 << 10      // RFC 9309, section 2.5
	robotsAge   = 24 * time.Hour // RFC 9309, section 2.4
)

// rules are a host's robots file as last read.
type rules struct {
	data *robotstxt.RobotsData
	read time.Time
}

// robots says whether a site's robots file allows the address. A site that cannot be reached at all is told as such: that is
// no refusal.
func (p *Politeness) robots(ctx context.Context, c *Client, u *url.URL) error {
	if !p.Robots {
		return nil
	}
	now, key := time.Now(), u.Scheme+"://"+u.Host
	p.mu.Lock()
	known := p.at(key, now).rules
	p.mu.Unlock()
	if known == nil || now.Sub(known.read) > robotsAge {
		data, err := readRobots(ctx, c, u)
		if err != nil {
			return fmt.Errorf("read robots file: %w", err)
		}
		known = &rules{data: data, read: now}
		p.mu.Lock()
		p.at(key, now).rules = known
		p.mu.Unlock()
	}
	if !known.data.TestAgent(u.RequestURI(), or(p.Agent, "iolaus")) {
		return fmt.Errorf("%w: %s", ErrRobots, u)
	}
	return nil
}

func readRobots(ctx context.Context, c *Client, u *url.URL) (*robotstxt.RobotsData, error) {
	at := url.URL{Scheme: u.Scheme, Host: u.Host, Path: "/robots.txt"}
	res, err := c.Get(ctx, at.String(), Prefix(robotsBytes), Accept("text/plain"), func(r *request) { r.plain = true })
	if err != nil && !errors.Is(err, ErrTooLarge) && !errors.Is(err, ErrRedirects) {
		return nil, err
	}
	data, err := robotstxt.FromStatusAndBytes(res.Status, res.Body)
	if err != nil { // a file that nobody can read forbids nothing (RFC 9309, section 2.2)
		return robotstxt.FromStatusAndBytes(404, nil)
	}
	return data, nil
}
