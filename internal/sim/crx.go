// SPDX-License-Identifier: EUPL-1.2

package sim

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"slices"
)

// Browser extensions in Chrome's package format, version 3: a header in protocol buffers with proofs of keys, then a ZIP archive.

// extensionKey is the public key (SubjectPublicKeyInfo) of the add-ons of an asset.
func extensionKey(k *ecdsa.PrivateKey) []byte {
	der, err := x509.MarshalPKIXPublicKey(&k.PublicKey)
	if err != nil {
		panic(err) // a P-256 key has bytes
	}
	return der
}

// extensionID is how the browser names an extension: the first half of the key's SHA-256, written with the letters a to p.
func extensionID(public []byte) string {
	sum := sha256.Sum256(public)
	id := []byte(hex.EncodeToString(sum[:16]))
	for i, c := range id {
		if c >= 'a' {
			id[i] = c - 'a' + 'k'
		} else {
			id[i] = c - '0' + 'a'
		}
	}
	return string(id)
}

// crx is the package of an add-on in its present build.
func (r *Range) crx(a *Asset) []byte {
	v := r.build(a)
	return r.pictures.once("crx "+a.ID+" "+v.Version+" "+v.Key, func() []byte {
		return signCRX(r.archive(a), seededKey(r.opt.Seed, v.Key))
	})
}

// archive is the extension without a signature.
func (r *Range) archive(a *Asset) []byte {
	v := r.build(a)
	o, _ := r.world.outlet(a.Outlet)
	manifest, err := json.MarshalIndent(object{"manifest_version": 3, "name": a.Name, "version": v.Version, "author": o.Name,
		"key": base64.StdEncoding.EncodeToString(extensionKey(seededKey(r.opt.Seed, v.Key))), "homepage_url": a.Locator, "update_url": a.Locator + "/updates.xml",
		"permissions": []string{"storage", "alarms"}, "host_permissions": []string{"https://*." + registered(a.hostname()) + "/*"},
		"background": object{"service_worker": "bulletins.js"}, "icons": object{"32": "mark.png"}}, "", " ")
	if err != nil {
		panic(err) // strings only
	}
	places, err := json.Marshal(r.further(a, r.estate.shipped(a.ID)))
	if err != nil {
		panic(err)
	}
	return zipped(packed{"manifest.json", manifest}, packed{"bulletins.js", append([]byte("// Shows bulletins of "+o.Name+".\nconst places = "), append(places, ";\n"...)...)},
		packed{"mark.png", r.pictures.icon(o)})
}

// signCRX writes the file (chromium, components/crx_file/crx3.proto): the proof of an ECDSA key, and the data that are signed with the archive.
func signCRX(archive []byte, k *ecdsa.PrivateKey) []byte {
	public := extensionKey(k)
	id := sha256.Sum256(public)
	data := field(1, id[:16]) // SignedData.crx_id
	text := binary.LittleEndian.AppendUint32([]byte("CRX3 SignedData\x00"), uint32(len(data)))
	sum := sha256.Sum256(slices.Concat(text, data, archive))
	sig, err := k.Sign(nil, sum[:], crypto.SHA256)
	if err != nil {
		panic(err) // no chance is needed (RFC 6979)
	}
	header := slices.Concat(field(3, slices.Concat(field(1, public), field(2, sig))), field(10000, data)) // sha256_with_ecdsa, signed_header_data
	out := binary.LittleEndian.AppendUint32([]byte("Cr24"), 3)
	out = binary.LittleEndian.AppendUint32(out, uint32(len(header)))
	return slices.Concat(out, header, archive)
}

// field is a length-delimited field of protocol buffers.
func field(n uint64, b []byte) []byte {
	out := binary.AppendUvarint(nil, n<<3|2)
	return append(binary.AppendUvarint(out, uint64(len(b))), b...)
}

type gupdate struct {
	XMLName  xml.Name `xml:"http://www.google.com/update2/response gupdate"`
	Protocol string   `xml:"protocol,attr"`
	Apps     []gapp   `xml:"app"`
}

type gapp struct {
	ID    string `xml:"appid,attr"`
	Check struct {
		Codebase string `xml:"codebase,attr"`
		Version  string `xml:"version,attr"`
		Hash     string `xml:"hash_sha256,attr"`
		Size     int    `xml:"size,attr"`
		Status   string `xml:"status,attr"`
	} `xml:"updatecheck"`
}

// gupdates answers a browser that asks for updates (the Omaha protocol's update manifest, version 2.0).
func (r *Range) gupdates(addons ...*Asset) []byte {
	g := gupdate{Protocol: "2.0"}
	for _, a := range addons {
		file, app := r.crx(a), gapp{ID: r.identifier(a)}
		app.Check.Codebase, app.Check.Version, app.Check.Hash, app.Check.Size, app.Check.Status = r.download(a), r.build(a).Version, hexDigest(file), len(file), "ok"
		g.Apps = append(g.Apps, app)
	}
	b, err := xml.Marshal(g)
	if err != nil {
		panic(err) // strings only
	}
	return append([]byte(xml.Header), b...)
}
