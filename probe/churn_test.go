package main

import (
	"encoding/json"
	"testing"

	"golang.org/x/sys/unix"
)

func init() { roles["churn"] = func() { serve(useChurn()) } }

const churned = 40000

// churn is a process in which each connection is registered with data of its own, beside one that stays and is never read.
type churn struct{ Stuck int }

func useChurn() func() string {
	set, stuck := must(unix.EpollCreate1(0)), must(unix.EpollCreate1(0))
	unread, _ := readySocket()
	register(stuck, unread, -1)
	events, buffer := make([]unix.EpollEvent, 8), make([]byte, 1)
	return func() string {
		for i := range int32(churned) {
			reader, writer := readySocket()
			register(set, reader, i)
			epollWait(set, events, 0)
			unix.Read(reader, buffer)
			unix.Close(reader)
			unix.Close(writer)
			if i%100 == 0 {
				epollWait(stuck, events, 0)
			}
		}
		return string(must(json.Marshal(churn{unread})))
	}
}

// TestChurn makes more registrations than there is room for: the oldest give way, and none that is in use.
func TestChurn(t *testing.T) {
	helper := startPeer(t, "churn")
	w := startWatch(t, pidFlag(helper), "--duty=1")
	before := w.everything()
	s := answer[churn](t, helper)
	w.whole(t)
	if stuck := w.descriptor(helper.Process.Pid, s.Stuck); stuck.Ready != churned/100 || stuck.Unconsumed != churned/100-1 {
		t.Errorf("never read: got %+v, expected %d reports, all but the first unconsumed", stuck, churned/100)
	}
	if all := w.everything(); all.Unconsumed-before.Unconsumed > churned/100 {
		t.Errorf("%d reports of connections that were read are called unconsumed", all.Unconsumed-before.Unconsumed-churned/100)
	}
}
