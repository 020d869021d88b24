import path from 'node:path'
import type { Reader } from '@provloom/reader'
import { Fault, insideOf, listed } from '@provloom/mlflow'
import type { ArtifactFiles, Listed } from '@provloom/mlflow'
import fs from 'node:fs'

const scheme = 'mlflow-artifacts:/'

/**
 * Files of runs, by paths `RUN/NAME`: those of its first rank by the names that they were logged by, and those of the others
 * below `rank<k>/`, as they lie in `artifacts/`. What is a link, and whatever is behind one, is not there.
 */
export function filesOf(reader: Reader): ArtifactFiles {
  const foldersOf = (asked: string): { readonly folders: readonly string[]; readonly below: string } => {
    const [run = '', ...rest] = asked.split('/').filter((piece) => piece !== '')
    const directory = reader.tracked().find((one) => one.run === run)?.directory
    if (directory === undefined) throw new Fault('RESOURCE_DOES_NOT_EXIST', `There is no run ${run}`)
    const root = insideOf(directory, 'artifacts')
    const [first] = ranksIn(root)
    return { folders: first === undefined ? [root] : [path.join(root, first), root], below: rest.join('/') }
  }
  return {
    told: (uri) => uri,
    pathOf: (uri) => (uri.startsWith(scheme) ? uri.slice(scheme.length) : undefined),
    list(asked) {
      const { folders, below } = foldersOf(asked)
      const found = new Map<string, Listed>()
      const [first] = ranksIn(folders.at(-1)!)
      for (const folder of folders)
        for (const one of listed(insideOf(folder, below)))
          if (below !== '' || one.name !== first) found.set(one.name, found.get(one.name) ?? one)
      return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
    },
    file(asked) {
      const { folders, below } = foldersOf(asked)
      for (const folder of folders) {
        const file = insideOf(folder, below)
        const found = fs.statSync(file, { throwIfNoEntry: false })
        if (found?.isFile() === true) return { file, size: found.size }
      }
      return undefined
    },
  }
}

/** `rank0`, `rank1`, ..., the lowest first. */
function ranksIn(root: string): string[] {
  return listed(root)
    .flatMap(({ name, size }) => (size === undefined && /^rank\d+$/.test(name) ? [name] : []))
    .sort((a, b) => Number(a.slice(4)) - Number(b.slice(4)))
}
