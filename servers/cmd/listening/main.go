// Command listening looks for a TCP socket that listens, without connecting to it: a server under test must not see
// its health check.
//
//	listening [--wait] [--pid] PORT
//
// It exits with 0 when there is one, else with 1; --wait waits for it. --pid prints the process that holds it, by its
// number in this pid namespace. Where the descriptors of another user are hidden, that is the first process that another
// container has in this namespace.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

const pollEvery = 100 * time.Millisecond

func main() {
	wait := flag.Bool("wait", false, "wait until one listens")
	pid := flag.Bool("pid", false, "print the process that holds it")
	flag.Parse()
	port, err := strconv.ParseUint(flag.Arg(0), 10, 16)
	if flag.NArg() != 1 || err != nil || port == 0 {
		fmt.Fprintf(os.Stderr, "listening: takes one port, 1 to 65535, not %q\n", flag.Args())
		os.Exit(2)
	}
	for {
		err := look(uint16(port), *pid)
		if err == nil {
			return
		}
		if !*wait {
			fmt.Fprintf(os.Stderr, "listening: %v\n", err)
			os.Exit(1)
		}
		time.Sleep(pollEvery)
	}
}

func look(port uint16, pid bool) error {
	inode, err := listener("/proc/net", port)
	if err != nil || !pid {
		return err
	}
	holder, err := holderOf("/proc", inode)
	if err != nil {
		holder, err = guest("/proc")
	}
	if err == nil {
		fmt.Println(holder)
	}
	return err
}

// listener finds the inode of a socket in state LISTEN (0A, include/net/tcp_states.h) in the tables of proc_net_tcp.rst.
func listener(folder string, port uint16) (inode string, err error) {
	suffix := fmt.Sprintf(":%04X", port)
	for _, table := range []string{"tcp", "tcp6"} {
		text, err := os.ReadFile(filepath.Join(folder, table))
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return "", err
		}
		for line := range strings.Lines(string(text)) {
			fields := strings.Fields(line)
			if len(fields) > 9 && strings.HasSuffix(fields[1], suffix) && fields[3] == "0A" {
				return fields[9], nil
			}
		}
	}
	return "", fmt.Errorf("nothing listens on port %d", port)
}

// holderOf finds a process that has the socket open. The descriptors of another user's processes are hidden.
func holderOf(folder, inode string) (pid string, err error) {
	links, err := filepath.Glob(filepath.Join(folder, "[0-9]*", "fd", "*"))
	if err != nil {
		return "", err
	}
	for _, link := range links {
		if name, _ := os.Readlink(link); name == "socket:["+inode+"]" {
			return filepath.Base(filepath.Dir(filepath.Dir(link))), nil
		}
	}
	return "", fmt.Errorf("socket %s is held by no process whose descriptors can be seen", inode)
}

// guest finds the first process that entered this pid namespace from outside: its parent is none that can be seen here,
// so its number reads 0 (pid_namespaces(7)), and it is not the namespace's init.
func guest(folder string) (pid string, err error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return "", err
	}
	first := 0
	for _, entry := range entries {
		number, err := strconv.Atoi(entry.Name())
		if err != nil || number == 1 || number == os.Getpid() || (first != 0 && number > first) {
			continue
		}
		stat, _ := os.ReadFile(filepath.Join(folder, entry.Name(), "stat"))
		// "pid (comm) state ppid …": comm may hold spaces and parentheses, so count from the last one (proc_pid_stat(5)).
		fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
		if len(fields) > 1 && fields[1] == "0" {
			first = number
		}
	}
	if first == 0 {
		return "", errors.New("no other container has a process in this pid namespace")
	}
	return strconv.Itoa(first), nil
}
