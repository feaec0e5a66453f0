# expect: healthy
# load: echo 4
# 20 ms of computing for each request, in the thread of the event loop.
import asyncio


async def answer(reader, writer):
    while await reader.read(4096):
        total = sum(i * i % 7 for i in range(200_000))
        writer.write(b"%d\n" % total)


async def main():
    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    print("listening", server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(main())
