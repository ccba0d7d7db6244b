// SPDX-License-Identifier: EUPL-1.2

package api

import (
	"reflect"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"iolaus/internal/desk"
	"iolaus/internal/iru"
	"iolaus/internal/iru/bankfile"
	"iolaus/internal/legal"
	"iolaus/internal/locator"
)

var problemType = reflect.TypeFor[Problem]()

// A Stamp is a time as the interface writes it: RFC 3339, UTC, with microseconds.
type Stamp time.Time

const stampLayout = "2006-01-02T15:04:05.000000Z"

// MarshalJSON implements json.Marshaler.
func (s Stamp) MarshalJSON() ([]byte, error) {
	return []byte(`"` + time.Time(s).UTC().Format(stampLayout) + `"`), nil
}

// UnmarshalJSON implements json.Unmarshaler.
func (s *Stamp) UnmarshalJSON(b []byte) error { return (*time.Time)(s).UnmarshalJSON(b) }

// Schema implements huma.SchemaProvider.
func (Stamp) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: "string", Format: "date-time", Examples: []any{"2026-03-12T08:00:00.000000Z"}}
}

// at gives the time, or nil for never.
func at(t time.Time) *Stamp {
	if t.IsZero() {
		return nil
	}
	return new(Stamp(t))
}

// An Address is shown twice: as it is, and so that no program makes a link of it.
type Address struct {
	Address  string `json:"address" doc:"The canonical address."`
	Defanged string `json:"address_defanged" doc:"The same, so that no program makes a link of it."`
}

func address(text string) Address {
	l, err := locator.Parse(text)
	if err != nil {
		return Address{Address: text}
	}
	return Address{Address: text, Defanged: l.Defanged()}
}

// strings that can only be one of a list, with the list in the document.
type (
	layer           string
	instrument      string
	request         string
	issuer          string
	assetKind       string
	compared        string
	assetState      string
	presenceState   string
	outcome         string
	itemState       string
	finding         string
	verdict         string
	purpose         string
	limb            string
	assessmentState string
	matchState      string
	matchVerb       string
	knownState      string
	flood           string
	opinion         string
	source          string
	format          string
	sought          string
	medium          string
	termState       string
	outletState     string
	exhibitState    string
	contactState    string
	channel         string
	noticeState     string
	clockState      string
	clockStatus     string
	operationState  string
	pollState       string
	pollAnswer      string
	taskRole        string
	participantKind string
	stage           string
	taskState       string
	taskLack        string
	questionState   string
	role            string
	officerState    string
	unitState       string
	letterKind      string
	language        string

	missiveKind        string
	missiveState       string
	handWay            string
	waiverState        string
	appealState        string
	nondisclosureState string
	reinstatementState string
	scrutinyState      string
	strayState         string
	drillState         string
)

func oneOf[S ~string](all ...S) *huma.Schema {
	s := &huma.Schema{Type: "string"}
	for _, x := range all {
		s.Enum = append(s.Enum, string(x))
	}
	return s
}

func (layer) Schema(huma.Registry) *huma.Schema         { return oneOf(legal.Layers()...) }
func (instrument) Schema(huma.Registry) *huma.Schema    { return oneOf(legal.Instruments()...) }
func (issuer) Schema(huma.Registry) *huma.Schema        { return oneOf(legal.Issuers()...) }
func (assetKind) Schema(huma.Registry) *huma.Schema     { return oneOf(iru.AssetKinds...) }
func (assetState) Schema(huma.Registry) *huma.Schema    { return oneOf(iru.AssetTable.States()...) }
func (presenceState) Schema(huma.Registry) *huma.Schema { return oneOf(iru.PresenceTable.States()...) }
func (compared) Schema(huma.Registry) *huma.Schema      { return oneOf(iru.Contents[1:]...) }
func (outcome) Schema(huma.Registry) *huma.Schema       { return oneOf(iru.Outcomes...) }
func (itemState) Schema(huma.Registry) *huma.Schema     { return oneOf(iru.ItemTable.States()...) }
func (limb) Schema(huma.Registry) *huma.Schema          { return oneOf("a", "b", "c", "d", "e") }
func (matchState) Schema(huma.Registry) *huma.Schema    { return oneOf(iru.MatchTable.States()...) }
func (matchVerb) Schema(huma.Registry) *huma.Schema {
	return oneOf("confirm", "dispute", "withdraw", "restore")
}
func (knownState) Schema(huma.Registry) *huma.Schema   { return oneOf(iru.KnownTable.States()...) }
func (flood) Schema(huma.Registry) *huma.Schema        { return oneOf(iru.FloodMarked, iru.FloodSpared) }
func (opinion) Schema(huma.Registry) *huma.Schema      { return oneOf(iru.Verdicts...) }
func (source) Schema(huma.Registry) *huma.Schema       { return oneOf(iru.Sources...) }
func (format) Schema(huma.Registry) *huma.Schema       { return oneOf(bankfile.Formats...) }
func (sought) Schema(huma.Registry) *huma.Schema       { return oneOf(iru.Soughts...) }
func (medium) Schema(huma.Registry) *huma.Schema       { return oneOf(iru.Media...) }
func (termState) Schema(huma.Registry) *huma.Schema    { return oneOf(iru.TermTable.States()...) }
func (outletState) Schema(huma.Registry) *huma.Schema  { return oneOf(iru.OutletTable.States()...) }
func (exhibitState) Schema(huma.Registry) *huma.Schema { return oneOf(iru.ExhibitTable.States()...) }
func (contactState) Schema(huma.Registry) *huma.Schema { return oneOf(iru.ContactTable.States()...) }
func (channel) Schema(huma.Registry) *huma.Schema      { return oneOf(iru.Channels...) }
func (noticeState) Schema(huma.Registry) *huma.Schema  { return oneOf(iru.NoticeTable.States()...) }
func (clockState) Schema(huma.Registry) *huma.Schema   { return oneOf(iru.ClockTable.States()...) }
func (pollState) Schema(huma.Registry) *huma.Schema    { return oneOf(iru.PollTable.States()...) }
func (pollAnswer) Schema(huma.Registry) *huma.Schema   { return oneOf(iru.PollGo, iru.PollNoGo) }
func (participantKind) Schema(huma.Registry) *huma.Schema {
	return oneOf(iru.ParticipantKinds...)
}
func (stage) Schema(huma.Registry) *huma.Schema     { return oneOf(iru.Stages...) }
func (taskState) Schema(huma.Registry) *huma.Schema { return oneOf(iru.TaskTable.States()...) }
func (taskLack) Schema(huma.Registry) *huma.Schema  { return oneOf(iru.Lacks...) }
func (questionState) Schema(huma.Registry) *huma.Schema {
	return oneOf(iru.DeconflictionTable.States()...)
}
func (taskRole) Schema(huma.Registry) *huma.Schema     { return oneOf(iru.TaskRoles...) }
func (role) Schema(huma.Registry) *huma.Schema         { return oneOf(iru.Roles...) }
func (officerState) Schema(huma.Registry) *huma.Schema { return oneOf(iru.OfficerTable.States()...) }
func (unitState) Schema(huma.Registry) *huma.Schema    { return oneOf(iru.UnitTable.States()...) }

func (missiveKind) Schema(huma.Registry) *huma.Schema   { return oneOf(iru.MissiveKinds...) }
func (missiveState) Schema(huma.Registry) *huma.Schema  { return oneOf(iru.MissiveTable.States()...) }
func (handWay) Schema(huma.Registry) *huma.Schema       { return oneOf(desk.HandWays...) }
func (waiverState) Schema(huma.Registry) *huma.Schema   { return oneOf(iru.WaiverTable.States()...) }
func (appealState) Schema(huma.Registry) *huma.Schema   { return oneOf(iru.AppealTable.States()...) }
func (scrutinyState) Schema(huma.Registry) *huma.Schema { return oneOf(iru.ScrutinyTable.States()...) }
func (strayState) Schema(huma.Registry) *huma.Schema    { return oneOf(iru.StrayTable.States()...) }
func (drillState) Schema(huma.Registry) *huma.Schema    { return oneOf(iru.DrillTable.States()...) }

func (nondisclosureState) Schema(huma.Registry) *huma.Schema {
	return oneOf(iru.NondisclosureTable.States()...)
}

func (reinstatementState) Schema(huma.Registry) *huma.Schema {
	return oneOf(iru.ReinstatementTable.States()...)
}

func (language) Schema(huma.Registry) *huma.Schema { return oneOf(desk.Languages...) }

func (request) Schema(huma.Registry) *huma.Schema {
	return oneOf(legal.RemoveContent, legal.HoldName, legal.DeleteName, legal.AskOrigin, legal.Delist, legal.Preserve, legal.ProduceData, legal.RegistrationData)
}

func (finding) Schema(huma.Registry) *huma.Schema {
	return oneOf(iru.FindRefer, iru.FindNoAction, iru.FindDuplicate)
}

func (verdict) Schema(huma.Registry) *huma.Schema { return oneOf(iru.FindRefer, iru.FindNoAction) }

func (purpose) Schema(huma.Registry) *huma.Schema {
	return oneOf(iru.PurposeExcluded, iru.PurposeDoubt, iru.PurposeProceed)
}

func (assessmentState) Schema(huma.Registry) *huma.Schema {
	return oneOf(iru.AssessmentTable.States()...)
}

func (clockStatus) Schema(huma.Registry) *huma.Schema {
	return oneOf(iru.OnTime, iru.AtRisk, iru.Overdue, iru.Halted, iru.Over)
}

func (operationState) Schema(huma.Registry) *huma.Schema {
	return oneOf(iru.OperationTable.States()...)
}

func (letterKind) Schema(huma.Registry) *huma.Schema {
	return oneOf("receipt", "clarification", "done", "refused", "impossible", "bounce", "note")
}

// texts makes a list that is never null.
func texts[S ~string](in []S) []string {
	out := make([]string, len(in))
	for i, x := range in {
		out[i] = string(x)
	}
	return out
}
