// SPDX-License-Identifier: EUPL-1.2

package desk_test

import (
	"bytes"
	"strings"
	"testing"

	"iolaus/internal/db"
	"iolaus/internal/db/dbtest"
	"iolaus/internal/iru"
)

const contactFile = `record,provider,layer,kind,name,channel,address,languages,country,role,source
provider,Fernrack,host,,,smtp,abuse@fernrack.test,de en,,,their page
contact,Fernrack,host,second,Night desk,smtp,night@fernrack.test,,,,their page
authority,,,,Office B,,orders@office-b.test,bg,XB,scrutinise,list
contact,Nobody,host,second,,smtp,x@nobody.test,,,,
provider,Bad,host,,,smtp,no address,,,,
provider,Worse,tram,,,smtp,a@worse.test,,,,
contact,Fernrack,host,friend,,smtp,f@fernrack.test,,,,
`

func TestContactFile(t *testing.T) {
	u := newUnit(t, dbtest.Open(t))
	ctx := t.Context()
	count := func() int {
		ps := view(u, func(x *db.Tx) ([]iru.Provider, error) { return x.Providers(ctx, u.scope("ada")) })
		as := view(u, func(x *db.Tx) ([]iru.Authority, error) { return x.Authorities(ctx, u.scope("ada")) })
		return len(ps) + len(as)
	}
	told, err := u.ImportContacts(ctx, u.scope("ada"), strings.NewReader(contactFile), "list.csv", false)
	refused(t, "wrong lines", err, iru.Invalid, "4 lines")
	if count() != 0 {
		t.Fatalf("something was kept: %d", count())
	}
	lines := map[int]bool{}
	for _, w := range told.Wrong {
		if lines[w.Line] = true; w.What == "" || w.Do == "" {
			t.Errorf("line %d: %q; %q", w.Line, w.What, w.Do)
		}
	}
	for _, n := range []int{5, 6, 7, 8} {
		if !lines[n] {
			t.Errorf("line %d is not named: %v", n, told.Wrong)
		}
	}
	told, err = u.ImportContacts(ctx, u.scope("ada"), strings.NewReader(contactFile), "list.csv", true)
	must(t, err)
	if told.Added != 3 || len(told.Wrong) != 4 {
		t.Errorf("%+v", told)
	}
	ps := view(u, func(x *db.Tx) ([]iru.Provider, error) { return x.Providers(ctx, u.scope("ada")) })
	if len(ps) != 1 || ps[0].Contact != iru.ContactProposed || len(ps[0].Languages) != 2 {
		t.Fatalf("%+v", ps)
	}
	told, err = u.ImportContacts(ctx, u.scope("ada"), strings.NewReader(contactFile), "list.csv", true)
	must(t, err)
	if told.Added != 0 || told.Changed != 0 || told.Same != 3 {
		t.Errorf("the same file again: %+v", told)
	}
	// A confirmed contact is not overwritten silently: sending stops.
	_, err = u.Confirm(ctx, u.scope("ben"), ps[0].ID, "called")
	must(t, err)
	told, err = u.ImportContacts(ctx, u.scope("ada"), strings.NewReader(strings.ReplaceAll(contactFile, "abuse@fern", "other@fern")), "list.csv", true)
	must(t, err)
	if got := view(u, func(x *db.Tx) (iru.Provider, error) { return x.Provider(ctx, u.scope("ada"), ps[0].ID) }); told.Changed != 1 || got.Contact != iru.ContactChanged {
		t.Errorf("%+v; the contact is %s", told, got.Contact)
	}
	// What is written is read again, and says the same.
	rows, err := u.ExportContacts(ctx, u.scope("ada"))
	must(t, err)
	var b bytes.Buffer
	must(t, iru.WriteContacts(&b, rows))
	told, err = u.ImportContacts(ctx, u.scope("ada"), &b, "export.csv", false)
	must(t, err)
	if told.Same != 3 || told.Added+told.Changed != 0 {
		t.Errorf("written and read: %+v", told)
	}
	_, err = u.ImportContacts(ctx, u.scope("sig"), strings.NewReader(contactFile), "list.csv", true)
	refused(t, "a signer", err, iru.Forbidden, "")
}
