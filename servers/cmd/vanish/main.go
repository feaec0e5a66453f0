// Command vanish makes peers of one port vanish as if their cable were cut: no FIN, no RST, no answer.
//
//	vanish PORT
//
// For each loopback address on standard input (one a line) a rule of netfilter, in the network namespace that it runs
// in, drops what passes between that address and the port, and the address is printed: from then on nothing gets
// through. At the end of standard input the rules are taken away; when the namespace ends, they end with it.
package main

import (
	"bufio"
	"fmt"
	"io"
	"net/netip"
	"os"
	"strconv"
)

func main() {
	if err := run(os.Args[1:], os.Stdin, os.Stdout); err != nil {
		fmt.Fprintf(os.Stderr, "vanish: %v\n", err)
		os.Exit(1)
	}
}

func run(args []string, in io.Reader, out io.Writer) (err error) {
	port, err := portOf(args)
	if err != nil {
		return err
	}
	if err := insideSandbox(); err != nil {
		return err
	}
	rules, err := dropBetween(port)
	if err != nil {
		return err
	}
	defer func() {
		if lost := rules.close(); err == nil {
			err = lost
		}
	}()
	lines := bufio.NewScanner(in)
	for lines.Scan() {
		address, err := loopback(lines.Text())
		if err != nil {
			return err
		}
		if err := rules.add(address); err != nil {
			return fmt.Errorf("cannot drop the packets of %s: %w", address, err)
		}
		if _, err := fmt.Fprintln(out, address); err != nil {
			return err
		}
	}
	return lines.Err()
}

func portOf(args []string) (uint16, error) {
	if len(args) != 1 {
		return 0, fmt.Errorf("%d arguments, takes one: the port that peers vanish from", len(args))
	}
	port, err := strconv.ParseUint(args[0], 10, 16)
	if err != nil || port == 0 {
		return 0, fmt.Errorf("port is %q, must be from 1 to 65535", args[0])
	}
	return uint16(port), nil
}

func loopback(text string) (netip.Addr, error) {
	address, err := netip.ParseAddr(text)
	if err != nil || !address.Is4() || !address.IsLoopback() {
		return address, fmt.Errorf("%q is no address of 127.0.0.0/8", text)
	}
	return address, nil
}
