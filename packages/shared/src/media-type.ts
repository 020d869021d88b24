/**
 * By the ending of a name. One table for all machines: what a system has of its own (/etc/mime.types) differs, and takes a
 * `.pt` for a page table. What has no type of its own, as the weights of frameworks, is not in it: that it is bytes says
 * nothing.
 */
const types: Readonly<Record<string, string>> = {
  '.arrow': 'application/vnd.apache.arrow.file',
  '.bash': 'application/x-sh',
  '.bz2': 'application/x-bzip2',
  '.c': 'text/x-c',
  '.cfg': 'text/plain',
  '.cpp': 'text/x-c',
  '.css': 'text/css',
  '.csv': 'text/csv',
  '.cu': 'text/x-c',
  '.diff': 'text/x-diff',
  '.dot': 'text/vnd.graphviz',
  '.err': 'text/plain',
  '.flac': 'audio/flac',
  '.geojson': 'application/geo+json',
  '.gif': 'image/gif',
  '.gz': 'application/gzip',
  '.h': 'text/x-c',
  '.h5': 'application/x-hdf5',
  '.hdf5': 'application/x-hdf5',
  '.htm': 'text/html',
  '.html': 'text/html',
  '.ini': 'text/plain',
  '.ipynb': 'application/x-ipynb+json',
  '.jl': 'text/x-julia',
  '.jpeg': 'image/jpeg',
  '.jpg': 'image/jpeg',
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.jsonl': 'application/jsonl',
  '.log': 'text/plain',
  '.md': 'text/markdown',
  '.mjs': 'text/javascript',
  '.mp3': 'audio/mpeg',
  '.mp4': 'video/mp4',
  '.nc': 'application/x-netcdf',
  '.ndjson': 'application/x-ndjson',
  '.npz': 'application/zip',
  '.out': 'text/plain',
  '.parquet': 'application/vnd.apache.parquet',
  '.patch': 'text/x-diff',
  '.pdf': 'application/pdf',
  '.png': 'image/png',
  '.py': 'text/x-python',
  '.r': 'text/x-r',
  '.rst': 'text/x-rst',
  '.sh': 'application/x-sh',
  '.sql': 'application/sql',
  '.svg': 'image/svg+xml',
  '.tar': 'application/x-tar',
  '.tex': 'application/x-tex',
  '.tgz': 'application/gzip',
  '.tif': 'image/tiff',
  '.tiff': 'image/tiff',
  '.toml': 'application/toml',
  '.ts': 'text/x-typescript',
  '.tsv': 'text/tab-separated-values',
  '.txt': 'text/plain',
  '.wav': 'audio/wav',
  '.webm': 'video/webm',
  '.webp': 'image/webp',
  '.xml': 'application/xml',
  '.xz': 'application/x-xz',
  '.yaml': 'application/yaml',
  '.yml': 'application/yaml',
  '.zip': 'application/zip',
  '.zst': 'application/zstd',
}

const ending = /\.[A-Za-z][A-Za-z0-9_]{0,15}$/

/** The ending of a file's name, with its dot; empty where there is none: `epoch-0.5` has none. */
export function endingOf(name: string): string {
  const at = name.search(ending)
  // What is nothing else, such as `.env`, is a name.
  return at <= 0 || name[at - 1] === '/' ? '' : name.slice(at)
}

/** The media type of a file by its name or path; undefined where its ending says nothing. */
export function mediaTypeOf(name: string): string | undefined {
  return types[endingOf(name).toLowerCase()]
}
