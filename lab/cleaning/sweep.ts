export interface CleanOptions {
  /** the images that the lab built, too */
  images: boolean
  /** also what may belong to a lab that still runs: on another machine, or by hand */
  force: boolean
}

/** Removes one kind of thing that a lab which was killed may have left behind. */
export interface Sweep {
  /** What was removed, each in words, e.g. `container NAME`. Empty also where there is nowhere to look. */
  sweep(options: CleanOptions): Promise<string[]>
}
