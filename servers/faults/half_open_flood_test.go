package faults

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

func startFault(t *testing.T, name, variant string, set ...string) Server {
	t.Helper()
	fault, _ := Find(name)
	settings, err := fault.Configure(set)
	if err != nil {
		t.Fatal(err)
	}
	server, err := fault.Start(Options{Variant: variant, Listen: "127.0.0.1:0", Settings: settings})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	return server
}

// get makes requests over one connection of its own.
func get(server Server, times int) error {
	client := &http.Client{Transport: &http.Transport{MaxConnsPerHost: 1}, Timeout: patience}
	defer client.CloseIdleConnections()
	for i := 0; i < times; i++ {
		answer, err := client.Get("http://" + server.Address() + "/")
		if err != nil {
			return err
		}
		io.Copy(io.Discard, answer.Body) // else the connection would not be used again
		answer.Body.Close()
		if answer.StatusCode != http.StatusOK {
			return fmt.Errorf("answered %s", answer.Status)
		}
	}
	return nil
}

// inVainPerConnection lets connections arrive one by one while all loops wait.
func inVainPerConnection(t *testing.T, server Server) float64 {
	t.Helper()
	before := server.Counters()
	for i := 0; i < 100; i++ {
		c, err := net.Dial("tcp", server.Address())
		if err != nil {
			t.Fatal(err)
		}
		accepted := before["accepted"] + uint64(i) + 1
		eventually(t, "it is accepted", func() bool { return server.Counters()["accepted"] >= accepted })
		c.Close()
	}
	if err := get(server, 2); err != nil {
		t.Fatal(err)
	}
	after := server.Counters()
	return float64(after["accepts_in_vain"]-before["accepts_in_vain"]) / float64(after["accepted"]-before["accepted"])
}

func TestAHerdWakesForEachConnectionAndItsFixesWakeOne(t *testing.T) {
	for _, name := range []string{"exclusive", "reuseport"} {
		t.Run(name, func(t *testing.T) {
			herd := startFault(t, "half-open-flood", "herd")
			fix := herd.Switches()[name]
			rates := []float64{inVainPerConnection(t, herd)}
			for _, turn := range []func() error{fix.Apply, fix.Revert} {
				if err := turn(); err != nil {
					t.Fatal(err)
				}
				rates = append(rates, inVainPerConnection(t, herd))
			}
			t.Logf("accepts in vain for each connection: %.2f, with the fix %.2f, without it again %.2f", rates[0], rates[1], rates[2])
			if fixed := rates[1]; rates[0] < 3*fixed+0.1 || rates[2] < 3*fixed+0.1 {
				t.Error("the fix does not make the difference")
			}
		})
	}
}

func TestEveryVariantAnswersWhileHalfOpenConnectionsAreHeld(t *testing.T) {
	fault, _ := Find("half-open-flood")
	for _, variant := range fault.Variants {
		t.Run(variant, func(t *testing.T) {
			server := startFault(t, "half-open-flood", variant, "backlog=128")
			for i := 0; i < 20; i++ {
				c, err := net.Dial("tcp", server.Address())
				if err != nil {
					t.Fatal(err)
				}
				defer c.Close()
			}
			if err := get(server, 3); err != nil {
				t.Error(err)
			}
			accepted := server.Counters()["accepted"]
			if variant == "syn-recv" && accepted != 1 {
				t.Errorf("%d accepted: those without data are not held back", accepted)
			} else if variant != "syn-recv" {
				eventually(t, "all are accepted", func() bool { return server.Counters()["accepted"] == 21 })
			}
		})
	}
}

// TestReapersAskLivePeersAndLeaveThemOpen covers what needs no peer that vanishes: that is what the scenario is for.
func TestReapersAskLivePeersAndLeaveThemOpen(t *testing.T) {
	for name, expected := range map[string][3]int{
		"keepalive":          {1, 2, 0},
		"user-timeout":       {1, 2, 1500},
		"adaptive-keepalive": {1, undecided, 0},
	} {
		name, expected := name, expected
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := startFault(t, "half-open-flood", "dead-peers").(*flooded)
			dial := func(open int) {
				c, err := net.Dial("tcp", server.Address())
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() { c.Close() })
				eventually(t, "it is open", func() bool { return server.Gauges()["open"] == open })
			}
			options := func() (all [][3]int) {
				server.everyOpen(func(p *patient) {
					controlled(p.raw, func(fd int) error {
						alive, _ := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_KEEPALIVE)
						probes, _ := unix.GetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_KEEPCNT)
						timeout, _ := unix.GetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT)
						all = append(all, [3]int{alive, probes, timeout})
						return nil
					})
				})
				return all
			}
			dial(1)
			if before := options()[0]; before[0] != 0 {
				t.Errorf("keepalive is on from the start: %v", before)
			}
			fix := server.Switches()[name]
			if err := fix.Apply(); err != nil {
				t.Fatal(err)
			}
			dial(2)
			for i, got := range options() {
				if got != expected {
					t.Errorf("connection %d has %v, not %v (SO_KEEPALIVE, TCP_KEEPCNT, TCP_USER_TIMEOUT)", i, got, expected)
				}
			}
			eventually(t, "a probe is sent and the peer's kernel answers it", func() bool { return answeredAfterSilence(server) })
			if c := server.Counters(); server.Gauges()["open"] != 2 || c["reaped"] != 0 {
				t.Errorf("live peers were given up: %v", c)
			}
			if err := fix.Revert(); err != nil {
				t.Fatal(err)
			}
			for i, got := range options() {
				if got[0] != 0 || got[2] != 0 {
					t.Errorf("connection %d has %v after the revert", i, got)
				}
			}
		})
	}
}

// answeredAfterSilence tells whether every connection has been silent for as long as keepalive lets it, and has had an
// answer since.
func answeredAfterSilence(server *flooded) bool {
	all := true
	server.everyOpen(func(p *patient) {
		controlled(p.raw, func(fd int) error {
			info, err := unix.GetsockoptTCPInfo(fd, unix.IPPROTO_TCP, unix.TCP_INFO)
			// Both in ms: nothing was sent in between but probes, which do not count as data.
			all = all && err == nil && info.Last_data_sent > info.Last_ack_recv+900
			return err
		})
	})
	return all
}

func TestAHeartbeatSlowsDownWhenMissedAndBreaksAtThree(t *testing.T) {
	h := newHeartbeat(time.Second)
	for _, row := range []struct {
		inARow int
		dead   bool
		period time.Duration
	}{
		{0, false, time.Second},
		{1, false, 2 * time.Second},
		{1, false, 2 * time.Second}, // the same one, seen again
		{2, false, 4 * time.Second},
		{0, false, time.Second}, // answered
		{2, false, 4 * time.Second},
		{0, false, time.Second},
		{1, false, 2 * time.Second},
		{3, true, 2 * time.Second},
	} {
		if dead := h.missed(row.inARow); dead != row.dead || h.period != row.period {
			t.Errorf("after %d missed: dead %v, period %s; expected %v, %s", row.inARow, dead, h.period, row.dead, row.period)
		}
	}
}
