import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { removeFolder } from '@provloom/shared'
import { binFolder, folder, provloom, repository } from '../support/cli.ts'
import { digitsRuns } from '../support/digits.ts'
import { named, works } from '../support/needs.ts'

let saveDir: string

beforeAll(async () => {
  saveDir = await digitsRuns()
  return () => removeFolder(saveDir)
})

/** @returns what a shell offers for a line, as its script says. */
function offered(shell: 'bash' | 'zsh', script: string): string[] {
  const said = execFileSync(shell, [shell === 'zsh' ? '-f' : '--norc', '-c', script], {
    encoding: 'utf8',
    env: { PATH: `${binFolder()}:/usr/bin:/bin`, PROVLOOM_PROVENANCE_SAVE_DIR: saveDir, TERM: 'dumb' },
    cwd: repository,
  })
  return said.trim() === '' ? [] : said.trim().split('\n').toSorted()
}

const cases: readonly (readonly [line: string, found: readonly string[]])[] = [
  ['provloom sh', ['show']],
  ['provloom comp', ['completion']],
  ['provloom completion z', ['zsh']],
  ['provloom show dig', ['digits_0', 'digits_1', 'digits_2']],
  ['provloom diff digits_0 digits_1 digits_2', ['digits_2']],
  ['provloom why --dir "$PROVLOOM_PROVENANCE_SAVE_DIR" digits_1', ['digits_1']],
  ['provloom why --dir / dig', []],
  ['provloom ls --s', ['--size', '--sort']],
  ['provloom diff digits_0 --pa', ['--patch']],
  ['provloom no-such-command dig', []],
]

describe('provloom completion', () => {
  it.each(cases)('completes %j in bash', (line, found) => {
    const script = `
      eval "$(provloom completion bash)"
      [[ "$(complete -p provloom)" == *"-F _provloom provloom" ]] || exit 1
      COMP_WORDS=(${line}) COMP_CWORD=$((\${#COMP_WORDS[@]} - 1))
      _provloom
      printf '%s\\n' "\${COMPREPLY[@]}"`
    expect(offered('bash', script)).toEqual(found)
  })

  it('runs nothing of what a folder is called, in bash, and offers it as it is', () => {
    const [dir, here] = [folder(), folder()]
    const names = ['$(touch pwned)', '`touch pwned`', 'a b', 'd"q', "it's"]
    for (const name of [...names, 'nl\nx'])
      fs.cpSync(path.join(saveDir, 'digits_0'), path.join(dir, name), { recursive: true })
    const offers = (typed: string): string[] =>
      offered(
        'bash',
        `cd '${here}'
      eval "$(provloom completion bash)"
      COMP_WORDS=(provloom show --dir '${dir}' ${typed}) COMP_CWORD=4
      _provloom
      printf '%s\n' "\${COMPREPLY[@]}"`,
      )
    expect(offers("''")).toEqual(names.toSorted())
    expect(offers(String.raw`'a\ '`)).toEqual(['a b'])
    expect(offers(String.raw`'"a '`)).toEqual(['a b'])
    expect(fs.readdirSync(here)).toEqual([])
  })

  const hasZsh = works('zsh', ['--version'])
  it.skipIf(!hasZsh).each(cases)(named('completes %j in zsh', hasZsh, 'no zsh'), (line, found) => {
    // What zsh adds is printed in place of being offered, which needs a terminal.
    const script = `
      autoload -Uz compinit && compinit -u -D
      eval "$(provloom completion zsh)"
      [ "$_comps[provloom]" = _provloom ] || exit 1
      words=(${line}) CURRENT=$#words PREFIX=$words[-1]
      compadd() { while [[ "$1" == -* && "$1" != -- ]]; do shift; done; shift; print -rl -- \${(M)@:#$PREFIX*} }
      _describe() { local -a of; of=(\${(P)2}); print -rl -- \${(M)\${of%%:*}:#$PREFIX*} }
      _files() { : }
      _provloom`
    expect(offered('zsh', script)).toEqual(found)
  })

  it('has no script for another shell', async () => {
    expect((await provloom(['completion', 'tcsh'])).code).toBe(2)
  })
})
