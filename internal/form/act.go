// SPDX-License-Identifier: EUPL-1.2

package form

import "time"

// Schema names the record; docs/format/act.md describes it.
const Schema = "iolaus-act/1"

// An Act is all facts of one act, whatever its instrument. Mail, PDF and JSON are made from it and say the same. Times are UTC, to
// the second; texts are plain; an empty field was not given.
type Act struct {
	Schema     string   `json:"schema"`
	Template   Template `json:"template"`
	Lang       string   `json:"lang"` // of what people wrote into it, BCP 47
	Ref        string   `json:"ref"`
	Instrument string   `json:"instrument,omitempty"` // as package legal names it; "" where the template is of no instrument

	Issuer    Issuer    `json:"issuer"`
	Addressee Addressee `json:"addressee"`
	Targets   []Target  `json:"targets"`
	Request   string    `json:"request"` // as package legal names it
	Limbs     []string  `json:"limbs,omitempty"`
	Passages  []Passage `json:"passages,omitempty"`
	Reasons   string    `json:"reasons"`
	Basis     string    `json:"basis"`
	Limit     *Limit    `json:"limit,omitempty"`

	IssuedAt time.Time `json:"issued_at,omitzero"` // zero: it is a draft, or waits for approval
	SeenAt   time.Time `json:"seen_at,omitzero"`   // when the content was last seen there
	Exhibit  string    `json:"exhibit,omitempty"`  // SHA-256 of the manifest of what was captured
	Handling string    `json:"handling,omitempty"` // codes, such as "TLP:GREEN PAP:GREEN H0"
	Parent   string    `json:"parent,omitempty"`   // reference of the act that this one follows

	NonDisclosure *NonDisclosure `json:"non_disclosure,omitempty"`
	CrossBorder   *CrossBorder   `json:"cross_border,omitempty"`
	Redress       *Redress       `json:"redress,omitempty"`
	Emergency     string         `json:"emergency,omitempty"` // its grounds
	Verify        string         `json:"verify,omitempty"`    // address at which the document can be checked
	Portal        string         `json:"portal,omitempty"`    // address at which the addressee answers
	Signature     string         `json:"signature,omitempty"` // name in the certificate under which the document is signed

	Notice      *Notice      `json:"notice,omitempty"`      // notice, trusted_flagger
	Order       *Order       `json:"order,omitempty"`       // order_to_act
	Names       *Names       `json:"names,omitempty"`       // registrar_report, registration_data
	Store       *Store       `json:"store,omitempty"`       // store_report
	Threat      *Threat      `json:"threat,omitempty"`      // threat_to_life
	Certificate *Certificate `json:"certificate,omitempty"` // epoc, epoc_pr: what the addressee sees
}

// A Template says by which form an act is written.
type Template struct {
	ID      string `json:"id"`      // one of Templates
	Version string `json:"version"` // of its words and, after a slash, of the statutory form in it: "1/2021-05-17"
	Lang    string `json:"lang"`    // of its words: one of Languages
}

// An Issuer is who acts.
type Issuer struct {
	Name           string `json:"name"`
	Country        string `json:"country"`        // ISO 3166
	Kind           string `json:"kind"`           // as package legal names it
	Type           string `json:"type,omitempty"` // of a competent authority: judicial, police or other
	Mail           string `json:"mail"`
	Phone          string `json:"phone,omitempty"`
	Fax            string `json:"fax,omitempty"`
	Address        string `json:"address,omitempty"`
	Representative string `json:"representative,omitempty"` // who certifies: name and post held
	File           string `json:"file,omitempty"`           // its own file number
}

// An Addressee is who is asked.
type Addressee struct {
	Name           string   `json:"name"`
	Contact        string   `json:"contact,omitempty"`        // the contact point
	Establishment  string   `json:"establishment,omitempty"`  // ISO 3166
	Representative string   `json:"representative,omitempty"` // legal representative
	Languages      []string `json:"languages,omitempty"`      // that it declared
}

// A Target is one exact place.
type Target struct {
	Address string `json:"address"`
	Detail  string `json:"detail,omitempty"` // what else helps to find it
}

// A Passage is quoted, or told by its place in a recording.
type Passage struct {
	Text        string `json:"text"`
	Lang        string `json:"lang,omitempty"`
	Range       string `json:"range,omitempty"` // "00:01:20-00:02:05"
	Translation string `json:"translation,omitempty"`
	Translator  string `json:"translator,omitempty"` // person or engine
	Unverified  bool   `json:"unverified,omitempty"` // nobody compared the translation
}

// A Limit is the time that the law gives.
type Limit struct {
	Rule   string `json:"rule"` // "tco-1h"
	Term   string `json:"term"` // in English words, for languages that do not know the rule
	Source string `json:"source"`
}

// NonDisclosure is the decision not to inform the content provider (TCO Art 11(3)).
type NonDisclosure struct {
	Until  time.Time `json:"until,omitzero"`
	Reason string    `json:"reason,omitempty"`
}

// CrossBorder says which state's authority gets a copy (TCO Art 4(1)).
type CrossBorder struct {
	State     string `json:"state"`
	Authority string `json:"authority,omitempty"` // name and contact
	CopySent  bool   `json:"copy_sent"`
}

// Redress is how the act can be challenged.
type Redress struct {
	Body      string `json:"body,omitempty"`
	Deadline  string `json:"deadline,omitempty"`
	Link      string `json:"link,omitempty"`
	Provider  string `json:"provider,omitempty"`  // what the addressee can do, where the law tells the two apart (DSA Art 9(2)(a)(v))
	Recipient string `json:"recipient,omitempty"` // what the recipient of the service can do
}

// A Notice is what DSA Art 16(2) wants of it.
type Notice struct {
	BonaFide bool     `json:"bona_fide"` // the notifier states its good faith and that the information is accurate and complete
	Flagger  *Flagger `json:"flagger,omitempty"`
}

// A Flagger is the status of a trusted flagger (DSA Art 22).
type Flagger struct {
	Name      string `json:"name"`
	AwardedBy string `json:"awarded_by"`
	Since     string `json:"since,omitempty"` // date
}

// An Order is what DSA Art 9(2) wants beyond what each act says: effect, and where it holds.
type Order struct {
	Provision string `json:"provision"`           // of national or Union law, that makes the content illegal
	Territory string `json:"territory"`           // no wider than strictly necessary (Art 9(2)(b))
	Effect    string `json:"effect,omitempty"`    // authority that is told the effect given to the order
	Informing string `json:"informing,omitempty"` // what the recipient of the service is told (Art 9(5))
}

// Names are those of a registrar's or a registry's act.
type Names struct {
	Domains []string `json:"domains"`
	Others  []string `json:"others,omitempty"` // names that seem to be of the same account
	Hold    bool     `json:"hold,omitempty"`   // hold with locks on transfer, update and deletion
	Data    []string `json:"data,omitempty"`   // registration data asked for
	Purpose string   `json:"purpose,omitempty"`
}

// A Store is what a store needs to find an app or an add-on.
type Store struct {
	Listing   string `json:"listing"`
	Developer string `json:"developer,omitempty"`
	Package   string `json:"package,omitempty"`
	Updates   string `json:"updates,omitempty"` // where its updates come from
}

// A Threat is an imminent threat to life (TCO Art 14(5)).
type Threat struct {
	What    string    `json:"what"`
	Where   string    `json:"where,omitempty"`
	KnownAt time.Time `json:"known_at,omitzero"`
	Contact string    `json:"contact"` // who answers day and night
}

// A Certificate is the filled form of an EPOC (sections A to L) or an EPOC-PR (A to G): fields and ticked boxes by their keys in
// package legal. It has no place for section M; that is a Confidential.
type Certificate struct {
	Values map[string]string `json:"values"`
	Ticks  []string          `json:"ticks,omitempty"`
}

// A Confidential is section M of an EPOC. It goes to the enforcing authority and never to the addressee: no function of this package
// that makes an addressee's document takes it, and Act cannot hold it.
type Confidential struct {
	Values map[string]string `json:"values"`
	Ticks  []string          `json:"ticks,omitempty"`
}

// A Paper is an act as its addressee gets it.
type Paper struct {
	Subject, Text string
	PDF, JSON     []byte
}

// An EnforcingPaper is a certificate with its confidential section, for the enforcing authority. It is no Paper.
type EnforcingPaper struct{ PDF, JSON []byte }
