import os from 'node:os'
import type { Variables } from '../place/variables.ts'

/** Of whoever asks over loopback, with a proxy named for all that is not: it would be asked for us. */
const proxies = ['http_proxy', 'HTTP_PROXY', 'all_proxy', 'ALL_PROXY']

/**
 * What tells MLflow's clients where to ask, and by which token: as a bearer, and as the password that they prefer where a
 * file of the user's (`~/.mlflow/credentials`) names one for another server.
 */
export function clientVariables(
  { uri, token }: { readonly uri: string; readonly token: string },
  before: Variables,
): Variables {
  const isProxied = proxies.some((name) => (before[name] ?? '') !== '')
  const names = ['no_proxy', 'NO_PROXY']
  const around = (name: string): string =>
    [before[name], '127.0.0.1'].filter((one) => one !== undefined && one !== '').join(',')
  return {
    MLFLOW_TRACKING_URI: uri,
    MLFLOW_TRACKING_TOKEN: token,
    // Its client takes this for who runs it.
    MLFLOW_TRACKING_USERNAME: login(),
    MLFLOW_TRACKING_PASSWORD: token,
    ...(isProxied ? Object.fromEntries(names.map((name) => [name, around(name)])) : {}),
  }
}

function login(): string {
  try {
    return os.userInfo().username
  } catch {
    // A number that no file of the machine names.
    return String(process.getuid?.() ?? 0)
  }
}
