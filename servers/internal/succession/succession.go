// Package succession hands a running server over to its successor: a new process of the same program that inherits the
// listener. Both share one accept queue until the old one closes its descriptor, so no connection falls between.
package succession

import (
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// variable of the environment, by which a process knows that it is a successor: the fixes that stand, joined by commas.
const variable = "SPINLAB_SUCCESSION"

// Descriptors that a successor finds open.
const (
	listenerFD = 3
	readyFD    = 4
)

// patience is how long a successor may take until it serves.
const patience = 30 * time.Second

// Inheritance is what a successor has from the process before it.
type Inheritance struct {
	// Applied names the fixes that the new program has built in.
	Applied []string
}

// Inherited returns nil in a process that is nobody's successor. It answers once.
func Inherited() *Inheritance {
	applied, is := os.LookupEnv(variable)
	if !is {
		return nil
	}
	os.Unsetenv(variable)
	for _, fd := range []int{listenerFD, readyFD} {
		unix.CloseOnExec(fd)
	}
	return &Inheritance{Applied: strings.FieldsFunc(applied, func(r rune) bool { return r == ',' })}
}

// Listener is the one that the process before listens on, too.
func (i *Inheritance) Listener() (net.Listener, error) {
	file := os.NewFile(listenerFD, "inherited listener")
	defer file.Close()
	listener, err := net.FileListener(file)
	if err != nil {
		return nil, fmt.Errorf("cannot listen on what was inherited: %w", err)
	}
	return listener, nil
}

// Serves tells the process before that it may leave.
func (i *Inheritance) Serves() error {
	defer unix.Close(readyFD)
	if _, err := unix.Write(readyFD, []byte{1}); err != nil {
		return fmt.Errorf("cannot tell the process before this one that it may leave: %w", err)
	}
	return nil
}

// Start starts this program again, with the same arguments, and returns when the new process serves. An error means
// that there is no successor. The listener must be non-blocking: both processes share its file description.
func Start(listener int, applied []string) error {
	program, err := os.Executable()
	if err != nil {
		return fmt.Errorf("cannot find the program to start: %w", err)
	}
	var ends [2]int
	if err := unix.Pipe2(ends[:], unix.O_CLOEXEC|unix.O_NONBLOCK); err != nil {
		return fmt.Errorf("cannot make a pipe for the successor: %w", err)
	}
	ready := os.NewFile(uintptr(ends[0]), "ready")
	defer ready.Close()
	// Not os.StartProcess: it asks os.File.Fd, which would make the shared file description block.
	pid, _, err := syscall.StartProcess(program, os.Args, &syscall.ProcAttr{
		Env:   append(os.Environ(), variable+"="+strings.Join(applied, ",")),
		Files: []uintptr{0, 1, 2, uintptr(listener), uintptr(ends[1])},
	})
	unix.Close(ends[1])
	if err != nil {
		return fmt.Errorf("cannot start a successor: %w", err)
	}
	successor, err := os.FindProcess(pid)
	if err != nil {
		return err
	}
	ready.SetReadDeadline(time.Now().Add(patience))
	_, err = ready.Read(make([]byte, 1))
	switch {
	case err == nil:
		return successor.Release()
	case errors.Is(err, os.ErrDeadlineExceeded):
		successor.Kill()
		successor.Wait()
		return fmt.Errorf("the successor (pid %d) did not serve within %s", pid, patience)
	default:
		state, err := successor.Wait()
		if err != nil {
			return err
		}
		return fmt.Errorf("the successor (pid %d) ended before it served: %s", pid, state)
	}
}
