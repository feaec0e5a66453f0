package faults

import "time"

func init() {
	Register(Fault{
		Name:     "half-open-flood",
		Title:    "Half-open connections: a herd of loops on one listener, states that cost nothing, dead peers that nobody reaps",
		Variants: []string{"herd", "syn-recv", "fin-wait-2", "time-wait", "accept-overflow", "dead-peers", "pool", "stock"},
		Fixes: []Fix{
			{"exclusive", []Cure{Spin}, Standing},
			{"reuseport", []Cure{Spin}, Standing},
			{"keepalive", []Cure{Leak}, Standing},
			{"user-timeout", []Cure{Leak}, Standing},
			{"adaptive-keepalive", []Cure{Leak}, Standing},
			{"breaker", []Cure{Harm}, Standing},
		},
		Parameters: append([]Parameter{
			{"loops", "herd: epoll loops that share the listener", Count, 8, 2, 64},
			{"defer-accept", "syn-recv: how long a connection without data stays half-open (TCP_DEFER_ACCEPT)", Duration, int64(30 * time.Second), int64(time.Second), int64(time.Hour)},
			{"backlog", "accept-overflow, pool: connections that may wait to be accepted", Count, 4, 0, 1 << 15},
			{"keepalive-idle", "keepalive: silence before the first probe (TCP_KEEPIDLE)", Duration, int64(time.Second), int64(time.Second), int64(9 * time.Hour)},
			{"keepalive-interval", "keepalive: time between probes (TCP_KEEPINTVL)", Duration, int64(time.Second), int64(time.Second), int64(9 * time.Hour)},
			{"keepalive-probes", "keepalive: unanswered probes that end a connection (TCP_KEEPCNT)", Count, 2, 1, 127},
			{"user-timeout", "user-timeout: longest time without an answer (TCP_USER_TIMEOUT)", Duration, int64(1500 * time.Millisecond), int64(time.Millisecond), int64(9 * time.Hour)},
		}, pauses...),
		Start: startHalfOpenFlood,
	})
}

func startHalfOpenFlood(options Options) (Server, error) {
	if options.Variant == "herd" {
		return startHerd(options)
	}
	return startFlooded(options)
}
