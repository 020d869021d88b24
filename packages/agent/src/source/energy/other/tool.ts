import type { OtherEnergy } from '@provloom/shared'

/** What another tool says of a part of a machine so far. */
export interface OtherPart {
  readonly part: NonNullable<OtherEnergy['part']>
  readonly kind: NonNullable<OtherEnergy['kind']>
  readonly method: string
  readonly joules: number
  readonly coveredMs?: number | undefined
  readonly gramsCO2e?: number | undefined
}

export interface OtherFigures {
  readonly version?: string | undefined
  readonly parts: readonly OtherPart[]
}

/** Another tool that tells energy, while a machine is watched. */
export interface OtherTool {
  readonly tool: OtherEnergy['tool']
  /** From now on; waits for nothing. */
  begin(): void
  /**
   * What it says since `begin`; in words why it says nothing; undefined where it is not to be told of. Never rejects.
   *
   * @param isLast nobody asks again
   */
  ask(isLast: boolean): Promise<OtherFigures | string | undefined>
  end(): void
}
