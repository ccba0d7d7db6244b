// SPDX-License-Identifier: EUPL-1.2

package form

// Trial renders a test message: whoever reads its first line knows that nothing is asked for.
func Trial(issuer, addressee, mail string) (subject, text string) {
	subject = "TEST, no action needed: contact check by " + issuer
	text = "THIS IS A TEST. It is no order, no notice and no report. Nothing needs to be removed and no time limit runs.\n\n" +
		"To: " + addressee + "\n\n" +
		issuer + " keeps this address as a contact of yours and makes sure from time to time that messages arrive. " +
		"Please answer this message with a word, or let your system confirm its receipt.\n\n" +
		"If this is not the right address, please tell us the right one. We change nothing without asking you by another way.\n"
	if mail != "" {
		text += "\nQuestions: " + mail + "\n"
	}
	return subject, text
}
