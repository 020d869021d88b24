import type { Command } from 'commander'

/** The commands for PROV documents, ours and anybody's. */
export function addProvCommands(program: Command): void {
  program
    .command('validate')
    .description('check documents against PROV-CONSTRAINTS, and remark on what PROV does not mean')
    .argument('<file...>', 'documents, or runs by their names, paths, or ids; - is standard input')
    .option(
      '--from <FORMAT>',
      'format, when the file name does not tell: json, provn, xml, turtle, trig, jsonld',
    )
    .option('--strict', 'remarks count as well: exit code 1 where there are any')
    .option('--json', 'violations and remarks as JSON')
    .addHelpText('after', validateHelp)
    .action(async (files: string[], given: Given) => {
      const { validateFiles } = await import('./command/validate.ts')
      process.exitCode = await validateFiles(files, given)
    })
  program
    .command('convert')
    .description('write a document in another format')
    .argument('<in>', 'document, or a run by its name, path, or id; - is standard input')
    .argument('<out>', 'where to; - is standard output')
    .option('--from <FORMAT>', 'json, provn, xml, turtle, trig, jsonld; by the file ending when not given')
    .option('--to <FORMAT>', 'json, provn, xml, turtle, trig, jsonld; by the file ending when not given')
    .option(
      '--context <WHERE>',
      'of jsonld: inline writes the context into the document, for readers without a network; address names it (default)',
    )
    .option('--base <IRI>', 'of PROV-JSON: namespaces that are no IRIs are put under this one')
    .option(
      '--mend',
      'of PROV-JSON: what PROV does not mean as it stands is said by what it does; each change is told',
    )
    .addHelpText('after', convertHelp)
    .action(async (from: string, to: string, given: Given) => {
      const { convertFile } = await import('./command/convert.ts')
      process.exitCode = await convertFile(from, to, given)
    })
  addDraw(program)
  program
    .command('merge')
    .description('documents of several ranks or runs into one; equal records become one, conflicts are told')
    .argument('<file...>', 'documents, or runs by their names, paths, or ids')
    .requiredOption('-o, --output <OUT>', 'where to; - is standard output')
    .option('--to <FORMAT>', 'json, provn, xml, turtle, trig, jsonld; by the file ending when not given')
    .option('--json', 'the conflicts as JSON')
    .addHelpText(
      'after',
      '\nExit code: 0 merged, 1 merged with conflicts, 2 unreadable.\n\nExample:\n  provloom merge rank0.json rank1.json -o all.json',
    )
    .action(async (files: string[], given: Given) => {
      const { mergeFiles } = await import('./command/merge.ts')
      process.exitCode = await mergeFiles(files, given)
    })
}

/** A run for whom has none of our programs. */
export function addExport(program: Command): void {
  program
    .command('export')
    .description('a run as an RO-Crate, for repositories and whoever has no Provloom')
    .argument('<run>', 'a run by its name, path, or id; it is not changed')
    .option('--dir <DIR>', 'folder that runs are saved in (default: PROVLOOM_PROVENANCE_SAVE_DIR, or prov)')
    .option('--ro-crate <TARGET>', 'where to: a folder, or a zip when it ends in .zip')
    .option(
      '--about <FILE>',
      'authors and licence (default: provloom-crate.json beside the run; where it is not there a template is written)',
    )
    .option('--force', 'replace a crate that is there')
    .option('--json', 'what was written as one line of JSON')
    .addHelpText('after', exportHelp)
    .action(async (run: string, given: Given) => {
      const { exportRun } = await import('./command/export.ts')
      process.exitCode = await exportRun(run, given)
    })
}

type Given = Readonly<Record<string, string | boolean | undefined>>

function addDraw(program: Command): void {
  program
    .command('draw')
    .description('a picture of a run or of any other document, as SVG or DOT; no Graphviz needed')
    .argument('<file>', 'document, or a run by its name, path, or id; - is standard input')
    .option('-o, --output <OUT>', 'out.svg or out.dot; - is standard output, as SVG', '-')
    .option('--from <FORMAT>', 'format, when the file name does not tell')
    .option('--machinery', 'of a run also what recorded it: aggregator, agents, launcher, stores, copies')
    .option('--full', 'every element by itself, as a graph; without it those that look alike are drawn once')
    .option('--attributes', "with the elements' attributes")
    .option('--theme <THEME>', 'of the picture of a run: light or dark')
    .option('--title <TEXT>', 'heading of the picture')
    .addHelpText('after', drawHelp)
    .action(async (file: string, given: Given) => {
      const { drawFile } = await import('./command/draw.ts')
      process.exitCode = await drawFile(file, given)
    })
}

const drawHelp = `
A document that says that it is the record of a run is drawn as that: what went in, what ran, what came out. Any other is
drawn as a graph, and so is every one with --full and as .dot.

Examples:
  provloom draw prov/digits_0 -o digits.svg
  provloom draw prov/digits_0 --machinery --theme dark -o digits.svg
  provloom draw prov/digits_0 --full -o graph.svg`

const exportHelp = `
The crate is a Process Run Crate 0.5: what ran, on what, by whom, and what came of it; docs/ro-crate.md.

Exit code: 0 written; 1 written, but a file is left out or missing, or the run's graph is not so; 2 no run that can be
read; 3 it cannot be written there.

Examples:
  provloom export --ro-crate digits_0.zip prov/digits_0
  provloom export --ro-crate crates/digits_0 --about crate.json prov/digits_0`

const convertHelp = `
What the format cannot hold as it is (two contradicting records of one name in Turtle, say) is told on standard error.

Exit code: 0 written, 2 unreadable, or the format cannot carry it.

Examples:
  provloom convert prov.json prov.ttl
  provloom convert prov.json - --to provn | less
  provloom convert prov.json prov.jsonld --context inline
  provloom convert old/prov_digits_GR0_0.json mended.json --mend --base http://www.example.org/old/`

const validateHelp = `
Violations are of PROV-CONSTRAINTS. Remarks are on what every format allows and PROV does not mean: prov:startedAtTime
as an attribute, a namespace that is no IRI, "abc" as an xsd:int, an end before its start.

Exit code: 0 valid, remarks or not; 1 violations, with --strict also remarks; 2 a file is unreadable.

Examples:
  provloom validate prov/digits_0/prov.json
  provloom validate prov/digits_0 prov/digits_1     run directories
  provloom validate --strict *.json                 remarks fail too, for a build
  provloom validate --json a.provn b.ttl | jq '.[] | select(.valid == false) | .file'
  other-tool | provloom validate - --from xml`
