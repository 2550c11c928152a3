//go:build real

package realtest

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// The pages that have the recipes.
const (
	monitorPage = "../docs/ci-and-monitoring.md"
	adminPage   = "../docs/administrator.md"
	bulkPage    = "../docs/bulk.md"
	servePage   = "../docs/serve.md"
)

// recipe returns a file as a page has it; where none is named, one of those that have no file
// of the same path.
func recipe(t *testing.T, path string, pages ...string) string {
	t.Helper()
	if len(pages) == 0 {
		pages = []string{monitorPage, adminPage, bulkPage, servePage}
	}
	for _, page := range pages {
		block := regexp.MustCompile("(?m)^`" + regexp.QuoteMeta(path) + "`.*\n\n```\n((?:.*\n)*?)```$").FindSubmatch(must(os.ReadFile(page)))
		if block != nil {
			return string(block[1])
		}
	}
	t.Fatalf("no page has a file %s", path)
	return ""
}

// The addresses of the accounts that are watched: one that works, one that does not.
const (
	sound = "alice@healthy.example"
	sick  = "alice@expired.example"
)

// watching returns a recipe for another address.
func watching(text, address string) string {
	return strings.ReplaceAll(text, "alice@example.com", address)
}

// watch lays the packages over the system as overlay does, and over them what stands in a
// directory; what is written goes into memory, or to the directory's data.
const watch = `set -e
mount --make-rprivate /
mount -t overlay -o "lowerdir=$1/usr:$2/usr:/usr" overlay /usr
mount -t overlay -o "lowerdir=$1/etc:$2/etc:/etc" overlay /etc
mount -t tmpfs -o mode=755 tmpfs /run
mount -t tmpfs -o mode=755 tmpfs /var/lib
mount -t tmpfs -o mode=755 tmpfs /var/log
mount -t tmpfs -o mode=755 tmpfs /var/cache
mount -t tmpfs -o mode=755 tmpfs /var/spool
mkdir -p /var/lib/prometheus/node-exporter /var/lib/icinga2 /var/cache/icinga2 /var/log/icinga2 /run/icinga2
mount --bind "$1/data" /var/lib/prometheus/node-exporter
mount -t proc proc /proc
cd "$1"
shift 2
"$@" & wait $!`

// monitor is a machine of its own for one monitor: /usr/bin/mailcheck is there, and the
// files of a recipe.
type monitor struct {
	dir     string // its etc and usr are laid over the system
	command []string
}

// machine makes one, unless a program is missing.
func (w *world) machine(t *testing.T, name string, programs ...string) monitor {
	t.Helper()
	if len(programs) == 0 {
		programs = []string{"/usr/sbin/nagios4"} // any tells whether packages can be laid over the system
	}
	if why := unusable(programs); why != "" {
		leaveOut("monitoring with "+name, why)
		t.Skip()
	}
	m := monitor{dir: w.path("monitor-" + name)}
	for _, dir := range []string{"usr/bin", "etc", "data"} {
		check(os.MkdirAll(filepath.Join(m.dir, dir), 0o777))
	}
	check(os.Chmod(filepath.Join(m.dir, "data"), 0o777))
	m.write("usr/bin/mailcheck", fmt.Sprintf("#!/bin/sh\n[ $1 = lint ] || set -- \"$@\" --resolver %s --ca-file %s --ispdb off\nexec %s \"$@\"\n", w.resolver, w.path("root.pem"), os.Getenv("MAILCHECK_BINARY")))
	passwd, group := string(must(os.ReadFile("/etc/passwd"))), string(must(os.ReadFile("/etc/group")))
	for i, user := range []string{"nagios", "prometheus", "zabbix"} {
		passwd += fmt.Sprintf("%s:x:%d:%[2]d::/nonexistent:/bin/sh\n", user, firstID+10+i)
		group += fmt.Sprintf("%s:x:%d:\n", user, firstID+10+i)
	}
	m.write("etc/passwd", passwd)
	m.write("etc/group", group)
	m.command = []string{"-c", watch, "sh", m.dir, os.Getenv("MAILCHECK_PROGRAMS")}
	return m
}

// write writes a file that whoever reads /NAME there finds.
func (m monitor) write(name, text string) {
	mode := os.FileMode(0o644)
	if strings.HasPrefix(text, "#!") {
		mode = 0o755
	}
	check(os.MkdirAll(filepath.Dir(filepath.Join(m.dir, name)), 0o755))
	check(os.WriteFile(filepath.Join(m.dir, name), []byte(text), mode))
}

var ownSpace = syscall.SysProcAttr{Setpgid: true, Cloneflags: syscall.CLONE_NEWNS | syscall.CLONE_NEWPID}

// start runs a daemon until the end of all tests.
func (m monitor) start(program string, args ...string) {
	attr := ownSpace
	internet.launch(&attr, filepath.Base(m.dir), "sh", append(append(m.command[:len(m.command):len(m.command)], program), args...)...)
}

// run runs a program to its end.
func (m monitor) run(program string, args ...string) (string, int) {
	cmd := exec.Command("sh", append(append(m.command[:len(m.command):len(m.command)], program), args...)...)
	attr := ownSpace
	cmd.SysProcAttr = &attr
	out, err := cmd.CombinedOutput()
	if cmd.ProcessState == nil {
		check(err)
	}
	return string(out), cmd.ProcessState.ExitCode()
}

// await returns what something says as soon as it is complete.
func await(t *testing.T, what string, look func() (string, bool)) string {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(100 * time.Millisecond) {
		text, complete := look()
		if complete {
			return text
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s says after 30 s:\n%s\n%s", what, text, internet.logs())
		}
	}
}

// seenBy wants what a monitor keeps of the two accounts.
func seenBy(t *testing.T, address, output, long, perfdata string) {
	t.Helper()
	first := map[string]string{sound: "OK: " + sound + ": read mail with IMAP at imap.healthy.example:993 (TLS)", sick: "CRITICAL: " + sick + ": "}[address]
	if !strings.HasPrefix(output, first) || strings.Contains(output, "'time'") {
		t.Errorf("%s: the text is %q", address, output)
	}
	if address == sick && !strings.Contains(long, "[CRITICAL] The server's certificate has expired") || address == sick && !strings.Contains(long, `Mail server operator: Renew the certificate`) {
		t.Errorf("%s: the further text is %q", address, long)
	}
	for _, label := range []string{"time", "failures", "warnings", "imap_993_time", "imap_993_days", "submission_587_days"} {
		if !regexp.MustCompile(`(^| )'?` + label + `'?=`).MatchString(perfdata) {
			t.Errorf("%s: no %s in the performance data %q", address, label, perfdata)
		}
	}
}

// TestNagios has Nagios watch both accounts, and one that nobody can look up.
func TestNagios(t *testing.T) {
	t.Parallel()
	m := internet.machine(t, "Nagios", "/usr/sbin/nagios4")
	text := recipe(t, "/etc/nagios4/conf.d/mailcheck.cfg")
	service := strings.LastIndex(text, "define service")
	m.write("etc/nagios4/conf.d/mailcheck.cfg", watching(text, sound)+watching(text[service:], sick)+watching(text[service:], "nobody@@nowhere"))
	m.write("nagios.cfg", fmt.Sprintf(`log_file=%[1]s/data/nagios.log
cfg_file=/etc/nagios4/objects/commands.cfg
cfg_file=/etc/nagios4/objects/contacts.cfg
cfg_file=/etc/nagios4/objects/timeperiods.cfg
cfg_file=/etc/nagios4/objects/templates.cfg
cfg_dir=/etc/nagios4/conf.d
status_file=%[1]s/data/status.dat
object_cache_file=%[1]s/data/objects.cache
state_retention_file=%[1]s/data/retention.dat
lock_file=%[1]s/data/lock
command_file=%[1]s/data/commands
query_socket=%[1]s/data/query
temp_file=%[1]s/data/temp
temp_path=%[1]s/data
check_result_path=%[1]s/data
check_external_commands=0
enable_notifications=0
nagios_user=nagios
nagios_group=nagios
status_update_interval=1
check_result_reaper_frequency=1
service_inter_check_delay_method=n
max_service_check_spread=1
`, m.dir))
	if out, exit := m.run("/usr/sbin/nagios4", "-v", m.dir+"/nagios.cfg"); exit != 0 {
		t.Fatalf("exit code %d\n%s", exit, out)
	}
	m.start("/usr/sbin/nagios4", m.dir+"/nagios.cfg")
	status := await(t, "Nagios", func() (string, bool) { // it deletes the file when it ends
		text, _ := os.ReadFile(m.dir + "/data/status.dat")
		return string(text), strings.Count(string(text), "\tplugin_output=OK: ")+strings.Count(string(text), "\tplugin_output=CRITICAL: ")+strings.Count(string(text), "\tplugin_output=UNKNOWN: ") == 3
	})
	states := map[string]string{"Mail of " + sound: "0", "Mail of " + sick: "2", "Mail of nobody@@nowhere": "3"}
	for _, block := range strings.Split(status, "servicestatus {")[1:] {
		of := func(field string) string {
			value := regexp.MustCompile(`(?m)^\t` + field + `=(.*)$`).FindStringSubmatch(block)
			if value == nil {
				return ""
			}
			return value[1]
		}
		name := of("service_description")
		if of("current_state") != states[name] {
			t.Errorf("%s: state %s, want %s", name, of("current_state"), states[name])
		}
		delete(states, name)
		if address := strings.TrimPrefix(name, "Mail of "); address == sound || address == sick {
			seenBy(t, address, of("plugin_output"), of("long_plugin_output"), of("performance_data"))
		}
	}
	if len(states) > 0 {
		t.Errorf("not watched: %v", states)
	}
}

const icinga = "/usr/lib/x86_64-linux-gnu/icinga2/sbin/icinga2"

// TestIcinga has Icinga 2 watch both accounts, and one that nobody can look up. What it
// makes of them is read where it writes performance data.
func TestIcinga(t *testing.T) {
	t.Parallel()
	m := internet.machine(t, "Icinga", icinga)
	text := strings.Replace(recipe(t, "/etc/icinga2/conf.d/mailcheck.conf"), "check_interval = 15m", "check_interval = 2s", 1) // over which the first checks are spread
	service := strings.Index(text, "object Service")
	another := func(name, address string) string {
		return watching(strings.Replace(text[service:], "mail-alice", name, 1), address)
	}
	m.write("etc/icinga2/conf.d/mailcheck.conf", watching(text, sound)+another("mail-sick", sick)+another("mail-nobody", "nobody@@nowhere"))
	m.write("icinga2.conf", fmt.Sprintf(`include <itl>
object CheckerComponent "checker" { }
object PerfdataWriter "perfdata" {
  host_perfdata_path = "%[1]s/data/host"
  service_perfdata_path = "%[1]s/data/service"
  host_temp_path = "%[1]s/data/host-temp"
  service_temp_path = "%[1]s/data/service-temp"
  service_format_template = "$service.name$\t$service.state_id$\t$service.perfdata$\t$service.output$\tEND"
  rotation_interval = 1s
}
include "/etc/icinga2/conf.d/mailcheck.conf"
`, m.dir))
	args := []string{"--no-stack-rlimit", "daemon", "-c", m.dir + "/icinga2.conf", "-DConfiguration.RunAsUser=root", "-DConfiguration.RunAsGroup=root"}
	if out, exit := m.run(icinga, append(args, "-C")...); exit != 0 {
		t.Fatalf("exit code %d\n%s", exit, out)
	}
	m.start(icinga, args...)
	all := await(t, "Icinga", func() (string, bool) {
		var all strings.Builder
		for _, file := range must(filepath.Glob(m.dir + "/data/service.*")) {
			all.Write(must(os.ReadFile(file)))
		}
		text := all.String()
		return text, strings.Contains(text, "mail-alice\t") && strings.Contains(text, "mail-sick\t") && strings.Contains(text, "mail-nobody\t")
	})
	addresses := map[string]string{"mail-alice": sound, "mail-sick": sick, "mail-nobody": "nobody"}
	states := map[string]string{"mail-alice": "0", "mail-sick": "2", "mail-nobody": "3"}
	for record := range strings.SplitSeq(all, "\tEND\n") {
		fields := strings.SplitN(record, "\t", 4)
		if len(fields) < 4 || states[fields[0]] == "" {
			continue // a host, or not yet all of it
		}
		name, state, perfdata, output := fields[0], fields[1], fields[2], fields[3]
		if state != states[name] {
			t.Errorf("%s: state %s, want %s", name, state, states[name])
		}
		if address := addresses[name]; address != "nobody" {
			first, long, _ := strings.Cut(output, "\n")
			seenBy(t, address, first, long, perfdata)
		} else if !strings.HasPrefix(output, "UNKNOWN: ") { // Icinga reads standard error too
			t.Errorf("%s: the text is %q", name, output)
		}
	}
}

// TestCheckmk runs the line of mrpe.cfg as Checkmk's agent does: a name, options in
// brackets, a command line.
func TestCheckmk(t *testing.T) {
	t.Parallel()
	m := internet.machine(t, "Checkmk")
	line := regexp.MustCompile(`^(\S+) \(([a-z]+=\S+)\) (.*)\n$`).FindStringSubmatch(recipe(t, "/etc/check_mk/mrpe.cfg"))
	if line == nil || strings.ContainsAny(line[1], `"'`) {
		t.Fatalf("not a line of mrpe.cfg: %q", line)
	}
	for address, want := range map[string]int{sound: 0, sick: 2} {
		out, exit := m.run("sh", "-c", watching(line[3], address))
		if exit != want {
			t.Errorf("%s: exit code %d, want %d\n%s", address, exit, want, out)
		}
		first, long, _ := strings.Cut(out, "\n")
		text, perfdata, _ := strings.Cut(first, " | ")
		seenBy(t, address, text, long, perfdata)
	}
}

// TestZabbix has Zabbix's agent run its item; the paths of the page are those that jq knows
// by other names.
func TestZabbix(t *testing.T) {
	t.Parallel()
	m := internet.machine(t, "Zabbix", "/usr/sbin/zabbix_agentd")
	text := recipe(t, "/etc/zabbix/zabbix_agentd.d/mailcheck.conf")
	page := string(must(os.ReadFile(monitorPage)))
	paths := regexp.MustCompile("(?m)`(\\$\\.[^`]+)`").FindAllStringSubmatch(page, -1)
	if len(paths) < 12 {
		t.Errorf("%d paths on the page", len(paths))
	}
	values := map[string]map[string]string{
		sound: {"$.verdict": `"pass"`, "$.findings.length()": "0"},
		sick:  {"$.verdict": `"fail"`, "$.findings[0].id": `"tls.expired"`},
	}
	for address, wanted := range values {
		m.write("etc/zabbix/zabbix_agentd.d/mailcheck.conf", watching(text, address))
		m.write("agent.conf", "Server=127.0.0.1\nLogType=console\nInclude=/etc/zabbix/zabbix_agentd.d/mailcheck.conf\n")
		out, exit := m.run("/usr/sbin/zabbix_agentd", "-c", m.dir+"/agent.conf", "-t", "mailcheck.alice")
		value := regexp.MustCompile(`(?s)^mailcheck\.alice +\[t\|(.*)\]\n?$`).FindStringSubmatch(out)
		if exit != 0 || value == nil || !json.Valid([]byte(value[1])) {
			t.Fatalf("exit code %d\n%.2000s", exit, out)
		}
		for _, path := range paths {
			got := jsonPath(t, value[1], path[1])
			if want := wanted[path[1]]; want != "" && got != want {
				t.Errorf("%s: %s is %s, want %s", address, path[1], got, want)
			}
			if got == "null" && strings.HasPrefix(path[1], "$.settings[") {
				t.Errorf("%s: %s is nothing", address, path[1])
			}
		}
	}
}

// jsonPath returns what Zabbix's JSONPath means in a document.
func jsonPath(t *testing.T, document, path string) string {
	t.Helper()
	if _, err := exec.LookPath("jq"); err != nil {
		leaveOut("the paths for Zabbix", "jq is not installed")
		t.Skip()
	}
	filter := strings.NewReplacer(
		`$.settings[?(@.protocol=="{#PROTOCOL}" && @.host=="{#HOST}" && @.port=={#PORT})]`, `[.settings[0] as $s | .settings[] | select(.protocol==$s.protocol and .host==$s.host and .port==$s.port)]`,
		".verdict.first()", "|first|.verdict", ".length()", "|length", "$.", ".").Replace(path)
	if path == "$.protocol" || path == "$.host" || path == "$.port" || path == "$.security" {
		filter = ".settings[0]" + filter
	}
	cmd := exec.Command("jq", "-c", filter)
	cmd.Stdin = strings.NewReader(document)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Errorf("%s: %v: %s", path, err, out)
	}
	return strings.TrimSpace(string(out))
}

// TestPrometheus runs the command of the unit for both accounts, and asks Prometheus, which
// asks node_exporter, which reads the files.
func TestPrometheus(t *testing.T) {
	t.Parallel()
	m := internet.machine(t, "Prometheus", "/usr/bin/prometheus", "/usr/bin/promtool", "/usr/bin/prometheus-node-exporter")
	unit := recipe(t, "/etc/systemd/system/mailcheck@.service")
	command := regexp.MustCompile(`(?m)^ExecStart=(.*)$`).FindStringSubmatch(unit)
	for address, want := range map[string]int{sound: 0, sick: 1} { // 1 is a success for the unit
		out, exit := m.run("sh", "-c", strings.ReplaceAll(command[1], "%i", address))
		if exit != want || !strings.Contains(out, address+": ") {
			t.Errorf("%s: exit code %d\n%s", address, exit, out)
		}
		file := must(os.ReadFile(filepath.Join(m.dir, "data", "mailcheck_"+address+".prom")))
		m.write("metrics", string(file))
		if out, exit := m.run("sh", "-c", "promtool check metrics <metrics"); exit != 0 || out != "" {
			t.Errorf("promtool: exit code %d\n%s", exit, out)
		}
	}
	host := netip.MustParseAddr(strings.Split(internet.resolver, ":")[0])
	exporter, server := fmt.Sprintf("%s:%d", host, freePort(host)), fmt.Sprintf("%s:%d", host, freePort(host))
	m.write("etc/prometheus/mailcheck.rules.yml", recipe(t, "/etc/prometheus/mailcheck.rules.yml"))
	m.write("etc/prometheus/prometheus.yml", strings.NewReplacer("localhost:9100", exporter, "scrape_interval: 1m", "scrape_interval: 1s\n  evaluation_interval: 1s").Replace(recipe(t, "/etc/prometheus/prometheus.yml")))
	if out, exit := m.run("promtool", "check", "config", "/etc/prometheus/prometheus.yml"); exit != 0 || !strings.Contains(out, "4 rules found") {
		t.Errorf("exit code %d\n%s", exit, out)
	}
	m.start("sh", "-c", fmt.Sprintf(`prometheus-node-exporter --web.listen-address=%s --collector.disable-defaults --collector.textfile --collector.textfile.directory=/var/lib/prometheus/node-exporter &
exec prometheus --config.file=/etc/prometheus/prometheus.yml --storage.tsdb.path=/var/lib/prometheus/data --web.listen-address=%s`, exporter, server))
	for query, want := range map[string]string{
		`probe_success`: sick + "=0 " + sound + "=1",
		`mailcheck_account_usable{use="reading"}`:                                         sick + "=0 " + sound + "=1",
		`probe_ssl_earliest_cert_expiry < time()`:                                         sick,
		`sum by (target) (mailcheck_server_up)`:                                           sick + "=0 " + sound + "=6",
		`node_textfile_scrape_error`:                                                      "=0",
		`count by (target) (ALERTS{alertname="MailFinding"})`:                             sick,
		`count by (target) (ALERTS{alertname="MailAccountFails"})`:                        sick,
		`count by (target) (ALERTS{alertname="MailCertificateEnds",alertstate="firing"})`: sick,
	} {
		await(t, query, func() (string, bool) {
			got := ask(server, query)
			return got, got == want || !strings.Contains(want, "=") && strings.HasPrefix(got, want+"=") && !strings.Contains(got, " ")
		})
	}
}

// TestPrometheusProbes has Prometheus scrape the service for both accounts, and for a target
// that is none.
func TestPrometheusProbes(t *testing.T) {
	t.Parallel()
	m := internet.machine(t, "Probes", "/usr/bin/prometheus", "/usr/bin/promtool")
	host := netip.MustParseAddr(strings.Split(internet.resolver, ":")[0])
	service, server := fmt.Sprintf("%s:%d", host, freePort(host)), fmt.Sprintf("%s:%d", host, freePort(host))
	text := recipe(t, "/etc/prometheus/prometheus.yml", servePage)
	for replace, by := range map[string]string{
		"127.0.0.1:9877": service, "scrape_interval: 4m": "scrape_interval: 15s", "scrape_timeout: 45s": "scrape_timeout: 14s",
		`"alice@example.com"`: fmt.Sprintf("%q, %q, nobody@@nowhere", sound, sick),
	} {
		if !strings.Contains(text, replace) {
			t.Errorf("there is no %s in the page", replace)
		}
		text = strings.ReplaceAll(text, replace, by)
	}
	m.write("etc/prometheus/prometheus.yml", "global:\n  scrape_interval: 1s\n  evaluation_interval: 1s\n"+text)
	m.write("etc/prometheus/mailcheck.rules.yml", recipe(t, "/etc/prometheus/mailcheck.rules.yml"))
	m.write("etc/prometheus/mailcheck-serve.rules.yml", recipe(t, "/etc/prometheus/mailcheck-serve.rules.yml", servePage))
	if out, exit := m.run("promtool", "check", "config", "/etc/prometheus/prometheus.yml"); exit != 0 || !strings.Contains(out, "4 rules found") || !strings.Contains(out, "1 rules found") {
		t.Errorf("exit code %d\n%s", exit, out)
	}
	m.start("sh", "-c", fmt.Sprintf(`mailcheck serve --listen %s --allow-net 127.0.0.0/8 &
exec prometheus --config.file=/etc/prometheus/prometheus.yml --storage.tsdb.path=/var/lib/prometheus/data --web.listen-address=%s`, service, server))
	for query, want := range map[string]string{
		`probe_success`: sick + "=0 " + sound + "=1",
		`mailcheck_account_usable{use="reading"}`:                                         sick + "=0 " + sound + "=1",
		`sum by (target) (mailcheck_server_up)`:                                           sick + "=0 " + sound + "=6",
		`up{job="mailcheck"}`:                                                             sick + "=1 " + sound + "=1 nobody@@nowhere=0",
		`up{job="mailcheck-serve"}`:                                                       "=1",
		`count by (target) (ALERTS{alertname="MailFinding"})`:                             sick,
		`count by (target) (ALERTS{alertname="MailAccountFails"})`:                        sick,
		`count by (target) (ALERTS{alertname="MailCertificateEnds",alertstate="firing"})`: sick,
		`count by (target) (ALERTS{alertname="MailcheckDown"})`:                           "nobody@@nowhere",
		`count(mailcheck_serve_runs_total{verdict="fail"} > 0)`:                           "=1",
	} {
		await(t, query, func() (string, bool) {
			got := ask(server, query)
			return got, got == want || !strings.Contains(want, "=") && strings.HasPrefix(got, want+"=") && !strings.Contains(got, " ")
		})
	}
	for _, path := range []string{"/metrics", "/probe?module=server&target=imaps://imap.healthy.example"} {
		answer := must(http.Get("http://" + service + path))
		m.write("metrics", string(must(io.ReadAll(answer.Body))))
		answer.Body.Close()
		if out, exit := m.run("sh", "-c", "promtool check metrics <metrics"); exit != 0 || out != "" {
			t.Errorf("%s: promtool: exit code %d\n%s", path, exit, out)
		}
	}
}

// ask returns what Prometheus answers, as target=value, sorted.
func ask(server, query string) string {
	answer, err := http.Get("http://" + server + "/api/v1/query?query=" + url.QueryEscape("sort_desc("+query+")"))
	if err != nil {
		return err.Error()
	}
	defer answer.Body.Close()
	body := must(io.ReadAll(answer.Body))
	var result struct {
		Data struct {
			Result []struct {
				Metric struct{ Target string }
				Value  [2]any
			}
		}
	}
	if err := json.Unmarshal(body, &result); err != nil {
		return string(body)
	}
	var all []string
	for _, r := range result.Data.Result {
		all = append(all, fmt.Sprintf("%s=%v", r.Metric.Target, r.Value[1]))
	}
	return strings.Join(slices.Sorted(slices.Values(all)), " ")
}

// TestTimer has systemd read the units.
func TestTimer(t *testing.T) {
	t.Parallel()
	m := internet.machine(t, "systemd")
	if _, err := exec.LookPath("systemd-analyze"); err != nil {
		leaveOut("the units for systemd", "systemd-analyze is not installed")
		t.Skip()
	}
	for _, name := range []string{"mailcheck@.service", "mailcheck@.timer", "mailcheck-watch.service", "mailcheck-watch.timer", "mailcheck-news.service", "mailcheck-serve.service"} {
		m.write("etc/systemd/system/"+name, recipe(t, "/etc/systemd/system/"+name))
	}
	out, exit := m.run("systemd-analyze", "verify", "mailcheck@alice@example.com.service", "mailcheck@alice@example.com.timer", "mailcheck-watch.timer", "mailcheck-news.service", "mailcheck-serve.service")
	if exit != 0 || strings.Contains(out, "mailcheck") {
		t.Errorf("exit code %d\n%s", exit, out)
	}
}

// TestWatch runs the command of the unit as its timer does: for the first time, without news,
// and when the name has come to lead to a server with a bad certificate.
func TestWatch(t *testing.T) {
	t.Parallel()
	m := internet.machine(t, "watch")
	command := regexp.MustCompile(`(?m)^ExecStart=(.*)$`).FindStringSubmatch(recipe(t, "/etc/systemd/system/mailcheck-watch.service"))
	once := watching(command[1], sound)
	later := once + " --connect-to imap.healthy.example:993:imap.expired.example:993"
	end := "; echo exit $?\n"
	out, exit := m.run("sh", "-c", once+end+once+end+later+end+"ls /var/lib/mailcheck")
	want := regexp.MustCompile(`^PASS  ` + sound + `: (?:.*\n)+exit 0\nexit 0\n` + sound + `: [1-9]\d* worse, (?:.*\n)*worse +failure at imaps://imap\.healthy\.example:993(?:.*\n)+exit 1\n` + url.QueryEscape(sound) + `\.json\n$`)
	if exit != 0 || !want.MatchString(out) {
		t.Errorf("exit code %d\n%s", exit, out)
	}
}
