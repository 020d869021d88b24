import type { Variables } from '../place/variables.ts'

/** Where git is to look instead of in the folder: whoever set them, a hook say, did not mean our question. */
const places = new Set([
  'GIT_DIR',
  'GIT_WORK_TREE',
  'GIT_INDEX_FILE',
  'GIT_COMMON_DIR',
  'GIT_OBJECT_DIRECTORY',
  'GIT_NAMESPACE',
  'GIT_ALTERNATE_OBJECT_DIRECTORIES',
  'GIT_PREFIX',
])
/** How a person wants to read a difference, or to write a path: they win over every option. */
const tastes = new Set([
  'GIT_DIFF_OPTS',
  'GIT_EXTERNAL_DIFF',
  'GIT_LITERAL_PATHSPECS',
  'GIT_GLOB_PATHSPECS',
  'GIT_NOGLOB_PATHSPECS',
  'GIT_ICASE_PATHSPECS',
])

/**
 * Git's settings that a repository or a person may have and that would change an answer, as `git apply` and we read it. As
 * settings, not as options: a git that does not know one yet does not mind. A repository may name a program of its own for
 * core.fsmonitor. The Python client has the same (`_git.py`): what two processes say of one work tree is compared.
 */
const settings = [
  'core.fsmonitor=false',
  'core.quotePath=true',
  'diff.algorithm=myers',
  'diff.context=3',
  'diff.dstPrefix=b/',
  'diff.indentHeuristic=true',
  'diff.interHunkContext=0',
  'diff.mnemonicPrefix=false',
  'diff.noprefix=false',
  'diff.orderFile=/dev/null',
  'diff.relative=false',
  'diff.renameLimit=1000',
  'diff.renames=true',
  'diff.srcPrefix=a/',
  'diff.submodule=short',
  'diff.suppressBlankEmpty=false',
  'status.renames=false',
].flatMap((one) => ['-c', one])

/** A submodule is told by its own changes, where they are asked for: of them `git apply` here can do nothing. */
export const words: Readonly<Record<'status' | 'diff' | 'untracked', readonly string[]>> = {
  status: ['status', '--porcelain', '-z', '--untracked-files=normal', '--ignore-submodules=none'],
  diff: [
    'diff',
    '--no-ext-diff',
    '--no-textconv',
    '--no-color',
    '--src-prefix=a/',
    '--dst-prefix=b/',
    '-U3',
    '--ignore-submodules=dirty',
    '--binary',
    'HEAD',
  ],
  untracked: ['ls-files', '--others', '--exclude-standard', '--full-name', '-z'],
}

/** What git is called with to be asked something in a folder. */
export function gitCall(folder: string, question: readonly string[]): string[] {
  return [...settings, '-C', folder, ...question]
}

/** What a question of ours is asked with, of the folder it is asked in. @param apart where its repository lies elsewhere */
export function gitEnvironment(variables: Variables, apart = false): Variables {
  const kept = Object.entries(variables).filter(([name]) => !tastes.has(name) && (apart || !places.has(name)))
  return {
    ...Object.fromEntries(kept),
    GIT_OPTIONAL_LOCKS: '0',
    GIT_TERMINAL_PROMPT: '0',
    LC_ALL: 'C',
    LANGUAGE: 'C',
  }
}
