import { ProvloomError, exitCode } from '@provloom/shared'
import type { Command } from 'commander'
import { bashScript, zshScript } from '../look/completion.ts'
import { inLine } from '../look/in-lines.ts'
import { readerFor } from '../look/options.ts'
import type { Given } from '../look/options.ts'

/** `provloom completion bash|zsh`; `runs` prints the names that scripts complete. */
export async function completion(what: string, program: Command, given: Given): Promise<number> {
  process.stdout.write(await textFor(what, program, given))
  return exitCode.ok
}

async function textFor(what: string, program: Command, given: Given): Promise<string> {
  switch (what) {
    case 'bash':
      return bashScript(program)
    case 'zsh':
      return zshScript(program)
    case 'runs': {
      const { runs } = await readerFor(given).runs({ limit: 500 })
      // One that is no single line cannot be one of several; it is typed.
      return runs.flatMap(({ run }) => (inLine(run) === run ? [`${run}\n`] : [])).join('')
    }
    default:
      throw new ProvloomError('BAD_OPTION', `There is no completion for ${what}`, {
        doing: 'read the command line',
        to: what,
        hint: 'eval "$(provloom completion bash)" in ~/.bashrc, or the same with zsh in ~/.zshrc.',
      })
  }
}
