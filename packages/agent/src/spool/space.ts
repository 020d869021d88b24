/** How much of the disk is a stream's. */
export interface Space {
  /** Whether its open segment may have so many bytes. */
  fits(bytes: number, metric: boolean): boolean
  /** Measures it. @param size of the open segment */
  measure(size: number, nowMs: number): void
  /** The same, where that was not done within the last second. */
  measureAgain(size: number, nowMs: number): void
  /** Whether room is kept on the disk for what is no metric; it is made where it is not. */
  hasSpare(): boolean
  /** Gives that away. @returns whether there was any */
  giveSpare(): boolean
}

/** The agent says little, and most of that has to be said when all else is full. */
export const unbounded: Space = {
  fits: () => true,
  measure: () => {},
  measureAgain: () => {},
  hasSpare: () => true,
  giveSpare: () => false,
}
