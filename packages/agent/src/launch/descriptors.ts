import { countOf } from '../place/variables.ts'
import type { Variables } from '../place/variables.ts'

/** Variables by which launchers name an open descriptor that the worker needs: MPICH's and Slurm's PMI socket. */
const named = ['PMI_FD']
const descriptorMax = 255

/**
 * What stands for descriptors 3 and up in the worker's stdio: Node closes all but its own three in children, and an MPI
 * program whose PMI socket is gone dies in MPI_Init.
 */
export function inheritedDescriptors(variables: Variables): ('ignore' | number)[] {
  const wanted = new Set<number>()
  for (const name of named) {
    const descriptor = countOf(variables, name)
    if (descriptor !== undefined && descriptor > 2 && descriptor <= descriptorMax) wanted.add(descriptor)
  }
  for (const found of (variables['MAKEFLAGS'] ?? '').matchAll(/--jobserver-(?:auth|fds)=(\d+),(\d+)/g)) {
    for (const text of [found[1], found[2]]) {
      const descriptor = Number(text)
      if (descriptor > 2 && descriptor <= descriptorMax) wanted.add(descriptor)
    }
  }
  const highest = Math.max(2, ...wanted)
  return Array.from({ length: highest - 2 }, (_, i) => (wanted.has(i + 3) ? i + 3 : 'ignore'))
}
