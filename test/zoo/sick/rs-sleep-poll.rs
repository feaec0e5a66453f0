// expect: empty-wakeups
// load: hold 3
// A non-blocking listener, polled with a sleep of 20 us.
use std::net::TcpListener;
use std::time::Duration;

fn main() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    println!("listening {}", listener.local_addr().unwrap().port());
    listener.set_nonblocking(true).unwrap();
    let mut conns = Vec::new();
    loop {
        match listener.accept() {
            Ok(conn) => conns.push(conn),
            Err(_) => std::thread::sleep(Duration::from_micros(20)),
        }
    }
}
