// SPDX-License-Identifier: EUPL-1.2

package fetch

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"time"
)

// idlePerHost is how many connections to one host stay open: a release posts over so many at once, and a connection for each act alone would be
// a handshake for each.
const idlePerHost = 64

// HTTP is an ordinary client behind the same guard, for providers' own interfaces: unlike Get it trusts only certificates that
// verify, since it carries credentials.
func (c *Client) HTTP() *http.Client {
	return &http.Client{
		Timeout: c.limits.Total,
		Transport: &http.Transport{
			DialContext: c.Dial,
			TLSClientConfig: &tls.Config{RootCAs: c.network.Roots, MinVersion: tls.VersionTLS12, ClientSessionCache: tls.NewLRUClientSessionCache(64),
				DynamicRecordSizingDisabled: true},
			WriteBufferSize:        64 << 10, // acts with their documents are long: they leave in one piece, without a buffer made for each
			MaxIdleConnsPerHost:    idlePerHost,
			IdleConnTimeout:        30 * time.Second,
			TLSHandshakeTimeout:    c.limits.Dial,
			ResponseHeaderTimeout:  c.limits.FirstByte,
			MaxResponseHeaderBytes: int64(c.limits.Header),
		},
	}
}

// Dial connects to host:port as Get would: resolved by the vantage point's resolver, checked by the guard.
func (c *Client) Dial(ctx context.Context, network, address string) (net.Conn, error) {
	if network != "tcp" && network != "tcp4" && network != "tcp6" {
		return nil, fmt.Errorf("dial %s: %w: network %s", address, ErrBlockedAddress, network)
	}
	u, err := url.Parse("http://" + address)
	if err != nil {
		return nil, fmt.Errorf("dial %s: %w", address, ErrAddress)
	}
	return c.connect(ctx, u, &Exchange{URL: u.String(), Vantage: c.network.Name, Start: time.Now()})
}
