import { loadCollector } from '../collectors/choose.ts'
import { thisMachine } from '../stage/this-machine.ts'
import type { Finding } from './check.ts'

/** Tries a collector on this machine, outside of any sandbox. */
export async function tryCollector(name: string, found: string): Promise<Finding> {
  const lack = await (await loadCollector(name)).lack(thisMachine)
  return lack ? { works: false, found: lack.missing, remedy: lack.remedy } : { works: true, found }
}
