package faults

import (
	"bytes"
	"crypto/tls"
	"fmt"
	"math/big"
	"net"
	"sync"
	"testing"
)

func TestConfigSwapChangesTheCertificateAndLosesNoRequest(t *testing.T) {
	for _, variant := range []string{"reactor", "netpoller", "netpoller-leak"} {
		t.Run(variant, func(t *testing.T) {
			s := launch(t, variant)
			old, err := s.connect()
			if err != nil {
				t.Fatal(err)
			}
			defer old.Close()

			stop := make(chan struct{})
			lost := make(chan error, 100)
			var wg sync.WaitGroup
			for i := 0; i < 3; i++ {
				wg.Add(1)
				go func() {
					defer wg.Done()
					for {
						select {
						case <-stop:
							return
						default:
							if _, err := s.sane(); err != nil {
								lost <- err
								return
							}
						}
					}
				}()
			}
			serves := func(serial *big.Int) {
				t.Helper()
				got, err := s.sane()
				if err != nil {
					t.Fatal(err)
				}
				if got.Cmp(serial) != 0 {
					t.Errorf("certificate has serial number %v, not %v", got, serial)
				}
				if err := request(old); err != nil {
					t.Errorf("the old connection: %v", err)
				}
			}
			for i := 0; i < 5; i++ {
				serves(s.Serial)
				revert := s.apply(t, "config-swap")
				serves(s.Next)
				revert()
			}
			serves(s.Serial)
			close(stop)
			wg.Wait()
			close(lost)
			for err := range lost {
				t.Errorf("a request was lost: %v", err)
			}
		})
	}
}

func TestASessionIsNotResumedAcrossASwap(t *testing.T) {
	s := launch(t, "netpoller")
	config := s.Client()
	config.ClientSessionCache = tls.NewLRUClientSessionCache(1)
	visit := func() tls.ConnectionState {
		c, err := tls.Dial("tcp", s.Address(), config)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		if err := request(c); err != nil {
			t.Fatal(err)
		}
		return c.ConnectionState()
	}
	visit()
	if !visit().DidResume {
		t.Fatal("sessions are not resumed at all")
	}
	s.apply(t, "config-swap")
	if visit().DidResume {
		t.Error("a session of the old certificate was resumed")
	}
}

// rewriting replaces the random of the ClientHello that it sends.
type rewriting struct {
	net.Conn
	random []byte
	done   bool
}

func (r *rewriting) Write(b []byte) (int, error) {
	if !r.done {
		r.done = true
		b = append([]byte{}, b...)
		copy(b[randomAt:randomEnd], r.random)
	}
	return r.Conn.Write(b)
}

func TestEarlyValidationRefusesByTheHello(t *testing.T) {
	cases := map[string]func(*tls.Config){
		"a name that is not served":     func(c *tls.Config) { c.ServerName, c.InsecureSkipVerify = "elsewhere.test", true },
		"a protocol that is not served": func(c *tls.Config) { c.NextProtos = []string{"smtp"} },
		"an old version":                func(c *tls.Config) { c.MinVersion, c.MaxVersion = tls.VersionTLS10, tls.VersionTLS11 },
	}
	for _, variant := range []string{"reactor", "netpoller", "netpoller-leak"} {
		t.Run(variant, func(t *testing.T) {
			s := launch(t, variant)
			revert := s.apply(t, "early-validation")
			for what, change := range cases {
				config := s.Client()
				change(config)
				before := s.Counters()["rejected_by_validation"]
				if c, err := tls.Dial("tcp", s.Address(), config); err == nil {
					c.Close()
					t.Errorf("%s was let in", what)
				}
				if s.Counters()["rejected_by_validation"] != before+1 {
					t.Errorf("%s was not counted", what)
				}
			}
			before := s.Counters()["rejected_by_validation"]
			forged := tls.Client(&rewriting{Conn: s.dial(t, attacker), random: bytes.Repeat([]byte{7}, 32)}, s.Client())
			if forged.Handshake() == nil || s.Counters()["rejected_by_validation"] != before+1 {
				t.Error("a random of equal bytes was let in")
			}
			s.mustBeSane(t)
			revert()
			config := s.Client()
			cases["a name that is not served"](config)
			c, err := tls.Dial("tcp", s.Address(), config)
			if err != nil {
				t.Fatalf("after the revert: %v", err)
			}
			c.Close()
		})
	}
}

func TestEarlyValidationLimitsTheRateOfASource(t *testing.T) {
	s := launch(t, "netpoller", "hellos-per-second=3")
	s.apply(t, "early-validation")
	eventually(t, "a refusal", func() bool { s.sane(); return s.Counters()["rejected_by_validation"] > 0 })
}

func TestEarlyValidationNeverSeesTheStorm(t *testing.T) {
	for _, variant := range []string{"reactor", "netpoller", "netpoller-leak"} {
		t.Run(variant, func(t *testing.T) {
			s := launch(t, variant)
			s.apply(t, "early-validation")
			for i := 0; i < 10; i++ {
				s.send(t, attacker, halfHello)
				s.send(t, attacker, plainHTTP)
			}
			s.mustBeSane(t)
			eventually(t, "21 arrivals", func() bool { return s.Counters()["accepted"] == 21 })
			if n := s.Counters()["validated"]; n != 1 {
				t.Errorf("validated %d of 21 connections, not the sane one alone", n)
			}
		})
	}
}

// TestHellosInPiecesBecomeConnections has a good hello come in pieces, each looked at before the next is sent.
func TestHellosInPiecesBecomeConnections(t *testing.T) {
	for _, name := range append([]string{""}, spinFixes...) {
		t.Run(fmt.Sprintf("fix %q", name), func(t *testing.T) {
			s := launch(t, "reactor")
			if name != "" {
				s.apply(t, name)
			}
			// The gauges are read on the loop's thread, after whatever became ready before.
			looked := func() { s.Gauges() }
			c := tls.Client(&pieces{s.dial(t, "127.0.0.1"), []int{1, 4, 1, 37, 1}, looked}, s.Client())
			if err := c.Handshake(); err != nil {
				t.Fatal(err)
			}
			if err := request(c); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// pieces sends the first bytes in pieces of these sizes, and then the rest.
type pieces struct {
	*net.TCPConn
	sizes []int
	sent  func()
}

func (p *pieces) Write(b []byte) (written int, err error) {
	for ; len(p.sizes) > 0; p.sizes = p.sizes[1:] {
		n, err := p.TCPConn.Write(b[written : written+p.sizes[0]])
		written += n
		if err != nil {
			return written, err
		}
		p.sent()
	}
	n, err := p.TCPConn.Write(b[written:])
	return written + n, err
}
