// SPDX-License-Identifier: EUPL-1.2

package exhibit

import (
	"crypto/sha1"
	"crypto/sha256"
	"fmt"
	"strings"
	"time"
)

const caseBytes = 64 << 20

// caseContext says what the prefixes of the graph mean (CASE 1.4.0 and UCO 1.4.0, caseontology.org).
var caseContext = map[string]string{
	"case-investigation": "https://ontology.caseontology.org/case/investigation/",
	"uco-action":         "https://ontology.unifiedcyberontology.org/uco/action/",
	"uco-core":           "https://ontology.unifiedcyberontology.org/uco/core/",
	"uco-identity":       "https://ontology.unifiedcyberontology.org/uco/identity/",
	"uco-location":       "https://ontology.unifiedcyberontology.org/uco/location/",
	"uco-observable":     "https://ontology.unifiedcyberontology.org/uco/observable/",
	"uco-tool":           "https://ontology.unifiedcyberontology.org/uco/tool/",
	"uco-types":          "https://ontology.unifiedcyberontology.org/uco/types/",
	"xsd":                "http://www.w3.org/2001/XMLSchema#",
}

// node is one object of a graph.
type node map[string]any

// graph builds the nodes; those that are named again are the same.
type graph struct {
	manifest string
	named    naming
	nodes    []node
	made     map[string]bool
}

// A naming makes the UUID of a node from its words.
type naming func(words string) [16]byte

// caseSpace is the namespace of the nodes' names: a UUID drawn once.
var caseSpace = [16]byte{0xa2, 0x03, 0x57, 0x08, 0x2a, 0x24, 0x42, 0x48, 0xb5, 0xca, 0xc2, 0x79, 0x31, 0x75, 0x48, 0x07}

// nameFive is version 5 of RFC 9562. The shapes of UCO advise versions 0 to 5 and say so of every other. Nothing rests on its SHA-1:
// whoever checks a bundle makes the graph again.
func nameFive(words string) (u [16]byte) {
	sum := sha1.Sum(append(caseSpace[:], words...))
	copy(u[:], sum[:])
	u[6], u[8] = u[6]&0x0f|0x50, u[8]&0x3f|0x80
	return u
}

// nameEight is version 8, 16 bytes of a SHA-256, as bundles have it that were made before 30 November 2026.
func nameEight(words string) (u [16]byte) {
	sum := sha256.Sum256([]byte(words))
	copy(u[:], sum[:])
	u[6], u[8] = u[6]&0x0f|0x80, u[8]&0x3f|0x80
	return u
}

// id is a UUID that follows from the manifest and from what the node is.
func (g *graph) id(kind, name string) string {
	u := g.named("iolaus/case/v1\n" + g.manifest + "\n" + kind + "\n" + name)
	return fmt.Sprintf("urn:uuid:%x-%x-%x-%x-%x", u[0:4], u[4:6], u[6:8], u[8:10], u[10:16])
}

// add makes a node once, and returns a reference to it.
func (g *graph) add(kind, name string, n node) node {
	id := g.id(kind, name)
	if !g.made[id] {
		g.made[id] = true
		n["@id"], n["@type"] = id, kind
		g.nodes = append(g.nodes, n)
	}
	return node{"@id": id}
}

func (g *graph) facet(kind, name string, n node) node {
	n["@id"], n["@type"] = g.id(kind, name), kind
	return n
}

func instantValue(at time.Time) node {
	return node{"@type": "xsd:dateTime", "@value": at.Truncate(time.Microsecond).Format(time.RFC3339Nano)}
}

// caseGraph is case.jsonld: what the manifest and the chain of custody say, in the words of CASE. It follows from them alone, so
// that whoever checks a bundle can make it again.
func caseGraph(m Manifest, manifest []byte, entries []Entry, names naming) ([]byte, error) {
	g := &graph{manifest: hexSum(manifest), named: names, made: map[string]bool{}}
	address := g.add("uco-observable:URL", m.Address, node{"uco-core:hasFacet": []node{
		g.facet("uco-observable:URLFacet", m.Address, node{"uco-observable:fullValue": m.Address})}})
	files := []node{g.file(File{"manifest.json", "manifest", g.manifest, int64(len(manifest))}, manifestPath)}
	for _, f := range m.Files {
		files = append(files, g.file(f, f.path()))
	}
	var all, authorities []node
	var before node
	named := map[string]bool{}
	for _, e := range entries {
		action, record := g.handling(e, address, files, before)
		all = append(all, action, record)
		if a := g.add("case-investigation:Authorization", e.Authority, node{"case-investigation:authorizationIdentifier": e.Authority}); !named[e.Authority] {
			named[e.Authority] = true
			authorities = append(authorities, a)
		}
		before = action
	}
	g.add("case-investigation:Investigation", entries[0].Exhibit, node{
		"uco-core:name":                            "Exhibit " + entries[0].Exhibit,
		"case-investigation:focus":                 m.Address,
		"case-investigation:relevantAuthorization": authorities,
		"uco-core:object":                          all,
	})
	b, err := canonical(map[string]any{"@context": caseContext, "@graph": g.nodes}, caseBytes)
	if err != nil {
		return nil, fmt.Errorf("write CASE: %w", err)
	}
	return append(b, '\n'), nil
}

// handling is one custody entry: the action, and the record of provenance that it left.
func (g *graph) handling(e Entry, address node, files []node, before node) (action, record node) {
	n := fmt.Sprint(e.N)
	record = g.add("case-investigation:ProvenanceRecord", n, node{
		"uco-core:name":                        fmt.Sprintf("Exhibit %s after handling %d", e.Exhibit, e.N),
		"case-investigation:exhibitNumber":     e.Exhibit,
		"case-investigation:rootExhibitNumber": e.Exhibit,
		"uco-core:object":                      files,
	})
	a := node{
		"uco-core:name":         fmt.Sprintf("Handling %d of exhibit %s", e.N, e.Exhibit),
		"uco-core:description":  []string{e.What, "Purpose: " + e.Why, "Authority: " + e.Authority},
		"uco-action:startTime":  instantValue(e.At),
		"uco-action:performer":  g.add("uco-identity:Identity", e.Who, node{"uco-core:name": e.Who}),
		"uco-action:instrument": g.add("uco-tool:Tool", e.Tool.Name+"\n"+e.Tool.Version, node{"uco-core:name": e.Tool.Name, "uco-tool:version": e.Tool.Version}),
		"uco-action:location":   g.add("uco-location:Location", e.Where, node{"uco-core:name": e.Where}),
		"uco-action:object":     files,
		"uco-action:result":     []node{record},
	}
	if before == nil {
		a["uco-action:object"], a["uco-action:result"] = []node{address}, append([]node{record}, files...)
	} else {
		a["case-investigation:wasInformedBy"] = before
	}
	return g.add("case-investigation:InvestigativeAction", n, a), record
}

func (g *graph) file(f File, path string) node {
	name := f.Name[strings.LastIndexByte(f.Name, '/')+1:]
	return g.add("uco-observable:File", path, node{"uco-core:hasFacet": []node{
		g.facet("uco-observable:FileFacet", path, node{"uco-observable:fileName": name, "uco-observable:filePath": path, "uco-observable:sizeInBytes": f.Size}),
		g.facet("uco-observable:ContentDataFacet", path, node{
			"uco-observable:mimeType":    f.mime(),
			"uco-observable:sizeInBytes": f.Size,
			"uco-observable:hash": []node{g.facet("uco-types:Hash", path, node{
				"uco-types:hashMethod": "SHA256",
				"uco-types:hashValue":  node{"@type": "xsd:hexBinary", "@value": strings.ToUpper(f.SHA256)},
			})},
		}),
	}})
}

// mime is the media type of a kind of file.
func (f File) mime() string {
	switch f.Kind {
	case "warc":
		return "application/warc"
	case "screenshot":
		return "image/png"
	case "pdf":
		return "application/pdf"
	case "mhtml":
		return "multipart/related"
	case "dom":
		return "text/html"
	case "text":
		return "text/plain"
	case "dns", "tls", "rdap", "manifest":
		return "application/json"
	}
	return "application/octet-stream"
}
