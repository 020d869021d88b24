/**
 * What is run in the interpreter of a training's script, in a process of its own: CodeCarbon's offline tracker, asked by a
 * line, answering by a line of JSON. Nothing of the user's is imported, nothing is sent or written anywhere, and when who
 * asks is gone it is too.
 *
 * The first line says which version it is and how it comes to its figures; each further one has joules and milliseconds so far.
 */
export const codecarbonProgram = `
import sys
if sys.path and sys.path[0] == "": sys.path.pop(0)
import inspect, json, logging, os
answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)
def say(**told):
    answers.write(json.dumps(told) + "\\n")
    answers.flush()
given = json.loads(sys.argv[1])
try: os.nice(10)
except Exception: pass
class Keep:
    total = None
    def out(self, total, delta): self.total = total
    def live_out(self, total, delta): self.total = total
    def __getattr__(self, name): return lambda *anything: None
class Heard(logging.Handler):
    last, error = "it told no figure", None
    def emit(self, record):
        error = record.exc_info[1] if record.exc_info else None
        if error: self.error = ("%s: %s" % (type(error).__name__, error))[:300]
        else: self.last = record.getMessage()[:300]
def country(zone):
    if not zone: return None
    import pycountry
    return pycountry.countries.get(alpha_2=zone.upper().split("-")[0]).alpha_3
def methods(tracker):
    for one in getattr(tracker, "_hardware", []):
        name, mode = type(one).__name__, getattr(one, "_mode", None)
        if name == "CPU": yield "processors", {"mode": mode, "watts": getattr(one, "_tdp", None)}
        elif name == "RAM": yield "memory", {"mode": "constant"}
        elif name == "GPU": yield "accelerators", {"mode": "counter"}
        else: yield "processors", {"mode": name}
try:
    import codecarbon
    from codecarbon import OfflineEmissionsTracker as Tracker
    takes = {one for kind in Tracker.__mro__ for one in inspect.signature(kind.__init__).parameters}
    keep, heard, code = Keep(), Heard(logging.WARNING), None
    try: code = country(given.get("zone"))
    except Exception: pass
    wanted = {
        "measure_power_secs": given["seconds"], "tracking_mode": "machine", "log_level": "warning", "project_name": "provloom",
        "allow_multiple_runs": True, "output_handlers": [keep], "emissions_endpoint": None, "electricitymaps_api_token": None,
        "co2_signal_api_token": None, "country_iso_code": code or "FRA",
    }
    if "output_methods" in takes: wanted["output_methods"] = []
    else: wanted.update({"save_to_" + to: False for to in ("file", "api", "logger", "prometheus", "logfire")})
    if given.get("gramsPerKWh") is not None: wanted["force_carbon_intensity_g_co2e_kwh"] = given["gramsPerKWh"]
    wanted = {name: value for name, value in wanted.items() if name in takes}
    tracker = Tracker(**wanted)
    isPlaced = "force_carbon_intensity_g_co2e_kwh" in wanted
    if code and not isPlaced:
        from codecarbon.input import DataSource
        isPlaced = code in DataSource().get_global_energy_mix_data()
    logging.getLogger("codecarbon").addHandler(heard)
    tracker.start()
    say(version=codecarbon.__version__, methods=dict(methods(tracker)))
    for line in sys.stdin:
        tracker.flush()
        total = keep.total
        if total is None: say(reason=heard.error or heard.last)
        else: say(
            ms=total.duration * 1000, isPlaced=isPlaced, gramsCO2e=total.emissions * 1000, energy=total.energy_consumed * 3.6e6,
            memoryWatts=total.ram_power,
            joules={"processors": total.cpu_energy * 3.6e6, "memory": total.ram_energy * 3.6e6, "accelerators": total.gpu_energy * 3.6e6},
        )
except BaseException as error:
    try: say(reason="%s: %s" % (type(error).__name__, error))
    except Exception: pass
os._exit(0)
`
