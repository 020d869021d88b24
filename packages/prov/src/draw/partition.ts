/** Which elements are drawn as one: an array with one block number per element, numbered by first appearance. */
export interface Partition {
  readonly blockOf: readonly number[]
  readonly size: number
}

/** Blocks are made by equal keys. */
export function partitionBy(keys: readonly (string | number)[]): Partition {
  const blocks = new Map<string | number, number>()
  const blockOf = keys.map((key) => {
    const known = blocks.get(key)
    if (known !== undefined) return known
    blocks.set(key, blocks.size)
    return blocks.size - 1
  })
  return { blockOf, size: blocks.size }
}

/** For each coarse block, how many fine blocks it holds. Every fine block must lie within one coarse block. */
function finerCounts(fine: Partition, coarse: Partition): number[] {
  const counts = Array.from({ length: coarse.size }, () => 0)
  const seen = new Set<number>()
  for (const [element, block] of fine.blockOf.entries()) {
    if (seen.has(block)) continue
    seen.add(block)
    const target = coarse.blockOf[element] ?? 0
    counts[target] = (counts[target] ?? 0) + 1
  }
  return counts
}

/**
 * Steps from a fine partition to a coarser one, the greatest saving first: `at(n)` has the `n` coarse blocks that
 * replace the most fine ones, and the fine blocks elsewhere.
 */
export function between(
  fine: Partition,
  coarse: Partition,
): { readonly steps: number; at(step: number): Partition } {
  const counts = finerCounts(fine, coarse)
  const order = counts.map((count, block) => ({ count, block })).filter(({ count }) => count > 1)
  order.sort((a, b) => b.count - a.count || a.block - b.block)
  return {
    steps: order.length,
    at(step) {
      const merged = new Set(order.slice(0, step).map(({ block }) => block))
      return partitionBy(
        fine.blockOf.map((block, element) => {
          const target = coarse.blockOf[element] ?? 0
          return merged.has(target) ? -1 - target : block
        }),
      )
    },
  }
}
