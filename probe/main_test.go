package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// binary is the probe, built once for all tests as it is shipped.
var binary string

// skipped counts the tests that this machine does not permit, by reason.
var skipped = map[string]int{}

func TestMain(m *testing.M) {
	if role := os.Getenv("PROBE_TEST_ROLE"); role != "" {
		roles[role]()
		return
	}
	os.Exit(runAll(m))
}

func runAll(m *testing.M) int {
	dir, err := os.MkdirTemp("", "probe-test-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	binary = filepath.Join(dir, "probe")
	build := exec.Command("go", "build", "-o", binary, ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if output, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "building the probe: %v\n%s", err, output)
		return 1
	}
	code := m.Run()
	for reason, n := range skipped {
		fmt.Printf("skipped %d: %s\n", n, reason)
	}
	return code
}

// unavailable skips a test that this machine does not permit, and counts it; SPINLAB_STRICT=1 makes it a failure.
func unavailable(t *testing.T, reason string) {
	t.Helper()
	if os.Getenv("SPINLAB_STRICT") == "1" {
		t.Fatal("not to be skipped: ", reason)
	}
	skipped[reason]++
	t.Skip(reason)
}
