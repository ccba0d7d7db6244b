// SPDX-License-Identifier: EUPL-1.2

package blob

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"path"
	"strings"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"iolaus/internal/iru"
)

// An S3 is a Store in a bucket: PREFIX/sha256/ab/cd/<digest>. An object is written by one request that the server refuses where there
// is one already, so that nothing is ever written over.
type S3 struct {
	core minio.Core
	conf S3Config
}

// An S3Config says which bucket, and who asks. Secrets are never part of an error.
type S3Config struct {
	Endpoint string // "https://s3.unit.example"; http:// towards loopback only
	Region   string
	Bucket   string
	Prefix   string
	Access   string
	Secret   string
	Token    string // of temporary credentials; "" for lasting ones
	Spool    string // folder for what is on its way; "" for the system's
}

// largest is what one request can store; larger objects would need several, which no server can refuse as one.
const largest = 5 << 30

// tries is how often a request is sent when the server does not answer, or asks for patience. Jobs try again by themselves.
const tries = 3

// settling is how long, times the try, a server is given to show what it has just taken in.
const settling = 200 * time.Millisecond

// ParseS3 reads s3://BUCKET/PREFIX?endpoint=https://HOST&region=REGION. Its error is Invalid.
func ParseS3(text string) (S3Config, error) {
	bad := func(what, instead string) (S3Config, error) {
		return S3Config{}, iru.Refuse(iru.Invalid, what, instead)
	}
	const form = "write s3://BUCKET/PREFIX?endpoint=https://HOST&region=REGION"
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "s3" || u.Host == "" || u.User != nil {
		return bad("that is no address of a bucket", form)
	}
	q, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return bad("the address of the bucket has unreadable options", form)
	}
	for k := range q {
		if k != "endpoint" && k != "region" {
			return bad(fmt.Sprintf("a bucket has no option %q", k), form)
		}
	}
	c := S3Config{Bucket: u.Host, Prefix: strings.Trim(u.Path, "/"), Endpoint: q.Get("endpoint"), Region: q.Get("region")}
	if c.Region == "" {
		c.Region = "us-east-1" // what servers of one region answer to
	}
	e, err := url.Parse(c.Endpoint)
	switch {
	case err != nil || e.Host == "" || e.Path != "" && e.Path != "/" || e.Scheme != "https" && e.Scheme != "http":
		return bad(fmt.Sprintf("%q is no endpoint of a storage service", c.Endpoint), form)
	case e.Scheme == "http" && !loopback(e.Hostname()):
		return bad("evidence does not leave the machine without TLS", "write endpoint=https://HOST")
	}
	return c, nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// OpenS3 opens the store in a bucket. It asks the server nothing: [S3.Try] does. Errors: Invalid.
func OpenS3(c S3Config) (*S3, error) {
	e, err := url.Parse(c.Endpoint)
	if err != nil {
		return nil, iru.Refuse(iru.Invalid, fmt.Sprintf("%q is no endpoint of a storage service", c.Endpoint), "")
	}
	if c.Access == "" || c.Secret == "" {
		return nil, iru.Refuse(iru.Invalid, "there are no credentials for the bucket "+c.Bucket, "name a file by evidence.credentials, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY")
	}
	client, err := minio.New(e.Host, &minio.Options{Creds: credentials.NewStaticV4(c.Access, c.Secret, c.Token), Secure: e.Scheme == "https",
		Region: c.Region, MaxRetries: tries})
	if err != nil {
		return nil, fmt.Errorf("open store: %w: %w", iru.Invalid, err)
	}
	return &S3{core: minio.Core{Client: client}, conf: c}, nil
}

func (s *S3) key(digest string) string {
	return path.Join(s.conf.Prefix, "sha256", digest[:2], digest[2:4], digest)
}

// Put implements Store. The bytes are spooled to a file first: their digest is their name, and goes along for the server to check.
func (s *S3) Put(ctx context.Context, r io.Reader) (digest string, size int64, err error) {
	f, err := s.spool()
	if err != nil {
		return "", 0, fault("spool bytes", err)
	}
	defer f.Close()
	h := sha256.New()
	from := &source{ctx: ctx, r: r}
	size, err = io.Copy(io.MultiWriter(f, h), from)
	switch {
	case from.err != nil:
		return "", 0, fmt.Errorf("store bytes: read them: %w", from.err)
	case err != nil:
		return "", 0, fault("spool bytes", err)
	case size > largest:
		return "", 0, iru.Refuse(iru.Invalid, fmt.Sprintf("a file of %d bytes is too large: a bucket takes at most %d at once", size, int64(largest)), "capture less at once")
	}
	digest = hex.EncodeToString(h.Sum(nil))
	for try := 1; ; try++ {
		if err = s.put(ctx, s.key(digest), f, size, h.Sum(nil)); !is(err, "PreconditionFailed") {
			break
		}
		err = s.Verify(ctx, digest)
		if err == nil {
			return digest, size, nil
		}
		if !errors.Is(err, iru.NotFound) || try == tries {
			return "", 0, fmt.Errorf("store %s again: %w", digest, err)
		}
		select { // another one is storing the same bytes: the name is taken, and cannot be read yet
		case <-ctx.Done():
		case <-time.After(time.Duration(try) * settling):
		}
	}
	if err != nil {
		return "", 0, s.fault("store "+digest, err)
	}
	return digest, size, nil
}

// put sends an object unless there is one of its name.
func (s *S3) put(ctx context.Context, key string, r io.ReaderAt, size int64, sum []byte) error {
	o := minio.PutObjectOptions{ContentType: "application/octet-stream", DisableContentSha256: true, // not piece by piece: as a whole
		UserMetadata: map[string]string{"X-Amz-Checksum-Sha256": base64.StdEncoding.EncodeToString(sum)}}
	o.SetMatchETagExcept("*")
	for try := 1; ; try++ {
		_, err := s.core.PutObject(ctx, s.conf.Bucket, key, io.NewSectionReader(r, 0, size), size, "", hex.EncodeToString(sum), o)
		if !is(err, "ConditionalRequestConflict") || try == tries { // another one is storing the same bytes just now
			return err
		}
	}
}

// spool makes a file that nobody else reads and a kill leaves nothing of.
func (s *S3) spool() (*os.File, error) {
	f, err := os.CreateTemp(s.conf.Spool, "iolaus-store-")
	if err != nil {
		return nil, err
	}
	if err := os.Remove(f.Name()); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// Open implements Store.
func (s *S3) Open(ctx context.Context, digest string) (File, error) {
	i, err := s.stat(ctx, digest)
	if err != nil {
		return nil, err
	}
	w := &window{ctx: ctx, s: s, digest: digest, etag: i.ETag, size: i.Size}
	return &object{SectionReader: io.NewSectionReader(w, 0, i.Size)}, nil
}

// Stat implements Store.
func (s *S3) Stat(ctx context.Context, digest string) (int64, error) {
	i, err := s.stat(ctx, digest)
	return i.Size, err
}

func (s *S3) stat(ctx context.Context, digest string) (minio.ObjectInfo, error) {
	if err := Check(digest); err != nil {
		return minio.ObjectInfo{}, err
	}
	i, err := s.core.StatObject(ctx, s.conf.Bucket, s.key(digest), minio.StatObjectOptions{})
	if err != nil {
		return i, s.absent(ctx, "look for "+digest, err)
	}
	return i, nil
}

// absent tells an object that is not there from a bucket that is not: to a question for the head of one, the server may answer the same.
func (s *S3) absent(ctx context.Context, what string, err error) error {
	if is(err, "NoSuchKey") {
		if there, e := s.core.BucketExists(ctx, s.conf.Bucket); e == nil && !there {
			err = minio.ErrorResponse{Code: "NoSuchBucket", StatusCode: 404}
		}
	}
	return s.fault(what, err)
}

// Verify implements Store.
func (s *S3) Verify(ctx context.Context, digest string) error {
	if err := Check(digest); err != nil {
		return err
	}
	r, _, _, err := s.core.GetObject(ctx, s.conf.Bucket, s.key(digest), minio.GetObjectOptions{})
	if err != nil {
		return s.absent(ctx, "verify "+digest, err)
	}
	defer r.Close()
	h := sha256.New()
	if _, err := io.Copy(h, r); err != nil {
		return s.fault("verify "+digest, err)
	}
	if got := hex.EncodeToString(h.Sum(nil)); got != digest {
		return fmt.Errorf("verify %s: %w: the bytes in the bucket are damaged, their SHA-256 is %s; restore the object %s from a backup", digest, iru.Conflict, got, s.key(digest))
	}
	return nil
}

// Remove implements Store. Where the bucket keeps versions, all of them go.
func (s *S3) Remove(ctx context.Context, digest string) error {
	if err := Check(digest); err != nil {
		return err
	}
	key := s.key(digest)
	if err := s.core.RemoveObject(ctx, s.conf.Bucket, key, minio.RemoveObjectOptions{}); err != nil && !is(err, "NoSuchKey") {
		return s.fault("remove "+digest, err)
	}
	v, err := s.core.GetBucketVersioning(ctx, s.conf.Bucket)
	if err == nil && v.Status == "" {
		return nil
	}
	for o := range s.core.ListObjectsIter(ctx, s.conf.Bucket, minio.ListObjectsOptions{Prefix: key, Recursive: true, WithVersions: true}) {
		if o.Err != nil {
			return s.fault("remove the versions of "+digest, o.Err)
		}
		if err := s.core.RemoveObject(ctx, s.conf.Bucket, o.Key, minio.RemoveObjectOptions{VersionID: o.VersionID}); err != nil {
			return s.fault("remove a version of "+digest, err)
		}
	}
	return nil
}
