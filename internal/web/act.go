// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"errors"
	"strconv"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/legal"
	"iolaus/internal/web/ui"
)

func (v *visit) actPage() error {
	n, err := v.number("id")
	if err != nil {
		return err
	}
	p := ActPage{Asset: iru.Asset{ID: iru.AssetID(n)}, Chosen: v.r.URL.Query().Get("option")}
	if i, err := strconv.ParseInt(v.r.URL.Query().Get("item"), 10, 64); err == nil {
		p.Item = iru.ItemID(max(i, 0))
	}
	if o, err := strconv.ParseInt(v.r.URL.Query().Get("operation"), 10, 64); err == nil {
		p.Into = iru.OperationID(max(o, 0))
	}
	if err := v.fillAct(&p); err != nil {
		return err
	}
	if _, layer, _, _ := parseOption(p.Chosen); !v.r.URL.Query().Has("item") && len(p.Items) == 1 && layer != "" && layer != legal.Registrar && layer != legal.Registry {
		p.Item = p.Items[0].ID // who comes from the one judged item means it, and not the whole asset
		if err := v.fillAct(&p); err != nil {
			return err
		}
	}
	return v.show(p.View())
}

// fillAct reads what the choice of an act needs. The asset's id, and what was typed, are set before.
func (v *visit) fillAct(p *ActPage) error {
	ctx := v.ctx()
	err := v.read(func(t *db.Tx) error {
		var err error
		if p.Asset, err = t.Asset(ctx, v.scope, p.Asset.ID); err != nil {
			return err
		}
		if p.Asset.Outlet != 0 {
			if p.Outlet, err = t.Outlet(ctx, v.scope, p.Asset.Outlet); err != nil && !errors.Is(err, iru.NotFound) {
				return err
			}
		}
		is, err := t.ItemsOf(ctx, v.scope, p.Asset.ID)
		if err != nil {
			return err
		}
		p.Items = nil
		for _, i := range is {
			if i.State == iru.ItemReferred && len(p.Items) < 200 {
				p.Items = append(p.Items, i)
			}
		}
		return v.joint(t, p)
	})
	if err != nil {
		return err
	}
	if p.Options, err = v.desk.Options(ctx, v.scope, p.Asset.ID); err != nil {
		return err
	}
	p.MayDraft, p.Unit = v.may(iru.ToDraft), v.unit
	if p.Asset.Outlet == 0 {
		p.Missing = ui.T(ctx, "Nobody has attributed this asset to an outlet: attribute or reject it first.")
	}
	f, grounds, err := v.desk.Grounds(ctx, v.scope, p.Asset.ID, p.Item)
	switch why, ok := complaint(err); {
	case ok:
		p.Missing = why
	case err != nil:
		return err
	default:
		p.Finding, p.Grounds = f, grounds
	}
	if p.Lang == "" {
		p.Lang = "en"
	}
	if p.Reasons == "" {
		p.Reasons = p.Grounds
	}
	if p.For == 0 {
		p.For = v.by.Unit
	}
	p.Frame = v.frame("outlets", p.title(ctx))
	p.Frame.Handling = handling(p.Outlet.Handling)
	return nil
}

// joint lists operations that are still planned, and the units that take part.
func (v *visit) joint(t *db.Tx, p *ActPage) error {
	ctx := v.ctx()
	os, err := t.Operations(ctx, v.scope)
	if err != nil {
		return err
	}
	p.Joint, p.Units = nil, nil
	seen := map[iru.UnitID]bool{v.by.Unit: true}
	p.Units = append(p.Units, v.unit)
	for _, o := range os {
		if o.State != iru.OperationDraft && o.State != iru.OperationPolling && o.State != iru.OperationHeld {
			continue
		}
		p.Joint = append(p.Joint, o)
		ps, err := t.Participants(ctx, o.ID)
		if err != nil {
			return err
		}
		for _, x := range ps {
			if x.Unit != 0 && x.Acts() && !seen[x.Unit] {
				seen[x.Unit] = true
				u, err := t.Unit(ctx, x.Unit)
				if err != nil {
					return err
				}
				p.Units = append(p.Units, u)
			}
		}
	}
	return nil
}

// typedAct reads the form.
func (v *visit) typedAct(p *ActPage) (desk.DraftRequest, error) {
	p.Chosen, p.Item, p.Request, p.Lang, p.Reasons = v.value("option"), iru.ItemID(v.whole("item")), legal.Request(v.value("request")), v.value("lang"), v.value("reasons")
	p.Into, p.For = iru.OperationID(v.whole("operation")), iru.UnitID(v.whole("unit"))
	r := desk.DraftRequest{Asset: p.Asset.ID, Item: p.Item, Request: p.Request, Lang: p.Lang, Reasons: p.Reasons, Operation: p.Into, Unit: p.For}
	if !knownLanguage(p.Lang) {
		return r, iru.Refuse(iru.Invalid, "the language is missing", "choose one that the addressee declared")
	}
	provider, layer, instrument, ok := parseOption(p.Chosen)
	n, err := strconv.ParseInt(provider, 10, 64)
	if !ok || err != nil {
		return r, iru.Refuse(iru.Invalid, "no addressee and instrument was chosen", "choose one that the law allows")
	}
	r.Provider, r.Layer, r.Instrument = iru.ProviderID(n), layer, instrument
	if r.Request == "" {
		r.Request = usualRequest(instrument)
	}
	return r, nil
}

// usualRequest is what an instrument that asks for one thing only asks for; "" leaves it to the addressee's layer.
func usualRequest(i legal.Instrument) legal.Request {
	switch i {
	case legal.PreservationOrder:
		return legal.Preserve
	case legal.ProductionOrder:
		return legal.ProduceData
	case legal.RegistrationDataRequest:
		return legal.RegistrationData
	}
	return ""
}

func (v *visit) draftAct() error {
	n, err := v.number("id")
	if err != nil {
		return err
	}
	p := ActPage{Asset: iru.Asset{ID: iru.AssetID(n)}}
	return v.makeDraft(&p, func(r desk.DraftRequest) (iru.Notice, error) { return v.desk.Draft(v.ctx(), v.scope, r) })
}

func (v *visit) makeDraft(p *ActPage, draft func(desk.DraftRequest) (iru.Notice, error)) error {
	r, err := v.typedAct(p)
	var made iru.Notice
	if err == nil {
		made, err = draft(r)
	}
	if why, ok := complaint(err); ok {
		if err := v.scope.May(iru.ToDraft); err != nil {
			return err
		}
		p.Problem = why
		if err := v.fillAct(p); err != nil {
			return err
		}
		return v.again(err, p.View())
	}
	if err != nil {
		return err
	}
	v.say(ui.T(v.ctx(), "Draft %s was made. Read it, then hand it in for approval.", made.Ref))
	return v.to("/notices/%d", made.ID)
}

// escalated reads the act that is to be followed by another.
func (v *visit) escalated() (ActPage, error) {
	n, err := v.notice()
	if err != nil {
		return ActPage{}, err
	}
	if err := v.ours(n.Unit); err != nil {
		return ActPage{}, err
	}
	if err := v.scope.May(iru.ToDraft); err != nil {
		return ActPage{}, err
	}
	if !iru.NoticeTable.Can(n.State, "escalate") {
		return ActPage{}, iru.Refuse(iru.Conflict, n.Ref+" is "+string(n.State), "only what was refused, bounced or left unanswered is escalated")
	}
	return ActPage{Asset: iru.Asset{ID: n.Asset}, Parent: n, Item: n.Item, Lang: n.Lang, Reasons: n.Reasons}, nil
}

func (v *visit) escalatePage() error {
	p, err := v.escalated()
	if err != nil {
		return err
	}
	if err := v.fillAct(&p); err != nil {
		return err
	}
	return v.show(p.View())
}

func (v *visit) escalate() error {
	p, err := v.escalated()
	if err != nil {
		return err
	}
	return v.makeDraft(&p, func(r desk.DraftRequest) (iru.Notice, error) {
		r.Operation, r.Unit = 0, 0
		return v.desk.Escalate(v.ctx(), v.scope, p.Parent.ID, r)
	})
}

func (v *visit) editPage() error {
	n, err := v.notice()
	if err != nil {
		return err
	}
	if err := v.mayEdit(n); err != nil {
		return err
	}
	return v.show(EditPage{Frame: v.frame("notices", ui.T(v.ctx(), "Edit %s", n.Ref)), Notice: n}.View())
}

func (v *visit) mayEdit(n iru.Notice) error {
	if err := v.mine("edit", n); err != nil {
		return err
	}
	if n.State != iru.NoticeDraft {
		return iru.Refuse(iru.Conflict, "only a draft can be edited", "return it to draft first")
	}
	return v.scope.May(iru.ToDraft)
}

func (v *visit) edit() error {
	n, err := v.notice()
	if err != nil {
		return err
	}
	if err := v.mayEdit(n); err != nil {
		return err
	}
	lang, reasons := v.value("lang"), v.value("reasons")
	if reasons == "" || !knownLanguage(lang) {
		n.Reasons = reasons
		return v.again(iru.Invalid, EditPage{Frame: v.frame("notices", ui.T(v.ctx(), "Edit %s", n.Ref)), Notice: n, Problem: ui.T(v.ctx(), "Write the reasons and choose their language.")}.View())
	}
	if _, err := v.desk.Edit(v.ctx(), v.scope, n.ID, reasons, lang); err != nil {
		return err
	}
	v.say(ui.T(v.ctx(), "The draft is kept."))
	return v.to("/notices/%d", n.ID)
}
