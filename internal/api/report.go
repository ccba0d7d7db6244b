// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
)

// ReportOf says which report.
type ReportOf struct {
	Kind    string `path:"kind" enum:"tco8,tco21,dsa22,unit" doc:"Which report."`
	Year    int    `query:"year" minimum:"2000" maximum:"2999" required:"true" doc:"Calendar year, in the zone of the unit's capital."`
	Edition string `query:"edition" enum:"public,internal" default:"public" doc:"The internal edition is for the unit only: nothing is suppressed in it."`
	Size    int64  `query:"size" minimum:"0" doc:"Of the ledger at which it is computed; 0: the newest checkpoint's. There must be a checkpoint of that size."`
}

func (in ReportOf) request() desk.ReportRequest {
	return desk.ReportRequest{Kind: iru.ReportKind(in.Kind), Year: in.Year, Edition: iru.Edition(in.Edition), Size: in.Size}
}

type figureIn struct {
	ReportOf
	Figure string `path:"figure" maxLength:"64" doc:"The figure's id."`
}

type reportOut struct {
	ContentType string `header:"Content-Type"`
	Body        []byte
}

// A CountedThing is one line of the list behind a figure: one event of the ledger.
type CountedThing struct {
	Index   int64  `json:"index" doc:"Its place in the ledger."`
	Event   int64  `json:"event"`
	At      *Stamp `json:"at"`
	What    string `json:"what" doc:"Noun and verb of the event."`
	Notice  int64  `json:"notice,omitempty"`
	Ref     string `json:"ref,omitempty"`
	Begun   *Stamp `json:"begun,omitempty" doc:"From when a time is measured."`
	Ended   *Stamp `json:"ended,omitempty"`
	Ongoing bool   `json:"ongoing" doc:"It belongs to an operation that is not over: the public edition leaves it out."`
	Handle  string `json:"handling,omitempty"`
}

// A FigureList is a figure with the list behind it.
type FigureList struct {
	Figure string         `json:"figure"`
	Size   int64          `json:"size" doc:"Of the ledger."`
	Items  []CountedThing `json:"items" nullable:"false"`
}

// A Score is how one addressee answered acts by one instrument.
type Score struct {
	Provider   int64    `json:"provider"`
	Name       string   `json:"name"`
	Instrument string   `json:"instrument"`
	Acts       int      `json:"acts"`
	Received   int      `json:"received" doc:"Receipt known."`
	Acted      int      `json:"acted" doc:"Followed by verified removal."`
	Open       int      `json:"open"`
	Clarified  int      `json:"clarified"`
	Refused    int      `json:"refused"`
	Bounced    int      `json:"bounced"`
	InTime     int      `json:"in_time"`
	Timed      int      `json:"timed" doc:"Acts of which it can be said whether they were acted upon in time."`
	Median     *float64 `json:"median_seconds,omitempty" doc:"From receipt to acting, with what is still open taken in (Kaplan-Meier); absent where too few acts were received or it was not reached."`
	Ninety     *float64 `json:"p90_seconds,omitempty"`
	Few        bool     `json:"few" doc:"Too few acts were received for times."`
}

// A Scorecard is how addressees answered.
type Scorecard struct {
	Items []Score `json:"items" nullable:"false"`
}

func seconds(s iru.Score, d time.Duration, reached bool) *float64 {
	if s.Few() || !reached {
		return nil
	}
	v := d.Seconds()
	return &v
}

func (s *server) reports() {
	// A report is handed out byte for byte, as its file is: whoever verifies it gives it back so.
	op := s.operation(http.MethodGet, "/v1/reports/{kind}", "get-report", "Compute a report of a year, with what is needed to compute it again", desk.ScopeRead, false)
	op.Description += " The text is the file that `iolaus report verify` takes (docs/processes/reports.md)."
	op.Responses["200"].Content = map[string]*huma.MediaType{"application/json": {Schema: &huma.Schema{Type: "object"}}}
	huma.Register(s.huma, op, func(ctx context.Context, in *ReportOf) (*reportOut, error) {
		q := in.request()
		var err error
		if q.Seed, err = desk.NewReportSeed(); err != nil {
			return nil, s.problem(err)
		}
		r, err := view(ctx, s, func(t *db.Tx, sc iru.Scope) (iru.Report, error) { return s.desk.Report(ctx, t, sc, q) })
		if err != nil {
			return nil, s.problem(err)
		}
		text, err := r.JSON()
		if err != nil {
			return nil, s.problem(err)
		}
		return &reportOut{"application/json", text}, nil
	})
	get(s, "/v1/reports/{kind}/figures/{figure}", "get-figure-list", "List what a figure of a report rests on", func(ctx context.Context, t *db.Tx, sc iru.Scope, in *figureIn) (FigureList, error) {
		r, _, list, err := s.desk.ListFigure(ctx, t, sc, in.request(), in.Figure)
		out := FigureList{Figure: in.Figure, Size: r.Ledger.Size, Items: []CountedThing{}}
		for _, c := range list {
			x := CountedThing{Index: c.Index, Event: int64(c.Event), At: at(c.At), What: c.Subject.Noun + "." + c.Verb, Notice: int64(c.Notice), Ref: c.Ref, Begun: at(c.Begun), Ended: at(c.Ended), Ongoing: c.Ongoing}
			if c.Handling != (iru.Handling{}) {
				x.Handle = c.Handling.String()
			}
			out.Items = append(out.Items, x)
		}
		return out, err
	})
	get(s, "/v1/scorecard", "get-scorecard", "How addressees answered, by instrument", func(ctx context.Context, t *db.Tx, sc iru.Scope, _ *none) (Scorecard, error) {
		scores, err := s.desk.Scorecard(ctx, t, sc, 0, time.Time{}, time.Time{})
		out := Scorecard{Items: []Score{}}
		for _, x := range scores {
			out.Items = append(out.Items, Score{int64(x.Provider), x.Name, string(x.Instrument), x.Acts, x.Received, x.Acted, x.Open, x.Clarified, x.Refused, x.Bounced, x.InTime, x.Timed,
				seconds(x, x.Median, x.HasMedian), seconds(x, x.Ninety, x.HasNinety), x.Few()})
		}
		return out, err
	})
}
