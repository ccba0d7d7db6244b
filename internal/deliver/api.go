// SPDX-License-Identifier: EUPL-1.2

package deliver

import (
	"context"
	"net/http"
	"time"
)

// APIConfig says which provider interface to speak to (docs/format/provider-api.md).
type APIConfig struct {
	Base    string       // https://host[:port][/path], without /v1
	Token   string       // bearer token that the provider gave us
	HTTP    *http.Client // the caller's, with its guard; required. Redirects are never followed.
	Timeout time.Duration
}

// API is a Channel to a provider that offers the interface.
type API struct{ cfg APIConfig }

// NewAPI makes a channel; it does not connect.
func NewAPI(cfg APIConfig) *API { return &API{cfg} }

// Send posts a notice.
func (a *API) Send(ctx context.Context, m Message) (Receipt, error) { return Receipt{}, errBuilding }

// Answer posts an answer to the provider's question about a notice. The same key is the same answer.
func (a *API) Answer(ctx context.Context, remoteID, key, text string) error { return errBuilding }

// NoticeStatus is what a provider says of a notice.
type NoticeStatus struct {
	ID         string    `json:"id"`
	Reference  string    `json:"reference"`
	State      string    `json:"state"`
	ReceivedAt time.Time `json:"received_at"`
	Raw        []byte    `json:"-"`
}

// Status asks what became of a notice.
func (a *API) Status(ctx context.Context, remoteID string) (NoticeStatus, error) {
	return NoticeStatus{}, errBuilding
}
