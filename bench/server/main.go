// Command server is the healthy subject of the benchmarks: stock net/http that answers five bytes.
//
// Its first line on standard output is its pid and the address it listens on. Each line on standard input is answered
// by the CPU time in nanoseconds that the process has used so far; the end of the input ends it.
package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"syscall"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Println(os.Getpid(), listener.Addr())
	hello := func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "hello") }
	failed := make(chan error, 1)
	go func() { failed <- http.Serve(listener, http.HandlerFunc(hello)) }()
	go func() { failed <- tellCPU(os.Stdin, os.Stdout) }()
	return <-failed
}

// tellCPU answers each line with user plus system time, of threads that have ended too (getrusage(2), RUSAGE_SELF).
func tellCPU(questions io.Reader, answers io.Writer) error {
	lines := bufio.NewScanner(questions)
	for lines.Scan() {
		var usage syscall.Rusage
		if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
			return err
		}
		if _, err := fmt.Fprintln(answers, usage.Utime.Nano()+usage.Stime.Nano()); err != nil {
			return err
		}
	}
	return lines.Err()
}
