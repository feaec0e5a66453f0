package faults

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
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

// rested tells how often each thread of this process has gone to sleep of its own accord.
func rested(t *testing.T) map[string]int {
	t.Helper()
	threads, err := filepath.Glob("/proc/self/task/*")
	if err != nil {
		t.Fatal(err)
	}
	times := map[string]int{}
	for _, thread := range threads {
		status, _ := os.ReadFile(thread + "/status") // it may have ended
		if _, after, ok := strings.Cut(string(status), "\nvoluntary_ctxt_switches:"); ok {
			var n int
			fmt.Sscan(after, &n)
			times[thread] = n
		}
	}
	return times
}

// wokenEachTime lets connections arrive one by one, with time to rest in between, and tells how many threads have woken
// for at least half of them. A loop that finds the connection taken goes to sleep again without a return.
func wokenEachTime(t *testing.T, server Server) int {
	t.Helper()
	const connections = 60
	before := rested(t)
	for i := 0; i < connections; i++ {
		accepted := server.Counters()["accepted"]
		c, err := net.Dial("tcp", server.Address())
		if err != nil {
			t.Fatal(err)
		}
		eventually(t, "it is accepted", func() bool { return server.Counters()["accepted"] > accepted })
		c.Close()
		time.Sleep(2 * time.Millisecond)
	}
	if err := get(server, 2); err != nil {
		t.Fatal(err)
	}
	woken := 0
	for thread, times := range rested(t) {
		if times-before[thread] >= connections/2 {
			woken++
		}
	}
	return woken
}

func TestAHerdWakesForEachConnectionAndItsFixesWakeOne(t *testing.T) {
	for _, name := range []string{"exclusive", "reuseport"} {
		t.Run(name, func(t *testing.T) {
			herd := startFault(t, "half-open-flood", "herd", "loops=16")
			fix := herd.Switches()[name]
			woken := []int{wokenEachTime(t, herd)}
			for _, turn := range []func() error{fix.Apply, fix.Revert} {
				if err := turn(); err != nil {
					t.Fatal(err)
				}
				woken = append(woken, wokenEachTime(t, herd))
			}
			t.Logf("threads that wake for each connection: %d, with the fix %d, without it again %d", woken[0], woken[1], woken[2])
			// Some are of the test itself and of the runtime.
			if fixed := woken[1]; woken[0] < fixed+8 || woken[2] < fixed+8 {
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
