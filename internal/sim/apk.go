// SPDX-License-Identifier: EUPL-1.2

package sim

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/binary"
	"encoding/json"
	"hash/adler32"
	"math/big"
	"slices"
	"time"
)

// Android packages: small, benign and whole. They hold a binary manifest, a class file without classes and a file of addresses, and are
// signed by APK Signature Scheme v2 with an ECDSA key that the seed gives.

// permissions of the app in the order of its manifest.
var permissions = []string{"android.permission.INTERNET", "android.permission.ACCESS_NETWORK_STATE", "android.permission.POST_NOTIFICATIONS"}

// apk is the package of an app in its present build.
func (r *Range) apk(a *Asset) []byte {
	v := r.build(a)
	return r.pictures.once("apk "+a.ID+" "+v.Version+" "+v.Key, func() []byte {
		o, _ := r.world.outlet(a.Outlet)
		places, err := json.MarshalIndent(r.further(a, r.estate.shipped(a.ID)), "", " ")
		if err != nil {
			panic(err) // strings only
		}
		named := func(element_, name string, children ...element) element {
			return element{element_, map[string]any{"name": name}, children}
		}
		manifest := element{"manifest", map[string]any{"package": r.identifier(a), "versionCode": v.Code, "versionName": v.Version}, []element{
			{"uses-sdk", map[string]any{"minSdkVersion": 24, "targetSdkVersion": 34}, nil}}}
		for _, p := range permissions {
			manifest.children = append(manifest.children, named("uses-permission", p))
		}
		manifest.children = append(manifest.children, element{"application", map[string]any{"label": a.Name}, []element{
			{"meta-data", map[string]any{"name": "home", "value": a.Locator}, nil},
			{"activity", map[string]any{"name": r.identifier(a) + ".Main", "exported": true}, []element{{"intent-filter", nil, []element{
				named("action", "android.intent.action.MAIN"), named("category", "android.intent.category.LAUNCHER")}}}}}})
		z := zipped(packed{"AndroidManifest.xml", axml(manifest)}, packed{"classes.dex", emptyDex()}, packed{"assets/places.json", places},
			packed{"res/mark.png", r.pictures.icon(o)})
		return signAPK(z, seededKey(r.opt.Seed, v.Key), o.Name)
	})
}

// emptyDex is a class file without classes: a header and a map (the platform's dex format, 035).
func emptyDex() []byte {
	b := make([]byte, 0x70+28)
	copy(b, "dex\n035\x00")
	put := func(at int, v uint32) { binary.LittleEndian.PutUint32(b[at:], v) }
	put(32, uint32(len(b)))
	put(36, 0x70)
	put(40, 0x12345678)  // byte order
	put(52, 0x70)        // the map
	put(104, 28)         // data: its size ...
	put(108, 0x70)       // ... and place
	put(0x70, 2)         // two entries:
	put(0x70+8, 1)       // the header (kind 0), once, at 0
	put(0x70+16, 0x1000) // the map, once
	put(0x70+20, 1)
	put(0x70+24, 0x70)
	s := sha1.Sum(b[32:])
	copy(b[12:], s[:])
	put(8, adler32.Checksum(b[12:]))
	return b
}

// signer is a self-signed certificate for a key that signs packages.
func signer(k *ecdsa.PrivateKey, name string) []byte {
	t := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, NotBefore: time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC),
		NotAfter: time.Date(2055, 1, 1, 0, 0, 0, 0, time.UTC)}
	der, err := x509.CreateCertificate(nil, t, t, &k.PublicKey, k)
	if err != nil {
		panic(err) // nothing in it is from outside
	}
	return der
}

const (
	signatureV2    = 0x7109871a // identifier of the block
	ecdsaSHA256    = 0x0201     // algorithm
	signatureMagic = "APK Sig Block 42"
	signatureChunk = 1 << 20
	endOfDirectory = 22 // bytes, without a comment
)

// signAPK puts the signing block between the entries and the directory (source.android.com, APK Signature Scheme v2).
func signAPK(z []byte, k *ecdsa.PrivateKey, name string) []byte {
	end := len(z) - endOfDirectory
	dir := int(binary.LittleEndian.Uint32(z[end+16:]))
	digest := apkDigest(z[:dir], z[dir:end], z[end:]) // the directory's offset still is that of the block
	public, err := x509.MarshalPKIXPublicKey(&k.PublicKey)
	if err != nil {
		panic(err) // a P-256 key has bytes
	}
	alg := binary.LittleEndian.AppendUint32(nil, ecdsaSHA256)
	signed := slices.Concat(counted(counted(alg, counted(digest))), counted(counted(signer(k, name))), counted())
	sum := sha256.Sum256(signed)
	sig, err := k.Sign(nil, sum[:], crypto.SHA256)
	if err != nil {
		panic(err)
	}
	value := counted(counted(counted(signed), counted(counted(alg, counted(sig))), counted(public)))
	pair := binary.LittleEndian.AppendUint64(nil, uint64(4+len(value)))
	pair = append(binary.LittleEndian.AppendUint32(pair, signatureV2), value...)
	size := binary.LittleEndian.AppendUint64(nil, uint64(len(pair)+8+len(signatureMagic)))
	block := slices.Concat(size, pair, size, []byte(signatureMagic))
	out := slices.Concat(z[:dir], block, z[dir:])
	binary.LittleEndian.PutUint32(out[len(out)-endOfDirectory+16:], uint32(dir+len(block)))
	return out
}

// counted puts the length of all parts, as four bytes, before them.
func counted(parts ...[]byte) []byte {
	b := bytes.Join(parts, nil)
	return append(binary.LittleEndian.AppendUint32(nil, uint32(len(b))), b...)
}

// apkDigest is the digest of digests of pieces of a megabyte.
func apkDigest(sections ...[]byte) []byte {
	var all []byte
	n := uint32(0)
	for _, s := range sections {
		for len(s) > 0 {
			piece := s[:min(len(s), signatureChunk)]
			s = s[len(piece):]
			sum := sha256.Sum256(append(binary.LittleEndian.AppendUint32([]byte{0xa5}, uint32(len(piece))), piece...))
			all = append(all, sum[:]...)
			n++
		}
	}
	sum := sha256.Sum256(append(binary.LittleEndian.AppendUint32([]byte{0x5a}, n), all...))
	return sum[:]
}
