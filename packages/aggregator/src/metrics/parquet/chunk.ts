import { constants, gzipSync } from 'node:zlib'
import { writePageHeader } from 'hyparquet-writer/src/datapage.js'
import type { Writer } from 'hyparquet-writer'
import type { Column, ColumnChunk, IndexedChunk, MetaData, Page } from './column.ts'
import { indexesOf, statisticsOf } from './statistics.ts'

type Codec = MetaData['codec']

/** Below this gzip's own frame and the time to set it up outweigh what it saves. */
const gzipBytesMin = 512
/**
 * After delta encoding repeated bytes and their frequencies are what is left to find: looking for longer matches takes
 * three times as long for a hundredth of the size.
 */
const packedOptions = { level: 1, strategy: constants.Z_RLE, memLevel: 9 }
/** Doubles as they are: few digits, or few different values, are matches. */
const plainOptions = { level: 1, memLevel: 9 }

/** Writes a column chunk: its dictionary page, if there is one, and its data pages (version 2). */
export function writeChunk(writer: Writer, column: Column): IndexedChunk {
  const begin = writer.offset
  const { dictionary, pages } = column
  const bytes = pages.reduce((sum, { values }) => sum + values.length, dictionary?.values.length ?? 0)
  const codec: Codec = bytes < gzipBytesMin ? 'UNCOMPRESSED' : 'GZIP'
  let uncompressed = dictionary === undefined ? 0 : writeDictionary(writer, dictionary, codec)
  const places: number[] = []
  for (const page of pages) {
    places.push(writer.offset)
    uncompressed += writeData(writer, column, page, codec)
  }
  const ends = [...places.slice(1), writer.offset]
  const statistics = statisticsOf(column)
  const chunk: ColumnChunk = {
    meta_data: {
      type: column.type,
      encodings: [...(dictionary === undefined ? [] : (['PLAIN'] as const)), 'RLE', column.encoding],
      path_in_schema: [column.name],
      codec,
      num_values: BigInt(pages.reduce((sum, { rows }) => sum + rows, 0)),
      total_uncompressed_size: BigInt(uncompressed),
      total_compressed_size: BigInt(writer.offset - begin),
      data_page_offset: BigInt(places[0]!),
      ...(dictionary === undefined ? {} : { dictionary_page_offset: BigInt(begin) }),
      ...(statistics === undefined ? {} : { statistics }),
    },
    file_offset: BigInt(begin),
  }
  return { chunk, ...indexesOf(column, places, ends) }
}

/** @returns bytes of the page, header included, as if it were not compressed */
function writeDictionary(
  writer: Writer,
  { size, values }: NonNullable<Column['dictionary']>,
  codec: Codec,
): number {
  const body = codec === 'GZIP' ? gzipSync(values, packedOptions) : values
  const begin = writer.offset
  writePageHeader(writer, {
    type: 'DICTIONARY_PAGE',
    uncompressed_page_size: values.length,
    compressed_page_size: body.length,
    dictionary_page_header: { num_values: size, encoding: 'PLAIN' },
  })
  const head = writer.offset - begin
  writer.appendBytes(body)
  return head + values.length
}

/** @returns as above. Levels are never compressed, and a page is not that would not become smaller. */
function writeData(writer: Writer, { encoding }: Column, page: Page, codec: Codec): number {
  const { rows, nulls, values, levels = new Uint8Array(0) } = page
  const isCompressed = codec === 'GZIP' && values.length >= gzipBytesMin
  const options = encoding === 'PLAIN' ? plainOptions : packedOptions
  const body = isCompressed ? gzipSync(values, options) : values
  const begin = writer.offset
  writePageHeader(writer, {
    type: 'DATA_PAGE_V2',
    uncompressed_page_size: levels.length + values.length,
    compressed_page_size: levels.length + body.length,
    data_page_header_v2: {
      num_values: rows,
      num_nulls: nulls,
      num_rows: rows,
      encoding,
      definition_levels_byte_length: levels.length,
      repetition_levels_byte_length: 0,
      is_compressed: isCompressed,
    },
  })
  const head = writer.offset - begin
  writer.appendBytes(levels)
  writer.appendBytes(body)
  return head + levels.length + values.length
}
