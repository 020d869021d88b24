"""One function per tracker: each gives (log, close), where log(i) records the i-th value of one metric.

Every tracker does what its documentation shows for one metric a call, offline or against a server on loopback.
"""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request


def provloom(folder):
    # Nothing is behind it: the command that shall be its agent ends at once.
    os.environ.update(PROVLOOM_SPOOL_ROOT=os.path.join(folder, "spool"), PROVLOOM_BIN="/bin/true", PROVLOOM_QUIET="1")
    import provloom as client

    client.start_run(prov_user_namespace="www.example.org", experiment_name="bench", provenance_save_dir=folder)

    def log(i):
        client.log_metric("loss", 0.5, step=i)

    return log, lambda: client.end_run(wait=False)


def provloom_step(folder):
    """A whole step: two records."""
    _, close = provloom(folder)
    import provloom as client

    def log(i):
        with client.step(i):
            pass

    return log, close


def append(folder):
    """The limit: one write of as many bytes as a point has in the spool, to a file opened for appending."""
    fd = os.open(os.path.join(folder, "append"), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    record = os.urandom(41)

    def log(i):
        os.write(fd, record)

    return log, lambda: os.close(fd)


def textfile(folder):
    """What people write by hand: one line of text a value, flushed."""
    file = open(os.path.join(folder, "log.csv"), "a", encoding="ascii")

    def log(i):
        file.write("loss,%d,%f,%r\n" % (i, time.time(), 0.5))
        file.flush()

    return log, file.close


def tensorboardx(folder):
    from tensorboardX import SummaryWriter

    writer = SummaryWriter(os.path.join(folder, "tensorboard"))

    def log(i):
        writer.add_scalar("loss", 0.5, i)

    return log, writer.close


def wandb_offline(folder):
    import wandb

    run = wandb.init(project="bench", mode="offline", dir=folder, settings=wandb.Settings(console="off"))

    def log(i):
        run.log({"loss": 0.5}, step=i)

    return log, run.finish


def trackio(folder):
    os.environ["TRACKIO_DIR"] = os.path.join(folder, "trackio")
    import trackio as tracker

    tracker.init(project="bench")

    def log(i):
        tracker.log({"loss": 0.5}, step=i)

    return log, tracker.finish


def aim(folder):
    from aim import Run

    run = Run(repo=folder, experiment="bench", system_tracking_interval=None, capture_terminal_logs=False)

    def log(i):
        run.track(0.5, name="loss", step=i)

    return log, run.close


def yprov4ml(folder):
    os.chdir(folder)
    import yprov4ml as tracker

    tracker.start_run(
        experiment_name="bench",
        prov_user_namespace="www.example.org",
        provenance_save_dir=os.path.join(folder, "prov"),
        save_after_n_logs=100,
    )

    def log(i):
        tracker.log_metric("loss", 0.5, context="TRAINING", step=i)

    return log, lambda: None


def mlflow_files(folder):
    os.environ["MLFLOW_ALLOW_FILE_STORE"] = "true"
    return _mlflow("file://" + os.path.join(folder, "mlruns"), True)


def mlflow_sqlite(folder):
    return _mlflow("sqlite:///" + os.path.join(folder, "mlflow.db"), True)


def mlflow_server(folder):
    return _mlflow_server(folder, True)


def mlflow_agent(folder):
    """Below `provloom run --mlflow`, which has said where to ask."""
    return _mlflow(os.environ["MLFLOW_TRACKING_URI"], True)


def mlflow_async(folder):
    return _mlflow_server(folder, False)


def _mlflow(uri, synchronous):
    import mlflow

    mlflow.set_tracking_uri(uri)
    mlflow.set_experiment("bench")
    mlflow.start_run()

    def log(i):
        mlflow.log_metric("loss", 0.5, step=i, synchronous=synchronous)

    return log, mlflow.end_run


def _mlflow_server(folder, synchronous):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log_file = open(os.path.join(folder, "server.log"), "wb")
    server = subprocess.Popen(
        [os.path.join(os.path.dirname(sys.executable), "mlflow"), "server", "--host", "127.0.0.1", "--port", str(port),
         "--workers", "1", "--backend-store-uri", "sqlite:///" + os.path.join(folder, "mlflow.db"),
         "--default-artifact-root", os.path.join(folder, "artifacts")],
        cwd=folder, stdout=log_file, stderr=log_file,
    )  # fmt: skip
    address = "http://127.0.0.1:%d" % port
    deadline = time.monotonic() + 90
    while True:
        try:
            urllib.request.urlopen(address + "/health", timeout=5).read()
            break
        except (urllib.error.URLError, OSError):
            if server.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("mlflow server does not answer, see server.log") from None
            time.sleep(0.2)
    log, end = _mlflow(address, synchronous)

    def close():
        try:
            end()
        finally:
            server.terminate()
            try:
                server.wait(10)
            except subprocess.TimeoutExpired:
                server.kill()

    return log, close


ALL = {
    "provloom": provloom,
    "provloom-step": provloom_step,
    "text-file": textfile,
    "tensorboardX": tensorboardx,
    "wandb-offline": wandb_offline,
    "trackio": trackio,
    "aim": aim,
    "yprov4ml": yprov4ml,
    "mlflow-files": mlflow_files,
    "mlflow-sqlite": mlflow_sqlite,
    "mlflow-server": mlflow_server,
    "mlflow-agent": mlflow_agent,
    "mlflow-async": mlflow_async,
}
