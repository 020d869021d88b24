import { fieldsOf } from '@provloom/shared'
import { countOf, has, textOf } from './variables.ts'
import type { Variables } from './variables.ts'

/** A place among hosts that are listed, all of them or role by role. */
export interface ListedTask {
  readonly rank: number
  readonly worldSize: number | undefined
  /** The first host, with its port where it has one: the same on all ranks. */
  readonly first: string | undefined
}

/** Hosts of a TPU slice, from the list of their names or addresses. */
export function tpuHosts(variables: Variables): readonly string[] | undefined {
  for (const name of ['TPU_WORKER_HOSTNAMES', 'TPU_PROCESS_ADDRESSES']) {
    const hosts = namesIn(variables[name])
    if (hosts.length > 0) return hosts
  }
  return undefined
}

/** SM_HOSTS: a JSON list, `["algo-1","algo-2"]`. */
export function sagemakerHosts(variables: Variables): readonly string[] | undefined {
  const hosts = parsed(variables['SM_HOSTS'])
  return isTexts(hosts) ? hosts : undefined
}

export function placeIn(list: readonly string[] | undefined, one: string | undefined): number | undefined {
  const place = one === undefined ? -1 : (list?.indexOf(one) ?? -1)
  return place < 0 ? undefined : place
}

/** Tasks that train, in the order in which TensorFlow numbers them; the others (`ps`, `evaluator`) are no ranks. */
const training = ['chief', 'master', 'worker']

/** TF_CONFIG: `{"cluster": {"chief": [..], "worker": [..]}, "task": {"type": "worker", "index": 0}}`. */
export function tensorflowTask(variables: Variables): ListedTask | undefined {
  const config = parsed(variables['TF_CONFIG'])
  return taskIn(fieldOf(config, 'cluster'), fieldOf(config, 'task'), training)
}

/** CLUSTER_SPEC of Vertex AI: as TF_CONFIG, with pools in place of roles, a `job`, and a `trial` of a tuning. */
export function vertexTask(
  variables: Variables,
): (ListedTask & { readonly job: string | undefined }) | undefined {
  const spec = parsed(variables['CLUSTER_SPEC'])
  const [cluster, task] = [fieldOf(spec, 'cluster'), fieldOf(spec, 'task')]
  const pools = namesOf(cluster).filter((name) => /^workerpool\d+$/.test(name))
  const found = taskIn(
    cluster,
    task,
    pools.sort((a, b) => numberIn(a) - numberIn(b)),
  )
  if (found === undefined) return undefined
  const [said, trial] = [fieldOf(spec, 'job'), fieldOf(task, 'trial')]
  // It may also be a description of the job, which no machine has for itself.
  const job = typeof said === 'string' && /^[\w.:/-]+$/.test(said) ? said : found.first
  if (job === undefined) return { ...found, job }
  const element = typeof trial === 'string' || typeof trial === 'number' ? String(trial) : ''
  return { ...found, job: element === '' ? `vertex-${job}` : `vertex-${job}.${element}` }
}

/**
 * Volcano numbers the pods of each role from 0, and lists their hosts: `VC_WORKER_HOSTS`, `VC_MASTER_HOSTS`. With
 * several roles the pod's own name says which is its.
 */
export function volcanoTask(variables: Variables): ListedTask | undefined {
  const index = countOf(variables, 'VC_TASK_INDEX', 'VK_TASK_INDEX')
  const roles = Object.keys(variables)
    .filter((name) => /^VC_\w+_HOSTS$/.test(name) && has(variables, name))
    .sort((a, b) => leads(b) - leads(a) || (a < b ? -1 : 1))
    .map((name) => namesIn(variables[name]))
  const hosts = roles.flat()
  if (index === undefined) return undefined
  if (roles.length < 2) {
    const worldSize = hosts.length > 0 ? hosts.length : countOf(variables, 'VC_TASK_NUM', 'MA_NUM_HOSTS')
    return { rank: index, worldSize, first: hosts[0] }
  }
  const own = textOf(variables, 'HOSTNAME')
  const rank = hosts.findIndex((host) => host === own || host.split('.')[0] === own)
  return rank < 0 ? undefined : { rank, worldSize: hosts.length, first: hosts[0] }
}

const leads = (name: string): number => (/^VC_(MASTER|CHIEF|LAUNCHER)_/i.test(name) ? 1 : 0)

function taskIn(cluster: unknown, task: unknown, roles: readonly string[]): ListedTask | undefined {
  const members = roles.map((role) => {
    const listed = fieldOf(cluster, role)
    return isTexts(listed) ? listed : []
  })
  const [type, index] = [fieldOf(task, 'type'), Number(fieldOf(task, 'index') ?? Number.NaN)]
  const own = roles.findIndex((name) => name === type)
  if (own < 0 || !Number.isInteger(index) || index < 0 || index >= members[own]!.length) return undefined
  const before = members.slice(0, own).flat().length
  return { rank: before + index, worldSize: members.flat().length, first: members.flat()[0] }
}

function namesIn(list: string | undefined): string[] {
  return (list ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
}

function numberIn(name: string): number {
  return Number(/\d+$/.exec(name)?.[0])
}

function parsed(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text)
  } catch {
    return undefined
  }
}

function fieldOf(value: unknown, name: string): unknown {
  return fieldsOf(value).get(name)
}

function namesOf(value: unknown): string[] {
  return [...fieldsOf(value).keys()]
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string')
}
