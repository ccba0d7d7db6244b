// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"

	"iolaus/internal/api"
	"iolaus/internal/blob"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/web"
	"iolaus/internal/work"
)

// handler is everything that the workbench answers. The links lead to the origin that shows evidence; nil: it is not shown.
func (h *house) handler(links *web.Links) (http.Handler, error) {
	pages, err := web.New(h.desk, web.Options{Evidence: sealed{h.vault}, Letters: h.store, Portal: h.portal(), Links: links, Export: h.export, Training: h.cfg.Network.Allow, Version: software(), Secure: strings.HasPrefix(h.cfg.Web.Base, "https://"), Log: h.log})
	if err != nil {
		return nil, err
	}
	m := http.NewServeMux()
	programs := api.New(h.desk, api.Options{Version: software(), Letters: h.store, Callback: h.crew.Told, HMA: h.hma(), Log: h.log})
	m.Handle("/v1/", programs)
	m.Handle("/hma/", programs)
	m.Handle("/", pages)
	return m, nil
}

// sealed is the evidence that the workbench reads.
type sealed struct{ *blob.Vault }

// Open implements web.Evidence.
func (s sealed) Open(ctx context.Context, x iru.Exhibit, f iru.File) (blob.File, error) {
	return s.File(ctx, x, f)
}

// export makes a bundle in a file that nobody else can name, so that it is sent whole or not at all.
func (h *house) export(ctx context.Context, s iru.Scope, id iru.ExhibitID, r web.ExportRequest) (_ web.ExportedBundle, err error) {
	f, err := os.CreateTemp("", "iolaus-bundle-")
	if err != nil {
		return web.ExportedBundle{}, fmt.Errorf("make bundle: %w: %w", iru.Unavailable, err)
	}
	defer func() {
		if err != nil {
			_ = f.Close() // what failed before is told
		}
	}()
	if err := os.Remove(f.Name()); err != nil {
		return web.ExportedBundle{}, fmt.Errorf("make bundle: %w: %w", iru.Unavailable, err)
	}
	e := desk.Export{Exhibit: id, Use: r.Purpose, To: r.Recipient, Why: r.Reason, Acknowledged: r.Acknowledged}
	if err := h.crew.Export(ctx, s, e, f); err != nil {
		return web.ExportedBundle{}, err
	}
	size, err := f.Seek(0, io.SeekCurrent)
	if _, more := f.Seek(0, io.SeekStart); errors.Join(err, more) != nil {
		return web.ExportedBundle{}, fmt.Errorf("make bundle: %w: %w", iru.Unavailable, errors.Join(err, more))
	}
	return web.ExportedBundle{Name: fmt.Sprintf("exhibit-%d-%s.wacz", id, r.Purpose), Size: size, Body: f}, nil
}

// portal are the pages for addressees without an account.
func (h *house) portal() *web.Portal {
	return &web.Portal{
		Open: func(token string) (iru.NoticeID, iru.DrillID, error) {
			p, err := h.crew.OpenPage(token)
			return p.Notice, p.Drill, err
		},
		Answer: func(ctx context.Context, n iru.NoticeID, k iru.DrillID, a desk.PortalAnswer) (int64, error) {
			return h.crew.AnswerPage(ctx, work.Page{Notice: n, Drill: k}, a)
		},
		File: func(ctx context.Context, digest string) (io.ReadCloser, error) { return h.store.Open(ctx, digest) },
	}
}
