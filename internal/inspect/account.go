// SPDX-License-Identifier: EUPL-1.2

package inspect

import (
	"crypto/sha256"
	"math/big"
	"net/url"
	"strings"
)

// Words that may be an account for money; each is proved by its own check digits, so that a random word is none.
var (
	base58Word = lazily(`\b[13][1-9A-HJ-NP-Za-km-z]{25,34}\b`)
	bech32Word = lazily(`(?i)\bbc1[02-9ac-hj-np-z]{11,87}\b`)
	etherWord  = lazily(`\b0x[0-9a-fA-F]{40}\b`)
	moneroWord = lazily(`\b[48][1-9A-HJ-NP-Za-km-z]{94}\b`)
	ibanWord   = lazily(`\b[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b`)
)

// payees are hosts whose paths name who is paid.
var payees = map[string]string{"paypal.me": "paypal", "www.paypal.me": "paypal", "liberapay.com": "liberapay", "www.patreon.com": "patreon", "patreon.com": "patreon",
	"ko-fi.com": "ko-fi", "www.buymeacoffee.com": "buymeacoffee", "buymeacoffee.com": "buymeacoffee", "opencollective.com": "opencollective"}

// AccountsIn finds accounts for donations in a text and its links, as "kind:account", at most 500.
func AccountsIn(text string, links []string) []string {
	if len(text) > 1<<20 {
		text = strings.ToValidUTF8(text[:1<<20], "")
	}
	var l list
	for _, w := range base58Word().FindAllString(text, maxList) {
		if base58Check(w) {
			l.add("bitcoin:" + w)
		}
	}
	for _, w := range bech32Word().FindAllString(text, maxList) {
		if bech32Check(strings.ToLower(w)) {
			l.add("bitcoin:" + strings.ToLower(w))
		}
	}
	for _, w := range etherWord().FindAllString(text, maxList) {
		l.add("ethereum:" + strings.ToLower(w))
	}
	for _, w := range moneroWord().FindAllString(text, maxList) {
		l.add("monero:" + w)
	}
	for _, w := range ibanWord().FindAllString(text, maxList) {
		for w = strings.TrimSpace(w); len(w) > 14; w = strings.TrimSpace(w[:max(strings.LastIndexByte(w, ' '), 0)]) { // a word may follow
			if s := strings.ReplaceAll(w, " ", ""); ibanCheck(s) {
				l.add("iban:" + s)
				break
			}
		}
	}
	for _, a := range links {
		u, err := url.Parse(a)
		if err != nil {
			continue
		}
		if kind := payees[strings.ToLower(u.Hostname())]; kind != "" {
			if name, _, _ := strings.Cut(strings.Trim(u.Path, "/"), "/"); name != "" {
				l.add(kind + ":" + strings.ToLower(name))
			}
		}
		if u.Scheme == "bitcoin" || u.Scheme == "monero" {
			l.add(u.Scheme + ":" + u.Opaque)
		}
	}
	return l.all
}

const base58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"

// base58Check proves a Bitcoin address by the last four bytes, of a double SHA-256.
func base58Check(s string) bool {
	n := new(big.Int)
	for _, c := range s {
		n.Mul(n, big.NewInt(58)).Add(n, big.NewInt(int64(strings.IndexRune(base58, c))))
	}
	b := n.Bytes()
	if len(b) > 25 {
		return false
	}
	b = append(make([]byte, 25-len(b)), b...)
	one := sha256.Sum256(b[:21])
	two := sha256.Sum256(one[:])
	return (b[0] == 0 || b[0] == 5) && string(two[:4]) == string(b[21:])
}

// bech32Check proves a segwit address by its polynomial (BIP 173, BIP 350).
func bech32Check(s string) bool {
	const letters = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
	sum := uint32(1)
	step := func(v uint32) {
		top := sum >> 25
		sum = sum&0x1ffffff<<5 ^ v
		for i, g := range []uint32{0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3} {
			if top>>i&1 == 1 {
				sum ^= g
			}
		}
	}
	for _, c := range "bc" {
		step(uint32(c) >> 5)
	}
	step(0)
	for _, c := range "bc" {
		step(uint32(c) & 31)
	}
	for _, c := range s[3:] {
		step(uint32(strings.IndexRune(letters, c)))
	}
	return sum == 1 || sum == 0x2bc830a3
}

// ibanCheck proves an IBAN: the whole, letters as numbers and the first four at the end, is 1 modulo 97 (ISO 13616).
func ibanCheck(s string) bool {
	if len(s) < 15 || len(s) > 34 {
		return false
	}
	rest := 0
	for _, c := range s[4:] + s[:4] {
		switch {
		case '0' <= c && c <= '9':
			rest = (rest*10 + int(c-'0')) % 97
		case 'A' <= c && c <= 'Z':
			rest = (rest*100 + int(c-'A') + 10) % 97
		default:
			return false
		}
	}
	return rest == 1
}
