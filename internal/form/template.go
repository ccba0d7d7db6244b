// SPDX-License-Identifier: EUPL-1.2

package form

import (
	"embed"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"sync"

	"iolaus/internal/legal"
)

// A kind is a template: the instrument that it is of, and the statutory form in it.
type kind struct {
	id         string
	instrument legal.Instrument
	form       string // identifier of a form of package legal; "" for our own
	needs      []string
}

// kinds are the templates. needs are facts that a draft may lack and a document that leaves should not.
var kinds = []kind{
	{"referral", legal.Referral, "", nil},
	{"notice", legal.Notice, "", []string{"notice"}},
	{"trusted_flagger", legal.Notice, "", []string{"notice", "flagger"}},
	{"removal_order", legal.RemovalOrder, legal.FormRemovalOrder, []string{"limbs", "representative", "redress", "establishment"}},
	{"order_to_act", legal.OrderToAct, "", []string{"order", "redress"}},
	{"epoc", legal.ProductionOrder, legal.FormEPOC, []string{"certificate"}},
	{"epoc_pr", legal.PreservationOrder, legal.FormEPOCPR, []string{"certificate"}},
	{"registrar_report", legal.RegistrarReport, "", []string{"names"}},
	{"registration_data", legal.RegistrationDataRequest, "", []string{"names"}},
	{"store_report", legal.StoreReport, "", nil},
	{"court_order", legal.CourtOrder, "", []string{"redress"}},
	{"threat_to_life", "", "", []string{"threat"}},
}

// Templates lists the templates.
func Templates() []string {
	var list []string
	for _, k := range kinds {
		list = append(list, k.id)
	}
	return list
}

func kindOf(id string) (kind, bool) {
	for _, k := range kinds {
		if k.id == id {
			return k, true
		}
	}
	return kind{}, false
}

// words are the words of one language. Each was written by us, where it is not marked otherwise; none was compared with an official
// text.
type words struct {
	Lang    string            `json:"lang"`
	Version string            `json:"version"`
	Marks   map[string]string `json:"marks"` // how parts were checked, as package legal marks it
	Titles  map[string]string `json:"titles"`
	Leads   map[string]string `json:"leads"`
	Heads   map[string]string `json:"heads"`
	Labels  map[string]string `json:"labels"`
	Say     map[string]string `json:"say"`
	Kinds   map[string]string `json:"kinds"`
	Asks    map[string]string `json:"asks"`
	Limits  map[string]string `json:"limits"`
	Limbs   map[string]string `json:"limbs"`
	Forms   map[string]struct {
		Title    string            `json:"title"`
		Preamble []string          `json:"preamble"`
		Sections map[string]string `json:"sections"`
		Fields   map[string]string `json:"fields"`
		Values   map[string]string `json:"values"`
	} `json:"forms"`
}

//go:embed templates/*.json
var templateFiles embed.FS

var languages = sync.OnceValue(func() map[string]words {
	files, err := templateFiles.ReadDir("templates")
	if err != nil {
		panic("form: the templates, which are built in, are missing: " + err.Error())
	}
	all := map[string]words{}
	for _, f := range files {
		text, err := templateFiles.ReadFile("templates/" + f.Name())
		var w words
		if err == nil {
			err = json.Unmarshal(text, &w)
		}
		if err != nil {
			panic("form: templates/" + f.Name() + ", which is built in, is damaged: " + err.Error())
		}
		all[w.Lang] = w
	}
	return all
})

// Languages are those in which the fixed words of a document can be, English first.
func Languages() []string {
	list := slices.Sorted(maps.Keys(languages()))
	return append([]string{"en"}, slices.DeleteFunc(list, func(l string) bool { return l == "en" })...)
}

// TemplateFor gives the template of an act in its current version: in the language asked for, or in English where its words are not
// there in that language.
func TemplateFor(id, lang string) Template {
	k, _ := kindOf(id)
	w, ok := languages()[lang]
	if !ok || k.form != "" && lang != "en" && w.Forms[k.form].Title == "" {
		w = languages()["en"]
	}
	return Template{ID: id, Version: version(k, w), Lang: w.Lang}
}

// version of a template: that of its words, and that of the statutory form in it.
func version(k kind, w words) string {
	if f, ok := statutory(k.form); ok {
		return w.Version + "/" + f.Version
	}
	return w.Version
}

func statutory(id string) (legal.Form, bool) {
	if id == "" {
		return legal.Form{}, false
	}
	f, ok := forms()[id]
	return f, ok
}

var forms = sync.OnceValue(func() map[string]legal.Form {
	all := map[string]legal.Form{}
	for _, f := range legal.EU().Forms {
		all[f.ID] = f
	}
	return all
})

// TemplateOf is the template for an instrument. A notice of an awarded flagger has its own.
func TemplateOf(i legal.Instrument, flagger bool) string {
	for _, k := range kinds {
		if k.instrument == i && (i != legal.Notice || (k.id == "trusted_flagger") == flagger) {
			return k.id
		}
	}
	return ""
}

// of gives one of the words, or what is asked for where the language does not have it.
func of(m map[string]string, key string) string {
	if w, ok := m[key]; ok {
		return w
	}
	return strings.ReplaceAll(key, "_", " ")
}
