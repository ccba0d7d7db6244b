// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"context"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/legal"
)

// A Participant takes part in an operation.
type Participant struct {
	ID      int64           `json:"id"`
	Unit    int64           `json:"unit,omitempty" doc:"Of this installation."`
	Partner int64           `json:"partner,omitempty" doc:"A unit with an installation of its own. Neither: a body without a machine, whose answers a person enters."`
	Kind    participantKind `json:"kind"`
	Name    string          `json:"name"`
	Country string          `json:"country,omitempty"`
	Roles   []taskRole      `json:"roles" nullable:"false"`
	Heard   *Stamp          `json:"heard,omitempty"`
}

// A Task is what one participant does about one asset.
type Task struct {
	ID           int64      `json:"id"`
	UID          string     `json:"uid" doc:"The same on every machine."`
	Participant  int64      `json:"participant"`
	Asset        int64      `json:"asset,omitempty"`
	Address      Address    `json:"address"`
	Provider     int64      `json:"provider,omitempty"`
	Layer        string     `json:"layer,omitempty"`
	Role         taskRole   `json:"role"`
	Jurisdiction string     `json:"jurisdiction,omitempty"`
	Instrument   string     `json:"instrument"`
	Stage        stage      `json:"stage"`
	State        taskState  `json:"state" doc:"Of a task with an act: read off the act."`
	Notice       int64      `json:"notice,omitempty"`
	Handling     Handling   `json:"handling"`
	Note         string     `json:"note,omitempty"`
	Title        string     `json:"title,omitempty" doc:"Reference of the judicial title."`
	ValidFrom    *Stamp     `json:"valid_from,omitempty"`
	ValidUntil   *Stamp     `json:"valid_until,omitempty"`
	Reason       string     `json:"reason,omitempty"`
	Unkept       string     `json:"unkept,omitempty" doc:"Why it may be done though nothing was preserved."`
	Misses       []taskLack `json:"misses" nullable:"false" doc:"What it lacks for T0 or, before there is one, for now."`
}

// A Question asks one participant whether one asset may be touched.
type Question struct {
	ID          int64         `json:"id"`
	UID         string        `json:"uid"`
	Operation   int64         `json:"operation"`
	Participant int64         `json:"participant,omitempty" doc:"Absent: a unit that takes no part, as one whose own operation has the asset."`
	Unit        int64         `json:"unit,omitempty"`
	Partner     int64         `json:"partner,omitempty"`
	Address     Address       `json:"address"`
	State       questionState `json:"state"`
	Blocks      bool          `json:"blocks" doc:"Nothing of the operation is released on account of it."`
	Asked       *Stamp        `json:"asked"`
	Due         *Stamp        `json:"due" doc:"When silence is recorded."`
	At          *Stamp        `json:"at,omitempty"`
	Word        string        `json:"word,omitempty"`
	Reference   string        `json:"reference,omitempty"`
	Until       *Stamp        `json:"until,omitempty"`
	Contact     string        `json:"contact,omitempty" doc:"Whom to call: the case is not told."`
	Exhibit     int64         `json:"exhibit,omitempty"`
	Decided     int64         `json:"decided,omitempty"`
	Reason      string        `json:"reason,omitempty"`
	Category    string        `json:"category,omitempty"`
	Threat      string        `json:"threat,omitempty"`
	First       int64         `json:"first,omitempty"`
	Second      int64         `json:"second,omitempty"`
	Overrides   []Override    `json:"overrides" nullable:"false" doc:"For a threat to life, oldest first; a new answer wipes none."`
	ReviewDue   *Stamp        `json:"review_due,omitempty" doc:"Of the first override that nobody has reviewed."`
}

// An Override is one threat to life for which two persons overrode a question, and what a third one found afterwards.
type Override struct {
	Category string `json:"category"`
	Threat   string `json:"threat"`
	First    int64  `json:"first"`
	Second   int64  `json:"second"`
	At       *Stamp `json:"at"`
	Due      *Stamp `json:"review_due"`
	Review   int64  `json:"reviewed_by,omitempty"`
	ReviewAt *Stamp `json:"reviewed,omitempty"`
	Why      string `json:"review,omitempty"`
	Right    bool   `json:"right,omitempty" doc:"As the review finds; absent before it, too."`
}

func (q Question) cursor() string { return number(q.ID) }

func participant(p iru.Participant) Participant {
	return Participant{ID: int64(p.ID), Unit: int64(p.Unit), Partner: int64(p.Partner), Kind: participantKind(p.Kind), Name: p.Name, Country: p.Country,
		Roles: shown(p.Roles, func(r iru.TaskRole) taskRole { return taskRole(r) }), Heard: at(p.Heard)}
}

func task(r desk.Readiness) Task {
	k := r.Task
	return Task{ID: int64(k.ID), UID: k.UID, Participant: int64(k.Participant), Asset: int64(k.Asset), Address: address(k.Address), Provider: int64(k.Provider), Layer: string(k.Layer), Role: taskRole(k.Role),
		Jurisdiction: k.Jurisdiction, Instrument: string(k.Instrument), Stage: stage(k.Stage), State: taskState(k.State), Notice: int64(k.Notice), Handling: Handling(k.Handling), Note: k.Note, Title: k.Title,
		ValidFrom: at(k.ValidFrom), ValidUntil: at(k.ValidUntil), Reason: k.Reason, Unkept: k.Unkept, Misses: shown(r.Misses, func(l iru.Lack) taskLack { return taskLack(l) })}
}

func question(q iru.Deconfliction) Question {
	return Question{ID: int64(q.ID), UID: q.UID, Operation: int64(q.Operation), Participant: int64(q.Participant), Unit: int64(q.Unit), Partner: int64(q.Partner), Address: address(q.Address),
		State: questionState(q.State), Blocks: q.Blocks(), Asked: at(q.Asked), Due: at(q.Due), At: at(q.At), Word: q.Word, Reference: q.Reference, Until: at(q.Until), Contact: q.Contact, Exhibit: int64(q.Exhibit),
		Decided: int64(q.Decided), Reason: q.Reason, Category: q.Category, Threat: q.Threat, First: int64(q.First), Second: int64(q.Second), Overrides: shown(q.Overrides, override), ReviewDue: at(q.ReviewDue)}
}

func override(o iru.Override) Override {
	return Override{Category: o.Category, Threat: o.Threat, First: int64(o.First), Second: int64(o.Second), At: at(o.At), Due: at(o.Due), Review: int64(o.Review), ReviewAt: at(o.ReviewAt), Why: o.ReviewWhy,
		Right: o.Right}
}

type (
	participantBody struct {
		Unit    int64           `json:"unit,omitempty" minimum:"1"`
		Partner int64           `json:"partner,omitempty" minimum:"1"`
		Kind    participantKind `json:"kind"`
		Name    string          `json:"name,omitempty" maxLength:"200" doc:"Of a partner or a body without a machine."`
		Country string          `json:"country,omitempty" maxLength:"2"`
		Roles   []taskRole      `json:"roles" nullable:"false" minItems:"1" maxItems:"6"`
	}
	rolesBody struct {
		Roles  []taskRole `json:"roles" nullable:"false" minItems:"1" maxItems:"6"`
		Reason string     `json:"reason" maxLength:"500"`
	}
	directorBody struct {
		Director int64  `json:"director" minimum:"1"`
		Reason   string `json:"reason" maxLength:"500"`
	}
	taskBody struct {
		Participant  int64     `json:"participant,omitempty" minimum:"1" doc:"The executor; absent: suggested by jurisdiction."`
		Asset        int64     `json:"asset,omitempty" minimum:"1"`
		Address      string    `json:"address,omitempty" maxLength:"2048" doc:"Where the store does not have the asset."`
		Provider     int64     `json:"provider,omitempty" minimum:"1"`
		Layer        string    `json:"layer,omitempty" maxLength:"40"`
		Role         taskRole  `json:"role"`
		Jurisdiction string    `json:"jurisdiction,omitempty" maxLength:"2"`
		Instrument   string    `json:"instrument" maxLength:"40"`
		Stage        stage     `json:"stage,omitempty"`
		Handling     *Handling `json:"handling,omitempty" doc:"Absent: that of the outlet."`
		Note         string    `json:"note,omitempty" maxLength:"1000"`
	}
	taskStepBody struct {
		Verb       string     `json:"verb" enum:"accept,decline,withdraw,ready,unready,start,finish,fail,entitle" doc:"entitle records the judicial title alone, also of a task with an act."`
		Reason     string     `json:"reason,omitempty" maxLength:"1000"`
		Title      string     `json:"title,omitempty" maxLength:"300" doc:"ready, entitle: reference of the judicial title."`
		ValidFrom  *time.Time `json:"valid_from,omitempty"`
		ValidUntil *time.Time `json:"valid_until,omitempty"`
	}
	unkeptBody struct {
		Tasks  []int64 `json:"tasks,omitempty" nullable:"false" maxItems:"5000" doc:"Absent: every one that lacks an exhibit."`
		Reason string  `json:"reason" maxLength:"500"`
	}
	timeBody struct {
		By time.Time `json:"by"`
	}
	answerBody struct {
		Questions []int64    `json:"questions" nullable:"false" minItems:"1" maxItems:"5000"`
		Answer    string     `json:"answer" enum:"clear,duplicate,hold,evidence,join"`
		Reference string     `json:"reference,omitempty" maxLength:"100" doc:"duplicate: a number that tells outsiders nothing."`
		Until     *time.Time `json:"until,omitempty" doc:"hold, evidence: its end, at most two weeks ahead."`
		Contact   string     `json:"contact,omitempty" maxLength:"200" doc:"Whom the others call: all that they see."`
		Reason    string     `json:"reason,omitempty" maxLength:"1000" doc:"For one's own log alone."`
		Word      string     `json:"word,omitempty" maxLength:"300" doc:"Of a body without a machine: whose word it is."`
	}
	questionsBody struct {
		Questions []int64 `json:"questions" nullable:"false" minItems:"1" maxItems:"5000"`
		Reason    string  `json:"reason,omitempty" maxLength:"500"`
	}
	dangerBody struct {
		Questions []int64 `json:"questions" nullable:"false" minItems:"1" maxItems:"5000"`
		Category  string  `json:"category" enum:"attack,hostage,person,live,instruct"`
		Reason    string  `json:"reason" maxLength:"4000"`
	}
	overrideReviewBody struct {
		Questions []int64 `json:"questions" nullable:"false" minItems:"1" maxItems:"5000"`
		Right     bool    `json:"right" doc:"The override was right."`
		Reason    string  `json:"reason" maxLength:"1000"`
	}
	packageIn struct {
		ByID
		Acknowledged bool `query:"acknowledged" doc:"The conditions of H3 are kept."`
	}
	packageBody struct {
		Acknowledged bool   `json:"acknowledged,omitempty"`
		Reason       string `json:"reason" maxLength:"300" doc:"To whom it is handed, and how."`
	}
	counted struct {
		Count int `json:"count"`
	}
)

func (b taskStepBody) step() desk.TaskStep {
	out := desk.TaskStep{Verb: b.Verb, Why: b.Reason, Title: b.Title}
	if b.ValidFrom != nil {
		out.ValidFrom = *b.ValidFrom
	}
	if b.ValidUntil != nil {
		out.ValidUntil = *b.ValidUntil
	}
	return out
}

func roles(rs []taskRole) []iru.TaskRole {
	return shown(rs, func(r taskRole) iru.TaskRole { return iru.TaskRole(r) })
}

func questionIDs(ids []int64) []iru.DeconflictionID {
	return shown(ids, func(i int64) iru.DeconflictionID { return iru.DeconflictionID(i) })
}

func (s *server) agreement() {
	get(s, "/v1/operations/{id}/participants", "list-participants", "List who takes part in an operation, and as what", func(ctx context.Context, t *db.Tx, sc iru.Scope, in *ByID) (List[Participant], error) {
		o, err := t.Operation(ctx, sc, iru.OperationID(in.ID))
		if err != nil {
			return List[Participant]{}, err
		}
		ps, err := t.Participants(ctx, o.ID)
		return List[Participant]{Items: shown(ps, participant)}, err
	})
	post(s, "/v1/operations/{id}/participants", "add-participant", "Have somebody take part; they are asked about every asset", desk.ScopeDecide, func(ctx context.Context, sc iru.Scope, in *with[participantBody]) (Participant, error) {
		b := in.Body
		p, err := s.desk.AddParticipant(ctx, sc, iru.Participant{Operation: iru.OperationID(in.ID), Unit: iru.UnitID(b.Unit), Partner: iru.PartnerID(b.Partner), Kind: iru.ParticipantKind(b.Kind), Name: b.Name,
			Country: b.Country, Roles: roles(b.Roles)})
		return participant(p), err
	})
	post(s, "/v1/participants/{id}/roles", "set-roles", "Say anew as what somebody takes part", desk.ScopeDecide, func(ctx context.Context, sc iru.Scope, in *with[rolesBody]) (Participant, error) {
		p, err := s.desk.SetRoles(ctx, sc, iru.ParticipantID(in.ID), roles(in.Body.Roles), in.Body.Reason)
		return participant(p), err
	})
	post(s, "/v1/operations/{id}/director", "hand-over-operation", "Name another director, as when one leaves", desk.ScopeDecide, func(ctx context.Context, sc iru.Scope, in *with[directorBody]) (Operation, error) {
		o, err := s.desk.HandOverOperation(ctx, sc, iru.OperationID(in.ID), iru.OfficerID(in.Body.Director), in.Body.Reason)
		return operation(o), err
	})
	get(s, "/v1/participants/{id}/package", "get-package", "Read a participant's target package: what its handling codes allow", func(ctx context.Context, t *db.Tx, sc iru.Scope, in *packageIn) (desk.Package, error) {
		return s.desk.TargetPackage(ctx, t, sc, iru.ParticipantID(in.ID), in.Acknowledged)
	})
	post(s, "/v1/participants/{id}/package", "hand-package", "Hand a participant's target package out, on record", desk.ScopeDecide, func(ctx context.Context, sc iru.Scope, in *with[packageBody]) (desk.Package, error) {
		return s.desk.HandPackage(ctx, sc, iru.ParticipantID(in.ID), in.Body.Acknowledged, in.Body.Reason)
	})
	s.agreedTasks()
	s.questions()
}

func (s *server) agreedTasks() {
	get(s, "/v1/operations/{id}/tasks", "list-tasks", "List an operation's tasks with what each misses; a participant sees its own", func(ctx context.Context, t *db.Tx, sc iru.Scope, in *ByID) (List[Task], error) {
		o, err := t.Operation(ctx, sc, iru.OperationID(in.ID))
		if err != nil {
			return List[Task]{}, err
		}
		rs, err := desk.ReadinessOf(ctx, t, sc, o, o.T0, s.desk.Now())
		return List[Task]{Items: shown(rs, task)}, err
	})
	post(s, "/v1/operations/{id}/tasks", "propose-task", "Offer a task to who would carry it out", desk.ScopeDecide, func(ctx context.Context, sc iru.Scope, in *with[taskBody]) (Task, error) {
		b := in.Body
		r := desk.TaskRequest{Operation: iru.OperationID(in.ID), Participant: iru.ParticipantID(b.Participant), Asset: iru.AssetID(b.Asset), Address: b.Address, Provider: iru.ProviderID(b.Provider),
			Layer: legal.Layer(b.Layer), Role: iru.TaskRole(b.Role), Jurisdiction: b.Jurisdiction, Instrument: legal.Instrument(b.Instrument), Stage: iru.Stage(b.Stage), Note: b.Note}
		if b.Handling != nil {
			r.Handling = iru.Handling(*b.Handling)
		}
		k, err := s.desk.ProposeTask(ctx, sc, r)
		return task(desk.Readiness{Task: k}), err
	})
	post(s, "/v1/tasks/{id}/step", "step-task", "Accept a task, decline it, make it ready, carry it out, withdraw it", desk.ScopeDecide, func(ctx context.Context, sc iru.Scope, in *with[taskStepBody]) (Task, error) {
		k, err := s.desk.StepTask(ctx, sc, iru.TaskID(in.ID), in.Body.step())
		return task(desk.Readiness{Task: k}), err
	})
	post(s, "/v1/operations/{id}/unkept", "unkept-tasks", "Say why assets may be touched though nothing of them was preserved since the operation began", desk.ScopeDecide, func(ctx context.Context, sc iru.Scope, in *with[unkeptBody]) (counted, error) {
		n, err := s.desk.Unkept(ctx, sc, iru.OperationID(in.ID), shown(in.Body.Tasks, func(i int64) iru.TaskID { return iru.TaskID(i) }), in.Body.Reason)
		return counted{n}, err
	})
	post(s, "/v1/operations/{id}/preserve", "preserve-assets", "Have every asset captured of which nothing was kept since the operation began", desk.ScopeDecide, func(ctx context.Context, sc iru.Scope, in *ByID) (counted, error) {
		n, err := s.desk.Preserve(ctx, sc, iru.OperationID(in.ID))
		return counted{n}, err
	})
}

func (s *server) questions() {
	get(s, "/v1/operations/{id}/questions", "list-operation-questions", "List an operation's questions: may these assets be touched?", func(ctx context.Context, t *db.Tx, sc iru.Scope, in *ByID) (List[Question], error) {
		qs, err := t.Deconflictions(ctx, sc, iru.OperationID(in.ID))
		return List[Question]{Items: shown(qs, question)}, err
	})
	list(s, "/v1/questions", "list-questions", "List what one's unit is asked about assets that others are to touch", func(ctx context.Context, t *db.Tx, sc iru.Scope, in *Page, n int) ([]Question, error) {
		after, err := in.after()
		if err != nil {
			return nil, err
		}
		qs, err := t.DeconflictionsAsked(ctx, sc, iru.DeconflictionID(after), n)
		return paged(qs, err, question)
	})
	post(s, "/v1/operations/{id}/agree-time", "agree-time", "Say by when questions are to be answered", desk.ScopeDecide, func(ctx context.Context, sc iru.Scope, in *with[timeBody]) (counted, error) {
		n, err := s.desk.AgreeTime(ctx, sc, iru.OperationID(in.ID), in.Body.By)
		return counted{n}, err
	})
	post(s, "/v1/questions/answer", "answer-questions", "Answer questions, all alike", desk.ScopeDecide, func(ctx context.Context, sc iru.Scope, in *of[answerBody]) (List[Question], error) {
		b := in.Body
		a := iru.DeconflictionAnswer{Verb: b.Answer, Reference: b.Reference, Contact: b.Contact, Why: b.Reason, Word: b.Word}
		if b.Until != nil {
			a.Until = *b.Until
		}
		qs, err := s.desk.AnswerDeconflictions(ctx, sc, questionIDs(b.Questions), a)
		return List[Question]{Items: shown(qs, question)}, err
	})
	post(s, "/v1/questions/endanger", "endanger-questions", "Be the first of two to say that lives are in danger", desk.ScopeApprove, func(ctx context.Context, sc iru.Scope, in *of[dangerBody]) (List[Question], error) {
		qs, err := s.desk.EndangerDeconflictions(ctx, sc, questionIDs(in.Body.Questions), in.Body.Category, in.Body.Reason)
		return List[Question]{Items: shown(qs, question)}, err
	})
	post(s, "/v1/questions/review", "review-questions", "Review overrides afterwards, as a third person", desk.ScopeApprove, func(ctx context.Context, sc iru.Scope, in *of[overrideReviewBody]) (List[Question], error) {
		qs, err := s.desk.ReviewDeconflictions(ctx, sc, questionIDs(in.Body.Questions), in.Body.Right, in.Body.Reason)
		return List[Question]{Items: shown(qs, question)}, err
	})
	for _, v := range []struct {
		verb, summary, scope string
		do                   func(context.Context, iru.Scope, []iru.DeconflictionID, string) ([]iru.Deconfliction, error)
	}{
		{"free", "End a hold, or the wait for evidence, before its time", desk.ScopeDecide, s.desk.FreeDeconflictions},
		{"decide", "Decide, as the director, to go on in spite of silence, an expired hold or a duplicate", desk.ScopeApprove, s.desk.DecideDeconflictions},
		{"override", "Be the second, different person who says that lives are in danger: the assets are free", desk.ScopeApprove,
			func(ctx context.Context, sc iru.Scope, ids []iru.DeconflictionID, _ string) ([]iru.Deconfliction, error) {
				return s.desk.OverrideDeconflictions(ctx, sc, ids)
			}},
	} {
		post(s, "/v1/questions/"+v.verb, v.verb+"-questions", v.summary, v.scope, func(ctx context.Context, sc iru.Scope, in *of[questionsBody]) (List[Question], error) {
			qs, err := v.do(ctx, sc, questionIDs(in.Body.Questions), in.Body.Reason)
			return List[Question]{Items: shown(qs, question)}, err
		})
	}
}
