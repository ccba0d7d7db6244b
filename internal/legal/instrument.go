// SPDX-License-Identifier: EUPL-1.2

package legal

// An Instrument is a legal means to ask or order something. Instruments are never mixed: one act, one instrument.
type Instrument string

// The instruments. Their texts are stored: never change one.
const (
	Referral                Instrument = "referral"
	Notice                  Instrument = "notice"
	RemovalOrder            Instrument = "removal_order"
	OrderToAct              Instrument = "order_to_act"
	PreservationOrder       Instrument = "preservation_order"
	ProductionOrder         Instrument = "production_order"
	RegistrarReport         Instrument = "registrar_report"
	RegistrationDataRequest Instrument = "registration_data_request"
	StoreReport             Instrument = "store_report"
	CourtOrder              Instrument = "court_order"
)

// An InstrumentRule is what the law says of an instrument as such.
type InstrumentRule struct {
	Instrument Instrument
	Title      string // for people, in a sentence or as a heading
	Ref        string // two letters that begin the reference of each act
	Binding    bool   // the addressee is bound by law; four eyes are needed
	Basis      string // the legal basis
	From       string // date (2006-01-02) from which it may be issued; empty if it always could
	Mark       Mark
}

// instruments is in the order in which Options lists them. Source: the table of instruments of the design's chapter on law.
var instruments = []InstrumentRule{
	{Referral, "Referral", "RF", false, "Regulation (EU) 2016/794, Article 4(1)(m)", "", Memory},
	{Notice, "Notice under the Digital Services Act", "NT", false, "Regulation (EU) 2022/2065, Articles 16 and 22", "", Verified},
	{RemovalOrder, "Removal order", "RO", true, "Regulation (EU) 2021/784, Article 3", "", Verified},
	{OrderToAct, "Order to act against illegal content", "OA", true, "Regulation (EU) 2022/2065, Article 9", "", Memory},
	{PreservationOrder, "European Preservation Order", "PR", true, "Regulation (EU) 2023/1543, Article 11", "2026-08-18", Verified},
	{ProductionOrder, "European Production Order", "PO", true, "Regulation (EU) 2023/1543, Article 10", "2026-08-18", Verified},
	{RegistrarReport, "Report to the registrar or registry", "RR", false, "ICANN Registrar Accreditation Agreement, 3.18", "", Secondary},
	{RegistrationDataRequest, "Request for registration data", "RD", true, "Directive (EU) 2022/2555, Article 28", "", Verified},
	{StoreReport, "Report to the store", "SR", false, "terms of the store; Regulation (EU) 2022/2065, Article 16", "", Memory},
	{CourtOrder, "Court order or seizure", "CO", true, "national procedure", "", Memory},
}

// Instruments lists every instrument in its fixed order.
func Instruments() []Instrument {
	list := make([]Instrument, 0, len(instruments))
	for _, r := range instruments {
		list = append(list, r.Instrument)
	}
	return list
}

func (i Instrument) rule() InstrumentRule {
	for _, r := range instruments {
		if r.Instrument == i {
			return r
		}
	}
	return InstrumentRule{Instrument: i, Title: string(i)}
}

// Valid reports whether i is one of the known instruments.
func (i Instrument) Valid() bool { return i.rule().Ref != "" }

// Binding reports whether the addressee is bound by law. Binding instruments demand a second, different person.
func (i Instrument) Binding() bool { return i.rule().Binding }

// Title returns the name of the instrument for people.
func (i Instrument) Title() string { return i.rule().Title }

// Ref returns the two letters that begin the reference of each act, such as "RO"; "" for an unknown instrument.
func (i Instrument) Ref() string { return i.rule().Ref }

// Basis returns the legal basis.
func (i Instrument) Basis() string { return i.rule().Basis }
