// SPDX-License-Identifier: EUPL-1.2

package legal

// A Limb is one of the ways in which material can be terrorist content (Regulation (EU) 2021/784, Article 2(7)). An assessment
// names one or more.
type Limb string

// The limbs, by the letter of their point. Their texts are stored: never change one.
const (
	LimbIncites      Limb = "a"
	LimbSolicits     Limb = "b"
	LimbParticipates Limb = "c"
	LimbInstructs    Limb = "d"
	LimbThreatens    Limb = "e"
)

// A LimbRule is a limb as it is shown to a person.
type LimbRule struct {
	Limb   Limb
	Title  string // a few words
	Text   string // what must be found
	Field  string // the box to tick in section B of the removal order
	Source string
	Mark   Mark
}

func limbs() []LimbRule {
	const source = "Regulation (EU) 2021/784, Article 2(7), recital 11; wording of a national regulator"
	return []LimbRule{
		{LimbIncites, "incites", "It incites to commit a terrorist offence, also by glorifying one, and thereby causes a danger that one may be committed.", "tick_a", source, Secondary},
		{LimbSolicits, "solicits an offence", "It solicits a person to commit a terrorist offence or to contribute to one.", "tick_b", source, Secondary},
		{LimbParticipates, "solicits participation", "It solicits a person to take part in the activities of a terrorist group.", "tick_c", source, Secondary},
		{LimbInstructs, "instructs", "It instructs in making or using explosives, firearms or other weapons, noxious or hazardous substances, or other methods, for the purpose of such an offence. Instruction without that purpose is not enough.", "tick_d", source, Secondary},
		{LimbThreatens, "threatens", "It constitutes a threat to commit a terrorist offence.", "tick_e", source, Secondary},
	}
}

// A Purpose is a true purpose that keeps material from being terrorist content (Article 1(3)).
type Purpose string

// The purposes. Their texts are stored: never change one.
const (
	Educational  Purpose = "educational"
	Journalistic Purpose = "journalistic"
	Artistic     Purpose = "artistic"
	Research     Purpose = "research"
	Countering   Purpose = "countering"
)

// A PurposeRule is a purpose as it is shown to a person.
type PurposeRule struct {
	Purpose Purpose
	Text    string
	Source  string
	Mark    Mark
}

func purposes() []PurposeRule {
	const source = "Regulation (EU) 2021/784, Article 1(3)"
	return []PurposeRule{
		{Educational, "It is disseminated to the public for educational purposes.", source, Verified},
		{Journalistic, "It is disseminated for journalistic purposes; where there is editorial responsibility, the standards of the press count.", source + ", recital 12", Verified},
		{Artistic, "It is disseminated for artistic purposes.", source, Verified},
		{Research, "It is disseminated for research purposes.", source, Verified},
		{Countering, "It serves to prevent or counter terrorism, or expresses polemic or controversial views in the course of public debate.", source, Verified},
	}
}

// A PurposeOutcome is the answer to the separate and mandatory question about the true purpose.
type PurposeOutcome string

// The outcomes. The zero value is none: the question was not answered.
const (
	Excluded PurposeOutcome = "excluded" // such a purpose: it is no terrorist content
	Doubt    PurposeOutcome = "doubt"    // a second reviewer is needed, who does not see the first one's answer
	Proceed  PurposeOutcome = "proceed"  // no such purpose
)

// Valid reports whether the question was answered.
func (o PurposeOutcome) Valid() bool { return o == Excluded || o == Doubt || o == Proceed }

// NeedsBlindReview reports whether a second reviewer must answer without seeing the first answer.
func (o PurposeOutcome) NeedsBlindReview() bool { return o == Doubt }

// MayProceed reports whether an act may follow. Doubt alone never does: the second reviewer's own outcome decides.
func (o PurposeOutcome) MayProceed() bool { return o == Proceed }
