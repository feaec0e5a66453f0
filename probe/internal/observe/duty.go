package observe

// Duty decides in which windows system calls are counted. Counting costs every process of the machine a few per cent and
// more (the slow path of each system call), so until something looks futile it is done for less than a fifth of the time:
// a window that is counted, and shorter than others, alternates with one of several intervals that is not. Reading /proc
// in each of those would cost as much again, and say no more.
type Duty int

// The kinds of duty.
const (
	// Auto is sparse, and the sparser the longer nothing looks futile, and dense as soon as something does.
	Auto  Duty = 0
	Dense Duty = 1
	// Sparse counts in at most one interval of five.
	Sparse Duty = 5
)

const (
	// calm is how many dense windows in a row must show nothing futile before windows are sparse again.
	calm = 10
	// shortest and longest rest between two sparse windows, in intervals.
	shortest = int(Sparse) - 1
	longest  = 2 * shortest
)

// rota says what the next window is.
type rota struct {
	duty  Duty
	rest  int  // intervals that it lasts if it is quiet
	quiet bool // not counted, unless windows are dense
	left  int  // dense windows to come
}

func newRota(duty Duty) rota { return rota{duty: duty, rest: shortest} }

// dense says whether one counted window follows the other.
func (r *rota) dense() bool { return r.duty == Dense || r.left > 0 }

func (r *rota) counted() bool { return r.dense() || !r.quiet }

// goesOn says whether counting goes on after a counted window that shows nothing futile.
func (r *rota) goesOn() bool { return r.duty == Dense || r.left > 1 }

// done takes note of a window and of whether it showed futile work.
func (r *rota) done(counted, futile bool) {
	r.quiet = counted
	switch {
	case r.duty != Auto:
	case futile:
		r.left, r.rest = calm, shortest
	case !counted:
		r.rest = longest
	case r.left > 0:
		r.left--
	}
}
