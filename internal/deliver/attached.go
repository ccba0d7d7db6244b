// SPDX-License-Identifier: EUPL-1.2

package deliver

import (
	"bytes"
	"io"
	"mime"

	"github.com/emersion/go-message"
	"github.com/emersion/go-message/charset"
)

// Attached gives what was attached to a mail, each as its author sent it: nothing is unpacked, opened or judged, so a bomb in an archive stays
// one. Reply.Files lists the same. cut: a limit of parts or depth ended the reading; the raw mail has all of it.
func Attached(raw []byte) (files []Attachment, cut bool) {
	e, _ := message.ReadWithOptions(bytes.NewReader(raw), &message.ReadOptions{MaxHeaderBytes: maxHeader})
	if e == nil {
		return nil, false
	}
	g := gatherer{}
	g.walk(e, 0)
	return g.files, g.cut
}

type gatherer struct {
	n     int
	cut   bool
	files []Attachment
}

func (g *gatherer) walk(e *message.Entity, depth int) {
	if g.n++; g.n > maxParts || depth > maxDepth {
		g.cut = true
		return
	}
	if mr := e.MultipartReader(); mr != nil {
		for g.n <= maxParts {
			part, _ := mr.NextPart()
			if part == nil {
				return
			}
			g.walk(part, depth+1)
		}
		g.cut = true
		return
	}
	kind, params, _ := e.Header.ContentType()
	disp, dparams, _ := e.Header.ContentDisposition()
	if (kind == "text/plain" || kind == "text/html" || kind == "") && disp != "attachment" {
		return
	}
	name := dparams["filename"]
	if name == "" {
		name = params["name"]
	}
	dec := mime.WordDecoder{CharsetReader: charset.Reader}
	if s, err := dec.DecodeHeader(name); err == nil {
		name = s
	}
	b, _ := io.ReadAll(io.LimitReader(e.Body, MaxMail)) // what breaks off is kept as far as it came
	g.files = append(g.files, Attachment{Name: oneLineOf(name, 200), Type: oneLineOf(kind, 100), Data: b})
}
