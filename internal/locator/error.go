// SPDX-License-Identifier: EUPL-1.2

package locator

import (
	"errors"
	"strconv"
)

// ErrSyntax is what every error of this package is (errors.Is): the text is not an address. Trying again will not help.
var ErrSyntax = errors.New("address not understood")

// A SyntaxError says which text was not understood and what was expected instead.
type SyntaxError struct {
	Input    string // the text as it was given, never to be shown unescaped
	Expected string // a phrase for a person, without a full stop
}

// Error quotes the text in ASCII and shortened, so that hostile characters reach neither a log nor a terminal.
func (e *SyntaxError) Error() string {
	const most = 80
	in, more := e.Input, ""
	if len(in) > most {
		in, more = in[:most], "..."
	}
	return ErrSyntax.Error() + ": " + strconv.QuoteToASCII(in) + more + ": " + e.Expected
}

// Is makes errors.Is(err, ErrSyntax) true.
func (e *SyntaxError) Is(target error) bool { return target == ErrSyntax }

func syntax(in, expected string) error { return &SyntaxError{Input: in, Expected: expected} }
