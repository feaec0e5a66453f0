package faults

import (
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// reaper is a fix of dead-peers: it finds peers that have vanished, among the connections that are open and those to come.
type reaper interface {
	Apply() error
	Revert() error
}

func (s *flooded) reapers() map[string]reaper {
	return map[string]reaper{
		"keepalive":          tuning{s, s.probe},
		"user-timeout":       tuning{s, s.limit},
		"adaptive-keepalive": &adaptiveKeepalive{flooded: s},
	}
}

// tuning sets socket options on every connection, while they are in use.
type tuning struct {
	*flooded
	on func(fd int) error
}

func (f tuning) Apply() error {
	f.begin(f.on)
	return nil
}

func (f tuning) Revert() error {
	f.begin(nil)
	return nil
}

// begin tunes all that is open and all that comes; nil leaves what comes as it is, and what is open without probes.
func (s *flooded) begin(tune func(fd int) error) {
	s.mu.Lock()
	s.tune = tune
	s.mu.Unlock()
	if tune == nil {
		tune = unprobed
	}
	s.everyOpen(func(p *patient) { controlled(p.raw, tune) })
}

func unprobed(fd int) error {
	return set(fd, option{unix.SOL_SOCKET, unix.SO_KEEPALIVE, 0}, option{unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT, 0})
}

// probe asks a silent peer, and gives it up after so many questions without an answer (tcp(7)).
func (s *flooded) probe(fd int) error {
	return set(fd, s.probing(s.settings.Count("keepalive-probes"))...)
}

// limit gives a peer up after a time, however many probes that were (TCP_USER_TIMEOUT overrides TCP_KEEPCNT, tcp(7)).
func (s *flooded) limit(fd int) error {
	timeout := int(s.settings.Duration("user-timeout") / time.Millisecond)
	return set(fd, append(s.probing(s.settings.Count("keepalive-probes")), option{unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT, timeout})...)
}

func (s *flooded) probing(probes int) []option {
	return []option{
		{unix.IPPROTO_TCP, unix.TCP_KEEPIDLE, seconds(s.settings.Duration("keepalive-idle"))},
		{unix.IPPROTO_TCP, unix.TCP_KEEPINTVL, seconds(s.settings.Duration("keepalive-interval"))},
		{unix.IPPROTO_TCP, unix.TCP_KEEPCNT, probes},
		{unix.SOL_SOCKET, unix.SO_KEEPALIVE, 1},
	}
}

type option struct{ level, name, value int }

func set(fd int, options ...option) error {
	for _, o := range options {
		if err := unix.SetsockoptInt(fd, o.level, o.name, o.value); err != nil {
			return err
		}
	}
	return nil
}

func seconds(d time.Duration) int { return int(d / time.Second) }

// adaptiveKeepalive is the loop of the article: fewer than three probes missed in a row, and the peer is asked less
// often; three, and the connection is broken and counted. The kernel sends the probes and counts those that nobody has
// answered (tcpi_probes of TCP_INFO, icsk_probes_out in net/ipv4/tcp.c).
type adaptiveKeepalive struct {
	*flooded
	done chan struct{}
}

// lookEvery is how often the kernel is asked for missed probes; it sends at most one a second.
const lookEvery = 200 * time.Millisecond

// undecided is how many probes the kernel may send by itself: it is the loop that decides.
const undecided = 127

func (f *adaptiveKeepalive) Apply() error {
	f.begin(func(fd int) error { return set(fd, f.probing(undecided)...) })
	f.done = make(chan struct{})
	go f.run(f.done)
	return nil
}

func (f *adaptiveKeepalive) Revert() error {
	close(f.done)
	f.begin(nil)
	return nil
}

func (f *adaptiveKeepalive) run(done <-chan struct{}) {
	ticker := time.NewTicker(lookEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			f.everyOpen(f.look)
		case <-done:
			f.everyOpen(func(p *patient) { p.heartbeat = nil })
			return
		}
	}
}

func (f *adaptiveKeepalive) look(p *patient) {
	if p.givenUp {
		return
	}
	if p.heartbeat == nil {
		p.heartbeat = newHeartbeat(f.settings.Duration("keepalive-interval"))
	}
	controlled(p.raw, func(fd int) error {
		info, err := unix.GetsockoptTCPInfo(fd, unix.IPPROTO_TCP, unix.TCP_INFO)
		if err != nil {
			return err
		}
		if p.heartbeat.missed(int(info.Probes)) {
			p.givenUp = true
			f.reaped.Add(1)
			// The reader, if any, learns of it and closes; Close from here would wait for the lock of everyOpen.
			return unix.Shutdown(fd, syscall.SHUT_RDWR)
		}
		return set(fd, option{unix.IPPROTO_TCP, unix.TCP_KEEPINTVL, seconds(p.heartbeat.period)})
	})
}
