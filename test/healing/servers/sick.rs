//! A level-triggered echo server that ignores half-closed connections and errors of accept.
use std::collections::HashMap;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::io::AsRawFd;

#[repr(C, packed)]
#[derive(Clone, Copy)]
struct Event {
    events: u32,
    data: u64,
}

extern "C" {
    fn epoll_create1(flags: i32) -> i32;
    fn epoll_ctl(epfd: i32, operation: i32, fd: i32, event: *mut Event) -> i32;
    fn epoll_wait(epfd: i32, events: *mut Event, max: i32, timeout: i32) -> i32;
}

const IN: u32 = 0x1;
const HUP: u32 = 0x10;
const RDHUP: u32 = 0x2000;

fn watch(epfd: i32, fd: i32, events: u32) {
    let mut event = Event { events, data: fd as u64 };
    assert_eq!(unsafe { epoll_ctl(epfd, 1, fd, &mut event) }, 0);
}

fn main() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let epfd = unsafe { epoll_create1(0) };
    watch(epfd, listener.as_raw_fd(), IN);
    println!("{} {}", std::process::id(), listener.local_addr().unwrap().port());
    let mut connections: HashMap<i32, TcpStream> = HashMap::new();
    let mut ready = [Event { events: 0, data: 0 }; 16];
    let mut buffer = [0; 64];
    loop {
        let n = unsafe { epoll_wait(epfd, ready.as_mut_ptr(), 16, -1) };
        for event in &ready[..n.max(0) as usize] {
            let fd = event.data as i32;
            if fd == listener.as_raw_fd() {
                if let Ok((connection, _)) = listener.accept() {
                    connection.set_nonblocking(true).unwrap();
                    watch(epfd, connection.as_raw_fd(), IN | RDHUP);
                    connections.insert(connection.as_raw_fd(), connection);
                }
            } else if event.events & HUP != 0 {
                connections.remove(&fd);
            } else if event.events & RDHUP == 0 {
                let connection = connections.get_mut(&fd).unwrap();
                let n = connection.read(&mut buffer).unwrap_or(0);
                let _ = connection.write(&buffer[..n]);
            }
        }
    }
}
