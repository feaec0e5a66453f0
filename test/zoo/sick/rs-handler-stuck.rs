// expect: userland-loop
// also: healthy
// finding: userland-loop
// load: bytes 1
// A frame parser that takes nothing off an incomplete frame, in the thread of a connection.
use std::io::Read;
use std::net::{TcpListener, TcpStream};

#[inline(never)]
fn parse_frame(data: &[u8]) -> usize {
    let length = data.get(4).copied().unwrap_or(0) as usize + 600;
    if data.len() < length { 0 } else { length }
}

#[inline(never)]
fn handle_connection(mut conn: TcpStream) -> std::io::Result<()> {
    let mut buffer = [0u8; 4096];
    loop {
        let n = conn.read(&mut buffer)?;
        let mut done = 0;
        while done < n {
            done += std::hint::black_box(parse_frame(&buffer[done..n]));
        }
    }
}

fn main() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    println!("listening {}", listener.local_addr().unwrap().port());
    for conn in listener.incoming() {
        let conn = conn.unwrap();
        std::thread::spawn(move || handle_connection(conn));
    }
}
