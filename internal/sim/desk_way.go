// SPDX-License-Identifier: EUPL-1.2

package sim

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"iolaus/internal/iru"
)

// pageForm is the address of a page without an account, as notices tell it.
var pageForm = regexp.MustCompile(`https?://[^\s<>"]+/p/[a-z2-7]{29}`)

// way is how an answer goes: by the desk's own way where there is an annex for what it says, and it can.
func (d *desk) way(m outgoing) Way {
	w := d.p.Desk.Habit.Way
	if m.file.Via != "smtp" {
		return ""
	}
	switch m.answer.Event {
	case "done":
		if w == ByPage && m.file.page == "" || w != ByPage && m.file.Instrument != RemovalOrder {
			return ""
		}
		return w
	case "impossible", "clarification":
		if w != ByPage && m.file.Instrument == RemovalOrder {
			return w
		}
	}
	return ""
}

// spoken is the event that stands in a mail's head: none where the form speaks.
func (d *desk) spoken(m outgoing) string {
	if d.way(m) != "" {
		return ""
	}
	return m.answer.Event
}

// annex is Annex II or III, filled in.
func (d *desk) annex(m outgoing) iru.Annex {
	at := m.answer.At.UTC().Truncate(time.Second)
	a := iru.Annex{Schema: iru.AnnexSchema, Number: iru.AnnexFeedback, Reference: m.file.Reference, Theirs: m.file.id, Addressee: d.p.Name, ReceivedAt: m.file.At.UTC().Truncate(time.Second),
		Name: d.p.Name, State: d.p.State, Person: "R. Halloran", Mail: d.p.Desk.Mail, SignedAt: at}
	switch m.answer.Event {
	case "impossible":
		a.Number, a.Causes, a.Reasons, a.Signature = iru.AnnexImpossibility, []string{iru.CauseImpossible}, m.answer.Text, "R. Halloran"
	case "clarification":
		a.Number, a.Causes, a.Needed, a.Signature = iru.AnnexImpossibility, []string{iru.CauseUnclear}, m.answer.Text, "R. Halloran"
	default:
		a.Measure, a.MeasureAt = iru.MeasureRemoved, at
		if d.p.Desk.Habit.Effect == LegalBlock {
			a.Measure = iru.MeasureDisabled
		}
	}
	return a
}

// enclosed is the form that goes with a mail; nil: none.
func (d *desk) enclosed(m outgoing) (name, kind string, body []byte) {
	switch d.way(m) {
	case ByAnnex:
		b, err := json.MarshalIndent(d.annex(m), "", "  ")
		if err != nil {
			return "", "", nil
		}
		return "annex-" + strings.ToLower(d.annex(m).Number) + ".json", "application/json", b
	case ByPaper:
		return "annex-" + strings.ToLower(d.annex(m).Number) + ".pdf", "application/pdf", paper(d.annex(m).Text())
	}
	return "", "", nil
}

// enclose writes a mail of a few words and a file.
func enclose(b *bytes.Buffer, name, kind string, body []byte) []byte {
	const mark = "=_range-form"
	b.WriteString("Content-Type: multipart/mixed; boundary=\"" + mark + "\"\r\n\r\n--" + mark + "\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nPlease find our form enclosed.\r\n")
	b.WriteString("--" + mark + "\r\nContent-Type: " + kind + "\r\nContent-Disposition: attachment; filename=\"" + name + "\"\r\nContent-Transfer-Encoding: base64\r\n\r\n")
	text := base64.StdEncoding.EncodeToString(body)
	for len(text) > 0 {
		n := min(76, len(text))
		b.WriteString(text[:n] + "\r\n")
		text = text[n:]
	}
	b.WriteString("--" + mark + "--\r\n")
	return b.Bytes()
}

// paper is a PDF of one page with lines of text.
func paper(text string) []byte {
	var page strings.Builder
	y := 800
	for l := range strings.Lines(text) {
		l = strings.NewReplacer("\\", "\\\\", "(", "\\(", ")", "\\)").Replace(strings.TrimRight(l, "\n"))
		fmt.Fprintf(&page, "BT /F1 8 Tf 40 %d Td (%s) Tj ET\n", y, l)
		y -= 14
	}
	var b bytes.Buffer
	b.WriteString("%PDF-1.4\n")
	for n, o := range []string{"<</Type /Catalog /Pages 2 0 R>>", "<</Type /Pages /Kids [3 0 R] /Count 1>>",
		"<</Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources <</Font <</F1 <</Type /Font /Subtype /Type1 /BaseFont /Helvetica>>>>>>>>",
		fmt.Sprintf("<</Length %d>>\nstream\n%s\nendstream", page.Len(), page.String())} {
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", n+1, o)
	}
	b.WriteString("trailer\n<</Root 1 0 R /Size 5>>\n%%EOF\n")
	return b.Bytes()
}

var formNumber = regexp.MustCompile(`name="once" value="([^"]+)"`)

// fillPage opens the page without an account and fills in its form, as a person would.
func (d *desk) fillPage(ctx context.Context, m outgoing) error {
	u, err := url.Parse(m.file.page)
	if err != nil || u.Host == "" {
		return fmt.Errorf("open page %q: %w", m.file.page, errForGood)
	}
	if host := u.Hostname(); !isLoopback(host) {
		if _, err := guardName(host); err != nil {
			return fmt.Errorf("open page: %w: %w", err, errForGood)
		}
	}
	t := &http.Transport{DisableKeepAlives: true, TLSClientConfig: &tls.Config{RootCAs: d.r.ca.pool()},
		DialContext: func(ctx context.Context, _, addr string) (net.Conn, error) {
			return d.r.dialName(ctx, d.p.at(atOwn), addr)
		}}
	c := http.Client{Transport: t, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	at := m.file.page + "/answer/removed"
	body, status, err := visitPage(ctx, &c, http.MethodGet, at, nil)
	if err != nil {
		return err
	}
	found := formNumber.FindStringSubmatch(body)
	if status != http.StatusOK || found == nil {
		return pageSaid("form", status)
	}
	form := url.Values{"once": {found[1]}, "measure_at": {m.answer.At.UTC().Format("2006-01-02T15:04:05")}, "name": {d.p.Name}, "person": {"R. Halloran"}, "mail": {d.p.Desk.Mail}, "theirs": {m.file.id},
		"text": {m.answer.Text}}
	if _, status, err = visitPage(ctx, &c, http.MethodPost, at, form); err == nil && status != http.StatusSeeOther {
		err = pageSaid("answer", status)
	}
	return err
}

func pageSaid(what string, status int) error {
	err := fmt.Errorf("page without an account: %s: status %d", what, status)
	if status/100 == 4 && status != http.StatusTooManyRequests {
		return errors.Join(err, errForGood)
	}
	return err
}

func visitPage(ctx context.Context, c *http.Client, method, at string, form url.Values) (string, int, error) {
	q, err := http.NewRequestWithContext(ctx, method, at, strings.NewReader(form.Encode()))
	if err != nil {
		return "", 0, fmt.Errorf("open page: %w: %w", err, errForGood)
	}
	if form != nil {
		q.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	resp, err := c.Do(q)
	if err != nil {
		return "", 0, fmt.Errorf("open page: %w", err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	return string(b), resp.StatusCode, err
}
