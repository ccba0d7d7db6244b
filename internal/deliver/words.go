// SPDX-License-Identifier: EUPL-1.2

package deliver

import (
	"regexp"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// Phrases by which a kind is guessed, in the languages in which abuse desks mostly write. They sort a person's queue, no more.
var (
	bounceWords = []string{"undelivered mail", "undeliverable", "delivery status notification", "mail delivery failed", "returned mail",
		"delivery failure", "failure notice", "unzustellbar", "non remis"}
	awayWords = []string{"out of office", "on leave", "on holiday", "abwesen", "absence du bureau", "absent du bureau", "fuera de la oficina"}
	guesses   = []struct {
		kind ReplyKind
		any  []string
	}{
		{RefusedByProvider, []string{"we will not", "we won't", "decline", "we refuse", "does not violate", "not in violation", "no violation",
			"kein verstoß", "lehnen wir ab", "nous refusons", "rechazamos"}},
		{Impossible, []string{"unable to", "we cannot", "we can't", "not hosted by us", "not our customer", "technically impossible", "force majeure",
			"nicht möglich", "können wir nicht", "impossible", "no podemos"}},
		{Clarification, []string{"please clarify", "could you", "can you provide", "please provide", "please send", "need more information",
			"further information", "which url", "bitte teilen sie", "bitte senden", "pouvez-vous", "veuillez", "precisamos", "por favor, env"}},
		{Done, []string{"has been removed", "have been removed", "we removed", "we have removed", "we have disabled", "has been disabled", "taken down",
			"has been suspended", "no longer available", "wurde entfernt", "wurden entfernt", "wurde gesperrt", "gelöscht", "a été supprimé",
			"ont été supprimés", "ha sido eliminado"}},
	}
	receivedWords = []string{"we have received", "we received", "thank you for your report", "thank you for contacting", "ticket", "case number",
		"has been received", "acknowledge", "eingegangen", "erhalten", "bien reçu", "hemos recibido"}
)

// guess sorts by words. Two kinds at once, or none, is Unknown.
func guess(subject, text string, auto bool) ReplyKind {
	t := strings.ToLower(subject + "\n" + text)
	if auto && anyOf(t, awayWords) {
		return Unknown
	}
	found := Unknown
	for _, g := range guesses {
		if !anyOf(t, g.any) {
			continue
		}
		if found != Unknown {
			return Unknown
		}
		found = g.kind
	}
	if found == Unknown && anyOf(t, receivedWords) {
		return Acknowledgement
	}
	return found
}

func anyOf(t string, list []string) bool {
	for _, w := range list {
		if strings.Contains(t, w) {
			return true
		}
	}
	return false
}

var quoteStart = regexp.MustCompile(`(?i)^(-{2,} ?(original message|ursprüngliche nachricht|message d'origine|forwarded message).*|(on|am|le|el|op) .{5,200}(wrote|schrieb.*|a écrit|escribió|schreef.*) ?:)$`)

// ownText leaves the quoted notice out: its words are ours and must not decide what the answer says.
func ownText(s string) string {
	var b strings.Builder
	for _, l := range strings.Split(s, "\n") {
		t := strings.TrimSpace(l)
		if t == "--" || quoteStart.MatchString(t) {
			break
		}
		if !strings.HasPrefix(t, ">") {
			b.WriteString(l)
			b.WriteByte('\n')
		}
	}
	return b.String()
}

// plainHTML takes the text out of HTML: no scripts, no styles, a line for each block.
func plainHTML(s string) string {
	var b strings.Builder
	z := html.NewTokenizer(strings.NewReader(s))
	z.SetMaxBuf(maxText * 2)
	hidden := 0
	for {
		switch z.Next() {
		case html.ErrorToken:
			return b.String()
		case html.TextToken:
			if hidden == 0 {
				b.WriteString(strings.Join(strings.FieldsFunc(string(z.Text()), func(r rune) bool { return r == '\n' || r == '\r' || r == '\t' }), " "))
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			name, _ := z.TagName()
			switch atom.Lookup(name) {
			case atom.Script, atom.Style, atom.Title, atom.Template:
				hidden++
			case atom.Br, atom.P, atom.Div, atom.Tr, atom.Li, atom.H1, atom.H2, atom.H3, atom.Hr, atom.Pre:
				b.WriteByte('\n')
			case atom.Blockquote:
				b.WriteString("\n> ")
			}
		case html.EndTagToken:
			name, _ := z.TagName()
			switch atom.Lookup(name) {
			case atom.Script, atom.Style, atom.Title, atom.Template:
				hidden = max(0, hidden-1)
			case atom.P, atom.Div, atom.Tr, atom.Blockquote:
				b.WriteByte('\n')
			}
		}
	}
}

// clean makes text of strangers storable: valid UTF-8, lines ended by \n, no control characters, bounded.
func clean(s string) (text string, cut bool) {
	if len(s) > maxText {
		s, cut = s[:maxText], true
	}
	s = strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\r\n", "\n")
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\r':
			return '\n'
		case r == '\n' || r == '\t':
			return r
		case r < ' ' || r == 0x7f || (r >= 0x80 && r < 0xa0):
			return -1
		}
		return r
	}, s)
	return strings.TrimSpace(s), cut
}
