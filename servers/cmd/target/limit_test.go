package main

import (
	"bytes"
	"fmt"
	"os/exec"
	"path/filepath"
	"testing"

	"spinlab/servers/faults"
)

func TestTooFewOpenFilesAreToldWithTheNumberThatIsNeeded(t *testing.T) {
	for _, fewer := range []int{5, 10, leastFiles - 1} {
		var complaint bytes.Buffer
		command := exec.Command("prlimit", fmt.Sprintf("--nofile=%d:%d", fewer, fewer), target, "--fault", faults.All()[0].Name,
			"--listen", "127.0.0.1:0", "--control", filepath.Join(t.TempDir(), "control"))
		command.Stderr = &complaint
		command.Run()
		says := fmt.Sprintf("target: may have %d open files, needs %d to start; raise the limit: ulimit -n %d\n", fewer, leastFiles, leastFiles)
		if code := command.ProcessState.ExitCode(); code != 1 || complaint.String() != says {
			t.Errorf("%d open files: exit %d, %q", fewer, code, complaint.String())
		}
	}
}

func TestWithThatManyOpenFilesItServes(t *testing.T) {
	p := start(t, "prlimit", fmt.Sprintf("--nofile=%d:%d", leastFiles, leastFiles))
	if err := p.handshake(); err != nil {
		t.Error(err)
	}
}
