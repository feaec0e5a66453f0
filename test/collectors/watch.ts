import { loadCollector } from '../../lab/collectors/choose.ts'
import { thisMachine } from '../../lab/stage/this-machine.ts'

/** A lab that does nothing but watch, until it is killed: `node watch.ts COLLECTOR PID` prints a line for each window. */
const [name = '', pid = ''] = process.argv.slice(2)
for await (const window of (await loadCollector(name)).watch(thisMachine, Number(pid)))
  process.stdout.write(`${window.seconds}\n`)
