// SPDX-License-Identifier: EUPL-1.2

package form

import (
	"bytes"
	"crypto"
	"crypto/sha256"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"time"
)

// ErrSign says that a document could not be signed.
var ErrSign = errors.New("cannot sign the document")

// A Signer signs documents.
type Signer struct {
	Key   crypto.Signer
	Chain []*x509.Certificate // the key's own first
	// Stamp asks an authority for a time-stamp token over the signature (RFC 3161, SHA-256 of these bytes); nil: none is put in. Its
	// error is given back as it is.
	Stamp func(signature []byte) (token []byte, err error)
	// Rand is for keys that need chance to sign. RSA needs none, and ECDSA without it signs the same bytes the same way (RFC 6979).
	Rand io.Reader
}

// Name is how the certificate calls who signs.
func (s Signer) Name() string {
	if n := s.Chain[0].Subject.CommonName; n != "" {
		return n
	}
	return s.Chain[0].Subject.String()
}

// Check refuses what cannot sign at that time. Errors wrap ErrSign.
func (s Signer) Check(at time.Time) error {
	bad := func(what string) error { return fmt.Errorf("%w: %s", ErrSign, what) }
	if s.Key == nil || len(s.Chain) == 0 {
		return bad("the key or its certificate is missing")
	}
	leaf := s.Chain[0]
	public, ok := leaf.PublicKey.(interface{ Equal(crypto.PublicKey) bool })
	switch {
	case !ok || !public.Equal(s.Key.Public()):
		return bad("the certificate is of another key")
	case at.Before(leaf.NotBefore):
		return bad("the certificate is not valid before " + instant(leaf.NotBefore))
	case at.After(leaf.NotAfter):
		return bad("the certificate expired on " + instant(leaf.NotAfter))
	case leaf.KeyUsage != 0 && leaf.KeyUsage&(x509.KeyUsageDigitalSignature|x509.KeyUsageContentCommitment) == 0:
		return bad("the certificate is not for signatures (key usage)")
	}
	return nil
}

const stampRoom = 16 << 10 // bytes for a time-stamp token: those of 2026 have 1 to 10 KiB

var trailer = regexp.MustCompile(`trailer\n<< /Size (\d+) /Root 1 0 R /Info (\d+ 0 R) /ID (\[<[0-9a-f]{32}> <[0-9a-f]{32}>\]) >>\nstartxref\n(\d+)\n%%EOF\n$`)

// Sign puts a signature into a document that PDF made: ETSI.CAdES.detached (ETSI EN 319 142-1), over every byte but its own. at is the
// time that is told beside it; the time that can be proven is that of the stamp. Errors wrap ErrSign, or are those of the stamp.
func Sign(pdf []byte, s Signer, at time.Time) ([]byte, error) {
	if err := s.Check(at); err != nil {
		return nil, err
	}
	m := trailer.FindSubmatchIndex(pdf[max(0, len(pdf)-400):])
	if m == nil {
		return nil, fmt.Errorf("%w: it is no document of this program, or it is signed already", ErrSign)
	}
	end := pdf[max(0, len(pdf)-400):]
	size, err := strconv.Atoi(string(end[m[2]:m[3]]))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrSign, err)
	}
	catalog, err := object(pdf, 1)
	if err != nil {
		return nil, err
	}
	page, err := object(pdf, 3)
	if err != nil {
		return nil, err
	}
	room := 2048
	for _, c := range s.Chain {
		room += len(c.Raw)
	}
	if s.Stamp != nil {
		room += stampRoom
	}
	value, widget := size, size+1
	const open = "/ByteRange [0 0000000000 0000000000 0000000000] /Contents <"
	out := bytes.NewBuffer(bytes.Clone(pdf))
	at1 := begin(out, 1)
	fmt.Fprintf(out, "%s /AcroForm << /Fields [%s] /SigFlags 3 >> >>\nendobj\n", inside(catalog), ref(widget))
	at3 := begin(out, 3)
	fmt.Fprintf(out, "%s /Annots [%s] >>\nendobj\n", inside(page), ref(widget))
	atValue := begin(out, value)
	fmt.Fprintf(out, "<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.CAdES.detached /Name %s /M (D:%sZ) ", pdfText(s.Name()), at.UTC().Format("20060102150405"))
	hole := out.Len() + len(open) - 1 // of the "<"
	out.WriteString(open)
	out.Write(bytes.Repeat([]byte("0"), 2*room))
	after := out.Len() + 1
	out.WriteString("> >>\nendobj\n")
	atWidget := begin(out, widget)
	fmt.Fprintf(out, "<< /Type /Annot /Subtype /Widget /FT /Sig /T (Signature) /V %s /Rect [0 0 0 0] /F 132 /P 3 0 R >>\nendobj\n", ref(value))
	table := out.Len()
	fmt.Fprintf(out, "xref\n1 1\n%010d 00000 n \n3 1\n%010d 00000 n \n%d 2\n%010d 00000 n \n%010d 00000 n \n", at1, at3, value, atValue, atWidget)
	fmt.Fprintf(out, "trailer\n<< /Size %d /Root 1 0 R /Info %s /ID %s /Prev %s >>\nstartxref\n%d\n%%%%EOF\n", size+2, end[m[4]:m[5]], end[m[6]:m[7]], end[m[8]:m[9]], table)
	whole := out.Bytes()
	copy(whole[hole-len(open)+1:], fmt.Sprintf("/ByteRange [0 %010d %010d %010d]", hole, after, len(whole)-after))
	h := sha256.New()
	h.Write(whole[:hole])
	h.Write(whole[after:])
	signature, err := s.cms(h.Sum(nil))
	if err != nil {
		return nil, err
	}
	if len(signature) > room {
		return nil, fmt.Errorf("%w: the signature has %d bytes, and there is room for %d", ErrSign, len(signature), room)
	}
	copy(whole[hole+1:], fmt.Sprintf("%X", signature))
	return whole, nil
}

func begin(out *bytes.Buffer, number int) int {
	at := out.Len()
	fmt.Fprintf(out, "%d 0 obj\n", number)
	return at
}

// object gives the text of an object that is a dictionary.
func object(pdf []byte, number int) ([]byte, error) {
	head := fmt.Appendf(nil, "\n%d 0 obj\n", number)
	_, rest, found := bytes.Cut(pdf, head)
	body, _, ends := bytes.Cut(rest, []byte("\nendobj\n"))
	if !found || !ends || !bytes.HasSuffix(body, []byte(" >>")) {
		return nil, fmt.Errorf("%w: it is no document of this program", ErrSign)
	}
	return body, nil
}

// inside is a dictionary without its end.
func inside(dictionary []byte) []byte { return bytes.TrimSuffix(dictionary, []byte(" >>")) }
