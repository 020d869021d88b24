// The tests of the Python client on each Python that it is for, as far as they are here: `npm run endure -- pythons`.
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'

const repository = path.resolve(import.meta.dirname, '../..')
const versions = path.join(os.homedir(), '.pyenv/versions')
const built = fs.existsSync(versions) ? fs.readdirSync(versions) : []
const failed = []
for (const version of ['3.9', '3.10', '3.11', '3.12', '3.13']) {
  const places = built.filter((name) => name.startsWith(`${version}.`))
  const programs = [
    `python${version}`,
    ...places.map((name) => path.join(versions, name, 'bin', `python${version}`)),
  ]
  const python = programs.find((one) => spawnSync(one, ['--version']).status === 0)
  console.log(`\n==== ${python ?? `no Python ${version}`}`)
  if (python === undefined) continue
  const { status } = spawnSync(python, ['clients/python/tests'], { cwd: repository, stdio: 'inherit' })
  if (status !== 0) failed.push(version)
}
console.log(failed.length === 0 ? 'all passed' : `failed on ${failed.join(', ')}`)
process.exit(failed.length === 0 ? 0 : 1)
