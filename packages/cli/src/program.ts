import { Command, Option } from 'commander'
import { addOptions, environmentHelp } from './options.ts'
import { addLookCommands } from './look-commands.ts'
import { addExport, addProvCommands } from './prov-commands.ts'
import { version } from '@provloom/shared'

const examples = `
Examples:
  Four workers on this machine, one graph of all of them, and its picture:
    provloom run -n 4 --collect-all-processes --create-svg -- python train.py
  On a cluster, in the batch script:
    provloom aggregator --experiment-name digits --prov-user-namespace www.example.org --collect-all-processes &
    srun provloom agent -- python train.py
  With torchrun:
    torchrun --no_python --nproc_per_node 4 provloom agent -- python train.py
`

/**
 * The command line, as data for commander. Each command's code is loaded when it is called: a rank never loads
 * graph or drawing code.
 */
export function createProgram(): Command {
  const program = new Command('provloom')
    .description('One W3C PROV graph per training run, from every rank.')
    .version(version)
    .enablePositionalOptions()
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({ outputError: () => {} })
    .addHelpText('after', examples)
  addRun(program)
  addAgent(program)
  addAggregator(program)
  addLookCommands(program)
  addExport(program)
  addProvCommands(program)
  for (const command of program.commands) command.exitOverride().configureOutput({ outputError: () => {} })
  return program
}

function addRun(program: Command): void {
  const command = program
    .command('run')
    .description('run a command as n ranks on this machine, with an agent each and one aggregator')
    .argument('[command...]', 'the command and its arguments, behind --')
    .option('-n, --ranks <N>', 'number of workers', '1')
    .option('--ui', 'the page of provloom ui beside it, for as long as it runs')
    .option(
      '--json <FILE>',
      'the summary goes to this file, one line of JSON a run; not to the streams of the command',
    )
    .passThroughOptions()
    .addHelpText(
      'after',
      `\n${environmentHelp}\nExit code: that of the first worker that failed, 0 when none did.`,
    )
  addOptions(command, 'run').action(async (words: string[], given: Record<string, unknown>) => {
    const { run } = await import('./command/run.ts')
    process.exitCode = await run(words, given)
  })
}

function addAgent(program: Command): void {
  const command = program
    .command('agent')
    .description('run a command as one rank and publish what happens in it')
    .argument('[command...]', 'the command and its arguments, behind --')
    .option('--with-aggregator', 'the agents of the head node also start the aggregator')
    .option('--tree <FOLDER>', 'serve processes that run already, by the spool folder they have made')
    .passThroughOptions()
    .addHelpText('after', `\n${environmentHelp}\nExit code: the command's own.`)
  addOptions(command, 'agent').action(async (words: string[], given: Record<string, unknown>) => {
    const { agent } = await import('./command/agent.ts')
    process.exitCode = await agent(words, given)
  })
}

const aggregatorExample =
  'provloom aggregator --experiment-name digits --prov-user-namespace www.example.org --collect-all-processes &'

function addAggregator(program: Command): void {
  const command = program
    .command('aggregator')
    .description('collect the ranks of a job and keep one graph per run; ends its runs on SIGTERM')
    .option('--json', 'one line of JSON per status on standard output')
    .addOption(new Option('--meet <DIR>', 'folder that agents which have started it meet in').hideHelp())
    .addOption(new Option('--generation <G>', 'how many were started before it').hideHelp())
    .addHelpText(
      'after',
      `\n${environmentHelp}\nWhere an agent asks for something else than its aggregator was given, the aggregator's own holds.\nExit code: 0 all runs are written, 1 stopped before that, 2 a wrong command line, 3 no port or save directory.\n\nExample:\n  ${aggregatorExample}`,
    )
  addOptions(command, 'aggregator').action(async (given: Record<string, unknown>) => {
    const { aggregator } = await import('./command/aggregator.ts')
    process.exitCode = await aggregator(given)
  })
  addRecover(program)
  addSpools(program)
  addMlflowForward(program)
  addImport(program)
  addImportProv4ml(program)
}

function addSpools(program: Command): void {
  program
    .command('spools')
    .description('list what earlier runs have recorded and is in no graph, and how to hand it in')
    .option('--spool-root <DIR>', spoolRootHelp)
    .option('--json', 'the list as one line of JSON')
    .addHelpText(
      'after',
      '\nExit code: 0 listed, also when there is none; 1 a spool cannot be read, damaged say, or of another release; 2 a wrong command line.\n\nExample:\n  provloom spools',
    )
    .action(async (given: Record<string, unknown>) => {
      const { spools } = await import('./command/spools.ts')
      process.exitCode = await spools(given)
    })
}

function addMlflowForward(program: Command): void {
  program
    .command('mlflow-forward')
    .description('hand on to MLflow servers what commands with --mlflow-forward have left for them')
    .argument('[uri]', 'another address of the server; as the command was given it when not given')
    .option('--spool-root <DIR>', spoolRootHelp)
    .option('--json', 'what was done as one line of JSON on standard output')
    .addHelpText(
      'after',
      "\nWho asks is said by MLflow's own variables (MLFLOW_TRACKING_TOKEN, MLFLOW_TRACKING_USERNAME and _PASSWORD): they are kept in no file.\nExit code: 0 all of it is there, also when there was nothing; 2 a wrong command line; 3 something is kept.\n\nExample:\n  provloom mlflow-forward",
    )
    .action(async (uri: string | undefined, given: Record<string, unknown>) => {
      const { mlflowForward } = await import('./command/mlflow-forward.ts')
      process.exitCode = await mlflowForward(uri, given)
    })
}

function addImport(program: Command): void {
  const command = program
    .command('import')
    .description('hand in what was recorded and is in no graph: into its run, or a run of its own')
    .argument(
      '[spool...]',
      'folders of sessions or trees (provloom spools lists them); when not given, those of this working folder and its save directory',
    )
    .option('--all', "all of this user's sessions on this machine, of whatever folder")
    .option('--spool-root <DIR>', 'take all that lies in this folder of spools')
    .option('--json', 'what was done as one line of JSON on standard output')
    .addHelpText(
      'after',
      '\nExperiment, namespace and save directory are those of the scripts; what is given here wins.\nExit code: 0 handed in, also when there was nothing; 2 what is named is no spool that can be read; 3 something is kept, a spool that is found cannot be read, or one that is named is in use.\n\nExamples:\n  provloom import\n  provloom import --all\n  provloom import /tmp/provloom-1000/local-4f1e.4711.99/sessions/0123456789abcdef',
    )
  const without = ['exitWhenDone', 'host', 'port', 'advertise', 'insecure']
  addOptions(command, 'aggregator', without).action(
    async (spools: string[], given: Record<string, unknown>) => {
      const { importSpools } = await import('./command/import.ts')
      process.exitCode = await importSpools(spools, given)
    },
  )
}

function addImportProv4ml(program: Command): void {
  const command = program
    .command('import-prov4ml')
    .description('make runs of what prov4ml or yProv4ML has saved, of 2024 to 2026')
    .argument('<place...>', 'documents (prov_*.json), or folders that hold them')
    .option('--json', 'what was done as one line of JSON on standard output')
    .addHelpText(
      'after',
      '\nWhat a document holds and what lies beside it (CSV; netCDF and Zarr where python3 has a reader) is recorded with its own times;\nwhat is not there or not whole is told, and stands in the graph as a problem. Documents are left as they are.\nExit code: 0 all are runs; 2 a document cannot be read; 3 something is kept.\n\nExample:\n  provloom import-prov4ml --prov-user-namespace www.example.org old/prov',
    )
  const without = ['exitWhenDone', 'host', 'port', 'advertise', 'insecure', 'jobKey']
  addOptions(command, 'aggregator', without).action(
    async (places: string[], given: Record<string, unknown>) => {
      const { importProv4ml } = await import('./command/import-prov4ml.ts')
      process.exitCode = await importProv4ml(places, given)
    },
  )
}

const spoolRootHelp =
  'folder that spools are looked for in (default: PROVLOOM_SPOOL_ROOT, and provloom-UID in TMPDIR, /tmp and here)'

function addRecover(program: Command): void {
  const example =
    'provloom recover prov/digits_0\n  provloom recover prov/digits_0 /mnt/node7/provloom-1000/local-4f1e.4711.99'
  program
    .command('recover')
    .description('finish a run whose aggregator was killed and is not started again')
    .argument('<run-dir>', 'run directory, also a copied one')
    .argument(
      '[spool...]',
      "folders of its ranks' sessions or trees; found in this machine's spool roots when not given",
    )
    .option('--spool-root <DIR>', spoolRootHelp)
    .option('--force', 'take the run from an aggregator that still renews its lease')
    .option('--create-graph', 'also write the graph as DOT')
    .option('--create-svg', 'also write the graph as a picture (SVG), and its DOT')
    .option('--json', 'what was done as one line of JSON on standard output')
    .addHelpText(
      'after',
      `\nExit code: 0 recovered, 1 a spool could not be handed in, 2 no run that can be read, 3 its aggregator lives, or a spool is in use.\n\nExample:\n  ${example}`,
    )
    .action(async (runDir: string, spools: string[], given: Record<string, unknown>) => {
      const { recover } = await import('./command/recover.ts')
      process.exitCode = await recover(runDir, spools, given)
    })
}
