import { createHash, randomBytes } from 'node:crypto'
import { runCompose } from '../../docker/compose-program.ts'
import type { Engine } from '../../docker/engine.ts'
import { OURS, ofRun } from '../../docker/labels.ts'
import { removeStacks } from '../../docker/remove.ts'
import { broken, unsupported } from '../../errors.ts'
import { lastLine } from '../../last-line.ts'
import { thisProcess } from '../../owner.ts'
import { repository } from '../../places.ts'

const FILES = ['compose.yaml', 'compose.vanish.yaml', 'compose.lab.yaml']
/** For an engine that refuses a capability of compose.yaml. */
const OLD_ENGINE = 'compose.engine-20.yaml'
const SERVICES = ['tracer', 'target', 'clients']
/** What compose/offline-images makes. */
export const OFFLINE = { NODE_IMAGE: 'spinlab/offline-node:latest', TRACER_IMAGE: 'spinlab/offline-tracer:latest' }

/** One Compose project, made for one run. */
export class Stack implements AsyncDisposable {
  readonly #engine: Engine
  readonly #compose: string
  readonly #run = `spinlab-${process.pid}-${randomBytes(3).toString('hex')}`
  readonly #env: Record<string, string>
  #files = FILES

  private constructor(engine: Engine, compose: string, env: Record<string, string>) {
    this.#engine = engine
    this.#compose = compose
    const { pid, started, boot } = thisProcess()
    this.#env = {
      // Both runners run the same programs: those that were built before.
      BIN: 'prebuilt',
      TARGET_IMAGE: 'fault',
      ...env,
      DOCKER_HOST: engine.host,
      // Another checkout has other images.
      SPINLAB_TAG: createHash('sha256').update(repository).digest('hex').slice(0, 12),
      SPINLAB_RUN: this.#run,
      SPINLAB_OWNER_PID: pid,
      SPINLAB_OWNER_STARTED: started,
      SPINLAB_OWNER_BOOT: boot,
    }
  }

  static async for(engine: Engine, compose: string): Promise<Stack> {
    const images = await Promise.all(
      Object.values(OFFLINE).map((name) =>
        engine.docker
          .getImage(name)
          .inspect()
          .catch(() => undefined),
      ),
    )
    return new Stack(engine, compose, images.every(Boolean) ? { ...OFFLINE, ...chosen(OFFLINE) } : {})
  }

  async build(): Promise<void> {
    const { code, said } = await this.#do('build', '--quiet', ...SERVICES)
    if (code === 0) return this.#forgetFormerImages()
    const missing = missingImage(said)
    if (missing) throw unsupported(`image ${missing}; without a registry, run compose/offline-images first`)
    throw broken(`docker compose build failed: ${lastLine(said)}`)
  }

  /** Those that the new ones took the names of. */
  async #forgetFormerImages() {
    await this.#engine.docker.pruneImages({ filters: { dangling: ['true'], label: [OURS] } })
  }

  /** Makes the containers, and starts none. The engine is asked for the capabilities by making the container that wants them. */
  async create(): Promise<void> {
    const first = await this.#create()
    if (first.code === 0) return
    if (!refusesCapability(first.said)) throw broken(`docker compose up failed: ${lastLine(first.said)}`)
    this.#files = [...FILES, OLD_ENGINE]
    const second = await this.#create()
    if (second.code !== 0)
      throw unsupported(
        `the Docker engine ${this.#engine.version} refuses the tracer its capabilities: ${lastLine(first.said)}; and instead: ${lastLine(second.said)}`,
      )
  }

  /** The container of a service. */
  async container(service: string) {
    const filters = { label: [ofRun(this.#run), `com.docker.compose.service=${service}`] }
    const [found] = await this.#engine.docker.listContainers({ all: true, filters })
    if (!found) throw broken(`docker compose made no container for ${service}`)
    return this.#engine.docker.getContainer(found.Id)
  }

  /** A name for one more container of this stack. */
  name(word: string): string {
    return `${this.#run}-${word}`
  }

  async [Symbol.asyncDispose]() {
    const { code, said } = await this.#do('down', '--volumes', '--timeout', '1')
    await removeStacks(this.#engine.docker, (labels) => labels?.['spinlab.run'] === this.#run)
    if (code !== 0) throw broken(`docker compose down failed: ${lastLine(said)}`)
  }

  #create() {
    return this.#do('up', '--no-start', '--no-deps', '--no-build', '--quiet-pull', ...SERVICES)
  }

  #do(...argv: string[]) {
    const files = this.#files.flatMap((file) => ['--file', `${repository}compose/${file}`])
    return runCompose(this.#compose, ['--project-name', this.#run, '--progress', 'plain', ...files, ...argv], this.#env)
  }
}

/** What the user has set of these. */
const chosen = (settings: Record<string, string>) =>
  Object.fromEntries(Object.keys(settings).flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])))

/** Which image a builder could not get, and why: BuildKit names it, older ones only ask a registry for it. */
function missingImage(said: string): string | undefined {
  const [, registry, name, tag, cause] = /"https?:\/\/([^/]+)\/v2\/(\S+)\/manifests\/([^"]+)": (.*)/.exec(said) ?? []
  if (name) {
    // Those of the default registry that have no owner.
    const full = name.startsWith('library/') ? name.slice('library/'.length) : `${registry}/${name}`
    return `${full}:${tag} cannot be had: ${cause}`
  }
  const [, image, why] = /failed to resolve source metadata for (\S+?): (.*)/.exec(said) ?? []
  return image && `${image} cannot be had: ${why}`
}

const refusesCapability = (said: string) => /CapAdd|capabilit/i.test(said)
