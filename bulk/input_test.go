package bulk

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"mailcheck"
	"mailcheck/internal/files"
)

// show tells inputs as LINE:TEXT, with ! before what cannot be read.
func show(all []Input) (shown []string) {
	for _, in := range all {
		mark := ""
		if in.Err != nil {
			mark = "!"
		}
		shown = append(shown, fmt.Sprintf("%d:%s%s", in.Line, mark, in.Text))
	}
	return shown
}

func TestRead(t *testing.T) {
	read := func(content, column string, want ...string) {
		t.Helper()
		all, err := Read("list.txt", []byte(content), column)
		if got := show(all); err != nil || !slices.Equal(got, want) {
			t.Errorf("%.80q: %q, %v; want %q", content, got, err, want)
		}
	}
	read("", "")
	read("\n \n# nothing\n", "")
	read("a@example.com", "", "1:a@example.com")
	read("a@example.com\r\n\r\n# b\r\n example.org \r\n", "", "1:a@example.com", "4:example.org")
	read("a@example.com\rb@example.com", "", "1:a@example.com", "2:b@example.com")
	read("\ufeffa@example.com\nmüller@example.com\n", "", "1:a@example.com", "2:müller@example.com")
	read("\xff\xfea\x00@\x00b\x00.\x00c\x00\r\x00\n\x00x\x00.\x00y\x00", "", "1:a@b.c", "2:x.y")
	read("nonsense\na b@@c\n", "", "1:nonsense", "2:a b@@c")
	read("\"Alice, of Example\" <alice@example.com>\n", "", `1:"Alice, of Example" <alice@example.com>`)
	read(`"a,b"@example.com`, "", `1:"a,b"@example.com`)
	// The first column of a table, whatever parts the columns, with or without their names.
	read("a@example.com,Alice\nb@example.com,\"Bob, or Robert\"\n", "", "1:a@example.com", "2:b@example.com")
	read("Email;Name\na@example.com;Alice, of Example\n\"b@example.com\";Bob\n", "", "2:a@example.com", "3:b@example.com")
	read("example.com\t1\n,2\n", "", "1:example.com", "2:,2")
	// A column with a name.
	read("id,E-Mail\n1,a@example.com\n2\n3,\n4,\"b@example.com\"\n", "e-mail", "2:a@example.com", "3:!2", "5:b@example.com")
	read("note,email\n\"two\nlines, \"\"quoted\"\"\",a@example.com\n5,b@example.com\n", "email", "2:a@example.com", "4:b@example.com")
	read("note,email\n\"open,a@example.com\nx,b@example.com\n", "email", "2:a@example.com", "3:b@example.com")
	// What is too long for anything is cut, and still one line.
	read(strings.Repeat("x", 10<<20)+"\na@example.com", "", "1:"+strings.Repeat("x", maxText), "2:a@example.com")
	read(strings.Repeat("x,", 5<<20), "", "1:x")
	if _, err := Read("list.txt", []byte("name,address\n"), "email"); !errors.Is(err, ErrColumn) || !strings.Contains(err.Error(), "it has name, address") {
		t.Errorf("a column that is not there: %v", err)
	}
}

// An open quote before every line costs no more than a hundred lines each.
func TestReadOpenQuotes(t *testing.T) {
	all, err := Read("list.txt", []byte("a,b\n"+strings.Repeat("\"x,y@example.com\n", 10_001)), "b")
	if err != nil || len(all) == 0 {
		t.Errorf("%d inputs, %v", len(all), err)
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte("id,email\n1,\"a@example.com\"\n"), "email")
	f.Add([]byte("\xfe\xff\x00a"), "")
	f.Fuzz(func(t *testing.T, content []byte, column string) {
		all, err := Read("list.txt", content, column)
		for _, in := range all {
			if in.Line < 1 || len(in.Text) > maxText || err != nil {
				t.Errorf("%+v, %v", in, err)
			}
		}
		todo, duplicates := Plan(all, nil)
		if len(todo)+duplicates != len(all) {
			t.Errorf("of %d inputs %d are to be tested, %d are duplicates", len(all), len(todo), duplicates)
		}
	})
}

// Each address is tested once, and those of a domain are spread over the whole.
func TestPlan(t *testing.T) {
	var list []string
	for i := range 100 {
		list = append(list, fmt.Sprintf("user%d@large.example", i))
	}
	for i := range 300 {
		list = append(list, fmt.Sprintf("domain%d.example", i))
	}
	list = append(list, "Alice <user1@LARGE.example.>", "DOMAIN7.example", "nonsense", "nonsense", "user5@large.example")
	inputs, err := Read("list.txt", []byte(strings.Join(list, "\n")), "")
	if err != nil {
		t.Fatal(err)
	}
	todo, duplicates := Plan(inputs, map[string]bool{"user5@large.example": true, "list.txt:403:nonsense": true})
	if len(todo) != 400 || duplicates != 3 {
		t.Errorf("%d to be tested, %d duplicates", len(todo), duplicates)
	}
	for i := 0; i < len(todo); i += 40 {
		n := 0
		for _, in := range todo[i : i+40] {
			if strings.HasSuffix(in.Text, "large.example") {
				n++
			}
		}
		if n < 3 || n > 20 {
			t.Errorf("%d of the addresses %d to %d are of one domain", n, i, i+40)
		}
	}
	if again, _ := Plan(inputs, nil); len(again) != 402 {
		t.Errorf("%d to be tested where nothing is done", len(again))
	}
}

// accounts writes a file that is nobody else's.
func accounts(t *testing.T, content string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "accounts.csv")
	if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestReadAccounts(t *testing.T) {
	const secret = "correct,horse"
	name := accounts(t, "# ours\naddress,username,password,password_command\n"+
		"alice@example.com,,\"correct,horse\",\nbob@example.com,bob,,printf %s correct,horse\n"+
		"correct,horse,x,\nexample.com,,x,\nc@example.com,c,,\nd@example.com,d,x,y\ne@example.com\ncorrect@horse,,x\nf@example.com,,\"two\nlines\",\n")
	all, err := ReadAccounts(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"3:alice@example.com", "4:bob@example.com", "5:!", "6:!", "7:!c@example.com", "8:!d@example.com", "9:!e@example.com", "10:!", "11:!f@example.com"}
	if got := show(all); !slices.Equal(got, want) {
		t.Errorf("%q\nwant %q", got, want)
	}
	for _, in := range all {
		if in.Err != nil && strings.Contains(in.Err.Error(), "correct") {
			t.Errorf("a secret is in %q", in.Err)
		}
	}
	if c, err := all[0].Account.credentials(t.Context(), []string{"mail.example.com"}); err != nil || c.Password != secret || c.Username != "" || len(c.TrustedHosts) != 1 {
		t.Errorf("%+v, %v", c, err)
	}
}

func TestReadAccountsRefuses(t *testing.T) {
	if _, err := ReadAccounts(t.Context(), accounts(t, "alice@example.com,secret\n")); !errors.Is(err, ErrColumn) || strings.Contains(err.Error(), "secret") {
		t.Errorf("without the names of the columns: %v", err)
	}
	if _, err := ReadAccounts(t.Context(), filepath.Join(t.TempDir(), "none")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
	if runtime.GOOS == "windows" {
		return // modes mean nothing there
	}
	name := accounts(t, "address,password\n")
	if err := os.Chmod(name, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadAccounts(t.Context(), name); err == nil {
		t.Error("a file that everybody may read was read")
	} else if e, ok := errors.AsType[*files.Exposed](err); !ok || e.Why != files.Readable {
		t.Errorf("a file that everybody may read: %v", err)
	}
}

// A password command writes the password, or the account has an error without what it wrote.
func TestPasswordCommand(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the commands are those of a Unix shell")
	}
	run := func(command, want string) {
		t.Helper()
		c, err := (&Account{command: command}).credentials(t.Context(), nil)
		if want == "" && err == nil || want != "" && (err != nil || c.Password != want) {
			t.Errorf("%s: %.50q, %v", command, c.Password, err)
		}
		if err != nil && strings.Contains(err.Error(), "secret") || err != nil && !mailcheck.Printable(err.Error()) {
			t.Errorf("%s: %q", command, err)
		}
	}
	run("echo secret", "secret")
	run("printf 'secret\\r\\nmore\\n'", "secret")
	run("echo secret >&2; exit 3", "")
	run("true", "")
	run("printf '\\377secret'", "")
	run("head -c 100000 /dev/zero | tr '\\0' x", "")
	run("cat", "") // its standard input is empty
}
