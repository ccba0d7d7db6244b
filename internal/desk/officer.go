// SPDX-License-Identifier: EUPL-1.2

package desk

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"golang.org/x/crypto/argon2"

	"iolaus/internal/db"
	"iolaus/internal/iru"
	"iolaus/internal/legal"
)

// InviteFor is how long a one-time link is good.
const InviteFor = 72 * time.Hour

// MinPassword is the shortest password accepted, in characters (NIST SP 800-63B-4, 3.1.1.2, for a sole factor).
const MinPassword = 15

// argon2id parameters: RFC 9106, section 4, second recommended option (memory-constrained): 64 MiB, three passes, four lanes.
const (
	argonTime, argonMemory, argonLanes = 3, 64 * 1024, 4
)

// Begin prepares an empty store: the first unit and the administrator, who comes in by the one-time secret returned. On a store
// that has officers it is Conflict.
func (d *Desk) Begin(ctx context.Context, unit iru.Unit) (string, error) {
	text, stored, err := secret()
	if err != nil {
		return "", err
	}
	err = d.enact(ctx, func(t *db.Tx, now time.Time) error {
		if os, err := t.Officers(ctx); err != nil {
			return err
		} else if len(os) > 0 {
			return iru.Refuse(iru.Conflict, "the store has officers already", "ask an administrator for an invitation")
		}
		u := unit
		u.State, u.Created = iru.UnitActive, now
		if u.Kind == "" {
			u.Kind = legal.Unit
		}
		if err := t.AddUnit(ctx, &u); err != nil {
			return err
		}
		o := iru.Officer{Unit: u.ID, Login: "admin", Name: "Administrator", Roles: []iru.Role{iru.Administrator}, State: iru.OfficerInvited, Created: now}
		return invite(ctx, t, &o, stored, now, 0)
	})
	return text, err
}

// BeginLocal prepares an empty store as Begin does, and with it an officer for the account at the computer, who has no password and acts
// by commands only: known content can be kept and looked up without a workbench. The administrator comes in by NewInvite.
func (d *Desk) BeginLocal(ctx context.Context, unit iru.Unit, login, name string) (iru.Officer, error) {
	if _, err := d.Begin(ctx, unit); err != nil {
		return iru.Officer{}, err
	}
	var o iru.Officer
	err := d.enact(ctx, func(t *db.Tx, now time.Time) error {
		us, err := t.Units(ctx)
		if err != nil {
			return err
		}
		o = iru.Officer{Unit: us[0].ID, Login: login, Name: name, Roles: []iru.Role{iru.Analyst, iru.Liaison}, State: iru.OfficerActive, Created: now}
		if err := t.AddOfficer(ctx, &o); err != nil {
			return err
		}
		e := happened("officer", int64(o.ID), "enlist", 0, o.Unit, now, o.Login)
		e.To = string(o.State)
		_, err = t.Record(ctx, e)
		return err
	})
	return o, err
}

// invite stores an invited officer with the digest of the one-time secret.
func invite(ctx context.Context, t *db.Tx, o *iru.Officer, stored string, now time.Time, by iru.OfficerID) error {
	if err := t.AddOfficer(ctx, o); err != nil {
		return err
	}
	if err := t.SetSecret(ctx, o.ID, db.Secret{Invite: stored, InviteUntil: now.Add(InviteFor)}); err != nil {
		return err
	}
	e := happened("officer", int64(o.ID), "invite", by, o.Unit, now, o.Login)
	e.To = string(o.State)
	_, err := t.Record(ctx, e)
	return err
}

// NewInvite gives a fresh one-time link to an officer who was invited and lost the first one. It is for the machine's operator,
// at the command line.
func (d *Desk) NewInvite(ctx context.Context, login string) (string, error) {
	text, stored, err := secret()
	if err != nil {
		return "", err
	}
	err = d.enact(ctx, func(t *db.Tx, now time.Time) error {
		o, err := t.OfficerByLogin(ctx, login)
		if err != nil {
			return err
		}
		sec, err := t.Secret(ctx, o.ID) // the password, if there is one, is good until the link is used
		if err != nil {
			return err
		}
		if sec.Invite, sec.InviteUntil = stored, now.Add(InviteFor); o.State == iru.OfficerSuspended {
			return iru.Refuse(iru.Conflict, o.Login+" is suspended", "restore the officer first")
		}
		if err := t.SetSecret(ctx, o.ID, sec); err != nil {
			return err
		}
		_, err = t.Record(ctx, happened("officer", int64(o.ID), "invite", 0, o.Unit, now, "by the operator of the machine"))
		return err
	})
	return text, err
}

// runs refuses anybody but an administrator of the unit that runs the installation: the first one.
func runs(ctx context.Context, t *db.Tx, s iru.Scope) error {
	us, err := t.Units(ctx)
	if err != nil {
		return err
	}
	for _, u := range us {
		if u.ID < s.Unit {
			return iru.Refuse(iru.Forbidden, "units are entered by an administrator of the unit that runs this installation", "ask there")
		}
	}
	return nil
}

// admits refuses an administrator who would enter an officer into another unit, except its first one: an administrator who then
// enters the others. Whoever could enter officers everywhere could sign for everybody.
func admits(ctx context.Context, t *db.Tx, s iru.Scope, o iru.Officer) error {
	if o.Unit == s.Unit {
		return nil
	}
	if err := runs(ctx, t, s); err != nil {
		return iru.Refuse(iru.Forbidden, "an administrator enters officers of the own unit only", "ask an administrator of that unit")
	}
	os, err := t.Officers(ctx)
	if err != nil {
		return err
	}
	manned := slices.ContainsFunc(os, func(x iru.Officer) bool { return x.Unit == o.Unit })
	if manned || !slices.Equal(o.Roles, []iru.Role{iru.Administrator}) {
		return iru.Refuse(iru.Forbidden, "only the first administrator of another unit is entered from here", "that administrator enters the others")
	}
	return nil
}

// AddUnit enters another unit: an administrator of the unit that runs the installation.
func (d *Desk) AddUnit(ctx context.Context, s iru.Scope, u iru.Unit) (iru.Unit, error) {
	if err := s.May(iru.ToAdminister); err != nil {
		return u, err
	}
	if strings.TrimSpace(u.Name) == "" || u.Country == "" {
		return u, iru.Refuse(iru.Invalid, "a unit needs a name and a country", "")
	}
	if u.Kind == "" {
		u.Kind = legal.Unit
	}
	if !slices.Contains(legal.Issuers(), u.Kind) {
		return u, iru.Refuse(iru.Invalid, fmt.Sprintf("there is no kind of unit %q", u.Kind), fmt.Sprintf("choose from %v", legal.Issuers()))
	}
	err := d.enact(ctx, func(t *db.Tx, now time.Time) error {
		if err := runs(ctx, t, s); err != nil {
			return err
		}
		u.State, u.Created = iru.UnitActive, now
		if err := t.AddUnit(ctx, &u); err != nil {
			return err
		}
		_, err := t.Record(ctx, happened("unit", int64(u.ID), "add", s.Officer, u.ID, now, u.Name))
		return err
	})
	return u, err
}

// Invite enters an officer, who comes in by the one-time secret returned and chooses a password.
func (d *Desk) Invite(ctx context.Context, s iru.Scope, o iru.Officer) (iru.Officer, string, error) {
	if err := s.May(iru.ToAdminister); err != nil {
		return o, "", err
	}
	o.Login = strings.ToLower(strings.TrimSpace(o.Login))
	if o.Login == "" || strings.TrimSpace(o.Name) == "" || len(o.Roles) == 0 {
		return o, "", iru.Refuse(iru.Invalid, "an officer needs a sign-in name, a name and at least one role", "")
	}
	for _, r := range o.Roles {
		if !slices.Contains(iru.Roles, r) {
			return o, "", iru.Refuse(iru.Invalid, fmt.Sprintf("there is no role %q", r), fmt.Sprintf("choose from %v", iru.Roles))
		}
	}
	if o.Unit == 0 {
		o.Unit = s.Unit
	}
	text, stored, err := secret()
	if err != nil {
		return o, "", err
	}
	err = d.enact(ctx, func(t *db.Tx, now time.Time) error {
		if err := admits(ctx, t, s, o); err != nil {
			return err
		}
		o.State, o.Created = iru.OfficerInvited, now
		return invite(ctx, t, &o, stored, now, s.Officer)
	})
	return o, text, err
}

// Accept takes a one-time secret and a password, and makes the officer active. The secret is good once.
func (d *Desk) Accept(ctx context.Context, text, name, password string) (iru.Officer, error) {
	hash, err := hashPassword(password)
	if err != nil {
		return iru.Officer{}, err
	}
	var o iru.Officer
	err = d.enact(ctx, func(t *db.Tx, now time.Time) error {
		var err error
		if o, err = t.OfficerByInvite(ctx, Digest(text)); errors.Is(err, iru.NotFound) {
			return iru.Refuse(iru.Forbidden, "this link was used already or never existed", "ask an administrator for a new one")
		} else if err != nil {
			return err
		}
		sec, err := t.Secret(ctx, o.ID)
		if err != nil {
			return err
		}
		if now.After(sec.InviteUntil) {
			return iru.Refuse(iru.Forbidden, "this link has expired", "ask an administrator for a new one")
		}
		if o.State == iru.OfficerSuspended {
			return iru.Refuse(iru.Forbidden, "you are suspended", "ask an administrator")
		}
		old, verb := o.State, "set_password"
		if o.State == iru.OfficerInvited {
			o.State, verb = iru.OfficerActive, "accept"
		}
		if name = strings.TrimSpace(name); name != "" {
			o.Name = name
		}
		if err := t.UpdateOfficer(ctx, o, old); err != nil {
			return err
		}
		if err := t.SetSecret(ctx, o.ID, db.Secret{Password: hash}); err != nil {
			return err
		}
		e := happened("officer", int64(o.ID), verb, o.ID, o.Unit, now, "")
		e.From, e.To = string(old), string(o.State)
		_, err = t.Record(ctx, e)
		return err
	})
	return o, err
}

// Suspend keeps an officer out: no sign-in, no approval, no token of theirs is good from now on.
func (d *Desk) Suspend(ctx context.Context, s iru.Scope, id iru.OfficerID, why string) (iru.Officer, error) {
	if strings.TrimSpace(why) == "" {
		return iru.Officer{}, iru.Refuse(iru.Invalid, "the reason is missing", "say why the officer is suspended")
	}
	if id == s.Officer {
		return iru.Officer{}, iru.Refuse(iru.Forbidden, "nobody suspends themselves", "ask another administrator")
	}
	return d.officer(ctx, s, id, "suspend", why)
}

// Restore lets a suspended officer in again.
func (d *Desk) Restore(ctx context.Context, s iru.Scope, id iru.OfficerID, why string) (iru.Officer, error) {
	return d.officer(ctx, s, id, "restore", why)
}

func (d *Desk) officer(ctx context.Context, s iru.Scope, id iru.OfficerID, verb, why string) (iru.Officer, error) {
	if err := s.May(iru.ToAdminister); err != nil {
		return iru.Officer{}, err
	}
	var o iru.Officer
	err := d.enact(ctx, func(t *db.Tx, now time.Time) error {
		var err error
		if o, err = t.Officer(ctx, id); err != nil {
			return err
		}
		if err := own(s, o.Unit); err != nil {
			return err
		}
		old := o.State
		if o.State, err = iru.OfficerTable.Next(old, verb); err != nil {
			return err
		}
		if err := t.UpdateOfficer(ctx, o, old); err != nil {
			return err
		}
		e := happened("officer", int64(o.ID), verb, s.Officer, o.Unit, now, why)
		e.From, e.To = string(old), string(o.State)
		_, err = t.Record(ctx, e)
		return err
	})
	return o, err
}

// wrong is the one answer to every failed sign-in, so that nothing is learnt from it.
var wrong = iru.Refuse(iru.Forbidden, "sign-in name or password is wrong", "try again, or ask an administrator for a new link")

// nobody is verified against when there is no such officer, so that the answer takes as long.
const nobody = "$argon2id$v=19$m=65536,t=3,p=4$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

// SignIn checks a password and records the sign-in, or the failure.
func (d *Desk) SignIn(ctx context.Context, login, password string) (iru.Officer, error) {
	var o iru.Officer
	var sec db.Secret
	err := d.DB.View(ctx, func(t *db.Tx) error {
		var err error
		if o, err = t.OfficerByLogin(ctx, strings.ToLower(strings.TrimSpace(login))); err != nil {
			return err
		}
		sec, err = t.Secret(ctx, o.ID)
		return err
	})
	if err != nil && !errors.Is(err, iru.NotFound) {
		return o, err
	}
	hash := sec.Password
	if hash == "" {
		hash = nobody
	}
	ok := checkPassword(hash, password) && o.State == iru.OfficerActive
	if o.ID == 0 {
		return iru.Officer{}, wrong
	}
	verb, who := "sign_in", o.ID
	if !ok {
		verb, who = "sign_in_failed", 0 // nobody knows whose hands these were
	}
	err = d.enact(ctx, func(t *db.Tx, now time.Time) error {
		_, err := t.Record(ctx, happened("officer", int64(o.ID), verb, who, o.Unit, now, ""))
		return err
	})
	if err == nil && !ok {
		return iru.Officer{}, wrong
	}
	return o, err
}

func hashPassword(password string) (string, error) {
	if n := len([]rune(password)); n < MinPassword {
		return "", iru.Refuse(iru.Invalid, fmt.Sprintf("the password has %d characters", n), fmt.Sprintf("choose one of at least %d, such as a sentence", MinPassword))
	}
	if len(password) > 1024 {
		return "", iru.Refuse(iru.Invalid, "the password is longer than 1,024 bytes", "choose a shorter one")
	}
	salt := make([]byte, 16)
	if _, err := rand.Read(salt); err != nil {
		return "", fmt.Errorf("hash password: %w: %w", iru.Internal, err)
	}
	key := argon2.IDKey([]byte(password), salt, argonTime, argonMemory, argonLanes, 32)
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, argonMemory, argonTime, argonLanes, b64.EncodeToString(salt), b64.EncodeToString(key)), nil
}

func checkPassword(phc, password string) bool {
	var version, memory, passes, lanes uint32
	parts := strings.Split(phc, "$")
	if len(parts) != 6 || parts[1] != "argon2id" || len(password) > 1024 {
		return false
	}
	if _, err := fmt.Sscanf(parts[2], "v=%d", &version); err != nil || version != argon2.Version {
		return false
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &memory, &passes, &lanes); err != nil || lanes < 1 || lanes > 255 {
		return false
	}
	salt, err1 := base64.RawStdEncoding.DecodeString(parts[4])
	want, err2 := base64.RawStdEncoding.DecodeString(parts[5])
	if err1 != nil || err2 != nil {
		return false
	}
	got := argon2.IDKey([]byte(password), salt, passes, memory, uint8(lanes), uint32(len(want)))
	return subtle.ConstantTimeCompare(got, want) == 1
}
