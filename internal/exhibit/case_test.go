// SPDX-License-Identifier: EUPL-1.2

package exhibit

import (
	"encoding/hex"
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"
)

// caseTerms are the terms that a graph may use, as the ontologies define them: a class, or a property with what its values are
// ("=" one at most). Source: CASE 1.4.0, ontology/investigation/investigation.ttl; UCO 1.4.0, ontology/uco/*/*.ttl (their SHACL
// shapes; github.com/casework/CASE and github.com/ucoProject/UCO, tags 1.4.0).
var caseTerms = map[string]string{
	// investigation.ttl
	"case-investigation:Authorization":           "class",
	"case-investigation:Investigation":           "class",
	"case-investigation:InvestigativeAction":     "class",
	"case-investigation:ProvenanceRecord":        "class",
	"case-investigation:authorizationIdentifier": "text",
	"case-investigation:exhibitNumber":           "=text",
	"case-investigation:focus":                   "text",
	"case-investigation:relevantAuthorization":   "case-investigation:Authorization",
	"case-investigation:rootExhibitNumber":       "text",
	"case-investigation:wasInformedBy":           "case-investigation:InvestigativeAction",
	// action.ttl
	"uco-action:instrument": "any",
	"uco-action:location":   "uco-location:Location",
	"uco-action:object":     "any",
	"uco-action:performer":  "=any",
	"uco-action:result":     "any",
	"uco-action:startTime":  "=xsd:dateTime",
	// core.ttl
	"uco-core:description": "text",
	"uco-core:hasFacet":    "any",
	"uco-core:name":        "=text",
	"uco-core:object":      "any",
	// identity.ttl, location.ttl, tool.ttl
	"uco-identity:Identity": "class",
	"uco-location:Location": "class",
	"uco-tool:Tool":         "class",
	"uco-tool:version":      "=text",
	// observable.ttl
	"uco-observable:ContentDataFacet": "class",
	"uco-observable:File":             "class", // an ObservableObject
	"uco-observable:FileFacet":        "class",
	"uco-observable:URL":              "class", // an ObservableObject
	"uco-observable:URLFacet":         "class",
	"uco-observable:fileName":         "text",
	"uco-observable:filePath":         "text",
	"uco-observable:fullValue":        "=text",
	"uco-observable:hash":             "uco-types:Hash",
	"uco-observable:mimeType":         "text",
	"uco-observable:sizeInBytes":      "=integer",
	// types.ttl, vocabulary.ttl (HashNameVocab)
	"uco-types:Hash":       "class",
	"uco-types:hashMethod": "=SHA256",
	"uco-types:hashValue":  "=xsd:hexBinary",
}

// graphCheck walks a graph and holds it against the terms.
type graphCheck struct {
	t     *testing.T
	types map[string]string // by identifier
	refs  map[string]string // identifier: class that it must be
}

var uuidName = regexp.MustCompile(`^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)

func (g graphCheck) node(n map[string]any) {
	id, _ := n["@id"].(string)
	if !uuidName.MatchString(id) {
		g.t.Errorf("identifier %q", id)
	}
	kind, ok := n["@type"].(string)
	if !ok || caseTerms[kind] != "class" {
		g.t.Errorf("%s is of the type %q", id, kind)
	}
	if _, twice := g.types[id]; twice {
		g.t.Errorf("%s is described twice", id)
	}
	g.types[id] = kind
	for name, value := range n {
		if name[0] == '@' {
			continue
		}
		want, known := caseTerms[name]
		if !known || want == "class" {
			g.t.Errorf("%s: no property %q", id, name)
			continue
		}
		values, many := value.([]any)
		if !many {
			values = []any{value}
		}
		want, single := strings.CutPrefix(want, "=")
		if single && len(values) != 1 || len(values) == 0 {
			g.t.Errorf("%s: %d values of %s", id, len(values), name)
		}
		for _, v := range values {
			g.value(id, name, want, v)
		}
	}
}

func (g graphCheck) value(id, name, want string, v any) {
	bad := func() { g.t.Errorf("%s: %s is %v, want %s", id, name, v, want) }
	object, isObject := v.(map[string]any)
	text, isText := v.(string)
	number, isNumber := v.(float64)
	switch want {
	case "text":
		if !isText || text == "" {
			bad()
		}
	case "SHA256":
		if text != want {
			bad()
		}
	case "integer":
		if !isNumber || number != float64(int64(number)) {
			bad()
		}
	case "xsd:dateTime", "xsd:hexBinary":
		literal, _ := object["@value"].(string)
		_, timeErr := time.Parse(time.RFC3339Nano, literal)
		_, hexErr := hex.DecodeString(literal)
		if object["@type"] != want || len(object) != 2 || want == "xsd:dateTime" && timeErr != nil || want == "xsd:hexBinary" && hexErr != nil {
			bad()
		}
	default:
		ref, _ := object["@id"].(string)
		switch {
		case !isObject || ref == "":
			bad()
		case len(object) > 1:
			g.node(object)
		}
		if want != "any" {
			g.refs[ref] = want
		} else if _, due := g.refs[ref]; !due {
			g.refs[ref] = ""
		}
	}
}

func TestCaseGraph(t *testing.T) {
	t.Parallel()
	c := newCourt(t)
	raw := contents(t, c.pack(t))[casePath]
	var doc struct {
		Context map[string]string `json:"@context"`
		Graph   []map[string]any  `json:"@graph"`
	}
	if err := json.Unmarshal(raw, &doc); err != nil {
		t.Fatal(err)
	}
	for prefix, address := range doc.Context {
		known := strings.HasPrefix(address, "https://ontology.caseontology.org/case/") && strings.HasPrefix(prefix, "case-") ||
			strings.HasPrefix(address, "https://ontology.unifiedcyberontology.org/uco/") && strings.HasPrefix(prefix, "uco-")
		if !known && prefix != "xsd" {
			t.Errorf("prefix %s is %s", prefix, address)
		}
	}
	g := graphCheck{t, map[string]string{}, map[string]string{}}
	kinds := map[string][]map[string]any{}
	for _, n := range doc.Graph {
		g.node(n)
		kinds[n["@type"].(string)] = append(kinds[n["@type"].(string)], n)
	}
	for id, want := range g.refs {
		if got, there := g.types[id]; !there || want != "" && got != want {
			t.Errorf("%s is referred to as %q, and is %q", id, want, got)
		}
	}
	for kind, n := range map[string]int{"case-investigation:Investigation": 1, "case-investigation:InvestigativeAction": 3, "case-investigation:ProvenanceRecord": 3,
		"case-investigation:Authorization": 1, "uco-observable:File": 4, "uco-observable:URL": 1, "uco-identity:Identity": 3, "uco-tool:Tool": 1, "uco-location:Location": 1} {
		if len(kinds[kind]) != n {
			t.Errorf("%d of %s, want %d", len(kinds[kind]), kind, n)
		}
	}
	for _, a := range kinds["case-investigation:InvestigativeAction"] {
		for _, part := range []string{"performer", "instrument", "object", "result", "location", "startTime"} {
			if a["uco-action:"+part] == nil {
				t.Errorf("%v has no %s", a["uco-core:name"], part)
			}
		}
	}
	for _, r := range kinds["case-investigation:ProvenanceRecord"] {
		if r["case-investigation:exhibitNumber"] != "2026-0042/1" {
			t.Errorf("exhibit number %v", r["case-investigation:exhibitNumber"])
		}
	}
	if !strings.Contains(string(raw), `"2026-03-14T12:00:00.123456+01:00"`) {
		t.Error("the offset of the place is lost")
	}
}

// The name as Python's uuid.uuid5 makes it of the namespace and the words.
func TestNodeName(t *testing.T) {
	g := graph{manifest: "x", named: nameFive}
	if got := g.id("uco-observable:URL", "https://tram.test/"); got != "urn:uuid:cfa18399-e4bb-5509-be3d-72664b055a77" {
		t.Error(got)
	}
}

// The form is fixed: whoever checks a bundle makes the graph again.
func TestCaseGolden(t *testing.T) {
	t.Parallel()
	raw, err := sample().Encode()
	if err != nil {
		t.Fatal(err)
	}
	entries, err := CheckChain(chain(t, hexSum(raw), 2), hexSum(raw))
	if err != nil {
		t.Fatal(err)
	}
	got, err := caseGraph(mustManifest(t, raw), raw, entries, nameFive)
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile("testdata/case.jsonld")
	if err != nil || string(got) != string(want) {
		t.Errorf("%v: the graph is %s", err, got)
	}
}
