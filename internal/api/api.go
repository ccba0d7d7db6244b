// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"context"
	"log/slog"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
	"github.com/go-chi/httprate"

	"iolaus/internal/desk"
)

// Options are what the interface takes from its surroundings; the zero value of each field but Callback works.
type Options struct {
	// Version of the program, for the OpenAPI document.
	Version string
	// Callback takes a provider's event in: the bearer token of the request and its body, as they came. Without it, /v1/replies is
	// unavailable.
	Callback func(ctx context.Context, token string, body []byte) error
	// MaxBody is the greatest length of a request's body in bytes; 0 means 1 MiB.
	MaxBody int64
	// PerMinute is how many requests a token may make in a minute; 0 means 6,000.
	PerMinute int
	// HMA opens the routes under /hma; nil: there are none.
	HMA *HMA
	// Letters is the store of letters and their documents; nil: documents that left are named, not given.
	Letters Letters
	// Log takes what is the program's own fault; nil means slog's default.
	Log *slog.Logger
}

// MaxReply is the greatest length of a provider's event in bytes, and repliesPerMinute how many of them one notice takes.
const (
	MaxReply         = 256 << 10
	repliesPerMinute = 60
)

// A server is the interface over one desk.
type server struct {
	desk   *desk.Desk
	o      Options
	mux    *http.ServeMux
	huma   huma.API
	routes map[string]route      // by the pattern of the mux
	rate   *httprate.RateLimiter // by token
	told   *httprate.RateLimiter // by a provider's token
	purged atomic.Int64          // when old answers were last forgotten, Unix seconds
	hma    *hma                  // nil without Options.HMA
}

// A route is what the guard must know of an operation before it runs.
type route struct {
	scope string // of the token
	body  bool   // it takes one
}

// New gives the interface, to be mounted at /v1/ and, with Options.HMA, at /hma/.
func New(d *desk.Desk, o Options) http.Handler {
	s := newServer(d, o)
	return s.guard(s.mux)
}

func newServer(d *desk.Desk, o Options) *server {
	if o.MaxBody <= 0 {
		o.MaxBody = 1 << 20
	}
	if o.PerMinute <= 0 {
		o.PerMinute = 6000
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	s := &server{desk: d, o: o, mux: http.NewServeMux(), routes: map[string]route{}, rate: httprate.NewRateLimiter(o.PerMinute, time.Minute),
		told: httprate.NewRateLimiter(repliesPerMinute, time.Minute)}
	s.huma = humago.New(s.mux, s.config())
	s.units()
	s.officers()
	s.outlets()
	s.maps()
	s.assets()
	s.leads()
	s.followUps()
	s.sightings()
	s.items()
	s.assessments()
	s.spots()
	s.mocks()
	s.threats()
	s.batches()
	s.matches()
	s.banks()
	s.knowns()
	s.terms()
	s.termActs()
	s.rescans()
	s.search()
	s.exhibits()
	s.providers()
	s.contacts()
	s.authorities()
	s.notices()
	s.papers()
	s.letters()
	s.strays()
	s.drills()
	s.plans()
	s.operations()
	s.counts()
	s.duties()
	s.deskHours()
	s.partners()
	s.agreement()
	s.rehearsals()
	s.effects()
	s.afterActions()
	s.clocks()
	s.law()
	s.scrutinies()
	s.ledger()
	s.reports()
	s.events()
	s.replies()
	s.describe()
	if o.HMA != nil {
		s.hma = s.openHMA(*o.HMA)
	}
	return s
}

func (s *server) now() time.Time { return s.desk.Now().UTC().Truncate(time.Microsecond) }
