import fs from 'node:fs'
import { countOf } from '../place/variables.ts'
import type { Variables } from '../place/variables.ts'

/**
 * Variables by which somebody names an open descriptor that the worker needs: the PMI socket of MPICH and Slurm, Node's
 * own channel.
 */
const named = ['PMI_FD', 'NODE_CHANNEL_FD']
const descriptorMax = 255
/** Starting a child takes some beyond the highest. */
const spare = 8

/**
 * What stands for descriptors 3 and up in the worker's stdio: Node closes all but its own three in children, and an MPI
 * program whose PMI socket is gone dies in MPI_Init.
 *
 * @param handedDown those that were open when this process was started: `train --config <(make-config)`
 */
export function inheritedDescriptors(
  variables: Variables,
  handedDown: readonly number[],
): ('ignore' | number)[] {
  const wanted = new Set<number>()
  const most = Math.min(descriptorMax, softLimit() - spare)
  const want = (descriptor: number | undefined): void => {
    if (descriptor !== undefined && descriptor > 2 && descriptor <= most && isOpen(descriptor))
      wanted.add(descriptor)
  }
  for (const name of named) want(countOf(variables, name))
  for (const found of (variables['MAKEFLAGS'] ?? '').matchAll(/--jobserver-(?:auth|fds)=(\d+),(\d+)/g)) {
    for (const text of [found[1], found[2]]) want(Number(text))
  }
  for (const descriptor of handedDown) want(descriptor)
  const highest = Math.max(2, ...wanted)
  return Array.from({ length: highest - 2 }, (_, i) => (wanted.has(i + 3) ? i + 3 : 'ignore'))
}

/** A variable may be of a time before. */
function isOpen(descriptor: number): boolean {
  try {
    fs.fstatSync(descriptor)
    return true
  } catch {
    return false
  }
}

/** `ulimit -n`: above it nothing can be put; somebody may have lowered it since. */
function softLimit(): number {
  try {
    const found = /^Max open files\s+(\d+)/m.exec(fs.readFileSync('/proc/self/limits', 'latin1'))
    return Number(found?.[1] ?? Infinity)
  } catch {
    return Infinity
  }
}
