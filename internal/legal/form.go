// SPDX-License-Identifier: EUPL-1.2

package legal

import (
	_ "embed"
	"encoding/json"
	"strconv"
)

// Identifiers of the statutory forms.
const (
	FormRemovalOrder  = "tco-annex-1"
	FormFeedback      = "tco-annex-2"
	FormImpossibility = "tco-annex-3"
	FormEPOC          = "epoc"              // sections A to L: what the addressee gets
	FormEPOCSecret    = "epoc-confidential" // section M: the enforcing authority only
	FormEPOCPR        = "epoc-pr"
)

// A Form is a statutory template: its fields in their official order, with the official labels.
type Form struct {
	ID       string
	Version  string // of the template: every act stores the version it was made with
	Act      string
	Title    string
	Preamble []string
	Sections []Section
	Mark     Mark // of the part that was checked least
}

// A Section is one lettered part of a form.
type Section struct {
	ID     string // "A"
	Title  string // may be empty
	Fields []Field
}

// A FieldType says how a field is filled in.
type FieldType string

// The types of fields.
const (
	TypeNote     FieldType = "note" // printed, nothing to fill in
	TypeText     FieldType = "text"
	TypeTexts    FieldType = "text[]"
	TypeBool     FieldType = "bool" // a box to tick
	TypeEnum     FieldType = "enum"
	TypeDate     FieldType = "date"
	TypeDateTime FieldType = "datetime+tz"
	TypeCountry  FieldType = "iso3166"
	TypeURL      FieldType = "url"
)

// A Field is one entry of a form.
type Field struct {
	Key      string // unique within its form
	Label    string
	Type     FieldType
	Min      int      // least number of entries of a list
	Values   []string // of an enumeration
	Footnote string
	Mark     Mark // of the label
}

//go:embed forms/tco_annexes.json
var tcoAnnexes []byte

// tcoVersion is the version of the templates in forms/tco_annexes.json: the date of their publication.
const tcoVersion = "2021-05-17"

//go:embed forms/e_evidence.json
var eEvidence []byte

// evidenceVersion is that of the templates in forms/e_evidence.json: the consolidated text with the corrigendum of that day.
const evidenceVersion = "2026-07-13"

type rawForm struct {
	Title    string   `json:"title"`
	Preamble []string `json:"preamble"`
	Sections []struct {
		ID     string     `json:"id"`
		Title  string     `json:"title"`
		Fields []rawField `json:"fields"`
	} `json:"sections"`
}

// A rawField is an object, or a label alone.
type rawField struct {
	Key      string    `json:"k"`
	Label    string    `json:"label"`
	Type     FieldType `json:"type"`
	Min      int       `json:"min"`
	Values   []string  `json:"values"`
	Footnote string    `json:"footnote"`
}

func (f *rawField) UnmarshalJSON(text []byte) error {
	if len(text) > 0 && text[0] == '"' {
		return json.Unmarshal(text, &f.Label)
	}
	type plain rawField
	return json.Unmarshal(text, (*plain)(f))
}

func forms() []Form {
	var file struct {
		Act      string  `json:"act"`
		AnnexI   rawForm `json:"annex_I"`
		AnnexII  rawForm `json:"annex_II"`
		AnnexIII rawForm `json:"annex_III"`
	}
	if err := json.Unmarshal(tcoAnnexes, &file); err != nil {
		panic("legal: forms/tco_annexes.json, which is built in, is damaged: " + err.Error())
	}
	var evidence struct {
		Act    string  `json:"act"`
		EPOC   rawForm `json:"epoc"`
		Secret rawForm `json:"epoc_confidential"`
		EPOCPR rawForm `json:"epoc_pr"`
	}
	if err := json.Unmarshal(eEvidence, &evidence); err != nil {
		panic("legal: forms/e_evidence.json, which is built in, is damaged: " + err.Error())
	}
	return []Form{
		file.AnnexI.form(FormRemovalOrder, file.Act, tcoVersion, Memory),
		file.AnnexII.form(FormFeedback, file.Act, tcoVersion, Memory),
		file.AnnexIII.form(FormImpossibility, file.Act, tcoVersion, Memory),
		evidence.EPOC.form(FormEPOC, evidence.Act, evidenceVersion, Verified),
		evidence.Secret.form(FormEPOCSecret, evidence.Act, evidenceVersion, Verified),
		evidence.EPOCPR.form(FormEPOCPR, evidence.Act, evidenceVersion, Verified),
	}
}

func (raw rawForm) form(id, act, version string, mark Mark) Form {
	form := Form{ID: id, Version: version, Act: act, Title: raw.Title, Preamble: raw.Preamble, Mark: mark}
	for _, s := range raw.Sections {
		section := Section{ID: s.ID, Title: s.Title}
		for n, f := range s.Fields {
			field := Field{Key: f.Key, Label: f.Label, Type: f.Type, Min: f.Min, Values: f.Values, Footnote: f.Footnote, Mark: mark}
			if field.Key == "" {
				field.Key = s.ID + strconv.Itoa(n+1)
			}
			if field.Type == "" {
				field.Type = TypeText
			}
			if id == FormRemovalOrder && verified(s.ID, field.Key) {
				field.Mark = Verified
			}
			section.Fields = append(section.Fields, field)
		}
		form.Sections = append(form.Sections, section)
	}
	return form
}

// verified reports which labels of the removal order were compared with the adopted annexes: section A and the start of B.
func verified(section, key string) bool {
	return section == "A" || section == "B" && (key == "url" || key == "reasons_intro")
}

// Fields returns every field of the form in order.
func (f Form) Fields() []Field {
	var all []Field
	for _, s := range f.Sections {
		all = append(all, s.Fields...)
	}
	return all
}
