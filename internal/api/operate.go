// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"context"
	"maps"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
)

// A caller is who makes a request.
type caller struct {
	officer iru.Officer
	token   db.Token
	scope   iru.Scope
	url     *url.URL
}

type callerKey struct{}

func callerOf(ctx context.Context) caller {
	c, _ := ctx.Value(callerKey{}).(caller) // without one the scope reaches nothing
	return c
}

type (
	// none is the input of an operation without any.
	none struct{}
	// ByID names one thing in the path.
	ByID struct {
		ID int64 `path:"id" minimum:"1" doc:"Its number."`
	}
	// answered is one resource.
	answered[O any] struct{ Body O }
	// listed is one page of a list.
	listed[T any] struct {
		Link string `header:"Link" doc:"The next page, rel=\"next\" (RFC 8288), if there is one."`
		Body List[T]
	}
)

// A List is one page of a list.
type List[T any] struct {
	Items []T    `json:"items" nullable:"false"`
	Next  string `json:"next,omitempty" doc:"What to give as after for the next page; absent on the last one."`
}

// A Page says which part of a list is wanted.
type Page struct {
	Limit int    `query:"limit" minimum:"1" maximum:"200" default:"50" doc:"How many, at most."`
	After string `query:"after" maxLength:"64" doc:"Where to go on: next of the page before."`
}

// after reads a cursor that is a number.
func (p Page) after() (int64, error) {
	if p.After == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(p.After, 10, 64)
	if err != nil || n < 0 {
		return 0, badCursor
	}
	return n, nil
}

var badCursor = iru.Refuse(iru.Invalid, "after is no place in this list", "give what next said on the page before")

func (p Page) page() Page { return p }

func number[N ~int64](n N) string { return strconv.FormatInt(int64(n), 10) }

// A placed thing knows its place in its list.
type placed interface{ cursor() string }

// operation describes one and tells the guard about it.
func (s *server) operation(method, path, id, summary, scope string, body bool) huma.Operation {
	s.routes[method+" "+path] = route{scope: scope, body: body}
	noun, _, _ := strings.Cut(strings.TrimPrefix(path, "/v1/"), "/")
	op := huma.Operation{Method: method, Path: path, OperationID: id, Summary: summary, Tags: []string{noun},
		Description: "Scope of the token: `" + scope + "`.", DefaultStatus: http.StatusOK, MaxBodyBytes: s.o.MaxBody,
		Security: []map[string][]string{{"token": {scope}}}, Responses: map[string]*huma.Response{"200": {Headers: headersOf()}, "default": refused(s.huma)}}
	if method == http.MethodPost {
		for _, r := range op.Responses {
			maps.Copy(r.Headers, headersOf(replayed))
		}
		op.Parameters = []*huma.Param{{Name: idempotencyKey, In: "header", Schema: &huma.Schema{Type: "string", MaxLength: new(maxKey)},
			Description: "Any text of the client's own, new for each act: the same request again under it is answered, not done, again."}}
	}
	return op
}

func refused(a huma.API) *huma.Response {
	return &huma.Response{Description: "Refused", Headers: headersOf(retry, challenge), Content: map[string]*huma.MediaType{
		"application/problem+json": {Schema: a.OpenAPI().Components.Schemas.Schema(problemType, true, "")}}}
}

// get serves a resource, read in one transaction within the officer's scope.
func get[I, O any](s *server, path, id, summary string, f func(context.Context, *db.Tx, iru.Scope, *I) (O, error)) {
	ask(s, path, id, summary, func(ctx context.Context, in *I) (O, error) {
		return view(ctx, s, func(t *db.Tx, sc iru.Scope) (O, error) { return f(ctx, t, sc, in) })
	})
}

// ask serves a resource that takes more than one reading.
func ask[I, O any](s *server, path, id, summary string, f func(context.Context, *I) (O, error)) {
	huma.Register(s.huma, s.operation(http.MethodGet, path, id, summary, desk.ScopeRead, false), func(ctx context.Context, in *I) (*answered[O], error) {
		out, err := f(ctx, in)
		if err != nil {
			return nil, s.problem(err)
		}
		return &answered[O]{out}, nil
	})
}

// view reads in one transaction within the officer's scope.
func view[O any](ctx context.Context, s *server, f func(*db.Tx, iru.Scope) (O, error)) (O, error) {
	var out O
	sc := callerOf(ctx).scope
	if err := sc.May(iru.ToRead); err != nil {
		return out, err
	}
	err := s.desk.DB.View(ctx, func(t *db.Tx) error {
		var err error
		out, err = f(t, sc)
		return err
	})
	return out, err
}

// list serves a list page by page. f gives at most n things behind the place that the page names.
func list[I interface{ page() Page }, T placed](s *server, path, id, summary string, f func(ctx context.Context, t *db.Tx, sc iru.Scope, in *I, n int) ([]T, error)) {
	huma.Register(s.huma, s.operation(http.MethodGet, path, id, summary, desk.ScopeRead, false), func(ctx context.Context, in *I) (*listed[T], error) {
		p := (*in).page()
		items, err := view(ctx, s, func(t *db.Tx, sc iru.Scope) ([]T, error) { return f(ctx, t, sc, in, p.Limit+1) })
		if err != nil {
			return nil, s.problem(err)
		}
		out := &listed[T]{Body: List[T]{Items: items}}
		if len(items) > p.Limit {
			out.Body.Items = items[:p.Limit]
			out.Body.Next = items[p.Limit-1].cursor()
			u := *callerOf(ctx).url
			q := u.Query()
			q.Set("after", out.Body.Next)
			out.Link = "<" + u.Path + "?" + q.Encode() + `>; rel="next"`
		}
		if out.Body.Items == nil {
			out.Body.Items = []T{}
		}
		return out, nil
	})
}

// post serves a verb of the desk.
func post[I, O any](s *server, path, id, summary, scope string, f func(context.Context, iru.Scope, *I) (O, error)) {
	_, body := any(new(I)).(interface{ takesBody() })
	op := s.operation(http.MethodPost, path, id, summary, scope, body)
	huma.Register(s.huma, op, func(ctx context.Context, in *I) (*answered[O], error) {
		out, err := f(ctx, callerOf(ctx).scope, in)
		if err != nil {
			return nil, s.problem(err)
		}
		return &answered[O]{out}, nil
	})
}

// with is the input of a verb: the thing in the path and the words about it.
type with[B any] struct {
	ByID
	Body B
}

// of is the input of a verb that names nothing in the path.
type of[B any] struct{ Body B }

func (*with[B]) takesBody() {}
func (*of[B]) takesBody()   {}

// shown maps what the store gives to resources.
func shown[A, B any](as []A, f func(A) B) []B {
	out := make([]B, len(as))
	for i, a := range as {
		out[i] = f(a)
	}
	return out
}

// paged is shown for a list that was read by page.
func paged[A, B any](as []A, err error, f func(A) B) ([]B, error) {
	if err != nil {
		return nil, err
	}
	return shown(as, f), nil
}
