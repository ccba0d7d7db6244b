// SPDX-License-Identifier: EUPL-1.2

package capture

import (
	"context"
	"errors"
	"time"

	"iolaus/internal/fetch"
)

// Sample takes along what an address plays within a time, and gives it: of a stream that goes on for ever, its beginning, as it was heard.
// It is at most so many bytes; nil where nothing came. The exchange stands on the tape, cut short as it was.
func (p *Capture) Sample(ctx context.Context, address, media string, bytes int64, long time.Duration) ([]byte, error) {
	bytes = min(bytes, p.left)
	if bytes <= 0 || time.Until(p.ends) < long {
		p.Warnf("%s was not listened to: the capture holds as much as it may", address)
		return nil, nil
	}
	short, cancel := context.WithTimeout(ctx, long)
	defer cancel()
	res, err := p.camera.Client.Get(short, address, fetch.Accept(media), fetch.Prefix(bytes))
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if n := len(res.Hops); err != nil && (n == 0 || len(res.Hops[n-1].Response) == 0) { // no record of it can stand on the tape
		p.Warnf("%s was not listened to: %v", address, err)
		return nil, nil
	}
	p.left -= weight(res.Hops...)
	if more := p.add(res.Hops...); more != nil {
		return nil, more
	}
	if err != nil && !errors.Is(err, fetch.ErrTimeout) || res.Status != 200 {
		return nil, nil
	}
	return res.Body, nil
}
