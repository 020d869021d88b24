import os from 'node:os'

/**
 * Receiving, journaling and acknowledging come first where processors are short: rows can wait in memory, and when they
 * are too many, so does what comes. On Linux this is the thread's own priority; elsewhere it is left as it is.
 */
export function giveWay(): void {
  if (process.platform !== 'linux') return
  try {
    os.setPriority(0, os.constants.priority.PRIORITY_BELOW_NORMAL)
  } catch {
    // Not allowed here; the work is done all the same.
  }
}
