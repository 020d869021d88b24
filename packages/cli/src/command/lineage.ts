import fs from 'node:fs'
import type { LineageAnswer, LineageFound, LineageStep } from '@provloom/reader'
import { exitCode, printable } from '@provloom/shared'
import { inLine, inLines } from '../look/in-lines.ts'
import { printJson, readerFor } from '../look/options.ts'
import type { Given } from '../look/options.ts'
import { terminalWidth, wrapped } from '../look/table.ts'
import { moment, short, value } from '../look/words.ts'
import { bytes, counted } from '../output/quantity.ts'
import { styleFor } from '../output/style.ts'
import type { Style } from '../output/style.ts'

/** `provloom lineage FILE`: exit code 1 where no run knows it. */
export async function lineage(said: string, given: Given): Promise<number> {
  const isFile = fs.existsSync(said) || !/^(?:sha256[: ])?[0-9a-f]{8,64}$/i.test(said)
  const answer = await readerFor(given).lineage(isFile ? { file: said } : { sha256: said })
  if (given['json'] === true) printJson(answer)
  else {
    const style = styleFor(process.stdout)
    const lines = rendered(inLine(said), inLines(answer), style).flatMap((line) =>
      wrapped(line, terminalWidth(), indent),
    )
    process.stdout.write(`${lines.join('\n')}\n`)
  }
  return answer.found.length === 0 ? exitCode.failed : exitCode.ok
}

/** Where values begin. */
const indent = 13

type Row = readonly [name: string, words: string]

function rendered(said: string, answer: LineageAnswer, style: Style): string[] {
  const { found, sha256, runs, up, down } = answer
  const what = `${style.bold(printable(said))}  sha256 ${short(sha256)}`
  const [first] = found
  if (first === undefined)
    return [
      `${what}  is in none of the ${counted(runs, 'run')} here: neither made nor used by one that has hashed it`,
    ]
  const rows = [
    ...found.slice(1).map((one): Row => ['also', placeWords(one)]),
    ...rowsOf('from', up, 'version'),
    ...rowsOf('data', up, 'data'),
    ...rowsOf('file', up, 'file'),
    ...rowsOf('code', up, 'code'),
    ...parametersRow(up),
    ...rowsOf('in', up, 'environment'),
    ...whoRow(up),
    ...usedRows(down, runs),
  ]
  return [
    `${what}  is ${placeWords(first)}`,
    ...rows.map(([name, words]) => `  ${style.dim(name.padEnd(10))} ${printable(words)}`),
  ]
}

function placeWords({ name, model, role, run, rank, step, time }: LineageFound): string {
  const at = [
    ...(time === undefined ? [] : [moment(time)]),
    ...(rank === undefined ? [] : [`rank ${rank}`]),
    ...(step === undefined ? [] : [`step ${step}`]),
  ].join(', ')
  const of = model === undefined ? '' : `, model ${model}`
  return printable(`${name}${of}, ${role === 'made' ? 'made' : 'used'} by ${run} (${at})`)
}

function rowsOf(title: string, steps: readonly LineageStep[], what: LineageStep['what']): Row[] {
  return unique(steps.filter((one) => one.what === what)).map((one) => [title, stepWords(one)])
}

function stepWords({ label, facts, caveat }: LineageStep): string {
  const { sha256, size, step, path, commit, dirty, packages } = facts
  return [
    label,
    ...(typeof commit === 'string' ? [`@ ${commit.slice(0, 7)}${dirty === true ? ', changed' : ''}`] : []),
    ...(typeof size === 'number' ? [bytes(size)] : []),
    ...(typeof sha256 === 'string' ? [short(sha256)] : []),
    ...(step === undefined ? [] : [`step ${value(step)}`]),
    ...(packages === undefined ? [] : [`${value(packages)} packages`]),
    ...(typeof path === 'string' ? [path] : []),
    ...(caveat === undefined ? [] : [`▲ ${caveat}`]),
  ].join('  ')
}

function parametersRow(steps: readonly LineageStep[]): Row[] {
  const all = unique(steps.filter(({ what }) => what === 'parameter'))
  return all.length === 0
    ? []
    : [['with', all.map(({ label, facts }) => `${label} ${value(facts['value'])}`).join(', ')]]
}

function whoRow(steps: readonly LineageStep[]): Row[] {
  const all = unique(steps.filter(({ what }) => what === 'who' || what === 'run'))
  return all.length === 0 ? [] : [['by', all.map(({ label }) => label).join(', ')]]
}

function usedRows(steps: readonly LineageStep[], runs: number): Row[] {
  const used = unique(steps.filter(({ what, kind }) => what === 'run' || kind === 'entity'))
  if (used.length === 0) return [['used by', `nothing in ${runs === 1 ? 'this run' : `these ${runs} runs`}`]]
  return used.map((one) => ['used by', `${one.label} (${one.run})`])
}

/** Of several that a person would call the same, the first. */
function unique(steps: readonly LineageStep[]): LineageStep[] {
  const known = new Map<string, LineageStep>()
  for (const one of steps) {
    const id = `${one.run} ${one.label} ${JSON.stringify(one.facts)}`
    if (!known.has(id)) known.set(id, one)
  }
  return [...known.values()]
}
