// SPDX-License-Identifier: EUPL-1.2

package form

import (
	"fmt"
	"strings"
	"time"
)

// Facts are what an act says, whatever its instrument.
type Facts struct {
	Ref        string
	Title      string // of the instrument
	Binding    bool
	Issuer     string // unit and country
	IssuerMail string
	Addressee  string
	Address    string // the exact address, real form: the addressee must find it
	Request    string // what is asked, in words
	Basis      string
	Reasons    string
	Limit      string // the time limit in words; "" where there is none
	Seen       time.Time
	Exhibit    string // digest of the manifest of what was captured; "" where nothing was
	Parent     string // reference of the act that this one follows
}

// Requests in words, by the request's name in package legal.
var requests = map[string]string{
	"remove_content": "Please remove the content at this address or disable access to it.",
	"hold_name":      "Please put the name on hold (clientHold) and lock it against transfer, update and deletion, and check the other names of the same account. Please do not delete the name: that would free it for registration and destroy data.",
	"ask_origin":     "Please tell us which host stores the content that you pass on.",
	"delist":         "Please take this entry out of your catalogue and stop its distribution.",
}

// Request gives the words for a request; its own name where there are none.
func Request(name string) string {
	if w, ok := requests[name]; ok {
		return w
	}
	return strings.ReplaceAll(name, "_", " ")
}

// Mail gives the subject and the plain text of an act as it goes by mail or API. Everything the addressee needs is in it: who
// asks, on which basis, for which exact address, why, by when, and how to answer.
func Mail(f Facts) (subject, text string) {
	subject = fmt.Sprintf("[%s] %s", f.Ref, f.Title)
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line("%s", f.Title)
	line("Reference: %s", f.Ref)
	line("From: %s", f.Issuer)
	line("To: %s", f.Addressee)
	if f.Parent != "" {
		line("Follows: %s", f.Parent)
	}
	line("")
	line("Address concerned:")
	line("  %s", f.Address)
	line("")
	line("%s", f.Request)
	line("")
	line("Reasons:")
	line("%s", f.Reasons)
	line("")
	line("Legal basis: %s", f.Basis)
	if f.Limit != "" {
		line("Time limit: %s", f.Limit)
	}
	if !f.Binding {
		line("This is not binding: you decide, by your own terms and the law that applies to you.")
	}
	if !f.Seen.IsZero() {
		line("Last seen by us: %s UTC", f.Seen.UTC().Format("2006-01-02 15:04:05"))
	}
	if f.Exhibit != "" {
		line("Evidence kept by us (SHA-256 of its manifest): %s", f.Exhibit)
	}
	line("")
	line("Please answer this message: that you received it, that you acted, that you need clarification, or why you do not act.")
	line("If you hold that the act is wrong, say so in your answer or contact %s.", f.IssuerMail)
	return subject, b.String()
}

// Answer gives the subject and text of a further letter in an act's thread.
func Answer(ref, title, words string) (subject, text string) {
	return fmt.Sprintf("Re: [%s] %s", ref, title), fmt.Sprintf("Reference: %s\n\n%s\n", ref, strings.TrimSpace(words))
}
