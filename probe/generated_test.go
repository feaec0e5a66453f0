package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// compiler made the checked-in objects; another makes others that do the same.
const compiler = "version 14."

// TestGenerated compares the checked-in BPF objects and their bindings with what the sources give.
func TestGenerated(t *testing.T) {
	if _, err := exec.LookPath("clang"); err != nil {
		unavailable(t, "clang is not installed: apt-get install clang llvm libbpf-dev")
	}
	if !strings.Contains(clangVersion(), compiler) {
		unavailable(t, "the objects were made with clang "+compiler+", here is "+clangVersion())
	}
	copied := t.TempDir()
	if err := os.CopyFS(copied, os.DirFS(".")); err != nil {
		t.Fatal(err)
	}
	generate := exec.Command("go", "generate", "./...")
	generate.Dir = copied
	if output, err := generate.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	files, err := filepath.Glob("internal/*/*_x86_bpfel.*")
	if err != nil || len(files) == 0 {
		t.Fatalf("no generated files: %v", err)
	}
	for _, file := range append(files, "internal/counter/names_amd64.go") {
		old, fresh := must(os.ReadFile(file)), must(os.ReadFile(filepath.Join(copied, file)))
		if !bytes.Equal(old, fresh) {
			t.Errorf("%s is not what its sources give: run go generate ./...", file)
		}
	}
}

func clangVersion() string {
	output, _ := exec.Command("clang", "--version").Output()
	line, _, _ := strings.Cut(string(output), "\n")
	return line
}
