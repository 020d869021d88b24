import type { RunSettings } from '@provloom/rundir/entry'
import { limits } from '@provloom/shared'
import type { Asked } from '@provloom/shared'
import type { Settings } from '../config.ts'

const experimentDefault = 'experiment'
const namespaceDefault = 'http://localhost/'

/** A run's settings: the aggregator's own, else what the rank that begins it asks for, else the default. */
export function settle(own: Settings['asked'], asked: Asked): RunSettings {
  return {
    provUserNamespace: own.provUserNamespace ?? asked.provUserNamespace ?? namespaceDefault,
    experimentName: own.experimentName ?? asked.experimentName ?? experimentDefault,
    collectAllProcesses: own.collectAllProcesses ?? asked.collectAllProcesses ?? false,
    saveAfterNLogs: own.saveAfterNLogs ?? asked.saveAfterNLogs ?? limits.saveAfterNLogsDefault,
  }
}

/** What a rank asked for and does not get, in words for its user. Who said nothing asks for nothing. */
export function differences(
  settings: RunSettings,
  asked: Asked,
): { name: keyof RunSettings; words: string }[] {
  const names = ['provUserNamespace', 'experimentName', 'collectAllProcesses', 'saveAfterNLogs'] as const
  return names.flatMap((name) => {
    const wish = asked[name]
    if (wish === undefined || wish === settings[name]) return []
    const words = `${name} is ${JSON.stringify(settings[name])} in this run, not ${JSON.stringify(wish)}`
    return [{ name, words }]
  })
}
