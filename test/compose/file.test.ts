import { expect, test } from 'vitest'
import { z } from 'zod'
import { dockerCompose } from './engine.ts'

const Service = z.looseObject({
  network_mode: z.string(),
  pid: z.string().optional(),
  cap_add: z.array(z.string()).optional(),
  cap_drop: z.array(z.string()).optional(),
  ulimits: z.object({ nofile: z.union([z.number(), z.object({ soft: z.number(), hard: z.number() })]) }),
})

async function services(...files: string[]) {
  const { said } = await dockerCompose(['compose.yaml', ...files], ['config', '--format', 'json'])
  const file = z.looseObject({ services: z.record(z.string(), Service) }).parse(JSON.parse(said))
  expect(Object.keys(file.services).sort()).toEqual(['certificates', 'clients', 'target', 'tracer'])
  expect(file.networks, 'no service is on a network').toBeUndefined()
  return file.services as Record<'certificates' | 'clients' | 'target' | 'tracer', z.infer<typeof Service>>
}

test('the tracer has exactly three capabilities, and nobody else is given one', async () => {
  const { tracer, target, clients, certificates } = await services()
  expect(tracer.cap_drop).toEqual(['ALL'])
  expect(tracer.cap_add?.toSorted()).toEqual(['BPF', 'PERFMON', 'SYS_PTRACE'])
  for (const other of [target, clients, certificates]) expect(other.cap_add).toBeUndefined()
})

test.each([[[]], [['compose.lab.yaml']], [['compose.vanish.yaml']], [['compose.engine-20.yaml']]])(
  'nothing is privileged, published or on a network: compose.yaml %s',
  async (files) => {
    for (const service of Object.values(await services(...files))) {
      expect(service).not.toHaveProperty('privileged')
      expect(service).not.toHaveProperty('ports')
      expect(service).not.toHaveProperty('devices')
      expect(['none', 'service:tracer']).toContain(service.network_mode)
    }
  },
)

test('the tracer owns the namespaces, and an old engine gives it two capabilities', async () => {
  const { tracer, target } = await services('compose.engine-20.yaml')
  expect(tracer.pid).toBeUndefined()
  expect(target).toMatchObject({ pid: 'service:tracer', network_mode: 'service:tracer' })
  expect(tracer.cap_add?.toSorted()).toEqual(['SYS_ADMIN', 'SYS_PTRACE'])
})
