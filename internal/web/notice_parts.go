// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"github.com/a-h/templ"
	"golang.org/x/mod/sumdb/tlog"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/ledger"
	"iolaus/internal/web/ui"
)

// noticeSteps is the way of an act, with who and when.
func (v *visit) noticeSteps(t *db.Tx, p *NoticePage, who names) ui.Steps {
	ctx, n := v.ctx(), p.Notice
	out := ui.Steps{Label: ui.T(ctx, "Progress")}
	add := func(title string, icon ui.Icon, by, when string, done bool) {
		s := ui.Step{Title: title, Icon: icon, By: by, At: when}
		if done {
			s.State = ui.StepDone
		}
		out.Steps = append(out.Steps, s)
	}
	clock := func(n iru.Notice) string {
		if !n.SentAt.IsZero() {
			return n.SentAt.UTC().Format("15:04:05")
		}
		return ""
	}
	add(ui.T(ctx, "Draft"), "", who.of(ctx, t, n.Drafted), n.Created.UTC().Format("15:04"), n.State != iru.NoticeDraft && n.State != "")

	var by []string
	for _, a := range n.Approvals {
		by = append(by, who.of(ctx, t, a.By))
	}
	title, need := ui.T(ctx, "Approved"), 1
	if n.NeedsTwo() {
		title, need = ui.T(ctx, "Approved by two"), 2
	}
	approved, when := len(n.Approvals) >= need, ""
	switch {
	case len(n.Approvals) > 0 && approved:
		when = n.Approvals[len(n.Approvals)-1].At.UTC().Format("15:04")
	case n.NeedsTwo() && len(n.Approvals) == 1:
		by = append(by, ui.T(ctx, "a second is missing"))
	case n.State == iru.NoticeSubmitted:
		by = append(by, ui.Tn(ctx, need, "%d approvals are missing"))
	}
	add(title, "", list(by), when, approved)

	sealed, entry := false, ""
	if approved && p.Proof != nil && p.Proof.Index >= 0 {
		sealed, entry = true, ui.T(ctx, "ledger entry %s", ui.Thousands(int(p.Proof.Index)))
	}
	add(ui.T(ctx, "Sealed"), ui.IconLock, entry, "", sealed)
	sent := !n.SentAt.IsZero()
	to := ""
	if sent || n.State == iru.NoticeDispatched {
		to = ui.T(ctx, "by %s", channelName(ctx, p.Provider.Channel))
	}
	add(ui.T(ctx, "Sent"), ui.IconSend, to, clock(n), sent)
	got, proof := !n.ReceivedAt.IsZero(), ""
	if got {
		proof = n.ReceivedAt.UTC().Format("15:04:05")
	}
	add(ui.T(ctx, "Received"), ui.IconIn, map[bool]string{true: ui.T(ctx, "receipt recorded")}[got], proof, got)
	v.lastStep(p, add)

	if last := &out.Steps[len(out.Steps)-1]; n.State == iru.NoticeBreached || n.State == iru.NoticeRefused || n.State == iru.NoticeBounced {
		for i := range out.Steps {
			if out.Steps[i].State != ui.StepDone {
				out.Steps[i].State = ui.StepTodo
			}
		}
		last.State = ui.StepNow
		return out
	}
	for i := range out.Steps {
		if out.Steps[i].State != ui.StepDone {
			if n.State == iru.NoticeWithdrawn && i < len(out.Steps)-1 {
				out.Steps[i].State = ui.StepTodo
				continue
			}
			out.Steps[i].State = ui.StepNow
			for j := i + 1; j < len(out.Steps); j++ {
				if out.Steps[j].State != ui.StepDone {
					out.Steps[j].State = ui.StepTodo
				}
			}
			break
		}
	}
	return out
}

// lastStep is how an act ends: removal verified, or what came instead.
func (v *visit) lastStep(p *NoticePage, add func(title string, icon ui.Icon, by, when string, done bool)) {
	ctx, n, when := v.ctx(), p.Notice, ""
	if !n.OutcomeAt.IsZero() {
		when = n.OutcomeAt.UTC().Format("15:04:05")
	}
	switch n.State {
	case iru.NoticeComplied:
		add(ui.T(ctx, "Verified gone"), "", ui.T(ctx, "seen by us, by agreement"), when, true)
	case iru.NoticeBreached:
		add(ui.T(ctx, "Up again"), ui.IconReturn, ui.T(ctx, "after it was verified gone"), when, false)
	case iru.NoticeRefused:
		add(ui.T(ctx, "Refused"), ui.IconBan, ui.T(ctx, "in the addressee's words"), when, false)
	case iru.NoticeBounced:
		add(ui.T(ctx, "Not delivered"), ui.IconWarn, "", when, false)
	case iru.NoticeWithdrawn:
		if !n.SentAt.IsZero() && !p.Taken.IsZero() {
			add(ui.T(ctx, "Verified gone"), "", ui.T(ctx, "seen by us, by agreement"), p.Taken.UTC().Format("15:04:05"), true)
		}
		word := lostWords(ctx, p.Lost)
		if word == "" {
			word = ui.T(ctx, "Withdrawn")
		}
		add(word, ui.IconBan, plainDefanged(cutText(n.Outcome, 160)), when, true)
	case iru.NoticeEscalated:
		add(ui.T(ctx, "Escalated"), ui.IconUp, n.Outcome, when, true)
	default:
		due := ""
		for _, c := range p.Clocks {
			if c.State == iru.ClockRunning && c.Binding {
				due = ui.T(ctx, "due %s", c.Due.UTC().Format("15:04:05"))
			}
		}
		agree := 0
		for _, r := range p.Asset.Presence.Runs {
			if r.Length >= p.Need.Rounds {
				agree++
			}
		}
		add(ui.T(ctx, "Verified gone"), "", ui.T(ctx, "so far %d of %d points", agree, p.Need.Points), due, false)
	}
}

// waitsFor names what keeps an approved act from leaving.
func (v *visit) waitsFor(p *NoticePage) []ui.Line {
	ctx, n := v.ctx(), p.Notice
	var out []ui.Line
	if why, ok := complaint(p.Barred); ok {
		l := ui.Line{Text: why}
		if v.may(iru.ToClassify) && p.Ours {
			l.Href = "/outlets/" + id(p.Outlet.ID) + "/step/classify"
		}
		out = append(out, l)
	}
	if n.State != iru.NoticeApproved {
		return out
	}
	if p.Provider.Contact != iru.ContactConfirmed {
		out = append(out, ui.Line{Text: ui.T(ctx, "Nobody has confirmed the contact of %s.", p.Provider.Name), Href: "/providers/" + id(p.Provider.ID)})
	}
	if p.Proof == nil || p.Proof.Index < 0 {
		out = append(out, ui.Line{Text: ui.T(ctx, "Its approval is not sealed yet; that takes a second.")})
	}
	if n.Operation != 0 && p.Operation.State != iru.OperationReleased && p.Operation.State != iru.OperationClosed {
		out = append(out, ui.Line{Text: ui.T(ctx, "It leaves at T0 of operation %s.", p.Operation.Name), Href: "/operations/" + id(p.Operation.ID)})
	}
	if len(out) == 0 {
		out = append(out, ui.Line{Text: ui.T(ctx, "Nothing hinders it; it is next in line.")})
	}
	return out
}

// noticeButtons offers what the officer may do now: a button that would be refused is not there.
func (v *visit) noticeButtons(p *NoticePage) []ui.Button {
	ctx, n := v.ctx(), p.Notice
	base := "/notices/" + id(n.ID)
	out := []ui.Button{{Text: ui.T(ctx, "See as the recipient does"), Href: base + "/paper", Key: "v"}}
	var last []ui.Button
	for _, s := range noticeVerbs {
		if v.mayStepAsked(s, n, func() (iru.Letter, error) { return p.Asked, nil }) != nil {
			continue
		}
		b := ui.Button{Text: s.name(ctx, n), Href: base + "/step/" + s.verb, Legal: true}
		if s.danger {
			b.Kind = ui.Danger
			last = append(last, b)
			continue
		}
		if s.primary {
			b.Kind = ui.Primary
		}
		out = append(out, b)
	}
	if v.mayEdit(n) == nil {
		out = append(out, ui.Button{Text: ui.T(ctx, "Edit"), Href: base + "/edit", Key: "e"})
	}
	if p.Ours && iru.NoticeTable.Can(n.State, "escalate") && v.may(iru.ToDraft) && p.Asset.ID != 0 {
		out = append(out, ui.Button{Text: ui.T(ctx, "Escalate"), Href: base + "/escalate", Legal: true})
	}
	if p.MayAnswer {
		last = append(last, ui.Button{Text: ui.T(ctx, "Answer %s", p.Provider.Name), Href: "#answer", Kind: ui.Primary, Legal: true})
	}
	return append(out, last...)
}

// documents lists what the act consists of, each with its digest.
func (v *visit) documents(t *db.Tx, p *NoticePage, ls []iru.Letter) error {
	ctx, n := v.ctx(), p.Notice
	p.Documents = ui.Table{Label: ui.T(ctx, "Documents"), Compact: true, Columns: []ui.Column{{Title: ui.T(ctx, "Document")}, {Title: ui.T(ctx, "Version")}, {Title: ui.T(ctx, "Digest"), NoWrap: true}, {Title: ui.T(ctx, "When"), NoWrap: true}}}
	add := func(what templ.Component, version, digest string, when templ.Component) {
		p.Documents.Rows = append(p.Documents.Rows, ui.Cells(what, ui.Text(version), ui.Hash{Prefix: "sha256:", Hex: digest, Copy: true}, when))
	}
	dig, err := desk.ActDigest(n)
	if err != nil {
		return err
	}
	version := ui.T(ctx, "as it stands")
	if len(n.Approvals) > 0 {
		version = ui.T(ctx, "as approved")
	}
	add(ui.Text(ui.T(ctx, "What an approval covers")), version, dig, ui.When{At: n.Created, Day: true})
	add(ui.Text(ui.T(ctx, "Statement of reasons")), version, textSum(n.Reasons), ui.When{At: n.Created, Day: true})
	for _, l := range ls {
		if l.Kind == "notice" && !l.Inbound {
			add(ui.Link("/notices/"+id(n.ID)+"/paper", ui.T(ctx, "The act as sent")), ui.T(ctx, "sent"), textSum(l.Subject+"\n"+l.Text), ui.When{At: l.At, Day: true})
		}
		for _, f := range l.Files {
			if l.Kind == "notice" && !l.Inbound {
				add(ui.Link("/notices/"+id(n.ID)+"/document/"+f.Kind, f.Name), ui.T(ctx, "sent"), f.SHA256, ui.When{At: l.At, Day: true})
			}
		}
		if l.Inbound && l.Kind == "receipt" && len(l.Proof) == 64 {
			add(ui.Text(ui.T(ctx, "Receipt of %s", p.Provider.Name)), ui.T(ctx, "received"), l.Proof, ui.When{At: l.At, Day: true})
		}
	}
	if n.Item != 0 {
		i, err := t.Item(ctx, v.scope, n.Item)
		if err != nil && !errors.Is(err, iru.NotFound) {
			return err
		}
		if err == nil && i.Exhibit != 0 {
			x, err := t.Exhibit(ctx, v.scope, i.Exhibit)
			if err != nil {
				return err
			}
			add(ui.Link("/exhibits/"+id(x.ID), ui.T(ctx, "Exhibit %s, manifest", id(x.ID))), exhibitState(ctx, x.State).Word, x.Manifest, ui.When{At: x.At, Day: true})
		}
	}
	return nil
}

// textSum is the SHA-256 of a text, hex.
func textSum(text string) string {
	h := sha256.Sum256([]byte(text))
	return hex.EncodeToString(h[:])
}

// proof finds an event's place in the ledger and checks it: leaf, path, root, signature.
func (v *visit) proof(t *db.Tx, eid iru.EventID) (*ProofCard, error) {
	e, err := t.Event(v.ctx(), v.scope, eid)
	if err != nil {
		return nil, err
	}
	return v.proofOf(t, e)
}

// proofOf is proof of an event that was read.
func (v *visit) proofOf(t *db.Tx, e iru.Event) (*ProofCard, error) {
	c := &ProofCard{Event: e.ID, Kind: eventKind(e), Index: -1}
	p, leaf, err := v.proveEvent(t, e)
	if errors.Is(err, iru.Unavailable) {
		return c, nil
	}
	if err != nil {
		return nil, err
	}
	h := tlog.RecordHash(leaf)
	c.Index, c.Leaf = e.Index, hex.EncodeToString(h[:])
	cp, err := p.Check(leaf, v.desk.Log.Verifier, v.desk.Log.Origin)
	if err != nil {
		c.Fault = err.Error()
		return c, nil
	}
	c.Checked, c.Size, c.Root, c.At = true, cp.Size, hex.EncodeToString(cp.Root[:]), cp.At
	return c, nil
}

// proveEvent makes the proof that an event is in the log, with the leaf in its extra line, so that it stands alone. Before a checkpoint
// covers the event it is Unavailable.
func (v *visit) proveEvent(t *db.Tx, e iru.Event) (ledger.Proof, []byte, error) {
	ctx := v.ctx()
	size, _, signed, err := t.Checkpoint(ctx)
	if err != nil && !errors.Is(err, iru.NotFound) {
		return ledger.Proof{}, nil, err
	}
	if e.Index < 0 || e.Index >= size {
		return ledger.Proof{}, nil, iru.Refuse(iru.Unavailable, "this event is not sealed yet", "try again in a second")
	}
	var leaf []byte
	for ev, err := range t.Log(ctx).Events(e.Index, e.Index+1) {
		if err != nil {
			return ledger.Proof{}, nil, err
		}
		leaf = append([]byte(nil), ev.Leaf...)
	}
	p, err := ledger.Prove(signed, e.Index, t.Log(ctx))
	if err != nil {
		return p, nil, fmt.Errorf("prove event %d: %w: %w", e.ID, iru.Internal, err)
	}
	p.Extra = leaf
	return p, leaf, nil
}

// sendProof answers with a proof as a file.
func (v *visit) sendProof(e iru.Event, name string) error {
	var text []byte
	err := v.read(func(t *db.Tx) error {
		p, _, err := v.proveEvent(t, e)
		if err == nil {
			text = p.Format()
		}
		return err
	})
	if err != nil {
		return err
	}
	return v.file(name+".tlog-proof", "text/plain; charset=utf-8", text)
}

// file answers with bytes that a browser stores and never shows.
func (v *visit) file(name, kind string, body []byte) error {
	h := v.w.Header()
	h.Set("Content-Type", kind)
	h.Set("Content-Disposition", `attachment; filename="`+plainFile(name)+`"`)
	h.Set("Content-Security-Policy", "sandbox; default-src 'none'")
	_, err := v.w.Write(body)
	if err != nil {
		return nil // the reader is gone
	}
	return nil
}

// plainFile keeps what is safe in the name of a file.
func plainFile(name string) string { return strings.Map(plainRune, cutText(name, 120)) }

func plainRune(r rune) rune {
	if r == '.' || r == '-' || r == '_' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
		return r
	}
	return '_'
}
