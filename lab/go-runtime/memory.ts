import { z } from 'zod'

/** Bytes of runtime.MemStats: `stackInuse` holds the stacks of goroutines and those of threads. */
export const Memory = z.object({ heapInuse: z.number(), stackInuse: z.number() })
export type Memory = z.infer<typeof Memory>

/** Of the text of /debug/pprof/heap?debug=1, which ends with runtime.MemStats (writeHeapInternal in runtime/pprof/pprof.go); undefined of another text. */
export function readMemory(text: string): Memory | undefined {
  const heap = /^# HeapInuse = (\d+)$/m.exec(text)?.[1]
  const stack = /^# Stack = (\d+) \/ \d+$/m.exec(text)?.[1]
  return heap && stack ? { heapInuse: Number(heap), stackInuse: Number(stack) } : undefined
}
