package procfs

import (
	"net/netip"
	"testing"
)

func TestAddressInTable(t *testing.T) {
	for _, text := range []string{"127.0.0.1:8443", "10.1.2.3:1", "[::1]:65535", "[2001:db8::5]:80"} {
		if back := address(inTable(netip.MustParseAddrPort(text))); back != text {
			t.Errorf("%s is %s, which reads %s", text, inTable(netip.MustParseAddrPort(text)), back)
		}
	}
}
