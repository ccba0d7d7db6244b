// SPDX-License-Identifier: EUPL-1.2

package desk_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/iru/bankfile"
	"iolaus/internal/recognise"
)

// curations are the verbs of banks, known content, matches and watch lists.
var curations = []string{"open bank", "mute bank", "unmute bank", "enter known", "enter known", "import known", "quarantine", "release known", "spare", "withdraw known", "restore known",
	"opine", "opine", "compare", "compare", "compare", "judge match", "judge match", "judge match", "begin list", "add term", "add term", "step term", "step term", "step term", "step list", "import terms",
	"undo import", "spot", "spot", "rescan", "rescan", "rescan"}

// spoken are what pages say in the walks, and words what is looked for in them.
var (
	spoken = []string{"text", "snow line falls", "night tram in the snow", "the ferry waits"}
	sought = []string{"snow", "night tram", "ferry", "text", "fog"}
)

func allVerbs() []string { return append(slices.Clone(verbs), curations...) }

// verb draws one: of three, one of recognition.
func (w *walk) verb() string {
	if w.between(0, 2) == 0 {
		return among(w, curations)
	}
	return among(w, verbs)
}

// curate does a verb of recognition, with the job that it leaves.
func (w *walk) curate(verb string) (err error) {
	ctx, p := w.t.Context(), iru.Program()
	who := func() iru.Scope { return w.fit("ada", "ada", "ben", "bea") }
	bank := func() iru.Bank {
		b, _ := one(w, "bank", func(x *db.Tx) ([]iru.Bank, error) { return x.Banks(ctx, p) })
		return b
	}
	known := func(f db.KnownFilter) iru.Known {
		k, found := one(w, "known", func(x *db.Tx) ([]iru.Known, error) { return x.KnownsAfter(ctx, p, f, 0, 999) })
		if !found {
			k, _ = one(w, "known", func(x *db.Tx) ([]iru.Known, error) { return x.KnownsAfter(ctx, p, db.KnownFilter{}, 0, 999) })
		}
		return k
	}
	list := func() iru.TermList {
		l, _ := one(w, "list", func(x *db.Tx) ([]iru.TermList, error) { return x.TermLists(ctx, p) })
		return l
	}
	item := func() iru.Item {
		i, _ := one(w, "item", func(x *db.Tx) ([]iru.Item, error) {
			is, err := x.Items(ctx, p, 0, 99)
			return slices.DeleteFunc(is, func(i iru.Item) bool { return i.Exhibit == 0 }), err
		})
		return i
	}
	turn := func(f func(iru.Scope) error, r desk.Rethink) error {
		if err := f(who()); err != nil {
			return err
		}
		return w.Rethink(ctx, r)
	}
	step := func(f db.KnownFilter, do func(s iru.Scope, id int64) error) error {
		k := known(f)
		return turn(func(s iru.Scope) error { return do(s, k.ID) }, desk.Rethink{Known: k.ID})
	}
	switch verb {
	case "open bank":
		_, err = w.OpenBank(ctx, who(), iru.Bank{Name: fmt.Sprint("bank ", w.between(0, 3)), Source: among(w, iru.Sources)})
	case "mute bank", "unmute bank":
		b, do := bank(), w.Mute
		if verb == "unmute bank" {
			do = w.Unmute
		}
		err = turn(func(s iru.Scope) error { _, err := do(ctx, s, b.ID, "r"); return err }, desk.Rethink{Bank: b.ID})
	case "enter known":
		_, err = w.Enter(ctx, who(), fmt.Sprint("bank ", w.between(0, 3)), iru.Known{Label: fmt.Sprintf("known-%d.", w.n), Finding: among(w, []string{"refer", "no_action"}), Signals: []iru.Signal{signal(w.t, "pdq", fmt.Sprintf("%064x", w.between(0, 40)))}})
	case "import known":
		_, err = w.Import(ctx, who(), desk.Import{Bank: bank().ID, From: "list"}, bankfile.Read(strings.NewReader(hashes(w.between(0, 40), 42)), bankfile.Signals))
	case "quarantine":
		err = step(db.KnownFilter{State: iru.KnownActive}, func(s iru.Scope, id int64) error { _, err := w.Quarantine(ctx, s, id, "r"); return err })
	case "release known":
		err = step(db.KnownFilter{State: iru.KnownQuarantined}, func(s iru.Scope, id int64) error { _, err := w.ReleaseKnown(ctx, s, id, "r"); return err })
	case "withdraw known":
		err = step(db.KnownFilter{State: iru.KnownActive}, func(s iru.Scope, id int64) error { _, err := w.WithdrawKnown(ctx, s, id, "r"); return err })
	case "restore known":
		err = step(db.KnownFilter{State: iru.KnownWithdrawn}, func(s iru.Scope, id int64) error { _, err := w.RestoreKnown(ctx, s, id, "r"); return err })
	case "spare":
		err = step(db.KnownFilter{State: iru.KnownActive, Flood: iru.FloodMarked}, func(s iru.Scope, id int64) error { _, err := w.Spare(ctx, s, id, "r"); return err })
	case "opine":
		err = step(db.KnownFilter{}, func(s iru.Scope, id int64) error {
			o, err := w.Opine(ctx, s, iru.Opinion{Known: id, Partner: among(w, []string{"", "Unit C"}), Verdict: among(w, iru.Verdicts), Note: fmt.Sprint(w.n)})
			if err == nil {
				w.keep(o)
			}
			return err
		})
	case "compare":
		err = w.compare(item(), known(db.KnownFilter{}))
	case "judge match":
		i := item()
		m, _ := one(w, "match", func(x *db.Tx) ([]iru.Match, error) { return x.MatchesOf(ctx, p, i.ID) })
		err = w.Judge(ctx, w.fit("ada", "ben", "bea"), m.ID, among(w, []string{"confirm", "dispute", "withdraw", "restore", "restore"}), among(w, []string{"", "why", "why"}))
	case "begin list":
		_, err = w.AddTermList(ctx, who(), iru.TermList{Name: fmt.Sprint("list ", w.between(0, 2))})
	case "add term":
		_, err = w.AddTerm(ctx, who(), iru.Term{List: list().ID, Text: among(w, sought)})
	case "step term":
		x, _ := one(w, "term", func(x *db.Tx) ([]iru.Term, error) { return x.TermsAfter(ctx, p, 0, 0, 999) })
		_, err = w.JudgeTerm(ctx, who(), x.ID, among(w, []string{"mute", "unmute", "remove", "put_back"}), "r")
	case "step list":
		_, err = w.JudgeTermList(ctx, who(), list().ID, among(w, []string{"mute", "unmute", "unmute", "remove", "put_back", "put_back"}), "r")
	case "import terms":
		_, err = w.ImportTerms(ctx, who(), desk.TermImport{List: list().ID, Name: "t.txt"}, strings.NewReader(among(w, sought)+"\n"+among(w, sought)+"\n"))
	case "undo import":
		l := list()
		e, _ := one(w, "import", func(x *db.Tx) ([]iru.Event, error) {
			es, err := x.EventsOf(ctx, iru.Subject{Noun: "term_list", ID: int64(l.ID)})
			return slices.DeleteFunc(es, func(e iru.Event) bool { return e.Verb != "import" }), err
		})
		_, err = w.UndoImport(ctx, who(), l.ID, e.ID, "r")
	case "spot":
		if i := item(); i.ID != 0 {
			w.spot(view(w.unit, func(x *db.Tx) (iru.Exhibit, error) { return x.Exhibit(ctx, p, i.Exhibit) }), w.coin())
		}
	case "rescan":
		err = w.rescan(w.people[among(w, []string{"ada", "ada", "bea"})].Unit)
	default:
		w.r.Fatalf("no verb %q", verb)
	}
	return err
}

// keep remembers an opinion as it was recorded.
func (w *walk) keep(o iru.Opinion) {
	if w.opinions == nil {
		w.opinions = map[int64]iru.Opinion{}
	}
	w.opinions[o.ID] = o
}

// compare says, as a worker would that began a while ago, that an item resembles known content of its unit. Nothing comes of it while that
// content is silent.
func (w *walk) compare(i iru.Item, k iru.Known) error {
	ctx, p := w.t.Context(), iru.Program()
	if i.ID == 0 || k.Unit != i.Unit {
		return nil
	}
	met := func() int {
		return len(view(w.unit, func(x *db.Tx) ([]iru.Match, error) { return x.MatchesOf(ctx, p, i.ID) }))
	}
	before := met()
	err := w.RecordMatches(ctx, i.Exhibit, []desk.Resemblance{{Known: k.ID, Medium: "pdq", Distance: 3, Where: i.Locator}})
	if after := met(); err == nil && !k.Speaks() && after != before {
		w.r.Fatalf("%s suggests, and is %s, %q, of a bank muted: %v", k.Label, k.State, k.Flood, k.Muted)
	}
	return err
}

// spot looks for the unit's terms in an exhibit, as a worker would; one that is behind looks for those that are silent now, too.
func (w *walk) spot(x iru.Exhibit, behind bool) {
	ctx, p := w.t.Context(), iru.Program()
	must(w.t, w.RecordTermHits(ctx, x.ID, view(w.unit, func(t *db.Tx) ([]iru.TermHit, error) {
		terms, err := t.ActiveTerms(ctx, x.Unit)
		if behind && err == nil {
			terms, err = t.TermsAfter(ctx, iru.ProgramFor(x.Unit), 0, 0, 999)
		}
		if err != nil {
			return nil, err
		}
		i, err := t.Item(ctx, p, x.Item)
		if err != nil || i.Exhibit != x.ID {
			return nil, err
		}
		return hitsOf(w.t, terms, i.Text), nil
	})))
}

func hitsOf(t interface {
	Helper()
	Fatal(...any)
}, terms []iru.Term, text string) (hits []iru.TermHit) {
	t.Helper()
	var all []recognise.Term
	for _, x := range terms {
		all = append(all, recognise.Term{ID: int64(x.ID), Text: x.Text, Lang: x.Lang})
	}
	ts, err := recognise.CompileTerms(all)
	if err != nil {
		t.Fatal(err)
	}
	ts.Find(text, func(h recognise.TermHit) bool { hits = append(hits, iru.NewTermHit(h, text)); return true })
	return hits
}

// rescan goes through a part of what was captured earlier, as a worker would; sometimes it is killed before it says so, sometimes something
// else happens meanwhile.
func (w *walk) rescan(u iru.UnitID) error {
	ctx := w.t.Context()
	r := view(w.unit, func(x *db.Tx) (iru.Rescan, error) { return x.Rescan(ctx, u, iru.SoughtTerms) })
	if !r.Running {
		return iru.Refuse(iru.Conflict, "nothing is sought", "")
	}
	n := w.between(1, 6)
	xs := view(w.unit, func(x *db.Tx) ([]iru.Exhibit, error) { return x.RescanPart(ctx, r, n) })
	p := iru.Part{Over: len(xs) < n, Seen: len(xs)}
	for _, x := range xs {
		p.Last = x.ID
		w.spot(x, false)
	}
	switch w.between(0, 5) {
	case 0:
		return nil
	case 1:
		_ = w.curate(among(w, []string{"add term", "import terms", "step term"}))
	}
	_, err := w.RecordRescan(ctx, r, p)
	return err
}

// recognised holds what was recognised against what must always be so: what is silent suggests nothing, opinions stay as they were recorded,
// the stored states are what the events tell, and what was searched to its end was searched for everything.
func (w *walk) recognised(x *db.Tx, told map[iru.Subject][]iru.Event, path func(noun, column string, id int64, stored string, only func(iru.Event) (string, bool))) error {
	ctx, p := w.t.Context(), iru.Program()
	bs, err := x.Banks(ctx, p)
	if err != nil {
		return err
	}
	for _, b := range bs {
		muted := false
		for _, e := range told[iru.Subject{Noun: "bank", ID: int64(b.ID)}] {
			if e.Verb == "mute" || e.Verb == "unmute" {
				if muted == (e.Verb == "mute") {
					w.r.Fatalf("bank %d is told to %s twice", b.ID, e.Verb)
				}
				muted = e.Verb == "mute"
			}
		}
		if muted != b.Muted {
			w.r.Fatalf("bank %d is muted: %v, by its events %v", b.ID, b.Muted, muted)
		}
	}
	ks, err := x.KnownsAfter(ctx, p, db.KnownFilter{}, 0, 1<<20)
	if err != nil {
		return err
	}
	kept := 0
	for _, k := range ks {
		path("known", "state", k.ID, string(k.State), nil)
		os, err := x.OpinionsOf(ctx, p, k.ID)
		if err != nil {
			return err
		}
		for _, o := range os {
			if was, ok := w.opinions[o.ID]; ok {
				if kept++; !reflect.DeepEqual(was, o) {
					w.r.Fatalf("opinion %+v was %+v", o, was)
				}
			}
		}
	}
	if kept != len(w.opinions) {
		w.r.Fatalf("%d of %d opinions are left", kept, len(w.opinions))
	}
	return w.listed(x, path)
}

func (w *walk) listed(x *db.Tx, path func(noun, column string, id int64, stored string, only func(iru.Event) (string, bool))) error {
	ctx, p := w.t.Context(), iru.Program()
	ls, err := x.TermLists(ctx, p)
	if err != nil {
		return err
	}
	for _, l := range ls {
		path("term_list", "state", int64(l.ID), string(l.State), nil)
	}
	ts, err := x.TermsAfter(ctx, p, 0, 0, 1<<20)
	if err != nil {
		return err
	}
	for _, t := range ts {
		if t.Import == 0 { // what an import did to a term is told of its list, once
			path("term", "state", int64(t.ID), string(t.State), nil)
		}
	}
	is, err := x.Items(ctx, p, 0, 1<<20)
	if err != nil {
		return err
	}
	for _, i := range is {
		ms, err := x.MatchesOf(ctx, p, i.ID)
		if err != nil {
			return err
		}
		for _, m := range ms {
			path("match", "state", int64(m.ID), string(m.State), nil)
		}
		if err := w.suggested(x, i, ms); err != nil {
			return err
		}
	}
	return nil
}

// suggested holds the reasons of an item against what speaks.
func (w *walk) suggested(x *db.Tx, i iru.Item, ms []iru.Match) error {
	ctx, p := w.t.Context(), iru.Program()
	hits, err := x.TermHitsOf(ctx, p, i.Exhibit)
	if err != nil {
		return err
	}
	lists, said := map[string]bool{}, map[string]bool{}
	for _, h := range hits {
		lists[h.List] = true
	}
	waits := i.State == iru.ItemReady || i.State == iru.ItemDeferred || i.State == iru.ItemSecond
	for _, r := range i.Reasons {
		switch r.Kind {
		case "watch list":
			said[r.Note] = true
			for _, word := range strings.Split(r.Words, ", ") {
				if !slices.ContainsFunc(hits, func(h iru.TermHit) bool { return h.Text == word && h.List == r.Note }) {
					w.r.Fatalf("item %d is suggested by %q of %q, which is not looked for", i.ID, word, r.Note)
				}
			}
		case "near image":
			speaks := func(m iru.Match) bool {
				return !m.Silent && strings.HasPrefix(r.Words, m.Label) && (m.State == iru.MatchSuggested || m.State == iru.MatchConfirmed)
			}
			if waits && !slices.ContainsFunc(ms, speaks) {
				w.r.Fatalf("item %d is suggested by %q, which is silent: %+v", i.ID, r.Words, ms)
			}
		}
	}
	if waits && len(said) != len(lists) {
		w.r.Fatalf("item %d is suggested by %v, terms of %v stand in it", i.ID, said, lists)
	}
	r, err := x.Rescan(ctx, i.Unit, iru.SoughtTerms)
	if err != nil || r.Running || i.Exhibit == 0 {
		return err
	}
	terms, err := x.ActiveTerms(ctx, i.Unit)
	if err != nil {
		return err
	}
	for _, h := range hitsOf(w.t, terms, i.Text) {
		if !slices.ContainsFunc(hits, func(o iru.TermHit) bool { return o.Term == h.Term && o.Start == h.Start }) {
			w.r.Fatalf("term %d stands in item %d, and was not found though the search came to its end: %+v", h.Term, i.ID, r)
		}
	}
	return nil
}
