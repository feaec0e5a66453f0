package main

import (
	"bufio"
	"flag"
	"fmt"
	"net/netip"
	"os"

	"spinlab/probe/internal/procfs"
)

// tables prints the kernel's tables of each process whose number it reads, and ends them with a line that is a full stop.
func tables(arguments []string) error {
	flags := flag.NewFlagSet("tables", flag.ContinueOnError)
	var local netip.AddrPort
	flags.TextVar(&local, "local", netip.AddrPort{}, "of the TCP sockets, those that have this `address:port` at their own end, in the table of its family (default: all)")
	if err := parse(flags, arguments); err != nil {
		return err
	}
	out := bufio.NewWriterSize(os.Stdout, 1<<16)
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		var pids pidList
		if err := pids.Set(lines.Text()); err != nil {
			return fail(exitUsage, "tables: %w", err)
		}
		for _, pid := range pids {
			procfs.WriteTables(out, pid, local)
			fmt.Fprintln(out, ".")
		}
		if err := out.Flush(); err != nil {
			return err
		}
	}
	return nil
}
