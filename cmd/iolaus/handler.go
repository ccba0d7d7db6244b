// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"net/http"
	"strings"

	"iolaus/internal/api"
	"iolaus/internal/web"
)

// handler is everything that the workbench answers. The links lead to the origin that shows evidence; nil: it is not shown.
func (h *house) handler(links *web.Links) (http.Handler, error) {
	pages, err := web.New(h.desk, web.Options{Evidence: web.Plain{Store: h.store}, Links: links, Training: h.cfg.Network.Allow, Version: software(), Secure: strings.HasPrefix(h.cfg.Web.Base, "https://"), Log: h.log})
	if err != nil {
		return nil, err
	}
	m := http.NewServeMux()
	m.Handle("/v1/", api.New(h.desk, api.Options{Version: software(), Callback: h.crew.Told, Log: h.log}))
	m.Handle("/", pages)
	return m, nil
}
