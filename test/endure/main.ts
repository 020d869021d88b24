import { execFileSync, spawn } from 'node:child_process'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { catalogue } from './catalogue.ts'
import type { Endurance } from './catalogue.ts'

const repository = path.resolve(import.meta.dirname, '../..')

const usage = `Usage: npm run endure -- NAME [--seed N] [--effort N]

What takes too long for npm test, by name. A seed gives the same choices again; without one it is taken by chance.

${Object.entries(catalogue).map(told).join('\n')}`

function told([name, { what, minutes }]: [string, Endurance]): string {
  return `  ${name.padEnd(14)}${what} (about ${minutes} min)`
}

/** @returns the exit code: that of the tests, 2 when nobody can know what is wanted */
export async function main(argv: readonly string[]): Promise<number> {
  const options = { seed: { type: 'string' }, effort: { type: 'string' } } as const
  const { values, positionals } = parseArgs({ args: [...argv], options, allowPositionals: true })
  const [name, ...more] = positionals
  if (name === undefined) {
    console.log(usage)
    return 0
  }
  const wanted = Object.hasOwn(catalogue, name) ? catalogue[name] : undefined
  if (wanted === undefined || more.length > 0) {
    console.error(`There is no ${positionals.join(' ')}.\n\n${usage}`)
    return 2
  }
  const seed = count('seed', values.seed ?? String(1 + Math.floor(Math.random() * 1_000_000)))
  if ('program' in wanted) {
    console.log(`endure ${name}: seed ${seed}, commit ${commit()}`)
    return run([...wanted.program, '--seed', String(seed)])
  }
  const effort = count('effort', values.effort ?? String(wanted.effort))
  console.log(`endure ${name}: seed ${seed}, effort ${effort}, commit ${commit()}`)
  const only = wanted.only === undefined ? [] : ['--testNamePattern', wanted.only]
  return run(['node_modules/vitest/vitest.mjs', 'run', ...wanted.files, ...only], {
    PROVLOOM_TEST_EFFORT: String(effort),
    PROVLOOM_TEST_SEED: String(seed),
  })
}

function count(option: string, text: string): number {
  const value = Number(text)
  if (Number.isSafeInteger(value) && value > 0) return value
  throw new Error(`--${option} must be a count, not ${JSON.stringify(text)}`)
}

/** What is tested, for a note. */
function commit(): string {
  const git = (...args: string[]): string =>
    execFileSync('git', args, {
      cwd: repository,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim()
  try {
    const changed = git('status', '--porcelain') === '' ? '' : ', with changes'
    return `${git('rev-parse', '--short=12', 'HEAD')}${changed}`
  } catch {
    return 'unknown'
  }
}

function run(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<number> {
  const child = spawn(process.execPath, args, {
    cwd: repository,
    stdio: 'inherit',
    env: { ...process.env, ...env },
  })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code, signal) => resolve(signal === null ? (code ?? 1) : 1))
  })
}
