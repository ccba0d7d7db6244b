// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"context"
	"net/url"
	"path"
	"strings"

	"iolaus/internal/iru"
)

// mirror looks at a copy on a file host or in an archive: what it is a copy of, and the files that it offers.
func (k *looking) mirror(ctx context.Context) error {
	o, told, err := k.own(ctx, false)
	if err != nil || told || o.Outcome == iru.Moved {
		return err
	}
	last := k.last
	if o.same && last.Mirror != nil {
		k.Seen.Mirror = last.Mirror
		return nil
	}
	s := iru.MirrorSeen{Address: o.Response.Final, Host: k.Of.Site, Content: digestOf(o.Response.Body), Origin: original(o.Response.Final)}
	g := o.Page
	if g == nil && o.same {
		if g, err = k.reading.page(ctx, o.Response.Body, o.Response.Header.Get("Content-Type"), o.base); err != nil {
			g = nil // a bare file
		}
	}
	if g != nil {
		s.Title = line(clean(g.Title), 300)
		var links []string
		for _, l := range g.Links {
			links = append(links, l.URL)
			if u, err := url.Parse(l.URL); err == nil && offered(u.Path) && len(s.Files) < 100 {
				s.Files = append(s.Files, iru.FileSeen{Address: l.URL, Name: path.Base(u.Path)})
			}
		}
		s.Links = abroad(k.Of.Site, mostLinks, links)
		if c := g.Canonical; s.Origin == "" && c != "" && siteOf(c) != k.Of.Site {
			s.Origin = c
		}
	}
	k.Seen.Mirror = &s
	return nil
}

// original is the address that an archive's own address carries: https://web.archive.test/web/20260301/https://halcyon.test/.
func original(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	for _, scheme := range []string{"/https:/", "/http:/"} {
		if _, rest, ok := strings.Cut(u.Path, scheme); ok {
			if rest = strings.TrimPrefix(rest, "/"); strings.Contains(strings.SplitN(rest, "/", 2)[0], ".") {
				return strings.Trim(scheme, "/") + "//" + rest
			}
		}
	}
	return ""
}

// offered reports whether a path is that of a file to take away.
func offered(p string) bool {
	switch strings.ToLower(path.Ext(p)) {
	case ".zip", ".rar", ".7z", ".tar", ".gz", ".pdf", ".mp3", ".mp4", ".ogg", ".webm", ".apk", ".crx", ".xpi", ".epub", ".iso":
		return true
	}
	return false
}
