// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"context"
	"errors"
	"net/url"
	"strings"

	"iolaus/internal/inspect"
	"iolaus/internal/iru"
	"iolaus/internal/recognise"
)

// stream looks at a mount or a playlist. Each look is a capture, too: what is on air is listened to and compared with known programmes.
func (k *looking) stream(ctx context.Context) error {
	o, told, err := k.own(ctx, true)
	if err != nil || told || o.Outcome == iru.Moved {
		return err
	}
	r := o.Response
	s := iru.StreamSeen{Address: r.Final, Form: "sound", Codec: inspect.Codec(r.Body)}
	s.Sound = s.Codec != "" || strings.HasPrefix(r.Type, "audio/") && !listing(r.Type)
	if m, server, ok := inspect.ICY(r.Header.Get); ok {
		s.Form, s.Server, s.Name, s.Description, s.Genre, s.Bitrate, s.Site = "icecast", server, m.Name, m.Description, m.Genre, m.Bitrate, m.Site
	}
	if recognise.PlaylistFormOf(r.Body, r.Type, r.Final) != "" {
		f, err := k.reading.inspect(ctx, inspect.KindHLS, r.Body, r.Type, o.base)
		if err != nil && !errors.Is(err, iru.Invalid) {
			return err
		}
		if h := f.HLS; h != nil {
			s.Form, s.Sound, s.Live, s.Variants = h.Form, false, h.Live, len(h.Lists)
			s.Codec, s.Bitrate = strings.Join(h.Codecs[:min(len(h.Codecs), 8)], " "), h.Bitrate
			for _, host := range h.Hosts[:min(len(h.Hosts), 50)] {
				if o.base == nil || host != o.base.Hostname() {
					s.Hosts = append(s.Hosts, host)
				}
			}
		}
	}
	if o.base != nil && s.Form != "hls" {
		if err := k.mount(ctx, o.base, &s); err != nil {
			return err
		}
	}
	k.Seen.Stream = &s
	return nil
}

// mount reads what the server's status page says of the mount.
func (k *looking) mount(ctx context.Context, base *url.URL, s *iru.StreamSeen) error {
	at := url.URL{Scheme: base.Scheme, Host: base.Host, Path: "/status-json.xsl"}
	r, err := k.get(ctx, at.String(), "application/json")
	if err != nil || r == nil {
		return err
	}
	f, err := k.reading.inspect(ctx, inspect.KindIcecast, r.Body, r.Type, base)
	if errors.Is(err, iru.Invalid) {
		return nil
	} else if err != nil {
		return err
	}
	for _, m := range f.Icecast.Mounts {
		u, err := url.Parse(m.Address)
		if err != nil || u.Path != base.Path {
			continue
		}
		s.Form, s.Mount, s.Playing, s.Listeners = "icecast", u.Path, line(m.Title, 300), m.Listeners
		for _, v := range []struct {
			into *string
			is   string
		}{{&s.Name, m.Name}, {&s.Description, m.Description}, {&s.Genre, m.Genre}, {&s.Server, f.Icecast.Server}, {&s.Site, m.Site}, {&s.Codec, m.Type}} {
			if *v.into == "" {
				*v.into = line(v.is, 300)
			}
		}
		if s.Bitrate == 0 {
			s.Bitrate = m.Bitrate
		}
	}
	return nil
}
