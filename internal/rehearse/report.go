// SPDX-License-Identifier: EUPL-1.2

package rehearse

import (
	"time"
)

// A Report is all that a rehearsal says: the day, the week, the runs at once and spread, and what it assumes.
type Report struct {
	Title   string
	Picture Picture
	Hours   []Hour
	Best    int // of Hours
	Once    Result
	Spread  *Result // where a spread was asked for
	Assumed []Figure
}

// Report asks everything: how it stands so long after T0, what each hour of the week would give, and the runs, all at once and, where the
// play has a spread, spread over it. The runs of both draw the same numbers.
func (r *Rehearsal) Report(after time.Duration, p Play, stop func() bool) (Report, error) {
	hours := r.Hours(after)
	out := Report{Title: r.a.Title, Picture: r.at(after, hours), Hours: hours, Assumed: r.Assumed()}
	out.Best = Best(out.Hours)
	once := p
	once.Spread = 0
	var err error
	if out.Once, err = r.Play(once, stop); err != nil {
		return Report{}, err
	}
	if p.Spread != 0 {
		spread, err := r.Play(p, stop)
		if err != nil {
			return Report{}, err
		}
		out.Spread = &spread
	}
	return out, nil
}

// A Sheet is a report as JSON, for the command and the interface alike. Times are RFC 3339, lengths are hours.
type Sheet struct {
	Assumptions string        `json:"assumptions"`
	T0          time.Time     `json:"t0"`
	AfterHours  float64       `json:"after_h" doc:"The instant that is shown, counted from T0."`
	Dark        bool          `json:"dark" doc:"The root is down at that instant, as the medians have it."`
	DarkAt      *time.Time    `json:"dark_at,omitempty" doc:"When it is down for the first time."`
	Felt        int           `json:"felt" doc:"Acts that are felt at that instant."`
	Steps       []SheetStep   `json:"steps" nullable:"false"`
	Ways        [][]string    `json:"ways" nullable:"false" doc:"Through which the root is up then: sets of nodes, a few."`
	Advice      []SheetAdvice `json:"advice" nullable:"false"`
	BestT0      time.Time     `json:"best_t0" doc:"The best hour of the week that begins with T0."`
	BestFelt    int           `json:"best_felt"`
	BestDark    bool          `json:"best_dark"`
	Once        SheetPlay     `json:"once" doc:"Many runs, all acts at once."`
	Spread      *SheetPlay    `json:"spread,omitempty" doc:"The same, each act at an instant drawn from the spread."`
	Unknown     []string      `json:"holidays_unknown,omitempty" doc:"States whose public holidays are not known."`
	Assumed     []Figure      `json:"assumed" nullable:"false"`
}

// A SheetStep is one act on the day, as the medians have it.
type SheetStep struct {
	Measure    string     `json:"measure"`
	Addressee  string     `json:"addressee,omitempty"`
	Instrument string     `json:"instrument,omitempty"`
	State      string     `json:"state,omitempty"`
	Zone       string     `json:"zone,omitempty"`
	Stand      string     `json:"stand" enum:"felt,cached,working,asking,closed,translating,early,lapsed,unserved,refused,needs_order,unanswered,undelivered,unlikely,never"`
	Served     *time.Time `json:"served,omitempty"`
	Acked      *time.Time `json:"acknowledged,omitempty"`
	Acted      *time.Time `json:"acted,omitempty"`
	Felt       *time.Time `json:"felt,omitempty" doc:"Everywhere, caches emptied."`
	Chance     float64    `json:"chance"`
}

// A SheetAdvice is what would change a step, or the day.
type SheetAdvice struct {
	Do      string     `json:"do" enum:"earlier,other_time,other_way,translate,extend,no_way"`
	Measure string     `json:"measure,omitempty"`
	At      *time.Time `json:"at,omitempty"`
	Instead string     `json:"instead,omitempty"`
	Before  bool       `json:"before_t0,omitempty" doc:"Then it is felt before T0: the operator is warned."`
}

// A SheetPlay is what many runs came to.
type SheetPlay struct {
	Runs        int          `json:"runs"`
	Seed        uint64       `json:"seed"`
	HorizonH    float64      `json:"horizon_h"`
	SpreadH     float64      `json:"spread_h"`
	DarkH       float64      `json:"dark_h" doc:"How long a time in the dark is asked for."`
	Chance      float64      `json:"chance" doc:"That it is dark so long without a break."`
	Low         float64      `json:"low" doc:"Ends of the 95 per cent interval of the runs; what the assumptions leave open is not in it."`
	High        float64      `json:"high"`
	Never       float64      `json:"never_dark"`
	Away        float64      `json:"dark_at_end"`
	DarkHours   SheetSpread  `json:"dark_hours"`
	Longest     SheetSpread  `json:"longest_h"`
	Return      SheetSpread  `json:"return_h" doc:"From the first darkness to its end, of the runs that had one."`
	Up          []SheetPoint `json:"up" nullable:"false" doc:"Share of runs in which it is up."`
	AtLeastDark []SheetPoint `json:"at_least" nullable:"false" doc:"Chance that the longest time in the dark is at least so long."`
}

// A SheetSpread is a distribution in hours.
type SheetSpread struct {
	Mean float64 `json:"mean"`
	Q05  float64 `json:"q05"`
	Q25  float64 `json:"q25"`
	Q50  float64 `json:"q50"`
	Q75  float64 `json:"q75"`
	Q95  float64 `json:"q95"`
}

// A SheetPoint is a point of a curve.
type SheetPoint struct {
	Hours float64 `json:"h"`
	Share float64 `json:"share"`
}

// Sheet writes the report as JSON has it.
func (r Report) Sheet() Sheet {
	p := r.Picture
	s := Sheet{Assumptions: r.Title, T0: p.T0.UTC(), AfterHours: inHours(p.After), Dark: p.Dark, DarkAt: some(p.DarkAt), Felt: p.Felt, BestT0: r.Hours[r.Best].T0.UTC(), BestFelt: r.Hours[r.Best].Felt,
		BestDark: r.Hours[r.Best].Dark, Once: r.Once.sheet(), Unknown: p.Unknown, Assumed: r.Assumed, Steps: []SheetStep{}, Ways: [][]string{}, Advice: []SheetAdvice{}}
	for _, x := range p.Steps {
		s.Steps = append(s.Steps, SheetStep{x.Measure, x.Addressee, x.Instrument, x.State, x.Zone, string(x.Stand), some(x.Served), some(x.Acked), some(x.Acted), some(x.Felt), x.Chance})
	}
	for _, w := range p.Ways {
		s.Ways = append(s.Ways, w.Nodes)
	}
	for _, a := range p.Advice {
		s.Advice = append(s.Advice, SheetAdvice{string(a.Do), a.Measure, some(a.At), a.Instead, a.Before})
	}
	if r.Spread != nil {
		x := r.Spread.sheet()
		s.Spread = &x
	}
	return s
}

func (r Result) sheet() SheetPlay {
	five := func(s Spread) SheetSpread {
		return SheetSpread{inHours(s.Mean), inHours(s.Q05), inHours(s.Q25), inHours(s.Q50), inHours(s.Q75), inHours(s.Q95)}
	}
	points := func(ps []Point) (out []SheetPoint) {
		for _, p := range ps {
			out = append(out, SheetPoint{inHours(p.After), p.Share})
		}
		return out
	}
	return SheetPlay{r.Runs, r.Seed, inHours(r.Horizon), inHours(r.Play.Spread), inHours(r.Play.Dark), r.Chance, r.Low, r.High, r.Never, r.Away, five(r.InDark), five(r.Longest), five(r.Return),
		points(r.Curve), points(r.Lengths)}
}

// inHours rounds to a second.
func inHours(d time.Duration) float64 { return d.Round(time.Second).Hours() }

func some(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}
