// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"iolaus/internal/db"
	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/legal"
	"iolaus/internal/web/webtest"
)

// A theDay is the story of a joint operation shortly before its T0, with a partner, a court without a machine, open questions and a drill beside it.
type theDay struct {
	*acts
	partner iru.Partner
	court   iru.Participant
	theirs  iru.Participant // the partner as it takes part
	task    iru.Task        // of the court
	hold    iru.Deconfliction
	drill   iru.Operation
	act     iru.Notice // of the drill
}

// day goes on where the story of acts ends.
func (h *house) day() *theDay {
	h.t.Helper()
	h.speaks()
	ctx, s := h.t.Context(), &theDay{acts: h.acts()}
	dora, op := h.scope("dora"), s.joint.ID
	var err error
	s.partner, err = h.AddPartner(ctx, h.scope("ben"), "Unit C card 12345")
	must(h.t, err)
	s.partner, err = h.ConfirmPartner(ctx, h.scope("lena"), s.partner.ID, s.partner.Fingerprint, "called +99 555, officer Cara")
	must(h.t, err)
	s.theirs, err = h.InvitePartner(ctx, dora, desk.InviteRequest{Operation: op, Partner: s.partner.ID, Roles: []iru.TaskRole{iru.RoleSeizeServers}})
	must(h.t, err)
	s.joint = h.operation(op)
	h.heardFrom(s.partner.ID, iru.SayConsent, s.joint.UID, "TLP:AMBER PAP:AMBER H0", `{"accept":true,"director":"Cara of Unit C"}`)
	s.court, err = h.AddParticipant(ctx, dora, iru.Participant{Operation: op, Kind: iru.KindProsecutor, Name: "Regional court of the lakes", Country: "XD", Roles: []iru.TaskRole{iru.RoleSeizeEvidence, iru.RoleSeizeServers}})
	must(h.t, err)
	s.task, err = h.ProposeTask(ctx, dora, desk.TaskRequest{Operation: op, Participant: s.court.ID, Asset: s.radio.ID, Role: iru.RoleSeizeServers, Instrument: legal.CourtOrder, Jurisdiction: "XD"})
	must(h.t, err)
	_, err = h.ProposeTask(ctx, dora, desk.TaskRequest{Operation: op, Participant: s.theirs.ID, Address: "https://relay.tram-wave.test/", Role: iru.RoleSeizeServers, Instrument: legal.CourtOrder, Jurisdiction: "XC"})
	must(h.t, err)
	_, err = h.PlanCount(ctx, dora, op, h.clock().Add(50*time.Minute), []iru.Pause{{Before: 10 * time.Minute, Why: "last look at the servers"}})
	must(h.t, err)
	h.view(func(ctx context.Context, t *db.Tx) error {
		qs, err := t.Deconflictions(ctx, iru.Program(), op)
		for _, q := range qs {
			if q.Unit == h.people["bo"].Unit && q.Blocks() {
				s.hold = q
			}
		}
		return err
	})
	_, err = h.AnswerDeconflictions(ctx, h.scope("bo"), []iru.DeconflictionID{s.hold.ID}, iru.DeconflictionAnswer{Verb: "hold", Contact: "desk of Unit B, +99 7", Until: h.clock().Add(48 * time.Hour), Why: "a colleague reads along"})
	must(h.t, err)
	_, err = h.Say(ctx, dora, desk.Say{Operation: op, Text: "All at their desks. Trains run on time.", Handling: iru.Handling{TLP: "AMBER", PAP: "AMBER", H: "H0"}})
	must(h.t, err)

	s.drill, err = h.PlanDrill(ctx, dora, "Night Timetable, practised", []iru.OutletID{s.outlet}, []iru.UnitID{h.people["bo"].Unit}, h.people["dora"].ID, "")
	must(h.t, err)
	s.act, err = h.Draft(ctx, h.scope("ada"), desk.DraftRequest{Asset: s.wire.ID, Item: s.first.ID, Provider: s.host.ID, Layer: legal.Host, Instrument: legal.Referral, Operation: s.drill.ID})
	must(h.t, err)
	h.seal()
	return s
}

// dayPages are the pages of the day, by name: who looks, and where.
func dayPages(s *theDay) map[string][2]string {
	op, drill := "/operations/"+id(s.joint.ID), "/operations/"+id(s.drill.ID)
	return map[string][2]string{
		"day-board":         {"dora", op},
		"day-wall":          {"dora", op + "/wall"},
		"agree":             {"dora", op + "/agree"},
		"agree-liaison":     {"bo", op + "/agree"},
		"agree-admin":       {"admin", op + "/agree"},
		"task-accept":       {"dora", "/tasks/" + id(s.task.ID) + "/step/accept"},
		"task-entitle":      {"dora", "/tasks/" + id(s.task.ID) + "/step/withdraw"},
		"package":           {"ben", "/participants/" + id(s.court.ID) + "/package"},
		"questions":         {"dora", op + "/questions"},
		"asked":             {"bo", "/questions"},
		"count":             {"dora", op + "/step/plan_t0"},
		"duty":              {"dora", op + "/step/say"},
		"poll-no":           {"bo", op + "/step/no_go"},
		"poll-word":         {"ben", op + "/step/no_go"},
		"hold":              {"dora", op + "/step/hold"},
		"abort":             {"dora", op + "/step/abort"},
		"day-stand-down":    {"bo", op + "/step/stand_down?unit=2"},
		"drill-board":       {"dora", drill},
		"drill-act":         {"ada", "/notices/" + id(s.act.ID)},
		"drill-agree":       {"dora", drill + "/agree"},
		"drill-rehearsal":   {"dora", drill + "/rehearsal?t0=2026-03-13T10:00"},
		"day-plan":          {"dora", "/operations/new"},
		"day-operations":    {"dora", "/operations"},
		"day-line":          {"dora", op + "/line"},
		"day-partners":      {"ben", "/partners"},
		"day-partner":       {"ben", "/partners/" + id(s.partner.ID)},
		"day-partner-new":   {"ben", "/partners/new"},
		"day-shared":        {"dora", op + "/partners"},
		"day-shared-invite": {"dora", op + "/partners/invite"},
		"day-shared-t0":     {"dora", op + "/partners/t0"},
		"day-shared-duty":   {"dora", op + "/partners/duty"},
	}
}

// fourLooks writes a page as it is seen light, dark, narrow and from the right to the left.
func (h *house) fourLooks(login, path, file string) {
	h.t.Helper()
	h.browse(login, "en")
	webtest.Screenshot(h.t, h.url+path, 1440, false, file+"-light.png")
	webtest.Screenshot(h.t, h.url+path, 1440, true, file+"-dark.png")
	webtest.Screenshot(h.t, h.url+path, 320, false, file+"-narrow.png")
	h.browse(login, "ar")
	webtest.Screenshot(h.t, h.url+path, 1440, false, file+"-rtl.png")
}

// pictured says whether somebody asked for pictures of a page, and where to put them.
func pictured(name string) (file string, ok bool) {
	dir, only := os.Getenv("IOLAUS_PICTURES"), os.Getenv("IOLAUS_PICTURE")
	return filepath.Join(dir, name), dir != "" && (only == "" || strings.Contains(","+only+",", ","+name+","))
}

// TestDayPagesAreAccessible: every page of the day stands, and holds WCAG 2.2 in one look after the other, the ones that hold most narrow as well. It writes
// pictures for people to look at into the directory that IOLAUS_PICTURES names.
func TestDayPagesAreAccessible(t *testing.T) {
	h := newHouse(t)
	pages := dayPages(h.day())
	for n, name := range slices.Sorted(maps.Keys(pages)) {
		h.as(pages[name][0]).get(pages[name][1]).is(http.StatusOK)
		looks := []pageLook{everyLook[1+n%(len(everyLook)-1)]}
		if slices.Contains([]string{"agree", "questions", "package", "day-board"}, name) {
			looks = append(looks, everyLook[0])
		}
		for _, l := range looks {
			h.browse(pages[name][0], l.lang)
			webtest.Axe(t, h.url+pages[name][1], l.width, l.dark)
		}
		if file, ok := pictured(name); ok {
			h.fourLooks(pages[name][0], pages[name][1], file)
		}
	}
}

// TestUnreleasedPartner: a partner whose director has not released is named on the board in words, from five minutes before T0 and after it, and no more once it has.
func TestUnreleasedPartner(t *testing.T) {
	h := newHouse(t)
	s := h.day()
	base := "/operations/" + id(s.joint.ID)
	t0 := h.clock().Add(6 * time.Minute)
	must(t, h.DB.Tx(t.Context(), func(x *db.Tx) error {
		o, err := x.Operation(t.Context(), iru.Program(), s.joint.ID)
		if err != nil {
			return err
		}
		old := o.State
		o.State, o.T0, o.Planned, o.Pauses = iru.OperationReleased, t0, t0, nil
		return x.UpdateOperation(t.Context(), o, old)
	}))
	dora := h.as("dora")
	dora.get(base).has(".units tr .st.warn", "Not released yet").hasNo("#count .note.bad")
	h.later(2 * time.Minute)
	for _, path := range []string{base, base + "/wall"} {
		dora.get(path).has(".units tr .st.bad", "NOT RELEASED, less than five minutes").has("#count .note.bad", "Not released: Unit C")
	}
	told := func(state, at string) {
		h.heardFrom(s.partner.ID, iru.SayStanding, s.joint.UID, "TLP:AMBER PAP:AMBER H0", `{"state":"`+state+`","t0":"`+at+`"}`)
	}
	told("released", t0.Add(time.Hour).Format(time.RFC3339Nano))
	dora.get(base).has(".units tr .st.bad", "Released for another T0")
	h.later(5 * time.Minute)
	told("polling", "0001-01-01T00:00:00Z")
	dora.get(base).has(".units tr .st.bad", "T0 has passed without it").has("#count .note.bad", "Unit C")
	told("released", t0.Format(time.RFC3339Nano))
	dora.get(base).hasNo("#count .note.bad")
}

// TestDrillSaysSo: every page that belongs to a drill says so before anything else, and none of another operation does.
func TestDrillSaysSo(t *testing.T) {
	h := newHouse(t)
	s := h.day()
	dora, drill, act := h.as("dora"), "/operations/"+id(s.drill.ID), "/notices/"+id(s.act.ID)
	var who iru.Participant
	h.view(func(ctx context.Context, x *db.Tx) error {
		ps, err := x.Participants(ctx, s.drill.ID)
		who = ps[0]
		return err
	})
	for _, path := range []string{drill, drill + "/wall", drill + "/agree", drill + "/questions", drill + "/partners", drill + "/rehearsal?t0=2026-03-13T10:00", drill + "/effect", drill + "/line", drill + "/step/say", drill + "/step/plan_t0",
		drill + "/step/stand_down?unit=1", act, act + "/paper", act + "/edit", act + "/step/submit", "/participants/" + id(who.ID) + "/package"} {
		dora.get(path).is(http.StatusOK).has(".banner", "nothing of it ever leaves")
	}
	dora.get(drill+"/report").has(".banner", "nothing of it ever leaves")
	for _, path := range []string{"/operations/" + id(s.joint.ID), "/operations/" + id(s.joint.ID) + "/agree", "/notices/" + id(s.order.ID), "/operations"} {
		dora.get(path).is(http.StatusOK).hasNo(".banner")
	}
	h.as("bo").get("/notices/" + id(s.bounced.ID)).is(http.StatusNotFound)
	dora.get("/notices").is(http.StatusOK).hasNo("a[href='" + act + "']")
	dora.get("/notices?in=all").is(http.StatusOK).hasNo("a[href='" + act + "']")
	dora.get(drill).has("#tasks tbody a", s.act.Ref)
	dora.get("/operations").has("tbody .st", "Drill")
}

// TestAgreeing: who leads sets roles and the time of answers, and asks for evidence of what no act is about; the others may not, and bad input is told.
func TestAgreeing(t *testing.T) {
	h := newHouse(t)
	s := h.day()
	base, task := "/operations/"+id(s.joint.ID), "/tasks/"+id(s.task.ID)
	dora, bo := h.as("dora"), h.as("bo")
	a := dora.get(base + "/agree").is(http.StatusOK)
	a.has("#participants tbody", "a person enters its answers").has("#tasks tbody", "its executor's answer").has("#tasks a.btn", "Accept").has("#cast select[name=who]", "Regional court")
	a.hasNo("#tasks a[href*='/step/start']")
	bo.get(base+"/agree").is(http.StatusOK).hasNo("main form").has("#tasks tbody", "Unit B")

	set := []string{"do", "cast", "who", id(s.court.ID), "cast-as", "seize_servers", "why", ""}
	dora.post(base+"/agree", set...).is(http.StatusUnprocessableEntity).has("#errors", "reason is missing").has("#cast input[checked]", "")
	set[7] = "it has no officer for evidence"
	bo.post(base+"/agree", set...).is(http.StatusForbidden)
	dora.post(base+"/agree", set...).leads(base + "/agree")
	a = dora.get(base+"/agree").has("[role=status]", "other roles now").has("#participants tbody tr:last-child", "seizes servers")
	if got := a.find("#participants tbody tr:last-child"); strings.Contains(strings.Join(got, ""), "seizes evidence") {
		t.Errorf("the old role stays: %q", got)
	}
	set[5] = "observe"
	dora.post(base+"/agree", set...).is(http.StatusConflict).has("#errors", "something to do in the role")
	dora.post(base+"/agree", "do", "nothing").is(http.StatusUnprocessableEntity)

	dora.post(base+"/questions", "do", "time", "by", "soon").is(http.StatusUnprocessableEntity).has("#errors", "no instant")
	dora.post(base+"/questions", "do", "time", "by", h.clock().Add(-time.Hour).Format("2006-01-02T15:04")).is(http.StatusUnprocessableEntity).has("#errors", "past")
	by := h.clock().Add(3 * time.Hour)
	dora.post(base+"/questions", "do", "time", "by", by.Format("2006-01-02T15:04")).leads(base + "/questions")
	dora.get(base+"/questions").has("[role=status]", "questions are to be answered by then").has("#questions tbody", by.Format("2 Jan 2006 15:04:00")).has("#questions .st.bad", "Hands off")
	bo.post(base+"/questions", "do", "time", "by", by.Format("2006-01-02T15:04")).is(http.StatusForbidden)

	dora.get(base).has("#grid .tiles", "radio[.]tram-wave")
	kept := func() (n int) {
		h.view(func(ctx context.Context, x *db.Tx) error {
			es, err := x.LastOf(ctx, iru.Subject{Noun: "item", ID: int64(h.item(s.radio.Locator).ID)}, "preserve", 9)
			n = len(es)
			return err
		})
		return n
	}
	dora.get(task+"/step/preserve").is(http.StatusOK).has("#step", "captured at once")
	bo.get(task + "/step/preserve").is(http.StatusNotFound)
	dora.post(task + "/step/preserve").leads(base + "/agree")
	if kept() != 1 {
		t.Errorf("asked for evidence: %d", kept())
	}
	dora.post(task+"/step/withdraw", "why", "").is(http.StatusUnprocessableEntity)
	_, err := h.PreserveNow(t.Context(), desk.Preserve{Operation: s.joint.ID, T0: h.operation(s.joint.ID).Goal().UnixMicro()})
	must(t, err)
	if kept() != 1 { // it was asked for already
		t.Errorf("the hour of preservation asked again: %d", kept())
	}
	h.overridden(s, base)
	relay := "/tasks/" + id(s.task.ID+1) + "/step/preserve"
	dora.get(relay).is(http.StatusNotFound)
	dora.post(relay).is(http.StatusConflict).has("main", "not watched here")
}

// overridden: two persons override a question for a threat to life, and a third one owes the review: Today says so to whoever may give it, and to nobody else.
func (h *house) overridden(s *theDay, base string) {
	h.t.Helper()
	q, owed := id(s.hold.ID), "Overridden for a threat to life: "
	lena, sig, ada := h.as("lena"), h.as("sig"), h.as("ada")
	ada.get(base + "/questions").hasNo("#overridden").hasNo("#review")
	lena.post(base+"/questions", "do", "endanger", "q-endanger", q, "category", "attack", "why", "an attack on the harbour tram is announced there for tonight").leads(base + "/questions")
	sig.get(base+"/questions").has("#override", "A third person reviews it")
	sig.post(base+"/questions", "do", "override", "q-override", q).leads(base + "/questions")
	for _, who := range []*client{lena, sig} {
		who.get("/").hasNo("a[href='" + base + "/questions'] bdi")
		who.get(base+"/questions").has("#overridden tbody", "Review owed").hasNo("#review")
	}
	ada.get("/").has("main", owed+s.joint.Name).has("main", "a third person reviews whether it was right")
	ada.get(base+"/questions").has("#overridden tbody", "harbour tram").has("#review", "You are the third person")
	for _, l := range everyLook[:2] {
		h.browse("ada", l.lang)
		webtest.Axe(h.t, h.url+base+"/questions", l.width, l.dark)
	}
	if file, ok := pictured("questions-overridden"); ok {
		h.fourLooks("ada", base+"/questions", file)
	}
	review := []string{"do", "review", "q-review", q, "right", "", "why", "the call was checked and stood"}
	ada.post(base+"/questions", review...).is(http.StatusUnprocessableEntity).has("#errors", "outcome of the review is missing")
	review[5] = "no"
	h.as("bo").post(base+"/questions", review...).is(http.StatusForbidden)
	sig.post(base+"/questions", review...).is(http.StatusForbidden)
	review[7] = " "
	ada.post(base+"/questions", review...).is(http.StatusUnprocessableEntity).has("#errors", "reason is missing")
	review[7] = "a call would have done"
	ada.post(base+"/questions", review...).leads(base + "/questions")
	ada.get(base+"/questions").has("#overridden tbody", "it was not right").has("#overridden tbody", "a call would have done").hasNo("#review")
	if strings.Contains(strings.Join(ada.get("/").find("main"), ""), owed) {
		h.t.Error("Today still names a review that was given")
	}
}
