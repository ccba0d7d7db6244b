// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"log/slog"
	"net"
	"testing"
)

// TestEvidenceOriginIsAnotherHost: beside a workbench on loopback the evidence origin is found by itself, on another host; where browsers come
// from elsewhere nothing is guessed.
func TestEvidenceOriginIsAnotherHost(t *testing.T) {
	h := &house{cfg: defaults(), log: slog.New(slog.DiscardHandler)}
	h.keys.tags = []byte("a secret of the installation")
	local, far := &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)}, &net.TCPAddr{IP: net.IPv4(10, 0, 0, 5), Port: 8440}
	for _, c := range []struct {
		name      string
		web       webConfig
		workbench net.Addr
		host      string // "" none
	}{
		{"on loopback", webConfig{}, local, "127.0.0.2"},
		{"on the other loopback", webConfig{}, &net.TCPAddr{IP: net.IPv4(127, 0, 0, 2)}, "127.0.0.3"},
		{"on loopback, under a name", webConfig{Base: "http://localhost:8440"}, local, "127.0.0.2"},
		{"behind a proxy", webConfig{Base: "https://unit.example"}, local, ""},
		{"on the network", webConfig{}, far, ""},
		{"named", webConfig{Base: "https://unit.example", EvidenceListen: "127.0.0.1:0", EvidenceBase: "https://evidence.unit.example"}, far, "127.0.0.1"},
	} {
		h.cfg.Web = c.web
		s, err := h.beside(c.workbench)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		got := ""
		if s != nil {
			got, _, _ = net.SplitHostPort(s.Addr().String())
			want := first(c.web.EvidenceBase, "http://"+s.Addr().String())
			if s.links.Origin() != want {
				t.Errorf("%s: links to %s, not %s", c.name, s.links.Origin(), want)
			}
			_ = s.Close()
		}
		if got != c.host {
			t.Errorf("%s: listens on %q, not %q", c.name, got, c.host)
		}
	}
}
