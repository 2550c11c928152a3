// Runs in Thunderbird's own context: asks for the settings of each address as its
// dialog for new accounts does (email.mjs, findConfig) up to the password, and
// hands over what it would then show.
// What it makes of documents it says without the network.
const [root, addresses, documents, done] = arguments;
const load = name => ChromeUtils.importESModule(`resource:///modules/accountcreation/${name}.sys.mjs`)[name];
const FindConfig = load("FindConfig");
const GuessConfig = load("GuessConfig");
const AccountConfig = load("AccountConfig");
const { readFromXML } = ChromeUtils.importESModule("resource:///modules/accountcreation/readFromXML.sys.mjs");
const { JXON } = ChromeUtils.importESModule("resource:///modules/JXON.sys.mjs");
const { MailServices } = ChromeUtils.importESModule("resource:///modules/MailServices.sys.mjs");

// portOf is the port of the account that would be made: without one the backend has its
// own, and Exchange is reached by a URL.
function portOf(s) {
  if (s.port) {
    return s.port;
  }
  if (!["imap", "pop3"].includes(s.type)) {
    return new URL(s.exchangeURL).port || 443;
  }
  const made = MailServices.accounts.createIncomingServer("nobody", s.hostname, s.type);
  made.port = s.port;
  made.socketType = s.socketType;
  const { port } = made;
  MailServices.accounts.removeIncomingServer(made, true);
  return port;
}

function server(s) {
  const security = { 0: "plain", 2: "starttls", 3: "tls" }[s.socketType] ?? `type ${s.socketType}`;
  const protocol = s.type == "smtp" ? "submission" : s.type;
  return `${protocol} ${s.hostname}:${portOf(s)} ${security}`;
}

function result(config, address) {
  AccountConfig.replaceVariables(config, "Alice", address);
  // Exchange sends by itself (CreateInBackend).
  const exchange = config.incoming.type == "exchange" || config.configureOutgoingFromIncoming();
  return {
    source: config.source,
    servers: [config.incoming, ...(exchange ? [] : [config.outgoing])].filter(s => s.hostname).map(server),
    username: config.incoming.username,
  };
}

function read(body) {
  const parsed = new DOMParser().parseFromString(body, "text/xml");
  return result(readFromXML(JXON.build(parsed), "isp-https"), "alice@example.com");
}

async function find(address) {
  const domain = address.split("@")[1];
  const { signal } = new AbortController();
  const found = FindConfig.parallelAutoDiscovery(domain, address, signal, "", "");
  let { value: config } = await found.next();
  if (config?.isRedirect) {
    // The dialog asks the user whether to follow; this one agrees.
    ({ value: config } = await found.next({ acceptRedirect: true }));
  }
  if (!config) {
    config = new AccountConfig();
    config.incoming.username = config.outgoing.username = address.split("@")[0];
    config = await GuessConfig.guessConfig(domain, () => {}, config, "both", signal);
  }
  return result(config, address);
}

async function main() {
  Services.io.offline = false; // there is no way out of a network of its own
  Cc["@mozilla.org/security/x509certdb;1"].getService(Ci.nsIX509CertDB).addCertFromBase64(root, "C,,");
  // Not more at once than a machine with few processors can do within the time limits.
  const results = {};
  const rest = [...addresses];
  const worker = async () => {
    for (let address; (address = rest.shift()); ) {
      results[address] = await find(address).catch(error => ({ failed: error.message }));
    }
  };
  await Promise.all(Array.from({ length: 6 }, worker));
  for (const [name, body] of Object.entries(documents)) {
    try {
      results[name] = read(body);
    } catch (error) {
      results[name] = { failed: String(error.message ?? error) };
    }
  }
  return results;
}

main().then(
  results => done({ results }),
  error => done({ error: String(error) })
);
