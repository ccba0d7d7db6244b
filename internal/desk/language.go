// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"slices"
	"strings"

	"iolaus/internal/form"
	"iolaus/internal/iru"
)

// Languages are those in which an act can be written, as BCP 47: the official ones of the Union, and what else addressees have
// declared.
var Languages = []string{"en", "bg", "cs", "da", "de", "el", "es", "et", "fi", "fr", "ga", "hr", "hu", "it", "lt", "lv", "mt", "nl", "pl", "pt", "ro", "sk", "sl", "sv",
	"ar", "tr", "uk"}

func spoken(lang string) error {
	if slices.Contains(Languages, lang) {
		return nil
	}
	return iru.Refuse(iru.Invalid, "no act is written in the language "+clip(lang, 35), "choose one that the addressee declared, such as en")
}

// understood refuses a language in which no act is written, or that the addressee did not declare (TCO Art 15(2), DSA Art 9(2)(c)).
// Where nobody has found out what it declared, the document's page says so.
func understood(lang string, p iru.Provider) error {
	if err := spoken(lang); err != nil {
		return err
	}
	if len(p.Languages) > 0 && !form.Declared(lang, p.Languages) {
		return iru.Refuse(iru.Invalid, p.Name+" did not declare the language "+lang, "it declared "+strings.Join(p.Languages, ", "))
	}
	return nil
}

// usualLanguage is one that the addressee declared, first of those in which we have the words, else English.
func usualLanguage(p iru.Provider) string {
	for _, l := range p.Languages {
		if slices.Contains(form.Languages(), l) {
			return l
		}
	}
	for _, l := range p.Languages {
		if spoken(l) == nil {
			return l
		}
	}
	return "en"
}
