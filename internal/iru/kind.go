// SPDX-License-Identifier: EUPL-1.2

package iru

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// MessageKind is what a message between partners is about.
type MessageKind string

// The kinds of messages; docs/format/partner.md has their bodies.
const (
	SayCard        MessageKind = "card"        // the sender's card changes
	SayInvitation  MessageKind = "invitation"  // to take part in an operation
	SayConsent     MessageKind = "consent"     // whether the invitation is accepted
	SayPackage     MessageKind = "package"     // the tasks that are proposed to the partner
	SayTasks       MessageKind = "tasks"       // where the sender's own tasks stand, and what became of them
	SayAnswer      MessageKind = "answer"      // the sender's answer to the poll
	SayT0          MessageKind = "t0"          // the instant that the lead proposes
	SayHold        MessageKind = "hold"        // the lead holds
	SayAbort       MessageKind = "abort"       // the lead aborts
	SayStanding    MessageKind = "standing"    // where the sender's own operation stands
	SayDuty        MessageKind = "duty"        // words from duty officer to duty officer
	SayQuestion    MessageKind = "question"    // deconfliction
	SayReply       MessageKind = "reply"       // to it
	SayCheckpoint  MessageKind = "checkpoint"  // of the sender's ledger
	SayCosignature MessageKind = "cosignature" // of the partner's ledger
	SaySet         MessageKind = "set"         // what the receiver may ask about, hit or no hit
	SayAsk         MessageKind = "ask"         // hit or no hit, blinded
	SayTold        MessageKind = "told"        // the evaluation of it
)

// MaxBody is the greatest length of a body in bytes, which package peer sets as well.
const MaxBody = 4 << 20

// A Body is what a message says. Check refuses, as Invalid, what cannot be meant.
type Body interface{ Check() error }

// newBody gives the empty body of each kind.
func newBody(k MessageKind) Body {
	switch k {
	case SayCard:
		return &CardBody{}
	case SayInvitation:
		return &InvitationBody{}
	case SayConsent:
		return &ConsentBody{}
	case SayPackage:
		return &PackageBody{}
	case SayTasks:
		return &TasksBody{}
	case SayAnswer:
		return &AnswerBody{}
	case SayT0:
		return &T0Body{}
	case SayHold, SayAbort:
		return &StopBody{}
	case SayStanding:
		return &StandingBody{}
	case SayDuty:
		return &DutyBody{}
	case SayQuestion:
		return &QuestionBody{}
	case SayReply:
		return &ReplyBody{}
	case SayCheckpoint:
		return &CheckpointBody{}
	case SayCosignature:
		return &CosignatureBody{}
	case SaySet:
		return &SetBody{}
	case SayAsk:
		return &AskBody{}
	case SayTold:
		return &ToldBody{}
	}
	return nil
}

// ofOperation are the kinds that name an operation.
var ofOperation = map[MessageKind]bool{SayInvitation: true, SayConsent: true, SayPackage: true, SayTasks: true, SayAnswer: true, SayT0: true, SayHold: true,
	SayAbort: true, SayStanding: true, SayQuestion: true, SayReply: true}

// ReadBody decodes and checks what a partner said. Its error is Invalid, and tells in words what is wrong.
func ReadBody(k MessageKind, operation, body string) (Body, error) {
	b := newBody(k)
	switch {
	case b == nil:
		return nil, Refuse(Invalid, fmt.Sprintf("messages of the kind %.40q are not known here", string(k)), "the partner's program may be newer: update this one, and take the message up again")
	case len(body) > MaxBody:
		return nil, Refuse(Invalid, fmt.Sprintf("the message is longer than %d bytes", MaxBody), "")
	case !utf8.ValidString(body) || strings.IndexByte(body, 0) >= 0:
		return nil, Refuse(Invalid, "the message is no text", "")
	case ofOperation[k] && !isUID(operation):
		return nil, Refuse(Invalid, "the message names no operation", "")
	}
	dec := json.NewDecoder(bytes.NewReader([]byte(body)))
	dec.DisallowUnknownFields()
	if err := dec.Decode(b); err != nil {
		return nil, Refuse(Invalid, fmt.Sprintf("a message of the kind %s is not what docs/format/partner.md says: %.120s", k, err), "ask the partner's person")
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, Refuse(Invalid, "something follows the end of the message", "")
	}
	if strings.Contains(body, `\u0000`) {
		return nil, Refuse(Invalid, "the message has a NUL in it", "")
	}
	if err := b.Check(); err != nil {
		return nil, err
	}
	return b, nil
}

// WriteBody encodes what is told to a partner, after the check that the partner will make.
func WriteBody(k MessageKind, operation string, b Body) (string, error) {
	text, err := json.Marshal(b)
	if err != nil {
		return "", fmt.Errorf("write message: %w: %w", Internal, err)
	}
	_, err = ReadBody(k, operation, string(text))
	return string(text), err
}

// isUID reports whether this is a number that is the same on every machine: 16 random bytes, hex.
func isUID(s string) bool {
	return len(s) == 32 && strings.Trim(s, "0123456789abcdef") == ""
}

// short refuses text that is empty where it must not be, or longer than most characters.
func short(what, s string, needed bool, most int) error {
	if needed && strings.TrimSpace(s) == "" {
		return Refuse(Invalid, what+" is missing", "")
	}
	if n := utf8.RuneCountInString(s); n > most {
		return Refuse(Invalid, fmt.Sprintf("%s has %d characters, more than %d", what, n, most), "")
	}
	return nil
}

// ParseHandling reads the codes as a message carries them: "TLP:GREEN PAP:CLEAR H1 H3; condition". Its error is Invalid.
func ParseHandling(s string) (Handling, error) {
	codes, note, _ := strings.Cut(s, "; ")
	tlp, rest, _ := strings.Cut(codes, " ")
	pap, hs, _ := strings.Cut(rest, " ")
	h := Handling{Note: note, H: hs}
	var a, b bool
	h.TLP, a = strings.CutPrefix(tlp, "TLP:")
	h.PAP, b = strings.CutPrefix(pap, "PAP:")
	if !a || !b || len(s) > 2000 {
		return h, Refuse(Invalid, fmt.Sprintf("%.60q are no handling codes", s), "write TLP:GREEN PAP:CLEAR H0")
	}
	return h, h.Check()
}

// Wire is the text that ParseHandling reads.
func (h Handling) Wire() string {
	if h.Note == "" {
		return h.String()
	}
	return h.String() + "; " + h.Note
}
