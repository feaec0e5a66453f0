package procfs

import (
	"bytes"
	"fmt"
	"net"
	"testing"
)

// TestEveryRow reads the table at each length around several pages' ends: the last answer of the kernel is told by its length.
func TestEveryRow(t *testing.T) {
	for n := range 90 {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer listener.Close()
		row := fmt.Appendf(nil, " 0100007F:%04X 00000000:0000 0A ", listener.Addr().(*net.TCPAddr).Port)
		table := readTable("/proc/self/net/tcp")
		if !bytes.Contains(table, row) || table[len(table)-1] != '\n' {
			t.Fatalf("the listener %d, %s, is in no row of %d", n, listener.Addr(), bytes.Count(table, []byte("\n")))
		}
	}
}

func TestNoTable(t *testing.T) {
	if table := readTable("/proc/self/net/nothing"); table != nil {
		t.Fatalf("a table that is not there has %d bytes", len(table))
	}
}
