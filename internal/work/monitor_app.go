// SPDX-License-Identifier: EUPL-1.2

package work

import (
	"bytes"
	"context"
	"errors"
	"net/url"
	"slices"

	"iolaus/internal/fetch"
	"iolaus/internal/inspect"
	"iolaus/internal/iru"
)

// app looks at a mobile app: its page in a store or on a site of its own, its update endpoint, its package. A package is fetched anew when
// another version is offered, and at each eighth look, since a version can be exchanged quietly.
func (k *looking) app(ctx context.Context) error {
	o, told, err := k.own(ctx, false)
	if err != nil || told || o.Outcome == iru.Moved {
		return err
	}
	before := k.last
	if before.App == nil {
		before.App = &iru.AppSeen{}
	}
	s := iru.AppSeen{}
	var file, update string
	switch {
	case packed(o.Response):
		s.File = o.Response.Final
		if err := k.apk(ctx, o.Response, &s); err != nil {
			return err
		}
	case k.Of.Kind == iru.Update:
		if err := k.updates(ctx, o.Response, &s, &file); err != nil {
			return err
		}
	default:
		f, err := k.reading.inspect(ctx, inspect.KindStore, o.Response.Body, o.Response.Header.Get("Content-Type"), o.base)
		if err != nil {
			return err
		}
		p := f.Store
		s.Store, s.Title, s.Developer, s.Contact, s.Site, s.Version, s.Package = o.Response.Final, p.Title, p.Developer, p.Contact, p.Site, p.Version, p.Identifier
		file, update = first(p.Files), first(p.Manifests)
	}
	if update != "" {
		r, err := k.get(ctx, update, "application/json, */*;q=0.1")
		if err != nil {
			return err
		}
		if r != nil {
			if err := k.updates(ctx, r, &s, &file); err != nil {
				return err
			}
			s.Updates = append(s.Updates, update)
		}
	}
	if file != "" && s.SHA256 == "" {
		known := before.App
		if known.File == file && known.SHA256 != "" && known.Version == s.Version && k.Schedule.Looks%sitemapEvery != 0 {
			s.File, s.SHA256, s.Size, s.Package, s.Code, s.Signers, s.SignerKeys, s.Schemes = file, known.SHA256, known.Size, known.Package, known.Code, known.Signers, known.SignerKeys, known.Schemes
			s.Permissions, s.Hosts, s.Problem = known.Permissions, known.Hosts, known.Problem
		} else if err := k.download(ctx, file, func(r *fetch.Response) error {
			s.File = file
			return k.apk(ctx, r, &s)
		}); err != nil {
			return err
		}
	}
	slices.Sort(s.Updates)
	s.Updates = slices.Compact(s.Updates)
	k.Seen.App = &s
	return nil
}

// download fetches a package. One that is longer than a fetch may be is told, not read.
func (k *looking) download(ctx context.Context, address string, read func(*fetch.Response) error) error {
	r, err := k.get(ctx, address, "application/vnd.android.package-archive, application/x-chrome-extension, application/x-xpinstall, */*;q=0.1")
	if err != nil || r == nil {
		return err
	}
	return read(r)
}

// apk reads a package.
func (k *looking) apk(ctx context.Context, r *fetch.Response, s *iru.AppSeen) error {
	if r.Truncated != "" {
		s.Problem = "the package is longer than is read"
		return nil
	}
	s.SHA256, s.Size = digestOf(r.Body), int64(len(r.Body))
	f, err := k.reading.inspect(ctx, inspect.KindAPK, r.Body, r.Type, nil)
	if errors.Is(err, iru.Invalid) {
		s.Problem = line(clean(err.Error()), 300)
		return nil
	} else if err != nil {
		return err
	}
	a := f.APK
	s.Package, s.Code, s.Permissions, s.Hosts, s.Problem = a.Package, a.Code, a.Permissions, a.Hosts, line(a.Problem, 300)
	if a.Version != "" {
		s.Version = a.Version
	}
	for _, g := range a.Signers {
		if !g.Holds { // a certificate is public: who cannot sign with it is not its owner
			s.Problem = "a signature does not hold"
			continue
		}
		s.Signers, s.SignerKeys, s.Schemes = append(s.Signers, g.SHA256), append(s.SignerKeys, g.SPKI), append(s.Schemes, g.Scheme)
	}
	for _, l := range []*[]string{&s.Signers, &s.SignerKeys, &s.Schemes} {
		slices.Sort(*l)
		*l = slices.Compact(*l)
	}
	s.Updates = append(s.Updates, a.Addresses[:min(len(a.Addresses), 50)]...)
	return nil
}

// updates reads what an update endpoint says.
func (k *looking) updates(ctx context.Context, r *fetch.Response, s *iru.AppSeen, file *string) error {
	base, _ := url.Parse(r.Final) // nil where it is none
	f, err := k.reading.inspect(ctx, inspect.KindUpdate, r.Body, r.Type, base)
	if errors.Is(err, iru.Invalid) {
		s.Problem = line(clean(err.Error()), 300)
		return nil
	} else if err != nil {
		return err
	}
	u := f.Update
	for _, v := range []struct {
		into *string
		is   string
	}{{&s.Version, u.Version}, {&s.Package, u.Identifier}, {&s.Title, u.Name}, {&s.Developer, u.Publisher}, {&s.Contact, u.Contact}, {file, first(u.Files)}} {
		if *v.into == "" {
			*v.into = v.is
		}
	}
	s.Updates = append(s.Updates, u.Mirrors[:min(len(u.Mirrors), 50)]...)
	if u.Next != "" {
		s.Updates = append(s.Updates, u.Next)
	}
	return nil
}

// packed reports whether an answer is a package: a ZIP, or a CRX.
func packed(r *fetch.Response) bool {
	return bytes.HasPrefix(r.Body, []byte("PK\x03\x04")) || bytes.HasPrefix(r.Body, []byte("Cr24"))
}

func first(l []string) string {
	if len(l) == 0 {
		return ""
	}
	return l[0]
}
