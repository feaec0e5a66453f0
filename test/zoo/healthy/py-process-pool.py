# expect: healthy
# load: echo 3
# A pool of worker processes that gets every request through a pipe, by threads that are woken for each.
import asyncio, concurrent.futures, hashlib


def work(data):
    return hashlib.pbkdf2_hmac("sha256", data, b"salt", 2000)


async def main():
    pool = concurrent.futures.ProcessPoolExecutor(2)

    async def answer(reader, writer):
        while data := await reader.read(4096):
            writer.write(await asyncio.get_running_loop().run_in_executor(pool, work, data))

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    print("listening", server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
