// SPDX-License-Identifier: EUPL-1.2

package deliver

// MessageID derives the mail identity of an act from its key: <key@domain>, or a digest of the key where it has characters that
// a mail identity may not have.
func MessageID(key, domain string) string { return "<" + key + "@" + domain + ">" }
