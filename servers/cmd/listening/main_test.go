package main

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

func TestAListenerIsFoundWithItsProcess(t *testing.T) {
	for _, address := range []string{"127.0.0.1:0", "[::1]:0"} {
		server, err := net.Listen("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		port := uint16(server.Addr().(*net.TCPAddr).Port)
		inode, err := listener("/proc/net", port)
		if err != nil {
			t.Fatal(err)
		}
		if pid, err := holderOf("/proc", inode); pid != strconv.Itoa(os.Getpid()) {
			t.Errorf("%s: held by %q (%v), not by %d", address, pid, err, os.Getpid())
		}
		// A connection has the port too, and is no listener.
		client, err := net.Dial("tcp", server.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer client.Close()
		server.Close()
		if _, err := listener("/proc/net", port); err == nil || !strings.Contains(err.Error(), fmt.Sprint("nothing listens on port ", port)) {
			t.Errorf("%s: after its end: %v", address, err)
		}
	}
}

func TestASocketThatNobodyHolds(t *testing.T) {
	if pid, err := holderOf("/proc", "0"); err == nil {
		t.Errorf("held by %s", pid)
	}
}

func TestTheFirstGuestOfThePidNamespace(t *testing.T) {
	folder := t.TempDir()
	for pid, stat := range map[string]string{
		"1":  "1 (docker-init) S 0 1",
		"7":  "7 (watch-port) S 1 7",
		"30": "30 (a) b) (c) S 0 30",
		"25": "25 (server) S 0 25",
		"26": "26 (worker) S 25 25",
	} {
		if err := os.MkdirAll(filepath.Join(folder, pid), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, pid, "stat"), []byte(stat), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if pid, err := guest(folder); pid != "25" {
		t.Errorf("%q %v", pid, err)
	}
	if pid, err := guest(t.TempDir()); err == nil {
		t.Errorf("in an empty namespace: %s", pid)
	}
}
