package signin

import (
	"context"
	"errors"
	"time"

	"mailcheck"
	"mailcheck/internal/oauth"
)

// Refresh gets a new token for a refresh token, as [oauth.Refresh] does.
type Refresh func(context.Context, oauth.Endpoints, oauth.App, string) (oauth.Token, error)

// Renew returns a sign-in with an access token for now. Other programs wait meanwhile, and
// then use the refresh token that came with it, which is kept before anybody uses the access
// token: the old one may be void.
//
// The error is that of refresh, an [*Error], or the cause of the context's end. With
// [NotKept] there is a token all the same, which is good for this once. Where the context
// ends while the server is asked, its answer is waited for a moment and kept, so that
// Ctrl-C does not lose the sign-in.
func (s *Store) Renew(ctx context.Context, a mailcheck.Address, refresh Refresh) (SignIn, oauth.Token, error) {
	unlock, err := s.lock(ctx)
	if err != nil {
		return SignIn{}, oauth.Token{}, err
	}
	defer unlock()
	in, there, err := s.Find(ctx, a) // now that nobody else changes it
	if err != nil {
		return in, oauth.Token{}, err
	} else if !there {
		return in, oauth.Token{}, &Error{Problem: Lost}
	}
	secrets, err := s.Secrets(ctx, in)
	if err != nil {
		return in, oauth.Token{}, err
	}
	asking, cancel := afterGrace(ctx)
	defer cancel()
	token, err := refresh(asking, in.Endpoints, oauth.App{ID: in.ClientID, Secret: secrets.App}, secrets.Refresh)
	if err != nil {
		if ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		return in, oauth.Token{}, err
	}
	if token.Refresh != "" && token.Refresh != secrets.Refresh {
		secrets.Refresh = token.Refresh
		keeping, cancel := context.WithTimeout(context.WithoutCancel(ctx), keepTime)
		defer cancel()
		if err := s.write(keeping, in, secrets); err != nil {
			return in, token, &Error{Problem: NotKept, Err: err}
		}
	}
	if ctx.Err() != nil {
		return in, oauth.Token{}, context.Cause(ctx)
	}
	return in, token, nil
}

// afterGrace returns a context that ends a moment after another one.
func afterGrace(ctx context.Context) (context.Context, context.CancelFunc) {
	later, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() {
		timer := time.NewTimer(graceTime)
		defer timer.Stop()
		select {
		case <-timer.C:
			cancel(context.Cause(ctx))
		case <-later.Done():
		}
	})
	return later, func() {
		stop()
		cancel(errors.New("renewed"))
	}
}
