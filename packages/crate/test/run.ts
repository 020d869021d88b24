import { createHash } from 'node:crypto'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { onTestFinished } from 'vitest'
import { DocumentBuilder, double, int, name, prov, text, writeJson } from '@provloom/prov'
import type { Attribute, QName } from '@provloom/prov'
import type { RunHead } from '@provloom/rundir'
import { writeRunFile } from '@provloom/rundir/internal'
import { attemptOf, rankOf, runIdFrom, systemFiles } from '@provloom/shared'

const namespaces = {
  user: 'http://www.example.org/',
  run: 'http://www.example.org/runs/01890a5d-ac96-774b-bcce-b302099a8057/',
  provloom: 'urn:uuid:db988eb8-9eb2-45e0-8e18-e084e473b9df#',
  mls: 'http://www.w3.org/ns/mls#',
  schema: 'http://schema.org/',
  dcterms: 'http://purl.org/dc/terms/',
}

export function folder(): string {
  const made = fs.mkdtempSync(path.join(os.tmpdir(), 'provloom-crate-'))
  onTestFinished(() => fs.rmSync(made, { recursive: true, force: true }))
  return made
}

export const sha256 = (content: string | Buffer): string => createHash('sha256').update(content).digest('hex')

export const runId = runIdFrom('01890a5d-ac96-774b-bcce-b302099a8057')!

export interface RunLike {
  readonly status?: 'completed' | 'failed' | 'running'
  readonly finding?: string
  readonly users?: readonly string[]
  /** Further files, by path. */
  readonly files?: Readonly<Record<string, string>>
  /** Elements that the document is without, by their names in the run. */
  readonly without?: readonly string[]
  /** Adds to the document. */
  readonly more?: (builder: DocumentBuilder, id: (written: string) => QName) => void
}

/** A run directory of two ranks, as an aggregator leaves it: docs/run-directory.md, docs/prov-mapping.md. */
export async function runDirectory(like: RunLike = {}): Promise<string> {
  const saveDir = folder()
  const runDir = path.join(saveDir, 'digits_0')
  const files: Record<string, string> = {
    'prov.json': '',
    'metrics/part-000000000003.parquet': 'PAR1',
    'metrics/part-000000000003.parquet.tmp': 'PA',
    'artifacts/rank0/net.pt': 'weights',
    'artifacts/rank0/train.csv': 'a,b',
    'code/train.py': 'print()',
    'code/source.diff': '- a',
    'journal/000.log': 'journal',
    '.lease': '{}',
    ...like.files,
  }
  for (const [at, content] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(path.join(runDir, at)), { recursive: true })
    fs.writeFileSync(path.join(runDir, at), content)
  }
  fs.writeFileSync(path.join(runDir, 'prov.json'), writeJson(documentOf(like)))
  await writeRunJson(runDir, like)
  return runDir
}

function documentOf({
  status = 'completed',
  without = [],
  more,
}: RunLike): ReturnType<DocumentBuilder['build']> {
  const builder = new DocumentBuilder()
  for (const [prefix, iri] of Object.entries(namespaces)) builder.namespace(prefix, iri)
  const id = (written: string): QName => builder.name(written)
  const types = (...of: readonly string[]): Attribute[] => of.map((one) => [prov('type'), name(id(one))])
  const at = (location: string, content: string): Attribute[] => [
    [prov('location'), text(location)],
    [id('provloom:size'), int(content.length)],
    [id('schema:sha256'), text(sha256(content))],
  ]
  const label = (words: string): Attribute => [prov('label'), text(words)]
  const [run, rank0, rank1] = [id('run:run'), id('run:rank-0'), id('run:rank-1')]
  builder
    .activity(run, {}, [...types('mls:Run'), [id('provloom:status'), text(status)]])
    .activity(rank0, {}, types('provloom:RankExecution'))
    .activity(rank1, {}, types('provloom:RankExecution'))
    .activity(id('run:recording'), {}, types('provloom:Recording'))
    .entity(id('run:script'), [
      label('train.py'),
      ...types('mls:Implementation', 'provloom:File'),
      ...at('code/train.py', 'print()'),
    ])
    .entity(id('run:source.diff'), [
      label('git diff HEAD'),
      ...types('mls:Implementation', 'provloom:Diff'),
      ...at('code/source.diff', '- a'),
    ])
    .entity(id('run:source'), [
      label('ada/digits'),
      ...types('mls:Implementation', 'schema:SoftwareSourceCode'),
      [id('schema:codeRepository'), text('https://git.example.org/ada/digits')],
      [id('provloom:commit'), text('4f2c')],
      [id('provloom:dirty'), { type: 'typed', lexical: 'true', datatype: id('xsd:boolean') }],
    ])
    .entity(id('run:environment.0a'), [
      label('CPython 3.11.4'),
      ...types('prov:Collection', 'provloom:Environment'),
      [id('provloom:interpreter'), text('/usr/bin/python3')],
      [id('provloom:version'), text('CPython 3.11.4')],
      [id('provloom:variable'), text('OMP_NUM_THREADS=2')],
    ])
    .entity(id('run:package.numpy.1.26.2'), [
      ...types('schema:SoftwareApplication'),
      [id('schema:name'), text('numpy')],
      [id('schema:softwareVersion'), text('1.26.2')],
      [id('schema:identifier'), text('pkg:pypi/numpy@1.26.2')],
    ])
    .entity(id('user:metric-loss'), [label('loss'), ...types('mls:EvaluationMeasure')])
    .entity(id('run:rank-0.training.loss'), [
      ...types('mls:ModelEvaluation'),
      [id('mls:specifiedBy'), name(id('user:metric-loss'))],
    ])
    .activity(id('run:rank-0.training'), {}, types('provloom:Training'))
    .wasGeneratedBy(id('run:rank-0.training.loss'), id('run:rank-0.training'))
    .entity(id('user:metric-cpu'), [label('cpu'), ...types('mls:EvaluationMeasure')])
    .entity(id('run:rank-0.measured.cpu'), [
      label('cpu'),
      ...types('provloom:Measurement'),
      [id('provloom:metric'), name(id('user:metric-cpu'))],
    ])
  for (const [hash, key, value, rank] of [
    ['00000001', 'lr', double(0.1), undefined],
    ['00000002', 'seed', int(3), rank0],
    ['00000003', 'seed', int(20), rank1],
  ] as const) {
    const param = id(`run:param.${key}.${hash}`)
    builder.entity(param, [label(key), ...types('mls:HyperParameterSetting'), [prov('value'), value]])
    for (const one of rank === undefined ? [rank0, rank1] : [rank]) builder.used(one, param)
  }
  const csv = id('run:input.0b')
  builder
    .entity(csv, [
      label('train.csv'),
      ...types('mls:Dataset', 'schema:Dataset'),
      ...at('/data/train.csv', 'a,b'),
    ])
    .entity(id('run:input.0b.copy'), [
      ...types('provloom:StoredCopy'),
      ...at('artifacts/rank0/train.csv', 'a,b'),
    ])
    .used(rank0, csv)
    .wasDerivedFrom(id('run:input.0b.copy'), csv)
    .wasGeneratedBy(id('run:input.0b.copy'), id('run:recording'))
    .entity(id('run:dataset.val'), [
      label('val'),
      ...types('mls:Dataset', 'schema:Dataset'),
      [prov('location'), text('/data/val set')],
      [id('provloom:samples'), int(400)],
    ])
    .used(rank1, id('run:dataset.val'))
    .entity(id('run:model.net'), [label('net'), ...types('mls:Model')])
    .wasGeneratedBy(id('run:model.net'), rank0)
    .entity(id('run:input.0a'), [
      label('loss.py'),
      ...types('provloom:File', 'schema:SoftwareSourceCode'),
      ...at('/home/ada/loss.py', '-'),
    ])
    .used(rank0, id('run:input.0a'))
    .entity(id('run:rank-0.training.file.0'), [
      label('net.pt'),
      ...types('provloom:File', 'mls:Model', 'provloom:Checkpoint'),
      ...at('artifacts/rank0/net.pt', 'weights'),
    ])
    .wasGeneratedBy(id('run:rank-0.training.file.0'), rank0)
    .specializationOf(id('run:rank-0.training.file.0'), id('run:model.net'))
  more?.(builder, id)
  const document = builder.build()
  return { ...document, records: document.records.filter((one) => !without.includes(one.id?.local ?? '')) }
}

async function writeRunJson(runDir: string, like: RunLike): Promise<void> {
  const status = like.status ?? 'completed'
  const ledger = { sent: 10, stored: 10, dropped: 0 }
  const none = { shown: [], more: 0 }
  const loss = {
    key: 'loss',
    context: 'training',
    ranks: 2,
    points: 20,
    first: 1,
    last: 0.25,
    min: 0.2,
    max: 1,
  }
  // As agents measure ranks, which the document has as Measurement, and hosts.
  const cpu = { key: 'cpu', ranks: 2, points: 20, first: 1, last: 1 }
  const measured = [cpu, { ...cpu, source: 'host' }, { ...cpu, key: 'loss' }]
  const head: RunHead = {
    users: like.users ?? ['ada'],
    hosts: none,
    command: ['python3', 'train.py', '--name', 'a b'],
    params: none,
    metrics: {
      shown: [loss, ...measured].map((one) => ({ ...one, firstStep: 0, lastStep: 9, seconds: 9 })),
      more: 0,
    },
    inputs: none,
    outputs: none,
    energy: [],
    notMeasured: [],
    ...(like.finding === undefined
      ? {}
      : { finding: { code: 'RANK_FAILED', who: 'rank 1', text: like.finding, ranks: [1] } }),
  }
  const settings = {
    provUserNamespace: 'www.example.org',
    experimentName: 'digits',
    collectAllProcesses: true,
    saveAfterNLogs: 100,
  }
  const startUs = Date.parse('2026-01-01T10:00:00Z') * 1000
  await writeRunFile(
    systemFiles(),
    { runId, runDir, number: 0, jobKey: 'job', ordinal: 0, settings },
    {
      finished: status !== 'running',
      journalPosition: 3,
      head,
      files: [],
      summary: {
        runId,
        status,
        startUs,
        ...(status === 'running' ? {} : { endUs: startUs + 60_000_000 }),
        worldSize: 2,
        ranks: [0, 1].map((rank) => ({
          rank: rankOf(rank),
          attempt: attemptOf(0),
          status,
          host: 'h',
          ...ledger,
        })),
        ranksRefused: 0,
        conflicts: 0,
        absent: [],
        problems: 0,
        problemKinds: [],
        hints: [],
        logs: 20,
        total: ledger,
        parts: [{ file: 'metrics/part-000000000003.parquet', rows: 20, bytes: 4, sha256: sha256('PAR1') }],
      },
    },
  )
}
