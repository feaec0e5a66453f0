package main

import (
	"errors"
	"strconv"
	"syscall"
	"time"
)

func init() {
	demonstrations["poll"] = poll
	demonstrations["wake"] = wake
}

// poll calls epoll_wait for ever on a pipe in which nothing comes, with a timeout in ms.
func poll(args []string) error {
	epfd, _, timeout, err := pipeInEpoll(args)
	if err != nil {
		return err
	}
	go func() {
		events := make([]syscall.EpollEvent, 1)
		for {
			syscall.EpollWait(epfd, events, timeout)
		}
	}()
	return stay(map[string]int{"timeout": timeout})
}

// wake measures how long a wait with a timeout in ms sleeps on after there is something to read.
func wake(args []string) error {
	epfd, write, timeout, err := pipeInEpoll(args)
	if err != nil {
		return err
	}
	written := make(chan time.Time, 1)
	go func() {
		time.Sleep(100 * time.Millisecond) // by then the other thread sleeps in its wait
		now := time.Now()
		syscall.Write(write, []byte{1})
		written <- now
	}()
	events := make([]syscall.EpollEvent, 1)
	n := 0
	for n == 0 || err == syscall.EINTR {
		n, err = syscall.EpollWait(epfd, events, timeout)
	}
	woken := time.Now()
	return say(map[string]float64{"latencyMs": woken.Sub(<-written).Seconds() * 1000})
}

func pipeInEpoll(args []string) (epfd, write, timeout int, err error) {
	if len(args) != 1 {
		return 0, 0, 0, errors.New("takes a timeout in ms")
	}
	if timeout, err = strconv.Atoi(args[0]); err != nil {
		return
	}
	var ends [2]int
	if err = syscall.Pipe(ends[:]); err != nil {
		return
	}
	if epfd, err = syscall.EpollCreate1(0); err != nil {
		return
	}
	event := syscall.EpollEvent{Events: syscall.EPOLLIN, Fd: int32(ends[0])}
	return epfd, ends[1], timeout, syscall.EpollCtl(epfd, syscall.EPOLL_CTL_ADD, ends[0], &event)
}
