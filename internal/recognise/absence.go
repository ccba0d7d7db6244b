// SPDX-License-Identifier: EUPL-1.2

package recognise

import (
	"strings"
)

// What Absence returns. The words are those of the outcomes of a look.
const (
	AbsenceSoft404   = "soft_404"   // status 200, but the page says that there is nothing here
	AbsenceParked    = "parked"     // the registrar or a trader shows a page of its own
	AbsenceLogin     = "login_wall" // the content is shown to members only
	AbsenceChallenge = "challenge"  // the visitor has to prove something first
)

// Absence says why the page is not the content one came for, or "". It is a heuristic for the analyst's eye and for labels on
// captures, made to miss rather than to cry wolf: each rule wants both a marker and a page with little else on it.
//
//   - challenge: a script or frame of a known challenge, or a challenge's phrase, and at most 150 words;
//   - parked: a script or frame of a known parking service, or a phrase of a parking page, and at most 250 words;
//   - login_wall: a password field or a phrase that asks to sign in, and at most 120 words;
//   - soft_404: a phrase of absence in the title, or in the first 30 of at most 120 words.
func Absence(p Page) string {
	title, text := " "+spaced(p.Title)+" ", " "+spaced(p.Text)+" "
	count := len(strings.Fields(text))
	sources := strings.ToLower(strings.Join(p.Scripts, "\n") + "\n" + p.Refresh)
	says := func(phrases []string) bool { return containsAny(title, phrases) || containsAny(text, phrases) }
	switch {
	case count <= 150 && (containsAny(sources, challengeSources()) && count <= 60 || says(challengePhrases())):
		return AbsenceChallenge
	case count <= 250 && (containsAny(sources, parkingSources()) || says(parkingPhrases())):
		return AbsenceParked
	case count <= 120 && (p.Password || says(loginPhrases())):
		return AbsenceLogin
	}
	head := strings.Fields(text)
	head = head[:min(len(head), 30)]
	if count <= 400 && containsAny(title, missingPhrases()) || count <= 120 && containsAny(" "+strings.Join(head, " ")+" ", missingPhrases()) {
		return AbsenceSoft404
	}
	return ""
}

// spaced is the folded text as words with one space between them.
func spaced(s string) string {
	var b strings.Builder
	words(Fold(s), func(w string) bool {
		b.WriteByte(' ')
		b.WriteString(w)
		return true
	})
	return strings.TrimSpace(b.String())
}

func containsAny(s string, phrases []string) bool {
	for _, p := range phrases {
		if strings.Contains(s, p) {
			return true
		}
	}
	return false
}

// phrases folds phrases the way the page is folded and asks for whole words.
func phrases(list ...string) []string {
	for i, p := range list {
		list[i] = " " + spaced(p) + " "
	}
	return list
}

func challengeSources() []string {
	return []string{"/cdn-cgi/challenge-platform/", "challenges.cloudflare.com", "hcaptcha.com/1/api.js", "google.com/recaptcha/",
		"recaptcha.net/recaptcha/", "/.well-known/ddos-guard/", "captcha-delivery.com", "/_incapsula_resource", "awswaf.com"}
}

func challengePhrases() []string {
	return phrases("just a moment", "checking your browser", "verify you are human", "verifying you are human",
		"verify that you are not a robot", "please enable cookies and reload", "complete the captcha", "solve the captcha",
		"ddos protection by", "attention required", "making sure you're not a bot",
		"vérifiez que vous êtes humain", "überprüfung ihres browsers", "bestätigen sie, dass sie ein mensch sind",
		"verifica que eres humano", "подтвердите, что вы не робот", "проверка браузера", "تحقق من أنك إنسان", "تأكيد أنك لست روبوت",
		"لطفا تایید کنید که ربات نیستید", "insan olduğunuzu doğrulayın")
}

func parkingSources() []string {
	return []string{"sedoparking.com", "parkingcrew.net", "bodis.com", "parklogic.com", "dan.com/", "afternic.com", "hugedomains.com",
		"above.com/", "/lander?", "parking-lander"}
}

func parkingPhrases() []string {
	return phrases("this domain is for sale", "this domain may be for sale", "the domain is for sale", "buy this domain",
		"domain is parked", "parked domain", "domain parking", "this domain has expired", "this domain name has expired",
		"this domain has been registered", "future home of something quite cool", "inquire about this domain",
		"diese domain steht zum verkauf", "diese domain ist geparkt", "ce domaine est à vendre", "ce nom de domaine est à vendre",
		"este dominio está en venta", "questo dominio è in vendita", "домен продается", "домен припаркован", "هذا النطاق للبيع",
		"این دامنه به فروش می‌رسد", "bu alan adı satılıktır")
}

func loginPhrases() []string {
	return phrases("you must log in to continue", "you must be logged in", "please log in to continue", "log in to continue",
		"sign in to continue", "log in to see", "sign in to see", "this account is private", "this content is for members only",
		"join this channel to view", "melden sie sich an, um fortzufahren", "connectez-vous pour continuer",
		"inicia sesión para continuar", "accedi per continuare", "войдите, чтобы продолжить", "سجل الدخول للمتابعة",
		"برای ادامه وارد شوید", "devam etmek için giriş yapın")
}

func missingPhrases() []string {
	return phrases("404", "410 gone", "page not found", "not found", "file not found", "page does not exist", "page doesn't exist",
		"page is no longer available", "this page isn't available", "this page is not available", "content isn't available",
		"content is not available", "no longer exists", "has been removed", "has been deleted", "has been taken down",
		"video unavailable", "account suspended", "this account has been suspended", "site has been suspended", "nothing found",
		"seite nicht gefunden", "seite wurde nicht gefunden", "existiert nicht mehr", "wurde gelöscht", "page introuvable",
		"n'existe plus", "a été supprimée", "página no encontrada", "ya no existe", "pagina non trovata", "página não encontrada",
		"pagina niet gevonden", "strona nie istnieje", "nie znaleziono strony", "страница не найдена", "страница удалена",
		"сторінку не знайдено", "الصفحة غير موجودة", "لم يتم العثور على الصفحة", "تم حذف", "صفحه یافت نشد", "صفحه پیدا نشد",
		"sayfa bulunamadı", "পৃষ্ঠা পাওয়া যায়নি", "הדף לא נמצא", "页面不存在", "ページが見つかりません")
}
