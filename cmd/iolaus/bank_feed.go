// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"iolaus/internal/desk"
	"iolaus/internal/fetch"
	"iolaus/internal/iru"
	"iolaus/internal/iru/bankfile"
)

// fetchFor is how long one answer may take: a list of ten million rows has a gigabyte.
const fetchFor = time.Hour

// maxFetched is how much of one answer is taken, in bytes.
const maxFetched = 8 << 30

// address imports what an address answers with: a feed page by page, anything else as a file.
func (x *importer) address(ctx context.Context) error {
	vs, err := (&house{cfg: x.cfg}).vantages(nil)
	if err != nil {
		return err
	}
	client := vs[0].HTTP()
	client.Timeout = fetchFor
	start, err := url.Parse(x.From)
	if err != nil {
		return iru.Refuse(iru.Invalid, fmt.Sprintf("%.200q is no address: %v", x.From, err), "give an address such as https://example.test/list")
	}
	token := ""
	if x.Token != "" {
		b, err := os.ReadFile(x.Token)
		if err != nil {
			return fmt.Errorf("read token: %w", err)
		}
		token = strings.TrimSpace(string(b))
	}
	// What feeds and files share is seen before a bank is opened: the first answer.
	after := x.goesOn(ctx)
	body, err := fetchList(ctx, client, paged(start, after), token)
	if err != nil {
		return err
	}
	defer body.Close()
	in := bufio.NewReaderSize(body, 1<<20)
	beginning, err := in.Peek(4096)
	if err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("fetch %s: %w: %w", start.Redacted(), iru.Unavailable, err)
	}
	if f := bankfile.Format(first(x.Format, string(bankfile.Guess(beginning)))); f != bankfile.Feed {
		kept, err := x.temporary()
		if err != nil {
			return err
		}
		defer kept.Close()
		if n, err := io.Copy(kept, io.LimitReader(in, maxFetched+1)); err != nil || n > maxFetched {
			return fmt.Errorf("fetch %s: %w: %d bytes came: %w", start.Redacted(), iru.Unavailable, n, errors.Join(err))
		}
		return x.file(ctx, kept, start.Redacted())
	}
	sc, b, err := x.into(ctx, bankfile.Header{})
	if err != nil {
		return err
	}
	p := &pages{x: x, client: client, at: start, token: token, first: in}
	r := x.request(b, start.Redacted(), bankfile.Feed)
	done, err := x.desk.Import(ctx, sc, r, func(yield func(bankfile.Row, error) bool) { p.walk(ctx, yield) })
	return x.end(b, done, err)
}

// goesOn is the cursor at which the bank's feed goes on; "" where there is no bank yet, or another feed in it.
func (x *importer) goesOn(ctx context.Context) string {
	sc, err := x.as(ctx, x.As, x.errs)
	if err != nil {
		return ""
	}
	b, err := x.bank(ctx, sc, x.Bank)
	if err != nil || b.Feed != x.From {
		return ""
	}
	return desk.FeedCursor(b)
}

// paged is the address of a feed from a cursor on.
func paged(u *url.URL, after string) *url.URL {
	if after == "" {
		return u
	}
	v := *u
	q := v.Query()
	q.Set("after", after)
	v.RawQuery = q.Encode()
	return &v
}

func fetchList(ctx context.Context, client *http.Client, u *url.URL, token string) (io.ReadCloser, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, fmt.Errorf("fetch %s: %w: %w", u.Redacted(), iru.Invalid, err)
	}
	req.Header.Set("User-Agent", "iolaus")
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	res, err := client.Do(req)
	switch {
	case errors.Is(err, fetch.ErrBlockedAddress):
		return nil, fmt.Errorf("fetch %s: %w: %w; private addresses are asked in training networks only, with --allow", u.Redacted(), iru.Forbidden, err)
	case err != nil:
		return nil, fmt.Errorf("fetch %s: %w: %w", u.Redacted(), iru.Unavailable, err)
	case res.StatusCode != http.StatusOK:
		_ = res.Body.Close()
		return nil, iru.Refuse(iru.Unavailable, fmt.Sprintf("%s answered %s", u.Redacted(), res.Status), "is the address right, and does it need --token?")
	}
	return res.Body, nil
}

// pages walks a feed. A page counts as a whole: with --on-error stop one that has a wrong entry ends the import before it.
type pages struct {
	x      *importer
	client *http.Client
	at     *url.URL
	token  string
	first  io.Reader // of the first page, which was asked for already
	read   int
}

func (p *pages) walk(ctx context.Context, yield func(bankfile.Row, error) bool) {
	seen := map[string]bool{}
	for in := p.first; ; {
		rows, page, err := p.page(in)
		if err != nil {
			yield(bankfile.Row{}, err)
			return
		}
		for _, r := range rows {
			if !yield(r, nil) {
				return
			}
		}
		if page.Checkpoint != "" && !yield(bankfile.Row{Cursor: page.Checkpoint}, nil) {
			return
		}
		if page.Next == "" || page.Entries == 0 {
			return
		}
		next, err := p.at.Parse(page.Next)
		if err == nil && (next.Host != p.at.Host || next.Scheme != p.at.Scheme || seen[next.String()]) {
			err = iru.Refuse(iru.Invalid, fmt.Sprintf("the feed goes on at %.200q, which is elsewhere or was read already", page.Next), "ask the source")
		}
		if err != nil {
			yield(bankfile.Row{}, fmt.Errorf("walk feed: %w", err))
			return
		}
		seen[next.String()] = true
		body, err := fetchList(ctx, p.client, next, p.token)
		if err != nil {
			yield(bankfile.Row{}, err)
			return
		}
		b, err := io.ReadAll(io.LimitReader(body, maxFeedPage))
		if err := errors.Join(err, body.Close()); err != nil {
			yield(bankfile.Row{}, fmt.Errorf("fetch %s: %w: %w", next.Redacted(), iru.Unavailable, err))
			return
		}
		in = bytes.NewReader(b)
	}
}

// maxFeedPage is how much of one page is taken.
const maxFeedPage = 100 << 20

func (p *pages) page(in io.Reader) (rows []bankfile.Row, page bankfile.Page, err error) {
	wrong := 0
	page, _ = bankfile.ReadPage(in, p.read, func(r bankfile.Row, failed error) bool {
		if err = failed; err != nil {
			return false
		}
		if r.Err != nil {
			wrong++
			p.x.wrong(r.Line, r.Err)
		}
		rows = append(rows, r)
		return true
	})
	p.read += page.Entries
	if err == nil && wrong > 0 && p.x.OnError == "stop" {
		err = iru.Refuse(iru.Invalid, fmt.Sprintf("%d entries of this page are wrong, and nothing of it was imported", wrong), "ask the source, or import the others with --on-error skip")
	}
	return rows, page, err
}
