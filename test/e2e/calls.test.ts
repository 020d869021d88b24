import fs from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import type { ProvRecord } from '@provloom/prov'
import { provloom } from '../support/cli.ts'
import { Graph, onlyRun } from '../support/graph.ts'

/** Every call of the Python client, once, with names that tell which call wrote what. */
const script = `
import pathlib, provloom
from provloom import Context, FoldOperation
with provloom.start_run("www.example.org", "calls", save_after_n_logs=7):
    provloom.log_param("p", 2**70)
    provloom.log_params({"p1": 0.5, "p2": "text"})
    provloom.log_metric("m", 0.25, Context.TRAINING, step=3, source="src")
    provloom.log_metrics({"m1": 1.0, "m2": 2.0}, Context.VALIDATION, step=4)
    pathlib.Path("report.csv").write_text("a,b\\\\n")
    provloom.log_artifact("report", "report.csv", Context.TESTING, step=5)
    provloom.log_artifact("config", "report.csv", is_input=True)
    provloom.save_model_version("net", {"w": [0.1]}, Context.TRAINING, step=1)
    provloom.save_model_version("net", {"w": [0.2]}, Context.TRAINING, step=2)
    provloom.log_model("whole", {"w": [0.3]}, Context.EVALUATION)
    provloom.log_dataset("data", [1, 2, 3], Context.TRAINING)
    provloom.log_execution_command()
    provloom.log_source_code()
    provloom.log_input(42, name="shard")
    provloom.log_output("good", name="verdict")
    provloom.log_current_execution_time("now", Context.TRAINING, 9)
    provloom.log_execution_start_time()
    provloom.log_execution_end_time()
    for value in (3.0, 1.0, 2.0):
        provloom.log_metric("folded", value)
    provloom.register_final_metric("folded", 9.0, FoldOperation.MIN)
    own = provloom.create_context("warm up", is_subcontext_of=Context.TRAINING)
    provloom.log_metric("inner", 1.0, own)
    provloom.log_system_metrics(Context.TRAINING, step=1)
    provloom.log_carbon_metrics(Context.TRAINING, step=1)
    provloom.log_flops_per_epoch("flops epoch", None, [1], Context.TRAINING, 1)
    provloom.log_flops_per_batch("flops batch", None, [1], Context.TRAINING, 1)
`

let graph: Graph
let said: string

beforeAll(async () => {
  const saveDir = fs.mkdtempSync('/tmp/provloom-calls-')
  const work = fs.mkdtempSync('/tmp/provloom-work-')
  try {
    fs.writeFileSync(path.join(work, 'train.py'), script.replaceAll('\\\\n', '\\n'))
    const result = await provloom(
      [
        'run',
        '--provenance-save-dir',
        saveDir,
        '--sample-interval-seconds',
        '0',
        '--',
        'python3',
        'train.py',
      ],
      { cwd: work, untied: true },
    )
    said = result.stderr
    expect(result.code, said).toBe(0)
    graph = new Graph(onlyRun(saveDir))
  } finally {
    fs.rmSync(saveDir, { recursive: true, force: true })
    fs.rmSync(work, { recursive: true, force: true })
  }
})

function one(label: string, type: string): ProvRecord {
  const found = graph.labelled(label).filter((record) => graph.values(record, 'type').includes(type))
  expect(
    found.map((record) => graph.values(record, 'label')),
    `${label} as ${type}`,
  ).toHaveLength(1)
  return found[0]!
}

describe('what each Python call writes, seen in the graph:', () => {
  it('the graph is valid', () => {
    expect(graph.violations()).toEqual([])
  })

  it.each([
    ['log_param', 'p', '1180591620717411303424'],
    ['log_params', 'p1', '0.5'],
    ['log_params', 'p2', 'text'],
  ])('%s: parameter %s with its value', (_call, label, value) => {
    expect(graph.value(one(label, 'HyperParameterSetting'), 'value')).toBe(value)
  })

  it.each([
    ['log_metric', 'm', 3],
    ['log_metrics', 'm1', 4],
    ['log_metrics', 'm2', 4],
    ['log_current_execution_time', 'now', 9],
  ])('%s: series %s with its step', (_call, label, step) => {
    const series = one(label, 'ModelEvaluation')
    expect(graph.value(series, 'rows')).toBe('1')
    expect(graph.value(series, 'lastStep')).toBe(String(step))
  })

  it('log_artifact: files with size, checksum and media type, generated or used', () => {
    const report = one('report', 'File')
    expect(graph.value(report, 'size')).toBe('4')
    expect(graph.value(report, 'sha256')).toMatch(/^[0-9a-f]{64}$/)
    expect(graph.value(report, 'mediaType')).toBe('text/csv')
    const name = report.id!.local
    expect(
      graph.relations('wasGeneratedBy').some((relation) => relation.args['entity']?.local === name),
    ).toBe(true)
    const config = one('config', 'File').id!.local
    expect(graph.relations('used').some((relation) => relation.args['entity']?.local === config)).toBe(true)
  })

  it('save_model_version: versions, each derived from the one before, of one model', () => {
    const model = one('net', 'Model')
    const versions = graph
      .relations('specializationOf')
      .filter((relation) => relation.args['generalEntity']?.local === model.id!.local)
    expect(versions).toHaveLength(2)
    const ids = versions.map((relation) => relation.args['specificEntity']?.local)
    const derived = graph
      .relations('wasDerivedFrom')
      .filter(
        (relation) =>
          ids.includes(relation.args['generatedEntity']?.local) &&
          ids.includes(relation.args['usedEntity']?.local),
      )
    expect(derived).toHaveLength(1)
  })

  it('log_model: the model', () => {
    expect(graph.labelled('whole').some((record) => graph.values(record, 'type').includes('Model'))).toBe(
      true,
    )
  })

  it('log_dataset: the data set with its samples', () => {
    expect(graph.value(one('data', 'Dataset'), 'samples')).toBe('3')
  })

  it('log_execution_command: the plan', () => {
    expect(graph.ofType('Plan').some((plan) => graph.value(plan, 'argv')?.includes('train.py'))).toBe(true)
  })

  it('log_source_code: the script', () => {
    expect(graph.ofType('SoftwareSourceCode').length).toBeGreaterThan(0)
  })

  it('log_input and log_output: used and generated', () => {
    const input = one('shard', 'HyperParameterSetting')
    const output = one('verdict', 'Output')
    expect(graph.value(input, 'value')).toBe('42')
    expect(graph.value(output, 'value')).toBe('good')
    expect(
      graph.relations('used').some((relation) => relation.args['entity']?.local === input.id!.local),
    ).toBe(true)
    expect(
      graph
        .relations('wasGeneratedBy')
        .some((relation) => relation.args['entity']?.local === output.id!.local),
    ).toBe(true)
  })

  it('log_execution_start_time and _end_time: times', () => {
    for (const label of ['execution_start_time', 'execution_end_time']) {
      expect(graph.value(one(label, 'HyperParameterSetting'), 'value')).toMatch(/^\d{4}-\d\d-\d\dT/)
    }
  })

  it('register_final_metric: the fold of all points and the initial value', () => {
    const final = graph.document.records.find((record) =>
      graph.values(record, 'type').includes('FinalMetric'),
    )
    expect(Number(graph.value(final!, 'value'))).toBe(1)
  })

  it('create_context: a context inside another', () => {
    const context = one('warm up', 'Context')
    const training = graph.ofType('Training')[0]!
    const inside = graph
      .relations('wasInformedBy')
      .some(
        (relation) =>
          relation.args['informed']?.local === context.id!.local &&
          relation.args['informant']?.local === training.id!.local,
      )
    expect(inside).toBe(true)
    expect(one('inner', 'ModelEvaluation')).toBeDefined()
  })

  it('log_system_metrics, log_carbon_metrics: what can be had, as series', () => {
    const training = [...graph.ofType('ModelEvaluation'), ...graph.ofType('Measurement')].filter((series) =>
      graph.values(series, 'label').some((label) => /cpu|memory|rss|load/i.test(label)),
    )
    expect(training.length).toBeGreaterThan(0)
  })

  it('log_carbon_metrics, log_flops_per_epoch, log_flops_per_batch: say what is not there yet, once', () => {
    for (const call of ['log_carbon_metrics', 'log_flops_per']) {
      expect(said.split('\n').filter((line) => line.includes(call)).length, call).toBeGreaterThanOrEqual(1)
    }
  })
})
