// SPDX-License-Identifier: EUPL-1.2

package legal

// A Verdict is what one cell of the table of layers says.
type Verdict string

// The verdicts.
const (
	Yes  Verdict = "yes"
	No   Verdict = "no"
	View Verdict = "view" // only after a lawyer's look
)

// A Cell is what the law says of one instrument at one layer, whoever issues it.
type Cell struct {
	Verdict Verdict
	Reason  string
	Advice  string
	Source  string
	Mark    Mark
	Instead []Instrument
}

// matrix is the table of layers. A column for each instrument in the order of Instruments: referral, notice, removal order, order
// to act, preservation, production, registrar report, registration data, store report, court order. y yes, n no, v lawyer's look.
// Newsletter and stream host say what holds for a public archive and for stored programmes; checkContent adds the rest.
var matrix = []struct {
	layer Layer
	cells string
	is    string // what the layer is, for reasons
}{
	{Platform, "yyyyyynnny", "A platform stores content and disseminates it to the public at its users' request"},
	{Host, "yyyyyynnny", "A web host stores content at the content provider's request"},
	{StreamHost, "yyyyyynnny", "A stream host stores programmes at the content provider's request"},
	{Newsletter, "yyyyyynnny", "A newsletter service that keeps a public archive stores it at the sender's request"},
	{AppStore, "yyvyyynnyv", "An app store offers what developers submit"},
	{AddonStore, "yyvyyynnyv", "An add-on store offers what developers submit"},
	{CDN, "ynnyyynnnv", "A content delivery network or reverse proxy passes on and caches what is stored elsewhere"},
	{DDoSProtection, "ynnyvvnnnv", "A protection service filters traffic and stores no content"},
	{Upstream, "ynnvnnnnnv", "An upstream network or a colocation centre carries traffic or houses machines and does not store the content itself"},
	{Conduit, "ynnyvvnnnv", "An access or caching service only transmits"},
	{DNSOperator, "ynnyyynnnv", "A name server operator answers for names and stores no content"},
	{Registrar, "ynnyyyyyny", "A registrar registers names and stores no content"},
	{Registry, "ynnyyyyyny", "A registry keeps the names of a top-level domain and stores no content"},
	{SearchEngine, "ynnynnnnnv", "A search engine points to content that is stored elsewhere"},
	{Payment, "ynnvnnnnnv", "A payment service moves money and stores no content"},
}

// recital13 lists the layers that recital 13 of Regulation (EU) 2021/784 names as outside the removal order.
var recital13 = map[Layer]bool{Registrar: true, Registry: true, DNSOperator: true, Conduit: true, Payment: true, DDoSProtection: true}

// HoldAdvice is what to ask of a registrar or registry; deletion never is.
const HoldAdvice = "Ask for a hold of the name together with locks on transfer, update and deletion, and for a check of the account's other names. Never ask for deletion: it frees the name for registration and destroys data."

func cells() map[Layer]map[Instrument]Cell {
	verdicts := map[byte]Verdict{'y': Yes, 'n': No, 'v': View}
	table := make(map[Layer]map[Instrument]Cell, len(matrix))
	for _, row := range matrix {
		table[row.layer] = make(map[Instrument]Cell, len(instruments))
		for n, rule := range instruments {
			c := Cell{Verdict: verdicts[row.cells[n]], Source: rule.Basis, Mark: rule.Mark, Advice: advice(row.layer, rule.Instrument)}
			//exhaustive:enforce
			switch c.Verdict {
			case Yes:
				c.Reason = row.is + ". " + permitted[rule.Instrument]
			case View:
				c.view(row.layer, row.is, rule.Instrument)
			case No:
				c.refuse(row.layer, row.is, rule.Instrument)
			}
			table[row.layer][rule.Instrument] = c
		}
	}
	return table
}

// permitted says what an instrument does where it is allowed.
var permitted = map[Instrument]string{
	Referral:                "A referral can be sent to any provider, which judges it against its own terms and is not bound.",
	Notice:                  "A notice gives it actual knowledge and must be decided in a timely manner.",
	RemovalOrder:            "A removal order binds it to remove the content or disable access within the time limit of the Regulation, counted from receipt.",
	OrderToAct:              "An order on national law binds it, and it reports the effect without undue delay.",
	PreservationOrder:       "It can be ordered to preserve data until they are asked for.",
	ProductionOrder:         "It can be ordered to produce data.",
	RegistrarReport:         "A report of illegal activity asks it to review and act under its own terms; it is not bound.",
	RegistrationDataRequest: "It must answer a legitimate access seeker.",
	StoreReport:             "A report asks it to judge the app or add-on against its own terms; it is not bound.",
	CourtOrder:              "A court can order it, or have what it holds seized, in the national procedure.",
}

// advice says what to ask for.
func advice(l Layer, i Instrument) string {
	switch {
	case (l == Registrar || l == Registry) && i == OrderToAct:
		return HoldAdvice + " Some act only on the order of a court."
	case (l == Registrar || l == Registry) && (i == Referral || i == RegistrarReport || i == CourtOrder):
		return HoldAdvice
	case (l == CDN || l == DDoSProtection) && i == Referral:
		return "Ask who hosts the origin, and address the host."
	case l == SearchEngine && i == Referral:
		return "Ask it to take the address out of its index."
	case l == Host && (i == PreservationOrder || i == ProductionOrder):
		return "Where the server itself is wanted as evidence, ask a court or prosecutor for its seizure."
	case (l == AppStore || l == AddonStore) && (i == Referral || i == Notice || i == StoreReport):
		return "Ask for delisting and for the update channel to be stopped: a delisted app that still updates is still up."
	}
	return ""
}

// view explains why a lawyer must look.
func (c *Cell) view(l Layer, is string, i Instrument) {
	switch i {
	case RemovalOrder:
		c.Reason = is + ". A removal order reaches it only where it stores and disseminates to the public at the developer's request: a lawyer must confirm that."
		c.Source, c.Mark = "Regulation (EU) 2021/784, Articles 2(1) and 3", Memory
	case OrderToAct:
		c.Reason = is + ". National law alone decides whether it can be ordered to act: a lawyer must name the provision."
		if l == Payment {
			c.Reason = is + ", and is no intermediary service in the sense of the Digital Services Act. National law alone decides whether it can be ordered to act: a lawyer must name the provision."
		}
		c.Source, c.Mark = "national law", Memory
	case PreservationOrder, ProductionOrder:
		c.Reason = is + ". A lawyer must confirm that it is a service provider in the sense of the Regulation."
		c.Source, c.Mark = "Regulation (EU) 2023/1543, Article 3(3)", Memory
	default:
		c.Reason = is + ". A lawyer must confirm that the national procedure reaches it."
	}
}

// refuse explains why it cannot be, and what can be done.
func (c *Cell) refuse(l Layer, is string, i Instrument) {
	switch i {
	case RemovalOrder:
		c.Reason = is + ". A removal order goes only to a hosting service provider that stores content and disseminates it to the public at the content provider's request."
		c.Source, c.Mark = "Regulation (EU) 2021/784, Articles 2(1) and 3", Memory
		if recital13[l] {
			c.Source, c.Mark = "Regulation (EU) 2021/784, recital 13", Verified
		}
		c.Advice = "Address the provider that stores the content."
		c.Instead = []Instrument{OrderToAct, Referral}
		switch l {
		case Registrar, Registry:
			c.Advice += " " + HoldAdvice
			c.Instead = []Instrument{OrderToAct, RegistrarReport, CourtOrder, Referral}
		case CDN, DDoSProtection:
			c.Advice += " Ask this one for the origin."
		case SearchEngine:
			c.Advice += " Ask this one to take the address out of its index."
		}
	case Notice:
		c.Reason = is + ". A notice under Article 16 goes to hosting services and online platforms only."
		c.Advice = "Send the notice to the provider that stores the content; ask this one by a referral."
		c.Source, c.Mark = "Regulation (EU) 2022/2065, Article 16", Verified
		c.Instead = []Instrument{Referral, OrderToAct}
		if l == Registrar || l == Registry {
			c.Advice = HoldAdvice
			c.Instead = []Instrument{RegistrarReport, OrderToAct, Referral}
		}
	case PreservationOrder, ProductionOrder:
		c.Reason = is + ". It does not hold the data of the service that the order is about."
		c.Source, c.Mark = "Regulation (EU) 2023/1543, Article 3(3)", Memory
		if l == Payment {
			c.Reason = is + ". Financial services are outside the Regulation."
		}
		c.Advice = "Address the provider that holds the customer's data; whether the national procedure reaches this one is for a lawyer."
		c.Instead = []Instrument{CourtOrder}
	case RegistrarReport:
		c.Reason = is + ". Only a registrar or a registry can act on a report under the registrars' agreement."
		c.Advice = "Send the report to the registrar of the name, and address this provider by a referral or a notice."
		c.Instead = []Instrument{Notice, Referral}
	case RegistrationDataRequest:
		c.Reason = is + ". Only registries and those who register names hold registration data under Article 28."
		c.Advice = "Send the request to the registrar or the registry of the name."
		c.Instead = []Instrument{ProductionOrder}
	case StoreReport:
		c.Reason = is + ". A store report goes only to an app store or an add-on store."
		c.Advice = "Use a notice or a referral."
		c.Instead = []Instrument{Notice, Referral}
	}
}
