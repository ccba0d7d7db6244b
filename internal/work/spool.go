// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"iolaus/internal/exhibit"
	"iolaus/internal/fetch"
	"iolaus/internal/iru"
)

// A spool is a capture on its way: a WARC file on the disk, so that sixteen captures at once do not fill memory, and what the
// manifest tells of each exchange.
type spool struct {
	file      *os.File
	warc      *exhibit.Writer
	exchanges []fetch.Exchange // without their bytes
	warnings  []string
	left      int64 // bytes that may still be taken along
}

func (c *Crew) spool(s fetch.Sight, bytes int64) (*spool, error) {
	f, err := os.CreateTemp("", "iolaus-capture-")
	if err != nil {
		return nil, fmt.Errorf("spool evidence: %w: %w", iru.Unavailable, err)
	}
	p := &spool{file: f, left: bytes}
	if err := os.Remove(f.Name()); err != nil { // nobody else reads it, and a kill leaves nothing behind
		p.close()
		return nil, fmt.Errorf("spool evidence: %w: %w", iru.Unavailable, err)
	}
	info := exhibit.Info{Software: c.Software, Operator: c.Post.From, Filename: "capture.warc.gz", Vantage: s.Vantage}
	p.warc = exhibit.NewWriter(f, info, recordID)
	if _, err := p.warc.WriteInfo(s.At); err != nil {
		p.close()
		return nil, fmt.Errorf("write evidence: %w: %w", iru.Internal, err)
	}
	return p, nil
}

func (p *spool) close() { p.file.Close() } // what is kept lies in the store by then

// add writes exchanges into the WARC file and lets their bytes go. One that cannot stand there is left out, which the manifest
// says: no page decides whether it is captured.
func (p *spool) add(exchanges []fetch.Exchange) error {
	for n := range exchanges {
		e := &exchanges[n]
		p.left -= weight(*e)
		if len(e.Request) > 0 && len(e.Response) > 0 {
			x := exhibit.Exchange{Target: e.URL, At: e.Start, IP: e.Remote.Addr().String(), Protocol: e.Protocol, Request: e.Request, Response: e.Response, Truncated: e.Truncated}
			if e.TLS != nil {
				x.TLS, x.Cipher = strings.ToLower(strings.ReplaceAll(e.TLS.Version, " ", "/")), e.TLS.Cipher
			}
			switch _, err := p.warc.WriteExchange(x); {
			case errors.Is(err, exhibit.ErrField):
				p.warnf("%s was left out: %v", e.URL, err)
			case err != nil:
				return fmt.Errorf("write evidence of %s: %w: %w", e.URL, iru.Unavailable, err)
			}
		}
		if e.Truncated != "" {
			p.warnf("%s was cut short: %s", e.URL, e.Truncated)
		}
		e.Request, e.Response = nil, nil
		p.exchanges = append(p.exchanges, *e)
	}
	return nil
}

// warnf notes for the manifest what a court should know.
func (p *spool) warnf(format string, a ...any) {
	if len(p.warnings) < exhibit.ManifestWarnings {
		p.warnings = append(p.warnings, line(fmt.Sprintf(format, a...), 500))
	}
}

// bytes reads the file from its start.
func (p *spool) bytes() (io.Reader, error) {
	if _, err := p.file.Seek(0, io.SeekStart); err != nil {
		return nil, fmt.Errorf("read spooled evidence: %w: %w", iru.Unavailable, err)
	}
	return p.file, nil
}

// weight is how many bytes exchanges hold.
func weight(exchanges ...fetch.Exchange) int64 {
	var n int64
	for _, e := range exchanges {
		n += int64(len(e.Request) + len(e.Response))
	}
	return n
}

// line is text as it may stand in a manifest: one line, valid, of at most n bytes.
func line(s string, n int) string {
	return limited(strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, clean(s)), n)
}
