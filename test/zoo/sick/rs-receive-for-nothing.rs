// expect: userland-loop
// Waits for a message for no time at all, again and again: all that it does is to read the clock.
use std::net::TcpListener;
use std::sync::mpsc::channel;
use std::time::Duration;

fn main() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    println!("listening {}", listener.local_addr().unwrap().port());
    let (_sender, receiver) = channel::<u64>();
    loop {
        if let Ok(message) = receiver.recv_timeout(Duration::ZERO) {
            println!("{message}");
        }
    }
}
