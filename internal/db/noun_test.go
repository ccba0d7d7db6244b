// SPDX-License-Identifier: EUPL-1.2

package db_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"iolaus/internal/db"
	"iolaus/internal/db/dbtest"
	"iolaus/internal/iru"
)

// A filler gives every exported field, at any depth, a value of its own: two columns that were mixed up do not come back alike.
type filler struct{ n int64 }

func (f *filler) fill(v reflect.Value) {
	f.n++
	switch v.Interface().(type) {
	case time.Time:
		v.Set(reflect.ValueOf(time.Date(2026, 3, 12, 1, 2, 3, int(f.n)*1000, time.UTC)))
		return
	case time.Duration:
		v.SetInt(int64(time.Duration(f.n) * 1001 * time.Microsecond))
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(fmt.Sprintf("نشرة الطقس %d «'\"\\» 🚋", f.n))
	case reflect.Int, reflect.Int64:
		v.SetInt(1_000_000 + f.n)
	case reflect.Uint8:
		v.SetUint(uint64(f.n % 256))
	case reflect.Float64:
		v.SetFloat(float64(f.n) + 0.1)
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		f.fill(v.Elem())
	case reflect.Struct:
		for i := range v.NumField() {
			f.fill(v.Field(i))
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range 2 {
			f.fill(v.Index(i))
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		for range 2 {
			key, val := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
			f.fill(key)
			f.fill(val)
			v.SetMapIndex(key, val)
		}
	case reflect.Interface: // a fact of an event
		v.Set(reflect.ValueOf(float64(f.n) + 0.5))
	default:
		panic("no value for " + v.Type().String())
	}
}

func filled[T any](f *filler, fix func(*T)) T {
	var v T
	f.fill(reflect.ValueOf(&v).Elem())
	reflect.ValueOf(&v).Elem().FieldByName("ID").SetInt(0)
	fix(&v)
	return v
}

// A keeper stores nouns of one type, reads one and, where that can be, stores it again if its state is still the old one.
type keeper[T any] struct {
	add    func(*db.Tx, *T) error
	get    func(*db.Tx, T) (T, error)
	update func(*db.Tx, T, string) error
	state  string // of the machine, "" for none
}

func one[T any](list []T, err error) (T, error) {
	var none T
	if err != nil || len(list) != 1 {
		return none, fmt.Errorf("%d instead of one: %w", len(list), err)
	}
	return list[0], nil
}

// keep stores a value with every field set, reads it, stores it again with every field changed, and with a state that somebody
// else has changed in the meantime.
func keep[T any](t *testing.T, d *db.DB, f *filler, name string, k keeper[T], fix func(*T)) T {
	t.Helper()
	ctx := t.Context()
	v := filled(f, fix)
	must(t, d.Tx(ctx, func(x *db.Tx) error { return k.add(x, &v) }))
	id := reflect.ValueOf(v).FieldByName("ID").Int()
	if id == 0 {
		t.Fatalf("%s: no id", name)
	}
	read := func() (got T) {
		t.Helper()
		must(t, d.View(ctx, func(x *db.Tx) error { var err error; got, err = k.get(x, v); return err }))
		return got
	}
	if diff := cmp.Diff(v, read()); diff != "" {
		t.Errorf("%s (-stored +read):\n%s", name, diff)
	}
	if k.update == nil {
		return v
	}
	old := ""
	if k.state != "" {
		old = reflect.ValueOf(v).FieldByName(k.state).String()
	}
	w := filled(f, fix)
	reflect.ValueOf(&w).Elem().FieldByName("ID").SetInt(id)
	if k.state != "" {
		err := d.Tx(ctx, func(x *db.Tx) error { return k.update(x, w, "a state of the past") })
		if !errors.Is(err, iru.Conflict) {
			t.Errorf("%s: a change that rests on a stale state: %v", name, err)
		}
		if diff := cmp.Diff(v, read()); diff != "" {
			t.Errorf("%s was changed all the same:\n%s", name, diff)
		}
	}
	must(t, d.Tx(ctx, func(x *db.Tx) error { return k.update(x, w, old) }))
	v = w
	if diff := cmp.Diff(w, read()); diff != "" {
		t.Errorf("%s changed (-stored +read):\n%s", name, diff)
	}
	// What is empty comes back as it was, and not as something else that is empty.
	e := filled(f, fix)
	reflect.ValueOf(&e).Elem().FieldByName("ID").SetInt(id)
	empty := false
	for i := range reflect.ValueOf(e).NumField() {
		if fv := reflect.ValueOf(&e).Elem().Field(i); fv.Kind() == reflect.Slice {
			fv.Set(reflect.MakeSlice(fv.Type(), 0, 0))
			empty = true
		}
	}
	if empty {
		v = e
		must(t, d.Tx(ctx, func(x *db.Tx) error { return k.update(x, e, old) }))
		if diff := cmp.Diff(e, read()); diff != "" {
			t.Errorf("%s with empty lists (-stored +read):\n%s", name, diff)
		}
	}
	return v
}

// TestNounsComeBack: every noun, every field, both engines.
func TestNounsComeBack(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, f, all := t.Context(), &filler{}, iru.Program()
		// Numbering of each table begins elsewhere, so that no number is right by accident.
		must(t, d.Tx(ctx, func(x *db.Tx) error {
			return x.AddUnit(ctx, &iru.Unit{Name: "first", Country: "XA", Kind: "unit", State: iru.UnitActive})
		}))
		u := keep(t, d, f, "unit", keeper[iru.Unit]{
			add: func(x *db.Tx, u *iru.Unit) error { return x.AddUnit(ctx, u) },
			get: func(x *db.Tx, u iru.Unit) (iru.Unit, error) { return x.Unit(ctx, u.ID) },
		}, func(u *iru.Unit) { u.State = iru.UnitSuspended })
		for i := range 2 {
			must(t, d.Tx(ctx, func(x *db.Tx) error {
				return x.AddOfficer(ctx, &iru.Officer{Unit: u.ID, Login: fmt.Sprint(i), State: iru.OfficerActive})
			}))
		}
		o := keep(t, d, f, "officer", keeper[iru.Officer]{
			add:    func(x *db.Tx, o *iru.Officer) error { return x.AddOfficer(ctx, o) },
			get:    func(x *db.Tx, o iru.Officer) (iru.Officer, error) { return x.OfficerByLogin(ctx, o.Login) },
			update: func(x *db.Tx, o iru.Officer, s string) error { return x.UpdateOfficer(ctx, o, iru.OfficerState(s)) }, state: "State",
		}, func(o *iru.Officer) { o.Unit, o.State = u.ID, iru.OfficerSuspended })
		keep(t, d, f, "token", keeper[db.Token]{
			add: func(x *db.Tx, k *db.Token) error { return x.AddToken(ctx, k) },
			get: func(x *db.Tx, k db.Token) (db.Token, error) { return x.TokenByDigest(ctx, k.Digest) },
		}, func(k *db.Token) { k.Officer = o.ID })
		out := keep(t, d, f, "outlet", keeper[iru.Outlet]{
			add:    func(x *db.Tx, o *iru.Outlet) error { return x.AddOutlet(ctx, o) },
			get:    func(x *db.Tx, o iru.Outlet) (iru.Outlet, error) { return x.Outlet(ctx, all, o.ID) },
			update: func(x *db.Tx, o iru.Outlet, s string) error { return x.UpdateOutlet(ctx, o, iru.OutletState(s)) }, state: "State",
		}, func(o *iru.Outlet) { o.Unit, o.State = u.ID, iru.OutletDark })
		a := keep(t, d, f, "asset", keeper[iru.Asset]{
			add:    func(x *db.Tx, a *iru.Asset) error { return x.AddAsset(ctx, a) },
			get:    func(x *db.Tx, a iru.Asset) (iru.Asset, error) { return x.AssetByLocator(ctx, u.ID, a.Locator) },
			update: func(x *db.Tx, a iru.Asset, s string) error { return x.UpdateAsset(ctx, a, iru.AssetState(s)) }, state: "State",
		}, func(a *iru.Asset) {
			a.Unit, a.Outlet, a.State, a.Presence.State = u.ID, out.ID, iru.AssetReturned, iru.PresenceBack
		})
		keep(t, d, f, "observation", keeper[iru.Observation]{
			add: func(x *db.Tx, o *iru.Observation) error { return x.AddObservation(ctx, o) },
			get: func(x *db.Tx, o iru.Observation) (iru.Observation, error) {
				return one(x.Observations(ctx, all, o.Asset, 2))
			},
		}, func(o *iru.Observation) { o.Asset, o.Content = a.ID, iru.ContentSimilar })
		i := keep(t, d, f, "item", keeper[iru.Item]{
			add:    func(x *db.Tx, i *iru.Item) error { return x.AddItem(ctx, i) },
			get:    func(x *db.Tx, i iru.Item) (iru.Item, error) { return x.ItemByLocator(ctx, u.ID, i.Locator) },
			update: func(x *db.Tx, i iru.Item, s string) error { return x.UpdateItem(ctx, i, iru.ItemState(s)) }, state: "State",
		}, func(i *iru.Item) { i.Unit, i.Asset, i.State = u.ID, a.ID, iru.ItemSecond })
		x := keep(t, d, f, "exhibit", keeper[iru.Exhibit]{
			add:    func(x *db.Tx, e *iru.Exhibit) error { return x.AddExhibit(ctx, e) },
			get:    func(x *db.Tx, e iru.Exhibit) (iru.Exhibit, error) { return x.Exhibit(ctx, all, e.ID) },
			update: func(x *db.Tx, e iru.Exhibit, s string) error { return x.UpdateExhibit(ctx, e, iru.ExhibitState(s)) }, state: "State",
		}, func(e *iru.Exhibit) { e.Unit, e.Asset, e.Item, e.State = u.ID, a.ID, i.ID, iru.ExhibitErased })
		keep(t, d, f, "stamp", keeper[iru.Stamp]{
			add: func(x *db.Tx, s *iru.Stamp) error { return x.AddStamp(ctx, s) },
			get: func(x *db.Tx, s iru.Stamp) (iru.Stamp, error) { return x.StampAt(ctx, s.Authority, s.Size) },
		}, func(*iru.Stamp) {})
		bk := keep(t, d, f, "bank", keeper[iru.Bank]{
			add:    func(x *db.Tx, b *iru.Bank) error { return x.AddBank(ctx, b) },
			get:    func(x *db.Tx, b iru.Bank) (iru.Bank, error) { return x.BankByName(ctx, u.ID, b.Name) },
			update: func(x *db.Tx, b iru.Bank, s string) error { return x.UpdateBank(ctx, b, s) }, state: "Checkpoint",
		}, func(b *iru.Bank) { b.Unit, b.Source = u.ID, iru.SourceFeed })
		k := keep(t, d, f, "known", keeper[iru.Known]{
			add: func(x *db.Tx, k *iru.Known) error { return x.AddKnown(ctx, k) },
			get: func(x *db.Tx, k iru.Known) (iru.Known, error) {
				got, err := x.Known(ctx, all, k.ID)
				if len(got.Signals) != 2 || got.Signals[0].ID == 0 || got.Signals[1].Known != k.ID {
					return got, fmt.Errorf("fingerprints: %+v", got.Signals)
				}
				got.Signals = k.Signals // a change leaves them
				return got, err
			},
			update: func(x *db.Tx, k iru.Known, s string) error { return x.UpdateKnown(ctx, k, iru.KnownState(s)) }, state: "State",
		}, func(k *iru.Known) {
			k.Bank, k.Unit, k.BankName, k.Muted, k.Item, k.State, k.Flood = bk.ID, u.ID, bk.Name, bk.Muted, i.ID, iru.KnownQuarantined, iru.FloodMarked
			k.Signals = append(k.Signals[:0:0], iru.Signal{Medium: iru.MediumPDQ, Value: []byte("snow line over the pass, tonight")}, iru.Signal{Medium: iru.MediumMD5, Value: []byte("short")})
		})
		said := keep(t, d, f, "opinion", keeper[iru.Opinion]{
			add: func(x *db.Tx, o *iru.Opinion) error { return x.AddOpinion(ctx, o) },
			get: func(x *db.Tx, o iru.Opinion) (iru.Opinion, error) { return one(x.OpinionsOf(ctx, all, k.ID)) },
		}, func(o *iru.Opinion) { o.Known, o.Verdict = k.ID, iru.VerdictDisputed })
		keep(t, d, f, "match", keeper[iru.Match]{
			add: func(x *db.Tx, m *iru.Match) error { _, err := x.AddMatch(ctx, m); return err },
			get: func(x *db.Tx, m iru.Match) (iru.Match, error) {
				got, err := one(x.MatchesOf(ctx, all, m.Item))
				if diff := cmp.Diff([]iru.Opinion{said}, got.Opinions); diff != "" {
					return got, fmt.Errorf("opinions: %s", diff)
				}
				got.Opinions = m.Opinions
				return got, err
			},
			update: func(x *db.Tx, m iru.Match, s string) error {
				return x.UpdateMatch(ctx, m, iru.MatchState(s))
			}, state: "State",
		}, func(m *iru.Match) {
			m.Unit, m.Item, m.Exhibit, m.Known, m.State = u.ID, i.ID, x.ID, k.ID, iru.MatchDisputed
			m.Bank, m.Label, m.Finding, m.Silent, m.Opinions = k.BankName, k.Label, k.Finding, true, []iru.Opinion{said}
		})
		keep(t, d, f, "assessment", keeper[iru.Assessment]{
			add: func(x *db.Tx, a *iru.Assessment) error { return x.AddAssessment(ctx, a) },
			get: func(x *db.Tx, a iru.Assessment) (iru.Assessment, error) { return x.Assessment(ctx, all, a.ID) },
			update: func(x *db.Tx, a iru.Assessment, s string) error {
				return x.UpdateAssessment(ctx, a, iru.AssessmentState(s))
			}, state: "State",
		}, func(a *iru.Assessment) { a.Unit, a.Item, a.By, a.State = u.ID, i.ID, o.ID, iru.AssessmentOverturned })
		p := keep(t, d, f, "provider", keeper[iru.Provider]{
			add:    func(x *db.Tx, p *iru.Provider) error { return x.AddProvider(ctx, p) },
			get:    func(x *db.Tx, p iru.Provider) (iru.Provider, error) { return x.Provider(ctx, all, p.ID) },
			update: func(x *db.Tx, p iru.Provider, s string) error { return x.UpdateProvider(ctx, p, iru.ContactState(s)) }, state: "Contact",
		}, func(p *iru.Provider) { p.Unit, p.Contact = u.ID, iru.ContactChanged })
		keep(t, d, f, "contact", keeper[iru.Contact]{
			add:    func(x *db.Tx, c *iru.Contact) error { return x.AddContact(ctx, c) },
			get:    func(x *db.Tx, c iru.Contact) (iru.Contact, error) { return x.Contact(ctx, all, c.ID) },
			update: func(x *db.Tx, c iru.Contact, s string) error { return x.UpdateContact(ctx, c, iru.ContactState(s)) }, state: "State",
		}, func(c *iru.Contact) { c.Unit, c.Provider, c.State = u.ID, p.ID, iru.ContactChanged })
		keep(t, d, f, "trial", keeper[iru.Trial]{
			add:    func(x *db.Tx, v *iru.Trial) error { return x.AddTrial(ctx, v) },
			get:    func(x *db.Tx, v iru.Trial) (iru.Trial, error) { return one(x.Trials(ctx, all, p.ID, 9)) },
			update: func(x *db.Tx, v iru.Trial, s string) error { return x.UpdateTrial(ctx, v, s) }, state: "Receipt",
		}, func(v *iru.Trial) { v.Unit, v.Provider, v.Receipt = u.ID, p.ID, "the same" })
		keep(t, d, f, "authority", keeper[iru.Authority]{
			add: func(x *db.Tx, v *iru.Authority) error { return x.AddAuthority(ctx, v) },
			get: func(x *db.Tx, v iru.Authority) (iru.Authority, error) {
				return one(x.AuthoritiesOf(ctx, all, v.Country, v.Role))
			},
			update: func(x *db.Tx, v iru.Authority, s string) error { return x.UpdateAuthority(ctx, v, iru.ContactState(s)) }, state: "State",
		}, func(v *iru.Authority) { v.Unit, v.State = u.ID, iru.ContactChanged })
		keep(t, d, f, "circumstance", keeper[iru.Circumstance]{
			add: func(x *db.Tx, v *iru.Circumstance) error { return x.AddCircumstance(ctx, v) },
			get: func(x *db.Tx, v iru.Circumstance) (iru.Circumstance, error) {
				return one(x.Circumstances(ctx, all, a.ID))
			},
		}, func(v *iru.Circumstance) { v.Unit, v.Asset = u.ID, a.ID })
		keep(t, d, f, "playbook", keeper[iru.Playbook]{
			add: func(x *db.Tx, v *iru.Playbook) error {
				w := *v // of the same top-level domain: it is replaced
				if err := x.SetPlaybook(ctx, &w); err != nil {
					return err
				}
				return x.SetPlaybook(ctx, v)
			},
			get: func(x *db.Tx, v iru.Playbook) (iru.Playbook, error) { return one(x.Playbooks(ctx, all)) },
		}, func(v *iru.Playbook) { v.Unit, v.Mark = u.ID, "" })
		c := iru.Carrier{Asset: a.ID, Provider: p.ID, Layer: "host", Source: "RDAP", At: time.Date(2026, 3, 12, 0, 0, 0, 1000, time.UTC)}
		for range 2 { // seen again
			c.Source, c.At = c.Source+", again", c.At.Add(time.Hour)
			must(t, d.Tx(ctx, func(x *db.Tx) error { return x.SetCarrier(ctx, c) }))
			must(t, d.View(ctx, func(x *db.Tx) error {
				got, err := one(x.Carriers(ctx, a.ID))
				if diff := cmp.Diff(c, got); diff != "" {
					t.Errorf("carrier: %s", diff)
				}
				return err
			}))
		}
		op := keep(t, d, f, "operation", keeper[iru.Operation]{
			add: func(x *db.Tx, o *iru.Operation) error { return x.AddOperation(ctx, o) },
			get: func(x *db.Tx, o iru.Operation) (iru.Operation, error) { return x.Operation(ctx, all, o.ID) },
			update: func(x *db.Tx, o iru.Operation, s string) error {
				return x.UpdateOperation(ctx, o, iru.OperationState(s))
			}, state: "State",
		}, func(p *iru.Operation) { p.Unit, p.Director, p.State = u.ID, o.ID, iru.OperationAborted })
		keep(t, d, f, "plan", keeper[iru.Plan]{
			add:    func(x *db.Tx, p *iru.Plan) error { return x.AddPlan(ctx, p) },
			get:    func(x *db.Tx, p iru.Plan) (iru.Plan, error) { return x.Plan(ctx, all, p.ID) },
			update: func(x *db.Tx, p iru.Plan, s string) error { return x.UpdatePlan(ctx, p, iru.PlanState(s)) }, state: "State",
		}, func(p *iru.Plan) { p.Unit, p.Outlet, p.State = u.ID, out.ID, iru.PlanDropped })
		keep(t, d, f, "rate", keeper[iru.Rate]{
			add: func(x *db.Tx, r *iru.Rate) error { return x.AddRate(ctx, r) },
			get: func(x *db.Tx, r iru.Rate) (iru.Rate, error) { return one(x.Rates(ctx, all)) },
		}, func(r *iru.Rate) { r.Unit = u.ID })
		part := keep(t, d, f, "participant", keeper[iru.Participant]{
			add:    func(x *db.Tx, p *iru.Participant) error { return x.AddParticipant(ctx, p) },
			get:    func(x *db.Tx, p iru.Participant) (iru.Participant, error) { return x.Participant(ctx, p.ID) },
			update: func(x *db.Tx, p iru.Participant, _ string) error { return x.UpdateParticipant(ctx, p) },
		}, func(p *iru.Participant) { p.Operation, p.Unit = op.ID, u.ID })
		keep(t, d, f, "task", keeper[iru.Task]{
			add:    func(x *db.Tx, k *iru.Task) error { return x.AddTask(ctx, k) },
			get:    func(x *db.Tx, k iru.Task) (iru.Task, error) { return x.TaskByUID(ctx, all, k.UID) },
			update: func(x *db.Tx, k iru.Task, s string) error { return x.UpdateTask(ctx, k, iru.TaskState(s)) }, state: "State",
		}, func(k *iru.Task) { k.Operation, k.Participant, k.State = op.ID, part.ID, iru.TaskDeclined })
		keep(t, d, f, "deconfliction", keeper[iru.Deconfliction]{
			add: func(x *db.Tx, q *iru.Deconfliction) error { return x.AddDeconfliction(ctx, q) },
			get: func(x *db.Tx, q iru.Deconfliction) (iru.Deconfliction, error) {
				return x.DeconflictionByUID(ctx, all, q.UID)
			},
			update: func(x *db.Tx, q iru.Deconfliction, s string) error {
				return x.UpdateDeconfliction(ctx, q, iru.DeconflictionState(s))
			}, state: "State",
		}, func(q *iru.Deconfliction) {
			q.Operation, q.Participant, q.State = op.ID, part.ID, iru.DeconflictionHold
		})
		keep(t, d, f, "desk hours", keeper[iru.DeskHours]{
			add: func(x *db.Tx, h *iru.DeskHours) error { return x.AddDeskHours(ctx, h) },
			get: func(x *db.Tx, h iru.DeskHours) (iru.DeskHours, error) { return one(x.DeskHours(ctx, all)) },
		}, func(h *iru.DeskHours) { h.Unit, h.Provider = u.ID, p.ID })
		keep(t, d, f, "poll", keeper[iru.Poll]{
			add:    func(x *db.Tx, p *iru.Poll) error { return x.AddPoll(ctx, p) },
			get:    func(x *db.Tx, p iru.Poll) (iru.Poll, error) { return one(x.Polls(ctx, p.Operation)) },
			update: func(x *db.Tx, p iru.Poll, s string) error { return x.UpdatePoll(ctx, p, iru.PollState(s)) }, state: "State",
		}, func(p *iru.Poll) { p.Operation, p.Participant, p.Unit, p.State = op.ID, part.ID, u.ID, iru.PollNoGo })
		n := keep(t, d, f, "notice", keeper[iru.Notice]{
			add:    func(x *db.Tx, n *iru.Notice) error { return x.AddNotice(ctx, n) },
			get:    func(x *db.Tx, n iru.Notice) (iru.Notice, error) { return x.NoticeByRef(ctx, all, n.Ref) },
			update: func(x *db.Tx, n iru.Notice, s string) error { return x.UpdateNotice(ctx, n, iru.NoticeState(s)) }, state: "State",
		}, func(n *iru.Notice) {
			n.Unit, n.Asset, n.Provider, n.Drafted, n.State = u.ID, a.ID, p.ID, o.ID, iru.NoticeClarifying
		})
		keep(t, d, f, "letter", keeper[iru.Letter]{
			add: func(x *db.Tx, l *iru.Letter) error { _, err := x.AddLetter(ctx, l); return err },
			get: func(x *db.Tx, l iru.Letter) (iru.Letter, error) { return x.Letter(ctx, l.ID) },
		}, func(l *iru.Letter) { l.Notice = n.ID })
		keep(t, d, f, "stray", keeper[iru.Stray]{
			add:    func(x *db.Tx, s *iru.Stray) error { _, err := x.AddStray(ctx, s); return err },
			get:    func(x *db.Tx, s iru.Stray) (iru.Stray, error) { return x.Stray(ctx, all, s.ID) },
			update: func(x *db.Tx, s iru.Stray, old string) error { return x.UpdateStray(ctx, s, iru.StrayState(old)) }, state: "State",
		}, func(s *iru.Stray) { s.Unit, s.State = u.ID, iru.StrayDismissed })
		keep(t, d, f, "lead", keeper[iru.Lead]{
			add: func(x *db.Tx, l *iru.Lead) error { return x.SeeLead(ctx, l) },
			get: func(x *db.Tx, l iru.Lead) (iru.Lead, error) { return one(x.LeadsOf(ctx, all, l.Asset)) },
		}, func(l *iru.Lead) { l.Unit, l.Asset, l.Source = u.ID, a.ID, iru.LeadCT })
		keep(t, d, f, "trusted", keeper[iru.Trusted]{
			add: func(x *db.Tx, v *iru.Trusted) error { return x.AddTrusted(ctx, v) },
			get: func(x *db.Tx, v iru.Trusted) (iru.Trusted, error) { return one(x.TrustedMarks(ctx, all)) },
		}, func(v *iru.Trusted) { v.Unit = u.ID })
		keep(t, d, f, "certificate log", keeper[iru.CTLog]{
			add: func(x *db.Tx, v *iru.CTLog) error { return x.SetCTLog(ctx, v) },
			get: func(x *db.Tx, v iru.CTLog) (iru.CTLog, error) { return x.CTLog(ctx, v.Log) },
		}, func(v *iru.CTLog) {})
		keep(t, d, f, "followup", keeper[iru.FollowUp]{
			add: func(x *db.Tx, v *iru.FollowUp) error { return x.AddFollowUp(ctx, v) },
			get: func(x *db.Tx, v iru.FollowUp) (iru.FollowUp, error) { return x.FollowUp(ctx, all, v.ID) },
			update: func(x *db.Tx, v iru.FollowUp, old string) error {
				return x.UpdateFollowUp(ctx, v, iru.FollowUpState(old))
			}, state: "State",
		}, func(v *iru.FollowUp) {
			v.Unit, v.Asset, v.Fell, v.Model, v.State = u.ID, a.ID, a.ID, n.ID, iru.FollowupDismissed
		})
		keep(t, d, f, "duty", keeper[iru.Duty]{
			add: func(x *db.Tx, v *iru.Duty) error { return x.AddDuty(ctx, v) },
			get: func(x *db.Tx, v iru.Duty) (iru.Duty, error) { return one(x.Duties(ctx, all, v.Operation, 0, 9)) },
		}, func(v *iru.Duty) { v.Unit, v.Operation, v.By = u.ID, op.ID, o.ID })
		keep(t, d, f, "muster", keeper[iru.Muster]{
			add:    func(x *db.Tx, v *iru.Muster) error { return x.AddMuster(ctx, v) },
			get:    func(x *db.Tx, v iru.Muster) (iru.Muster, error) { return x.Muster(ctx, all, v.ID) },
			update: func(x *db.Tx, v iru.Muster, old string) error { return x.UpdateMuster(ctx, v, iru.MusterState(old)) }, state: "State",
		}, func(v *iru.Muster) { v.Unit, v.Operation, v.State = u.ID, op.ID, iru.MusterClosed })
		keep(t, d, f, "effect window", keeper[iru.EffectWindow]{
			add: func(x *db.Tx, v *iru.EffectWindow) error { return x.AddEffectWindow(ctx, v) },
			get: func(x *db.Tx, v iru.EffectWindow) (iru.EffectWindow, error) {
				return one(x.EffectWindows(ctx, all, v.Operation))
			},
			update: func(x *db.Tx, v iru.EffectWindow, old string) error {
				return x.UpdateEffectWindow(ctx, v, iru.EffectWindowState(old))
			}, state: "State",
		}, func(v *iru.EffectWindow) { v.Unit, v.Operation, v.State = u.ID, op.ID, iru.EffectWindowWithdrawn })
		pa := keep(t, d, f, "partner", keeper[iru.Partner]{
			add: func(x *db.Tx, v *iru.Partner) error { return x.AddPartner(ctx, v) },
			get: func(x *db.Tx, v iru.Partner) (iru.Partner, error) { return x.Partner(ctx, all, v.ID) },
			update: func(x *db.Tx, v iru.Partner, old string) error {
				return x.UpdatePartner(ctx, v, iru.PartnerState(old))
			}, state: "State",
		}, func(v *iru.Partner) { v.Unit, v.State = u.ID, iru.PartnerSuspended })
		keep(t, d, f, "former card", keeper[iru.FormerCard]{
			add: func(x *db.Tx, v *iru.FormerCard) error { return x.AddFormerCard(ctx, v) },
			get: func(x *db.Tx, v iru.FormerCard) (iru.FormerCard, error) { return x.FormerCardByKey(ctx, v.Key) },
		}, func(v *iru.FormerCard) { v.Partner = pa.ID })
		keep(t, d, f, "partner line", keeper[iru.Line]{
			add:    func(x *db.Tx, v *iru.Line) error { return x.AddLine(ctx, v) },
			get:    func(x *db.Tx, v iru.Line) (iru.Line, error) { return x.Line(ctx, v.Partner) },
			update: func(x *db.Tx, v iru.Line, _ string) error { return x.UpdateLine(ctx, v) },
		}, func(v *iru.Line) { v.Partner = pa.ID })
		keep(t, d, f, "outgoing", keeper[iru.Outgoing]{
			add: func(x *db.Tx, v *iru.Outgoing) error { return x.AddOutgoing(ctx, v) },
			get: func(x *db.Tx, v iru.Outgoing) (iru.Outgoing, error) { return one(x.Outgoings(ctx, all, pa.ID, 0, 9)) },
		}, func(v *iru.Outgoing) { v.Partner, v.State = pa.ID, iru.OutgoingDelivered })
		keep(t, d, f, "incoming", keeper[iru.Incoming]{
			add: func(x *db.Tx, v *iru.Incoming) error {
				list := []iru.Incoming{*v}
				err := x.AddIncomings(ctx, list, [][]byte{nil})
				*v = list[0]
				return err
			},
			get: func(x *db.Tx, v iru.Incoming) (iru.Incoming, error) { return x.Incoming(ctx, all, v.ID) },
			update: func(x *db.Tx, v iru.Incoming, old string) error {
				return x.UpdateIncoming(ctx, v, iru.IncomingState(old))
			}, state: "State",
		}, func(v *iru.Incoming) { v.Partner, v.State = pa.ID, iru.IncomingParked })
		keep(t, d, f, "invitation", keeper[iru.Invitation]{
			add: func(x *db.Tx, v *iru.Invitation) error { return x.AddInvitation(ctx, v) },
			get: func(x *db.Tx, v iru.Invitation) (iru.Invitation, error) { return x.Invitation(ctx, all, v.ID) },
			update: func(x *db.Tx, v iru.Invitation, old string) error {
				return x.UpdateInvitation(ctx, v, iru.InvitationState(old))
			}, state: "State",
		}, func(v *iru.Invitation) { v.Unit, v.Partner, v.State = u.ID, pa.ID, iru.InvitationDeclined })
		keep(t, d, f, "standing", keeper[iru.PartnerStanding]{
			add: func(x *db.Tx, v *iru.PartnerStanding) error { return x.AddPartnerStanding(ctx, v) },
			get: func(x *db.Tx, v iru.PartnerStanding) (iru.PartnerStanding, error) {
				return x.PartnerStanding(ctx, op.ID, pa.ID)
			},
			update: func(x *db.Tx, v iru.PartnerStanding, _ string) error { return x.UpdatePartnerStanding(ctx, v) },
		}, func(v *iru.PartnerStanding) { v.Operation, v.Partner = op.ID, pa.ID })
		keep(t, d, f, "inquiry", keeper[iru.Inquiry]{
			add: func(x *db.Tx, v *iru.Inquiry) error { return x.AddInquiry(ctx, v) },
			get: func(x *db.Tx, v iru.Inquiry) (iru.Inquiry, error) { return x.Inquiry(ctx, all, v.ID) },
			update: func(x *db.Tx, v iru.Inquiry, old string) error {
				return x.UpdateInquiry(ctx, v, iru.InquiryState(old))
			}, state: "State",
		}, func(v *iru.Inquiry) { v.Unit, v.Partner, v.State = u.ID, pa.ID, iru.InquiryRefused })
		keep(t, d, f, "witness", keeper[iru.Witness]{
			add: func(x *db.Tx, v *iru.Witness) error { return x.AddWitness(ctx, v) },
			get: func(x *db.Tx, v iru.Witness) (iru.Witness, error) { return one(x.Witnesses(ctx, all, 9)) },
		}, func(v *iru.Witness) { v.Unit, v.Partner = u.ID, pa.ID })
		keep(t, d, f, "drill", keeper[iru.Drill]{
			add:    func(x *db.Tx, k *iru.Drill) error { return x.AddDrill(ctx, k) },
			get:    func(x *db.Tx, k iru.Drill) (iru.Drill, error) { return x.Drill(ctx, all, k.ID) },
			update: func(x *db.Tx, k iru.Drill, old string) error { return x.UpdateDrill(ctx, k, iru.DrillState(old)) }, state: "State",
		}, func(k *iru.Drill) { k.Unit, k.Provider, k.State = u.ID, p.ID, iru.DrillReceived })
		keep(t, d, f, "clock", keeper[iru.Clock]{
			add:    func(x *db.Tx, c *iru.Clock) error { return x.AddClock(ctx, c) },
			get:    func(x *db.Tx, c iru.Clock) (iru.Clock, error) { return x.Clock(ctx, c.ID) },
			update: func(x *db.Tx, c iru.Clock, s string) error { return x.UpdateClock(ctx, c, iru.ClockState(s)) }, state: "State",
		}, func(c *iru.Clock) { c.Notice, c.State = n.ID, iru.ClockReplaced })
		keep(t, d, f, "event", keeper[iru.Event]{
			add: func(x *db.Tx, e *iru.Event) error { id, err := x.Record(ctx, *e); e.ID = id; return err },
			get: func(x *db.Tx, e iru.Event) (iru.Event, error) { return x.Event(ctx, all, e.ID) },
		}, func(e *iru.Event) {
			e.Facts, e.Index = map[string]any{"عدد": 12.5, "list": []any{"a", "ب"}, "yes": true}, -1
		})
	})
}

// TestStoredOnce: what may be there once is there once.
func TestStoredOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		h := house(t, d, "a")
		for name, f := range map[string]func(x *db.Tx) error{
			"unit":     func(x *db.Tx) error { v := h.unit; return x.AddUnit(ctx, &v) },
			"officer":  func(x *db.Tx) error { v := h.officer; return x.AddOfficer(ctx, &v) },
			"outlet":   func(x *db.Tx) error { v := h.outlet; return x.AddOutlet(ctx, &v) },
			"asset":    func(x *db.Tx) error { v := h.asset; return x.AddAsset(ctx, &v) },
			"item":     func(x *db.Tx) error { v := h.item; return x.AddItem(ctx, &v) },
			"bank":     func(x *db.Tx) error { v := h.bank; return x.AddBank(ctx, &v) },
			"known":    func(x *db.Tx) error { v := h.known; return x.AddKnown(ctx, &v) },
			"provider": func(x *db.Tx) error { v := h.provider; return x.AddProvider(ctx, &v) },
			"notice":   func(x *db.Tx) error { v := h.notice; return x.AddNotice(ctx, &v) },
			"poll": func(x *db.Tx) error {
				return x.AddPoll(ctx, &iru.Poll{Operation: h.operation.ID, Participant: h.part.ID, Role: iru.RoleOrderRemoval, Unit: h.unit.ID, State: iru.PollOpen})
			},
			"participant": func(x *db.Tx) error { v := h.part; v.Name = "another name"; return x.AddParticipant(ctx, &v) },
			"task":        func(x *db.Tx) error { v := h.task; return x.AddTask(ctx, &v) },
			"question":    func(x *db.Tx) error { v := h.question; v.UID = "another"; return x.AddDeconfliction(ctx, &v) },
		} {
			if err := d.Tx(ctx, f); !errors.Is(err, iru.Conflict) {
				t.Errorf("a second %s: %v", name, err)
			}
		}
		must(t, d.Tx(ctx, func(x *db.Tx) error {
			l := h.letter
			if fresh, err := x.AddLetter(ctx, &l); fresh || err != nil {
				t.Errorf("the same letter again: %v, %v", fresh, err)
			}
			m := h.match
			if fresh, err := x.AddMatch(ctx, &m); fresh || err != nil {
				t.Errorf("the same match again: %v, %v", fresh, err)
			}
			return nil
		}))
	})
}

// TestStatesAreChecked: the values that a state column may have in SQL are those of its table in package iru.
func TestStatesAreChecked(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		checks, err := db.Checks(t.Context(), d)
		must(t, err)
		have := map[string]string{}
		for _, c := range checks {
			if !strings.HasPrefix(c.Table, "river") {
				have[c.Table+"."+c.Column] = strings.Join(c.Values, " ")
			}
		}
		want := map[string]string{}
		for _, m := range iru.Machines() {
			want[m.Noun+"."+m.Column] = strings.Join(sorted(m.States()), " ")
		}
		// Not states, but lists of package iru as well.
		want["bank.source"], want["opinion.verdict"], want["known.flood"] = listed(iru.Sources), listed(iru.Verdicts), listed(iru.Floods)
		want["rescan.sought"] = listed(iru.Soughts)
		want["observation.content"] = listed(iru.Contents)
		want["sighting.monitor"], want["schedule.monitor"] = listed(iru.Monitors), listed(iru.Monitors)
		if diff := cmp.Diff(want, have); diff != "" {
			t.Errorf("states (-package iru +SQL):\n%s", diff)
		}
	})
}

func listed[S ~string](list []S) string {
	var out []string
	for _, v := range list {
		out = append(out, string(v))
	}
	return strings.Join(sorted(out), " ")
}

func TestCounters(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.WithoutCancel(t.Context())
		must(t, d.Tx(ctx, func(x *db.Tx) error {
			for want := int64(1); want < 4; want++ {
				if n, err := x.Count(ctx, "RO-2026"); err != nil || n != want {
					t.Errorf("the %dth number is %d: %v", want, n, err)
				}
			}
			if n, err := x.Cursor(ctx, "ct other"); n != 0 || err != nil {
				t.Errorf("a log never read: %d, %v", n, err)
			}
			for _, v := range []int64{5, 900} {
				if err := x.SetCursor(ctx, "ct log", v); err != nil {
					return err
				}
				if n, err := x.Cursor(ctx, "ct log"); n != v || err != nil {
					t.Errorf("read on from %d: %v", n, err)
				}
			}
			return nil
		}))
	})
}
