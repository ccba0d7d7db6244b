// SPDX-License-Identifier: EUPL-1.2

package iru

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// MapFormat names the JSON of a map (docs/processes/map.md).
const MapFormat = "iolaus-map/1"

type fileNode struct {
	ID           string `json:"id"`
	Kind         string `json:"kind"`
	Name         string `json:"name"`
	Label        string `json:"label"`
	Address      string `json:"address,omitempty"`
	AssetKind    string `json:"asset_kind,omitempty"`
	State        string `json:"state,omitempty"`
	Presence     string `json:"presence,omitempty"`
	Jurisdiction string `json:"jurisdiction,omitempty"`
}

type fileEdge struct {
	From       string   `json:"from"`
	To         string   `json:"to"`
	Rel        string   `json:"rel"`
	Sources    []string `json:"sources"`
	First      string   `json:"first"`
	Last       string   `json:"last"`
	Ended      string   `json:"ended,omitempty"`
	Confidence float64  `json:"confidence"`
	Presumed   bool     `json:"presumed"`
	Suggested  bool     `json:"suggested"`
}

type fileShare struct {
	Node   string  `json:"node"`
	Name   string  `json:"name"`
	Part   float64 `json:"part"`
	Assets int     `json:"assets"`
}

type fileConcentration struct {
	Kind    string      `json:"kind"`
	HHI     float64     `json:"hhi"`
	Known   int         `json:"known"`
	Of      int         `json:"of"`
	Sources []string    `json:"sources"`
	Shares  []fileShare `json:"shares"`
}

type mapFile struct {
	Format        string              `json:"format"`
	Outlet        string              `json:"outlet"`
	Handling      Handling            `json:"handling"`
	At            string              `json:"at"`
	Nodes         []fileNode          `json:"nodes"`
	Edges         []fileEdge          `json:"edges"`
	Concentration []fileConcentration `json:"concentration"`
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}

func (m Map) file() mapFile {
	f := mapFile{Format: MapFormat, Outlet: m.Outlet.Name, Handling: m.Outlet.Handling, At: stamp(m.At), Nodes: []fileNode{}, Edges: []fileEdge{}, Concentration: []fileConcentration{}}
	id := map[Node]string{}
	for _, n := range m.Nodes {
		id[n.Node] = n.ID
		f.Nodes = append(f.Nodes, fileNode{n.ID, string(n.Kind), n.Name, n.Label, n.Address, string(n.AssetKind), string(n.AssetState), string(n.Presence), n.Jurisdiction})
	}
	for i, ts := range [][]Tie{m.Ties, m.Suggested} {
		for _, t := range ts {
			f.Edges = append(f.Edges, fileEdge{id[t.From], id[t.To], t.Rel, t.Sources, stamp(t.First), stamp(t.Last), stamp(t.Ended), t.Confidence, t.Presumed, i == 1})
		}
	}
	for _, c := range m.Concentration {
		x := fileConcentration{Kind: string(c.Kind), HHI: c.HHI, Known: c.Known, Of: c.Of, Sources: append([]string{}, c.Sources...), Shares: []fileShare{}}
		for _, s := range c.Shares {
			x.Shares = append(x.Shares, fileShare{id[s.Node], s.Node.Name, s.Part, len(s.Assets)})
		}
		f.Concentration = append(f.Concentration, x)
	}
	return f
}

// JSON is the map as a file: nodes, edges, concentration. Times are RFC 3339, UTC; parts and indices from 0 to 1.
func (m Map) JSON() ([]byte, error) {
	b, err := json.MarshalIndent(m.file(), "", "  ")
	if err != nil {
		return nil, fmt.Errorf("write map: %w: %w", Internal, err)
	}
	return append(b, '\n'), nil
}

type graphKey struct {
	ID   string `xml:"id,attr"`
	For  string `xml:"for,attr"`
	Name string `xml:"attr.name,attr"`
	Type string `xml:"attr.type,attr"`
}

type graphData struct {
	Key   string `xml:"key,attr"`
	Value string `xml:",chardata"`
}

type graphNode struct {
	ID   string      `xml:"id,attr"`
	Data []graphData `xml:"data"`
}

type graphEdge struct {
	ID     string      `xml:"id,attr"`
	Source string      `xml:"source,attr"`
	Target string      `xml:"target,attr"`
	Data   []graphData `xml:"data"`
}

type graphML struct {
	XMLName  xml.Name   `xml:"http://graphml.graphdrawing.org/xmlns graphml"`
	XSI      string     `xml:"xmlns:xsi,attr"`
	Location string     `xml:"xsi:schemaLocation,attr"`
	Keys     []graphKey `xml:"key"`
	Graph    struct {
		ID      string      `xml:"id,attr"`
		Default string      `xml:"edgedefault,attr"`
		Data    []graphData `xml:"data"`
		Nodes   []graphNode `xml:"node"`
		Edges   []graphEdge `xml:"edge"`
	} `xml:"graph"`
}

// graphKeys are the attributes of a GraphML map, in the order in which data stand; what is empty is left out.
var graphKeys = []graphKey{
	{"g_outlet", "graph", "outlet", "string"}, {"g_handling", "graph", "handling", "string"}, {"g_at", "graph", "at", "string"},
	{"n_kind", "node", "kind", "string"}, {"n_name", "node", "name", "string"}, {"n_label", "node", "label", "string"}, {"n_address", "node", "address", "string"},
	{"n_asset", "node", "asset_kind", "string"}, {"n_state", "node", "state", "string"}, {"n_presence", "node", "presence", "string"}, {"n_jurisdiction", "node", "jurisdiction", "string"},
	{"e_rel", "edge", "rel", "string"}, {"e_sources", "edge", "sources", "string"}, {"e_first", "edge", "first", "string"}, {"e_last", "edge", "last", "string"},
	{"e_ended", "edge", "ended", "string"}, {"e_confidence", "edge", "confidence", "double"}, {"e_presumed", "edge", "presumed", "boolean"}, {"e_suggested", "edge", "suggested", "boolean"},
}

// GraphML is the map as GraphML 1.0 (http://graphml.graphdrawing.org/xmlns/1.0/graphml.xsd), for programs that lay out and measure graphs.
func (m Map) GraphML() ([]byte, error) {
	f := m.file()
	g := graphML{XSI: "http://www.w3.org/2001/XMLSchema-instance", Location: "http://graphml.graphdrawing.org/xmlns http://graphml.graphdrawing.org/xmlns/1.0/graphml.xsd", Keys: graphKeys}
	g.Graph.ID, g.Graph.Default = "map", "directed"
	data := func(pairs ...string) (out []graphData) {
		for pair := range slices.Chunk(pairs, 2) {
			if pair[1] != "" {
				out = append(out, graphData{pair[0], pair[1]})
			}
		}
		return out
	}
	g.Graph.Data = data("g_outlet", f.Outlet, "g_handling", f.Handling.String(), "g_at", f.At)
	for _, n := range f.Nodes {
		g.Graph.Nodes = append(g.Graph.Nodes, graphNode{n.ID, data("n_kind", n.Kind, "n_name", n.Name, "n_label", n.Label, "n_address", n.Address, "n_asset", n.AssetKind,
			"n_state", n.State, "n_presence", n.Presence, "n_jurisdiction", n.Jurisdiction)})
	}
	for n, e := range f.Edges {
		g.Graph.Edges = append(g.Graph.Edges, graphEdge{fmt.Sprintf("e%d", n), e.From, e.To, data("e_rel", e.Rel, "e_sources", strings.Join(e.Sources, "; "), "e_first", e.First, "e_last", e.Last,
			"e_ended", e.Ended, "e_confidence", strconv.FormatFloat(e.Confidence, 'g', -1, 64), "e_presumed", strconv.FormatBool(e.Presumed), "e_suggested", strconv.FormatBool(e.Suggested))})
	}
	var b bytes.Buffer
	b.WriteString(xml.Header)
	enc := xml.NewEncoder(&b)
	enc.Indent("", " ")
	if err := enc.Encode(g); err != nil {
		return nil, fmt.Errorf("write map: %w: %w", Internal, err)
	}
	b.WriteByte('\n')
	return b.Bytes(), nil
}
