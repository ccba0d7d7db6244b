// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"bytes"
	"context"
	"fmt"
	"strings"

	"github.com/riverqueue/river"

	"iolaus/internal/deliver"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
)

// Accept stores a reply that came by mail: its bytes first, then its place in the thread. The mail server says 250 only after that.
func (c *Crew) Accept(ctx context.Context, r deliver.Reply) error {
	proof := ""
	if len(r.Raw) > 0 {
		sum, _, err := c.Store.Put(ctx, bytes.NewReader(r.Raw))
		if err != nil {
			return fmt.Errorf("store reply: %w", err)
		}
		proof = sum
	}
	return c.Desk.Receive(ctx, Reply(r, iru.ByMail, proof))
}

// Reply is what a delivered reply means to the desk.
func Reply(r deliver.Reply, channel, proof string) desk.Reply {
	kinds := map[deliver.ReplyKind]string{deliver.Acknowledgement: "receipt", deliver.Clarification: "clarification", deliver.Done: "done",
		deliver.RefusedByProvider: "refused", deliver.Impossible: "refused", deliver.Bounce: "bounce"}
	kind, ok := kinds[r.Kind]
	if !ok {
		kind = "unknown"
	}
	if r.Kind == deliver.DeliveryStatus && r.Counts {
		kind = "receipt"
	}
	return desk.Reply{Notice: iru.NoticeID(r.Notice), Kind: kind, Guess: r.Guess || kind == "unknown", At: r.At, Channel: channel, From: clean(r.From),
		Subject: clean(r.Subject), Text: clean(r.Text), MessageID: clean(r.MessageID), Proof: proof}
}

func clean(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "\uFFFD")
}

// said is the state in which a notice is once the addressee's word has reached us.
var said = map[string]iru.NoticeState{"clarification": iru.NoticeClarifying, "done": iru.NoticeClaimed, "refused": iru.NoticeRefused}

// receiver asks a provider's interface what became of a notice whose answer is missing.
type receiver struct {
	river.WorkerDefaults[desk.Receive]
	*Crew
}

func (w *receiver) Work(ctx context.Context, job *river.Job[desk.Receive]) error {
	d, err := w.Desk.Thread(ctx, job.Args.Notice)
	if err != nil {
		return outcome(err)
	}
	if d.Provider.Channel != iru.ByAPI || d.Notice.RemoteID == "" || !d.Notice.State.Open() {
		return nil
	}
	s, err := w.api(d.Provider).Status(ctx, d.Notice.RemoteID)
	if err != nil {
		return outcome(err)
	}
	kind := map[string]string{"clarification": "clarification", "done": "done", "refused": "refused", "cannot": "refused"}[s.State]
	if kind != "" && said[kind] != d.Notice.State { // its own word has not reached us
		if err := w.Desk.Receive(ctx, desk.Reply{Notice: d.Notice.ID, Kind: kind, At: w.Desk.Now(), Channel: iru.ByAPI, From: d.Provider.Name,
			Text: "state at the provider's interface: " + clean(s.State), MessageID: fmt.Sprintf("%s/%s/%s", d.Provider.Site, s.ID, s.State)}); err != nil {
			return outcome(err)
		}
	}
	return river.JobSnooze(w.Desk.Rules.Verify)
}
