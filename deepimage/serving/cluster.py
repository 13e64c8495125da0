"""The service from its first breath to its last, on a Ray cluster of its own or on one that it joins."""

import logging
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import ray
from ray import serve
from ray.serve.config import HTTPOptions
from ray.serve.exceptions import RayServeException
from ray.serve.schema import LoggingConfig

from deepimage.errors import UsageError
from deepimage.runtime.cluster import connect
from deepimage.serving.config import Serving
from deepimage.serving.deployments import bound
from deepimage.serving.edge.install import environment
from deepimage.serving.edge.limits import Limits

_NAME = "deepimage"


def serve_until_interrupted(config: Serving) -> None:
    """Start or join a cluster, answer, and stop in good order."""
    os.environ.update(environment(Limits.of(config)))  # the proxies of a cluster that is joined need it of their own
    logging.getLogger("ray.serve").setLevel(logging.WARNING)
    quiet = LoggingConfig(log_level="WARNING", enable_access_log=False)
    with _cluster(config.address):
        _listen(config, quiet)
        serve.run(bound(config), name=_NAME, route_prefix="/", logging_config=quiet)
        sys.stderr.write(f"deepimage: http://{config.host}:{config.port}  (Ctrl-C ends it)\n")
        threading.Event().wait()


def _listen(config: Serving, quiet: LoggingConfig) -> None:
    """Raises UsageError for a port that is taken on the head's machine, or was while Ray started."""
    options = HTTPOptions(host=config.host, port=config.port)
    try:
        serve.start(proxy_location="HeadOnly", http_options=options, logging_config=quiet)
    except RuntimeError as error:
        if "bind to address" not in str(error):
            raise
        serve.shutdown()  # one that was there before would have its proxy, so this is ours, and it keeps its port
        reason = f"host {config.host}, port {config.port}: another program has it"
        raise UsageError(f"{reason}; set another --port or --host") from None


@contextmanager
def _cluster(address: str | None) -> Iterator[None]:
    """Left as it was found: what was started here ends here, in a cluster that was joined only this application."""
    handler = signal.getsignal(signal.SIGTERM)
    own = connect(address)
    signal.signal(signal.SIGTERM, handler)  # Ray puts its own there, which prints a stack and dies
    try:
        yield
    except KeyboardInterrupt:
        sys.stderr.write("deepimage: ending; what is in work is finished first\n")
    finally:
        with suppress(RayServeException):  # no Serve runs where its port was taken
            serve.delete(_NAME)
        if own:
            ray.shutdown()
