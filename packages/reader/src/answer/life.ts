/** Whether a run that is not finished is being written. */
export interface Life {
  /** `ended`: it has. `alive`: written within the last seconds. `silent`: since a minute or more. `gone`: its writer's process is. */
  readonly state: 'ended' | 'alive' | 'silent' | 'gone'
  /** When anything was last written of it, ISO 8601: by its lease, else its files. */
  readonly seen: string
  /** When a rank of it logged last, ISO 8601, by its clock: of a run that is a copy its files tell when it was copied. */
  readonly logged?: string
}
