import { hasEnded, type Owner } from '../owner.ts'

/** On everything that a lab makes on an engine, by compose/compose.yaml and compose/offline-images. */
export const OURS = 'spinlab=lab'
/** Names the run that it belongs to. */
export const ofRun = (run: string) => `spinlab.run=${run}`

type Labels = Readonly<Record<string, string>> | undefined

/** True when the lab that owns it has ended for sure. A stack that somebody runs by hand has no owner. */
export function isLeftBehind(labels: Labels): boolean {
  const owner = ownerOf(labels)
  return owner !== undefined && hasEnded(owner)
}

function ownerOf(labels: Labels): Owner | undefined {
  const pid = labels?.['spinlab.owner.pid']
  const started = labels?.['spinlab.owner.started']
  const boot = labels?.['spinlab.owner.boot']
  return pid && started && boot ? { pid, started, boot } : undefined
}
