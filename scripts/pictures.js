// Makes the pictures of README and docs anew from real runs: npm run pictures
// On a quiet machine: their times are in the pictures. `npm run pictures -- FOLDER` keeps the runs there.
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { pictures } from './pictures/pages.js'
import { digits, run, settings, workTree } from './pictures/runs.js'

const into = path.resolve(import.meta.dirname, '../docs/pictures')
const kept = process.argv[2]
const home = kept === undefined ? fs.mkdtempSync(path.join(os.tmpdir(), 'pictures-')) : path.resolve(kept)

try {
  const saveDir = path.join(home, 'digits/prov')
  if (!fs.existsSync(saveDir)) {
    const place = workTree(home)
    run(place, saveDir, 4, 'train.py', '--create-svg')
    settings(place, saveDir)
    digits(place, saveDir)
  }
  fs.copyFileSync(path.join(saveDir, 'mnist-softmax_0/prov.svg'), path.join(into, 'demo.svg'))
  await pictures(saveDir, home, into)
} finally {
  if (kept === undefined) fs.rmSync(home, { recursive: true })
}
