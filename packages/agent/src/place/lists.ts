import type { Variables } from './variables.ts'

/** Hosts of a TPU slice, from the list of their names or addresses. */
export function tpuHosts(variables: Variables): number | undefined {
  for (const name of ['TPU_WORKER_HOSTNAMES', 'TPU_PROCESS_ADDRESSES']) {
    const hosts = (variables[name] ?? '').split(',').filter((host) => host.trim() !== '')
    if (hosts.length > 0) return hosts.length
  }
  return undefined
}

/** SM_HOSTS: a JSON list, `["algo-1","algo-2"]`. */
export function sagemakerHosts(variables: Variables): readonly string[] | undefined {
  const hosts = parsed(variables['SM_HOSTS'])
  return Array.isArray(hosts) && hosts.every((host) => typeof host === 'string') ? hosts : undefined
}

export function placeIn(list: readonly string[] | undefined, one: string | undefined): number | undefined {
  const place = one === undefined ? -1 : (list?.indexOf(one) ?? -1)
  return place < 0 ? undefined : place
}

/** Tasks that train, in the order in which TensorFlow numbers them; the others (`ps`, `evaluator`) are no ranks. */
const training = ['chief', 'master', 'worker']

/** TF_CONFIG: `{"cluster": {"chief": [..], "worker": [..]}, "task": {"type": "worker", "index": 0}}`. */
export function tensorflowTask(
  variables: Variables,
): { readonly rank: number; readonly worldSize: number } | undefined {
  const config = parsed(variables['TF_CONFIG'])
  const cluster = fieldOf(config, 'cluster')
  const task = fieldOf(config, 'task')
  const [type, index] = [fieldOf(task, 'type'), Number(fieldOf(task, 'index'))]
  const sizes = training.map((name) => {
    const members = fieldOf(cluster, name)
    return Array.isArray(members) ? members.length : 0
  })
  const own = training.findIndex((name) => name === type)
  if (own < 0 || !Number.isInteger(index) || index < 0 || index >= sizes[own]!) return undefined
  const sum = (some: readonly number[]): number => some.reduce((total, size) => total + size, 0)
  return { rank: sum(sizes.slice(0, own)) + index, worldSize: sum(sizes) }
}

function parsed(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text)
  } catch {
    return undefined
  }
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null
    ? new Map<string, unknown>(Object.entries(value)).get(name)
    : undefined
}
