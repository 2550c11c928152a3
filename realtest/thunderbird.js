// Runs in Thunderbird's own context: asks for the settings of each address as its
// dialog for new accounts does (email.mjs, findConfig) up to the password, and
// hands over what it would then show.
const [root, addresses, done] = arguments;
const load = name => ChromeUtils.importESModule(`resource:///modules/accountcreation/${name}.sys.mjs`)[name];
const FindConfig = load("FindConfig");
const GuessConfig = load("GuessConfig");

function server(s) {
  const security = { 0: "plain", 2: "starttls", 3: "tls" }[s.socketType] ?? `type ${s.socketType}`;
  const protocol = s.type == "smtp" ? "submission" : s.type;
  return `${protocol} ${s.hostname}:${s.port} ${security}`;
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
  config ??= await GuessConfig.guessConfig(domain, () => {}, null, "both", signal);
  return { source: config.source, servers: [server(config.incoming), server(config.outgoing)] };
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
  return results;
}

main().then(
  results => done({ results }),
  error => done({ error: String(error) })
);
