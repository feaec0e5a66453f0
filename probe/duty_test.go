package main

import (
	"fmt"
	"testing"

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
	helper := startPeer(t, "futile")
	sparse := startWatch(t, pidFlag(helper), "--duty=5", "--interval=20ms")
	auto := startWatch(t, pidFlag(helper), "--interval=20ms")
	for len(sparse.windows) < 11 {
		sparse.next(t)
	}
	for len(auto.windows) < 11 {
		auto.next(t)
	}
	const calm = "#....#....#"
	if sparse.counted() != calm || auto.counted() != calm {
		t.Fatalf("of a calm process counted %s and %s, expected %s", sparse.counted(), auto.counted(), calm)
	}
	helper.work(t)
	sparse.windows, auto.windows = nil, nil
	// One counted window in five must come, and the next are counted without a pause.
	for len(auto.windows) < 20 {
		auto.next(t)
		sparse.next(t)
	}
	if pattern := auto.counted()[10:]; pattern != "##########" {
		t.Errorf("of a spinning process counted %s after a while, expected each window", pattern)
	}
	for i := range sparse.windows[:15] {
		if n := countOf(sparse.counted()[i:i+5], '#'); n != 1 {
			t.Errorf("with --duty 5 counted %s, expected one window in five", sparse.counted())
			break
		}
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

func countOf(text string, wanted byte) (n int) {
	for i := range len(text) {
		if text[i] == wanted {
			n++
		}
	}
	return n
}
