// Command room starts programs where it runs, for someone who cannot: the lab, from outside a container. One room serves
// many programs at once, so that starting one costs a fork and not an entry into the container.
//
//	room [--with-init]  takes orders on standard input and reports on standard output, as JSON lines
//	room dial PATH      joins standard input and output to the Unix socket at PATH
//
// An order names a program by a number of the sender's choice: first its argv (and env), then any of input, eof and
// signal. A report says of that number its output, what it said on standard error, or its exit code (128 plus the
// number of the signal that ended it), which is the last report of it. Bytes are base64.
//
// When the orders end, the lab is gone: room ends everything that it started and, with --with-init, pid 1: in a container
// that ends the container, and all that lives in its pid namespace.
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"sync"

	"golang.org/x/sys/unix"
)

// order is one line of standard input.
type order struct {
	ID     int               `json:"id"`
	Argv   []string          `json:"argv"`
	Env    map[string]string `json:"env"`
	Input  []byte            `json:"input"`
	EOF    bool              `json:"eof"`
	Signal int               `json:"signal"`
}

// report is one line of standard output.
type report struct {
	ID   int    `json:"id"`
	Out  []byte `json:"out,omitempty"`
	Err  []byte `json:"err,omitempty"`
	Code *int   `json:"code,omitempty"`
}

func main() {
	var err error
	switch {
	case len(os.Args) == 1:
		err = serve(os.Stdin, os.Stdout)
	case len(os.Args) == 2 && os.Args[1] == "--with-init":
		err = serve(os.Stdin, os.Stdout)
		// Init passes it on to the command that keeps the container.
		_ = unix.Kill(1, unix.SIGTERM)
	case len(os.Args) == 3 && os.Args[1] == "dial":
		err = dial(os.Args[2])
	default:
		err = fmt.Errorf("does not know what to do with %q; takes --with-init, or: dial PATH", os.Args[1:])
	}
	if err != nil {
		fmt.Fprintf(os.Stderr, "room: %v\n", err)
		os.Exit(1)
	}
}

// serve returns when the orders end.
func serve(orders io.Reader, reports io.Writer) error {
	var mu sync.Mutex
	encoder := json.NewEncoder(reports)
	tell := func(r report) {
		mu.Lock()
		defer mu.Unlock()
		// Who reads the reports also sends the orders, and their end is noticed.
		_ = encoder.Encode(r)
	}
	var programs sync.Map
	defer programs.Range(func(_, p any) bool {
		p.(*program).signal(unix.SIGKILL)
		return true
	})
	for decoder := json.NewDecoder(orders); ; {
		var o order
		if err := decoder.Decode(&o); err == io.EOF {
			return nil
		} else if err != nil {
			return fmt.Errorf("an order is no JSON object: %w", err)
		}
		if len(o.Argv) > 0 {
			start(o, tell, &programs)
		} else if p, ok := programs.Load(o.ID); ok {
			p.(*program).obey(o)
		}
		// What has ended takes no orders; its last report is under way.
	}
}

func dial(path string) error {
	connection, err := net.Dial("unix", path)
	if err != nil {
		return err
	}
	defer connection.Close()
	go func() {
		_, _ = io.Copy(connection, os.Stdin)
		_ = connection.(*net.UnixConn).CloseWrite()
	}()
	_, err = io.Copy(os.Stdout, connection)
	return err
}
