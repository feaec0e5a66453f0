package faults

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"testing"
	"time"

	"spinlab/servers/internal/authority"
)

// subject is a running variant of a fault, and who may talk to it.
type subject struct {
	Server
	authority.Authority
}

// launch starts a variant of tls-storm.
func launch(t *testing.T, variant string, set ...string) subject {
	t.Helper()
	return launchFault(t, "tls-storm", variant, set...)
}

func launchFault(t *testing.T, name, variant string, set ...string) subject {
	t.Helper()
	fault, _ := Find(name)
	settings, err := fault.Configure(set)
	if err != nil {
		t.Fatal(err)
	}
	a := authority.New(t)
	server, err := fault.Start(Options{Variant: variant, Listen: "127.0.0.1:0", Certificates: a.Folder, Settings: settings})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	return subject{server, a}
}

// apply turns a fix on and returns what turns it off again.
func (s subject) apply(t *testing.T, name string) (revert func()) {
	t.Helper()
	fix, ok := s.Switches()[name]
	if !ok {
		t.Fatalf("no fix %q", name)
	}
	if err := fix.Apply(); err != nil {
		t.Fatal(err)
	}
	return func() {
		t.Helper()
		if err := fix.Revert(); err != nil {
			t.Fatal(err)
		}
	}
}

// dial connects from a source address that tells clients apart.
func (s subject) dial(t *testing.T, source string) *net.TCPConn {
	t.Helper()
	dialer := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(source)}}
	c, err := dialer.Dial("tcp", s.Address())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c.(*net.TCPConn)
}

// send opens a connection that says this and nothing more. The server may have closed it by then.
func (s subject) send(t *testing.T, source string, bytes []byte) *net.TCPConn {
	t.Helper()
	c := s.dial(t, source)
	c.Write(bytes)
	return c
}

// request makes one HTTP request over a connection that exists.
func request(c net.Conn) error {
	if _, err := io.WriteString(c, "GET / HTTP/1.1\r\nHost: lab.test\r\n\r\n"); err != nil {
		return err
	}
	answer, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		return err
	}
	if _, err := io.Copy(io.Discard, answer.Body); err != nil {
		return err
	}
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("answered %s", answer.Status)
	}
	return nil
}

// connect makes a sane TLS connection of its own, with the handshake done.
func (s subject) connect() (*tls.Conn, error) {
	return tls.DialWithDialer(&net.Dialer{Timeout: patience}, "tcp", s.Address(), s.Client())
}

// sane makes a request over a connection of its own, and returns the serial number of the certificate.
func (s subject) sane() (*big.Int, error) {
	c, err := s.connect()
	if err != nil {
		return nil, err
	}
	defer c.Close()
	return c.ConnectionState().PeerCertificates[0].SerialNumber, request(c)
}

func (s subject) mustBeSane(t *testing.T) {
	t.Helper()
	if _, err := s.sane(); err != nil {
		t.Fatalf("a sane request failed: %v", err)
	}
}

// patience is how long a test waits for what must come.
const patience = 20 * time.Second

func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !holds(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("not within %s: %s", patience, what)
		}
	}
}

// Beginnings of connections.
var (
	// halfHello is a good ClientHello whose record never ends.
	halfHello = helloOf(512, 200)
	plainHTTP = []byte("GET / HTTP/1.1\r\nHost: lab.test\r\n\r\n")
)

// helloOf returns the first bytes of a hello in a record of that length.
func helloOf(length, bytes int) []byte {
	hello := make([]byte, recordHeader+length)
	copy(hello, []byte{22, 3, 1, byte(length >> 8), byte(length), 1, 0, byte((length - 4) >> 8), byte(length - 4), 3, 3})
	for i := randomAt; i < randomEnd; i++ {
		hello[i] = byte(i)
	}
	return hello[:bytes]
}
