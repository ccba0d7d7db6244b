// SPDX-License-Identifier: EUPL-1.2

package form

import (
	"encoding/hex"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/language"

	"iolaus/internal/legal"
)

var (
	country = regexp.MustCompile(`^\pL[\pL .'-]{1,59}$`)
	letter  = regexp.MustCompile(`^[a-e]$`)
)

// Check refuses a record that says nothing clear, or what must not be said. Errors wrap ErrAct and name the first fault.
func (a Act) Check() error {
	if a.Schema != Schema {
		return fault("/schema", fmt.Sprintf("it is %q", clip(a.Schema)), "this program reads "+Schema)
	}
	if err := texts(reflect.ValueOf(a), "", checkText); err != nil {
		return err
	}
	for _, check := range []func() error{a.checkTemplate, a.checkPeople, a.checkTargets, a.checkWords, a.checkParts, a.checkHandling} {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

func (a Act) checkTemplate() error {
	k, ok := kindOf(a.Template.ID)
	if !ok {
		return fault("/template/id", fmt.Sprintf("there is no template %q", clip(a.Template.ID)), "they are "+strings.Join(Templates(), ", "))
	}
	w, ok := languages()[a.Template.Lang]
	if !ok {
		return fault("/template/lang", fmt.Sprintf("there are no templates in %q", clip(a.Template.Lang)), "they are in "+strings.Join(Languages(), ", "))
	}
	if have := TemplateFor(k.id, a.Template.Lang); have.Lang != a.Template.Lang {
		return fault("/template/lang", fmt.Sprintf("the template %s is not there in %s", k.id, a.Template.Lang), "write it in "+have.Lang)
	}
	if v := version(k, w); a.Template.Version != v {
		return fault("/template/version", fmt.Sprintf("version %q of the template %s is not known", clip(a.Template.Version), k.id), "this program writes version "+v)
	}
	if a.Instrument != string(k.instrument) {
		return fault("/instrument", fmt.Sprintf("%q is not the instrument of the template %s", clip(a.Instrument), k.id), fmt.Sprintf("it is %q", k.instrument))
	}
	if _, err := language.Parse(a.Lang); err != nil {
		return fault("/lang", fmt.Sprintf("%q is no language", clip(a.Lang)), "write it as a BCP 47 tag, such as en")
	}
	return nil
}

func (a Act) checkPeople() error {
	for _, f := range []struct{ where, value string }{{"/ref", a.Ref}, {"/issuer/name", a.Issuer.Name}, {"/addressee/name", a.Addressee.Name}} {
		if strings.TrimSpace(f.value) == "" {
			return fault(f.where, "it is missing", "write it")
		}
	}
	if len(a.Ref) > 200 {
		return fault("/ref", "it is longer than 200 bytes", "shorten it")
	}
	if !country.MatchString(a.Issuer.Country) {
		return fault("/issuer/country", fmt.Sprintf("%q is no country", clip(a.Issuer.Country)), "write its code in ISO 3166, such as DE, or its name")
	}
	if e := a.Addressee.Establishment; e != "" && !country.MatchString(e) {
		return fault("/addressee/establishment", fmt.Sprintf("%q is no country", clip(e)), "write its code in ISO 3166, such as DE, or its name")
	}
	if a.CrossBorder != nil && !country.MatchString(a.CrossBorder.State) {
		return fault("/cross_border/state", fmt.Sprintf("%q is no country", clip(a.CrossBorder.State)), "write its code in ISO 3166, such as DE, or its name")
	}
	if !slices.Contains(legal.Issuers(), legal.IssuerKind(a.Issuer.Kind)) {
		return fault("/issuer/kind", fmt.Sprintf("%q is no kind of issuer", clip(a.Issuer.Kind)), fmt.Sprintf("it is one of %v", legal.Issuers()))
	}
	if !slices.Contains([]string{"", "judicial", "police", "other"}, a.Issuer.Type) {
		return fault("/issuer/type", fmt.Sprintf("%q is no type of authority", clip(a.Issuer.Type)), "it is judicial, police or other")
	}
	if at := strings.LastIndexByte(a.Issuer.Mail, '@'); a.Issuer.Mail != "" && (at < 1 || at == len(a.Issuer.Mail)-1 || strings.ContainsAny(a.Issuer.Mail, " <>")) {
		return fault("/issuer/mail", fmt.Sprintf("%q is no mail address", clip(a.Issuer.Mail)), "write the address that answers go to")
	}
	declared := a.Addressee.Languages
	if len(declared) > 0 && !Declared(a.Lang, declared) {
		return fault("/lang", fmt.Sprintf("the addressee did not declare the language %s", a.Lang), "it declared "+strings.Join(declared, ", "))
	}
	return nil
}

// Declared reports whether a text in a language may go to an addressee who declared these ones: "de-AT" serves who wants "de".
func Declared(lang string, declared []string) bool {
	base, _, _ := strings.Cut(lang, "-")
	return slices.ContainsFunc(declared, func(d string) bool { return strings.EqualFold(d, lang) || strings.EqualFold(d, base) })
}

func (a Act) checkTargets() error {
	if len(a.Targets) == 0 {
		return fault("/targets", "no place is named", "name at least one exact address")
	}
	for n, t := range a.Targets {
		where := fmt.Sprintf("/targets/%d/address", n)
		if t.Address == "" {
			return fault(where, "it is missing", "write the exact address")
		}
		if strings.IndexFunc(t.Address, func(r rune) bool { return unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) }) >= 0 {
			return fault(where, "it has white space or an invisible character", "write the exact address, percent-encoded where it must be")
		}
		if slices.ContainsFunc(a.Targets[:n], func(o Target) bool { return o.Address == t.Address }) {
			return fault(where, "the address is named twice", "name it once")
		}
	}
	return nil
}

func (a Act) checkWords() error {
	switch legal.Request(a.Request) {
	case legal.RemoveContent, legal.HoldName, legal.AskOrigin, legal.Delist, legal.Preserve, legal.ProduceData, legal.RegistrationData:
	case legal.DeleteName:
		return fault("/request", "a name is never to be deleted: that frees it for registration and destroys data", "ask for hold_name")
	default:
		return fault("/request", fmt.Sprintf("%q is no request", clip(a.Request)), "it is remove_content, hold_name, ask_origin, delist, preserve, produce_data or registration_data")
	}
	for n, l := range a.Limbs {
		if !letter.MatchString(l) || slices.Contains(a.Limbs[:n], l) {
			return fault(fmt.Sprintf("/limbs/%d", n), fmt.Sprintf("%q is no further point of Article 2(7)", clip(l)), "name each of a to e at most once")
		}
	}
	for n, p := range a.Passages {
		where := fmt.Sprintf("/passages/%d", n)
		if strings.TrimSpace(p.Text) == "" && p.Range == "" {
			return fault(where, "it has neither a text nor a range", "quote it or say where in the recording it is")
		}
		if p.Translation == "" && (p.Translator != "" || p.Unverified) {
			return fault(where+"/translation", "it is missing, though a translator is named", "write the translation")
		}
		if _, err := language.Parse(p.Lang); p.Lang != "" && err != nil {
			return fault(where+"/lang", fmt.Sprintf("%q is no language", clip(p.Lang)), "write it as a BCP 47 tag, such as ar")
		}
	}
	if strings.TrimSpace(a.Reasons) == "" {
		return fault("/reasons", "the statement of reasons is missing", "say on what ground the act rests")
	}
	if strings.TrimSpace(a.Basis) == "" {
		return fault("/basis", "the legal basis is missing", "name the article")
	}
	if a.Limit != nil && (a.Limit.Rule == "" || a.Limit.Term == "" || a.Limit.Source == "") {
		return fault("/limit", "rule, term or source is missing", "a time limit of the law names all three")
	}
	if b, err := hex.DecodeString(a.Exhibit); a.Exhibit != "" && (err != nil || len(b) != 32) {
		return fault("/exhibit", "it is no SHA-256 in hexadecimal", "write 64 digits")
	}
	return nil
}

// checkParts refuses a part that belongs to another template.
func (a Act) checkParts() error {
	for _, p := range []struct {
		where string
		there bool
		of    []string
	}{
		{"/notice", a.Notice != nil, []string{"notice", "trusted_flagger"}},
		{"/order", a.Order != nil, []string{"order_to_act"}},
		{"/names", a.Names != nil, []string{"registrar_report", "registration_data", "order_to_act"}},
		{"/store", a.Store != nil, []string{"store_report", "referral", "notice", "trusted_flagger"}},
		{"/threat", a.Threat != nil, []string{"threat_to_life"}},
		{"/certificate", a.Certificate != nil, []string{"epoc", "epoc_pr"}},
		{"/non_disclosure", a.NonDisclosure != nil, []string{"removal_order"}},
		{"/limbs", len(a.Limbs) > 0, slices.DeleteFunc(Templates(), func(t string) bool { return t == "epoc" || t == "epoc_pr" || t == "registration_data" })},
	} {
		if p.there && !slices.Contains(p.of, a.Template.ID) {
			return fault(p.where, "it has no place in the template "+a.Template.ID, "take it out; it belongs to "+strings.Join(p.of, ", "))
		}
	}
	switch {
	case a.Template.ID == "threat_to_life" && (a.Threat == nil || a.Threat.What == "" || a.Threat.Contact == ""):
		return fault("/threat", "the threat or who answers day and night is missing", "a threat to life is told with both")
	case a.Notice != nil && a.Notice.Flagger != nil && a.Template.ID != "trusted_flagger":
		return fault("/notice/flagger", "it has no place in the template "+a.Template.ID, "use trusted_flagger")
	case a.Names != nil && len(a.Names.Domains) == 0:
		return fault("/names/domains", "no name is given", "name at least one")
	case a.Store != nil && a.Store.Listing == "":
		return fault("/store/listing", "it is missing", "write the address of the listing")
	case a.Certificate != nil:
		k, _ := kindOf(a.Template.ID)
		return checkFilled("/certificate", k.form, a.Certificate.Values, a.Certificate.Ticks)
	}
	return nil
}

// Check refuses what section M has no field for. Errors wrap ErrAct.
func (c Confidential) Check() error {
	if err := texts(reflect.ValueOf(c), "", checkText); err != nil {
		return err
	}
	return checkFilled("", legal.FormEPOCSecret, c.Values, c.Ticks)
}

func checkFilled(where, id string, values map[string]string, ticks []string) error {
	types := map[string]legal.FieldType{}
	f, _ := statutory(id)
	for _, field := range f.Fields() {
		types[field.Key] = field.Type
	}
	for key := range values {
		if types[key] != legal.TypeText {
			return fault(where+"/values/"+clip(key), "the form "+id+" has no text field of that key", "see the description of the format for the keys")
		}
	}
	for n, key := range ticks {
		if types[key] != legal.TypeBool || slices.Contains(ticks[:n], key) {
			return fault(fmt.Sprintf("%s/ticks/%d", where, n), fmt.Sprintf("the form %s has no further box %q", id, clip(key)), "see the description of the format for the keys")
		}
	}
	return nil
}

// Judicial reports whether a document of the template is made for judicial proceedings, or this issuer, a court or another judicial
// authority, makes it in them.
func (a Act) Judicial() bool {
	return slices.Contains([]string{"epoc", "epoc_pr", "court_order"}, a.Template.ID) || a.Issuer.Kind == string(legal.Court) || a.Issuer.Type == "judicial"
}

// checkHandling refuses evidence under H1 in a judicial document.
func (a Act) checkHandling() error {
	if a.Judicial() && slices.Contains(strings.Fields(a.Handling), "H1") {
		return fault("/handling", "H1: what it rests on must not be used in judicial proceedings without leave", "ask whom it came from for leave, then change the codes")
	}
	return nil
}

// Missing lists in words what the law or the form wants and the record does not say. It is told before approval; it does not keep a
// document from being made.
func Missing(a Act) []string {
	k, _ := kindOf(a.Template.ID)
	var list []string
	lacks := map[string]bool{
		"notice": a.Notice == nil || !a.Notice.BonaFide, "flagger": a.Notice == nil || a.Notice.Flagger == nil,
		"limbs": len(a.Limbs) == 0, "representative": a.Issuer.Representative == "", "establishment": a.Addressee.Establishment == "",
		"redress": a.Redress == nil || a.Redress.Body == "" && a.Redress.Provider == "" || a.Redress.Deadline == "" && a.Redress.Provider == "",
		"order":   a.Order == nil || a.Order.Provision == "" || a.Order.Territory == "", "names": a.Names == nil, "certificate": a.Certificate == nil,
	}
	say := map[string]string{
		"notice": "the statement of good faith", "flagger": "the status of trusted flagger and who awarded it", "limbs": "the point of Article 2(7) that is met",
		"representative": "who certifies the act: name and post held", "establishment": "the Member State of the addressee's main establishment or legal representative",
		"redress": "how the act can be challenged: before whom and by when", "order": "the provision that makes the content illegal, and the territory",
		"names": "the names concerned", "certificate": "the fields of the certificate",
	}
	for _, n := range k.needs {
		if lacks[n] {
			list = append(list, say[n])
		}
	}
	if a.Issuer.Mail == "" {
		list = append(list, "the mail address that answers go to")
	}
	if a.CrossBorder != nil && !a.CrossBorder.CopySent && a.Template.ID == "removal_order" {
		list = append(list, "the copy to the competent authority of "+a.CrossBorder.State+", which is due at the same time (Article 4(1))")
	}
	if len(a.Addressee.Languages) == 0 {
		list = append(list, "the languages that the addressee declared: nobody has found them out")
	}
	if a.Template.Lang != a.Lang {
		list = append(list, "the fixed words in "+a.Lang+": they are in "+a.Template.Lang)
	}
	return list
}
