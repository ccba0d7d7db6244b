// SPDX-License-Identifier: EUPL-1.2

package iru

import "time"

// TrialID numbers a test message.
type TrialID int64

// A Trial is a test message to a contact: it asks for nothing but a receipt.
type Trial struct {
	ID         TrialID
	Unit       UnitID
	Provider   ProviderID
	Contact    ContactID // 0: the provider's first one
	Channel    string
	Address    string // as it was when the message was written
	Key        string
	Subject    string
	Text       string
	At         time.Time
	By         OfficerID
	SentAt     time.Time
	Proof      string // the mail server's words
	ReceivedAt time.Time
	Receipt    string // what proves that somebody has it; never changed
	Failed     string // why it could not be delivered
}

// trialBase is where the numbers of tests begin among those of acts in the tags of reply addresses: no store has as many acts.
const trialBase = 1 << 61

// Tag is the number under which replies to a test come back.
func (id TrialID) Tag() NoticeID { return NoticeID(trialBase + int64(id)) }

// TrialOf gives the test that a reply's number stands for; false for an act's.
func TrialOf(n NoticeID) (TrialID, bool) {
	return TrialID(int64(n) - trialBase), int64(n) > trialBase
}
