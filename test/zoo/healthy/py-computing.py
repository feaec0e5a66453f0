# expect: healthy
# finding: busy-computing
# load: hold 1
# A thread that computes in the interpreter, in a process with an idle server.
import asyncio, threading


def primes():
    n = 3
    while True:
        all(n % k for k in range(3, int(n**0.5) + 1, 2))
        n += 2


async def main():
    server = await asyncio.start_server(lambda r, w: None, "127.0.0.1", 0)
    print("listening", server.sockets[0].getsockname()[1], flush=True)
    threading.Thread(target=primes, daemon=True).start()
    await asyncio.Event().wait()


asyncio.run(main())
