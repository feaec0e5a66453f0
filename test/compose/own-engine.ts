import { createInterface } from 'node:readline'
import { execa } from 'execa'
import { repository } from '../../lab/places.ts'

/** Starts an engine that lives in a folder, and ends with this process, however that ends. Returns its DOCKER_HOST. */
export async function ownEngine(folder: string): Promise<{ host: string } & AsyncDisposable> {
  const held = execa(`${repository}compose/own-engine`, ['hold', folder], {
    stdin: 'pipe',
    stderr: 'inherit',
    buffer: false,
    // A session of its own: Ctrl-C reaches the tests, and the engine ends after them.
    detached: true,
  })
  held.catch(() => {}) // told to whoever disposes of it
  for await (const host of createInterface({ input: held.stdout }))
    return {
      host,
      async [Symbol.asyncDispose]() {
        held.stdin.end()
        await held
      },
    }
  throw await held.catch((error: Error) => error)
}
