import fs from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { limits } from '@provloom/shared'

const packages = path.resolve(import.meta.dirname, '../../packages')

/** Numbers that a name says are the most or the least of something, and that are no bounds. */
const noBounds: Readonly<Record<string, string>> = {
  // How a format, an algorithm or a batch is made: nobody sees where it ends.
  'agent/src/tree/processes.ts': 'parentsMax',
  'reader/src/run/rhythm.ts': 'pointsMin',
  'reader/src/run/run.ts': 'apartMax differingMax ranksMax',
  'agent/src/place/launcher-process.ts': 'ancestorsMax',
  'agent/src/publish/retirement.ts': 'toldAtOnceMax',
  'agent/src/secrets/steps.ts': 'wordsMax',
  'agent/src/secrets/regions.ts': 'pieceMax',
  'agent/src/secrets/texts.ts': 'depthMax',
  'agent/src/artifact/ours.ts': 'connectionBytesMax',
  'agent/src/launch/command.ts': 'slotMax',
  'agent/src/launch/descriptors.ts': 'descriptorMax',
  'agent/src/tensorboard/format/tensor.ts': 'numbersMax',
  'aggregator/src/journal/journal.ts': 'batchRecordsMax',
  'aggregator/src/metrics/encoder.ts': 'workerRowsMin',
  'aggregator/src/metrics/parquet/chunk.ts': 'gzipBytesMin',
  'aggregator/src/metrics/parquet/statistics.ts': 'boundBytesMax',
  'aggregator/src/metrics/curve/part-curves.ts': 'curveRowsMin',
  'aggregator/src/metrics/curve/fold.ts': 'foldedRowsMax',
  'aggregator/src/metrics/store.ts': 'headRowsMax',
  'cli/src/launch/self.ts': 'variableMax',
  'graph/src/sheet.ts': 'THINGS_PER_PAGE_MAX',
  'graph/src/spark.ts': 'bucketsMax valuesMax',
  'graph/src/builder.ts': 'textsMax',
  'graph/src/apply/find.ts': 'firstKeysMax',
  'graph/src/name.ts': 'lengthMax',
  'graph/src/sources.ts': 'comparedMax',
  'graph/src/energy-shares.ts': 'joulesMax',
  'mlflow/src/book/history.ts': 'waitingMax',
  // A larger description of a model goes on as it is.
  'mlflow/src/forward/handover.ts': 'descriptionBytesMax',
  // Of a server that is none of MLflow's: asked again.
  'mlflow/src/forward/server.ts': 'answerBytesMax',
  'prov/src/model/value.ts': 'INT_MAX LONG_MAX',
  'prov/src/validate/uniqueness.ts': 'TERMS_MAX',
  'prov/src/draw/likeness.ts': 'roundsMax',
  'rundir/src/series/id-table.ts': 'denseMax',
  'rundir/src/curve/buckets.ts': 'bucketsPerSeriesMax curvePointsMin exponentMax',
  // Beyond it buckets are wider, and the answer says so.
  'rundir/src/read/curves.ts': 'pointsReadMax',
  'rundir/src/read/part-file.ts': 'wholeBytesMax',
  'rundir/src/read/table-file.ts': 'sliceBytesMax',
  'reader/src/curve/by-time.ts': 'pointsReadMax',
  'shared/src/log/segment-log.ts': 'SCRATCH_BYTES_MIN',
  'shared/src/log/format.ts': 'searchBytesMax',
  'shared/src/log/crc.ts': 'nativeBytesMin',
  'shared/src/files.ts': 'IOV_MAX',
  // How often and how fast something is tried again.
  'agent/src/publish/lane.ts': 'backoffMinMs backoffMaxMs',
  'agent/src/tensorboard/event-files.ts': 'findMinMs findMaxMs',
  // Where nobody has named a folder: as far as it is worth while to look.
  'agent/src/tensorboard/finder.ts': 'directoriesMax foldersBelowMax',
  'aggregator/src/run/flusher.ts': 'restMsAfterReplayMax',
  'rundir/src/read/points.ts': 'triesMax extentsMax',
  'aggregator/src/admission/attendance.ts': 'lookMsMax',
  'aggregator/src/admission/named-run.ts': 'namingMaxMs',
  'shared/src/process-identity.ts': 'execLooksMax alwaysEmptyMax',
  'shared/src/say.ts': 'triesMax',
  // A shorter beginning of an id would be a word.
  'reader/src/folder/resolve.ts': 'digitsMin',
  // What is remembered to save work: what is forgotten is asked, or found out, again.
  'agent/src/tensorboard/format/value.ts': 'pluginsMax',
  'agent/src/tensorboard/members.ts': 'membersMax',
  'agent/src/tree/namespaces.ts': 'knownMax',
  'rundir/src/read/curve-files.ts': 'keptBytesMax',
  'rundir/src/read/journal-tail.ts': 'looksKeptMax',
  'agent/src/session/amiss.ts': 'contextsMax',
  'agent/src/secrets/names.ts': 'nameMax knownMax',
  'aggregator/src/inbox/reception.ts': 'toldMax textMax',
  'aggregator/src/closing/apart.ts': 'rememberedMax',
  'graph/src/apply/skipped.ts': 'positionsMax',
  'aggregator/src/admission/turned-away.ts': 'rememberedMax',
  'aggregator/src/admission/answers.ts': 'refusedMax',
  'aggregator/src/admission/conversations.ts': 'endedMax',
  'aggregator/src/admission/asking.ts': 'askedMax',
  // How far back it is looked for why a run went as it did: the last steps of a long run say it.
  'reader/src/why/load/nan.ts': 'metricsMin metricsMax',
  'reader/src/why/load/pace.ts': 'pacedMin closerMax earlyMax',
  'reader/src/why/pace.ts': 'apartMin',
  'reader/src/why/load/table.ts': 'stepsMax cellsMax',
  'reader/src/diff/unified.ts': 'editsMax',
  // How much of a list stands in a sentence, on a terminal or in a picture, before "and so many more".
  'agent/src/client/folder.ts': 'shownMax',
  'graph/src/head/head.ts': 'fewMax shortMax',
  'graph/src/head/finding.ts': 'ranksMax',
  'graph/src/head/energy.ts': 'shortMax',
  'graph/src/head/energy-other.ts': 'methodMax',
  'agent/src/source/energy/other/sacct.ts': 'joulesMax',
  'agent/src/artifact/keeper.ts': 'toldMax',
  'cli/src/output/progress.ts': 'NAMED_MAX',
  'cli/src/command/ls.ts': 'metricsMax paramsMax',
  'cli/src/command/show.ts': 'filesMax metricsMax valuesMax',
  'cli/src/command/why.ts': 'thenMax',
  'reader/src/why/load/differing.ts': 'textMax',
  'reader/src/graph/around.ts': 'linesMax widthMin',
  'reader/src/run/environment.ts': 'ranksMax',
  'cli/src/format.ts': 'MIXED_SHOWN_MAX',
  'prov/src/rdf/mixed.ts': 'SHOWN_MAX',
  'prov/src/remark/remark.ts': 'RECORDS_MAX',
  'cli/src/command/import.ts': 'unreadableToldMax NAMED_MAX',
  'cli/src/command/left-here.ts': 'foldersMax',
  'cli/src/launch/start-failure.ts': 'textMax',
  // What a Python may print of one array, and how far below a folder old documents are looked for.
  'cli/src/old-runs/array-files.ts': 'outputBytesMax',
  'cli/src/old-runs/document.ts': 'depthMax',
  'prov/src/draw/group.ts': 'savedArrowsMin',
  'prov/src/draw/ranges.ts': 'patternsMax piecesMax',
  'prov/src/draw/text.ts': 'titleCharsMax',
  'prov/src/draw/caption.ts': 'linesMax',
  'prov/src/draw/note.ts': 'linesMax',
  'graph/src/picture/text.ts': 'textCharsMax',
  'graph/src/picture/picture-of.ts': 'footRowsMax',
  'prov/src/validate/violation.ts': 'RECORDS_SHOWN_MAX',
  'prov/src/validate/cycles.ts': 'TRIED_MAX',
  'prov/src/validate/wording.ts': 'STEPS_SHOWN_MAX',
  'shared/src/config/variables.ts': 'toldMax',
  'cli/src/output/summary.ts': 'findingsMax',
  'cli/src/watch/rank-grid.ts': 'marksOfHostMax marksOfHostMin nameMax',
  'cli/src/watch/view.ts': 'findingsMax lineMax nameMax sparkMax',
  'cli/src/watch/watched.ts': 'bucketsMax',
  // What is looked through on the side, so that a job or a summary does not wait for it: a command of its own has all.
  'cli/src/command/run.ts': 'FOLLOWED_MAX',
  'cli/src/output/summary-facts.ts': 'checkedBytesMax eventsMax',
  // The shape of a document: docs/prov-mapping.md has it.
}

function sources(): [file: string, text: string][] {
  const names = fs.readdirSync(packages, { recursive: true, encoding: 'utf8' })
  return names
    .filter((name) => /^[^/]+\/src\/.*\.ts$/.test(name) && path.basename(name) !== 'limits.ts')
    .map((name) => [name, fs.readFileSync(path.join(packages, name), 'utf8')])
}

function constantsOf(text: string): string[] {
  return [...text.matchAll(/^(?:export )?const (\w+)(?:: number)? = [\d(A-Z]/gm)].map((match) => match[1]!)
}

const isMost = (name: string): boolean => /(?:Max|Min|_MAX|_MIN)(?:Ms|Us)?$/.test(name)

test('the most and the least of something is a bound of limits.ts, or is said to be none, and why', () => {
  const found = sources().flatMap(([file, text]) =>
    constantsOf(text)
      .filter(isMost)
      .map((name) => `${file} ${name}`),
  )
  const told = Object.entries(noBounds).flatMap(([file, names]) =>
    names.split(' ').map((name) => `${file} ${name}`),
  )
  expect(found.sort()).toEqual(told.sort())
})

test('no bound of limits.ts has another of its name beside it', () => {
  const twice = sources().flatMap(([file, text]) =>
    constantsOf(text)
      .filter((name) => Object.hasOwn(limits, name))
      .map((name) => `${file} ${name}`),
  )
  expect(twice).toEqual([])
})
