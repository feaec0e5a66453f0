# expect: userland-loop
# also: healthy
# finding: userland-loop
# load: bytes 2
# A parser in a coroutine that goes round on an incomplete message: the event loop never gets its thread back.
import asyncio, concurrent.futures


def parse(data):
    lines = []
    while data:
        line, newline, rest = data.partition(b"\n")
        if newline:
            lines.append(line)
            data = rest
    return lines


async def answer(reader, writer):
    while data := await reader.read(4096):
        parse(data)


async def main():
    pool = concurrent.futures.ThreadPoolExecutor(2)
    await asyncio.get_running_loop().run_in_executor(pool, sum, [1])
    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    print("listening", server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(main())
