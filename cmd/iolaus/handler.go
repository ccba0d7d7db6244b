// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"context"
	"net/http"
	"strings"

	"iolaus/internal/api"
	"iolaus/internal/deliver"
	"iolaus/internal/iru"
	"iolaus/internal/web"
	"iolaus/internal/work"
)

// replies takes a provider's event in: the token says which notice it belongs to.
func (h *house) replies(ctx context.Context, token string, body []byte) error {
	id, err := deliver.ParseCallbackToken(h.keys.tags, token)
	if err != nil {
		return err
	}
	r, err := deliver.ParseCallback(body)
	if err != nil {
		return err
	}
	r.Notice = id
	return h.desk.Receive(ctx, work.Reply(r, iru.ByAPI, r.MessageID))
}

// handler is everything that the workbench answers.
func (h *house) handler() (http.Handler, error) {
	pages, err := web.New(h.desk, web.Options{Store: h.store, Training: h.cfg.Network.Allow, Version: software(), Secure: strings.HasPrefix(h.cfg.Web.Base, "https://"), Log: h.log})
	if err != nil {
		return nil, err
	}
	m := http.NewServeMux()
	m.Handle("/v1/", api.New(h.desk, api.Options{Version: software(), Callback: h.replies, Log: h.log}))
	m.Handle("/", pages)
	return m, nil
}
