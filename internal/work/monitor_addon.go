// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"context"
	"errors"
	"net/url"

	"iolaus/internal/fetch"
	"iolaus/internal/inspect"
	"iolaus/internal/iru"
)

// addon looks at a browser add-on: its page in a store, its package, its update manifest.
func (k *looking) addon(ctx context.Context) error {
	o, told, err := k.own(ctx, false)
	if err != nil || told || o.Outcome == iru.Moved {
		return err
	}
	before := k.last
	if before.Addon == nil {
		before.Addon = &iru.AddonSeen{}
	}
	s := iru.AddonSeen{}
	var file, update string
	if packed(o.Response) {
		s.File = o.Response.Final
		if err := k.crx(ctx, o.Response, &s); err != nil {
			return err
		}
	} else {
		f, err := k.reading.inspect(ctx, inspect.KindStore, o.Response.Body, o.Response.Header.Get("Content-Type"), o.base)
		if err != nil {
			return err
		}
		p := f.Store
		s.Store, s.Title, s.Developer, s.Site, s.Version, s.Identifier = o.Response.Final, p.Title, p.Developer, p.Site, p.Version, p.Identifier
		file, update = first(p.Files), first(p.Manifests)
	}
	if file != "" {
		known := before.Addon
		if known.File == file && known.SHA256 != "" && known.Version == s.Version && k.Schedule.Looks%sitemapEvery != 0 {
			s.File, s.SHA256, s.Size, s.Identifier, s.Key, s.Signed, s.Update = file, known.SHA256, known.Size, known.Identifier, known.Key, known.Signed, known.Update
			s.Permissions, s.Hosts, s.Problem = known.Permissions, known.Hosts, known.Problem
		} else if err := k.download(ctx, file, func(r *fetch.Response) error {
			s.File = file
			return k.crx(ctx, r, &s)
		}); err != nil {
			return err
		}
	}
	if update != "" && s.Update == "" {
		if err := k.next(ctx, update, &s); err != nil {
			return err
		}
	}
	k.Seen.Addon = &s
	return nil
}

// crx reads a package. Only a key that signed it is its key.
func (k *looking) crx(ctx context.Context, r *fetch.Response, s *iru.AddonSeen) error {
	if r.Truncated != "" {
		s.Problem = "the package is longer than is read"
		return nil
	}
	s.SHA256, s.Size = digestOf(r.Body), int64(len(r.Body))
	f, err := k.reading.inspect(ctx, inspect.KindAddon, r.Body, r.Type, nil)
	if errors.Is(err, iru.Invalid) {
		s.Problem = line(clean(err.Error()), 300)
		return nil
	} else if err != nil {
		return err
	}
	a := f.Addon
	s.Permissions, s.Hosts, s.Update, s.Signed, s.Problem = a.Permissions, a.Hosts, a.Update, a.Holds, line(a.Problem, 300)
	// The key of a bare manifest is a claim, as it is in a store; that of a CRX counts where it signed.
	if a.Form == "zip" || a.Holds {
		s.Key = a.Key
	}
	for _, v := range []struct {
		into *string
		is   string
	}{{&s.Identifier, a.Identifier}, {&s.Version, a.Version}, {&s.Title, a.Name}, {&s.Developer, a.Author}, {&s.Site, a.Site}} {
		if v.is != "" && (*v.into == "" || v.into == &s.Identifier || v.into == &s.Version) {
			*v.into = v.is
		}
	}
	return nil
}

// next reads the update manifest that a store page names.
func (k *looking) next(ctx context.Context, address string, s *iru.AddonSeen) error {
	r, err := k.get(ctx, address, "application/json, application/xml, */*;q=0.1")
	if err != nil || r == nil {
		return err
	}
	base, _ := url.Parse(r.Final) // nil where it is none
	f, err := k.reading.inspect(ctx, inspect.KindUpdate, r.Body, r.Type, base)
	if errors.Is(err, iru.Invalid) {
		return nil
	} else if err != nil {
		return err
	}
	if s.Update = f.Update.Next; s.Update == "" {
		s.Update = address
	}
	return nil
}
