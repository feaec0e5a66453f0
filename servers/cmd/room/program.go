package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"
)

// notStarted is what a shell gives for a command that it cannot run.
const notStarted = 127

// program is one that the room has started and that has not ended.
type program struct {
	command *exec.Cmd
	input   *queue
}

// start never fails: what cannot be started says so on its standard error and has ended with 127.
func start(o order, tell func(report), programs *sync.Map) {
	p := &program{exec.Command(o.Argv[0], o.Argv[1:]...), newQueue()}
	p.command.Env = os.Environ()
	for name, value := range o.Env {
		p.command.Env = append(p.command.Env, name+"="+value)
	}
	// A session of its own: no signal meant for one program reaches another.
	p.command.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Pdeathsig: unix.SIGKILL}
	in, inErr := p.command.StdinPipe()
	out, outErr := p.command.StdoutPipe()
	complaint, complaintErr := p.command.StderrPipe()
	err := errors.Join(inErr, outErr, complaintErr)
	if err == nil {
		err = p.command.Start()
	}
	if err != nil {
		code := notStarted
		tell(report{ID: o.ID, Err: fmt.Appendf(nil, "%v\n", err), Code: &code})
		return
	}
	programs.Store(o.ID, p)
	go p.input.drain(in)
	go func() {
		var streams sync.WaitGroup
		streams.Go(func() { pass(out, func(bytes []byte) { tell(report{ID: o.ID, Out: bytes}) }) })
		streams.Go(func() { pass(complaint, func(bytes []byte) { tell(report{ID: o.ID, Err: bytes}) }) })
		streams.Wait()
		code := p.wait()
		programs.Delete(o.ID)
		tell(report{ID: o.ID, Code: &code})
	}()
}

func (p *program) obey(o order) {
	p.input.put(o.Input)
	if o.EOF {
		p.input.close()
	}
	if o.Signal != 0 {
		p.signal(unix.Signal(o.Signal))
	}
}

// signal is refused for what has ended already.
func (p *program) signal(s unix.Signal) { _ = p.command.Process.Signal(s) }

func (p *program) wait() int {
	_ = p.command.Wait()
	p.input.close()
	status := p.command.ProcessState.Sys().(syscall.WaitStatus)
	if status.Signaled() {
		return 128 + int(status.Signal())
	}
	return status.ExitStatus()
}

func pass(from io.Reader, take func([]byte)) {
	buffer := make([]byte, 64*1024)
	for {
		n, err := from.Read(buffer)
		if n > 0 {
			take(buffer[:n])
		}
		if err != nil {
			return
		}
	}
}
