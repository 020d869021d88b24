import fs from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { readJson, validate } from '@provloom/prov'
import { fieldsOf } from '@provloom/shared'
import { folder, provloom } from '../support/cli.ts'
import type { Result } from '../support/cli.ts'
import { rowsOf } from '../support/parquet.ts'

const script = `
import json, os, sys
import prov4ml
from prov4ml import Context
from prov4ml.utils.prov_getters import *

prov4ml.start_run(prov_user_namespace="www.example.org", experiment_name="old", provenance_save_dir="prov",
                  collect_all_processes=True, save_after_n_logs=100)
prov4ml.log_param("lr", 0.1)
for epoch in range(4):
    prov4ml.log_metric("loss", 1 / (epoch + 1), Context.TRAINING, step=epoch)
    prov4ml.log_metric("per_class", [0.5, 0.25 * epoch], Context.VALIDATION, step=epoch)
with open(os.path.join(prov4ml.get_artifacts_dir(), "notes.txt"), "w") as opened:
    opened.write("mine")
    path = opened.name
prov4ml.log_artifact(path, Context.VALIDATION)
document, dot, svg, crate = prov4ml.end_run(True, True, False)
data = json.load(open(document))
print(json.dumps({
    "runs": [one for one in os.listdir("prov") if not one.startswith(".")],
    "pictures": [os.path.basename(dot), os.path.basename(svg)],
    "metrics": sorted(data["entity"][one]["prov:label"] for one in get_metrics(data)),
    "lr": get_param(data, "lr"),
}))
`

function run(work: string, text: string, words: readonly string[] = [], env = {}): Promise<Result> {
  fs.writeFileSync(path.join(work, 'train.py'), text)
  return provloom(['run', ...words, '--', 'python3', 'train.py'], {
    cwd: work,
    env: { PROVLOOM_SPOOL_ROOT: path.join(work, 'spools'), ...env },
  })
}

/** A package that another has installed: behind all of PYTHONPATH. */
function withReal(text: string): string {
  return `import sys, os\nos.makedirs("site/yprov4ml", exist_ok=True)\nopen("site/yprov4ml/__init__.py", "w").write("real = True")\nsys.path.append(os.path.abspath("site"))\n${text}`
}

describe('a script of prov4ml under provloom run', () => {
  it('runs unchanged, and all that it logs is in a valid graph', async () => {
    const work = folder()
    const result = await run(work, script)
    expect(result.code, result.stderr).toBe(0)
    const said = fieldsOf(JSON.parse(result.stdout))
    expect(said.get('runs')).toEqual(['old_0'])
    expect(said.get('pictures')).toEqual(['prov.dot', 'prov.svg'])
    expect(said.get('metrics')).toEqual(['loss', 'per_class[0]', 'per_class[1]'])
    expect(said.get('lr')).toBe(0.1)
    const dir = path.join(work, 'prov/old_0')
    expect(validate(readJson(fs.readFileSync(path.join(dir, 'prov.json'))))).toEqual([])
    expect((await rowsOf(dir, 'per_class[1]')).map(({ value }) => value)).toEqual([0, 0.25, 0.5, 0.75])
    expect(fs.readFileSync(path.join(dir, 'artifacts/rank0/notes.txt'), 'utf8')).toBe('mine')
  })

  it('uses the package that is installed, which is told once, and with --as-prov4ml Provloom always', async () => {
    const text = withReal(
      'import yprov4ml\nprint(hasattr(yprov4ml, "real"), hasattr(yprov4ml, "log_metric"))',
    )
    const work = folder()
    const real = await run(work, text, ['-n', '2'])
    expect(real.stdout).toBe('True False\nTrue False\n')
    expect(real.stderr).toContain('yprov4ml is the one that is installed')
    const ours = await run(work, text, ['--as-prov4ml'])
    expect(ours.stdout).toBe('False True\n')
    expect(ours.stderr).not.toContain('is the one that is installed')
  })

  it('is Provloom with --as-prov4ml also where a package of that name lies beside the script', async () => {
    const work = folder()
    fs.mkdirSync(path.join(work, 'prov4ml'))
    fs.writeFileSync(path.join(work, 'prov4ml/__init__.py'), 'real = True')
    const text = 'import prov4ml\nprint(hasattr(prov4ml, "real"))'
    expect((await run(work, text)).stdout).toBe('True\n')
    expect((await run(work, text, ['--as-prov4ml'])).stdout).toBe('False\n')
  })

  it('is recorded though it begins by removing the folder that runs are saved in', async () => {
    const work = folder()
    const text = `import os, shutil, prov4ml
shutil.rmtree("prov")
prov4ml.start_run("www.example.org", "afresh", "prov")
prov4ml.log_metric("loss", 0.5, step=1)
document, *_ = prov4ml.end_run()
print(os.path.exists(document))`
    const result = await run(work, text)
    expect([result.code, result.stdout], result.stderr).toEqual([0, 'True\n'])
    expect(result.stderr).not.toContain('SAVE_DIR_UNWRITABLE')
    const dir = path.join(work, 'prov/afresh_0')
    expect(validate(readJson(fs.readFileSync(path.join(dir, 'prov.json'))))).toEqual([])
    expect((await rowsOf(dir, 'loss')).map(({ value }) => value)).toEqual([0.5])
  })

  it('keeps what stands in PYTHONPATH before its own folder of doors', async () => {
    const work = folder()
    const text = 'import os\nprint(os.environ["PYTHONPATH"])'
    const result = await run(work, text, [], { PYTHONPATH: '/their/own' })
    expect(result.stdout).toMatch(/^\S+\/clients\/python:\/their\/own:\S+\/provloom\/doors\n$/)
  })
})
