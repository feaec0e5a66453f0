// expect: healthy
// load: echo 16
// guard: healthy
// A blocking thread for each connection.
use std::io::{Read, Write};
use std::net::TcpListener;

fn main() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    println!("listening {}", listener.local_addr().unwrap().port());
    for conn in listener.incoming() {
        let mut conn = conn.unwrap();
        std::thread::spawn(move || {
            let mut buffer = [0u8; 4096];
            while let Ok(n) = conn.read(&mut buffer) {
                if n == 0 || conn.write_all(&buffer[..n]).is_err() {
                    break;
                }
            }
        });
    }
}
