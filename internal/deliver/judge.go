// SPDX-License-Identifier: EUPL-1.2

package deliver

import (
	"slices"
	"strings"

	"github.com/emersion/go-message"
)

// judge finds what a mail says of itself. Reports of mail systems and an explicit event field are explicit; everything else is a
// guess for a person, and no guess counts as a receipt. Who says it is another question: recognise and the desk answer that.
func (r *Reply) judge(h message.Header, p *parts) {
	auto := strings.ToLower(strings.TrimSpace(h.Get("Auto-Submitted")))
	r.Auto = auto != "" && !strings.HasPrefix(auto, "no") || h.Has("X-Autoreply") || h.Has("X-Autorespond") ||
		slices.Contains([]string{"auto_reply", "bulk", "junk"}, strings.ToLower(h.Get("Precedence")))
	event := strings.ToLower(strings.TrimSpace(h.Get("X-Desk-Event")))
	kind, explicit := events[event]
	switch {
	case p.status != nil:
		r.deliveryReport(p)
	case p.notified != nil:
		r.dispositionReport(p)
	case explicit:
		r.Kind, r.Guess, r.Counts = kind, false, true
		r.Why = "the addressee's desk answered under the notice's own address with the event " + event
	case daemon(r.From) || nullSender(h) || anyOf(strings.ToLower(r.Subject), bounceWords):
		r.Kind, r.Guess, r.Auto = Bounce, true, true
		r.Why = "it looks like a mail system's refusal, but is no standard report; a person must look"
	default:
		r.Kind = guess(r.Subject, ownText(r.Text), r.Auto)
		r.Guess = true
		r.Why = "the kind was guessed from words; a person must look, and may record the receipt"
	}
}

// transportActions are what a delivery report can say (RFC 3464, section 2.3.3); the worst of several is told.
var transportActions = []string{"expanded", "relayed", "delivered", "delayed", "failed"}

// deliveryReport reads a delivery status notification (RFC 3464): one block for the message, one for each recipient.
func (r *Reply) deliveryReport(p *parts) {
	r.Kind, r.Guess, r.Auto = DeliveryStatus, false, true
	if p.original != "" {
		r.InReplyTo = p.original
	}
	var reason string
	for _, b := range p.status {
		var action, code, diagnostic string
		for _, f := range b {
			switch strings.ToLower(f.name) {
			case "original-envelope-id": // ours is the Message-ID (RFC 3461, section 4.4)
				if id := firstID("<" + unxtext(f.value) + ">"); id != "" {
					r.InReplyTo = id
				}
			case "action":
				action = strings.ToLower(strings.TrimSpace(f.value))
			case "status":
				code = f.value
			case "diagnostic-code":
				diagnostic = f.value
			}
		}
		if at := slices.Index(transportActions, action); at > slices.Index(transportActions, r.Delivery) {
			r.Delivery, reason = action, strings.TrimSpace(code+" "+diagnostic)
		}
	}
	reason = words(reason)
	switch r.Delivery {
	case "failed":
		r.Kind = Bounce
		r.Why = "the message did not arrive: " + reason
	case "delivered":
		r.Counts = true
		r.Why = "the addressee's mail system reports delivery into the mailbox (RFC 3464): " + reason
	case "relayed", "expanded":
		r.Why = "the message went on to a system that gives no notice; no receipt"
	case "delayed":
		r.Why = "not delivered yet, the mail systems go on trying: " + reason
	default:
		r.Guess, r.Kind = true, Unknown
		r.Why = "a delivery report without a readable outcome; a person must look"
	}
}

// dispositionReport reads a disposition notification (RFC 8098).
func (r *Reply) dispositionReport(p *parts) {
	r.Kind, r.Guess, r.Auto = DeliveryStatus, false, true
	for _, f := range p.notified {
		switch strings.ToLower(f.name) {
		case "disposition":
			_, what, _ := strings.Cut(strings.ToLower(f.value), ";")
			what, _, _ = strings.Cut(what, "/")
			r.Delivery = strings.TrimSpace(what)
		case "original-message-id":
			if id := firstID(f.value); id != "" {
				r.InReplyTo = id
			}
		}
	}
	switch r.Delivery {
	case "displayed":
		r.Counts = true
		r.Why = "the addressee's mail program reports that the message was displayed (RFC 8098)"
	case "deleted", "dispatched", "processed":
		r.Why = "the addressee's mail program reports it " + r.Delivery + ", not displayed; a person must judge"
	default:
		r.Kind, r.Guess, r.Delivery = Unknown, true, ""
		r.Why = "a mail program's report without a readable outcome; a person must look"
	}
}

func daemon(from string) bool {
	local, _, _ := strings.Cut(from, "@")
	return local == "mailer-daemon" || local == "postmaster" || local == "mail-daemon"
}

func nullSender(h message.Header) bool { return strings.TrimSpace(h.Get("Return-Path")) == "<>" }
