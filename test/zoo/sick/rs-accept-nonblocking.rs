// expect: userland-loop
// load: hold 3
// A non-blocking listener in a loop without any wait.
use std::io::Read;
use std::net::TcpListener;

fn main() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    println!("listening {}", listener.local_addr().unwrap().port());
    listener.set_nonblocking(true).unwrap();
    let mut conns = Vec::new();
    let mut buffer = [0u8; 512];
    loop {
        if let Ok((conn, _)) = listener.accept() {
            conn.set_nonblocking(true).unwrap();
            conns.push(conn);
        }
        conns.retain_mut(|conn| !matches!(conn.read(&mut buffer), Ok(0)));
    }
}
