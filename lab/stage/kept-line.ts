import { Agent, request } from 'node:http'
import type { Duplex } from 'node:stream'
import { buffer } from 'node:stream/consumers'

export interface Answer {
  status: number | undefined
  body: Buffer
}

/** HTTP over one connection that is kept, one question after the other; where it has ended, the next question dials again. */
export class KeptLine implements Disposable {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 })

  constructor(dial: () => Duplex) {
    // An agent lets go of an idle socket and takes hold of it again. What is dialled need not be a socket, and can do neither.
    this.#agent.keepSocketAlive = () => true
    this.#agent.createConnection = () => Object.assign(dial(), { ref() {} })
  }

  /** Rejects when there is no answer in `patience` ms. `last`: the connection ends with the answer. */
  ask(method: 'GET' | 'POST', path: string, patience: number, last: boolean): Promise<Answer> {
    const { promise, resolve, reject } = Promise.withResolvers<Answer>()
    const headers = last ? { connection: 'close' } : {}
    const question = request({ agent: this.#agent, method, path, host: 'target', headers })
    // Not a signal: it would end the connection later, when the answer has long been there.
    const timer = setTimeout(
      () => question.destroy(new Error(`no answer to ${method} ${path} in ${patience} ms`)),
      patience,
    )
    question.on('error', reject)
    question.on('response', (answer) => {
      buffer(answer).then((body) => resolve({ status: answer.statusCode, body }), reject)
    })
    question.end()
    return promise.finally(() => clearTimeout(timer))
  }

  [Symbol.dispose]() {
    this.#agent.destroy()
  }
}
