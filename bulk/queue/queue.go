// Package queue spreads a survey over several machines, through NATS JetStream.
//
// # What stands where
//
// A survey is a stream and a bucket in one NATS server or cluster. [Queue.Feed] puts a job for
// each address into the stream, a work queue: whoever takes a job has it alone until he
// acknowledges it. [Queue.Work] tests what it takes and puts a line for it into the bucket, under a key
// made of the address, before it acknowledges the job. [Queue.Collect] reads the lines.
//
// # Nothing lost, nothing twice
//
// JetStream delivers a job at least once. Whoever dies with one in hand has not acknowledged
// it, so after [AckWait] somebody else gets it. Whoever is merely slow says now and then
// that he is still at it. If a job is tested twice all the same, the second line finds
// the key taken, and a reader gets the first one alone. What has come to nothing
// [MaxTries] times, as a job that kills its worker, becomes a line that says so.
//
// # Politeness
//
// Each operator's jobs have a subject of their own. The subjects are in 64 parts, with as many
// consumers, of which each gives out two jobs at a time, to however many workers: so no operator
// ever meets more than two of them.
//
// No job and no line holds a password: a worker takes those of its own file.
package queue

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/fnv"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// The bounds of a survey.
const (
	AckWait  = time.Minute // for which a worker may say nothing of a job
	MaxTries = 5           // of one job

	parts       = 64
	perPart     = 2
	maxJob      = 4 << 10   // bytes; an address and a file's name have less
	duplicates  = time.Hour // in which what is fed again is left out at once; later its key is found taken
	patience    = 5 * time.Minute
	replyTime   = 10 * time.Second
	connectTime = 5 * time.Second
)

// schema is the version of what stands in stream and bucket.
const schema = "1"

// Job is an address that is to be tested.
type Job struct {
	Key  string `json:"key"`  // tells addresses apart
	Text string `json:"text"` // as it stands in the input
	File string `json:"file"`
	Line int    `json:"line"`
	Err  string `json:"error,omitempty"` // why there is no address in the line
}

// id is the key of a job in the bucket, which has few letters for it.
func id(key string) string {
	sum := sha256.Sum256([]byte(key))
	return hex.EncodeToString(sum[:16])
}

// Queue is a survey in a NATS server. Make it with [Create] or [Find], and [Queue.Close] it.
type Queue struct {
	conn    *nats.Conn
	refused context.Context // ends, with the cause, when the server does not let this user go on
	js      jetstream.JetStream
	name    string
	jobs    jetstream.Stream
	lines   jetstream.KeyValue
}

// Server says where a queue is.
type Server struct {
	URL         string // nats:// or tls://, several with commas
	Credentials string // file with a user's JWT and key, or the seed of an NKey; empty for none
	CAFile      string // further authorities for tls://
	Name        string // of the survey

	options []nats.Option // of tests
}

// The errors of which a user can mend the cause.
var (
	ErrName       = errors.New("the name of a survey has small letters, digits and hyphens, at most 40")
	ErrSecret     = errors.New("the URL has a user name or password, which others on this machine can see")
	ErrNotThere   = errors.New("there is no such survey at this server")
	ErrOtherKind  = errors.New("what is there under this name was not made by this version of mailcheck")
	ErrOldServer  = errors.New("the server is older than NATS 2.10")
	ErrNoStreams  = errors.New("JetStream is not enabled there")
	ErrTooLong    = errors.New("the line is longer than the server takes")
	ErrForbidden  = errors.New("the server forbids this user what a survey needs")
	errUnable     = errors.New("the server is not able to; its log says more, such as that its disk is full")
	ErrUser       = nats.ErrAuthorization    // the server does not know the user
	ErrPlain      = nats.ErrSecureConnWanted // it has no TLS
	ErrTLS        = nats.ErrTLS
	ErrNoServer   = nats.ErrNoServers // nobody answers there
	errNotAnybody = errors.New("a file of credentials has a user's JWT and key, or a seed that begins with SU")
)

// maxName is how long the name of a survey may be.
const maxName = 40

func isName(name string) bool {
	return name != "" && name[0] != '-' && len(name) <= maxName && strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == ""
}

// connect comes to the server.
func connect(s Server) (*Queue, error) {
	switch {
	case !isName(s.Name):
		return nil, ErrName
	case strings.Contains(s.URL, "@"):
		return nil, ErrSecret
	}
	options := append([]nats.Option{nats.Name("mailcheck"), nats.Timeout(connectTime), nats.MaxReconnects(-1), nats.ReconnectWait(time.Second)}, s.options...)
	if s.CAFile != "" {
		options = append(options, nats.RootCAs(s.CAFile))
	}
	if s.Credentials != "" {
		login, err := credentials(s.Credentials)
		if err != nil {
			return nil, err
		}
		options = append(options, login)
	}
	refused, refuse := context.WithCancelCause(context.Background())
	options = append(options, nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) {
		if errors.Is(err, nats.ErrPermissionViolation) { // nothing else would tell: the server just does not answer
			refuse(fmt.Errorf("%w: %w", ErrForbidden, err))
		}
	}), nats.ClosedHandler(func(c *nats.Conn) { refuse(c.LastError()) }))
	conn, err := nats.Connect(s.URL, options...)
	if err != nil {
		return nil, err
	}
	q := &Queue{conn: conn, refused: refused, name: s.Name}
	if q.js, err = jetstream.New(conn); err == nil && old(conn.ConnectedServerVersion()) {
		err = fmt.Errorf("%w: %s", ErrOldServer, conn.ConnectedServerVersion())
	}
	if err != nil {
		conn.Close()
		return nil, err
	}
	return q, nil
}

// credentials returns the login that a file has.
func credentials(file string) (nats.Option, error) {
	content, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	switch text := string(content); {
	case strings.Contains(text, "BEGIN NATS USER JWT"):
		return nats.UserCredentials(file), nil
	case strings.Contains(text, "SU"):
		return nats.NkeyOptionFromSeed(file)
	}
	return nil, fmt.Errorf("%s: %w", file, errNotAnybody)
}

// old reports whether a server does not have what is needed: what is known of streams and
// consumers changed with 2.10.
func old(version string) bool {
	words := strings.SplitN(version, ".", 3)
	if len(words) < 2 {
		return false
	}
	major, err := strconv.Atoi(words[0])
	minor, err2 := strconv.Atoi(words[1])
	return err == nil && err2 == nil && (major < 2 || major == 2 && minor < 10)
}

func (q *Queue) stream() string { return "mailcheck-" + q.name }

func (q *Queue) subject(part string) string { return "mailcheck." + q.name + "." + part }

// partOf is the part of an operator's jobs.
func partOf(operator string) string {
	h := fnv.New32a()
	h.Write([]byte(operator))
	return fmt.Sprintf("%02d", h.Sum32()%parts)
}

// Create comes to a survey, which it makes if it is not there.
func Create(ctx context.Context, s Server) (*Queue, error) {
	return open(ctx, s, func(ctx context.Context, q *Queue) (err error) {
		_, err = q.js.CreateStream(ctx, jetstream.StreamConfig{
			Name: q.stream(), Subjects: []string{q.subject(">")}, Retention: jetstream.WorkQueuePolicy, Storage: jetstream.FileStorage,
			Duplicates: duplicates, MaxMsgSize: maxJob, Metadata: map[string]string{"mailcheck": schema},
		})
		if err != nil && !errors.Is(err, jetstream.ErrStreamNameAlreadyInUse) {
			return err
		}
		_, err = q.js.CreateKeyValue(ctx, jetstream.KeyValueConfig{Bucket: q.stream(), History: 1, Storage: jetstream.FileStorage, Metadata: map[string]string{"mailcheck": schema}})
		if errors.Is(err, jetstream.ErrBucketExists) {
			return nil
		}
		return err
	})
}

// Find comes to a survey that is there.
func Find(ctx context.Context, s Server) (*Queue, error) {
	return open(ctx, s, func(context.Context, *Queue) error { return nil })
}

func open(ctx context.Context, s Server, prepare func(context.Context, *Queue) error) (*Queue, error) {
	q, err := connect(s)
	if err != nil {
		return nil, err
	}
	ctx, end := q.until(ctx)
	ctx, cancel := context.WithTimeout(ctx, replyTime)
	defer cancel()
	if err = prepare(ctx, q); err == nil {
		err = q.find(ctx)
	}
	end(&err)
	if err != nil {
		q.Close()
		return nil, err
	}
	return q, nil
}

// until returns a context that also ends when the server does not let this user go on. That is then the error
// of what the context is for, whatever came of it.
func (q *Queue) until(ctx context.Context) (_ context.Context, end func(*error)) {
	ctx, cancel := context.WithCancelCause(ctx)
	stop := context.AfterFunc(q.refused, func() { cancel(context.Cause(q.refused)) })
	return ctx, func(err *error) {
		stop()
		cancel(nil)
		if *err != nil && q.refused.Err() != nil {
			*err = context.Cause(q.refused)
		}
		if told, ok := errors.AsType[*jetstream.APIError](*err); ok && told.Code >= 500 {
			*err = fmt.Errorf("%w: %w", errUnable, told)
		}
	}
}

// find looks at what is there.
func (q *Queue) find(ctx context.Context) (err error) {
	if q.jobs, err = q.js.Stream(ctx, q.stream()); err == nil {
		q.lines, err = q.js.KeyValue(ctx, q.stream())
	}
	switch {
	case errors.Is(err, jetstream.ErrStreamNotFound), errors.Is(err, jetstream.ErrBucketNotFound):
		return ErrNotThere
	case errors.Is(err, jetstream.ErrJetStreamNotEnabled), errors.Is(err, jetstream.ErrJetStreamNotEnabledForAccount), errors.Is(err, nats.ErrNoResponders):
		return ErrNoStreams
	case err != nil:
		return err
	}
	status, err := q.lines.Status(ctx)
	if err != nil {
		return err
	}
	if q.jobs.CachedInfo().Config.Metadata["mailcheck"] != schema || status.Metadata()["mailcheck"] != schema {
		return ErrOtherKind
	}
	return nil
}

// Close leaves the server. What a worker has in hand goes to others after [AckWait].
func (q *Queue) Close() { q.conn.Close() }

// Count returns how many addresses of the survey have a line, and how many are left.
func (q *Queue) Count(ctx context.Context) (lines, left int, err error) {
	status, err := q.lines.Status(ctx)
	if err != nil {
		return 0, 0, err
	}
	jobs, err := q.left(ctx)
	return int(status.Values()), int(jobs), err
}

// left returns how many jobs nobody has acknowledged.
func (q *Queue) left(ctx context.Context) (uint64, error) {
	info, err := q.jobs.Info(ctx)
	if err != nil {
		return 0, err
	}
	return info.State.Msgs, nil
}
