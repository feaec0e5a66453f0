package hands

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

const nap = 300 * time.Millisecond

// naps are ways to wait, and what comes of each when nothing disturbs it.
var naps = map[string]struct {
	number int
	wait   func() string
	want   string
}{
	"nanosleep": {unix.SYS_NANOSLEEP, func() string {
		left := unix.NsecToTimespec(nap.Nanoseconds())
		return fmt.Sprint(unix.Nanosleep(&left, nil))
	}, "<nil> true"},
	"poll": {unix.SYS_POLL, func() string {
		n, _, errno := unix.Syscall(unix.SYS_POLL, 0, 0, uintptr(nap.Milliseconds()))
		return fmt.Sprint(n, errno)
	}, "0 errno 0 true"},
	"read": {unix.SYS_READ, func() string {
		var b [8]byte
		n, err := unix.Read(0, b[:])
		return fmt.Sprintf("%q %v", b[:max(n, 0)], err)
	}, `"x" <nil> true`},
}

func TestMain(m *testing.M) {
	if sleep, ok := naps[os.Getenv("HANDS_TEST_SLEEP")]; ok {
		runtime.LockOSThread()
		fmt.Println(unix.Gettid(), must(unix.Open("/dev/null", unix.O_RDONLY, 0)))
		began := time.Now()
		fmt.Println(sleep.wait(), time.Since(began) >= nap)
		return
	}
	os.Exit(m.Run())
}

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

// TestSleepersSleepOn: a thread that sleeps makes the call and sleeps on, and its wait ends as if nothing had been.
func TestSleepersSleepOn(t *testing.T) {
	for name, sleep := range naps {
		t.Run(name, func(t *testing.T) {
			child := exec.Command("/proc/self/exe")
			child.Env = append(os.Environ(), "HANDS_TEST_SLEEP="+name, "GODEBUG=asyncpreemptoff=1")
			in := must(child.StdinPipe())
			lines := bufio.NewReader(must(child.StdoutPipe()))
			if err := child.Start(); err != nil {
				t.Fatal(err)
			}
			defer child.Wait()
			defer in.Close()
			var tid, fd int
			must(fmt.Sscan(must(lines.ReadString('\n')), &tid, &fd))
			asleep := fmt.Sprint(sleep.number, " ")
			for text := ""; !strings.HasPrefix(text, asleep); time.Sleep(time.Millisecond) {
				text = string(must(os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/syscall", child.Process.Pid, tid))))
			}
			began := time.Now()
			// A second close fails, so it was the same number that was closed.
			for _, want := range []error{nil, unix.EBADF} {
				if err := on(tid, call{unix.SYS_CLOSE, []uint64{uint64(fd)}, func() error { return nil }}); !errors.Is(err, want) {
					t.Fatalf("the call says %v, expected %v", err, want)
				}
			}
			if name == "read" {
				time.Sleep(time.Until(began.Add(nap)))
				fmt.Fprint(in, "x")
			}
			if said := strings.TrimSpace(must(lines.ReadString('\n'))); said != sleep.want {
				t.Errorf("the wait ended with %q, expected %q", said, sleep.want)
			}
		})
	}
}

// on substitutes a call of one thread.
func on(tid int, c call) (err error) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread()
		_, err = substitute(tid, c)
	}()
	<-done
	return err
}
