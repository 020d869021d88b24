/** A directed graph in rows: the edges of node n are `edges[first[n]] .. edges[first[n + 1] - 1]`, as edge numbers. */
export interface Adjacency {
  readonly first: Int32Array
  readonly edges: Int32Array
}

/** Groups edge numbers by the node they leave. Linear in nodes and edges. */
export function adjacency(nodes: number, from: readonly number[]): Adjacency {
  const first = new Int32Array(nodes + 1)
  for (const node of from) first[node + 1]! += 1
  for (let node = 0; node < nodes; node++) first[node + 1]! += first[node]!
  const next = first.slice()
  const edges = new Int32Array(from.length)
  for (const [edge, node] of from.entries()) {
    edges[next[node]!] = edge
    next[node]! += 1
  }
  return { first, edges }
}

/**
 * Strongly connected components (Tarjan 1972, without recursion): for every node the number of its component.
 * Linear in nodes and edges.
 */
export function components(nodes: number, to: readonly number[], graph: Adjacency): Int32Array {
  const order = new Int32Array(nodes).fill(-1)
  const low = new Int32Array(nodes)
  const component = new Int32Array(nodes).fill(-1)
  const cursor = graph.first.slice(0, nodes)
  const open: number[] = []
  let visited = 0
  let found = 0
  const visit = (root: number): void => {
    const path = [root]
    while (path.length > 0) {
      const node = path.at(-1)!
      if (order[node] === -1) {
        order[node] = low[node] = visited++
        open.push(node)
      }
      const edge = cursor[node]!
      if (edge < graph.first[node + 1]!) {
        cursor[node] = edge + 1
        const target = to[graph.edges[edge]!]!
        if (order[target] === -1) path.push(target)
        else if (component[target] === -1) low[node] = Math.min(low[node]!, order[target]!)
        continue
      }
      path.pop()
      if (low[node] === order[node]) {
        for (let member = -1; member !== node;) {
          member = open.pop()!
          component[member] = found
        }
        found += 1
      }
      const parent = path.at(-1)
      if (parent !== undefined) low[parent] = Math.min(low[parent]!, low[node]!)
    }
  }
  for (let node = 0; node < nodes; node++) if (order[node] === -1) visit(node)
  return component
}

/**
 * The shortest way from one node to another inside one component, as edge numbers; null when there is none.
 * Linear in the edges of the component.
 */
export function shortestPath(
  start: number,
  goal: number,
  to: readonly number[],
  graph: Adjacency,
  component: Int32Array,
): number[] | null {
  if (start === goal) return []
  const arrivedBy = new Map<number, number>()
  const cameFrom = new Map<number, number>([[start, start]])
  const queue = [start]
  for (const node of queue) {
    for (let at = graph.first[node]!; at < graph.first[node + 1]!; at++) {
      const edge = graph.edges[at]!
      const target = to[edge]!
      if (cameFrom.has(target) || component[target] !== component[start]) continue
      cameFrom.set(target, node)
      arrivedBy.set(target, edge)
      queue.push(target)
      if (target === goal) return trace(start, goal, cameFrom, arrivedBy)
    }
  }
  return null
}

function trace(
  start: number,
  goal: number,
  cameFrom: Map<number, number>,
  arrivedBy: Map<number, number>,
): number[] {
  const path: number[] = []
  for (let node = goal; node !== start; node = cameFrom.get(node)!) path.push(arrivedBy.get(node)!)
  return path.toReversed()
}
