import type { SessionPlan } from './known.ts'
import type { ChaosSettings } from './settings.ts'

/** The run that a session of every worker belongs to: which experiment, and the how manieth of it. */
export interface RunName {
  readonly experiment: string
  readonly ordinal: number
}

/**
 * What each worker does when nobody kills it. One session is the experiment `chaos`; more take turns in `chaos-a` and
 * `chaos-b`, and of three or more the last two are made at once, in children.
 */
export function experimentsOf(sessions: number): { readonly experiment: string; readonly child: boolean }[] {
  if (sessions === 1) return [{ experiment: 'chaos', child: false }]
  const inChildren = sessions > 2 ? 2 : 0
  return Array.from({ length: sessions }, (_, i) => {
    const child = i >= sessions - inChildren
    const second = child ? i === sessions - 1 : i % 2 === 1
    return { experiment: second ? 'chaos-b' : 'chaos-a', child }
  })
}

/** The runs that there must be, by session. */
export function runNames(sessions: number): RunName[] {
  const counts = new Map<string, number>()
  return experimentsOf(sessions).map(({ experiment }) => {
    const ordinal = counts.get(experiment) ?? 0
    counts.set(experiment, ordinal + 1)
    return { experiment, ordinal }
  })
}

/** The sessions of a rank that makes `total` calls, divided alike among them. */
export function sessionPlans({ sessions }: Pick<ChaosSettings, 'sessions'>, total: number): SessionPlan[] {
  const all = experimentsOf(sessions)
  const children = all.filter(({ child }) => child).length
  const begin = (i: number): number => Math.floor((total * i) / sessions)
  return all.map(({ experiment, child }, i) => {
    const [first, end] = [begin(i), begin(i + 1)]
    const at = child ? begin(sessions - children) : first
    return { experiment, first, count: end - first, at, stride: child ? children : 1, child }
  })
}

/** What is left of a session when its process was killed after so many calls. */
export function rest(plan: SessionPlan, returned: number): SessionPlan {
  const { first, count, at, stride } = plan
  return { ...plan, first: first + returned, count: count - returned, at: at + returned * stride }
}
