package lint

// profileKey is one key of an Apple payload.
type profileKey struct {
	name     string
	kind     string // its type in a property list
	required bool
	values   []string // those it may have; nil if they are free
}

// needed and maybe make keys that a payload must and may have.
func needed(kind, name string, values ...string) profileKey {
	return profileKey{name, kind, true, values}
}

func maybe(kind string, names ...string) []profileKey {
	var keys []profileKey
	for _, name := range names {
		keys = append(keys, profileKey{name: name, kind: kind})
	}
	return keys
}

// payload puts the keys of one kind of payload together, with those that every
// payload has.
func payload(lists ...[]profileKey) map[string]profileKey {
	common := append([]profileKey{
		needed("string", "PayloadType"), needed("integer", "PayloadVersion", "1"), needed("string", "PayloadIdentifier"), needed("string", "PayloadUUID"),
	}, maybe("string", "PayloadDisplayName", "PayloadDescription", "PayloadOrganization")...)
	keys := map[string]profileKey{}
	for _, list := range append(lists, common) {
		for _, key := range list {
			if _, known := keys[key.name]; !known {
				keys[key.name] = key
			}
		}
	}
	return keys
}

var mailAuthentication = []string{"EmailAuthNone", "EmailAuthPassword", "EmailAuthCRAMMD5", "EmailAuthNTLM", "EmailAuthHTTPMD5"}

// smimeKeys are shared by the kinds of payload with mail on phones.
var smimeKeys = append(maybe("boolean",
	"SMIMEEnabled", "SMIMESigningEnabled", "SMIMEEncryptionEnabled", "SMIMEEnablePerMessageSwitch", "SMIMESigningUserOverrideable",
	"SMIMESigningCertificateUUIDUserOverrideable", "SMIMEEncryptByDefault", "SMIMEEncryptByDefaultUserOverrideable",
	"SMIMEEncryptionCertificateUUIDUserOverrideable", "SMIMEEnableEncryptionPerMessageSwitch", "PreventMove", "PreventAppSheet",
	"disableMailRecentsSyncing", "allowMailDrop"),
	maybe("string", "SMIMESigningCertificateUUID", "SMIMEEncryptionCertificateUUID", "VPNUUID")...)

// profileKeys are the keys of the profile itself, whose type is Configuration, and
// of each kind of payload with an account, in the words of Apple's schema
// (apple/device-management, mdm/profiles).
var profileKeys = map[string]map[string]profileKey{
	"Configuration": payload(
		[]profileKey{needed("string", "PayloadType", "Configuration"), needed("array", "PayloadContent"), {"PayloadScope", "string", false, []string{"System", "User"}}},
		maybe("boolean", "IsEncrypted", "HasRemovalPasscode", "PayloadRemovalDisallowed"),
		maybe("data", "EncryptedPayloadContent"), maybe("date", "RemovalDate", "PayloadExpirationDate"),
		maybe("real", "DurationUntilRemoval"), maybe("integer", "TargetDeviceType"), maybe("dict", "ConsentText"),
	),
	"com.apple.mail.managed": payload(
		[]profileKey{
			needed("string", "EmailAccountType", "EmailTypeIMAP", "EmailTypePOP"),
			needed("string", "IncomingMailServerAuthentication", mailAuthentication...), needed("string", "IncomingMailServerHostName"),
			needed("string", "OutgoingMailServerAuthentication", mailAuthentication...), needed("string", "OutgoingMailServerHostName"),
		},
		maybe("string", "EmailAccountDescription", "EmailAccountName", "EmailAddress", "IncomingMailServerUsername", "IncomingPassword",
			"OutgoingMailServerUsername", "OutgoingPassword", "IncomingMailServerIMAPPathPrefix"),
		maybe("integer", "IncomingMailServerPortNumber", "OutgoingMailServerPortNumber"),
		maybe("boolean", "IncomingMailServerUseSSL", "OutgoingMailServerUseSSL", "OutgoingPasswordSameAsIncomingPassword"),
		smimeKeys,
	),
	"com.apple.caldav.account":  davKeys("CalDAV"),
	"com.apple.carddav.account": davKeys("CardDAV"),
	"com.apple.eas.account": payload(
		[]profileKey{{"MailNumberOfPastDaysToSync", "integer", false, []string{"0", "1", "3", "7", "14", "31"}}},
		maybe("string", "EmailAddress", "Host", "UserName", "Password", "CertificateName", "CertificatePassword", "PayloadCertificateUUID",
			"HeaderMagic", "OAuthSignInURL", "OAuthTokenRequestURL"),
		maybe("data", "Certificate"), maybe("dict", "CommunicationServiceRules"),
		maybe("boolean", "SSL", "OAuth", "EnableMail", "EnableContacts", "EnableCalendars", "EnableReminders", "EnableNotes",
			"EnableMailUserOverridable", "EnableContactsUserOverridable", "EnableCalendarsUserOverridable",
			"EnableRemindersUserOverridable", "EnableNotesUserOverridable", "OverridePreviousPassword"),
		smimeKeys,
	),
	"com.apple.ews.account": payload(
		maybe("string", "EmailAddress", "Host", "UserName", "Password", "Path", "ExternalHost", "ExternalPath", "OAuthSignInURL",
			"PayloadCertificateUUID", "AuthenticationCertificateUUID"),
		maybe("integer", "Port", "ExternalPort"), maybe("boolean", "SSL", "ExternalSSL", "OAuth", "allowMailDrop"),
	),
}

func davKeys(protocol string) map[string]profileKey {
	return payload(
		[]profileKey{needed("string", protocol+"HostName"), {"CommunicationServiceRules", "dict", false, nil}},
		maybe("string", protocol+"AccountDescription", protocol+"Username", protocol+"Password", protocol+"PrincipalURL", "VPNUUID"),
		maybe("boolean", protocol+"UseSSL"), maybe("integer", protocol+"Port"),
	)
}
