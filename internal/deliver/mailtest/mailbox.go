// SPDX-License-Identifier: EUPL-1.2

package mailtest

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
	"github.com/emersion/go-smtp"
)

// Messages reads every mail in the mailbox over IMAP, oldest first.
func (s *Server) Messages(ctx context.Context) ([][]byte, error) {
	nc, err := new(net.Dialer).DialContext(ctx, "tcp", s.imap)
	if err != nil {
		return nil, fmt.Errorf("open mailbox: %w", err)
	}
	defer context.AfterFunc(ctx, func() { nc.Close() })()
	c := imapclient.New(nc, nil)
	defer c.Close()
	if err := c.Login(User, Password).Wait(); err != nil {
		return nil, fmt.Errorf("open mailbox: log in: %w", err)
	}
	box, err := c.Select("INBOX", nil).Wait()
	if err != nil {
		return nil, fmt.Errorf("open mailbox: %w", err)
	}
	if box.NumMessages == 0 {
		return nil, nil
	}
	var all imap.SeqSet
	all.AddRange(1, box.NumMessages)
	whole := &imap.FetchItemBodySection{Peek: true}
	found, err := c.Fetch(all, &imap.FetchOptions{BodySection: []*imap.FetchItemBodySection{whole}}).Collect()
	if err != nil {
		return nil, fmt.Errorf("read mailbox: %w", err)
	}
	var out [][]byte
	for _, m := range found {
		out = append(out, m.FindBodySection(whole))
	}
	return out, c.Logout().Wait()
}

// Await reads the mailbox until it holds n mails or ctx ends.
func (s *Server) Await(ctx context.Context, n int) ([][]byte, error) {
	for {
		all, err := s.Messages(ctx)
		if err != nil || len(all) >= n {
			return all, err
		}
		select {
		case <-ctx.Done():
			return all, fmt.Errorf("await %d mails, %d are there: %w; the log:\n%s", n, len(all), ctx.Err(), s.Log())
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// Send hands a mail to the server as its own users do; for another domain it goes out by the smarthost.
func (s *Server) Send(ctx context.Context, from, to string, mail []byte) error {
	nc, err := new(net.Dialer).DialContext(ctx, "tcp", s.smtp)
	if err != nil {
		return fmt.Errorf("send mail: %w", err)
	}
	defer context.AfterFunc(ctx, func() { nc.Close() })()
	c := smtp.NewClient(nc)
	defer c.Close()
	if err := c.SendMail(from, []string{to}, bytes.NewReader(mail)); err != nil {
		return fmt.Errorf("send mail: %w", err)
	}
	return c.Quit()
}
