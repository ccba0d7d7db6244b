// SPDX-License-Identifier: EUPL-1.2

package deliver

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/mail"
	"strings"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"iolaus/internal/iru"
	"iolaus/internal/legal"
)

//go:embed schema/xarf-4.2-infrastructure.json
var xarfSchema []byte

// XARFVersion is the version of the format that is written (https://xarf.org).
const XARFVersion = "4.2.0"

// What of XARF fits: abuse of infrastructure. XARF has no type for propaganda, and none is stretched to it.
const (
	XARFBotnet      = "botnet"
	XARFCompromised = "compromised_server"
)

// maxXARFEvidence is the size of one piece of evidence in bytes (XARF 4.2: 5 MB).
const maxXARFEvidence = 5 << 20

// Infrastructure is a report that a machine is abused, beside an act: not that what it serves should go.
type Infrastructure struct {
	Type        string    // XARFBotnet or XARFCompromised
	Source      string    // address or name of the machine
	Port        int       // 0: none
	At          time.Time // of the abuse
	Compromise  string    // of a compromised server: "webshell", "backdoor" and so on
	Family      string    // of malware, if known
	Description string
	Org         string // the unit
	Contact     string // its mail address
	Evidence    []Attachment
}

// XARF writes a report as XARF JSON and holds it against the schema. Key gives it its identity: the same act is the same report. An act
// about content is Forbidden: XARF has no type for it. Other errors are Invalid.
func XARF(key string, i legal.Instrument, r Infrastructure) (Attachment, error) {
	if aboutContent(i) {
		return Attachment{}, iru.Refuse(iru.Forbidden, "XARF has no type for the content that "+i.Title()+" is about", "send it as a document; XARF is for abused infrastructure only")
	}
	address, err := mail.ParseAddress(r.Contact)
	if err != nil {
		return Attachment{}, fmt.Errorf("write XARF: the contact %q is no mail address: %w", r.Contact, iru.Invalid)
	}
	who := map[string]any{"org": r.Org, "contact": address.Address, "domain": address.Address[strings.LastIndexByte(address.Address, '@')+1:]}
	doc := map[string]any{"xarf_version": XARFVersion, "report_id": named(key), "timestamp": r.At.UTC().Format(time.RFC3339), "reporter": who, "sender": who,
		"source_identifier": r.Source, "category": "infrastructure", "type": r.Type, "evidence_source": "researcher_analysis"}
	set := func(name, value string) {
		if value != "" {
			doc[name] = value
		}
	}
	set("compromise_type", r.Compromise)
	set("malware_family", r.Family)
	set("description", r.Description)
	if r.Type == XARFBotnet {
		set("compromise_evidence", r.Description)
	}
	if r.Port != 0 {
		doc["source_port"] = r.Port
	}
	var evidence []any
	for _, e := range r.Evidence {
		if len(e.Data) > maxXARFEvidence {
			return Attachment{}, fmt.Errorf("write XARF: %q has %d bytes, at most %d: %w", words(e.Name), len(e.Data), maxXARFEvidence, iru.Invalid)
		}
		sum := sha256.Sum256(e.Data)
		evidence = append(evidence, map[string]any{"content_type": e.Type, "description": e.Name, "payload": base64.StdEncoding.EncodeToString(e.Data),
			"hash": "sha256:" + hex.EncodeToString(sum[:]), "size": len(e.Data)})
	}
	if evidence != nil {
		doc["evidence"] = evidence
	}
	out, err := json.MarshalIndent(doc, "", "  ")
	if err != nil {
		return Attachment{}, fmt.Errorf("write XARF: %w: %w", iru.Internal, err)
	}
	if err := CheckXARF(out); err != nil {
		return Attachment{}, err
	}
	return Attachment{Name: "xarf.json", Type: "application/json", Data: append(out, '\n')}, nil
}

// aboutContent reports whether an instrument asks for content to go, or is a step in a case about content.
func aboutContent(i legal.Instrument) bool { return i != "" }

// CheckXARF holds JSON against the schema of what we write. Errors are Invalid.
func CheckXARF(text []byte) error {
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(xarfSchema))
	if err != nil {
		return fmt.Errorf("read schema of XARF: %w: %w", iru.Internal, err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("xarf.json", doc); err != nil {
		return fmt.Errorf("read schema of XARF: %w: %w", iru.Internal, err)
	}
	s, err := c.Compile("xarf.json")
	if err != nil {
		return fmt.Errorf("read schema of XARF: %w: %w", iru.Internal, err)
	}
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return fmt.Errorf("check XARF: %v: %w", err, iru.Invalid)
	}
	if err := s.Validate(v); err != nil {
		return fmt.Errorf("check XARF: %v: %w", err, iru.Invalid)
	}
	return nil
}

// named makes an identifier of a key (RFC 9562, version 8: a digest of our own).
func named(key string) string {
	h := sha256.Sum256([]byte("iolaus xarf\x00" + key))
	b := h[:16]
	b[6], b[8] = b[6]&0x0f|0x80, b[8]&0x3f|0x80
	x := hex.EncodeToString(b)
	return x[:8] + "-" + x[8:12] + "-" + x[12:16] + "-" + x[16:20] + "-" + x[20:]
}
