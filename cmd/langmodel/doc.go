// SPDX-License-Identifier: EUPL-1.2

// Command langmodel makes the model of internal/recognise/language from texts under free licences. internal/recognise/language/model.md
// says which, where they are, and what came out. The same texts give the same model, byte for byte.
//
// It must not know the program that uses the model, nor fetch anything.
package main
