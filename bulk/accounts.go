package bulk

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"mailcheck"
	"mailcheck/internal/files"
	"mailcheck/probes"
)

// Account is what there is to log in to an address with.
type Account struct {
	username string // empty: as the settings say
	password string // this, or a command that writes it
	command  string
}

// accountColumns are those of the file with accounts.
var accountColumns = struct{ address, username, password, command string }{"address", "username", "password", "password_command"}

// What a password command may take, and write.
const (
	commandTime = 30 * time.Second       // a password store may ask its user
	commandEnd  = 500 * time.Millisecond // for what it has started, when the survey is interrupted
	maxPassword = 16 << 10
)

// ReadAccounts reads a table (CSV) with a line for each account, below one with the names of
// the columns: address, and as far as there are username, password and password_command. The
// file has to be nobody's but the user's, see [files.ReadPrivate], whose errors there are, and
// [ErrColumn]. What is wrong in a line is an input without text, since what stands in the place
// of an address may be a password.
func ReadAccounts(ctx context.Context, name string) ([]Input, error) {
	content, err := files.ReadPrivate(ctx, name, MaxInput)
	if err != nil {
		return nil, err
	}
	lines, err := linesOf(content)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	var t table
	var all []Input
	columns := map[string]int{}
	for i := 0; i < len(lines); {
		if line := strings.TrimSpace(lines[i]); line == "" || strings.HasPrefix(line, "#") {
			i++
			continue
		}
		cells, height := t.record(lines[i:])
		if t.records == 1 {
			for at, cell := range cells {
				columns[strings.ToLower(cell)] = at
			}
			if _, ok := columns[accountColumns.address]; !ok {
				return nil, fmt.Errorf("%s: %w as %q in its first line", name, ErrColumn, accountColumns.address)
			}
		} else {
			all = append(all, accountOf(cells, columns, Input{File: name, Line: i + 1}))
		}
		i += height
	}
	return all, nil
}

// accountOf reads one line.
func accountOf(cells []string, columns map[string]int, in Input) Input {
	cell := func(column string) string {
		if at, ok := columns[column]; ok && at < len(cells) {
			return cells[at]
		}
		return ""
	}
	a := Account{cell(accountColumns.username), cell(accountColumns.password), cell(accountColumns.command)}
	address, err := mailcheck.ParseAddress(cell(accountColumns.address))
	switch {
	case err != nil || address.Local == "":
		in.Err = errors.New("what stands in the column address is none") // and may be a secret
	case a.password == "" && a.command == "":
		in.Err = errors.New("there is neither a password nor a password command")
	case a.password != "" && a.command != "":
		in.Err = errors.New("there are both a password and a password command")
	case !mailcheck.Printable(a.username):
		in.Err = errors.New("the user name has characters that none has")
	case probes.CheckSecret(a.password) != nil:
		in.Err = probes.CheckSecret(a.password)
	default:
		in.Account = &a
	}
	if err == nil && address.Local != "" {
		in.Text = address.String()
	}
	return in
}

// credentials returns what to log in with. What a command writes to standard error is not told:
// nobody knows what is in it.
func (a *Account) credentials(ctx context.Context, trusted []string) (probes.Credentials, error) {
	c := probes.Credentials{Username: a.username, Password: a.password, TrustedHosts: trusted}
	if a.command == "" {
		return c, nil
	}
	ctx, cancel := context.WithTimeout(ctx, commandTime)
	defer cancel()
	var out limited
	command := shell(ctx, a.command)
	command.Stdout, command.WaitDelay = &out, commandEnd
	if err := command.Run(); err != nil {
		return c, fmt.Errorf("the password command: %w", err)
	}
	c.Password, _, _ = strings.Cut(out.text.String(), "\n")
	c.Password = strings.TrimSuffix(c.Password, "\r")
	if c.Password == "" {
		return c, errors.New("the password command wrote nothing")
	}
	if err := probes.CheckSecret(c.Password); err != nil {
		return c, fmt.Errorf("the password command: %w", err)
	}
	return c, nil
}

// limited is a buffer that takes no more than a password has.
type limited struct{ text bytes.Buffer }

func (l *limited) Write(p []byte) (int, error) {
	if l.text.Len()+len(p) > maxPassword {
		return 0, errors.New("it writes more than a password has")
	}
	return l.text.Write(p)
}
