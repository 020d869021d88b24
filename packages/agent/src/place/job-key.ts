import { textOf } from './variables.ts'
import { onOneNode } from './row.ts'
import type { Told } from './row.ts'
import type { LauncherSeen, Sight } from './sight.ts'
import type { Variables } from './variables.ts'

/** Where the ranks of a job first meet. */
export interface Endpoint {
  readonly address: string
  readonly port: string | undefined
}

export function endpointIn(variables: Variables, address: string, port: string): Endpoint | undefined {
  const found = textOf(variables, address)
  return found === undefined ? undefined : { address: found, port: textOf(variables, port) }
}

/** Of text in the form `host`, `host:port` or `[address]:port`. */
export function endpointOfText(text: string | undefined): Endpoint | undefined {
  const [, bracketed, address, port] =
    /^(?:\[([^\]]+)\]|([^:]+|.*:.*:.*))(?::(\d+))?$/.exec(text?.trim() ?? '') ?? []
  const host = bracketed ?? address
  return host === undefined ? undefined : { address: host, port }
}

export const master = (variables: Variables): Endpoint | undefined =>
  endpointIn(variables, 'MASTER_ADDR', 'MASTER_PORT')

export function isLoopback(address: string): boolean {
  return /^(localhost|127\.\d+\.\d+\.\d+|::1)$/i.test(address)
}

/** `master-<address>:<port>`, alike on all ranks. A loopback address is every machine's: this one stands for it. */
export function endpointKey(endpoint: Endpoint | undefined, host: string): string | undefined {
  if (endpoint === undefined) return undefined
  const address = isLoopback(endpoint.address) ? host : endpoint.address
  return endpoint.port === undefined ? `master-${address}` : `master-${address}:${endpoint.port}`
}

/** A name that tutorials repeat, in a batch job: the job's key behind it. */
export function within(name: string, batch: string | undefined): string {
  return batch === undefined ? name : `${name}@${batch}`
}

/** The key of a job whose ranks meet there: in a batch job the port is enough, which may hold two of them. */
export function meetingKey(endpoint: Endpoint | undefined, { batch, host }: Sight): string | undefined {
  if (batch === undefined) return endpointKey(endpoint, host)
  return endpoint?.port === undefined ? undefined : `${batch}:${endpoint.port}`
}

/** Whether a job is on one node, as far as its launcher, or the place where its ranks meet, tells. */
export function seemsOnOneNode(told: Told, endpoint: Endpoint | undefined, { batch }: Sight): boolean {
  return onOneNode(told) ?? (endpoint === undefined ? batch === undefined : isLoopback(endpoint.address))
}

/**
 * The key of a launcher that gives a job no name. On one node the launcher itself; on several, where each sees another
 * process, the place where the ranks meet.
 *
 * @param variable what this launcher sets for its ranks, and was not started with itself
 */
export function launcherOrEndpoint(
  variable: string,
  endpointOf: (variables: Variables) => Endpoint | undefined = master,
): (told: Told, sight: Sight) => string | undefined {
  return (told, sight) => {
    const endpoint = endpointOf(told.variables)
    const met = meetingKey(endpoint, sight)
    if (!seemsOnOneNode(told, endpoint, sight)) return met
    const launcher = sight.launcher(variable)
    if (launcher === undefined) return met
    // A script made its processes ranks by itself: they are of its own job, if they know it.
    if (launcher.ours) return sight.batch === undefined && !isInherited(sight) ? met : undefined
    // Ranks that are started by hand, each in a terminal, meet where they are told to.
    return launcher.shell ? (met ?? launcher.key) : launcher.key
  }
}

/**
 * The key of a job whose ranks were said by hand, one by one: like that of a launcher which gives its job no name, and
 * the launcher is whoever started them.
 *
 * @param starter `tree`: a process of their own tree did
 * @returns undefined: it is the tree's
 */
export function saidKey(
  told: Told,
  sight: Sight,
  starter: LauncherSeen | 'tree' | undefined,
): string | undefined {
  const endpoint = master(told.variables)
  const met = meetingKey(endpoint, sight)
  if (starter === undefined || !seemsOnOneNode(told, endpoint, sight)) return met
  if (starter === 'tree') return undefined
  return starter.shell ? (met ?? starter.key) : starter.key
}

/**
 * Lightning's rank 0 starts the others, and is a rank of the job itself: its key is that of a lone process, of its
 * batch job or its tree, and only where there are none is its process the others' launcher.
 */
export function firstRankOrEndpoint(variable: string): (told: Told, sight: Sight) => string | undefined {
  return (told, sight) => {
    if (sight.batch !== undefined) return undefined
    const endpoint = master(told.variables)
    if (endpoint !== undefined && !isLoopback(endpoint.address)) return endpointKey(endpoint, sight.host)
    const launcher = sight.launcher(variable)
    if (launcher === undefined) return endpointKey(endpoint, sight.host)
    return launcher.ours || isInherited(sight) ? undefined : launcher.key
  }
}

function isInherited({ tree }: Sight): boolean {
  return tree !== undefined && !tree.founded
}

/** The value of an option in a launcher's command line: `--rdzv-endpoint x`, `--rdzv_endpoint=x`. */
export function optionIn(argv: readonly string[], ...names: readonly string[]): string | undefined {
  for (const [i, word] of argv.entries()) {
    const [, name, value] = /^--?([A-Za-z][\w-]*)(?:=(.*))?$/s.exec(word) ?? []
    if (name !== undefined && names.includes(name.replaceAll('_', '-'))) return value ?? argv[i + 1]
  }
  return undefined
}
