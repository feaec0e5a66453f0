import { createServer, type Server } from 'node:http'
import { join } from 'node:path'
import { folderWith } from './folder.ts'

/** `host` is its DOCKER_HOST */
export type StandIn = { host: string } & AsyncDisposable

/** Lets a server be found as a Docker engine. */
export async function standIn(server: Server): Promise<StandIn> {
  const path = join(await folderWith(), 'engine.sock')
  await new Promise<void>((resolve) => server.listen(path, resolve))
  return {
    host: `unix://${path}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
    },
  }
}

/** Says of itself that it is an engine of this version, and can do no more. */
export const engineOfVersion = (Version: string, ApiVersion: string) =>
  standIn(
    createServer((question, answer) => {
      answer.writeHead(question.url === '/version' ? 200 : 404).end(JSON.stringify({ Version, ApiVersion }))
    }),
  )
