import { execFileSync, spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { folder, repository } from '../support/cli.ts'
import { named, npmJudges } from '../support/needs.ts'
import { manifestOf, packed } from './packed.ts'

const reason = 'no publint, are-the-types-wrong and API Extractor'

/**
 * The command starts a shell, which sees what Node hides, and becomes Node: by its own path, for `/usr/bin/env` looks a shell
 * up in a PATH that is the command's.
 */
const shellFirst = 'pkg.bin.provloom is bin/provloom.js but the file is not executable.'

describe('the packages', () => {
  it.skipIf(npmJudges === undefined)(
    named('are clean to publint and are-the-types-wrong', npmJudges !== undefined, reason),
    () => {
      const judge = (
        name: string,
        ...args: readonly string[]
      ): { readonly code: number | null; readonly text: string } => {
        const { status, stdout, stderr } = spawnSync(path.join(npmJudges!, 'node_modules/.bin', name), args, {
          encoding: 'utf8',
          env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0' },
        })
        return { code: status, text: `${stdout}${stderr}` }
      }
      for (const archive of packed()) {
        const lint = judge('publint', 'run', archive, '--strict')
        const told = lint.text
          .split('\n')
          .filter((line) => /^\d+\. /.test(line) && !line.includes(shellFirst))
        expect(told, lint.text).toEqual([])
        if (!lint.text.includes(shellFirst)) expect(lint.code, lint.text).toBe(0)
        const types = judge('attw', archive, '--profile', 'esm-only', '--no-color')
        expect(types.code, types.text).toBe(0)
      }
    },
  )

  it.skipIf(npmJudges === undefined)(
    named(
      'let out by each door what its report says (PROVLOOM_UPDATE_API=1 writes them anew)',
      npmJudges !== undefined,
      reason,
    ),
    () => {
      const reports = folder()
      const doors = fs.readdirSync(path.join(repository, 'packages')).flatMap((name) => {
        const place = path.join(repository, 'packages', name)
        return Object.entries(manifestOf(place).exports as Record<string, { readonly types: string }>)
          .filter(([door]) => door !== './internal')
          .map(([door, { types }]) => {
            const report = `${door === '.' ? 'index' : door.slice(2)}.api.md`
            return { place, entry: path.join(place, types), report, folder: path.join(reports, name) }
          })
      })
      const script = path.join(repository, 'test/support/api-reports.mjs')
      execFileSync(process.execPath, [script, npmJudges!, JSON.stringify(doors)], { stdio: 'pipe' })
      for (const { place, report, folder: made } of doors) {
        const kept = path.join(place, 'api', report)
        const text = fs.readFileSync(path.join(made, report), 'utf8')
        if (process.env['PROVLOOM_UPDATE_API'] !== undefined) {
          fs.mkdirSync(path.dirname(kept), { recursive: true })
          fs.writeFileSync(kept, text)
        }
        expect(text, kept).toBe(fs.existsSync(kept) ? fs.readFileSync(kept, 'utf8') : 'no report')
      }
    },
  )
})
