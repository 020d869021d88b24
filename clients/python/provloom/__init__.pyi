"""For type checkers and editors: what each call takes. A call takes more than is said here, and never raises."""

from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from datetime import datetime
from os import PathLike
from types import TracebackType
from typing import Any, Final, Literal, TypeVar, final

__version__: Final[str]
_Loader = TypeVar("_Loader", bound=Iterable[Any])

@final
class Context(str):
    TRAINING: Final[Context]
    VALIDATION: Final[Context]
    TESTING: Final[Context]
    EVALUATION: Final[Context]
    def __new__(cls, name: str = ...) -> Context: ...
    def __enter__(self) -> Context: ...
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

@final
class FoldOperation(str):
    MAX: Final[FoldOperation]
    MIN: Final[FoldOperation]
    ADD: Final[FoldOperation]
    SUBTRACT: Final[FoldOperation]

class Run:
    @property
    def spool(self) -> str | None: ...
    @property
    def name(self) -> str: ...
    @property
    def directory(self) -> str | None: ...
    @property
    def active(self) -> bool: ...
    def end(self, create_graph: bool = ..., create_svg: bool = ..., wait: bool | None = ...) -> bool: ...
    def __enter__(self) -> Run: ...
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

class Step:
    def waiting(self, on: str = ...) -> AbstractContextManager[object]: ...
    def __enter__(self) -> Step: ...
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

def start_run(
    prov_user_namespace: str | None = ...,
    experiment_name: str | None = ...,
    provenance_save_dir: str | PathLike[str] | None = ...,
    collect_all_processes: bool | None = ...,
    save_after_n_logs: int | None = ...,
    rank: int | None = ...,
    disable_codecarbon: bool = ...,
    world_size: int | None = ...,
    run_name: str | None = ...,
    run_id: str | None = ...,
) -> Run: ...
def start_run_ctx(
    prov_user_namespace: str | None = ...,
    experiment_name: str | None = ...,
    provenance_save_dir: str | PathLike[str] | None = ...,
    collect_all_processes: bool | None = ...,
    save_after_n_logs: int | None = ...,
    rank: int | None = ...,
    disable_codecarbon: bool = ...,
    world_size: int | None = ...,
    run_name: str | None = ...,
    run_id: str | None = ...,
) -> AbstractContextManager[Run]: ...
def end_run(create_graph: bool = ..., create_svg: bool = ..., wait: bool | None = ...) -> bool: ...
def create_context(name: str, is_subcontext_of: str | None = ...) -> Context: ...
def log_param(
    key: str, value: Any, context: str | None = ..., source: str | None = ..., is_input: bool = ...
) -> None: ...
def log_params(
    params: Mapping[str, Any] | Iterable[tuple[str, Any]],
    context: str | None = ...,
    source: str | None = ...,
    is_input: bool = ...,
) -> None: ...
def log_metric(
    key: str,
    value: Any,
    context: str | None = ...,
    step: int | None = ...,
    source: str | None = ...,
    timestamp: float | datetime | None = ...,
) -> None: ...
def log_metrics(
    metrics: Mapping[str, Any] | Iterable[tuple[str, Any]],
    context: str | None = ...,
    step: int | None = ...,
    source: str | None = ...,
    timestamp: float | datetime | None = ...,
) -> None: ...
def log_input(
    value: Any, name: str | None = ..., context: str | None = ..., source: str | None = ..., step: int | None = ...
) -> None: ...
def log_output(
    value: Any, name: str | None = ..., context: str | None = ..., source: str | None = ..., step: int | None = ...
) -> None: ...
def log_artifact(
    artifact_name: str | PathLike[str],
    artifact_path: str | PathLike[str] | None = ...,
    context: str | None = ...,
    source: str | None = ...,
    step: int | None = ...,
    log_copy_in_prov_directory: bool = ...,
    log_copy_subdirectory: str | None = ...,
    is_model: bool = ...,
    is_input: bool = ...,
) -> None: ...
def log_model(
    model_name: str,
    model: Any,
    context: str | None = ...,
    source: str | None = ...,
    log_model_info: bool = ...,
    log_model_layers: bool = ...,
    is_input: bool = ...,
    contributors: Literal["rank", "group"] | None = ...,
) -> None: ...
def save_model_version(
    model_name: str,
    model: Any,
    context: str | None = ...,
    source: str | None = ...,
    step: int | None = ...,
    incremental: bool = ...,
    is_input: bool = ...,
    contributors: Literal["rank", "group"] | None = ...,
) -> None: ...
def log_dataset(
    dataset_label: str,
    dataset: Any = ...,
    context: str | None = ...,
    source: str | None = ...,
    log_dataset_info: bool = ...,
    path: str | PathLike[str] | None = ...,
    split: str | None = ...,
    is_input: bool = ...,
) -> None: ...
def log_execution_command(
    cmd: str | Iterable[str] | None = ..., path: str | PathLike[str] | None = ...
) -> None: ...
def log_source_code(path: str | PathLike[str] | None = ...) -> None: ...
def log_execution_start_time() -> None: ...
def log_execution_end_time() -> None: ...
def log_current_execution_time(label: str, context: str | None = ..., step: int | None = ...) -> None: ...
def step(number: int | None = ..., context: str | None = ..., total: int | None = ...) -> Step: ...
def steps(
    iterable: _Loader, first: int | None = ..., context: str | None = ..., total: int | None = ...
) -> _Loader: ...
def waiting(on: str = ...) -> AbstractContextManager[object]: ...
def register_final_metric(
    metric_name: str, initial_value: float, fold_operation: str, context: str | None = ...
) -> None: ...
def log_system_metrics(context: str | None = ..., step: int | None = ...) -> None: ...
def log_carbon_metrics(context: str | None = ..., step: int | None = ...) -> None: ...
def log_flops_per_epoch(
    label: str, model: Any, dataset: Any = ..., context: str | None = ..., step: int | None = ...
) -> None: ...
def log_flops_per_batch(
    label: str, model: Any, batch: Any = ..., context: str | None = ..., step: int | None = ...
) -> None: ...
