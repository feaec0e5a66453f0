package control

import (
	"encoding/json"
	"errors"
	"expvar"
	"fmt"
	"net"
	"net/http"
	"net/http/pprof"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// SocketName is the admin socket's name in the control folder.
const SocketName = "admin.sock"

// nextSocketName is what a socket is called until it answers; no longer than the other.
const nextSocketName = "next.sock"

// maxPath is what a Unix socket's address can hold, less the final zero (unix(7), sun_path).
const maxPath = 107

// Listen opens the admin socket in a folder that only its owner can enter, and makes that folder if need be.
// A socket that a dead process has left is replaced; one that somebody answers is not.
func Listen(folder string) (*Socket, error) {
	path := filepath.Join(folder, SocketName)
	if c, err := net.Dial("unix", path); err == nil {
		c.Close()
		return nil, fmt.Errorf("another server answers on %s; give this one a control folder of its own", path)
	}
	s, err := Prepare(folder)
	if err != nil {
		return nil, err
	}
	if err := s.TakeOver(); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

// Prepare is for the successor of a server that answers there still: nobody reaches the socket before TakeOver.
func Prepare(folder string) (*Socket, error) {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, fmt.Errorf("cannot make the control folder: %w", err)
	}
	info, err := os.Stat(folder)
	if err != nil {
		return nil, fmt.Errorf("cannot use the control folder: %w", err)
	}
	if mode := info.Mode().Perm(); mode != 0o700 {
		return nil, fmt.Errorf("control folder %s has mode %#o, must have 0700: whoever enters it commands this server", folder, mode)
	}
	path, aside := filepath.Join(folder, SocketName), filepath.Join(folder, nextSocketName)
	if len(path) > maxPath {
		return nil, fmt.Errorf("path of the admin socket has %d bytes, at most %d: %s", len(path), maxPath, path)
	}
	if err := os.Remove(aside); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("cannot replace an old admin socket: %w", err)
	}
	listener, err := net.ListenUnix("unix", &net.UnixAddr{Name: aside, Net: "unix"})
	if err != nil {
		return nil, fmt.Errorf("cannot open the admin socket: %w", err)
	}
	listener.SetUnlinkOnClose(false) // by then it has another name
	info, err = os.Lstat(aside)
	if err != nil {
		listener.Close()
		return nil, fmt.Errorf("cannot find the admin socket: %w", err)
	}
	return &Socket{listener, path, aside, info}, nil
}

// Socket is an admin socket, whose name may pass to a successor's.
type Socket struct {
	*net.UnixListener
	path, aside string
	info        os.FileInfo
}

// TakeOver gives the socket its name: whoever connects from now on reaches it, and no longer the one before.
func (s *Socket) TakeOver() error {
	if err := os.Rename(s.aside, s.path); err != nil {
		return fmt.Errorf("cannot put the admin socket in place: %w", err)
	}
	return nil
}

// Close takes its own name away, and not a successor's.
func (s *Socket) Close() error {
	for _, name := range []string{s.path, s.aside} {
		if now, err := os.Lstat(name); err == nil && os.SameFile(now, s.info) {
			os.Remove(name)
		}
	}
	return s.UnixListener.Close()
}

// Handler answers for a subject:
//
//	GET  /state         State
//	POST /fix/NAME      applies a fix, answers State
//	POST /revert/NAME   reverts it, answers State
//	GET  /memstats      runtime.MemStats
//	GET  /debug/vars    expvar
//	GET  /debug/pprof/  net/http/pprof
//
// What is refused is answered in one line of text.
func Handler(s *Subject) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/state", only(http.MethodGet, func(w http.ResponseWriter, _ *http.Request) { answer(w, s.State()) }))
	mux.HandleFunc("/fix/", only(http.MethodPost, turn(s, s.Apply)))
	mux.HandleFunc("/revert/", only(http.MethodPost, turn(s, s.Revert)))
	mux.HandleFunc("/memstats", only(http.MethodGet, func(w http.ResponseWriter, _ *http.Request) {
		var stats runtime.MemStats
		runtime.ReadMemStats(&stats)
		answer(w, stats)
	}))
	mux.Handle("/debug/vars", expvar.Handler())
	mux.HandleFunc("/debug/pprof/", pprof.Index)
	mux.HandleFunc("/debug/pprof/cmdline", pprof.Cmdline)
	mux.HandleFunc("/debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("/debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("/debug/pprof/trace", pprof.Trace)
	return mux
}

func turn(s *Subject, do func(name string) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		err := do(r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:])
		var refusal Refusal
		switch {
		case err == nil:
			answer(w, s.State())
		case errors.As(err, &refusal):
			http.Error(w, err.Error(), refusal.Status)
		default:
			http.Error(w, err.Error(), http.StatusInternalServerError)
		}
	}
}

func only(method string, handler http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.Method != method {
			w.Header().Set("Allow", method)
			http.Error(w, fmt.Sprintf("%s takes %s, not %s", r.URL.Path, method, r.Method), http.StatusMethodNotAllowed)
			return
		}
		handler(w, r)
	}
}

func answer(w http.ResponseWriter, value any) {
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(value)
}
