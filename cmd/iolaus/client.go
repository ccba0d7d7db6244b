// SPDX-License-Identifier: EUPL-1.2

package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// A client speaks to the programming interface in one officer's name, as any program of a unit would.
type client struct {
	base  string
	token string
	http  *http.Client
}

// A problem is what the interface answers when it refuses (RFC 9457).
type problem struct {
	Status int    `json:"status"`
	Title  string `json:"title"`
	Detail string `json:"detail"`
}

func (p *problem) Error() string { return fmt.Sprintf("%d %s: %s", p.Status, p.Title, p.Detail) }

// call sends in as JSON and reads out; a refusal is a *problem.
func (c client) call(ctx context.Context, method, path string, in, out any) error {
	var body io.Reader
	if in != nil {
		b, err := json.Marshal(in)
		if err != nil {
			return err
		}
		body = bytes.NewReader(b)
	}
	req, err := http.NewRequestWithContext(ctx, method, c.base+path, body)
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+c.token)
	if in != nil {
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("Idempotency-Key", rand.Text())
	}
	res, err := c.http.Do(req)
	if err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(io.LimitReader(res.Body, 16<<20))
	if err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	if res.StatusCode >= 300 {
		p := &problem{Status: res.StatusCode, Title: res.Status}
		_ = json.Unmarshal(b, p) // whatever it says, the status is known
		return fmt.Errorf("%s %s: %w", method, path, p)
	}
	if out == nil || len(b) == 0 {
		return nil
	}
	if err := json.Unmarshal(b, out); err != nil {
		return fmt.Errorf("%s %s: read answer: %w", method, path, err)
	}
	return nil
}

// get reads one resource.
func get[T any](ctx context.Context, c client, path string) (T, error) {
	var v T
	return v, c.call(ctx, http.MethodGet, path, nil, &v)
}

// post does one verb.
func post[T any](ctx context.Context, c client, path string, in any) (T, error) {
	var v T
	if in == nil {
		in = struct{}{}
	}
	return v, c.call(ctx, http.MethodPost, path, in, &v)
}

// all reads a list to its end.
func all[T any](ctx context.Context, c client, path string, id func(T) int64) ([]T, error) {
	var out []T
	after := int64(0)
	for {
		sep := "?"
		if strings.Contains(path, "?") {
			sep = "&"
		}
		page, err := get[struct {
			Items []T `json:"items"`
		}](ctx, c, fmt.Sprintf("%s%slimit=200&after=%d", path, sep, after))
		if err != nil {
			return out, err
		}
		out = append(out, page.Items...)
		if len(page.Items) < 200 {
			return out, nil
		}
		after = id(page.Items[len(page.Items)-1])
	}
}
