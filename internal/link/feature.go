// SPDX-License-Identifier: EUPL-1.2

package link

// A Family is a group of kinds that tend to agree or differ together, so that their joint weight is capped.
type Family string

// The families.
const (
	Host      Family = "host"
	TLS       Family = "tls"
	Content   Family = "content"
	Analytics Family = "analytics"
	Identity  Family = "identity"
	App       Family = "app"
)

// A Feature is one thing observed at a site, such as a key, an identifier or an image. Kind is one of the Kind constants; a
// known kind belongs to its own family whatever Family says. Value is compared as text, already in a canonical form; the kinds
// ImagePDQ, TextShingle and PageStructure are compared by nearness and say how they are written.
type Feature struct {
	Family Family
	Kind   string
	Value  string
}

// Frequencies tells how common a value is. Count returns on how many known outlets the value was seen, and how many outlets are
// known, the two compared ones included. A site not yet linked counts as an outlet of its own. Counting sites instead would
// make the identifiers of an outlet with twenty mirrors look common.
type Frequencies interface {
	Count(kind, value string) (seen, total int)
}

// Evidence is one reason for or against.
type Evidence struct {
	Feature Feature
	Weight  float64 // bits as counted; below zero speaks against
	Capped  bool    // it would weigh more by itself, but evidence of its kind has already said as much as it may
	Note    string  // a sentence for a person
}

// A Result is what a comparison found.
type Result struct {
	Score       float64    // bits, without the prior
	Probability float64    // that it is the same outlet, with the prior; see Calibrated
	Evidence    []Evidence // strongest first, for and against
}
