import { request } from 'node:http'
import type { Duplex } from 'node:stream'
import { text } from 'node:stream/consumers'

/** One HTTP request over a connection of its own, which is closed then. Rejects when there is no answer in `patience` ms. */
export async function askOver(connection: Duplex, method: 'GET' | 'POST', path: string, patience: number) {
  const signal = AbortSignal.timeout(patience)
  try {
    return await new Promise<{ status: number | undefined; text: string }>((resolve, reject) => {
      const question = request({ method, path, host: 'target', signal, createConnection: () => connection })
      question.on('error', reject)
      question.on('response', (answer) => {
        text(answer).then((body) => resolve({ status: answer.statusCode, text: body }), reject)
      })
      question.end()
    })
  } finally {
    connection.destroy()
  }
}
