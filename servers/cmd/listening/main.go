// Command listening looks for a TCP socket that listens, without connecting to it: a server under test must not see
// its health check.
//
//	listening [--wait] [--pid] PORT
//
// It exits with 0 when there is one, else with 1; --wait waits for it. --pid prints the process that holds it, by its
// number in this pid namespace.
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
