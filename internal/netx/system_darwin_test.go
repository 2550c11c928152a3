package netx

import "testing"

func TestScutilServers(t *testing.T) {
	equal(t, scutilServers([]byte(`DNS configuration

resolver #1
  search domain[0] : example.com
  nameserver[0] : 192.0.2.1
  nameserver[1] : 2001:db8::1
  if_index : 4 (en0)

resolver #2
  domain   : local
  nameserver[0] : 192.0.2.9
`)), []string{"192.0.2.1", "2001:db8::1"})
}
