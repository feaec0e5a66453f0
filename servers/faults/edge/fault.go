// Package edge holds the fault edge-jitter. It is a package of its own because it needs a library that the other faults
// do without: with a Go that is too old for the library, the target is built without it (cmd/target/with_edge.go).
package edge

import (
	"time"

	"spinlab/servers/faults"
)

func init() {
	faults.Register(faults.Fault{
		Name:     "edge-jitter",
		Title:    "A WebSocket gateway whose poll timers outlive their edges",
		Variants: []string{"timers", "vanished", "reads-dead", "storm", "storm-backoff", "sound", "stock"},
		Fixes: []faults.Fix{
			{Name: "stop-on-close", Cures: []faults.Cure{faults.Spin}, Scope: faults.Standing},
			{Name: "wheel", Cures: []faults.Cure{faults.Spin}, Scope: faults.Standing},
			{Name: "reap", Cures: []faults.Cure{faults.Spin, faults.Leak}, Scope: faults.Standing},
		},
		Parameters: []faults.Parameter{
			duration("poll-every", "how often the gateway looks whether it owes an edge something", 60*time.Millisecond),
			duration("ping-every", "reap: how often each edge is asked whether it lives", 50*time.Millisecond),
			duration("pong-within", "reap: how long its answer may take", 150*time.Millisecond),
		},
		Start: start,
	})
}

func duration(name, help string, value time.Duration) faults.Parameter {
	return faults.Parameter{
		Name: name, Help: help, Unit: faults.Duration,
		Default: int64(value), Least: int64(time.Millisecond), Most: int64(time.Hour),
	}
}
