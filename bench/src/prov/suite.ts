import fs from 'node:fs'
import path from 'node:path'
import { readJson, validate, writeJson } from '@provloom/prov'
import { writeProvn } from '@provloom/prov/provn'
import { readXml, writeXml } from '@provloom/prov/xml'
import { figureOf } from '../figure.ts'
import type { Figure, Pair } from '../figure.ts'
import { runForJson } from '../machine/child.ts'
import { pythonProgram } from '../machine/paths.ts'
import { processorMs } from '../machine/processor.ts'
import { venvPython } from '../machine/venv.ts'
import type { Bench, Suite } from '../suite.ts'
import { sampleDocument } from './document.ts'

const RECORDS = 10_000
const PEER = 'python-prov'

interface Task {
  readonly name: string
  run(): unknown
  limit(): unknown
  readonly limitIs: string
}

/** Reading, writing and validating a document of 10,000 records, in milliseconds of processor time. */
export const provSuite: Suite = {
  name: 'prov',
  title:
    'packages/prov, a document of 10,000 records (limit: JSON.parse or JSON.stringify of the same document)',
  async *measure(bench) {
    const text = sampleDocument(RECORDS)
    const xml = writeXml(readJson(text))
    const peer = await pythonProv(bench, text, xml)
    for (const task of tasksOf(text, xml)) {
      if (bench.wants(task.name)) yield measured(task, bench, peer)
    }
  },
}

function tasksOf(text: string, xml: string): Task[] {
  const document = readJson(text)
  const tree: unknown = JSON.parse(text)
  const parse = { limit: (): unknown => JSON.parse(text), limitIs: 'JSON.parse' }
  const stringify = { limit: (): unknown => JSON.stringify(tree), limitIs: 'JSON.stringify' }
  return [
    { name: 'prov.json.read', run: () => readJson(text), ...parse },
    { name: 'prov.json.write', run: () => writeJson(document), ...stringify },
    { name: 'prov.xml.read', run: () => readXml(xml), ...parse },
    { name: 'prov.xml.write', run: () => writeXml(document), ...stringify },
    { name: 'prov.provn.write', run: () => writeProvn(document), ...stringify },
    { name: 'prov.validate', run: () => validate(document), ...parse },
  ]
}

interface Peer {
  readonly times: Readonly<Record<string, number>>
  readonly missing?: string
}

function measured(task: Task, bench: Bench, peer: Peer): Figure {
  const pairs: Pair[] = []
  const rounds = bench.options.quick ? 2 : Math.max(5, bench.options.repetitions)
  // The first rounds are for the compiler.
  for (let i = -2; i < rounds; i++) {
    const pair = { value: millisecondsOf(task.run), limit: millisecondsOf(task.limit) }
    if (i >= 0) pairs.push(pair)
  }
  const time = peer.times[task.name]
  const why =
    peer.missing ??
    (task.name === 'prov.validate' ? 'it has no validator of PROV-CONSTRAINTS' : 'no time told')
  return figureOf(
    {
      name: task.name,
      unit: 'ms',
      better: 'lower',
      limitIs: task.limitIs,
      peers: time === undefined ? {} : { [PEER]: time },
      missing: time === undefined ? { [PEER]: why } : {},
    },
    pairs,
  )
}

function millisecondsOf(task: () => unknown): number {
  const begin = processorMs()
  task()
  return processorMs() - begin
}

async function pythonProv(bench: Bench, text: string, xml: string): Promise<Peer> {
  const venv = { name: 'prov', install: [['prov[xml]==3.2.3']] }
  const look = await venvPython(venv, bench.options.peers, (line) => bench.say(line))
  if (look.kind === 'absent') return { times: {}, missing: look.why }
  const folder = bench.folder('prov')
  const files = [path.join(folder, 'document.json'), path.join(folder, 'document.xml')] as const
  fs.writeFileSync(files[0], text)
  fs.writeFileSync(files[1], xml)
  const found = await runForJson(look.python, [pythonProgram('prov_cost.py'), ...files])
  return { times: found as Record<string, number> }
}
