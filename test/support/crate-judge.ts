import path from 'node:path'
import { expect } from 'vitest'
import { repository, start } from './cli.ts'
import { crateJudges } from './needs.ts'

/** What people are asked for a crate, filled in. */
export const about = {
  license: 'CC-BY-4.0',
  authors: [
    {
      name: 'Ada Lovelace',
      orcid: '0000-0002-1825-0097',
      affiliation: { name: 'Analytical Society', url: 'https://www.example.org/society' },
    },
  ],
  publisher: { name: 'Example Library', url: 'https://www.example.org/library' },
}

/** What test/support/crate-judge.py says of a crate. */
export interface CrateVerdict {
  readonly required: readonly string[]
  readonly recommended: readonly string[]
  readonly read: {
    readonly name: string
    readonly files: readonly string[]
    readonly written: number
    readonly actions: readonly Readonly<Record<'status' | 'error' | 'object' | 'result', unknown>>[]
  }
}

export async function judgedCrates(...crates: readonly string[]): Promise<CrateVerdict[]> {
  const judge = path.join(repository, 'test/support/crate-judge.py')
  const result = await start(path.join(crateJudges!, 'bin/python'), [judge, ...crates]).ended
  expect(result.code, result.stderr).toBe(0)
  return result.stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as CrateVerdict)
}
