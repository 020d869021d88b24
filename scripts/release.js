// `npm run release -- X.Y.Z`: sets the version of all that is released, and dates the changelog. What is then looked at,
// committed and tagged is a person's.
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'

const repository = path.resolve(import.meta.dirname, '..')
const version = process.argv[2] ?? ''
const today = new Date().toISOString().slice(0, 10)

function change(file, pattern, text) {
  const place = path.join(repository, file)
  const before = fs.readFileSync(place, 'utf8')
  const after = before.replace(pattern, text)
  if (after === before) throw new Error(`${file} has nothing to change`)
  fs.writeFileSync(place, after)
}

if (!/^\d+\.\d+\.\d+$/.test(version)) {
  console.error('Error: say the version, as 0.2.0 [BAD_OPTION]\nTry:   npm run release -- 0.2.0')
  process.exit(2)
}
const changelog = fs.readFileSync(path.join(repository, 'CHANGELOG.md'), 'utf8')
if (!/^## Unreleased\n+\S/m.test(changelog)) {
  console.error(
    'Error: CHANGELOG.md says nothing under "## Unreleased" [BAD_OPTION]\nTry:   Say there what a user will notice.',
  )
  process.exit(2)
}
change('packages/shared/src/version.ts', /version = '.*'/, `version = '${version}'`)
change('clients/python/provloom/_version.py', /VERSION = ".*"/, `VERSION = "${version}"`)
change('examples/module/provloom', /\/apps\/provloom\/\d+\.\d+\.\d+/g, `/apps/provloom/${version}`)
change('CHANGELOG.md', '## Unreleased\n', `## Unreleased\n\n## ${version} (${today})\n`)
const folders = fs.readdirSync(path.join(repository, 'packages')).map((name) => `packages/${name}`)
for (const folder of ['.', ...folders]) {
  change(`${folder}/package.json`, /"version": ".*?"/, `"version": "${version}"`)
  const place = path.join(repository, folder, 'package.json')
  const text = fs.readFileSync(place, 'utf8')
  fs.writeFileSync(place, text.replaceAll(/("@provloom\/[a-z]+": )"[^"]*"/g, `$1"${version}"`))
}
execFileSync('npm', ['install', '--package-lock-only', '--no-audit', '--no-fund', '--ignore-scripts'], {
  cwd: repository,
  stdio: 'inherit',
})
