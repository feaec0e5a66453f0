package main

import (
	"errors"
	"fmt"
	"net"
	"os"
)

// initNamespaceOnly is a setting of the machine's own network namespace, which no other one shows (net_core_table in
// net/core/sysctl_net_core.c is registered for init_net alone).
const initNamespaceOnly = "/proc/sys/net/core/netdev_max_backlog"

// insideSandbox is the guard: where anything but loopback is up, or the namespace is the machine's own, a rule would
// reach traffic that is not the lab's.
func insideSandbox() error {
	if _, err := os.Stat(initNamespaceOnly); !errors.Is(err, os.ErrNotExist) {
		return errors.New("this is the machine's own network namespace; run it in one of the lab's own (unshare --net)")
	}
	interfaces, err := net.Interfaces()
	if err != nil {
		return fmt.Errorf("cannot tell which interfaces are here: %w", err)
	}
	return onlyLoopback(interfaces)
}

func onlyLoopback(interfaces []net.Interface) error {
	for _, one := range interfaces {
		if one.Flags&net.FlagLoopback == 0 && one.Flags&net.FlagUp != 0 {
			return fmt.Errorf("interface %s is up; rules are set only where loopback is all there is", one.Name)
		}
	}
	return nil
}
