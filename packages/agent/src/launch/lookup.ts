import fs from 'node:fs'
import path from 'node:path'
import type { Variables } from '../place/variables.ts'

/** As execvp(3) looks: names with a slash as they are, others in each folder of PATH. */
export function lookUp(program: string, variables: Variables): 'found' | 'denied' | 'missing' {
  const folders = (variables['PATH'] ?? '/bin:/usr/bin').split(path.delimiter)
  const files = program.includes('/')
    ? [program]
    : folders.map((folder) => `${folder === '' ? '.' : folder}/${program}`)
  const looks = files.map(lookAt)
  return looks.find((look) => look === 'found') ?? looks.find((look) => look === 'denied') ?? 'missing'
}

function lookAt(file: string): 'found' | 'denied' | 'missing' {
  try {
    if (!fs.statSync(file).isFile()) return 'denied'
  } catch {
    return 'missing'
  }
  try {
    fs.accessSync(file, fs.constants.X_OK)
    return 'found'
  } catch {
    return 'denied'
  }
}
