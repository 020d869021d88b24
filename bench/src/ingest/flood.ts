import { Load } from '../load/load.ts'
import type { Plan } from '../load/plan.ts'
import type { Usage } from '../machine/usage.ts'
import { eventsOf } from './shape.ts'

const CONNECT_MS = 120_000
const FLOOD_MS = 300_000

/** What came of sending a plan's envelopes as fast as credit lets. */
export interface Flooded {
  /** Events a second until the last was acknowledged: it is in the journal and synced. */
  readonly durablePerSecond: number
  /** Events a second until every rank's bye was answered: everything before it is in the graph. */
  readonly graphedPerSecond: number
  readonly bytes: number
  readonly envelopes: number
  /** Processor microseconds per event of the one that receives: hardly moved by what else the machine does. */
  readonly cpuPerEvent: number
}

/** Two generators keep two cores as busy as one machine's ranks would; more only wait. */
export const generators = 2

/** @throws Error when a rank fails, or does not get through in time */
export async function flood(plan: Plan, usage: () => Usage): Promise<Flooded> {
  const load = new Load(plan, Math.min(generators, plan.ranks))
  try {
    await load.all('ready', CONNECT_MS)
    const before = usage()
    load.go()
    const acknowledged = await load.all('acknowledged', FLOOD_MS)
    load.bye()
    const farewells = await load.all('farewell', FLOOD_MS)
    const cpuSeconds = usage().cpuSeconds - before.cpuSeconds
    const beganMs = Math.min(...acknowledged.map((one) => one.beganMs))
    const durableMs = Math.max(...acknowledged.map((one) => one.atMs)) - beganMs
    const graphedMs = Math.max(...farewells.map((one) => one.atMs)) - beganMs
    return {
      durablePerSecond: (eventsOf(plan) / durableMs) * 1000,
      graphedPerSecond: (eventsOf(plan) / graphedMs) * 1000,
      cpuPerEvent: (cpuSeconds / eventsOf(plan)) * 1e6,
      bytes: acknowledged.reduce((sum, one) => sum + one.bytes, 0),
      envelopes: acknowledged.reduce((sum, one) => sum + one.envelopes, 0),
    }
  } finally {
    await load.close()
  }
}
