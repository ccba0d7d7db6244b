// SPDX-License-Identifier: EUPL-1.2

package form

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"iolaus/internal/legal"
)

// flat leaves out white space and the marks by which readers tell directions.
func flat(s string) string {
	return strings.Map(func(r rune) rune {
		if r <= ' ' || turns(r) || r == 0x200e || r == 0x200f {
			return -1
		}
		return r
	}, s)
}

func read(t *testing.T, pdf []byte) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "act.pdf")
	if err := os.WriteFile(name, pdf, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("pdftotext", name, "-").Output()
	if err != nil {
		t.Fatal("pdftotext: ", err)
	}
	return string(out)
}

// facts are the texts of a record that must be said as they stand, with where they come from. What is told in the words of the template
// is not among them: the names of the request, of the kind of issuer, of points and of limits.
func facts(t *testing.T, a Act) map[string]string {
	t.Helper()
	out := map[string]string{}
	worded := func(where string) bool {
		for _, w := range []string{"/schema", "/lang", "/instrument", "/request", "/issuer/kind", "/issuer/type", "/limbs/", "/limit/rule", "/limit/term", "/certificate/ticks/"} {
			if strings.HasPrefix(where, w) {
				return true
			}
		}
		return false
	}
	if err := texts(reflect.ValueOf(a), "", func(where, text string) error {
		if text != "" && !worded(where) && !(strings.HasPrefix(where, "/certificate/values") && len(text) < 4) {
			out[where] = text
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	for where, at := range map[string]time.Time{"/issued_at": a.IssuedAt, "/seen_at": a.SeenAt} {
		out[where] = instant(at)
	}
	return out
}

// everyLanguage gives each example in each language in which its words are there.
func everyLanguage(t *testing.T, see func(name string, a Act)) {
	t.Helper()
	for _, id := range Templates() {
		for _, lang := range Languages() {
			a, err := Example(id)
			if err != nil {
				t.Fatal(id, err)
			}
			if a.Template = TemplateFor(id, lang); a.Template.Lang == lang {
				see(id+" "+lang, a)
			}
		}
	}
}

// Every fact of the record stands in the mail, in the text of the PDF, and in the JSON; and the JSON in the PDF is that JSON.
func TestMailAndPDFAndJSONSayTheSame(t *testing.T) {
	n := 0
	everyLanguage(t, func(name string, a Act) {
		n++
		p, err := Render(a)
		if err != nil {
			t.Error(name, err)
			return
		}
		pdf, mail := flat(read(t, p.PDF)), flat(p.Text)
		for where, text := range facts(t, a) {
			if !strings.Contains(mail, flat(text)) {
				t.Errorf("%s: the mail does not say %s %q", name, where, text)
			}
			// A reader takes apart what runs from right to left where a number stands in it; the record in the file has it whole.
			if whole := !strings.HasPrefix(where, "/passages/0/text"); whole && !strings.Contains(pdf, flat(text)) {
				t.Errorf("%s: the PDF does not say %s %q", name, where, text)
			}
		}
		w := languages()[a.Template.Lang]
		for _, l := range a.Limbs {
			if a.Template.ID != "removal_order" && (!strings.Contains(mail, flat(w.Limbs[l])) || !strings.Contains(pdf, flat(w.Limbs[l]))) {
				t.Errorf("%s: point %s is not told", name, l)
			}
		}
		if a.Limit != nil && (!strings.Contains(mail, flat(w.Limits[a.Limit.Rule])) || !strings.Contains(pdf, flat(w.Limits[a.Limit.Rule]))) {
			t.Errorf("%s: the limit is not told", name)
		}
		if again, err := ParseAct(p.JSON); err != nil || !reflect.DeepEqual(again, a.normal()) {
			t.Errorf("%s: the JSON says something else: %v", name, err)
		}
		digest, err := Digest(a)
		if err != nil || !strings.Contains(mail, digest) || !strings.Contains(pdf, digest) {
			t.Errorf("%s: the digest of the facts is missing: %v", name, err)
		}
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "act.pdf"), p.PDF, 0o600); err != nil {
			t.Fatal(err)
		}
		if out, err := exec.Command("pdfdetach", "-saveall", "-o", dir, filepath.Join(dir, "act.pdf")).CombinedOutput(); err != nil {
			t.Errorf("pdfdetach: %v %s", err, out)
		}
		if inside, err := os.ReadFile(filepath.Join(dir, "facts.json")); err != nil || !bytes.Equal(inside, p.JSON) {
			t.Errorf("%s: the record in the PDF is another one: %v", name, err)
		}
	})
	if n != 10*6+2 { // an EPOC has English words only
		t.Errorf("%d documents were looked at", n)
	}
}

// All fields of the removal order's official form are there, in its order, in all languages.
func TestRemovalOrderHasEveryField(t *testing.T) {
	f, ok := legal.EU().Form(legal.FormRemovalOrder)
	if !ok {
		t.Fatal("no form")
	}
	for _, lang := range Languages() {
		a, err := Example("removal_order")
		if err != nil {
			t.Fatal(err)
		}
		a.Template = TemplateFor("removal_order", lang)
		pdf, err := PDF(a)
		if err != nil {
			t.Fatal(err)
		}
		text, at := flat(read(t, pdf)), 0
		for n := range 9 { // a page's head and foot may part a label
			foot := flat(fmt.Sprintf(languages()[lang].Labels["page"], n, 5))
			for _, five := range []string{"5", "4", "6"} {
				text = strings.ReplaceAll(text, strings.TrimSuffix(foot, "5")+five, "")
			}
		}
		text = strings.ReplaceAll(strings.ReplaceAll(text, flat(a.Ref+a.Handling), ""), flat(a.Issuer.Name+", "+a.Issuer.Country), "")
		for _, x := range f.Fields() {
			label := x.Label
			if lang != "en" {
				if label = languages()[lang].Forms[f.ID].Fields[x.Key]; label == "" {
					t.Errorf("%s: no label for %s", lang, x.Key)
				}
			}
			i := strings.Index(text[at:], flat(strings.TrimSuffix(label, ":")))
			if i < 0 {
				t.Errorf("%s: %s is not there, or not in its place", lang, x.Key)
				continue
			}
			at += i
		}
	}
}

func TestSameActGivesSameBytes(t *testing.T) {
	everyLanguage(t, func(name string, a Act) {
		one, err := Render(a)
		if err != nil {
			t.Fatal(name, err)
		}
		two, err := Render(a)
		if err != nil || !reflect.DeepEqual(one, two) {
			t.Errorf("%s: two renderings differ: %v", name, err)
		}
	})
}

// What letters of other scripts say can be read out of the document: joined, with marks, in the order in which it is read.
func TestQuotationsCanBeExtracted(t *testing.T) {
	a, err := Example("referral")
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range []struct{ lang, text string }{
		{"ar", "القطار يصل إلى المحطة"}, {"ar", "لا تتأخر الآن والأمّة"}, {"ar", "اَلْقِطَارُ يَصِلُ إِلَى ٱلْمَحَطَّةِ"},
		{"fa", "قطار به ایستگاه می\u200cرسد"}, {"ur", "ٹرین اسٹیشن پر پہنچتی ہے"}, {"ps", "د اورګاډی تمځای ته راځي"}, {"ug", "پويىز ۋوگزالغا كېلىدۇ"},
		{"he", "הרכבת מגיעה לתחנה"}, {"he", "בְּרֵאשִׁית הָיָה הָרַכֶּבֶת"},
		{"ru", "Поезд прибывает на станцию в 12:30 (путь 4)."}, {"bg", "Влакът пристига в 12:30."}, {"el", "Το τρένο φτάνει στις 12:30."}, {"sr", "Воз стиже у 12:30."},
		{"vi", "Tàu đến ga lúc 12:30."}, {"cs", "Vlak přijíždí ve 12:30."}, {"fr", "Le train n'arrive qu'à 12 h 30 : ffi fl œuvre."},
	} {
		a.Passages = []Passage{{Text: q.text, Lang: q.lang}}
		pdf, err := PDF(a)
		if err != nil {
			t.Fatal(err)
		}
		if text := read(t, pdf); !strings.Contains(flat(text), flat(q.text)) {
			t.Errorf("%s: %q is not in the text:\n%s", q.lang, q.text, text)
		}
	}
	// Where most of a page runs from right to left, numbers and Latin words in it stay in their place, too.
	long := strings.Repeat("القطار رقم 204 يصل (Intercity) في الساعة ١٢:٣٠ إلى المحطة، ثم يغادر. ", 30)
	a.Passages = []Passage{{Text: long, Lang: "ar"}}
	pdf, err := PDF(a)
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(flat(read(t, pdf)), flat("القطار رقم 204 يصل (Intercity) في الساعة ١٢:٣٠ إلى المحطة، ثم يغادر")); n < 8 {
		t.Errorf("%d of 30 sentences are whole", n)
	}
}

// What no typeface has is told by its code point, and the document says so; the record keeps it.
func TestCharactersBeyondTheTypefaces(t *testing.T) {
	a, err := Example("referral")
	if err != nil {
		t.Fatal(err)
	}
	a.Passages = []Passage{{Text: "火车到站", Lang: "zh"}}
	pdf, err := PDF(a)
	if err != nil {
		t.Fatal(err)
	}
	text := flat(read(t, pdf))
	if !strings.Contains(text, "[U+706B][U+8F66][U+5230][U+7AD9]") || !strings.Contains(text, flat(languages()["en"].Say["beyond"])) {
		t.Errorf("it is not told: %s", text)
	}
}

// The structure is there: title, language, headings, tags, page numbers; qpdf-like damage is what poppler would complain of.
func TestDocumentIsTagged(t *testing.T) {
	a, err := Example("removal_order")
	if err != nil {
		t.Fatal(err)
	}
	a.Template = TemplateFor("removal_order", "fr")
	pdf, err := PDF(a)
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "act.pdf")
	if err := os.WriteFile(name, pdf, 0o600); err != nil {
		t.Fatal(err)
	}
	info, err := exec.Command("pdfinfo", name).CombinedOutput()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Tagged:          yes", "JavaScript:      no", "RO-2026-0001: INJONCTION DE RETRAIT", "Page size:       595.28 x 841.89 pts (A4)"} {
		if !strings.Contains(string(info), want) {
			t.Errorf("pdfinfo does not say %q:\n%s", want, info)
		}
	}
	tree, err := exec.Command("pdfinfo", "-struct-text", name).CombinedOutput()
	if err != nil || !strings.Contains(string(tree), "H1") || !strings.Contains(string(tree), "BlockQuote") || !strings.Contains(string(tree), "INJONCTION DE RETRAIT") ||
		strings.Contains(string(tree), "Error") {
		t.Errorf("the structure is wrong: %v\n%s", err, tree)
	}
	if !bytes.Contains(pdf, []byte("/Lang "+pdfText("fr"))) || !bytes.Contains(pdf, []byte("/Lang "+pdfText("ar"))) {
		t.Error("a language is not told")
	}
	text := read(t, pdf)
	pages := strings.Count(text, "\f")
	for n := range pages {
		if !strings.Contains(text, fmt.Sprintf("Page %d sur %d", n+1, pages)) {
			t.Errorf("page %d has no number", n+1)
		}
	}
	if strings.Count(text, a.Ref) < pages || strings.Count(text, a.Handling) < pages {
		t.Error("a page lacks the reference or the handling codes")
	}
}

func TestLanguagesHaveEveryWord(t *testing.T) {
	if got := Languages(); !slices.Equal(got, []string{"en", "bg", "de", "el", "es", "fr"}) {
		t.Errorf("languages: %v", got)
	}
	english := languages()["en"]
	for lang, w := range languages() {
		if w.Version == "" || len(w.Marks) == 0 || strings.Contains(fmt.Sprint(w.Marks), "V") {
			t.Errorf("%s: version %q, marks %v: no translation was verified", lang, w.Version, w.Marks)
		}
		for name, pair := range map[string][2]map[string]string{"titles": {english.Titles, w.Titles}, "leads": {english.Leads, w.Leads}, "heads": {english.Heads, w.Heads}, "labels": {english.Labels, w.Labels},
			"say": {english.Say, w.Say}, "kinds": {english.Kinds, w.Kinds}, "asks": {english.Asks, w.Asks}, "limits": {english.Limits, w.Limits}, "limbs": {english.Limbs, w.Limbs}} {
			for key := range pair[0] {
				if pair[1][key] == "" && key != "epoc" && key != "epoc_pr" {
					t.Errorf("%s: %s has no word for %s", lang, name, key)
				}
			}
			for key := range pair[1] {
				if pair[0][key] == "" {
					t.Errorf("%s: %s has %s, which nothing asks for", lang, name, key)
				}
			}
		}
	}
}

func TestFaults(t *testing.T) {
	change := func(f func(*Act)) func() error {
		return func() error {
			a, err := Example("referral")
			if err != nil {
				return err
			}
			f(&a)
			return a.Check()
		}
	}
	order := func(f func(*Act)) func() error {
		return func() error {
			a, err := Example("epoc")
			if err != nil {
				return err
			}
			f(&a)
			return a.Check()
		}
	}
	parse := func(s string) func() error { return func() error { _, err := ParseAct([]byte(s)); return err } }
	for name, c := range map[string]struct {
		try   func() error
		where string
		what  string
	}{
		"empty":            {parse(" "), "", "it is empty"},
		"not JSON":         {parse("{\n\"schema\": \"iolaus-act/1\",\n train}"), "", "line 3 is not JSON"},
		"unknown member":   {parse(`{"schema":"iolaus-act/1","confidential":{}}`), "/confidential", "there is no such member"},
		"unknown below":    {parse(`{"issuer":{"nam":"x"}}`), "/issuer/nam", "there is no such member"},
		"twice":            {parse(`{"ref":"a","ref":"b"}`), "/ref", "not JSON"},
		"wrong type":       {parse(`{"targets":"x"}`), "/targets", "a JSON string stands there"},
		"no time":          {parse(`{"issued_at":"yesterday"}`), "/issued_at", "it is not a time"},
		"too long":         {parse(strings.Repeat(" ", MaxAct+1)), "", "bytes"},
		"schema":           {change(func(a *Act) { a.Schema = "iolaus-act/9" }), "/schema", "iolaus-act/9"},
		"template":         {change(func(a *Act) { a.Template.ID = "poem" }), "/template/id", "there is no template"},
		"version":          {change(func(a *Act) { a.Template.Version = "7" }), "/template/version", `version "7" of the template referral is not known`},
		"words":            {change(func(a *Act) { a.Template.Lang = "nl" }), "/template/lang", "no templates"},
		"words of EPOC":    {order(func(a *Act) { a.Template.Lang = "fr" }), "/template/lang", "is not there in fr"},
		"instrument":       {change(func(a *Act) { a.Instrument = "removal_order" }), "/instrument", "is not the instrument"},
		"undeclared":       {change(func(a *Act) { a.Lang = "de" }), "/lang", "did not declare the language de"},
		"no language":      {change(func(a *Act) { a.Lang = "train station" }), "/lang", "is no language"},
		"no reference":     {change(func(a *Act) { a.Ref = "" }), "/ref", "missing"},
		"country":          {change(func(a *Act) { a.Issuer.Country = "17" }), "/issuer/country", "no country"},
		"mail":             {change(func(a *Act) { a.Issuer.Mail = "nobody" }), "/issuer/mail", "no mail address"},
		"no place":         {change(func(a *Act) { a.Targets = nil }), "/targets", "no place is named"},
		"same place":       {change(func(a *Act) { a.Targets = append(a.Targets, a.Targets[0]) }), "/targets/1/address", "named twice"},
		"spoofed place":    {change(func(a *Act) { a.Targets[0].Address = "https://halcyon.test/\u200bposts" }), "/targets/0/address", "invisible"},
		"turned place":     {change(func(a *Act) { a.Targets[0].Address = "https://halcyon.test/\u202etxt" }), "/targets/0/address", "U+202E"},
		"turned name":      {change(func(a *Act) { a.Addressee.Name = "a \u202e b" }), "/addressee/name", "U+202E"},
		"control":          {change(func(a *Act) { a.Addressee.Name = "a\nb" }), "/addressee/name", "control character U+000A"},
		"bell":             {change(func(a *Act) { a.Reasons = "\a" }), "/reasons", "control character U+0007"},
		"long":             {change(func(a *Act) { a.Reasons = strings.Repeat("x", MaxText+1) }), "/reasons", "characters"},
		"many":             {change(func(a *Act) { a.Limbs = make([]string, MaxTargets+1) }), "/limbs", "entries"},
		"delete":           {change(func(a *Act) { a.Request = string(legal.DeleteName) }), "/request", "never to be deleted"},
		"request":          {change(func(a *Act) { a.Request = "sing" }), "/request", "is no request"},
		"limb":             {change(func(a *Act) { a.Limbs = []string{"f"} }), "/limbs/0", "Article 2(7)"},
		"limb twice":       {change(func(a *Act) { a.Limbs = []string{"a", "a"} }), "/limbs/1", "Article 2(7)"},
		"empty passage":    {change(func(a *Act) { a.Passages = []Passage{{}} }), "/passages/0", "neither"},
		"ghost translator": {change(func(a *Act) { a.Passages[0].Translation = "" }), "/passages/0/translation", "missing"},
		"no reasons":       {change(func(a *Act) { a.Reasons = " " }), "/reasons", "missing"},
		"no basis":         {change(func(a *Act) { a.Basis = "" }), "/basis", "missing"},
		"exhibit":          {change(func(a *Act) { a.Exhibit = "12" }), "/exhibit", "no SHA-256"},
		"foreign part":     {change(func(a *Act) { a.Certificate = &Certificate{} }), "/certificate", "has no place in the template referral"},
		"H1 in court":      {order(func(a *Act) { a.Handling = "TLP:RED PAP:RED H1" }), "/handling", "H1"},
		"H1 by a court":    {change(func(a *Act) { a.Handling, a.Issuer.Kind = "TLP:RED PAP:RED H1", "court" }), "/handling", "H1"},
		"section M":        {order(func(a *Act) { a.Certificate.Values["M1"] = "x" }), "/certificate/values/M1", "has no text field"},
		"box of section M": {order(func(a *Act) { a.Certificate.Ticks = []string{"M5"} }), "/certificate/ticks/0", "has no further box"},
	} {
		var f *Fault
		if err := c.try(); !errors.As(err, &f) || !errors.Is(err, ErrAct) || f.Where != c.where || !strings.Contains(f.Error(), c.what) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	if a, err := Example("referral"); err != nil || len(Missing(a)) != 0 {
		t.Errorf("the example lacks %v, %v", Missing(a), err)
	}
	a, err := Example("removal_order")
	if err != nil {
		t.Fatal(err)
	}
	a.Redress, a.Issuer.Representative, a.Addressee.Languages, a.Lang = nil, "", nil, "nl"
	if got := Missing(a); len(got) != 4 {
		t.Errorf("missing: %q", got)
	}
	a.Handling = "TLP:RED PAP:RED H1"
	if err := a.Check(); err != nil {
		t.Errorf("H1 keeps an act from leaving that is no judicial document: %v", err)
	}
}
