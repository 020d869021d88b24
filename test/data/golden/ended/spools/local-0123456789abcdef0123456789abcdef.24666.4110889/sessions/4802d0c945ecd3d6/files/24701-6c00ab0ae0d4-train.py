import os, signal, time, provloom
rank = int(os.environ["RANK"])
run = provloom.start_run("www.example.org", "golden", collect_all_processes=True, save_after_n_logs=10)
provloom.log_param("lr", 0.1)
provloom.log_param("layers", {"hidden": [64, 32], "act": "relu"})
with open("model%d.bin" % rank, "wb") as file:
    file.write(bytes(range(256)))
provloom.log_artifact("model%d.bin" % rank)
for step in range(30):
    provloom.log_metric("loss", 1 / (step + 1), provloom.Context.TRAINING, step=step)
if os.environ["KILLED"] == str(rank):
    while run.directory is None:
        time.sleep(0.01)
    os.kill(os.getppid(), signal.SIGKILL)
    for step in range(30, 40):
        provloom.log_metric("loss", 1 / (step + 1), provloom.Context.TRAINING, step=step)
    os.kill(os.getpid(), signal.SIGKILL)
provloom.end_run()
