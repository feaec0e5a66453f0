import { spawn } from 'node:child_process'
import { aim } from '../lab/experiment/aim.ts'
import { chooseVariant, loadScenario } from '../lab/experiment/load-scenarios.ts'
import { client } from '../lab/places.ts'

// The clients' container without the lab: the scenario's chaos and its sane clients, until it is stopped. Settings come by environment.
const { SCENARIO = '', VARIANT, SEED, TO = '' } = process.env
const scenario = await loadScenario(SCENARIO)
const variant = chooseVariant(scenario, VARIANT || undefined)
const traffic = aim(scenario, variant, { to: TO, seed: Number(SEED), ca: '/scratch/certificates/ca.pem' })
const started = Object.values(traffic)
  .filter((one) => one !== null)
  .map(({ client: name, flags }) =>
    // Its standard input stays open: a client stops when that ends.
    spawn(process.execPath, [client(name), ...flags, '--for', '86400'], { stdio: ['pipe', 'inherit', 'inherit'] }),
  )
process.on('SIGTERM', () => {
  for (const one of started) one.stdin.end()
})
for (const one of started)
  one.on('exit', (code) => {
    process.exitCode ||= code ?? 1
  })
