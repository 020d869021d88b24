import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'

/** Where documents and schemas from outside are, each folder with its licence. */
const data = path.resolve(import.meta.dirname, '../data')

/** The text of a file of test/data. */
export function dataText(name: string): string {
  return readFileSync(dataPath(name), 'utf8')
}

export function dataPath(name: string): string {
  return path.join(data, name)
}

/** The names of the files of a folder of test/data, and of the folders in it, that end so. */
export function dataFiles(folder: string, ending: string): string[] {
  return readdirSync(dataPath(folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending))
    .sort()
    .map((name) => `${folder}/${name}`)
}
