// SPDX-License-Identifier: EUPL-1.2

package web

import (
	"context"
	"net/url"
	"strconv"
	"time"

	"iolaus/internal/iru"
	"iolaus/internal/legal"
	"iolaus/internal/locator"
	"iolaus/internal/web/ui"
)

// address shows a canonical address defanged, with a button that copies its real form.
func address(canonical string) ui.Address {
	l, err := locator.Parse(canonical)
	if err != nil {
		return ui.Address{Defanged: canonical}
	}
	return ui.Address{Defanged: l.Defanged(), Real: l.String()}
}

// shortAddress is an address in a table: no button, the path cut.
func shortAddress(canonical string) ui.Address {
	a := address(canonical)
	a.Real, a.Max = "", 28
	return a
}

// defanged is an address as plain text, for a figure or a spoken name.
func defanged(canonical string) string { return address(canonical).Defanged }

// handling gives the codes of a thing to a page.
func handling(h iru.Handling) ui.Handling { return ui.Handling{TLP: h.TLP, PAP: h.PAP, H: h.H} }

// id writes a number as people read it.
func id[T ~int64](n T) string { return strconv.FormatInt(int64(n), 10) }

// day writes a date.
func day(t time.Time) string { return t.UTC().Format("2 Jan 2006") }

// moment writes a date and a time to the second.
func moment(t time.Time) string { return t.UTC().Format("2 Jan 15:04:05") }

// at joins a path and its query; an empty value is left out.
func at(path string, pairs ...string) string {
	q := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			q.Set(pairs[i], pairs[i+1])
		}
	}
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}

func roleName(ctx context.Context, r iru.Role) string {
	//exhaustive:enforce
	switch r {
	case iru.Analyst:
		return ui.T(ctx, "analyst")
	case iru.Reviewer:
		return ui.T(ctx, "legal reviewer")
	case iru.Signer:
		return ui.T(ctx, "signing officer")
	case iru.Director:
		return ui.T(ctx, "operation director")
	case iru.Liaison:
		return ui.T(ctx, "liaison officer")
	case iru.Examiner:
		return ui.T(ctx, "forensic examiner")
	case iru.Auditor:
		return ui.T(ctx, "auditor")
	case iru.Administrator:
		return ui.T(ctx, "administrator")
	}
	return string(r)
}

func kindName(ctx context.Context, k iru.AssetKind) string {
	//exhaustive:enforce
	switch k {
	case iru.Site:
		return ui.T(ctx, "Website")
	case iru.Mirror:
		return ui.T(ctx, "Mirror")
	case iru.App:
		return ui.T(ctx, "App")
	case iru.Update:
		return ui.T(ctx, "App update feed")
	case iru.Addon:
		return ui.T(ctx, "Browser add-on")
	case iru.Newsletter:
		return ui.T(ctx, "Newsletter")
	case iru.Stream:
		return ui.T(ctx, "Audio stream")
	case iru.Account:
		return ui.T(ctx, "Account")
	}
	return string(k)
}

func assetState(ctx context.Context, s iru.AssetState) ui.State {
	//exhaustive:enforce
	switch s {
	case iru.AssetCandidate:
		return ui.Info(ui.T(ctx, "Candidate"))
	case iru.AssetLive:
		return ui.Neutral(ui.T(ctx, "Attributed"))
	case iru.AssetRejected:
		return ui.Neutral(ui.T(ctx, "Somebody else's")).With(ui.IconBan)
	case iru.AssetActioned:
		return ui.Info(ui.T(ctx, "Act served")).With(ui.IconSend)
	case iru.AssetDown:
		return ui.OK(ui.T(ctx, "Down, verified"))
	case iru.AssetReturned:
		return ui.Warn(ui.T(ctx, "Returned")).With(ui.IconReturn)
	}
	return ui.Neutral(string(s))
}

func presenceState(ctx context.Context, p iru.PresenceState) ui.State {
	//exhaustive:enforce
	switch p {
	case iru.PresenceUp:
		return ui.Warn(ui.T(ctx, "Up")).With(ui.IconUp)
	case iru.PresenceBack:
		return ui.Warn(ui.T(ctx, "Back")).With(ui.IconReturn)
	case iru.PresenceDoubtful:
		return ui.Neutral(ui.T(ctx, "Not agreed yet")).With(ui.IconHalf)
	case iru.PresenceGone:
		return ui.OK(ui.T(ctx, "Gone")).With(ui.IconDown)
	case iru.PresenceUnknown:
		return ui.Neutral(ui.T(ctx, "Unknown"))
	}
	return ui.Neutral(ui.T(ctx, "Unknown"))
}

func outletState(ctx context.Context, s iru.OutletState) ui.State {
	//exhaustive:enforce
	switch s {
	case iru.OutletProposed:
		return ui.Neutral(ui.T(ctx, "Proposed"))
	case iru.OutletWatched:
		return ui.Info(ui.T(ctx, "Watched")).With(ui.IconEye)
	case iru.OutletDark:
		return ui.OK(ui.T(ctx, "Dark")).With(ui.IconDown)
	case iru.OutletReturned:
		return ui.Warn(ui.T(ctx, "Returned")).With(ui.IconReturn)
	case iru.OutletClosed:
		return ui.Neutral(ui.T(ctx, "No longer watched"))
	}
	return ui.Neutral(string(s))
}

func itemState(ctx context.Context, s iru.ItemState) ui.State {
	//exhaustive:enforce
	switch s {
	case iru.ItemNew:
		return ui.Neutral(ui.T(ctx, "Being captured")).With(ui.IconClock)
	case iru.ItemReady:
		return ui.Info(ui.T(ctx, "New"))
	case iru.ItemFailed:
		return ui.Warn(ui.T(ctx, "Capture failed"))
	case iru.ItemDeferred:
		return ui.Neutral(ui.T(ctx, "Put off")).With(ui.IconClock)
	case iru.ItemSecond:
		return ui.Info(ui.T(ctx, "Second opinion")).With(ui.IconEye)
	case iru.ItemReferred:
		return ui.Info(ui.T(ctx, "Referred")).With(ui.IconSend)
	case iru.ItemDismissed:
		return ui.Neutral(ui.T(ctx, "No action")).With(ui.IconOK)
	}
	return ui.Neutral(string(s))
}

func matchState(ctx context.Context, s iru.MatchState) ui.State {
	//exhaustive:enforce
	switch s {
	case iru.MatchSuggested:
		return ui.Info(ui.T(ctx, "Suggested")).With(ui.IconHalf)
	case iru.MatchConfirmed:
		return ui.Info(ui.T(ctx, "Confirmed")).With(ui.IconOK)
	case iru.MatchDisputed:
		return ui.Neutral(ui.T(ctx, "Disputed")).With(ui.IconBan)
	case iru.MatchWithdrawn:
		return ui.Neutral(ui.T(ctx, "Withdrawn"))
	}
	return ui.Neutral(string(s))
}

func noticeState(ctx context.Context, s iru.NoticeState) ui.State {
	//exhaustive:enforce
	switch s {
	case iru.NoticeDraft:
		return ui.Neutral(ui.T(ctx, "Draft")).With(ui.IconPen)
	case iru.NoticeSubmitted:
		return ui.Info(ui.T(ctx, "To approve")).With(ui.IconPen)
	case iru.NoticeEndorsed:
		return ui.Info(ui.T(ctx, "To sign")).With(ui.IconPen)
	case iru.NoticeApproved:
		return ui.Info(ui.T(ctx, "Approved")).With(ui.IconOK)
	case iru.NoticeDispatched:
		return ui.Info(ui.T(ctx, "On its way")).With(ui.IconSend)
	case iru.NoticeSent:
		return ui.Info(ui.T(ctx, "Sent, no receipt yet")).With(ui.IconSend)
	case iru.NoticeReceived:
		return ui.Info(ui.T(ctx, "Received")).With(ui.IconClock)
	case iru.NoticeClarifying:
		return ui.Warn(ui.T(ctx, "Addressee asks"))
	case iru.NoticeClaimed:
		return ui.Info(ui.T(ctx, "Said to be done")).With(ui.IconHalf)
	case iru.NoticeComplied:
		return ui.OK(ui.T(ctx, "Removed, verified"))
	case iru.NoticeBreached:
		return ui.Bad(ui.T(ctx, "Up again")).With(ui.IconReturn)
	case iru.NoticeRefused:
		return ui.Neutral(ui.T(ctx, "Refused")).With(ui.IconBan)
	case iru.NoticeBounced:
		return ui.Warn(ui.T(ctx, "Not delivered"))
	case iru.NoticeEscalated:
		return ui.Neutral(ui.T(ctx, "Escalated")).With(ui.IconUp)
	case iru.NoticeWithdrawn:
		return ui.Neutral(ui.T(ctx, "Withdrawn"))
	}
	return ui.Neutral(string(s))
}

func contactState(ctx context.Context, s iru.ContactState) ui.State {
	//exhaustive:enforce
	switch s {
	case iru.ContactProposed:
		return ui.Warn(ui.T(ctx, "To confirm"))
	case iru.ContactConfirmed:
		return ui.OK(ui.T(ctx, "Confirmed"))
	case iru.ContactChanged:
		return ui.Warn(ui.T(ctx, "Changed, to confirm"))
	}
	return ui.Neutral(string(s))
}

func operationState(ctx context.Context, s iru.OperationState) ui.State {
	//exhaustive:enforce
	switch s {
	case iru.OperationDraft:
		return ui.Neutral(ui.T(ctx, "Planning")).With(ui.IconPen)
	case iru.OperationPolling:
		return ui.Info(ui.T(ctx, "Polling")).With(ui.IconRing)
	case iru.OperationHeld:
		return ui.Warn(ui.T(ctx, "Hold")).With(ui.IconHold)
	case iru.OperationReleased:
		return ui.Info(ui.T(ctx, "Released")).With(ui.IconSend)
	case iru.OperationClosed:
		return ui.Neutral(ui.T(ctx, "Closed")).With(ui.IconOK)
	case iru.OperationAborted:
		return ui.Bad(ui.T(ctx, "Aborted"))
	}
	return ui.Neutral(string(s))
}

func outcomeName(ctx context.Context, o iru.Outcome) string {
	//exhaustive:enforce
	switch o {
	case iru.Up:
		return ui.T(ctx, "content is served")
	case iru.Gone:
		return ui.T(ctx, "gone (404 or 410)")
	case iru.LegalBlock:
		return ui.T(ctx, "blocked for legal reasons (451)")
	case iru.Soft404:
		return ui.T(ctx, "page says that there is nothing")
	case iru.DomainHeld:
		return ui.T(ctx, "name does not resolve or is on hold")
	case iru.Parked:
		return ui.T(ctx, "parking page")
	case iru.Delisted:
		return ui.T(ctx, "no longer listed")
	case iru.Silent:
		return ui.T(ctx, "stream is silent")
	case iru.Altered:
		return ui.T(ctx, "something else is served")
	case iru.Moved:
		return ui.T(ctx, "moved elsewhere")
	case iru.GeoBlocked:
		return ui.T(ctx, "refused to this vantage point")
	case iru.LoginWall:
		return ui.T(ctx, "asks to sign in")
	case iru.Challenge:
		return ui.T(ctx, "challenge page")
	case iru.Timeout:
		return ui.T(ctx, "no answer in time")
	case iru.Failed:
		return ui.T(ctx, "look failed")
	case iru.Refused:
		return ui.T(ctx, "look not made")
	case iru.Unmanned:
		return ui.T(ctx, "no worker at that place")
	}
	return string(o)
}

// contentState says how what a look met compares with what was captured, in hundredths of its text where that is known.
func contentState(ctx context.Context, c iru.Content, alike int) ui.State {
	with := func(s string) string {
		if alike > 0 {
			return s + " (" + strconv.Itoa(alike) + " %)"
		}
		return s
	}
	//exhaustive:enforce
	switch c {
	case iru.ContentSame:
		return ui.Warn(with(ui.T(ctx, "the same content"))).With(ui.IconUp)
	case iru.ContentSimilar:
		return ui.Warn(with(ui.T(ctx, "similar content"))).With(ui.IconUp)
	case iru.ContentOther:
		return ui.Info(with(ui.T(ctx, "other content")))
	case iru.ContentUnknown:
	}
	return ui.Neutral("–")
}

func outcomeState(ctx context.Context, o iru.Outcome) ui.State {
	switch {
	case o.Absent():
		return ui.OK(outcomeName(ctx, o)).With(ui.IconDown)
	case o.Unknown():
		return ui.Neutral(outcomeName(ctx, o))
	}
	return ui.Warn(outcomeName(ctx, o)).With(ui.IconUp)
}

func layerName(ctx context.Context, l legal.Layer) string {
	//exhaustive:enforce
	switch l {
	case legal.Platform:
		return ui.T(ctx, "platform")
	case legal.Host:
		return ui.T(ctx, "web host")
	case legal.Upstream:
		return ui.T(ctx, "upstream network")
	case legal.Conduit:
		return ui.T(ctx, "access or caching service")
	case legal.CDN:
		return ui.T(ctx, "delivery network")
	case legal.DDoSProtection:
		return ui.T(ctx, "protection service")
	case legal.DNSOperator:
		return ui.T(ctx, "name server operator")
	case legal.Registrar:
		return ui.T(ctx, "registrar")
	case legal.Registry:
		return ui.T(ctx, "registry")
	case legal.AppStore:
		return ui.T(ctx, "app store")
	case legal.AddonStore:
		return ui.T(ctx, "add-on store")
	case legal.Newsletter:
		return ui.T(ctx, "newsletter service")
	case legal.StreamHost:
		return ui.T(ctx, "stream host")
	case legal.SearchEngine:
		return ui.T(ctx, "search engine")
	case legal.Payment:
		return ui.T(ctx, "payment service")
	}
	return string(l)
}
