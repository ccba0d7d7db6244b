// SPDX-License-Identifier: EUPL-1.2

package locator

// A Kind says what sort of thing an address names.
type Kind string

// The kinds. Their texts are stored: never change one.
const (
	KindURL     Kind = "url"     // a page or a file: https://live.halcyon-weather.test/posts/5521
	KindDomain  Kind = "domain"  // a name: halcyon-weather.test
	KindIP      Kind = "ip"      // an address: 192.0.2.7, 2001:db8::7
	KindApp     Kind = "app"     // an app in a store: app:store.test/org.halcyon.weather
	KindAddOn   Kind = "addon"   // a browser add-on in a store: addon:addons.test/tram-times
	KindStream  Kind = "stream"  // an audio or video stream: stream:https://radio.test/live.mp3
	KindList    Kind = "list"    // a mailing list or newsletter: list:https://lists.test/halcyon
	KindAccount Kind = "account" // an account or channel: account:social.test/@halcyon
)

// Kinds lists every kind in the order of the documentation.
var Kinds = []Kind{KindURL, KindDomain, KindIP, KindApp, KindAddOn, KindStream, KindList, KindAccount}

// Valid reports whether k is one of the known kinds.
func (k Kind) Valid() bool {
	for _, known := range Kinds {
		if k == known {
			return true
		}
	}
	return false
}

// prefix is what a kind writes before its address; URLs, domains and IP addresses need none.
func (k Kind) prefix() string {
	switch k {
	case KindApp, KindAddOn, KindStream, KindList, KindAccount:
		return string(k) + ":"
	}
	return ""
}
