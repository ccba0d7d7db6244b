// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"net/http"

	"iolaus/internal/db"
	"iolaus/internal/iru"
)

// hashList is the one kind of exchange that there is: a list that a bank is fetched from.
const hashList = "hash_list"

type (
	exchange struct {
		Name    string `json:"name"`
		API     string `json:"api"`
		Enabled bool   `json:"enabled"`
	}
	fetchState struct {
		Checkpoint *int64 `json:"checkpoint_ts"`
		Running    *int64 `json:"running_fetch_start_ts"`
		Complete   *int64 `json:"last_fetch_complete_ts"`
		Succeeded  *bool  `json:"last_fetch_succeeded"`
		UpToDate   bool   `json:"up_to_date"`
		Items      int    `json:"fetched_items"`
	}
	exchangeField struct {
		Name     string   `json:"name"`
		Type     string   `json:"type"`
		Required bool     `json:"required"`
		Default  *string  `json:"default"`
		Help     string   `json:"help"`
		Choices  []string `json:"choices"`
	}
)

// exchanges can be read. Feeds are set up where banks are, since a feed's address and credentials are the unit's.
func (h *hma) exchanges() {
	h.route("GET /hma/c/exchanges", reads, func(r *http.Request) (any, error) {
		return view(r.Context(), h.server, func(t *db.Tx, sc iru.Scope) ([]string, error) {
			bs, err := t.Banks(r.Context(), sc)
			out := []string{}
			for _, b := range bs {
				if b.Feed != "" {
					out = append(out, b.Name)
				}
			}
			return out, err
		})
	})
	h.route("GET /hma/c/exchange/{bank}", reads, func(r *http.Request) (any, error) {
		b, err := h.feed(r)
		return exchange{b.Name, hashList, true}, err
	})
	h.route("GET /hma/c/exchange/{bank}/status", reads, h.fetched)
	h.route("GET /hma/c/exchanges/apis", reads, func(*http.Request) (any, error) { return []string{hashList}, nil })
	h.route("GET /hma/c/exchanges/api/{api}", reads, func(r *http.Request) (any, error) {
		if r.PathValue("api") != hashList {
			return nil, abort(http.StatusBadRequest, "no such Exchange API '%.40s'", r.PathValue("api"))
		}
		return map[string]bool{"supports_authentification": false, "has_set_authentification": false}, nil
	})
	h.route("GET /hma/c/exchanges/api/{api}/schema", reads, func(r *http.Request) (any, error) {
		if r.PathValue("api") != hashList {
			return nil, abort(http.StatusNotFound, "Exchange API '%.40s' not found", r.PathValue("api"))
		}
		fields := []exchangeField{{Name: "feed", Type: "string", Required: true, Help: "Address of the list, set in the workbench"}}
		return map[string]any{"config_schema": map[string]any{"fields": fields}, "credentials_schema": nil}, nil
	})
}

func (h *hma) feed(r *http.Request) (iru.Bank, error) {
	b, err := h.bank(r)
	if err == nil && b.Feed == "" {
		err = abort(http.StatusNotFound, "Exchange '%.80s' not found", b.Name)
	}
	return b, err
}

// fetched tells of the last import that the log has.
func (h *hma) fetched(r *http.Request) (any, error) {
	b, err := h.feed(r)
	if err != nil {
		return nil, err
	}
	return view(r.Context(), h.server, func(t *db.Tx, sc iru.Scope) (fetchState, error) {
		var out fetchState
		es, err := t.EventsOf(r.Context(), iru.Subject{Noun: "bank", ID: int64(b.ID)})
		if err != nil {
			return out, err
		}
		for _, e := range es {
			if at := e.At.Unix(); e.Verb == "import" {
				out.Checkpoint, out.Complete, out.Succeeded, out.UpToDate = &at, &at, new(true), true
			}
		}
		sizes, err := t.BankSizes(r.Context(), sc)
		out.Items = sizes[b.ID]
		return out, err
	})
}
