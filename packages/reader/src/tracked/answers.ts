import type { Documents } from '../document/document.ts'
import type { Folder, KnownRun } from '../folder/folder.ts'
import type { Reader } from '../reader.ts'
import { metricPoints, trackedFacts, trackedRun } from './tracked.ts'

/** What trackers of experiments ask. */
export function trackedAnswers(
  folder: Folder,
  meant: (name: string) => KnownRun,
  documents: Documents,
): Pick<Reader, 'tracked' | 'trackedFacts' | 'points'> {
  return {
    tracked: () => folder.look().runs.map(trackedRun),
    trackedFacts: (name) => trackedFacts(meant(name), documents),
    points: (name, metrics = []) => metricPoints(meant(name), metrics),
  }
}
