import fs from 'node:fs'
import path from 'node:path'
import { provloom } from './cli.ts'
import { python } from './python.ts'

const script = `
import os, sys, provloom
from provloom import Context
rate = float(sys.argv[1])
here = os.path.dirname(os.path.abspath(__file__))
provloom.start_run("www.example.org", "digits")
rank = int(os.environ["RANK"])
provloom.log_params({"lr": rate, "epochs": 8})
provloom.log_input(os.path.join(here, "data.csv"))
for step in range(20):
    provloom.log_metric("loss", rate / (step + 1), Context.TRAINING, step=step)
    provloom.log_metric("accuracy", 1 - rate / (step + 1), Context.VALIDATION, step=step)
    provloom.log_metric("forward_time", 0.01, Context.TRAINING, step=step)
if rank == 0:
    with open("model.pkl", "w") as file:
        file.write("weights " + sys.argv[1])
    provloom.log_model("digits", "model.pkl")
if rate > 4 and rank == 1:
    raise FloatingPointError("loss is nan")
provloom.end_run()
`

/**
 * Runs `digits_0`, `digits_1` and `digits_2` of two ranks, each with another learning rate. The last one has other code, and
 * its rank 1 raises an error at its end.
 *
 * @returns the folder that they are in, for the caller to remove
 */
export async function digitsRuns(): Promise<string> {
  const saveDir = fs.mkdtempSync('/tmp/provloom-look-')
  const file = path.join(saveDir, '.work/train.py')
  fs.mkdirSync(path.dirname(file))
  fs.writeFileSync(path.join(saveDir, '.work/data.csv'), 'a,b\n')
  for (const rate of ['0.5', '2', '5']) {
    fs.writeFileSync(file, rate === '5' ? `${script}# the largest\n` : script)
    const args = ['run', '-n', '2', '--collect-all-processes', '--provenance-save-dir', saveDir]
    await provloom([...args, '--', python, file, rate], { untied: true, cwd: path.dirname(file) })
  }
  return saveDir
}
