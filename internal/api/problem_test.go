// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"net/http"
	"strings"
	"testing"

	"iolaus/internal/db/dbtest"
	"iolaus/internal/iru"
)

// TestKinds holds the switch against the sentinels that package iru really has.
func TestKinds(t *testing.T) {
	want := map[string]struct {
		kind   error
		status int
	}{
		"Invalid": {iru.Invalid, 422}, "NotFound": {iru.NotFound, 404}, "Conflict": {iru.Conflict, 409},
		"Forbidden": {iru.Forbidden, 403}, "Unavailable": {iru.Unavailable, 503}, "Internal": {iru.Internal, 500},
	}
	file, err := parser.ParseFile(token.NewFileSet(), "../iru/error.go", nil, 0)
	must(t, err)
	n := 0
	ast.Inspect(file, func(x ast.Node) bool {
		if v, ok := x.(*ast.ValueSpec); ok {
			for _, name := range v.Names {
				if n++; want[name.Name].kind == nil {
					t.Errorf("package iru has the kind %s, which the interface does not answer", name.Name)
				}
			}
		}
		return true
	})
	if n != len(want) {
		t.Errorf("package iru has %d kinds", n)
	}
	w := newWorld(t, dbtest.Open(t))
	for name, k := range want {
		p := w.server.problem(fmt.Errorf("do thing: %w", k.kind))
		if p.Status != k.status || p.Title != http.StatusText(k.status) || p.Detail == "" {
			t.Errorf("%s: %+v", name, p)
		}
		if (p.GetHeaders().Get("Retry-After") != "") != (k.status == 503) {
			t.Errorf("%s: Retry-After is %q", name, p.GetHeaders().Get("Retry-After"))
		}
		if k.status == 500 {
			continue
		}
		said := w.server.problem(fmt.Errorf("do thing: %w", iru.Refuse(k.kind, "it rains", "take a train")))
		if said.Status != k.status || said.Detail != "it rains" || said.Instead != "take a train" {
			t.Errorf("%s as a refusal: %+v", name, said)
		}
	}
	func() {
		defer func() {
			if recover() == nil {
				t.Error("a seventh kind was answered")
			}
		}()
		answer(errors.New("seventh"))
	}()
}

// TestOwnFault: what an engine says stays in the log, under a number that the client is told.
func TestOwnFault(t *testing.T) {
	w := newWorld(t, dbtest.Open(t))
	for _, err := range []error{errors.New("no such table: officer_secret"), fmt.Errorf("read: %w: no such table: officer_secret", iru.Internal),
		iru.Refuse(iru.Internal, "no such table: officer_secret", "")} {
		w.log.Reset()
		p := w.server.problem(err)
		if p.Status != 500 || strings.Contains(p.Detail+p.Instead, "officer_secret") || !strings.HasPrefix(p.Instance, "urn:iolaus:log:") {
			t.Errorf("%v: %+v", err, p)
		}
		if !strings.Contains(w.log.String(), p.Instance) || !strings.Contains(w.log.String(), "officer_secret") {
			t.Errorf("%v is not in the log: %s", err, w.log.String())
		}
	}
	must(t, w.desk.DB.Close()) // the store is gone: whatever the engine says of that, the client does not hear it
	rec := w.do(req("GET", "/v1/me", w.tokens["ada"], nil))
	if rec.Code < 500 || strings.Contains(rec.Body.String(), "sql") {
		t.Errorf("a closed store: %d %s", rec.Code, rec.Body)
	}
}
