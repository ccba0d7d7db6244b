// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"bytes"
	"encoding/json"
	"html/template"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/danielgtaylor/huma/v2"
)

// config says what the document says of the interface as a whole.
func (s *server) config() huma.Config {
	return huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI: "3.1.0",
			Info: &huma.Info{Title: "Iolaus", Version: "1",
				Description: "Takedowns that hold: the programming interface of an internet referral unit's workbench. See docs/api.md.",
				License:     &huma.License{Name: "EUPL-1.2", Identifier: "EUPL-1.2"}},
			Components: &huma.Components{
				Headers: headers(),
				Schemas: huma.NewMapRegistry("#/components/schemas/", huma.DefaultSchemaNamer),
				SecuritySchemes: map[string]*huma.SecurityScheme{
					"token":    {Type: "http", Scheme: "bearer", Description: "An officer's token. Its scopes: read, decide, approve."},
					"callback": {Type: "http", Scheme: "bearer", Description: "The token that a provider got with a notice."},
				},
			},
		},
		Formats:                      map[string]huma.Format{"application/json": huma.DefaultJSONFormat, "json": huma.DefaultJSONFormat}, // the second for problem+json
		DefaultFormat:                "application/json",
		RejectUnknownQueryParameters: true,
		Transformers:                 []huma.Transformer{documented},
	}
}

// describe makes the documents once and serves them to everybody: they are part of the published program.
func (s *server) describe() {
	doc := s.huma.OpenAPI()
	schemas := doc.Components.Schemas.Map() // ours are the problems; the framework's own are never sent
	delete(schemas, "ErrorModel")
	delete(schemas, "ErrorDetail")
	for name, of := range schemas {
		if !strings.HasSuffix(name, "Body") { // an answer may have more fields one day; a request may not have what nobody reads
			of.AdditionalProperties = nil
		}
	}
	// Written when first asked for: a start need not wait for it.
	for path, f := range map[string]struct {
		kind  string
		write func() ([]byte, error)
	}{
		"/v1/openapi.json": {"application/openapi+json", func() ([]byte, error) { return json.Marshal(doc) }},
		"/v1/openapi.yaml": {"application/openapi+yaml", doc.YAML},
		"/v1/docs":         {"text/html; charset=utf-8", func() ([]byte, error) { return s.page(doc) }},
	} {
		content := sync.OnceValues(f.write)
		s.mux.HandleFunc("GET "+path, func(w http.ResponseWriter, _ *http.Request) {
			b, err := content()
			if err != nil {
				panic("api: the document cannot be written: " + err.Error())
			}
			give(w, http.StatusOK, f.kind, b)
		})
	}
}

var docs = template.Must(template.New("docs").Parse(`<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Iolaus /v1</title>
<h1>Iolaus /v1</h1>
<p>The whole description for programs: <a href="/v1/openapi.yaml">openapi.yaml</a>, <a href="/v1/openapi.json">openapi.json</a>. Program version: {{.Version}}.</p>
<table><thead><tr><th scope="col">Method<th scope="col">Path<th scope="col">What<th scope="col">Scope</thead><tbody>
{{range .Rows}}<tr><td>{{.Method}}<td><code>{{.Path}}</code><td>{{.Summary}}<td>{{.Scope}}
{{end}}</tbody></table></html>
`))

// page lists the operations for a person, without script or style.
func (s *server) page(doc *huma.OpenAPI) ([]byte, error) {
	type row struct{ Method, Path, Summary, Scope string }
	var rows []row
	for path, item := range doc.Paths {
		for _, op := range []*huma.Operation{item.Get, item.Post} {
			if op != nil {
				rows = append(rows, row{op.Method, path, op.Summary, s.routes[op.Method+" "+path].scope})
			}
		}
	}
	slices.SortFunc(rows, func(a, b row) int { return strings.Compare(a.Path+" "+a.Method, b.Path+" "+b.Method) })
	var b bytes.Buffer
	err := docs.Execute(&b, map[string]any{"Version": s.o.Version, "Rows": rows})
	return b.Bytes(), err
}
