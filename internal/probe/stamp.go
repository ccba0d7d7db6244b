// SPDX-License-Identifier: EUPL-1.2

package probe

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"iolaus/internal/iru"
	"iolaus/internal/ledger"
)

// A Stamper asks one time-stamp authority over HTTP (RFC 3161, section 3.4). It is safe for use by many at once.
type Stamper struct {
	HTTP     *http.Client // the caller's, with its guard. Redirects are never followed, cookies never kept.
	Name     string       // what the unit calls the authority
	URL      string       // https:// or http://: a token is signed, so the line need not be; a password goes over https only
	User     string       // for basic authentication; "" for none
	Password string
	Timeout  time.Duration // for one question and its answer; 0 is 30 s
}

const (
	stampQuery = "application/timestamp-query"
	stampReply = "application/timestamp-reply"
)

// Check says whether the authority can be asked at all. Errors: Invalid.
func (s Stamper) Check() error {
	u, err := url.Parse(s.URL)
	if err != nil || (u.Scheme != "https" && u.Scheme != "http") || u.Host == "" || u.User != nil || u.Fragment != "" {
		return iru.Refuse(iru.Invalid, fmt.Sprintf("%q is no address of a time-stamp authority", s.URL), "write https://host/path")
	}
	ip, err := netip.ParseAddr(u.Hostname())
	if here := strings.EqualFold(u.Hostname(), "localhost") || err == nil && ip.Unmap().IsLoopback(); s.User != "" && u.Scheme == "http" && !here {
		return iru.Refuse(iru.Invalid, "the password for "+s.URL+" would go over an unprotected line", "use its https address")
	}
	return nil
}

// Reach asks whether somebody answers at the authority's address; no stamp is asked for. Errors: Invalid, Unavailable.
func (s Stamper) Reach(ctx context.Context) error {
	err := s.Check()
	if err == nil {
		var res *http.Response
		if res, err = s.do(ctx, http.MethodHead, nil); err == nil {
			err = res.Body.Close() // whatever its status: it does not know the question
		}
	}
	if err != nil {
		return fmt.Errorf("reach time-stamp authority %s: %w", s.Name, err)
	}
	return nil
}

// Stamp asks for a token over a signed checkpoint and gives it as it came; ledger.ReadStamp checks it. Errors: Invalid (address,
// checkpoint, or a question that the authority does not take), Forbidden (it does not know us), Unavailable (it does not answer, or
// refuses, in its words).
func (s Stamper) Stamp(ctx context.Context, checkpoint []byte) ([]byte, error) {
	return s.named(s.stamp(ctx, checkpoint, ledger.StampRequest))
}

// StampSignature asks for a token over the signature of a document, as Stamp does over a checkpoint.
func (s Stamper) StampSignature(ctx context.Context, signature []byte) ([]byte, error) {
	return s.named(s.stamp(ctx, signature, ledger.StampRequestFor))
}

func (s Stamper) named(token []byte, err error) ([]byte, error) {
	if err != nil {
		return nil, fmt.Errorf("ask time-stamp authority %s: %w", s.Name, err)
	}
	return token, nil
}

func (s Stamper) stamp(ctx context.Context, data []byte, request func(data, nonce []byte) ([]byte, error)) ([]byte, error) {
	if err := s.Check(); err != nil {
		return nil, err
	}
	nonce := make([]byte, 16)
	if _, err := rand.Read(nonce); err != nil {
		return nil, fmt.Errorf("%w: %w", iru.Internal, err)
	}
	query, err := request(data, nonce)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", iru.Invalid, err)
	}
	reply, err := s.post(ctx, query)
	if err != nil {
		return nil, err
	}
	token, err := ledger.ReadReply(reply, query)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", iru.Unavailable, err)
	}
	return token, nil
}

func (s Stamper) post(ctx context.Context, query []byte) ([]byte, error) {
	wait := s.Timeout
	if wait <= 0 {
		wait = 30 * time.Second
	}
	ctx, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	res, err := s.do(ctx, http.MethodPost, query)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	if err := took(res); err != nil {
		return nil, err
	}
	b, err := io.ReadAll(io.LimitReader(res.Body, ledger.MaxStamp+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("%w: read its reply: %v", iru.Unavailable, err)
	case len(b) > ledger.MaxStamp:
		return nil, fmt.Errorf("%w: its reply has more than %d bytes", iru.Unavailable, ledger.MaxStamp)
	}
	return b, nil
}

func (s Stamper) do(ctx context.Context, method string, query []byte) (*http.Response, error) {
	q, err := http.NewRequestWithContext(ctx, method, s.URL, bytes.NewReader(query))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", iru.Invalid, err)
	}
	q.Header.Set("Content-Type", stampQuery)
	q.Header.Set("Accept", stampReply)
	if s.User != "" {
		q.SetBasicAuth(s.User, s.Password)
	}
	c := *s.HTTP
	c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	c.Jar = nil
	res, err := c.Do(q)
	if errors.Is(err, context.Canceled) {
		return nil, err
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %v", iru.Unavailable, err) // a guard's own kinds say nothing here
	}
	return res, nil
}

// took tells from the status whether the question was taken.
func took(res *http.Response) error {
	switch code := res.StatusCode; {
	case code == http.StatusOK:
		return nil
	case code == http.StatusUnauthorized, code == http.StatusForbidden:
		return iru.Refuse(iru.Forbidden, fmt.Sprintf("it does not let us in: status %d", code), "check user and password_file of the authority")
	case code >= 300 && code < 400:
		return iru.Refuse(iru.Invalid, fmt.Sprintf("it answers from elsewhere: %.200q", res.Header.Get("Location")), "put that address into the configuration if it is right")
	case code == http.StatusTooManyRequests, code == http.StatusRequestTimeout, code >= 500, code < 300:
		return fmt.Errorf("%w: status %d", iru.Unavailable, code)
	default:
		return iru.Refuse(iru.Invalid, fmt.Sprintf("it does not take the question: status %d", code), "check the authority's address")
	}
}
