package main

import (
	"errors"
	"os"
	"strconv"
	"sync"
	"syscall"
)

func init() {
	demonstrations["open-and-close"] = openAndClose
	demonstrations["blocking-calls"] = blockingCalls
}

// openAndClose opens so many descriptors and closes them again.
func openAndClose(args []string) error {
	count, err := number(args)
	if err != nil {
		return err
	}
	var files []*os.File
	for i := 0; i < count; i++ {
		file, err := os.Open("/dev/null")
		if err != nil {
			return err
		}
		files = append(files, file)
	}
	for _, file := range files {
		file.Close()
	}
	return stay(map[string]int{"opened": count})
}

// blockingCalls keeps so many goroutines in a system call that the runtime cannot take off its thread, nothing leaked.
func blockingCalls(args []string) error {
	count, err := number(args)
	if err != nil {
		return err
	}
	var ends [2]int
	if err := syscall.Pipe(ends[:]); err != nil {
		return err
	}
	var begun sync.WaitGroup
	begun.Add(count)
	for i := 0; i < count; i++ {
		go func() {
			begun.Done()
			syscall.Read(ends[0], make([]byte, 1))
		}()
	}
	begun.Wait()
	return stay(map[string]int{"goroutines": count})
}

func number(args []string) (int, error) {
	if len(args) != 1 {
		return 0, errors.New("takes a number")
	}
	return strconv.Atoi(args[0])
}
