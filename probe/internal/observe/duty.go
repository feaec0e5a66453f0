package observe

// Duty decides in which windows system calls are counted. Counting costs every process of the machine a few per cent and
// more (the slow path of each system call), so until something looks futile it is done in one window of five, which is
// shorter than the others.
type Duty int

// The kinds of duty.
const (
	Auto  Duty = 0
	Dense Duty = 1
	// Sparse counts in one window of five.
	Sparse Duty = 5
)

// calm is how many dense windows in a row must show nothing futile before windows are sparse again.
const calm = 10

type rota struct {
	duty  Duty
	idle  int // windows since the last one that was counted
	dense int // windows to go densely
}

// counted says whether the next window is.
func (r *rota) counted() bool { return r.duty == Dense || r.dense > 0 || r.idle == 0 }

// goesOn says whether counting goes on after a counted window that shows nothing futile.
func (r *rota) goesOn() bool { return r.duty == Dense || r.dense > 1 }

// done takes note of a window and of whether it showed futile work.
func (r *rota) done(counted, futile bool) {
	r.idle = (r.idle + 1) % int(Sparse)
	switch {
	case r.duty != Auto:
	case futile:
		r.dense = calm
	case counted && r.dense > 0:
		r.dense--
	}
}
