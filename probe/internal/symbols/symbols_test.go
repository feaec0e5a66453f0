package symbols

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"
)

// run starts a program that says one line and then waits for the end of its input.
func run(t *testing.T, program string) (pid int, line []byte) {
	t.Helper()
	command := exec.Command(program)
	in, err := command.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		in.Close()
		_ = command.Wait()
	})
	line, err = bufio.NewReader(out).ReadBytes('\n')
	if err != nil {
		t.Fatal(err)
	}
	return command.Process.Pid, line
}

func build(t *testing.T, command ...string) {
	t.Helper()
	if output, err := exec.Command(command[0], command[1:]...).CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", strings.Join(command, " "), err, output)
	}
}

// TestGo compares names with those of the runtime itself, inlined calls included.
func TestGo(t *testing.T) {
	for name, flags := range map[string][]string{
		"plain":        nil,
		"stripped":     {"-ldflags=-s -w"},
		"pie":          {"-buildmode=pie"},
		"pie stripped": {"-buildmode=pie", "-ldflags=-s -w"},
	} {
		t.Run(name, func(t *testing.T) {
			program := filepath.Join(t.TempDir(), "callers")
			build(t, append(append([]string{"go", "build", "-o", program}, flags...), "./testdata/callers")...)
			pid, line := run(t, program)
			var said struct {
				Addresses []uint64
				Frames    []string
			}
			if err := json.Unmarshal(line, &said); err != nil {
				t.Fatal(err)
			}
			process := NewProcess(pid)
			defer process.Close()
			inlined := false
			for n := 0; n < len(said.Addresses); {
				// The runtime gives an address for each inlined call too; ours for the innermost gives all of them.
				frames := process.at(said.Addresses[n] - 1)
				if end := min(n+len(frames), len(said.Frames)); !slices.Equal(frames, said.Frames[n:end]) {
					t.Errorf("%#x is %q, the runtime says %q", said.Addresses[n], frames, said.Frames[n:end])
				}
				inlined = inlined || len(frames) == 3
				n += max(len(frames), 1)
			}
			if !inlined {
				t.Error("no inlined calls were found, expected two in main.outermost")
			}
		})
	}
}

const cProgram = `
#include <stdio.h>
#include <unistd.h>
int here(int n) { return n * 3 + 1; }
int main(void) { printf("%lu %lu\n", (unsigned long)here, (unsigned long)getchar); fflush(stdout); return getchar() == 0; }
`

// TestC finds functions of a program and of a library.
func TestC(t *testing.T) {
	if _, err := exec.LookPath("cc"); err != nil {
		t.Skip("no C compiler is installed: apt-get install gcc")
	}
	dir := t.TempDir()
	source := filepath.Join(dir, "here.c")
	if err := os.WriteFile(source, []byte(cProgram), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, flags := range map[string][]string{"plain": {"-no-pie"}, "pie": {"-pie", "-fPIE"}, "stripped": {"-s"}} {
		t.Run(name, func(t *testing.T) {
			program := filepath.Join(dir, "program")
			build(t, append([]string{"cc", "-o", program, source}, flags...)...)
			pid, line := run(t, program)
			var here, library uint64
			if _, err := fmt.Sscan(string(line), &here, &library); err != nil {
				t.Fatal(err)
			}
			process := NewProcess(pid)
			defer process.Close()
			want := "here program"
			if name == "stripped" {
				want = "program+0x"
			}
			if got := process.at(here + 4); len(got) != 1 || !strings.HasPrefix(got[0], want) {
				t.Errorf("in the program: %q, expected %q", got, want)
			}
			if got := process.at(library + 4); len(got) != 1 || !strings.HasPrefix(got[0], "getchar libc.so") {
				t.Errorf("in the library: %q, expected getchar", got)
			}
		})
	}
}

// TestPerfMap names compiled code, the newest where code was replaced.
func TestPerfMap(t *testing.T) {
	code, err := unix.Mmap(-1, 0, 4096, unix.PROT_READ|unix.PROT_EXEC, unix.MAP_PRIVATE|unix.MAP_ANON)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = unix.Munmap(code) }()
	start := uint64(uintptr(unsafe.Pointer(&code[0])))
	path := fmt.Sprintf("/tmp/perf-%d.map", os.Getpid())
	lines := fmt.Sprintf("%x 40 old\n%x 40 LazyCompile:*serve /app/server.js:12\n%x 10 other\n", start, start, start+0x100)
	if err := os.WriteFile(path, []byte(lines), 0o600); err != nil {
		t.Fatal(err)
	}
	defer os.Remove(path)
	process := NewProcess(os.Getpid())
	defer process.Close()
	for offset, want := range map[uint64]string{
		0: "LazyCompile:*serve /app/server.js:12", 0x3f: "LazyCompile:*serve /app/server.js:12", 0x40: fmt.Sprintf("%#x", start+0x40), 0x108: "other",
	} {
		if got := process.at(start + offset); len(got) != 1 || got[0] != want {
			t.Errorf("offset %#x is %q, expected %q", offset, got, want)
		}
	}
}

// TestPause reads instructions out of the process itself: at one that marks time, right behind it, and elsewhere.
func TestPause(t *testing.T) {
	if runtime.GOARCH != "amd64" {
		t.Skip("this processor has no PAUSE")
	}
	code := []byte{0x90, 0x90, 0xf3, 0x90, 0x48, 0x85, 0xc0, 0x90}
	p := NewProcess(os.Getpid())
	defer p.Close()
	for offset, expected := range map[int]bool{2: true, 4: true, 3: false, 6: false} {
		address := uint64(uintptr(unsafe.Pointer(&code[offset])))
		if frames := p.Frames([]uint64{address}); (frames[0] == "[pause]") != expected {
			t.Errorf("byte %d of % x: frames %v", offset, code, frames)
		}
	}
}
