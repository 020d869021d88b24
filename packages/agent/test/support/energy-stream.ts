import type { SourceWriter } from '../../src/source/event-source.ts'
import type { Fact, SeriesName } from '../../src/spool/own-stream.ts'

export type EnergyFact = Extract<Fact, { readonly type: 'energy' }>

/** A session's stream: what was told of energy last, by device and method, and what was odd. */
export class EnergyStream implements SourceWriter {
  readonly run = 'r'
  readonly facts: Fact[] = []
  readonly points: string[] = []

  record(fact: Fact): boolean {
    this.facts.push(fact)
    return true
  }

  keep(): void {}

  measure({ key }: SeriesName, _step: number, value: number): void {
    this.points.push(`${key} ${value}`)
  }

  /** The last that was said of a device. */
  of(device: string, method?: string): EnergyFact | undefined {
    return this.all().findLast(
      (one) => one.device === device && (method === undefined || one.method === method),
    )
  }

  all(): EnergyFact[] {
    return this.facts.flatMap((fact) => (fact.type === 'energy' ? [fact] : []))
  }

  /** Of each device: kind, joules, whether it counts. */
  words(): string[] {
    const last = new Map(this.all().map((one) => [`${one.device} ${one.method}`, one]))
    return [...last.values()].map(({ device, kind, joules, counted }) => {
      const figure = joules === undefined ? '' : ` ${Math.round(joules * 1000) / 1000} J`
      return `${device} ${kind}${figure}${counted === true ? '' : ' (not counted)'}`
    })
  }

  odd(): string[] {
    return this.facts.flatMap((fact) => (fact.type === 'problem' ? [fact.message] : []))
  }

  /** What it has of its machine, by kind. */
  share(): Fact | undefined {
    return this.facts.findLast(({ type }) => type === 'energy.share')
  }
}
