package main

import (
	"io"
	"sync"
)

// queue holds what a program has not read yet, so that one that does not read holds up no other.
type queue struct {
	mu      sync.Mutex
	changed *sync.Cond
	bytes   []byte
	closed  bool
}

func newQueue() *queue {
	q := &queue{}
	q.changed = sync.NewCond(&q.mu)
	return q
}

func (q *queue) put(bytes []byte) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.bytes = append(q.bytes, bytes...)
	q.changed.Signal()
}

// close lets drain end once everything is written.
func (q *queue) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	q.changed.Signal()
}

// drain writes until the queue is closed and empty, or nobody reads, and closes the writer.
func (q *queue) drain(to io.WriteCloser) {
	defer to.Close()
	for {
		q.mu.Lock()
		for len(q.bytes) == 0 && !q.closed {
			q.changed.Wait()
		}
		bytes := q.bytes
		q.bytes = nil
		q.mu.Unlock()
		if len(bytes) == 0 {
			return
		}
		if _, err := to.Write(bytes); err != nil {
			return
		}
	}
}
