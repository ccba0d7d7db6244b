// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"slices"

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
