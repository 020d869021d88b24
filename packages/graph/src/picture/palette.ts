/** Colours of PROV diagrams, paler, so that words can be read on them; what is said by a colour is said by a word too. */
export interface Palette {
  readonly page: string
  readonly ink: string
  readonly faint: string
  readonly rule: string
  readonly arrow: string
  readonly spark: string
  readonly good: string
  readonly bad: string
  readonly entity: Paint
  readonly activity: Paint
  readonly agent: Paint
  /** Within a run. */
  readonly inner: Paint
  readonly row: Paint
}

export interface Paint {
  readonly fill: string
  readonly line: string
}

export const palettes: Readonly<Record<'light' | 'dark', Palette>> = {
  light: {
    page: '#ffffff',
    ink: '#1b1e24',
    faint: '#565b66',
    rule: '#e3e5e9',
    arrow: '#7c818b',
    spark: '#3557a8',
    good: '#00704a',
    bad: '#b3261e',
    entity: { fill: '#fff6d0', line: '#b5952f' },
    activity: { fill: '#e4eafb', line: '#4a69b5' },
    agent: { fill: '#fde8cd', line: '#b87a33' },
    inner: { fill: '#ffffff', line: '#8ba1d6' },
    row: { fill: '#f3f6fe', line: '#b9c7ea' },
  },
  dark: {
    page: '#1b1e23',
    ink: '#e8eaee',
    faint: '#a6acb8',
    rule: '#363b44',
    arrow: '#8a909c',
    spark: '#86a4ee',
    good: '#4cc38f',
    bad: '#ff8f7a',
    entity: { fill: '#35301b', line: '#b5952f' },
    activity: { fill: '#202b4d', line: '#6d8ad6' },
    agent: { fill: '#3c2a17', line: '#b87a33' },
    inner: { fill: '#1d2332', line: '#5570b3' },
    row: { fill: '#263157', line: '#465fa0' },
  },
}
