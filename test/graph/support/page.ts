import fs from 'node:fs'
import path from 'node:path'

const page = path.resolve(import.meta.dirname, '../../../docs/questions.md')

export interface Question {
  readonly number: number
  readonly title: string
  readonly language: 'sparql' | 'jq'
  readonly query: string
  /** What the page says of its example. */
  readonly answer: readonly string[] | undefined
}

/** The questions of docs/questions.md: under a heading with a number a query, and mostly an answer. */
export function questionsOfPage(): readonly Question[] {
  const text = fs.readFileSync(page, 'utf8')
  return text
    .split(/^### /m)
    .slice(1)
    .map((section) => {
      const heading = /^(\d+)\. (.*)$/m.exec(section)
      const query = /^```(sparql|jq)\n(.*?)^```$/ms.exec(section)
      if (heading === null || query === null) throw new Error(`No question is in: ${section}`)
      const answer = /^```text\n(.*?)^```$/ms.exec(section)
      return {
        number: Number(heading[1]),
        title: heading[2]!,
        language: query[1] === 'jq' ? 'jq' : 'sparql',
        query: query[2]!,
        answer: answer?.[1]!.trimEnd().split('\n'),
      }
    })
}
