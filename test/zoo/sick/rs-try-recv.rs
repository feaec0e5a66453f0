// expect: userland-loop
// load: echo 2
// A thread that asks its channel again and again and yields, beside threads that serve.
use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::mpsc;

fn main() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    println!("listening {}", listener.local_addr().unwrap().port());
    let (sender, receiver) = mpsc::channel::<u8>();
    std::thread::spawn(move || loop {
        if receiver.try_recv().is_err() {
            std::thread::yield_now();
        }
    });
    for conn in listener.incoming() {
        let mut conn = conn.unwrap();
        std::thread::spawn(move || {
            let mut buffer = [0u8; 512];
            while let Ok(n) = conn.read(&mut buffer) {
                if n == 0 || conn.write_all(&buffer[..n]).is_err() {
                    break;
                }
            }
        });
    }
    drop(sender);
}
