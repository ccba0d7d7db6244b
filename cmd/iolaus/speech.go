// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"iolaus/internal/iru"
	"iolaus/internal/peer"
	"iolaus/internal/work"
)

// peerConfig is how partners reach this installation; without an address it speaks to none.
type peerConfig struct {
	Listen  string `toml:"listen"`  // host:port for partners
	Address string `toml:"address"` // https://host:port under which partners reach it
	Name    string `toml:"name"`    // on the card; empty: unit.name
	Quota   int    `toml:"quota"`   // addresses that a partner may ask about in 24 hours, hit or no hit; 0: 100
	Contact string `toml:"contact"` // whom a partner calls after a hit; empty: no such questions are answered
}

func (c peerConfig) check() error {
	if c == (peerConfig{}) {
		return nil
	}
	if u, err := url.Parse(c.Address); err != nil || u.Scheme != "https" || u.Host == "" || strings.TrimSuffix(c.Address, "/") != "https://"+u.Host {
		return &keyError{"peer.address", fmt.Sprintf("%q is no address such as https://iolaus.unit.example:8443", c.Address)}
	}
	if c.Listen != "" {
		if _, _, err := net.SplitHostPort(c.Listen); err != nil {
			return &keyError{"peer.listen", fmt.Sprintf("%q is not host:port", c.Listen)}
		}
	}
	if c.Quota < 0 {
		return &keyError{"peer.quota", "it is less than nothing"}
	}
	return nil
}

// peerFile is the file with the installation's secret towards partners.
func peerFile(data string) string { return filepath.Join(keyFolder(data), "peer") }

// peerIdentities reads the secret towards partners, making it the first time. Older ones stand below the present one.
func peerIdentities(data string) ([]peer.Identity, error) {
	if err := os.MkdirAll(keyFolder(data), 0o700); err != nil {
		return nil, fmt.Errorf("make folder of keys: %w", err)
	}
	text, err := keep(peerFile(data), func() (string, error) {
		id, err := peer.NewIdentity(rand.Reader)
		return id.Text(), err
	})
	if err != nil {
		return nil, err
	}
	return peer.ParseIdentities([]byte(text))
}

// writePeerIdentities puts the identities, the newest first, in place of those that are there.
func writePeerIdentities(data string, ids []peer.Identity) error {
	text := ""
	for _, id := range ids {
		text += id.Text() + "\n"
	}
	if err := replace(peerFile(data), text); err != nil {
		return fmt.Errorf("write partner identities: %w: %w", iru.Unavailable, err)
	}
	return nil
}

// speech is what is spoken to partners with; nil where the configuration says nothing of them.
func (c config) speech() (*work.Speech, error) {
	if c.Peer.Address == "" {
		return nil, nil
	}
	ids, err := peerIdentities(c.data)
	if err != nil {
		return nil, err
	}
	card, err := ids[0].Card(first(c.Peer.Name, c.Unit.Name), c.Unit.Country, strings.TrimSuffix(c.Peer.Address, "/"))
	if err != nil {
		return nil, fmt.Errorf("%w; unit.name, unit.country and peer.address stand on it", err)
	}
	return &work.Speech{Identity: ids[0], Earlier: ids[1:], Card: card, Client: peer.NewClient(ids[0], peer.Options{Timeout: 30 * time.Second, Now: now}), Quota: c.Peer.Quota, Contact: c.Peer.Contact}, nil
}

// speak gives the desk and the crew what they need for partners.
func (h *house) speak() error {
	s, err := h.cfg.speech()
	if err != nil || s == nil {
		return err
	}
	h.crew.Speech = s
	return s.Equip(h.desk)
}

// partners answers partners until ctx ends; nil without an address to listen on.
func (h *house) partners() (func(context.Context) error, error) {
	if h.crew.Speech == nil || h.cfg.Peer.Listen == "" {
		return nil, nil
	}
	ln, err := net.Listen("tcp", h.cfg.Peer.Listen)
	if err != nil {
		return nil, fmt.Errorf("listen for partners: %w; choose another address with peer.listen", err)
	}
	return h.partnersOn(ln)
}

// partnersOn answers partners on a listener until ctx ends.
func (h *house) partnersOn(ln net.Listener) (func(context.Context) error, error) {
	srv, err := peer.Server(work.Listener{Crew: h.crew}, peer.Limits{}, now, h.crew.Speech.Identity, h.crew.Speech.Earlier...)
	if err != nil {
		return nil, errors.Join(err, ln.Close())
	}
	return func(ctx context.Context) error {
		stop := context.AfterFunc(ctx, func() {
			end, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
			defer cancel()
			if srv.Shutdown(end) != nil {
				_ = srv.Close()
			}
		})
		defer stop()
		return serveTLS(srv, ln)
	}, nil
}

func serveTLS(srv *http.Server, ln net.Listener) error {
	if err := srv.ServeTLS(ln, "", ""); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
