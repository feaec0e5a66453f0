"""load.py PORT MODE N: says "ready", and is traffic for a server of the zoo on 127.0.0.1, until it is ended (a minute at most)."""
import os, select, signal, socket, ssl, struct, sys, threading, time

port, mode, count = int(sys.argv[1]), sys.argv[2], int(sys.argv[3])
signal.alarm(60)


def connect():
    for _ in range(100):
        try:
            return socket.create_connection(("127.0.0.1", port))
        except OSError:
            time.sleep(0.05)
    sys.exit(f"load: nobody listens on 127.0.0.1:{port}")


def hold(prepare=lambda conn: None):
    conns = []
    for _ in range(count):
        conns.append(connect())
        prepare(conns[-1])
    print("ready", flush=True)
    signal.pause()


def reset(conn):
    conn.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    time.sleep(0.2)
    conn.close()


def in_turns(turn):
    """Each turn as soon as its connection has answered; one thread, so that the load takes little of the machine."""
    conns = [connect() for _ in range(count)]
    for conn in conns:
        turn(conn)
    while True:
        for conn in select.select(conns, [], [])[0]:
            if not conn.recv(65536):
                sys.exit("load: the server closed a connection")
            turn(conn)


def paced(conn):
    time.sleep(0.02)
    conn.sendall(b"x" * 100)


def threads(turn):
    def forever():
        while True:
            try:
                turn()
            except OSError:
                time.sleep(0.001)

    for _ in range(count):
        threading.Thread(target=forever, daemon=True).start()
    signal.pause()


def junk():
    try:
        with socket.create_connection(("127.0.0.1", port)) as conn:
            conn.settimeout(0.02)
            conn.sendall(b"\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00")
            conn.recv(100)
    except OSError:
        pass


def churn():
    socket.create_connection(("127.0.0.1", port)).close()


def resets():
    conn = connect()
    conn.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    conn.close()


def tls():
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.wrap_socket(connect()).close()


def arrivals(arrive):
    """So many a second, whatever becomes of them."""
    while True:
        arrive()
        time.sleep(1 / count)


def sink():
    conns = [connect() for _ in range(count)]
    while True:
        for conn in select.select(conns, [], [])[0]:
            conn.recv(1 << 20)


def udp():
    conn = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    conn.connect(("127.0.0.1", port))
    conn.settimeout(0.1)
    while True:
        for size in range(count):
            conn.send(b"x" * size)
        try:
            for _ in range(count):
                conn.recv(2048)
        except OSError:
            pass


modes = {
    "hold": hold,
    "halfclose": lambda: hold(lambda conn: conn.shutdown(socket.SHUT_WR)),
    "bytes": lambda: hold(lambda conn: conn.sendall(b"\x16\x03\x01\x02\x00")),
    "badhello": lambda: hold(lambda conn: conn.sendall(b"\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00")),
    "reset": lambda: hold(reset),
    "echo": lambda: in_turns(lambda conn: conn.sendall(b"x" * 100)),
    "paced": lambda: in_turns(paced),
    "resets": lambda: threads(resets),
    "tls": lambda: threads(tls),
    "arrivals": lambda: arrivals(churn),
    "junk-arrivals": lambda: arrivals(junk),
    "churn": lambda: threads(churn),
    "junk": lambda: threads(junk),
    "sink": sink,
    "udp": udp,
}
if mode not in modes:
    sys.exit(f'load: "{mode}" isn\'t one of {", ".join(modes)}')
if mode not in ("hold", "halfclose", "bytes", "badhello", "reset"):
    print("ready", flush=True)  # the others say so when all their connections stand
modes[mode]()
