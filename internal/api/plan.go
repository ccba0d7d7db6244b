// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/legal"
	"iolaus/internal/plan"
)

type (
	planState  string
	planMode   string
	planFigure string
	rateKey    string
)

func (planState) Schema(huma.Registry) *huma.Schema { return oneOf(iru.PlanTable.States()...) }
func (planMode) Schema(huma.Registry) *huma.Schema  { return oneOf(plan.Min, plan.N1, plan.Hold) }
func (planFigure) Schema(huma.Registry) *huma.Schema {
	return oneOf(append(slices.Clone(iru.Figures), iru.FigureAudience)...)
}

// Schema lists the keys; "desk" is that of one addressee.
func (rateKey) Schema(huma.Registry) *huma.Schema { return oneOf(append(iru.RateKeys(), rateDesk)...) }

// A Plan is which acts, served together, leave an outlet no way to its audience: a machine's suggestion.
type Plan struct {
	ID         int64     `json:"id"`
	Outlet     int64     `json:"outlet"`
	Name       string    `json:"name"`
	State      planState `json:"state"`
	Mode       planMode  `json:"mode"`
	Horizon    float64   `json:"horizon_hours" doc:"Counts where it shall hold."`
	Open       float64   `json:"open" doc:"The chance that a way may be open within the horizon; counts where it shall hold."`
	Price      float64   `json:"price" doc:"Officer hours that sparing a bystander is worth."`
	AtMost     int       `json:"bystanders_at_most" doc:"-1: no bound."`
	Budget     float64   `json:"budget" doc:"Officer hours; 0: no bound."`
	Rest       bool      `json:"rest" doc:"It is for the rest where something cannot be felled."`
	Include    []string  `json:"include" nullable:"false"`
	Veto       []string  `json:"veto" nullable:"false"`
	Chosen     []string  `json:"chosen" nullable:"false" doc:"The measures of the plan."`
	Cost       float64   `json:"cost" doc:"Officer hours."`
	Bystanders int       `json:"bystanders" doc:"Those that are known."`
	Least      float64   `json:"least" doc:"What the cheapest cut would cost."`
	Bound      float64   `json:"bound" doc:"No plan costs less, bystanders priced in."`
	Proved     bool      `json:"proved"`
	Failed     string    `json:"failed,omitempty" doc:"Why there is no plan."`
	By         int64     `json:"by"`
	Proposed   int64     `json:"proposed,omitempty" doc:"Who chose it."`
	Approved   int64     `json:"approved,omitempty"`
	Operation  int64     `json:"operation,omitempty"`
	Created    *Stamp    `json:"created"`
	Drawn      *Stamp    `json:"drawn" doc:"Time of the map."`
	Solved     *Stamp    `json:"solved"`
}

// A PlanFigure is a number with where it is from.
type PlanFigure struct {
	Value   float64 `json:"value"`
	Source  string  `json:"source"`
	Assumed bool    `json:"assumed"`
	Unknown bool    `json:"unknown" doc:"Nobody knows: the value is what is known at least."`
	By      int64   `json:"by,omitempty" doc:"Who set it."`
}

// A PlanMeans is an instrument that the law allows for a measure.
type PlanMeans struct {
	Instrument instrument `json:"instrument"`
	Request    request    `json:"request"`
	LegalView  bool       `json:"legal_view"`
	Reason     string     `json:"reason"`
}

// A PlanDenied is an instrument that the law refuses for a measure.
type PlanDenied struct {
	Instrument instrument   `json:"instrument"`
	Reason     string       `json:"reason"`
	Instead    []instrument `json:"instead" nullable:"false"`
}

// A PlanAct is one act of a measure.
type PlanAct struct {
	Asset    int64  `json:"asset"`
	Node     string `json:"node" doc:"What it fells."`
	Assessed bool   `json:"assessed"`
}

// A PlanMeasure is what one provider is asked in one capacity: one letter, however many addresses it names.
type PlanMeasure struct {
	ID         string                `json:"id"`
	Provider   int64                 `json:"provider"`
	Name       string                `json:"name"`
	Layer      layer                 `json:"layer"`
	Unit       int64                 `json:"unit" doc:"That would serve it."`
	Instrument string                `json:"instrument" doc:"Empty where the law allows none."`
	Means      []PlanMeans           `json:"means" nullable:"false"`
	Refused    []PlanDenied          `json:"refused" nullable:"false"`
	Acts       []PlanAct             `json:"acts" nullable:"false"`
	Veto       string                `json:"must_not,omitempty" doc:"Why it must not be taken."`
	Cost       float64               `json:"cost" doc:"Officer hours, without bystanders."`
	Figures    map[string]PlanFigure `json:"figures"`
}

// A PlanNode is a node of the tree: up while all, or any, of the nodes that it names are up.
type PlanNode struct {
	ID       string   `json:"id"`
	Name     string   `json:"name"`
	All      []string `json:"all,omitempty" nullable:"false"`
	Any      []string `json:"any,omitempty" nullable:"false"`
	Audience float64  `json:"audience,omitempty"`
	Down     bool     `json:"down,omitempty"`
	Up       bool     `json:"up" doc:"It stays up under the plan."`
}

// A PlanWay is a way to the audience: what it stands on, and any measure that would close it.
type PlanWay struct {
	Assets   []string `json:"assets" nullable:"false"`
	Leaves   []string `json:"leaves" nullable:"false"`
	Measures []string `json:"measures" nullable:"false"`
}

// A PlanFailure is what stays up if one measure fails, or all that one provider is asked, and the others take effect.
type PlanFailure struct {
	Measure  string    `json:"measure,omitempty" doc:"Absent where provider is given."`
	Provider int64     `json:"provider,omitempty" doc:"Who does nothing that the plan asks of it; only of those who are asked more than once."`
	Measures []string  `json:"measures" nullable:"false" doc:"All that fail."`
	Ways     []PlanWay `json:"ways" nullable:"false"`
}

// A PlanOffer is one way of asking, and what its plan comes to in a rehearsal.
type PlanOffer struct {
	Mode       planMode `json:"mode,omitempty" doc:"Absent: everything that may be done, with which the others are compared."`
	Horizon    float64  `json:"horizon_hours,omitempty"`
	Open       float64  `json:"open,omitempty"`
	Cost       float64  `json:"cost"`
	Bystanders int      `json:"bystanders"`
	Measures   int      `json:"measures"`
	Chance     float64  `json:"chance" doc:"That the outlet is dark for a day, all acts served at once at the best hour of the week."`
	First      bool     `json:"first" doc:"It is offered first: the cheapest with nine tenths of everything's chance, else n-1."`
}

// A PlanStep is one step of the curve of cost against the audience left.
type PlanStep struct {
	Cost       float64  `json:"cost"`
	Bystanders float64  `json:"bystanders"`
	Audience   float64  `json:"audience"`
	Measures   []string `json:"measures" nullable:"false"`
}

// A PlanDetail is a plan with its tree, measures and explanation.
type PlanDetail struct {
	Plan
	Digest    string             `json:"digest" doc:"SHA-256 of what choosing and approving it cover."`
	Nodes     []PlanNode         `json:"nodes" nullable:"false"`
	Measures  []PlanMeasure      `json:"measures" nullable:"false"`
	Missing   []PlanWay          `json:"missing" nullable:"false" doc:"Ways that nothing closes."`
	Single    []PlanWay          `json:"single" nullable:"false" doc:"Ways that one provider alone closes: the plan does not survive its failure."`
	Failures  []PlanFailure      `json:"failures" nullable:"false"`
	VetoCosts map[string]float64 `json:"veto_costs" doc:"What the plan costs more without a measure."`
	Only      []string           `json:"only" nullable:"false" doc:"Measures without which there is no plan."`
	Weak      []string           `json:"weak" nullable:"false" doc:"Measures without which some way hangs on one alone, or is held less surely."`
	Loose     []PlanWay          `json:"loose" nullable:"false" doc:"Of hold: a way that cannot be closed so surely, though all that may be done is done."`
	LooseBy   float64            `json:"loose_chance,omitempty" doc:"That it is open within the horizon all the same."`
	Offers    []PlanOffer        `json:"offers" nullable:"false" doc:"What each way of asking comes to; none where it was not looked at."`
	Curve     []PlanStep         `json:"curve" nullable:"false"`
	Halted    bool               `json:"halted" doc:"Time ran out: not everything was computed."`
}

// A PlanGap is an act that could not be drafted.
type PlanGap struct {
	Measure string `json:"measure"`
	Asset   int64  `json:"asset"`
	Why     string `json:"why"`
}

// A PlanTasks is what became of an approved plan's acts.
type PlanTasks struct {
	Operation int64     `json:"operation"`
	Drafted   []Notice  `json:"drafted" nullable:"false"`
	Had       int       `json:"had"`
	Missing   []PlanGap `json:"missing" nullable:"false"`
}

// A Rate is a number from which measures are priced.
type Rate struct {
	Key      string  `json:"key"`
	Provider int64   `json:"provider,omitempty" doc:"The addressee, of a rate whose key is desk."`
	Value    float64 `json:"value"`
	Source   string  `json:"source"`
	Assumed  bool    `json:"assumed"`
	By       int64   `json:"by,omitempty"`
}

// rateDesk is the key of the rates of single addressees.
const rateDesk = "desk"

func rate(key string, f iru.PlanFigure) Rate {
	r := Rate{Key: key, Value: f.Value, Source: f.Source, Assumed: f.Assumed, By: int64(f.By)}
	if p, ok := iru.DeskOf(key); ok {
		r.Key, r.Provider = rateDesk, int64(p)
	}
	return r
}

func (p Plan) cursor() string { return number(p.ID) }

func planned(p iru.Plan) Plan {
	a := p.Answer
	return Plan{ID: int64(p.ID), Outlet: int64(p.Outlet), Name: p.Name, State: planState(p.State), Mode: planMode(p.Ask.Mode), Horizon: p.Ask.Horizon.Hours(), Open: p.Ask.Open, Price: p.Ask.Ask.Price,
		AtMost: max(p.Ask.Bystanders, -1), Budget: p.Ask.Budget, Rest: p.Ask.Rest, Include: texts(p.Ask.Include), Veto: texts(p.Ask.Veto), Chosen: texts(a.Measures), Cost: a.Cost, Bystanders: a.Bystanders,
		Least: a.Least, Bound: a.Bound, Proved: a.Proved, Failed: a.Failed, By: int64(p.By), Proposed: int64(p.Proposed), Approved: int64(p.Approved), Operation: int64(p.Operation),
		Created: at(p.Created), Drawn: at(p.Drawn), Solved: at(p.Solved)}
}

func planWay(w iru.Way) PlanWay { return PlanWay{texts(w.Assets), texts(w.Leaves), texts(w.Measures)} }

func planMeasure(m iru.PlanMeasure) PlanMeasure {
	out := PlanMeasure{ID: m.ID, Provider: int64(m.Provider), Name: m.Name, Layer: layer(m.Layer), Unit: int64(m.Unit), Instrument: string(m.Instrument), Veto: m.Veto, Cost: m.Cost(), Figures: map[string]PlanFigure{},
		Means: shown(m.Means, func(x iru.Means) PlanMeans {
			return PlanMeans{instrument(x.Instrument), request(x.Request), x.View, x.Reason}
		}),
		Refused: shown(m.Refused, func(x iru.Denied) PlanDenied {
			return PlanDenied{instrument(x.Instrument), x.Reason, shown(x.Instead, func(i legal.Instrument) instrument { return instrument(i) })}
		}),
		Acts: shown(m.Acts, func(x iru.PlanAct) PlanAct { return PlanAct{int64(x.Asset), x.Node, x.Assessed} })}
	for _, name := range iru.Figures {
		f := m.Figure(name)
		out.Figures[name] = PlanFigure{f.Value, f.Source, f.Assumed, f.Unknown, int64(f.By)}
	}
	return out
}

func planDetail(p iru.Plan) (PlanDetail, error) {
	out := PlanDetail{Plan: planned(p), Measures: shown(p.Measures, planMeasure), Missing: shown(p.Told(p.Answer.Missing), planWay), Single: shown(p.Told(p.Answer.Single), planWay),
		VetoCosts: map[string]float64{}, Only: texts(p.Answer.Only), Weak: texts(p.Answer.Weak), Halted: p.Answer.Halted, Loose: shown(p.Told(p.Answer.Loose), planWay), LooseBy: p.Answer.LooseChance,
		Offers: shown(p.Answer.Offers, func(o iru.PlanOffer) PlanOffer {
			return PlanOffer{planMode(o.Mode), o.Horizon.Hours(), o.Open, o.Cost, o.Bystanders, o.Measures, o.Chance, o.First}
		}),
		Curve: shown(p.Answer.Curve, func(x iru.PlanPoint) PlanStep {
			return PlanStep{x.Cost, x.Bystanders, x.Audience, texts(x.Measures)}
		})}
	maps.Copy(out.VetoCosts, p.Answer.Veto)
	up, err := p.Stands(p.Answer.Measures)
	if err != nil {
		return out, err
	}
	out.Nodes = shown(p.Nodes, func(n plan.Node) PlanNode {
		return PlanNode{n.ID, n.Name, n.All, n.Any, n.Audience, n.Down, up[n.ID]}
	})
	fs, err := p.Failures()
	if err != nil {
		return out, err
	}
	out.Failures = shown(fs, func(f iru.Failure) PlanFailure {
		x := PlanFailure{Provider: int64(f.Provider), Measures: texts(f.Measures), Ways: shown(f.Ways, planWay)}
		if f.Provider == 0 {
			x.Measure = f.Measures[0]
		}
		return x
	})
	out.Digest, err = desk.PlanDigest(p)
	return out, err
}

// detailed answers a verb with the plan as it is then.
func detailed(p iru.Plan, err error) (PlanDetail, error) {
	if err != nil {
		return PlanDetail{}, err
	}
	return planDetail(p)
}

type (
	plansIn struct {
		Page
		Outlet int64 `query:"outlet" minimum:"0" doc:"0: all."`
	}
	// PlanQuestion is what a plan is asked for; what is absent stays as it is.
	PlanQuestion struct {
		Mode       planMode `json:"mode,omitempty" doc:"Absent of a new plan: what is offered first."`
		Horizon    *float64 `json:"horizon_hours,omitempty" minimum:"0" maximum:"2160"`
		Open       *float64 `json:"open,omitempty" minimum:"0" maximum:"1"`
		Price      *float64 `json:"price,omitempty" minimum:"0" maximum:"1000000"`
		Bystanders *int     `json:"bystanders_at_most,omitempty" minimum:"-1"`
		Budget     *float64 `json:"budget,omitempty" minimum:"0" maximum:"1000000"`
		Rest       *bool    `json:"rest,omitempty"`
		Units      []int64  `json:"units,omitempty" nullable:"false" maxItems:"100" doc:"That can serve beside the officer's own."`
	}
	draftPlanBody struct {
		PlanQuestion
		Outlet int64  `json:"outlet" minimum:"1"`
		Name   string `json:"name,omitempty" maxLength:"200"`
	}
	planPrice struct {
		Measure string     `json:"measure" maxLength:"300" doc:"Or the node of an address, for its audience."`
		Figure  planFigure `json:"figure"`
		Value   float64    `json:"value"`
	}
	replanBody struct {
		PlanQuestion
		Include []string              `json:"include,omitempty" nullable:"false" maxItems:"1000"`
		Veto    []string              `json:"veto,omitempty" nullable:"false" maxItems:"1000"`
		Free    []string              `json:"free,omitempty" nullable:"false" maxItems:"1000" doc:"Neither included nor vetoed any more."`
		Spare   []string              `json:"spare,omitempty" nullable:"false" maxItems:"1000" doc:"Nodes of addresses that must not be touched."`
		Release []string              `json:"release,omitempty" nullable:"false" maxItems:"1000"`
		By      map[string]instrument `json:"by,omitempty" doc:"Instrument, by measure."`
		Prices  []planPrice           `json:"prices,omitempty" nullable:"false" maxItems:"1000"`
		Why     string                `json:"why,omitempty" maxLength:"500"`
	}
	// PlanChoice names what was read.
	PlanChoice struct {
		Digest string `json:"digest" maxLength:"64" doc:"Of the plan as it was read."`
		Why    string `json:"why,omitempty" maxLength:"500"`
	}
	approvePlanBody struct {
		PlanChoice
		Name     string `json:"name,omitempty" maxLength:"200" doc:"Of the operation; one that tells outsiders nothing."`
		Director int64  `json:"director,omitempty" minimum:"1" doc:"Absent: the officer."`
	}
	rateBody struct {
		Key      rateKey `json:"key" doc:"desk: hours from receipt to the act at the addressee that provider names, by the clock; 0 takes it back."`
		Provider int64   `json:"provider,omitempty" minimum:"1" doc:"Of desk alone."`
		Value    float64 `json:"value"`
		Why      string  `json:"why" maxLength:"500"`
	}
)

// change is the question as a change of one that is there.
func (q PlanQuestion) change() desk.PlanChange {
	c := desk.PlanChange{Open: q.Open, Price: q.Price, Bystanders: q.Bystanders, Budget: q.Budget, Rest: q.Rest}
	if q.Mode != "" {
		c.Mode = new(plan.Mode(q.Mode))
	}
	if q.Horizon != nil {
		c.Horizon = new(time.Duration(*q.Horizon * float64(time.Hour)))
	}
	if q.Units != nil {
		c.Units = shown(q.Units, func(i int64) iru.UnitID { return iru.UnitID(i) })
	}
	return c
}

func (b replanBody) change() desk.PlanChange {
	c := b.PlanQuestion.change()
	c.Include, c.Veto, c.Free, c.Spare, c.Release, c.Why = b.Include, b.Veto, b.Free, b.Spare, b.Release, b.Why
	if len(b.By) > 0 {
		c.Means = map[string]legal.Instrument{}
		for m, i := range b.By {
			c.Means[m] = legal.Instrument(i)
		}
	}
	c.Figures = shown(b.Prices, func(p planPrice) iru.Price {
		return iru.Price{Measure: p.Measure, Figure: string(p.Figure), Value: p.Value}
	})
	return c
}

func (s *server) plans() {
	list(s, "/v1/plans", "list-plans", "List plans against outlets", func(ctx context.Context, t *db.Tx, sc iru.Scope, in *plansIn, n int) ([]Plan, error) {
		after, err := in.after()
		if err != nil {
			return nil, err
		}
		ps, err := t.PlansAfter(ctx, sc, iru.OutletID(in.Outlet), iru.PlanID(after), n)
		return paged(ps, err, planned)
	})
	get(s, "/v1/plans/{id}", "get-plan", "Read a plan with its tree, its measures and what stays up without each", func(ctx context.Context, t *db.Tx, sc iru.Scope, in *ByID) (PlanDetail, error) {
		return detailed(t.Plan(ctx, sc, iru.PlanID(in.ID)))
	})
	post(s, "/v1/plans", "draft-plan", "Compute a plan on the map as it is now", desk.ScopeDecide, func(ctx context.Context, sc iru.Scope, in *of[draftPlanBody]) (PlanDetail, error) {
		ask := desk.DefaultPlan()
		c := in.Body.change()
		c.Put(&ask)
		return detailed(s.desk.DraftPlan(ctx, sc, desk.PlanRequest{Outlet: iru.OutletID(in.Body.Outlet), Name: in.Body.Name, Ask: &ask, Mode: in.Body.Mode != "" || in.Body.Horizon != nil || in.Body.Open != nil}))
	})
	post(s, "/v1/plans/{id}/replan", "replan-plan", "Change a draft, each change with its reason, and compute it anew", desk.ScopeDecide, func(ctx context.Context, sc iru.Scope, in *with[replanBody]) (PlanDetail, error) {
		return detailed(s.desk.ReplanPlan(ctx, sc, iru.PlanID(in.ID), in.Body.change()))
	})
	post(s, "/v1/plans/{id}/propose", "propose-plan", "Choose a plan, by name", desk.ScopeDecide, func(ctx context.Context, sc iru.Scope, in *with[PlanChoice]) (PlanDetail, error) {
		return detailed(s.desk.ProposePlan(ctx, sc, iru.PlanID(in.ID), in.Body.Digest, in.Body.Why))
	})
	post(s, "/v1/plans/{id}/return", "return-plan", "Give a chosen plan back", desk.ScopeDecide, func(ctx context.Context, sc iru.Scope, in *with[reasonBody]) (PlanDetail, error) {
		return detailed(s.desk.ReturnPlan(ctx, sc, iru.PlanID(in.ID), in.Body.Reason))
	})
	post(s, "/v1/plans/{id}/drop", "drop-plan", "Lay a plan aside", desk.ScopeDecide, func(ctx context.Context, sc iru.Scope, in *with[reasonBody]) (PlanDetail, error) {
		return detailed(s.desk.DropPlan(ctx, sc, iru.PlanID(in.ID), in.Body.Reason))
	})
	post(s, "/v1/plans/{id}/approve", "approve-plan", "Approve a plan as a second person: an operation is made of it", desk.ScopeApprove, func(ctx context.Context, sc iru.Scope, in *with[approvePlanBody]) (PlanDetail, error) {
		b := in.Body
		return detailed(s.desk.ApprovePlan(ctx, sc, iru.PlanID(in.ID), b.Digest, b.Name, iru.OfficerID(b.Director), b.Why))
	})
	post(s, "/v1/plans/{id}/tasks", "draft-plan-tasks", "Draft the acts of an approved plan as tasks, and say what is missing for the rest", desk.ScopeDecide, func(ctx context.Context, sc iru.Scope, in *ByID) (PlanTasks, error) {
		ts, err := s.desk.DraftTasks(ctx, sc, iru.PlanID(in.ID))
		return PlanTasks{int64(ts.Plan.Operation), shown(ts.Drafted, notice), ts.Had, shown(ts.Missing, func(g desk.PlanGap) PlanGap { return PlanGap{g.Measure, int64(g.Asset), g.Why} })}, err
	})
	get(s, "/v1/rates", "list-rates", "Read what measures are priced by", func(ctx context.Context, t *db.Tx, sc iru.Scope, _ *none) (List[Rate], error) {
		own, err := t.Rates(ctx, sc)
		keys := iru.RateKeys()
		for _, r := range own {
			if _, ok := iru.DeskOf(r.Key); ok && r.Value > 0 {
				keys = append(keys, r.Key)
			}
		}
		return List[Rate]{Items: shown(keys, func(k string) Rate { return rate(k, iru.Rates(own).Of(k)) })}, err
	})
	post(s, "/v1/rates", "set-rate", "Set one of the unit's own rates, with the reason", desk.ScopeDecide, func(ctx context.Context, sc iru.Scope, in *of[rateBody]) (Rate, error) {
		key := string(in.Body.Key)
		if (key == rateDesk) != (in.Body.Provider != 0) {
			return Rate{}, iru.Refuse(iru.Invalid, "a rate of an addressee names it, and no other does", "give provider with the key desk")
		}
		if key == rateDesk {
			key = iru.DeskRate(iru.ProviderID(in.Body.Provider))
		}
		r, err := s.desk.SetRate(ctx, sc, key, in.Body.Value, in.Body.Why)
		return rate(r.Key, iru.Rates{r}.Of(r.Key)), err
	})
}
