package faults

import (
	"fmt"
	"net/netip"
	"os"
	"testing"

	"golang.org/x/sys/unix"
)

// fillTable leaves this process, server and clients alike, without a free descriptor until the test has ended.
func fillTable(t *testing.T) {
	t.Helper()
	var before unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &before); err != nil {
		t.Fatal(err)
	}
	lowestFree, err := openSpare()
	if err != nil {
		t.Fatal(err)
	}
	unix.Close(lowestFree)
	// The limit is of numbers, not of how many are in use (getrlimit(2)).
	if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &unix.Rlimit{Cur: uint64(lowestFree), Max: before.Max}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { unix.Setrlimit(unix.RLIMIT_NOFILE, &before) })
}

// visitor is a client whose descriptor was there before the table was full.
type visitor struct {
	*testing.T
	fd int
	to unix.Sockaddr
}

func (s subject) visitors(t *testing.T, n int) []visitor {
	t.Helper()
	server := netip.MustParseAddrPort(s.Address())
	visitors := make([]visitor, n)
	for i := range visitors {
		fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { unix.Close(fd) })
		timeout := unix.NsecToTimeval(patience.Nanoseconds())
		unix.SetsockoptTimeval(fd, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &timeout)
		visitors[i] = visitor{t, fd, &unix.SockaddrInet4{Addr: server.Addr().As4(), Port: int(server.Port())}}
	}
	return visitors
}

func (v visitor) say(text string) {
	v.Helper()
	if err := unix.Connect(v.fd, v.to); err != nil {
		v.Fatal(err)
	}
	if _, err := unix.Write(v.fd, []byte(text)); err != nil {
		v.Fatal(err)
	}
}

// mustHear fails unless the server answers; mustBeTurnedAway fails unless it closes.
func (v visitor) mustHear() {
	v.Helper()
	if n, err := unix.Read(v.fd, make([]byte, 512)); n <= 0 {
		v.Fatalf("no answer: %d, %v", n, err)
	}
}

func (v visitor) mustBeTurnedAway() {
	v.Helper()
	if n, err := unix.Read(v.fd, make([]byte, 512)); n > 0 || err == unix.EAGAIN {
		v.Fatalf("it is not turned away: %d, %v", n, err)
	}
}

const (
	wholeRequest = "GET / HTTP/1.1\r\nHost: lab.test\r\n\r\n"
	halfRequest  = "GET / HTTP/1.1\r\nHost: lab."
)

func TestAFullTableSpinsUntilItIsFixedOrADescriptorFrees(t *testing.T) {
	for _, row := range []struct {
		variant, fix string
		turnsAway    bool
	}{
		{"reactor", "accept-backoff", false},
		{"reactor", "stop-watching", false},
		{"reactor", "reserve-fd", true},
		{"accept-loop", "accept-backoff", false},
		{"accept-loop", "stop-watching", false},
	} {
		t.Run(row.variant+" "+row.fix, func(t *testing.T) {
			s := launchPlain(t, "fd-exhaustion", row.variant)
			kept := s.dial(t, "127.0.0.1")
			mustAnswer(t, kept)
			visitors := s.visitors(t, 2)
			fillTable(t)

			visitors[0].say(wholeRequest)
			s.mustRace(t, "refusals")
			mustAnswer(t, kept)
			revert := s.apply(t, row.fix)
			if row.turnsAway {
				visitors[0].mustBeTurnedAway()
			}
			s.mustCalm(t, "refusals")
			mustAnswer(t, kept)
			revert()
			visitors[1].say(wholeRequest)
			s.mustRace(t, "refusals")

			defer s.apply(t, row.fix)()
			s.mustCalm(t, "refusals")
			if row.turnsAway {
				visitors[1].mustBeTurnedAway()
				return
			}
			kept.Close()
			for _, visitor := range visitors {
				visitor.mustHear()
				unix.Close(visitor.fd)
			}
		})
	}
}

func TestALostSpareIsWaitedFor(t *testing.T) {
	server := launchPlain(t, "fd-exhaustion", "reactor")
	exhausted := server.Server.(*exhausted)
	stranger := server.visitors(t, 1)[0]
	defer server.apply(t, "reserve-fd")()
	var taken int
	exhausted.loop.Do(func() { taken, exhausted.spare = exhausted.spare, -1 })
	fillTable(t)

	stranger.say(wholeRequest)
	server.mustCalm(t, "refusals")
	unix.Close(taken)
	stranger.mustBeTurnedAway()
}

func TestHowOftenEachVariantAsksAFullTable(t *testing.T) {
	for _, row := range []struct {
		variant     string
		least, most uint64
	}{
		{"accept-loop", spinning, 1 << 62},
		{"accept-sleep", 5, 100}, // 40 ms hold at most 40 sleeps of 1 ms
		{"net-http", 0, 8},       // 5, 10, 20, ... ms
	} {
		t.Run(row.variant, func(t *testing.T) {
			s := launchPlain(t, "fd-exhaustion", row.variant)
			visitor := s.visitors(t, 1)[0]
			fillTable(t)
			visitor.say(wholeRequest)
			eventually(t, "a refusal", func() bool { return s.Counters()["refusals"] > 0 })
			var pace uint64
			eventually(t, fmt.Sprintf("%d to %d refusals in 40 ms", row.least, row.most), func() bool {
				pace = s.pace("refusals")
				return pace >= row.least && pace <= row.most
			})
			t.Logf("%d refusals in 40 ms", pace)
		})
	}
}

func TestWhoGoesAwayInTheMiddleLeaksUntilThePatch(t *testing.T) {
	open := func() int {
		entries, err := os.ReadDir("/proc/self/fd")
		if err != nil {
			t.Fatal(err)
		}
		return len(entries)
	}
	s := launchPlain(t, "fd-exhaustion", "leak")
	leave := func(n int, text string) {
		for i := 0; i < n; i++ {
			s.send(t, attacker, []byte(text)).Close()
		}
	}
	c := s.dial(t, "127.0.0.1")
	mustAnswer(t, c)
	c.Close()
	eventually(t, "an end in order", func() bool { return s.Gauges()["connections"] == 0 })
	before := open()
	leave(5, halfRequest)
	eventually(t, "five leaks", func() bool { return s.Gauges()["leaked_open"] == 5 && open() == before+5 })
	revert := s.apply(t, "leak-patch")
	leave(5, halfRequest)
	eventually(t, "ten connections", func() bool { return s.Counters()["accepted"] == 11 })
	eventually(t, "no leak", func() bool { return s.Gauges()["leaked_open"] == 0 && open() == before })
	revert()
	leave(1, halfRequest)
	eventually(t, "a leak", func() bool { return s.Counters()["leaked"] == 6 })
}
