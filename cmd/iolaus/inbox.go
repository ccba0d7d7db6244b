// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/netip"
	"time"

	"iolaus/internal/deliver"
)

func (m mailConfig) check() error {
	if err := m.checkSeal(); err != nil {
		return err
	}
	for key, list := range map[string][]string{"mail.relays": m.Relays, "mail.accept": m.Accept} {
		for _, a := range list {
			if _, err := netip.ParsePrefix(a); err != nil {
				return &keyError{key, fmt.Sprintf("%q is no range of addresses; write 192.0.2.25/32", a)}
			}
		}
	}
	switch {
	case (m.Cert == "") != (m.Key == ""):
		return &keyError{"mail.cert", "a certificate and its key go together: mail.cert and mail.key"}
	case m.AuthServ != "" && len(m.Relays) == 0 && m.Server == "":
		return &keyError{"mail.authserv", "nobody is named who writes under it: name our mail servers in mail.relays"}
	}
	if _, _, err := net.SplitHostPort(m.Resolver); m.Resolver != "" && err != nil {
		return &keyError{"mail.resolver", fmt.Sprintf("%q is not host:port", m.Resolver)}
	}
	return nil
}

// inboxConfig says where replies come in, and whose word is taken there.
func (h *house) inboxConfig() (deliver.InboxConfig, error) {
	m := h.cfg.Mail
	c := deliver.InboxConfig{Addr: m.Listen, Domain: m.Domain, Secrets: [][]byte{h.keys.tags}, AuthServ: m.AuthServ, Relays: prefixes(m.Relays), Accept: prefixes(m.Accept), Log: h.log}
	for _, p := range c.Accept {
		if !p.Addr().IsLoopback() {
			h.log.Warn("mail.accept: whoever writes from there is believed; this is for training only", "network", p)
		}
	}
	ask := h.resolver()
	if ask != nil {
		c.LookupTXT = func(name string) ([]string, error) {
			ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
			defer cancel()
			return ask.LookupTXT(ctx, name)
		}
	}
	c.Relays = append(c.Relays, h.server(ask)...)
	if m.Cert != "" {
		load := func() (*tls.Certificate, error) {
			pair, err := tls.LoadX509KeyPair(m.Cert, m.Key)
			if err != nil {
				return nil, fmt.Errorf("read the inbox's certificate: %w", err)
			}
			return &pair, nil
		}
		if _, err := load(); err != nil {
			return c, err
		}
		// Read anew each time: certificates are renewed while we run.
		c.TLS = &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return load() }}
	}
	return c, nil
}

// resolver asks the DNS for DKIM keys. In a training network only a server of that network is asked: nil if none is named.
func (h *house) resolver() *net.Resolver {
	at := h.cfg.Mail.Resolver
	if at == "" && len(h.cfg.Vantages) > 0 {
		at = h.cfg.Vantages[0].Resolver
	}
	switch {
	case at != "":
		return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, network, at)
		}}
	case len(h.cfg.Network.Allow) > 0:
		return nil
	}
	return net.DefaultResolver
}

// server gives the addresses of the mail server that takes our mail: its reports are ours.
func (h *house) server(ask *net.Resolver) []netip.Prefix {
	host, _, err := net.SplitHostPort(h.cfg.Mail.Server)
	if err != nil {
		return nil
	}
	found := []netip.Addr{}
	if a, err := netip.ParseAddr(host); err == nil {
		found = append(found, a)
	} else if ask != nil {
		ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
		defer cancel()
		if found, err = ask.LookupNetIP(ctx, "ip", host); err != nil {
			h.log.Warn("the mail server's address is not known: its delivery reports are filed by people; name it in mail.relays", "server", host, "error", err)
		}
	}
	var out []netip.Prefix
	for _, a := range found {
		out = append(out, netip.PrefixFrom(a.Unmap(), a.Unmap().BitLen()))
	}
	return out
}

// prefixes reads ranges that check has read before.
func prefixes(list []string) (out []netip.Prefix) {
	for _, s := range list {
		if p, err := netip.ParsePrefix(s); err == nil {
			out = append(out, p)
		}
	}
	return out
}
