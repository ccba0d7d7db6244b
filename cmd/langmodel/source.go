// SPDX-License-Identifier: EUPL-1.2

package main

// source is where the texts of a language lie: files of the declaration, a folder of annotations, folders of sentences. Without
// an entry here, all three are found under the code of the language itself.
type source struct {
	udhr      []string
	cldr      string
	sentences []string
}

// sources are the languages whose texts are under other names than their codes: ISO 639-3 in the declaration, locales elsewhere.
func sources() map[string]source {
	return map[string]source{
		"en": {udhr: []string{"eng"}}, "de": {udhr: []string{"deu_1996"}}, "fr": {udhr: []string{"fra"}}, "es": {udhr: []string{"spa"}},
		"it": {udhr: []string{"ita"}}, "pt": {udhr: []string{"por_BR", "por_PT"}}, "nl": {udhr: []string{"nld"}},
		"tr": {udhr: []string{"tur"}}, "id": {udhr: []string{"ind"}}, "ms": {udhr: []string{"mly_latn"}},
		"ku": {udhr: []string{"kmr"}, sentences: []string{"kmr"}}, "az": {udhr: []string{"azj_latn"}}, "uz": {udhr: []string{"uzn_latn"}},
		"sq": {udhr: []string{"als"}}, "bs": {udhr: []string{"bos_latn"}}, "hr": {udhr: []string{"hrv"}},
		"sr-Latn": {udhr: []string{"srp_latn"}, cldr: "sr-Latn"}, "sw": {udhr: []string{"swh"}}, "so": {udhr: []string{"som"}},
		"ha": {udhr: []string{"hau_NG", "hau_NE"}}, "tl": {udhr: []string{"tgl"}, cldr: "fil"},
		"sv": {udhr: []string{"swe"}, sentences: []string{"sv-SE"}}, "da": {udhr: []string{"dan"}},
		"no": {udhr: []string{"nob", "nno"}, sentences: []string{"nb-NO"}}, "fi": {udhr: []string{"fin"}}, "hu": {udhr: []string{"hun"}},
		"cs": {udhr: []string{"ces"}}, "sk": {udhr: []string{"slk"}}, "sl": {udhr: []string{"slv"}}, "pl": {udhr: []string{"pol"}},
		"ro": {udhr: []string{"ron_2006"}}, "ca": {udhr: []string{"cat"}}, "eu": {udhr: []string{"eus"}}, "eo": {udhr: []string{"epo"}},
		"et": {udhr: []string{"est"}}, "lt": {udhr: []string{"lit"}}, "lv": {udhr: []string{"lav"}}, "cy": {udhr: []string{"cym"}},
		"vi": {udhr: []string{"vie"}}, "af": {udhr: []string{"afr"}},
		"ar": {udhr: []string{"arb"}}, "fa": {udhr: []string{"pes_1", "pes_2"}}, "ur": {udhr: []string{"urd", "urd_2"}},
		"ckb": {}, "ps": {udhr: []string{"pbu"}}, "ug": {udhr: []string{"uig_arab"}},
		"ru": {udhr: []string{"rus"}}, "uk": {udhr: []string{"ukr"}}, "be": {udhr: []string{"bel"}}, "bg": {udhr: []string{"bul"}},
		"sr": {udhr: []string{"srp_cyrl"}}, "mk": {udhr: []string{"mkd"}}, "kk": {udhr: []string{"kaz"}}, "ky": {udhr: []string{"kir"}},
		"tg": {udhr: []string{"tgk"}}, "mn": {udhr: []string{"khk"}}, "tt": {udhr: []string{"tat"}}, "uz-Cyrl": {udhr: []string{"uzn_cyrl"}, cldr: "-"},
		"cv": {udhr: []string{"chv"}},
		"hi": {udhr: []string{"hin"}}, "mr": {udhr: []string{"mar"}}, "ne": {udhr: []string{"nep"}, sentences: []string{"ne-NP"}},
		"bn": {udhr: []string{"ben"}}, "he": {udhr: []string{"heb"}}, "yi": {udhr: []string{"ydd"}}, "am": {udhr: []string{"amh"}},
		"ti": {udhr: []string{"tir"}},
	}
}
