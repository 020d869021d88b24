import { isLoopback, master } from './job-key.ts'
import { countOf, has, textOf } from './variables.ts'
import type { Variables } from './variables.ts'

/** LOCAL_RANK + NODE_RANK * ranks of a node. */
export function lightningRank(variables: Variables): number | undefined {
  const local = countOf(variables, 'LOCAL_RANK')
  const node = nodeOf(variables)
  if (local === undefined || node === undefined) return undefined
  if (node === 0) return local
  const size = lightningSize(variables)
  return size === undefined ? undefined : node * size + local
}

/**
 * Ranks of a node. Lightning does not tell them: they divide the world, are more than this one's place, and make enough
 * nodes for its node; where several numbers do, the number of visible devices is the one that a user has left alone.
 */
export function lightningSize(variables: Variables): number | undefined {
  const told = countOf(variables, 'LOCAL_WORLD_SIZE')
  if (told !== undefined) return told
  const world = countOf(variables, 'WORLD_SIZE')
  const [local, node] = [countOf(variables, 'LOCAL_RANK'), nodeOf(variables)]
  if (world === undefined || local === undefined || node === undefined) return undefined
  if (onThisNodeAlone(variables)) return world
  const fits = (size: number): boolean => size > local && world % size === 0 && world / size > node
  const nodes = countOf(variables, 'NNODES', 'NUM_NODES')
  if (nodes !== undefined && nodes > 0 && world % nodes === 0)
    return fits(world / nodes) ? world / nodes : undefined
  const [one, another] = sizesThat(fits, world)
  if (another === undefined) return one
  const devices = textOf(variables, 'CUDA_VISIBLE_DEVICES')?.split(',').length
  return devices !== undefined && devices > 1 && fits(devices) ? devices : undefined
}

/** The first two of them, in the pairs of factors that make the world. */
function sizesThat(fits: (size: number) => boolean, world: number): number[] {
  const found: number[] = []
  for (let low = 1; low * low <= world && found.length < 2; low++) {
    if (world % low !== 0) continue
    for (const size of new Set([low, world / low])) if (fits(size)) found.push(size)
  }
  return found
}

function nodeOf(variables: Variables): number | undefined {
  return countOf(variables, 'NODE_RANK', 'GROUP_RANK') ?? (onThisNodeAlone(variables) ? 0 : undefined)
}

/** Nothing speaks of another node. */
function onThisNodeAlone(variables: Variables): boolean {
  if ((countOf(variables, 'NODE_RANK', 'GROUP_RANK') ?? 0) > 0) return false
  const place = master(variables)
  return place === undefined ? !has(variables, 'NODE_RANK') : isLoopback(place.address)
}
