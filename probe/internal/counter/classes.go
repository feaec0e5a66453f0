package counter

import "golang.org/x/sys/unix"

// classes says what each system call does to descriptors or how it waits; what is not listed is only counted.
var classes = map[kernelClass][]uint32{
	kernelClassREAD:            {unix.SYS_READ, unix.SYS_READV, unix.SYS_PREAD64, unix.SYS_PREADV, unix.SYS_PREADV2, unix.SYS_MQ_TIMEDRECEIVE},
	kernelClassRECVFROM:        {unix.SYS_RECVFROM},
	kernelClassRECVMSG:         {unix.SYS_RECVMSG},
	kernelClassRECVMMSG:        {unix.SYS_RECVMMSG},
	kernelClassWRITE:           {unix.SYS_WRITE, unix.SYS_WRITEV, unix.SYS_PWRITE64, unix.SYS_PWRITEV, unix.SYS_PWRITEV2, unix.SYS_SENDTO, unix.SYS_SENDMSG},
	kernelClassSENDMMSG:        {unix.SYS_SENDMMSG},
	kernelClassSENDFILE:        {unix.SYS_SENDFILE},
	kernelClassSPLICE:          {unix.SYS_SPLICE, unix.SYS_COPY_FILE_RANGE},
	kernelClassACCEPT:          {unix.SYS_ACCEPT, unix.SYS_ACCEPT4},
	kernelClassCONNECT:         {unix.SYS_CONNECT},
	kernelClassCLOSE:           {unix.SYS_CLOSE},
	kernelClassSHUTDOWN:        {unix.SYS_SHUTDOWN},
	kernelClassEPOLL_CTL:       {unix.SYS_EPOLL_CTL},
	kernelClassEPOLL_WAIT:      {unix.SYS_EPOLL_WAIT, unix.SYS_EPOLL_PWAIT},
	kernelClassEPOLL_PWAIT2:    {unix.SYS_EPOLL_PWAIT2},
	kernelClassPOLL:            {unix.SYS_POLL},
	kernelClassPPOLL:           {unix.SYS_PPOLL},
	kernelClassSELECT:          {unix.SYS_SELECT},
	kernelClassPSELECT6:        {unix.SYS_PSELECT6},
	kernelClassNANOSLEEP:       {unix.SYS_NANOSLEEP},
	kernelClassCLOCK_NANOSLEEP: {unix.SYS_CLOCK_NANOSLEEP},
	kernelClassURING_ENTER:     {unix.SYS_IO_URING_ENTER},
	kernelClassMAKE_PIPE:       {unix.SYS_PIPE, unix.SYS_PIPE2},
}

// waits are the system calls that wait, in the order of the rows that the kernel side counts them in.
var waits = [...]uint32{
	unix.SYS_EPOLL_WAIT, unix.SYS_EPOLL_PWAIT, unix.SYS_EPOLL_PWAIT2, unix.SYS_POLL, unix.SYS_PPOLL, unix.SYS_SELECT,
	unix.SYS_PSELECT6, unix.SYS_NANOSLEEP, unix.SYS_CLOCK_NANOSLEEP, unix.SYS_IO_URING_ENTER,
}

// makers are the system calls that return a new descriptor, by what they make.
var makers = map[kernelKind][]uint32{
	kernelKindSOCKET:   {unix.SYS_SOCKET, unix.SYS_ACCEPT, unix.SYS_ACCEPT4},
	kernelKindEVENTFD:  {unix.SYS_EVENTFD, unix.SYS_EVENTFD2},
	kernelKindTIMERFD:  {unix.SYS_TIMERFD_CREATE},
	kernelKindSIGNALFD: {unix.SYS_SIGNALFD, unix.SYS_SIGNALFD4},
	kernelKindPIPE:     {unix.SYS_PIPE, unix.SYS_PIPE2},
	kernelKindREGULAR:  {unix.SYS_OPEN, unix.SYS_OPENAT, unix.SYS_OPENAT2, unix.SYS_CREAT, unix.SYS_MEMFD_CREATE},
	kernelKindEPOLL:    {unix.SYS_EPOLL_CREATE, unix.SYS_EPOLL_CREATE1},
	kernelKindOTHER:    {unix.SYS_INOTIFY_INIT, unix.SYS_INOTIFY_INIT1, unix.SYS_PIDFD_OPEN, unix.SYS_IO_URING_SETUP},
}

// kindNames are the window's words for what the kernel side knows of a descriptor.
var kindNames = map[kernelKind]string{
	kernelKindUNSEEN: "", kernelKindSOCKET: "socket", kernelKindLISTENER: "listener", kernelKindEVENTFD: "eventfd",
	kernelKindTIMERFD: "timerfd", kernelKindSIGNALFD: "signalfd", kernelKindPIPE: "pipe", kernelKindREGULAR: "file",
	kernelKindEPOLL: "epoll", kernelKindOTHER: "other",
}

// tables are indexed by system call, for the kernel side.
type tables struct{ class, row, made [512]uint8 }

func newTables() (t tables) {
	for class, numbers := range classes {
		for _, number := range numbers {
			t.class[number] = uint8(class)
		}
	}
	for row, number := range waits {
		t.row[number] = uint8(row)
	}
	for kind, numbers := range makers {
		for _, number := range numbers {
			t.made[number] = uint8(kind)
			if t.class[number] == uint8(kernelClassPLAIN) {
				t.class[number] = uint8(kernelClassMAKE)
			}
		}
	}
	return t
}

// callName is the window's word for a system call or one of its variants.
func callName(call uint32) string {
	switch kernelCall(call) {
	case kernelCallPEEK_RECVFROM:
		return "recvfrom+MSG_PEEK"
	case kernelCallPEEK_RECVMSG:
		return "recvmsg+MSG_PEEK"
	case kernelCallPEEK_RECVMMSG:
		return "recvmmsg+MSG_PEEK"
	case kernelCallEPOLL_DEL:
		return "epoll_ctl+DEL"
	case kernelCallRESTORED:
		return "rt_sigreturn"
	}
	if name, ok := names[call]; ok {
		return name
	}
	return "unknown"
}

// errorName is the word for an errno. The kernel's own numbers for "interrupted, to be restarted" never reach a
// program, which sees EINTR or the restarted call (include/linux/errno.h).
func errorName(number uint32) string {
	if number >= 512 && number <= 516 {
		return "EINTR"
	}
	if name := unix.ErrnoName(unix.Errno(number)); name != "" {
		return name
	}
	return "unknown"
}
