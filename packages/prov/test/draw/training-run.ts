import {
  DocumentBuilder,
  double,
  int,
  name,
  prov,
  qname,
  text,
  type Attribute,
  type ProvDocument,
  type QName,
} from '@provloom/prov'

const spaces = {
  run: 'http://www.example.org/run/0192f1c4/',
  provloom: 'urn:uuid:db988eb8-9eb2-45e0-8e18-e084e473b9df#',
  mls: 'http://www.w3.org/ns/mls#',
  schema: 'http://schema.org/',
} as const
const q = (prefix: keyof typeof spaces, local: string): QName => qname(prefix, spaces[prefix], local)
const run = (local: string): QName => q('run', local)
const label = (words: string): Attribute => [prov('label'), text(words)]
const type = (of: QName): Attribute => [prov('type'), name(of)]
const start = '2026-01-05T09:00:00.000Z'
const end = '2026-01-05T10:30:00.000Z'

const metrics = [
  'loss',
  'accuracy',
  'learning_rate',
  'grad_norm',
  'throughput',
  'f1',
  'perplexity',
  'recall',
  'precision',
  'lr_scale',
]
const parameters: [string, Attribute][] = [
  ['batch_size', [prov('value'), int(256)]],
  ['learning_rate', [prov('value'), double(3e-4)]],
  ['epochs', [prov('value'), int(10)]],
  ['optimizer', [prov('value'), text('AdamW')]],
  ['weight_decay', [prov('value'), double(0.01)]],
]

export interface TrainingRun {
  readonly ranks: number
  readonly seriesPerContext: number
  readonly ranksPerHost?: number
}

/** The document of one training run, by the model of a run: what the drawing is mostly for. */
export function trainingRun({ ranks, seriesPerContext, ranksPerHost = 4 }: TrainingRun): ProvDocument {
  const b = new DocumentBuilder()
  for (const [prefix, iri] of Object.entries(spaces)) b.namespace(prefix, iri)
  inputs(b)
  b.activity(run('run'), { startTime: start, endTime: end }, [
    label('resnet50 on imagenet'),
    type(q('mls', 'Run')),
    [q('provloom', 'worldSize'), int(ranks)],
    [q('provloom', 'status'), text('completed')],
  ])
  b.activity(run('launch'), { startTime: start }, [label('srun'), type(q('provloom', 'Launch'))])
  b.wasStartedBy(run('run'), { trigger: run('command'), starter: run('launch') }, { time: start })
  b.wasInformedBy(run('run'), run('launch'))
  b.wasAssociatedWith(run('run'), run('user'), run('command'))
  b.actedOnBehalfOf(run('agent'), run('user'))
  b.actedOnBehalfOf(run('aggregator'), run('user'))
  b.wasAssociatedWith(run('run'), run('aggregator'))
  b.hadMember(run('experiment'), run('record'))
  for (let host = 0; host * ranksPerHost < ranks; host++) {
    b.agent(run(`host-${host}`), [label(`node${String(host).padStart(3, '0')}`), type(q('provloom', 'Host'))])
  }
  for (let rank = 0; rank < ranks; rank++) oneRank(b, rank, seriesPerContext, Math.floor(rank / ranksPerHost))
  outputs(b)
  return b.build()
}

function inputs(b: DocumentBuilder): void {
  b.entity(run('experiment'), [label('vision'), type(prov('Collection')), type(q('mls', 'Experiment'))])
  b.entity(run('record'), [label('record of the run'), type(q('provloom', 'RunRecord'))])
  b.entity(run('dataset'), [label('imagenet/train'), type(q('mls', 'Dataset')), type(q('schema', 'Dataset'))])
  b.entity(run('source'), [
    label('github.com/example/vision@3f9c2ab1'),
    type(q('schema', 'SoftwareSourceCode')),
  ])
  b.entity(run('environment'), [label('Python 3.12, 214 packages'), type(q('provloom', 'Environment'))])
  b.entity(run('command'), [label('train.py --model resnet50 --epochs 10'), type(prov('Plan'))])
  for (const [parameter, value] of parameters) {
    b.entity(run(`param.${parameter}`), [label(parameter), type(q('mls', 'HyperParameterSetting')), value])
  }
  b.agent(run('user'), [label('alice'), type(prov('Person'))])
  b.agent(run('agent'), [label('provloom agent 0.1.0'), type(prov('SoftwareAgent'))])
  b.agent(run('aggregator'), [label('provloom aggregator 0.1.0'), type(prov('SoftwareAgent'))])
}

function oneRank(b: DocumentBuilder, rank: number, series: number, host: number): void {
  const me = run(`rank-${rank}`)
  b.activity(me, { startTime: start, endTime: end }, [
    label(`rank ${rank}`),
    type(q('provloom', 'RankExecution')),
    [q('provloom', 'globalRank'), int(rank)],
    [q('provloom', 'status'), text('completed')],
  ])
  b.wasInformedBy(me, run('run'))
  b.wasAssociatedWith(me, run(`host-${host}`))
  for (const used of ['dataset', 'source', 'environment']) b.used(me, run(used))
  for (const [parameter] of parameters) b.used(me, run(`param.${parameter}`))
  for (const context of ['training', 'validation']) {
    const inner = run(`rank-${rank}.${context}`)
    const kind = q('provloom', context === 'training' ? 'Training' : 'Validation')
    b.activity(inner, { startTime: start, endTime: end }, [
      label(context),
      type(q('provloom', 'Context')),
      type(kind),
    ])
    b.wasInformedBy(inner, me)
    const count = context === 'training' ? Math.ceil(series * 0.6) : Math.floor(series * 0.4)
    for (const metric of metrics.slice(0, count)) {
      const id = run(`rank-${rank}.${context}.${metric}`)
      b.entity(id, [
        label(metric),
        type(q('mls', 'ModelEvaluation')),
        [q('provloom', 'rows'), int(1000 + rank)],
      ])
      b.wasGeneratedBy(id, inner, { time: end })
      b.hadMember(run('metrics'), id)
    }
  }
}

function outputs(b: DocumentBuilder): void {
  b.entity(run('metrics'), [
    label('metrics.parquet'),
    type(prov('Collection')),
    type(q('provloom', 'MetricStore')),
  ])
  b.entity(run('model'), [label('resnet50'), type(q('mls', 'Model'))])
  for (const step of [1, 2]) {
    const id = run(`checkpoint-${step}`)
    b.entity(id, [label(`checkpoint epoch ${step}`), type(q('provloom', 'Checkpoint'))])
    b.wasGeneratedBy(id, run('rank-0.training'), { time: end })
    b.specializationOf(id, run('model'))
  }
  b.wasDerivedFrom(run('checkpoint-2'), run('checkpoint-1'), {}, { attributes: [type(prov('Revision'))] })
  b.entity(run('model-file'), [label('model.safetensors'), type(q('mls', 'Model'))])
  b.wasGeneratedBy(run('model-file'), run('rank-0.training'), { time: end })
  b.wasDerivedFrom(run('model-file'), run('checkpoint-2'))
}
