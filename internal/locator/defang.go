// SPDX-License-Identifier: EUPL-1.2

package locator

import "strings"

// Defanged returns a form that no program turns into a link: hxxps://live[.]halcyon-weather[.]test/posts/5521. Parse reads it
// back to the same Locator.
func (l Locator) Defanged() string {
	switch l.Kind {
	case "":
		return ""
	case KindURL, KindStream, KindList:
		return l.Kind.prefix() + strings.Replace(l.scheme, "tt", "xx", 1) + "://" + l.defangedAuthority() + defangPath(l.path)
	case KindDomain:
		return dots.Replace(l.host)
	case KindIP:
		return dotsAndColons.Replace(l.host)
	}
	return l.Kind.prefix() + l.defangedAuthority() + defangPath(l.path)
}

var (
	dots          = strings.NewReplacer(".", "[.]")
	dotsAndColons = strings.NewReplacer(".", "[.]", ":", "[:]")
)

func (l Locator) defangedAuthority() string { return dots.Replace(l.authority()) }

// defangPath breaks an address within the path or query. A canonical path contains no square bracket, so it can be undone.
func defangPath(p string) string { return strings.ReplaceAll(p, "://", "[:]//") }

func refangPath(p string) string {
	return strings.NewReplacer("[.]", ".", "[:]", ":").Replace(p)
}

// refang undoes the usual ways of breaking a host.
func refang(host string) string {
	if !strings.ContainsAny(host, "[({") {
		return host
	}
	for _, b := range []string{"[]", "()", "{}"} {
		for _, dot := range []string{".", "dot"} {
			host = replaceFold(host, b[:1]+dot+b[1:], ".")
		}
	}
	return strings.ReplaceAll(host, "[:]", ":")
}

// replaceFold replaces old, which is ASCII, in any case of its letters.
func replaceFold(s, old, with string) string {
	var b strings.Builder
	for i := 0; i < len(s); {
		if len(s)-i >= len(old) && strings.EqualFold(s[i:i+len(old)], old) {
			b.WriteString(with)
			i += len(old)
			continue
		}
		b.WriteByte(s[i])
		i++
	}
	return b.String()
}

// cutScheme splits a scheme, real or defanged, from the rest. The scheme is returned in lower case and refanged; fanged reports
// whether it had been defanged.
func cutScheme(s string) (scheme, rest string, fanged, found bool) {
	at, sep := -1, ""
	for _, p := range []string{"://", "[:]//", "[://]", "[:/]/"} {
		if i := strings.Index(s, p); i > 0 && (at < 0 || i < at) {
			at, sep = i, p
		}
	}
	if at < 0 || strings.Trim(strings.ToLower(s[:at]), "abcdefghijklmnopqrstuvwxyz0123456789+-.*") != "" {
		return "", s, false, false
	}
	raw := strings.ToLower(s[:at])
	switch raw {
	case "hxxp", "h**p", "hxtp", "htxp":
		scheme = "http"
	case "hxxps", "h**ps", "hxtps", "htxps":
		scheme = "https"
	default:
		scheme = raw
	}
	return scheme, s[at+len(sep):], scheme != raw || sep != "://", true
}

func hasScheme(s string) bool {
	_, _, _, found := cutScheme(s)
	return found
}
