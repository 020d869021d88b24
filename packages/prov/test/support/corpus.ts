import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'

const shared = path.resolve(import.meta.dirname, '../../../../../shared/data')

/** The text of a file of the shared test data. */
export function corpusText(name: string): string {
  return readFileSync(path.join(shared, name), 'utf8')
}

/** Where a file of the shared test data is. */
export function corpusPath(name: string): string {
  return path.join(shared, name)
}

/** The names of the files of a folder of the shared test data, and of the folders in it, that end so. */
export function corpusFiles(folder: string, ending: string): string[] {
  return readdirSync(path.join(shared, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending))
    .sort()
    .map((name) => `${folder}/${name}`)
}
