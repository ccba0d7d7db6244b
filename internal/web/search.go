// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"errors"
	"strings"

	"iolaus/internal/db"
	"iolaus/internal/iru"
	"iolaus/internal/locator"
	"iolaus/internal/web/ui"
)

// searchPage finds what a pasted address, a reference or a name is about, within the officer's reach.
func (v *visit) searchPage() error {
	p := SearchPage{Query: strings.TrimSpace(v.r.URL.Query().Get("q")), Now: v.now, MayWatch: v.may(iru.ToWatch)}
	p.Query = cutText(p.Query, 2048)
	var err error
	if p.Texts, err = v.searchTexts(p.Query); err != nil {
		return err
	}
	if err := v.read(func(t *db.Tx) error { return v.search(t, &p) }); err != nil {
		return err
	}
	p.Frame = v.frame("", ui.T(v.ctx(), "Search"))
	p.Frame.Handling = handling(p.Texts.handling())
	p.Frame.Query = p.Query
	return v.show(p.View())
}

func (v *visit) search(t *db.Tx, p *SearchPage) error {
	p.Found = nil
	outlets, err := t.Outlets(v.ctx(), v.scope)
	if err != nil {
		return err
	}
	if err := v.fillTexts(t, &p.Texts, outlets); err != nil || p.Query == "" || p.Texts.Skip > 0 {
		return err
	}
	if n, err := t.NoticeByRef(v.ctx(), v.scope, strings.ToUpper(p.Query)); err == nil {
		p.Found = append(p.Found, ui.Line{Text: n.Ref, Href: "/notices/" + id(n.ID), Sub: join(instrumentName(v.ctx(), n.Instrument), defanged(n.Locator)), End: noticeState(v.ctx(), n.State)})
	} else if !errors.Is(err, iru.NotFound) {
		return err
	}
	low := strings.ToLower(p.Query)
	for _, o := range outlets {
		if strings.Contains(strings.ToLower(o.Name), low) {
			p.Found = append(p.Found, ui.Line{Text: o.Name, Href: "/outlets/" + id(o.ID), Sub: ui.T(v.ctx(), "Outlet"), End: outletState(v.ctx(), o.State)})
		}
	}
	ops, err := t.Operations(v.ctx(), v.scope)
	if err != nil {
		return err
	}
	for _, o := range ops {
		if strings.Contains(strings.ToLower(o.Name), low) {
			p.Found = append(p.Found, ui.Line{Text: o.Name, Href: "/operations/" + id(o.ID), Sub: ui.T(v.ctx(), "Operation"), End: operationState(v.ctx(), o.State)})
		}
	}
	providers, err := t.Providers(v.ctx(), v.scope)
	if err != nil {
		return err
	}
	for _, x := range providers {
		if strings.Contains(strings.ToLower(x.Name), low) {
			p.Found = append(p.Found, ui.Line{Text: x.Name, Href: "/providers/" + id(x.ID), Sub: layerName(v.ctx(), x.Layer), End: contactState(v.ctx(), x.Contact)})
		}
	}
	return v.searchAddress(t, p)
}

// searchAddress finds an address and what lies on the same registered name. Parts of an address are found as they stand.
func (v *visit) searchAddress(t *db.Tx, p *SearchPage) error {
	site, part := "", strings.ToLower(strings.NewReplacer("[.]", ".", "hxxp", "http").Replace(p.Query))
	if l, err := locator.Parse(p.Query); err == nil {
		site, p.Address = l.Site(), l.String()
		if i, err := t.ItemByLocator(v.ctx(), v.by.Unit, l.String()); err == nil {
			p.Found = append(p.Found, ui.Line{Text: ui.T(v.ctx(), "Item %s", id(i.ID)), Href: "/items/" + id(i.ID), Sub: defanged(i.Locator), End: itemState(v.ctx(), i.State)})
		} else if !errors.Is(err, iru.NotFound) {
			return err
		}
	}
	if len(part) < 4 {
		part = ""
	}
	assets, err := t.AssetsLike(v.ctx(), v.scope, site, part, 4*maxFound)
	if err != nil {
		return err
	}
	for _, a := range assets {
		p.Found = append(p.Found, ui.Line{Text: kindName(v.ctx(), a.Kind) + " " + id(a.ID), Href: "/assets/" + id(a.ID), Sub: defanged(a.Locator), End: assetState(v.ctx(), a.State)})
	}
	if p.More = max(0, len(p.Found)-maxFound); p.More > 0 {
		p.Found = p.Found[:maxFound]
	}
	return nil
}

// maxFound is how much a search shows.
const maxFound = 60
