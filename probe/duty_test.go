package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

func init() {
	roles["futile"] = func() {
		c := newCast()
		buffer := make([]byte, 64)
		serve(func() string {
			go func() {
				for {
					unix.Recvfrom(c.Empty, buffer, 0)
				}
			}()
			return "spinning"
		})
	}
}

// counted says of each window whether system calls were counted in it.
func (w *watched) counted() (pattern string) {
	for _, one := range w.windows {
		if one.Calls == nil {
			pattern += "."
		} else {
			pattern += "#"
		}
	}
	return pattern
}

// TestDuty counts sparsely while nothing is amiss, densely as soon as something looks futile.
func TestDuty(t *testing.T) {
	const interval, calm = 20 * time.Millisecond, "#.#.#.#.#.#"
	helper := startPeer(t, "futile")
	sparse := startWatch(t, pidFlag(helper), "--duty=5", "--interval="+interval.String())
	auto := startWatch(t, pidFlag(helper), "--interval="+interval.String())
	for len(sparse.windows) < len(calm) {
		sparse.next(t)
	}
	for len(auto.windows) < len(calm) {
		auto.next(t)
	}
	if sparse.counted() != calm || auto.counted() != calm {
		t.Fatalf("of a calm process counted %s and %s, expected %s", sparse.counted(), auto.counted(), calm)
	}
	sparse.rests(t, 4*interval, 4*interval)
	auto.rests(t, 4*interval, 8*interval)
	helper.work(t)
	sparse.windows, auto.windows = nil, nil
	// A counted window must come, and the next are counted without a pause.
	for len(auto.windows) < 20 {
		auto.next(t)
	}
	for len(sparse.windows) < 10 {
		sparse.next(t)
	}
	if pattern := auto.counted()[10:]; pattern != "##########" {
		t.Errorf("of a spinning process counted %s after a while, expected each window", pattern)
	}
	if pattern := sparse.counted(); strings.Contains(pattern, "##") {
		t.Errorf("with --duty 5 counted %s, expected a rest after each counted window", pattern)
	}
}

// rests says how long the first window that is not counted must be at least, and the others. A tenth less is the time
// that the window before it took to be read.
func (w *watched) rests(t *testing.T, first, others time.Duration) {
	t.Helper()
	expected := first
	for _, one := range w.windows {
		if one.Calls != nil {
			continue
		}
		if one.Seconds < 0.9*expected.Seconds() {
			t.Errorf("a window that is not counted is %.3f s long, expected %v", one.Seconds, expected)
		}
		expected = others
	}
}

// TestDenseOnRequest is for callers who want to know more than a sparse look shows.
func TestDenseOnRequest(t *testing.T) {
	w := startWatch(t, pidFlag(startPeer(t, "futile")), "--interval=20ms")
	fmt.Fprintln(w.in, "dense")
	for len(w.windows) < 21 {
		w.next(t)
	}
	if pattern := w.counted()[11:]; pattern != "##########" {
		t.Errorf("after dense windows were asked for counted %s, expected each", pattern)
	}
}
