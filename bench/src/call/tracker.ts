import type { Venv } from '../machine/venv.ts'

/** Another tracker: its name in python/trackers.py, and where it is installed. */
export interface Tracker {
  readonly name: string
  readonly venv: Venv
}

/** MLflow's own client. */
export const mlflow: Venv = { name: 'mlflow', install: [['mlflow==3.17.2']] }

/**
 * yprov4ml demands PyTorch's CUDA build, gigabytes. Its calls run as well on Debian's python3-torch, so it is installed
 * beside that without its own demands. Later releases than 3.2.4 are not Python 3.11.
 */
const yprov4ml: Venv = {
  name: 'yprov4ml',
  system: 'torch',
  install: [
    [
      'numpy<2',
      'pandas<3',
      'psutil',
      'pydot',
      'rocrate',
      'zarr<3',
      'netCDF4',
      'xarray<2025',
      'prov[graph,dot]',
      'lxml',
      'fvcore',
      'rdflib<7',
      'tqdm',
      'typing_extensions',
    ],
    ['--no-deps', 'yprov4ml==3.2.4'],
  ],
}

export const trackers: readonly Tracker[] = [
  { name: 'tensorboardX', venv: { name: 'tensorboardX', install: [['tensorboardX==2.6.5']] } },
  { name: 'yprov4ml', venv: yprov4ml },
  { name: 'trackio', venv: { name: 'trackio', install: [['trackio==0.43.0']] } },
  { name: 'wandb-offline', venv: { name: 'wandb', install: [['wandb==0.31.0']] } },
  { name: 'aim', venv: { name: 'aim', install: [['aim==3.29.1']] } },
  { name: 'mlflow-files', venv: mlflow },
  { name: 'mlflow-async', venv: mlflow },
  { name: 'mlflow-server', venv: mlflow },
]

/** No tracker may speak to anything but loopback while it is measured. */
export const quietEnvironment: NodeJS.ProcessEnv = {
  PYTHONDONTWRITEBYTECODE: '1',
  WANDB_MODE: 'offline',
  WANDB_ERROR_REPORTING: 'false',
  WANDB_SILENT: 'true',
  MLFLOW_DISABLE_TELEMETRY: 'true',
  MLFLOW_SERVER_ENABLE_JOB_EXECUTION: 'false',
  GRADIO_ANALYTICS_ENABLED: 'False',
  HF_HUB_OFFLINE: '1',
  HF_HUB_DISABLE_TELEMETRY: '1',
  DO_NOT_TRACK: '1',
}
