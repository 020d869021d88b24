import { fieldsOf } from '@provloom/shared'

/** Where a machine's electricity is from, as a person has said it. */
export interface CarbonPlace {
  readonly zone?: string | undefined
  readonly gramsPerKWh?: number | undefined
}

/** How much is emitted for a kilowatt-hour there, and who says so. */
export interface Carbon {
  readonly gramsPerKWh: number
  readonly source: string
  readonly zone?: string
  readonly year?: number
  readonly method?: string
  readonly licence?: string
}

const table = '@tgwf/co2/data/electricity-maps'

/**
 * The yearly mean of a zone by Electricity Maps, as the package that is kept up with it has it; a person's own figure wins.
 * Without a place there is none: a mean of the world is nobody's.
 *
 * @returns in words why there is none, undefined where nobody has asked
 */
export async function carbonOf(
  place: CarbonPlace,
  load: () => Promise<unknown> = loadTable,
): Promise<Carbon | string | undefined> {
  const { zone, gramsPerKWh } = place
  if (gramsPerKWh !== undefined)
    return { gramsPerKWh, source: 'given (--carbon-intensity)', ...(zone === undefined ? {} : { zone }) }
  if (zone === undefined) return undefined
  const years = fieldsOf(await load())
  if (years.size === 0)
    return `no table of carbon intensities is installed (${table}): give --carbon-intensity`
  const wanted = zone.toUpperCase()
  for (const name of [...years.keys()].sort().toReversed()) {
    const year = /^yearly(\d{4})$/.exec(name)?.[1]
    const { data, methodology } = Object.fromEntries(fieldsOf(years.get(name)))
    const value = fieldsOf(fieldsOf(fieldsOf(data).get(wanted)).get('carbonIntensity')).get('value')
    if (year === undefined || typeof value !== 'number') continue
    return {
      gramsPerKWh: value,
      source: 'Electricity Maps, yearly mean, by @tgwf/co2',
      zone: wanted,
      year: Number(year),
      ...(typeof methodology === 'string' ? { method: methodology } : {}),
      licence: 'ODbL 1.0',
    }
  }
  return `no carbon intensity is known of zone ${zone}: zones are those of Electricity Maps (FR, DE, US-CAL-CISO)`
}

async function loadTable(): Promise<unknown> {
  try {
    return await import(table)
  } catch {
    return undefined
  }
}
