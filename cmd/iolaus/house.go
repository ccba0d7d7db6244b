// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"iolaus/internal/blob"
	"iolaus/internal/db"
	"iolaus/internal/deliver"
	"iolaus/internal/desk"
	"iolaus/internal/fetch"
	"iolaus/internal/iru"
	"iolaus/internal/legal"
	"iolaus/internal/media"
	"iolaus/internal/probe"
	"iolaus/internal/sandbox"
	"iolaus/internal/web"
	"iolaus/internal/work"
)

// A house is the program put together on one store: what serve, work and demo share.
type house struct {
	cfg   config
	keys  keys
	db    *db.DB
	store store
	vault *blob.Vault
	desk  *desk.Desk
	crew  *work.Crew
	inbox *deliver.Inbox
	smtp  *deliver.SMTP
	log   *slog.Logger
}

// logOrigin names the ledger: the unit's mail domain where it has one.
func logOrigin(c config) string {
	name := strings.ToLower(strings.Join(strings.Fields(c.Unit.Name), "-"))
	if _, domain, ok := strings.Cut(c.Unit.Mail, "@"); ok {
		name = strings.TrimSuffix(domain, ">")
	}
	return name + "/iolaus"
}

// open puts the house together. roots are trusted besides the configured ones; the range gives its own.
func open(ctx context.Context, cfg config, roots *x509.CertPool, log *slog.Logger) (*house, error) {
	if err := os.MkdirAll(cfg.data, 0o700); err != nil {
		return nil, fmt.Errorf("make data folder: %w", err)
	}
	h := &house{cfg: cfg, log: log}
	var err error
	if h.keys, err = openKeys(cfg.data, logOrigin(cfg)); err != nil {
		return nil, err
	}
	if h.store, err = openStore(cfg); err != nil {
		return nil, err
	}
	if h.vault, err = openVault(cfg, h.store, h.keys.evidence); err != nil {
		return nil, err
	}
	if h.db, err = db.Open(ctx, cfg.db); err != nil {
		return nil, err
	}
	h.desk = &desk.Desk{DB: h.db, Now: now, Regime: legal.EU(), Rules: cfg.rules(), Log: h.keys.log, Software: software()}
	if err := errors.Join(h.opens(ctx), h.man(roots)); err != nil {
		return nil, errors.Join(err, h.db.Close())
	}
	return h, nil
}

// close ends what open began. Workers and servers must have stopped.
func (h *house) close() error {
	if h.smtp != nil {
		_ = h.smtp.Close() // resting connections; nothing is lost
	}
	if h.crew != nil && h.crew.Cells != nil {
		_ = h.crew.Cells.Close() // cells end with us
	}
	if h.crew != nil {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		_ = h.desk.Unseat(ctx, h.crew.Holder) // else the role ends by itself
	}
	return h.db.Close()
}

// shut closes the house and adds what failed to what a command returns.
func (h *house) shut(err *error) { *err = errors.Join(*err, h.close()) }

// indexFolder is where the index of known pictures lies; it can be deleted, and is made anew from the store.
func indexFolder(data string) string { return filepath.Join(data, "index", "pdq") }

// man makes the crew: vantage points, probes, mail and the inbox.
func (h *house) man(roots *x509.CertPool) error {
	vs, err := h.vantages(roots)
	if err != nil {
		return err
	}
	logs, err := h.cfg.Sources.logs()
	if err != nil {
		return err
	}
	host, _ := os.Hostname()
	h.crew = &work.Crew{Desk: h.desk, Store: h.store, Vault: h.vault, Vantages: vs, CTLogs: logs, Survey: h.cfg.Sources.Survey.Duration,
		HTTP: vs[0].HTTP(), Holder: fmt.Sprintf("%s/%d/%d", host, os.Getpid(), time.Now().UnixNano()), Software: software(), Log: h.log, Index: indexFolder(h.cfg.data),
		Post: work.Post{From: h.cfg.Mail.From, Domain: h.cfg.Mail.Domain, Secret: h.keys.tags, Callback: h.callback(), Base: h.cfg.Web.Base}}
	h.crew.Place, h.crew.Away = h.cfg.place, h.cfg.away()
	if err := errors.Join(h.tools(), h.speak()); err != nil {
		return err
	}
	if h.crew.Stamps, err = h.cfg.stamps(vs[0]); err != nil {
		return err
	}
	if h.crew.Signer, err = h.cfg.Documents.signer(); err != nil {
		return err
	}
	if h.crew.Signer != nil {
		h.desk.Signature = h.crew.Signer.Name()
	}
	if base := strings.TrimSuffix(h.cfg.Web.Base, "/"); base != "" {
		h.desk.Links = func(iru.NoticeID) (verify, portal string) { return base + "/verify", "" }
	}
	if h.cfg.Sources.RDAP != "" {
		base := strings.TrimSuffix(h.cfg.Sources.RDAP, "/") + "/"
		h.crew.RDAP = &probe.RDAP{HTTP: vs[0], Bootstrap: []string{base + "dns.json", base + "ipv4.json", base + "ipv6.json"}}
	}
	if h.cfg.Mail.Server != "" {
		pass, err := password(h.cfg.Mail.PasswordFile)
		if err != nil {
			return err
		}
		seal, err := h.cfg.Mail.sealer()
		if err != nil {
			return err
		}
		signer, err := h.cfg.Mail.dkim()
		if err != nil {
			return err
		}
		h.smtp = deliver.NewSMTP(deliver.SMTPConfig{Addr: h.cfg.Mail.Server, TLS: deliver.TLSMode(h.cfg.Mail.TLS), Username: h.cfg.Mail.Username,
			Password: pass, Roots: roots, HELO: host, MaxConns: 64, Timeout: time.Minute, Seal: seal, DKIM: signer})
		h.crew.Mail = h.smtp
	}
	if h.crew.IMAP, err = h.mailbox(roots); err != nil {
		return err
	}
	h.crew.Poll = h.cfg.Mail.IMAP.Every.Duration
	if h.cfg.Mail.Listen != "" {
		c, err := h.inboxConfig()
		if err != nil {
			return err
		}
		if h.inbox, err = deliver.NewInbox(c, h.crew.Accept); err != nil {
			return err
		}
	}
	return nil
}

// tools are what captures are made with: the browser, where there is one, and the cells in which hostile files are read.
func (h *house) tools() error {
	if b := h.cfg.Capture.Browser; b != "off" {
		found, err := fetch.FindBrowser(b)
		switch {
		case err == nil:
			h.crew.Browser, h.crew.Shots = found, make(chan struct{}, h.cfg.Capture.Browsers)
		case b != "":
			return fmt.Errorf("find the browser that capture.browser names: %w", err)
		default:
			h.log.Warn("no pictures are taken: captures work without", "reason", err)
		}
	}
	h.crew.Media, h.crew.Listen = players(h.cfg), work.Listening{For: h.cfg.Capture.Listen.Duration}
	if m := h.crew.Media.Programs.Missing(); m != nil {
		h.log.Warn("films and sounds are kept, but not recognised", "reason", strings.Join(m, "; "))
	}
	pool, err := cells(h.cfg, h.log)
	h.crew.Cells = pool
	return err
}

// players are the programs that take films and sounds apart, each in a cell.
func players(cfg config) media.Options {
	return media.Options{Programs: media.Programs{FFmpeg: cfg.Capture.FFmpeg, FFprobe: cfg.Capture.FFprobe, Fpcalc: cfg.Capture.Fpcalc}, Lax: !cfg.Sandbox.Require}
}

// cells are what hostile files are read in.
func cells(cfg config, log *slog.Logger) (*sandbox.Pool, error) {
	pool, err := sandbox.NewPool(sandbox.Options{Lax: !cfg.Sandbox.Require, Log: log})
	if err != nil {
		return nil, fmt.Errorf("%w; sandbox.require = false reads hostile files unconfined, which only training should", err)
	}
	return pool, nil
}

func password(file string) (string, error) {
	if file == "" {
		return "", nil
	}
	b, err := os.ReadFile(file)
	if err != nil {
		return "", fmt.Errorf("read password: %w", err)
	}
	return strings.TrimSpace(string(b)), nil
}

func (h *house) callback() string {
	if h.cfg.Web.Base == "" {
		return ""
	}
	u, err := url.JoinPath(h.cfg.Web.Base, "v1", "replies")
	if err != nil {
		return ""
	}
	return u
}

func (h *house) vantages(roots *x509.CertPool) ([]*fetch.Client, error) {
	n := fetch.Network{Name: "here", Roots: roots, Ports: map[uint16]uint16{}}
	for _, a := range h.cfg.Network.Allow {
		p, err := netip.ParsePrefix(a)
		if err != nil {
			return nil, &keyError{"network.allow", err.Error()}
		}
		n.Allow = append(n.Allow, p)
	}
	for from, to := range h.cfg.Network.Ports {
		var f uint16
		if _, err := fmt.Sscanf(from, "%d", &f); err != nil {
			return nil, &keyError{"network.ports", err.Error()}
		}
		n.Ports[f] = to
	}
	if h.cfg.Network.Roots != "" {
		pem, err := os.ReadFile(h.cfg.Network.Roots)
		if err != nil {
			return nil, fmt.Errorf("read certificate authorities: %w", err)
		}
		if n.Roots == nil {
			if n.Roots, err = x509.SystemCertPool(); err != nil {
				n.Roots = x509.NewCertPool()
			}
		}
		if !n.Roots.AppendCertsFromPEM(pem) {
			return nil, &keyError{"network.roots", h.cfg.Network.Roots + " holds no certificate in PEM form"}
		}
	}
	pace := &fetch.Politeness{Every: h.cfg.Network.Pace.Duration, Burst: 8, Robots: h.cfg.Network.Robots, Agent: "iolaus"}
	if h.desk != nil {
		pace.Shared = work.Pace{Desk: h.desk}
	}
	list := h.cfg.Vantages
	if len(list) == 0 {
		list = []vantageConfig{{Name: "here"}}
	}
	var out []*fetch.Client
	for _, v := range list {
		if v.Place != h.cfg.place {
			continue
		}
		vn := n
		if v.Proxy != "" {
			w, err := fetch.ParseWay(v.Proxy)
			if err != nil {
				return nil, &keyError{"vantage.proxy", err.Error()}
			}
			pass, err := password(v.ProxyPasswordFile)
			if err != nil {
				return nil, err
			}
			user, word, ok := strings.Cut(pass, ":")
			if v.ProxyPasswordFile != "" && (!ok || user == "") {
				return nil, &keyError{"vantage.proxy_password_file", v.ProxyPasswordFile + " does not hold USER:PASSWORD"}
			}
			w.User, w.Password = first(user, w.User), word
			vn.Proxy = &w
		}
		vn.Name, vn.Resolver = v.Name, v.Resolver
		if v.Local != "" {
			a, err := netip.ParseAddr(v.Local)
			if err != nil {
				return nil, &keyError{"vantage.local", err.Error()}
			}
			vn.Local = a
		}
		out = append(out, fetch.New(vn, fetch.Limits{}, pace, h.cfg.Network.Agent))
	}
	return out, nil
}

// serve answers on ln until ctx ends, and beside it on the origin that shows evidence.
func (h *house) serve(ctx context.Context, ln net.Listener) error {
	s, err := h.beside(ln.Addr())
	if err != nil {
		return errors.Join(err, ln.Close())
	}
	var links *web.Links
	parts := []func(context.Context) error{}
	if s != nil {
		evidence, err := h.evidence(s, ln.Addr())
		if err != nil {
			return errors.Join(err, s.Close(), ln.Close())
		}
		links = s.links
		h.log.Info("evidence is shown on an origin of its own", "address", s.links.Origin())
		parts = append(parts, func(ctx context.Context) error { return answer(ctx, s, evidence) })
	}
	handler, err := h.handler(links)
	if err != nil {
		return errors.Join(err, ln.Close())
	}
	return together(ctx, append(parts, func(ctx context.Context) error { return answer(ctx, ln, handler) })...)
}

// answer serves one listener until ctx ends.
func answer(ctx context.Context, ln net.Listener, handler http.Handler) error {
	// WriteTimeout stays zero: live pages are streams. Handlers bound themselves.
	srv := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: time.Minute, IdleTimeout: 2 * time.Minute,
		MaxHeaderBytes: 64 << 10, BaseContext: func(net.Listener) context.Context { return ctx }}
	stop := context.AfterFunc(ctx, func() {
		end, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		if srv.Shutdown(end) != nil {
			_ = srv.Close()
		}
	})
	defer stop()
	if err := srv.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// run runs the parts that are wanted side by side until ctx ends or one fails; then all end.
func together(ctx context.Context, parts ...func(context.Context) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	errs := make([]error, len(parts))
	var wg sync.WaitGroup
	for n, part := range parts {
		wg.Go(func() {
			defer cancel()
			if err := part(ctx); err != nil && !errors.Is(err, context.Canceled) {
				errs[n] = err
			}
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}
