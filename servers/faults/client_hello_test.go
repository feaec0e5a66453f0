package faults

import (
	"bytes"
	"crypto/tls"
	"net"
	"testing"
)

// realHello is what crypto/tls sends first.
func realHello(t *testing.T) []byte {
	t.Helper()
	near, far := net.Pipe()
	defer far.Close()
	go tls.Client(near, &tls.Config{ServerName: "lab.test", NextProtos: []string{"h2", "http/1.1"}}).Handshake()
	hello := make([]byte, maxRecord)
	n, err := far.Read(hello)
	if err != nil {
		t.Fatal(err)
	}
	return hello[:n]
}

func TestEveryPrefixOfARealHelloIsGood(t *testing.T) {
	hello := realHello(t)
	for n := 0; n <= len(hello); n++ {
		if err := badPrefix(hello[:n]); err != nil {
			t.Fatalf("%d bytes: %v", n, err)
		}
		total, err := recordLength(hello[:n])
		if err != nil || total != len(hello) && n >= recordHeader {
			t.Fatalf("%d bytes: a record of %d (%v), not %d", n, total, err, len(hello))
		}
	}
	if random := clientRandom(hello); len(random) != 32 || bytes.Count(random, random[:1]) == 32 {
		t.Errorf("random is %x", random)
	}
	if clientRandom(hello[:randomEnd-1]) != nil {
		t.Error("a random that is not complete is shown")
	}
}

// TestBadPrefixes has hellos that are wrong at one place, and how many of their bytes show it. The sniffer's own parser
// sees but what the record header says.
func TestBadPrefixes(t *testing.T) {
	cases := []struct {
		what    string
		at      int
		bytes   []byte
		shownBy int
		header  bool
	}{
		{"application data", 0, []byte{23}, 1, true},
		{"SSLv2 or garbage", 0, []byte{0x80, 0x2e, 1, 0, 2}, 1, true},
		{"plain HTTP", 0, []byte("GET /"), 1, true},
		{"version 0.0", 1, []byte{0, 0}, 2, true},
		{"version 3.9", 2, []byte{9}, 3, false},
		{"empty record", 3, []byte{0, 0}, 5, true},
		{"oversized record", 3, []byte{0x40, 1}, 5, true},
		{"server_hello", 5, []byte{2}, 6, false},
		{"hello of 16 MB", 6, []byte{255, 255, 255}, 9, false},
		{"hello that ends before its record", 6, []byte{0, 0, 40}, 9, false},
		{"client version 0.0", 9, []byte{0, 0}, 10, false},
	}
	for _, c := range cases {
		hello := helloOf(512, 200)
		copy(hello[c.at:], c.bytes)
		if err := badPrefix(hello[:c.shownBy-1]); err != nil {
			t.Errorf("%s: %d bytes are too few to say %q", c.what, c.shownBy-1, err)
		}
		if badPrefix(hello[:c.shownBy]) == nil {
			t.Errorf("%s: not seen in %d bytes", c.what, c.shownBy)
		}
		if _, err := recordLength(hello); (err != nil) != c.header {
			t.Errorf("%s: the sniffer says %v", c.what, err)
		}
	}
}

func TestAHelloOverSeveralRecordsIsGood(t *testing.T) {
	hello := helloOf(100, 100)
	hello[7], hello[8] = 1, 0 // 256 bytes, of which the record has 96
	if err := badPrefix(hello); err != nil {
		t.Error(err)
	}
}
