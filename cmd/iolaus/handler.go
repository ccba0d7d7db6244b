// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"net/http"
	"strings"

	"iolaus/internal/api"
	"iolaus/internal/web"
)

// handler is everything that the workbench answers.
func (h *house) handler() (http.Handler, error) {
	pages, err := web.New(h.desk, web.Options{Store: h.store, Training: h.cfg.Network.Allow, Version: software(), Secure: strings.HasPrefix(h.cfg.Web.Base, "https://"), Log: h.log})
	if err != nil {
		return nil, err
	}
	m := http.NewServeMux()
	m.Handle("/v1/", api.New(h.desk, api.Options{Version: software(), Callback: h.crew.Told, Log: h.log}))
	m.Handle("/", pages)
	return m, nil
}
