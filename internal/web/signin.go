// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"
	"errors"
	"strings"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/web/ui"
)

func (v *visit) signInPage() error {
	if v.by.ID != 0 {
		return v.to("%s", Local(v.r.URL.Query().Get("back")))
	}
	q := v.r.URL.Query()
	return v.show(SignInPage{Frame: v.frame("", ui.T(v.ctx(), "Sign in")), Ended: q.Get("ended") != "", Back: Local(q.Get("back"))}.View())
}

// prove waits for its turn to check a password.
func (v *visit) prove(f func(context.Context) error) error {
	select {
	case v.proving <- struct{}{}:
		defer func() { <-v.proving }()
		return f(v.ctx())
	case <-v.ctx().Done():
		return v.ctx().Err()
	}
}

func (v *visit) signIn() error {
	name, back := v.value("name"), Local(v.r.PostFormValue("back"))
	var o iru.Officer
	err := v.prove(func(ctx context.Context) error {
		var err error
		o, err = v.desk.SignIn(ctx, name, v.r.PostFormValue("password"))
		return err
	})
	if errors.Is(err, iru.Forbidden) {
		page := SignInPage{Frame: v.frame("", ui.T(v.ctx(), "Sign in")), Name: name, Wrong: true, Back: back}
		return v.again(err, page.View())
	}
	if err != nil {
		return err
	}
	if err := v.begin(o); err != nil {
		return err
	}
	return v.to("%s", back)
}

func (v *visit) signOut() error {
	if err := v.sessions.Destroy(v.ctx()); err != nil {
		return err
	}
	return v.to("/signin")
}

// invited reads whom a one-time link is for.
func (v *visit) invited(secret string) (FirstStartPage, error) {
	p := FirstStartPage{Frame: v.frame("", ui.T(v.ctx(), "Welcome")), Action: "/welcome/" + secret}
	err := v.read(func(t *db.Tx) error {
		o, err := t.OfficerByInvite(v.ctx(), desk.Digest(secret))
		if errors.Is(err, iru.NotFound) {
			return iru.Refuse(iru.Forbidden, "this link was used already or never existed", "ask an administrator for a new one")
		}
		if err != nil {
			return err
		}
		u, err := t.Unit(v.ctx(), o.Unit)
		if err != nil {
			return err
		}
		sec, err := t.Secret(v.ctx(), o.ID)
		if err != nil {
			return err
		}
		if v.now.After(sec.InviteUntil) {
			return iru.Refuse(iru.Forbidden, "this link has expired", "ask an administrator for a new one")
		}
		var roles []string
		for _, r := range o.Roles {
			roles = append(roles, roleName(v.ctx(), r))
		}
		p.Unit, p.Login, p.Role, p.Name = u.Name, o.Login, strings.Join(roles, ", "), o.Name
		p.Expires = sec.InviteUntil.Format("2 Jan 2006 15:04") + " UTC"
		return nil
	})
	return p, err
}

func (v *visit) welcomePage() error {
	p, err := v.invited(v.r.PathValue("secret"))
	if err != nil {
		return err
	}
	return v.show(p.View())
}

func (v *visit) welcome() error {
	secret := v.r.PathValue("secret")
	p, err := v.invited(secret)
	if err != nil {
		return err
	}
	p.Name, p.Errors = v.value("name"), map[string]string{}
	if p.Name == "" {
		p.Errors["name"] = ui.T(v.ctx(), "Write a name.")
	}
	password := v.r.PostFormValue("password")
	if password != v.r.PostFormValue("again") {
		p.Errors["again"] = ui.T(v.ctx(), "The two passwords differ.")
	}
	if len(p.Errors) > 0 {
		return v.again(iru.Invalid, p.View())
	}
	var o iru.Officer
	err = v.prove(func(ctx context.Context) error {
		var err error
		o, err = v.desk.Accept(ctx, secret, p.Name, password)
		return err
	})
	if r, ok := refusal(err); ok {
		p.Errors["password"] = words(r)
		return v.again(err, p.View())
	}
	if err != nil {
		return err
	}
	if err := v.begin(o); err != nil {
		return err
	}
	return v.to("/")
}
