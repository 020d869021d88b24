/** Something that takes too long for `npm test`: tests with more effort, or a program. */
export type Endurance = {
  /** What it tries, for the list. */
  readonly what: string
  /** About how long it takes on two cores. */
  readonly minutes: number
} & (
  | {
      /** Test files from the repository's root. */
      readonly files: readonly string[]
      /** Only tests whose names have this. */
      readonly only?: string
      /** How many times as much is tried as in `npm test`, when nobody says. */
      readonly effort: number
    }
  | {
      /** Arguments to node; `--seed N` is added. */
      readonly program: readonly string[]
    }
)

export const catalogue: Readonly<Record<string, Endurance>> = {
  logs: {
    what: 'power lost at any write, logs cut and damaged at any byte, models of a log',
    minutes: 3,
    files: [
      'test/fault/log-power-loss.test.ts',
      'test/fault/durable-file-power-loss.test.ts',
      'test/fault/log-damage.test.ts',
      'test/model/segment-log.test.ts',
    ],
    effort: 20,
  },
  frames: {
    what: 'mutated and hostile messages, in memory and at the socket',
    minutes: 2,
    files: ['test/fault/wire-fuzz.test.ts', 'test/security/frames.test.ts'],
    effort: 20,
  },
  spark: {
    what: 'parts read by Spark, where PROVLOOM_TEST_SPARK names a Python with pyspark',
    minutes: 1,
    files: ['packages/aggregator/test/metrics/spark.test.ts'],
    effort: 1,
  },
  curves: {
    what: 'curves of random runs in buckets, beside their points and DuckDB over the parts',
    minutes: 3,
    files: ['packages/aggregator/test/run/curves.test.ts'],
    effort: 10,
  },
  graph: {
    what: 'graphs of any entries, changes that fail in the middle, documents of 1,024 ranks, and what they answer',
    minutes: 8,
    files: [
      'packages/graph/test/flush.property.test.ts',
      'packages/graph/test/order.property.test.ts',
      'packages/graph/test/valid.test.ts',
      'packages/graph/test/whole-or-not.test.ts',
      'test/graph/judged.test.ts',
      'test/graph/picture.property.test.ts',
      'packages/graph/test/picture/text.test.ts',
      'test/graph/questions.test.ts',
    ],
    effort: 20,
  },
  truth: {
    what: 'five real runs of a changed clone, whose graphs other programs recompute, and their RO-Crates',
    minutes: 2,
    files: ['test/graph/truth/truth.test.ts'],
    effort: 1,
  },
  documents: {
    what: 'PROV documents of any records: round trips, verdicts, merges and pictures, of 1,024 ranks too',
    minutes: 4,
    files: [
      'packages/prov/test/draw/draw.test.ts',
      'packages/prov/test/draw/fold.test.ts',
      'packages/prov/test/draw/svg.test.ts',
      'packages/prov/test/json/writer.test.ts',
      'packages/prov/test/jsonld/arbitrary.test.ts',
      'packages/prov/test/jsonld/corpus.test.ts',
      'packages/prov/test/merge/merge.property.test.ts',
      'packages/prov/test/model/document.test.ts',
      'packages/prov/test/model/mutation.test.ts',
      'packages/prov/test/provn/writer.test.ts',
      'packages/prov/test/rdf/arbitrary.test.ts',
      'packages/prov/test/rdf/corpus.test.ts',
      'packages/prov/test/validate/validate.property.test.ts',
      'packages/prov/test/xml/writer.test.ts',
    ],
    effort: 3,
  },
  frameworks: {
    what: 'real frameworks through --mlflow and provloom.integrations, on 1 and 4 ranks and below torchrun, where PROVLOOM_TEST_FRAMEWORKS names Pythons with them',
    minutes: 12,
    files: ['test/frameworks/frameworks.test.ts'],
    effort: 1,
  },
  browser: {
    what: 'the page of a run of 1e8 points in Chromium: its pixels, its bytes and its memory; the run is that of PROVLOOM_TEST_LARGE, or made first',
    minutes: 15,
    files: ['test/browser/large.test.ts'],
    effort: 1,
  },
  why: {
    what: '1,200 runs on 4 to 1,024 ranks with one of ten faults and 200 without, each fault of four real ranks, and 22 real runs that go well: what is said of them',
    minutes: 12,
    files: [
      'packages/reader/test/why/faults.property.test.ts',
      'test/e2e/why.test.ts',
      'test/e2e/why-healthy.test.ts',
      'test/e2e/alive.test.ts',
    ],
    effort: 1,
  },
  events: {
    what: "TensorBoard's event files, cut and damaged anywhere, and bytes that are none",
    minutes: 1,
    files: [
      'packages/agent/test/tensorboard/event.test.ts',
      'packages/agent/test/tensorboard/record-cursor.test.ts',
    ],
    effort: 20,
  },
  workers: {
    what: 'hundreds of workers that live for milliseconds or are killed at any instant',
    minutes: 3,
    files: ['test/fault/worker-death.test.ts'],
    effort: 40,
  },
  watch: {
    what: "the agent that watches a machine killed ten times, beside what the machine's counters counted",
    minutes: 2,
    files: ['test/e2e/energy-kills.test.ts'],
    effort: 1,
  },
  recover: {
    what: 'jobs that are killed whole at any instant and recovered',
    minutes: 2,
    files: ['test/e2e/recover.test.ts'],
    only: 'killed whole',
    effort: 30,
  },
  endings: {
    what: 'ends of jobs with their true waits: 15 s until a rank is lost, 30 s of grace',
    minutes: 2,
    files: ['test/e2e/endings.test.ts'],
    effort: 1,
  },
  sessions: {
    what: 'loops, sweeps, children and ranks of scripts, with their true waits and more often',
    minutes: 12,
    files: [
      'test/e2e/sessions/ends.test.ts',
      'test/e2e/sessions/harm.test.ts',
      'test/e2e/sessions/how-ended.test.ts',
      'test/e2e/sessions/many-sessions.test.ts',
      'test/e2e/sessions/ranks.test.ts',
      'test/e2e/sessions/restarts.test.ts',
      'test/e2e/sessions/starts.test.ts',
    ],
    effort: 1,
  },
  ways: {
    what: 'commands, signals, leftovers, loops, children, values and secrets in every variant, not one of each kind',
    minutes: 6,
    files: [
      'packages/shared/test/wire/pack.property.test.ts',
      'packages/agent/test/secrets.property.test.ts',
      'packages/agent/test/secrets.python.test.ts',
      'test/e2e/always-run.test.ts',
      'test/e2e/containers.test.ts',
      'test/e2e/hand-in.test.ts',
      'test/e2e/signals.test.ts',
      'test/e2e/sessions/children.test.ts',
      'test/e2e/sessions/descriptors.test.ts',
      'test/e2e/sessions/loops.test.ts',
      'test/e2e/words.test.ts',
      'test/python-client.test.ts',
    ],
    effort: 1,
  },
  starts: {
    what: '1,000 plain starts in one folder at random gaps, of which some are killed',
    minutes: 30,
    files: ['test/e2e/sessions/many-starts.test.ts'],
    effort: 125,
  },
  torchrun: {
    what: 'torchrun that starts its ranks again, 20 times each with and without an id, plain and under agents',
    minutes: 20,
    files: ['test/e2e/sessions/torchrun.test.ts'],
    effort: 1,
  },
  slurm: {
    what: 'jobs of a real Slurm that are requeued, or come to their time limit, 10 times',
    minutes: 20,
    files: ['test/e2e/sessions/slurm.test.ts'],
    effort: 1,
  },
  look: {
    what: 'random runs of three ranks, of which the reader has the numbers that DuckDB has',
    minutes: 3,
    files: ['test/e2e/look-judged.test.ts'],
    effort: 10,
  },
  turns: {
    what: 'ranks that meet in runs, in any order, with any pauses and restarts, against a real aggregator by a clock of its own; who watches their machine',
    minutes: 3,
    files: [
      'packages/aggregator/test/turns.property.test.ts',
      'packages/aggregator/test/admission/watches.property.test.ts',
    ],
    effort: 20,
  },
  connections: {
    what: '10,000 connections that are no peers, held against 256 descriptors',
    minutes: 2,
    files: ['test/security/connections.test.ts'],
    effort: 10,
  },
  launches: {
    what: '200 launches with ranks that come late, in any order and twice',
    minutes: 1,
    files: ['test/security/admission.test.ts'],
    only: 'many launches',
    effort: 5,
  },
  limits: {
    what: 'as many runs, sessions, attempts and waiting rows as there may be, and one more',
    minutes: 2,
    files: [
      'packages/aggregator/test/limits.test.ts',
      'packages/agent/test/tree.test.ts',
      'test/security/spool.test.ts',
    ],
    effort: 1,
  },
  nodes: {
    what: 'every test on Node 20.19, 22, 24 and the newest, one after the other',
    minutes: 35,
    program: ['test/endure/nodes.js'],
  },
  pythons: {
    what: 'the tests of the Python client on Python 3.9 to 3.13, as far as they are here',
    minutes: 6,
    program: ['test/endure/pythons.js'],
  },
  chaos: {
    what: 'npm run chaos: 64 ranks, 160,000 events, 100 + 20 + 20 kills',
    minutes: 4,
    program: ['test/fault/chaos.js'],
  },
  'chaos-sessions': {
    what: 'the same with five sessions a worker, of two experiments, two of them at once in children',
    minutes: 5,
    program: ['test/fault/chaos.js', '--sessions', '5'],
  },
}
