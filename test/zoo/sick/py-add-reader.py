# expect: unconsumed-readiness
# load: bytes 1
# add_reader with a callback that counts, and never reads.
import asyncio, socket


async def main():
    loop = asyncio.get_running_loop()
    listener = socket.create_server(("127.0.0.1", 0))
    listener.setblocking(False)
    print("listening", listener.getsockname()[1], flush=True)
    seen = []
    while True:
        conn, _ = await loop.sock_accept(listener)
        loop.add_reader(conn, lambda: seen.append(1) if len(seen) < 10 else None)


asyncio.run(main())
