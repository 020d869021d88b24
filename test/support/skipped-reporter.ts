import type { Reporter, TestCase, TestModule } from 'vitest/node'

/** Says at the end of a run which tests were skipped, and why: by the reason in a test's name, or given with `skip`. */
export class SkippedReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const byReason = new Map<string, string[]>()
    for (const module of modules) {
      for (const test of module.children.allTests('skipped')) {
        const [name, reason] = nameAndReason(test)
        const line = `${module.relativeModuleId}: ${name}`
        byReason.set(reason, [...(byReason.get(reason) ?? []), line])
      }
    }
    for (const [reason, lines] of byReason) {
      console.log(`\nSkipped (${lines.length}): ${reason}`)
      for (const line of lines) console.log(`  ${line}`)
    }
  }
}

const inName = /\s*[[(](?:skipped: |(?=as root))([^\])]+)[\])]/

function nameAndReason(test: TestCase): [name: string, reason: string] {
  const result = test.result()
  const note = result.state === 'skipped' ? result.note : undefined
  const reason = note ?? inName.exec(test.fullName)?.[1]?.replace(/^as /, 'needs ') ?? 'no reason is given'
  return [test.fullName.replace(inName, ''), reason]
}
