// Command sandbox-init is pid 1 of the lab's sandbox: fresh network, pid and mount namespaces.
//
//	setpriv --pdeathsig KILL unshare --net --pid --fork --kill-child --mount-proc -- sandbox-init [SCRATCH]
//
// It brings loopback up, mounts a private tmpfs on SCRATCH (default /dev/shm), prints "ready" and stays until its
// standard input ends. When pid 1 exits, the kernel kills whatever is left in the namespace (pid_namespaces(7)),
// and the scratch files vanish with the mount namespace.
package main

import (
	"fmt"
	"io"
	"os"
	"os/signal"

	"golang.org/x/sys/unix"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintf(os.Stderr, "sandbox-init: %v\n", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	scratch := "/dev/shm"
	if len(args) == 1 {
		scratch = args[0]
	} else if len(args) > 1 {
		return fmt.Errorf("%d arguments, takes at most one: the mount point of the scratch folder (default %s)", len(args), scratch)
	}
	// A /proc of another pid namespace means that the mounts below would change the machine itself.
	if self, err := os.Readlink("/proc/self"); os.Getpid() != 1 || err != nil || self != "1" {
		return fmt.Errorf("is process %s in /proc, must be process 1 of namespaces of its own; start it by %q", self, "unshare --net --pid --fork --kill-child --mount-proc -- sandbox-init")
	}
	// With SIGCHLD ignored the kernel reaps orphans by itself (wait(2), notes).
	signal.Ignore(unix.SIGCHLD)
	// Ctrl-C reaches the whole process group of a terminal; the lab decides then what ends and in which order.
	signal.Ignore(unix.SIGINT)

	if err := loopbackUp(); err != nil {
		return err
	}
	if err := mountScratch(scratch); err != nil {
		return err
	}
	if _, err := fmt.Println("ready"); err != nil {
		return fmt.Errorf("cannot say on stdout that it is ready: %w", err)
	}
	_, err := io.Copy(io.Discard, os.Stdin)
	return err
}

// loopbackUp does what "ip link set lo up" does: a new network namespace has its loopback interface down, and
// until it is up a connect to 127.0.0.1 fails with ENETUNREACH.
func loopbackUp() error {
	socket, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return fmt.Errorf("cannot open a socket to configure interface lo: %w", err)
	}
	defer unix.Close(socket)
	lo, err := unix.NewIfreq("lo")
	if err != nil {
		return err
	}
	if err := unix.IoctlIfreq(socket, unix.SIOCGIFFLAGS, lo); err != nil {
		return fmt.Errorf("cannot read the flags of interface lo: %w", err)
	}
	lo.SetUint16(lo.Uint16() | unix.IFF_UP)
	if err := unix.IoctlIfreq(socket, unix.SIOCSIFFLAGS, lo); err != nil {
		return fmt.Errorf("cannot bring interface lo up: %w; needs CAP_NET_ADMIN in a network namespace of its own (unshare --net)", err)
	}
	return nil
}

// mountScratch hides what is at path under a tmpfs that only this mount namespace sees.
func mountScratch(path string) error {
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return fmt.Errorf("cannot make the mounts private: %w; needs CAP_SYS_ADMIN in a mount namespace of its own (unshare --mount-proc)", err)
	}
	if err := unix.Mount("tmpfs", path, "tmpfs", unix.MS_NOSUID|unix.MS_NODEV, "mode=0700"); err != nil {
		return fmt.Errorf("cannot mount a tmpfs on %s: %w", path, err)
	}
	return nil
}
