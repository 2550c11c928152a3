//go:build real

package realtest

import (
	"fmt"
	"net"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
)

// calendarRecords publish the calendars and contacts of a domain.
const calendarRecords = "_caldavs._tcp SRV 0 1 5232 imap\n_carddavs._tcp SRV 0 1 5232 imap\n"

// radicale serves calendars and contacts of one user at the address of a scenario.
func radicale(t *testing.T, s scenario, user, password string) {
	t.Helper()
	if _, err := exec.LookPath("radicale"); err != nil {
		leaveOut("calendars and contacts", "radicale is not installed")
		t.Skip()
	}
	name := "radicale-" + s.name
	internet.write(name+"/users", user+":"+password+"\n")
	internet.write(name+"/config", fmt.Sprintf(`
[server]
hosts = %[1]s:5232
ssl = True
certificate = %[2]s
key = %[2]s
[auth]
type = htpasswd
htpasswd_filename = %[3]s/users
htpasswd_encryption = plain
[storage]
filesystem_folder = %[3]s/collections
`, s.address, internet.path(s.pem()), internet.path(name)))
	internet.launch(&syscall.SysProcAttr{Setpgid: true}, name, "radicale", "--config", internet.path(name, "config"))
	for range 100 {
		conn, err := net.Dial("tcp", fmt.Sprintf("%s:5232", s.address))
		if err == nil {
			conn.Close()
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Fatalf("%s did not start\n%s", name, internet.logs())
}

// copies puts an event and a person into one copy, and gets them into another.
const copies = `here=".local/share/vdirsyncer/$DOMAIN"; mkdir -p "$here/calendars/a" "$here/contacts/b"
printf 'BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:20260101T000000Z\r\nSUMMARY:Hello!\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n' >"$here/calendars/a/1.ics"
printf 'BEGIN:VCARD\r\nVERSION:3.0\r\nUID:2\r\nFN:Hello!\r\nN:Hello;;;;\r\nEND:VCARD\r\n' >"$here/contacts/b/2.vcf"
yes | vdirsyncer discover && vdirsyncer sync
rm -r .local; mkdir -p "$here/calendars/a" "$here/contacts/b"
yes | vdirsyncer discover && vdirsyncer sync && grep -q Hello! "$here/calendars/a"/*.ics && grep -q Hello! "$here/contacts/b"/*.vcf`

// TestCalendarFiles lets vdirsyncer copy calendars and contacts with its file, to a server
// and back from there, and shows that it gives no password to one with a bad certificate.
func TestCalendarFiles(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("vdirsyncer"); err != nil {
		leaveOut("setup file of vdirsyncer", "vdirsyncer is not installed")
		t.Skip()
	}
	of := internet.of("files-tls")
	user := "bob@" + of.domain()
	bad := []scenario{internet.of("files-wrong-name"), internet.of("files-unknown-issuer")}
	for _, s := range append(bad, of) {
		radicale(t, s, user, plainPassword)
	}
	file, exit := mailcheck(t, "setup", user, "--for", "vdirsyncer", "--no-guess")
	if exit != 0 || strings.Contains(file, plainPassword) {
		t.Fatalf("exit code %d\n%s", exit, file)
	}
	u := fileUser{"vdirsyncer", ".config/vdirsyncer/config", "vdirsyncer", false, nil, copies}
	of.users = []string{plainName} // whose password it is
	if out, err := u.run(t, file, of, of); err != nil {
		t.Errorf("%v\n%s\n%s", err, out, file)
	}
	for _, s := range bad {
		if out, err := u.run(t, file, of, s); err == nil {
			t.Errorf("vdirsyncer does not mind %s\n%s", s.name, out)
		}
	}
	for line := range strings.Lines(internet.logs()) {
		if strings.Contains(line, "PROPFIND") && !strings.Contains(line, of.domain()) && strings.Contains(line, "files-") {
			t.Errorf("a request came: %s", line)
		}
	}
}
