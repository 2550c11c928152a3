package oauth

import "mailcheck/checks"

// Reason is why signing in did not work.
type Reason string

// The reasons.
const (
	Declined           Reason = "declined"            // the owner, or who decides for him, said no
	AdminConsent       Reason = "admin-consent"       // an administrator has to agree first
	PolicyForbids      Reason = "policy-forbids"      // the organisation's rules about where and how people sign in
	DeviceFlowForbids  Reason = "device-flow-forbids" // the same, by the device flow
	SecondFactor       Reason = "second-factor"       // more than the password is wanted
	NotAssigned        Reason = "not-assigned"        // the app is for chosen users only
	WrongTenant        Reason = "wrong-tenant"        // an account of another kind or another organisation
	AccountClosed      Reason = "account-closed"      // locked, disabled, or its password has to be changed first
	AppUnknown         Reason = "app-unknown"         // no app has the id
	AppDisabled        Reason = "app-disabled"        // somebody has switched the app off
	SecretMissing      Reason = "secret-missing"      // the app is registered as one that has a secret
	SecretWrong        Reason = "secret-wrong"        // the app's secret is not this one, or it is over
	SecretUnwanted     Reason = "secret-unwanted"     // the app is registered as one that has none
	RedirectWrong      Reason = "redirect-wrong"      // not the one that the app is registered with
	FlowForbidden      Reason = "flow-forbidden"      // the app may not sign in this way
	ScopeWrong         Reason = "scope-wrong"         // no such scope, or not for this app
	NoMailService      Reason = "no-mail-service"     // the organisation has none of what the scopes are for
	CodeExpired        Reason = "code-expired"        // the owner was too late
	SignInAgain        Reason = "sign-in-again"       // what was kept is void
	Throttled          Reason = "throttled"           // too many requests
	Unavailable        Reason = "unavailable"         // try later
	RegistrationClosed Reason = "registration-closed" // not for strangers
	Redirected         Reason = "redirected"          // the secret would have gone elsewhere
	Mixed              Reason = "mixed-up"            // the answer is from another server, or says two things
	NobodyCame         Reason = "nobody-came"         // no answer of the browser in time
	NotRedirect        Reason = "not-the-redirect"    // something else was pasted
	OtherSignIn        Reason = "other-sign-in"       // the answer to another question was pasted
	BadRequest         Reason = "bad-request"         // something is missing in the request
	Broken             Reason = "broken-answer"       // not as the protocol has it
	Unknown            Reason = "unknown"             // a code that is not in the table
)

// kind is one reason, with what leads to it and what there is to say of it.
type kind struct {
	reason  Reason
	codes   []string // of the protocol
	numbers []int    // of Microsoft's errors
	who     checks.Who
	what    string
	why     string
	fix     string
}

// reasons is the table. The codes are those of RFC 6749 sections 4.1.2.1 and 5.2, RFC
// 8628 section 3.5, RFC 7591 section 3.2.2 and OpenID Connect Core section 3.1.2.6, and
// Google's own (developers.google.com/identity/protocols/oauth2/native-app). The numbers
// are from learn.microsoft.com/entra/identity-platform/reference-error-codes, but for
// 530033, which that page does not have and programs report as "remote device flow
// blocked"; looked at in November 2026.
var reasons = []kind{
	{Declined, []string{"access_denied"}, []int{65004}, checks.User,
		"The sign-in was declined.",
		"Somebody chose to cancel or to decline on the page, or the account may not use this app: Google lets only test users in while an app is in testing.",
		"Sign in again and agree to what is asked. At Google, add the address under Audience > Test users of the app's project."},
	{AdminConsent, []string{"consent_required", "admin_policy_enforced"}, []int{65001, 90094, 90095, 90099, 650056}, checks.Admin,
		"An administrator has to agree to this app before anybody of the organisation can use it.",
		"The organisation does not let its people decide by themselves which programs may read their mail.",
		"In the Microsoft Entra admin center, open Enterprise applications, the app, Permissions, and grant admin consent. In the Google Admin console, trust the app's client id under Security > API controls > App access control."},
	{DeviceFlowForbids, nil, []int{530033}, checks.Admin,
		"The organisation does not allow signing in with a code on another device.",
		"A rule of Conditional Access wants a known device, which the device flow cannot show, or blocks the flow as such.",
		"Sign in with the browser of a managed device instead of the device flow, or have an administrator make an exception for the app."},
	{PolicyForbids, []string{"org_internal"}, []int{50005, 50097, 50131, 53000, 53001, 53002, 53003, 53010, 53011, 530032, 530034, 530035, 50002, 500021, 500022, 500212, 500213}, checks.Admin,
		"A rule of the organisation blocks this sign-in.",
		"Conditional Access, security defaults or a restriction to the organisation decide by place, device, app and flow. The device flow is often blocked where the browser is not.",
		"In the Microsoft Entra admin center, look at Monitoring > Sign-in logs for the failed sign-in and its Conditional Access tab; it names the rule. In a Google organisation, the app has to belong to it."},
	{SecondFactor, []string{"interaction_required", "login_required"}, []int{50072, 50074, 50076, 50078, 50079, 50158, 53004, 700020}, checks.User,
		"The provider wants more than what was signed in with, such as a second factor.",
		"The rules have changed since, the place is another, or the second factor is not set up yet.",
		"Sign in again, in a browser, and do what the page asks for."},
	{NotAssigned, nil, []int{50105}, checks.Admin,
		"The app is for chosen people of the organisation only, and this account is not one of them.",
		"The app is set to require assignment.",
		"In the Microsoft Entra admin center, open Enterprise applications, the app, Users and groups, and add the person; or switch Assignment required off under Properties."},
	{WrongTenant, nil, []int{16000, 16003, 50014, 50020, 50034, 50059, 50128, 50194, 500208, 51004, 700005, 90019, 90072, 90124, 90130, 9001023, 9002332}, checks.User,
		"The account is of another kind, or of another organisation, than this sign-in is for.",
		"Personal accounts (outlook.com, hotmail.com) and those of work or school are signed in at different places, and an app is registered for one kind or for both. The browser may also be signed in with another account.",
		"Choose the right account on the page, or say where: --tenant consumers for personal accounts, --tenant organizations or the organisation's domain for the others. See under Supported account types which the app takes."},
	{AccountClosed, nil, []int{50053, 50055, 50057, 50125, 50135, 50144}, checks.User,
		"The account is locked, disabled, or wants its password changed first.",
		"Too many wrong passwords, a password that has expired, or an administrator's decision.",
		"Sign in at the provider's web mail: it says which, and offers to change the password. A disabled account is the administrator's to open."},
	{AppDisabled, nil, []int{70001, 7000112, 1000031}, checks.Admin,
		"The app is switched off.",
		"The organisation, or the provider, has disabled it.",
		"In the Microsoft Entra admin center, open Enterprise applications, the app, Properties, and switch on that users can sign in; or use another app."},
	{SecretMissing, nil, []int{7000218}, checks.User,
		"The provider wants a client secret of this app, which programs on a desktop do not have.",
		"The app is not registered as a public client.",
		"In the app's registration at Microsoft, open Authentication and set Allow public client flows to Yes; the redirect http://localhost belongs under Mobile and desktop applications, not under Web."},
	{SecretUnwanted, nil, []int{700025}, checks.User,
		"The provider wants no client secret of this app, and one was given.",
		"The app is registered as a public client.",
		"Leave --client-secret-file out."},
	{SecretWrong, []string{"invalid_client"}, []int{70002, 7000215, 7000222}, checks.User,
		"The provider does not accept the client id, or the secret that goes with it.",
		"The id is mistyped, or the secret is missing, of another app, or has expired. Google gives a secret with the id of a desktop app, and wants it.",
		"Copy the client id again from the page where the app is registered, and its secret, if it has one, into the file for --client-secret-file."},
	{AppUnknown, nil, []int{700011, 700016}, checks.User,
		"No app with this client id is known where the account is.",
		"The id is mistyped, or the app is registered for one organisation only and the account is in another.",
		"Compare the client id with the page where the app is registered (Application (client) ID), and see under Supported account types that the account's kind is among them."},
	{RedirectWrong, []string{"redirect_uri_mismatch", "invalid_redirect_uri"}, []int{50011, 70004, 900971}, checks.User,
		"The address to which the browser should return is not one that the app is registered with.",
		"Providers compare it letter by letter, the port aside.",
		"Register the redirect that mailcheck names: at Microsoft http://localhost under Mobile and desktop applications; at Google make the client id one of the type Desktop app."},
	{FlowForbidden, []string{"unauthorized_client", "unsupported_grant_type", "unsupported_response_type"}, []int{70003, 70005}, checks.User,
		"The app may not sign in this way.",
		"The app's registration does not allow the flow, or the provider does not have it.",
		"Allow the flow in the app's registration (device code, or authorization code with refresh tokens), or register the app as one for desktops."},
	{ScopeWrong, []string{"invalid_scope", "invalid_target", "invalid_resource"}, []int{28002, 28003, 65002, 65005, 650054, 650057, 70011, 700022, 700023}, checks.User,
		"The provider does not give this app what was asked for.",
		"A scope is mistyped, is of another service, or is missing in the app's registration. Scopes of two services cannot be asked for at once.",
		"Mail at Microsoft takes https://outlook.office.com/IMAP.AccessAsUser.All, POP.AccessAsUser.All and SMTP.Send, not those of graph.microsoft.com; at Google https://mail.google.com/. With --scope ask for those that the provider's page names."},
	{NoMailService, nil, []int{50001, 500011, 650052}, checks.Admin,
		"The organisation has no mail service that the scopes are for.",
		"Exchange Online is not part of what the organisation subscribes to, or this is the wrong organisation.",
		"See whether the mailbox is at Microsoft at all; if so, sign in at its organisation: --tenant with its domain."},
	{CodeExpired, []string{"expired_token"}, []int{70018, 70019, 90119}, checks.User,
		"The code is no longer good.",
		"Codes live for some minutes, and each is good for one sign-in.",
		"Start again, and use the new code or page."},
	{SignInAgain, []string{"invalid_grant"}, []int{40009, 50085, 50089, 50132, 50133, 50139, 50173, 54005, 70000, 70008, 70043, 700082, 700084}, checks.User,
		"What was kept from the last sign-in is no longer valid.",
		"It was not used for long, the password was changed, somebody took the leave back, or a newer one has replaced it. At Google it ends after seven days while the app is in testing.",
		"Sign in again: mailcheck login ADDRESS. At Google, set the app's publishing status to In production so that it lasts."},
	{Throttled, nil, []int{50088, 50196, 90055}, checks.User,
		"The provider has had too many requests.",
		"Others with the same address, or the same app, count too.",
		"Wait some minutes."},
	{Unavailable, []string{"temporarily_unavailable", "server_error"}, []int{50000, 50033, 50087, 70012, 90012, 90024, 90033, 90090}, checks.Operator,
		"The authorization server cannot answer at the moment.",
		"",
		"Try again later. Nothing on this side is wrong."},
	{RegistrationClosed, []string{"invalid_client_metadata", "invalid_software_statement", "unapproved_software_statement"}, nil, checks.User,
		"The authorization server does not give an id to a program that asks for one.",
		"Registration is closed to strangers, or wants something else of a program.",
		"Ask who runs the server for a client id of a public app with the redirect http://127.0.0.1/callback, and give it with --client-id."},
	{Redirected, nil, nil, checks.Operator,
		"The authorization server sends a request with a secret elsewhere, which mailcheck does not follow.",
		"A secret goes to the address that the metadata names and nowhere else.",
		"Put the final address into the metadata."},
	{Mixed, nil, nil, checks.Operator,
		"The browser brought an answer that is not from the server that was asked, or that says two things at once.",
		"Somebody may be mixing two authorization servers up on purpose (RFC 9207).",
		"Do not go on with this sign-in. If it happens again, the server's iss in the redirect differs from its issuer: who runs it has to make them equal."},
	{NobodyCame, nil, nil, checks.User,
		"The browser did not come back within five minutes.",
		"The page was closed, or it shows an error that it does not tell programs: a redirect that is not registered, an app that is not verified, an account that is no test user. Or the browser runs on another machine than mailcheck.",
		"Read what the page says. Where Google says that it has not verified the app, and the app is your own, go on under Advanced. Where the browser ended at an address that it cannot open, copy that address into the terminal."},
	{NotRedirect, nil, nil, checks.User,
		"What was pasted is not the address at which the browser ended.",
		"It begins with the redirect and has code= or error= in it. The page to sign in at is not it.",
		"Start again; after you have agreed, copy the whole address from the browser's address bar, even if the page could not be opened."},
	{OtherSignIn, nil, nil, checks.User,
		"What was pasted belongs to another sign-in.",
		"Each sign-in has a state of its own, so that nobody can slip you the answer to theirs.",
		"Open the page that was shown last, sign in there, and copy the address at which the browser ends."},
	{BadRequest, []string{"invalid_request"}, []int{50029, 90013, 90014, 90023, 900144, 9002313}, checks.User,
		"The authorization server misses something in the request, or does not like it.",
		"At Google that is most often the client secret, which comes with the id of a desktop app and has to be sent.",
		"Read the server's own words in the evidence. Give the secret, where there is one, with --client-secret-file."},
	{Broken, nil, nil, checks.Operator,
		"The authorization server answers in a way that the protocol does not have.",
		"",
		"See that the address is that of an OAuth2 server, and that its metadata names its real endpoints."},
	{Unknown, nil, nil, checks.Operator,
		"The authorization server refuses, for a reason of its own.",
		"",
		"The evidence has its words. Microsoft's numbers are explained at https://login.microsoftonline.com/error"},
}
