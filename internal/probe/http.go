// SPDX-License-Identifier: EUPL-1.2

package probe

import (
	"context"
	"net/http"
)

// HTTP asks a web server for one address, following redirects, with guard, pace and limits of its own. fetch.Client is one.
// accept is the media type asked for; the body is unpacked.
type HTTP interface {
	Fetch(ctx context.Context, url, accept string) (status int, header http.Header, body []byte, err error)
}
