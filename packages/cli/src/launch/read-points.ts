import type { StoredPoint } from '@provloom/agent/process'
import { openRun } from '@provloom/rundir'

/** Values of a metric that a script has logged into a run directory: not those that agents measure under the same name. */
export async function readPoints(
  runDir: string,
  key: string,
  rank: number | undefined,
  most: number,
): Promise<readonly StoredPoint[]> {
  let found: StoredPoint[] = []
  const which = { key, context: null, ...(rank === undefined ? {} : { rank }) }
  for await (const { source, count, step, time, value } of openRun(runDir).points(which)) {
    if (source === 'worker' || source?.startsWith('host-') === true) continue
    for (let at = 0; at < count; at++) found.push({ step: step[at]!, timeUs: time[at]!, value: value[at]! })
    if (found.length > 2 * most) found = lastOf(found, most)
  }
  return lastOf(found, most)
}

function lastOf(points: StoredPoint[], most: number): StoredPoint[] {
  return points.sort((a, b) => a.timeUs - b.timeUs).slice(-most)
}
