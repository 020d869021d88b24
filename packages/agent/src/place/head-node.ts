import { endpointOfText, isLoopback } from './job-key.ts'
import { sagemakerHosts, tpuHosts, volcanoTask } from './lists.ts'
import { onOneNode } from './row.ts'
import type { Place } from './place.ts'
import { firstNode } from './slurm.ts'
import { textOf } from './variables.ts'
import type { Variables } from './variables.ts'

/**
 * Whether the agent of a process may start the job's aggregator: on one node each may, on several those of the head
 * node. That is node 0, the host at MASTER_ADDR, or the first in the list of nodes; where none of them is known, or is
 * this one, rank 0's agent may.
 *
 * @param hostNames names and addresses of this host
 */
export function mayStartAggregator(
  place: Place,
  variables: Variables,
  hostNames: readonly string[],
): boolean {
  const { nodeRank, nodeCount, worldSize, localWorldSize, rank } = place
  const one = onOneNode({ worldSize, localWorldSize, nodeCount })
  if (place.rankToldBy === 'alone') return true
  if (one === true) return true
  if (nodeRank !== undefined) return nodeRank === 0
  const master = masterOf(variables)
  const head = master ?? firstListed(variables)
  if (rank === 0) return true
  if (head === undefined) return false
  // A loopback address is of one node where nothing says that there are several.
  if (isLoopback(head)) return one === undefined
  return hostNames.some((name) => isSameHost(name, head))
}

function masterOf(variables: Variables): string | undefined {
  const told = textOf(variables, 'MASTER_ADDR', 'PET_MASTER_ADDR', 'HOROVOD_GLOO_RENDEZVOUS_ADDR')
  const coordinator = textOf(variables, 'JAX_COORDINATOR_ADDRESS', 'MEGASCALE_COORDINATOR_ADDRESS')
  return told ?? endpointOfText(coordinator)?.address
}

function firstListed(variables: Variables): string | undefined {
  const slurm = firstNode(textOf(variables, 'SLURM_STEP_NODELIST', 'SLURM_JOB_NODELIST', 'SLURM_NODELIST'))
  // LSF lists the launch node first, and each host once for every slot of it.
  const lsf = textOf(variables, 'LSB_HOSTS')?.split(/\s+/)
  const others = [lsf, sagemakerHosts(variables), tpuHosts(variables)].map((hosts) => hosts?.[0])
  return slurm ?? others.find((host) => host !== undefined) ?? volcanoTask(variables)?.first
}

/** Names with and without their domain are of one host; addresses are as they are. */
function isSameHost(one: string, other: string): boolean {
  const [a, b] = [one.toLowerCase(), other.toLowerCase()]
  if (a === b) return true
  const isAddress = (name: string): boolean => name.includes(':') || /^[\d.]+$/.test(name)
  return !isAddress(a) && !isAddress(b) && a.split('.')[0] === b.split('.')[0]
}
