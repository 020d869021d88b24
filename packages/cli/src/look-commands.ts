import type { Command } from 'commander'
import type { Given } from './look/options.ts'

const dirHelp = 'folder that runs are saved in (default: PROVLOOM_PROVENANCE_SAVE_DIR, or prov)'
const runHelp = "a run's name, path, or its id's start or end of six digits or more; the newest when not said"

const queryHelp = `
A query is words and conditions, all of which must hold: a word is looked for in names, users, hosts, command and
files; experiment:x status:failed run:x user:x host:x commit:x tag:x; NAME:VALUE, NAME>0.1, >=, <, <=, != of a
parameter or else a metric's last value; - before one negates it. --sort=-NAME: the largest first, of a metric its best.
`

/** The commands that look at runs: they read what is on disk, and ask no process of a run. */
export function addLookCommands(program: Command): void {
  addLs(program)
  addShow(program)
  addWatch(program)
  addWhy(program)
  addDiff(program)
  addLineage(program)
  addRemove(program)
  addUi(program)
  program
    .command('completion')
    .description('print what makes tab complete commands, options and names of runs')
    .argument('<shell>', 'bash or zsh')
    .option('--dir <DIR>', dirHelp)
    .addHelpText('after', '\nExample, in ~/.bashrc:\n  eval "$(provloom completion bash)"')
    .action(async (shell: string, given: Given) => {
      const { completion } = await import('./command/completion.ts')
      process.exitCode = await completion(shell, program, given)
    })
}

function addLs(program: Command): void {
  program
    .command('ls')
    .description('list runs: what ran, what failed, which parameters gave the best')
    .argument('[query...]', 'which runs; a folder as the first word is where they are')
    .allowUnknownOption()
    .option('--dir <DIR>', dirHelp)
    .option(
      '--sort <NAME>',
      'by a column, a parameter or a metric; --sort=-accuracy: the best accuracy first',
    )
    .option('--limit <N>', 'so many at most (default: 200)')
    .option('--after <CURSOR>', 'the next page')
    .option('--size', 'how many bytes each takes')
    .option('--json', 'the answer as one line of JSON')
    .addHelpText(
      'after',
      `${queryHelp}\nExit code: 0 listed, also when there is none; 2 a query that cannot be understood, or no folder that can be read.\n\nExamples:\n  provloom ls\n  provloom ls experiment:digits 'lr>0.1' -status:failed --sort=-accuracy`,
    )
    .action(async (words: string[], given: Given) => {
      const { ls } = await import('./command/ls.ts')
      process.exitCode = await ls(words, given)
    })
}

function addUi(program: Command): void {
  const many = (one: string, before: readonly string[]): readonly string[] => [...before, one]
  program
    .command('ui')
    .description(
      'the same answers as a page in a browser, on loopback only; it reads the folder and writes nothing',
    )
    .argument('[dir]', dirHelp)
    .option('--dir <DIR>', 'the same')
    .option('--port <N>', 'the first port that is tried (default: 8642); 0 takes any')
    .option('--socket <PATH>', 'a Unix socket of your own in place of a port: for machines that are shared')
    .option(
      '--allow-host <NAME>',
      'a name that a proxy in front asks by; may be given more than once',
      many,
      [],
    )
    .option('--json', 'where it is as one line of JSON')
    .addHelpText(
      'after',
      '\nThe address that it prints holds a token: whoever has it reads the runs. PROVLOOM_UI_TOKEN (32 hexadecimal digits) keeps it the same after a restart. MLflow’s client reads the runs there too, with MLFLOW_TRACKING_URI and that token as MLFLOW_TRACKING_TOKEN (docs/mlflow.md).\nExit code: 0 ended by a signal, 2 a wrong command line, 3 no port or socket.\n\nExamples:\n  provloom ui\n  provloom ui prov --port 9000\n  provloom ui --socket ~/provloom.sock, and on your own machine: ssh -L 8642:/home/ada/provloom.sock login1',
    )
    .action(async (dir: string | undefined, given: Readonly<Record<string, unknown>>) => {
      const { ui } = await import('./command/ui.ts')
      process.exitCode = await ui(dir, given)
    })
}

function addShow(program: Command): void {
  program
    .command('show')
    .description('what a run is, how it went, what went in and came out')
    .argument('[run]', runHelp)
    .option('--dir <DIR>', dirHelp)
    .option('--json', 'the answer as one line of JSON')
    .addHelpText(
      'after',
      '\nExit code: 0 shown, 2 no run is meant, or none that can be read.\n\nExample:\n  provloom show digits_0',
    )
    .action(async (run: string | undefined, given: Given) => {
      const { show } = await import('./command/show.ts')
      process.exitCode = await show(run, given)
    })
}

function addWatch(program: Command): void {
  program
    .command('watch')
    .description('follow a run to its end: how it goes now, which rank makes the others wait')
    .argument('[run]', `${runHelp}; or a folder of runs: the newest there`)
    .option('--dir <DIR>', dirHelp)
    .option(
      '--every <SECONDS>',
      'where the output is no terminal: so long between two blocks at least (default: 10)',
    )
    .option('--json', 'a line of JSON, as show has it, each time that something has changed')
    .addHelpText(
      'after',
      '\nIt ends with the run, and then prints what show does. q, Ctrl-C and SIGTERM end it before; the run goes on.\nExit code: 0 the run completed, or q was typed; 1 it ended otherwise; 2 no run is meant, or none that can be read; 130 after Ctrl-C, 143 after SIGTERM, 129 after SIGHUP.\n\nExamples:\n  provloom watch\n  provloom watch digits_0 --every 60 >> watch.log',
    )
    .action(async (run: string | undefined, given: Given) => {
      const { watch } = await import('./command/watch.ts')
      process.exitCode = await watch(run, given)
    })
}

function addWhy(program: Command): void {
  program
    .command('why')
    .description('why a run went as it did: who stopped first, who is slow, what ranks differ in')
    .argument('[run]', runHelp)
    .option('--dir <DIR>', dirHelp)
    .option(
      '--pace-metric <KEY>',
      "a metric that says how long a rank takes for a step (default: the step timer's compute_time, else when ranks log)",
    )
    .option('--json', 'the answer as one line of JSON')
    .addHelpText(
      'after',
      '\nExit code: 0 nothing stands out, 1 something does, 2 no run is meant, or none that can be read.\n\nExamples:\n  provloom why\n  provloom why digits_0 --pace-metric forward_time',
    )
    .action(async (run: string | undefined, given: Given) => {
      const { why } = await import('./command/why.ts')
      process.exitCode = await why(run, given)
    })
}

function addDiff(program: Command): void {
  program
    .command('diff')
    .description('how runs differ: parameters, results, data, code, environment, ranks')
    .argument('<run...>', '2 to 8 runs')
    .option('--dir <DIR>', dirHelp)
    .option('--patch', 'how code that was kept differs, as a unified diff')
    .option('--json', 'the answer as one line of JSON')
    .addHelpText(
      'after',
      '\nExit code: 0 compared, 2 no such run, or not 2 to 8 of them.\n\nExamples:\n  provloom diff digits_3 digits_0\n  provloom diff digits_3 digits_0 --patch',
    )
    .action(async (runs: string[], given: Given) => {
      const { diff } = await import('./command/diff.ts')
      process.exitCode = await diff(runs, given)
    })
}

function addLineage(program: Command): void {
  program
    .command('lineage')
    .description('which run, data, code and parameters made a file, and what was made from it')
    .argument('<file>', 'the file, which is hashed; or the first eight or more digits of its SHA-256')
    .option('--dir <DIR>', dirHelp)
    .option('--json', 'the answer as one line of JSON')
    .addHelpText(
      'after',
      '\nExit code: 0 found, 1 no run knows it, 2 the file cannot be read.\n\nExample:\n  provloom lineage model.pkl',
    )
    .action(async (file: string, given: Given) => {
      const { lineage } = await import('./command/lineage.ts')
      process.exitCode = await lineage(file, given)
    })
}

function addRemove(program: Command): void {
  program
    .command('rm')
    .description('remove runs; never one that is being written')
    .argument('<run...>', "runs by their names, paths, or ids' starts or ends")
    .option('--dir <DIR>', dirHelp)
    .option('--force', 'also one that nobody has finished: what is in its journal is lost')
    .option('--json', 'what was removed as one line of JSON')
    .addHelpText(
      'after',
      '\nExit code: 0 removed, 2 no such run, 3 it is being written or not finished; then nothing is removed.\n\nExample:\n  provloom rm digits_7',
    )
    .action(async (runs: string[], given: Given) => {
      const { remove } = await import('./command/remove.ts')
      process.exitCode = await remove(runs, given)
    })
}
