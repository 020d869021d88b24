import { BaseSequencer } from 'vitest/node'
import type { TestSpecification } from 'vitest/node'

/** Tests that wait for whole programs begin first, so that none of them is alone at the end. */
const long = [/python-client/, /e2e\/sessions\//, /\be2e\//, /\btest\/(security|fault)\//]

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    const turn = ({ moduleId }: TestSpecification): number => {
      const found = long.findIndex((one) => one.test(moduleId))
      return found < 0 ? long.length : found
    }
    return sorted.toSorted((a, b) => turn(a) - turn(b))
  }
}
