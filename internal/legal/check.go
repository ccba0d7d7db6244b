// SPDX-License-Identifier: EUPL-1.2

package legal

import "slices"

var allowed = Ruling{Allowed: true}

// carries lists the requests that an instrument can carry, beside the empty one.
var carries = map[Instrument][]Request{
	Referral:                {RemoveContent, HoldName, AskOrigin, Delist},
	Notice:                  {RemoveContent, Delist},
	RemovalOrder:            {RemoveContent},
	OrderToAct:              {RemoveContent, HoldName, Delist},
	PreservationOrder:       {Preserve},
	ProductionOrder:         {ProduceData, AskOrigin},
	RegistrarReport:         {RemoveContent, HoldName},
	RegistrationDataRequest: {RegistrationData},
	StoreReport:             {RemoveContent, Delist},
	CourtOrder:              {RemoveContent, HoldName, AskOrigin, Delist, Preserve, ProduceData, RegistrationData},
}

var requestTitles = map[Request]string{
	RemoveContent: "to remove content or disable access", HoldName: "to hold a name", AskOrigin: "who hosts the origin",
	Delist: "to delist", Preserve: "to preserve data", ProduceData: "to produce data", RegistrationData: "for registration data",
}

// carriers lists what to use for a request, best first.
var carriers = map[Request][]Instrument{
	RemoveContent:    {RemovalOrder, OrderToAct, Notice, RegistrarReport, StoreReport, Referral},
	HoldName:         {OrderToAct, RegistrarReport, CourtOrder, Referral},
	AskOrigin:        {ProductionOrder, Referral},
	Delist:           {OrderToAct, StoreReport, Notice, Referral},
	Preserve:         {PreservationOrder, CourtOrder},
	ProduceData:      {ProductionOrder, CourtOrder},
	RegistrationData: {RegistrationDataRequest, ProductionOrder, CourtOrder},
}

// checkRequest refuses what nobody may ask, and what this instrument cannot carry.
func checkRequest(i Instrument, t Target) Ruling {
	switch {
	case t.Request == DeleteName:
		return Ruling{
			Reason: "A name is never asked to be deleted: deletion frees it for registration by anyone, the outlet included, and destroys data.",
			Advice: HoldAdvice, Source: "practice of registries; Regulation (EU) 2021/784, Article 6 (preservation)", Mark: Memory,
			Instead: []Instrument{OrderToAct, RegistrarReport, CourtOrder, Referral},
		}
	case t.ClaimsDNSAbuse:
		return Ruling{
			Reason: "Propaganda is no \"DNS abuse\": ICANN's definition covers malware, botnets, phishing, pharming and spam that delivers them, and leaves terrorist content out.",
			Advice: "Report \"Illegal Activity\", or in the words of the Framework to Address Abuse \"specific and credible incitements to violence\".",
			Source: "ICANN Registrar Accreditation Agreement, 3.18.2", Mark: Verified,
			Instead: []Instrument{RegistrarReport, OrderToAct, Notice, Referral},
		}
	case t.Request != "" && !slices.Contains(carries[i], t.Request):
		title := requestTitles[t.Request]
		if title == "" {
			return Ruling{Reason: "It is not known what the addressee is asked to do.", Advice: "Choose one of the known requests.",
				Source: "this program", Mark: Own}
		}
		return Ruling{
			Reason: "The instrument \"" + i.Title() + "\" does not ask " + title + ".",
			Advice: "Use an instrument that is made for this; one act carries one instrument.",
			Source: i.Basis(), Mark: i.rule().Mark, Instead: carriers[t.Request],
		}
	}
	return allowed
}

// checkCell applies the table of layers.
func checkCell(c Cell, i Instrument, t Target) Ruling {
	answer := Ruling{Allowed: c.Verdict != No, LegalView: c.Verdict == View, Reason: c.Reason, Advice: c.Advice, Source: c.Source, Mark: c.Mark, Instead: c.Instead}
	if t.Layer == CDN && t.Hosts && (i == Notice || i == RemovalOrder) {
		answer.Allowed, answer.LegalView = true, true
		answer.Reason = "A content delivery network is reached by this instrument only where it also stores the content at the content provider's request: a lawyer must confirm that it does."
		answer.Advice = "Keep the evidence that it stores the content, not only a passing copy."
		answer.Source, answer.Mark, answer.Instead = "Regulation (EU) 2021/784, recital 13; Regulation (EU) 2022/2065, Article 3(g)", Memory, nil
	}
	return answer
}

// checkContent applies what depends on the content itself: recitals 13 and 14 of Regulation (EU) 2021/784.
func checkContent(i Instrument, _ IssuerKind, t Target) Ruling {
	others := []Instrument{OrderToAct, Notice, Referral}
	const tco14 = "Regulation (EU) 2021/784, recital 14"
	switch {
	case i == Notice && t.Mail:
		return Ruling{
			Reason: "An e-mail or a private message is no content of a hosting service; only a public archive of a newsletter is.",
			Advice: "Send the notice about the public archive, and ask for the sending to be stopped by a referral.",
			Source: "Regulation (EU) 2022/2065, Articles 3(g) and 16", Mark: Memory, Instead: []Instrument{OrderToAct, Referral},
		}
	case i != RemovalOrder:
		return allowed
	case t.Mail:
		return Ruling{
			Reason: "An e-mail or a private message is not disseminated to the public, so a removal order cannot reach it.",
			Advice: "A public archive of the newsletter can be ordered removed; for the mail itself use national law or a referral.",
			Source: tco14, Mark: Verified, Instead: []Instrument{OrderToAct, Referral},
		}
	case t.ServesOthers:
		return Ruling{
			Reason: "Cloud infrastructure that serves others than the content provider is outside the removal order.",
			Advice: "Address the service that stores the content for the content provider.",
			Source: tco14, Mark: Verified, Instead: others,
		}
	case t.Audience == ClosedGroup:
		return Ruling{
			Reason: "In a group that a person must admit one to, content is not disseminated to the public, so a removal order cannot reach it.",
			Advice: "Record how one is admitted: registration that a machine grants to everybody is no closed group.",
			Source: tco14, Mark: Verified, Instead: others,
		}
	case t.Audience == Private:
		return Ruling{
			Reason: "What is shared between a few is not disseminated to the public, so a removal order cannot reach it.",
			Advice: "Use national law, or a referral.",
			Source: tco14, Mark: Verified, Instead: others,
		}
	case t.Audience != Public && t.Audience != AutoRegistration:
		return Ruling{
			Reason: "It is not recorded whether the public can reach the content, and a removal order covers only what is disseminated to the public.",
			Advice: "Establish who can reach it, and keep the evidence.",
			Source: tco14, Mark: Verified, Instead: others,
		}
	case t.LiveStream:
		return Ruling{Allowed: true, LegalView: true,
			Reason: "A stored programme can be ordered removed; whether live transit is stored content is for a lawyer.",
			Source: "Regulation (EU) 2021/784, Articles 2(1) and 3", Mark: Memory,
		}
	}
	return allowed
}

// checkIssuer applies who may issue.
func checkIssuer(i Instrument, by IssuerKind, t Target) Ruling {
	view := func(reason, source string, mark Mark) Ruling {
		return Ruling{Allowed: true, LegalView: true, Reason: reason, Source: source, Mark: mark}
	}
	softer := []Instrument{RegistrarReport, Notice, StoreReport, Referral}
	switch i {
	case RemovalOrder:
		if by == CompetentAuthority {
			return allowed
		}
		reason := "A removal order is issued only by an authority that its Member State has designated for it."
		if by == Europol {
			reason = "Europol never issues removal orders: they come from a Member State's competent authority."
		}
		return Ruling{Reason: reason, Advice: "Send a referral, or hand the case to a competent authority.",
			Source: "Regulation (EU) 2021/784, Articles 3(1) and 12(1)(a)", Mark: Verified, Instead: append([]Instrument{OrderToAct}, softer...)}
	case OrderToAct:
		switch by {
		case NationalAuthority, Court:
			return allowed
		case CompetentAuthority:
			return view("Being competent for removal orders gives no power to issue this one: a lawyer must name the national provision.", "Regulation (EU) 2022/2065, Article 9(1)", Memory)
		}
		return Ruling{Reason: "An order to act is issued only by a national judicial or administrative authority on its own law.",
			Advice: "Ask such an authority, or report.", Source: "Regulation (EU) 2022/2065, Article 9(1)", Mark: Memory, Instead: softer}
	case PreservationOrder, ProductionOrder:
		return evidenceIssuer(i, by, t.Data)
	case CourtOrder:
		switch by {
		case Court:
			return allowed
		case NationalAuthority:
			return view("Only a court or a prosecutor may order this: a lawyer must confirm that the authority is one, or has obtained the order.", "national procedure", Memory)
		}
		return Ruling{Reason: "Only a court or a prosecutor may order a seizure or another measure of national procedure.",
			Advice: "Ask the prosecutor to obtain the order.", Source: "national procedure", Mark: Memory, Instead: softer}
	}
	return allowed
}

// evidenceIssuer says who may issue an order for electronic evidence.
func evidenceIssuer(i Instrument, by IssuerKind, data DataCategory) Ruling {
	const source = "Regulation (EU) 2023/1543, Article 4"
	if by == Court {
		return allowed
	}
	if by == Unit || by == Europol {
		return Ruling{Reason: "An order for electronic evidence is issued by a judge, a court or a prosecutor, or by an investigating authority and validated by one of them.",
			Advice: "Ask the prosecutor; until then ask the provider by a referral to keep the data.", Source: source, Mark: Verified,
			Instead: []Instrument{RegistrationDataRequest, Referral}}
	}
	if i == ProductionOrder {
		switch data {
		case SubscriberData, IdentifyingData:
		case TrafficData, ContentData:
			return Ruling{Reason: "Traffic and content data are ordered only by a judge or a court, or with their validation.",
				Advice: "Obtain the order of a court, and have the data preserved meanwhile.", Source: source, Mark: Verified,
				Instead: []Instrument{PreservationOrder}}
		default:
			return Ruling{Allowed: true, LegalView: true, Source: source, Mark: Verified,
				Reason: "Which data are asked for is not recorded: traffic and content data need a judge or a court, other data a prosecutor's validation at least. A lawyer must confirm who orders."}
		}
	}
	return Ruling{Allowed: true, LegalView: true, Source: source, Mark: Verified,
		Reason: "Unless the authority is a prosecutor, a judge, a court or a prosecutor must validate the order: a lawyer must confirm that."}
}
