// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"iolaus/internal/web"
)

// A second is the other origin of the workbench, on which evidence is shown: its listener and the links to it.
type second struct {
	net.Listener
	links *web.Links
}

// beside opens the listener of the evidence origin. It is nil, and a warning says why, where none can be guessed and none is set: then
// evidence is described and never shown.
func (h *house) beside(workbench net.Addr) (*second, error) {
	w := h.cfg.Web
	ln, err := h.listenBeside(workbench)
	if err != nil || ln == nil {
		return nil, err
	}
	key := hmac.New(sha256.New, h.keys.tags) // the same in every process of the installation
	key.Write([]byte("evidence links"))
	links, err := web.NewLinks(first(w.EvidenceBase, "http://"+ln.Addr().String()), key.Sum(nil))
	if err != nil {
		_ = ln.Close()
		return nil, err
	}
	return &second{ln, links}, nil
}

func (h *house) listenBeside(workbench net.Addr) (net.Listener, error) {
	w := h.cfg.Web
	if w.EvidenceListen != "" {
		ln, err := net.Listen("tcp", w.EvidenceListen)
		if err != nil {
			return nil, fmt.Errorf("listen: %w; choose another address with web.evidence_listen", err)
		}
		return ln, nil
	}
	a, ok := workbench.(*net.TCPAddr)
	if !ok || !a.IP.IsLoopback() || w.EvidenceBase == "" && w.Base != "" && !loopback(hostOf(w.Base)) {
		h.log.Warn("evidence is described and not shown: the workbench is reached from other machines, so its second origin must be named; set web.evidence_listen and web.evidence_base")
		return nil, nil
	}
	host := besideHost
	if a.IP.String() == host {
		host = "127.0.0.3"
	}
	ln, err := net.Listen("tcp", net.JoinHostPort(host, strconv.Itoa(a.Port+1)))
	if err != nil && w.EvidenceBase == "" { // the links say which port it is
		ln, err = net.Listen("tcp", net.JoinHostPort(host, "0"))
	}
	if err != nil {
		h.log.Warn("evidence is described and not shown: its second origin has no address; set web.evidence_listen", "error", err.Error())
		return nil, nil
	}
	return ln, nil
}

// besideHost is where the evidence origin listens beside a workbench on loopback. It is another host, since cookies know no ports.
const besideHost = "127.0.0.2"

// frames are the origins of the workbench that may show a view in a frame.
func (h *house) frames(workbench net.Addr) (out []string) {
	if u, err := url.Parse(h.cfg.Web.Base); err == nil && u.Host != "" {
		out = append(out, u.Scheme+"://"+u.Host)
	}
	if a, ok := workbench.(*net.TCPAddr); ok && a.IP.IsLoopback() {
		out = append(out, "http://"+a.String(), "http://localhost:"+strconv.Itoa(a.Port))
	}
	return out
}

// evidence is everything that the second origin answers.
func (h *house) evidence(s *second, workbench net.Addr) (http.Handler, error) {
	return web.NewEvidence(h.desk, web.EvidenceOptions{Evidence: sealed{h.vault}, Links: s.links, Workbench: h.frames(workbench), Log: h.log})
}

func hostOf(base string) string {
	u, err := url.Parse(base)
	if err != nil {
		return ""
	}
	return u.Hostname()
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// checkEvidence says what is wrong with the second origin.
func (w webConfig) checkEvidence() error {
	listen, port, err := net.SplitHostPort(w.EvidenceListen)
	if w.EvidenceListen != "" && (err != nil || port == "") {
		return &keyError{"web.evidence_listen", fmt.Sprintf("%q is not host:port", w.EvidenceListen)}
	}
	if w.EvidenceBase != "" {
		u, err := url.Parse(w.EvidenceBase)
		if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || strings.Trim(u.Path, "/") != "" {
			return &keyError{"web.evidence_base", fmt.Sprintf("%q is no origin such as https://evidence.unit.example", w.EvidenceBase)}
		}
		if u.Scheme == "http" && strings.HasPrefix(w.Base, "https://") {
			return &keyError{"web.evidence_base", "the workbench is reached over TLS, and browsers show nothing in it that is not"}
		}
	}
	if w.EvidenceListen == "" && w.EvidenceBase == "" {
		return nil
	}
	if ip := net.ParseIP(listen); w.EvidenceListen != "" && w.EvidenceBase == "" && (listen == "" || ip != nil && ip.IsUnspecified()) {
		return &keyError{"web.evidence_base", "web.evidence_listen is every address of the machine; say under which one browsers reach it"}
	}
	mine, _, _ := net.SplitHostPort(w.Listen)
	if theirs := first(hostOf(w.EvidenceBase), listen, besideHost); strings.EqualFold(theirs, first(hostOf(w.Base), mine)) {
		key := "web.evidence_listen"
		if w.EvidenceBase != "" {
			key = "web.evidence_base"
		}
		return &keyError{key, fmt.Sprintf("%s is the host of the workbench, too: cookies know no ports, so evidence needs a host name of its own", theirs)}
	}
	return nil
}
