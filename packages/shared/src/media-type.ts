/**
 * By the ending of a name. One table for all machines: what a system has of its own (/etc/mime.types) differs, and takes a
 * `.pt` for a page table. Of what has no registered type, and is packed by its framework, it is known that it is bytes.
 */
const types: Readonly<Record<string, string>> = {
  '.arrow': 'application/vnd.apache.arrow.file',
  '.bash': 'application/x-sh',
  '.bin': 'application/octet-stream',
  '.bz2': 'application/x-bzip2',
  '.c': 'text/x-c',
  '.cfg': 'text/plain',
  '.ckpt': 'application/octet-stream',
  '.cpp': 'text/x-c',
  '.css': 'text/css',
  '.csv': 'text/csv',
  '.cu': 'text/x-c',
  '.diff': 'text/x-diff',
  '.dot': 'text/vnd.graphviz',
  '.err': 'text/plain',
  '.feather': 'application/octet-stream',
  '.flac': 'audio/flac',
  '.geojson': 'application/geo+json',
  '.gguf': 'application/octet-stream',
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
  '.joblib': 'application/octet-stream',
  '.jpeg': 'image/jpeg',
  '.jpg': 'image/jpeg',
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.jsonl': 'application/jsonl',
  '.keras': 'application/octet-stream',
  '.log': 'text/plain',
  '.md': 'text/markdown',
  '.mjs': 'text/javascript',
  '.mp3': 'audio/mpeg',
  '.mp4': 'video/mp4',
  '.msgpack': 'application/octet-stream',
  '.nc': 'application/x-netcdf',
  '.ndjson': 'application/x-ndjson',
  '.npy': 'application/octet-stream',
  '.npz': 'application/zip',
  '.onnx': 'application/octet-stream',
  '.out': 'text/plain',
  '.parquet': 'application/vnd.apache.parquet',
  '.patch': 'text/x-diff',
  '.pb': 'application/octet-stream',
  '.pdf': 'application/pdf',
  '.pickle': 'application/octet-stream',
  '.pkl': 'application/octet-stream',
  '.png': 'image/png',
  '.pt': 'application/octet-stream',
  '.pth': 'application/octet-stream',
  '.py': 'text/x-python',
  '.r': 'text/x-r',
  '.rst': 'text/x-rst',
  '.safetensors': 'application/octet-stream',
  '.sh': 'application/x-sh',
  '.sql': 'application/sql',
  '.svg': 'image/svg+xml',
  '.tar': 'application/x-tar',
  '.tex': 'application/x-tex',
  '.tflite': 'application/octet-stream',
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
