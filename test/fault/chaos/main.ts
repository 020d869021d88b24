import { removeFolder } from '@provloom/shared'
import { chaos } from './chaos.ts'
import { chaosSettings, usage } from './settings.ts'
import type { ChaosSettings } from './settings.ts'

/** The program. @returns its exit code */
export async function main(argv: readonly string[]): Promise<number> {
  if (argv.includes('--help')) {
    process.stdout.write(`${usage}\n`)
    return 0
  }
  let settings: ChaosSettings
  try {
    settings = chaosSettings(argv)
  } catch (error) {
    process.stderr.write(`Error: ${error instanceof Error ? error.message : String(error)}\n\n${usage}\n`)
    return 2
  }
  const say = (line: string): void => void process.stderr.write(`chaos: ${line}\n`)
  const { problems, folder, judge: _judge, ...ledger } = await chaos(settings, say)
  const good = problems.length === 0
  for (const problem of problems) say(problem)
  if (!good) say(`everything is kept in ${folder}`)
  else if (settings.folder === undefined) removeFolder(folder)
  process.stdout.write(`${JSON.stringify(ledger)}\n`)
  return good ? 0 : 1
}
